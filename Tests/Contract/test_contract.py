"""Requests made from api/openapi.yaml, right ones and wrong ones: every answer is one that the document promises, and none is a 5xx but
the 502 and 503 that it names. CONTRACT_CASES says how many in all (2,000 in CI, 20,000 by `make fuzz`); CONTRACT_SEED, which.
"""
import hashlib
import os
import re
import uuid

import schemathesis
from conftest import SECONDS_MAX, address, make_world
from hypothesis import HealthCheck, Phase, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    missing_required_header,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

CASES = int(os.environ.get("CONTRACT_CASES", "2000"))
SEED = int(os.environ.get("CONTRACT_SEED", "20261121"))
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    missing_required_header,
    unsupported_method,
]

schema = schemathesis.openapi.from_url(f"{address()}/api/openapi.json")
operation_count = sum(1 for _ in schema.get_all_operations())
world = make_world()

# An endless stream is for test_hostile.py. Signing out would end the session that all the others use.
tested = schema.exclude(operation_id=["streamEvents", "logout"])

HOSTNAME = re.compile(schema.raw_schema["components"]["schemas"]["Hostname"]["pattern"].strip("^$"))
SLUG = re.compile("[a-z0-9](-?[a-z0-9]){2,49}")


def chance(value: object) -> float:
    """The same number for the same value in every run, from 0 to 1."""
    return hashlib.sha256(repr(value).encode()).digest()[0] / 255


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Most ids that are ids become ones of real things: an answer of 404 to everything would prove little."""
    for name, value in list((path_parameters or {}).items()):
        known = world.ids.get(name)
        try:
            uuid.UUID(str(value))
        except ValueError:
            continue
        if known and chance(value) < 0.8:
            path_parameters[name] = known[int(chance((name, value)) * 251) % len(known)]
    return path_parameters


@schemathesis.hook
def map_body(context, body):
    """No test knocks at hosts that are not ours."""
    if isinstance(body, dict):
        for name in ("hostname", "host"):
            if isinstance(body.get(name), str) and HOSTNAME.fullmatch(body[name]) and chance(body[name]) < 0.95:
                body[name] = "127.0.0.1"
    return body


@schemathesis.hook
def filter_body(context, body):
    # A deleted or suspended test tenant would leave nothing to test; so would a new password for the one who tests.
    return not (isinstance(body, dict) and body.get("currentPassword") == world.password)


def promised(context, response, case):
    """No 5xx but 502 and 503; Retry-After with each 503."""
    if response.status_code == 503:
        assert "retry-after" in {name.lower() for name in response.headers}, "a 503 without Retry-After"
    elif response.status_code != 502:
        not_a_server_error(context, response, case)


@tested.parametrize()
@seed(SEED)
@settings(
    max_examples=max(1, CASES // operation_count), deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_answersAsTheContractSays(case):
    if case.path_parameters and case.path_parameters.get("slug") in (world.tenant, "demo"):
        case.path_parameters["slug"] = "no-such-tenant"
    # What the document calls right is made to mean our tenant, mostly; what it calls wrong is left as it is.
    given = case.headers or {}
    headers = {} if "Authorization" in given else {"Authorization": f"Bearer {world.token}"}
    slug = given.get("X-Tenant-Slug")
    if isinstance(slug, str) and len(slug) <= 50 and SLUG.fullmatch(slug) and chance(slug) < 0.9:
        headers["X-Tenant-Slug"] = world.tenant
    case.call_and_validate(headers=headers, checks=[promised, *CHECKS], timeout=SECONDS_MAX)


def test_everyOperationIsServed(world):
    """No 404 or 405 of the router: with ids of real things each path leads somewhere."""
    missing = []
    for result in schema.get_all_operations():
        operation = result.ok()
        path = operation.path
        for name in ("serverId", "groupId", "labelId", "operationId"):
            path = path.replace("{" + name + "}", world.ids[name][0])
        path = path.replace("{slug}", world.tenant).replace("{userId}", str(uuid.uuid4()))
        # OPTIONS says which methods a path takes, and changes nothing.
        answer = world.call("OPTIONS", path.removeprefix("/api/v1")) if path.startswith("/api/v1") else None
        if answer is not None and operation.method.upper() not in answer.headers.get("Allow", ""):
            missing.append(f"{operation.method.upper()} {operation.path}: OPTIONS allows {answer.headers.get('Allow')!r} ({answer.status_code})")
    assert not missing, "\n".join(missing)
