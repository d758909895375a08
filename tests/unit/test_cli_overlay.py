"""`bbpkg overlay`: what is chosen stands in the values, what is wrong is refused, and what people wrote stays.

A folder of tests/cases/overlays holds `case.yaml` with the arguments, `before.yaml` when the file exists, `after.yaml`, and what is
said in `said.txt`; a case without `after.yaml` is refused, and its file stays as it was.
"""

import shutil
from pathlib import Path
from typing import Any, cast

import pytest

from bbpkg.app.overlay import schema_address
from bbpkg.documents import read_documents
from bbpkg.errors import UsageError
from bbpkg.plan.umbrella_overlays import for_the_chart
from command_line import PACKAGE, CommandLine
from packages import REPOSITORY

CASES = REPOSITORY / "tests/cases/overlays"
FOLDERS = sorted(path for path in CASES.iterdir() if path.is_dir())
SHELF = ("--store", "shelf=db.example.mil")


@pytest.fixture
def bbpkg(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    monkeypatch.setattr("sys.argv", ["bbpkg", "overlay", "PACKAGE"])
    return CommandLine(capsys)


def values(text: str) -> Any:  # noqa: ANN401 - any YAML
    (document,) = read_documents(text, file="overlay.yaml")
    return document.value


def chosen(bbpkg: CommandLine, *arguments: str) -> Any:  # noqa: ANN401 - any YAML
    found = bbpkg("overlay", PACKAGE, *arguments)
    assert (found.code, found.err) == (0, "")
    return values(found.out)


@pytest.mark.parametrize("name", [path.name for path in FOLDERS])
def test_a_file_that_exists_is_edited_in_place(bbpkg: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    folder = CASES / name
    case = cast("dict[str, Any]", values((folder / "case.yaml").read_text(encoding="utf-8")))
    monkeypatch.chdir(tmp_path)
    target = tmp_path / "values.yaml"
    if (folder / "before.yaml").exists():
        shutil.copy(folder / "before.yaml", target)
    found = bbpkg("overlay", PACKAGE, *case["arguments"], "-o", "values.yaml")
    expected = folder / ("after.yaml" if (folder / "after.yaml").exists() else "before.yaml")
    assert target.read_text(encoding="utf-8") == expected.read_text(encoding="utf-8")
    assert found.err == (folder / "said.txt").read_text(encoding="utf-8")
    assert (found.code, found.out) == (case["code"], "")
    if found.code == 0:
        again = bbpkg("overlay", PACKAGE, *case["arguments"], "-o", "values.yaml")
        assert (again.code, again.err) == (0, "values.yaml: unchanged\n")


def test_nothing_chosen_is_the_default_edition_from_git(bbpkg: CommandLine) -> None:
    package = chosen(bbpkg)["packages"]["notes"]
    assert package["sourceType"] == "git"
    assert package["git"] == {"repo": "https://git.example.mil/packages/notes.git", "path": "chart", "tag": "1.0.0-bb.0"}
    assert package["helmRelease"] == {"namespace": "bigbang"}
    assert package["wrapper"] == {"enabled": False}
    assert package["values"]["global"] == {"edition": "lite"}
    assert package["values"]["shelf"] == {"existingSecret": "notes-shelf"}


@pytest.mark.parametrize(("version", "form"), [("3", None), ("4", {"version": "v1"})])
def test_the_form_is_that_of_the_version(bbpkg: CommandLine, version: str, form: object) -> None:
    found = chosen(bbpkg, "--bigbang", version, "--mesh", "hardened")
    assert found.get("packageConfiguration") == form
    istiod = found["packages"]["istiod"] if form else found["istiod"]
    assert istiod == {"values": {"hardened": {"enabled": True}}}


def test_edition_and_release_are_chosen(bbpkg: CommandLine) -> None:
    found = chosen(bbpkg, "--edition", "pro", "--release", "1.5")["packages"]["notes"]["values"]
    assert (found["global"]["edition"], found["pro"]["release"]) == ("pro", "1.5")


@pytest.mark.parametrize(
    ("arguments", "revision"),
    [
        (["--tag", "2"], {"tag": "2"}),
        (["--branch", "main"], {"branch": "main"}),
        (["--branch", "main", "--commit", "0123456"], {"branch": "main", "commit": "0123456"}),
        (["--semver", ">=1"], {"semver": ">=1"}),
    ],
)
def test_a_git_source_has_one_revision(bbpkg: CommandLine, arguments: list[str], revision: dict[str, str]) -> None:
    git = chosen(bbpkg, "--repo", "ssh://git@git.example.mil/notes.git", "--path", "deploy", *arguments)["packages"]["notes"]["git"]
    assert git == {"repo": "ssh://git@git.example.mil/notes.git", "path": "deploy", **revision}


def test_an_oci_source_is_one_of_big_bang_or_declared(bbpkg: CommandLine) -> None:
    found = chosen(bbpkg, "--source", "oci", "--tag", "2.0.0")
    assert found["packages"]["notes"]["helmRepo"] == {"repoName": "registry1", "chartName": "notes", "tag": "2.0.0"}
    assert "helmRepositories" not in found
    assert "git" not in found["packages"]["notes"]
    found = chosen(bbpkg, "--source", "oci", "--repo", "oci://registry.example.mil/charts", "--chart", "notebook")
    (repository,) = found["helmRepositories"]
    assert repository["repository"] == "oci://registry.example.mil/charts"
    assert found["packages"]["notes"]["helmRepo"] == {"repoName": repository["name"], "chartName": "notebook", "tag": "1.0.0-bb.0"}


def test_monitoring_is_waited_for_unless_there_is_none(bbpkg: CommandLine) -> None:
    monitoring, vault = ({"name": name, "namespace": "bigbang"} for name in ("monitoring", "vault"))
    other = {"name": "store", "namespace": "shop"}
    assert chosen(bbpkg)["packages"]["notes"]["dependsOn"] == [monitoring]
    found = chosen(bbpkg, "--depends-on", "vault", "--depends-on", "shop/store", "--depends-on", "monitoring")
    assert found["packages"]["notes"]["dependsOn"] == [monitoring, vault, other]
    assert "dependsOn" not in chosen(bbpkg, "--no-monitoring")["packages"]["notes"]


def test_an_external_store_has_its_address_its_secret_and_a_way_out(bbpkg: CommandLine) -> None:
    arguments = ("--store", "shelf=db.example.mil:6432", "--secret", "shelf=librarian")
    found = chosen(bbpkg, *arguments)["packages"]["notes"]["values"]
    assert found["shelf"] == {"host": "db.example.mil", "port": 6432, "existingSecret": "librarian", "tls": {"mode": "require"}}
    (route,) = found["bb-common"]["routes"]["outbound"].values()
    assert (route["enabled"], route["hosts"], route["ports"][0]["number"]) == (True, ["db.example.mil"], 6432)
    allowed = found["bb-common"]["networkPolicies"]["egress"]["from"]
    assert all(rule == {"to": {"definition": {"database-subnets": True}}} for rule in allowed.values())
    assert "notes-page" in allowed


def test_a_gateway_and_a_host_are_those_of_the_routes(bbpkg: CommandLine) -> None:
    found = chosen(bbpkg, "--gateway", "passthrough", "--host", "page=notes.example.org")["packages"]["notes"]["values"]
    assert found["bb-common"]["routes"]["inbound"] == {
        "notes-page": {"gateways": ["istio-gateway/passthrough-ingressgateway"], "hosts": ["notes.example.org"]}
    }


def test_outside_of_the_mesh_there_is_no_sidecar_and_no_ambient_mode(bbpkg: CommandLine) -> None:
    package = chosen(bbpkg, "--mesh", "none")["packages"]["notes"]
    assert package["istio"] == {"injection": "disabled"}
    assert package["namespace"] == {"labels": {"istio.io/dataplane-mode": "none"}}
    assert package["values"]["bb-common"] == {"istio": {"enabled": False}}


def test_name_namespace_and_time_are_chosen(bbpkg: CommandLine) -> None:
    found = chosen(bbpkg, "--key", "my-notes", "-n", "office", "--timeout", "90m")["packages"]["my-notes"]
    assert (found["namespace"]["name"], found["flux"]["timeout"]) == ("office", "90m")
    assert found["values"]["shelf"]["existingSecret"] == "my-notes-shelf"


def test_further_values_are_typed_and_their_templates_reach_the_chart(bbpkg: CommandLine) -> None:
    settings = ("--set", "maintenance=true", "--set", "commonLabels.owner={{ .Release.Name }}")
    found = chosen(bbpkg, *settings)["packages"]["notes"]["values"]
    assert found["maintenance"] is True
    assert found["commonLabels"] == {"owner": "{{`{{ .Release.Name }}`}}"}


def test_templates_are_wrapped_wherever_they_stand() -> None:
    assert for_the_chart({"{{ a }}": ["{{ b }}", {"c": "`{{ d }}`"}], "e": 1}) == {
        "{{`{{ a }}`}}": ["{{`{{ b }}`}}", {"c": "`{{`{{`}} d }}`"}],
        "e": 1,
    }


def test_an_overlay_of_the_definition_is_taken(bbpkg: CommandLine) -> None:
    found = chosen(bbpkg, "--edition", "pro", "--overlay", "pro")["packages"]["notes"]["values"]
    assert found["spelling"] == {"words": "colour"}


def test_a_folder_gets_a_file_for_each_concern(bbpkg: CommandLine, tmp_path: Path) -> None:
    target = tmp_path / "values"
    found = bbpkg("overlay", PACKAGE, "--mesh", "ambient", *SHELF, "--gateway", "private", "-o", f"{target}/")
    assert (found.code, found.out) == (0, "")
    assert sorted(path.name for path in target.iterdir()) == ["ambient.yaml", "external-stores.yaml", "gateway.yaml", "lite.yaml"]
    (target / "ambient.yaml").write_text("istio: {ambient: {enabled: false}}\n")
    found = bbpkg("overlay", PACKAGE, "--mesh", "ambient", *SHELF, "--gateway", "private", "-o", str(target))
    assert found.code == 1
    assert "ambient.yaml:1: /istio/ambient/enabled: the file says otherwise than the overlay, which says true" in found.err
    assert (target / "ambient.yaml").read_text() == "istio: {ambient: {enabled: false}}\n"


def test_permissions_and_links_of_a_file_stay(bbpkg: CommandLine, tmp_path: Path) -> None:
    real = tmp_path / "real.yaml"
    real.write_text("domain: example.mil\n")
    real.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(real)
    assert bbpkg("overlay", PACKAGE, "-o", str(link)).code == 0
    assert link.is_symlink()
    assert (real.stat().st_mode & 0o777, values(real.read_text())["domain"]) == (0o640, "example.mil")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.yaml", "real.yaml"]


def test_a_folder_that_cannot_be_written_is_told(bbpkg: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = bbpkg("overlay", PACKAGE, "-o", str(tmp_path / "file" / "values.yaml"))
    assert found.code == 3
    assert "values.yaml cannot be written: " in found.err


@pytest.mark.parametrize(
    ("folder", "address"),
    [
        (".", "values-schemas/umbrella.values.schema.json"),
        ("overlays/mine", "../../values-schemas/umbrella.values.schema.json"),
        ("../other", "umbrella.values.schema.json"),
        ("/srv", "umbrella.values.schema.json"),
    ],
)
def test_editors_find_the_schema_beside_generated_files(folder: str, address: str) -> None:
    assert schema_address(folder) == address


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--bigbang", "2"], "'2' is not one of '3', '4'"),
        (["--edition", "prp"], '"prp" is no edition of notes; known are lite, pro'),
        (["--release", "9"], '"9" is no release of Notes Lite; known are 1'),
        (["--key", "Notes"], '"Notes" is no name for a package: the umbrella would call its objects "notes"'),
        (["--key", "n" * 54], "is no name for a package"),
        (["--key", "istio-cni"], "belongs to Big Bang's own package istioCNI"),
        (["-n", "Office"], '"Office" is no name of a namespace'),
        (["--tag", "1", "--branch", "main"], "--tag and --branch exclude each other"),
        (["--commit", "0123456"], "--commit says nothing without the branch"),
        (["--chart", "x"], "--chart says nothing for --source git"),
        (["--source", "oci", "--branch", "x"], "--branch says nothing for --source oci"),
        (["--source", "oci", "--repo", "https://registry.example.mil"], "is no address of an OCI repository"),
        (["--repo", "https://robot:hush@git.example.mil/x.git"], "--repo has a login in it"),
        (["--store", "shelv=db.example.mil"], '"shelv" is no store of notes lite/1; known are shelf'),
        (["--store", "shelf"], "--store needs a name and a value"),
        (["--store", "shelf=librarian:hush@db.example.mil"], "the address of shelf has a login in it"),
        (["--store", "shelf=db.example.mil:99999"], "is no address of shelf"),
        (["--store", "shelf=a", "--store", "shelf=b"], "--store says two things of shelf"),
        (["--certificates", "ca"], "--certificates says nothing without an external store"),
        (["--secret", "kookie=x"], '"kookie" is no credential of notes lite/1'),
        (["--secret", "shelf=Not_A_Name"], "/packages/notes/values/shelf/existingSecret"),
        (["--host", "pge=x"], '"pge" is no route of notes lite/1; known are page'),
        (["--overlay", "pro"], '"pro" is no overlay of notes lite/1'),
        (["--depends-on", "a/b/c"], '"a/b/c" is no HelmRelease'),
        (["--set", "session.secret=hush"], "session.secret is a secret"),
        (["--set", "maintenance"], '"maintenance" is no setting'),
        (["--set", "shelf.prot=1"], 'did you mean "port"?'),
        (["--set", "maintenance={"], "the value of maintenance is no YAML"),
        (["--set", "shelf.port=many"], '"many" is a string; must be a whole number'),
        (["--timeout", "90"], "does not have the right form"),
    ],
)
def test_a_wrong_choice_is_refused(bbpkg: CommandLine, arguments: list[str], message: str) -> None:
    found = bbpkg("overlay", PACKAGE, *arguments)
    assert (found.code, found.out) == (UsageError.exit_code, "")
    assert message in found.err
    assert "hush" not in found.err
