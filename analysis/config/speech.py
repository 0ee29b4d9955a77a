"""The language in which the program speaks to whoever started it; what it makes has a language of its own.

It is the one that ``--lang`` names, else English where the locale is English, else Vietnamese: also under the locales C
and POSIX, which schedules have.
"""

import os
import re
import sys
from itertools import zip_longest

LANGUAGES = ("vi", "en")
OF_PRODUCTS = "vi"  # the language of what is made: reports, indexes, letters; the locale does not change it
LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts, as POSIX says
PRIMARY, ENGLISH = 0x3FF, 0x09  # of a language of Windows: the bits that name it without its country


def language(asked: str | None = None) -> str:
    """``vi`` or ``en``: the language of messages and help.

    asked : what ``--lang`` says; None: nothing
    """
    return asked or ("en" if re.match(r"en(?![a-z])", _locale(), re.IGNORECASE) else "vi")


def asked_for(arguments: list[str]) -> str | None:
    """The language that ``--lang`` names among the arguments, which are not read yet; None: none that we have."""
    named = None
    for word, following in zip_longest(arguments, arguments[1:]):
        if word == "--":
            break
        if word == "--lang" or word.startswith("--lang="):
            named = following if word == "--lang" else word.partition("=")[2]
    return named if named in LANGUAGES else None


def _locale() -> str:
    """Such as ``en_US.UTF-8`` or ``C``; "" where none is known."""
    told = next(filter(None, map(os.environ.get, LOCALE)), "")
    return told or ("en" if _language_of_windows() & PRIMARY == ENGLISH else "")


def _language_of_windows() -> int:
    """The number of the language in which Windows shows its own menus; 0 elsewhere."""
    if sys.platform != "win32":
        return 0
    import ctypes

    return ctypes.windll.kernel32.GetUserDefaultUILanguage()
