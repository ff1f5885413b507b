"""What filters of the server list cost the server, with 10,000 servers in one tenant, and what it takes to label 5,000 of them."""
import re
import time

from program import Figure, Program, percentile
from requests_rate import seeded

ROUNDS = 6
LABELS = """
INSERT INTO fleet.labels (id, name, color, created_at) SELECT gen_random_uuid(), 'label-' || n, '#336699', now() FROM generate_series(1, 30) AS n;
INSERT INTO fleet.server_labels (server_id, label_id)
SELECT s.id, l.id FROM fleet.servers s JOIN (SELECT id, row_number() OVER () AS n FROM fleet.labels) l ON s.change_number %% l.n = 0 AND l.n BETWEEN 2 AND 12;
"""
SORTS = ["name", "host", "status", "health", "version", "createdAt", "cpu", "memory"]


def filters(program: Program) -> list[str]:
    group = program.call("GET", "/groups?limit=1").json()[0]["id"]
    dynamic = program.call(
        "POST", "/groups", {"name": "By filter", "filter": 'label=label-3 and engine=sqlserver'}
    ).json()["id"]
    plain = [f"sort={sort}&order={order}" for sort in SORTS for order in ("asc", "desc")]
    narrowed = [
        "q=00042", "q=sql77", "q=example.com", "q=label-7", "q=Group%201", "q=nothing%20has%20this", "status=online", "health=warning",
        "engine=sqlserver", "engine=mysql", "label=label-2", "label=label-2,label-3", "label=label-5&health=warning", f"group={group}",
        f"group={dynamic}", f"group={group}&label=label-2&q=server&sort=cpu&order=desc", "deployment=none", "health=warning&sort=memory",
        "status=offline", "q=server&sort=host",
    ]
    return [f"/servers?limit=100&{query}" for query in plain + narrowed]


def last_times(program: Program, count: int) -> list[float]:
    """The milliseconds of the last so many GET /servers, from the log."""
    program.log.flush()
    with open(program.log.name, errors="replace") as log:
        times = [float(re.search(r'"duration_ms":([\d.]+)', line)[1]) for line in log if '"route":"/api/v1/servers"' in line and '"method":"GET"' in line]
    return times[-count:]


def measure_filters(options):
    with Program(options, "--roles", "api") as program:
        database, _ = seeded(program)
        with program.connect(database) as connection:
            for statement in LABELS.replace("%%", "%").split(";\n"):
                if statement.strip():
                    connection.execute(statement)
            connection.execute("VACUUM ANALYZE")
        paths = filters(program)
        for path in paths:  # the first of each plans its statement
            program.call("GET", path)
        for _ in range(ROUNDS):
            for path in paths:
                program.call("GET", path)
        times = last_times(program, ROUNDS * len(paths))
        assert len(times) == ROUNDS * len(paths), "each request has a line in the log"
        medians = sorted((percentile(times[number :: len(paths)], 0.5), path) for number, path in enumerate(paths))
        yield Figure(
            f"{len(paths)} filters and orders of 10,000 servers, slowest median of the server's time", medians[-1][0], "ms", 100,
            f"p95 of all {percentile(times, 0.95):.1f} ms, median {percentile(times, 0.5):.1f} ms; slowest: "
            + ", ".join(f"{path.split('limit=100&')[1]} {value:.0f} ms" for value, path in reversed(medians[-3:])),
        )
        started = time.monotonic()
        answer = program.call("POST", "/servers/bulk/add-labels", {"filter": {"label": ["label-2"]}, "labels": ["bench"]})
        operation = answer.json()["id"]
        while True:
            state = program.call("GET", f"/operations/{operation}").json()
            if state["endedAt"]:
                break
            time.sleep(0.02)
        assert state["status"] == "succeeded" and state["progress"]["done"] == 5_000, state
        yield Figure("5,000 servers labelled, from the request to the end of the operation", time.monotonic() - started, "s", 3, "by a filter, over HTTP")
