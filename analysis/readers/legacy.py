"""Detects Vietnamese text in an encoding older than Unicode. It is refused by name, so that a person can convert it.

Without the font made for it, such text appears as Western letters: ``Hoµ B×nh`` is TCVN3, ``Hoøa Bình`` is VNI. It also
occurs in workbooks and web pages that claim to be Unicode. An encoding is suspected where decoding by it turns most of
the words that are not Vietnamese into Vietnamese syllables.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable

from analysis.readers.grid import Tables, Unreadable

WORD = re.compile(r"[A-Za-z\xa1-\xff]{2,}")
SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnprstvx])?"
    r"(?:iêu|yêu|uôi|ươi|ươu|oai|oay|oeo|uây|uya|uyê|uyu"
    r"|ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|oa|oă|oe|oi|oo|ôi|ơi|ua|uâ|uê|ui|uô|uơ|uy|ưa|ưi|ươ|ưu|yê|[aăâeêioôơuưy])"
    r"(?:ng|nh|ch|[cmnpt])?"
)
TONES = "\u0300\u0301\u0303\u0309\u0323"
FEWEST_WORDS, LEAST_SHARE = 2, 0.6
SEARCHED = 500_000  # characters of a file that are checked

TCVN3 = dict(
    zip(
        "\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xb5\xb6\xb7\xb8\xb9\xbb\xbc\xbd\xbe\xc6\xc7\xc8\xc9\xca\xcb"
        "\xcc\xce\xcf\xd0\xd1\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xdc\xdd\xde\xdf\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed"
        "\xee\xef\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd\xfe",
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)
# VNI writes a vowel and after it a sign for its accents; a few letters have their own sign.
VNI_AFTER = dict(
    zip(
        "\xf9\xf8\xfb\xf5\xef\xe2\xe1\xe0\xe5\xe3\xe4\xea\xe9\xe8\xfa\xfc\xeb",
        ["́", "̀", "̉", "̃", "̣", "̂", "̂́", "̂̀", "̂̉", "̂̃", "̣̂", "̆", "̆́", "̆̀", "̆̉", "̆̃", "̣̆"],
        strict=True,
    )
)
VNI_ALONE = dict(zip("\xf1\xf6\xf4\xed\xec\xe6\xf3\xf2\xee", "đươíìỉĩịỵ", strict=True))


def _tcvn3(word: str) -> str:
    return "".join(TCVN3.get(each, each) for each in word)


def _vni(word: str) -> str:
    """The word decoded from VNI, where a sign after a vowel is an accent: ``oâ`` is ô, ``ôù`` is ớ."""
    found = ""
    for each in word.lower():
        after = found[-1:] and unicodedata.normalize("NFD", found[-1])[0] in "aeiouy"
        found += VNI_AFTER[each] if after and each in VNI_AFTER else VNI_ALONE.get(each, each)
    return found


def _windows_1258(word: str) -> str:
    return word.encode("latin-1").decode("cp1258", "replace")


ENCODINGS: dict[str, Callable[[str], str]] = {"TCVN3 (ABC)": _tcvn3, "VNI": _vni, "Windows-1258": _windows_1258}


def refuse_bytes(data: bytes) -> None:
    """Raise Unreadable where bytes are no Unicode, but are Vietnamese in an old encoding."""
    words = _words([data.decode("latin-1")[:SEARCHED]])
    _refuse(words, fewest=1)


def refuse(tables: Tables) -> None:
    """Raise Unreadable where cells hold Western letters that are Vietnamese in an old encoding."""
    refuse_texts(value for grid in tables for cells in grid.rows.values() for value, kind, _ in cells.values()
                 if kind == "text")  # fmt: skip


def refuse_texts(texts: Iterable[str]) -> None:
    """The same of any texts."""
    words = _words(text for text in texts if not text.isascii())
    _refuse([word for word in words if not vietnamese(word)], fewest=FEWEST_WORDS)


def _refuse(words: list[str], fewest: int) -> None:
    if len(words) < fewest:
        return
    fits = {name: [word for word in words if vietnamese(read(word))] for name, read in ENCODINGS.items()}
    name, fitting = max(fits.items(), key=lambda each: len(each[1]))
    if len(fitting) >= max(fewest, LEAST_SHARE * len(words)):
        raise Unreadable("problem.file.old_encoding", encoding=name, text=fitting[0])


def _words(texts: Iterable[str]) -> list[str]:
    """The distinct words whose letters beyond ASCII are all Western."""
    found: dict[str, None] = {}
    searched = 0
    for text in texts:
        for chunk in re.split(r"[\s,;:.()\[\]/\"'-]+", text):
            if not chunk.isascii() and WORD.fullmatch(chunk):
                found[chunk] = None
        searched += len(text)
        if searched > SEARCHED:
            break
    return list(found)


def vietnamese(word: str) -> bool:
    """Whether ``word`` has the form of a Vietnamese syllable: at most one tone, and possible sounds."""
    parts = unicodedata.normalize("NFD", word.casefold())
    tones = sum(parts.count(tone) for tone in TONES)
    bare = unicodedata.normalize("NFC", "".join(each for each in parts if each not in TONES))
    return tones <= 1 and SYLLABLE.fullmatch(bare) is not None
