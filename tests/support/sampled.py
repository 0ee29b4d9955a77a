"""A sweep's cases, shared out: a few in ``make test``, more in ``make long``, all others in ``make sweep``."""

from collections.abc import Callable, Hashable, Sequence

import pytest


def sampled(cases: Sequence, short: int, long: int = 0, first: Sequence = ()) -> list:
    """Parameters for ``pytest.mark.parametrize``, in the order of the cases.

    short : how many cases make test tries, evenly spread over the whole
    long  : how many more make long tries, evenly spread over the rest; what remains is tried by make sweep
    first : cases that are among the short ones, whatever their place
    """
    chosen = list(first) + spread([each for each in cases if each not in first], short - len(first))
    later = spread([each for each in cases if each not in chosen], long)
    return [
        _param(each, () if each in chosen else pytest.mark.long if each in later else pytest.mark.sweep)
        for each in cases
    ]


def spread(cases: Sequence, few: int) -> list:
    """``few`` of the cases, evenly spread; all where there are not more."""
    return list(cases) if len(cases) <= few else [cases[number * len(cases) // few] for number in range(max(0, few))]


def one_of_each(cases: Sequence, kind: Callable[..., Hashable]) -> list:
    """The first case of each kind."""
    found: dict[Hashable, object] = {}
    for case in cases:
        found.setdefault(kind(case), case)
    return list(found.values())


def _param(case: object, marks: object):
    """The case, which may be a parameter with an id or marks of its own, with these marks."""
    if hasattr(case, "values") and hasattr(case, "marks"):  # what pytest.param gives
        return pytest.param(*case.values, id=case.id, marks=[*case.marks, *([marks] if marks else [])])
    return pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=marks)
