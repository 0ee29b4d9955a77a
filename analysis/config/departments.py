"""The departments of an area, and the code of each: what page, letters and tasks are filed under."""

import re
import unicodedata
from typing import NamedTuple


class Department(NamedTuple):
    """A department: ``vi`` and ``en`` as within a sentence; ``code`` comes from the Vietnamese name (``find_code``)."""

    code: str
    vi: str
    en: str

    def called(self, lang: str) -> str:
        """The name in the reader's language."""
        return self.vi if lang == "vi" else self.en


def find_code(name: str) -> str:
    """``"Phòng Văn hóa – Thông tin"`` => ``"phong-van-hoa-thong-tin"``; "" of a name without a letter or digit.

    ASCII only, without tones, đ as d: it serves as a name of a file. Names that differ in case, dashes or tones alone
    are the same department.
    """
    letters = unicodedata.normalize("NFKD", name.casefold().replace("đ", "d"))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")


def list_departments(settings: dict) -> tuple[Department, ...]:
    """Every department once: as first named in [responsible] of area.toml, then as in [[departments]]."""
    named = [*settings["responsible"].values(), *settings["departments"]]
    codes = [find_code(each["vi"]) for each in named]
    first = {code: each for code, each in reversed(list(zip(codes, named, strict=True)))}
    return tuple(Department(code, first[code]["vi"], first[code]["en"]) for code in dict.fromkeys(codes))
