"""Every day and week that a table names, in every spelling; and the dates that say of themselves what else they are."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.config import periods

ASKED = date(2023, 12, 4)  # the first Monday of December
BEFORE = date(2023, 11, 27)  # the fourth of November


def named(text, near=ASKED):
    return [day for _, day in periods.named_cutoffs(text, near)]


@pytest.mark.parametrize(
    "text",
    [
        "27/11/2023",
        "27 / 11 / 2023",
        "27-11-2023",
        "27 – 11 – 2023",
        "27.11.2023",
        "27.11.23",
        "2023-11-27",
        "2023/11/27",
        "2023-11-27 00:00:00",
        "bang_27_11_2023",
        "bang_2023_11_27",
        "bang_27112023",
        "bang_20231127",
        "bang 27 11 2023",
        "27-Nov-23",
        "27 November 2023",
        "November 27th, 2023",
        "ngày 27 tháng 11 năm 2023",
        "NGÀY 27 THÁNG 11 NĂM 2023",
        "ngày 27, tháng 11, năm 2023",
        "ngày 27 tháng mười một năm 2023",
        "ngày 27/tháng 11/năm 2023",
        "ngày 27.11 năm 2023",
        "ngay 27 thang 11 nam 2023",
        "Ngày\n27\ntháng\n11\nnăm\n2023",
        "ngày 2\u200b7/11/2023",
        "17 giờ 00, ngày 27 tháng 11 năm 2023",
        "17h00, ngày 27/11/2023",
        "17h00 27/11",
        "tính đến hết ngày 27/11",
        "đến 27/11",
        "SỐ HÓA (số liệu ngày 27/11/2023)",
        "BÁO CÁO SỐ LIỆU NGÀY 27/11/2023",
        "Biểu số 01, ngày 27/11/2023",
        "TỶ LỆ ĐÚNG HẠN (NGÀY 27/11/2023)",
        "Thứ Hai, ngày 27/11/2023",
        "BẢNG TỔNG HỢP, NGÀY 27/11/2023",
        "Kết quả của huyện Chợ Mới, ngày 27/11/2023",
        "Số liệu trích xuất ngày 27/11/2023",
        "Từ ngày 20/11/2023 đến ngày 27/11/2023",
        "20/11-27/11/2023",
        "(20/11/2023 - 27/11/2023)",
        "Kèm theo Báo cáo số 12/BC-UBND ngày 05/12/2023, số liệu đến ngày 27/11/2023",
        "data.day 2023-11-27",
        "Tuần 4, tháng 11/2023",
        "TUẦN 4/THÁNG 11/2023",
        "Tuần 4 (tháng 11/2023)",
        "Tuần thứ 4 của tháng 11 năm 2023",
        "Tuần thứ tư tháng 11",
        "Tuần cuối tháng 11",
        "tuần cuối cùng của tháng 11 năm 2023",
        "TUẦN IV THÁNG 11",
        "Tuần 4 T11/2023",
        "tuan_4_thang_11_2023",
        "Tuần\n4,\ntháng 11/2023",
        "Tuần 48 năm 2023",
        "Tuần 48/2023",
        "2023-W48",
        "week 4, month 11, year 2023",
    ],
)
def test_a_day_or_week_is_known_in_every_spelling_and_is_one(text):
    assert named(text) == [BEFORE]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tuần 1, tháng 11/2023", [date(2023, 11, 6)]),
        ("TUẦN 1/THÁNG 11/2023", [date(2023, 11, 6)]),
        ("TUẦN ĐẦU THÁNG 12", [ASKED]),
        ("tuần đầu tiên của tháng 11/2023", [date(2023, 11, 6)]),
        ("Tuần cuối tháng 10 năm 2023", [date(2023, 10, 30)]),  # the fifth Monday of that month
        ("tuần đầu năm 2023, tuần cuối năm", []),
        ("tuần 1 năm 2022", [date(2022, 1, 3)]),  # the first week of that year, not of a month
        ("tuần 53 năm 2023", [None]),
        ("ngày 31 tháng 11 năm 2023", [None]),
        ("Ngày 04/12/2023 - Tuần 1 năm 2023", [ASKED, ASKED]),  # beside a day: a week of its month
        ("Tuần 1 - 04/12/2023", [ASKED, ASKED]),
        ("27/11/2023 và 04/12/2023", [BEFORE, ASKED]),
        ("04/12/2023 - 27/11/2023", [ASKED, BEFORE]),  # no period ends before it begins
    ],
)
def test_weeks_of_a_year_and_several_days(text, expected):
    assert named(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "(Theo Quyết định số 766/QĐ-TTg ngày 23/6/2022)",
        "(Theo Quyết định số 766/QĐ-TTg ngày 23 tháng 6 năm 2022 của Thủ tướng Chính phủ)",
        "Quyết định số 766/QĐ-TTg của Thủ tướng Chính phủ ngày 23/6/2022",
        "Quyết định ngày 23/6/2022 của Thủ tướng Chính phủ",
        "QĐ 31/2023/QĐ-UBND ngày 05/12/2023",
        "Nghị định số 61/2018/NĐ-CP, ngày 23.4.2018",
        "(Kèm theo Báo cáo số … ngày 05/12/2023)",
        "(Kèm theo Báo cáo số      ngày 05/12/2023)",
        "(Kèm theo Báo cáo số      /BC-UBND ngày 05/12/2023 của UBND huyện)",
        "(Kèm theo Công văn số 123/UBND-VP, ngày 05 tháng 12 năm 2023)",
        "Chợ Mới, ngày 05 tháng 12 năm 2023",
        "Chợ Mới, ngày 05/12/2023",
        "TP. Hồ Chí Minh, ngày 05 tháng 12 năm 2023",
        "Số: 12/BC-UBND\nChợ Mới, ngày 05 tháng 12 năm 2023",
        "Số: 12/BC-UBND Chợ Mới, ngày 05 tháng 12 năm 2023",
        "Ngày in: 05/12/2023",
        "In lúc 17h00 ngày 05/12/2023",
        "Ngày lập biểu: 05/12/2023",
        "Hạn nộp: 08/12/2023",
        "Lũy kế từ ngày 01/01/2023",
        "kỳ trước (27/11/2023)",
        "so với tuần 4 tháng 11",
        "so với ngày 27/11/2023",
        "capturedAt 2026-10-06T19:19:47.366432+07:00",
        "previous.day 2023-11-27",
        "TĂNG/ GIẢM SO VỚI TUẦN TRƯỚC",
        "Lũy kế 11 tháng năm 2023",
        "Tháng 11/2023",
        "đến 10.5% (5 - 10 - 20 điểm)",
        "1.746 hồ sơ, tỷ lệ 12.5 năm 2023",
    ],
)
def test_a_date_that_says_of_itself_that_it_is_another_thing_names_no_cutoff(text):
    assert named(text) == []


STROKES = st.sampled_from(["/", ".", "-", "_", " / ", " - ", "/ ", "–"])
SPACES = st.sampled_from([" ", "  ", "\n", "\u00a0"])
BEFORE_IT = st.sampled_from(
    ["", "(Ngày ", "Số liệu đến ngày ", "17 giờ 00, ngày ", "(số liệu chốt ", "KỲ ", "bang_", "Bảng 1, "]
)
BEHIND_IT = st.sampled_from(["", ")", " của huyện Chợ Mới", ", 13 xã", "_sua lan 2", "\nĐơn vị tính: %"])


@st.composite
def spelt(draw, day):
    """A spelling of ``day`` by the grammar of dates; of a Monday also by that of weeks."""
    space, stroke = draw(SPACES), draw(STROKES)
    dd, mm = (draw(st.sampled_from([f"{each:02}", str(each)])) for each in (day.day, day.month))
    forms = [
        f"{dd}{stroke}{mm}{stroke}{day.year}",
        f"{day.year}{stroke}{mm}{stroke}{dd}",
        f"{day:%Y%m%d}",
        f"{day:%d%m%Y}",
        f"{day:%d %b %Y}",
        f"{dd}{space}tháng{space}{mm}{space}năm{space}{day.year}",
        f"{dd} THÁNG {mm}/{day.year}",
    ]
    if week := periods.week_of_month(day):
        tuan = draw(st.sampled_from(["Tuần", "TUẦN", "tuần thứ", "Tuan", "tuan_"]))
        of = draw(
            st.sampled_from([f"{space}tháng{space}", "/", " / ", ", tháng ", "/THÁNG ", " của tháng ", " - Tháng "])
        )
        year = draw(st.sampled_from(["/", f"{space}năm{space}", ", năm ", "-", f"{space}"]))
        forms += [f"{tuan}{space}{week}{of}{mm}{year}{day.year}"]
        forms += [f"{tuan}{space}{day.isocalendar().week}{space}năm{space}{day.isocalendar().year}"]
    return draw(BEFORE_IT) + draw(st.sampled_from(forms)) + draw(BEHIND_IT)


DATES = st.dates(date(2015, 1, 1), date(2035, 12, 31)) | st.dates(date(2015, 1, 1), date(2035, 12, 31)).map(
    lambda day: day.fromordinal(day.toordinal() - day.weekday())
)


@given(st.data(), DATES)
def test_any_spelling_of_a_day_names_that_day_and_no_other(data, day):
    text = data.draw(spelt(day))
    near = data.draw(st.sampled_from([day, ASKED]))  # whatever day was asked for: another is refused, this one accepted
    assert set(named(text, near)) == {day}
