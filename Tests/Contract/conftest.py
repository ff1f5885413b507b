"""A tenant of our own on the DbTools at DBTOOLS_URL, filled with a few things, for tests that say anything to it.

`scripts/with-demo .tools/venv/bin/python -m pytest Tests/Contract` starts one; DBTOOLS_ADMIN_EMAIL and DBTOOLS_ADMIN_PASSWORD sign in.
"""
import os
import uuid
from dataclasses import dataclass, field

import pytest
import requests

SECONDS_MAX = 30  # no answer takes longer; a connection test has 10


@dataclass
class World:
    """What the tests talk to, and the ids of real things in it."""

    url: str
    email: str
    password: str
    tenant: str
    token: str = ""
    ids: dict[str, list[str]] = field(default_factory=dict)

    def sign_in(self) -> str:
        answer = requests.post(
            f"{self.url}/api/v1/auth/login", json={"email": self.email, "password": self.password}, timeout=SECONDS_MAX
        )
        answer.raise_for_status()
        self.token = answer.json()["access_token"]
        return self.token

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "X-Tenant-Slug": self.tenant}

    def call(self, method: str, path: str, **more) -> requests.Response:
        headers = {**self.headers, **more.pop("headers", {})}
        return requests.request(method, f"{self.url}/api/v1{path}", headers=headers, timeout=SECONDS_MAX, **more)

    def make(self, path: str, body: dict) -> dict:
        answer = self.call("POST", path, json=body)
        assert answer.status_code in (200, 201, 202), f"POST {path}: {answer.status_code} {answer.text}"
        return answer.json()


def address() -> str:
    url = os.environ.get("DBTOOLS_URL")
    if not url:
        pytest.exit("Tests/Contract needs a DbTools: scripts/with-demo .tools/venv/bin/python -m pytest Tests/Contract", 4)
    return url.rstrip("/")


def make_world() -> World:
    world = World(
        url=address(), email=os.environ["DBTOOLS_ADMIN_EMAIL"], password=os.environ["DBTOOLS_ADMIN_PASSWORD"],
        tenant=f"contract-{uuid.uuid4().hex[:8]}",
    )
    world.sign_in()
    world.make("/tenants", {"name": "Contract tests", "slug": world.tenant})
    servers = [
        # Nothing listens there: the collector finds it offline, at once.
        world.make("/servers", {"name": f"Server {number}", "hostname": "127.0.0.1", "port": 9 + number, "username": "nobody"})
        for number in range(3)
    ]
    group = world.make("/groups", {"name": "Group", "color": "#2b6cb0"})
    world.make(f"/groups/{group['id']}/servers", {"serverIds": [servers[0]["id"]]})
    label = world.make("/labels", {"name": "label"})
    operation = world.make("/servers/bulk/add-labels", {"ids": [servers[0]["id"]], "labels": ["bulk"]})
    world.ids = {
        "serverId": [server["id"] for server in servers], "groupId": [group["id"]], "labelId": [label["id"]],
        "operationId": [operation["id"]],
    }
    return world


@pytest.fixture(scope="session")
def world() -> World:
    return make_world()


@pytest.fixture(autouse=True)
def still_there(world: World):
    """Whatever a test has said, the program answers afterwards."""
    yield
    answer = requests.get(f"{world.url}/ready", timeout=SECONDS_MAX)
    assert answer.status_code == 200, f"after this test /ready says {answer.status_code}: {answer.text[:300]}"
