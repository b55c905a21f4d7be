"""A real OpenID provider, run as a process: what the application talks to, and how somebody signs in there."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import httpx

from service.application.openid import OpenId
from service.domain.signing_in import NamedBy, Provider
from tests.left_out import leave_out

HERE = Path(__file__).parent / "oidc"


@dataclass(frozen=True)
class RunningProvider:
    issuer: str

    def openid(self, **different) -> OpenId:
        """As the profile for Pro Santé Connect says, but for the address of its description."""
        usual = {
            "issuer": self.issuer,
            "client_id": "tourderole",
            "client_secret": "a secret",
            "scope": "openid scope_all",
            "acr_values": "eidas1",
            "claims": ("SubjectNameID", "preferred_username"),
            "named_by": NamedBy.NATIONAL,
        }
        return OpenId(Provider(**{**usual, **different}))

    async def sign_in(self, address: str, login: str) -> httpx.URL:
        """Where a browser that was sent there is sent back to, once somebody has signed in."""
        async with httpx.AsyncClient() as browser:
            shown = await browser.get(address, follow_redirects=True)
            action = re.search(r'action="([^"]+)"', shown.text)
            assert action is not None, shown.text
            sent = {"prompt": "login", "login": login, "password": "any"}
            answer = await browser.post(urljoin(str(shown.url), action[1]), data=sent)
            while answer.headers["location"].startswith((self.issuer, "/")):
                answer = await browser.get(urljoin(self.issuer, answer.headers["location"]))
            return httpx.URL(answer.headers["location"])


@contextmanager
def running_provider(*redirect_uris: str) -> Iterator[RunningProvider]:
    """On a free port, until the block ends. Left out where Node or the package is missing."""
    node = shutil.which("node") or shutil.which("nodejs")
    if node is None:
        leave_out("node (Debian: apt-get install nodejs npm)")
    if not (HERE / "node_modules" / "oidc-provider").exists():
        leave_out("the packages of tests/oidc (npm install --prefix tests/oidc)")
    command = [node, str(HERE / "provider.mjs"), "0", *redirect_uris]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield RunningProvider(process.stdout.readline().strip())
        finally:
            process.kill()
