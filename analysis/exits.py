"""Exit statuses of the command line, and the base of the errors that a person may meet.

This module is below all others: it imports none of ours.
"""

from collections.abc import Iterable
from enum import IntEnum


class Exit(IntEnum):
    """The exit status of a command."""

    DONE = 0  # also where there was nothing to do
    REFUSED = 2  # the input was refused, or nothing is published
    FAILED = 3  # a run failed, or a week differs from what was published
    UNSETTLED = 4  # a letter was refused, given up, or is uncertain
    BUSY = 5  # another process makes or mails that week
    WRONG_USAGE = 64
    STOPPED = 130  # by Ctrl-C


WORST_FIRST = (*(Exit.STOPPED, Exit.WRONG_USAGE, Exit.FAILED, Exit.REFUSED, Exit.UNSETTLED, Exit.BUSY, Exit.DONE),)


def worst(statuses: Iterable[Exit]) -> Exit:
    """The worst of several statuses; DONE where there is none."""
    return min(statuses, key=WORST_FIRST.index, default=Exit.DONE)


class AnalysisError(Exception):
    """An error that a person may meet. Its text is the sentence to print, without the name of its class.

    status : the command's exit status where this error ends it
    """

    status = Exit.FAILED
