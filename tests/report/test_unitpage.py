"""One unit's page says what the week's tables say of it, and nothing of what they do not hold."""

import dataclasses
import html
import re
import shutil

import nbformat
import numpy as np
import pandas as pd
import pytest
from support import district, kinds
from support.district import HOME, edition, say, week
from support.fragments import text
from support.sampled import sampled

from analysis.report import findings, parts, unitpage
from analysis.tables import TABLES
from analysis.weeks import paths, store, table_files

KIEN_AN, MY_HOI_DONG, TOWN = "30634", "30637", "30628"


def need(**fields: str) -> str:
    return say("finding.need_stock", **fields)


TRANSPARENCY = need(indicator="công khai, minh bạch", own="19,3%", to="23,9%", needed="4,6")
REACHED_ONE = say("finding.route_reached_one")


def test_the_first_lines_tell_standing_change_lost_points_and_the_route():
    lost = [  # of what is not itemised 28 − 19.69
        say("unit.lost_part", part="số hóa hồ sơ", lost="17,05", most=22),
        say("unit.lost_part", part="công khai, minh bạch", lost="14,53", most=18),
        say("unit.lost_part", part="phần điểm bảng không thể hiện", lost="8,31", most=28),
    ]
    lines = re.findall(r"<li>(.*?)</li>", unitpage.minute(edition(), KIEN_AN).data)
    assert lines == [
        say("unit.standing", unit="Xã Kiến An", total="49,18", band="Yếu", rank=18, of=18, kind=say("kind.commune")),
        say("finding.rose", unit="Kiến An", change="0,15", median="+0,27"),
        say("unit.most_lost", parts="; ".join(lost)),
        f"{say('finding.route_gap', unit='Kiến An', gap='0,82', band='Trung bình')} {say('finding.route_mix', ways=TRANSPARENCY, reached=REACHED_ONE)}",
    ]


def paged(lang="vi", codes=None, **tables):
    """The week with a page for each of these units; None: for all."""
    units = week(lang)["units"][["unit_code", "unit_name"]].assign(status="made", reason="")
    return edition(lang, pages=units if codes is None else units[units["unit_code"].isin(codes)], **tables)


def items(its, code):
    return [parts.plain(each) for each in unitpage.items(its, code)]


@pytest.mark.parametrize(
    ("lang", "of_kien_an", "of_my_hoi_dong"),
    [
        ("vi", ["49,18 điểm trên 100", "Yếu xếp loại", "+0,15 điểm so với tuần 4 tháng 11", "18/18 hạng trong các đơn vị cấp xã"], "17/18"),
        ("en", ["49.18 points of 100", "Weak band", "+0.15 points since week 4 of November", "18/18 place among the units at commune level"], "17/18"),
    ],
)  # fmt: skip
def test_the_large_figures_are_total_band_change_and_place(lang, of_kien_an, of_my_hoi_dong):
    figures = unitpage.figures(edition(lang), KIEN_AN)
    assert [f"{each['value']} {each['label']}".casefold() for each in figures] == [
        each.casefold() for each in of_kien_an
    ]
    assert [each["weak"] for each in figures] == [False, True, False, False]
    assert unitpage.figures(edition(lang), MY_HOI_DONG)[3]["value"] == of_my_hoi_dong


def test_below_them_stands_what_to_do_about_which_figures():
    lost = f"{say('unit.lost_part', part='số hóa hồ sơ', lost='17,05', most=22)}; "
    told = items(edition(), KIEN_AN)
    assert told[:3] == [
        say("unit.flagged", figures="công khai, minh bạch 19,3%, hồ sơ nộp trực tuyến 5,4% và hồ sơ thanh toán trực tuyến 7,56%"),
        say("unit.gap", gap="0,82", band="Trung bình"),
        say("unit.missed", figures="hồ sơ nộp trực tuyến 5,4%, hồ sơ thanh toán trực tuyến 7,56% và số hóa hồ sơ 22,5%"),
    ]  # fmt: skip
    assert len(told) == 4 and lost in told[3]
    fallen = items(edition(), MY_HOI_DONG)
    assert fallen[:2] == [
        say("unit.fell_marked"),
        say("piece.lost_before_peers", unit="Mỹ Hội Đông", before=6, peers=12),
    ]
    assert len(fallen) == 5 and "<strong>6</strong>" in unitpage.first_screen(edition(), MY_HOI_DONG).data


NEIGHBOURS = [  # the units that have pages, whose page is shown, and the pages beside it: of the place above and below
    ("the last one", None, KIEN_AN, ["30637.html", None]),
    ("the first one", None, TOWN, [None, "30658.html"]),
    ("those between have no page", (TOWN, KIEN_AN), KIEN_AN, ["30628.html", None]),
    ("it alone has one", (KIEN_AN,), KIEN_AN, [None, None]),
]


@pytest.mark.parametrize(
    ("codes", "code", "beside"), [case[1:] for case in NEIGHBOURS], ids=[case[0] for case in NEIGHBOURS]
)
def test_a_page_leads_to_the_report_the_index_and_the_units_of_the_places_beside_its_own(codes, code, beside):
    links = re.findall(r'<a href="([^#"]*)"', unitpage.first_screen(paged(codes=codes), code).data)
    assert links == ["../../index.html", "../report.html", *filter(None, beside)]
    assert [each and each["page"] for each in unitpage._neighbours(paged(codes=codes), code)] == beside


def test_the_picture_says_what_it_shows():
    piece = unitpage.standing(edition(), KIEN_AN).data
    alt = html.unescape(re.search(r'aria-label="(.*?)"', piece)[1])
    assert alt.startswith(
        "Tổng điểm: 49,18 (trung vị 58,27; Trung bình ≥ 50). Số hóa hồ sơ: 22,5% (trung vị 24,3% · chỉ tiêu 80%)."
    )
    drawn = html.unescape("".join(re.findall(r"<text.*?</text>", piece)))
    assert all(name in drawn for name in ("Kiến An", "49,18", "Công khai, minh bạch", "19,3%", "trung vị 63,7%"))
    assert 'style="' not in piece and piece.count("<circle") == 6  # the total and five indicators


def test_an_only_unit_has_a_picture_without_a_median_and_one_without_figures_has_none():
    only = unitpage.standing(alone(), KIEN_AN).data
    assert "<svg" in only and 'class="peers"' not in only and 'class="median"' not in only
    assert say("unit.key_peers") not in only
    held = {"points": week()["points"].iloc[:0], "scores": scored(total=np.nan)}
    assert "<svg" in unitpage.standing(edition(**held), KIEN_AN).data  # of the rates, which earn nothing
    held["measurements"] = week()["measurements"].assign(value=np.nan)
    assert unitpage.standing(edition(**held), KIEN_AN).data == ""


def test_the_picture_and_the_units_beside_are_compared_before_a_page_is_used_again():
    other = week()["scores"]["unit_code"] == "30640"
    moved = week()["scores"].assign(total=week()["scores"]["total"].mask(other, 61.0))
    before = unitpage.page_pieces(edition(), KIEN_AN)
    assert unitpage.page_pieces(edition(), KIEN_AN) == before
    assert unitpage.page_pieces(edition(scores=moved), KIEN_AN)[2] != before[2]
    assert unitpage.page_pieces(paged(), KIEN_AN)[1] != before[1]


@pytest.mark.parametrize("typed", ["<script>x</script>", '"><b>', "{{ 1 }}"])
def test_names_are_text_on_the_first_screen_and_in_the_picture(typed):
    units = {
        name: its.assign(unit_name=its["unit_name"].mask(its["unit_code"] == KIEN_AN, typed))
        for name, its in week().items()
        if "unit_name" in its
    }
    its = paged(**{name: units[name] for name in ("units", "scores")})
    for code in (KIEN_AN, MY_HOI_DONG):
        told = unitpage.first_screen(its, code).data + unitpage.standing(its, code).data
        assert "<script>" not in told and "<b>" not in told and typed.strip('">') in html.unescape(told)


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.sweep)])
@pytest.mark.parametrize("kind", kinds.among(kinds.ALL, short=("planted",), long=("one unit", *kinds.LONG)))
def test_in_every_kind_of_week_no_sentence_of_a_page_stands_on_it_twice(kind, lang):
    its = kinds.made(kind, lang)
    for code in list(its.units["unit_code"])[:: max(1, len(its.units) // 5)]:
        page = "".join(unitpage.page_pieces(its, code)[1:])
        told = [
            " ".join(re.sub(r"<[^>]+>", "", each).split())
            for each in re.findall(r"<(?:p|li)>(.*?)</(?:p|li)>", page, re.S)
        ]
        twice = {each for each in told if each and told.count(each) > 1}
        regions = re.findall(r'<(?:nav|section|div)[^>]*aria-(?:label|labelledby)="(.*?)"', page)
        assert not twice and len(regions) == len(set(regions)), code
        assert 1 <= len(unitpage.items(its, code)) <= 5


def test_what_is_not_printed_comes_first_where_most_is_lost_there():
    lines = re.findall(r"<li>(.*?)</li>", unitpage.minute(edition(), MY_HOI_DONG).data)
    first = say("unit.lost_part", part="phần điểm bảng không thể hiện", lost="18,48", most=28)  # 28 − 9.525
    assert any(line.startswith(say("unit.most_lost", parts="#").split("#")[0] + first) for line in lines)


def test_a_lost_block_is_told_in_points_with_what_to_check_and_what_its_level_says():
    said, group = text(unitpage.change(edition(), MY_HOI_DONG)), "mức độ hài lòng"
    assert say("finding.fell", unit="Mỹ Hội Đông", change="5,78", median="+0,27") in said
    assert say("unit.down", previous=12, rank=17) in said
    assert say("finding.step_lost_points", change="5,78", unit="Mỹ Hội Đông", points=6, group=group) in said
    assert say("finding.step_against_peers", gap="11,26", unit="Mỹ Hội Đông", points=12, group=group) in said
    assert say("finding.step_earlier", now=6, before=6) in said
    assert "tiêu chí hài lòng" not in said
    assert say("finding.route_step", points=12, group=group) in text(unitpage.route(edition(), MY_HOI_DONG))


def test_every_figure_stands_beside_the_median_the_best_of_its_kind_and_the_target():
    table = re.sub(r'<td class="drawn">.*?</td>', "", unitpage.lost(edition(), KIEN_AN).data)
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", table)
    cells = [re.sub(r"<[^>]+>", "|", html.unescape(row)).replace("||", "|") for row in rows]
    assert cells[0].split("|") == [
        *["Số hóa hồ sơ", "17,05", "4,95/22", "22,5%", "24,3%", "33,3% (thị trấn Chợ Mới)", "80%"],
        "",
    ]
    assert [cell.split("|")[0] for cell in cells] == [
        *[
            "Số hóa hồ sơ",
            "Công khai, minh bạch",
            "Hồ sơ thanh toán trực tuyến",
            "Hồ sơ nộp trực tuyến",
            "Tiến độ giải quyết",
        ]
    ]


def test_the_points_lost_and_the_points_of_the_rest_add_up_to_the_hundred():
    # 17.05 + 14.526 + 5.5464 + 5.352 + 0.032 lost of 72; 49.18 − 29.4936 = 19.6864 not itemised of the other 28
    parts = unitpage._lost_parts(edition(), KIEN_AN)
    assert parts["lost"].sum() == pytest.approx(72 - 29.4936)
    assert say("unit.rest", value="19,69", median="20,79") in text(unitpage.lost(edition(), KIEN_AN))


def test_the_route_is_the_same_as_in_the_report_and_what_else_alone_is_enough_comes_with_who_has_shown_it():
    said = text(unitpage.route(edition(), KIEN_AN))
    route = edition().found("route").query("unit_code == @KIEN_AN")["text"]
    assert all(each in said for each in route) and len(route) == 3
    # 0.82 / 0.22 = 3.727… percentage points more: (26.227… × 365 − 22.5 × 338) / 27 = 72.9
    flow = say("finding.need_flow", indicator="số hóa hồ sơ", own="22,5%", rate="72,9%", by="31/12/2023")
    assert say("finding.route_alone", way=flow, best="33,3%", holder="thị trấn Chợ Mới") in said
    assert "hồ sơ thanh toán trực tuyến đạt" not in said  # it needs 21.3 % and can reach 14.4 %


def test_a_target_is_reached_or_needs_so_much_or_cannot_be_reached_any_more():
    said = text(unitpage.route(edition(), TOWN))
    # (30 × 365 − 28.19 × 338) / 27 = 52.66
    fields = {"indicator": "Hồ sơ thanh toán trực tuyến", "value": "28,19%", "target": "30%"}
    assert say("possible.flow", needed="52,7%", by="31/12/2023", **fields) in said
    assert (
        say("possible.impossible", indicator="Hồ sơ nộp trực tuyến", value="20,1%", target="50%", most="26,0%") in said
    )
    assert "mỗi tuần" not in said


def test_where_no_route_is_enough_by_the_day_it_says_how_much_there_is():
    routes = week()["routes"].query("unit_code == '30652'")
    most = f"{routes['room_points'].sum():.2f}".replace(".", ",")
    said = text(unitpage.route(edition(), "30652"))  # 18.61 points to “Khá”
    assert say("finding.route_none", most=most, by="31/12/2023") in said


def test_the_page_says_what_the_table_cannot_show():
    said = text(unitpage.unseen(edition(), KIEN_AN))
    assert "Mức độ hài lòng" in said
    assert say("finding.no_history", period=say("period.week_of_year", week=1, month=12, year=2023)) in said


def test_a_first_week_does_not_say_since_when_a_band_has_been_held():
    assert say("unit.first_time") in text(unitpage.standing(edition(), TOWN))


def test_how_often_a_weak_band_was_asked_about_is_told_in_the_place_of_since_when_it_stands():
    asks = week()["asks"].assign(times=3.0, opened="2023-11-20")
    found = findings.collect(week() | {"asks": asks}, district.in_force(), district.words())
    period = say("period.week_of_year", week=3, month=11, year=2023)
    asked = text(unitpage.requests(edition(asks=asks, findings=found), KIEN_AN))
    assert say("followup.opened", period=period, count=3) in asked
    assert say("unit.first_time") not in text(unitpage.standing(edition(), KIEN_AN))


YEAR_BEFORE, THIS_YEAR, MERGED_ON = "2022-12-26", "2023-01-01", "2023-12-01"
FIRST_TIMES = [  # cut-off and beginning of the series of this unit's rows, then of another unit's; what is told
    ("nothing earlier", [("2023-12-04", THIS_YEAR)], [("2023-12-04", THIS_YEAR)], "first_time", {}),
    ("nothing earlier of a unit founded this week", [("2023-12-04", MERGED_ON)], [("2023-12-04", MERGED_ON)], "first_time", {}),
    ("only last year", [(YEAR_BEFORE, "2022-01-01"), ("2023-12-04", THIS_YEAR)], [(YEAR_BEFORE, "2022-01-01"), ("2023-12-04", THIS_YEAR)], "first_of_year", {"year": 2023}),
    ("the table has left it out this year", [("2023-12-04", THIS_YEAR)], [(YEAR_BEFORE, "2022-01-01"), ("2023-11-27", THIS_YEAR), ("2023-12-04", THIS_YEAR)], "first_time", {}),
    ("merged", [("2023-11-27", THIS_YEAR), ("2023-12-04", MERGED_ON)], [("2023-11-27", THIS_YEAR), ("2023-12-04", THIS_YEAR)], "first_of_unit", {}),
    ("founded", [("2023-12-04", MERGED_ON)], [("2023-11-27", THIS_YEAR), ("2023-12-04", THIS_YEAR)], "first_of_unit", {}),
]  # fmt: skip


def courses(**of_units):
    """The course of each unit (u30634 for 30634), from pairs of cut-off and beginning of its series."""
    rows = [(day, code.removeprefix("u"), since) for code, its in of_units.items() for day, since in its]
    given = {"unit_name": "", "total": 49.0, "rank": 18.0, "band": "Yếu", "revision": 1.0, "corrected": False}
    return pd.DataFrame(rows, columns=["cutoff", "unit_code", "since"]).assign(carried_by="", **given)


def on_course(course):
    """The week with this course, and no weakness that has stood before."""
    return edition(course=course, standing=week()["standing"].iloc[:0])


@pytest.mark.parametrize(
    ("own", "others", "key", "fields"), [case[1:] for case in FIRST_TIMES], ids=[case[0] for case in FIRST_TIMES]
)
def test_the_first_cut_off_of_a_series_says_why_the_series_begins(own, others, key, fields):
    its = on_course(courses(u30634=own, u30628=others))
    assert say(f"unit.{key}", **fields) in text(unitpage.standing(its, KIEN_AN))


def test_a_total_carried_from_last_year_is_no_cut_off_that_was_kept():
    days = [("2022-12-26", "2022-01-01"), ("2023-12-04", "2023-01-01")]
    held = courses(u30634=days)
    held.loc[0, "carried_by"] = "2023-12-04"
    assert say("unit.first_time") in text(unitpage.standing(on_course(held), KIEN_AN))


def test_the_first_cut_off_under_new_rules_says_so():
    days = [("2023-11-27", "2023-01-01"), ("2023-12-04", "2023-12-01")]
    its, groups = on_course(courses(u30634=days, u30628=days)), district.in_force().groups
    began = groups.assign(valid_from=pd.Timestamp("2023-12-01"))
    its = dataclasses.replace(its, rules=dataclasses.replace(its.rules, groups=began))
    assert say("unit.first_of_rules") in text(unitpage.standing(its, KIEN_AN))


def alone(lang="vi", **tables):
    """Kiến An as the only unit of its kind."""
    held = week(lang) | tables
    kept = {
        name: its[its["unit_code"].isin([KIEN_AN, district.CONTROL, ""])]
        for name, its in held.items()
        if "unit_code" in its
    }
    return edition(lang, **kept)  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "standing", "rest"),
    [
        ("vi", "Xã Kiến An đạt 49,18/100 điểm, xếp loại “Yếu”.", "Phần điểm bảng không thể hiện: 19,69 điểm."),
        ("en", "Kiến An has 49.18 of 100 points, band “Weak”.", "Points that no column explains: 19.69."),
    ],
)
def test_the_only_unit_of_its_kind_has_no_place_no_median_and_no_best_beside_it(lang, standing, rest):
    its = alone(lang)
    assert standing in re.findall(r"<li>(.*?)</li>", unitpage.minute(its, KIEN_AN).data)
    lost = unitpage.lost(its, KIEN_AN).data
    assert text(unitpage.lost(its, KIEN_AN)).endswith(rest)
    assert say("unit.middle", lang) not in lost and say("unit.best", lang) not in lost
    assert {row.count("<td") for row in lost.split("<tr>") if 'scope="row"' in row} == {5}  # one of them the bar
    beside = say("unit.beside_median", lang, kind=say("kind.commune", lang), median="#", difference="#").split("#")[0]
    assert beside not in text(unitpage.standing(its, KIEN_AN))


def test_where_no_other_unit_of_its_kind_has_a_figure_there_is_no_median_and_no_best_of_it():
    cells = week()["measurements"]
    others = cells["indicator"].eq("SH") & cells["unit_code"].ne(KIEN_AN)
    blank = dict.fromkeys(("value", "numerator", "denominator"), np.nan)
    cells = cells.assign(**{name: cells[name].mask(others, value) for name, value in blank.items()})
    said = text(unitpage.lost(edition(measurements=cells), KIEN_AN))
    assert "Số hóa hồ sơ 17,05 4,95/22 22,5% – – 80%" in said


def valued(**of_units):
    """Measurements where these units (u30634 for 30634) have this rate of timeliness, all others 90."""
    cells = week()["measurements"]
    rates = cells["unit_code"].map({code.removeprefix("u"): value for code, value in of_units.items()}).fillna(90.0)
    return cells.assign(value=cells["value"].mask(cells["indicator"] == "TD", rates))


@pytest.mark.parametrize(
    ("rates", "vi", "en"),
    [
        ({"u30628": 100.0}, "100,00% (thị trấn Chợ Mới)", "100.00% (Chợ Mới)"),
        ({"u30634": 100.0}, "100,00% (đơn vị này)", "100.00% (this unit)"),
        ({"u30634": 100.0, "u30637": 100.0}, "100,00% (đơn vị này và 1 đơn vị khác)", "100.00% (this unit and 1 other)"),
        ({"u30637": 100.0, "u30643": 99.999, "u30670": 100.0}, "100,00% (Tấn Mỹ và 2 đơn vị khác)", "100.00% (Tấn Mỹ and 2 others)"),
    ],
    ids=["one other", "itself", "itself and another", "three others, as they are shown, by place"],
)  # fmt: skip
def test_the_best_figure_names_the_unit_itself_first_and_counts_who_else_has_it(rates, vi, en):
    for lang, said in (("vi", vi), ("en", en)):
        assert said in text(unitpage.lost(edition(lang, measurements=valued(**rates)), KIEN_AN))


@pytest.mark.parametrize(
    ("points", "lost"),
    [(-1.46, "28,00"), (0.0, "28,00"), (9.5, "18,50")],
)
def test_of_a_rest_out_of_its_bounds_no_more_is_lost_than_it_is_worth(points, lost):
    lines = unitpage.minute(edition(scores=scored(not_itemised=points)), KIEN_AN).data
    first = say("unit.lost_part", part="phần điểm bảng không thể hiện", lost=lost, most=28)
    assert say("unit.most_lost", parts="#").split("#")[0] + first in lines


@pytest.mark.parametrize("points", [28.0, 29.3])
def test_of_a_rest_at_its_maximum_or_above_nothing_is_lost(points):
    assert (
        "phần điểm bảng không thể hiện"
        not in unitpage.minute(edition(scores=scored(not_itemised=points)), KIEN_AN).data
    )


def test_the_gap_to_the_median_is_the_difference_of_the_two_figures_that_are_shown():
    # 64.65 − 59.305 = 5.345 is shown as 5.35, but 59.305 as 59.31
    scores = week()["scores"].assign(
        total=lambda its: its["unit_code"].map({KIEN_AN: 64.65, TOWN: 50.0}).fillna(59.305)
    )
    said = text(unitpage.standing(edition(scores=scores), KIEN_AN))
    difference = say("gap.above", amount="5,34", unit=say("gap.points"))
    assert say("unit.beside_median", kind=say("kind.commune"), median="59,31", difference=difference) in said


def test_a_rise_far_behind_that_of_its_peers_is_told_among_the_changes():
    row = {"finding": "apart", "severity": "info", "unit_code": KIEN_AN, "indicator": "CKMB", "text": "Khác hẳn."}
    every = edition(findings=pd.concat([week()["findings"], pd.DataFrame([row])]))
    assert "Khác hẳn." in text(unitpage.change(every, KIEN_AN))


def test_a_rate_that_has_fallen_is_told_in_the_first_lines_of_the_unit_that_it_is_of():
    row = {"finding": "signal", "severity": "watch", "unit_code": KIEN_AN, "indicator": "TT", "text": "Tỷ lệ đã giảm."}
    risen = row | {"severity": "info", "text": "Tỷ lệ đã tăng."}
    every = edition(findings=pd.concat([week()["findings"], pd.DataFrame([row, risen])]))
    said = text(unitpage.minute(every, KIEN_AN))
    assert "Tỷ lệ đã giảm." in said and "Tỷ lệ đã tăng." not in said
    assert "Tỷ lệ đã giảm." not in text(unitpage.minute(every, TOWN))


def history_told(code, rules, **tables):
    """What the page of the unit says of the history, and what the report says of it."""
    held = week() | tables
    found = findings.collect(held, rules, district.words())
    its = dataclasses.replace(edition(**tables, findings=found), rules=rules)
    return text(unitpage.unseen(its, code)), " ".join(found.query("finding == 'data'")["text"])


def test_a_change_that_is_withheld_from_some_units_is_told_by_name_in_the_report_and_on_no_page():
    sentence = say("finding.withheld_new_unit_of", units="Kiến An")
    for code in (KIEN_AN, TOWN):  # its own page says so among its changes
        said, report = history_told(code, district.in_force(), **withheld("new_unit"))
        assert sentence in report and sentence not in said
        assert say("finding.no_history", period=say("period.week_of_year", week=1, month=12, year=2023)) in said


def test_a_change_that_is_withheld_from_all_units_is_told_on_every_page():
    moves = week()["moves"]
    moves = moves.assign(reason=moves["reason"].mask(moves["indicator"] == "CHANGE", "new_year"))
    assert say("finding.withheld_new_year") in history_told(TOWN, district.in_force(), moves=moves)[0]


@pytest.mark.parametrize(
    ("unit", "is_told"), [("", True), (district.CONTROL, True), (KIEN_AN, True), (MY_HOI_DONG, False)],
    ids=["all units", "the area", "itself", "another unit"],
)  # fmt: skip
def test_a_known_step_of_another_unit_is_not_told(unit, is_told):
    step = {"cutoff": "2023-12-04", "unit_code": unit, "indicator": "", "reason": {"vi": "đổi cổng", "en": "portal"}}
    rules = district.in_force()
    rules = dataclasses.replace(rules, settings=rules.settings | {"rebase": [step]})
    said, report = history_told(KIEN_AN, rules)
    assert "đổi cổng" in report and ("đổi cổng" in said) == is_told


@pytest.mark.parametrize(
    ("corrected", "is_told"), [([KIEN_AN], True), ([KIEN_AN, TOWN], True), ([TOWN], False)],
    ids=["itself", "itself and another", "another unit"],
)  # fmt: skip
def test_a_week_that_was_corrected_for_other_units_only_is_not_told(corrected, is_told):
    days = [("2023-11-27", "2023-01-01"), ("2023-12-04", "2023-01-01")]
    held = courses(u30634=days, u30628=days)
    held = held.assign(
        unit_name=held["unit_code"].map({KIEN_AN: "Kiến An", TOWN: "Chợ Mới"}),
        corrected=held["unit_code"].isin(corrected) & (held["cutoff"] == "2023-11-27"),
    )
    named = district.words().listed(held.loc[held["corrected"], "unit_name"])
    period = say("period.week_of_year", week=4, month=11, year=2023)
    said, report = history_told(KIEN_AN, district.in_force(), course=held)
    assert say("finding.corrected_week", period=period, units=named) in report
    assert (say("finding.corrected_week", period=period, units="xã Kiến An") in said) == is_told


def test_an_unknown_unit_is_refused_by_name():
    with pytest.raises(ValueError, match="unit '99999': the week's table has no such unit"):
        unitpage.minute(edition(), "99999")


@pytest.mark.parametrize("code", sampled(sorted(district.in_force().units["code"]), short=1, long=3))
def test_every_unit_has_a_page_in_both_languages(code):
    pieces = (unitpage.minute, unitpage.standing, unitpage.change, unitpage.lost, unitpage.route, unitpage.unseen)
    for lang in ("vi", "en"):
        assert all(piece(edition(lang), code).data for piece in pieces)


def course(*bands, code=KIEN_AN):
    days = ["2023-11-13", "2023-11-20", "2023-11-27", "2023-12-04"][-len(bands) :]
    rows = {"cutoff": days, "unit_code": code, "unit_name": "Kiến An", "total": 49.0, "rank": 18.0, "band": bands}
    given = {"revision": 1.0, "corrected": False, "carried_by": "", "since": "2023-01-01"}
    return pd.DataFrame(rows).assign(**given)


@pytest.mark.parametrize(
    ("bands", "said"),
    [
        (
            ["Trung bình", "Yếu", "Yếu"],
            say("unit.since", period=say("period.week_of_year", week=4, month=11, year=2023), count=2),
        ),
        (
            ["Yếu", "Trung bình", "Yếu"],
            say("unit.new_band"),
        ),
        (["Yếu"] * 4, say("unit.since_first", period=say("period.week_of_year", week=2, month=11, year=2023), count=4)),
    ],
)
def test_since_when_a_band_is_held_is_told_from_the_weeks_of_its_series(bands, said):
    assert said in text(unitpage.standing(on_course(course(*bands)), KIEN_AN))


@pytest.mark.parametrize(
    ("bands_since", "bands", "said"),
    [
        ("2023-12-04", ["Trung bình", "Trung bình", "Yếu"], say("unit.first_bands")),  # it may not have moved at all
        (
            "2023-11-21",
            ["Trung bình", "Yếu", "Yếu"],
            say("unit.since_bands", period=say("period.week_of_year", week=4, month=11, year=2023), count=2),
        ),
        ("2023-11-20", ["Yếu", "Trung bình", "Yếu"], say("unit.new_band")),
    ],
)
def test_a_band_is_held_since_the_bands_have_had_their_limits_at_the_earliest(bands_since, bands, said):
    its = on_course(course(*bands))
    its = dataclasses.replace(its, rules=dataclasses.replace(its.rules, bands_since=bands_since))
    assert said in text(unitpage.standing(its, KIEN_AN))


def test_a_change_that_is_not_marked_is_called_ordinary():
    assert say("unit.ordinary") in text(unitpage.change(edition(), KIEN_AN))
    assert say("unit.ordinary") not in text(unitpage.change(edition(), MY_HOI_DONG))


def test_the_own_rates_of_the_week_stand_beside_the_cumulative_ones():
    rates = pd.DataFrame(
        [(KIEN_AN, "TT", 64.583, 64.583, 64.583, 48.0, "counts"), (KIEN_AN, "SH", 31.0, 25.0, 37.0, float("nan"), "estimate")],
        columns=["unit_code", "indicator", "rate", "low", "high", "cases", "basis"],
    )  # fmt: skip
    said = text(unitpage.change(edition(week_rates=rates), KIEN_AN))
    paid = say("week_rate.counts", rate="64,58%", hits=31, cases=48)
    assert say("week_rate.line", indicator="hồ sơ thanh toán trực tuyến", rate=paid, value="7,56%") in said
    assert say("week_rate.estimate", rate="31,0%", low="25,0%", high="37,0%") in said


@pytest.mark.parametrize(
    ("total", "said"),
    [
        (90.0, say("unit.highest")),
        (69.5, say("unit.no_route", gap="0,50", band="Khá")),
    ],
)
def test_without_a_route_it_says_why(total, said):
    scores = week()["scores"].assign(total=lambda each: each["total"].mask(each["unit_code"] == KIEN_AN, total))
    told = edition(scores=scores, routes=week()["routes"].iloc[:0])
    assert said in text(unitpage.route(told, KIEN_AN))


def test_where_cases_are_counted_a_need_is_told_in_whole_cases():
    routes = week()["routes"].assign(needed_cases=38.0, mix_cases=9.0)
    said = text(unitpage.route(edition(routes=routes), KIEN_AN))
    fields = {"indicator": "công khai, minh bạch", "own": "19,3%", "to": "23,9%", "needed": "4,6"}
    assert (
        say("finding.route_mix", ways=say("finding.need_stock_cases", cases=9, **fields), reached=REACHED_ONE) in said
    )


def scored(**of_unit):
    """The week's scores with some figures of Kiến An, by column."""
    scores = week()["scores"]
    ours = scores["unit_code"] == KIEN_AN
    return scores.assign(**{name: scores[name].mask(ours, value) for name, value in of_unit.items()})


def changed(**of_unit):
    changes = week()["changes"]
    ours = changes["unit_code"] == KIEN_AN
    return changes.assign(**{name: changes[name].mask(ours, value) for name, value in of_unit.items()})


def withheld(reason):
    moves = week()["moves"]
    ours = moves["unit_code"].eq(KIEN_AN) & moves["indicator"].eq("CHANGE")
    moves = moves.assign(move=moves["move"].mask(ours), reason=moves["reason"].mask(ours, reason))
    return {"moves": moves, "changes": changed(change=np.nan, previous_total=np.nan, previous_rank=np.nan)}


def tied(count):
    """Kiến An in place 5 with so many others."""
    scores = week()["scores"]
    others = scores["unit_code"].isin(["30643", "30679", "30670"][:count])
    rest = scores["rank"].mask(scores["rank"] == 5, 6)
    return {"scores": scores.assign(rank=rest.mask(others | scores["unit_code"].eq(KIEN_AN), 5.0))}


STANDING = [
    ("tied with one", lambda: tied(1), "minute",
     "Xã Kiến An đạt 49,18/100 điểm, xếp loại “Yếu”, đứng thứ 5/18 trong các đơn vị cấp xã. Đồng hạng với 1 đơn vị khác.",
     "Kiến An has 49.18 of 100 points, band “Weak”, place 5 of 18 among the units at commune level. 1 other unit has the same place."),
    ("tied with two", lambda: tied(2), "standing", "Đồng hạng với 2 đơn vị khác.", "2 other units have the same place."),
    ("without a total", lambda: {"scores": scored(total=np.nan)}, "first_screen", "Xã Kiến An chưa có tổng điểm trong kỳ này.", "Kiến An has no total this time."),
    ("at the median", lambda: {"scores": week()["scores"].assign(total=58.0)}, "standing",
     "Trung vị của các đơn vị cấp xã là 58,00 điểm; đơn vị ở đúng mức này.", "The median of the units at commune level is 58.00 points; this unit is equal to it."),
    ("its place went up", lambda: {"changes": changed(previous_rank=18.0, rank_move=2.0), "scores": scored(rank=16.0)}, "change",
     "Thứ hạng từ 18 lên 16.", "Its place went up from 18 to 16."),
    ("its place went down", lambda: {"changes": changed(previous_rank=16.0, rank_move=-2.0)}, "change",
     "Thứ hạng từ 16 xuống 18.", "Its place went down from 16 to 18."),
    ("nothing to compare with", lambda: withheld("no_previous"), "first_screen",
     "Chưa có tổng điểm kỳ trước để so sánh.", "There is no previous total to compare with."),
    ("a previous total that is printed all the same", lambda: withheld("no_previous"), "change",
     "Bảng ghi điểm kỳ trước là 49,03.", "The table gives the previous total as 49.03."),
    ("a new unit", lambda: withheld("new_unit"), "first_screen",
     "Đơn vị được thành lập hoặc sắp xếp lại sau kỳ trước nên mức tăng, giảm không được tính.",
     "No change is computed where a unit was established or reorganised after the previous cut-off."),
]  # fmt: skip


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
@pytest.mark.parametrize(
    ("tables", "piece", "vi", "en"), [case[1:] for case in STANDING], ids=[case[0] for case in STANDING]
)
def test_place_and_change_are_told_as_they_are_in_every_case(lang, tables, piece, vi, en):
    assert {"vi": vi, "en": en}[lang] in text(getattr(unitpage, piece)(edition(lang, **tables()), KIEN_AN))


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
def test_where_every_group_is_printed_the_total_less_their_sum_is_no_hidden_part(lang):
    rules, groups = district.in_force(), list(district.in_force().groups["group"])
    columns = rules.columns.head(len(groups)).assign(field=groups, kind="points")
    printed = dataclasses.replace(edition(lang), rules=dataclasses.replace(rules, forms={"columns.csv": columns}))
    said = {
        "vi": "Tổng điểm trừ tổng các nhóm: 19,69 điểm; trung vị của các đơn vị cùng loại: 20,79 điểm.",
        "en": "Total less the sum of its groups: 19.69 points; median of its kind: 20.79 points.",
    }
    assert said[lang] in text(unitpage.lost(printed, KIEN_AN))


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
def test_bands_crossed_signals_and_own_rates_of_the_unit_stand_under_its_change(lang):
    signal = {
        "unit_code": KIEN_AN,
        "indicator": "TT",
        "baseline": 20.0,
        "score": -1.5,
        "signal": "down",
        "since": "2023-12-04",
    }
    others = signal | {"unit_code": TOWN, "indicator": "SH"}
    tables = {
        "signals": pd.DataFrame([signal, others], columns=list(TABLES["signals"].columns)),
        "changes": changed(previous_total=50.2),
        "asks": week(lang)["asks"].iloc[:0],
    }
    rules, words = district.in_force(), district.words(lang)
    found = findings.collect(week(lang) | tables, rules, words)
    said = text(unitpage.change(edition(lang, **tables, findings=found), KIEN_AN))
    crossed, signalled = {
        "vi": ("Kiến An chuyển từ “Trung bình” (50,20 điểm) xuống “Yếu” (49,18 điểm).",
               "Kiến An: tỷ lệ riêng từng kỳ của hồ sơ thanh toán trực tuyến thấp hơn rõ rệt so với mức thường trước đó (20,00%). Tín hiệu mới trong kỳ này."),
        "en": ("Kiến An went down from “Average” (50.20 points) to “Weak” (49.18 points).",
               "Kiến An: the own rate of dossiers paid online is clearly below what was usual before (20.00%). The signal is new."),
    }[lang]  # fmt: skip
    assert crossed in said and signalled in said and say("name.total", lang) not in said
    assert said.count(signalled.split(". ")[1]) == 1  # not that of the town


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
def test_where_the_units_year_will_end_is_the_last_of_its_routes(lang):
    ends = {"unit_code": KIEN_AN, "indicator": "TOTAL", "low": 49.0, "middle": 50.5, "high": 52.0}
    rows = [ends | {"band": "Trung bình", "odds": 0.65}, ends | {"band": "Yếu", "odds": 0.35}]
    forecast = pd.DataFrame(rows, columns=list(TABLES["year_end"].columns))
    said = {
        "vi": "Dự báo tổng điểm của xã Kiến An vào ngày 31/12/2023, nếu diễn biến như các kỳ đã qua: từ 49,0 đến 52,0 điểm (xác suất khoảng 80%). Khả năng xếp loại khi đó: “Trung bình” 65%; “Yếu” 35%.",
        "en": "Forecast of the total of Kiến An on 31 December 2023, if things go on as so far: 49.0 to 52.0 points (probability about 80%). Odds of the band then: “Average” 65%; “Weak” 35%.",
    }  # fmt: skip
    assert text(unitpage.route(edition(lang, year_end=forecast), KIEN_AN)).endswith(said[lang])
    assert said[lang] not in text(unitpage.route(edition(lang, year_end=forecast), TOWN))


def test_figures_are_compared_as_files_have_them_so_that_a_page_stays_where_binary_noise_is_all_that_differs():
    # the median of nine changes of 0.1 and nine of 0.2 is 0.15000000000000002
    units = week()["changes"]["unit_code"]
    moves = week()["moves"].query("indicator == 'CHANGE'")
    moves = moves.assign(move=0.2, median=np.median([0.1] * 9 + [0.2] * 9), marked=True)
    held = week() | {"moves": moves[moves["unit_code"].isin(units)]}
    found = findings.collect(held, district.in_force(), district.words())
    rose = found.query("finding == 'rose'")
    assert rose["reference"].iat[0] != 0.15 and rose["reference"].iat[0] == pytest.approx(0.15)
    read = table_files.from_csv("findings", table_files.to_csv("findings", found).encode())
    code = rose["unit_code"].iat[0]
    assert unitpage.drawn_rows(held | {"findings": found}, code) == unitpage.drawn_rows(held | {"findings": read}, code)


def test_what_is_compared_of_a_page_is_all_that_its_notebook_shows():
    """A cell that is added there must be in ``said``, or be a chart that draws the unit's own rows of ``DRAWN``."""
    notebook = nbformat.read(HOME / "notebooks" / "5_unit.ipynb", as_version=4)
    shown = [cell.source for cell in notebook.cells if "page" in cell.metadata.get("tags", [])]
    assert shown == [
        "unitpage.first_screen(edition, unit)",
        "unitpage.standing(edition, unit)",
        "unitpage.requests(edition, unit)",
        "ask_course.asked(edition, unit)",
        "unitpage.change(edition, unit)",
        "display(*figures.contributions(edition, unit))",
        "figures.own_rates(edition, unit)",
        "unitpage.lost(edition, unit)",
        "unitpage.route(edition, unit)",
        "unitpage.unseen(edition, unit)",
        "unitpage.provenance(edition, unit)",
        "unitpage.head(edition, unit)",
    ]


def test_what_is_remembered_of_a_weeks_tables_is_what_their_files_hold_and_what_is_done_to_them_stays_there(
    real_home, tmp_path
):
    folder = shutil.copytree(paths.processed(real_home, "cho-moi", "2023-12-04"), tmp_path / "week")
    published = store.Week(real_home, "cho-moi", "2023-12-04", folder)

    def totals():
        made = unitpage.edition(published, district.in_force(), district.words())
        scores = made.tables["scores"]
        before = scores["total"].sum()
        scores["total"] = 0.0
        return before

    first = totals()
    assert totals() == first > 0
    scores = published.read("scores")
    store.write_table(folder, "scores", scores.assign(total=scores["total"] + 1))
    assert totals() == pytest.approx(first + len(scores))
