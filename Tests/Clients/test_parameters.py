"""Parameters go as remote procedure calls: sp_executesql, sp_prepexec, sp_execute, sp_unprepare."""

import datetime
import decimal

import pytest

VALUES = [
    42, -1, 2**40, 1.5, "plain", "žluť 🙂", "", "x" * 5_000, True, decimal.Decimal("12345.6789"),
    datetime.datetime(2026, 11, 21, 13, 5, 9, 123000), datetime.date(2026, 11, 21), b"\x00\x01\xff",
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: f"{type(value).__name__}-{str(value)[:12]}")
def test_a_parameter_comes_back(client, connection, value):
    if client.name in ("pymssql", "python-tds") and isinstance(value, bytes):
        pytest.skip("these send bytes as text")
    result = client.run(connection, "SELECT ? AS v", value)[0][0][0]
    if client.name == "pymssql":
        # pymssql writes literals: what comes back has the literal's type.
        assert str(result).split(".")[0].startswith(str(value).split(" ")[0].split(".")[0][:4].replace("True", "1"))
    else:
        assert result == value


def test_a_null_parameter(client, connection):
    assert client.run(connection, "SELECT ? AS v, ? AS w", None, 1)[0] == [(None, 1)]


def test_a_statement_that_is_prepared_once_and_run_often(client, connection):
    cursor = connection.cursor()
    for number in range(3):
        cursor.execute(f"SELECT {client.placeholder} + 1 AS v", (number,))
        assert [tuple(row) for row in cursor.fetchall()] == [(number + 1,)]
    cursor.close()


def test_a_filter_by_parameter(client, connection):
    assert client.run(connection, "SELECT name FROM sys.databases WHERE name = ?", "msdb")[0] == [("msdb",)]
