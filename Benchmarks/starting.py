"""How soon it is there: the program, and a tenant."""
import os
import pwd
import subprocess
import time
from pathlib import Path

from peer import PGBENCH
from program import Figure, Program, percentile


def measure_start(options):
    program = Program(options)
    try:
        first = program.start()
        times, stops = [], [program.stop()]
        for _ in range(5):
            times.append(program.start())
            stops.append(program.stop())
        peer = postgres_start(program.cluster)
        yield Figure(
            "serve to ready, warm, slowest of 5", max(times), "s", 1.5,
            f"median {percentile(times, 0.5):.2f} s, the very first {first:.2f} s, stop {max(stops):.2f} s; PostgreSQL alone {peer:.2f} s",
        )
    finally:
        program.__exit__()


def postgres_start(cluster: Path) -> float:
    """Seconds for the same cluster to start by pg_ctl."""
    owner = pwd.getpwuid((cluster / "data").stat().st_uid).pw_name
    sockets = cluster / "run"
    arguments = ["-w", "-D", str(cluster / "data"), "-l", "/dev/null", "-o", f"-k {sockets} -c listen_addresses=''"]
    as_owner = ["runuser", "-u", owner, "--"] if os.geteuid() == 0 else []
    control = [*as_owner, str(PGBENCH.parent / "pg_ctl")]
    started = time.monotonic()
    subprocess.run([*control, "start", *arguments], check=True, capture_output=True, cwd="/")
    seconds = time.monotonic() - started
    subprocess.run([*control, "stop", "-m", "fast", "-D", str(cluster / "data")], check=True, capture_output=True, cwd="/")
    return seconds


def measure_tenants(options):
    with Program(options, "--roles", "api") as program:
        program.sign_in()
        times = []
        for number in range(20):
            started = time.monotonic()
            program.call("POST", "/tenants", {"name": f"Tenant {number}", "slug": f"tenant-{number}"})
            times.append((time.monotonic() - started) * 1000)
        with program.connect() as connection:
            template = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'dbtools%template%' ORDER BY 1 LIMIT 1").fetchone()
            source = template[0] if template else "template1"
            peers = []
            for number in range(5):
                started = time.monotonic()
                connection.execute(f'CREATE DATABASE "bench_{number}" TEMPLATE "{source}"')
                peers.append((time.monotonic() - started) * 1000)
        yield Figure(
            "a tenant made, median of 20", percentile(times, 0.5), "ms", 150,
            f"slowest {max(times):.0f} ms; CREATE DATABASE ... TEMPLATE {source} alone {percentile(peers, 0.5):.0f} ms",
        )
