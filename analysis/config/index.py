"""The index that an area is measured by: how reports call it, as its folder's index.toml says.

An index is a folder ``config/index-…``: groups, indicators and bands as tables, and index.toml. Its maximum is what its
groups sum to.
"""

from typing import Literal

from pydantic import Field

from analysis.config import files, schema
from analysis.config.files import ConfigError, File
from analysis.config.schema import Checked, Layer, Table

UNNAMED = '; reports call it "the index" until you write its short, [name] and [within] (docs/configuration.md)'
BOTH = {"expected": 'a table { vi = "…", en = "…" }'}


class Text(Table):
    """A text in both languages."""

    vi: str = Field(min_length=1, description="in Vietnamese")
    en: str = Field(min_length=1, description="in English")

    model_config = Table.model_config | {"json_schema_extra": BOTH}


class Index(Table):
    """How reports call the index, and since when its figures accumulate."""

    short: str = Field(
        min_length=1,
        description="as in the subject of a mail and in names of files: a number or a word",
        examples=["766"],
    )
    name: Text = Field(description="as in a title", examples=[{"vi": "Bộ chỉ số 766", "en": "Index 766"}])
    within: Text = Field(
        description="as within a sentence",
        examples=[{"vi": "Bộ chỉ số phục vụ người dân", "en": "the index of service to citizens"}],
    )
    full: Text | None = Field(
        None, description="its whole name, as where a document first says what it reports on; without it, within"
    )
    decree: Text | None = Field(
        None,
        description="what orders the index, as in brackets behind its name; may be missing",
        examples=[{"vi": "Quyết định số 766/QĐ-TTg", "en": "Decision 766/QĐ-TTg"}],
    )
    accumulates: Literal[files.PERIODS] = Field(
        "none",
        description="since the beginning of what its figures count, where neither sheets.csv nor [period] of area.toml"
        " says it; none: each is of its own span",
        json_schema_extra={"expected": " or ".join(f'"{word}"' for word in files.PERIODS)},
    )
    weeks: bool = Field(
        False,
        description="whether a cut-off on a Monday is called by its week (week 1 of December), as where there is a"
        " table each week; else each is called by its day",
    )
    maximum: float | None = Field(
        None, gt=0, description="all its points; where it has groups, what they sum to on every day", examples=[100]
    )
    groups: list[str] = Field(
        [],
        description="groups without which groups.csv holds another index, of which this file does not speak",
    )


def read(held: tuple[File, ...], folder: str, codes: set[str]) -> Checked:
    """What index.toml of the folder says; nothing, with a warning, where there is none or it is about other groups.

    codes : the groups of groups.csv
    """
    place = f"{folder}/{files.INDEX_FILE}"
    file = next((each for each in held if each.name == place), None)
    if file is None:
        return Checked({}, [], [f"config/{place}: not there{UNNAMED}"])
    shown = f"config/{place}" + " of the program" * file.own
    try:
        found = schema.check(Index, [Layer(shown, files.parse_toml(file.data, shown))])
    except ConfigError as error:
        return Checked({}, [str(error)], [])
    lacking = [] if found.faults else [code for code in found.values["groups"] if code not in codes]
    if lacking:
        about = f"{shown}: groups: {lacking[0]} is no group of config/{folder}/groups.csv, so this is another index"
        return Checked({}, [], [f"{about}{UNNAMED}"])
    return found
