"""A file that somebody has open: on Windows nobody can replace, rename or delete it, or the folder it is in."""

import os
from pathlib import Path

from analysis.config.wording import Wording

IN_USE = (5, 32, 33)  # of Windows: access denied, which a folder with an open file in it gives; shared; locked


def advice(error: BaseException, words: Wording) -> str:
    """The sentence that names the file to close; "" for any other error.

    An error that has come from another process has lost the number of Windows, but not its kind.
    """
    if not isinstance(error, PermissionError) or error.filename is None:
        return ""
    if getattr(error, "winerror", None) not in IN_USE and os.name != "nt":
        return ""
    return words.say("run.in_use", file=_named(error))


def _named(error: PermissionError) -> str:
    """The name that a person knows: not that under which a file is written first, or a folder set aside."""
    named = [Path(os.fsdecode(each)) for each in (error.filename2, error.filename) if each is not None]
    return str(next((each for each in named if not each.name.startswith(".")), named[-1]))
