"""What a test does when the machine lacks what it needs: it says so, and fails where nothing may be left out."""

import os
from typing import NoReturn

import pytest


def leave_out(missing: str) -> NoReturn:
    """Report the test as skipped, or as failed under TOURDEROLE_REQUIRE_ALL=1, as continuous integration sets it."""
    if os.environ.get("TOURDEROLE_REQUIRE_ALL", "0") not in ("", "0"):
        pytest.fail(f"left out, and nothing may be: {missing}")
    pytest.skip(f"LEFT OUT: {missing}")
