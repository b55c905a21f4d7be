"""Tables of who is signed in to the page, and who is about to be."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.tables.base import Base


class SignInRow(Base):
    """A sign-in under way. `digest`: of the random token that the browser alone has."""

    __tablename__ = "sign_ins"
    __table_args__ = (Index("sign_ins_expires_at_idx", "expires_at"),)

    digest: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    nonce: Mapped[str]
    code_verifier: Mapped[str]
    origin: Mapped[str]
    return_to: Mapped[str]
    expires_at: Mapped[datetime]


class PageSessionRow(Base):
    """A regulator signed in, until `expires_at` at the latest. `digest`: of the random token in the cookie."""

    __tablename__ = "page_sessions"
    __table_args__ = (Index("page_sessions_expires_at_idx", "expires_at"),)

    digest: Mapped[str] = mapped_column(primary_key=True)
    regulator_id: Mapped[UUID] = mapped_column(ForeignKey("regulators.id", ondelete="CASCADE"), index=True)
    origin: Mapped[str]
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class AcceptedTermsRow(Base):
    """The terms of use that a regulator accepted last."""

    __tablename__ = "accepted_terms"

    regulator_id: Mapped[UUID] = mapped_column(ForeignKey("regulators.id", ondelete="CASCADE"), primary_key=True)
    terms: Mapped[str]
    accepted_at: Mapped[datetime]
