"""What a server does that is offline, a black hole, hanging, slow or restarted; and the control address."""

import socket
import threading
import time

import pytest

import clients


def test_offline_refuses_and_online_serves_again(simulator):
    simulator.change(1, state="offline")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", simulator.port), timeout=2)
    simulator.change(1, state="online")
    client = clients.PythonTDS()
    assert client.run(client.connect(simulator, encrypt=True), "SELECT 1 AS a") == [[(1,)]]


def test_offline_ends_the_sessions(simulator):
    client = clients.PythonTDS()
    connection = client.connect(simulator, encrypt=False)
    simulator.change(1, state="offline")
    with pytest.raises(Exception):
        connection.cursor().execute("SELECT 1")


def test_a_black_hole_answers_nothing(simulator):
    simulator.change(1, state="blackhole")
    probe = socket.create_connection(("127.0.0.1", simulator.port), timeout=2)
    probe.sendall(bytes([0x12, 1, 0, 16, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF]))
    probe.settimeout(1)
    with pytest.raises(TimeoutError):
        probe.recv(1)
    probe.close()
    assert simulator.get("/instances/1")["state"] == "blackhole"


def test_cancel_while_the_server_hangs(simulator):
    client = clients.Driver18()
    connection = client.connect(simulator, encrypt=True)
    simulator.change(1, state="hang")
    connection.timeout = 1
    started = time.monotonic()
    with pytest.raises(clients.SQLError) as raised:
        client.run(connection, "SELECT 1 AS a")
    assert "HYT00" in raised.value.text and time.monotonic() - started < 10
    simulator.change(1, state="online")
    connection.timeout = 0
    assert client.run(connection, "SELECT 2 AS a") == [[(2,)]], "the session lives on after the attention"
    connection.close()


def test_cancel_from_another_thread_cuts_waitfor(simulator):
    client = clients.FreeTDS()
    connection = client.connect(simulator, encrypt=True)
    cursor = connection.cursor()
    threading.Timer(1, cursor.cancel).start()
    started = time.monotonic()
    try:
        cursor.execute("WAITFOR DELAY '00:00:30'")
    except client.errors:
        pass
    assert time.monotonic() - started < 10
    connection.close()


def test_a_hanging_server_still_lets_in(simulator):
    simulator.change(1, state="hang")
    connection = clients.PythonTDS().connect(simulator, encrypt=False)
    connection._timeout = 1
    simulator.change(1, state="online")


def test_latency_is_added(simulator):
    client = clients.PyMSSQL()
    connection = client.connect(simulator, encrypt=False)
    simulator.change(1, latencyMs=400)
    started = time.monotonic()
    client.run(connection, "SELECT 1 AS a")
    assert 0.4 <= time.monotonic() - started < 5


def test_restart_ends_the_sessions(simulator):
    client = clients.PythonTDS()
    connection = client.connect(simulator, encrypt=False, instance=2)
    simulator.change(2, restart=True)
    with pytest.raises(Exception):
        connection.cursor().execute("SELECT 1")


def test_control_names_what_is_wrong(simulator):
    assert simulator.refusal("/instances/1", {"state": "asleep"})[0] == 400
    assert "cpuPercent" in simulator.refusal("/instances/1", {"cpuPercent": 200})[1]
    assert "colour" in simulator.refusal("/instances/all", {"colour": 1})[1]
    assert simulator.refusal("/instances/3", {"state": "online"})[0] == 404
    assert simulator.get("/instances")["instances"] == 2


def test_the_statements_received_are_shown(simulator):
    client = clients.PythonTDS()
    client.run(client.connect(simulator, encrypt=False), "SELECT 4711 AS trace_me")
    assert "SELECT 4711 AS trace_me" in str(simulator.get("/instances/1"))
