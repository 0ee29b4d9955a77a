"""Characters that a person does not see but that change what is seen: they are shown by their code.

U+202E turns ``69,29`` into 92,96 on a page; an escape character moves the cursor of a terminal; half a character stops
whatever writes UTF-8. This module is below all others: it imports none of ours.
"""

import re

# Control characters except tab and line ends; marks and embeddings of direction; line and paragraph separators; halves
# of characters (also bytes of a file's name that are no UTF-8); what is no character; language tags.
ODD = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff"
    "\ud800-\udfff\U000e0001-\U000e007f]"
)
LINE_END = re.compile("[\t\r\n]")
SHOWN = re.compile(r"\\(?:u([0-9a-f]{4})|U([0-9a-f]{8}))")


def visible(text: str) -> str:
    r"""The text with such characters as their codes: ``"69,29\u202e"`` => ``69,29\\u202e``. Line ends and tabs stay."""
    return ODD.sub(_code, text)


def in_one_line(text: str) -> str:
    """The same for a line of a terminal, where a line end or a tab would begin another line: it becomes a space."""
    return LINE_END.sub(" ", visible(text))


def first_code(text: str) -> str:
    """``U+202E``: the first character that ``visible`` wrote as its code; "" where there is none."""
    found = SHOWN.search(text)
    return f"U+{int(found[1] or found[2], 16):04X}" if found else ""


def _code(found: re.Match) -> str:
    number = ord(found[0])
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
