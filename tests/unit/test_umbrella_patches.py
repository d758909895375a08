"""Patches of post-renderers: JSON patches, strategic merge patches, images, targets, and what is never patched."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bbpkg.manifests.objects import KubernetesObject, parse_objects
from bbpkg.manifests.writing import object_text
from bbpkg.umbrella.image_patches import changed_image
from bbpkg.umbrella.json_patches import PatchError, json_patched
from bbpkg.umbrella.patch_targets import Target, TargetError
from bbpkg.umbrella.post_renderers import PostRendered, post_rendered
from bbpkg.umbrella.strategic_patches import strategic_merged

STREAM = """
# Source: shop/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: shop, labels: {app: shop, tier: web}}
spec: {template: {spec: {containers: [{name: shop, image: "r/shop:1"}, {name: side, image: "r/side:1"}]}}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: shop-upgrade, annotations: {helm.sh/hook: pre-upgrade}}
spec: {template: {spec: {containers: [{name: shop, image: "r/shop:1"}]}}}
---
apiVersion: example.mil/v1
kind: Shop
metadata: {name: shop}
spec: {containers: [{name: a}, {name: b}]}
"""


def _json(data: object, *operations: dict[str, Any]) -> object:
    return json_patched(data, operations)


@pytest.mark.parametrize(
    ("operation", "result"),
    [
        ({"op": "add", "path": "/b", "value": 2}, {"a": [1, 2], "b": 2}),
        ({"op": "add", "path": "/a/-", "value": 3}, {"a": [1, 2, 3]}),
        ({"op": "add", "path": "/a/0", "value": 0}, {"a": [0, 1, 2]}),
        ({"op": "add", "path": "/a~1b", "value": 1}, {"a": [1, 2], "a/b": 1}),
        ({"op": "replace", "path": "/a/1", "value": 5}, {"a": [1, 5]}),
        ({"op": "remove", "path": "/a/-1"}, {"a": [1]}),
        ({"op": "move", "path": "/b", "from": "/a/0"}, {"a": [2], "b": 1}),
        ({"op": "copy", "path": "/b", "from": "/a"}, {"a": [1, 2], "b": [1, 2]}),
        ({"op": "test", "path": "/a/0", "value": 1}, {"a": [1, 2]}),
    ],
)
def test_operations_of_a_json_patch(operation: dict[str, Any], result: dict[str, Any]) -> None:
    data = {"a": [1, 2]}
    assert _json(data, operation) == result
    assert data == {"a": [1, 2]}


@pytest.mark.parametrize(
    ("operation", "part"),
    [
        ({"op": "remove", "path": "/b"}, "there is no b"),
        ({"op": "replace", "path": "/b", "value": 1}, "there is no b"),
        ({"op": "add", "path": "/b/c", "value": 1}, "there is no b"),
        ({"op": "add", "path": "/a/3", "value": 1}, "has 2 items"),
        ({"op": "add", "path": "/a/x", "value": 1}, "has 2 items"),
        ({"op": "test", "path": "/a/0", "value": "s3cret"}, "is another one"),
        ({"op": "put", "path": "/a"}, "needs a path, and an op"),
        ({"op": "add"}, "needs a path"),
    ],
)
def test_operations_that_do_not_fit_are_refused_without_their_values(operation: dict[str, Any], part: str) -> None:
    with pytest.raises(PatchError, match=part) as caught:
        _json({"a": [1, 2]}, operation)
    assert "s3cret" not in str(caught.value)


def _merge(data: dict[str, Any], patch: dict[str, Any], group: str = "apps") -> object:
    return strategic_merged(data, patch, group=group)


def _containers(*containers: dict[str, Any]) -> dict[str, Any]:
    return {"spec": {"template": {"spec": {"containers": list(containers)}}}}


def test_mappings_merge_and_null_deletes() -> None:
    assert _merge({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": None, "e": 4}, "d": {"f": 1}}) == {"a": {"c": 2, "e": 4}, "d": {"f": 1}}


def test_items_of_keyed_lists_merge_and_patched_ones_come_first() -> None:
    data = _containers({"name": "a", "image": "1"}, {"name": "b", "env": [{"name": "X", "value": "1"}, {"name": "Y", "value": "2"}]})
    patch = _containers({"name": "b", "env": [{"name": "Y", "value": "3"}]}, {"name": "c"})
    assert _merge(data, patch) == _containers(
        {"name": "b", "env": [{"name": "Y", "value": "3"}, {"name": "X", "value": "1"}]}, {"name": "c"}, {"name": "a", "image": "1"}
    )


def test_ports_are_told_apart_by_protocol_where_one_says_it() -> None:
    data = {"spec": {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}}
    patched = _merge(data, {"spec": {"ports": [{"port": 53, "name": "dns"}]}}, group="")
    assert patched == {"spec": {"ports": [{"port": 53, "protocol": "TCP", "name": "dns"}, {"port": 53, "protocol": "UDP"}]}}


def test_other_lists_are_replaced() -> None:
    assert _merge({"spec": {"args": [1, 2]}}, {"spec": {"args": [3]}}) == {"spec": {"args": [3]}}


def test_lists_of_custom_resources_are_replaced() -> None:
    assert _merge({"containers": [{"name": "a"}]}, {"containers": [{"name": "b"}]}, group="example.mil") == {"containers": [{"name": "b"}]}


def test_directives_delete_and_replace() -> None:
    data = _containers({"name": "a"}, {"name": "b"})
    assert _merge(data, _containers({"name": "a", "$patch": "delete"})) == _containers({"name": "b"})
    assert _merge(data, _containers({"$patch": "replace"}, {"name": "c"})) == _containers({"name": "c"})
    assert _merge({"a": {"b": 1}}, {"a": {"$patch": "replace", "c": 2}}) == {"a": {"c": 2}}
    assert _merge({"a": {"b": 1}}, {"a": {"$patch": "delete"}}) == {}
    assert _merge(data, {"$patch": "delete"}) is None
    with pytest.raises(PatchError, match="retainKeys at /spec is not read"):
        _merge({}, {"spec": {"$retainKeys": ["a"]}})


def test_finalizers_are_added_to() -> None:
    data = {"metadata": {"finalizers": ["a", "b"]}}
    assert _merge(data, {"metadata": {"finalizers": ["c", "a"]}}, group="") == {"metadata": {"finalizers": ["c", "a", "b"]}}


@pytest.mark.parametrize(
    ("image", "change", "result"),
    [
        ("r/shop:1", {"name": "r/shop", "newTag": "2"}, "r/shop:2"),
        ("r/shop:1@sha256:ab", {"name": "r/shop", "newTag": "2"}, "r/shop:2"),
        ("r/shop:1", {"name": "r/shop", "digest": "sha256:cd"}, "r/shop@sha256:cd"),
        ("r/shop:1@sha256:ab", {"name": "r/shop", "newName": "m/shop"}, "m/shop:1@sha256:ab"),
        ("r/shop", {"name": "r/shop", "newName": "m/shop"}, "m/shop"),
        ("r/shop-two:1", {"name": "r/shop", "newTag": "2"}, "r/shop-two:1"),
        ("r:5000/shop:1", {"name": "r", "newTag": "2"}, "r:5000/shop:1"),
    ],
)
def test_images_change_by_their_whole_name(image: str, change: dict[str, Any], result: str) -> None:
    assert changed_image(image, change) == result


@pytest.mark.parametrize(
    ("target", "names"),
    [
        ({}, ["shop", "shop-upgrade", "shop"]),
        ({"kind": "Deployment"}, ["shop"]),
        ({"kind": "Deploy"}, []),
        ({"name": "shop"}, ["shop", "shop"]),
        ({"name": "shop.*"}, ["shop", "shop-upgrade", "shop"]),
        ({"group": "batch", "version": "v1"}, ["shop-upgrade"]),
        ({"namespace": "shop"}, ["shop"]),
        ({"labelSelector": "app=shop,tier!=db"}, ["shop"]),
        ({"labelSelector": "app in (a, shop), !other"}, ["shop"]),
        ({"labelSelector": "app notin (shop),app"}, []),
        ({"annotationSelector": "helm.sh/hook"}, ["shop-upgrade"]),
    ],
)
def test_targets(target: dict[str, Any], names: list[str]) -> None:
    matches = Target(target).matcher()
    assert [item.name for item in parse_objects(STREAM) if matches(item)] == names


@pytest.mark.parametrize(
    ("target", "part"), [({"colour": "red"}, "colour"), ({"name": "("}, "regular expression"), ({"labelSelector": "a=b=c"}, "no form")]
)
def test_targets_that_are_not_understood_are_refused(target: dict[str, Any], part: str) -> None:
    with pytest.raises(TargetError, match=part):
        Target(target).matcher()


def _rendered(*renderers: dict[str, Any]) -> PostRendered:
    return post_rendered(parse_objects(STREAM), renderers, owner="HelmRelease shop/shop")


def _patches(*patches: dict[str, Any]) -> dict[str, Any]:
    return {"kustomize": {"patches": list(patches)}}


def _named(found: PostRendered) -> dict[str, KubernetesObject]:
    return {str(item): item for item in found.objects}


def test_hooks_are_never_patched() -> None:
    found = _rendered({"kustomize": {"images": [{"name": "r/shop", "newTag": "2"}]}})
    objects = _named(found)
    assert objects["Deployment shop/shop"].images == ("r/shop:2", "r/side:1")
    assert objects["Job shop-upgrade"].images == ("r/shop:1",)
    (problem,) = _rendered(_patches({"target": {"kind": "Job"}, "patch": "[{op: remove, path: /spec}]"})).findings
    assert "only hooks" in problem.message


def test_a_patched_object_still_knows_its_template() -> None:
    found = _rendered(_patches({"target": {"kind": "Deployment"}, "patch": "[{op: add, path: /spec/replicas, value: 2}]"}))
    item = _named(found)["Deployment shop/shop"]
    assert item.template == "chart/templates/deployment.yaml"
    assert parse_objects(item.text)[0].data == item.data


def test_a_patch_may_delete_an_object() -> None:
    patch = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: shop}, $patch: delete}"
    assert [item.kind for item in _rendered(_patches({"patch": patch})).objects] == ["Job", "Shop"]


def test_renderers_follow_each_other() -> None:
    add = _patches({"target": {"kind": "Shop"}, "patch": "[{op: add, path: /spec/size, value: 1}]"})
    test = _patches({"target": {"kind": "Shop"}, "patch": "[{op: test, path: /spec/size, value: 1}]"})
    assert _rendered(add, test).findings == ()
    assert len(_rendered(test, add).findings) == 1


def test_a_patch_that_fails_for_one_object_changes_none() -> None:
    patch = {"target": {"name": "shop"}, "patch": "[{op: remove, path: /spec/template}]"}
    found = _rendered(_patches(patch))
    assert found.objects == parse_objects(STREAM)
    assert "Shop shop: remove of /spec/template" in found.findings[0].message


_SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=12)
_KEYS = st.text(min_size=1, max_size=6)
_VALUES = st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3), max_leaves=12)


@given(st.dictionaries(_KEYS, _VALUES, max_size=4))
def test_what_is_written_is_read_back(data: dict[str, Any]) -> None:
    item = {"apiVersion": "v1", "kind": "Any", "metadata": {"name": "any"}, "data": data}
    assert parse_objects(object_text(item))[0].data == item
