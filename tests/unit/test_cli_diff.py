"""`bbpkg diff`: two states of a chart side by side, and an exit code that says whether the upgrade breaks."""

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from bbpkg.adapters.charts import chart_texts
from command_line import PACKAGE, CommandLine, use_real_tools
from packages import write_chart, write_files


@pytest.fixture
def bbpkg(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> CommandLine:
    use_real_tools(monkeypatch, tmp_path_factory.getbasetemp(), worker_id)
    return CommandLine(capsys)


def _chart(folder: Path, name: str, *changes: tuple[str, str, str]) -> str:
    """The chart of the package, with texts replaced in files that a pattern names."""
    chart = write_chart(folder / name, "notes")
    for pattern, old, new in changes:
        found = [path for path in chart.glob(pattern) if old in path.read_text(encoding="utf-8")]
        assert found, (pattern, old)
        for path in found:
            path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return str(chart)


_RENAMED = (
    ("values.yaml", "  minutes: 30", "  duration: 30"),
    ("values.schema.json", '"minutes"', '"duration"'),
    ("templates/**/*", ".Values.session.minutes", ".Values.session.duration"),
    ("templates/**/*", ".session.minutes", ".session.duration"),
)


def _values(folder: Path, text: str, name: str = "my.yaml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def _json(bbpkg: CommandLine, *arguments: str) -> Any:  # noqa: ANN401 - JSON holds anything
    return json.loads(bbpkg("diff", *arguments, "--format", "json").out)


def test_a_chart_does_not_differ_from_itself(bbpkg: CommandLine, tmp_path: Path) -> None:
    chart = _chart(tmp_path, "a")
    found = bbpkg("diff", chart, chart, "-f", _values(tmp_path, "session: {minutes: 5}\n"))
    assert (found.code, found.err) == (0, "")
    assert found.out.endswith("\n\nnothing differs.\n")


def test_another_version_of_the_chart_is_noise(bbpkg: CommandLine, tmp_path: Path) -> None:
    old, new = _chart(tmp_path, "a"), _chart(tmp_path, "b", ("Chart.yaml", "version: 1.0.0-bb.0", "version: 1.0.0-bb.1"))
    found = bbpkg("diff", old, new)
    assert (found.code, found.err) == (0, "")
    assert "(notes 1.0.0-bb.0) -> " in found.out
    assert "nothing found that breaks" in found.out or "nothing differs but labels" in found.out
    assert "helm.sh/chart" not in found.out
    assert 'metadata.labels."helm.sh/chart": "notes-1.0.0-bb.0" -> "notes-1.0.0-bb.1"' in bbpkg("diff", old, new, "--all").out


def test_a_renamed_value_of_mine_breaks_the_upgrade_and_the_rest_is_compared(bbpkg: CommandLine, tmp_path: Path) -> None:
    old = _chart(tmp_path, "a")
    new = _chart(tmp_path, "b", *_RENAMED[:2])
    mine = _values(tmp_path, "# my own\nsession:\n  minutes: 5\n")
    found = bbpkg("diff", old, new, "-f", mine)
    assert found.code == 1
    assert f'{mine}:3: /session/minutes: "session.minutes" is gone; it is probably "session.duration" now.' in found.out
    assert "hint: write session.duration" in found.out
    assert "breaks in 1 place.\n" in found.out
    said = _json(bbpkg, old, new, "-f", mine)
    assert said["values"]["renamed"] == [
        {
            "old": ["session", "minutes"],
            "new": ["session", "duration"],
            "keys": 1,
            "reason": "the same text and the same default and the same place",
        }
    ]
    assert said["objects"] is not None
    # Nobody set it: the rename itself breaks nothing.
    assert bbpkg("diff", old, new).code == 0


def test_a_value_that_no_template_reads_any_more_is_ignored(bbpkg: CommandLine, tmp_path: Path) -> None:
    base = {
        "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
        "values.yaml": "a: 1\nnested: {b: 1, c: 1}\n",
        "templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n"
        "  a: {{ .Values.a | quote }}\n{{- range $key, $value := .Values.nested }}\n  {{ $key }}: {{ $value | quote }}\n{{- end }}\n",
    }
    old = str(write_files(tmp_path / "old", base))
    ignoring = (
        base["templates/a.yaml"]
        .replace(".Values.a | quote", '"1"')
        .replace("range $key, $value := .Values.nested", 'range $key, $value := omit .Values.nested "b"')
    )
    new = str(write_files(tmp_path / "new", {**base, "templates/a.yaml": ignoring}))
    mine = _values(tmp_path, "a: 2\nnested:\n  b: 2\n  c: 2\n")
    said = _json(bbpkg, old, new, "-f", mine)
    assert [(found["code"], found["pointer"], found["line"]) for found in said["findings"]] == [
        ("override-ignored", "/a", 1),
        ("override-ignored", "/nested/b", 3),
    ]
    assert said["values"]["ignored"] == [["a"]]


def test_a_field_that_cannot_change_breaks_the_upgrade(bbpkg: CommandLine, tmp_path: Path) -> None:
    old = _chart(tmp_path, "a")
    new = _chart(tmp_path, "b", ("templates/shelf/stateful-set.yaml", "serviceName: ", "podManagementPolicy: Parallel\n  serviceName: "))
    found = bbpkg("diff", old, new)
    assert found.code == 1
    assert "chart/templates/shelf/stateful-set.yaml: /spec/podManagementPolicy: StatefulSet " in found.out
    assert "kubectl delete statefulset notes-shelf --cascade=orphan" in found.out


def test_releases_of_a_package_differ_in_images_and_connections(bbpkg: CommandLine) -> None:
    said = _json(bbpkg, f"{PACKAGE}@pro/1.5", f"{PACKAGE}@pro/2.0")
    assert not said["breaks"]
    assert said["images"]["changed"] == [{"repository": "registry.example.mil/notes/pro", "old": ["1.5.3"], "new": ["2.0.1"]}]
    editions = _json(bbpkg, f"{PACKAGE}@lite", f"{PACKAGE}@pro")
    gained = {(found["source"], found["target"], found["port"]) for found in editions["connections"] if found["new"] == "allowed"}
    assert ("notes-page", "notes-search-index", 7700) in gained
    back = _json(bbpkg, f"{PACKAGE}@pro", f"{PACKAGE}@lite")
    assert {(found["source"], found["target"], found["port"]) for found in back["connections"] if found["old"] == "allowed"} == gained


def test_values_are_compared_for_the_chart_that_is_named(bbpkg: CommandLine, tmp_path: Path) -> None:
    old, new = _values(tmp_path, "global: {edition: lite}\n", "old.yaml"), _values(tmp_path, "global: {edition: pro}\n", "new.yml")
    for target in (PACKAGE, _chart(tmp_path, "a")):
        said = _json(bbpkg, old, new, "--for", target)
        assert said["images"]["added"] == ["registry.example.mil/notes/pro:2.0.1"]
    one = _json(bbpkg, PACKAGE, PACKAGE, "--new-values", new)
    assert one["images"]["added"] == ["registry.example.mil/notes/pro:2.0.1"]
    other = _json(bbpkg, PACKAGE, PACKAGE, "--old-values", new)
    assert other["images"]["removed"] == ["registry.example.mil/notes/pro:2.0.1"]


def test_a_packed_chart_is_a_chart(bbpkg: CommandLine, tmp_path: Path) -> None:
    chart = _chart(tmp_path, "a")
    packed = tmp_path / "notes.tgz"
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(chart, arcname="notes")
    assert bbpkg("diff", chart, str(packed)).out.endswith("nothing differs.\n")


def test_texts_of_packed_subcharts_stand_as_if_they_were_unpacked(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "sub", {"Chart.yaml": "name: sub\n", "charts/deep/Chart.yaml": "name: deep\n"})
    chart = write_files(tmp_path / "web", {"Chart.yaml": "name: web\n", "charts/readme.md": "x"})
    with tarfile.open(chart / "charts/sub-1.0.0.tgz", "w:gz") as archive:
        archive.add(folder, arcname="sub")
    assert set(chart_texts(chart)) == {"Chart.yaml", "charts/readme.md", "charts/sub/Chart.yaml", "charts/sub/charts/deep/Chart.yaml"}


def test_a_chart_that_refuses_the_values_is_a_finding(bbpkg: CommandLine, tmp_path: Path) -> None:
    chart = _chart(tmp_path, "a")
    mine = _values(tmp_path, "session: {minutes: none}\n")
    found = bbpkg("diff", chart, chart, "-f", mine)
    assert found.code == 1
    assert f"{chart} does not render: the values do not fit the schema" in found.out
    assert f"{mine}:1: /session/minutes" in found.out


def test_the_report_for_a_merge_request(bbpkg: CommandLine, tmp_path: Path) -> None:
    old, new = _chart(tmp_path, "a"), _chart(tmp_path, "b", *_RENAMED[:2])
    mine = _values(tmp_path, "session: {minutes: 5}\n")
    text = bbpkg("diff", old, new, "-f", mine, "--format", "markdown").out
    assert "### Breaks on the upgrade: 1\n\n- **`" in text
    assert text.count("```diff\n") == text.count("\n```\n")
    assert "\n~ session.minutes is probably session.duration now" in text


def test_what_a_secret_holds_is_in_no_report(bbpkg: CommandLine, tmp_path: Path) -> None:
    old, new = (
        _values(tmp_path, "session: {secret: first-word}\n", "old.yaml"),
        _values(tmp_path, "session: {secret: second-word}\n", "new.yaml"),
    )
    for form in ("text", "json", "markdown"):
        found = bbpkg("diff", old, new, "--for", PACKAGE, "--format", form, "--all")
        assert "notes-cookie" in found.out
        assert "first-word" not in found.out
        assert "second-word" not in found.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing", PACKAGE], 'there is no package "nothing"'),
        (["a.yaml", PACKAGE], "a.yaml is a values file, and nothing says for which chart"),
        ([PACKAGE, f"{PACKAGE}@lite/9"], '"9" is no release of'),
        ([PACKAGE, PACKAGE, "--case", "none"], '"none" is not a case of notes'),
        ([PACKAGE, __file__], "is neither a chart nor a values file"),
    ],
)
def test_a_wrong_request_is_refused(bbpkg: CommandLine, arguments: list[str], message: str) -> None:
    found = bbpkg("diff", *arguments)
    assert (found.code, found.out) == (2, "")
    assert message in found.err


def test_a_case_needs_its_package(bbpkg: CommandLine, tmp_path: Path) -> None:
    chart = _chart(tmp_path, "a")
    found = bbpkg("diff", chart, chart, "--case", "lite-1")
    assert (found.code, found.out) == (2, "")
    assert "--case needs the package" in found.err
    assert bbpkg("diff", chart, chart, "--case", "lite-1", "--for", PACKAGE).code == 0


@pytest.mark.parametrize("name", ["../evil", "/evil"])
def test_an_archive_that_writes_elsewhere_is_refused(bbpkg: CommandLine, tmp_path: Path, name: str) -> None:
    packed = tmp_path / "evil.tgz"
    with tarfile.open(packed, "w:gz") as archive:
        archive.addfile(tarfile.TarInfo(name))
    found = bbpkg("diff", str(packed), PACKAGE)
    assert found.code == 2
    assert "would land outside of it" in found.err


def test_what_is_no_archive_is_refused(bbpkg: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "a.tgz").write_text("nothing")
    found = bbpkg("diff", str(tmp_path / "a.tgz"), PACKAGE)
    assert (found.code, found.out) == (2, "")
    assert "cannot be read as .tgz" in found.err
