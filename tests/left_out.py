"""What a test does when the machine lacks what it needs: it says so, and fails where nothing may be left out."""

import os
from pathlib import Path
from typing import NoReturn

import pytest

_SHARED = Path(__file__).parents[2] / "shared"
LARGE = _SHARED / "territory" / "large.json"
OFFICIAL = _SHARED / "sas"
needs_large = pytest.mark.skipif(not LARGE.exists(), reason="LEFT OUT: no territory of 160 GPs beside the repository")
needs_official = pytest.mark.skipif(
    not OFFICIAL.exists(), reason="LEFT OUT: no official profiles and examples of the SAS beside the repository"
)
"""Data that lies beside the repository is nobody's to install: without it, such tests are left out everywhere."""


def leave_out(missing: str) -> NoReturn:
    """Report the test as skipped, or as failed under TOURDEROLE_REQUIRE_ALL=1, as continuous integration sets it."""
    if os.environ.get("TOURDEROLE_REQUIRE_ALL", "0") not in ("", "0"):
        pytest.fail(f"left out, and nothing may be: {missing}")
    pytest.skip(f"LEFT OUT: {missing}")
