"""Throw-away authorities, as the national one is made: a root, an intermediate, certificates of machines, and CRLs."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = timedelta(days=1)
CN, OU, ORG = NameOID.COMMON_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.ORGANIZATION_NAME
COUNTRY = NameOID.COUNTRY_NAME


def name(*parts: Mapping[x509.ObjectIdentifier, str]) -> x509.Name:
    """A subject, part by part: each is one attribute in all but strange ones."""
    attributes = [[x509.NameAttribute(oid, value) for oid, value in part.items()] for part in parts]
    return x509.Name([x509.RelativeDistinguishedName(part) for part in attributes])


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A certificate and its key. `chain`: the certificates that a peer is shown beside it."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...] = ()

    def write(self, folder: Path, stem: str) -> tuple[Path, Path]:
        """The files of the chain and of the key, in PEM."""
        chain, key = folder / f"{stem}-chain.pem", folder / f"{stem}-key.pem"
        chain.write_bytes(pem(self.certificate, *self.chain))
        key.write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return chain, key


def pem(*parts: x509.Certificate | x509.CertificateRevocationList) -> bytes:
    return b"".join(part.public_bytes(Encoding.PEM) for part in parts)


@dataclass(frozen=True, kw_only=True)
class Authority:
    """Who issues certificates and says which it takes back. `above`: of which its own was had; none of a root."""

    pair: Pair
    above: "Authority | None" = None

    @staticmethod
    def root(called: str) -> "Authority":
        return Authority(pair=_certified(name({COUNTRY: "FR"}, {CN: called}), by=None))

    def intermediate(self, called: str) -> "Authority":
        return Authority(pair=_certified(name({COUNTRY: "FR"}, {CN: called}), by=self), above=self)

    def issue(
        self, subject: x509.Name, *, begins: timedelta = -DAY, ends: timedelta = DAY, serves: bool = False
    ) -> Pair:
        """Valid from `begins` until `ends`, both from now; of a client, or of a server on this machine."""
        key = ec.generate_private_key(ec.SECP256R1())
        usage = ExtendedKeyUsageOID.SERVER_AUTH if serves else ExtendedKeyUsageOID.CLIENT_AUTH
        builder = _builder(subject, self.pair.certificate.subject, key, begins, ends)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        if serves:
            here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
            builder = builder.add_extension(x509.SubjectAlternativeName([here]), critical=False)
        chain = (self.pair.certificate,) if self.above else ()
        return Pair(certificate=builder.sign(self.pair.key, hashes.SHA256()), key=key, chain=chain)

    def crl(
        self, *revoked: Pair, begins: timedelta = -2 * DAY, ends: timedelta = DAY
    ) -> x509.CertificateRevocationList:
        now = datetime.now(UTC)
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.pair.certificate.subject)
        builder = builder.last_update(now + begins).next_update(now + ends)
        for pair in revoked:
            each = x509.RevokedCertificateBuilder().serial_number(pair.certificate.serial_number)
            builder = builder.add_revoked_certificate(each.revocation_date(now - DAY).build())
        return builder.sign(self.pair.key, hashes.SHA256())


def self_signed(subject: x509.Name) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    return Pair(certificate=_builder(subject, subject, key, -DAY, DAY).sign(key, hashes.SHA256()), key=key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, begins: timedelta, ends: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    dated = builder.not_valid_before(now + begins).not_valid_after(now + ends)
    return dated.serial_number(x509.random_serial_number())


def _certified(subject: x509.Name, *, by: Authority | None) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = by.pair.certificate.subject if by else subject
    builder = _builder(subject, issuer, key, -DAY, 10 * DAY)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    signer = by.pair.key if by else key
    return Pair(certificate=builder.sign(signer, hashes.SHA256()), key=key)
