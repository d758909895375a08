"""Proves a chart in every case: Helm lints and renders it, and every object fits the schemas of the Kubernetes versions."""

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from bbpkg.app.cases import Case
from bbpkg.app.objects import rendered_objects
from bbpkg.diagnostics import Diagnostic, Location, in_order
from bbpkg.errors import InvalidInputError
from bbpkg.helm.engine import ChartRefusedError, Engine, RenderRequest
from bbpkg.manifests.kubeconform import ObjectChecker
from bbpkg.manifests.objects import KubernetesObject

_NOTHING: Final = Diagnostic(code="no-objects", location=Location(file="chart"), message="the chart renders no object at all.")


class Workers(Protocol):
    """Calls a function for many items at once."""

    def each(self, function: Callable[[Case], "CaseReport"], items: Iterable[Case]) -> Generator[tuple[Case, "CaseReport"]]:
        """Yield every item with its result, in the order in which they are ready."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseReport:
    """What came of one case; the numbers are those of the newest Kubernetes version."""

    case: Case
    components: int = 0
    objects: int = 0
    images: tuple[str, ...] = ()
    findings: tuple[Diagnostic, ...] = ()

    @property
    def is_valid(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


@dataclass(frozen=True, kw_only=True, slots=True)
class Judge:
    """What cases are judged with; `kube_versions` run from the oldest to the newest, `settings` are those of `--set`.

    `explain` says where a value stands that the chart refuses.
    """

    chart: Path
    engine: Engine
    check_objects: ObjectChecker
    kube_versions: Sequence[str]
    release_name: str
    namespace: str
    settings: tuple[str, ...] = field(default=(), repr=False)
    explain: Callable[[ChartRefusedError], ChartRefusedError]

    def report(self, case: Case) -> CaseReport:
        """Lint and render a case, and check its objects in every Kubernetes version."""
        found: list[Diagnostic] = []
        objects: tuple[KubernetesObject, ...] = ()
        for version in reversed(self.kube_versions):
            request = self._request(case, version)
            try:
                rendered = rendered_objects(self.engine, request)
            except ChartRefusedError as refused:
                found += self.explain(refused).diagnostics or (_refusal(refused),)
                continue
            except InvalidInputError as unreadable:
                found += unreadable.diagnostics
                continue
            objects = objects or rendered
            found += _repeated_objects(rendered) if rendered else (_NOTHING,)
            found += self.check_objects(rendered, version)
        if objects:
            # Lint does not see what a chart refuses; where nothing was rendered, it would repeat what was found.
            found += self.engine.lint(self._request(case, self.kube_versions[-1]))
        return CaseReport(
            case=case,
            components=sum(1 for item in objects if item.is_workload),
            objects=len(objects),
            images=tuple(sorted({image for item in objects for image in item.images})),
            findings=in_order(found),
        )

    def _request(self, case: Case, kube_version: str) -> RenderRequest:
        return RenderRequest(
            chart=self.chart,
            kube_version=kube_version,
            values=case.values,
            settings=self.settings,
            release_name=self.release_name,
            namespace=self.namespace,
        )


def validate_cases(cases: Sequence[Case], judge: Judge, workers: Workers, *, ready: Callable[[], None]) -> tuple[CaseReport, ...]:
    """Return the report of every case, in their order; `ready` is called after each one."""
    reports = {}
    # An interrupt that hits this loop must reach the workers, too, which wait for programs that may never end.
    with contextlib.closing(workers.each(judge.report, cases)) as finished:
        for case, report in finished:
            reports[case.name] = report
            ready()
    return tuple(reports[case.name] for case in cases)


def _repeated_objects(objects: Iterable[KubernetesObject]) -> Iterator[Diagnostic]:
    """Yield a finding for every object that another one would overwrite."""
    seen: dict[tuple[str, str, str | None, str], KubernetesObject] = {}
    for item in objects:
        first = seen.get(item.identity)
        seen.setdefault(item.identity, item)
        if first:
            message = f"{item} is rendered twice; the other one comes from {first.template or 'the same stream'}."
            yield Diagnostic(code="object-repeated", location=Location(file=item.template or "manifests.yaml"), message=message)


def _refusal(refused: ChartRefusedError) -> Diagnostic:
    return Diagnostic(code="chart-refusal", location=Location(file="chart"), message=refused.message, hint=refused.hint)
