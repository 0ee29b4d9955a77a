"""The pieces of a period's page and of its mail: an edition in, a fragment of HTML out.

The texts come from period_sentences.py and period_asks.py; the markup of each piece is a small template in
notebooks/templates/pieces.
"""

from IPython.display import HTML

from analysis.config.wording import capital
from analysis.report import page, period_asks, table_rows
from analysis.report import period_sentences as said
from analysis.report.html_head import Head, address, build_head, render_head
from analysis.report.parts import Part
from analysis.report.period_edition import PeriodEdition
from analysis.weeks import paths

SECTIONS = ("general", "figures", "standing", "requests")
NUMBERS = ("I", "II", "III", "IV")


def head(edition: PeriodEdition) -> HTML:
    """What the page says of itself in its head. It shows nothing."""
    return render_head(describe(edition))


def describe(edition: PeriodEdition) -> Head:
    """The news, and the page's address where it is known."""
    news = said.result_line(edition) or said.title(edition)
    return build_head(edition.rules.settings["public"], f"{edition.rules.area}/{edition.span.name}/report.html", news)


def headline(edition: PeriodEdition) -> HTML:
    """What is read first: the large figures, and what the period is compiled from."""
    download = paths.saved_name(edition.rules.index.get("short", ""), edition.rules.area, edition.span.name)
    items = [[Part(text)] for text in said.headline_lines(edition)]
    contents = {name: section_heading(edition, name) for name in SECTIONS}
    about = {"title": said.title(edition), "figures": figures(edition), "items": items, "contents": contents}
    return page.render_piece("period_head", edition, download=download, **about)


def figures(edition: PeriodEdition) -> list[dict]:
    """The large figures: the area's total, band, change and place, those that are known."""
    words, area = edition.words, edition.area
    if area is None:
        return []
    weak = area["band"] in edition.rules.settings["weak_bands"]
    computed = "headline.total_computed" if edition.names.is_total_computed else "headline.total"
    known = [
        (words.number(area["total"]), words.say(computed), False),
        (edition.names.band(area["band"]), words.say("piece.band"), weak),
    ]
    if area["change"] == area["change"]:
        label = words.say("headline.change", period=edition.previous_label)
        known.append((words.number(area["change"], signed=True), label, False))
    if held := edition.place("TOTAL"):
        peers = edition.rules.settings["name"]["peers_" + words.lang]
        known.append((f"{held[0]}/{held[1]}", words.say("headline.place", peers=peers), False))
    return [dict(zip(("value", "label", "weak"), each, strict=True)) for each in known]


def section_heading(edition: PeriodEdition, name: str) -> str:
    """``I. Tình hình chung``"""
    title = edition.words.say(f"period.section_{name}")
    return edition.words.say("period.section", number=NUMBERS[SECTIONS.index(name)], title=title)


def correction(edition: PeriodEdition) -> HTML:
    """For a period that is issued again: it replaces an earlier issue, and each total that changed. Else empty."""
    if edition.revision == 1:
        return HTML("")
    rows = table_rows.correction_rows(edition)
    return page.render_piece("correction", edition, text=said.correction_line(edition), rows=rows)


def general(edition: PeriodEdition) -> HTML:
    """I. The result as a whole, with the table of units by kind and band."""
    about = {"heading": section_heading(edition, "general"), "basis": said.basis(edition)}
    return page.render_piece(
        "period_general", edition, lines=said.general_lines(edition), tables=band_tables(edition), **about
    )


def band_tables(edition: PeriodEdition) -> list[dict]:
    """One table for each kind of units: ``caption``, ``previous`` (the head of the span before; ""), ``rows``."""
    words = edition.words
    if not edition.has_totals:
        return []
    kinds, tables = edition.units["kind"].unique(), []
    for kind in kinds:
        rows = said.band_rows(edition, kind)
        name = words.say(f"kind.{kind}")
        caption = words.say("period.bands_of", kind=name) if len(kinds) > 1 else words.say("period.bands_caption")
        previous = capital(edition.previous_label) if rows and rows[0]["previous_units"] else ""
        tables.append({"caption": caption, "previous": previous, "rows": rows})
    return tables


def by_figures(edition: PeriodEdition) -> HTML:
    """II. Each group and indicator: the area, the best and the worst units, those that moved most."""
    tables: dict[str, dict] = {}
    for row in said.figure_rows(edition):
        tables.setdefault(row["kind"], {"kind": row["kind"], "rows": []})["rows"].append(row)
    for table in tables.values():
        table["columns"] = figure_columns(edition, table["rows"])
    return page.render_piece(
        "period_figures", edition, heading=section_heading(edition, "figures"), tables=[*tables.values()]
    )


def figure_columns(edition: PeriodEdition, rows: list[dict]) -> list[dict]:
    """The columns in which some row says something: ``code``, ``name``, ``about``."""
    words = edition.words
    area = capital(edition.rules.settings["name"][words.lang])
    since = words.say("period.head_change", span=edition.previous_label)
    names = {"area": (area, ""), **{name: (words.say(f"period.head_{name}"), "") for name in ("best", "worst")}}
    names |= {name: (words.say(f"period.head_{name}"), since) for name in ("rose", "fell")}
    shown = [code for code in names if any(row[code] for row in rows)]
    return [{"code": code, "name": names[code][0], "about": names[code][1]} for code in shown]


def standing(edition: PeriodEdition) -> HTML:
    """III. What became of the asks, what stays open, and what units state."""
    statements, by_word = period_asks.list_statements(edition), period_asks.by_word_line(edition)
    about = {"lines": period_asks.follow_lines(edition), "rows": period_asks.open_rows(edition)}
    about |= {"statements": statements, "by_word": by_word, "causes": period_asks.causes_line(edition)}
    return page.render_piece("period_standing", edition, heading=section_heading(edition, "standing"), **about)


def requests(edition: PeriodEdition) -> HTML:
    """IV. Who is asked for what, department by department."""
    sections = period_asks.department_rows(edition)
    return page.render_piece(
        "period_requests", edition, heading=section_heading(edition, "requests"), sections=sections
    )


def provenance(edition: PeriodEdition) -> HTML:
    """Which weeks the period is compiled from, by which rules and code."""
    return page.render_piece("provenance", edition, known=said.origin(edition))


# -- the mail --------------------------------------------------------------------------------------------------------


def mail_head(edition: PeriodEdition) -> HTML:
    """The beginning of the mail: its hidden preheader, the first lines, and where the page is, if readers have it."""
    words, settings = edition.words, edition.rules.settings
    attached = words.say("piece.page_attached") if settings["mail"]["attach_page"] else ""
    url = address(settings["public"], f"{edition.rules.area}/{edition.span.name}/report.html")
    about = {"preheader": said.basis(edition), "title": said.title(edition), "lines": said.headline_lines(edition)}
    return page.render_piece("mail_head", edition, address=url, attached=attached, **about)


def mail_general(edition: PeriodEdition) -> HTML:
    """The table of units by kind and band, and the lines of section I that the first lines do not say."""
    told = {*said.headline_lines(edition)}
    lines = [line for line in said.general_lines(edition) if line not in told]
    about = {"heading": section_heading(edition, "general"), "basis": said.basis(edition)}
    return page.render_piece("period_general", edition, lines=lines, tables=band_tables(edition), **about)
