"""No test reaches the network, and none fails because the machine is busy."""

import socket
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("no-clock", deadline=None)
settings.load_profile("no-clock")


class _LocalSocket(socket.socket):
    """A socket that only sockets of the same machine can be reached through."""

    def __init__(self, family: int = -1, kind: int = -1, proto: int = -1, fileno: int | None = None) -> None:
        if fileno is None and family != socket.AF_UNIX:
            message = "a test asked for the network; hand in what it needs instead"
            raise RuntimeError(message)
        super().__init__(family, kind, proto, fileno)


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", _LocalSocket)
        yield
