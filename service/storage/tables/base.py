"""The metadata that every table shares: naming of constraints, and the column types that recur."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import Date, DateTime, MetaData, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "pk": "%(table_name)s_pkey",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s",
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
}

Texts = Annotated[list[str], mapped_column(ARRAY(Text))]
Dates = Annotated[list[date], mapped_column(ARRAY(Date))]
Json = Annotated[Any, mapped_column(JSONB)]


class Base(DeclarativeBase):
    """The root of all tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {str: Text, datetime: DateTime(timezone=True)}
