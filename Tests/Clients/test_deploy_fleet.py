"""Issue 3, "deploy to 200 simulated servers, 20 failing in different ways, one restarted in the middle": by `dbtools serve` and
`dbtools simulate` as processes of their own. What the operation says of each server is compared with the server."""

import re
from dataclasses import dataclass, field

import pytest

import clients
import collectors
from conftest import Simulator
from served import Served

SERVER_COUNT = 200
RESTARTED = 100
FIRST_SECONDS_MAX, SECOND_SECONDS_MAX = 300, 200  # 60 and 20 when nothing else runs
CADENCES = {"minute", "five_minutes", "quarter_hour", "hour", "day", "week"}
OBJECT_COUNT = 12 + len(CADENCES) + len([one for one in collectors.ALL if "azure_database" not in one.conditions])
"""Tables and procedures, beside the schema: the core's, one for each cadence, and one for each collector that suits such a server."""
MENDED = {"state": "online", "createFailure": "none", "version": "2019", "permissions": ["CONTROL SERVER"], "latencyMs": 0}
CHANGING = re.compile(r"\b(CREATE|ALTER|DROP|INSERT|UPDATE|DELETE|GRANT)\b")


@dataclass
class Ailment:
    """What is wrong with a server: on its side (`control`, or statements of its own), or in how it was registered."""

    code: str
    control: dict = field(default_factory=dict)
    registered: dict = field(default_factory=dict)
    statements: tuple = ()


THEIRS = ("CREATE DATABASE DbTools", "USE DbTools", "CREATE SCHEMA DbTools", "CREATE TABLE DbTools.theirs (a int)")
LATER = (
    "CREATE DATABASE DbTools", "USE DbTools", "CREATE SCHEMA DbTools",
    "CREATE TABLE DbTools.SchemaVersion (Version int, AppliedAt datetime2(3), AppliedBy nvarchar(128), CreatedDatabase bit, "
    "CreatedUser nvarchar(128))",
    "INSERT INTO DbTools.SchemaVersion (Version, CreatedDatabase) VALUES (99, 0)")
AILMENTS = {
    "offline": Ailment("UNREACHABLE", {"state": "offline"}),
    "a black hole": Ailment("TIMEOUT", {"state": "blackhole"}),
    "hanging": Ailment("TIMEOUT", {"state": "hang"}),
    "wrong password": Ailment("AUTH_FAILED", registered={"password": "wrong"}),
    "no right to deploy": Ailment("NO_PERMISSIONS", {"permissions": ["VIEW SERVER STATE"]}),
    "too old": Ailment("UNSUPPORTED_VERSION", {"version": "2014"}),
    "read-only": Ailment("READ_ONLY", {"createFailure": "readOnly"}),
    "disk full": Ailment("NO_SPACE", {"createFailure": "diskFull"}),
    "log full": Ailment("NO_SPACE", {"createFailure": "logFull"}),
    "locked": Ailment("BUSY", {"createFailure": "locked"}),
    "deadlocked": Ailment("BUSY", {"createFailure": "deadlock"}),
    "no SQL Server": Ailment("PROTOCOL_ERROR", registered={"port": None}),
    "unknown host": Ailment("UNREACHABLE", registered={"hostname": "no-such-host.invalid"}),
    "unknown database": Ailment("DATABASE_NOT_FOUND", registered={"database": "nothing_here"}),
    "untrusted certificate": Ailment("TLS_FAILED", registered={"encrypt": True, "trustServerCertificate": False}),
    "somebody else's schema": Ailment("NAME_TAKEN", statements=THEIRS),
    "a later DbTools": Ailment("NEWER_VERSION", statements=LATER),
}
# By the server's number: each kind once, three of them twice.
FAILING = {number * 9: name for number, name in enumerate([*AILMENTS, "offline", "hanging", "wrong password"], start=1)}


@pytest.fixture
def fleet(tmp_path):
    simulator = Simulator("on", tmp_path, instances=SERVER_COUNT)
    served = None
    try:
        served = Served()
        yield Fleet(simulator, served)
    finally:
        if served:
            served.stop()
        simulator.stop()


class Fleet:
    """The servers on both sides: as simulated, and as registered."""

    def __init__(self, simulator, served):
        self.simulator, self.served = simulator, served
        rows = [self.registered(number) for number in range(1, SERVER_COUNT + 1)]
        for number, name in FAILING.items():
            rows[number - 1] |= AILMENTS[name].registered
            if name == "no SQL Server":
                rows[number - 1]["port"] = simulator.control_port
        operation = served.call("POST", "/servers/import", rows)
        assert served.until_ended(operation, 60)["counts"]["succeeded"] == SERVER_COUNT
        self.ids = {server["name"]: server["id"] for server in served.call("GET", "/servers?limit=1000")}
        # Collections would add statements of their own to what the servers tell of.
        served.until_ended(served.call("POST", "/servers/bulk/stop-collection", {"filter": {}}), 60)

    def registered(self, number):
        return {
            "name": f"S{number}", "hostname": "127.0.0.1", "port": self.simulator.port + number - 1, "username": "sa",
            "password": clients.PASSWORD, "database": None, "encrypt": False, "trustServerCertificate": False}

    def fall_ill(self):
        for number, name in FAILING.items():
            if AILMENTS[name].statements:
                self.run(number, *AILMENTS[name].statements)
            if AILMENTS[name].control:
                self.simulator.change(number, **AILMENTS[name].control)

    def mend_servers(self):
        for number in FAILING:
            self.simulator.change(number, **MENDED)

    def mend_rest(self):
        """What an administrator would: drop what is in the way, and put right what was registered wrongly."""
        for number, name in FAILING.items():
            if AILMENTS[name].statements:
                self.run(number, "DROP DATABASE DbTools")
            if AILMENTS[name].registered:
                path = f"/servers/{self.ids[f'S{number}']}"
                change = {key: self.registered(number)[key] for key in AILMENTS[name].registered}
                self.served.call("PATCH", path, change, {"Content-Type": "application/merge-patch+json"})

    def deploy(self, seconds, meanwhile=lambda state: None):
        """The operation at its end, and what it says of each server, by number."""
        started = self.served.call("POST", "/servers/bulk/deploy", {"filter": {}})
        operation = self.served.until_ended(started, seconds, meanwhile)
        items = self.served.call("GET", f"/operations/{started['id']}/items?limit=1000")
        return operation, {int(item["name"][1:]): item for item in items}

    def run(self, number, *statements, database="master"):
        """What the last statement answers."""
        client = clients.PythonTDS()
        connection = client.connect(self.simulator, encrypt=False, instance=number, database=database)
        try:
            return [client.run(connection, statement) for statement in statements][-1]
        finally:
            connection.close()

    def has_database(self, number):
        return bool(self.run(number, "SELECT name FROM sys.databases WHERE name = N'DbTools'")[0])

    def objects(self, number):
        """What is in the schema DbTools of a server: ids and times of change, by name; none without the database."""
        if not self.has_database(number):
            return {}
        sql = (
            "SELECT o.name, o.object_id, o.modify_date FROM sys.objects AS o JOIN sys.schemas AS s ON s.schema_id = o.schema_id "
            "WHERE s.name = N'DbTools' AND o.type IN ('U', 'P')")
        return {row[0]: row[1:] for row in self.run(number, sql, database="DbTools")[0]}

    def statements(self, number, since=""):
        """Those that were received since an RFC 3339 time, without comments and literals."""
        rows = self.simulator.get(f"/instances/{number}")["statements"]
        return [uncommented(row["text"]) for row in rows if row["lastAt"] >= since]

    def changing_statements(self, number, since):
        return [text for text in self.statements(number, since) if CHANGING.search(text)]


def uncommented(sql):
    return re.sub(r"/\*.*?\*/|--[^\n]*|'[^']*'", "", sql, flags=re.DOTALL)


def reason(item):
    """The sentence without what differs from server to server."""
    return re.sub(r"port \d+", "port", item["message"])


@pytest.mark.timeout(600)
def test_deploy_to_two_hundred_of_which_twenty_fail(fleet):
    fleet.fall_ill()
    restarts = []

    def restart_in_the_middle(operation):
        """As soon as a part of its objects is there, within the transaction."""
        if not restarts and any("PROCEDURE DbTools." in text for text in fleet.statements(RESTARTED)):
            fleet.simulator.change(RESTARTED, restart=True, latencyMs=0)
            restarts.append(operation["progress"]["done"])

    fleet.simulator.change(RESTARTED, latencyMs=100)
    first, items = fleet.deploy(FIRST_SECONDS_MAX, restart_in_the_middle)
    assert restarts, "it was restarted while it was deployed to"
    assert first["status"] == "partial" and sum(first["counts"].values()) == SERVER_COUNT

    # Each failing one says why in a word and a sentence, and each kind another sentence.
    for number, name in FAILING.items():
        assert (items[number]["status"], items[number]["errorCode"]) == ("failed", AILMENTS[name].code), (name, items[number])
    sentences = {name: reason(items[number]) for number, name in FAILING.items()}
    assert len(set(sentences.values())) == len(AILMENTS), sentences
    others = {number for number in items if items[number]["status"] != "succeeded"} - set(FAILING)
    assert others <= {RESTARTED}, [items[number] for number in others]
    print(f"Restarted when {restarts[0]} servers were done: {items[RESTARTED]['status']}, {items[RESTARTED]['message']}")
    if others:
        assert items[RESTARTED]["errorCode"] == "UNREACHABLE" and "broke during the deployment" in items[RESTARTED]["message"]

    # What was said is true: the objects are there, all of them, or none of ours is.
    fleet.mend_servers()
    there = {number: fleet.objects(number) for number in items}
    for number, item in items.items():
        if item["status"] == "succeeded":
            assert len(there[number]) == OBJECT_COUNT, (number, there[number])
        else:
            assert not {"Settings", "CollectCore"} & set(there[number]), (number, FAILING.get(number, "restarted"), there[number])

    # Again: the rest is completed, and nothing is changed where all was there.
    fleet.mend_rest()
    second, again = fleet.deploy(SECOND_SECONDS_MAX)
    done = {number for number in items if items[number]["status"] == "succeeded"}
    assert second["status"] == "succeeded", [item for item in again.values() if item["status"] == "failed"]
    assert {number for number in again if again[number]["status"] == "skipped"} == done
    assert {again[number]["errorCode"] for number in done} == {"UNCHANGED"}
    for number in items:
        now = fleet.objects(number)
        assert len(now) == OBJECT_COUNT
        if number in done:
            assert now == there[number], "the same objects, with the same ids and times of change"
            assert fleet.changing_statements(number, second["startedAt"]) == []
        else:
            assert fleet.changing_statements(number, second["startedAt"])
    states = fleet.served.call("GET", "/servers?limit=1000&deployment=monitored")
    assert len(states) == SERVER_COUNT

    # What DbTools made goes again, also where it was cut off in between; what others made stays.
    removal = fleet.served.call("POST", "/servers/bulk/undeploy", {"ids": [fleet.ids[f"S{number}"] for number in (RESTARTED, 1)]})
    assert fleet.served.until_ended(removal, 60)["counts"]["succeeded"] == 2
    assert not fleet.has_database(RESTARTED) and not fleet.has_database(1)
