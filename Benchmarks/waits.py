"""How fast a month of waits is read: `GET /servers/{id}/waits` of one server with 100 wait types, out of rollups.

The totals of each type grow each minute, three in ten by thousands and the others by single events, with noise. All that belongs to a server
lies in the same chunks, so 1,500 other series of other collectors are beside them, as a SQL Server has.
"""
import json
import time
import uuid

from program import Figure, Program, percentile
from storage import DAY, Storage

TYPE_COUNT, OTHER_COUNT = 100, 1_500
FAMILIES = ["LCK_M_", "PAGEIOLATCH_", "PAGELATCH_", "LATCH_", "PREEMPTIVE_OS_", "BACKUP", "HADR_", "XE_", "CX", "SOME_"]
METRICS = ["wait_type_tasks", "wait_type_ms", "wait_type_signal_ms"]


def measure_waits(options):
    days = max(2, int(30 * options.days_share))
    with Program(options, "--roles", "api") as program:
        program.sign_in()
        slug = program.make_tenant()
        database, _ = program.tenant_row(slug)
        end = int(time.time()) // 3600 * 3600
        storage = Storage(program, slug)
        with program.connect(database) as connection:
            server = fill(connection, storage, end, days)
            storage.close()
            samples, size = connection.execute(
                "SELECT sum(sample_count) FILTER (WHERE resolution = 0), sum(octet_length(data) + octet_length(directory)) FROM monitoring.chunks"
            ).fetchone()
        for name, top, benign in [("a month", 10, False), ("a month, harmless ones too, 50 types", 50, True)]:
            yield read(program, server, name, f"range=30d&top={top}&benign={str(benign).lower()}", f"{samples / 1e6:.0f} million samples, {size / 1e6:.0f} MB")
        yield read(program, server, "six hours", "range=6h", "raw samples")


def read(program: Program, server: str, name: str, query: str, beside: str) -> Figure:
    milliseconds = []
    for _ in range(21):
        started = time.monotonic()
        waits = program.call("GET", f"/servers/{server}/waits?{query}").json()
        milliseconds.append((time.monotonic() - started) * 1e3)
    points = sum(len(category["points"]) for category in waits["categories"])
    return Figure(
        f"waits of {name}, median of 20", percentile(milliseconds[1:], 0.5), "ms", 150,
        f"slowest {max(milliseconds[1:]):.0f} ms; {len(waits['categories'])} categories, {points} points, {len(waits['top'])} types; {beside}")


def fill(connection, storage: Storage, end: int, days: int) -> str:
    """Samples of `days` days before `end`, compacted day by day. Returns the server's id."""
    server = str(uuid.uuid4())
    connection.execute(
        "INSERT INTO fleet.servers (id, name, engine, hostname, port, auth_type, username, change_number, created_at, updated_at) "
        "VALUES (%s, 'Waiting', 'sqlserver', 'sql.example.com', 1433, 'sql', 'dbtools', 1, now(), now())", [server])
    connection.execute("INSERT INTO monitoring.collection_config (server_id, enabled, updated_at) VALUES (%s, false, now())", [server])
    ids = [
        connection.execute(
            "INSERT INTO monitoring.metric_types (name, unit, description, kind) VALUES (%s, 'milliseconds', '', 'counter') RETURNING id", [name]
        ).fetchone()[0] for name in [*METRICS, "other"]]
    types = sorted(json.dumps([f"{FAMILIES[n % len(FAMILIES)]}{n:03}"]) for n in range(TYPE_COUNT))
    others = sorted(json.dumps([f"other {n:04}"]) for n in range(OTHER_COUNT))
    layouts = [
        connection.execute(
            "INSERT INTO monitoring.layouts (server_id, collector, instances, gauge_ids, counter_ids, digest) VALUES (%s, %s, %s, '{}', %s, %s) "
            "RETURNING id", [server, collector, instances, metrics, digest]).fetchone()[0]
        for collector, instances, metrics, digest in [("waits", types, ids[:3], 1), ("others", others, ids[3:], 2)]]
    for at in range((end - days * DAY) // DAY * DAY, end, DAY):
        for layout, count, width in [(layouts[0], TYPE_COUNT, 3), (layouts[1], OTHER_COUNT, 1)]:
            connection.execute(
                """
                INSERT INTO monitoring.samples (server_id, layout_id, slot_at, collected_at, seconds, gauges, counters)
                SELECT %(server)s, %(layout)s, r.at, r.at + interval '40 ms', 60, '{}', v.counters
                FROM (
                    SELECT to_timestamp(%(from)s + n * 60) AS at, %(from)s / 60 - %(first)s + n AS minute
                    FROM generate_series(0, 1439) AS n
                    WHERE %(from)s + n * 60 < %(end)s
                ) AS r
                CROSS JOIN LATERAL (
                    SELECT array_agg(
                        (CASE WHEN i %% 10 < 3 THEN 5000 * (1 + i) / c ELSE 1.5 / c END
                            * (r.minute + (hashint8(r.minute * 1009 + i) & 1023) / 1100.0))::bigint
                        ORDER BY i, c) AS counters
                    FROM generate_series(0, %(count)s - 1) AS i
                    CROSS JOIN generate_series(1, %(width)s) AS c
                ) AS v
                """,
                {"server": server, "layout": layout, "from": at, "end": end, "first": (end - days * DAY) // DAY * DAY // 60, "count": count, "width": width})
        storage.ask("compact", min(at + DAY + 4 * 3600, end))
        connection.execute("VACUUM monitoring.samples")
    connection.execute("ANALYZE monitoring.chunks")
    return server
