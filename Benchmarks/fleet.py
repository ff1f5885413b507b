"""A whole fleet on one small node: 10,000 simulated SQL Servers every minute, with the simulator and PostgreSQL on the same processors."""
import os
import time
from pathlib import Path

from collection import FIRST_PORT, INTERVAL, LOGIN, Simulator
from program import Figure, Program, memory_by_process, memory_mb, percentile, processes_below

IMPORT_COUNT = 1_000
# What the bar allows the driver for each open connection: FreeTDS with TLS, measured before connections shared their converters
# (without TLS 67 kB). The figure says the whole beside it.
DRIVER_KB = 128
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> dict[str, float]:
    """User and system time of a process and its descendants, by what they are."""
    spent: dict[str, float] = {}
    for child, name in processes_below(pid):
        try:
            fields = Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        kind = "PostgreSQL" if "postgres" in name else "DbTools"
        spent[kind] = spent.get(kind, 0) + (int(fields[11]) + int(fields[12])) / TICKS
    return spent


def add_servers(program: Program, count: int) -> None:
    user, password = LOGIN.split(":")
    for first in range(0, count, IMPORT_COUNT):
        rows = [
            {"name": f"Server {number:05}", "hostname": "127.0.0.1", "port": FIRST_PORT + number, "username": user, "password": password,
             "trustServerCertificate": True}
            for number in range(first, min(first + IMPORT_COUNT, count))
        ]
        operation = program.call("POST", "/servers/import", rows).json()
        deadline = time.monotonic() + 120
        while program.call("GET", f"/operations/{operation['id']}").json()["status"] in ("queued", "running"):
            if time.monotonic() > deadline:
                raise RuntimeError("an import of 1,000 servers takes over two minutes")
            time.sleep(0.2)


def lost_runs(program: Program) -> dict[str, float]:
    """What the collectors say of runs that are not in the database."""
    text = program.http.get(f"{program.url}/metrics", timeout=30).text
    names = ["skipped", "dropped", "dropped_collector", "failed", "fenced", "handed_over"]
    wanted = {f"dbtools_collection_{name}_runs": name for name in names}
    return {wanted[line.split()[0]]: float(line.split()[1]) for line in text.splitlines() if line.split(" ")[0] in wanted}


class Durations:
    """How long the round trips of a stretch took, from what each collector says of its last run."""

    def __init__(self, program: Program, database: str):
        every = {entry["name"]: entry["cadence"] for entry in program.call("GET", "/metrics/collectors").json()}
        self.minute = [name for name, cadence in every.items() if cadence == "minute"]
        self.program, self.database, self.begun = program, database, time.time()
        self.seen: set[tuple[bool, object, float]] = set()
        self.milliseconds: dict[bool, list[int]] = {True: [], False: []}

    def take(self) -> None:
        """To be called more often than a collector of a minute runs twice: only its last run is kept."""
        with self.program.connect(self.database) as connection:
            rows = connection.execute(
                """
                SELECT collector = ANY(%s), server_id, extract(epoch FROM attempted_at)::float8, max(duration_ms)
                FROM monitoring.collector_runs
                WHERE attempted_at > to_timestamp(%s) AND state IN ('ok', 'cut_off', 'failed')
                GROUP BY 1, 2, 3
                """, [self.minute, max(self.begun, time.time() - 1.5 * INTERVAL)]).fetchall()
        for is_minute, server, at, milliseconds in rows:
            if (is_minute, server, at) not in self.seen:  # one is stored some time after it was read, and seen more than once
                self.seen.add((is_minute, server, at))
                self.milliseconds[is_minute].append(milliseconds)

    def wait(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            time.sleep(min(left, INTERVAL / 2))
            self.take()


def measure_fleet(options):
    servers, black_holes = options.fleet, int(options.fleet * options.black_hole_percent / 100)
    with Simulator(options, servers) as simulator, Program(options) as program:
        for number in range(1, black_holes + 1):
            simulator.tell(number, state="blackhole")
        program.sign_in()
        database, _ = program.tenant_row(program.make_tenant())
        add_servers(program, servers)
        time.sleep(3 * INTERVAL)
        durations = Durations(program, database)
        settled, before = time.time(), cpu_seconds(program.process.pid)
        simulated, lost_before = cpu_seconds(simulator.process.pid), lost_runs(program)
        durations.wait(options.minutes * 60)
        ended, after, lost = time.time(), cpu_seconds(program.process.pid), lost_runs(program)
        simulated = sum(cpu_seconds(simulator.process.pid).values()) - sum(simulated.values())
        family = processes_below(program.process.pid)
        own = memory_mb([pid for pid, name in family if "postgres" not in name])
        postgres = memory_mb([pid for pid, name in family if "postgres" in name])
        each_process = memory_by_process(program.process.pid)
        time.sleep(5)  # what was read in the last moment is stored
        with program.connect(database) as connection:
            rows = connection.execute(
                """
                SELECT m.server_id, extract(epoch FROM m.collected_at)::float8, extract(epoch FROM m.slot_at)::float8
                FROM monitoring.samples m
                JOIN monitoring.layouts l ON l.id = m.layout_id AND l.collector = 'core'
                JOIN fleet.servers s ON s.id = m.server_id
                WHERE s.port >= %s AND m.collected_at >= to_timestamp(%s)
                ORDER BY 1, 2
                """, [FIRST_PORT + black_holes, settled]).fetchall()
            # By the slots that began in the stretch, but for its last interval: their runs may still be under way.
            slots = sum(1 for _, _, slot in rows if settled <= slot < ended - INTERVAL)
            rows = [(server, at) for server, at, _ in rows if at <= ended]
            samples = connection.execute(
                """
                SELECT coalesce(sum(cardinality(s.gauges) + cardinality(s.counters)), 0)
                FROM monitoring.samples s
                WHERE s.collected_at BETWEEN to_timestamp(%s) AND to_timestamp(%s)
                """, [settled, ended]).fetchone()[0]
        times: dict[object, list[float]] = {}
        for server, at in rows:
            times.setdefault(server, []).append(at)
        expected = servers - black_holes
        gaps = [(later - earlier) / INTERVAL for series in times.values() for earlier, later in zip(series, series[1:])]
        gaps += [(ended - series[-1]) / INTERVAL for series in times.values() if ended - series[-1] > INTERVAL]
        seconds = ended - settled
        gaps += [seconds / INTERVAL] * (expected - len(times))  # those that were not read at all
        late = [0] * (int(seconds / INTERVAL) + 1)  # by the minute in which a gap of over 1.2 intervals ended
        for series in times.values():
            for earlier, later in zip(series, series[1:]):
                if later - earlier > 1.2 * INTERVAL:
                    late[int((later - settled) / INTERVAL)] += 1
        seen = f"{servers:,} servers, {black_holes:,} black holes, {options.minutes:g} minutes, {len(rows):,} runs; late by minute: {late}"
        yield Figure("fleet: achieved gap, p99", percentile(gaps, 0.99), "intervals", 1.2, seen)
        yield Figure("fleet: achieved gap, longest", max(gaps), "intervals", 2.0, seen)
        minute, rare = durations.milliseconds[True], durations.milliseconds[False]
        yield Figure(
            "fleet: a minute's collection, longest", max(minute, default=0) / 1000, "s", 5,
            f"{len(minute):,} seen, p50 {percentile(minute, 0.5)} ms, p99 {percentile(minute, 0.99)} ms; "
            f"rarer cadences: {len(rare):,} seen, p99 {percentile(rare, 0.99)} ms, longest {max(rare)} ms" if minute and rare else "none seen")
        reported = sum(lost[name] - lost_before[name] for name in ("skipped", "dropped", "fenced", "handed_over"))
        missing = max(0, expected * int(seconds / INTERVAL - 1) - slots)
        yield Figure("fleet: runs that are missing and not reported", max(0, missing - reported), "runs", 0, f"{missing} missing, {lost}")
        driver = (servers - black_holes) * DRIVER_KB / 1024
        yield Figure("fleet: memory of all DbTools processes without the drivers' connections", own - driver, "MB", 400,
                     f"{own:.0f} MB with them ({each_process}); {postgres:.0f} MB of PostgreSQL besides")
        spent = {kind: after[kind] - before.get(kind, 0) for kind in after}
        each = ", ".join(f"{kind} {1000 * value / len(rows):.1f}" for kind, value in sorted({**spent, "simulator": simulated}.items()))
        cores = (sum(spent.values()) + simulated) / seconds
        own_cpu = spent.get("DbTools", 0) + spent.get("PostgreSQL", 0)
        # The write path by itself is what `writing` measures.
        a_sample = f"{1e6 * own_cpu / int(samples):.1f} us for each of {samples:,} samples, drivers and TLS included" if samples else "no samples"
        yield Figure("fleet: processors in use, simulator included", cores, "cores", os.cpu_count() or 1, f"ms a run: {each}; {a_sample}")
