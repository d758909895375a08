"""Labels and annotations that the chart sets itself, and that values must not replace."""

from typing import Final

OWN_LABELS: Final = (
    "app.kubernetes.io/name",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/version",
    "app.kubernetes.io/component",
    "app.kubernetes.io/part-of",
    "app.kubernetes.io/managed-by",
    "helm.sh/chart",
    "helm-test",
)
OWN_ANNOTATIONS: Final = ("kubectl.kubernetes.io/default-container", "checksum/config", "checksum/secrets")
