"""The script that registers an identity provider, run as the Job runs it, against stand-ins of Anchore and of the identity provider."""

import ast
import json
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

SERVER = Path(__file__).with_name("http_stand_in.py")
SCRIPT = Path(__file__).parents[2] / "generator/bbpkg/packages/anchore/scripts/configure_sso.py"
PASSWORD = 'p@ss:w"o\\rd & #%41'
TOKEN = b64encode(f"admin:{PASSWORD}".encode()).decode()
METADATA = "<md:EntityDescriptor entityID=\"https://idp/@&amp;\\\" name='q'>\n\té€😀 s@x@y@ \\1 $HOME `id`\n</md:EntityDescriptor>"
SETTINGS = {"name": "keycloak", "enabled": True, "sp_entity_id": "realm_anchore", "acs_https_port": -1}
LIST = "/v1/saml/idps"
OWN = f"{LIST}/keycloak"
TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Request:
    """What a stand-in was asked."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class StandIn:
    """A server with answers for each `METHOD path`: status and body, the last one for ever. At its end it knows what it was asked."""

    answers: dict[str, list[tuple[int, bytes]]]
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    url: str = ""

    def changes(self) -> list[tuple[str, str, Any]]:
        """Method, path and content of every request that changes something."""
        return [(request.method, request.path, json.loads(request.body)) for request in self.asked if request.method != "GET"]

    def scenario(self, port: int) -> str:
        """The line that the process of the server reads."""
        answers = {key: [(status, b64encode(body).decode()) for status, body in given] for key, given in self.answers.items()}
        return json.dumps({"port": port, "headers": self.headers, "answers": answers})


@contextmanager
def serving(stand_in: StandIn, port: int = 0) -> Iterator[StandIn]:
    command = [sys.executable, "-I", "-u", str(SERVER)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(stand_in.scenario(port) + "\n")
        process.stdin.flush()
        stand_in.url = f"http://127.0.0.1:{int(process.stdout.readline())}"
        try:
            yield stand_in
        finally:
            told, _ = process.communicate(timeout=TIMEOUT_SECONDS)
            for method, path, headers, body in map(json.loads, told.splitlines()):
                stand_in.asked.append(Request(method, path, headers, b64decode(body)))


def anchore(**answers: list[tuple[int, bytes]]) -> StandIn:
    """Anchore that is there and takes everything, but for the answers that are given as get, post, put, swagger."""
    named = {"swagger": "GET /v1/swagger.json", "get": f"GET {OWN}", "post": f"POST {LIST}", "put": f"PUT {OWN}"}
    usual = {name: [(200, b"{}")] for name in named}
    return StandIn({named[name]: answer for name, answer in {**usual, **answers}.items()})


def provider(*answers: tuple[int, bytes]) -> StandIn:
    return StandIn({"GET /descriptor": list(answers) or [(200, METADATA.encode())]})


def environment(folder: Path, settings: Mapping[str, Any], **more: str) -> dict[str, str]:
    path = folder / "settings.json"
    path.write_text(json.dumps(settings), encoding="utf-8")
    return {
        "SSO_SETTINGS": str(path),
        "SSO_USERNAME": "admin",
        "ANCHORE_ADMIN_PASSWORD": PASSWORD,
        "SSO_DEADLINE_SECONDS": "20",
        "SSO_POLL_SECONDS": "0.02",
        **more,
    }


def run(variables: Mapping[str, str]) -> tuple[int, str]:
    """Exit code and log; neither the log nor the command line ever holds the password."""
    command = [sys.executable, "-I", "-u", str(SCRIPT)]
    done = subprocess.run(command, capture_output=True, env=dict(variables), timeout=TIMEOUT_SECONDS, check=False)
    log = (done.stdout + done.stderr).decode("ascii")
    assert PASSWORD not in log
    assert TOKEN not in log
    assert "Traceback" not in log
    return done.returncode, log


def register(folder: Path, api: StandIn, idp: StandIn, **more: str) -> tuple[int, str]:
    with serving(api), serving(idp):
        return run(environment(folder, SETTINGS, SSO_API_URL=f"{api.url}/v1", SSO_METADATA_URL=f"{idp.url}/descriptor", **more))


def test_an_unknown_provider_is_created(tmp_path: Path) -> None:
    api = anchore(get=[(404, b"{}")])
    code, log = register(tmp_path, api, provider())
    assert code == 0, log
    assert api.changes() == [("POST", LIST, {**SETTINGS, "idp_metadata_xml": METADATA})]
    assert 'the identity provider "keycloak" is created' in log


def test_a_known_provider_is_updated_each_time(tmp_path: Path) -> None:
    api = anchore()
    assert [register(tmp_path, api, provider())[0] for _ in range(2)] == [0, 0]
    assert api.changes() == [("PUT", OWN, {**SETTINGS, "idp_metadata_xml": METADATA})] * 2


def test_metadata_that_are_given_are_not_fetched(tmp_path: Path) -> None:
    api = anchore()
    with serving(api):
        code, log = run(environment(tmp_path, {**SETTINGS, "idp_metadata_xml": METADATA}, SSO_API_URL=f"{api.url}/v1"))
    assert code == 0, log
    assert api.changes() == [("PUT", OWN, {**SETTINGS, "idp_metadata_xml": METADATA})]


def test_only_anchore_hears_the_password(tmp_path: Path) -> None:
    api, idp = anchore(), provider()
    register(tmp_path, api, idp)
    assert {request.path for request in api.asked if request.headers.get("Authorization") == f"Basic {TOKEN}"} == {OWN}
    assert not any("Authorization" in request.headers for request in (*idp.asked, api.asked[0]))


@pytest.mark.parametrize("status", [404, 500, 503])
def test_it_waits_for_a_late_identity_provider(tmp_path: Path, status: int) -> None:
    api, idp = anchore(), provider((status, b""), (status, b""), (status, b""), (200, METADATA.encode()))
    code, log = register(tmp_path, api, idp)
    assert code == 0, log
    assert len(idp.asked) == 4
    assert log.count(f"status {status}") == 1


def test_it_waits_for_a_late_anchore(tmp_path: Path) -> None:
    api = anchore(swagger=[(503, b"no healthy upstream"), (503, b""), (200, b"{}")])
    code, log = register(tmp_path, api, provider())
    assert code == 0, log
    assert len([request for request in api.asked if request.path == "/v1/swagger.json"]) == 3


def test_it_waits_while_nobody_listens(tmp_path: Path) -> None:
    api = anchore()
    with serving(StandIn({})) as place:
        port = int(place.url.rpartition(":")[2])
    variables = environment(tmp_path, {**SETTINGS, "idp_metadata_xml": METADATA}, SSO_API_URL=f"http://127.0.0.1:{port}/v1")
    command = [sys.executable, "-I", "-u", str(SCRIPT)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=variables) as process:
        assert process.stdout is not None
        assert "waiting for Anchore" in process.stdout.readline()
        with serving(api, port):
            assert process.wait(TIMEOUT_SECONDS) == 0
    assert [method for method, *_ in api.changes()] == ["PUT"]


@pytest.mark.parametrize(
    ("api", "idp", "who"),
    [(anchore(), provider((503, b"")), "the identity provider"), (anchore(swagger=[(502, b"")]), provider(), "Anchore at")],
    ids=["identity-provider", "anchore"],
)
def test_the_deadline_ends_it(tmp_path: Path, api: StandIn, idp: StandIn, who: str) -> None:
    code, log = register(tmp_path, api, idp, SSO_DEADLINE_SECONDS="0.2")
    assert code == 3
    assert who in log
    assert "did not answer before the deadline: status 50" in log
    assert not api.changes()


def test_a_wrong_password_is_said_to_be_wrong(tmp_path: Path) -> None:
    api = anchore(get=[(401, b'{"message": "Login failed"}')])
    code, log = register(tmp_path, api, provider())
    assert code == 1
    assert f'GET {api.url}{OWN}: status 401: {{"message": "Login failed"}}; the password of the user admin' in log
    assert not api.changes()


@pytest.mark.parametrize("refused", ["get", "put"])
def test_an_error_of_anchore_is_shown_without_secrets(tmp_path: Path, refused: str) -> None:
    body = f"no\n\x1b[31m {PASSWORD}  {TOKEN} é\x00".encode() + b"\xff" + b"x" * 1000
    api = anchore(**{refused: [(500, body)]})
    code, log = register(tmp_path, api, provider())
    assert code == 1
    assert "status 500: no ?[31m *** *** \\xe9?\\ufffdxxx" in log
    assert log.endswith("x...\n")
    assert len(log.splitlines()[-1]) < 700


def test_an_answer_that_redirects_does_not_take_the_password_elsewhere(tmp_path: Path) -> None:
    elsewhere = StandIn({})
    with serving(elsewhere):
        api = anchore(get=[(302, b"")])
        api.headers["Location"] = f"{elsewhere.url}/"
        code, log = register(tmp_path, api, provider())
    assert code == 1
    assert "status 302" in log
    assert not elsewhere.asked


def test_metadata_may_move(tmp_path: Path) -> None:
    api, there = anchore(), provider()
    with serving(there):
        here = StandIn({"GET /descriptor": [(302, b"")]}, {"Location": f"{there.url}/descriptor"})
        code, log = register(tmp_path, api, here)
    assert code == 0, log
    assert api.changes()[0][2]["idp_metadata_xml"] == METADATA


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html>Log in</html>", "holds no SAML metadata: <html>Log in</html>"),
        (b"\xff\xfe", "is no text in UTF-8"),
        (b"x" * (4 << 20) + b"x", "bytes"),
    ],
    ids=["page", "encoding", "size"],
)
def test_what_is_no_metadata_is_not_registered(tmp_path: Path, body: bytes, message: str) -> None:
    api = anchore()
    code, log = register(tmp_path, api, provider((200, body)))
    assert code == 1
    assert message in log
    assert not api.changes()


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"SSO_SETTINGS": "/nowhere"}, "the settings cannot be read"),
        ({"SSO_DEADLINE_SECONDS": "soon"}, "the settings cannot be read"),
        ({"ANCHORE_ADMIN_PASSWORD": None}, "the variable ANCHORE_ADMIN_PASSWORD is not set"),
        ({}, "neither metadata nor an address"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, variables: dict[str, str | None], message: str) -> None:
    wanted = {**environment(tmp_path, SETTINGS, SSO_API_URL="http://127.0.0.1:9/v1"), **variables}
    code, log = run({name: value for name, value in wanted.items() if value is not None})
    assert code == 2
    assert message in log


def test_files_that_hold_no_certificate_are_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "certificates"
    (folder / "..data").mkdir(parents=True)
    (folder / "tls.key").write_text("no certificate", encoding="utf-8")
    code, log = register(tmp_path, anchore(), provider(), SSO_CERTIFICATES=str(folder))
    assert code == 0, log
    assert "tls.key holds no certificate" in log


def test_proxies_are_for_the_identity_provider_only(tmp_path: Path) -> None:
    api, proxy = anchore(), StandIn({"GET http://idp.example.mil/descriptor": [(200, METADATA.encode())]})
    with serving(api), serving(proxy):
        more = {"SSO_METADATA_URL": "http://idp.example.mil/descriptor", "http_proxy": proxy.url}
        code, log = run(environment(tmp_path, SETTINGS, SSO_API_URL=f"{api.url}/v1", **more))
    assert code == 0, log
    assert api.changes()
    assert len(proxy.asked) == 1


def test_it_is_python_of_the_age_of_the_image() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    tree = ast.parse(text, feature_version=(3, 8))
    modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    modules |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {module.partition(".")[0] for module in modules} <= sys.stdlib_module_names
    # It goes through both template languages as it is.
    assert not [mark for mark in ("{{", "}}", "<@", "<%", "<#") if mark in text]
