"""FreeTDS's own programs, in every version of the protocol; tshark as an independent decoder where it is installed."""

import os
import shutil
import subprocess
import time

import pytest

import clients


def tsql(simulator, sql, tmp_path, version="7.4", encryption="request", password=clients.PASSWORD, database="master"):
    configuration = tmp_path / "freetds.conf"
    configuration.write_text(
        f"[sim]\nhost = 127.0.0.1\nport = {simulator.port}\ntds version = {version}\nencryption = {encryption}\nclient charset = UTF-8\n")
    environment = {**os.environ, "FREETDSCONF": str(configuration)}
    command = ["tsql", "-S", "sim", "-U", "sa", "-P", password, "-D", database]
    return subprocess.run(command, input=f"{sql}\ngo\nexit\n", capture_output=True, text=True, timeout=30, env=environment)


@pytest.mark.parametrize("version", ["7.0", "7.1", "7.2", "7.3", "7.4", "auto"])
def test_tsql_in_every_version(simulator, tmp_path, version):
    sql = (
        "SELECT CAST(-5 AS bigint) AS b, N'žluť' AS n, CAST(1.50 AS decimal(9,2)) AS d, "
        "CAST(NULL AS int) AS x, CAST(N'long' AS nvarchar(max)) AS m")
    output = tsql(simulator, sql, tmp_path, version).stdout
    assert "-5\tžluť\t1.50\tNULL\tlong" in output


@pytest.mark.parametrize("encryption", ["off", "request", "require"])
def test_tsql_with_and_without_tls(simulator, tmp_path, encryption):
    assert "(1 row affected)" in tsql(simulator, "SELECT 1 AS a", tmp_path, encryption=encryption).stdout


def test_tsql_shows_number_state_severity_and_line(simulator, tmp_path):
    errors = tsql(simulator, "SELECT 1\nSELECT * FROM missing", tmp_path).stderr
    assert "Msg 208 (severity 16, state 1)" in errors and "Line 2" in errors


def test_tsql_with_a_wrong_password(simulator, tmp_path):
    result = tsql(simulator, "SELECT 1", tmp_path, password="wrong")
    assert "Msg 18456 (severity 14" in result.stderr


def test_tsql_with_an_unknown_database(simulator, tmp_path):
    errors = tsql(simulator, "SELECT 1", tmp_path, database="nothing_here").stderr
    assert "Msg 4060 (severity 11" in errors and "nothing_here" in errors


def test_bsqldb(simulator, tmp_path):
    output = tmp_path / "rows.txt"
    subprocess.run(
        ["bsqldb", "-S", f"127.0.0.1:{simulator.port}", "-U", "sa", "-P", clients.PASSWORD, "-t", "|", "-h", "-o", str(output)],
        input="SELECT name, database_id FROM sys.databases WHERE database_id <= 2 ORDER BY database_id", text=True, check=True, timeout=30)
    lines = [line.replace(" ", "") for line in output.read_text().splitlines() if "|" in line and "--" not in line]
    assert lines[-2:] == ["master|1", "tempdb|2"]


def may_capture():
    return shutil.which("tshark") is not None and os.geteuid() == 0


@pytest.mark.skipif(not may_capture(), reason="tshark is not installed, or may not capture")
def test_tshark_finds_nothing_malformed(simulators, tmp_path):
    simulator = simulators("off")
    capture = tmp_path / "tds.pcapng"
    command = ["tshark", "-q", "-i", "lo", "-f", f"tcp port {simulator.port}", "-w", str(capture)]
    tshark = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        while "Capturing on" not in tshark.stderr.readline():
            pass
        time.sleep(1)
        client = clients.Driver18()
        connection = client.connect(simulator, encrypt=False)
        client.run(connection, "SELECT name, create_date FROM sys.databases; SELECT CAST(NULL AS datetime2(7)) AS a; PRINT N'hello'")
        client.run(connection, "SELECT ? AS a, ? AS b", 1, "ž")
        connection.close()
        time.sleep(1)
    finally:
        tshark.terminate()
        tshark.wait(timeout=10)
    decode = ["tshark", "-r", str(capture), "-d", f"tcp.port=={simulator.port},tds"]
    packets = subprocess.run(decode + ["-Y", "tds"], capture_output=True, text=True, check=True, timeout=60).stdout
    malformed = subprocess.run(decode + ["-Y", "_ws.malformed"], capture_output=True, text=True, check=True, timeout=60).stdout
    assert "Response" in packets and malformed == ""
