"""How helm is called: with values on standard input, in an environment of its own, in both major versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bbpkg.adapters.processes import Completed, run
from bbpkg.errors import EnvironmentFailureError, UsageError
from bbpkg.helm.binary import HelmBinary, helm_arguments, helm_environment
from bbpkg.helm.engine import ChartRefusedError, Refusal, RenderRequest
from bbpkg.helm.values import merged_values
from command_line import TOOLS

_HELMS = ("helm", "helm3")


@dataclass
class _Program:
    """Stands in for running helm: answers what was planned, and remembers the call."""

    answer: Completed = field(default_factory=lambda: Completed(stdout="", stderr="", exit_code=0))
    argv: Sequence[str] = ()
    stdin: str | None = None
    env: Mapping[str, str] | None = None

    def run(self, argv: Sequence[str], *, timeout: float, stdin: str | None = None, env: Mapping[str, str] | None = None) -> Completed:
        assert timeout > 0
        self.argv, self.stdin, self.env = argv, stdin, env
        return self.answer


def _request(chart: Path = Path("chart"), **changes: object) -> RenderRequest:
    given: dict[str, object] = {"chart": chart, "kube_version": "1.34.0", "release_name": "demo", **changes}
    return RenderRequest(**given)  # type: ignore[arg-type]


def _engine(program: _Program) -> HelmBinary:
    return HelmBinary(program=Path("/opt/helm"), run=program.run, environment={"HOME": "/scratch"})


def _real(name: str, home: Path) -> HelmBinary:
    return HelmBinary(program=TOOLS / name, run=run, environment=helm_environment(home, search_path=""))


def _chart(
    folder: Path, template: str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {said: {{ .Values.said | quote }}}\n"
) -> Path:
    chart = folder / "demo-chart"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text("apiVersion: v2\nname: demo-chart\nversion: 1.0.0\n")
    (chart / "values.yaml").write_text("said: nothing\n")
    (chart / "values.schema.json").write_text(
        '{"type": "object", "properties": {"said": {"type": "string", "pattern": "^[a-z0-9]*$"}}, "additionalProperties": false}'
    )
    (chart / "templates" / "a.yaml").write_text(template)
    return chart


def test_values_must_not_be_arguments() -> None:
    program = _Program()
    _engine(program).render(_request(values={"shelf": {"password": "pa55word"}}))
    assert "pa55word" not in " ".join(program.argv)
    assert program.stdin == '{"shelf": {"password": "pa55word"}}'
    assert program.env == {"HOME": "/scratch"}


def test_a_request_does_not_show_its_values() -> None:
    assert "pa55word" not in repr(_request(values={"password": "pa55word"}, settings=("password=pa55word",)))


def test_the_arguments_of_template_say_all_that_a_render_depends_on() -> None:
    request = _request(settings=("a=b", "--c"), namespace="space", api_versions=("monitoring.coreos.com/v1",))
    assert helm_arguments("template", request) == (
        "template",
        "--kube-version=1.34.0",
        "--namespace=space",
        "--values=-",
        "--set=a=b",
        "--set=--c",
        "--api-versions=monitoring.coreos.com/v1",
        "--",
        "demo",
        "chart",
    )


def test_lint_is_strict() -> None:
    assert "--strict" in helm_arguments("lint", _request())


def test_nothing_of_the_user_reaches_helm() -> None:
    environment = helm_environment(Path("/scratch"), search_path="/bin")
    assert {name for name, value in environment.items() if not value.startswith("/scratch")} == {"PATH", "GOGC", "GOMEMLIMIT", "NO_COLOR"}
    assert {"HELM_PLUGINS", "HELM_CONFIG_HOME", "KUBECONFIG", "HOME"} <= set(environment)


def test_a_value_that_json_cannot_say_is_refused() -> None:
    with pytest.raises(UsageError, match="infinite or not a number"):
        _engine(_Program()).render(_request(values={"a": float("inf")}))


def test_binary_output_is_no_result() -> None:
    program = _Program(Completed(stdout="\0\0", stderr="", exit_code=0))
    with pytest.raises(EnvironmentFailureError, match="binary data"):
        _engine(program).render(_request())


def test_a_lint_that_fails_without_findings_is_a_failure() -> None:
    program = _Program(Completed(stdout="", stderr="Error: no such chart", exit_code=1))
    with pytest.raises(ChartRefusedError, match="no such chart"):
        _engine(program).lint(_request())


@pytest.mark.parametrize("helm", _HELMS)
def test_helm_renders_what_the_values_say(helm: str, tmp_path: Path) -> None:
    text = _real(helm, tmp_path).render(_request(_chart(tmp_path), values={"said": "0755"}))
    assert 'data: {said: "0755"}' in text
    assert "# Source: demo-chart/templates/a.yaml" in text


@pytest.mark.parametrize("helm", _HELMS)
def test_settings_win_over_values(helm: str, tmp_path: Path) -> None:
    text = _real(helm, tmp_path).render(_request(_chart(tmp_path), values={"said": "low"}, settings=("said=high",)))
    assert 'data: {said: "high"}' in text


@pytest.mark.parametrize("helm", _HELMS)
def test_helm_refuses_a_value_without_repeating_it(helm: str, tmp_path: Path) -> None:
    with pytest.raises(ChartRefusedError) as refused:
        _real(helm, tmp_path).render(_request(_chart(tmp_path), values={"said": "PA55 WORD"}))
    assert refused.value.refusal is Refusal.SCHEMA
    assert refused.value.diagnostics[0].location.pointer == "/said"
    assert "PA55" not in str(refused.value.diagnostics)


@pytest.mark.parametrize("helm", _HELMS)
def test_helm_refuses_an_unknown_key(helm: str, tmp_path: Path) -> None:
    with pytest.raises(ChartRefusedError) as refused:
        _real(helm, tmp_path).render(_request(_chart(tmp_path), values={"siad": "x"}))
    assert [(problem.location.pointer, problem.code) for problem in refused.value.diagnostics] == [("/siad", "values-unknown-key")]


@pytest.mark.parametrize("helm", _HELMS)
def test_the_chart_refuses_values_in_its_own_words(helm: str, tmp_path: Path) -> None:
    chart = _chart(tmp_path, '{{ fail "\\n\\nsaid: too short. Add:\\n\\nsaid: more" }}')
    with pytest.raises(ChartRefusedError) as refused:
        _real(helm, tmp_path).render(_request(chart))
    assert (refused.value.refusal, refused.value.message) == (Refusal.RELATION, "said: too short. Add:\n\nsaid: more")


@pytest.mark.parametrize("helm", _HELMS)
@pytest.mark.parametrize("template", ["{{ .Values.a.b }}", "{{ .Values.said", "a: b: c", '{{ include "nowhere" . }}'])
def test_a_broken_template_is_told_from_wrong_values(helm: str, template: str, tmp_path: Path) -> None:
    with pytest.raises(ChartRefusedError) as refused:
        _real(helm, tmp_path).render(_request(_chart(tmp_path, template)))
    assert refused.value.refusal is Refusal.TEMPLATE
    assert "a.yaml" in str(refused.value.diagnostics[0])


@pytest.mark.parametrize("helm", _HELMS)
def test_lint_is_silent_about_a_sound_chart(helm: str, tmp_path: Path) -> None:
    assert _real(helm, tmp_path).lint(_request(_chart(tmp_path))) == ()


@pytest.mark.parametrize("helm", _HELMS)
def test_lint_tells_what_is_wrong_with_the_chart(helm: str, tmp_path: Path) -> None:
    chart = _chart(tmp_path, "apiVersion: extensions/v1beta1\nkind: Ingress\nmetadata: {name: a}\n")
    found = _real(helm, tmp_path).lint(_request(chart))
    assert [problem.location.file for problem in found] == ["chart/templates/a.yaml"]
    assert "deprecated" in found[0].message


@pytest.mark.parametrize("helm", _HELMS)
def test_bbpkg_merges_values_as_helm_merges_files(helm: str, tmp_path: Path) -> None:
    layers: list[dict[str, object]] = [
        {"a": {"b": 1, "c": [1, 2]}, "d": {"e": 1}},
        {"a": {"c": [3], "f": None}},
        {"d": None, "g": {}},
        {"g": 1},
    ]
    chart = _chart(tmp_path, "data: {{ .Values | toJson }}")
    (chart / "values.schema.json").unlink()
    files = [tmp_path / f"{number}.yaml" for number in range(len(layers))]
    for file, layer in zip(files, layers, strict=True):
        file.write_text(str(layer).replace("None", "null"))
    argv = [str(TOOLS / helm), "template", "demo", str(chart), "--kube-version=1.34.0", *(f"-f{file}" for file in files)]
    by_helm = run(argv, timeout=60, env=helm_environment(tmp_path, search_path="")).stdout
    assert _real(helm, tmp_path).render(_request(chart, values=merged_values(*layers))) == by_helm
