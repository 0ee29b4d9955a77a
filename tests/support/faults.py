"""Faults and their counts: how many of a kind were tried and survived is told after the tests (conftest.py).

``make faults`` (FAULTS=all) has every fault, else there is a sample.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

ALL = os.environ.get("FAULTS") == "all"
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that can be forked and killed")
needs_proc = pytest.mark.skipif(not Path("/proc").is_dir(), reason="no /proc to see processes in")


def some(cases: Sequence, few: int) -> Sequence:
    """All of them in the long form, else a few, evenly spread."""
    return cases if ALL or len(cases) <= few else [cases[number * len(cases) // few] for number in range(few)]


@pytest.fixture
def counted(record_property):
    """``counted(what, tried, wrong)`` keeps the count for the end of the tests, and fails where anything is wrong.

    wrong : what did not hold, by fault
    """

    def counted(what: str, tried: int, wrong: dict[str, list[str]]) -> None:
        record_property("count", f"{what}: {tried} faults, {tried - len(wrong)} survived")
        assert wrong == {}

    return counted


def failing(**checks: bool) -> list[str]:
    return [name for name, holds in checks.items() if not holds]
