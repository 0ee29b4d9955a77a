"""The sentences about one unit, in both languages as a person reads them; expected values worked by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from support.district import CUTOFF, in_force, week, words

from analysis.report import phrases
from analysis.report.names import Names
from analysis.tables import TABLES

KIEN_AN, MY_HOI_DONG, AREA = "30634", "30637", "893"
DAY, SUMMER = "2023-12-31", "2023-06-30"
LANGUAGES = pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])


def names(lang):
    return Names(in_force(), words(lang), week()["units"])


def rows(table, *given):
    """A table of these rows, each a mapping; missing where a row does not say it."""
    return pd.DataFrame(given, columns=list(TABLES[table].columns))


def row(table, **given):
    return SimpleNamespace(**dict.fromkeys(TABLES[table].columns, np.nan) | {"unit_code": KIEN_AN} | given)


def cases(table):
    """Each case for both languages: its name, what is given, the Vietnamese and the English sentence."""
    each = [
        pytest.param(lang, given, said, id=f"{name} ({lang})")
        for name, given, *both in table
        for lang, said in zip(("vi", "en"), both, strict=True)
    ]
    return pytest.mark.parametrize(("lang", "given", "said"), each)


# -- targets -----------------------------------------------------------------------------------------------------------


def target(indicator, value, target, state, most=100.0, needed=np.nan, by=DAY):
    return row(
        "possible", indicator=indicator, value=value, target=target, state=state, most=most, needed=needed, by=by
    )


TARGETS = [
    ("a flow is reached", (target("TT", 31.257, 30, "reached"), ""),
     "Hồ sơ thanh toán trực tuyến hiện đạt 31,26%: đến nay đã đạt chỉ tiêu 30%.",
     "Dossiers paid online: now 31.26%; so far the target of 30% is reached."),
    ("a stock is reached, exactly", (target("CKMB", 50.0, 50, "reached"), ""),
     "Công khai, minh bạch hiện đạt 50,0%: đến nay đã đạt chỉ tiêu 50%.",
     "Transparency: now 50.0%; so far the target of 50% is reached."),
    # (30 × 365 − 28.19 × 338) / 27 = 52.66, rounded up
    ("a flow can be reached", (target("TT", 28.19, 30, "possible", 33.5, 52.66), ""),
     "Hồ sơ thanh toán trực tuyến hiện đạt 28,19%; để đạt 30% vào ngày 31/12/2023 cần 52,7% trong số còn phát sinh.",
     "Dossiers paid online: now 28.19%; to reach 30% by 31 December 2023, a rate of 52.7% is needed on the cases still to come."),
    ("a flow can be reached, and the week's own rate is known", (target("TT", 28.19, 30, "possible", 33.5, 52.66), "35%"),
     "Hồ sơ thanh toán trực tuyến hiện đạt 28,19%; để đạt 30% vào ngày 31/12/2023 cần 52,7% trong số còn phát sinh. Riêng kỳ này: 35%.",
     "Dossiers paid online: now 28.19%; to reach 30% by 31 December 2023, a rate of 52.7% is needed on the cases still to come. This cut-off alone: 35%."),
    ("what is needed is never told as more than all", (target("TT", 28.0, 33.37, "possible", 33.37, 99.996), ""),
     "Hồ sơ thanh toán trực tuyến hiện đạt 28,00%; để đạt 33,37% vào ngày 31/12/2023 cần 100,0% trong số còn phát sinh.",
     "Dossiers paid online: now 28.00%; to reach 33.37% by 31 December 2023, a rate of 100.0% is needed on the cases still to come."),
    ("a stock can be reached at once", (target("CKMB", 19.3, 50, "possible", needed=50.0), "35%"),
     "Công khai, minh bạch hiện đạt 19,3%; có thể đạt chỉ tiêu 50% ngay khi khắc phục xong.",
     "Transparency: now 19.3%; the target of 50% can be reached as soon as this is remedied."),
    ("a flow cannot be reached this year", (target("SH", 22.5, 80, "impossible", 28.23), "31%"),
     "Số hóa hồ sơ hiện đạt 22,5%: không thể đạt chỉ tiêu 80% trong năm nay; cao nhất còn có thể là 28,2%.",
     "Digitisation: now 22.5%; the target of 80% can no longer be reached this year (highest still possible: 28.2%)."),
    ("a flow cannot be reached by another day", (target("SH", 22.5, 80, "impossible", 28.23, by=SUMMER), ""),
     "Số hóa hồ sơ hiện đạt 22,5%: không thể đạt chỉ tiêu 80% vào ngày 30/06/2023; cao nhất còn có thể là 28,2%.",
     "Digitisation: now 22.5%; the target of 80% can no longer be reached by 30 June 2023 (highest still possible: 28.2%)."),
    ("a flow without cases", (target("TT", np.nan, 30, "possible", needed=30.0), ""),
     "Hồ sơ thanh toán trực tuyến: chưa phát sinh trường hợp nào nên chưa đánh giá được chỉ tiêu 30%.",
     "Dossiers paid online: no cases yet, so the target of 30% cannot be judged."),
    ("a stock without cases", (target("CKMB", np.nan, 50, "possible", needed=50.0), ""),
     "Công khai, minh bạch: chưa phát sinh trường hợp nào nên chưa đánh giá được chỉ tiêu 50%.",
     "Transparency: no cases yet, so the target of 50% cannot be judged."),
]  # fmt: skip


@cases(TARGETS)
def test_a_target_is_reached_or_can_be_or_cannot_be_any_more(lang, given, said):
    held, rate = given
    assert phrases.say_target(held, rate, names(lang)) == said


# -- the end of the year -----------------------------------------------------------------------------------------------


def ends(low, high, **odds):
    held = [
        {
            "unit_code": KIEN_AN,
            "indicator": "TOTAL",
            "low": low,
            "high": high,
            "band": band.replace("_", " "),
            "odds": share,
        }
        for band, share in odds.items()
    ]
    return rows("year_end", *held, {"unit_code": KIEN_AN, "indicator": "TT", "low": 20.0, "high": 30.0, "band": ""})


YEAR_ENDS = [
    ("two bands, the likelier first, what is hardly possible left out", ends(49.04, 52.96, Khá=0.004, Trung_bình=0.734, Yếu=0.262),
     ["Dự báo tổng điểm của xã Kiến An vào ngày 31/12/2023, nếu diễn biến như các kỳ đã qua: từ 49,0 đến 53,0 điểm (xác suất khoảng 80%).",
      "Khả năng xếp loại khi đó: “Trung bình” 73%; “Yếu” 26%."],
     ["Forecast of the total of Kiến An on 31 December 2023, if things go on as so far: 49.0 to 53.0 points (probability about 80%).",
      "Odds of the band then: “Average” 73%; “Weak” 26%."]),
    ("one band is all but sure", ends(57.0, 58.0, Khá=0.0001, Trung_bình=0.9999, Yếu=0.0),
     ["Dự báo tổng điểm của xã Kiến An vào ngày 31/12/2023, nếu diễn biến như các kỳ đã qua: từ 57,0 đến 58,0 điểm (xác suất khoảng 80%).",
      "Khả năng xếp loại khi đó: “Trung bình” trên 99%."],
     ["Forecast of the total of Kiến An on 31 December 2023, if things go on as so far: 57.0 to 58.0 points (probability about 80%).",
      "Odds of the band then: “Average” over 99%."]),
    ("a small chance is at least one in a hundred", ends(50.1, 53.0, Trung_bình=0.99, Yếu=0.006),
     ["Dự báo tổng điểm của xã Kiến An vào ngày 31/12/2023, nếu diễn biến như các kỳ đã qua: từ 50,1 đến 53,0 điểm (xác suất khoảng 80%).",
      "Khả năng xếp loại khi đó: “Trung bình” 99%; “Yếu” 1%."],
     ["Forecast of the total of Kiến An on 31 December 2023, if things go on as so far: 50.1 to 53.0 points (probability about 80%).",
      "Odds of the band then: “Average” 99%; “Weak” 1%."]),
    ("no forecast of the total", ends(0, 0), [], []),
]  # fmt: skip


@cases(YEAR_ENDS)
def test_where_the_year_will_end_is_told_with_the_odds_of_each_band_and_nothing_without_a_forecast(lang, given, said):
    assert phrases.say_year_end(given, names(lang), CUTOFF.replace(day=31), 0.8) == said


# -- the week's own rate -----------------------------------------------------------------------------------------------


def rate(basis, rate=np.nan, low=np.nan, high=np.nan, cases=np.nan):
    return row("week_rates", indicator="TT", basis=basis, rate=rate, low=low, high=high, cases=cases)


WEEK_RATES = [
    ("many cases", rate("counts", 64.583, cases=48.0), "64,58% (31/48 trường hợp)", "64.58% (31 of 48 cases)"),
    ("one case", rate("counts", 100.0, cases=1.0), "100,00% (1/1 trường hợp)", "100.00% (1 of 1 case)"),
    ("an estimate", rate("estimate", 8.3, 0.0, 16.2), "ước 8,30% (từ 0,00% đến 16,20%)", "an estimated 8.30% (0.00% to 16.20%)"),
    *((basis, rate(basis), "", "") for basis in ("first", "revised", "too_wide", "no_cases")),
]  # fmt: skip


@cases(WEEK_RATES)
def test_a_weeks_own_rate_is_exact_or_an_estimate_or_not_known(lang, given, said):
    assert phrases.say_week_rate(given, names(lang)) == said


# -- signals -----------------------------------------------------------------------------------------------------------


def signal(way, since, baseline=20.0, unit=KIEN_AN):
    return row("signals", unit_code=unit, indicator="DVCTT", signal=way, since=since, baseline=baseline)


NEW, OLD = "2023-12-04", "2023-11-20"
ONE_OF_NINE = row("week_rates", indicator="DVCTT", basis="counts", rate=100 / 9, cases=9.0)
UNKNOWN = row("week_rates", indicator="DVCTT", basis="too_wide")
SIGNALS = [
    ("a fall, new", (signal("down", NEW), ONE_OF_NINE, False),
     "Kiến An: tỷ lệ riêng từng kỳ của hồ sơ nộp trực tuyến thấp hơn rõ rệt so với mức thường trước đó (20,0%). Riêng kỳ này: 11,1% (1/9 trường hợp). Tín hiệu mới trong kỳ này.",
     "Kiến An: the own rate of dossiers filed online is clearly below what was usual before (20.0%). This cut-off alone: 11.1% (1 of 9 cases). The signal is new."),
    ("a rise, standing, without an own rate", (signal("up", OLD), UNKNOWN, False),
     "Kiến An: tỷ lệ riêng từng kỳ của hồ sơ nộp trực tuyến cao hơn rõ rệt so với mức thường trước đó (20,0%). Tín hiệu có từ tuần 3 tháng 11 năm 2023.",
     "Kiến An: the own rate of dossiers filed online is clearly above what was usual before (20.0%). The signal has stood since week 3 of November 2023."),
    ("a fall beyond that of all", (signal("down", NEW), None, True),
     "Kiến An: tỷ lệ riêng từng kỳ của hồ sơ nộp trực tuyến thấp hơn rõ rệt so với mức thường, khác với diễn biến chung của các đơn vị. Tín hiệu mới trong kỳ này.",
     "Kiến An: the own rate of dossiers filed online is clearly below what is usual, apart from what the units did together. The signal is new."),
    ("a rise beyond that of all", (signal("up", NEW), None, True),
     "Kiến An: tỷ lệ riêng từng kỳ của hồ sơ nộp trực tuyến cao hơn rõ rệt so với mức thường, khác với diễn biến chung của các đơn vị. Tín hiệu mới trong kỳ này.",
     "Kiến An: the own rate of dossiers filed online is clearly above what is usual, apart from what the units did together. The signal is new."),
    ("the area falls", (signal("down", OLD, unit=AREA), None, False),
     "huyện Chợ Mới: tỷ lệ riêng từng kỳ của hồ sơ nộp trực tuyến thấp hơn rõ rệt so với mức thường trước đó (20,0%). Tín hiệu có từ tuần 3 tháng 11 năm 2023.",
     "Chợ Mới district: the own rate of dossiers filed online is clearly below what was usual before (20.0%). The signal has stood since week 3 of November 2023."),
    ("the area falls with its units, its own usual rate is not known", (signal("down", NEW, np.nan, AREA), None, False),
     "huyện Chợ Mới: hồ sơ nộp trực tuyến đã giảm rõ rệt so với mức thường ở phần lớn các đơn vị. Tín hiệu mới trong kỳ này.",
     "Chợ Mới district: the rate of dossiers filed online has clearly fallen below what is usual in most of the units. The signal is new."),
    ("the area rises with its units, its own usual rate is not known", (signal("up", NEW, np.nan, AREA), None, False),
     "huyện Chợ Mới: hồ sơ nộp trực tuyến đã tăng rõ rệt so với mức thường ở phần lớn các đơn vị. Tín hiệu mới trong kỳ này.",
     "Chợ Mới district: the rate of dossiers filed online has clearly risen above what is usual in most of the units. The signal is new."),
]  # fmt: skip


@cases(SIGNALS)
def test_a_signal_says_its_way_beside_what_is_usual_the_weeks_rate_and_since_when_it_stands(lang, given, said):
    held, own, is_apart = given
    assert phrases.say_signal(held, own, is_apart, names(lang), CUTOFF) == said


# -- routes ------------------------------------------------------------------------------------------------------------

ROUTE = {"unit_code": KIEN_AN, "next_band": "Trung bình", "gap": 9.0, "by": DAY, "enough": False, "mix_proven": True}
STEP = ROUTE | {"indicator": "MDHL", "nature": "step", "room_points": 6.0, "best_unit": ""}
STOCK = ROUTE | {
    "indicator": "CKMB",
    "nature": "stock",
    "own_pct": 19.3,
    "room_pct": 80.7,
    "room_points": 14.5,
    "best_pct": 87.2,
    "best_unit": MY_HOI_DONG,
}
FLOW = ROUTE | {
    "indicator": "SH",
    "nature": "flow",
    "own_pct": 22.5,
    "room_pct": 5.7,
    "room_points": 1.26,
    "best_pct": 33.3,
    "best_unit": "30628",
}
IN_MIX = {"mix_points": 1.0, "mix_pct": 4.556}
NO_MIX = {"mix_points": np.nan, "mix_pct": np.nan}
LACKS = "Kiến An còn thiếu 9,00 điểm để đạt “Trung bình”.", "Kiến An lacks 9.00 points for “Average”."
FIRST = (
    "Trước hết cần làm rõ, khắc phục phần 6 điểm có khả năng đã mất ở nhóm mức độ hài lòng.",
    "First to be looked into and remedied: the 6 points probably lost in the group “satisfaction”.",
)
ROUTES = [
    ("a stock", [STOCK | IN_MIX | {"order": 1}],
     ["Phương án theo cách quy đổi của Văn phòng: công khai, minh bạch từ 19,3% lên 23,9% (tăng 4,6 điểm phần trăm); đã có đơn vị cùng loại đạt mức này."],
     ["A route, as the Office reads the columns: transparency from 19.3% to 23.9% (up 4.6 percentage points); units of its kind have reached this rate."]),
    ("a stock, then a flow beyond the best, in cases",
     [STOCK | IN_MIX | {"order": 1, "mix_cases": 2.0, "mix_proven": False},
      FLOW | IN_MIX | {"order": 2, "mix_rate": 72.86, "mix_cases": 1.0, "mix_proven": False}],
     ["Phương án theo cách quy đổi của Văn phòng: công khai, minh bạch từ 19,3% lên 23,9% (tăng 4,6 điểm phần trăm, thêm 2 trường hợp); số hóa hồ sơ đạt 72,9% trong số phát sinh từ nay đến 31/12/2023, khoảng 1 trường hợp (lũy kế hiện nay 22,5%); chưa có đơn vị cùng loại nào đạt đủ các mức này."],
     ["A route, as the Office reads the columns: transparency from 19.3% to 23.9% (up 4.6 percentage points, 2 more cases); digitisation at 72.9% of the cases still to come until 31 December 2023, about 1 case (cumulative now: 22.5%); no unit of its kind has reached all of these rates."]),
    ("a stock, then a flow, that others have reached", [STOCK | IN_MIX | {"order": 1}, FLOW | IN_MIX | {"order": 2, "mix_rate": 72.86}],
     ["Phương án theo cách quy đổi của Văn phòng: công khai, minh bạch từ 19,3% lên 23,9% (tăng 4,6 điểm phần trăm); số hóa hồ sơ đạt 72,9% trong số phát sinh từ nay đến 31/12/2023 (lũy kế hiện nay 22,5%); đã có đơn vị cùng loại đạt từng mức này."],
     ["A route, as the Office reads the columns: transparency from 19.3% to 23.9% (up 4.6 percentage points); digitisation at 72.9% of the cases still to come until 31 December 2023 (cumulative now: 22.5%); units of its kind have reached these rates."]),
    ("a lost block first, then a stock of one case", [STEP | {"order": 1, "mix_points": 6.0}, STOCK | IN_MIX | {"order": 2, "mix_cases": 1.0}],
     [FIRST[0] + " Ngoài phần đó còn cần, theo cách quy đổi của Văn phòng: công khai, minh bạch từ 19,3% lên 23,9% (tăng 4,6 điểm phần trăm, thêm 1 trường hợp); đã có đơn vị cùng loại đạt mức này."],
     [FIRST[1] + " Besides, as the Office reads the columns: transparency from 19.3% to 23.9% (up 4.6 percentage points, 1 more case); units of its kind have reached this rate."]),
    ("a lost block first, then a flow beyond the best",
     [STEP | {"order": 1, "mix_points": 6.0, "mix_proven": False}, FLOW | IN_MIX | {"order": 2, "mix_rate": 72.86, "mix_proven": False}],
     [FIRST[0] + " Ngoài phần đó còn cần, theo cách quy đổi của Văn phòng: số hóa hồ sơ đạt 72,9% trong số phát sinh từ nay đến 31/12/2023 (lũy kế hiện nay 22,5%); chưa có đơn vị cùng loại nào đạt mức này."],
     [FIRST[1] + " Besides, as the Office reads the columns: digitisation at 72.9% of the cases still to come until 31 December 2023 (cumulative now: 22.5%); no unit of its kind has reached this rate."]),
    ("a lost block that is enough, and a stock that alone would be, too",
     [STEP | {"order": 1, "mix_points": 6.0}, STOCK | {"mix_points": 0.0, "mix_pct": 0.0, "enough": True, "needed_pct": 50.0}],
     [FIRST[0], "Riêng công khai, minh bạch từ 19,3% lên 69,3% (tăng 50,0 điểm phần trăm) cũng đủ (cao nhất hiện nay: 87,2%, Mỹ Hội Đông)."],
     [FIRST[1], "transparency from 19.3% to 69.3% (up 50.0 percentage points) alone would be enough as well (the best at present: 87.2%, Mỹ Hội Đông)."]),
    ("not enough, even with the lost block", [STEP | {"order": 1, "mix_points": 6.0}, FLOW | NO_MIX],
     [FIRST[0] + " Đến ngày 31/12/2023, các chỉ số có tỷ lệ trong bảng chỉ có thể thêm nhiều nhất 1,26 điểm, chưa đủ."],
     [FIRST[1] + " By 31 December 2023 the rates in the table can add 1.26 points at most, which is not enough."]),
    ("nothing any more", [FLOW | NO_MIX | {"room_points": 0.004}],
     ["Đến ngày 31/12/2023, các chỉ số có tỷ lệ trong bảng không còn khả năng thêm điểm."],
     ["By 31 December 2023 the rates in the table can no longer add any points."]),
    ("no band above", [], None, None),
]  # fmt: skip


@cases(ROUTES)
def test_a_route_tells_what_is_lacking_and_what_brings_it_in_the_order_in_which_to_go(lang, given, said):
    told = [text for _, text in phrases.say_routes(rows("routes", *given), names(lang))]
    lacks = LACKS[lang == "en"]
    assert told == ([] if said is None else [f"{lacks} {said[0]}", *said[1:]])


# -- moves -------------------------------------------------------------------------------------------------------------


def moved(move, median=0.27, streak=1.0):
    return row("moves", indicator="CHANGE", move=move, median=median, streak=streak)


MOVES = [
    ("a fall", moved(-5.78), "Kiến An giảm 5,78 điểm so với kỳ trước (trung vị các đơn vị cùng loại: +0,27).",
     "Kiến An fell by 5.78 points since the previous cut-off (median of its kind: +0.27)."),
    ("a rise", moved(1.23), "Kiến An tăng 1,23 điểm so với kỳ trước (trung vị các đơn vị cùng loại: +0,27).",
     "Kiến An rose by 1.23 points since the previous cut-off (median of its kind: +0.27)."),
    ("no move", moved(0.0, -0.2, 0.0), "Kiến An không thay đổi so với kỳ trước (trung vị các đơn vị cùng loại: −0,20).",
     "Kiến An has not changed since the previous cut-off (median of its kind: −0.20)."),
    ("a fall without peers", moved(-5.78, np.nan), "Kiến An giảm 5,78 điểm so với kỳ trước.",
     "Kiến An fell by 5.78 points since the previous cut-off."),
    ("a rise without peers", moved(1.23, np.nan), "Kiến An tăng 1,23 điểm so với kỳ trước.",
     "Kiến An rose by 1.23 points since the previous cut-off."),
    ("no move without peers", moved(0.0, np.nan, 0.0), "Kiến An không thay đổi so với kỳ trước.",
     "Kiến An has not changed since the previous cut-off."),
    ("the seventh fall", moved(-0.2, np.nan, -7.0), "Kiến An giảm 0,20 điểm so với kỳ trước. Đây là kỳ giảm thứ 7 liên tiếp.",
     "Kiến An fell by 0.20 points since the previous cut-off. It has now fallen 7 times in a row."),
    ("the eighth rise", moved(0.2, np.nan, 8.0), "Kiến An tăng 0,20 điểm so với kỳ trước. Đây là kỳ tăng thứ 8 liên tiếp.",
     "Kiến An rose by 0.20 points since the previous cut-off. It has now risen 8 times in a row."),
    ("the sixth rise is not worth a word", moved(0.2, np.nan, 6.0), "Kiến An tăng 0,20 điểm so với kỳ trước.",
     "Kiến An rose by 0.20 points since the previous cut-off."),
]  # fmt: skip


@cases(MOVES)
def test_a_change_is_told_beside_its_peers_and_how_often_in_a_row(lang, given, said):
    assert phrases.say_move(given, rows("contributions"), names(lang)) == said


def part(move, change, median=0.1):
    return row("moves", indicator="CKMB", move=move, median=median), change


PARTS = [
    ("a fall", part(-2.5, -2.0), "Kiến An: công khai, minh bạch giảm 2,50 điểm (trung vị các đơn vị cùng loại: +0,10).",
     "Kiến An: transparency fell by 2.50 points (median of its kind: +0.10)."),
    ("a rise", part(2.5, 2.0), "Kiến An: công khai, minh bạch tăng 2,50 điểm (trung vị các đơn vị cùng loại: +0,10).",
     "Kiến An: transparency rose by 2.50 points (median of its kind: +0.10)."),
    ("a fall that a rise hides", part(-2.5, 1.2), "Kiến An: công khai, minh bạch giảm 2,50 điểm (trung vị các đơn vị cùng loại: +0,10) dù tổng điểm tăng 1,20 điểm.",
     "Kiến An: transparency fell by 2.50 points (median of its kind: +0.10), although the total rose by 1.20 points."),
    ("a rise that a fall hides", part(2.5, -1.2), "Kiến An: công khai, minh bạch tăng 2,50 điểm (trung vị các đơn vị cùng loại: +0,10) dù tổng điểm giảm 1,20 điểm.",
     "Kiến An: transparency rose by 2.50 points (median of its kind: +0.10), although the total fell by 1.20 points."),
    ("a fall, the total unmoved", part(-2.5, 0.0, np.nan), "Kiến An: công khai, minh bạch giảm 2,50 điểm.", "Kiến An: transparency fell by 2.50 points."),
    ("a rise without peers", part(2.5, 2.0, np.nan), "Kiến An: công khai, minh bạch tăng 2,50 điểm.", "Kiến An: transparency rose by 2.50 points."),
    ("a hidden fall without peers", part(-2.5, 1.2, np.nan), "Kiến An: công khai, minh bạch giảm 2,50 điểm dù tổng điểm tăng 1,20 điểm.",
     "Kiến An: transparency fell by 2.50 points, although the total rose by 1.20 points."),
    ("a hidden rise without peers", part(2.5, -1.2, np.nan), "Kiến An: công khai, minh bạch tăng 2,50 điểm dù tổng điểm giảm 1,20 điểm.",
     "Kiến An: transparency rose by 2.50 points, although the total fell by 1.20 points."),
]  # fmt: skip


@cases(PARTS)
def test_the_move_of_a_part_says_where_the_total_went_the_other_way(lang, given, said):
    assert phrases.say_part(*given, names(lang)) == said


# Reason; the sentence of all units, and the beginning of that of some, which are named behind a colon.
WITHHELD = [
    ("new_year", "Bộ chỉ số tính lại từ đầu năm nên mức tăng, giảm so với kỳ trước của năm trước không được tính; điểm kỳ trước in trong bảng được giữ nguyên để tham khảo.",
     "The index starts anew each year, so the change since last year's cut-off is not computed; the previous totals that the table prints are shown as printed."),
    ("new_rules", "Quy tắc tính điểm đã thay đổi từ sau kỳ trước nên mức tăng, giảm không được tính.",
     "The rules of the index changed since the previous cut-off, so the change is not computed."),
    ("new_unit", "Đơn vị được thành lập hoặc sắp xếp lại sau kỳ trước nên mức tăng, giảm không được tính.",
     "No change is computed where a unit was established or reorganised after the previous cut-off."),
    ("no_previous", "Bảng không có điểm kỳ trước và chưa có kỳ nào được lưu để so sánh.",
     "The table has no previous totals, and no earlier cut-off is kept to compare with."),
    ("no_total", "", ""),  # that nobody has one is told of the week as a whole
]  # fmt: skip
NOT_OF_ALL = {
    "no_previous": ("Chưa có điểm kỳ trước để so sánh.", "There is no previous total to compare with."),
    "no_total": (
        "Chưa có tổng điểm của kỳ này nên không xếp loại, không xếp hạng.",
        "There is no total this time, so no band and no place.",
    ),
}


@LANGUAGES
@pytest.mark.parametrize(("reason", "vi", "en"), WITHHELD, ids=[reason for reason, *_ in WITHHELD])
def test_why_changes_are_withheld_is_told_of_all_units_or_of_those_it_concerns_by_name(lang, reason, vi, en):
    def withheld(*reasons):
        held = zip((KIEN_AN, MY_HOI_DONG, "30643", AREA), (*reasons, "new_year"), strict=True)
        return rows("moves", *({"unit_code": code, "indicator": "CHANGE", "reason": why} for code, why in held))

    of_all = [(text, None)] if (text := vi if lang == "vi" else en) else []
    assert phrases.say_withheld(withheld(reason, reason, reason), names(lang)) == of_all
    some = NOT_OF_ALL.get(reason, (vi, en))[lang == "en"].removesuffix(".")
    both = {"vi": "Kiến An và Tấn Mỹ", "en": "Kiến An and Tấn Mỹ"}[lang]
    assert phrases.say_withheld(withheld(reason, "", reason), names(lang)) == [(f"{some}: {both}.", 2)]
    assert phrases.say_withheld(withheld("", reason, ""), names(lang)) == [(f"{some}: Mỹ Hội Đông.", 1)]
    assert phrases.say_withheld(withheld("", "", ""), names(lang)) == []


# -- ages and gaps -----------------------------------------------------------------------------------------------------

AGES = [
    ("new", (1, False, NEW), ("Mới trong kỳ này.", "mới"), ("New this time.", "new")),
    ("nothing earlier is known", (1, True, NEW), ("", ""), ("", "")),
    ("two cut-offs", (2, False, "2023-11-27"), ("Kéo dài từ tuần 4 tháng 11 năm 2023 (2 kỳ có số liệu).", "2 kỳ"),
     ("It has lasted since week 4 of November 2023 (2 cut-offs with figures).", "2 cut-offs")),
    ("two or more", (2, True, "2023-11-27"), ("Đã có từ tuần 4 tháng 11 năm 2023 hoặc trước đó (2 kỳ có số liệu).", "≥ 2 kỳ"),
     ("It has stood since week 4 of November 2023 or longer (2 cut-offs with figures).", "≥ 2 cut-offs")),
]  # fmt: skip


@cases(AGES)
def test_how_long_a_finding_has_stood_is_told_as_a_sentence_and_in_short(lang, given, said):
    weeks, is_open, since = given
    held = row("standing", weeks=weeks, is_open=is_open, since=since)
    assert (phrases.say_age(held, words(lang)), phrases.say_short_age(held, words(lang))) == said


GAPS = [
    ("points lower", ("TOTAL", -11.26), "thấp hơn 11,26 điểm", "11.26 points lower"),
    ("points higher", ("TOTAL", 0.5), "cao hơn 0,50 điểm", "0.50 points higher"),
    ("percentage points higher", ("CKMB", 23.55), "cao hơn 23,6 điểm phần trăm", "23.6 percentage points higher"),
    ("none that is shown", ("TOTAL", -0.004), "ở đúng mức này", "equal to it"),
]  # fmt: skip


@cases(GAPS)
def test_a_gap_is_told_in_its_unit_and_as_equal_where_it_would_be_shown_as_none(lang, given, said):
    assert phrases.say_gap(*given, names(lang)) == said
