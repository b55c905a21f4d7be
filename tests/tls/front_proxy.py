"""A real nginx with the very configuration that is shipped, its paths and ports replaced, before a running service."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.left_out import leave_out

SHIPPED = Path(__file__).parents[2] / "examples" / "nginx" / "tourderole.conf"
PATIENCE_SECONDS = 60
PORTS = {"fhir": "8443 ssl", "pages": "443 ssl http2", "plain": "80"}
"""What each server of the shipped file listens on."""
MAIN = """
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    include /etc/nginx/mime.types;
    access_log {folder}/access.log;
    gzip on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/tourderole.conf;
}}
"""
"""What Debian's own nginx.conf says around it, as far as it matters."""


@dataclass(frozen=True, kw_only=True)
class FrontProxy:
    """`fhir` and `pages`: the addresses of its two servers that speak TLS; `plain` of the one that only redirects."""

    fhir: str
    pages: str
    plain: str
    folder: Path
    process: "subprocess.Popen[bytes]"

    def logged(self, text: str) -> None:
        """Returns once that is in the log, which nginx writes when it has answered."""
        while text not in (self.folder / "tourderole-access.log").read_text():
            assert self.process.poll() is None

    def reload(self) -> None:
        """Returns once the old worker takes no more connections: as `systemctl reload nginx`, a little later."""
        master = psutil.Process(self.process.pid)
        while not (before := master.children()):  # it listens before it has a worker
            assert self.process.poll() is None
        self.process.send_signal(signal.SIGHUP)
        psutil.wait_procs(before, PATIENCE_SECONDS)


def nginx() -> str:
    found = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    return found or leave_out("nginx is not installed (Debian: apt-get install nginx)")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def configured(folder: Path, *, service: str, ports: Mapping[str, int]) -> Path:
    """The shipped file with the places of this test in it; each that is replaced was there."""
    text = SHIPPED.read_text()
    changes = {
        "server 127.0.0.1:8000;": f"server {service};",
        "/etc/nginx/tourderole/": f"{folder}/",
        "/var/log/nginx/": f"{folder}/",
        **{
            f"listen {PORTS[server]};": f"listen 127.0.0.1:{port} {PORTS[server].partition(' ')[2]};"
            for server, port in ports.items()
        },
        **{f"listen [::]:{PORTS[server]};": "" for server in ports},
    }
    for shipped, here in changes.items():
        assert shipped in text
        text = text.replace(shipped, here)
    (folder / "tourderole.conf").write_text(text)
    main = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""  # whoever runs the tests owns the folder
    main.write_text(MAIN.format(folder=folder, user=user))
    return main


def tried(main: Path) -> "subprocess.CompletedProcess[str]":
    """What nginx itself says of the configuration."""
    return subprocess.run(
        [nginx(), "-t", "-p", str(main.parent), "-c", str(main)], capture_output=True, text=True, check=False
    )


@contextmanager
def front_proxy(folder: Path, *, service: str) -> Iterator[FrontProxy]:
    """`folder` holds the certificates, the CRL and the secret under the names that the shipped file has for them."""
    ports = {server: free_port() for server in PORTS}
    main = configured(folder, service=service, ports=ports)
    command = [nginx(), "-p", str(folder), "-c", str(main), "-g", "daemon off;"]
    with (folder / "said.log").open("w") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)
    try:
        for port in ports.values():
            _until_it_listens(process, port, folder)
        fhir, pages, plain = (f"127.0.0.1:{port}" for port in ports.values())
        yield FrontProxy(
            fhir=f"https://{fhir}", pages=f"https://{pages}", plain=f"http://{plain}", folder=folder, process=process
        )
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _until_it_listens(process: "subprocess.Popen[bytes]", port: int, folder: Path) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS).close()
        except ConnectionRefusedError:
            assert process.poll() is None, (folder / "said.log").read_text()
        else:
            return
