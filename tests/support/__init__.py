"""What the tests share: builders, tables of cases, referees; no test module imports another."""
