"""Renders a chart with the values of a user."""

import re
from collections.abc import Sequence
from typing import Any

from bbpkg.app.values import ValuesFile, explained
from bbpkg.helm.engine import ChartRefusedError, Engine, RenderRequest
from bbpkg.manifests.objects import KubernetesObject, parse_objects

_UNSAFE = re.compile(r"[^a-z0-9.-]+")


def render_text(engine: Engine, request: RenderRequest, *, files: Sequence[ValuesFile], schema: Any) -> str:  # noqa: ANN401 - any JSON
    """Return the rendered stream.

    Args:
        engine: what renders.
        request: the chart with all values.
        files: where the values come from, for messages.
        schema: the schema of the chart's values, for messages.

    Raises:
        ChartRefusedError: the chart refuses the values; says where they stand.
    """
    try:
        return engine.render(request)
    except ChartRefusedError as refused:
        raise explained(refused, files, schema) from refused


def object_files(text: str) -> dict[str, str]:
    """Return one file for each object of a rendered stream, by names that tell kind and name.

    Raises:
        InvalidInputError: a document is no Kubernetes object.
    """
    return files_of(parse_objects(text))


def files_of(objects: Sequence[KubernetesObject]) -> dict[str, str]:
    """Return one file for each object, by names that tell kind and name."""
    names = [_file_name(item) for item in objects]
    files: dict[str, str] = {}
    for item, name in zip(objects, names, strict=True):
        wanted = name if names.count(name) == 1 else _file_name(item, item.namespace or "", item.group)
        number = 1
        unique = wanted
        while unique in files:
            number += 1
            unique = f"{wanted.removesuffix('.yaml')}-{number}.yaml"
        files[unique] = item.text.strip("\n") + "\n"
    return files


def _file_name(item: KubernetesObject, *more: str) -> str:
    words = [word for word in (item.kind, item.name, *more) if word]
    return _UNSAFE.sub("-", "-".join(words).lower()).strip(".-") + ".yaml"
