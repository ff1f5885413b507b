"""The peer of a route: pgbench running the statement that the route runs, on the same cluster, as the same role, as many at a time."""
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

from program import Program

PGBENCH = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), reverse=True)), Path("pgbench"))


def statement_of(program: Program, path: str, mark: str) -> tuple[str, list[str]]:
    """The statement with `mark` in it that GET `path` runs, with its parameters, as PostgreSQL's log has them."""
    log = program.cluster / "postgres.log"
    with program.connect() as connection:
        connection.execute("ALTER SYSTEM SET log_min_duration_statement = 0")
        connection.execute("SELECT pg_reload_conf()")
        time.sleep(0.3)
        before = log.stat().st_size
        program.call("GET", path)
        time.sleep(0.3)
        connection.execute("ALTER SYSTEM RESET log_min_duration_statement")
        connection.execute("SELECT pg_reload_conf()")
    with open(log, errors="replace") as file:
        file.seek(before)
        text = file.read()
    # An entry begins with its time; its further lines begin with a tab.
    entries = re.split(r"\n(?=\d{4}-\d\d-\d\d )", text)
    for number, entry in enumerate(entries):
        found = re.search(r"duration: [\d.]+ ms\s+(?:execute|statement)[^:]*: (.*)", entry, re.S)
        if found and mark in found[1]:
            detail = next((later for later in entries[number + 1 : number + 2] if "parameters:" in later), "")
            parameters = re.findall(r"\$\d+ = (NULL|'(?:[^']|'')*')", detail)
            return re.sub(r"\n\t", "\n", found[1]).strip(), parameters
    raise RuntimeError(f"no statement with {mark!r} in PostgreSQL's log of GET {path}:\n{text[-1500:]}")


def pgbench_rate(program: Program, database: str, role: str, statement: str, parameters: list[str], clients: int, seconds: int) -> tuple[float, float]:
    """Statements a second, and their mean milliseconds. Prepared, as the program prepares its own."""
    for index in range(len(parameters), 0, -1):
        value = parameters[index - 1]
        number = re.fullmatch(r"'(-?\d+)'", value)
        statement = re.sub(rf"\${index}(?!\d)", number[1] if number else value, statement)
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(" ".join(line.strip() for line in statement.splitlines()) + ";\n")
        script.flush()
        run = subprocess.run(
            [str(PGBENCH), "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(seconds), "-f", script.name, program.conninfo(database)],
            env={**os.environ, "PGOPTIONS": f"-c role={role}"}, capture_output=True, text=True,
        )
    rate = re.search(r"tps = ([\d.]+)", run.stdout)
    latency = re.search(r"latency average = ([\d.]+)", run.stdout)
    if run.returncode or not rate or not latency:
        raise RuntimeError(f"pgbench: {run.stderr[-800:]}")
    return float(rate[1]), float(latency[1])
