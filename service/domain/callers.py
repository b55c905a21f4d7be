"""Who asks, and the key under which a request may be repeated."""

from dataclasses import dataclass

from service.domain.regulators import RegulatorId


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An authenticated caller; `name` is what records show (`booked_by`, `published_by`).

    `regulator`: who came from the SAS, and books for it.
    """

    name: str
    regulator: RegulatorId | None = None

    @staticmethod
    def from_sas(regulator: RegulatorId) -> "Caller":
        """Records name the account, never the person."""
        return Caller(name=f"regulator:{regulator}", regulator=regulator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """An `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): `request` is a digest of what was asked.

    The same key with the same operation and request gives the first answer again; with another, it is refused.
    """

    key: str
    operation: str
    request: str
