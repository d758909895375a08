"""`bbpkg render --umbrella`: where things are written, which releases and charts are chosen, and what excludes what."""

import tarfile
from pathlib import Path

import pytest

from bbpkg.manifests.objects import KubernetesObject, parse_objects
from command_line import PACKAGE, TOOLS, CommandLine, use_real_tools
from packages import REPOSITORY

CASES = REPOSITORY / "tests/cases/umbrella"
ECHO = CASES / "charts/echo"
PACKAGES = """
packages:
  echo: &package
    sourceType: git
    git: {repo: https://git.example.mil/echo.git, tag: 1.0.0}
    helmRelease: {namespace: bigbang}
  otherEcho: *package
"""


@pytest.fixture
def bbpkg(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> CommandLine:
    use_real_tools(monkeypatch, tmp_path_factory.getbasetemp(), worker_id)
    return CommandLine(capsys)


@pytest.fixture
def values(tmp_path: Path) -> str:
    path = tmp_path / "values.yaml"
    path.write_text(PACKAGES, encoding="utf-8")
    return str(path)


def _names(objects: tuple[KubernetesObject, ...]) -> set[str]:
    return {str(item) for item in objects}


def test_both_stages_are_written_apart(bbpkg: CommandLine, values: str, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    found = bbpkg("render", "--umbrella", values, f"--chart=echo={ECHO}", f"--chart=otherEcho={ECHO}", "-o", str(folder))
    assert found.code == 0
    paths = {path.relative_to(folder).as_posix() for path in folder.rglob("*.yaml")}
    assert {"umbrella/helmrelease-echo.yaml", "umbrella/secret-other-echo-values.yaml"} <= paths
    assert {"packages/echo/deployment-echo.yaml", "packages/other-echo/configmap-other-echo.yaml"} <= paths


def test_a_stream_holds_what_the_folder_holds(bbpkg: CommandLine, values: str) -> None:
    arguments = ("render", "--umbrella", values, f"--chart=echo={ECHO}", f"--chart=otherEcho={ECHO}")
    both, first, second = (_names(parse_objects(bbpkg(*arguments, "--stage", stage).out)) for stage in ("all", "1", "2"))
    assert both == first | second
    assert "HelmRelease bigbang/other-echo" in first - second
    assert "Deployment other-echo" in second - first


def test_releases_are_chosen_by_their_name_or_the_key_of_their_package(bbpkg: CommandLine, values: str) -> None:
    for name in ("otherEcho", "other-echo"):
        found = bbpkg("render", "--umbrella", values, f"--chart={name}={ECHO}", "--package", name, "--stage", "2")
        assert (found.code, found.err) == (0, "")
        assert _names(parse_objects(found.out)) == {"ConfigMap other-echo/other-echo", "Deployment other-echo", "Pod other-echo-test"}


def test_charts_may_be_archives_or_definitions_of_packages(bbpkg: CommandLine, values: str, tmp_path: Path) -> None:
    archive = tmp_path / "echo-0.1.0.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(ECHO, arcname="echo")
    found = bbpkg("render", "--umbrella", values, f"--chart=echo={archive}", f"--chart=otherEcho={PACKAGE}", "--stage", "2")
    assert found.err == ""
    assert "Deployment echo" in _names(parse_objects(found.out))
    assert any("/notes/lite:" in image for item in parse_objects(found.out) for image in item.images)


def test_the_chart_of_a_package_that_bbpkg_carries_is_generated(bbpkg: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "values.yaml"
    path.write_text(PACKAGES.replace("echo:", "anchore:", 1).partition("  otherEcho")[0], encoding="utf-8")
    found = bbpkg("render", "--umbrella", str(path), "--stage", "2")
    assert (found.code, found.err) == (0, "")
    objects = parse_objects(found.out)
    assert any(item.kind == "VirtualService" for item in objects)
    assert all(item.namespace == "anchore" for item in objects if item.kind == "Deployment")


@pytest.mark.parametrize("case", ["git-package", "pass-big-bang-values", "wrapper", "version-1"])
def test_both_major_versions_of_helm_give_the_same_objects(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    monkeypatch.chdir(CASES / case)
    arguments = ("render", "--umbrella", "values.yaml", "--stage", "1")
    first = parse_objects(bbpkg(*arguments).out)
    monkeypatch.setenv("BBPKG_HELM", str(TOOLS / "helm3"))
    second = parse_objects(bbpkg(*arguments).out)
    assert sorted(map(repr, (item.data for item in first))) == sorted(map(repr, (item.data for item in second)))


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["-f", "x.yaml"], "-f cannot be used with --umbrella"),
        (["--set", "a=b", "--edition", "x"], "--set, --edition cannot be used"),
        (["--chart", "./echo"], "does not say which release it is for"),
        (["--chart", "echo=./nowhere"], "nowhere is no chart"),
        (["--umbrella-chart", "./nowhere"], "nowhere is no chart"),
        (["--umbrella-chart", str(ECHO), "--bigbang", "3"], "exclude each other"),
        (["--bigbang", "5"], "'5' is not one of"),
    ],
)
def test_what_does_not_go_with_the_umbrella_is_refused(bbpkg: CommandLine, values: str, arguments: list[str], part: str) -> None:
    found = bbpkg("render", "--umbrella", values, *arguments)
    assert (found.code, found.out) == (2, "")
    assert part in found.err


@pytest.mark.parametrize("option", ["--umbrella-chart=x", "--bigbang=3", "--package=x", "--stage=1"])
def test_options_of_the_umbrella_need_it(bbpkg: CommandLine, option: str) -> None:
    found = bbpkg("render", PACKAGE, option)
    assert (found.code, found.out) == (2, "")
    assert f"{option.partition('=')[0]} needs --umbrella" in found.err


def test_nothing_is_written_when_a_chart_refuses_its_values(bbpkg: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    wrong = CASES / "error-values/values.yaml"
    assert bbpkg("render", "--umbrella", str(wrong), f"--chart=echo={ECHO}", "-o", str(folder)).code == 2
    assert not folder.exists()


def test_no_message_holds_a_value(bbpkg: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "values.yaml"
    for fault in ("'{{ nothing }}'", "'{{ if }}'", "'{{ .Values.a.b.c }}'", "'{{ index .Values.domain 1 2 }}'"):
        text = PACKAGES.partition("  otherEcho")[0] + f"    values: {{password: s3cret, text: {fault}}}\n"
        path.write_text(text.replace("&package", ""), encoding="utf-8")
        found = bbpkg("render", "--umbrella", str(path))
        assert found.code == 2
        assert f"{path}:7: /packages/echo/values/text" in found.err
        assert "s3cret" not in found.err


def test_an_encrypted_value_goes_through_as_it_is(bbpkg: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "values.yaml"
    encrypted = "ENC[AES256_GCM,data:abc,iv:x,tag:y,type:str]"
    text = PACKAGES.partition("  otherEcho")[0].replace("&package", "") + f"    values: {{text: '{encrypted}'}}\nsops: {{version: 3.9.0}}\n"
    path.write_text(text, encoding="utf-8")
    found = bbpkg("render", "--umbrella", str(path), f"--chart=echo={ECHO}")
    assert (found.code, found.err) == (0, "")
    assert encrypted in found.out
