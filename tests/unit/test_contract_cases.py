"""Every case in tests/cases/contracts: two versions of a chart, values for the first, and exactly what is said about them.

A case has `old-` and `new-` files (values, schema, template), `my.yaml`, and `expected.txt`.
"""

from pathlib import Path

import pytest

from bbpkg.app.diff import chart_reads
from bbpkg.app.values import read_values
from bbpkg.differences.contract import contract_of
from bbpkg.differences.contracts import compare_contracts
from bbpkg.differences.overrides import override_changes, overrides_of, without
from packages import REPOSITORY

CASES = REPOSITORY / "tests/cases/contracts"
FOLDERS = sorted(path for path in CASES.iterdir() if path.is_dir())
_FILES = {"values.yaml": "values.yaml", "schema.json": "values.schema.json", "template.yaml": "templates/all.yaml"}


def chart(folder: Path, side: str) -> dict[str, str]:
    """The files of one version of the chart."""
    return {
        path: (folder / f"{side}-{name}").read_text(encoding="utf-8")
        for name, path in _FILES.items()
        if (folder / f"{side}-{name}").exists()
    }


def said(folder: Path) -> str:
    """What differs between the versions, and what breaks for the values."""
    old, new = chart(folder, "old"), chart(folder, "new")
    before, after = contract_of(old), contract_of(new)
    found = compare_contracts(before, after, old_reads=chart_reads(old), new_reads=chart_reads(new))
    mine = read_values("my.yaml", (folder / "my.yaml").read_text(encoding="utf-8"))
    lines = [
        *(f"added {key}: {sorted(key.types)}" for key in found.added),
        *(f"removed {key}: {sorted(key.types)}" for key in found.removed),
        *(f"renamed {'.'.join(name.old)} to {'.'.join(name.new)}: {name.count} ({name.reason})" for name in found.renamed),
        *(f"default of {key}: {key.default!r} -> {other.default!r}" for key, other in found.defaults),
        *(f"type of {key}: {sorted(key.types)} -> {sorted(other.types)}" for key, other in found.types),
        *(f"ignored {key}" for key in found.ignored),
    ]
    findings = override_changes(overrides_of(mine.values, mine.name, mine.document.lines), before, after, found)
    return "".join(f"{line}\n" for line in [*lines, *(f"{item.severity.value}: {item}" for item in findings)])


def test_cases_are_found() -> None:
    assert len(FOLDERS) > 10


@pytest.mark.parametrize("folder", [pytest.param(path, id=path.name) for path in FOLDERS])
def test_two_versions_of_a_chart(folder: Path) -> None:
    assert said(folder) == (folder / "expected.txt").read_text(encoding="utf-8")


def test_subcharts_have_contracts_below_their_names() -> None:
    files = {
        "Chart.yaml": "name: web\nversion: 1.0.0\ndependencies:\n  - {name: db, alias: store, condition: store.enabled}\n",
        "values.yaml": "store:\n  size: 2Gi\n",
        "charts/db/Chart.yaml": "name: db\nversion: 1.0.0\n",
        "charts/db/values.yaml": "# -- How large\nsize: 1Gi\nport: 5432\n",
        "charts/db/templates/db.yaml": "{{ .Values.size }}",
    }
    contract = contract_of(files)
    assert {key: (found.default, found.text) for key, found in contract.keys.items()} == {
        ("store", "size"): ("2Gi", ""),
        ("store", "port"): (5432, ""),
    }
    assert {("store", "size"), ("store", "enabled")} <= chart_reads(files)


def test_values_lose_keys_and_what_becomes_empty() -> None:
    values = {"a": {"b": {"c": 1}}, "d": {"e": 1, "f": 2}, "g": 1}
    assert without(values, [("a", "b", "c"), ("d", "e"), ("x", "y")]) == {"d": {"f": 2}, "g": 1}
    assert without(values, []) == values
