"""Errors arrive with number, state, severity and line, as far as each client tells."""

import pytest

import clients


def expect(error, number, sentence):
    assert sentence in error.text
    if error.number is not None:
        assert error.number == number


@pytest.mark.parametrize("sql, number, sentence, line", [
    ("SELECT 1\nSELECT * FROM dbo.nothing_here", 208, "Invalid object name 'dbo.nothing_here'", 2),
    ("SELECT 1 FROM WHERE", 156, "Incorrect syntax near", 1),
    ("SELECT )", 102, "Incorrect syntax near ')'", 1),
])
def test_a_batch_that_is_refused(client, connection, sql, number, sentence, line):
    with pytest.raises(clients.SQLError) as raised:
        client.run(connection, sql)
    expect(raised.value, number, sentence)
    if raised.value.line is not None:
        assert (raised.value.line, raised.value.severity) == (line, 15 if number in (102, 156) else 16)
    assert client.run(connection, "SELECT 2 AS a") == [[(2,)]]


def test_a_wrong_password(client, simulator):
    with pytest.raises(clients.SQLError) as raised:
        client.connect(simulator, encrypt=True, password="wrong")
    expect(raised.value, 18456, "Login failed for user 'sa'")


def test_an_unknown_database(client, simulator):
    with pytest.raises(clients.SQLError) as raised:
        client.connect(simulator, encrypt=True, database="nothing_here")
    # SQL Server sends 4060 and then 18456; clients tell one or the other.
    error = raised.value
    assert error.number in (4060, 18456) or "nothing_here" in error.text or "Login failed" in error.text


def test_a_view_that_the_login_may_not_see(client, simulator):
    simulator.change(2, permissions=["CONNECT SQL"])
    try:
        connection = client.connect(simulator, encrypt=True, instance=2)
        with pytest.raises(clients.SQLError) as raised:
            client.run(connection, "SELECT wait_type FROM sys.dm_os_wait_stats")
        assert raised.value.number in (None, 297, 300)
        assert "permission" in raised.value.text
        connection.close()
    finally:
        simulator.change(2, permissions=["CONTROL SERVER"])


def test_state_and_severity_as_python_tds_tells_them(simulator):
    client = clients.PythonTDS()
    with pytest.raises(clients.SQLError) as raised:
        client.run(client.connect(simulator, encrypt=True), "\n\nSELECT * FROM missing")
    error = raised.value
    assert (error.number, error.state, error.severity, error.line) == (208, 1, 16, 3)


def test_a_table_that_the_login_may_not_read(client, simulator):
    simulator.change(2, permissions=["VIEW SERVER STATE"])
    try:
        connection = client.connect(simulator, encrypt=True, instance=2)
        with pytest.raises(clients.SQLError) as raised:
            client.run(connection, "SELECT database_name FROM msdb.dbo.backupset")
        expect(raised.value, 229, "The SELECT permission was denied on the object 'backupset'")
        assert client.run(connection, "SELECT COUNT(*) AS n FROM sys.dm_os_wait_stats")[0][0][0] > 100
        connection.close()
    finally:
        simulator.change(2, permissions=["CONTROL SERVER"])
