"""A run uses the usual ports, or free ones where those are taken."""

import socket

import msgspec

from local.ports import HOST, Ports, answers, chosen_ports, free_port, is_free


def test_a_taken_port_is_avoided() -> None:
    usual = Ports(**{name: free_port() for name in Ports.__struct_fields__})
    with socket.create_server((HOST, usual.web)), chosen_ports(usual) as chosen:
        pass
    assert chosen.web != usual.web
    assert is_free(chosen.web)
    assert msgspec.structs.replace(chosen, web=usual.web) == usual


def test_two_runs_starting_at_the_same_time_choose_different_ports() -> None:
    usual = Ports(**{name: free_port() for name in Ports.__struct_fields__})
    with chosen_ports(usual) as first, chosen_ports(usual) as second:
        ports = [*msgspec.structs.astuple(first), *msgspec.structs.astuple(second)]
        assert len(set(ports)) == len(ports) and first == usual
    with chosen_ports(usual) as third:
        assert third == usual


def test_a_port_with_only_closed_connections_lingering_is_free() -> None:
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        client = socket.create_connection((HOST, port))
        accepted, _ = server.accept()
        # The side that closes first keeps the connection in TIME_WAIT.
        accepted.close()
        client.close()
    assert is_free(port)


def test_a_port_given_out_is_given_to_nobody_else_and_can_be_listened_on() -> None:
    given_out = {free_port() for _ in range(50)}
    assert len(given_out) == 50
    for _ in range(3000):
        with socket.create_server((HOST, 0)) as other:
            assert other.getsockname()[1] not in given_out
    with socket.create_server((HOST, given_out.pop())):
        pass


def test_a_server_answers_while_it_listens() -> None:
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        assert answers(port)
    assert not answers(port)
