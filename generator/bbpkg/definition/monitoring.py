"""Checks alerts and dashboards: metrics that are scraped, placeholders that stand for something, files that are there."""

import re
from collections.abc import Mapping
from typing import Final

from bbpkg.definition.scope import Path, Raw, Scope
from bbpkg.model.observation import DOWN_ALERT
from bbpkg.model.variants import Variants

_PLACEHOLDER: Final = re.compile(r"\$\{([^}]*)\}")
_METRICS_HINT: Final = "add metrics: /metrics to one of its ports"


def monitoring_problems(scope: Scope) -> None:
    """Report every alert that could not work and every dashboard that is missing."""
    scraped = {component["name"]: _scraped(scope, component) for _, component in scope.items("components")}
    for path, alert in scope.items("alerts"):
        if alert["name"] == DOWN_ALERT:
            message = f'"{DOWN_ALERT}" is the alert that bbpkg makes for each component that is scraped; take another name.'
            scope.report.add((*path, "name"), message)
        _components(scope, path, alert, scraped)
        _placeholders(scope, path, alert)
    known = [path for path in scope.files if path.startswith("dashboards/")]
    for index, name in enumerate(scope.data.get("dashboards", [])):
        scope.report.reference(("dashboards", index), name, "file below dashboards/ of the package", known)


def _scraped(scope: Scope, component: Raw) -> Variants:
    """The variants in which Prometheus finds metrics of the component."""
    parent = scope.variants(component)
    found: Variants = frozenset()
    for container in (component, *component.get("sidecars", [])):
        own = scope.variants(container, parent)
        for port in container.get("ports", []):
            if "metrics" in port and not port.get("local"):
                found |= scope.variants(port, own)
    return found


def _components(scope: Scope, path: Path, alert: Raw, scraped: Mapping[str, Variants]) -> None:
    if not any(scraped.values()):
        scope.report.add(path, "no component has metrics that an alert could read.", _METRICS_HINT)
    for index, name in enumerate(alert.get("components", [])):
        place = (*path, "components", index)
        if not scope.report.reference(place, name, "component", scraped):
            continue
        if scraped[name]:
            scope.report.presence(place, scope.variants(alert), scraped[name], f"metrics of {name}")
        elif any(scraped.values()):
            scope.report.add(place, f'"{name}" has no metrics that an alert could read.', _METRICS_HINT)


def _placeholders(scope: Scope, path: Path, alert: Raw) -> None:
    """An expression without a selector would read the metrics of every release in the cluster."""
    has_threshold = "threshold" in alert
    used = {key: _PLACEHOLDER.findall(alert[key]) for key in ("expr", "summary", "description")}
    for key, names in used.items():
        allowed = [*(["selector"] if key == "expr" else []), *(["threshold"] if has_threshold else [])]
        for name in sorted(set(names) - set(allowed)):
            known = ", ".join(f"${{{text}}}" for text in allowed) or "none"
            scope.report.add((*path, key), f'"${{{name}}}" stands for nothing here; known are {known}.')
    if "selector" not in used["expr"]:
        message = "the expression reads the metrics of every release in the cluster."
        scope.report.add((*path, "expr"), message, "write ${selector} among the labels of each metric")
    if has_threshold and "threshold" not in used["expr"]:
        scope.report.add((*path, "threshold"), "the expression does not use the threshold.", "write ${threshold} there, or remove this")
