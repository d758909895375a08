"""Label selectors of Kubernetes."""

from collections.abc import Mapping

from bbpkg.manifests.fields import mappings, text, text_map, texts


def selects(selector: object, labels: Mapping[str, str]) -> bool:
    """Whether a selector matches labels; an empty one matches all, an unknown operator nothing.

    >>> selects({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}, {})
    True
    """
    return _has_all(text_map(selector, "matchLabels"), labels) and all(
        _fits(text(term, "operator"), text(term, "key"), texts(term, "values"), labels) for term in mappings(selector, "matchExpressions")
    )


def selects_pods(labels_wanted: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Whether the selector of a Service, which is a plain map, selects labels; an empty one selects nothing."""
    return bool(labels_wanted) and _has_all(labels_wanted, labels)


def _has_all(wanted: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    return all(labels.get(key) == value for key, value in wanted.items())


def _fits(operator: str, key: str, values: tuple[str, ...], labels: Mapping[str, str]) -> bool:
    if operator == "In":
        return labels.get(key) in values
    if operator == "NotIn":
        return labels.get(key) not in values
    return (operator == "Exists" and key in labels) or (operator == "DoesNotExist" and key not in labels)
