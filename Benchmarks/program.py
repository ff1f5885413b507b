"""A DbTools of the benchmarks' own: started in a new data directory on a free port, with a super admin, and ended afterwards."""
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import psycopg
import requests

ROOT = Path(__file__).resolve().parent.parent
EMAIL, PASSWORD = "bench@example.com", "correct horse battery staple"
READY_SECONDS_MAX = 60


@dataclass
class Figure:
    """One measured value beside what it is measured against."""

    what: str
    value: float
    unit: str
    bar: float
    beside: str
    isLargerBetter: bool = False

    @property
    def isWithinBar(self) -> bool:
        return self.value >= self.bar if self.isLargerBetter else self.value <= self.bar

    def __str__(self) -> str:
        word, sign = ("ok  " if self.isWithinBar else "MISS"), (">=" if self.isLargerBetter else "<=")
        return f"{word} {self.what}: {self.value:.4g} {self.unit} (bar {sign} {self.bar:g}); {self.beside}"


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


def executable(options) -> str:
    path = ROOT / ".build" / options.configuration / "dbtools"
    if not path.exists():
        raise SystemExit(f"{path} is not built: scripts/build {options.configuration}")
    return str(path)


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def processes_below(pid: int) -> list[tuple[int, str]]:
    """A process and its descendants, with their names."""
    parents: dict[int, list[int]] = {}
    names: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                name, rest = (entry / "stat").read_text().split("(", 1)[1].rsplit(")", 1)
            except OSError:
                continue  # it has ended meanwhile
            parents.setdefault(int(rest.split()[1]), []).append(int(entry.name))
            names[int(entry.name)] = name
    found, waiting = [], [pid]
    while waiting:
        current = waiting.pop()
        found.append((current, names.get(current, "")))
        waiting.extend(parents.get(current, []))
    return found


def memory_mb(pids: list[int]) -> float:
    """Proportional set size: shared pages are counted once."""
    kilobytes = 0
    for pid in pids:
        try:
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    kilobytes += int(line.split()[1])
        except OSError:
            continue
    return kilobytes / 1024


def memory_by_process(root: int) -> str:
    """What each process of DbTools below `root` takes, by its subcommand."""
    parts: list[tuple[float, str]] = []
    for pid, name in processes_below(root):
        if "postgres" not in name:
            try:
                words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            except OSError:
                continue
            parts.append((memory_mb([pid]), words[1] if len(words) > 1 else name))
    return ", ".join(f"{name} {size:.0f}" for size, name in sorted(parts, reverse=True))


class Program:
    """`with Program(options) as program:` runs `dbtools serve`."""

    def __init__(self, options, *arguments: str, environment: dict[str, str] | None = None):
        self.options = options
        self.environment = environment or {}
        self.arguments = arguments
        self.directory = tempfile.mkdtemp(prefix="dbtools-bench-")
        os.chmod(self.directory, 0o711)  # PostgreSQL's user must get through
        self.data = f"{self.directory}/data"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.http = requests.Session()
        self.process: subprocess.Popen | None = None

    def start(self) -> float:
        """Seconds until it is ready."""
        environment = {
            **os.environ, "DBTOOLS_ADMIN_EMAIL": EMAIL, "DBTOOLS_ADMIN_PASSWORD": PASSWORD, "DBTOOLS_WEB_DIR": str(ROOT / "web/dist"),
            **self.environment,
        }
        self.log = open(f"{self.directory}/serve.log", "ab")
        started = time.monotonic()
        self.process = subprocess.Popen(
            [executable(self.options), "serve", "--data-dir", self.data, "--port", str(self.port), *self.arguments],
            stdout=self.log, stderr=subprocess.STDOUT, env=environment,
        )
        while True:
            try:
                if requests.get(f"{self.url}/ready", timeout=1).status_code == 200:
                    return time.monotonic() - started
            except requests.RequestException:
                pass
            if self.process.poll() is not None or time.monotonic() - started > READY_SECONDS_MAX:
                tail = Path(f"{self.directory}/serve.log").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"dbtools serve is not ready:\n{tail}")
            time.sleep(0.005)

    def stop(self) -> float:
        started = time.monotonic()
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=20)
        return time.monotonic() - started

    def __enter__(self) -> "Program":
        self.start()
        return self

    def __exit__(self, *_) -> None:
        try:
            self.stop()
        finally:
            if self.process and self.process.poll() is None:
                self.process.kill()
            if kept := os.environ.get("BENCHMARK_LOG"):
                shutil.copy(f"{self.directory}/serve.log", kept)
            shutil.rmtree(self.directory, ignore_errors=True)

    # -- the API --

    def sign_in(self) -> None:
        answer = self.http.post(f"{self.url}/api/v1/auth/login", json={"email": EMAIL, "password": PASSWORD}, timeout=30)
        answer.raise_for_status()
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        self.http.cookies.clear()  # the token speaks; a cookie would want a CSRF token

    def call(self, method: str, path: str, body: dict | None = None) -> requests.Response:
        answer = self.http.request(method, f"{self.url}/api/v1{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer

    def make_tenant(self, slug: str | None = None) -> str:
        """A new tenant; the following calls are about it."""
        slug = slug or f"bench-{uuid.uuid4().hex[:8]}"
        self.call("POST", "/tenants", {"name": "Benchmark", "slug": slug})
        self.http.headers["X-Tenant-Slug"] = slug
        return slug

    # -- its PostgreSQL --

    @property
    def cluster(self) -> Path:
        return next(Path(self.data).rglob("superuser.password")).parent

    def conninfo(self, database: str = "postgres") -> str:
        password = (self.cluster / "superuser.password").read_text().strip()
        sockets = next(path for path in [self.cluster / "run", *Path("/run").glob("dbtools-*"), *Path("/tmp").glob("dbtools-*")] if (path / ".s.PGSQL.5432").exists())
        return f"host={sockets} port=5432 user=dbtools password={password} dbname={database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.conninfo(database), autocommit=True)

    def tenant_row(self, slug: str) -> tuple[str, str]:
        """The database and the run-time role of a tenant."""
        with self.connect("dbtools_system") as connection:
            return connection.execute("SELECT database_name, runtime_role FROM platform.tenants WHERE slug = %s", [slug]).fetchone()
