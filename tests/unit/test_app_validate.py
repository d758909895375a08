"""Cases are judged: what is refused, repeated, missing or wrong is a finding, and every case has a report."""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bbpkg.app.cases import Case
from bbpkg.app.render import object_files
from bbpkg.app.validate import CaseReport, Judge, validate_cases
from bbpkg.diagnostics import Diagnostic, Location
from bbpkg.errors import EnvironmentFailureError, InvalidInputError
from bbpkg.helm.engine import ChartRefusedError, Refusal, RenderRequest
from bbpkg.manifests.objects import KubernetesObject

_POD = "---\n# Source: notes/templates/web.yaml\napiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{image: i}]}\n"
_SECRET = "---\napiVersion: v1\nkind: Secret\nmetadata: {name: key}\n"


@dataclass
class _Engine:
    """An engine that answers what was planned, by Kubernetes version."""

    texts: dict[str, str] = field(default_factory=dict)
    refusal: Exception | None = None
    warnings: tuple[Diagnostic, ...] = ()
    requests: list[RenderRequest] = field(default_factory=list)

    def render(self, request: RenderRequest) -> str:
        self.requests.append(request)
        if self.refusal:
            raise self.refusal
        return self.texts.get(request.kube_version, _POD + _SECRET)

    def lint(self, request: RenderRequest) -> tuple[Diagnostic, ...]:
        assert request.kube_version == "1.34.0"
        return self.warnings


class _OneByOne:
    """Workers that turn the order around."""

    def each(self, function: Callable[[Case], CaseReport], items: Iterable[Case]) -> Generator[tuple[Case, CaseReport]]:
        for item in reversed(list(items)):
            yield item, function(item)


def _no_findings(objects: Sequence[KubernetesObject], kube_version: str) -> tuple[Diagnostic, ...]:
    assert kube_version in {"1.30.0", "1.34.0"}
    assert objects is not None
    return ()


def _found(message: str) -> Diagnostic:
    return Diagnostic(code="x", location=Location(file="chart"), message=message)


def _judge(engine: _Engine, check: Callable[[Sequence[KubernetesObject], str], tuple[Diagnostic, ...]] = _no_findings) -> Judge:
    return Judge(
        chart=Path("chart"),
        engine=engine,
        check_objects=check,
        kube_versions=("1.30.0", "1.34.0"),
        release_name="demo",
        namespace="space",
        settings=("a=b",),
        explain=lambda refused: refused,
    )


def _case(name: str = "pro") -> Case:
    return Case(name=name, variant=None, values={"a": 1})


def _messages(report: CaseReport) -> list[str]:
    return [found.message for found in report.findings]


def test_a_sound_case_is_counted_and_valid() -> None:
    engine = _Engine()
    report = _judge(engine).report(_case())
    assert (report.components, report.objects, report.images, report.findings, report.is_valid) == (1, 2, ("i",), (), True)
    assert [request.kube_version for request in engine.requests] == ["1.34.0", "1.30.0"]
    assert all((request.values, request.settings, request.namespace) == ({"a": 1}, ("a=b",), "space") for request in engine.requests)


def test_findings_of_every_version_count_once() -> None:
    report = _judge(_Engine(), lambda _, version: (_found("always"), _found(version))).report(_case())
    assert _messages(report) == ["1.30.0", "1.34.0", "always"]
    assert not report.is_valid


def test_lint_counts() -> None:
    assert _messages(_judge(_Engine(warnings=(_found("old API"),))).report(_case())) == ["old API"]


def test_a_relation_that_the_chart_refuses_is_a_finding() -> None:
    report = _judge(_Engine(refusal=ChartRefusedError(Refusal.RELATION, "shelf: no host"))).report(_case())
    assert (_messages(report), report.objects) == (["shelf: no host"], 0)


def test_places_that_the_schema_refuses_are_findings() -> None:
    report = _judge(_Engine(refusal=ChartRefusedError(Refusal.SCHEMA, "2 problems", (_found("a"), _found("b"))))).report(_case())
    assert _messages(report) == ["a", "b"]


def test_a_stream_that_is_no_yaml_is_a_finding() -> None:
    report = _judge(_Engine(texts={"1.34.0": "a: ["})).report(_case())
    assert "not YAML" in report.findings[0].message


def test_a_case_that_renders_nothing_must_not_be_valid() -> None:
    report = _judge(_Engine(texts={"1.34.0": "", "1.30.0": ""})).report(_case())
    assert _messages(report) == ["the chart renders no object at all."]


def test_an_object_that_is_rendered_twice_is_a_finding() -> None:
    report = _judge(_Engine(texts={"1.34.0": _POD + _POD})).report(_case())
    assert _messages(report) == ["Pod web is rendered twice; the other one comes from chart/templates/web.yaml."]


def test_a_failing_tool_is_no_finding() -> None:
    with pytest.raises(EnvironmentFailureError, match="killed"):
        _judge(_Engine(refusal=EnvironmentFailureError("helm was killed"))).report(_case())


def test_reports_come_in_the_order_of_the_cases() -> None:
    ready: list[None] = []
    cases = [_case(name) for name in ("b", "a", "c")]
    reports = validate_cases(cases, _judge(_Engine()), _OneByOne(), ready=lambda: ready.append(None))
    assert [report.case.name for report in reports] == ["b", "a", "c"]
    assert len(ready) == 3


def test_each_object_becomes_a_file() -> None:
    files = object_files(_POD + _SECRET)
    assert sorted(files) == ["pod-web.yaml", "secret-key.yaml"]
    assert files["secret-key.yaml"] == "apiVersion: v1\nkind: Secret\nmetadata: {name: key}\n"


def test_objects_of_one_name_become_different_files() -> None:
    other = _SECRET.replace("{name: key}", "{name: key, namespace: other}")
    assert sorted(object_files(_SECRET + other)) == ["secret-key-other.yaml", "secret-key.yaml"]
    assert sorted(object_files(_SECRET + _SECRET)) == ["secret-key-2.yaml", "secret-key.yaml"]


def test_file_names_hold_nothing_that_leads_elsewhere() -> None:
    assert list(object_files(_SECRET.replace("name: key", 'name: "../Up:a"'))) == ["secret-..-up-a.yaml"]


def test_objects_that_cannot_be_read_become_no_files() -> None:
    with pytest.raises(InvalidInputError):
        object_files("a: 1")
