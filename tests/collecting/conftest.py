"""Every test that takes `url` runs in each database."""

from support.databases import url

__all__ = ["url"]
