"""AuthorizationPolicies (security.istio.io): which apply, and what they say together.

Source: the reference "Authorization Policy" of Istio.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bbpkg.connectivity.answers import Step, Verdict
from bbpkg.connectivity.authorization_rules import Request, rule_verdict
from bbpkg.connectivity.endpoints import Endpoint
from bbpkg.connectivity.selectors import selects
from bbpkg.manifests.fields import field, mapping, mappings, text
from bbpkg.manifests.objects import KubernetesObject

ROOT_NAMESPACE: Final = "istio-system"
_IGNORED: Final = "AUDIT"


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorizationPolicy:
    """A policy of pods; without rules it matches nothing, which closes what an ALLOW policy selects."""

    name: str
    namespace: str
    action: str
    selector: object
    rules: tuple[Mapping[str, object], ...]

    def applies_to(self, endpoint: Endpoint) -> bool:
        """Whether it selects the endpoint; those of the root namespace select in all."""
        return endpoint.is_pod and self.namespace in {endpoint.namespace, ROOT_NAMESPACE} and selects(self.selector, endpoint.labels)

    def __str__(self) -> str:
        return f"AuthorizationPolicy {self.name}"


def authorization_policies(objects: Iterable[KubernetesObject], namespace: str) -> tuple[AuthorizationPolicy, ...]:
    """Return the policies of pods among objects: those of waypoints and gateways, those that audit and dry runs are left out."""
    found = (item for item in objects if item.kind == "AuthorizationPolicy" and item.group == "security.istio.io")
    return tuple(
        AuthorizationPolicy(
            name=item.name,
            namespace=item.namespace or namespace,
            action=text(item.data, "spec", "action") or "ALLOW",
            selector=mapping(item.data, "spec", "selector"),
            rules=tuple(mappings(item.data, "spec", "rules")),
        )
        for item in found
        if not _is_elsewhere(item.data) and text(item.data, "spec", "action") != _IGNORED
    )


def authorization_step(target: Endpoint, request: Request, policies: Sequence[AuthorizationPolicy]) -> Step:
    """Return what the policies that apply to the target say: CUSTOM and DENY go before ALLOW."""
    verdict, reason, names = _decision(request, policies)
    return Step(layer=f"AuthorizationPolicies of {target}", verdict=verdict, reason=reason, policies=names)


def _decision(request: Request, policies: Sequence[AuthorizationPolicy]) -> tuple[Verdict, str, tuple[str, ...]]:
    custom, deny, allow = (list(_matches(policies, action, request)) for action in ("CUSTOM", "DENY", "ALLOW"))
    allowing = tuple(str(policy) for policy in policies if policy.action == "ALLOW")
    if refusing := _names(deny, Verdict.ALLOWED):
        return Verdict.DENIED, "a DENY rule matches", refusing
    if allowing and not allow:
        return Verdict.DENIED, "no rule of the ALLOW policies matches", allowing
    if custom:
        return Verdict.UNKNOWN, "an external authorizer is asked", tuple(str(policy) for policy, _ in custom)
    whole = _names(allow, Verdict.ALLOWED)
    if deny:
        return Verdict.PARTLY, "a DENY rule refuses some requests", (*_names(deny, Verdict.PARTLY), *whole)
    if allowing and not whole:
        return Verdict.PARTLY, "ALLOW rules match some requests", _names(allow, Verdict.PARTLY)
    return Verdict.ALLOWED, "an ALLOW rule matches" if whole else "no policy selects it or refuses it", whole


def _is_elsewhere(data: object) -> bool:
    dry = text(data, "metadata", "annotations", "istio.io/dry-run") == "true"
    return dry or any(field(data, "spec", key) is not None for key in ("targetRef", "targetRefs"))


def _names(matches: Iterable[tuple[AuthorizationPolicy, Verdict]], verdict: Verdict) -> tuple[str, ...]:
    return tuple(str(policy) for policy, found in matches if found is verdict)


def _matches(policies: Iterable[AuthorizationPolicy], action: str, request: Request) -> Iterator[tuple[AuthorizationPolicy, Verdict]]:
    """Yield the policies of an action that match: ALLOWED stands for every request, PARTLY for some."""
    for policy in policies:
        if policy.action == action:
            found = {rule_verdict(rule, request, policy.namespace, is_allow=action == "ALLOW") for rule in policy.rules}
            if found - {Verdict.DENIED}:
                yield policy, Verdict.ALLOWED if Verdict.ALLOWED in found else Verdict.PARTLY
