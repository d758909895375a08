"""The report of `bbpkg diff` for programs."""

from bbpkg.app.diff import DiffReport
from bbpkg.differences.connections import ConnectionChange
from bbpkg.differences.contract import ContractKey
from bbpkg.differences.images import ImageDifferences
from bbpkg.differences.objects import ObjectDifferences
from bbpkg.differences.structures import FieldChange, Marker
from bbpkg.manifests.objects import KubernetesObject


def report_json(report: DiffReport) -> dict[str, object]:
    """Return the report as data; a section that could not be made is null."""
    return {
        "breaks": report.breaks,
        "old": {"name": report.old.title, "version": report.old.version},
        "new": {"name": report.new.title, "version": report.new.version},
        "mesh": report.mode.value,
        "findings": [
            {
                "code": found.code,
                "severity": found.severity.value,
                "file": found.location.file,
                "line": found.location.line or None,
                "pointer": found.location.pointer,
                "message": found.message,
                "hint": found.hint,
            }
            for found in report.findings
        ],
        "values": {
            "added": [_key(key) for key in report.contract.added],
            "removed": [_key(key) for key in report.contract.removed],
            "renamed": [
                {"old": list(found.old), "new": list(found.new), "keys": found.count, "reason": found.reason}
                for found in report.contract.renamed
            ],
            "defaults": [{"path": list(new.path), "old": old.default, "new": new.default} for old, new in report.contract.defaults],
            "types": [{"path": list(new.path), "old": sorted(old.types), "new": sorted(new.types)} for old, new in report.contract.types],
            "ignored": [list(key.path) for key in report.contract.ignored],
        },
        "objects": _objects(report.objects) if report.objects else None,
        "images": _images(report.images) if report.images else None,
        "connections": [_connection(change) for change in report.connections] if report.connections is not None else None,
    }


def _key(key: ContractKey) -> dict[str, object]:
    return {"path": list(key.path), "types": sorted(key.types), "default": key.default, "text": key.text}


def _objects(found: ObjectDifferences) -> dict[str, object]:
    return {
        "added": [_object(item) for item in found.added],
        "removed": [_object(item) for item in found.removed],
        "changed": [
            {**_object(changed.new), "replacesPods": changed.replaces_pods, "changes": [_change(change) for change in changed.changes]}
            for changed in found.changed
        ],
        "noise": [{**_object(changed.new), "replacesPods": changed.replaces_pods} for changed in found.noisy],
    }


def _object(item: KubernetesObject) -> dict[str, object]:
    return {"apiVersion": item.api_version, "kind": item.kind, "namespace": item.namespace, "name": item.name}


def _change(change: FieldChange) -> dict[str, object]:
    values = {name: value for name, value in (("old", change.old), ("new", change.new)) if not isinstance(value, Marker)}
    is_secret = change.old is Marker.SECRET or change.new is Marker.SECRET
    return {"pointer": change.pointer, "path": change.path, "isSecret": is_secret, **values}


def _images(found: ImageDifferences) -> dict[str, object]:
    return {
        "added": list(found.added),
        "removed": list(found.removed),
        "changed": [{"repository": image.repository, "old": list(image.old), "new": list(image.new)} for image in found.changed],
    }


def _connection(change: ConnectionChange) -> dict[str, object]:
    return {
        "source": change.source,
        "target": change.target,
        "port": change.port.number if str(change.port) != "other ports" else None,
        "protocol": change.port.protocol,
        "old": change.old.value if change.old else None,
        "new": change.new.value if change.new else None,
        "policies": list(change.policies),
    }
