"""`dbtools serve` as a process of its own, and its API as an administrator sees it."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

READY_SECONDS_MAX = 60
STOP_SECONDS_MAX = 20
ANSWER_SECONDS_MAX = 30
EMAIL, PASSWORD = "admin@example.com", "correct horse battery"
TENANT = "fleet"
ENDS = ("succeeded", "partial", "failed", "stopped")


class Served:
    """A running DbTools with one tenant, in a folder that goes with it."""

    def __init__(self):
        # Not below pytest's own folder: as root the private PostgreSQL runs as another user, who must get through.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="dbtools-served-"))
        self.folder.chmod(0o711)
        self.log = open(self.folder / "serve.log", "w+")
        self.process = subprocess.Popen(
            [os.environ["DBTOOLS_BIN"], "serve", "--data-dir", str(self.folder / "data"), "--port", "0", "--log-level", "warning"],
            stdout=self.log, stderr=subprocess.STDOUT,
            env={**os.environ, "DBTOOLS_ADMIN_EMAIL": EMAIL, "DBTOOLS_ADMIN_PASSWORD": PASSWORD})
        self.token = None
        self.url = self.wait()
        self.token = self.call("POST", "/auth/login", {"email": EMAIL, "password": PASSWORD})["access_token"]
        self.call("POST", "/tenants", {"name": "Fleet", "slug": TENANT})

    def wait(self):
        deadline = time.monotonic() + READY_SECONDS_MAX
        while time.monotonic() < deadline:
            assert self.process.poll() is None, f"dbtools serve ended: {self.said()}"
            try:
                url = f"http://127.0.0.1:{int((self.folder / 'data/run/api.port').read_text().split()[0])}"
                urllib.request.urlopen(f"{url}/ready", timeout=2).close()
                return url
            except (OSError, ValueError, IndexError):
                time.sleep(0.05)
        raise AssertionError(f"dbtools serve was never ready: {self.said()}")

    def call(self, method, path, body=None, headers=None):
        headers = {"Content-Type": "application/json", **(headers or {})}
        if self.token:
            headers |= {"Authorization": f"Bearer {self.token}", "X-Tenant-Slug": TENANT}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS_MAX) as response:
                text = response.read()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()}") from error
        return json.loads(text) if text else None

    @staticmethod
    def encoded(**query):
        return urllib.parse.urlencode(query)

    def until_ended(self, operation, seconds, meanwhile=lambda state: None):
        """The operation at its end; `meanwhile` is called with each of its states."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            state = self.call("GET", f"/operations/{operation['id']}")
            if state["status"] in ENDS:
                return state
            meanwhile(state)
            time.sleep(0.05)
        raise AssertionError(f"not ended within {seconds} s: {state}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(timeout=STOP_SECONDS_MAX)
        finally:
            self.process.kill()
            self.log.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def said(self):
        self.log.seek(0)
        return self.log.read()[-2000:]
