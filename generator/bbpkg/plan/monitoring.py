"""The files that serve Prometheus and Grafana: helpers of metrics, alerts, dashboards."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bbpkg.model.observation import DOWN_ALERT, Alert
from bbpkg.model.package import Component, Package
from bbpkg.model.variants import Variant
from bbpkg.plan.files import PlannedFile, Templated
from bbpkg.plan.guards import both, either, variant_condition
from bbpkg.plan.workloads import secret_key_path

_FOLDER: Final = "chart/templates/metrics"
_NAMED_TEMPLATES: Final = ("_enabled.tpl", "_is-mutual-tls.tpl", "_endpoint.tpl", "_components.tpl", "_selector.tpl")
_SPECIAL: Final = re.compile(r"\$\{(selector|threshold)\}|\{\{|\}\}")


@dataclass(frozen=True, kw_only=True, slots=True)
class ScrapedComponent:
    """A component with metrics; `condition` says when there are any, `alert_condition` when their absence is a problem."""

    component: Component
    condition: str | None
    alert_condition: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricsContext:
    """Context of the templates of metrics: what is scraped, and the credential that scrapes log in with."""

    package: Package
    template: str
    credential: str
    secret_key: str
    scraped: tuple[ScrapedComponent, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertView:
    """An alert as the template writes it: texts of the Go template, in which `{{ }}` of Prometheus is escaped."""

    title: str
    key: str
    condition: str
    expr: str
    summary: str
    description: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertsContext:
    """Context of the PrometheusRule; `condition` is true when it has any rule."""

    package: Package
    template: str
    condition: str
    down_title: str
    down_key: str
    scraped: tuple[ScrapedComponent, ...]
    alerts: tuple[AlertView, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DashboardsContext:
    """Context of the ConfigMap with dashboards; `files` are paths in the chart."""

    package: Package
    template: str
    files: tuple[str, ...]


def monitoring_files(package: Package) -> Iterator[PlannedFile]:
    """The files of a package that is scraped."""
    if not package.is_scraped:
        return
    scraped = tuple(_scraped(package, component) for component in package.components if component.scraped_ports)
    yield from _helpers(package, scraped)
    yield _rules(package, scraped)
    yield from _dashboards(package)


def alert_title(package: Package, name: str) -> str:
    """The name of an alert in Prometheus: `queue-grows` of the package shop is ShopQueueGrows."""
    return "".join(part.capitalize() for part in f"{package.name}-{name}".split("-"))


def _scraped(package: Package, component: Component) -> ScrapedComponent:
    variants = frozenset[Variant]().union(*(port.variants for port in component.scraped_ports))
    condition = variant_condition(variants, package.variants, package.editions)
    # Whoever scales a component to zero does not want to hear that it is gone.
    wanted = None if component.is_single else f"gt (int .Values.components.{component.key}.replicas) 0"
    return ScrapedComponent(component=component, condition=condition, alert_condition=both([condition, wanted]))


def _helpers(package: Package, scraped: tuple[ScrapedComponent, ...]) -> Iterator[PlannedFile]:
    credential, _, key = package.metrics.credential.partition(".") if package.metrics else ("", "", "")
    secret = ("secret.yaml",) if package.metrics else ()
    for name in (*_NAMED_TEMPLATES, *secret):
        template = f"{_FOLDER}/{name}.jinja"
        path = secret_key_path(package, credential, key) if package.metrics else ""
        context = MetricsContext(package=package, template=template, credential=credential, secret_key=path, scraped=scraped)
        yield Templated(path=f"{_FOLDER}/{name}", template=template, context=context)


def _rules(package: Package, scraped: tuple[ScrapedComponent, ...]) -> PlannedFile:
    template = f"{_FOLDER}/prometheus-rule.yaml.jinja"
    alerts = tuple(_alert(package, alert) for alert in package.alerts)
    context = AlertsContext(
        package=package,
        template=template,
        condition=either([_down_condition(scraped), *(alert.condition for alert in alerts)]) or "true",
        down_title=alert_title(package, DOWN_ALERT),
        down_key=DOWN_ALERT,
        scraped=scraped,
        alerts=alerts,
    )
    return Templated(path=f"{_FOLDER}/prometheus-rule.yaml", template=template, context=context)


def _alert(package: Package, alert: Alert) -> AlertView:
    exists = variant_condition(alert.variants, package.variants, package.editions)
    values = f".Values.monitoring.alerts.{alert.key}"
    return AlertView(
        title=alert_title(package, alert.name),
        key=alert.key,
        condition=both([exists, alert.when, f"{values}.enabled"]) or "true",
        expr=_go_text(package, alert, alert.expr),
        summary=_go_text(package, alert, alert.summary),
        description=_go_text(package, alert, alert.description),
    )


def _go_text(package: Package, alert: Alert, text: str) -> str:
    names = " ".join(f'"{name}"' for name in alert.components)
    components = f"(list {names})" if names else f'(include "{package.name}.metrics.components" . | fromYamlArray)'
    placeholders = {
        # The space, which the action eats, keeps the brace of PromQL before it apart.
        "selector": f' {{{{- include "{package.name}.metrics.selector" (dict "root" . "components" {components}) }}}}',
        "threshold": f"{{{{ .Values.monitoring.alerts.{alert.key}.threshold }}}}",
    }
    return _SPECIAL.sub(lambda found: placeholders[found[1]] if found[1] else f"{{{{`{found[0]}`}}}}", text.strip())


def _dashboards(package: Package) -> Iterator[PlannedFile]:
    if not package.dashboards:
        return
    template = f"{_FOLDER}/dashboards.yaml.jinja"
    context = DashboardsContext(package=package, template=template, files=package.dashboards)
    yield Templated(path=f"{_FOLDER}/dashboards.yaml", template=template, context=context)
    for path in package.dashboards:
        template = f"package/{path}"
        context = DashboardsContext(package=package, template=template, files=package.dashboards)
        yield Templated(path=f"chart/{path}", template=template, context=context)


def _down_condition(scraped: tuple[ScrapedComponent, ...]) -> str | None:
    """When any component has the alert that it is down."""
    conditions = [component.alert_condition for component in scraped]
    any_of_them = either(conditions) if all(conditions) else None
    return both([f".Values.monitoring.alerts.{DOWN_ALERT}.enabled", any_of_them])
