"""Two sets of objects are compared as Kubernetes reads them: lists by key or as sets, quantities by value, versions as noise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bbpkg.differences.noise import NOISE_RULES
from bbpkg.differences.objects import compare_objects
from bbpkg.differences.quantities import quantity
from bbpkg.differences.structures import Marker, compare
from bbpkg.manifests.objects import KubernetesObject, parse_objects

_DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
  labels: {app: api, helm.sh/chart: shop-1.0.0}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata:
      labels: {app: api, app.kubernetes.io/version: "1"}
      annotations: {checksum/config: aaa}
    spec:
      initContainers:
        - {name: first, image: "i:1"}
        - {name: second, image: "i:1"}
      containers:
        - name: api
          image: api:1
          args: [--port, "80"]
          env: [{name: A, value: "1"}, {name: B, value: "2"}]
          ports: [{containerPort: 80, name: http}, {containerPort: 90, name: admin}]
          resources: {requests: {cpu: 1, memory: 1Gi}, limits: {cpu: "2"}}
          volumeMounts: [{name: v, mountPath: /a}, {name: v, mountPath: /b, subPath: b}]
      volumes: [{name: v, emptyDir: {}}]
"""
_SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {ports: [{name: http, port: 80, protocol: TCP}, {name: dns, port: 53, protocol: UDP}]}
"""
_POLICY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allow, namespace: shop}
spec:
  podSelector: {}
  ingress:
    - {from: [{podSelector: {matchLabels: {a: b}}}, {namespaceSelector: {}}], ports: [{port: 80}, {port: 90, protocol: TCP}]}
    - {ports: [{port: 1}]}
"""
_ENTRY = """
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: outside}
spec: {hosts: [a.mil, b.mil], ports: [{number: 443, name: https, protocol: HTTPS}]}
"""
_STREAM = f"{_DEPLOYMENT}---{_SERVICE}---{_POLICY}---{_ENTRY}"


def _objects(text: str) -> tuple[KubernetesObject, ...]:
    return parse_objects(text)


def _paths(old: str, new: str, *, stream: str = _STREAM, keep_noise: bool = False) -> list[str]:
    """The paths that differ when one text of the stream is replaced."""
    assert stream.count(old) == 1, old
    found = compare_objects(_objects(stream), _objects(stream.replace(old, new)), namespace="shop", keep_noise=keep_noise)
    assert not found.added
    assert not found.removed
    return [change.path for item in found.changed for change in item.changes]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('[{name: A, value: "1"}, {name: B, value: "2"}]', '[{name: B, value: "2"}, {name: A, value: "1"}]'),
        (
            "[{containerPort: 80, name: http}, {containerPort: 90, name: admin}]",
            "[{containerPort: 90, name: admin}, {containerPort: 80, name: http}]",
        ),
        (
            "{name: v, mountPath: /a}, {name: v, mountPath: /b, subPath: b}",
            "{name: v, mountPath: /b, subPath: b}, {name: v, mountPath: /a}",
        ),
        (
            "{name: http, port: 80, protocol: TCP}, {name: dns, port: 53, protocol: UDP}",
            "{name: dns, port: 53, protocol: UDP}, {name: http, port: 80}",
        ),
        ("requests: {cpu: 1, memory: 1Gi}", "requests: {cpu: 1000m, memory: 1024Mi}"),
        ("[a.mil, b.mil]", "[b.mil, a.mil]"),
        ("{podSelector: {matchLabels: {a: b}}}, {namespaceSelector: {}}", "{namespaceSelector: {}}, {podSelector: {matchLabels: {a: b}}}"),
        ("[{port: 80}, {port: 90, protocol: TCP}]", "[{port: 90}, {port: 80, protocol: TCP}]"),
        ("{name: api}\nspec", "{name: api, namespace: shop}\nspec"),
        ("{name: allow, namespace: shop}", "{name: allow}"),
        ("{name: outside}", "{name: outside, annotations: }"),
    ],
)
def test_what_means_the_same_is_no_difference(old: str, new: str) -> None:
    assert _paths(old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "paths"),
    [
        ('{name: A, value: "1"}', '{name: A, value: "3"}', ["spec.template.spec.containers[api].env[A].value"]),
        (
            '{name: B, value: "2"}',
            '{name: C, value: "2"}',
            ["spec.template.spec.containers[api].env[B]", "spec.template.spec.containers[api].env[C]"],
        ),
        ("[--port, ", "[--host, ", ["spec.template.spec.containers[api].args"]),
        ("subPath: b", "subPath: c", ["spec.template.spec.containers[api].volumeMounts[/b].subPath"]),
        ("memory: 1Gi", "memory: 1G", ["spec.template.spec.containers[api].resources.requests.memory"]),
        ("port: 53", "port: 54", ["spec.ports[dns].port"]),
        ("{port: 1}", "{port: 2}", ["spec.ingress[1].ports[0].port"]),
        ("[a.mil, b.mil]", "[a.mil, c.mil]", ["spec.hosts[b.mil]", "spec.hosts[c.mil]"]),
        ("matchLabels: {app: api}", "matchLabels: {app: api, helm.sh/chart: x}", ['spec.selector.matchLabels."helm.sh/chart"']),
        ("cpu: 1,", "cpu: true,", ["spec.template.spec.containers[api].resources.requests.cpu"]),
    ],
)
def test_what_differs_is_said_with_the_keys_of_the_lists(old: str, new: str, paths: list[str]) -> None:
    assert _paths(old, new) == paths


def test_the_order_of_init_containers_and_of_variables_that_refer_to_others_matters() -> None:
    first, second = '{name: first, image: "i:1"}', '{name: second, image: "i:1"}'
    swapped = _STREAM.replace(first, "X").replace(second, first).replace("X", second)
    found = compare_objects(_objects(_STREAM), _objects(swapped)).changed
    assert [change.path for item in found for change in item.changes] == ["spec.template.spec.initContainers (order)"]
    stream = _STREAM.replace('value: "2"', 'value: "$(A)"')
    old, new = '[{name: A, value: "1"}, {name: B, value: "$(A)"}]', '[{name: B, value: "$(A)"}, {name: A, value: "1"}]'
    assert _paths(old, new, stream=stream) == ["spec.template.spec.containers[api].env (order)"]


def test_a_variable_that_stands_twice_makes_the_list_one_without_keys() -> None:
    assert _paths('{name: B, value: "2"}', '{name: A, value: "2"}') == ["spec.template.spec.containers[api].env[1].name"]


_NOISE = {
    "chart-label": ("shop-1.0.0", "shop-2.0.0"),
    "version-label": ('app.kubernetes.io/version: "1"', 'app.kubernetes.io/version: "2"'),
    "managed-by-label": ("labels: {app: api, helm", "labels: {app.kubernetes.io/managed-by: Helm, app: api, helm"),
    "checksum-annotation": ("      annotations: {checksum/config: aaa}\n", ""),
}


def test_every_rule_of_noise_has_its_case() -> None:
    assert set(_NOISE) == {rule.name for rule in NOISE_RULES}


@pytest.mark.parametrize("rule", sorted(_NOISE))
def test_noise_is_left_out_and_shown_on_demand(rule: str) -> None:
    old, new = _NOISE[rule]
    assert _paths(old, new) == []
    assert len(_paths(old, new, keep_noise=True)) == 1


def test_noise_in_the_template_of_pods_replaces_them() -> None:
    found = compare_objects(_objects(_DEPLOYMENT), _objects(_DEPLOYMENT.replace("checksum/config: aaa", "checksum/config: bbb")))
    assert found.is_empty
    assert [item.replaces_pods for item in found.pairs] == [True]
    label = compare_objects(_objects(_DEPLOYMENT), _objects(_DEPLOYMENT.replace("shop-1.0.0", "shop-2")))
    assert [item.replaces_pods for item in label.pairs] == [False]


def test_added_and_removed_objects_are_told_by_group_kind_namespace_and_name() -> None:
    found = compare_objects(_objects(_STREAM), _objects(_STREAM.replace("name: outside", "name: inside").replace("apps/v1", "apps/v2")))
    assert [str(item) for item in found.added] == ["ServiceEntry inside"]
    assert [str(item) for item in found.removed] == ["ServiceEntry outside"]
    assert [change.path for item in found.changed for change in item.changes] == ["apiVersion"]


def test_pointers_are_those_of_the_side_that_has_the_field() -> None:
    old = {"env": [{"name": "A", "value": "1"}, {"name": "B"}, {"name": "a/b", "value": "x"}]}
    new = {"env": [{"name": "B"}, {"name": "a/b", "value": "y"}]}
    assert [(change.pointer, change.is_removed) for change in compare(old, new)] == [("/env/0", True), ("/env/1/value", False)]


def test_what_a_secret_holds_is_never_said() -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: first-word}\n"
    (found,) = compare_objects(_objects(secret), _objects(secret.replace("first-word", "second-word"))).changed
    (change,) = found.changes
    assert (change.path, change.old, change.new) == ("stringData.password", Marker.SECRET, Marker.SECRET)
    whole = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"
    (found,) = compare_objects(_objects(whole), _objects(secret)).changed
    assert "first-word" not in repr(found.changes)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["a", "b", "1"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "env", "hosts", "limits", "spec"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(tree=_JSON)
def test_nothing_differs_from_itself(tree: object) -> None:
    assert compare(tree, tree, kind="NetworkPolicy") == ()


@given(old=_JSON, new=_JSON)
def test_what_differs_one_way_differs_the_other_way(old: object, new: object) -> None:
    there, back = compare(old, new), compare(new, old)
    assert sorted(change.path for change in there) == sorted(change.path for change in back)


@given(number=st.integers(0, 10**6), suffix=st.sampled_from(["", "m", "k", "M", "Ki", "Mi", "Gi"]))
def test_quantities_keep_their_value_in_every_way_to_write_them(number: int, suffix: str) -> None:
    value = quantity(f"{number}{suffix}")
    assert value is not None
    assert quantity(f"{number}.0{suffix}") == value
    assert quantity(f"{value.numerator * 1000 // value.denominator}m") == value


def test_texts_are_no_quantities() -> None:
    assert [quantity(value) for value in ("", "1 Gi", "Gi", "1KB", True, None, "1e")] == [None] * 7
