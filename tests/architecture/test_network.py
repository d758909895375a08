"""No test can reach the network."""

import socket

import pytest


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_test_that_asks_for_the_network_fails(family: socket.AddressFamily) -> None:
    with pytest.raises(RuntimeError, match=r"^a test asked for the network; hand in what it needs instead$"):
        socket.socket(family, socket.SOCK_STREAM)
    with pytest.raises(RuntimeError, match=r"^a test asked for the network"):
        socket.create_connection(("127.0.0.1", 9), timeout=1)


def test_sockets_between_processes_of_this_machine_work() -> None:
    one, other = socket.socketpair()
    with one, other:
        one.sendall(b"x")
        assert other.recv(1) == b"x"
