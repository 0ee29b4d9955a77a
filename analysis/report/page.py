"""The pieces of the page and of the mail: an edition in, a fragment of HTML out.

An edition holds the week's tables, rules and words. The texts come from sentences.py; the markup of each piece is a
small template in notebooks/templates/pieces.
"""

import pandas as pd
from IPython.display import HTML

from analysis.config.wording import capital
from analysis.report import asks, clusters, phrases, remarks, sentences, table_rows
from analysis.report import followup as course
from analysis.report import headline as top
from analysis.report import ranking as ranks
from analysis.report.edition import Edition
from analysis.report.html_head import render_head
from analysis.report.templates import template
from analysis.weeks import paths

MOST_COLUMNS = 5  # our choice: figures that a table of a mail can show side by side


def head(edition: Edition) -> HTML:
    """What the page says of itself in its head. It shows nothing."""
    return render_head(top.head(edition))


def headline(edition: Edition) -> HTML:
    """What is read first: where this page is, the large figures, at most five items, and what stands further down."""
    cutoff = edition.rules.cutoff
    return render_piece(
        "headline",
        edition,
        title=top.title(edition),
        figures=top.figures(edition),
        items=top.items(edition),
        before=_previous_page(edition),
        cutoff=cutoff,
        download=paths.saved_name(edition.rules.index.get("short", ""), edition.rules.area, str(cutoff)),
        contents=_contents(edition),
        departments={each["code"]: each["name"] for each in asks.department_sections(edition)},
    )


def _previous_page(edition: Edition) -> dict | None:
    """``cutoff`` and ``day`` of the newest earlier cut-off that was published; None for the first one."""
    day = edition.published_before
    return {"cutoff": day, "day": edition.words.date(day)} if day else None


def _contents(edition: Edition) -> dict[str, str]:
    """The headings of the page by their anchors, in order."""
    say = edition.words.say
    shown = ("followup", "requests", "ranking", "result", "clusters", "moved", "outlook", "appendix")
    if not edition.has_totals:
        shown = ("followup", "requests", "figures", "result", "moved", "outlook")
    is_there = {
        "followup": bool(course.count_outcomes(edition)),
        "outlook": bool(sentences.area_outlook_lines(edition)),
        "clusters": clusters.is_known(edition),
    }
    named = {name: say(f"page.{name}") for name in shown}
    named |= {"data-note": say("piece.data_heading"), "letter": say("page.letter")}
    return {id: name for id, name in named.items() if is_there.get(id, True)}


def followup(edition: Edition) -> HTML:
    """What became of what the last report asked. Empty where none has asked anything."""
    return _follow_up(edition, "followup")


def mail_followup(edition: Edition) -> HTML:
    """The same in the mail, which folds nothing: of a long statement its beginning."""
    return _follow_up(edition, "mail_followup")


def _follow_up(edition: Edition, piece: str) -> HTML:
    told = course.follow_up(edition)
    if told is None:
        return HTML("")
    count = len(told.statements)
    shown = count if count <= course.FEW_STATEMENTS else course.MOST_STATEMENTS
    return render_piece(piece, edition, told=told, shown=shown)


def ranking(edition: Edition) -> HTML:
    """The ranking as a table that is a chart too, one for each kind of units; and the area's result in words.

    Without totals the table of all units takes its place.
    """
    sizes = {"width": ranks.SCALE, "height": ranks.HEIGHT, "course_width": ranks.COURSE}
    lines = sentences.result_lines(edition)
    if not edition.has_totals:
        return HTML(_all_units(edition).data + render_piece("result", edition, lines=lines).data)
    return render_piece("ranking", edition, tables=ranks.rankings(edition), lines=lines, **sizes)


def correction(edition: Edition) -> HTML:
    """For a re-issued week: it replaces an earlier issue, and each figure that changed. Else empty."""
    if edition.revision == 1:
        return HTML("")
    return render_piece(
        "correction", edition, text=sentences.correction_line(edition), rows=table_rows.correction_rows(edition)
    )


def letter(edition: Edition) -> HTML:
    """The form of the document (Decree 30/2020/NĐ-CP), folded: head, title, legal basis, recipients, signature.

    Number and signature stay open.
    """
    area = edition.rules.settings["name"][edition.words.lang]
    fields = {"place": sentences.place_and_day(edition), "heading": sentences.heading(edition), "area": area}
    return render_piece("letter", edition, basis=sentences.basis_lines(edition), **fields)


def mail_head(edition: Edition) -> HTML:
    """The beginning of the mail: its hidden preheader, the first lines, and where the page is, if readers have it."""
    words, settings = edition.words, edition.rules.settings
    fields = {"preheader": top.preheader(edition), "title": top.mail_title(edition)}
    attached = words.say("piece.page_attached") if settings["mail"]["attach_page"] else ""
    fields |= {"lines": top.minute_lines(edition), "address": top.head(edition).url}
    return render_piece("mail_head", edition, attached=attached, **fields)


def mail_requests(edition: Edition) -> HTML:
    """Who is asked for what, in the mail: each unit in few words, the departments, the heads of all units."""
    rows = asks.request_rows(edition)
    asked = [row | {"texts": row["short"]} for row in rows]
    say, nothing = edition.words.say, {"asks": [], "standing": [], "remarks": []}
    said = nothing | {"name": remarks.say_heading(edition), "remarks": asks.say_general_remarks(edition)}
    units = nothing | {"name": say("piece.mail_units"), "asks": asked}
    heads = nothing | {"name": say("piece.heads"), "standing": asks.general_orders(edition)}
    sections = [said, units, *asks.department_sections(edition), heads]
    sections = [each for each in sections if each["remarks"] or each["asks"] or each["standing"]]
    return render_piece("mail_requests", edition, sections=sections) if sections else HTML("")


def mail_note(edition: Edition) -> HTML:
    """In the mail: how many things in the table are to be looked at again. Else empty."""
    text = sentences.doubts_line(edition)
    return render_piece("mail_note", edition, text=text) if text else HTML("")


def requests(edition: Edition) -> HTML:
    """Who is asked for what: units by name, a section for each department, then the heads of all units.

    Of a unit what is found first, linked to its page, then the ask; what else there is to say about it is small print.
    """
    rows = asks.request_rows(edition)
    asked = [row | (_split_request(edition, row) if row.get("unit") else {}) for row in rows]
    orders, sections = asks.general_orders(edition), asks.department_sections(edition)
    said = asks.say_general_remarks(edition)
    return render_piece("requests", edition, remarks=said, asked=asked, orders=orders, sections=sections)


def _split_request(edition: Edition, row: dict) -> dict:
    first, *about, ask = row["texts"]
    return {"first": top.link_and_stress(edition, first, row["unit"]), "about": about, "ask": ask}


def appendix(edition: Edition) -> HTML:
    """The table of all units; empty without totals, where it stands in the place of the ranking."""
    return _all_units(edition) if edition.has_totals else HTML("")


def _all_units(edition: Edition) -> HTML:
    """The table of all units, the area's row first: by rank, a long one by name, without totals as delivered. Marks are
    also told in words."""
    rows = [table_rows.table_row(edition, each) for _, each in edition.units.iterrows()]
    is_long = len(rows) > ranks.LONG
    groups = ranks.by_letter(rows) if is_long else [{"label": "", "rows": rows}]
    return render_piece(
        "appendix",
        edition,
        columns=table_rows.printed_columns(edition),
        rest=edition.names.rest_heading(),
        area=table_rows.area_rows(edition),
        groups=groups,
        has_totals=edition.has_totals,
        shown=edition.total_columns,
        sorted=ranks.say_order(edition, is_long),
        note=table_rows.appendix_note(edition),
    )


def standings(edition: Edition) -> HTML:
    """The short ranking for the mail: rank, unit, total, change, band. A long ranking keeps its first and last rows.

    Without totals the units as delivered, with the figures that are told in words.
    """
    first, last = (edition.rules.settings["mail"][name] for name in ("first_rows", "last_rows"))
    units, left_out = edition.units, max(0, len(edition.units) - first - last)
    kept = pd.concat([units.head(first), units.tail(last)]) if left_out else units
    rows = [table_rows.table_row(edition, each) for _, each in kept.iterrows()]
    if not edition.has_totals:
        columns = sentences.told_columns(edition)[:MOST_COLUMNS]
        shown = [each["code"] for each in columns]
        places = [at for at, each in enumerate(table_rows.printed_columns(edition)) if each["code"] in shown]
        rows = [row | {"cells": [row["cells"][at] for at in places]} for row in rows]
        return render_piece("figures", edition, rows=rows, columns=columns, first=first, left_out=left_out)
    begins = kept["kind"].ne(kept["kind"].shift()) & (edition.units["kind"].nunique() > 1)  # each has its own ranking
    kinds = [
        capital(edition.words.say(f"kind.{kind}")) if new else ""
        for kind, new in zip(kept["kind"], begins, strict=True)
    ]
    rows = [row | {"kind": kind} for row, kind in zip(rows, kinds, strict=True)]
    has_change = "change" in edition.total_columns
    return render_piece("standings", edition, rows=rows, first=first, left_out=left_out, has_change=has_change)


def data_note(edition: Edition) -> HTML:
    """What was repaired, what was counted, and what the figures cannot show; and each repaired cell."""
    repairs = phrases.find_slips(edition.tables["repairs"], edition.words).to_dict("records")
    return render_piece("data_note", edition, texts=sentences.data_lines(edition), repairs=repairs)


def moved(edition: Edition) -> HTML:
    """What moved: since when there is history, how many rose and fell, signals, rises and falls in a row."""
    heading = edition.words.say("page.moved")
    return render_piece("trend", edition, id="moved", heading=heading, lines=sentences.moved_lines(edition))


def outlook(edition: Edition) -> HTML:
    """What is still possible: the targets of the area, and where the year will end. Else empty."""
    heading, lines = edition.words.say("page.outlook"), sentences.area_outlook_lines(edition)
    return render_piece("trend", edition, id="outlook", heading=heading, lines=lines) if lines else HTML("")


def week_rates(edition: Edition) -> HTML:
    """Each unit's own rates of this cut-off: a table of units and indicators that count dossiers. Else empty."""
    table = table_rows.week_rate_table(edition)
    return render_piece("week_rates", edition, **table) if table["rows"] else HTML("")


def provenance(edition: Edition) -> HTML:
    """Where the figures come from: file, cut-off, rules, code."""
    return render_piece("provenance", edition, known=sentences.origin(edition))


def render_piece(piece: str, edition: Edition, **fields: object) -> HTML:
    """Fill in the template of one piece."""
    fields |= {
        "say": edition.words.say,
        "total_heading": edition.names.total_heading(),
        "lang": edition.words.lang,
        "document": edition.rules.settings["document"],
    }
    return HTML(template(f"pieces/{piece}.html.j2").render(**fields))
