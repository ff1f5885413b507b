"""What collecting costs: the simulator's memory, and a fleet of which a part never answers."""
import socket
import subprocess
import time

import requests
from program import Figure, Program, executable, free_port, memory_mb, percentile, processes_below

LOGIN = "dbtools:Monitor-1234"
FIRST_PORT = 20_000
INTERVAL = 60


class Simulator:
    """`dbtools simulate` with so many instances on consecutive ports."""

    def __init__(self, options, instances: int):
        self.control = free_port()
        self.process = subprocess.Popen(
            [executable(options), "simulate", "--listen", f"127.0.0.1:{FIRST_PORT}", "--instances", str(instances), "--login", LOGIN,
             "--control", f"127.0.0.1:{self.control}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        self.last_port = FIRST_PORT + instances - 1

    def __enter__(self) -> "Simulator":
        deadline = time.monotonic() + 120
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.last_port), timeout=1).close()
                requests.get(f"http://127.0.0.1:{self.control}/instances/1", timeout=2).raise_for_status()
                return self
            except (OSError, requests.RequestException):
                if time.monotonic() > deadline or self.process.poll() is not None:
                    self.__exit__()
                    raise RuntimeError("the simulator does not listen")
                time.sleep(0.1)

    def __exit__(self, *_) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()

    def tell(self, instance: int | str, **change) -> None:
        requests.post(f"http://127.0.0.1:{self.control}/instances/{instance}", json=change, timeout=30).raise_for_status()

    def memory(self) -> float:
        return memory_mb([pid for pid, _ in processes_below(self.process.pid)])


def measure_simulator(options):
    started = time.monotonic()
    with Simulator(options, options.instances) as simulator:
        seconds = time.monotonic() - started
        # A session on every hundredth instance, so that not only sleeping ones are weighed.
        lines = [socket.create_connection(("127.0.0.1", port), timeout=5) for port in range(FIRST_PORT, simulator.last_port + 1, 100)]
        time.sleep(2)
        yield Figure(
            f"memory of {options.instances:,} simulated instances", simulator.memory(), "MB", 1024,
            f"{len(processes_below(simulator.process.pid))} processes, all listening after {seconds:.1f} s",
        )
        for line in lines:
            line.close()


def measure_black_holes(options):
    """Gaps between good collections of the servers that answer, in units of the interval."""
    with Simulator(options, options.servers) as simulator, Program(options) as program:
        for number in range(1, options.black_holes + 1):
            simulator.tell(number, state="blackhole")
        program.sign_in()
        database, _ = program.tenant_row(program.make_tenant())
        user, password = LOGIN.split(":")
        for number in range(options.servers):
            program.call("POST", "/servers", {
                "name": f"Server {number:04}", "hostname": "127.0.0.1", "port": FIRST_PORT + number, "username": user, "password": password,
                "trustServerCertificate": True,
            })
        settled = time.time() + 2 * INTERVAL
        time.sleep(2 * INTERVAL + options.minutes * 60)
        family = processes_below(program.process.pid)
        # A child may be named otherwise: all that is no PostgreSQL is ours.
        own = memory_mb([pid for pid, name in family if "postgres" not in name])
        postgres = memory_mb([pid for pid, name in family if "postgres" in name])
        names = ", ".join(sorted(name for _, name in family if "postgres" not in name))
        with program.connect(database) as connection:
            rows = connection.execute(
                """
                SELECT m.server_id, extract(epoch FROM m.collected_at)::float8
                FROM monitoring.samples m
                JOIN monitoring.layouts l ON l.id = m.layout_id AND l.collector = 'core'
                JOIN fleet.servers s ON s.id = m.server_id
                WHERE s.port >= %s AND m.collected_at > to_timestamp(%s)
                ORDER BY 1, 2
                """, [FIRST_PORT + options.black_holes, settled]).fetchall()
        times: dict[object, list[float]] = {}
        for server, at in rows:
            times.setdefault(server, []).append(at)
        expected = options.servers - options.black_holes
        gaps = [(later - earlier) / INTERVAL for series in times.values() for earlier, later in zip(series, series[1:])]
        # A server that stopped being read has no last gap: the time until now counts as one.
        gaps += [(time.time() - series[-1]) / INTERVAL for series in times.values() if time.time() - series[-1] > INTERVAL]
        seen = f"{len(times)} of {expected} servers, {len(gaps)} gaps, {options.black_holes} black holes, {options.minutes:g} minutes"
        if len(times) < expected:
            raise RuntimeError(f"not all were read: {seen}")
        yield Figure("achieved gap, p99", percentile(gaps, 0.99), "intervals", 1.2, seen)
        yield Figure("achieved gap, longest", max(gaps), "intervals", 2.0, seen)
        yield Figure("memory of all DbTools processes", own, "MB", 400, f"{names}; {postgres:.0f} MB of PostgreSQL besides")
