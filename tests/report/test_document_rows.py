"""The letter in Word: nothing is in it that a clerk would strike out, and its sections are those that say something."""

import functools
import re

import pytest
from support.district import edition, say, week, words
from support.kinds import ALL, among, made

from analysis.config import wording
from analysis.report import asks, document, document_rows

# Sentences that the page may say and a letter does not: up to its first field they are always the same.
STRUCK_OUT = [
    *(
        "finding.not_judged",
        "finding.no_history",
        "finding.history_begins",
        "finding.ages_unknown",
        "finding.history",
        "finding.no_parts",
    ),
    *("piece.no_standing", "piece.itemised", "week_rate.first", "week_rate.too_wide", "finding.step_earlier"),
    *("finding.route_mix", "finding.route_step"),
]
INFERRED = "suy luận"
KINDS = ["real", *among(ALL, short=())]


@functools.cache
def fields(kind: str, lang: str = "vi") -> dict:
    return document.fields(edition(lang) if kind == "real" else made(kind, lang))


def told(held) -> str:
    """All texts of the values, in order."""
    if isinstance(held, dict):
        return " ".join(map(told, held.values()))
    return " ".join(map(told, held)) if isinstance(held, list) else str(held)


def headings(held: dict) -> list[str]:
    sections = [
        held[name]
        for name in ("result", "followup", "trend", "requests")
        if held[name].get("lines", held[name].get("rows"))
    ]
    return [each["heading"] for each in (*sections, *held["departments"])]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_in_it_that_a_clerk_would_strike_out(kind):
    said = told({name: fields(kind)[name] for name in ("result", "trend", "requests", "departments", "tasks")})
    texts = words("vi").sentences
    assert [key for key in STRUCK_OUT if re.split(r"[{]", texts[key])[0].strip() in said and texts[key][0] != "{"] == []
    assert INFERRED not in said


@pytest.mark.parametrize("kind", KINDS)
def test_its_sections_are_numbered_without_a_gap_and_none_is_empty(kind):
    numbers = [heading.split(".")[0] for heading in headings(fields(kind))]
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
    assert all(each["rows"] for each in fields(kind)["departments"])


def test_a_unit_that_lost_a_block_of_points_is_told_what_is_seen_and_what_to_look_at():
    rows = document_rows.request_rows(edition())
    (its,) = [each["text"] for each in rows if "Mỹ Hội Đông" in each["text"]]
    fell = edition().found("fell")["text"].iat[0].removeprefix("Mỹ Hội Đông")
    assert its == f"Xã Mỹ Hội Đông{fell} {say('document.ask_check')} {say('piece.ask_fallen')}"


@pytest.mark.parametrize(
    ("against", "indicator", "key"),
    [("peers", "NOT_ITEMISED", "lost_peers"), ("before", "MDHL", "lost_before"), ("before", "CHANGE", "lost")],
)
@pytest.mark.parametrize("lang", wording.LANGUAGES)
def test_of_a_unit_that_only_lacks_such_a_block_it_is_said_by_how_much_and_not_of_which_item(
    lang, against, indicator, key
):
    findings = week(lang)["findings"]
    step = findings.query("finding == 'step'").iloc[:1].assign(unit_code="30643", indicator=indicator, reference=-6.0)
    steps = week()["steps"].iloc[:1].assign(unit_code="30643", indicator=indicator, against=against, points=-5.87)
    # The ledger asks the unit about a fall, and nobody else.
    asked = week()["asks"].query("kind == 'fell'").assign(unit_code="30643", unit_name="Tấn Mỹ")
    one = edition(lang, findings=step, steps=steps.assign(blocks=-6.0), asks=asked)
    (text,) = [each["text"] for each in document_rows.request_rows(one) if "Tấn Mỹ" in each["text"]]
    said = one.words.say
    part = wording.uncapital(one.names.measured(indicator))
    about = {"unit": "Tấn Mỹ", "points": one.words.number(5.87)} | ({"part": part} if key != "lost" else {})
    fact = said(f"document.{key}", **about)
    fact = f"Xã {fact}" if lang == "vi" else fact
    assert text.removeprefix("Xã ").startswith(fact.removeprefix("Xã "))
    assert text.endswith(f"{said('document.ask_check')} {said('piece.ask_stepped')}")


def test_the_tasks_of_a_department_stand_together_with_its_indicators_and_their_figures():
    rows = document_rows.task_rows(edition())
    departments = [each["department"] for each in rows]
    assert departments == sorted(departments, key=departments.index)  # each department in one piece
    first = [each for each in rows if each["department"] == "Phòng Văn hóa – Thông tin"]
    assert [each["task"] for each in first[-2:]] == ["Công khai, minh bạch", "Hồ sơ nộp trực tuyến"]
    assert (first[-1]["flagged"], first[-1]["missed"], first[-1]["lowest"]) == ("8", "18", "Hòa Bình (3,6%)")
    standing = asks.department_sections(edition())[0]["standing"]
    assert [each["task"] for each in first[:-2]] == standing and {each["lowest"] for each in first[:-2]} == {""}
