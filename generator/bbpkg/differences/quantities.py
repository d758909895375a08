"""Resource quantities by their value: `1` and `1000m` are equal.

Source: the serialization format of `resource.Quantity` in the API reference of Kubernetes.
"""

import re
from fractions import Fraction
from typing import Final

_FORM: Final = re.compile(r"([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:([eE][+-]?[0-9]{1,2})|([KMGTPE]i|[numkMGTPE]))?")
_DECIMAL: Final = {suffix: Fraction(1000) ** power for power, suffix in enumerate("num", start=-3)} | {
    suffix: Fraction(1000) ** power for power, suffix in enumerate("kMGTPE", start=1)
}
_BINARY: Final = {f"{suffix}i": Fraction(1024) ** power for power, suffix in enumerate("KMGTPE", start=1)}
_FACTORS: Final = {**_DECIMAL, **_BINARY}
# Below a key of the first kind every value is a quantity.
_PARENTS: Final = frozenset({"limits", "requests", "capacity", "hard", "default", "defaultRequest", "maxLimitRequestRatio"})
_KEYS: Final = frozenset({"sizeLimit", "averageValue", "divisor"})


def is_quantity_place(path: tuple[str, ...]) -> bool:
    """Whether the field at a path of names holds a quantity."""
    return path[-1:] != () and (path[-1] in _KEYS or (path[-2:-1] != () and path[-2] in _PARENTS))


def quantity(value: object) -> Fraction | None:
    """Return the value of a quantity; None when it is none.

    >>> quantity("1500m") == quantity(1.5), quantity("1Gi") == 2**30, quantity("1e3") == quantity("1k"), quantity("many")
    (True, True, True, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    found = _FORM.fullmatch(str(value))
    if found is None:
        return None
    number, exponent, suffix = found.groups()
    factor = Fraction(10) ** int(exponent[1:]) if exponent else _FACTORS[suffix] if suffix else Fraction(1)
    return Fraction(number) * factor
