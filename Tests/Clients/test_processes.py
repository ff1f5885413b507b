"""More instances than one process may hold: children share them, and the control address reaches each."""

import os
import signal
import time

import pytest

import clients
from conftest import Simulator

INSTANCE_COUNT = 60


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    # 256 descriptors are enough for about 40 instances with their sessions.
    fleet = Simulator("on", tmp_path_factory.mktemp("fleet"), instances=INSTANCE_COUNT, descriptor_count_max=256)
    yield fleet
    fleet.stop()


def children(process_id):
    with open(f"/proc/{process_id}/status") as file:
        assert file.readline()
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                if int(file.read().rsplit(")", 1)[1].split()[1]) == process_id:
                    found.append(int(name))
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def test_several_processes_share_the_instances(fleet):
    assert len(children(fleet.process.pid)) >= 2
    assert fleet.get("/instances") == {"instances": INSTANCE_COUNT, "openSessions": 0, "states": {"online": INSTANCE_COUNT}}


@pytest.mark.parametrize("number", [1, INSTANCE_COUNT // 2, INSTANCE_COUNT // 2 + 1, INSTANCE_COUNT])
def test_each_instance_is_its_own(fleet, number):
    client = clients.PythonTDS()
    connection = client.connect(fleet, encrypt=True, instance=number)
    assert client.run(connection, "SELECT @@SERVERNAME AS s") == [[(fleet.get(f"/instances/{number}")["name"],)]]
    connection.close()


def test_a_change_of_all_reaches_every_process(fleet):
    assert fleet.change("all", cpuPercent=97) == {"changed": INSTANCE_COUNT}
    assert {fleet.get(f"/instances/{number}")["cpuPercent"] for number in (1, INSTANCE_COUNT)} == {97}
    assert fleet.refusal("/instances/all", {"cpuPercent": -1})[0] == 400


def test_states_are_counted_over_all_processes(fleet):
    fleet.change(1, state="offline")
    fleet.change(INSTANCE_COUNT, state="hang")
    assert fleet.get("/instances")["states"] == {"online": INSTANCE_COUNT - 2, "offline": 1, "hang": 1}
    fleet.change("all", state="online")


def test_children_end_with_their_parent(tmp_path):
    fleet = Simulator("off", tmp_path, instances=INSTANCE_COUNT, descriptor_count_max=256)
    left = children(fleet.process.pid)
    fleet.process.send_signal(signal.SIGKILL)
    fleet.process.wait(timeout=10)
    deadline = time.monotonic() + 10
    while any(os.path.exists(f"/proc/{child}") for child in left) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left and not any(os.path.exists(f"/proc/{child}") for child in left)
