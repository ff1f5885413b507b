"""What is not TDS, or not quite, ends its own connection and nothing else."""

import random
import socket
import struct

import pytest

import clients

PRELOGIN = bytes([0x12, 1, 0, 25, 0, 0, 1, 0, 1, 0, 6, 0, 1, 0xFF, 2] + [0] * 10)


def packet(kind, data):
    return struct.pack(">BBHHBB", kind, 1, len(data) + 8, 0, 1, 0) + data


def send(simulator, *parts):
    """What comes back before the server closes or a second passes."""
    received = b""
    with socket.create_connection(("127.0.0.1", simulator.port), timeout=2) as connection:
        connection.settimeout(1)
        try:
            for part in parts:
                connection.sendall(part)
            while chunk := connection.recv(65536):
                received += chunk
        except (TimeoutError, ConnectionError):
            pass
    return received


def still_serves(simulator):
    client = clients.PythonTDS()
    connection = client.connect(simulator, encrypt=False)
    assert client.run(connection, "SELECT 1 AS a") == [[(1,)]]
    connection.close()


@pytest.mark.parametrize("bytes_sent", [
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\xff\xff" + b"\x00" * 2000,
    packet(0x10, b"\xff" * 94),
    packet(0x10, struct.pack("<I", 0xFFFFFFFF) + b"\x00" * 200),
    PRELOGIN + packet(0x01, b"\x00" * 40),
    PRELOGIN + packet(0x10, b"\x00" * 8) * 3,
    b"\x12\x01\x00\x07\x00\x00\x01\x00",
    b"\x00" * 100_000,
], ids=["http", "tls", "login-of-ones", "login-length", "batch-before-login", "short-logins", "short-packet", "zeros"])
def test_it_is_refused(simulator, bytes_sent):
    send(simulator, bytes_sent)
    still_serves(simulator)


def test_random_bytes(simulator):
    generator = random.Random(20261121)
    for _ in range(200):
        kind = generator.choice([0x01, 0x03, 0x06, 0x0E, 0x10, 0x12, generator.randrange(256)])
        with socket.create_connection(("127.0.0.1", simulator.port), timeout=2) as connection:
            connection.sendall(PRELOGIN + packet(kind, generator.randbytes(generator.randrange(300))))
    still_serves(simulator)


def test_random_requests_after_the_login(simulator):
    """Each goes over a connection that is signed in; the session may end, the server not."""
    generator = random.Random(7)
    headers = struct.pack("<IIHQI", 22, 18, 2, 0, 1)
    for _ in range(60):
        connection = clients.PythonTDS().connect(simulator, encrypt=False)
        raw = connection._conn.sock if hasattr(connection, "_conn") else connection._tds_socket.sock
        kind = generator.choice([0x01, 0x03, 0x0E])
        body = generator.randbytes(generator.randrange(200))
        raw.sendall(packet(kind, headers + (b"\xff\xff\x0d\x00\x00\x00" if kind == 0x03 else b"") + body))
        raw.close()
    still_serves(simulator)


def test_a_login_in_the_middle_of_tls_is_refused(simulator):
    """Encryption was agreed, and then the login comes in the clear."""
    answer = send(simulator, bytes([0x12, 1, 0, 20, 0, 0, 1, 0, 1, 0, 6, 0, 1, 0xFF, 1, 0, 0, 0, 0, 0]), packet(0x10, b"\x00" * 200))
    assert 0xAD not in answer[8:9]
    still_serves(simulator)
