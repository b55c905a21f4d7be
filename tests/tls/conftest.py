"""One front proxy for all tests that only look at it, before a service that tells what reached it."""

from collections.abc import Iterator

import pytest

from tests.tls.front_proxy import FrontProxy, front_proxy
from tests.tls.machines import Machines
from tests.tls.telling_upstream import telling_upstream


@pytest.fixture(scope="session")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Machines:
    return Machines(folder=tmp_path_factory.mktemp("front"))


@pytest.fixture(scope="session")
def telling_proxy(machines: Machines) -> Iterator[FrontProxy]:
    with telling_upstream() as service, front_proxy(machines.folder, service=service) as proxy:
        yield proxy
