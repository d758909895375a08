"""`bbpkg render`: which values win, where objects go, and what the chart refuses."""

import io
import os
import sys
from pathlib import Path

import pytest

from bbpkg.manifests.objects import KubernetesObject, parse_objects
from command_line import PACKAGE, TOOLS, CommandLine, fake_helm, use_real_tools
from packages import write_chart


@pytest.fixture
def bbpkg(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> CommandLine:
    use_real_tools(monkeypatch, tmp_path_factory.getbasetemp(), worker_id)
    return CommandLine(capsys)


def _values(folder: Path, text: str, name: str = "values.yaml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def _images(objects: tuple[KubernetesObject, ...]) -> set[str]:
    return {image for item in objects for image in item.images}


def test_the_default_edition_is_rendered_in_the_name_of_the_package(bbpkg: CommandLine) -> None:
    found = bbpkg("render", PACKAGE)
    objects = parse_objects(found.out)
    assert (found.code, found.err) == (0, "")
    assert any("/notes/lite:" in image for image in _images(objects))
    assert all(item.source.startswith(("notes/templates/", "notes/charts/bb-common/")) for item in objects)
    assert all(item.name.startswith("notes") for item in objects if item.source.startswith("notes/templates/"))


@pytest.mark.parametrize("helm", ["helm", "helm3"])
def test_both_major_versions_of_helm_render(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, helm: str) -> None:
    monkeypatch.setenv("BBPKG_HELM", str(TOOLS / helm))
    assert len(parse_objects(bbpkg("render", PACKAGE, "--case", "pro-1.5").out)) > 3


@pytest.mark.parametrize(
    ("arguments", "tag"),
    [(["--edition", "pro"], "2.0.1"), (["--edition", "pro", "--release", "1.5"], "1.5.3"), (["--release", "1.5"], "1.5.3")],
)
def test_edition_and_release_choose_the_images(bbpkg: CommandLine, arguments: list[str], tag: str) -> None:
    assert any(image.endswith(f"/notes/pro:{tag}") for image in _images(parse_objects(bbpkg("render", PACKAGE, *arguments).out)))


def test_later_values_win(bbpkg: CommandLine, tmp_path: Path) -> None:
    first = _values(tmp_path, "global: {edition: pro}\npro: {release: '1.5'}\n", "a.yaml")
    second = _values(tmp_path, "pro: {release: '2.0'}\n", "b.yaml")

    def tag(*arguments: str) -> str:
        (image,) = {image for image in _images(parse_objects(bbpkg("render", PACKAGE, *arguments).out)) if "/notes/pro:" in image}
        return image.rpartition(":")[2]

    assert tag("-f", first) == "1.5.3"
    assert tag("-f", first, "-f", second) == "2.0.1"
    assert tag("-f", second, "-f", first) == "1.5.3"
    assert tag("--case", "pro-2.0", "-f", first) == "1.5.3"
    assert tag("-f", first, "--release", "2.0", "--edition", "pro") == "2.0.1"
    last = bbpkg("render", PACKAGE, "--edition", "pro", "--set", "global.edition=lite")
    assert not any("/notes/pro:" in image for image in _images(parse_objects(last.out)))


def test_values_are_read_from_standard_input(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b"global: {edition: pro}\n"))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert any("/notes/pro:" in image for image in _images(parse_objects(bbpkg("render", PACKAGE, "-f", "-").out)))


def test_name_namespace_and_cluster_reach_the_chart(bbpkg: CommandLine, tmp_path: Path) -> None:
    chart = write_chart(tmp_path, "notes")
    metadata = "{name: '{{ .Release.Name }}', namespace: '{{ .Release.Namespace }}'}"
    cluster = """{a: '{{ .Capabilities.KubeVersion }} {{ .Capabilities.APIVersions.Has "example.mil/v1" }}'}"""
    (chart / "templates" / "probe.yaml").write_text(f"apiVersion: v1\nkind: ConfigMap\nmetadata: {metadata}\ndata: {cluster}\n")
    found = bbpkg(
        "render", "--chart", str(chart), "--name", "mine", "-n", "space", "--kube-version", "1.31.0", "--api-versions", "example.mil/v1"
    )
    (probed,) = [item for item in parse_objects(found.out) if item.source.endswith("probe.yaml")]
    assert (probed.name, probed.namespace, probed.data["data"]) == ("mine", "space", {"a": "v1.31.0 true"})


def test_objects_go_into_a_folder_all_or_none(bbpkg: CommandLine, tmp_path: Path) -> None:
    out = tmp_path / "out"
    found = bbpkg("render", PACKAGE, "-o", str(out))
    assert (found.code, found.out) == (0, "")
    objects = parse_objects(bbpkg("render", PACKAGE).out)
    assert f"{out}{os.sep}: {len(objects)} objects" in found.err
    files = sorted(path.name for path in out.glob("*.yaml"))
    assert files == sorted(f"{item.kind.lower()}-{item.name}.yaml" for item in objects)
    (out / files[0]).write_text("mine\n")
    refused = bbpkg("render", PACKAGE, "--edition", "pro", "-o", str(out))
    assert refused.code == 1
    assert "was edited since bbpkg wrote it" in refused.err
    assert sorted(path.name for path in out.glob("*.yaml")) == files


@pytest.mark.parametrize("helm", ["helm", "helm3"])
def test_an_unknown_key_is_told_with_its_line(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, helm: str) -> None:
    monkeypatch.setenv("BBPKG_HELM", str(TOOLS / helm))
    values = _values(tmp_path, "shelf:\n  port: 5432\n  hots: db.example.mil\n")
    found = bbpkg("render", PACKAGE, "-f", values)
    assert (found.code, found.out) == (2, "")
    assert f'{values}:3: /shelf/hots: "hots" is not a known key; known keys are ' in found.err
    assert 'hint: did you mean "host"?' in found.err


def test_a_value_of_the_wrong_type_is_told_with_its_line(bbpkg: CommandLine, tmp_path: Path) -> None:
    values = _values(tmp_path, "shelf:\n  port: many\n")
    found = bbpkg("render", PACKAGE, "-f", values)
    assert found.code == 2
    assert f"{values}:2: /shelf/port: got string, want integer." in found.err


def test_what_does_not_fit_together_is_told_in_the_words_of_the_chart(bbpkg: CommandLine, tmp_path: Path) -> None:
    values = _values(tmp_path, "shelf: {password: pa55word, existingSecret: mine}\n")
    found = bbpkg("render", PACKAGE, "-f", values)
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith("error: shelf: an inline value and an existing Secret at the same time")
    assert "execution error" not in found.err
    assert "--debug" not in found.err
    assert "pa55word" not in found.err


def test_a_secret_on_the_command_line_is_not_echoed(bbpkg: CommandLine) -> None:
    found = bbpkg("render", PACKAGE, "--set", "shelf.password=a,pa55word")
    assert found.code == 2
    assert "pa55word" not in found.err
    assert "put a backslash before a comma" in found.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "neither a package nor a chart is given"),
        (["--chart", "/nowhere"], "/nowhere is no chart: it has no Chart.yaml"),
        ([PACKAGE, "-f", "/nowhere.yaml"], "there is no file /nowhere.yaml"),
        ([PACKAGE, "-f", "-", "-f", "-"], "standard input can be read once"),
        ([PACKAGE, "--case", "pro"], '"pro" is not a case of notes'),
        ([PACKAGE, "--edition", "por"], 'hint: did you mean "pro"?'),
        ([PACKAGE, "--name", "Upper"], "invalid release name"),
        ([PACKAGE, "--kube-version", "newest"], "invalid kube version"),
        ([PACKAGE, "--kube-version", "1.20.0"], "chart requires kubeVersion"),
        (["--chart", PACKAGE, "--case", "pro-2.0"], "is no chart"),
    ],
)
def test_a_wrong_request_is_refused(bbpkg: CommandLine, arguments: list[str], message: str) -> None:
    found = bbpkg("render", *arguments)
    assert (found.code, found.out) == (2, "")
    assert message in found.err


def test_a_case_needs_its_package(bbpkg: CommandLine, tmp_path: Path) -> None:
    found = bbpkg("render", "--chart", str(write_chart(tmp_path, "notes")), "--case", "pro-2.0")
    assert found.code == 2
    assert "--case needs the package whose case it is" in found.err


def test_standard_input_that_is_no_text_is_refused(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff")))
    found = bbpkg("render", PACKAGE, "-f", "-")
    assert found.code == 2
    assert "standard input is no UTF-8 text" in found.err


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("kill -KILL $$", "helm template was killed by SIGKILL (out of memory?)"),
        ("echo nonsense >&2; exit 7", "helm ended with exit code 7 and no error message; it said: nonsense"),
        ("exit 1", "it said: nothing"),
        (r"printf 'a\0b'", "helm template wrote binary data instead of YAML"),
    ],
)
def test_a_helm_that_does_not_work_is_an_environment_failure(
    bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, message: str
) -> None:
    monkeypatch.setenv("BBPKG_HELM", str(fake_helm(tmp_path, template=f"cat >/dev/null; {script}")))
    found = bbpkg("render", PACKAGE)
    assert (found.code, found.out) == (3, "")
    assert message in found.err
    assert "hint: " in found.err


def test_a_helm_that_hangs_is_stopped(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BBPKG_HELM", str(fake_helm(tmp_path, template="exec sleep 600")))
    monkeypatch.setattr("bbpkg.helm.binary.HelmBinary.__init__.__kwdefaults__", {"timeout": 0.2})
    found = bbpkg("render", PACKAGE)
    assert (found.code, found.out) == (3, "")
    assert "helm template did not end within 0.2 seconds and was stopped" in found.err


def test_garbage_of_helm_makes_no_files(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BBPKG_HELM", str(fake_helm(tmp_path, template="cat >/dev/null; echo all is well")))
    found = bbpkg("render", PACKAGE, "-o", str(tmp_path / "out"))
    assert found.code == 2
    assert "must be a mapping" in found.err
    assert not (tmp_path / "out").exists()


def test_no_room_for_temporary_files_is_told(bbpkg: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    found = bbpkg("render", PACKAGE)
    assert (found.code, found.out) == (3, "")
    assert "cannot write temporary files" in found.err
