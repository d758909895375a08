"""The JSON Schemas that bbpkg carries: Kubernetes in thirteen versions, and the custom resources of a Big Bang cluster.

They are package data in one archive, so that validation needs no network; `tools/schemas` builds the archive.
"""

import contextlib
import hashlib
import io
import json
import shutil
import tarfile
import tempfile
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from bbpkg.errors import EnvironmentFailureError

_CRD_LAYOUT = "{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class SchemaSource:
    """One place that schemas were converted from; `checksum` is a SHA-256, or what Go modules use, or empty for own text."""

    name: str
    version: str
    licence: str
    checksum: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Provenance:
    """What the archive holds and what it was built from; `kubernetes_versions` runs from the oldest to the newest."""

    kubernetes_versions: tuple[str, ...]
    sources: tuple[SchemaSource, ...]
    inputs_sha256: str
    contents_sha256: str
    bundle_sha256: str


def provenance() -> Provenance:
    """Read what bbpkg's schemas were built from."""
    document = json.loads(_data("provenance.json").read_text(encoding="utf-8"))
    return Provenance(
        kubernetes_versions=tuple(document["kubernetes_versions"]),
        sources=tuple(
            SchemaSource(
                name=source["name"],
                version=source["version"],
                licence=source["licence"],
                checksum=source.get("sha256") or source.get("sum", ""),
            )
            for source in document["sources"]
        ),
        inputs_sha256=document["inputs_sha256"],
        contents_sha256=document["contents_sha256"],
        bundle_sha256=document["bundle_sha256"],
    )


def unpack(cache: Path) -> Path:
    """Unpack the schemas below `cache`, unless they are there already, and return their directory.

    The directory appears complete or not at all, also when several processes unpack at once or one is killed.

    Raises:
        EnvironmentFailureError: the archive is damaged, or the cache cannot be written.
    """
    digest = provenance().bundle_sha256
    target = cache.absolute() / f"schemas-{digest[:12]}"
    if target.is_dir():
        return target
    bundle = _data("bundle.tar.xz").read_bytes()
    if hashlib.sha256(bundle).hexdigest() != digest:
        message = "the schemas of bbpkg are damaged: schemas/bundle.tar.xz is not the file that schemas/provenance.json describes"
        raise EnvironmentFailureError(message, hint="install bbpkg again; in a checkout, type `make schemas`")
    try:
        _extract(bundle, target)
    except OSError as cause:
        message = f"cannot unpack the schemas into {target.parent}: {cause.strerror or cause}"
        raise EnvironmentFailureError(message, hint="free 30 MB there and allow writing, or name another cache directory") from cause
    return target


def kubeconform_arguments(directory: Path) -> tuple[str, ...]:
    """Return the arguments that make kubeconform read an unpacked directory, and nothing from the network."""
    return ("-schema-location", str(directory), "-schema-location", f"{directory}/crds/{_CRD_LAYOUT}")


def _data(name: str) -> Traversable:
    return resources.files("bbpkg") / "schemas" / name


def _extract(bundle: bytes, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".schemas-", dir=target.parent))
    try:
        with tarfile.open(fileobj=io.BytesIO(bundle), mode="r:xz") as archive:
            # Python 3.11.0 to 3.11.3 have no such filter; the digest has been compared by then.
            archive.extraction_filter = getattr(tarfile, "data_filter", None)
            archive.extractall(scratch)  # noqa: S202 - filtered, see above
        scratch.chmod(0o755)
        try:
            scratch.rename(target)
        except OSError:
            # Another process was faster: its directory is as good.
            if not target.is_dir():
                raise
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(scratch)
