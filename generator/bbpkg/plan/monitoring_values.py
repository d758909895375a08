"""The keys of the values below `monitoring`."""

import re
from collections.abc import Iterator
from typing import Final

from bbpkg.model.observation import DOWN_ALERT, Alert
from bbpkg.model.package import Package
from bbpkg.model.values import Json, ValueKey, flag, group, open_object, text, text_map
from bbpkg.plan.own_metadata import OWN_LABELS

_DURATION: Final = r"^([0-9]+(ms|s|m|h))+$|^$"
_RULE_DURATION: Final = r"^([0-9]+(ms|[smhdwy]))+$"
# In a text about all alerts of a kind, what differs from alert to alert is only a name.
_PLACEHOLDER: Final = re.compile(r"\{\{ \$labels\.(\w+) \}\}|\$\{(\w+)\}")
_SEVERITIES: Final[list[Json]] = ["critical", "warning", "info"]


def monitoring_keys(package: Package) -> ValueKey:
    """What a package with metrics lets the installation decide about them."""
    authentication = (
        (flag("authEnabled", "Whether metrics need a login; the ServiceMonitors bring it", default=True),) if package.metrics else ()
    )
    return group(
        "monitoring",
        "What the chart gives to Prometheus and Grafana",
        flag("enabled", "Serve and scrape metrics; unset means: as global.monitoring.enabled says", default=None),
        *authentication,
        group(
            "serviceMonitor",
            "The ServiceMonitors",
            text("interval", "Time between two scrapes; empty means the default of Prometheus", "30s", pattern=_DURATION),
            text("scrapeTimeout", "Time-out of a scrape; empty means the default of Prometheus", "", pattern=_DURATION),
            text("scheme", "Scheme of scrapes; empty means as the mesh asks, else http", "", enum=["", "http", "https"]),
            open_object(
                "tlsConfig",
                "TLS settings of scrapes (ServiceMonitor tlsConfig); empty means as the mesh asks",
            ),
            text_map("labels", "More labels for the ServiceMonitors", reserved=OWN_LABELS),
        ),
        group(
            "alerts",
            "The PrometheusRule",
            flag("enabled", "Whether there are alerts, where metrics are scraped", default=True),
            text_map("labels", "More labels for the PrometheusRule", reserved=OWN_LABELS),
            group(DOWN_ALERT, "A component cannot be scraped", *_alert_keys("critical", "10m", ())),
            *(_alert(package, alert) for alert in package.alerts),
        ),
        *((_dashboards(),) if package.dashboards else ()),
    )


def _alert(package: Package, alert: Alert) -> ValueKey:
    named = tuple(edition.name for edition in package.editions if alert.variants & frozenset(edition.variants))
    editions = () if len(named) == len(package.editions) else named
    keys = list(_alert_keys(alert.severity, alert.duration, editions))
    if alert.threshold is not None:
        threshold = alert.threshold
        keys.append(
            ValueKey(
                name="threshold",
                type="integer" if isinstance(threshold.default, int) else "number",
                description=threshold.description,
                default=threshold.default,
                constraints={"minimum": threshold.minimum},
                editions=editions,
            )
        )
    return group(alert.key, _PLACEHOLDER.sub(r"<\1\2>", alert.summary), *keys, editions=editions)


def _alert_keys(severity: str, duration: str, editions: tuple[str, ...]) -> Iterator[ValueKey]:
    yield ValueKey(name="enabled", type="boolean", description="Whether there is this alert", default=True, editions=editions)
    yield ValueKey(
        name="severity",
        type="string",
        description="Its label severity",
        default=severity,
        constraints={"enum": _SEVERITIES},
        editions=editions,
    )
    yield ValueKey(
        name="for",
        type="string",
        description="How long it must be true",
        default=duration,
        constraints={"pattern": _RULE_DURATION},
        editions=editions,
    )


def _dashboards() -> ValueKey:
    return group(
        "dashboards",
        "The ConfigMap with dashboards, which the sidecar of Grafana finds by its labels",
        flag("enabled", "Whether there are dashboards, where metrics are scraped", default=True),
        text("namespace", "Namespace of the ConfigMap, which must exist; empty means that of the release", "monitoring", maxLength=63),
        open_object("labels", "Labels by which Grafana finds it", {"grafana_dashboard": "1"}),
    )
