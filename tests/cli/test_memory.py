"""What a server does to its memory once it is ready."""

import gc
from collections.abc import Iterator

import pytest

from service.cli.memory import settle


@pytest.fixture
def collector() -> Iterator[None]:
    """The collector is as before afterwards."""
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


@pytest.mark.usefixtures("collector")
def test_what_was_loaded_stays_and_cycles_still_go():
    settle()
    assert gc.get_freeze_count() > 1000
    cycle: list[object] = []
    cycle.append(cycle)
    del cycle
    assert gc.collect() > 0
