"""Renders charts to objects."""

from bbpkg.helm.engine import DocumentEngine, Engine, RenderRequest
from bbpkg.manifests.objects import KubernetesObject, objects_of, parse_objects


def rendered_objects(engine: Engine, request: RenderRequest) -> tuple[KubernetesObject, ...]:
    """Return the rendered objects, in the quickest way that the engine has.

    Raises:
        ChartRefusedError: the chart refuses the request.
        InvalidInputError: a document is no Kubernetes object.
    """
    if isinstance(engine, DocumentEngine):
        return objects_of((document.text, document.content) for document in engine.render_documents(request))
    return parse_objects(engine.render(request))
