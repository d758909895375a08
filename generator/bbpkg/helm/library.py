"""The engine that has the library of Helm in one process for many renders: the program `bbpkg-render` of `tools/render/`."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from bbpkg.diagnostics import Diagnostic
from bbpkg.errors import BbpkgError, EnvironmentFailureError, UsageError
from bbpkg.helm.engine import ChartRefusedError, Engine, Refusal, RenderedDocument, RenderRequest
from bbpkg.helm.messages import refusal
from bbpkg.programs import Ask, ProgramEndedError, ProgramSilentError

_SECONDS: Final = 60.0
MEMORY_MIB: Final = 1024
_OUT_OF_MEMORY: Final = ("out of memory", "cannot allocate memory", "stack exceeds")


def library_arguments(*, memory_mib: int = MEMORY_MIB) -> tuple[str, ...]:
    """Return the arguments of the program."""
    return (f"--memory-mib={memory_mib}",)


def library_environment() -> dict[str, str]:
    """Return the whole environment of the program: it needs nothing of the user; when it crashes, one line says why."""
    return {"GOTRACEBACK": "none"}


class HelmLibrary:
    """Renders through `ask`, which hands a request to the program; whoever made it ends the program.

    The program does not lint: `linter` is called for an engine that does when somebody wants to.
    """

    def __init__(self, *, ask: Ask, linter: Callable[[], Engine], timeout: float = _SECONDS, memory_mib: int = MEMORY_MIB) -> None:
        self._ask = ask
        self._linter = linter
        self._timeout = timeout
        self._memory_mib = memory_mib

    def render(self, request: RenderRequest) -> str:
        """Render to the same text as `helm template`."""
        reply = self._reply(request, documents=False)
        return str(reply["text"])

    def render_documents(self, request: RenderRequest) -> tuple[RenderedDocument, ...]:
        """Render to the documents of that text, read already."""
        reply = self._reply(request, documents=True)
        return tuple(RenderedDocument(text=found["text"], content=found.get("content")) for found in reply.get("documents", ()))

    def lint(self, request: RenderRequest) -> tuple[Diagnostic, ...]:
        """Lint with the other engine."""
        return self._linter().lint(request)

    def _reply(self, request: RenderRequest, *, documents: bool) -> Mapping[str, Any]:
        try:
            answer = self._ask(_line(request, documents=documents), timeout=self._timeout)
        except ProgramSilentError as silent:
            message = f"the chart was not rendered within {self._timeout:g} seconds, and its render was stopped"
            raise ChartRefusedError(Refusal.LIMIT, message, hint="look for a template that never ends") from silent
        except ProgramEndedError as ended:
            raise self._explained(ended) from ended
        try:
            reply = json.loads(answer)
        except ValueError as cause:
            message = "bbpkg-render gave no answer that can be read"
            raise EnvironmentFailureError(message, hint="see whether it is the right program: bbpkg tools") from cause
        if error := reply.get("error"):
            said = f"Error: {error}\n"
            raise refusal(said, exit_code=1)
        return dict(reply)

    def _explained(self, ended: ProgramEndedError) -> BbpkgError:
        if not any(sign in ended.said for sign in _OUT_OF_MEMORY):
            return ended
        message = f"the chart was not rendered: it takes more than {self._memory_mib} MiB of memory"
        return ChartRefusedError(Refusal.LIMIT, message, hint="look for a template that repeats or nests without an end")


def _line(request: RenderRequest, *, documents: bool) -> str:
    try:
        return json.dumps(
            {
                "chart": str(request.chart),
                "releaseName": request.release_name,
                "namespace": request.namespace,
                "kubeVersion": request.kube_version,
                "apiVersions": request.api_versions,
                "values": request.values,
                "settings": request.settings,
                "deterministic": request.is_deterministic,
                "documents": documents,
            },
            allow_nan=False,
            ensure_ascii=False,
        )
    except ValueError as cause:
        message = "a value is infinite or not a number, which Helm cannot pass to a chart"
        raise UsageError(message, hint="put it in quotes, or give a number") from cause
