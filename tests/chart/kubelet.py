"""What a container sees once the kubelet has started it: its environment and its files."""

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chart.rendering import Object

_REFERENCE = re.compile(r"\$(\$|\(([-._a-zA-Z][-._a-zA-Z0-9]*)\))")
Data = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class World:
    """The objects of a namespace that pods read: ConfigMaps and Secrets by name."""

    config_maps: Mapping[str, Data]
    secrets: Mapping[str, Data]
    namespace: str

    @classmethod
    def of(cls, objects: Iterable[Object], existing: Mapping[str, Data], namespace: str) -> "World":
        """Return the world that rendered objects make together with Secrets that exist already."""
        config_maps: dict[str, Data] = {}
        secrets: dict[str, Data] = dict(existing)
        for item in objects:
            if item["kind"] == "ConfigMap":
                config_maps[item["metadata"]["name"]] = item.get("data", {})
            elif item["kind"] == "Secret":
                secrets[item["metadata"]["name"]] = secret_data(item)
        return cls(config_maps=config_maps, secrets=secrets, namespace=namespace)

    def environment(self, pod: Object, container: Object) -> dict[str, str]:
        """Return the environment: all `envFrom` in their order, then `env`, of which each may use the ones before it.

        Raises:
            LookupError: something that is not optional does not exist; the container would not start.
        """
        variables: dict[str, str] = {}
        for source in container.get("envFrom", ()):
            reference = source.get("configMapRef") or source["secretRef"]
            table = self.config_maps if "configMapRef" in source else self.secrets
            for key, value in _entries(table, reference).items():
                variables[source.get("prefix", "") + key] = value
        for entry in container.get("env", ()):
            if "valueFrom" not in entry:
                variables[entry["name"]] = _expanded(entry.get("value", ""), variables)
                continue
            found = self._from(entry["valueFrom"], pod)
            if found is not None:
                variables[entry["name"]] = found
        return variables

    def _from(self, source: Mapping[str, Any], pod: Object) -> str | None:
        if "fieldRef" in source:
            fields = {"metadata.name": f"{pod['metadata']['labels']['app.kubernetes.io/name']}-5d4f8c7b9-x2x4z"}
            fields["metadata.namespace"] = self.namespace
            return fields[source["fieldRef"]["fieldPath"]]
        reference = source.get("secretKeyRef") or source["configMapKeyRef"]
        table = self.secrets if "secretKeyRef" in source else self.config_maps
        entries = _entries(table, reference)
        if reference["key"] not in entries and not reference.get("optional"):
            message = f"{reference['name']} has no key {reference['key']}, but {sorted(entries)}"
            raise LookupError(message)
        return entries.get(reference["key"])

    def files(self, pod: Object, container: Object) -> dict[str, str]:
        """Return path to text of every file that comes from a ConfigMap or Secret.

        Raises:
            LookupError: a volume, a key or the object behind it does not exist; the pod would not start.
        """
        volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes", ())}
        found: dict[str, str] = {}
        for mount in container.get("volumeMounts", ()):
            content = self._content(volumes[mount["name"]]) if mount["name"] in volumes else None
            if content is None:
                continue
            if "subPath" not in mount:
                found |= {f"{mount['mountPath']}/{path}": text for path, text in content.items()}
            elif mount["subPath"] in content:
                found[mount["mountPath"]] = content[mount["subPath"]]
            else:
                message = f"volume {mount['name']} has no file {mount['subPath']}, but {sorted(content)}"
                raise LookupError(message)
        return found

    def _content(self, volume: Mapping[str, Any]) -> dict[str, str] | None:
        if "configMap" in volume:
            source, entries = volume["configMap"], _entries(self.config_maps, volume["configMap"])
        elif "secret" in volume:
            source = volume["secret"]
            entries = _entries(self.secrets, {**source, "name": source["secretName"]})
        else:
            return None
        if "items" not in source:
            return dict(entries)
        return {item["path"]: _entry(entries, item["key"], volume["name"]) for item in source["items"]}


def secret_data(secret: Object) -> dict[str, str]:
    """Return the data of a Secret as text."""
    encoded = {key: base64.b64decode(value, validate=True).decode() for key, value in secret.get("data", {}).items()}
    return {**encoded, **secret.get("stringData", {})}


def writable_paths(pod: Object, container: Object, claims: Iterable[str] = ()) -> set[str]:
    """Return the directories that a container with a read-only root file system can write to."""
    kinds = {volume["name"]: volume for volume in pod["spec"].get("volumes", ())}
    writable = {name for name, volume in kinds.items() if {"emptyDir", "persistentVolumeClaim", "ephemeral"} & volume.keys()} | set(claims)
    return {mount["mountPath"] for mount in container.get("volumeMounts", ()) if mount["name"] in writable and not mount.get("readOnly")}


def _entries(table: Mapping[str, Data], reference: Mapping[str, Any]) -> Data:
    name = reference["name"]
    if name in table:
        return table[name]
    if reference.get("optional"):
        return {}
    message = f"{name} does not exist, but {sorted(table)}"
    raise LookupError(message)


def _entry(entries: Data, key: str, volume: str) -> str:
    if key not in entries:
        message = f"volume {volume} needs the key {key}, but there is {sorted(entries)}"
        raise LookupError(message)
    return entries[key]


def _expanded(text: str, variables: Mapping[str, str]) -> str:
    def replaced(match: re.Match[str]) -> str:
        return "$" if match[1] == "$" else variables.get(match[2], match[0])

    return _REFERENCE.sub(replaced, text)
