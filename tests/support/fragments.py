"""What a reader sees of a fragment of HTML."""

import html
import re

from IPython.display import HTML


def text(piece: HTML) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", piece.data)).split())
