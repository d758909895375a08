"""The shell tests of Anchore tell a healthy installation from a broken one, and keep the password of the administrator to themselves."""

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chart.rendering import Case, objects
from packages import ENGINE

SCRIPTS = sorted((ENGINE / "packages/anchore/tests/scripts").iterdir())
SHELLS = [shell for shell in ("sh", "dash", "bash") if shutil.which(shell)]
SERVICES = ("apiext", "catalog", "policy_engine", "simplequeue", "analyzer")
PASSWORD = r"""p"a\s's $(id) `id` %s #: \" &end"""
TIMEOUT_SECONDS = 60

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


def _record(service: str, *, is_up: bool = True, pod: str = "pod-1") -> dict[str, object]:
    """What the API says of one service, in the order of its own code."""
    return {
        "hostid": pod,
        "version": "v1",
        "base_url": f"http://anchore-{service}:8228",
        "status": is_up,
        "status_message": "available" if is_up else "down",
        "servicename": service,
        "service_detail": {"available": True, "busy": False, "db_version": "0.0.16", "detail": {}, "message": "all good", "up": True},
    }


def _login(password: str) -> str:
    return "Basic " + base64.b64encode(f"admin:{password}".encode()).decode()


@dataclass(frozen=True)
class Result:
    """What a run of a script left behind."""

    exit_code: int
    output: str
    arguments: str
    requests: list[dict[str, Any]]


def _run(
    script: str, tmp_path: Path, answers: Mapping[str, object], *, shell: str = "sh", environment: Mapping[str, str] | None = None
) -> Result:
    """Run a script against a server, with a curl that writes down its arguments."""
    plan = {"answers": answers, "protected": ["/v1/system"], "login": _login(PASSWORD)}
    requests, arguments = tmp_path / "requests", tmp_path / "arguments"
    wrapper = tmp_path / "bin/curl"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nprintf \'%s\\n\' "$*" >>{arguments}\nexec {shutil.which("curl")} "$@"\n')
    wrapper.chmod(0o755)
    for path in (requests, arguments):
        path.write_text("")
    server = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("stand_in.py")), json.dumps(plan), str(requests)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{int(server.stdout.readline())}"
        defaults = {
            "PATH": f"{wrapper.parent}:{os.environ['PATH']}",
            "API_URL": url,
            "UI_URL": url,
            "ADMIN_USERNAME": "admin",
            "ADMIN_PASSWORD": PASSWORD,
            "DEADLINE_SECONDS": "0",
            "INTERVAL_SECONDS": "0",
            "TMPDIR": str(tmp_path),
        }
        command = [shell, str(next(path for path in SCRIPTS if path.name.endswith(f"-{script}.sh")))]
        done = subprocess.run(
            command, env={**defaults, **(environment or {})}, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
    finally:
        server.kill()
        server.communicate()
    asked = [json.loads(line) for line in requests.read_text().splitlines()]
    return Result(done.returncode, done.stdout + done.stderr, arguments.read_text(), asked)


def _healthy(records: list[dict[str, object]] | None = None, **dump: Any) -> dict[str, list[list[object]]]:  # noqa: ANN401 - of json.dumps
    states = {"service_states": [_record(service) for service in SERVICES] if records is None else records}
    return {
        "/health": [[200, ""]],
        "/version": [[200, '{"service": {"version": "1.1.0"}, "api": {}, "db": {"schema_version": "0.0.16"}}\n']],
        "/v1/system": [[200, json.dumps(states, **dump)]],
    }


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_a_program_for_any_posix_shell(script: Path, shell: str) -> None:
    assert script.read_text().startswith("#!/bin/sh\n")
    done = subprocess.run([shell, "-n", str(script)], capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@needs_curl
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "dump", [{}, {"sort_keys": True}, {"indent": 4}, {"separators": (",", ":")}], ids=["own", "sorted", "indented", "compact"]
)
def test_a_healthy_api_passes_however_it_writes_json(tmp_path: Path, shell: str, dump: dict[str, Any]) -> None:
    result = _run("api", tmp_path, _healthy(**dump), shell=shell)
    assert result.exit_code == 0, result.output
    assert "PASS" in result.output
    assert '"version": "1.1.0"' in result.output
    assert [request["path"] for request in result.requests] == ["/health", "/version", "/v1/system"]
    assert [request["login"] for request in result.requests] == [None, None, _login(PASSWORD)]


@needs_curl
@pytest.mark.parametrize("password", [PASSWORD, "wrong " + PASSWORD])
def test_the_password_is_in_no_argument_and_no_output(tmp_path: Path, password: str) -> None:
    result = _run("api", tmp_path, _healthy(), environment={"ADMIN_PASSWORD": password})
    assert result.exit_code == (0 if password == PASSWORD else 1)
    assert result.requests[-1]["login"] == _login(password)
    assert result.arguments.count("--config -") == 1
    for secret in (password, password.replace("\\", "\\\\").replace('"', '\\"'), base64.b64encode(f"admin:{password}".encode()).decode()):
        assert secret not in result.arguments + result.output
    if password != PASSWORD:
        assert "FAIL" in result.output
        assert "does not accept the login" in result.output
        assert "401" in result.output


@needs_curl
@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("change", ["is missing", "is down"])
def test_a_service_that_is_not_up_fails(tmp_path: Path, service: str, change: str) -> None:
    records = [_record(name, is_up=name != service) for name in SERVICES if name != service or change == "is down"]
    result = _run("api", tmp_path, _healthy(records))
    assert result.exit_code == 1
    assert f"does not list the service {service} as up" in result.output


@needs_curl
def test_an_api_without_catalog_fails_although_it_answers(tmp_path: Path) -> None:
    assert _run("api", tmp_path, _healthy([])).exit_code == 1


@needs_curl
@pytest.mark.parametrize("dump", [{}, {"sort_keys": True}], ids=["own", "sorted"])
@pytest.mark.parametrize("is_first", [True, False])
def test_the_record_of_a_former_pod_does_not_matter(tmp_path: Path, dump: dict[str, Any], *, is_first: bool) -> None:
    current, former = [_record(name) for name in SERVICES], [_record(name, is_up=False, pod="former") for name in SERVICES]
    result = _run("api", tmp_path, _healthy(former + current if is_first else current + former, **dump))
    assert result.exit_code == 0, result.output


@needs_curl
@pytest.mark.parametrize("path", ["/health", "/version", "/v1/system"])
def test_the_api_may_take_its_time_but_not_longer_than_the_deadline(tmp_path: Path, path: str) -> None:
    answers = _healthy()
    answers[path] = [[503, ""], [503, ""], *answers[path]]
    result = _run("api", tmp_path, answers, environment={"DEADLINE_SECONDS": "50"})
    assert result.exit_code == 0, result.output
    assert result.output.count("waiting: ") == 2
    (tmp_path / "late").mkdir()
    late = _run("api", tmp_path / "late", {**answers, path: [[503, ""]]})
    assert late.exit_code == 1
    assert "503" in late.output


@pytest.mark.parametrize("name", ["API_URL", "ADMIN_USERNAME", "ADMIN_PASSWORD"])
def test_a_missing_variable_is_named(tmp_path: Path, name: str) -> None:
    result = _run("api", tmp_path, {}, environment={name: ""})
    assert result.exit_code != 0
    assert name in result.output


@needs_curl
@pytest.mark.parametrize(("answer", "expected"), [([[200, "{}"]], 0), ([[503, ""], [200, "{}"]], 0), ([[503, ""]], 1)])
def test_the_health_of_the_ui_decides(tmp_path: Path, answer: list[list[object]], expected: int) -> None:
    deadline = "50" if expected == 0 else "0"
    result = _run("ui", tmp_path, {"/service/health": answer}, environment={"DEADLINE_SECONDS": deadline})
    assert result.exit_code == expected, result.output
    assert {request["path"] for request in result.requests} == {"/service/health"}


def test_an_edition_without_ui_passes(tmp_path: Path) -> None:
    assert _run("ui", tmp_path, {}, environment={"UI_URL": ""}).exit_code == 0


@pytest.fixture
def runner(tmp_path: Path) -> list[str]:
    """Return the command of the pod, with a folder of scripts of its own."""
    pods = (item for item in objects(Case(name="tests", values={"bbtests": {"enabled": True}})) if item["kind"] == "Pod")
    pod = next(item for item in pods if item["metadata"]["name"] == "anchore-script-test")
    (tmp_path / "src").mkdir()
    return [word.replace("/src", str(tmp_path / "src")) for word in pod["spec"]["containers"][0]["command"]]


@pytest.mark.parametrize("failing", [(), ("1",), ("2",), ("1", "2", "3")])
def test_every_script_runs_and_one_failure_fails_all(runner: list[str], tmp_path: Path, failing: tuple[str, ...]) -> None:
    for name in ("1", "2", "3"):
        script = tmp_path / f"src/{name}.sh"
        script.write_text(f"#!/bin/sh\necho ran {name}\nexit {int(name in failing)}\n")
        script.chmod(0o755)
    done = subprocess.run(runner, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
    assert done.returncode == int(bool(failing))
    assert [line for line in done.stdout.splitlines() if line.startswith("ran ")] == ["ran 1", "ran 2", "ran 3"]
    assert done.stderr == ("--- failed:" + "".join(f" {name}.sh" for name in failing) + "\n" if failing else "")
