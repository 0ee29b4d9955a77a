"""The departments of an area, and the code of each: what page, letters and tasks are filed under."""

import re
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pandas as pd


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


def find_answering(settings: dict, groups: Mapping[str, str]) -> dict[str, str]:
    """The code of the department that answers for each indicator and group, as [responsible] of area.toml has it.

    groups  : the group of each indicator
    Returns : by indicator and group, only those that somebody answers for; an indicator without a department of its own
              is its group's
    """
    named = {code: find_code(each["vi"]) for code, each in settings["responsible"].items()}
    return {code: named[group] for code, group in groups.items() if group in named} | named


def with_dated(settings: dict, targets: "pd.DataFrame", departments: "pd.DataFrame") -> dict:
    """The settings with what targets.csv and departments.csv say on a day: it stands before what area.toml says.

    targets, departments : the rows in force on that day
    """
    named = [(each.answers_for, {"vi": each.name_vi, "en": each.name_en}) for each in departments.itertuples()]
    known = settings["targets"] | {each.indicator: _plain(each.target) for each in targets.itertuples()}
    return settings | {
        "targets": {code: target for code, target in known.items() if target is not None},
        "responsible": settings["responsible"] | {code: name for code, name in named if code},
        "departments": [*settings["departments"], *(name for code, name in named if not code)],
    }


def _plain(number: float) -> float | int | None:
    """50.0 => 50, as area.toml writes it; a missing number is None."""
    return None if number != number else int(number) if number == int(number) else number
