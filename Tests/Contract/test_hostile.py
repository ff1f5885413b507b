"""What no honest client sends: it must be refused clearly, quickly, and without harm."""
import base64
import json
import os
import select
import socket
import ssl
import threading
import time
from urllib.parse import urlsplit

import pytest
import requests
from conftest import SECONDS_MAX, World

ENVELOPE = {"code", "message", "details", "timestamp", "requestId"}


def connect(world: World, seconds: float = SECONDS_MAX) -> socket.socket:
    parts = urlsplit(world.url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    line = socket.create_connection((parts.hostname, port), timeout=seconds)
    if parts.scheme == "https":
        trusting = ssl._create_unverified_context()
        line = trusting.wrap_socket(line, server_hostname=parts.hostname)
    return line


def head(world: World, method: str, path: str, *more: str, tenant: bool = True) -> bytes:
    lines = [f"{method} /api/v1{path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {world.token}"]
    if tenant:
        lines.append(f"X-Tenant-Slug: {world.tenant}")
    return ("\r\n".join([*lines, *more]) + "\r\n\r\n").encode("latin-1")


def answer_of(line: socket.socket) -> tuple[int | None, bytes]:
    """The status and all bytes until the other side closes or falls silent for a second; None when it just closes."""
    received = b""
    try:
        while not (b"\r\n\r\n" in received and received.endswith(b"}")):
            part = line.recv(65536)
            if not part:
                break
            received += part
            if b"\r\n\r\n" in received:
                line.settimeout(1)
    except (TimeoutError, ConnectionResetError, BrokenPipeError):
        pass
    return (int(received.split(b" ", 2)[1]) if received.startswith(b"HTTP/1.1 ") else None), received


def refused(answer: requests.Response, *statuses: int) -> dict:
    """The answer is one of these refusals, in the one envelope."""
    assert answer.status_code in statuses, f"{answer.status_code}: {answer.text[:300]}"
    error = answer.json()["error"]
    assert ENVELOPE <= set(error), error
    assert answer.headers["X-Request-ID"] == error["requestId"]
    return error


# -- sizes --

def test_aBodyOfOneGigabyteIsRefusedBeforeItIsRead(world):
    """Announced by its length: the refusal comes while the sender still sends."""
    line = connect(world)
    line.sendall(head(world, "POST", "/servers", "Content-Type: application/json", f"Content-Length: {1 << 30}"))
    started, sent = time.monotonic(), 0
    block = b" " * (1 << 20)
    try:
        while sent < 1 << 30 and time.monotonic() - started < SECONDS_MAX:
            line.settimeout(5)
            line.sendall(block)
            sent += len(block)
    except (BrokenPipeError, ConnectionResetError, TimeoutError):
        pass
    status, text = answer_of(line)
    assert status == 413 or status is None and sent < 1 << 28, f"{status} after {sent >> 20} MiB: {text[:200]!r}"
    assert time.monotonic() - started < SECONDS_MAX


def test_aChunkedBodyWithoutEndIsRefused(world):
    line = connect(world)
    line.sendall(head(world, "POST", "/servers", "Content-Type: application/json", "Transfer-Encoding: chunked"))
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    sent = 0
    try:
        # The refusal is there while we still send; what we send then is read and dropped, so that it is not lost on the way.
        while sent < 1 << 28 and not select.select([line], [], [], 0)[0]:
            line.settimeout(5)
            line.sendall(chunk)
            sent += 65536
    except (BrokenPipeError, ConnectionResetError, TimeoutError):
        pass
    status, text = answer_of(line)
    assert status == 413 or status is None and sent < 1 << 28, f"{status} after {sent >> 20} MiB: {text[:200]!r}"
    assert sent < 1 << 26, f"{sent >> 20} MiB were taken before the refusal"


@pytest.mark.parametrize("chunk", [b"zz\r\nhello\r\n0\r\n\r\n", b"-1\r\nx\r\n0\r\n\r\n", b"ffffffffffffffffff\r\nx", b"5\r\nhel\x00o\r\n0\r\n\r\n", b"\x00" * 64])
def test_chunksThatAreNoneAreRefused(world, chunk):
    line = connect(world, 10)
    line.sendall(head(world, "POST", "/servers", "Content-Type: application/json", "Transfer-Encoding: chunked") + chunk)
    status, text = answer_of(line)
    assert status in (400, 413, None), f"{status}: {text[:200]!r}"


def test_aMegabyteOfHeadersIsRefused(world):
    line = connect(world, 10)
    try:
        line.sendall(head(world, "GET", "/servers", *[f"X-Filler-{number}: {'x' * 1000}" for number in range(1000)]))
    except (BrokenPipeError, ConnectionResetError):
        pass
    status, text = answer_of(line)
    assert status in (400, 413, 431, None), f"{status}: {text[:200]!r}"


def test_anAddressOfHundredThousandCharactersIsRefused(world):
    line = connect(world, 10)
    try:
        line.sendall(head(world, "GET", "/servers?q=" + "x" * 100_000))
    except (BrokenPipeError, ConnectionResetError):
        pass
    status, text = answer_of(line)
    assert status in (400, 414, 431, None), f"{status}: {text[:200]!r}"


# -- slowness --

def test_aHeadThatNeverEndsIsCutOffAndHoldsUpNobody(world):
    """Fifty of them at once; an honest request beside them is quick."""
    lines = [connect(world, 5) for _ in range(50)]
    for line in lines:
        line.sendall(b"GET /api/v1/servers HTTP/1.1\r\nHost: localhost\r\n")
    for _ in range(5):
        time.sleep(0.2)
        for line in lines:
            line.sendall(b"X: y\r\n")
        started = time.monotonic()
        assert requests.get(f"{world.url}/health", timeout=5).status_code == 200
        assert time.monotonic() - started < 2
    for line in lines:
        line.close()


def test_aBodyThatTricklesHoldsUpNobody(world):
    lines = []
    for _ in range(20):
        line = connect(world, 5)
        line.sendall(head(world, "POST", "/groups", "Content-Type: application/json", "Content-Length: 1000") + b"{")
        lines.append(line)
    started = time.monotonic()
    assert world.call("GET", "/servers").status_code == 200
    assert time.monotonic() - started < 5
    for line in lines:
        line.close()


# -- JSON --

BODIES = {
    "deep arrays": b"[" * 100_000,
    "deep objects": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "deep and closed": b'{"name":' + b"[" * 500 + b"]" * 500 + b"}",
    "nothing": b"",
    "blank": b"   ",
    "an array": b"[]",
    "null": b"null",
    "a string": b'"x"',
    "cut off": b'{"name":"x',
    "two values": b"{}{}",
    "not UTF-8": b'{"name":"\xff\xfe"}',
    "half a surrogate": b'{"name":"\\ud800"}',
    "a NUL, escaped": b'{"name":"a\\u0000b"}',
    "a NUL, raw": b'{"name":"a\x00b"}',
    "an endless number": b'{"name":' + b"9" * 100_000 + b"}",
    "a huge exponent": b'{"name":1e999999}',
    "not a number": b'{"name":NaN}',
    "the same name twice": b'{"name":"a","name":"b","naem":1}',
    "a comment": b'{"name":"x"/* */}',
    "a trailing comma": b'{"name":"x",}',
    "many members": b"{" + b",".join(b'"k%d":1' % number for number in range(20_000)) + b"}",
    "proto": b'{"__proto__":{"isSuperAdmin":true},"name":"x"}',
}


@pytest.mark.parametrize("what", BODIES)
@pytest.mark.parametrize("method, path", [("POST", "/servers"), ("POST", "/groups"), ("PUT", "/settings/retention"), ("POST", "/tenants"), ("POST", "/users")])
def test_bodiesThatAreNoneAreRefused(world, what, method, path):
    answer = world.call(method, path, data=BODIES[what], headers={"Content-Type": "application/json"})
    refused(answer, 400, 413)


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "", "json"])
def test_otherMediaTypesAreRefused(world, kind):
    refused(world.call("POST", "/groups", data=b'{"name":"x"}', headers={"Content-Type": kind}), 415)


# -- text that other programs would run --

TEXTS = [
    "'; DROP TABLE fleet.servers; --",
    "' OR '1'='1",
    '"; DELETE FROM platform.activity_log; --',
    "$$; SELECT pg_sleep(10); $$",
    "Robert'); SELECT pg_terminate_backend(pid) FROM pg_stat_activity; --",
    "\\'; SELECT 1/0; --",
    "%s%s%n%p {0} ${jndi:ldap://127.0.0.1/x}",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "a\tb",
    "\u202egnp.exe",
    "𝒳" * 100,
    "x" * 100_001,
    "\x7f",
    "%00",
    "name;SERVER=evil;PWD=x",
    "{x}}",
]
ID = "0197a5b0-0000-7000-8000-000000000001"
FIELDS = ["name", "hostname", "instanceName", "database", "username", "password"]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_textIsKeptAsItIsOrRefused(world, text):
    """In every field of a server: 201 with the very same text, or a clear refusal; and the others' data is still there."""
    before = world.call("GET", "/servers", params={"limit": 1}).headers["X-Total-Count"]
    for name in FIELDS:
        body = {"name": f"Hostile {name} {TEXTS.index(text)}", "hostname": "127.0.0.1", "port": 9, "username": "nobody", name: text}
        answer = world.call("POST", "/servers", json=body)
        assert answer.status_code in (201, 400, 409), f"{name}: {answer.status_code} {answer.text[:300]}"
        if answer.status_code == 201:
            server = answer.json()
            if name not in ("password", "hostname"):
                assert server[name] == text
            assert "password" not in server
            assert world.call("DELETE", f"/servers/{server['id']}").status_code == 204
    assert world.call("GET", "/servers", params={"limit": 1}).headers["X-Total-Count"] == before


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
@pytest.mark.parametrize("name", ["q", "sort", "order", "cursor", "status", "health", "engine", "group", "label", "limit"])
def test_queriesAreTakenOrRefused(world, name, text):
    answer = world.call("GET", "/servers", params={name: text[:2000]})
    assert answer.status_code in (200, 400), f"{answer.status_code}: {answer.text[:300]}"


CURSORS = {
    "/servers": [
        ["name:asc", "a\u0000b", ID], ["name:asc", "x" * 500, ID], ["name:asc", 1, ID], ["name:asc", None, None], ["name:asc", "a", "not an id"],
        ["name:asc", "a"], ["name:asc", "a", ID, ID], ["name:desc", "a", ID], ["name:asc", "\ud800", ID], {}, "name:asc", [[[[]]]],
    ],
    "/servers?sort=cpu": [["cpu:asc", "NaN", ID], ["cpu:asc", "1e999", ID], ["cpu:asc", "-Infinity", ID], ["cpu:asc", "x", ID], ["cpu:asc", "", ID]],
    "/activity": [
        ["newest", -(2**63), ID], ["newest", 2**63 - 1, ID], ["newest", 2**63, ID], ["newest", 1e300, ID], ["newest", "0", ID], ["newest", 0, "x"],
    ],
    "/groups": [["name", "a\u0000b", ID], ["name", 1, ID], ["name", "a", 1]],
    "/labels": [["name", "a\u0000b", ID], ["name", "a", ID]],
    "/users": [["email", "a\u0000b"], ["email", 1]],
    "/tenants": [["slug", "a\u0000b"], ["slug", None]],
}


@pytest.mark.parametrize("path, cursor", [(path, cursor) for path in CURSORS for cursor in CURSORS[path]])
def test_forgedCursorsAreTakenOrRefused(world, path, cursor):
    text = base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode().rstrip("=")
    answer = world.call("GET", path, params={"cursor": text})
    assert answer.status_code in (200, 400), f"{answer.status_code}: {answer.text[:300]}"


TIMES = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "-4713-01-01T00:00:00Z", "292277-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "now", "2026-01-01"]


@pytest.mark.parametrize("at", TIMES)
def test_timesFarAwayAreTakenOrRefused(world, at):
    server = world.ids["serverId"][0]
    for path, query in [
        ("/activity", {"from": at}), ("/activity", {"to": at}),
        (f"/servers/{server}/metrics", {"metric": "cpu", "from": at, "to": "2026-11-21T00:00:00Z"}),
        (f"/servers/{server}/metrics", {"metric": "cpu", "from": "2026-11-20T00:00:00Z", "to": at}),
    ]:
        answer = world.call("GET", path, params=query)
        assert answer.status_code in (200, 400), f"{path} {query}: {answer.status_code} {answer.text[:300]}"


@pytest.mark.parametrize("text", ["%00", "%2e%2e%2f", "..%2f..%2fetc%2fpasswd", "%ff", "'--", "0" * 5000, "*", "%0d%0aX-Evil:%20yes"])
def test_pathsThatLeadNowhereAre404(world, text):
    for path in (f"/servers/{text}", f"/tenants/{text}", f"/{text}", f"/servers/{text}/metrics"):
        answer = world.call("GET", path)
        assert answer.status_code in (400, 403, 404, 405, 414, 431), f"{path}: {answer.status_code}"
        assert "X-Evil" not in answer.headers


@pytest.mark.parametrize("path", ["/..%2f..%2f..%2fetc/passwd", "/assets/..%2f..%2f..%2f..%2fetc/passwd", "/assets/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/.%00./etc/passwd"])
def test_theWebsFolderIsNotLeft(world, path):
    line = connect(world, 5)
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    _, text = answer_of(line)
    assert b"root:" not in text


# -- HTTP itself --

RAW = {
    "nothing but noise": os.urandom(4096),
    "a TLS greeting": bytes.fromhex("16030100f8010000f40303") + b"\x00" * 200,
    "HTTP/0.9": b"GET /api/v1/servers\r\n\r\n",
    "HTTP/2 without asking": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "two lengths": b"POST /api/v1/groups HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "length and chunks": b"POST /api/v1/groups HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
    "a negative length": b"POST /api/v1/groups HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    "no host": b"GET /api/v1/servers HTTP/1.1\r\n\r\n",
    "a NUL in a header": b"GET /health HTTP/1.1\r\nHost: x\r\nX-A: a\x00b\r\n\r\n",
    "a method of its own": b"FROBNICATE /api/v1/servers HTTP/1.1\r\nHost: x\r\n\r\n",
    "a tunnel": b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n",
    "another's address": b"GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n",
}


@pytest.mark.parametrize("what", RAW)
def test_bytesThatAreNoRequestAreRefusedOrClosed(world, what):
    line = connect(world, 10)
    line.sendall(RAW[what])
    try:
        line.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    status, text = answer_of(line)
    assert status is None or status < 500 or status in (501, 505), f"{status}: {text[:200]!r}"


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PATCH", "FROB"])
def test_otherMethodsAreAnswered(world, method):
    answer = world.call(method, "/servers")
    assert answer.status_code in (200, 204, 400, 405, 501), answer.status_code
    if answer.status_code == 405:
        assert "GET" in answer.headers["Allow"]


def test_requestIDsAreTakenOnlyWhenSane(world):
    assert world.call("GET", "/servers", headers={"X-Request-ID": "sane-1"}).headers["X-Request-ID"] == "sane-1"
    for wild in ("x" * 5000, "a b<script>", "é"):
        answer = world.call("GET", "/servers", headers={"X-Request-ID": wild.encode("latin-1")})
        assert answer.headers.get("X-Request-ID") != wild


# -- who asks --

@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.", "x" * 10_000, "null"])
def test_tokensThatAreNoneAre401(world, token):
    answer = requests.get(
        f"{world.url}/api/v1/servers", headers={"Authorization": f"Bearer {token}", "X-Tenant-Slug": world.tenant}, timeout=SECONDS_MAX
    )
    refused(answer, 401, 400, 431)


def test_aTenantThatIsNoneIs404AndNoTenantIs400(world):
    refused(world.call("GET", "/servers", headers={"X-Tenant-Slug": "no-such-tenant"}), 404)
    answer = requests.get(f"{world.url}/api/v1/servers", headers={"Authorization": f"Bearer {world.token}"}, timeout=SECONDS_MAX)
    assert refused(answer, 400)["code"] == "MISSING_TENANT"


def test_theEventStreamKeepsGoingAndStops(world):
    """It begins at once, survives a second without events, and ends when the reader goes."""
    with requests.get(f"{world.url}/api/v1/events", headers=world.headers, stream=True, timeout=20) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        seen = threading.Event()
        name = f"Seen {time.time_ns()}"

        def change():
            world.make("/groups", {"name": name})

        threading.Timer(0.5, change).start()
        started = time.monotonic()
        for text in answer.iter_lines():
            if text.startswith(b"event: group.changed"):
                seen.set()
                break
            if time.monotonic() - started > 15:
                break
        assert seen.is_set(), "no group.changed within 15 s"


def test_manyAtOnceAreAllAnswered(world):
    """Two hundred at a time: nobody is forgotten."""
    statuses: list[int] = []

    def ask():
        statuses.append(world.call("GET", "/servers/health").status_code)

    threads = [threading.Thread(target=ask) for _ in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS_MAX)
    assert len(statuses) == 200
    assert set(statuses) <= {200, 429, 503}, json.dumps(sorted(set(statuses)))
