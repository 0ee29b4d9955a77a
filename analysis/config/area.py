"""The model of an area's settings: the values of its area.toml, and for missing keys those of defaults.toml."""

import re
from datetime import date
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, Field

from analysis.config import files, periods, schema
from analysis.config.files import ConfigError, File
from analysis.config.index import BOTH, Text
from analysis.config.schema import Checked, Layer, Table

FROM_FILE = "from-file"
ANY_CODE = ".+"  # tells no unit from a department
BASE_URL = re.compile(r"https://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:[0-9]+)?(/[A-Za-z0-9._~%/-]*)?")
# The layouts of [[shape]] that are not one row a unit, each with the keys that it needs and those that it may have.
LAYOUTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "transposed": (("corner",), ("others",)),
    "columns-by-day": ((), ("figures", "previous")),
    "rows-by-day": (("day",), ("previous",)),
    "one-unit": (("unit_from",), ("unit",)),
    "parts": (("part", "figures"), ()),
    "groups": ((), ("figures", "others")),
    "pages": ((), ("records",)),
}
UNIT_FROM = ("config", "sheet", "file", "line", "key")
NAMED_BY_UNIT = ("config", "line", "key")  # of these, the key unit says more
CHANGE = "change"
# Keys that are not otherwise from a day on: other modules read them once for all weeks, or they have days of their own.
FIXED = (
    "code",
    "default",
    "units",
    "unit_codes",
    "index_folder",
    "scope",
    "total",
    "kinds",
    "period",
    "expected",
    "rebase",
    CHANGE,
)
OTHER_YEAR = 2023  # without 29 February
# Keys that have no effect any more, as "key" or "[table] key" => the reason: accepted, with a warning.
RETIRED: dict[str, str] = {
    "[trend] least_changes": "signals on the own rates of weeks have taken the place of control charts",
    "index": "index.toml in the folder of the index says since when its figures accumulate",
    "[page] minute_routes": "the first lines name units, the requests tell their routes and losses",
}


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


def _is_date(text: str) -> str:
    try:
        periods.cutoff(text)
    except ValueError:
        raise ValueError('expected a day, such as "2023-12-04"') from None
    return text


def _is_index_folder(text: str) -> str:
    if not files.INDEX_NAME.fullmatch(text):
        raise ValueError('expected a folder of config/ such as "index-dti": index-, then small letters and digits')
    return text


def _is_base_url(text: str) -> str:
    if text and not BASE_URL.fullmatch(text):
        raise ValueError('expected an https address without "?" and "#", such as "https://office.example/766"')
    return text


Percent = Annotated[float, Field(ge=0, le=100)]
Pattern = Annotated[str, AfterValidator(_is_pattern), Field(json_schema_extra={"expected": "a regular expression"})]
Date = Annotated[str, AfterValidator(_is_date), Field(json_schema_extra={"expected": "a day, in quotation marks"})]
IndexFolder = Annotated[
    str, AfterValidator(_is_index_folder), Field(json_schema_extra={"expected": "a folder that begins with index-"})
]
BaseUrl = Annotated[str, AfterValidator(_is_base_url), Field(json_schema_extra={"expected": "an https address"})]
Day = Annotated[str, AfterValidator(_is_day), Field(json_schema_extra={"expected": "month and day, in every year"})]


class Asks(Table):
    """How asks are followed from report to report. May be missing."""

    least_move: float = Field(
        1.0,
        gt=0,
        description="by how much a figure has moved since it was asked about before it is called better or worse, in"
        " percentage points, and of points in points of 100",
    )
    due_days: int = Field(
        0,
        ge=0,
        le=365,
        description="working days after the report that opened an ask by which it is to be done; 0: the office sets no"
        " day, and no ask is ever overdue but one that a file of replies dates; open asks keep the day they have",
    )
    reply_days: int = Field(
        0,
        ge=0,
        le=365,
        description="working days after the report that opened an ask by which it is to be answered; 0: the office sets"
        " no day",
    )
    remind_from: int = Field(
        3, ge=2, description="how many times an ask has been made before a reminder of it is written"
    )


class Name(Table):
    """How the report calls the area and its peers."""

    vi: str = Field(description="the area's name in Vietnamese, as within a sentence", examples=["huyện Chợ Mới"])
    en: str = Field(description="the same in English", examples=["Chợ Mới district"])
    peers_vi: str = Field(
        description="whom the area's place in its province or in the nation is among",
        examples=["huyện, thị xã, thành phố"],
    )
    peers_en: str = Field(description="the same in English", examples=["districts, towns and cities"])
    peers_in: Literal["province", "country"] = Field(
        "province",
        description="within what they are: what a place of the area means where nothing else is said of it",
        json_schema_extra={"expected": '"province" or "country"'},
    )


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

    shown_cutoffs: int = Field(ge=1, description="cut-offs that charts look back")
    recent_weeks: int = Field(ge=1, description="weeks that the corrections that are named look back")
    least_streak: int = Field(ge=2, description="rises or falls in a row that are worth a word")
    target_day: Day = Field(description="day by which targets are to be reached", examples=["12-31"])


class Move(Table):
    """When a move of a total, or of a part of it, is worth a word: where it differs from what its peers did by both."""

    least_points: float = Field(gt=0, description="points by which it differs from its peers' median at least")
    sigmas: float = Field(gt=0, description="robust standard deviations of its peers' moves by which it differs")


class Rates(Table):
    """The own rates of a week, estimated from printed cumulative rates."""

    uneven: float = Field(ge=1, description="how many times more or fewer dossiers a week may have than its even share")
    widest: float = Field(gt=0, description="bounds farther apart say nothing, in percentage points")


class Signal(Table):
    """Signals on the own rates of weeks."""

    false_a_year: float = Field(gt=0, description="false signals a year that the whole report may have")
    cutoffs: int = Field(ge=8, description="cut-offs that signals look back")


class YearEnd(Table):
    """The forecast of where totals and rates will end."""

    level: float = Field(gt=0, lt=1, description="how often an interval is to hold, as a share of 1")
    least_weeks: int = Field(ge=3, description="cut-offs of a unit before anything is said of it")


class Period(Table):
    """Since when the area's figures accumulate, where sheets.csv does not say it. May be missing."""

    accumulates: Literal["", *files.PERIODS] = Field(
        "",
        description="since the beginning of what figures count; none: each is of its own span; without it, what the"
        " index says",
        examples=["year"],
        json_schema_extra={"expected": " or ".join(f'"{word}"' for word in files.PERIODS)},
    )
    certainty: str = Field("", description="how sure that is, as a sentence")


class Bilingual(Table):
    """A name in both languages."""

    vi: str = Field(description="in Vietnamese")
    en: str = Field(description="in English")

    model_config = Table.model_config | {"json_schema_extra": BOTH}


class OneKind(Table):
    """Units of one kind are ranked and compared among themselves. The key is what units.csv calls the kind."""

    vi: str = Field(min_length=1, description="all its units in Vietnamese, as within a sentence")
    en: str = Field(min_length=1, description="the same in English")
    types: list[str] = Field(
        [],
        description='with units = "from-file": the words before the names of its units; none: it is the kind of all'
        " other units",
    )
    together: bool = Field(
        False,
        description='with units = "from-file": units are of this kind only where every unit of the table is (a city'
        " beside districts is no province)",
    )

    model_config = Table.model_config | {
        "json_schema_extra": {"expected": 'a table { vi = "…", en = "…", types = ["…"], together = true or false }'}
    }


class OtherDepartment(Bilingual):
    """A department that answers for no indicator, but has tasks in tasks.csv. One such table a department."""

    vi: str = Field(min_length=1, description="its name in Vietnamese", examples=["Phòng Nội vụ"])
    en: str = Field(min_length=1, description="the same in English", examples=["the Division of Home Affairs"])


class Rebase(Table):
    """A known step of figures, with its reason: what was before is no measure any more. One such table a step."""

    cutoff: Date = Field(
        description="the week that ends with this cut-off is the first of the new baseline", examples=["2024-03-04"]
    )
    unit_code: str = Field(
        "", description="code of the unit, or of the area; without it, all units", examples=["30634"]
    )
    indicator: str = Field(
        "", description="code of the indicator, one of nature flow; without it, all of them", examples=["DVCTT"]
    )
    reason: Text = Field(description="why, as the report says it")


class Page(Table):
    """How many items are named or drawn one by one; the others are only counted."""

    steady_pct: float = Field(
        ge=0,
        le=100,
        description="rates that all units are asked to keep up: where the lowest one is at least this, percent",
    )
    asked: int = Field(ge=1, description="units that a request about an indicator names; the others are counted")
    peers: int = Field(ge=0, description="figures far from the peers'")
    signals: int = Field(ge=0, description="signals; also panels of rates with a signal, 0: no chart")
    contributions: int = Field(
        ge=0, description="units with a marked move whose changes are drawn by parts in one chart; 0: no chart"
    )


class Mail(Table):
    """What the mail carries. Of a long ranking it leaves the middle out: the whole one is in the workbook attached."""

    first_rows: int = Field(ge=0, description="rows from the top")
    last_rows: int = Field(ge=0, description="rows from the end")
    attach_page: bool = Field(description="whether report.html is attached too, for readers who cannot open base_url")


class Expected(Table):
    """When the next table is to be there; a schedule says where it is not. May be missing: nothing is expected."""

    weekday: Literal["", *files.WEEKDAYS] = Field(
        "",
        description="of weekly tables: the weekday of the cut-off",
        examples=["monday"],
        json_schema_extra={"expected": " or ".join(f'"{day}"' for day in files.WEEKDAYS)},
    )
    day: int = Field(0, ge=0, le=31, description="of monthly tables: the day of the cut-off; 31: the month's last")
    days_later: int = Field(
        0, ge=0, le=60, description="working days (Monday to Friday) after the cut-off on which the table is there"
    )
    hour: int = Field(12, ge=0, le=23, description="the hour of that day from which it is missed")
    days_off: list[Date] = Field(
        [],
        description="days on which the office does not work, such as public holidays: the table is there on the next"
        " working day; none is expected where all days up to the next cut-off are off. May stand in defaults.toml, for"
        " all areas",
        examples=[["2026-04-30", "2026-05-01"]],
    )


class Public(Table):
    """Where readers find what is published. May be missing."""

    base_url: BaseUrl = Field(
        "",
        description="the address of the folder reports/, or of its public copy, as readers open it; a week's page is"
        " <base_url>/<area>/<cut-off>/report.html",
        examples=["https://office.example/766"],
    )
    robots: Literal["", "index", "noindex"] = Field(
        "",
        description='what pages tell search engines; with "index" and base_url, the public copy has a list of its'
        " pages for them (sitemap.xml)",
        examples=["noindex"],
        json_schema_extra={"expected": '"index" or "noindex"'},
    )


class Shape(Table):
    """A form of table that is laid out otherwise than one row a unit. Several such tables of one form are steps."""

    form: str = Field("columns.csv", description="the form that is so laid out: the name of its file of columns")
    layout: Literal[tuple(LAYOUTS)] = Field(
        description="transposed: rows are indicators, columns are units; columns-by-day, rows-by-day: many days, of"
        " which the cut-off is read; one-unit: a file or sheet holds one unit; parts: a row for each part of a figure;"
        " groups: columns in groups, each an indicator with its parts;"
        " pages: one table in several sheets or files",
        json_schema_extra={"expected": "one of " + ", ".join(f'"{each}"' for each in LAYOUTS)},
    )
    corner: str = Field("", description="of transposed: header of the column that names the indicators")
    others: list[str] = Field(
        [], description="of transposed and groups: headers of columns that are no units, no indicators"
    )
    previous: bool = Field(
        False,
        description="of columns-by-day and rows-by-day: whether the latest earlier day is read, too; the form has its"
        ' columns as "TUẦN TRƯỚC / …"',
    )
    day: str = Field("", description="of rows-by-day: header of the column of days")
    figures: str = Field(
        "",
        description="of columns-by-day: the header in the form of a column above which only its day stands; of parts:"
        " header of the column of figures; of groups: the header in the form of an indicator that has one column only",
    )
    part: str = Field("", description="of parts: header of the column that says which column of the form it is")
    unit_from: Literal["", *UNIT_FROM] = Field(
        "",
        description="of one-unit: where the unit is named: in the key unit, in the name of the sheet or of the file, in"
        " a line above the table, under a key of the answer's envelope",
        json_schema_extra={"expected": "one of " + ", ".join(f'"{each}"' for each in UNIT_FROM)},
    )
    unit: str = Field(
        "",
        description="of one-unit, by unit_from: the unit's name (config), the words before it (line), or the key with"
        " its path (key)",
        examples=["Đơn vị báo cáo"],
    )
    records: str = Field(
        "",
        description="of pages: the key with its path that says how many records the answer has; totalElements and the"
        " like are known without it",
        examples=["data.totalCount"],
    )


class Peer(Table):
    """Units far from their peers: the modified z-score against median and MAD (Iglewicz and Hoaglin 1993)."""

    least_units: int = Field(ge=1, description="units of one kind before they are compared")
    beyond: float = Field(gt=0, description="the modified z-score from which a unit is named")


class Basis(Table):
    """A document that the report carries out, rather than one that it rests on."""

    way: str = Field(min_length=1, description="the words before it, in place of those of piece.basis")
    text: str = Field(min_length=1, description="the document")


class Document(Table):
    """The letterhead and the ending of the Word document (Decree 30/2020/NĐ-CP).

    A table can be tried without it. Before a report only superior and basis may be empty.
    """

    superior: str = Field(
        "", description="the body above the agency; \\n begins a new line", examples=["ỦY BAN NHÂN DÂN"]
    )
    agency: str = Field("", description="the agency that issues the document", examples=["VĂN PHÒNG"])
    issuer: str = Field("", description="the agency as within a sentence", examples=["Văn phòng HĐND và UBND huyện"])
    number_suffix: str = Field("", description="what stands behind the document's number", examples=["BC-VP"])
    place: str = Field("", description="where it is issued", examples=["Chợ Mới"])
    signer: str = Field("", description="title of who signs", examples=["CHÁNH VĂN PHÒNG"])
    archive: str = Field(description="mark of the archive behind the recipients", examples=["VT"])
    basis: list[str | Basis] = Field(
        [],
        description="the legal basis, one document a line; may be empty; as a table with the words before it",
        examples=[["Quyết định số 766/QĐ-TTg", {"way": "Thực hiện", "text": "Công văn số 124/UBND-TH"}]],
        json_schema_extra={"expected": 'a list of texts in quotation marks, or of tables { way = "…", text = "…" }'},
    )
    recipients: list[str] = Field([], description="who is sent the document, by role; addresses belong to mail.toml")


class Reminder(Table):
    """The document that reminds a unit of its asks (week --remind): what it has else than [document]. Optional."""

    authority: str = Field(
        "",
        description="what stands above the signer's title where the office signs for its head; empty: nothing",
        examples=["TL. CHỦ TỊCH"],
    )
    number_suffix: str = Field(
        "",
        description="what stands behind the document's number; empty: that of [document] without BC-",
        examples=["UBND-VP"],
    )
    recipients: list[str] = Field([], description="who is sent a copy, by role, besides the unit itself")


Severity = Literal["error", "warn"]


class Balance(Table):
    """Columns that add up to another one, in each row of the table; the keys are fields of columns.csv."""

    total: str = Field(description="the column that holds the sum", examples=["RECEIVED"])
    parts: list[str] = Field(min_length=1, description="the columns that add up to it", examples=[["ONLINE", "DIRECT"]])
    tolerance: float = Field(0, ge=0, description="how far they may be apart, as rounded figures are")
    severity: Severity = Field("error", description="whether a row that does not add up refuses the table, or warns")


class Share(Table):
    """A printed rate that must be that of two counts beside it, in each row; the keys are fields of columns.csv."""

    rate: str = Field(description="the column of percentages", examples=["ON_TIME_PCT"])
    part: str = Field(description="the column of what is counted", examples=["ON_TIME"])
    of: str = Field(description="the column of all of it", examples=["RESOLVED"])
    tolerance: float | None = Field(
        None, ge=0, description="how far they may be apart, in percentage points; empty: half of the last printed digit"
    )
    severity: Severity = Field("error", description="whether another rate refuses the table, or warns")


class Change(Table):
    """Settings that are others from a day on: keys of this file, in tables such as `[change.marks_below]`."""

    valid_from: Date = Field(description="the first day on which it holds", examples=["2025-01-01"])

    model_config = Table.model_config | {"extra": "allow"}


class Area(Table):
    """An area: a district or a province that is reported on."""

    code: str = Field(description="code of the area; its control row is filed under it", examples=["893"])
    default: bool = Field(False, description="whether this area is meant where a command names none")
    units: Literal["units.csv", FROM_FILE] = Field(
        description="the registry of units: the file units.csv, or the delivered table itself"
    )
    index_folder: IndexFolder = Field(
        description="the folder of config/ that holds the index: its names, groups, indicators and bands",
        examples=["index-dti"],
    )
    scope: str = Field(
        description="which indicators of the index's indicators.csv the area's tables have; \"\": none, they have only"
        " totals or groups",
        examples=["printed"],
    )
    control_rows: list[str] = Field(
        [],
        description="names of the row that is the control total, not a unit; empty: the table has none",
        examples=[["TOÀN HUYỆN"]],
    )
    subtotal_rows: list[str] = Field(
        [],
        description="names of rows that sum the units since the last heading or subtotal; their counts must add up",
        examples=[["Cộng khối xã", "Cộng khối phường"]],
    )
    total: Literal["printed", "computed"] = Field(
        "printed",
        description="where a unit's total comes from: the table prints it (one without such a column has no totals),"
        " or it is computed here as the sum of the unit's groups, of a table that prints every group and no total",
    )
    unit_codes: Pattern = Field(
        ANY_CODE,
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
    rank_ties: Literal["any", "min", "order", "dense"] = Field(
        "any",
        description="how the table's own ranks count units with equal totals: they share the better one (min: 4, 4, 6),"
        " follow each other (order: 4, 5, 6) or share it and the next one follows (dense: 4, 4, 5); any: min or order;"
        " another rank is a warning",
    )
    sum_tolerance_points: float = Field(
        0.02,
        gt=0,
        description="how far a published total may lie from the sum of its groups, each of which is rounded, in points;"
        " the default is of totals with two decimals: two of the last digit",
    )
    large_difference_pct: float = Field(
        2.5,
        gt=0,
        description="totals that lie further from the sum of their groups are named one by one where there are many, in"
        " percent of the maximum of all groups",
    )
    weak_bands: list[str] = Field(description="bands of the index that the report names units of")
    rose_most: int = Field(ge=0, description="how many of the units that rose most are named")
    fell_most: int = Field(ge=0, description="how many of the units that fell most are named; the others are counted")
    name: Name
    targets: dict[str, Percent] = Field({}, description="target of an indicator, in percent; the key is its code")
    place_targets: dict[str, Annotated[int, Field(ge=1)]] = Field(
        {},
        description="a place among its peers that the area is to reach: 10 is to be among the first ten; the key is the"
        " code of an indicator or a group, or TOTAL",
    )
    marks_below: dict[str, float] = Field(
        {},
        description="a figure below this is marked and named; the key is the code of an indicator, or TOTAL,"
        " PREVIOUS_TOTAL, CHANGE; in the unit of the figure",
    )
    at_most: dict[str, str] = Field(
        {}, description="a figure that is part of another one, by their codes; where it is more, that is a warning"
    )
    balances: list[Balance] = Field(
        [], description="sums that must hold", json_schema_extra={"expected": "tables [[balances]]"}
    )
    shares: list[Share] = Field(
        [], description="rates that must be those of counts", json_schema_extra={"expected": "tables [[shares]]"}
    )
    step: Step
    move: Move
    rates: Rates
    signal: Signal
    year_end: YearEnd
    trend: Trend
    page: Page
    mail: Mail
    public: Public = Public()
    expected: Expected = Expected()
    peer: Peer
    document: Document
    period: Period = Period()
    kinds: dict[str, OneKind] = Field(
        description="kinds of units, by the code that units.csv has; vi, en: all its units as within a sentence. With"
        ' units = "from-file": types are the words before the names of its units, none: it is the kind of all other'
        " units; together: units are of this kind only where every unit of the table is (a city beside districts is no"
        " province)"
    )
    asks: Asks = Asks()
    reminder: Reminder = Reminder()
    rebase: list[Rebase] = Field(
        [], description="known steps, each with its reason", json_schema_extra={"expected": "tables [[rebase]]"}
    )
    change: list[Change] = Field(
        [],
        description="settings that are others from a day on",
        json_schema_extra={"expected": "tables [[change]]"},
    )
    shape: list[Shape] = Field(
        [],
        description="forms laid out otherwise than one row a unit",
        json_schema_extra={"expected": "tables [[shape]]"},
    )
    responsible: dict[str, Bilingual] = Field(
        {}, description="the department that answers for an indicator or a group; the key is its code"
    )
    departments: list[OtherDepartment] = Field(
        [], description="departments without an indicator", json_schema_extra={"expected": "tables [[departments]]"}
    )


def scaled(values: dict, said: dict, maximum: float, decimals: int) -> dict:
    """The settings for an index of ``maximum`` points: defaults.toml says points of 100, shown with two decimals.

    Keys that end in ``_points`` are in points; those that the area's own file ``said`` stay.
    decimals : those that totals are shown with: what rounding alone brings depends on them
    """
    if (maximum, decimals) == (100, 2):
        return values
    tolerance = values["sum_tolerance_points"] * (1 if "sum_tolerance_points" in said else 10.0 ** (2 - decimals))
    return (
        values
        | {
            table: values[table]
            | {
                key: round(value * maximum / 100, 9)
                for key, value in values[table].items()
                if key.endswith("_points") and key not in said.get(table, {})
            }
            for table in ("step", "move")
        }
        | {"sum_tolerance_points": round(tolerance, 12)}
    )


class Dated(NamedTuple):
    """The settings from a day on, ISO; "": from the beginning. ``said`` : those keys that area.toml says itself."""

    since: str
    values: dict
    said: dict


def find_in_force(dated: list[Dated], day: date) -> Dated:
    """The settings on a day. dated : as ``dated_settings`` returns them"""
    return next(each for each in reversed(dated) if each.since <= str(day))


def dated_settings(area: str, held: tuple[File, ...]) -> tuple[list[Dated], list[str], list[str]]:
    """The settings of ``area`` from the beginning, and after each [[change]] of its area.toml; by day.

    Returns : the settings, every fault, and the warnings. With faults, do not use the settings.
    """
    layers, faults = _layers(area, held)
    if faults:
        return [Dated("", {}, {})], faults, []
    checked = schema.check(Area, layers, RETIRED)
    own = layers[-1]
    said = {key: value for key, value in own.says.items() if key != CHANGE}
    dated, blocks = [Dated("", checked.values, said)], checked.values.get(CHANGE, [])
    for layer in layers[:-1]:
        faults += [f"{layer.shown}: [[{CHANGE}]] belongs to area.toml"] if CHANGE in layer.says else []
    faults += checked.faults
    if not faults:
        blocks = sorted(blocks, key=lambda block: block["valid_from"])
        layers = [*layers[:-1], Layer(own.shown, said)]
        for block in blocks:
            day, shown = block["valid_from"], f"{own.shown}: [[{CHANGE}]] of {block['valid_from']}"
            says = {key: value for key, value in block.items() if key != "valid_from"}
            faults += [f"{shown}: {key} is always the same" for key in says if key in FIXED]
            faults += [f"{shown}: two of one day; write them as one"] if dated[-1].since == day else []
            layers.append(Layer(shown, {key: value for key, value in says.items() if key not in FIXED}))
            after = schema.check(Area, layers, RETIRED)
            faults += after.faults
            dated.append(Dated(day, after.values, said := _merged(said, layers[-1].says)))
    for each in dated:
        each.values.pop(CHANGE, None)
    return dated, list(dict.fromkeys(faults)), checked.warnings


def _merged(said: dict, says: dict) -> dict:
    """What a file says with what a change of it says; a table of listed keys is merged key by key."""
    tables = {key for key in says if isinstance(says[key], dict) and schema.table_of(Area, key)}
    return said | says | {key: said.get(key, {}) | says[key] for key in tables}


def settings(area: str, held: tuple[File, ...]) -> Checked:
    """The settings of ``area`` from the beginning, as plain values.

    Returns : the settings with every fault, one per line. If a file is no TOML, only the faults of such files.
    """
    dated, faults, warnings = dated_settings(area, held)
    return Checked(dated[0].values, faults, warnings)


def _layers(area: str, held: tuple[File, ...]) -> tuple[list[Layer], list[str]]:
    """What each defaults.toml and area.toml among the files says, and the faults of those that are no TOML."""
    layers, faults = [], []
    for file in (each for each in held if each.name in (files.DEFAULTS, files.AREA)):
        shown = f"config/{area}/{file.name}" if file.name == files.AREA else f"config/{file.name}"
        shown += " of the program" if file.own else ""
        try:
            layers.append(Layer(shown, files.parse_toml(file.data, shown)))
        except ConfigError as error:
            faults.append(str(error))
    return layers, faults
