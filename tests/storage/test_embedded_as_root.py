"""PostgreSQL refuses to run as root: the embedded one runs as somebody else, or says what to do."""

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.storage.embedded import EmbeddedPostgres
from service.storage.embedded_run_as import RunAs
from tests.left_out import leave_out
from tests.storage.processes import another_process, answer

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="it is about root")


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that everybody reaches, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def path_without_unshare(public_folder: Path) -> str:
    """A PATH for a machine whose user namespaces are off."""
    folder = public_folder / "bin"
    folder.mkdir()
    (folder / "setpriv").symlink_to(shutil.which("setpriv") or leave_out("setpriv (util-linux)"))
    return str(folder)


def user(name: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        leave_out(f"a user named {name}")


def assert_runs_as(owner: pwd.struct_passwd, folder: Path, said: str) -> None:
    """By that user where he reaches the binaries (a clone in root's home is out of reach), else a way out is named."""
    if RunAs(user=owner.pw_uid, group=owner.pw_gid).reaches(folder):
        assert answer(said, "SELECT 1") == 1
        assert (folder / "cluster").stat().st_uid == owner.pw_uid
    else:
        assert "TOURDEROLE_DATABASE_URL" in said


def test_an_ordinary_user_runs_it_as_himself_and_root_joins(tmp_path):
    nobody = user("nobody")
    # Able to read everything, as the interpreter may lie in root's home; PostgreSQL looks at the user alone.
    become = ("setpriv", "--reuid", str(nobody.pw_uid), "--regid", str(nobody.pw_gid), "--clear-groups")
    able = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--")
    folder = tmp_path / "postgres"
    with another_process(folder, words=become + able) as (_, url), EmbeddedPostgres.start(folder) as guest:
        assert answer(guest.url) == answer(url)
        assert (folder / "cluster").stat().st_uid == nobody.pw_uid


def test_root_runs_it_as_the_owner_of_the_folder(public_folder):
    nobody = user("nobody")
    os.chown(public_folder, nobody.pw_uid, nobody.pw_gid)
    with another_process(public_folder) as (_, said):
        assert_runs_as(nobody, public_folder, said)


def test_root_without_user_namespaces_runs_it_as_postgres(public_folder, path_without_unshare):
    folder = public_folder / "data" / "postgres"
    with another_process(folder, path=path_without_unshare) as (_, said):
        assert_runs_as(user("postgres"), folder, said)


def test_root_without_any_way_is_told_the_ways_out_and_nothing_changes_hands(tmp_path, path_without_unshare):
    folder = tmp_path / "postgres"
    with another_process(folder, path=path_without_unshare) as (_, said):
        assert "TOURDEROLE_DATA " in said
        assert "TOURDEROLE_DATABASE_URL" in said
    assert folder.stat().st_uid == 0
