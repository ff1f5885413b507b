"""Issue 3, "PostgreSQL 15, MariaDB 10.11 for real": a DBA's way over the HTTP API, with each script run as it was given, by the server's
own client. The login's name is hostile on purpose."""

import glob
import os
import pwd
import shutil
import subprocess
import tempfile
import time

import pytest

from conftest import free_ports
from served import Served

START_SECONDS_MAX = 60
ROOT_PASSWORD = "root password 1"


class Server:
    """A real server in a folder of its own; `run` does what an administrator does with a script."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="dbtools-real-")
        self.port = free_ports(1)
        self.process = self.start()
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            try:
                self.run("SELECT 1;")
                return
            except AssertionError:
                assert time.monotonic() < deadline and self.process.poll() is None, f"{self.engine} did not start"
                time.sleep(0.1)

    def run(self, script):
        environment = {**os.environ, **self.environment}
        result = subprocess.run(self.client(), input=script, capture_output=True, text=True, timeout=30, env=environment)
        assert result.returncode == 0, f"{result.stderr}\nof\n{script}"
        return result.stdout

    def stop(self):
        self.process.kill()
        self.process.wait(timeout=20)
        shutil.rmtree(self.folder, ignore_errors=True)


class MariaDB(Server):
    engine = "mysql"
    environment = {}

    def start(self):
        subprocess.run(
            ["mariadb-install-db", "--no-defaults", f"--datadir={self.folder}/data", "--auth-root-authentication-method=normal",
             "--skip-test-db", *self.account()], check=True, capture_output=True, timeout=60)
        return subprocess.Popen(
            [shutil.which("mariadbd") or "/usr/sbin/mariadbd", "--no-defaults", f"--datadir={self.folder}/data",
             f"--socket={self.folder}/s", f"--port={self.port}", "--bind-address=127.0.0.1", f"--tmpdir={self.folder}", *self.account()],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def account(self):
        return ["--user=root"] if os.geteuid() == 0 else []

    def client(self):
        return ["mariadb", "--no-defaults", "--default-character-set=utf8mb4", "-u", "root", f"--socket={self.folder}/s", "-N"]

    def objects(self):
        return self.run("SELECT routine_name FROM information_schema.routines WHERE routine_schema = 'dbtools';").split()


class PostgreSQL(Server):
    engine = "postgresql"
    environment = {"PGPASSWORD": ROOT_PASSWORD}

    def start(self):
        programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        as_user = []
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            as_user = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
        with open(f"{self.folder}/password", "w") as file:
            file.write(ROOT_PASSWORD)
        subprocess.run(
            [*as_user, f"{programs}/initdb", "-D", f"{self.folder}/data", "-U", "root", "-A", "scram-sha-256",
             f"--pwfile={self.folder}/password", "--encoding=UTF8", "--no-sync"], check=True, capture_output=True, timeout=60)
        return subprocess.Popen(
            [*as_user, f"{programs}/postgres", "-D", f"{self.folder}/data", "-p", str(self.port), "-k", self.folder,
             "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def client(self):
        return ["psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port), "-U", "root", "-d", "postgres"]

    def objects(self):
        return self.run("SELECT proname FROM pg_proc WHERE pronamespace = to_regnamespace('dbtools');").split()


@pytest.fixture(scope="module")
def served():
    served = Served()
    yield served
    served.stop()


@pytest.fixture(params=[PostgreSQL, MariaDB], ids=lambda kind: kind.engine)
def server(request):
    if not glob.glob("/usr/lib/postgresql/*/bin/initdb") or not shutil.which("mariadb-install-db"):
        pytest.skip("PostgreSQL and MariaDB are not both installed")
    server = request.param()
    yield server
    server.stop()


@pytest.mark.timeout(300)
def test_from_no_login_to_monitoring_objects_and_back(served, server):
    name = "Watch'er \"of\" `ž`"
    query = served.encoded(engine=server.engine, username=name, generatePassword="true")
    login = served.call("GET", f"/servers/login-script?{query}")
    target = {
        "engine": server.engine, "hostname": "127.0.0.1", "port": server.port, "username": name, "password": login["password"],
        "encrypt": False}

    before = served.call("POST", "/servers/test-connection", target)
    assert (before["success"], before["errorCode"]) == (False, "AUTH_FAILED")
    server.run(login["script"])
    test = served.call("POST", "/servers/test-connection", target)
    assert test["success"] and test["grantScript"] is None, test

    # Without its right it says which statement gives it back; that statement does.
    server.run(f"REVOKE {REVOKED[server.engine]};".format(quoted(server.engine, name)))
    failed = served.call("POST", "/servers/test-connection", target)
    assert (failed["success"], failed["errorCode"]) == (False, "NO_PERMISSIONS"), failed
    server.run(failed["grantScript"])
    assert served.call("POST", "/servers/test-connection", target)["success"]

    row = served.call("POST", "/servers", {"name": server.engine, "validate": True, **target})
    path = f"/servers/{row['id']}"

    def work(action):
        return served.until_ended(served.call("POST", f"{path}/{action}", {}), 90)["status"]

    assert work("deploy") == "failed"
    status = served.call("GET", f"{path}/deployment-status")
    assert status["errorCode"] == "NO_PERMISSIONS" and server.objects() == []
    server.run("\n".join(check["grantStatement"] for check in status["permissions"] if not check["granted"]))
    assert work("deploy") == "succeeded"
    status = served.call("GET", f"{path}/deployment-status")
    assert status["state"] == "monitored" and all(item["state"] == "present" for item in status["objects"])
    assert len(server.objects()) >= 3

    # Registered anew, by another name: what is there is taken over, and nothing is changed.
    served.call("DELETE", path)
    again = served.call("POST", "/servers", {"name": f"{server.engine} again", "validate": True, **target})
    path = f"/servers/{again['id']}"
    operation = served.until_ended(served.call("POST", f"{path}/deploy", {}), 90)
    assert operation["counts"] == {"succeeded": 0, "failed": 0, "skipped": 1}
    assert served.call("GET", f"{path}/deployment-status")["state"] == "monitored"
    assert work("undeploy") == "succeeded"
    assert server.objects() == [] and served.call("GET", f"{path}/deployment-status")["state"] == "none"


REVOKED = {"postgresql": "pg_monitor FROM {}", "mysql": "ALL PRIVILEGES, GRANT OPTION FROM {}"}


def quoted(engine, name):
    if engine == "postgresql":
        return '"' + name.replace('"', '""') + '"'
    return "`" + name.replace("`", "``") + "`@`%`"
