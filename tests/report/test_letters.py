"""The letters of units and departments: the news first, what is asked of them, and nothing of others."""

import dataclasses
import functools
import html
import re
from collections.abc import Collection

import pandas as pd
import pytest
from support import kinds
from support.district import edition, say
from support.varied import told

from analysis.report import asks, letters, remarks
from analysis.report.edition import Edition

KIEN_AN, MY_HOI_DONG, TOWN = "30634", "30637", "30628"
CUT = 60  # after so many characters a mail program cuts a subject


FEW = (KIEN_AN, MY_HOI_DONG, TOWN)


def with_pages(week: Edition, *failed: str, only: Collection[str] = ()) -> Edition:
    """The week with a page of every unit, or of these few only, but of those that failed."""
    units = week.tables["units"]
    units = units[units["unit_code"].isin(only)] if only else units
    pages = units.loc[units["unit_code"] != week.names.control, ["unit_code", "unit_name"]].assign(
        status="made", reason=""
    )
    pages.loc[pages["unit_code"].isin(failed), ["status", "reason"]] = ["failed", "x"]
    return dataclasses.replace(week, tables=week.tables | {"pages": pages})


@functools.cache
def of_units(lang: str) -> dict[str, letters.Letter]:
    """The letters of three units of the real week."""
    return {each.code: each for each in letters.unit_letters(with_pages(edition(lang), only=FEW))}


def of_unit(code: str, lang: str = "vi") -> letters.Letter:
    return of_units(lang)[code]


def text(letter: letters.Letter) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", " ".join(letter.pieces)))


@pytest.mark.parametrize(
    ("code", "lang", "subject"),
    [
        (KIEN_AN, "vi", "766 Kiến An 04/12: 49,18 (+0,15), Yếu; 5 đề nghị"),
        pytest.param(*(KIEN_AN, "en", "766 Kiến An 04 Dec: 49.18 (+0.15), Weak; 5 requests"), marks=pytest.mark.long),
        (MY_HOI_DONG, "vi", "766 Mỹ Hội Đông 04/12: 51,10 (−5,78), Trung bình; 2 đề nghị"),
        (TOWN, "vi", "766 thị trấn Chợ Mới 04/12: 65,79 (+0,38), Trung bình"),  # nothing is asked of it
    ],
)
def test_a_units_subject_begins_with_its_news(code, lang, subject):
    assert of_unit(code, lang).subject == subject


def test_a_units_letter_holds_its_lines_for_a_minute_what_it_is_asked_and_its_figures():
    letter, week = of_unit(KIEN_AN), edition()
    assert letter.title == "Bộ chỉ số 766 – Xã Kiến An – Tuần 1 tháng 12 năm 2023"
    _, asked, figures = letter.pieces
    items = [re.sub(r"<[^>]+>", "", each) for each in re.findall(r"<li>(.*?)</li>", html.unescape(asked))]
    culture, one_stop, justice = (
        say("letter.responsible", department=name)
        for name in ("Phòng Văn hóa – Thông tin", "Bộ phận Một cửa huyện", "Phòng Tư pháp")
    )
    assert items[0] == " ".join(asks.unit_requests(week, KIEN_AN)[0]["texts"])  # of reason, way and ask not the way
    assert items[1:] == [
        f"Công khai, minh bạch: {say('letter.ask_below', value='19,3%', limit='50%')} {culture}",
        f"Hồ sơ nộp trực tuyến: {say('letter.ask_below', value='5,4%', limit='8%')} {culture}",
        f"Hồ sơ thanh toán trực tuyến: {say('letter.ask_below', value='7,56%', limit='8%')} {one_stop}",
        f"Chứng thực bản sao điện tử: {say('letter.ask_zero')} {justice}",
    ]
    rows = [re.findall(r"<t[hd][^>]*>([^<]+)", row) for row in re.findall(r"<tr>.*?</tr>", figures, re.S)[1:]]
    assert rows[:2] == [
        ["Số hóa hồ sơ", "22,5%", "24,3%", "80%", "17,05"],
        ["Công khai, minh bạch", "19,3%", "63,7%", "–", "14,53"],
    ]
    assert len(rows) == 5 and figures.count('class="flag"') == 3


def test_the_offices_remarks_stand_in_the_letter_of_the_unit_that_they_are_about_only():
    row = {"about": "unit", "code": KIEN_AN, "text": "Làm việc ngày <7/12>"}
    week = with_pages(edition(), only=FEW)
    rows = pd.DataFrame([row]).reindex(columns=week.tables["remarks"].columns, fill_value="")
    told = {
        each.code: "".join(each.pieces)
        for each in letters.unit_letters(dataclasses.replace(week, tables=week.tables | {"remarks": rows}))
    }
    assert [code for code, said in told.items() if "Làm việc ngày &lt;7/12&gt;" in said] == [KIEN_AN]


def test_a_unit_of_which_nothing_is_asked_has_no_such_section():
    assert asks.unit_requests(edition(), TOWN) == [] and len(of_unit(TOWN).pieces) == 2


def test_a_zero_is_asked_about_where_a_department_answers_for_it():
    asked, not_asked = (
        text(
            next(
                each for each in letters.unit_letters(with_pages(told("vi", its), only=FEW[:1])) if each.code == KIEN_AN
            )
        )
        for its in ({}, {"responsible": {}})
    )
    assert asked.count(say("letter.ask_zero")) == 1 and say("letter.ask_zero") not in not_asked


def test_only_units_whose_page_was_made_have_a_letter():
    codes = [each.code for each in letters.unit_letters(with_pages(edition(), KIEN_AN))]
    assert KIEN_AN not in codes and len(codes) == 17
    assert list(letters.unit_letters(edition())) == []  # a week without pages


@pytest.mark.parametrize(
    ("lang", "subjects"),
    [
        (
            "vi",
            {
                "phong-van-hoa-thong-tin": "766 Phòng Văn hóa – Thông tin 04/12: 10 đơn vị dưới ngưỡng; 3 nhiệm vụ",
                "bo-phan-mot-cua-huyen": "766 Bộ phận Một cửa huyện 04/12: 5 đơn vị dưới ngưỡng; 3 nhiệm vụ",
                "phong-tu-phap": "766 Phòng Tư pháp 04/12: 1 nhiệm vụ",
            },
        ),
        ("en", {"phong-tu-phap": "766 The Division of Justice 04 Dec: 1 standing task"}),
    ],
)
def test_a_departments_subject_counts_the_units_below_and_its_tasks(lang, subjects):
    found = {each.code: each.subject for each in letters.department_letters(edition(lang))}
    assert subjects.items() <= found.items()


def test_a_departments_letter_is_its_section_and_no_others():
    week = edition()
    (section,) = (each for each in asks.department_sections(week) if each["code"] == "phong-tu-phap")
    (letter,) = (each for each in letters.department_letters(week) if each.code == "phong-tu-phap")
    assert letter.title == "Bộ chỉ số 766 – Phòng Tư pháp – Tuần 1 tháng 12 năm 2023"
    said = text(letter)
    for each in (*section["standing"], *section["asks"][0]["texts"]):
        assert each in said
    (one_stop,) = (each for each in letters.department_letters(week) if each.code == "bo-phan-mot-cua-huyen")
    assert say("letter.watched_heading") in text(one_stop) and say("letter.watched_heading") not in said
    assert "Công khai, minh bạch" not in said and remarks.say_heading(edition()) not in said


def test_below_the_threshold_in_two_indicators_a_unit_is_counted_once_and_else_the_targets_count():
    week = edition()
    found = week.tables["findings"]
    without = dataclasses.replace(week, tables=week.tables | {"findings": found[found["finding"] != "flag"]})
    subject = next(letters.department_letters(without)).subject
    assert subject == "766 Phòng Văn hóa – Thông tin 04/12: 18 đơn vị chưa đạt chỉ tiêu; 3 nhiệm vụ"


def test_a_correction_marks_the_letters_that_it_concerns_and_leaves_the_others_as_they_were():
    week = with_pages(edition(), only=FEW)
    row = {"unit_code": KIEN_AN, "unit_name": "Kiến An", "indicator": "CT", "field": "value", "old": 1.0, "new": 0.0}
    about = {"provenance": week.provenance | {"revision": "2"}}
    second = dataclasses.replace(week, tables=week.tables | {"corrections": pd.DataFrame([row])}, **about)
    pairs = [*zip(letters.unit_letters(week), letters.unit_letters(second), strict=True)]
    pairs += zip(letters.department_letters(week), letters.department_letters(second), strict=True)
    changed = {old.code: new for old, new in pairs if old != new}
    assert set(changed) == {KIEN_AN, "phong-tu-phap"}
    for each in changed.values():
        assert each.subject.startswith("[Đính chính] 766 ") and each.title.startswith("[Đính chính] ")


def test_a_name_from_outside_is_text_and_never_markup():
    week = with_pages(edition(), only=FEW[:1])
    units = week.tables["units"].replace({"unit_name": {"Kiến An": "<b>Kiến & An"}})
    odd = dataclasses.replace(week, tables=week.tables | {"units": units})
    letter = next(each for each in letters.unit_letters(odd) if each.code == KIEN_AN)
    assert "<b>" not in "".join(letter.pieces) and "&lt;b&gt;Kiến &amp; An" in letter.pieces[0]
    assert letter.subject.startswith("766 <b>Kiến & An 04/12: ")


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.sweep)])
@pytest.mark.parametrize("kind", kinds.CASES)
def test_in_every_kind_of_week_the_news_stands_before_a_subject_is_cut(kind, lang):
    week = with_pages(kinds.made(kind, lang))
    made = list(letters.unit_letters(week))
    assert [each.code for each in made] == list(week.units["unit_code"])
    for each, (_, unit) in zip(made, week.units.iterrows(), strict=True):
        asked, total = asks.unit_requests(week, each.code), week.words.number(unit["total"])
        if pd.notna(unit["total"]):
            assert total in each.subject[:CUT]
        elif asked:  # without a total the requests are the news
            assert say("letter.subject_asks", lang, count=len(asked)) in each.subject[:CUT]
        else:
            assert each.subject.endswith(each.title)
        assert (say("letter.subject_asks", lang, count=len(asked)) in each.subject) == bool(asked)
        assert len(re.findall(r"<li>", each.pieces[1])) == len(asked) or not asked


def test_a_letter_leads_to_its_page_where_the_areas_address_is_known_and_else_nowhere():
    settings = edition().rules.settings
    public = {"public": settings["public"] | {"base_url": "https://766.example"}}
    rules = dataclasses.replace(edition().rules, settings=settings | public)
    week = with_pages(dataclasses.replace(edition(), rules=rules), only=FEW)
    day = "https://766.example/cho-moi/2023-12-04"
    of = {
        each.code: "".join(each.pieces)
        for made in (letters.unit_letters, letters.department_letters)
        for each in made(week)
    }
    assert f'href="{day}/units/{KIEN_AN}.html"' in of[KIEN_AN]
    assert f'href="{day}/report.html#department-phong-tu-phap"' in of["phong-tu-phap"]
    assert "href" not in "".join(of_unit(KIEN_AN).pieces)
