"""The script that fetches lists of revoked certificates: all that is sound is loaded, or nothing changes."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.left_out import leave_out
from tests.tls.authority import DAY, Authority
from tests.tls.front_proxy import SHIPPED
from tests.tls.machines import Machines

SCRIPT = SHIPPED.with_name("tourderole-crl")


@pytest.fixture
def own(tmp_path) -> Machines:
    for needed in ("curl", "openssl"):
        if shutil.which(needed) is None:
            leave_out(f"{needed} is not installed")
    return Machines(folder=tmp_path)


def fetched(
    own: Machines, *lists: x509.CertificateRevocationList, form: Encoding = Encoding.DER, reload: str = "touch"
) -> str:
    """What it says, when it is offered these; `reloaded` is there once it has told nginx."""
    urls = []
    for number, each in enumerate(lists):
        file = own.folder / f"list-{number}.crl"
        file.write_bytes(each.public_bytes(form))
        urls.append(file.as_uri())
    how = {"TOURDEROLE_TLS": str(own.folder), "TOURDEROLE_RELOAD": f"{reload} {own.folder}/reloaded"}
    ran = subprocess.run([SCRIPT, *urls], env=os.environ | how, capture_output=True, text=True, check=False)
    assert (ran.returncode == 0) == (ran.stderr == ""), ran
    assert list(own.folder.glob(".client-crl*")) == []
    return ran.stderr


def loaded(own: Machines) -> tuple[bool, bytes]:
    return (own.folder / "reloaded").exists(), (own.folder / "client-crl.pem").read_bytes()


@pytest.mark.parametrize("form", [Encoding.DER, Encoding.PEM])
def test_sound_lists_are_loaded_in_either_form_and_only_when_they_are_new(own, form):
    lists = own.authority.crl(own.sas), own.root.crl()
    assert fetched(own, *lists, form=form) == ""
    together = b"".join(each.public_bytes(Encoding.PEM) for each in lists)
    assert loaded(own) == (True, together)
    Path(own.folder / "reloaded").unlink()
    assert fetched(own, *lists, form=form) == ""
    assert loaded(own) == (False, together)


def test_what_is_not_sound_changes_nothing(own):
    before = loaded(own)
    good, root = own.authority.crl(), own.root.crl()
    impostor = Authority.root("Test root").intermediate("Test organisations").crl()
    assert "not signed by an authority" in fetched(own, impostor, root)
    assert "out of date" in fetched(own, own.authority.crl(ends=-DAY), root)
    assert "1 lists for 2 authorities" in fetched(own, good)
    assert "usage" in fetched(own)
    assert loaded(own) == before


def test_a_list_older_than_the_one_there_is_is_refused(own):
    newer, root = own.authority.crl(own.sas, begins=-DAY), own.root.crl()
    assert fetched(own, newer, root) == ""
    before = loaded(own)
    assert "older than the list that there is of CN=" in fetched(own, own.authority.crl(), root)
    assert loaded(own) == before


def test_a_reload_that_failed_is_tried_again_though_nothing_is_new(own):
    lists = own.authority.crl(own.sas), own.root.crl()
    assert "No such file" in fetched(own, *lists, reload="cat")
    assert fetched(own, *lists) == ""
    assert loaded(own)[0]
