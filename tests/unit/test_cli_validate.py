"""`bbpkg validate`: a table of cases, findings below it, and nothing that passes unseen."""

import io
import json
from pathlib import Path

import pytest

from bbpkg.cli import validate
from command_line import PACKAGE, TOOLS, CommandLine, fake_helm, fake_kubeconform, use_real_tools
from packages import write_chart

_SUMMARY = ("lite-1", "pro-1.5", "pro-2.0")


@pytest.fixture
def bbpkg(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> CommandLine:
    use_real_tools(monkeypatch, tmp_path_factory.getbasetemp(), worker_id)
    return CommandLine(capsys)


@pytest.mark.parametrize("helm", ["helm", "helm3"])
def test_the_summary_is_a_table_of_editions(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, helm: str) -> None:
    monkeypatch.setenv("BBPKG_HELM", str(TOOLS / helm))
    found = bbpkg("validate", PACKAGE, "--summary")
    assert (found.code, found.err) == (0, "")
    header, *rows = found.out.splitlines()[:4]
    assert header.split() == ["edition", "components", "objects", "images", "verdict"]
    assert [row.split()[:2] for row in rows] == [["lite", "1"], ["pro", "1.5"], ["pro", "2.0"]]
    assert all(row.endswith("valid") for row in rows)
    assert len({row.index("valid") for row in rows}) == 1
    assert found.out.endswith("\n\nall 3 cases are valid, in Kubernetes 1.25.0 and 1.37.0.\n")


def test_all_cases_are_validated_by_default(bbpkg: CommandLine) -> None:
    names = bbpkg("validate", PACKAGE, "--list").out.split()
    found = bbpkg("validate", PACKAGE, "--format", "json")
    said = json.loads(found.out)
    assert (found.code, said["valid"], said["kubernetes"]) == (0, True, ["1.25.0", "1.37.0"])
    assert [case["name"] for case in said["cases"]] == names
    assert set(_SUMMARY) < set(names)
    assert all(case["valid"] and case["objects"] > case["components"] > 0 and case["images"] for case in said["cases"])


def test_cases_are_listed_for_programs(bbpkg: CommandLine) -> None:
    cases = json.loads(bbpkg("validate", PACKAGE, "--list", "--format", "json").out)
    assert cases[0] == {"name": "lite-1", "edition": "lite", "release": "1", "overlay": None}
    assert any(case["overlay"] for case in cases)


def test_chosen_cases_and_versions(bbpkg: CommandLine) -> None:
    found = bbpkg("validate", PACKAGE, "--case", "pro-1.5", "--kube-version", "v1.30", "--kube-version", "1.28.0")
    assert found.code == 0
    assert found.out.endswith("1 case is valid, in Kubernetes 1.28.0 and 1.30.0.\n")


def test_a_chart_is_validated_with_the_values_of_the_user(bbpkg: CommandLine, tmp_path: Path) -> None:
    chart = write_chart(tmp_path, "notes")
    found = bbpkg("validate", "--chart", str(chart), "--set", "global.edition=pro", "--format", "json")
    (case,) = json.loads(found.out)["cases"]
    assert (found.code, case["name"], case["edition"]) == (0, "values", None)
    assert any("/notes/pro:" in image for image in case["images"])


def _spoiled(folder: Path, old: str, new: str) -> str:
    chart = write_chart(folder, "notes")
    changed = 0
    for path in (chart / "templates").rglob("service-account.yaml"):
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        changed += 1
    assert changed
    return str(chart)


def test_an_object_that_the_schema_refuses_is_a_finding(bbpkg: CommandLine, tmp_path: Path) -> None:
    chart = _spoiled(tmp_path, "automountServiceAccountToken: false", "automountServiceAccountToken: 1")
    found = bbpkg("validate", PACKAGE, "--chart", chart, "--case", "lite-1", "--case", "pro-2.0")
    assert found.code == 1
    assert "0 of 2 cases are valid" in found.out
    assert "\nlite-1:\n" in found.out
    line = "service-account.yaml: /automountServiceAccountToken: in Kubernetes 1.25.0, ServiceAccount "
    assert line in found.out
    assert ": got number, want " in found.out


def test_a_kind_without_a_schema_is_a_finding(bbpkg: CommandLine, tmp_path: Path) -> None:
    chart = _spoiled(tmp_path, "kind: ServiceAccount", "kind: ServiceAcount")
    found = bbpkg("validate", "--chart", chart, "--format", "json")
    said = json.loads(found.out)
    assert (found.code, said["valid"]) == (1, False)
    codes = {finding["code"] for case in said["cases"] for finding in case["findings"]}
    assert codes == {"kube-schema-missing"}
    assert "there is no schema for v1 ServiceAcount" in found.out


def test_what_only_lint_finds_is_a_finding(bbpkg: CommandLine, tmp_path: Path) -> None:
    chart = write_chart(tmp_path, "notes")
    (chart / "templates" / "odd.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: Not_A_Name}\n")
    found = bbpkg("validate", "--chart", str(chart))
    assert found.code == 1
    assert "  chart/templates/odd.yaml: object name does not conform to Kubernetes naming requirements" in found.out
    assert "1 finding\n" in found.out


def test_a_wrong_value_is_a_finding_with_its_line(bbpkg: CommandLine, tmp_path: Path) -> None:
    values = tmp_path / "values.yaml"
    values.write_text("shelf:\n  hots: x\n")
    found = bbpkg("validate", PACKAGE, "--summary", "-f", str(values))
    assert found.code == 1
    assert found.out.count(f'{values}:2: /shelf/hots: "hots" is not a known key') == len(_SUMMARY)
    assert 'hint: did you mean "host"?' in found.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "neither a package nor a chart is given"),
        (["--list"], "--list needs the package"),
        ([PACKAGE, "--summary", "--case", "pro-2.0"], "--case and --summary exclude each other"),
        ([PACKAGE, "--case", "pro-3"], '"pro-3" is not a case of notes'),
        ([PACKAGE, "--kube-version", "1.2"], 'there are no schemas for Kubernetes "1.2"; there are for 1.25.0'),
    ],
)
def test_a_wrong_request_is_refused(bbpkg: CommandLine, arguments: list[str], message: str) -> None:
    found = bbpkg("validate", *arguments)
    assert (found.code, found.out) == (2, "")
    assert message in found.err


@pytest.mark.parametrize(("option", "name"), [(["--case", "pro-2.0"], "--case"), (["--summary"], "--summary")])
def test_cases_need_their_package(bbpkg: CommandLine, tmp_path: Path, option: list[str], name: str) -> None:
    found = bbpkg("validate", "--chart", str(write_chart(tmp_path, "notes")), *option)
    assert found.code == 2
    assert f"{name} needs the package whose cases are meant" in found.err


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("cat >/dev/null; kill -KILL $$", "kubeconform was killed by SIGKILL"),
        ("cat >/dev/null; echo nonsense", "kubeconform gave no result; it said: nonsense"),
        ("cat >/dev/null; echo '{\"resources\": []}'", "kubeconform passed over "),
        ("exec sleep 600", "kubeconform did not end within 0.2 seconds"),
    ],
)
def test_a_kubeconform_that_does_not_work_is_an_environment_failure(
    bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, message: str
) -> None:
    monkeypatch.setenv("BBPKG_KUBECONFORM", str(fake_kubeconform(tmp_path, script)))
    if "sleep" in script:
        monkeypatch.setattr("bbpkg.manifests.kubeconform.Kubeconform.__init__.__kwdefaults__", {"timeout": 0.2})
    found = bbpkg("validate", PACKAGE, "--summary")
    assert (found.code, found.out) == (3, "")
    assert message in found.err


def test_a_helm_that_dies_ends_all_work(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BBPKG_HELM", str(fake_helm(tmp_path, template="cat >/dev/null; kill -KILL $$")))
    found = bbpkg("validate", PACKAGE)
    assert (found.code, found.out) == (3, "")
    assert found.err.count("error: ") == 1


def test_a_cache_that_cannot_be_written_is_told(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    found = bbpkg("validate", PACKAGE, "--summary")
    assert (found.code, found.out) == (3, "")
    assert "cannot unpack the schemas into" in found.err


def test_progress_is_shown_on_a_terminal_only(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    class _Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = _Terminal()
    monkeypatch.setattr(validate.sys, "stderr", terminal)  # type: ignore[attr-defined]
    found = bbpkg("validate", PACKAGE, "--summary")
    assert found.code == 0
    assert "cases" in terminal.getvalue()
    assert "3/3" in terminal.getvalue()
    assert "3/3" not in found.out
