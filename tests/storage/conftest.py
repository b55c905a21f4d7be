"""What tests of storage share."""

import psycopg
import pytest


@pytest.fixture
def sql(database_url):
    """Statements that no code of ours stands before."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection
