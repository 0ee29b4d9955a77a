"""Makes a period's appendix.xlsx: its units, figures, bands, asks and weeks, as numbers to calculate with.

The asks are what was asked and what became of it: no reply, no day that is due. A public copy may hold the workbook.
"""

from datetime import date

from xlsxwriter.worksheet import Worksheet

from analysis.config.wording import capital
from analysis.report import period_sentences as said
from analysis.report.ask_words import name_unit, say_ask
from analysis.report.period_edition import PeriodEdition
from analysis.report.workbook import Column, Formats, build_book, write_list


def build_workbook(edition: PeriodEdition) -> bytes:
    """The workbook; the same edition gives the same bytes."""
    say = edition.words.say
    sheets = {
        **({say("workbook.ranking"): _units} if edition.has_totals else {}),
        **({say("period.bands_caption"): _bands} if edition.has_totals else {}),
        say("page.figures"): _figures,
        **({say("page.requests"): _asks} if len(edition.asks) else {}),
        say("period.source_weeks"): _weeks,
    }
    return build_book(said.title(edition), edition.rules.cutoff, edition, sheets)


def _units(sheet: Worksheet, edition: PeriodEdition, formats: Formats) -> list[Column]:
    """Each unit's result and its change; the area's own row last."""
    say, names = edition.words.say, edition.names
    columns = [
        Column("rank", say("piece.rank"), 0, unit="rank", source="ours"),
        Column("unit", say("piece.unit")),
        Column("kind", say("workbook.kind")),
        Column("total", names.total_heading(), 2, unit="points"),
        Column("band", say("piece.band"), source="rules"),
        Column("previous_total", say("piece.previous_total"), 2, unit="points", about="period_previous"),
        Column("previous_band", say("period.previous_band"), source="rules", about="period_previous"),
        Column("change", say("piece.change"), 2, signed=True, unit="points", source="ours", about="period_change"),
    ]
    control = edition.tables["period_units"].query("unit_code == @edition.names.control")
    rows = [
        each._asdict()
        | {
            "unit": capital(names.unit(each.unit_code)),
            "kind": capital(say(f"kind.{each.kind}")) if each.kind else "",
            "band": names.band(each.band),
            "previous_band": each.previous_band and names.band(each.previous_band),
        }
        for frame in (edition.units, control)
        for each in frame.itertuples()
    ]
    write_list(sheet, columns, rows, formats, frozen=2)
    return columns


def _bands(sheet: Worksheet, edition: PeriodEdition, formats: Formats) -> list[Column]:
    """Units by kind and band, in counts and per cent, with the span before."""
    say, names = edition.words.say, edition.names
    columns = [
        Column("kind", say("workbook.kind")),
        Column("band", say("piece.band"), source="rules"),
        Column("units", say("period.head_units"), 0, unit="count", source="ours", about="period_units"),
        Column("share", say("period.head_share"), 1, unit="percent", source="ours", about="period_share"),
        Column("previous_units", say("period.previous_units"), 0, unit="count", source="ours", about="period_previous"),
        Column(
            "previous_share", say("period.previous_share"), 1, unit="percent", source="ours", about="period_previous"
        ),
    ]
    rows = [
        each._asdict()
        | {
            "kind": capital(say(f"kind.{each.kind}")),
            "band": names.band(each.band) if each.band else say("period.no_total"),
        }
        for each in edition.tables["period_bands"].itertuples()
    ]
    write_list(sheet, columns, rows, formats, frozen=2)
    return columns


def _figures(sheet: Worksheet, edition: PeriodEdition, formats: Formats) -> list[Column]:
    """Each printed figure of each unit and of the area, and its change."""
    say, names = edition.words.say, edition.names
    columns = [
        Column("unit", say("piece.unit")),
        Column("indicator", say("piece.figure"), source="rules", about="figure"),
        Column("value", say("workbook.value"), 2, unit="own", about="figure_of_week"),
        Column("previous_value", say("piece.previous_total"), 2, unit="own", about="period_previous"),
        Column("change", say("piece.change"), 2, signed=True, unit="own", source="ours", about="period_change"),
        Column("place", say("period.place_head"), 0, unit="rank", about="period_place"),
        Column("of", say("period.of_head"), 0, unit="count", about="period_of"),
    ]
    rows = []
    for each in edition.figures.itertuples():
        decimals = names.decimals(each.indicator)
        shown = {f"{name}_decimals": decimals for name in ("value", "previous_value", "change")}
        row = {"unit": capital(names.unit(each.unit_code)), "indicator": names.measured(each.indicator)}
        rows.append(each._asdict() | shown | row)
    write_list(sheet, columns, rows, formats, frozen=2)
    return columns


def _asks(sheet: Worksheet, edition: PeriodEdition, formats: Formats) -> list[Column]:
    """Each ask of the period: to whom, what, since when, how often, and what became of it."""
    say = edition.words.say
    columns = [
        Column("unit", say("piece.unit")),
        Column("ask", say("period.ask_head"), source="ours", about="period_ask"),
        Column("department", say("piece.department"), source="rules", about="period_department"),
        Column("opened", say("period.opened_head"), unit="date", source="ours", about="period_opened"),
        Column("times", say("period.times_head"), 0, unit="count", source="ours", about="period_times"),
        Column("outcome", say("period.outcome_head"), source="ours", about="period_outcome"),
        Column("closed", say("period.closed_head"), unit="date", source="ours", about="period_closed"),
    ]
    called = {each.code: each.called(edition.words.lang) for each in edition.rules.departments}
    rows = [
        {
            "unit": capital(name_unit(edition, each)),
            "ask": say_ask(edition, each),
            "department": capital(called.get(each.department, "")),
            "opened": date.fromisoformat(each.opened),
            "times": each.times,
            "outcome": say(f"workbook.state_{each.state if each.closed else 'open'}"),
            "closed": date.fromisoformat(each.closed) if each.closed else "",
        }
        for each in edition.asks.itertuples()
    ]
    write_list(sheet, columns, rows, formats, frozen=1)
    return columns


def _weeks(sheet: Worksheet, edition: PeriodEdition, formats: Formats) -> list[Column]:
    """The weeks that the period is compiled from, and those that are missing."""
    say = edition.words.say
    columns = [
        Column("cutoff", say("workbook.cutoff"), unit="date"),
        Column("state", say("period.state_head"), source="ours", about="period_state"),
        Column("revision", say("piece.source_revision"), 0, unit="count", source="ours", about="period_revision"),
    ]
    rows = [
        {
            "cutoff": date.fromisoformat(each.cutoff),
            "state": say(f"period.state_{each.state}"),
            "revision": each.revision,
        }
        for each in edition.tables["period_weeks"].itertuples()
    ]
    write_list(sheet, columns, rows, formats, frozen=1)
    return columns
