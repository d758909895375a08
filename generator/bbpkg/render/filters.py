"""Filters that write values into YAML that is at the same time a Go template."""

import re

from bbpkg.scalars import scalar_text

_ACTION = re.compile(r"\{\{.*\}\}", re.DOTALL)


def argument(word: str) -> str:
    """A word of a command as YAML: quoted where YAML could misread it; Go template actions stay as they are."""
    return word if _ACTION.search(word) else scalar_text(word)
