"""Statements of truth about the data, each a query for the rows that belie it."""
