"""The weekly 766 report. Analysts import five names: ``from analysis import history, week, what_if, check, charts``.

The names are loaded when they are used: importing the package imports none of its modules.
"""

from importlib import import_module

__all__ = ["charts", "check", "history", "week", "what_if"]


def __getattr__(name: str) -> object:
    if name in __all__:
        return getattr(import_module("analysis.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
