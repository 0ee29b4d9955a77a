"""The home that most tests of runs work in."""

from support.stand_in import home  # noqa: F401
