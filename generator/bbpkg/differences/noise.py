"""Which differences of objects say nothing about what runs: each rule has a name, and the words that the documentation has for it."""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True, slots=True)
class NoiseRule:
    """Labels or annotations that differ between any two versions of a chart; selectors are never noise."""

    name: str
    reason: str
    parents: frozenset[str]
    keys: re.Pattern[str]


_BOTH: Final = frozenset({"labels", "annotations"})
NOISE_RULES: Final = (
    NoiseRule(
        name="chart-label",
        reason="names the chart and its version",
        parents=_BOTH,
        keys=re.compile(r"helm\.sh/chart|chart"),
    ),
    NoiseRule(
        name="version-label",
        reason="repeats the version of the application, which the image says",
        parents=_BOTH,
        keys=re.compile(r"app\.kubernetes\.io/version"),
    ),
    NoiseRule(
        name="managed-by-label",
        reason="says that Helm installs the object",
        parents=_BOTH,
        keys=re.compile(r"app\.kubernetes\.io/managed-by|heritage"),
    ),
    NoiseRule(
        name="checksum-annotation",
        reason="follows a ConfigMap or Secret, whose own difference is shown",
        parents=frozenset({"annotations"}),
        keys=re.compile(r"checksum/.*|.*/checksum|checksum-.*"),
    ),
)


def noise_rule(path: tuple[str, ...]) -> NoiseRule | None:
    """Return the rule that makes the field at a path of names noise: metadata of an object, or of a template in it.

    >>> noise_rule(("spec", "template", "metadata", "labels", "helm.sh/chart")).name
    'chart-label'
    >>> noise_rule(("spec", "selector", "matchLabels", "helm.sh/chart")) is None
    True
    """
    if path[-3:-2] != ("metadata",):
        return None
    return next((rule for rule in NOISE_RULES if path[-2] in rule.parents and rule.keys.fullmatch(path[-1])), None)
