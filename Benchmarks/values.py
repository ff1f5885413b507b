"""Are the rates true? A PostgreSQL under pgbench and a MariaDB under sysbench, watched by DbTools; its rates beside what the servers' own views say
when they are asked every second by somebody else. Both are averages over the same stretch, from DbTools' first look to its last."""
import bisect
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import psycopg
from own_servers import OwnMariaDB, OwnPostgres
from peer import PGBENCH
from program import Figure, Program

INTERVAL = 30
LOGIN = ("dbtools_watch", "Watch-1234-bench")
# A counter that moved less often than this in the whole stretch says nothing of a rate.
MOVED_MIN = 1_000


class Counters:
    """A server's own counters, read every second: what each was at any moment between."""

    def __init__(self):
        self.times: list[float] = []
        self.readings: list[dict[str, float]] = []

    def note(self, began: float, ended: float, reading: dict[str, float]) -> None:
        self.times.append((began + ended) / 2)
        self.readings.append(reading)

    def at(self, when: float, name: str) -> float:
        later = bisect.bisect_left(self.times, when)
        if not 0 < later < len(self.times):
            raise RuntimeError(f"{name} was not read around {when}")
        before, after = self.times[later - 1], self.times[later]
        low, high = self.readings[later - 1][name], self.readings[later][name]
        return low + (high - low) * (when - before) / (after - before)


class Watched:
    """What DbTools said of one collector's rates, run by run."""

    def __init__(self, program: Program, server: str, collector: str, key: str):
        self.program, self.path, self.key = program, f"/servers/{server}/collectors/{collector}", key
        self.runs: list[tuple[float, dict[tuple[str, str], float]]] = []

    def look(self) -> None:
        answer = self.program.call("GET", self.path).json()
        if not answer["attemptedAt"] or answer["state"] != "ok":
            return
        at = moment(answer["attemptedAt"])
        if self.runs and self.runs[-1][0] == at:
            return
        names = [column["name"] for column in answer["columns"]]
        counters = {column["name"] for column in answer["columns"] if column["kind"] == "counter"}
        place = names.index(self.key)
        rates = {
            (row[place], name): value for row in answer["rows"] for name, value in zip(names, row) if name in counters and value is not None
        }
        self.runs.append((at, rates))

    def averages(self) -> tuple[float, float, dict[tuple[str, str], float]]:
        """From when until when, and each rate's average, weighed by the time it stands for."""
        runs = self.runs
        if len(runs) < 3:
            raise RuntimeError(f"{self.path}: only {len(runs)} runs were seen")
        first, last = runs[0][0], runs[-1][0]
        sums: dict[tuple[str, str], float] = {}
        for (before, _), (at, rates) in zip(runs, runs[1:]):
            for name, rate in rates.items():
                sums[name] = sums.get(name, 0) + rate * (at - before)
        return first, last, {name: value / (last - first) for name, value in sums.items()}


def moment(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def postgres_reading(connection) -> dict[str, float]:
    columns = "xact_commit, xact_rollback, blks_read, blks_hit, tup_returned, tup_fetched, tup_inserted, tup_updated, tup_deleted"
    row = connection.execute(f"SELECT {columns} FROM pg_stat_database WHERE datname = 'postgres'").fetchone()
    return {name.strip(): float(value) for name, value in zip(columns.split(","), row)}


# A column of the collector `databases` beside the view's column.
POSTGRES_NAMES = {
    "commit_count": "xact_commit", "rollback_count": "xact_rollback", "blocks_read": "blks_read", "blocks_hit": "blks_hit",
    "rows_returned": "tup_returned", "rows_fetched": "tup_fetched", "rows_inserted": "tup_inserted", "rows_updated": "tup_updated",
    "rows_deleted": "tup_deleted",
}


def mariadb_reading(server: OwnMariaDB) -> dict[str, float]:
    found = {}
    for line in server.run("SHOW GLOBAL STATUS").splitlines():
        name, _, value = line.partition("\t")
        if value.lstrip("-").isdigit():
            found[name.lower()] = float(value)
    return found


def add_server(program: Program, name: str, engine: str, port: int) -> str:
    row = program.call("POST", "/servers", {
        "name": name, "engine": engine, "hostname": "127.0.0.1", "port": port, "username": LOGIN[0], "password": LOGIN[1], "encrypt": False,
    }).json()
    program.call("PUT", f"/servers/{row['id']}/collection-config", {"intervalSeconds": INTERVAL, "enabled": True, "metricsEnabled": None})
    return row["id"]


def sysbench(server: OwnMariaDB, *words: str) -> list[str]:
    return ["sysbench", "oltp_read_write", f"--mysql-socket={server.directory}/s", "--mysql-user=root", "--mysql-db=bench", "--tables=4",
            "--table-size=20000", *words]


def measure_values(options):
    seconds = options.minutes * 60
    with OwnPostgres() as postgres, OwnMariaDB() as mariadb, Program(options) as program:
        with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {LOGIN[0]} LOGIN PASSWORD '{LOGIN[1]}' IN ROLE pg_monitor")
        mariadb.run(f"CREATE DATABASE bench; CREATE USER {LOGIN[0]}@'%' IDENTIFIED BY '{LOGIN[1]}'; "
                    f"GRANT PROCESS, REPLICATION CLIENT, SLAVE MONITOR, SELECT ON *.* TO {LOGIN[0]}@'%'")
        subprocess.run([str(PGBENCH), "-i", "-q", "-s", "5", postgres.url("postgres")], check=True, capture_output=True)
        subprocess.run(sysbench(mariadb, "prepare"), check=True, capture_output=True)
        program.sign_in()
        program.make_tenant()
        looked = {
            "postgresql": Watched(program, add_server(program, "Under pgbench", "postgresql", postgres.port), "databases", "database_name"),
            "mysql": Watched(program, add_server(program, "Under sysbench", "mysql", mariadb.port), "global_status", "status_name"),
        }
        loads = [
            subprocess.Popen([str(PGBENCH), "-n", "-c", "2", "-R", "150", "-T", str(int(seconds + 30)), postgres.url("postgres")],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL),
            subprocess.Popen(sysbench(mariadb, "--threads=2", "--rate=40", f"--time={int(seconds + 30)}", "run"),
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL),
        ]
        try:
            time.sleep(20)
            yield from compare(looked, watch(looked, postgres, mariadb, seconds))
        finally:
            for load in loads:
                load.terminate()
                load.wait(timeout=30)


def watch(looked: dict[str, Watched], postgres: OwnPostgres, mariadb: OwnMariaDB, seconds: float) -> dict[str, Counters]:
    own = {"postgresql": Counters(), "mysql": Counters()}
    ends = time.time() + seconds
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection, ThreadPoolExecutor(2) as pool:
        readers = {"postgresql": lambda: postgres_reading(connection), "mysql": lambda: mariadb_reading(mariadb)}

        def note(engine: str) -> None:
            began = time.time()
            reading = readers[engine]()
            own[engine].note(began, time.time(), reading)

        list(pool.map(note, own))
        # A run that came before the own counters were first read cannot be compared.
        for watched in looked.values():
            watched.look()
            watched.runs.clear()
        while time.time() < ends:
            list(pool.map(note, own))
            for watched in looked.values():
                watched.look()
                if watched.runs and watched.runs[0][0] < own["mysql"].times[0] + 1:
                    watched.runs.clear()
            time.sleep(1)
        list(pool.map(note, own))
    return own


def compare(looked: dict[str, Watched], own: dict[str, Counters]):
    for engine, load in (("postgresql", "pgbench"), ("mysql", "sysbench")):
        counters = own[engine]
        first, last, averages = looked[engine].averages()
        if engine == "postgresql":
            pairs = {view: averages.get(("postgres", column)) for column, view in POSTGRES_NAMES.items()}
        else:
            pairs = {name: rate for (name, _), rate in averages.items()}
        differences = []
        for name, said in pairs.items():
            if name not in counters.readings[0]:
                continue
            moved = counters.at(last, name) - counters.at(first, name)
            if moved < MOVED_MIN:
                continue
            true = moved / (last - first)
            differences.append((abs((said if said is not None else 0) - true) / true * 100, name, said, true))
        differences.sort(reverse=True)
        if not differences:
            raise RuntimeError(f"no counter of {engine} moved")
        worst = ", ".join(f"{name} {said:.5g} for {true:.5g}/s" for _, name, said, true in differences[:3])
        yield Figure(
            f"values: {engine} under {load}, the rate that is furthest off", differences[0][0], "%", 2,
            f"{len(differences)} rates over {last - first:.0f} s, {len(looked[engine].runs)} runs; worst: {worst}")
