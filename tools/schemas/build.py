"""Rebuild generator/bbpkg/schemas from the pinned sources; equal inputs give equal bytes."""

import hashlib
import io
import json
import lzma
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from installer import wheels
from installer.pins import InstallError, WrongContentError
from schemas.convert import Schema, crd_schemas, kubernetes_kinds, kubernetes_schema
from schemas.inputs import HERE, PACKAGE_DATA, input_digest, sources

_EXIT_ENVIRONMENT = 3


def main() -> int:
    """Write bundle.tar.xz and provenance.json, and return the exit code."""
    pins = sources()
    try:
        files = {**dict(_kubernetes(pins["kubernetes"])), **dict(_custom_resources(pins))}
    except InstallError as error:
        sys.stderr.write(f"error: {error.message}\n  hint: {error.hint}\n")
        return _EXIT_ENVIRONMENT
    archive = _tar(files)
    bundle = lzma.compress(archive, preset=9 | lzma.PRESET_EXTREME)
    PACKAGE_DATA.mkdir(exist_ok=True)
    (PACKAGE_DATA / "bundle.tar.xz").write_bytes(bundle)
    provenance = _provenance(pins, archive=archive, bundle=bundle, count=len(files))
    (PACKAGE_DATA / "provenance.json").write_text(json.dumps(provenance, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(files)} schemas, {len(archive)} bytes, packed {len(bundle)}\n")
    return 0


def _kubernetes(pin: Mapping[str, Any]) -> Iterator[tuple[str, Schema]]:
    with tempfile.TemporaryDirectory() as scratch:
        wheel = wheels.fetch(pin["requirement"], (pin["sha256"],), Path(scratch))
        with zipfile.ZipFile(wheel) as contents:
            present = frozenset(contents.namelist())
            for version in pin["versions"]:
                source = f"kubernetes_validate/kubernetes-json-schema/v{version}-local-strict"
                definitions = json.loads(contents.read(f"{source}/_definitions.json"))["$defs"]
                for file_name in kubernetes_kinds(definitions):
                    # What has no file of its own is never sent to an API server: DeleteOptions, Status, StorageVersion, ...
                    if f"{source}/{file_name}" in present:
                        root = json.loads(contents.read(f"{source}/{file_name}"))
                        yield f"v{version}-standalone-strict/{file_name}", kubernetes_schema(root, definitions)


def _custom_resources(pins: Mapping[str, Any]) -> Iterator[tuple[str, Schema]]:
    seen: set[str] = set()
    for path in _definition_files(pins):
        for document in _documents(path):
            if isinstance(document, dict) and document.get("kind") == "CustomResourceDefinition":
                fresh = [(name, schema) for name, schema in crd_schemas(document) if name not in seen]
                seen.update(name for name, _ in fresh)
                yield from ((f"crds/{name}", schema) for name, schema in fresh)


def _definition_files(pins: Mapping[str, Any]) -> Iterator[Path]:
    for module in pins["modules"]:
        root = _module_directory(module)
        for pattern in module["files"]:
            yield from sorted(root.glob(pattern))
    for generated in pins["generated"]:
        with tempfile.TemporaryDirectory() as scratch:
            argv = ["go", "tool", "controller-gen", "crd", f"paths={generated['package']}", f"output:crd:dir={scratch}"]
            _run(argv, HERE / generated["directory"])
            yield from sorted(Path(scratch).glob("*.yaml"))
    for written in pins["written"]:
        yield HERE / written["file"]


def _module_directory(module: Mapping[str, str]) -> Path:
    """Download a Go module and check its checksum."""
    with tempfile.TemporaryDirectory() as scratch:
        found = json.loads(_run(["go", "mod", "download", "-json", f"{module['name']}@{module['version']}"], Path(scratch)))
    if found["Sum"] != module["sum"]:
        message = f"{module['name']} {module['version']}: expected {module['sum']}, found {found['Sum']}"
        raise WrongContentError(message, hint="do not use it; find out who changed the module, or correct the pin")
    return Path(found["Dir"])


def _run(argv: list[str], directory: Path) -> str:
    try:
        return subprocess.run(argv, cwd=directory, check=True, capture_output=True, text=True, timeout=1800).stdout
    except (OSError, subprocess.SubprocessError) as error:
        message = f"{' '.join(argv)}: {getattr(error, 'stderr', '') or error}"
        raise InstallError(message, hint="`make schemas` needs Go on PATH and a Go module proxy") from error


def _documents(path: Path) -> Iterable[Any]:
    yaml = YAML(typ="safe")
    # The Prometheus definitions have an unquoted `=` among their enum values.
    yaml.constructor.add_constructor("tag:yaml.org,2002:value", lambda _constructor, node: node.value)
    return list(yaml.load_all(path.read_text(encoding="utf-8")))


def _tar(files: Mapping[str, Schema]) -> bytes:
    """Pack without anything that differs from run to run: sorted, no times, no owners."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, schema in sorted(files.items()):
            content = json.dumps(schema, separators=(",", ":"), sort_keys=True).encode()
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def _provenance(pins: Mapping[str, Any], *, archive: bytes, bundle: bytes, count: int) -> dict[str, Any]:
    name, version = pins["kubernetes"]["requirement"].split("==")
    kubernetes = {"name": name, "version": version, **pins["kubernetes"]}
    listed = [_picked(kubernetes, "sha256"), *(_picked(module, "sum") for module in pins["modules"])]
    listed += [_picked(entry) for entry in (*pins["generated"], *pins["written"])]
    return {
        "kubernetes_versions": pins["kubernetes"]["versions"],
        "schemas": count,
        "sources": listed,
        "inputs_sha256": input_digest(),
        "contents_sha256": hashlib.sha256(archive).hexdigest(),
        "bundle_sha256": hashlib.sha256(bundle).hexdigest(),
    }


def _picked(source: Mapping[str, Any], *checksum: str) -> dict[str, str]:
    return {key: source[key] for key in ("name", "version", *checksum, "licence")}


if __name__ == "__main__":
    sys.exit(main())
