"""The installations that the tests look at: each edition with each way to give it stores, credentials and settings."""

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from chart.rendering import Case, Values, at, chart, merged, run_helm

ENGINE: Values = {"global": {"edition": "engine"}}
ENTERPRISE: Values = {"global": {"edition": "enterprise"}, "enterprise": {"license": {"existingSecret": "anchore-license"}}}
EDITIONS = {"engine": ENGINE, "enterprise": ENTERPRISE}

LONGEST_RELEASE = "a-platform-team-that-names-its-releases-very-verbosel"
SHORTEST_RELEASE = "a"

_S3 = {"driver": "s3", "s3": {"bucket": "images", "endpoint": "https://s3.example.mil:9000", "prefix": "anchore/"}}
_EXTERNAL: Values = {
    "certificates": {"existingSecret": "ca-certificates", "caFile": "bundle.pem"},
    "admin": {"existingSecret": "my-admin", "secretKeys": {"password": "admin-password"}},
    "database": {
        "host": "db.example.mil",
        "port": 5433,
        "name": "images",
        "username": "anchore@tenant",
        "existingSecret": "my-database",
        "tls": {"mode": "verify-full", "caFile": "db.pem"},
    },
}
_EXTERNAL_ENTERPRISE: Values = {
    "feedsDatabase": {
        "host": "feeds-db.example.mil",
        "port": 5434,
        "name": "feeds",
        "username": "feeder",
        "existingSecret": "my-feeds-database",
        "secretKeys": {"password": "feeds.password"},
        "tls": {"mode": "verify-full"},
    },
    "redis": {"host": "redis.example.mil", "port": 6380, "existingSecret": "my-redis", "tls": {"enabled": True}},
    "ui": {"existingSecret": "my-ui"},
}
_EXTERNAL_INLINE: Values = {
    "certificates": {"caBundle": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"},
    "admin": {"password": "admin secret"},
    "database": {"host": "db.example.mil", "port": 5433, "password": "p@ss/word", "tls": {"mode": "verify-ca"}},
}
_EXTERNAL_INLINE_ENTERPRISE: Values = {
    "enterprise": {"license": {"existingSecret": "", "content": "license: text\nkey: value\n"}},
    "feedsDatabase": {"host": "feeds-db.example.mil", "password": "feeds secret", "tls": {"mode": "require"}},
    "redis": {"host": "redis.example.mil", "password": "r#dis", "tls": {"enabled": True}},
}


def _swift(version: str) -> Values:
    swift: dict[str, object] = {
        "authVersion": version,
        "authUrl": "https://keystone.example.mil/auth",
        "container": "images",
        "username": "anchore",
    }
    if version == "2":
        swift["tenantName"] = "platform"
    if version == "3":
        swift |= {"projectName": "platform", "projectDomainName": "Default", "userDomainName": "Default"}
    return {"objectStorage": {"driver": "swift", "existingSecret": "my-swift", "swift": swift}}


_OPTIONS: Mapping[str, Values] = {
    "defaults": {},
    "external": _EXTERNAL,
    "external-inline": _EXTERNAL_INLINE,
    "s3-keys": {"objectStorage": {**_S3, "existingSecret": "my-s3"}},
    "s3-keys-inline": {"objectStorage": merged(_S3, {"s3": {"accessKey": "AKIA", "secretKey": "s3/secret+key", "createBucket": True}})},
    "s3-iam": {"objectStorage": {"driver": "s3", "s3": {"bucket": "images", "region": "us-gov-west-1", "iamAuto": True}}},
    "s3-archive": {
        "objectStorage": {**_S3, "existingSecret": "my-s3"},
        "analysisArchive": {
            "enabled": True,
            "driver": "s3",
            "existingSecret": "my-archive",
            "s3": {"bucket": "archive", "region": "us-gov-east-1"},
        },
    },
    "swift-v1": _swift("1"),
    "swift-v2": _swift("2"),
    "swift-v3": _swift("3"),
    "swift-archive": {"analysisArchive": {"enabled": True, **_swift("3")["objectStorage"]}},
    "monitoring": {"global": {"monitoring": {"enabled": True}}},
    "monitoring-open": {"global": {"monitoring": {"enabled": True}}, "monitoring": {"authEnabled": False}},
    "openshift": {"openshift": True},
    "oauth": {"authentication": {"oauthEnabled": True, "existingSecret": "my-signing"}},
    "oauth-inline": {"authentication": {"oauthEnabled": True, "hashedPasswords": True, "secret": "signing secret"}},
}
_ONLY_ENTERPRISE: Mapping[str, Values] = {"external": _EXTERNAL_ENTERPRISE, "external-inline": _EXTERNAL_INLINE_ENTERPRISE}


def values_of(edition: str, option: str) -> Values:
    """Return the values of an edition with one option."""
    extra = _ONLY_ENTERPRISE.get(option, {}) if edition == "enterprise" else {}
    return merged(EDITIONS[edition], _OPTIONS[option], extra)


def _all() -> Iterator[Case]:
    yield Case(name="default")
    for edition, option in product(EDITIONS, _OPTIONS):
        yield Case(name=f"{edition}-{option}", values=values_of(edition, option))
    for edition, release in product(EDITIONS, (SHORTEST_RELEASE, LONGEST_RELEASE)):
        values = merged(values_of(edition, "oauth-inline"), {"global": {"monitoring": {"enabled": True}}})
        yield Case(name=f"{edition}-release-{len(release)}", values=values, release=release)


CASES = tuple(_all())
NAMED = {case.name: case for case in CASES}
ENTERPRISE_CASES = tuple(case for case in CASES if case.edition == "enterprise")


@dataclass(frozen=True, kw_only=True)
class DocumentedSecret:
    """A row of the table in the README of the chart: values path, keys in the Secret, name without a value (or none)."""

    values: str
    keys: tuple[str, ...]
    default_name: str | None


@functools.cache
def documented_secrets() -> tuple[DocumentedSecret, ...]:
    """Return what the README of the chart says about Secrets."""
    text = (chart() / "README.md").read_text(encoding="utf-8")
    section = text.partition("\n## Secrets\n")[2].partition("\n## ")[0]
    found = []
    for row in re.findall(r"^\| `([^`]+)` \| (.+) \| (.+) \|$", section, re.MULTILINE):
        name = re.fullmatch(r"`(<fullname>-.+)`", row[2])
        found.append(DocumentedSecret(values=row[0], keys=tuple(re.findall(r"`([^`]+)`", row[1])), default_name=name and name[1]))
    assert found, section
    return tuple(found)


def fullname(case: Case) -> str:
    """Return the first part of all names, as the README says."""
    return case.release if "anchore" in case.release else f"{case.release}-anchore"


@functools.cache
def announced_secrets(case: Case) -> tuple[str, ...]:
    """Return the names of the Secrets that Helm tells a user to make, after an installation."""
    arguments = ("install", case.release, str(chart()), "--namespace", case.namespace, "--dry-run=client")
    notes = run_helm("helm", *arguments, values=case.values).stdout.partition("\nNOTES:\n")[2]
    assert notes
    return tuple(re.findall(r"^  (\S+): ", notes, re.MULTILINE))


def default_name(case: Case, secret: DocumentedSecret) -> str | None:
    """Return the name of a Secret that the chart does not make when nothing names it."""
    if secret.default_name is None:
        return None
    suffix = secret.default_name.removeprefix("<fullname>")
    if len(fullname(case) + suffix) <= 63:
        return fullname(case) + suffix
    # Only the notes say how a long name is shortened.
    return next((name for name in announced_secrets(case) if re.fullmatch(r"[a-z0-9-]+-[0-9a-f]{6}" + suffix, name)), None)


def external_secrets(case: Case, *, value: str | None = None) -> dict[str, dict[str, str]]:
    """Return the Secrets that somebody makes by hand for a case, as the README says, with a value for each key.

    The value names values path and key, unless one is given for all.
    """
    secrets = {}
    for row in documented_secrets():
        name = at(case.values, f"{row.values}.existingSecret") or default_name(case, row)
        renamed = at(case.values, f"{row.values}.secretKeys") or {}
        keys = {renamed["password"]: "password"} if renamed else {key: key for key in row.keys}
        if name:
            secrets[name] = {key: f"{row.values} {label}" if value is None else value for key, label in keys.items()}
    certificates = at(case.values, "certificates.existingSecret")
    if certificates:
        secrets[certificates] = {"bundle.pem": "PEM", "db.pem": "PEM", "ca.crt": "PEM"}
    return secrets
