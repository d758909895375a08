"""Values of packages in the flat form become nested: what bb-common reads moves below `bb-common`, the domain below `global`.

ADR 0014 asks for the nested form from 4.0 on. Until a package's chart has it, its values must stay flat: in 3.30 only cert-manager's has.
The keys are those of bb-common; what the umbrella does with `istio.hardened` in 3.x is that of its helper for it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bbpkg.diagnostics import Severity
from bbpkg.diagnostics import pointer as json_pointer
from bbpkg.umbrella.built_in_packages import BUILT_IN
from bbpkg.umbrella.migration.draft import Draft

ALL: Final = "all"
_NESTED: Final = frozenset({"certManager"})
_MESH: Final = "/istio"
_KEYS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        _MESH: ("enabled", "prependReleaseName", "injection", "ambient", "mtls", "sidecar", "serviceEntries", "authorizationPolicies"),
        "/networkPolicies": (
            *("enabled", "prependReleaseName", "defaultsAsHooks", "hbonePortInjection"),
            *("ingress", "egress", "additional", "additionalPolicies"),
        ),
        "/routes": ("inbound", "outbound"),
    }
)
_HARDENED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "/customServiceEntries": "/serviceEntries/custom",
        "/customAuthorizationPolicies": "/authorizationPolicies/custom",
        "/outboundTrafficPolicyMode": "/sidecar/outboundTrafficPolicyMode",
    }
)
_HINTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "/istio/hardened": "write sidecar.enabled and authorizationPolicies.enabled below bb-common.istio, or nothing in ambient mode",
        _MESH: "hosts and gateways of a part are written below bb-common.routes.inbound",
        "/networkPolicies": "write the rule below bb-common.networkPolicies.ingress.to or .egress.from",
    }
)


def to_nested_values(draft: Draft, names: frozenset[str]) -> None:
    """Nest the values of the packages whose charts read them so, and say which others are still flat."""
    for name in draft.keys("/packages"):
        place = json_pointer("packages", name) + "/values"
        if name in _NESTED | names or (ALL in names and name in BUILT_IN):
            _nest(draft, place)
        elif name in BUILT_IN:
            flat = [key for key in ("/domain", *_KEYS) if draft.text.has(place + key)]
            if flat:
                message = f"its chart reads {', '.join(key[1:] for key in flat)} here, and from 4.0 on below bb-common or global."
                draft.say(place, message, f"once it does, migrate with --nested {name}", severity=Severity.WARNING)


def _nest(draft: Draft, place: str) -> None:
    if draft.text.has(f"{place}/domain"):
        draft.move(f"{place}/domain", f"{place}/global/domain")
    for old, new in _HARDENED.items():
        if draft.text.has(f"{place}{_MESH}/hardened{old}"):
            draft.move(f"{place}{_MESH}/hardened{old}", f"{place}/bb-common{_MESH}{new}")
    for above, known in _KEYS.items():
        found = draft.keys(place + above)
        if found and set(found) <= set(known):
            draft.move(place + above, f"{place}/bb-common{above}")
            continue
        for key in found:
            step = json_pointer(key)
            if key in known:
                draft.move(place + above + step, f"{place}/bb-common{above}{step}")
            else:
                hint = _HINTS.get(above + step) or _HINTS.get(above)
                draft.say(place + above + step, f'bb-common does not read "{key}".', hint)
