"""All clients read the same values: every type, NULLs, long texts."""

import datetime
import decimal
import uuid

import pytest

TYPES = [
    ("bit", "1", True),
    ("tinyint", "255", 255),
    ("smallint", "-32768", -32768),
    ("int", "-2147483648", -2147483648),
    ("bigint", "-9223372036854775808", -9223372036854775808),
    ("real", "1.5", 1.5),
    ("float", "-2.25e0", -2.25),
    ("decimal(38,4)", "'-1234567890123456789012345678901234.5678'", decimal.Decimal("-1234567890123456789012345678901234.5678")),
    ("decimal(9,0)", "123456789", decimal.Decimal(123456789)),
    ("numeric(18,6)", "0.000001", decimal.Decimal("0.000001")),
    ("money", "-922337203685477.5807", decimal.Decimal("-922337203685477.5807")),
    ("smallmoney", "1.2345", decimal.Decimal("1.2345")),
    ("date", "'2024-02-29'", datetime.date(2024, 2, 29)),
    ("time(7)", "'13:05:09.1234560'", datetime.time(13, 5, 9, 123456)),
    ("datetime", "'2026-11-21T13:05:09.123'", datetime.datetime(2026, 11, 21, 13, 5, 9, 123000)),
    ("smalldatetime", "'2026-11-21T13:05:00'", datetime.datetime(2026, 11, 21, 13, 5)),
    ("datetime2(7)", "'2026-11-21 13:05:09.1234560'", datetime.datetime(2026, 11, 21, 13, 5, 9, 123456)),
    ("datetime2(3)", "'0001-01-01 00:00:00.001'", datetime.datetime(1, 1, 1, 0, 0, 0, 1000)),
    ("char(5)", "'ab'", "ab   "),
    ("varchar(10)", "N'café€'", "café€"),
    ("nchar(4)", "N'ž'", "ž   "),
    ("nvarchar(20)", "N'žluť 🙂'", "žluť 🙂"),
    ("nvarchar(max)", "N'dlouhý'", "dlouhý"),
    ("varchar(max)", "'long'", "long"),
    ("varbinary(10)", "0x0001FF", b"\x00\x01\xff"),
    ("binary(4)", "0x01", b"\x01\x00\x00\x00"),
    ("varbinary(max)", "0x00FF", b"\x00\xff"),
    ("uniqueidentifier", "'01234567-89AB-CDEF-0123-456789ABCDEF'", uuid.UUID("01234567-89ab-cdef-0123-456789abcdef")),
]


@pytest.mark.parametrize("type_name, literal, expected", TYPES, ids=[row[0] for row in TYPES])
def test_a_value_and_its_null(client, connection, type_name, literal, expected):
    rows = client.run(connection, f"SELECT CAST({literal} AS {type_name}) AS v, CAST(NULL AS {type_name}) AS n")[0]
    if isinstance(expected, uuid.UUID):
        rows = [(uuid.UUID(str(value)), null) for value, null in rows]
    if isinstance(expected, datetime.datetime) and isinstance(rows[0][0], datetime.datetime):
        # datetime is in steps of 1/300 s, of which clients show 3 or 6 digits.
        rows = [(value if abs((value - expected).total_seconds()) > 0.001 else expected, null) for value, null in rows]
    assert rows == [(expected, None)]


def test_a_text_over_100_kb(client, connection):
    text = client.run(connection, "SELECT REPLICATE(CAST(N'x€' AS nvarchar(max)), 60000) AS t")[0][0][0]
    assert text == "x€" * 60_000


def test_binary_over_100_kb(client, connection):
    data = client.run(connection, "SELECT CAST(REPLICATE(CAST('ab' AS varchar(max)), 60000) AS varbinary(max)) AS b")[0][0][0]
    assert data == b"ab" * 60_000


def test_many_nulls_in_wide_rows(client, connection):
    columns = ", ".join(f"CAST({'NULL' if index % 3 else index} AS int) AS c{index}" for index in range(60))
    assert client.run(connection, f"SELECT {columns}")[0] == [tuple(None if index % 3 else index for index in range(60))]


def test_several_result_sets(client, connection):
    sets = client.run(connection, "SELECT 1 AS a; SELECT N'b' AS b, 2 AS c; SELECT 3 AS d WHERE 1 = 0; SELECT 4 AS e")
    assert sets == [[(1,)], [("b", 2)], [], [(4,)]]


def test_the_same_without_tls(client, simulators):
    connection = client.connect(simulators("off"), encrypt=False)
    rows = client.run(connection, "SELECT CAST(1.50 AS decimal(5,2)) AS a, N'ž' AS b, NULL AS c")[0]
    assert rows == [(decimal.Decimal("1.50"), "ž", None)]
    connection.close()
