"""What the tests of the front proxy stand on: its authorities, its files, and clients that show certificates to it."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from cryptography import x509

from tests.tls.authority import CN, COUNTRY, ORG, OU, Authority, Pair, name, pem
from tests.tls.front_proxy import PATIENCE_SECONDS

PROXY_SECRET = "0123456789abcdef0123456789abcdef"
KNOWN_CN, KNOWN_OU = "sas.example.fr", "318751275100020"
"""As the shipped file has them, for their owner to replace."""
KNOWN = name({COUNTRY: "FR"}, {ORG: "Agence du numérique en santé"}, {OU: KNOWN_OU}, {CN: KNOWN_CN})


@dataclass(kw_only=True)
class Machines:
    """`folder`: of the front proxy. `revoked`: a machine that was taken back before the proxy was started."""

    folder: Path
    root: Authority = field(default_factory=lambda: Authority.root("Test root"))
    number: int = 0

    def __post_init__(self) -> None:
        self.authority = self.root.intermediate("Test organisations")
        self.revoked = self.authority.issue(KNOWN)
        self.sas = self.authority.issue(KNOWN)
        for stem in ("fhir", "pages"):
            self.authority.issue(name({CN: stem}), serves=True).write(self.folder, stem)
        authorities = pem(self.authority.pair.certificate, self.root.pair.certificate)
        (self.folder / "client-ca.pem").write_bytes(authorities)
        self.write_crl(self.authority.crl(self.revoked))
        (self.folder / "proxy-secret.conf").write_text(f'proxy_set_header X-Proxy-Secret "{PROXY_SECRET}";\n')

    def write_crl(self, of_intermediate: x509.CertificateRevocationList) -> None:
        (self.folder / "client-crl.pem").write_bytes(pem(of_intermediate, self.root.crl()))

    def trust(self, shown: Pair | None = None) -> ssl.SSLContext:
        """What a client believes, the throw-away root alone, and what it shows."""
        context = ssl.create_default_context(cadata=pem(self.root.pair.certificate).decode())
        if shown is not None:
            self.number += 1
            context.load_cert_chain(*shown.write(self.folder, f"client-{self.number}"))
        return context

    def client(self, address: str, shown: Pair | None = None) -> httpx.Client:
        return httpx.Client(base_url=address, verify=self.trust(shown), timeout=PATIENCE_SECONDS, trust_env=False)
