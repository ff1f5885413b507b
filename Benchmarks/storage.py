"""What samples cost on disk, how fast they are compacted, and how fast a month of charts is read out of chunks.

200 series for each server, every 60 s, over a week (one server: 30 days), written into the head two hours at a time and compacted as the
collector does it, by `dbtools storage`. Between two stretches the head is vacuumed, as autovacuum does within two hours.

The series, as servers have them: 30 % constant (settings, totals of memory), 25 % slow counters (0 to 2 events a minute: deadlocks, logins),
20 % busy counters (thousands a minute with 15 % noise and changes of pace: reads, batches, waits), 15 % noisy percentages with two
decimals (CPU, hit ratios), 10 % sizes (multiples of 8 KB that grow now and then). They lie in eight layouts, from a row of 60 columns to 15
rows of 4, all of one batch: one time axis, with 30 to 90 ms of jitter.
"""
import json
import os
import random
import subprocess
import time
import uuid

from fleet import cpu_seconds
from program import Figure, Program, executable

SERIES_COUNT = 200
STRETCH, STEP, DAY = 7200, 60, 86_400
FLEET = 10_000
#: Layouts: instances, gauges and counters of each instance. Together 200 series.
LAYOUTS = [(1, 20, 20), (15, 2, 2), (10, 2, 1), (1, 10, 0), (1, 0, 30), (5, 1, 1), (4, 1, 0), (1, 10, 6)]
assert sum(instances * (gauges + counters) for instances, gauges, counters in LAYOUTS) == SERIES_COUNT


class Series:
    """One series: `next()` is its value a minute later."""

    def __init__(self, kind: str, random: random.Random):
        self.kind, self.random = kind, random
        self.value = {"constant": random.randrange(100_000), "percent": random.uniform(10, 80)}.get(kind, random.randrange(10**9))
        self.middle, self.pace, self.chance = self.value, random.uniform(1e3, 2e5), random.uniform(0.02, 1.5)
        if kind == "size":
            self.value = random.randrange(1, 10**7) * 8192

    def next(self):
        random = self.random
        if self.kind == "slow":
            self.value += round(random.random() * 2 * self.chance)
        elif self.kind == "busy":
            if random.random() < 1 / 30:
                self.pace = min(max(self.pace * random.uniform(0.3, 3), 300), 2e6)
            self.value += max(0, int(self.pace * random.gauss(1, 0.15)))
        elif self.kind == "percent":
            self.value = min(max(self.value + 0.2 * (self.middle - self.value) + random.gauss(0, 3), 0), 100)
            return round(self.value, 2)
        elif self.kind == "size" and random.random() < 0.1:
            self.value += random.randrange(1, 200) * 8192
        return self.value


class Server:
    """A server's layouts and series."""

    def __init__(self, connection, number: int):
        self.id, self.random, self.layouts = str(uuid.uuid4()), random.Random(number), []
        connection.execute(
            "INSERT INTO fleet.servers (id, name, engine, hostname, port, auth_type, username, change_number, created_at, updated_at) "
            "VALUES (%s, %s, 'sqlserver', %s, 1433, 'sql', 'dbtools', %s, now(), now())",
            [self.id, f"Server {number}", f"sql{number}.example.com", number + 1])
        connection.execute("INSERT INTO monitoring.collection_config (server_id, enabled, updated_at) VALUES (%s, false, now())", [self.id])
        gauges = self.kinds([("constant", 49), ("percent", 30), ("size", 20)])
        counters = self.kinds([("slow", 50), ("busy", 40), ("constant", 11)])
        metric = 1000
        for index, (instances, gauge_count, counter_count) in enumerate(LAYOUTS):
            ids = list(range(metric, metric + gauge_count + counter_count))
            metric += gauge_count + counter_count
            layout = connection.execute(
                "INSERT INTO monitoring.layouts (server_id, collector, instances, gauge_ids, counter_ids, digest) VALUES (%s, %s, %s, %s, %s, %s) "
                "RETURNING id",
                [self.id, f"collector_{index}", [json.dumps([f"instance {n}"]) for n in range(instances)], ids[:gauge_count], ids[gauge_count:],
                 self.random.getrandbits(62)]).fetchone()[0]
            self.layouts.append((
                layout, [Series(next(gauges), self.random) for _ in range(instances * gauge_count)],
                [Series(next(counters), self.random) for _ in range(instances * counter_count)]))
        self.delay = 0.05

    def kinds(self, shares):
        kinds = [kind for kind, count in shares for _ in range(count)]
        self.random.shuffle(kinds)
        return iter(kinds)

    def write(self, connection, start: float, count: int) -> None:
        """A stretch of `count` runs into the head."""
        with connection.cursor().copy(
            "COPY monitoring.samples (server_id, layout_id, slot_at, collected_at, seconds, gauges, counters) FROM STDIN"
        ) as copy:
            for run in range(count):
                slot, delay = start + run * STEP, self.random.uniform(0.03, 0.09)
                seconds, self.delay = STEP + delay - self.delay, delay
                times = "\t".join(time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(int(at))) + f".{int(at * 1e6) % 10**6:06d}+00" for at in (slot, slot + delay))
                for layout, gauges, counters in self.layouts:
                    copy.write(
                        f"{self.id}\t{layout}\t{times}\t{seconds:.6f}\t{{{','.join(str(one.next()) for one in gauges)}}}"
                        f"\t{{{','.join(str(one.next()) for one in counters)}}}\n")


class Storage:
    """`dbtools storage`: a line in, a line of JSON out."""

    def __init__(self, program: Program, slug: str):
        self.slug = slug
        self.process = subprocess.Popen(
            [executable(program.options), "storage", "--data-dir", program.data], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, command: str, *words) -> dict:
        print(command, self.slug, *words, file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=20)


def bytes_of(connection, *tables: str) -> int:
    """Everything: rows, indexes, TOAST, free space, of the tables and their partitions."""
    return connection.execute(
        "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c "
        "WHERE c.oid = ANY (%(t)s::text[]::regclass[]) OR c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = ANY (%(t)s::text[]::regclass[]))",
        {"t": [f"monitoring.{table}" for table in tables]}).fetchone()[0]


def measure_storage(options):
    week, month = int(7 * options.days_share), int(30 * options.days_share)
    with Program(options, "--roles", "api") as program:
        program.sign_in()
        slug = program.make_tenant()
        database, _ = program.tenant_row(slug)
        end = int(time.time()) // DAY * DAY + 14 * 3600 + 600  # what the head holds on the average is in it: 2 h 10 min
        storage = Storage(program, slug)
        with program.connect(database) as connection:
            empty = bytes_of(connection, "samples", "chunks", "layouts", "metric_types")
            servers = 3
            _, done = fill(connection, storage, servers, end, week)
            connection.execute("ANALYZE monitoring.chunks")
            total = servers * SERIES_COUNT * week * DAY // STEP
            raw, rollups, compacted = connection.execute(
                "SELECT sum(octet_length(data) + octet_length(directory)) FILTER (WHERE resolution = 0), "
                "sum(octet_length(data) + octet_length(directory)) FILTER (WHERE resolution > 0), "
                "sum(sample_count) FILTER (WHERE resolution = 0) FROM monitoring.chunks").fetchone()
            # Raw chunks alone, with their rows, index and TOAST: measured in a copy of the table.
            connection.execute("CREATE TABLE monitoring.raw_alone (LIKE monitoring.chunks INCLUDING ALL)")
            connection.execute("INSERT INTO monitoring.raw_alone SELECT * FROM monitoring.chunks WHERE resolution = 0")
            alone = bytes_of(connection, "raw_alone")
            everything = bytes_of(connection, "samples", "chunks", "layouts", "metric_types")
            head = bytes_of(connection, "samples")
            yield Figure(
                "raw samples after compaction, with rows, index and TOAST", alone / float(compacted), "bytes/sample", 1.3,
                f"the chunks themselves {float(raw) / float(compacted):.3f}; {compacted / 1e6:.1f} million samples of {servers} servers")
            yield Figure(
                "samples of a week, everything counted", everything / total, "bytes/sample", 2.5,
                f"rollups {float(rollups or 0) / total:.3f}, head {head / total:.3f} (with free space; {empty / 1e3:.0f} kB of empty tables)")
            in_head = (2 * 3600 + 600) / DAY
            settled = (everything - head - empty) / (total * (1 - in_head / week))
            a_day = FLEET * SERIES_COUNT * DAY / STEP / 1e9
            yield Figure(
                f"disk for each day of the week, {FLEET:,} servers x {SERIES_COUNT} series", everything / total * a_day, "GB", 7.5,
                f"one more day {settled * a_day:.1f} GB in chunks with rollups; the head {head / total * week * a_day:.1f} GB, however long is kept, "
                f"of {in_head * 24:.2f} hours with free space")
            yield Figure(
                "compaction, from table to table", done["samples"] / done["seconds"] / 1e3, "thousand samples/s", 500,
                f"{done['samples'] / 1e6:.1f} million samples in {done['seconds']:.1f} s, rollups included; "
                f"{done['cpu_seconds']:.1f} s of CPU of ours; load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
                isLargerBetter=True)
            connection.execute("TRUNCATE monitoring.samples, monitoring.chunks")
            connection.execute("DELETE FROM fleet.servers")
            storage.close()
            storage = Storage(program, slug)  # time goes back: a new process does not know that the days to come had their turn
            server, _ = fill(connection, storage, 1, end, month)
            yield read_month(storage, server, end, month)
            storage.close()


def fill(connection, storage: Storage, servers: int, end: int, days: int):
    """Samples of `days` days before `end`, compacted stretch by stretch. Returns a server's id, and the sums of what compaction said."""
    all_servers = [Server(connection, number) for number in range(servers)]
    done = {"samples": 0, "seconds": 0.0, "cpu_seconds": 0.0}
    start = end - days * DAY
    for at in range(start, end, STRETCH // 2):
        for server in all_servers:
            server.write(connection, at, STRETCH // 2 // STEP)
        outcome = storage.ask("compact", at + STRETCH // 2)
        for key in done:
            done[key] += outcome[key]
        connection.execute("VACUUM monitoring.samples")
    return all_servers[0].id, done


def measure_writing(options):
    """The write path alone: from decoded answers to the commit, with all of PostgreSQL's processes and a checkpoint at the end. The first
    rounds, which make the layouts, are not counted."""
    count, rounds = 500, 20
    with Program(options, "--roles", "api") as program:
        program.sign_in()
        slug = program.make_tenant()
        database, _ = program.tenant_row(slug)
        servers = [str(uuid.uuid4()) for _ in range(count)]
        with program.connect(database) as connection:
            for number, server in enumerate(servers):
                connection.execute(
                    "INSERT INTO fleet.servers (id, name, engine, hostname, port, auth_type, username, change_number, created_at, updated_at) "
                    "VALUES (%s, %s, 'sqlserver', %s, 1433, 'sql', 'dbtools', %s, now(), now())",
                    [server, f"Server {number}", f"sql{number}.example.com", number + 1])
            storage = Storage(program, slug)
            start = int(time.time()) // STEP * STEP - 3600
            storage.ask("write", start, 3, ",".join(servers))
            connection.execute("CHECKPOINT")
            before = cpu_seconds(program.process.pid).get("PostgreSQL", 0)
            done = storage.ask("write", start + 3 * STEP, rounds, ",".join(servers))
            connection.execute("CHECKPOINT")
            postgres = cpu_seconds(program.process.pid).get("PostgreSQL", 0) - before
            storage.close()
        yield Figure(
            "write path, from a decoded answer to the commit", 1e6 * (done["cpu_seconds"] + postgres) / done["samples"], "us a sample", 4,
            f"DbTools {1e6 * done['cpu_seconds'] / done['samples']:.2f}, PostgreSQL {1e6 * postgres / done['samples']:.2f}; "
            f"{done['runs']:,} runs of {done['samples'] / done['runs']:.0f} samples")


def read_month(storage: Storage, server: str, end: int, days: int) -> Figure:
    """Six charts, each of one series, over 30 days: the 3,600 s rollups in steps of two hours."""
    metrics = "1000,1005,1010,1020,1030,1039"
    times = [storage.ask("read", server, end - days * DAY, end, 7200, metrics) for _ in range(21)]
    raw = [storage.ask("read", server, end - 6 * 3600, end, 0, metrics) for _ in range(5)]
    ordered = sorted(one["milliseconds"] for one in times[1:])
    return Figure(
        f"{times[0]['series']} series over {days} days, median", ordered[len(ordered) // 2], "ms", 150,
        f"{times[0]['points']} points; slowest of 20 {ordered[-1]:.1f} ms; 6 hours of raw samples {min(one['milliseconds'] for one in raw):.1f} ms")
