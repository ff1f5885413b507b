"""Starts simulators from the program under test (DBTOOLS_BIN) and hands out clients that nobody here wrote."""

import json
import os
import resource
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest

import clients

START_SECONDS_MAX = 30


class Simulator:
    """A running `dbtools simulate` with two instances, or more; `descriptor_count_max` limits each of its processes."""

    def __init__(self, tls, directory, instances=2, descriptor_count_max=None):
        self.tls = tls
        self.port = free_ports(instances + 1)
        self.control_port = self.port + instances
        self.log = open(directory / f"simulate-{tls}.log", "w")
        self.process = subprocess.Popen(
            [
                os.environ["DBTOOLS_BIN"], "simulate", "--listen", f"127.0.0.1:{self.port}", "--instances", str(instances),
                "--login", f"sa:{clients.PASSWORD}", "--tls", tls, "--control", f"127.0.0.1:{self.control_port}",
            ],
            stdout=self.log, stderr=subprocess.STDOUT,
            preexec_fn=descriptor_count_max and (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (descriptor_count_max,) * 2)))
        self.wait()
        self.certificate = None
        if tls != "off":
            self.certificate = str(directory / f"simulator-{tls}.pem")
            with open(self.certificate, "wb") as file:
                file.write(self.request("/certificate"))

    def wait(self):
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "dbtools simulate ended"
            try:
                self.get("/instances")
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the control address never answered")

    def request(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.control_port}{path}", data=data)
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.read()

    def get(self, path):
        return json.loads(self.request(path))

    def change(self, instance, **change):
        return json.loads(self.request(f"/instances/{instance}", change))

    def refusal(self, path, body):
        """The status and error of a request that is refused."""
        with pytest.raises(urllib.error.HTTPError) as raised:
            self.request(path, body)
        return raised.value.code, json.loads(raised.value.read())["error"]

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=10)
        self.log.close()


def free_ports(count):
    """The first of `count` consecutive ports that are free now, below those that the kernel gives to clients."""
    for first in range(20000 + os.getpid() % 8000, 32000, count):
        held = []
        try:
            for port in range(first, first + count):
                listener = socket.socket()
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                held.append(listener)
                listener.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
        finally:
            for listener in held:
                listener.close()
    raise AssertionError("no free ports")


@pytest.fixture(scope="session")
def simulators(tmp_path_factory):
    """A simulator per TLS setting, started when it is first asked for."""
    directory = tmp_path_factory.mktemp("simulators")
    running = {}

    def get(tls):
        if tls not in running:
            running[tls] = Simulator(tls, directory)
        return running[tls]

    yield get
    for simulator in running.values():
        simulator.stop()


@pytest.fixture
def simulator(simulators):
    """The simulator that offers TLS, its instances as they were at the start."""
    simulator = simulators("on")
    yield simulator
    simulator.change("all", state="online", latencyMs=0)


@pytest.fixture(params=clients.ALL, ids=lambda client: client.name)
def client(request):
    return request.param


@pytest.fixture
def connection(client, simulator):
    """A connection of each client, with TLS."""
    connection = client.connect(simulator, encrypt=True)
    yield connection
    connection.close()
