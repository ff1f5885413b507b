"""Servers of the benchmarks' own, as an operator runs them: DbTools keeps its data in one, or watches it."""
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from peer import PGBENCH
from program import free_port


class OwnPostgres:
    """A PostgreSQL as an operator runs one: TCP, a role with a password, its defaults but for memory and connections."""

    def __init__(self):
        self.directory = Path(tempfile.mkdtemp(prefix="dbtools-bench-postgres-"))
        self.port, self.password = free_port(), secrets.token_hex(8)
        self.data, self.log = self.directory / "data", self.directory / "log"
        # PostgreSQL refuses to run as root.
        self.user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.geteuid() == 0 else []

    def __enter__(self) -> "OwnPostgres":
        secret = self.directory / "secret"
        secret.write_text(self.password)
        if self.user:
            for path in (self.directory, secret):
                shutil.chown(path, "nobody", "nogroup")
        self.run("initdb", "-D", self.data, "-U", "dbtools", "-A", "scram-sha-256", f"--pwfile={secret}", "--no-sync")
        with open(self.directory / "postgresql.extra", "w") as file:
            file.write(f"port={self.port}\nlisten_addresses='127.0.0.1'\nunix_socket_directories='{self.directory}'\n"
                       "max_connections=200\nshared_buffers='128MB'\n")
        subprocess.run([*self.user, "sh", "-c", f"cat '{self.directory}/postgresql.extra' >> '{self.data}/postgresql.conf'"], check=True)
        self.start()
        return self

    def __exit__(self, *_) -> None:
        try:
            self.stop("immediate")
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)

    def run(self, name: str, *arguments) -> None:
        result = subprocess.run([*self.user, str(PGBENCH.parent / name), *map(str, arguments)], capture_output=True, text=True, cwd="/")
        if result.returncode:
            raise RuntimeError(f"{name}: {result.stdout[-500:]}{result.stderr[-500:]}")

    def start(self) -> None:
        # Its output must be no pipe of ours: the server would keep it open.
        subprocess.run([*self.user, str(PGBENCH.parent / "pg_ctl"), "-D", str(self.data), "-l", str(self.log), "-w", "-s", "start"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")

    def stop(self, mode: str) -> None:
        self.run("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    def url(self, database: str) -> str:
        return f"postgresql://dbtools:{self.password}@127.0.0.1:{self.port}/{database}"


class OwnMariaDB:
    """A MariaDB that listens on TCP; its root has no password and comes by the socket only."""

    def __init__(self):
        self.directory = Path(tempfile.mkdtemp(prefix="dbtools-bench-mariadb-"))
        self.port = free_port()
        self.account = ["--user=root"] if os.geteuid() == 0 else []
        self.process: subprocess.Popen | None = None

    def __enter__(self) -> "OwnMariaDB":
        subprocess.run(
            ["mariadb-install-db", "--no-defaults", f"--datadir={self.directory}/data", "--auth-root-authentication-method=normal",
             "--skip-test-db", *self.account], check=True, capture_output=True)
        self.process = subprocess.Popen(
            [shutil.which("mariadbd") or "/usr/sbin/mariadbd", "--no-defaults", f"--datadir={self.directory}/data",
             f"--socket={self.directory}/s", f"--port={self.port}", "--bind-address=127.0.0.1", f"--tmpdir={self.directory}", *self.account],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while True:
            try:
                self.run("SELECT 1")
                return self
            except RuntimeError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    self.__exit__()
                    raise
                time.sleep(0.2)

    def __exit__(self, *_) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=60)
        shutil.rmtree(self.directory, ignore_errors=True)

    def run(self, script: str) -> str:
        result = subprocess.run(
            ["mariadb", "--no-defaults", "-u", "root", f"--socket={self.directory}/s", "-N"], input=script, capture_output=True, text=True)
        if result.returncode:
            raise RuntimeError(f"MariaDB: {result.stderr[-500:]}")
        return result.stdout
