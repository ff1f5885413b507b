"""TLS as the server offers it and the client wants it; TDS 8.0 is refused clearly."""

import socket
import ssl

import pyodbc
import pytest

import clients


@pytest.mark.parametrize("tls, encrypt", [("off", False), ("on", False), ("on", True), ("required", True)])
def test_what_goes_together(client, simulators, tls, encrypt):
    connection = client.connect(simulators(tls), encrypt=encrypt)
    assert client.run(connection, "SELECT 1 AS a") == [[(1,)]]
    connection.close()


def test_a_server_without_tls_is_refused_by_a_client_that_wants_it(simulators):
    with pytest.raises(clients.SQLError):
        clients.FreeTDS().connect(simulators("off"), encrypt=True)


def test_a_client_without_tls_is_refused_by_a_server_that_wants_it(simulators):
    with pytest.raises(clients.SQLError):
        clients.FreeTDS().connect(simulators("required"), encrypt=False)


def test_login_only_encryption(simulator):
    client = clients.PythonTDS()
    connection = client.connect(simulator, encrypt=True, login_only=True)
    assert client.run(connection, "SELECT N'ž' AS a") == [[("ž",)]]
    connection.close()


def test_driver_18_verifies_the_certificate(simulator):
    """SSL_CERT_FILE is read once by a process, so the check with the right one is python-tds's; here the unknown authority is refused."""
    with pytest.raises(pyodbc.Error, match="(?i)certificate verify failed"):
        server = f"Driver={clients.DRIVER_18[0]};Server=localhost,{simulator.port}"
        pyodbc.connect(f"{server};Encrypt=yes;UID=sa;PWD={clients.PASSWORD}", timeout=10)


def test_strict_encryption_is_refused_clearly(simulator):
    context = ssl.create_default_context(cafile=simulator.certificate)
    context.set_alpn_protocols(["tds/8.0"])
    with socket.create_connection(("127.0.0.1", simulator.port), timeout=5) as plain:
        with pytest.raises(ssl.SSLError, match="(?i)no.application.protocol"):
            context.wrap_socket(plain, server_hostname="localhost")
