"""The client certificate as the front proxy tells of it, believed only with the secret that the two share."""

import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.x509.oid import NameOID
from starlette.datastructures import Headers

SECRET, VERIFY, SUBJECT = "X-Proxy-Secret", "X-Client-Verify", "X-Client-Subject"
"""Which headers the proxy writes: see examples/nginx/tourderole.conf."""

_FURTHER_NAMES: Mapping[str, x509.ObjectIdentifier] = {
    "emailAddress": NameOID.EMAIL_ADDRESS,
    "GN": NameOID.GIVEN_NAME,
    "SN": NameOID.SURNAME,
    "title": NameOID.TITLE,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "dnQualifier": NameOID.DN_QUALIFIER,
    "pseudonym": NameOID.PSEUDONYM,
    "postalCode": NameOID.POSTAL_CODE,
    "street": NameOID.STREET_ADDRESS,
    "businessCategory": NameOID.BUSINESS_CATEGORY,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
}
"""Attributes as OpenSSL calls them, beyond those of RFC 4514. A subject with one of another name is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownClients:
    """Whose certificates are let in: each bears one of these CNs and one of these OUs, and no second of either."""

    proxy_secret: str = field(repr=False)
    common_names: frozenset[str]
    organizational_units: frozenset[str]

    def is_from_proxy(self, headers: Headers) -> bool:
        """Comparing takes the same time whatever is sent."""
        given = headers.getlist(SECRET)
        return len(given) == 1 and hmac.compare_digest(given[0].encode(), self.proxy_secret.encode())

    def common_name(self, headers: Headers) -> str | None:
        """Who it is, of those that are known; None of anybody else. Ask only when it is from the proxy."""
        verified, subject = headers.getlist(VERIFY), headers.getlist(SUBJECT)
        if verified != ["SUCCESS"] or len(subject) != 1:
            return None
        name = name_of(subject[0])
        unit = _only(name, NameOID.ORGANIZATIONAL_UNIT_NAME, self.organizational_units)
        return _only(name, NameOID.COMMON_NAME, self.common_names) if unit is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """`url`: where the interface is, when not under the public URL. Without `known`, no certificate counts."""

    url: str | None = None
    known: KnownClients | None = None


OPEN_TO_NOBODY = Entrance()
"""But to the administrator."""


def name_of(subject: str) -> x509.Name:
    """A subject as OpenSSL writes it by RFC 2253; one that cannot be read has no attributes."""
    try:
        return x509.Name.from_rfc4514_string(subject, {**_FURTHER_NAMES})
    except ValueError:
        return x509.Name([])


def _only(name: x509.Name, kind: x509.ObjectIdentifier, known: Collection[str]) -> str | None:
    """The one value of that kind, when it is known."""
    values = [attribute.value for attribute in name.get_attributes_for_oid(kind)]
    return next((each for each in known if values == [each]), None)
