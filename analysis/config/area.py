"""The model of an area's settings: the values of its area.toml, and for missing keys those of defaults.toml."""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from analysis.config import files, schema
from analysis.config.files import ConfigError, File
from analysis.config.schema import Checked, Layer, Table

FROM_FILE = "from-file"
OTHER_YEAR = 2023  # without 29 February
# Keys that have no effect any more, as "key" or "[table] key" => the reason: accepted, with a warning.
RETIRED: dict[str, str] = {}


def _is_pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f'expected a regular expression, such as "H21\\\\.[0-9]+"; this one has {error}') from None
    return text


def _is_day(text: str) -> str:
    try:
        month, day = map(int, re.fullmatch(r"(\d\d)-(\d\d)", text).groups())
        date(OTHER_YEAR, month, day)
    except (AttributeError, ValueError):
        raise ValueError('expected month and day, a day that every year has, such as "12-31"') from None
    return text


Pattern = Annotated[str, AfterValidator(_is_pattern), Field(json_schema_extra={"expected": "a regular expression"})]
Day = Annotated[str, AfterValidator(_is_day), Field(json_schema_extra={"expected": "month and day, in every year"})]


class Name(Table):
    """How the report calls the area and its peers."""

    vi: str = Field(description="the area's name in Vietnamese, as within a sentence", examples=["huyện Chợ Mới"])
    en: str = Field(description="the same in English", examples=["Chợ Mới district"])
    peers_vi: str = Field(
        description="whom the area's place in its province or in the nation is among",
        examples=["huyện, thị xã, thành phố"],
    )
    peers_en: str = Field(description="the same in English", examples=["districts, towns and cities"])


class Step(Table):
    """A block of points, such as one satisfaction item, that is lost or regained as a whole."""

    group: str = Field(description="code of the group whose items they are", examples=["MDHL"])
    size_points: float = Field(gt=0, description="what one item is worth, in points")
    tolerance_points: float = Field(
        gt=0, description="how far the move of a total may lie from a whole item, in points"
    )
    group_tolerance_points: float = Field(
        gt=0, description="the same where the table prints the group itself, in points"
    )
    level_tolerance_points: float = Field(
        gt=0, description="how far the level of not-itemised points may lie from its peers' less whole items, in points"
    )


class Trend(Table):
    """How far back the comparisons of a unit look."""

    least_changes: int = Field(
        ge=1, description="earlier changes before control limits are drawn, a number of cut-offs"
    )
    shown_cutoffs: int = Field(ge=1, description="cut-offs that charts look back")
    recent_weeks: int = Field(ge=1, description="weeks that the pace, and the corrections that are named, look back")
    least_streak: int = Field(ge=1, description="rises or falls in a row that are worth a word")
    target_day: Day = Field(description="day by which targets are to be reached", examples=["12-31"])


class Page(Table):
    """How many items are named or drawn one by one; the others are only counted."""

    peers: int = Field(ge=0, description="figures far from the peers'")
    signals: int = Field(ge=0, description="signals")
    contributions: int = Field(ge=0, description="units whose changes are drawn by parts")


class Mail(Table):
    """The rows of a long ranking that the mail keeps. Its middle is left out, for mail programs cut off long mails."""

    first_rows: int = Field(ge=0, description="rows from the top")
    last_rows: int = Field(ge=0, description="rows from the end")


class Peer(Table):
    """Units far from their peers: the modified z-score against median and MAD (Iglewicz and Hoaglin 1993)."""

    least_units: int = Field(ge=1, description="units of one kind before they are compared")
    beyond: float = Field(gt=0, description="the modified z-score from which a unit is named")


class Document(Table):
    """The letterhead and the ending of the Word document (Decree 30/2020/NĐ-CP)."""

    superior: str = Field(description="the body above the agency; \\n begins a new line", examples=["ỦY BAN NHÂN DÂN"])
    agency: str = Field(description="the agency that issues the document", examples=["VĂN PHÒNG"])
    issuer: str = Field(description="the agency as within a sentence", examples=["Văn phòng HĐND và UBND huyện"])
    number_suffix: str = Field(description="what stands behind the document's number", examples=["BC-VP"])
    place: str = Field(description="where it is issued", examples=["Chợ Mới"])
    signer: str = Field(description="title of who signs", examples=["CHÁNH VĂN PHÒNG"])
    archive: str = Field(description="mark of the archive behind the recipients", examples=["VT"])
    basis: list[str] = Field(description="the legal basis, one document a line; may be empty")
    recipients: list[str] = Field(description="who is sent the document, by role; addresses belong to mail.toml")


class Bilingual(Table):
    """A name in both languages."""

    vi: str = Field(description="in Vietnamese")
    en: str = Field(description="in English")

    model_config = Table.model_config | {"json_schema_extra": {"expected": 'a table { vi = "…", en = "…" }'}}


class Area(Table):
    """An area: a district or a province that is reported on."""

    code: str = Field(description="code of the area; its control row is filed under it", examples=["893"])
    default: bool = Field(False, description="whether this area is meant where a command names none")
    units: Literal["units.csv", FROM_FILE] = Field(
        description="the registry of units: the file units.csv, or the delivered table itself"
    )
    scope: str = Field(
        description="which indicators of index-766/indicators.csv the area's tables have", examples=["printed"]
    )
    control_rows: list[str] = Field(
        description="names of the row that is the control total, not a unit", examples=[["TOÀN HUYỆN"]]
    )
    unit_codes: Pattern = Field(
        ".+",
        description='with units = "from-file": the form of a unit\'s code, as a regular expression',
        examples=[r"H21\.[0-9]+"],
    )
    name_suffix: str = Field(
        "", description="what the table writes behind every unit's name, after a dash", examples=["tỉnh An Giang"]
    )
    excess_pct: float = Field(
        0,
        ge=0,
        description="how far published points may lie above their maximum and be accepted with a warning, in percent of"
        " it; only in columns with on_excess = warn",
    )
    weak_bands: list[str] = Field(description="bands of index-766/bands.csv that the report names units of")
    rose_most: int = Field(ge=0, description="how many of the units that rose most are named")
    fell_most: int = Field(ge=0, description="how many of the units that fell most are named; the others are counted")
    name: Name
    targets: dict[str, float] = Field({}, description="target of an indicator, in percent; the key is its code")
    marks_below: dict[str, float] = Field(
        {},
        description="a figure below this is marked and named; the key is the code of an indicator, or TOTAL,"
        " PREVIOUS_TOTAL, CHANGE; in the unit of the figure",
    )
    at_most: dict[str, str] = Field(
        {}, description="a figure that is part of another one, by their codes; where it is more, that is a warning"
    )
    step: Step
    trend: Trend
    page: Page
    mail: Mail
    peer: Peer
    document: Document
    responsible: dict[str, Bilingual] = Field(
        {}, description="the department that answers for an indicator; the key is the indicator's code"
    )


def settings(area: str, held: tuple[File, ...]) -> Checked:
    """The settings of ``area`` from its area.toml and each defaults.toml among the files, as plain values.

    Returns : the settings with every fault, one per line. If a file is no TOML, only the faults of such files.
    """
    layers, faults = [], []
    for file in (each for each in held if each.name in (files.DEFAULTS, files.AREA)):
        shown = f"config/{area}/{file.name}" if file.name == files.AREA else f"config/{file.name}"
        shown += " of the program" if file.own else ""
        try:
            layers.append(Layer(shown, files.parse_toml(file.data, shown)))
        except ConfigError as error:
            faults.append(str(error))
    return Checked({}, faults, []) if faults else schema.check(Area, layers, RETIRED)
