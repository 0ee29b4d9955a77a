"""The ledger of asks: one row for each ask that is open, or closed this week, with its course since it was opened.

It follows from the ledgers of all earlier published reports, from what this week's figures ask (asked.py) and from what
was answered (answers.py); nothing else is remembered. So a week that is made again, or made late, has the ledger that
it would have had in time. Pure functions; docs/method.md §14.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import pandas as pd

from analysis import tables
from analysis.config.working_days import add_working_days
from analysis.method import asked, endings
from analysis.method.answers import DONE as OFFICE_DONE
from analysis.method.answers import END as OFFICE_END
from analysis.method.answers import EXTEND, NO_REPLIES, REPLY, Answers
from analysis.method.answers import OWN as OFFICE_ASKS
from analysis.method.asked import BAND, FELL, FLAG, KINDS, OWN, SIGNAL, TARGET, TASK, TOTAL, ZERO
from analysis.method.endings import Breaks
from analysis.method.steps import count_blocks
from analysis.tables import NOT_ITEMISED

ASKS = list(tables.TABLES["asks"].columns)
NUMBERS = ("times", "level_opened", "level_before", "level", "rate", "low", "high", "target")
UNIT, UNITS, DEPARTMENT = tables.ADDRESSEES
DONE, ENDED, EXTENDED, OVERDUE, NEW, STANDING, OPEN = tables.STATES
CLOSED = tables.CLOSED
MET, BETTER, SAME, WORSE, UNCLEAR = "met", "better", "same", "worse", "unclear"
AGAIN, ONCE, UNSTEADY, AT, CHANGED, OTHER_KIND = "again", "once", "unsteady", "at", "target", "kind"
EXPLAINED = "explained"
AGAIN_WITHIN = 4  # reports after it was done, within which the same ask is raised again
# Our choice (simulated): a flow that was done so often within so many days is met only where it clears its mark.
STEADY_AT_MOST, STEADY_WITHIN = 2, timedelta(days=364)
NAN = float("nan")


@dataclass(frozen=True)
class Settings:
    """What the ledger needs besides figures.

    names      : by unit_code, the area's among them;  area : its code
    answering  : by indicator or group, the code of the department that answers for it
    targets    : the area's, by indicator
    flows      : indicators whose progress is told by signals
    least_move : what counts as a move of a figure, in percentage points, and of points in points of 100
    maximum    : all points of the index
    step       : size_points, level_tolerance_points
    since      : by unit_code, the day its series began, ISO
    order      : indicators in the order of the table
    due_days, reply_days : working days after the report that asks, by which it is to be done, or answered; 0: no day
    """

    names: Mapping[str, str]
    area: str = ""
    answering: Mapping[str, str] = field(default_factory=dict)
    targets: Mapping[str, float] = field(default_factory=dict)
    flows: tuple[str, ...] = ()
    least_move: float = 1.0
    maximum: float = 100.0
    step: Mapping[str, float] = field(default_factory=lambda: {"size_points": 6.0, "level_tolerance_points": 1.0})
    since: Mapping[str, str] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    due_days: int = 0
    reply_days: int = 0


class Cell(NamedTuple):
    """What asked.find_cells says of one cell, but for its key."""

    level: float = NAN
    target: float = NAN
    raised: bool = False
    met: bool = False
    alone: bool = False
    rate: float = NAN
    low: float = NAN
    high: float = NAN
    is_confirmed: bool = False
    is_revised: bool = False
    signal: str = ""
    called: str = ""


NOTHING = Cell()


@dataclass(frozen=True)
class Ask:
    """An ask on its way through one week: its course so far, and what this week makes of it."""

    kind: str
    unit: str
    indicator: str
    opened: str
    rows: tuple = ()  # its rows in earlier ledgers, oldest first
    cell: Cell = NOTHING
    ending: str = ""  # why it ends without having been met
    is_again: bool = False  # it was met, and is raised again
    is_unsteady: bool = False  # the figure of its cell went to and fro across its mark
    answers: tuple = ()  # the rows of replies about it, the newest last
    is_explained: bool = False  # of a fall that is not regained: a reply gives the cause
    is_closed: bool = False  # the office says that it is done, whatever the figures say
    department: str = ""  # of OWN: the department that is asked; "": a unit is
    own_id: str = ""  # of OWN: its code

    @property
    def ask_id(self) -> str:
        return self.own_id or name_ask(self.unit, self.indicator, self.opened)

    @property
    def place(self) -> tuple[str, str]:
        return self.unit, self.indicator

    @property
    def base(self) -> Any:
        """The row since which it has had its kind: the first, where that never changed; None: since this week."""
        return next(iter(self._own_rows()), None)

    @property
    def since(self) -> str:
        """The report that raised it, or raised it again, the newest of them; "": this week does."""
        if self.is_again:
            return ""
        again = [row.cutoff for row in self.rows if AGAIN in row.note.split()]
        return (again or [row.cutoff for row in self.rows[:1]] or [""])[-1]

    @property
    def fall(self) -> Any:
        """Of a fall: the row that raised it, since it was last raised again; None: this week does."""
        if self.is_again:
            return None
        rows = self._own_rows()
        raised_again = [at for at, row in enumerate(rows) if AGAIN in row.note.split()]
        return next(iter(rows[raised_again[-1] if raised_again else 0 :]), None)

    @property
    def target(self) -> float:
        """What the level is to be; of a fall the points before it."""
        return self.fall.target if self.kind == FELL and self.fall else self.cell.target

    def _own_rows(self) -> list:
        """Its newest rows of one kind, oldest first."""
        others = [at for at, row in enumerate(self.rows) if row.kind != self.kind]
        return list(self.rows[others[-1] + 1 if others else 0 :])


def name_ask(code: str, indicator: str, opened: str) -> str:
    """``30634:CKMB:2023-12-04``; several indicators of a task are joined by +."""
    return f"{code}:{indicator.replace(' ', '+')}:{opened}"


def name_own(code: str, indicator: str, opened: str, number: int) -> str:
    """``30634:CKMB:2023-12-04:1``: an ask of the office itself; several of a report are numbered."""
    return f"{name_ask(code, indicator, opened)}:{number}"


def find_first_day(cutoff: str) -> str:
    """The day, ISO, after which it counts whether an ask was done; of earlier ledgers only what is open matters, and
    what was done in the last ``AGAIN_WITHIN``."""
    return str(date.fromisoformat(cutoff) - STEADY_WITHIN)


def make_ledger(
    cells: pd.DataFrame,
    tasks: pd.DataFrame,
    earlier: pd.DataFrame,
    reports: list[str],
    cutoff: str,
    breaks: Breaks,
    settings: Settings,
    replies: pd.DataFrame = NO_REPLIES,
) -> pd.DataFrame:
    """The table ``asks`` of a week.

    cells   : as ``asked.find_cells`` returns them;  tasks : code, department (its code), indicators, of those in force
    earlier : ASKS after ``cutoff``: the ledgers of the earlier published reports, each in its newest revision
    reports : the cut-offs of those reports that have a ledger, oldest first
    replies : the rows of the table of this and of the earlier reports, each with the report that shows it first
    Returns : ASKS, the strongest kind first, then by indicator and unit
    """
    past = _read_past(earlier)
    held, answers = _read_cells(cells), Answers(replies, cutoff)
    unsteady = _find_unsteady(past, cutoff, settings.flows)
    open_before, done_before = (
        [
            _look_at(
                replace(ask, is_unsteady=ask.place in unsteady, answers=answers.about(ask.ask_id)),
                *(held, cutoff, breaks, settings),
            )
            for ask in asks
        ]
        for asks in (_find_open(past, reports), _find_done(past, reports))
    )
    again = {ask.place: ask for ask in done_before if not ask.ending}
    ended = [ask for ask in open_before if ask.ending]
    going = [_go_on(ask, held, settings) for ask in open_before if not ask.ending]
    raised = [
        replace(ask, answers=answers.about(ask.ask_id, ask.unit, ask.indicator))
        for ask in _raise(held, going, again, cutoff, settings)
    ]
    own = _find_own(past, answers, reports, cutoff, breaks)
    rows = [_tell(ask, cutoff, settings) for ask in (*ended, *going, *raised, *own)]
    rows += _tell_tasks(tasks, past, reports, cutoff, answers)
    return pd.DataFrame(_in_order(rows, settings), columns=ASKS)


def _in_order(rows: list[dict], settings: Settings) -> list[dict]:
    """The strongest kind first, then by indicator and unit; tasks in their own order."""
    indicators = {name: place for place, name in enumerate(settings.order)}
    units = {code: place for place, code in enumerate(settings.names)}

    def place(row: dict) -> tuple:
        indicator = -1 if row["kind"] == TASK else indicators.get(row["indicator"], -1)
        return KINDS.index(row["kind"]), indicator, units.get(row["unit_code"], len(units))

    return sorted(rows, key=place)


# -- what is known ---------------------------------------------------------------------------------------------------


def _read_past(earlier: pd.DataFrame) -> dict[str, list]:
    """The rows of earlier ledgers by ask, oldest first."""
    past = defaultdict(list)
    for row in earlier.sort_values("cutoff", kind="stable").itertuples(index=False):
        past[row.ask_id].append(row)
    return past


def _read_cells(cells: pd.DataFrame) -> dict[tuple[str, str], dict[str, Cell]]:
    """The cells of each unit and indicator, by kind."""
    held = defaultdict(dict)
    for kind, unit, indicator, *rest in cells.itertuples(index=False):
        held[unit, indicator][kind] = Cell(*rest)
    return held


def _find_open(past: Mapping[str, list], reports: list[str]) -> Iterator[Ask]:
    """The asks that the newest earlier ledger left open."""
    for rows in past.values():
        if rows[-1].cutoff == reports[-1] and rows[-1].state not in CLOSED and rows[-1].kind not in (TASK, OWN):
            yield _follow(rows)


def _find_done(past: Mapping[str, list], reports: list[str]) -> list[Ask]:
    """The asks that were done within the last reports, the newest last."""
    recent = [
        rows
        for rows in past.values()
        if rows[-1].state == DONE and rows[-1].kind != OWN and rows[-1].cutoff in reports[-AGAIN_WITHIN:]
    ]
    return [_follow(rows) for rows in sorted(recent, key=lambda rows: rows[-1].cutoff)]


def _find_unsteady(past: Mapping[str, list], cutoff: str, flows: Collection[str]) -> set[tuple[str, str]]:
    """The units and flows that met their mark and fell below it again and again, as small numbers of dossiers do."""
    first = find_first_day(cutoff)
    done = Counter(
        (row.unit_code, row.indicator)
        for rows in past.values()
        for row in rows
        if row.state == DONE and row.kind == FLAG and row.indicator in flows and row.cutoff > first
    )
    return {place for place, often in done.items() if often >= STEADY_AT_MOST}


def _follow(rows: list) -> Ask:
    last = rows[-1]
    return Ask(last.kind, last.unit_code, last.indicator, last.opened, tuple(rows))


# -- what becomes of an ask ------------------------------------------------------------------------------------------


def _look_at(ask: Ask, held: Mapping, cutoff: str, breaks: Breaks, settings: Settings) -> Ask:
    """The ask with what this week's figures and the replies say of its cell, and why it ends, if it does."""
    its = held.get(ask.place, {})
    cell = its.get(ask.kind, NOTHING)
    ending = endings.find_ending(ask.kind, ask.unit, ask.indicator, ask.opened, cutoff, breaks)
    if not ending and ask.kind in (FLAG, TARGET, ZERO) and ask.kind not in its:
        ending = endings.RULE  # the office does not ask for it any more
    if not ending and ask.rows[0].cutoff != ask.opened:
        ending = endings.CORRECTED  # the newest revision of that week does not raise it
    if not ending and ask.kind == SIGNAL and cell.met and endings.has_outlasted(ask.opened, cutoff):
        ending = endings.BASELINE
    ask = replace(ask, cell=cell, ending=ending)
    return replace(ask, is_explained=ask.kind == FELL and not _is_regained(ask, settings) and _has_cause(ask))


def _has_cause(ask: Ask) -> bool:
    """Whether a reply that names the fall gives its cause, since the report that raised it."""
    replies = [each for each in ask.answers if each.kind == REPLY and each.indicator]
    return any(each.cause and each.day >= ask.fall.cutoff for each in replies)


def _go_on(ask: Ask, held: Mapping, settings: Settings) -> Ask:
    """The open ask as this week leaves it: as the figures say, and where these do not meet it, as the office says."""
    if _is_met(ask, settings) and not ask.cell.raised:
        return _take_kind(ask, held, settings)
    closed = _close(ask)
    return _take_kind(ask, held, settings) if closed is ask else closed


def _close(ask: Ask) -> Ask:
    """The ask as the office says, where it has closed it since the report that raised it."""
    said = [each.kind for each in ask.answers if each.kind in (OFFICE_DONE, OFFICE_END) and each.cutoff >= ask.since]
    if not said:
        return ask
    return replace(ask, is_closed=True) if said[-1] == OFFICE_DONE else replace(ask, ending=endings.OFFICE)


def _take_kind(ask: Ask, held: Mapping, settings: Settings) -> Ask:
    """The open ask as the strongest kind that stands in its cell: one that is raised, or its own until it is met."""
    its = held.get(ask.place, {})
    stands = [kind for kind, cell in its.items() if cell.raised and not cell.alone]
    if not _is_met(ask, settings):
        stands.append(ask.kind)
    kind = min(stands, key=KINDS.index, default=ask.kind)
    if kind != ask.kind:
        return replace(ask, kind=kind, cell=its[kind])
    return replace(ask, is_again=ask.cell.raised and _is_met(ask, settings))  # it regained its points, and fell anew


def _raise(
    held: Mapping, going: list[Ask], again: Mapping[tuple[str, str], Ask], cutoff: str, settings: Settings
) -> Iterator[Ask]:
    """The asks of cells that are not asked about yet. A gap that asks alone does so only where the unit is asked about
    no other fall."""
    asked_about = {ask.place for ask in going}
    falling = {ask.unit for ask in going if ask.kind == FELL and (ask.cell.raised or not _is_regained(ask, settings))}
    falling |= {unit for (unit, _), its in held.items() if FELL in its and its[FELL].raised and not its[FELL].alone}
    for place, its in held.items():
        raised = [kind for kind, cell in its.items() if cell.raised and not (cell.alone and place[0] in falling)]
        if raised and place not in asked_about:
            kind = min(raised, key=KINDS.index)
            known = again.get(place, Ask(kind, *place, cutoff))
            yield replace(known, kind=kind, cell=its[kind], is_again=place in again)


def _is_done(ask: Ask, settings: Settings) -> bool:
    return not ask.is_again and not ask.cell.raised and _is_met(ask, settings)


def _is_met(ask: Ask, settings: Settings) -> bool:
    """Whether this week's figures meet what the ask asks for, whatever else stands in its cell."""
    if ask.kind == FELL:
        return ask.is_explained or _is_regained(ask, settings)
    if ask.kind == FLAG and ask.is_unsteady:
        return ask.cell.level >= min(ask.cell.target + settings.least_move, 100.0)
    if ask.kind == FLAG and ask.cell.is_confirmed and ONCE in ask.rows[-1].note.split():
        return True
    return ask.cell.met


def _is_regained(ask: Ask, settings: Settings) -> bool:
    """Whether a fall has the points again that it had before."""
    return ask.cell.level >= ask.target - _drift(ask, settings)


def _drift(ask: Ask, settings: Settings) -> float:
    """By how much what is not itemised may lie below a whole block: its other parts drift by tenths of a point."""
    near, size = settings.step["level_tolerance_points"], settings.step["size_points"]
    is_block = ask.fall and count_blocks(ask.fall.target - ask.fall.level, size, near)
    return near if ask.indicator == NOT_ITEMISED and is_block else 0.0


def _tell(ask: Ask, cutoff: str, settings: Settings) -> dict:
    """The ask's row."""
    cell, last = ask.cell, ask.rows[-1] if ask.rows else None
    was_open = last is not None and last.state not in CLOSED
    due, is_extended = _find_due(ask, cutoff, settings)
    state = _find_state(ask, cutoff, settings, due, is_extended)
    replied, reply = _find_reply(ask.answers)
    return {
        "ask_id": ask.ask_id,
        "addressee": _find_addressee(ask, settings),
        "unit_code": ask.unit,
        "unit_name": settings.names.get(ask.unit, last.unit_name if last else ""),
        "department": ask.department or settings.answering.get(ask.indicator, ""),
        "indicator": ask.indicator,
        "kind": ask.kind,
        "opened": ask.opened,
        "times": float(sum(row.state not in CLOSED for row in ask.rows) + (state not in CLOSED)),
        "due": due,
        "reply_by": last.reply_by if ask.since else _set_day(cutoff, settings.reply_days),
        "level_opened": ask.base.level if ask.base else cell.level,
        "level_before": last.level if was_open and last.kind == ask.kind else NAN,
        "level": cell.level,
        "rate": cell.rate,
        "low": cell.low,
        "high": cell.high,
        "target": ask.target,
        "progress": _judge(ask, state, settings),
        "state": state,
        "replied": replied,
        "reply": reply,
        "note": " ".join(_note(ask, state, settings)),
    }


def _find_addressee(ask: Ask, settings: Settings) -> str:
    if ask.department:
        return DEPARTMENT
    return UNITS if ask.kind == TARGET or ask.unit == settings.area else UNIT


def _find_reply(answers: Collection) -> tuple[str, str]:
    """The day and the words of the newest reply; of one without words the cause or the solution that it gives."""
    newest = next((each for each in reversed(answers) if each.kind == REPLY), None)
    return (newest.day, newest.text or newest.cause or newest.solution) if newest else ("", "")


def _set_day(cutoff: str, count: int) -> str:
    """So many working days after the report; "" where the office sets none."""
    return add_working_days(cutoff, count) if count else ""


def _find_due(ask: Ask, cutoff: str, settings: Settings) -> tuple[str, bool]:
    """The day by which it is to be done, and whether the office has moved it since it was raised; "": there is none."""
    moved = [each for each in ask.answers if each.kind == EXTEND and each.cutoff >= (ask.since or cutoff)]
    if moved:
        return moved[-1].promised, True
    if ask.since:
        return ask.rows[-1].due, False
    own = [each.promised for each in ask.answers if each.kind == OFFICE_ASKS and each.promised]
    return (own[-1] if own else _set_day(cutoff, settings.due_days)), False


def _find_state(ask: Ask, cutoff: str, settings: Settings, due: str, is_extended: bool) -> str:
    if ask.ending:
        return ENDED
    if ask.is_closed or (ask.rows and _is_done(ask, settings)):
        return DONE
    if "" < due < cutoff:
        return OVERDUE
    if is_extended:
        return EXTENDED
    return OPEN if ask.rows else NEW


def _judge(ask: Ask, state: str, settings: Settings) -> str:
    """How the ask stands against its beginning."""
    if ask.kind == OWN:
        return MET if state == DONE else ""
    if state == ENDED or (state == DONE and not ask.is_closed):
        return UNCLEAR if state == ENDED else MET
    if not ask.rows:
        return ""
    cell, base = ask.cell, ask.base
    if base is None:  # it has become another kind
        return WORSE if KINDS.index(ask.kind) < KINDS.index(ask.rows[-1].kind) else BETTER
    if cell.level != cell.level or cell.is_revised:
        return UNCLEAR
    if ask.kind == SIGNAL:
        return SAME
    if ask.kind == FLAG and ask.indicator in settings.flows:
        return {"up": BETTER, "down": WORSE}.get(cell.signal if cell.called > ask.opened else "", SAME)
    move = round(cell.level - base.level, asked.KEPT_DECIMALS)
    if move != move or base.cutoff < settings.since.get(ask.unit, ""):
        return UNCLEAR
    in_points = ask.kind == FELL or ask.indicator == TOTAL
    least = 1 if ask.kind == TARGET else settings.least_move * (settings.maximum / 100 if in_points else 1)
    return BETTER if move >= least else WORSE if move <= -least else SAME


def _note(ask: Ask, state: str, settings: Settings) -> Iterator[str]:
    """The codes of what is special this week."""
    if ask.ending:
        yield ask.ending
        return
    if ask.is_closed:
        yield endings.OFFICE
    last = ask.rows[-1] if ask.rows else None
    if ask.is_explained:
        yield EXPLAINED
    if ask.is_again:
        yield AGAIN
    if last and last.kind != ask.kind:
        yield f"{OTHER_KIND}:{last.kind}>{ask.kind}"
    wanted = settings.targets[ask.indicator] if ask.kind == TARGET else ask.cell.target
    if ask.kind == TARGET:
        yield f"{AT}:{wanted:g}"
    if last and last.kind == ask.kind and ask.kind in (BAND, FLAG, TARGET):
        before = _read_at(last.note) if ask.kind == TARGET else last.target
        if wanted == wanted and before == before and wanted != before:
            yield f"{CHANGED}:{before:g}>{wanted:g}"
    if ask.kind == FLAG and state not in CLOSED:
        if ask.is_unsteady:
            yield UNSTEADY
        elif ask.cell.is_confirmed:
            yield ONCE


def _read_at(note: str) -> float:
    """The target that the note of a row of TARGET names."""
    return next((float(code.removeprefix(f"{AT}:")) for code in note.split() if code.startswith(f"{AT}:")), NAN)


# -- what the office itself asks -------------------------------------------------------------------------------------


def _find_own(
    past: Mapping[str, list], answers: Answers, reports: list[str], cutoff: str, breaks: Breaks
) -> Iterator[Ask]:
    """The office's own asks that were open, and those of this report. Only the office closes them."""
    for ask_id, rows in past.items():
        last = rows[-1]
        if last.kind != OWN or last.state in CLOSED or last.cutoff != reports[-1]:
            continue
        department = last.department if last.addressee == DEPARTMENT else ""
        told = answers.about(ask_id)
        ask = Ask(OWN, last.unit_code, last.indicator, last.opened, tuple(rows), answers=told, own_id=ask_id)
        ask = replace(ask, department=department)
        if last.addressee == UNIT and (ending := endings.find_unit_ending(last.unit_code, last.opened, breaks)):
            yield replace(ask, ending=ending)
        elif rows[0].cutoff != last.opened:
            yield replace(ask, ending=endings.CORRECTED)
        else:
            yield _close(ask)
    for each in answers.asked_by_office():
        told = answers.about(each.ask_id)
        own = {"answers": told, "own_id": each.ask_id, "department": each.department}
        yield Ask(OWN, each.unit_code, each.indicator, cutoff, **own)


# -- standing tasks --------------------------------------------------------------------------------------------------


def _tell_tasks(
    tasks: pd.DataFrame, past: Mapping[str, list], reports: list[str], cutoff: str, answers: Answers
) -> Iterator[dict]:
    """The standing tasks in force, and those that the office has closed since the report before."""
    before = {
        (ask_id.partition(":")[0], rows[-1].indicator): rows[-1]
        for ask_id, rows in past.items()
        if rows[-1].kind == TASK and rows[-1].state not in CLOSED and rows[-1].cutoff == reports[-1]
    }
    empty = dict.fromkeys(ASKS, "") | {name: NAN for name in NUMBERS} | {"kind": TASK}
    for code, department, indicators in tasks[["code", "department", "indicators"]].itertuples(index=False):
        last = before.pop((code, indicators), None)
        opened = last.opened if last else cutoff
        ask_id = name_ask(code, indicators, opened)
        told = answers.about(ask_id, department, indicators) if not last else answers.about(ask_id)
        yield (
            empty
            | dict(zip(("replied", "reply"), _find_reply(told), strict=True))
            | {
                "ask_id": ask_id,
                "addressee": DEPARTMENT if department else UNITS,
                "department": department,
                "indicator": indicators,
                "opened": opened,
                "state": STANDING if last else NEW,
            }
        )
    for last in before.values():
        held = {name: getattr(last, name) for name in ("ask_id", "addressee", "department", "indicator", "opened")}
        yield empty | held | {"state": ENDED, "note": endings.OFFICE}
