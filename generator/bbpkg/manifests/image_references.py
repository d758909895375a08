"""References of container images and other OCI artifacts, as text.

Source: the grammar of the reference implementation of the OCI distribution specification.
"""

import re
from collections.abc import Iterator
from typing import Final

_HOST: Final = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)+|localhost)(?::[0-9]+)?"
_PATH: Final = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
_VERSION: Final = r"(?::[\w][\w.-]{0,127})?@sha256:[0-9a-f]{64}|:[\w][\w.-]{0,127}"
_SHORT: Final = re.compile(rf"(?:{_HOST}/)?{_PATH}(?:/{_PATH})*(?:{_VERSION})?")
# Without a host a text like `cart:8080` may be anything; without a version it may be a path of any kind.
_FULL: Final = re.compile(rf"(?<![\w/.:@-])(?:(?:oci|docker)://)?({_HOST}(?:/{_PATH})+(?:{_VERSION}))(?![\w/:@-])")
ARTIFACT_SCHEME: Final = "oci://"
_DOCKER_HUB: Final = "docker.io"


def references_in(text: str) -> Iterator[str]:
    """Yield the references in a text that have a host and a tag or digest, so that they can be nothing else.

    >>> list(references_in("--image=registry.example.mil/team/tool:1.2 --url=https://example.mil/a:1"))
    ['registry.example.mil/team/tool:1.2']
    """
    yield from (found[1].rstrip(".") for found in _FULL.finditer(text))


def is_reference(text: str) -> bool:
    """Whether a text that is known to name an image has the form of one; its host may be missing."""
    return _SHORT.fullmatch(text) is not None


def full_reference(reference: str) -> str:
    """Return a reference with the host and tag that are meant where none is written.

    >>> full_reference("redis"), full_reference("team/tool:1"), full_reference("r.mil/a@sha256:" + "0" * 3)
    ('docker.io/library/redis:latest', 'docker.io/team/tool:1', 'r.mil/a@sha256:000')
    """
    host, slash, path = reference.partition("/")
    if not slash or not (host == "localhost" or "." in host or ":" in host):
        host, path = _DOCKER_HUB, reference if slash else f"library/{reference}"
    has_version = "@" in path or ":" in path.rpartition("/")[2]
    return f"{host}/{path}" if has_version else f"{host}/{path}:latest"


def repository(reference: str) -> str:
    """Return a reference without tag and digest.

    >>> repository("localhost:5000/team/tool:1.2@sha256:00")
    'localhost:5000/team/tool'
    """
    name = reference.partition("@")[0]
    above, slash, last = name.rpartition("/")
    return f"{above}{slash}{last.partition(':')[0]}"


def version(reference: str) -> str:
    """Return the tag of a reference, or its digest, with the mark that stands before it."""
    return reference.removeprefix(repository(reference))
