"""The office's own remarks as page, mail, Word document and workbook show them: in its words, and marked as its own."""

from analysis.config.wording import capital
from analysis.report.edition import Edition
from analysis.tables import ABOUT_DEPARTMENT, ABOUT_INDICATOR, ABOUT_UNIT


def say_remarks(edition: Edition, about: str = "", code: str = "") -> list[str]:
    """A sentence for each paragraph, as ``Edition.remarks`` gives them: ``Ghi chú của Văn phòng huyện: “…”``."""
    issuer = edition.rules.settings["document"]["issuer"]
    return [edition.words.say("piece.remark", issuer=issuer, text=text) for text in edition.remarks(about, code)]


def say_heading(edition: Edition) -> str:
    return edition.words.say("piece.remarks_heading", issuer=edition.rules.settings["document"]["issuer"])


def say_general(edition: Edition, nobodys: list[str]) -> list[str]:
    """What is about the week as a whole, about single units, and about indicators that no department answers for
    (``nobodys``): a text for each paragraph; all paragraphs about a unit are one text."""
    texts, words, names = say_remarks(edition), edition.words, edition.names
    issuer = edition.rules.settings["document"]["issuer"]
    about = [(ABOUT_UNIT, code, names.full_unit(code)) for code in find_codes(edition, ABOUT_UNIT)]
    about += [(ABOUT_INDICATOR, code, names.measured(code)) for code in find_codes(edition) if code in nobodys]
    for kind, code, name in about:
        said = " ".join(f"“{text}”" for text in edition.remarks(kind, code))
        texts.append(words.say("piece.remark_on", name=name, issuer=issuer, texts=said))
    return texts


def find_codes(edition: Edition, about: str = ABOUT_INDICATOR) -> list[str]:
    """The codes that remarks are about, in the order of the remarks."""
    rows = edition.tables["remarks"]
    return list(dict.fromkeys(rows.loc[rows["about"] == about, "code"]))


def remark_rows(edition: Edition) -> list[dict]:
    """Every remark as a row: what it is ``about``, by name, and its ``text``."""
    words, names = edition.words, edition.names
    called = {department.code: department.called(words.lang) for department in edition.rules.departments}
    named = {ABOUT_UNIT: names.typed, ABOUT_INDICATOR: names.measured, ABOUT_DEPARTMENT: called.get}
    return [
        {
            "about": capital(named[each.about](each.code)) if each.about else words.say("piece.remark_all"),
            "text": each.text,
        }
        for each in edition.tables["remarks"].itertuples()
    ]
