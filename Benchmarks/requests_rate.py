"""What requests cost: /servers/health of 10,000 servers, and the list of servers."""
import re
import subprocess
import time

from peer import pgbench_rate, statement_of
from program import Figure, Program, percentile

SERVER_COUNT = 10_000
CLIENTS = 8
SECONDS = 10

SEED = """
INSERT INTO fleet.servers (id, name, engine, hostname, port, auth_type, username, change_number, version, product_version, edition, created_at, updated_at)
SELECT gen_random_uuid(), 'Server ' || to_char(n, 'FM00000'), 'sqlserver', 'sql' || n || '.example.com', 1433, 'sql', 'dbtools', n,
       'SQL Server 2022', '16.0.4135.4', 'Developer Edition', now(), now()
FROM generate_series(1, %(count)s) AS n;
UPDATE fleet.change_counter SET value = %(count)s;
INSERT INTO fleet.server_groups (id, name, created_at, updated_at) SELECT gen_random_uuid(), 'Group ' || n, now(), now() FROM generate_series(1, 20) AS n;
INSERT INTO fleet.server_group_members (server_id, group_id)
SELECT s.id, g.id FROM fleet.servers s JOIN (SELECT id, row_number() OVER () AS n FROM fleet.server_groups) g ON g.n = 1 + s.change_number %% 20;
INSERT INTO monitoring.collection_config (server_id, enabled, updated_at) SELECT id, true, now() FROM fleet.servers;
INSERT INTO monitoring.server_snapshots
    (server_id, status, health, reasons, collected_at, attempted_at, interval_seconds, changed_at, cpu_percent, memory_percent, connection_count, batch_requests_sec)
SELECT id, 'online', CASE WHEN change_number %% 50 = 0 THEN 'warning' ELSE 'healthy' END,
       CASE WHEN change_number %% 50 = 0 THEN ARRAY['CPU is at 84 percent (warning from 80)'] ELSE '{}' END,
       now() + interval '1 hour', now(), 3600, now(), change_number %% 100, 60, 25, 1200.5
FROM fleet.servers;
UPDATE monitoring.server_snapshots SET metric_ids = ARRAY[1, 2, 3, 4, 5, 6, 7], "values" = ARRAY[cpu_percent, 60, 10, 10, 25, 1200.5, random() * 1000];
"""


def seeded(program: Program) -> tuple[str, str]:
    """A tenant with many servers in it that nobody collects; its database and role."""
    program.sign_in()
    slug = program.make_tenant()
    database, role = program.tenant_row(slug)
    with program.connect(database) as connection:
        for statement in (SEED % {"count": SERVER_COUNT}).split(";\n"):
            if statement.strip():
                connection.execute(statement)
        connection.execute("VACUUM ANALYZE")
    return database, role


def measure_health(options):
    with Program(options, "--roles", "api") as program:
        database, role = seeded(program)
        before = len(server_times(program))
        times, bytes_count = [], 0
        # As a dashboard that asks every 10 s sees a fleet collected every 60 s: a sixth of the servers is new each time.
        collected = (
            "UPDATE monitoring.server_snapshots t SET cpu_percent = 20 + %(n)s %% 60, collected_at = now() + interval '1 hour', attempted_at = now() "
            "FROM fleet.servers s WHERE s.id = t.server_id AND s.change_number %% 6 = %(n)s %% 6"
        )
        for number in range(120):
            with program.connect(database) as connection:
                connection.execute(collected % {"n": number})
            started = time.monotonic()
            answer = program.call("GET", "/servers/health")
            times.append((time.monotonic() - started) * 1000)
            bytes_count = len(answer.content)
            assert len(answer.json()) == SERVER_COUNT
        inside = server_times(program)[before:][20:]
        assert len(inside) == 100, "each request has a line in the log"
        statement, parameters = statement_of(program, "/servers/health", "server_snapshots")
        _, latency = pgbench_rate(program, database, role, statement, parameters, clients=1, seconds=SECONDS)
        yield Figure(
            "/servers/health of 10,000, p95 of the server's time (duration_ms of its log)", percentile(inside, 0.95), "ms", 60,
            f"median {percentile(inside, 0.5):.1f} ms; a client that unpacks gzip: median {percentile(times[20:], 0.5):.1f}, "
            f"p95 {percentile(times[20:], 0.95):.1f} ms, {bytes_count / 1e6:.1f} MB, a sixth of the servers new each time; pgbench, same statement, mean {latency:.1f} ms",
        )


def measure_compare(options):
    """One metric over 10,000 servers: of those by which health is judged, and of the others."""
    with Program(options, "--roles", "api") as program:
        seeded(program)
        for metric in ("cpu_percent", "wait_time_ms"):
            times = []
            for number in range(120):
                started = time.monotonic()
                answer = program.call("GET", f"/metrics/compare?metric={metric}&top=50&order={('asc', 'desc')[number % 2]}")
                times.append((time.monotonic() - started) * 1000)
                assert len(answer.json()) == 50 and answer.headers["X-Total-Count"] == str(SERVER_COUNT)
            yield Figure(
                f"/metrics/compare of {metric} over 10,000, p95", percentile(times[20:], 0.95), "ms", 100,
                f"median {percentile(times[20:], 0.5):.1f} ms, as its client sees it")


def server_times(program: Program) -> list[float]:
    """The milliseconds of each GET /servers/health, from the log."""
    program.log.flush()
    with open(program.log.name, errors="replace") as log:
        return [float(re.search(r'"duration_ms":([\d.]+)', line)[1]) for line in log if '"route":"/api/v1/servers/health"' in line]


def measure_list(options):
    with Program(options, "--roles", "api") as program:
        database, role = seeded(program)
        statement, parameters = statement_of(program, "/servers?limit=50", "server_overview")
        headers = [f"{name}: {program.http.headers[name]}" for name in ("Authorization", "X-Tenant-Slug")]
        command = ["wrk", "-t", "2", "-c", str(CLIENTS), "-d", f"{SECONDS}s"]
        for header in headers:
            command += ["-H", header]
        run = subprocess.run([*command, f"{program.url}/api/v1/servers?limit=50"], capture_output=True, text=True, check=True)
        if "Non-2xx" in run.stdout:
            raise RuntimeError(run.stdout)
        rate = float(re.search(r"Requests/sec:\s+([\d.]+)", run.stdout)[1])
        peer, _ = pgbench_rate(program, database, role, statement, parameters, clients=CLIENTS, seconds=SECONDS)
        yield Figure(
            "GET /servers?limit=50 as a share of pgbench's rate", rate / peer, "", 0.3,
            f"{rate:.0f}/s signed in, against {peer:.0f}/s of pgbench, {CLIENTS} at a time", isLargerBetter=True,
        )
