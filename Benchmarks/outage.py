"""PostgreSQL stopped for two minutes while a fleet is read: what DbTools' processes keep in memory, what is lost, who says so, and when all is
stored again. The PostgreSQL is one of the operator's own, for DbTools starts its private one anew at once."""
import secrets
import threading
import time

import psycopg
import requests
from collection import INTERVAL, Simulator
from fleet import add_servers, lost_runs
from own_servers import OwnPostgres
from program import Figure, Program, memory_mb, percentile, processes_below

OUTAGE_SECONDS = 120
CATCH_UP_SECONDS_MAX = 300


class MemoryPeak:
    """The most that DbTools' processes took together, looked at every two seconds."""

    def __init__(self, program: Program):
        self.program, self.megabytes = program, 0.0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def now(self) -> float:
        return memory_mb([pid for pid, name in processes_below(self.program.process.pid) if "postgres" not in name])

    def watch(self) -> None:
        while not self.ended.wait(2):
            self.megabytes = max(self.megabytes, self.now())

    def __enter__(self) -> "MemoryPeak":
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.ended.set()
        self.thread.join()


def answers(program: Program) -> str:
    """What someone who looks during the outage is told."""
    told = []
    for path in ("/health", "/ready", "/api/v1/servers?limit=1", "/"):
        try:
            answer = program.http.get(f"{program.url}{path}", timeout=30)
            told.append(f"{path} {answer.status_code} in {answer.elapsed.total_seconds():.1f} s")
        except requests.RequestException as error:
            told.append(f"{path} {type(error).__name__}")
    return ", ".join(told)


def stored_since(postgres: OwnPostgres, database: str, moment: float) -> int:
    with psycopg.connect(postgres.url(database)) as connection:
        return connection.execute(
            "SELECT count(DISTINCT server_id) FROM monitoring.samples WHERE collected_at > to_timestamp(%s)", [moment]).fetchone()[0]


def measure_outage(options):
    servers = options.outage_servers
    with OwnPostgres() as postgres, Simulator(options, servers):
        environment = {"DATABASE_URL": postgres.url("dbtools_system"), "DBTOOLS_MASTER_KEY": secrets.token_hex(32)}
        with Program(options, environment=environment) as program:
            program.sign_in()
            slug = program.make_tenant()
            with psycopg.connect(postgres.url("dbtools_system")) as connection:
                database = connection.execute("SELECT database_name FROM platform.tenants WHERE slug = %s", [slug]).fetchone()[0]
            add_servers(program, servers)
            time.sleep(3 * INTERVAL)
            yield from through_outage(postgres, program, database, servers)


def through_outage(postgres: OwnPostgres, program: Program, database: str, servers: int):
    processes = {pid for pid, name in processes_below(program.process.pid) if "postgres" not in name}
    begun, lost_before = time.time(), lost_runs(program)
    time.sleep(INTERVAL)
    with MemoryPeak(program) as memory:
        before = memory.now()
        stopped = time.time()
        postgres.stop("fast")
        time.sleep(OUTAGE_SECONDS / 2)
        told = answers(program)
        time.sleep(max(0, stopped + OUTAGE_SECONDS - time.time()))
        postgres.start()
        returned = time.time()
        while stored_since(postgres, database, returned) < servers:
            if time.time() - returned > CATCH_UP_SECONDS_MAX:
                break
            time.sleep(1)
        caught_up = time.time()
        time.sleep(max(0, returned + 2 * INTERVAL - time.time()))
        ended = time.time()
    time.sleep(5)  # what was read in the last moment is stored
    lost = lost_runs(program)
    with psycopg.connect(postgres.url(database)) as connection:
        rows = connection.execute(
            """
            SELECT m.server_id, extract(epoch FROM m.slot_at)::float8, extract(epoch FROM m.collected_at)::float8
            FROM monitoring.samples m
            JOIN monitoring.layouts l ON l.id = m.layout_id AND l.collector = 'core'
            WHERE m.slot_at >= to_timestamp(%s) AND m.slot_at < to_timestamp(%s)
            """, [begun, ended - INTERVAL]).fetchall()
        told_runs, told_collector_runs, reasons = connection.execute(
            """
            SELECT coalesce(sum((details ->> 'runs')::int), 0), coalesce(sum((details ->> 'collectorRuns')::int), 0),
                   string_agg(DISTINCT details ->> 'reason', ' ')
            FROM platform.activity_log
            WHERE action = 'samples_lost'
            """).fetchone()
    during = [row for row in rows if stopped <= row[2] < returned]
    slots = len({row[:2] for row in rows})
    expected = servers * int((ended - begun) / INTERVAL - 1)
    missing = max(0, expected - slots)
    counted = {name: lost[name] - lost_before[name] for name in lost}
    reported = sum(counted[name] for name in ("skipped", "dropped", "fenced", "handed_over"))
    delays = [at - slot for _, slot, at in rows]
    now = {pid for pid, name in processes_below(program.process.pid) if "postgres" not in name}
    seen = f"{servers:,} servers, PostgreSQL away for {returned - stopped:.0f} s; then {told}"
    yield Figure("outage: memory beyond that of before, at most", memory.megabytes - before, "MB", 256, f"{before:.0f} MB before; {seen}")
    yield Figure("outage: core runs that are missing and not reported", max(0, missing - reported), "runs", 0,
                 f"{missing} of {expected:,} missing, {len(during):,} read while it was away are stored; counted: {counted}")
    core, collectors = lost["dropped"], lost["dropped_collector"]
    yield Figure("outage: dropped runs of which the tenant's log says nothing", abs(core + collectors - told_runs - told_collector_runs), "runs", 0,
                 f"dropped {core:.0f} of the core, {collectors:.0f} of collectors beside it; said: {told_runs}, {told_collector_runs} ({reasons})")
    yield Figure("outage: until every server's newer values are stored", caught_up - returned, "s", 2 * INTERVAL,
                 f"a run begins after its slot by p99 {percentile(delays, 0.99):.0f} s, {max(delays):.0f} s at most")
    yield Figure("outage: runs stored twice for a slot", len(rows) - slots, "runs", 0, f"{len(rows):,} runs")
    yield Figure("outage: processes that ended", len(processes - now), "processes", 0, f"{len(processes)} before")
