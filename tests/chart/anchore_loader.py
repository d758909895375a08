"""How Anchore reads its configuration: variables are put in as text, then the text is parsed as YAML 1.1."""

import functools
import io
from collections.abc import Iterator, Mapping
from typing import Any

from ruamel.yaml import YAML

from chart.kubelet import World
from chart.rendering import Object

CONFIG = "/config/config.yaml"


def read_config(world: World, pod: Object, container: Object) -> dict[str, Any] | None:
    """Return the configuration that a container runs with, or None when it has no such file.

    Raises:
        AssertionError: Anchore would end with an error: a variable is not set.
    """
    text = world.files(pod, container).get(CONFIG)
    if text is None:
        return None
    return load(text, world.environment(pod, container))


def load(text: str, environment: Mapping[str, str]) -> dict[str, Any]:
    """Put variables into a configuration and parse it."""
    for name, value in environment.items():
        if name.startswith("ANCHORE"):
            text = text.replace(f"${{{name}}}", value)
    config = load_yaml_1_1(text)
    assert isinstance(config, dict)
    left = [path for path, value in leaves(config) if isinstance(value, str) and "${ANCHORE" in value]
    assert not left, f"variables that are not set stand at {left}"
    return config


@functools.cache
def load_yaml_1_1(text: str) -> Any:  # noqa: ANN401 - a document is anything
    """Parse as PyYAML does: its descendant, told to keep to YAML 1.1; do not change the result."""
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 1)
    return reader.load(io.StringIO(text))


def leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Yield dotted path and value of every scalar."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from leaves(item, f"{path}[{number}]")
    else:
        yield path, value
