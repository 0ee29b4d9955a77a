"""Compares what page, mail and Word document ask with the ledger: every request has its row, every open row stands."""

import html
import re

from analysis.report import ask_words, asks, document_rows, page
from analysis.report.asks_of_units import OF_UNITS

ITEM = re.compile(r"<li\b[^>]*>(.*?)</li>", re.DOTALL)
OTHERS = re.compile(r"(\d+) đơn vị khác")


def lines_of(edition) -> dict[str, list[str]]:
    """What each product says under its requests, an item a line, without markup."""
    rows = document_rows.request_rows(edition)
    rows += [row for section in document_rows.department_sections(edition) for row in section["rows"]]
    told = {name: piece(edition).data for name, piece in (("page", page.requests), ("mail", page.mail_requests))}
    told = {name: [_plain(item) for item in ITEM.findall(text)] for name, text in told.items()}
    return told | {"Word": [row["name"] + row["text"] for row in rows]}


def find_faults(edition, lines: list[str]) -> list[str]:
    """Rows of the ledger that no line shows as they are, or that are shown twice; and units that a line asks for
    something that the ledger has no row of."""
    rows, faults = edition.open_asks, []
    for (kind, indicator), its in rows[~rows["kind"].isin(OF_UNITS)].groupby(["kind", "indicator"]):
        name = edition.names.measured(indicator)
        held = [line.removeprefix(f"{name}: ") for line in lines if line.startswith(f"{name}: ")]
        if len(held) != 1:
            faults.append(f"{name}: {len(held)} lines")
            continue
        faults += _look_at_figures(edition, held[0], its, f"{name} ({kind})")
    faults += _look_at_units(edition, lines)
    for indicator in edition.rules.indicators["indicator"]:
        name, known = edition.names.measured(indicator), rows[rows["indicator"] == indicator]
        for line in lines:
            if line.startswith(f"{name}: ") and (of := _asked_in(edition, line) - {*known["unit_code"]}):
                faults.append(f"{name}: no row of {sorted(of)}")
    return faults


def _look_at_figures(edition, text: str, rows, about: str) -> list[str]:
    """The rows of one kind and indicator that are neither named with level and times nor counted."""
    if rows["kind"].iat[0] == "target":
        (row,) = rows.itertuples()
        times = ask_words.say_times(edition, row)
        reached = f"{row.level:.0f}/{row.target:.0f} đơn vị đạt chỉ tiêu {ask_words.say_target(edition, row)} ("
        shown = [part for part in text.split("; đề nghị") if reached in part and part.endswith(f"{times})")]
        return [] if len(shown) == 1 else [f"{about}: {len(shown)} times"]
    unnamed = 0
    for row in rows.itertuples():
        level = [] if row.kind == "zero" or row.level != row.level else [ask_words.say_level(edition, row)]
        once = ["chờ xác nhận"] if "once" in row.note.split() else []
        said = ", ".join([*level, *filter(None, [ask_words.say_times(edition, row)]), *once])
        name = ask_words.name_unit(edition, row)
        shown = text.count(f"{name} ({said})" if said else name)
        if shown > 1:
            return [f"{about}: {name} {shown} times"]
        unnamed += not shown
    counted = sum(map(int, OTHERS.findall(text)))
    return [f"{about}: {unnamed} not named, {counted} counted"] if unnamed > counted else []


def _look_at_units(edition, lines: list[str]) -> list[str]:
    """The units with an ask of their own that have no line, or several; lines of units that have no such ask."""
    rows = edition.open_asks.query("addressee == 'unit' and kind in @OF_UNITS")
    begun = {code: f"{edition.names.full_unit(code)} " for code in edition.units["unit_code"]}
    of = {code: [line for line in lines if line.startswith((begin, begin[:-1] + ":"))] for code, begin in begun.items()}
    faults = [f"{code}: no row" for code, its in of.items() if its and code not in set(rows["unit_code"])]
    together = " ".join(line for line in lines if " cùng xếp loại " in line)
    counted = sum(int(each) for line in lines for each in re.findall(r"Ngoài ra có (\d+) đơn vị khác", line))
    missing = 0
    for code in dict.fromkeys(rows["unit_code"]):
        its = of[code] or (
            [together]
            if f"{edition.names.typed(code)} (" in together or edition.names.full_unit(code) in together
            else []
        )
        if len(its) > 1:
            faults.append(f"{code}: {len(its)} lines")
        missing += not its
        for row in rows[rows["unit_code"] == code].itertuples() if its else ():
            if row.times > 1 and not re.search(rf"\b(lần {row.times:.0f}|{row.times:.0f} lần)\b", its[0]):
                faults.append(f"{row.ask_id}: not how often")
    return faults + ([f"{missing} units not named, {counted} counted"] if missing > counted else [])


def _asked_in(edition, line: str) -> set[str]:
    """The units that the asking sentences of a line name with a figure or how often they were asked."""
    asking = " ".join(part for part in re.split(r"(?<=[.])\s", line) if "; đề nghị" in part and "chỉ tiêu" not in part)
    names = sorted(
        ((edition.names.unit(code), code) for code in edition.units["unit_code"]), key=lambda each: -len(each[0])
    )
    found = set()
    for name, code in names:
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", asking):
            found.add(code)
            asking = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "", asking)
    return found


def _plain(item: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", item)).replace(" :", ":").split()).replace(" :", ":")


def list_units_requests(edition) -> set[tuple[str, str]]:
    """What ``unit_requests`` asks each unit: its code, and the name of the indicator, "" of the unit as a whole."""
    return {(code, each["name"]) for code in edition.units["unit_code"] for each in asks.unit_requests(edition, code)}


def list_open(edition) -> set[tuple[str, str]]:
    """The same by the ledger."""
    rows = edition.open_asks.query("addressee == 'unit'")
    return {
        (row.unit_code, "" if row.kind in OF_UNITS else edition.names.measured(row.indicator))
        for row in rows.itertuples()
    }
