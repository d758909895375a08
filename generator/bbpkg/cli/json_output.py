"""Output for programs."""

import json

from bbpkg.cli.streams import write_text


def write_json(value: object) -> None:
    """Write a value as JSON."""
    write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
