"""One unit's page says what the week's tables say of it, and nothing of what they do not hold."""

import html
import re
import shutil

import nbformat
import pandas as pd
import pytest
from support import district
from support.district import HOME, edition, say, week
from support.fragments import text

from analysis.report import findings, unitpage
from analysis.weeks import paths, store, table_files

KIEN_AN, MY_HOI_DONG = "30634", "30637"


def test_the_first_lines_tell_standing_change_lost_points_and_the_way_up():
    lost = [
        say("unit.lost_part", part="số hóa hồ sơ", lost="17,05", most=22),
        say("unit.lost_part", part="công khai, minh bạch", lost="14,53", most=18),
        say("unit.lost_part", part="thanh toán trực tuyến", lost="5,55", most=6),
    ]
    way = say("finding.mix_proven", steps=say("finding.mix_step", indicator="số hóa hồ sơ", needed="3,8"))
    lines = re.findall(r"<li>(.*?)</li>", unitpage.minute(edition(), KIEN_AN).data)
    assert lines == [
        say("unit.standing", unit="Xã Kiến An", total="49,18", band="Yếu", rank=18, of=18, kind=say("kind.commune")),
        say("finding.rose", unit="Kiến An", change="0,15", median="+0,27"),
        say("unit.most_lost", parts="; ".join(lost)),
        f"{say('finding.route_gap', unit='Kiến An', gap='0,82', band='Trung bình')} {way}",
    ]


def test_a_lost_item_is_named_with_what_to_check_and_what_its_level_says_of_another_one():
    said = text(unitpage.change(edition(), MY_HOI_DONG))
    assert say("finding.fell", unit="Mỹ Hội Đông", change="5,78", median="+0,27") in said
    assert say("unit.down", previous=12, rank=17) in said
    assert say("finding.step_lost", change="−5,78", unit="Mỹ Hội Đông", items=1, size=6) in said
    assert say("finding.step_before", now=1, before=1) in said
    assert say("unit.no_limits", missing=15) in said


def test_every_figure_stands_beside_the_median_the_best_of_its_kind_and_the_target():
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", unitpage.lost(edition(), KIEN_AN).data)
    cells = [re.sub(r"<[^>]+>", "|", html.unescape(row)).replace("||", "|") for row in rows]
    assert cells[0].split("|") == [
        *["Số hóa hồ sơ", "17,05", "4,95/22", "22,5%", "24,3%", "33,3% (Chợ Mới)", "80%"],
        "",
    ]
    assert [cell.split("|")[0] for cell in cells] == [
        *[
            "Số hóa hồ sơ",
            "Công khai, minh bạch",
            "Thanh toán trực tuyến",
            "Dịch vụ công trực tuyến",
            "Tiến độ giải quyết",
        ]
    ]


def test_the_points_lost_and_the_points_of_the_rest_add_up_to_the_hundred():
    # 17.05 + 14.526 + 5.5464 + 5.352 + 0.032 lost of 72; 49.18 − 29.4936 = 19.6864 not itemised of the other 28
    parts = unitpage._lost_parts(edition(), KIEN_AN)
    assert parts["lost"].sum() == pytest.approx(72 - 29.4936)
    assert say("unit.rest", value="19,69", median="20,79") in text(unitpage.lost(edition(), KIEN_AN))


def test_each_way_to_the_next_band_comes_with_the_best_rate_there_is_and_where_it_is():
    said = text(unitpage.route(edition(), KIEN_AN))
    way = say("finding.mix_step", indicator="công khai, minh bạch", needed="4,6")
    assert say("unit.alone", way=way, best="87,2%", holder="Long Điền A") in said
    pace = say(
        "piece.pace_total", indicator=say("name.total"), value="49,18", target=50, by="31/12/2023", needed="0,21"
    )
    assert f"{pace} {say('piece.pace_recent', weeks=1, recent='+0,15')}" in said
    assert "tiến độ" not in said.lower()  # 4.1 percentage points, of which only 0.16 are left


def test_where_the_best_of_every_peer_is_not_enough_it_says_so():
    said = text(unitpage.route(edition(), MY_HOI_DONG))
    assert f"{say('finding.mix_best', most='5,55')} {say('finding.mix', steps='#').split('#')[0]}" in said


def test_the_page_says_what_the_table_cannot_show():
    said = text(unitpage.unseen(edition(), KIEN_AN))
    assert "Mức độ hài lòng" in said
    assert say("finding.no_history", period=say("period.week_of_year", week=1, month=12, year=2023)) in said


def test_a_first_week_does_not_say_since_when_a_band_has_been_held():
    assert say("unit.first_time") in text(unitpage.standing(edition(), KIEN_AN))


def test_an_unknown_unit_is_refused_by_name():
    with pytest.raises(ValueError, match="unit '99999': the week's table has no such unit"):
        unitpage.minute(edition(), "99999")


@pytest.mark.long
def test_every_unit_has_a_page_in_both_languages():
    pieces = (unitpage.minute, unitpage.standing, unitpage.change, unitpage.lost, unitpage.route, unitpage.unseen)
    for lang in ("vi", "en"):
        for code in week()["units"]["unit_code"]:
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
            say("unit.since", period=say("period.week_of_year", week=1, month=12, year=2023), count=1),
        ),
        (["Yếu"] * 4, say("unit.since_first", period=say("period.week_of_year", week=2, month=11, year=2023), count=4)),
    ],
)
def test_since_when_a_band_is_held_is_told_from_the_weeks_of_its_series(bands, said):
    assert said in text(unitpage.standing(edition(course=course(*bands)), KIEN_AN))


def test_a_change_within_the_limits_is_called_ordinary():
    signals = week()["signals"].assign(missing=0, changes=20, centre=0.2, lower=-0.4, upper=0.8)
    said = text(unitpage.change(edition(signals=signals), KIEN_AN))
    assert say("unit.within", lower="−0,40", upper="+0,80", count=20) in said


@pytest.mark.parametrize(
    ("total", "said"),
    [
        (90.0, say("unit.highest")),
        (69.5, say("unit.no_route", gap="0,50", band="Khá")),
    ],
)
def test_without_a_route_it_says_why(total, said):
    scores = week()["scores"].assign(total=lambda each: each["total"].mask(each["unit_code"] == KIEN_AN, total))
    told = edition(scores=scores, routes=week()["routes"].iloc[:0], pace=week()["pace"].iloc[:0])
    assert said in text(unitpage.route(told, KIEN_AN))


def test_where_cases_are_counted_a_way_is_told_in_whole_cases():
    routes = week()["routes"].assign(needed_cases=38.0, mix_cases=38.0)
    said = text(unitpage.route(edition(routes=routes), KIEN_AN))
    way = say("finding.mix_cases", indicator="thanh toán trực tuyến", needed="13,7", cases=38)
    assert say("unit.alone", way=way, best="28,19%", holder="Chợ Mới") in said


def test_figures_are_compared_as_files_have_them_so_that_a_page_stays_where_binary_noise_is_all_that_differs():
    # the median of nine changes of 0.1 and nine of 0.2 is 0.15000000000000002
    units = week()["changes"]["unit_code"]
    changes = week()["changes"].assign(change=[0.1, 0.2] * (len(units) // 2) + [0.1] * (len(units) % 2))
    held = week() | {"changes": changes}
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
        "unitpage.minute(edition, unit)",
        "unitpage.standing(edition, unit)",
        "unitpage.change(edition, unit)",
        "figures.contributions(edition, unit)",
        "figures.control(edition, unit)",
        "unitpage.lost(edition, unit)",
        "figures.lost_points(edition, unit)",
        "unitpage.route(edition, unit)",
        "unitpage.unseen(edition, unit)",
        "unitpage.provenance(edition, unit)",
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
