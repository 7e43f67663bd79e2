"""The databases in which a collection may be kept: every test that takes `url` runs in each; a folder of tests imports it in its conftest."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy

SERVER = os.environ.get("XLPERF_TEST_DATABASE")  # a PostgreSQL in which tests may make schemas of their own; `.ci/run` starts one


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    if request.param == "sqlite":
        yield None
        return
    if not SERVER:
        assert "CI" not in os.environ, "CI has to have a PostgreSQL"
        pytest.skip("no PostgreSQL: XLPERF_TEST_DATABASE is not set")
    with schema_of_its_own() as schema:
        yield schema


@contextmanager
def schema_of_its_own() -> Iterator[str]:
    """The URL of a new schema on the server, which is dropped at the end of the block."""
    schema = f"test_{uuid.uuid4().hex}"
    admin = sqlalchemy.create_engine(SERVER)
    with admin.begin() as connection:
        connection.execute(sqlalchemy.schema.CreateSchema(schema))
    try:
        yield f"{SERVER}?options=-csearch_path={schema}"
    finally:
        with admin.begin() as connection:
            connection.execute(sqlalchemy.schema.DropSchema(schema, cascade=True))
        admin.dispose()
