"""What a render engine is: it makes Kubernetes objects out of a chart and values, or says why the chart refuses them."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from bbpkg.diagnostics import Diagnostic
from bbpkg.errors import InvalidInputError


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderRequest:
    """Everything that a render depends on.

    `values` are merged already and come below `settings`, which are in the form of Helm's `--set`. `is_deterministic` fixes what a
    template gets from chance and from the clock, in engines that can.
    """

    chart: Path
    kube_version: str
    values: Mapping[str, object] = field(default_factory=dict, repr=False)
    settings: tuple[str, ...] = field(default=(), repr=False)
    release_name: str
    namespace: str = "default"
    api_versions: tuple[str, ...] = ()
    is_deterministic: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedDocument:
    """One YAML document of a rendered stream, with the comment that names its template.

    `content` is JSON of it as Kubernetes reads it; None where the text must still be read.
    """

    text: str
    content: str | None = None


class Refusal(enum.Enum):
    """Why a chart was not rendered."""

    RELATION = "the chart says that values do not fit together"
    SCHEMA = "values do not fit the schema of the chart"
    TEMPLATE = "a template of the chart has a fault"
    REQUEST = "Helm does not accept the request"
    LIMIT = "the chart takes more time or memory than it may"


class ChartRefusedError(InvalidInputError):
    """The chart was not rendered; the message is the chart's own, and holds no value that may be secret."""

    def __init__(self, refusal: Refusal, message: str, diagnostics: Sequence[Diagnostic] = (), *, hint: str | None = None) -> None:
        super().__init__(message, diagnostics, hint=hint)
        self.refusal = refusal


class Engine(Protocol):
    """Renders charts; engines give equal objects for equal requests."""

    def render(self, request: RenderRequest) -> str:
        """Return the objects as a stream of YAML documents, each with a comment that names its template.

        Raises:
            ChartRefusedError: the values, the request or a template are wrong.
            EnvironmentFailureError: the engine does not work.
        """

    def lint(self, request: RenderRequest) -> tuple[Diagnostic, ...]:
        """Return what the engine finds wrong with the chart itself.

        Raises:
            EnvironmentFailureError: the engine does not work.
        """


@runtime_checkable
class DocumentEngine(Engine, Protocol):
    """An engine that also reads what it renders, faster than it can be read here."""

    def render_documents(self, request: RenderRequest) -> tuple[RenderedDocument, ...]:
        """Return the documents of the stream that `render` returns; raises what `render` raises."""
