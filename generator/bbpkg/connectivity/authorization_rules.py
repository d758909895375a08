"""Whether a rule of an AuthorizationPolicy matches a connection.

Sources: the references "Authorization Policy" and "Authorization Policy Conditions" of Istio, and its pages on policies for
TCP and on ztunnel: where HTTP cannot be seen, a rule of an ALLOW policy that speaks of it never matches, and one of a DENY policy
matches without those words.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from bbpkg.connectivity.answers import Verdict
from bbpkg.connectivity.endpoints import Endpoint, PortNumber
from bbpkg.connectivity.network_policies import is_in_block
from bbpkg.manifests.fields import mapping, mappings, text, texts

_HTTP_SOURCE: Final = ("requestPrincipals", "notRequestPrincipals", "remoteIpBlocks", "notRemoteIpBlocks")
_HTTP_OPERATION: Final = ("hosts", "notHosts", "methods", "notMethods", "paths", "notPaths")
_CONNECTION: Final = frozenset({"source.principal", "source.namespace", "source.serviceAccount", "source.ip", "destination.port"})
_EVERYWHERE: Final = frozenset({"0.0.0.0/0", "::/0"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What a policy sees of a connection: without identity the source sent plain text. `has_http` says whether HTTP can be seen."""

    source: Endpoint
    has_identity: bool
    port: PortNumber
    has_http: bool


def rule_verdict(rule: Mapping[str, object], request: Request, namespace: str, *, is_allow: bool) -> Verdict:
    """Return ALLOWED where the rule matches every request of the connection, PARTLY where it matches some, else DENIED.

    `namespace` is that of the policy: a service account that is written without one stands there.
    """
    sources = [mapping(source, "source") for source in mappings(rule, "from")]
    operations = [mapping(operation, "operation") for operation in mappings(rule, "to")]
    conditions = list(mappings(rule, "when"))
    if is_allow and not request.has_http and _speaks_of_http(sources, operations, conditions):
        return Verdict.DENIED
    parts = [
        _any((_source_matches(source, request, namespace) for source in sources), is_empty=not sources),
        _any((_operation_matches(operation, request) for operation in operations), is_empty=not operations),
        *(_condition_matches(condition, request, namespace) for condition in conditions),
    ]
    found = _all(parts)
    return Verdict.ALLOWED if found is Verdict.PARTLY and not request.has_http else found


def _speaks_of_http(
    sources: Iterable[Mapping[str, object]], operations: Iterable[Mapping[str, object]], conditions: Iterable[Mapping[str, object]]
) -> bool:
    return (
        any(texts(source, key) for source in sources for key in _HTTP_SOURCE)
        or any(texts(operation, key) for operation in operations for key in _HTTP_OPERATION)
        or any(text(condition, "key") not in _CONNECTION for condition in conditions)
    )


def _any(found: Iterable[Verdict], *, is_empty: bool) -> Verdict:
    said = set(found)
    if is_empty or Verdict.ALLOWED in said:
        return Verdict.ALLOWED
    return Verdict.PARTLY if Verdict.PARTLY in said else Verdict.DENIED


def _all(found: Iterable[Verdict]) -> Verdict:
    said = set(found)
    if Verdict.DENIED in said:
        return Verdict.DENIED
    return Verdict.PARTLY if Verdict.PARTLY in said else Verdict.ALLOWED


def _source_matches(source: Mapping[str, object], request: Request, namespace: str) -> Verdict:
    is_caller = _identity_checks(request, namespace)
    named = (
        ("principals", "notPrincipals", "source.principal"),
        ("namespaces", "notNamespaces", "source.namespace"),
        ("serviceAccounts", "notServiceAccounts", "source.serviceAccount"),
        ("ipBlocks", "notIpBlocks", "source.ip"),
    )
    if not all(_fits(source, wanted, unwanted, is_caller[key]) for wanted, unwanted, key in named):
        return Verdict.DENIED
    return Verdict.PARTLY if any(texts(source, key) for key in _HTTP_SOURCE) else Verdict.ALLOWED


def _identity_checks(request: Request, namespace: str) -> Mapping[str, Callable[[str], bool]]:
    source = request.source
    account = f"{source.namespace}/{source.service_account}"
    return {
        "source.principal": lambda pattern: request.has_identity and matches_pattern(source.principal, pattern),
        "source.namespace": lambda pattern: request.has_identity and matches_pattern(source.namespace, pattern),
        "source.serviceAccount": lambda name: request.has_identity and account == (name if "/" in name else f"{namespace}/{name}"),
        "source.ip": lambda block: _comes_from(source, block),
    }


def _operation_matches(operation: Mapping[str, object], request: Request) -> Verdict:
    if not _fits(operation, "ports", "notPorts", lambda port: port == str(request.port.number)):
        return Verdict.DENIED
    return Verdict.PARTLY if any(texts(operation, key) for key in _HTTP_OPERATION) else Verdict.ALLOWED


def _condition_matches(condition: Mapping[str, object], request: Request, namespace: str) -> Verdict:
    checks = {**_identity_checks(request, namespace), "destination.port": lambda port: port == str(request.port.number)}
    check = checks.get(text(condition, "key"))
    if check is None:
        return Verdict.PARTLY
    return Verdict.ALLOWED if _fits(condition, "values", "notValues", check) else Verdict.DENIED


def _fits(holder: Mapping[str, object], wanted: str, unwanted: str, matches: Callable[[str], bool]) -> bool:
    required, refused = texts(holder, wanted), texts(holder, unwanted)
    return (not required or any(matches(value) for value in required)) and not any(matches(value) for value in refused)


def matches_pattern(value: str, pattern: str) -> bool:
    """Whether a value fits a pattern of Istio: exact, `prefix*`, `*suffix`, or `*` for anything that is not empty.

    >>> matches_pattern("cluster.local/ns/a/sa/b", "*/sa/b"), matches_pattern("", "*")
    (True, False)
    """
    if pattern == "*":
        return bool(value)
    if pattern.endswith("*"):
        return value.startswith(pattern[:-1])
    return value.endswith(pattern[1:]) if pattern.startswith("*") else value == pattern


def _comes_from(source: Endpoint, block: str) -> bool:
    block = block if "/" in block else f"{block}/32"
    return block in _EVERYWHERE if source.address is None else is_in_block(source.address, block)
