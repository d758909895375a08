"""What bbpkg's own model of the umbrella differs in between the majors of Big Bang.

The model is a chart, rendered by Helm like the umbrella itself. It is that of 3.30, the newest release; 4.x keeps what the
documents of Big Bang say of it (ADR 0011, 0013 and 0014, docs/migration): `packages` with version v1, and the ambient mesh.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

_METADATA: Final = "Chart.yaml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Major:
    """A major version of Big Bang: which release stands for it, and what it sets that 3.30 does not."""

    number: int
    version: str
    values: Mapping[str, object] = field(default_factory=dict)


MAJORS: Final[Mapping[int, Major]] = MappingProxyType(
    {
        3: Major(number=3, version="3.30.0"),
        4: Major(
            number=4,
            version="4.0.0",
            values={"packageConfiguration": {"version": "v1"}, "istio": {"ambient": {"enabled": True}}},
        ),
    }
)


def versioned_files(files: Mapping[str, str], major: Major) -> dict[str, str]:
    """Return the files of the model for a major version: objects are labelled with the version of the chart."""
    version = MAJORS[3].version
    return {**files, _METADATA: files[_METADATA].replace(f"\nversion: {version}\n", f"\nversion: {major.version}\n")}
