"""The week's tables: their columns, in order, with kinds and meanings. Reading and writing both check against these.

Three kinds of column. *Text* holds codes, names and sentences; missing is the empty string. *Numbers* are floats;
missing is NaN, never 0. *Flags* are True or False, never missing. Percentages run from 0 to 100.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.exits import AnalysisError

MARKS = ("", "b", "u", "bu")
SEVERITIES = ("error", "warning", "passed")
REASONS = ("", "no_total", "no_previous", "new_year", "new_rules", "new_unit")  # why no change is computed
BASES = ("counts", "estimate", "first", "revised", "too_wide", "no_cases")  # of the rate of one week
ABOUT = ABOUT_WEEK, ABOUT_INDICATOR, ABOUT_DEPARTMENT, ABOUT_UNIT = "", "indicator", "department", "unit"  # of remarks
SCOPES = PROVINCE, COUNTRY = "province", "country"  # within which a place is given
KINDS_OF_ASKS = ("band", "fell", "signal", "flag", "target", "zero", "task", "own")  # the strongest first
ADDRESSEES = ("unit", "units", "department")
KINDS_OF_REPLIES = ("reply", "extend", "done", "end", "own", "form")
PROGRESS = ("", "met", "better", "same", "worse", "unclear")
STATES = ("done", "ended", "extended", "overdue", "new", "standing", "open")
CLOSED = STATES[:2]  # an ask is not asked any more
STATUSES = ("computed", "published", "not assessed", "missing")
# column of a delivered table => the code of its total among the indicators
INDICATOR_OF = {"total": "TOTAL", "previous_total": "PREVIOUS_TOTAL", "change": "CHANGE"}
NOT_ITEMISED = "NOT_ITEMISED"  # the part of a total that the delivered table does not itemise


class TableError(AnalysisError, ValueError):
    """A frame does not fit its table. The message lists every fault with table, column and row."""


KINDS_OF_COLUMNS = TEXT, NUMBER, FLAG = "text", "number", "flag"


@dataclass(frozen=True)
class Column:
    """kind: of KINDS_OF_COLUMNS; one_of: the only texts that it may hold, all where empty; is_key: it is never empty"""

    kind: str
    description: str
    one_of: tuple[str, ...] = ()
    is_key: bool = False


@dataclass(frozen=True)
class Table:
    """unique: the columns that together tell one row from every other; none where empty."""

    columns: dict[str, Column]
    unique: tuple[str, ...] = ()

    def of(self, kind: str) -> list[str]:
        """The names of the columns of a kind, in order."""
        return [name for name, column in self.columns.items() if column.kind == kind]


def _text(about: str, one_of: tuple[str, ...] = ()) -> Column:
    return Column(TEXT, about, one_of)


def _key(about: str) -> Column:
    return Column(TEXT, about, is_key=True)


def _number(about: str) -> Column:
    return Column(NUMBER, about)


def _flag(about: str) -> Column:
    return Column(FLAG, about)


def _table(unique: Sequence[str] = (), **columns: Column) -> Table:
    return Table(columns, tuple(unique))


PLACE = {
    "file": _text("name of the delivered file"),
    "row": _number("the row as a person sees it, from 1; missing: the file as a whole"),
    "column": _text("the header of the column; empty: the row as a whole"),
    "column_letter": _text("the letter of the column"),
}
UNIT = {"unit_code": _key("code of the unit, or of the area for the control row"), "unit_name": _text("its name")}

TABLES = {
    "measurements": _table(
        unique=["unit_code", "indicator"],
        **UNIT,
        indicator=_key("an indicator, or TOTAL, PREVIOUS_TOTAL, CHANGE"),
        value=_number("as delivered: percent, points or count"),
        numerator=_number("cases that count"),
        denominator=_number("all cases"),
        published_points=_number("points that the delivered table itself gives"),
        mark=_text("how the office marked the cell: u underlined, b bold", MARKS),
    ),
    "repairs": _table(
        **PLACE,
        raw=_text("the cell as delivered"),
        clean=_text("the cell as used"),
        reason=_text("why, as a sentence"),
    ),
    "problems": _table(
        severity=_text(
            "error refuses the table, warning is accepted and shown, passed is a line passed over", SEVERITIES
        ),
        **PLACE,
        value=_text("the cell as delivered"),
        problem=_text("what is wrong, as a sentence"),
    ),
    "controls": _table(
        control=_key("what must be the same going in and coming out: units, sum"),
        indicator=_text("the indicator summed; empty for the number of units"),
        expected=_number("by the registry or the control row"),
        found=_number("by the rows of the units"),
    ),
    "units": _table(
        unique=["unit_code"],
        **UNIT,
        type=_text("xã, phường, thị trấn, đặc khu; empty: none"),
        kind=_key("a key of [kinds] of area.toml: ranked and compared among themselves"),
    ),
    "corrections": _table(
        unique=["unit_code", "indicator", "field"],
        **UNIT,
        indicator=_key("the indicator corrected"),
        field=_text("which of its figures", ("value", "numerator", "denominator", "published_points")),
        old=_number("in the revision before; missing: it had none"),
        new=_number("in this one; missing: it has none"),
    ),
    "source": _table(
        file=_text("name of the delivered file"),
        cutoff=_key("the cut-off, ISO"),
        previous_cutoff=_text("cut-off of the previous totals that the table carries, ISO; empty: none"),
    ),
    "remarks": _table(
        about=_text("what the office's words are about; empty: the week as a whole", ABOUT),
        code=_text("the unit, the department, or the indicator or group that they are about; empty: the week"),
        text=_key("the office's own words, one paragraph"),
        source=_key("the file and its line or paragraph, or the cell of the table"),
    ),
    "places": _table(
        unique=["unit_code", "scope", "indicator"],
        unit_code=_key("code of the unit, or of the area"),
        scope=_text("within what it is a place: the province, or the country", SCOPES),
        indicator=_key("an indicator or a group; TOTAL for the total"),
        place=_number("1 is best, as a file of the week or province_rank.csv says"),
        of=_number("among how many"),
        source=_text("where that is written"),
    ),
    "place_changes": _table(
        unique=["unit_code", "scope", "indicator"],
        unit_code=_key("code of the unit, or of the area"),
        scope=_text("as in places", SCOPES),
        indicator=_key("as in places"),
        place=_number("1 is best"),
        of=_number("among how many"),
        previous_place=_number("the newest one known before; missing: none of this unit, scope and indicator"),
        previous_of=_number("among how many it was"),
        previous_cutoff=_text("of which cut-off that was, ISO; empty: none"),
    ),
    "clusters": _table(
        unique=["cluster", "kind"],
        cluster=_key("a group of units (cụm, khối) as units.csv names it"),
        kind=_key("the kind of its units in this row: kinds are never compared"),
        units=_number("how many units it has"),
        known=_number("how many of them have a total, of which mean, lowest and highest are"),
        mean=_number("mean of their totals; missing: none has one"),
        lowest=_number("lowest total"),
        highest=_number("highest total"),
        lowest_unit=_text("code of a unit that has it"),
        highest_unit=_text("code of a unit that has it"),
        place=_number("by the mean among the clusters of the kind that are complete; missing: not ranked"),
        of=_number("how many clusters are ranked"),
        group=_text("the group of the part in which it loses most; empty: none"),
        indicator=_text("that part; empty: the whole group, or none"),
        lost=_number("points that its units lose there on average"),
    ),
    "year_ago": _table(
        unique=["unit_code"],
        unit_code=UNIT["unit_code"],
        year_ago_cutoff=_key("the cut-off nearest to the same day a year ago, ISO"),
        total=_number("points now"),
        year_ago_total=_number("points then; missing: none"),
        change=_number("points since then; missing: not compared, the reason says why"),
        reason=_text("why it is not compared", REASONS),
    ),
    "points": _table(
        unique=["unit_code", "group", "indicator"],
        unit_code=UNIT["unit_code"],
        group=_key("one of the six groups"),
        indicator=_text("empty on the group's own row"),
        points=_number("by the rules in force"),
        max_points=_number("what full marks are"),
        published_points=_number("points that the delivered table itself gives"),
        status=_text("where the points come from", STATUSES),
    ),
    "scores": _table(
        unique=["unit_code"],
        **UNIT,
        total=_number("points as published, or the sum of the groups where area.toml says so; missing: none"),
        computed_total=_number("sum of the points that can be computed"),
        not_itemised=_number("total minus computed total"),
        band=_text("the band of the total; empty: no total"),
        rank=_number("1 is best, ties share; missing for the control row"),
    ),
    "reconciliation": _table(
        unique=["unit_code", "group", "indicator"],
        unit_code=UNIT["unit_code"],
        group=_text("one of the six groups; empty for the total"),
        indicator=_text("TOTAL for the total; empty on a group's own row"),
        computed=_number("points by the rules, rounded half up to 0.01"),
        published=_number("points as published"),
        difference=_number("published minus computed"),
        agrees=_flag("within 0.01 for a metric, 0.02 for a sum"),
    ),
    "changes": _table(
        unique=["unit_code"],
        **UNIT,
        total=_number("points as published"),
        previous_total=_number("the same one cut-off before"),
        change=_number("points"),
        rank=_number("1 is best"),
        previous_rank=_number(
            "the same one cut-off before, all units of that week counted; missing where not compared"
        ),
        rank_move=_number("places gained (positive) or lost"),
        explained_change=_number("points of the change that printed columns explain"),
        unexplained_change=_number("the rest of it"),
        previous_cutoff=_text("the cut-off compared with, ISO; empty: none"),
    ),
    "course": _table(
        unique=["cutoff", "unit_code"],
        cutoff=_key("the cut-off, ISO"),
        **UNIT,
        total=_number("points as published"),
        rank=_number("1 is best; missing for the control row and for carried totals"),
        band=_text("the band of the total; empty: no total, or carried"),
        revision=_number("1 for a first issue; missing for carried totals"),
        corrected=_flag("this unit's total was changed after publication"),
        carried_by=_text("cut-off of the table that carried this total; empty: published"),
        since=_key("the day its series began, ISO: totals of different series are not compared"),
    ),
    "contributions": _table(
        unique=["unit_code", "group", "indicator"],
        unit_code=UNIT["unit_code"],
        group=_text("one of the six groups; empty for what is not itemised"),
        indicator=_text("empty on a whole group; NOT_ITEMISED for the rest of the total"),
        points=_number("now"),
        previous_points=_number("at the previous cut-off"),
        contribution=_number("points of the change; a unit's add up to it"),
    ),
    "moves": _table(
        unique=["unit_code", "indicator"],
        unit_code=UNIT["unit_code"],
        indicator=_key("CHANGE (of the total), or a part of it: an indicator, a whole group, NOT_ITEMISED"),
        move=_number("points since the previous cut-off; missing: withheld, the reason says why"),
        median=_number("of the same move among the units of its kind; missing: too few of them, or the area's row"),
        sigmas=_number("robust standard deviations from that median; missing: the others did not differ"),
        marked=_flag("it is worth a word: it differs from its peers by points and by more than they do"),
        streak=_number("of the total: rises (positive) or falls in a row, this one included"),
        reason=_text("why the change is withheld", REASONS),
    ),
    "week_rates": _table(
        unique=["unit_code", "indicator"],
        unit_code=UNIT["unit_code"],
        indicator=_key("an indicator that counts dossiers as they come (nature flow)"),
        rate=_number("of the dossiers since the previous cut-off, percent; missing: the basis says why"),
        low=_number("bounds between which the true rate lies, percent; equal to the rate where it is exact"),
        high=_number("the upper one"),
        cases=_number("dossiers since the previous cut-off; missing: the table has no counts"),
        basis=_text("counts: exact; estimate: with bounds; else why the rate is missing", BASES),
    ),
    "signals": _table(
        unique=["unit_code", "indicator"],
        unit_code=UNIT["unit_code"],
        indicator=_key("an indicator that counts dossiers as they come"),
        rate=_number("of the dossiers since the previous cut-off, percent"),
        baseline=_number("the unit's usual rate before, percent; missing: fewer than 8 weeks known"),
        score=_number("the chart's sum as a share of its threshold; negative for a fall"),
        signal=_text("whether the unit's weeks have risen or fallen by more than chance", ("", "up", "down")),
        since=_text("cut-off at which the standing signal was called, ISO; empty: none stands"),
    ),
    "own_rates": _table(
        unique=["cutoff", "unit_code", "indicator"],
        cutoff=_key("the cut-off, ISO"),
        unit_code=UNIT["unit_code"],
        indicator=_key("the unit's indicator whose own weeks are drawn: that of its strongest signal"),
        rate=_number("of the dossiers since the cut-off before, percent"),
        low=_number("bounds between which the true rate lies, percent"),
        high=_number("the upper one"),
        cases=_number("dossiers since the cut-off before"),
        basis=_text("as in week_rates", BASES),
        baseline=_number("the usual rate before, percent"),
        signal=_text("the signal that stood then", ("", "up", "down")),
        since=_text("cut-off at which it was called, ISO"),
    ),
    "figure_changes": _table(
        unique=["unit_code", "indicator"],
        unit_code=UNIT["unit_code"],
        indicator=_key("an indicator, or a group by its points; only of units that have no total"),
        value=_number("now: percent, points or a count"),
        previous_value=_number("at the previous cut-off"),
        change=_number("value minus previous value"),
    ),
    "carried": _table(
        unique=["unit_code", "carrier"],
        unit_code=UNIT["unit_code"],
        carrier=_key("cut-off of the table that carries it, ISO"),
        carried=_number("the previous total that a delivered table carries"),
        published=_number("the total that week was published with, where it is another"),
    ),
    "peers": _table(
        unique=["unit_code", "indicator"],
        unit_code=UNIT["unit_code"],
        indicator=_key("the figure compared: a rate, a group's points, or NOT_ITEMISED"),
        value=_number("the unit's figure, percent or points"),
        median=_number("of the units of its kind"),
        gap=_number("value minus median"),
        deviation=_number("gap in robust standard deviations"),
        outlier=_flag("out of the ordinary among its peers"),
    ),
    "steps": _table(
        unique=["unit_code", "against"],
        unit_code=UNIT["unit_code"],
        indicator=_key("where it shows: the group, NOT_ITEMISED, or CHANGE (the whole change)"),
        against=_text("what it is compared with: the cut-off before, or the median of the peers", ("before", "peers")),
        points=_number("the move, or the gap to the median"),
        blocks=_number("the nearest whole number of blocks, in points; negative: lost"),
    ),
    "routes": _table(
        unique=["unit_code", "indicator"],
        unit_code=UNIT["unit_code"],
        next_band=_key("the lowest band above the total"),
        gap=_number("points to it"),
        indicator=_key("the indicator that would have to gain them; of a step the group that lost them"),
        points_per_pct=_number("points that one percentage point brings"),
        own_pct=_number("the rate now"),
        room_pct=_number("percentage points that it can gain by the day"),
        needed_pct=_number("percentage points that it alone would need"),
        needed_cases=_number("the same in whole cases, of a flow of those still to come; missing: no counts"),
        enough=_flag("it alone brings the gap by the day"),
        best_pct=_number("best rate among the units of its kind"),
        best_unit=_text("code of a unit that has it; empty: a step"),
        mix_pct=_number("its part of the mix, percentage points; missing: no mix brings the gap by the day"),
        mix_cases=_number("the same in whole cases; missing: no counts"),
        mix_proven=_flag("the mix asks for no rate that no peer has reached"),
        nature=_text("what kind of figure it is: step, stock, flow or neither", ("", "step", "stock", "flow")),
        room_points=_number("points that it can bring by the day"),
        needed_rate=_number("of a flow: the rate on what is still to come that it alone would need, percent"),
        order=_number("its place in the mix, 1 is to be named first; missing: no part"),
        mix_points=_number("its part of the mix, points"),
        mix_rate=_number("of a flow: the rate on what is still to come in the mix, percent"),
        by=_key("by when, ISO"),
    ),
    "possible": _table(
        unique=["unit_code", "indicator"],
        unit_code=UNIT["unit_code"],
        indicator=_key("an indicator with a target"),
        value=_number("the rate so far, percent; missing: no cases yet"),
        target=_number("percent"),
        by=_key("by when, ISO"),
        needed=_number("the rate that what is still to come must have, percent; of a stock the target"),
        most=_number("the highest rate that can be had by then, percent"),
        state=_text("whether the target is reached or can be", ("reached", "possible", "impossible")),
    ),
    "year_end": _table(
        unique=["unit_code", "indicator", "band"],
        unit_code=UNIT["unit_code"],
        indicator=_key("TOTAL, an indicator, or NOT_ITEMISED"),
        low=_number("lower end of the interval on the day; percent of a flow, else points"),
        middle=_number("its mean"),
        high=_number("its upper end"),
        band=_text("of a total, one row for each band; else empty"),
        odds=_number("how likely the total ends in the band, 0 to 1"),
    ),
    "standing": _table(
        unique=["finding", "unit_code", "indicator"],
        finding=_text("what stands", ("band", "flag", "target", "peer")),
        unit_code=UNIT["unit_code"],
        indicator=_key("what it is about"),
        since=_key("the first cut-off of its unbroken run, ISO"),
        weeks=_number("the cut-offs of the run, this one included"),
        is_open=_flag("no earlier figure is known: it may have stood for longer"),
    ),
    "asks": _table(
        unique=["ask_id"],
        ask_id=_key("code of the unit, area or task : indicator : opened; one that is raised again keeps its own"),
        addressee=_text("who is asked: a unit, the heads of all units, or a department", ADDRESSEES),
        unit_code=_text("the unit, or the area where all units are asked; empty: a standing task"),
        unit_name=_text("its name"),
        department=_text("code of the department that answers for the indicator, or has the task; empty: none"),
        indicator=_text("what is asked about: an indicator, a part of the total, TOTAL; of a task what it serves"),
        kind=_text("what raised it, the strongest first", KINDS_OF_ASKS),
        opened=_key("the cut-off of the report that asked first, ISO"),
        times=_number("published reports that have asked it, this one included; missing: a task"),
        due=_text("by when it is to be done, ISO; empty: the office has set no day"),
        reply_by=_text("by when it is to be answered, ISO; empty: the office has set no day"),
        level_opened=_number("the level when it was opened, or when it became this kind"),
        level_before=_number("the level one report before; missing: it was not asked then, or as another kind"),
        level=_number(
            "now: points of band and fell; the own rate of a signal; the printed figure of flag and zero;"
            " of a target how many units reach it; missing: not known"
        ),
        rate=_number("of the dossiers since the previous cut-off, percent, as in week_rates; missing: no flow"),
        low=_number("bounds between which it lies"),
        high=_number("the upper one"),
        target=_number(
            "what the level is to be: the next band's limit, the points before the fall, the usual rate, the mark;"
            " above 0 for zero; of a target how many units have a figure"
        ),
        progress=_text("the level against level_opened; empty: new, or a task", PROGRESS),
        state=_text("done and ended are shown once, in the week that closes them", STATES),
        replied=_text("the day of the newest reply, ISO; empty: none"),
        reply=_text("the newest reply, in the unit's own words"),
        note=_text("codes: what is special this week, and why it ended (docs/method.md)"),
    ),
    "replies": _table(
        cutoff=_key("the cut-off of the report that shows it first, ISO; earlier ones stay with their ask"),
        file=_text("name of the delivered file; empty: a form that was sent"),
        row=_number("the row of that file as a person sees it, from 1, once for each ask it answers; missing: a form"),
        ask_id=_text("the ask that it is about; empty: none that is known, or a form"),
        unit_code=_text("the unit that it is about; empty: none, but a department"),
        department=_text("code of the department that it is about; empty: none"),
        indicator=_text("the indicator or part of the total that it is about; empty: all of the unit"),
        kind=_text(
            "reply: an answer; extend: the office moves the day; done, end: the office closes the ask;"
            " own: the office's own ask; form: a form to fill was sent",
            KINDS_OF_REPLIES,
        ),
        day=_key("the day of it, ISO"),
        text=_text("what was answered, or what the office asks, in its own words"),
        cause=_text("the cause that it gives"),
        solution=_text("what it says will be done"),
        promised=_text("the day that it promises, or to which the office moves the day, ISO; empty: none"),
        document=_text("number of the document"),
    ),
    "findings": _table(
        finding=_key("what kind of finding"),
        severity=_text("how much it matters"),
        unit_code=_text("the unit, or the area; empty: the table as a whole"),
        indicator=_text("the indicator or total it is about"),
        value=_number("the figure"),
        reference=_number("what it is compared with"),
        text=_text("the finding as a sentence"),
        since=_text("of what stands: the first cut-off at which it stood, ISO; else empty"),
    ),
    "pages": _table(
        unique=["unit_code"],
        **UNIT,
        status=_text("whether its page was made; of a failed one there is a page that says so", ("made", "failed")),
        reason=_text("why it failed, for the maintainer; empty: made"),
    ),
}

# What a month, a quarter or a year is compiled to, of the stored weeks whose cut-off lies within.
TABLES |= {
    "period_weeks": _table(
        unique=["state", "cutoff"],
        state=_text(
            "before: the last week of the period before; within: a week of this one; missing: a cut-off that was"
            " expected and has no week; gap: no week between two days that lie further apart than usual",
            ("before", "within", "missing", "gap"),
        ),
        cutoff=_key("the cut-off, ISO; of a gap the day it begins after"),
        until=_text("of a gap: the first cut-off after it, ISO; empty: none, it reaches to the end, or no gap"),
        revision=_number("1 for a first issue; missing: no week"),
    ),
    "period_bands": _table(
        unique=["kind", "band"],
        kind=_key("a key of [kinds] of area.toml"),
        band=_text("a band, the best first; empty: units without a total"),
        units=_number("how many units of the kind have it at the last cut-off"),
        share=_number("of the units of the kind, percent"),
        previous_units=_number("the same at the last cut-off of the period before; missing: not known or not compared"),
        previous_share=_number("percent"),
    ),
    "period_units": _table(
        unique=["unit_code"],
        **UNIT,
        kind=_text("a key of [kinds] of area.toml; empty: the control row"),
        total=_number("points at the last cut-off, as published"),
        band=_text("the band of the total; empty: no total"),
        rank=_number("1 is best, ties share; missing for the control row"),
        previous_total=_number("points at the last cut-off of the period before; missing: not compared"),
        previous_band=_text("its band then, as published; empty: not compared"),
        previous_rank=_number("its rank then"),
        change=_number("total minus previous total"),
        reason=_text("why it is not compared", REASONS),
    ),
    "period_figures": _table(
        unique=["unit_code", "indicator"],
        unit_code=UNIT["unit_code"],
        indicator=_key("an indicator or a group that the table prints"),
        value=_number("at the last cut-off, as printed: percent, points or a count"),
        previous_value=_number("at the last cut-off of the period before; missing: not known or not compared"),
        change=_number("value minus previous value"),
        place=_number("of the area or unit, as a file of the last week says; 1 is best; missing: not known"),
        of=_number("among how many"),
        previous_place=_number("as a file of the last week of the period before says"),
        previous_of=_number("among how many then"),
    ),
    "period_asks": _table(  # of each ask that was open within the period, its newest row there
        unique=["ask_id"],
        **dict(TABLES["asks"].columns),
        was_open=_flag("it was open at the end of the period before"),
        closed=_text("the cut-off at which it was done or ended, ISO; empty: open at the last cut-off"),
        reports=_number("reports of the period that have it"),
    ),
}

PERIOD_TABLES = [name for name in TABLES if name.startswith("period_")]

# Table => the notebook that writes it, and that must be run where the table is missing.
WRITTEN_BY = (
    dict.fromkeys(("measurements", "repairs", "problems", "controls", "units"), "1_clean")
    | dict.fromkeys(("source", "corrections", "remarks", "places"), "1_clean")
    | dict.fromkeys(("points", "scores", "reconciliation"), "2_score")
    | dict.fromkeys(("course", "changes", "contributions", "moves", "carried", "peers", "steps", "standing"), "3_trend")
    | dict.fromkeys(("figure_changes", "place_changes", "clusters", "year_ago"), "3_trend")
    | dict.fromkeys(("week_rates", "signals", "own_rates", "possible", "routes", "year_end"), "3_trend")
    | dict.fromkeys(("asks", "replies"), "3_trend")
    | dict.fromkeys(("findings",), "4_report")
    | dict.fromkeys(("pages",), "run/unit_pages.py")  # from all runs of 5_unit; missing: no unit has a page
    | dict.fromkeys(PERIOD_TABLES, "6_period")
)
BEFORE_REPORT = [name for name, notebook in WRITTEN_BY.items() if notebook not in ("4_report", "6_period")]
