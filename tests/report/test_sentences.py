"""The sentences of page and mail say what the findings say, in the reader's language."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from support.district import edition, in_force, say, week, words
from support.fragments import text
from support.varied import AREA, KIEN_AN, MY_HOI_DONG, TAN_MY, both, signalled, told

from analysis.report import page, sentences
from analysis.tables import TABLES


def test_a_place_in_the_province_that_is_not_known_is_told_as_missing_and_why():
    said = "Chưa nêu được thứ hạng trong các huyện, thị xã, thành phố: bảng số liệu không có, văn phòng chưa bổ sung."
    without = edition(place_changes=edition().tables["place_changes"].head(0))
    assert said in sentences.result_lines(without) and "xếp hạng" not in text(page.ranking(without))
    assert not any("Chưa nêu được thứ hạng" in line for line in sentences.result_lines(edition()))


def test_the_result_is_told_in_full():
    assert text(page.ranking(edition())).partition("Kết quả chung ")[2] == (
        "Văn phòng HĐND và UBND huyện báo cáo kết quả thực hiện Bộ chỉ số phục vụ người dân, doanh nghiệp trong"
        " thực hiện thủ tục hành chính, cung cấp dịch vụ công đến tuần 1 tháng 12 năm 2023 như sau:"
        " Huyện Chợ Mới đạt 57,45/100 điểm, xếp loại “Trung bình”, xếp hạng 7/11 huyện, thị xã, thành phố, tăng 0,29 điểm"
        " so với tuần 4 tháng 11."
        " Điểm của các đơn vị cấp xã từ 49,18 (xã Kiến An) đến 65,79 (thị trấn Chợ Mới); kết quả từng đơn vị tại Phụ lục"
        " kèm theo."
        " Xếp loại: 17 đơn vị “Trung bình” và 1 đơn vị “Yếu”."
        " Các cột của bảng giải thích được 36,86 điểm của huyện Chợ Mới; 20,59 điểm còn lại bảng không thể hiện (mức độ hài"
        " lòng và một số tiêu chí thành phần). Cách quy đổi các cột thành điểm là của Văn phòng, chưa phải quy định."
    )


def test_section_2_says_since_when_there_is_history_and_what_can_still_be_reached():
    said = text(page.moved(edition())) + text(page.outlook(edition()))
    assert "Số liệu được lưu từ tuần 1 tháng 12 năm 2023." in said
    assert say("finding.not_judged", units=18, least=8) in said
    # day 338 of 365: (25.4 × 338 + 100 × 27) / 365 = 30.92; 80 is out of reach
    fields = {"indicator": "Đối với huyện Chợ Mới, số hóa hồ sơ", "value": "25,4%", "target": "80%", "most": "30,9%"}
    assert say("possible.impossible", **fields) in said
    assert "mỗi tuần" not in said


def test_of_many_figures_with_the_same_fault_each_kind_is_counted_with_its_range():
    rows = [("NOT_ITEMISED", -1.0 - i, 0.0) for i in range(6)] + [("PREVIOUS_TOTAL", 50.0 + i, 50.5) for i in range(6)]
    rows += [("TOTAL", 50.0, 38.0 + i) for i in range(6)] + [("CKMB", 5.0, 6.0)]
    found = pd.DataFrame(rows, columns=["indicator", "value", "reference"])
    found = found.assign(
        finding="reconcile", severity="watch", unit_code="", text=[f"row {i}" for i in range(len(rows))]
    )
    ranges = {"rests": ("−6,00", "−1,00"), "carried_many": ("−0,50", "+4,50"), "differ_many": ("+7,00", "+12,00")}
    counted = {
        key: say(f"piece.{key}", count=6, range=say("piece.range", low=low, high=high))
        for key, (low, high) in ranges.items()
    }
    made = edition(findings=found)
    totals = [
        say("piece.far_total", unit=made.names.unit(""), total="50,00", sum=f"{38 + i},00")
        for i in range(6)  # the furthest first
    ]
    far = say("piece.far_totals", count=6, size="2,50", units="; ".join(totals))
    assert sentences.data_lines(made) == ["row 18", *counted.values(), far]


def test_of_many_totals_only_those_over_the_configured_size_are_named():
    rows = [("TOTAL", 50.0, 50.0 - off) for off in (2.5, 2.51, 0.03, -0.03, 1.0, -12.0)]
    found = pd.DataFrame(rows, columns=["indicator", "value", "reference"])
    found = found.assign(finding="reconcile", severity="watch", unit_code="", text="x")
    settings = in_force().settings
    for size, off in ((2.5, [-12.0, 2.51]), (12, []), (1.5, [-12.0, 2.51, 2.5])):
        held = dataclasses.replace(in_force(), settings=settings | {"large_difference_pct": size})
        made = dataclasses.replace(edition(findings=found), rules=held)
        named = [line for line in sentences.data_lines(made) if "50,00" in line]
        units = [
            say("piece.far_total", unit=made.names.unit(""), total="50,00", sum=words().number(50 - each))
            for each in off
        ]
        fields = {"count": len(off), "size": words().number(size), "units": "; ".join(units)}
        assert named == ([say("piece.far_totals", **fields)] if off else [])


def test_a_doubt_about_the_table_is_counted_a_page_that_failed_is_none():
    about = {"severity": "watch", "unit_code": "", "text": "x"}
    rows = [("data", "", np.nan), ("reconcile", "TOTAL", 50.0), ("data", "", 1.0), ("reconcile", "CKMB", 50.0)]
    found = pd.DataFrame(rows, columns=["finding", "indicator", "value"]).assign(**about)
    assert sentences.doubts_line(edition(findings=found)) == say("piece.doubts", count=1)
    compared = edition().tables["reconciliation"].query("indicator == 'TOTAL'")
    said = say("piece.totals_differ", count=1, all=len(compared))
    assert sentences.totals_line(edition(findings=found)) == f"{said} {say('piece.totals_differ_where')}"
    assert sentences.totals_line(edition(findings=found.assign(reference=50.0)), in_letter=True) == said
    assert sentences.totals_line(edition(findings=found[2:])) == ""
    assert sentences.doubts_line(edition(findings=found[2:])) == ""


def test_a_few_figures_with_the_same_fault_are_told_one_by_one():
    rows = [("TOTAL", 50.0, 38.0 + i) for i in range(5)]
    found = pd.DataFrame(rows, columns=["indicator", "value", "reference"])
    found = found.assign(finding="reconcile", severity="watch", unit_code="", text=[f"row {i}" for i in range(5)])
    assert sentences.data_lines(edition(findings=found)) == [f"row {i}" for i in range(5)]


# -- one, two, many; both languages ------------------------------------------------------------------------------------


RUNS = [
    ("two fall", {KIEN_AN: -7, MY_HOI_DONG: -9, TAN_MY: -6}, {},
     ["Giảm nhiều kỳ liên tiếp (số kỳ): Mỹ Hội Đông (9) và Kiến An (7)."],
     ["Fallen several times in a row (number of times): Mỹ Hội Đông (9) and Kiến An (7)."]),
    ("one falls, one rises, the area is not counted", {KIEN_AN: -7, TAN_MY: 8, AREA: 9}, {},
     ["Giảm nhiều kỳ liên tiếp (số kỳ): Kiến An (7).", "Tăng nhiều kỳ liên tiếp (số kỳ): Tấn Mỹ (8)."],
     ["Fallen several times in a row (number of times): Kiến An (7).", "Risen several times in a row (number of times): Tấn Mỹ (8)."]),
    ("more than are named", {KIEN_AN: -7, MY_HOI_DONG: -9}, {"fell_most": 1},
     ["2 đơn vị giảm từ 7 kỳ liên tiếp trở lên, dài nhất 9 kỳ."],
     ["2 units have fallen at least 7 times in a row (longest run: 9 times)."]),
    ("one, and none is named", {TAN_MY: 8}, {"fell_most": 0},
     ["1 đơn vị tăng từ 7 kỳ liên tiếp trở lên, dài nhất 8 kỳ."],
     ["1 unit has risen at least 7 times in a row (longest run: 8 times)."]),
    ("a run as long as is worth a word", {KIEN_AN: -2, TAN_MY: 3}, {"trend": in_force().settings["trend"] | {"least_streak": 3}},
     ["Tăng nhiều kỳ liên tiếp (số kỳ): Tấn Mỹ (3)."], ["Risen several times in a row (number of times): Tấn Mỹ (3)."]),
    ("none", {}, {}, [], []),
]  # fmt: skip


@both(RUNS)
def test_who_falls_or_rises_many_times_in_a_row_is_named_or_counted(lang, given0, given1, said):
    moves = week()["moves"]
    moves = moves.assign(streak=moves["unit_code"].map(given0).fillna(1.0))
    lines = sentences.trend_lines(told(lang, given1, moves=moves))
    beginnings = ("Giảm nhiều", "Tăng nhiều", "Fallen", "Risen")
    assert [
        line
        for line in lines
        if line.startswith(beginnings) or "kỳ liên tiếp trở lên" in line or "in a row (longest" in line
    ] == said


def rates(lang, *given):
    """The lines of the area's own rates, each of (indicator, basis, rate, low, high, cases)."""
    names = ["indicator", "basis", "rate", "low", "high", "cases"]
    rows = pd.DataFrame([dict(zip(names, each, strict=False)) for each in given], columns=names).assign(unit_code=AREA)
    return sentences.week_rate_lines(edition(lang, week_rates=rows), AREA)


OWN_RATES = [
    ("exact and estimated", [("TT", "counts", 50.0, 50.0, 50.0, 2.0), ("SH", "estimate", 31.0, 25.0, 37.0)],
     ["Tính riêng số phát sinh từ sau kỳ trước đến kỳ này: hồ sơ thanh toán trực tuyến 50,00% (1/2 trường hợp), lũy kế 12,17%; số hóa hồ sơ ước 31,0% (từ 25,0% đến 37,0%), lũy kế 25,4%."],
     ["Of the cases after the previous cut-off alone, dossiers paid online: 50.00% (1 of 2 cases), cumulative 12.17%; digitisation: an estimated 31.0% (25.0% to 37.0%), cumulative 25.4%."]),
    ("each reason why one is not known", [("TT", "no_cases"), ("SH", "too_wide"), ("TD", "first"), ("DVCTT", "revised")],
     ["Chưa có số liệu kỳ trước để tính tỷ lệ riêng của kỳ này: tiến độ giải quyết.",
      "Không tính được tỷ lệ riêng của kỳ này vì số lũy kế hai kỳ không khớp nhau (do làm tròn hoặc số kỳ trước được điều chỉnh): hồ sơ nộp trực tuyến.",
      "Kỳ này không phát sinh trường hợp nào: hồ sơ thanh toán trực tuyến.",
      "Chưa nêu tỷ lệ riêng của kỳ này vì khoảng ước tính từ số lũy kế quá rộng: số hóa hồ sơ."],
     ["There are no earlier figures from which to work out this cut-off's own rate: timeliness.",
      "The own rate of this cut-off cannot be worked out, because the two cumulative figures do not fit each other (rounding, or earlier figures were changed): dossiers filed online.",
      "No cases since the previous cut-off: dossiers paid online.",
      "This cut-off's own rate is not given, because the bounds estimated from cumulative figures are too wide: digitisation."]),
    ("two for the same reason", [("TT", "no_cases"), ("SH", "no_cases")],
     ["Kỳ này không phát sinh trường hợp nào: hồ sơ thanh toán trực tuyến và số hóa hồ sơ."],
     ["No cases since the previous cut-off: dossiers paid online and digitisation."]),
    ("no rates", [], [], []),
]  # fmt: skip


@both(OWN_RATES)
def test_the_weeks_own_rates_stand_beside_the_cumulative_ones_or_it_is_told_why_there_is_none(lang, given0, said):
    assert sorted(rates(lang, *given0)) == sorted(said)


def outlook(lang, *given, year_end=()):
    """What is said of the area's targets, each of (indicator, value, state)."""
    rows = [
        {"indicator": name, "value": value, "state": state, "target": 30.0, "needed": 40.0, "most": 25.0}
        for name, value, state in given
    ]
    possible = pd.DataFrame(rows, columns=list(TABLES["possible"].columns)).assign(unit_code=AREA, by="2023-12-31")
    forecast = pd.DataFrame(year_end, columns=list(TABLES["year_end"].columns))
    return sentences.outlook_lines(edition(lang, possible=possible, year_end=forecast), AREA)


ASSUMED = (
    "Các mức cần đạt và cao nhất còn có thể được tính với giả định số phát sinh đều theo thời gian.",
    "What is needed and the highest still possible assume that cases come evenly over time.",
)


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
@pytest.mark.parametrize(
    ("given", "is_assumed"),
    [
        (("TT", 20.0, "possible"), True),
        (("TT", 20.0, "impossible"), True),
        (("TT", 31.0, "reached"), False),
        (("TT", np.nan, "possible"), False),
        (("CKMB", 20.0, "possible"), False),
        (("CKMB", 31.0, "reached"), False),
    ],
    ids=lambda given: " ".join(map(str, given)) if isinstance(given, tuple) else "",
)
def test_that_cases_come_evenly_is_told_where_a_figure_rests_on_it(lang, given, is_assumed):
    first, *more = outlook(lang, given)
    assert first and more == ([ASSUMED[lang == "en"]] if is_assumed else [])


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
def test_the_end_of_the_year_follows_the_targets_where_there_is_a_forecast(lang):
    ends = {
        "unit_code": AREA,
        "indicator": "TOTAL",
        "low": 57.0,
        "middle": 57.5,
        "high": 58.0,
        "band": "Trung bình",
        "odds": 1.0,
    }
    with_it, without = (
        outlook(lang, ("CKMB", 31.0, "reached"), year_end=[ends]),
        outlook(lang, ("CKMB", 31.0, "reached")),
    )
    assert with_it[:1] == without and [line.split()[0] for line in with_it[1:]] == (
        ["Dự", "Khả"] if lang == "vi" else ["Forecast", "Odds"]
    )


# -- how many are told one by one --------------------------------------------------------------------------------------


SIGNALS = [
    ("one more", 2, "Ngoài ra còn 1 tín hiệu khác.", "There is 1 other signal."),
    ("two more", 1, "Ngoài ra còn 2 tín hiệu khác.", "There are 2 other signals."),
]


@both(SIGNALS)
def test_of_many_signals_the_first_are_told_and_the_others_counted(lang, given0, said):
    settings = {"page": in_force().settings["page"] | {"signals": given0}}
    assert said in sentences.trend_lines(told(lang, settings, signals=signalled(KIEN_AN, TAN_MY, "30679")))


# -- about the data ----------------------------------------------------------------------------------------------------


ODD = [
    ("one", 1, "1 số liệu của các đơn vị lệch xa trung vị của các đơn vị cùng loại.", "1 figure of a unit lies far from the median of its kind."),
    ("two", 2, "2 số liệu của các đơn vị lệch xa trung vị của các đơn vị cùng loại.", "2 figures of units lie far from the median of their kind."),
]  # fmt: skip


OUT_OF_BOUNDS = [
    ("one", [-1.5], "Ở 1 dòng của bảng, phần điểm bảng không thể hiện tính ra −1,50, ngoài khoảng có thể; cần kiểm tra số liệu của bảng hoặc cách quy đổi các cột thành điểm.",
     "In 1 row the points not itemised come to −1.50, which is impossible; the table's figures or the reading of its columns are to be checked."),
    ("two", [-1.5, 30.0], "Ở 2 dòng của bảng, phần điểm bảng không thể hiện tính ra từ −1,50 đến 30,00, ngoài khoảng có thể; cần kiểm tra số liệu của bảng hoặc cách quy đổi các cột thành điểm.",
     "In 2 rows the points not itemised come to −1.50 to 30.00, which is impossible; the table's figures or the reading of its columns are to be checked."),
]  # fmt: skip


CARRIED = [
    ("one", [0.5], "Ở 1 dòng của bảng, điểm kỳ trước khác điểm đã công bố của kỳ đó (chênh +0,50). Mức tăng, giảm được tính theo điểm ghi trong bảng.",
     "In 1 row the previous total differs from the one published (by +0.50). The change is computed from the total in the table."),
    ("two", [0.5, -0.25], "Ở 2 dòng của bảng, điểm kỳ trước khác điểm đã công bố của kỳ đó (chênh từ −0,25 đến +0,50). Mức tăng, giảm được tính theo điểm ghi trong bảng.",
     "In 2 rows the previous total differs from the one published (by −0.25 to +0.50). The change is computed from the total in the table."),
]  # fmt: skip


NONE_ONE_BY_ONE = {"page": in_force().settings["page"] | {"peers": 0}}


@both(ODD)
def test_of_many_odd_figures_their_number_is_told(lang, given0, said):
    odd = [(code, "CKMB", 90.0, 60.0, 30.0, 4.0, True) for code in (KIEN_AN, TAN_MY)[:given0]]
    peers = pd.DataFrame(odd, columns=list(TABLES["peers"].columns))
    assert said in sentences.data_lines(told(lang, NONE_ONE_BY_ONE, peers=peers))


@both(OUT_OF_BOUNDS)
def test_of_many_rests_that_cannot_be_their_number_and_range_is_told(lang, given0, said):
    scores = week()["scores"]
    wrong = dict(zip((KIEN_AN, TAN_MY), given0, strict=False))
    scores = scores.assign(not_itemised=scores["unit_code"].map(wrong).fillna(scores["not_itemised"]))
    assert said in sentences.data_lines(told(lang, NONE_ONE_BY_ONE, scores=scores))


@both(CARRIED)
def test_of_many_previous_totals_that_differ_their_number_and_range_is_told(lang, given0, said):
    held = [(code, "2023-12-04", 50.0 + off, 50.0) for code, off in zip((KIEN_AN, TAN_MY), given0, strict=False)]
    carried = pd.DataFrame(held, columns=list(TABLES["carried"].columns))
    assert said in sentences.data_lines(told(lang, NONE_ONE_BY_ONE, carried=carried))


# -- the spread of the totals ------------------------------------------------------------------------------------------


SPREADS = [
    ("two at the lowest", {KIEN_AN: 40.0, TAN_MY: 40.0}, 50.0,
     "Điểm của các đơn vị cấp xã từ 40,00 (xã Tấn Mỹ và 1 đơn vị khác) đến 50,00 (thị trấn Chợ Mới và 15 đơn vị khác); kết quả từng đơn vị tại Phụ lục kèm theo.",
     "The totals of the units at commune level range from 40.00 (Tấn Mỹ and 1 other) to 50.00 (Chợ Mới and 15 others); each unit is in the appendix."),
    ("all alike", {}, 50.0, "Điểm của các đơn vị cấp xã đều bằng 50,00 (đồng hạng, 18 đơn vị).",
     "All 18 of the units at commune level have 50.00 points and share the same place."),
    ("a single total", {KIEN_AN: 40.0}, np.nan, "Xã Kiến An đạt 40,00 điểm.", "Kiến An has 40.00 points."),
]  # fmt: skip


@both(SPREADS)
def test_the_lowest_and_the_highest_total_are_told_with_whose_they_are(lang, given0, given1, said):
    scores = week()["scores"]
    total = scores["unit_code"].map(given0).fillna(given1).where(scores["unit_code"] != AREA, scores["total"])
    ranked = scores.assign(total=total, rank=total.rank(ascending=False, method="min"))
    assert said in sentences.result_lines(edition(lang, scores=ranked))
