"""`bbpkg connectivity`: the whole picture, and one connection with its reasons."""

import json

import pytest

from command_line import PACKAGE, CommandLine, use_real_tools

_MESH = ("--set", "bb-common.istio.enabled=true", "--set", "bb-common.istio.authorizationPolicies.enabled=true")
_CASE = ("--case", "pro-2.0")


@pytest.fixture
def bbpkg(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> CommandLine:
    use_real_tools(monkeypatch, tmp_path_factory.getbasetemp(), worker_id)
    return CommandLine(capsys)


def test_open_connections_are_listed_by_source(bbpkg: CommandLine) -> None:
    found = bbpkg("connectivity", PACKAGE, *_CASE)
    assert (found.code, found.err) == (0, "")
    lines = dict(line.split(" -> ") for line in found.out.splitlines() if " -> " in line)
    assert "notes-search-index 7700" in lines["notes-page"]
    assert "stranger" not in lines
    assert found.out.endswith("\nmesh: none; what is not listed is denied.\n")


def test_one_connection_is_explained_by_the_policies_that_decide(bbpkg: CommandLine) -> None:
    allowed = bbpkg("connectivity", PACKAGE, *_CASE, "--explain", "notes-page", "notes-search-index", "7700")
    assert allowed.code == 0
    assert allowed.out.startswith("notes-page -> notes-search-index:7700 is allowed (mesh: none)\n")
    assert "    NetworkPolicy allow-ingress-to-notes-search-index-tcp-port-7700-from-ns-notes-pod-notes-page\n" in allowed.out
    denied = bbpkg("connectivity", PACKAGE, *_CASE, "--explain", "stranger", "notes-page", "http")
    assert denied.code == 1
    assert "    NetworkPolicy default-ingress-deny-all\n" in denied.out


def test_the_mesh_has_a_say(bbpkg: CommandLine) -> None:
    said = json.loads(
        bbpkg("connectivity", PACKAGE, *_CASE, *_MESH, "--explain", "neighbour", "notes-page", "http", "--format", "json").out
    )
    assert said["verdict"] == "denied"
    assert [step["layer"].partition(" ")[0] for step in said["steps"]] == [
        "NetworkPolicies",
        "NetworkPolicies",
        "PeerAuthentication",
        "AuthorizationPolicies",
    ]
    # Authorization lets the namespace in; the network does not, on either side.
    assert [step["verdict"] for step in said["steps"]] == ["denied", "denied", "allowed", "allowed"]


def test_every_form_tells_the_same(bbpkg: CommandLine) -> None:
    said = json.loads(bbpkg("connectivity", PACKAGE, "--format", "json").out)
    pairs = {(found["source"], found["target"]) for found in said["open"]}
    mermaid = bbpkg("connectivity", PACKAGE, "--format", "mermaid").out
    assert mermaid.startswith("flowchart LR\n")
    assert mermaid.count(" -->|") == len(pairs)
    text = bbpkg("connectivity", PACKAGE).out
    assert text.count(" -> ") == len({source for source, _ in pairs})


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (["notes-pag", "notes-page", "80"], 'there is nobody called "notes-pag"'),
        (["notes-page", "notes-shelf", "none"], '"none" is no port of notes-shelf'),
        (["notes-page", "notes-shelf", "70000"], '"70000" is no port of notes-shelf'),
        (["notes-page", "notes-shelf", "80/ICMP"], '"80/ICMP" is no port of notes-shelf'),
    ],
)
def test_a_wrong_question_is_refused(bbpkg: CommandLine, question: list[str], message: str) -> None:
    found = bbpkg("connectivity", PACKAGE, "--explain", *question)
    assert (found.code, found.out) == (2, "")
    assert message in found.err
