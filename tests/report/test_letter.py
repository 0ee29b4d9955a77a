"""The letter in Word: what report 3668/BC-VP asks is in it, and nothing is in it that a clerk would strike out."""

import functools
import re

import pytest
from support.district import edition, say, week, words
from support.kinds import ALL, made

from analysis.config import wording
from analysis.report import asks, document, letter

# The points of report 3668, and what the letter of that week says of each.
POINTS = [
    ("1 result and place", "Huyện Chợ Mới đạt 57,45/100 điểm, xếp loại “Trung bình”, xếp hạng 7/11"),
    ("1 appendix", "kết quả từng đơn vị tại Phụ lục kèm theo"),
    ("2 heads of all units", "Thủ trưởng các cơ quan, đơn vị, địa phương: Chỉ đạo rà soát các tiêu chí của Bộ chỉ số"),
    ("2 all dossiers on the system", "100% hồ sơ tiếp nhận thực tế được cập nhật, giải quyết trên Hệ thống"),
    ("2 Kiến An", "Xã Kiến An xếp loại “Yếu” với 49,18 điểm"),
    ("2 Kiến An, with whom", "phối hợp với Phòng Văn hóa – Thông tin xử lý kịp thời"),
    ("2 Mỹ Hội Đông", "Xã Mỹ Hội Đông giảm 5,78 điểm so với kỳ trước"),
    ("2 transparency", "Công khai, minh bạch: Dưới ngưỡng cần lưu ý 50% do Văn phòng đặt: Kiến An (19,3%), Mỹ Hiệp"),
    ("2 online payment", "Hòa Bình (5,27%), Long Giang (6,45%), Mỹ Hiệp (7,42%), Kiến An (7,56%) và Long Điền B"),
    ("2 Land Registration Office", "Văn phòng Đăng ký đất đai - Chi nhánh Chợ Mới Cùng các phòng chuyên môn chỉ đạo"),
    ("2 digitisation", "Số hóa hồ sơ: Tất cả 18 đơn vị chưa đạt chỉ tiêu 80%"),
    ("2 Article 21a", "theo Điều 21a Nghị định số 61/2018/NĐ-CP"),
    ("2 online services", "Hồ sơ nộp trực tuyến: Dưới ngưỡng cần lưu ý 8%"),
    ("2 timeliness", "Thường xuyên theo dõi và giải quyết thủ tục hành chính đúng tiến độ"),
    ("2 satisfaction", "Tiếp nhận, xử lý phản ánh, kiến nghị đúng quy định; bảo đảm sự hài lòng"),
    ("3 one-stop unit", "5. Bộ phận Một cửa huyện Chủ trì, phối hợp với các đơn vị liên quan rà soát, đẩy mạnh số hóa"),
    ("4 culture and information", "4. Phòng Văn hóa – Thông tin Công bố, công khai kết quả xếp loại của các đơn vị"),
    ("4 portal", "trên Cổng thông tin điện tử của huyện"),
    ("5 justice", "6. Phòng Tư pháp Theo dõi, đôn đốc các đơn vị liên quan thực hiện chứng thực bản sao điện tử"),
    ("closing sentence", "Trên đây là kết quả thực hiện Bộ chỉ số phục vụ người dân, doanh nghiệp"),
    ("recipients", "- Văn phòng Đăng ký đất đai - Chi nhánh Chợ Mới; - Lưu: VT."),
]
# Sentences that the page may say and a letter does not: up to its first field they are always the same.
STRUCK_OUT = [
    *("finding.not_judged", "finding.no_history", "finding.history_begins", "finding.history", "finding.no_parts"),
    *("piece.no_standing", "piece.itemised", "week_rate.first", "week_rate.too_wide", "finding.step_earlier"),
    *("finding.route_mix", "finding.route_mix_beyond", "finding.route_step"),
]
INFERRED = "suy luận"
KINDS = ["real", *(pytest.param(kind, marks=pytest.mark.long) for kind in ALL)]


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
        held[name] for name in ("result", "trend", "requests") if held[name].get("lines", held[name].get("rows"))
    ]
    return [each["heading"] for each in (*sections, *held["departments"])]


@pytest.mark.parametrize(("point", "said"), POINTS, ids=[point for point, _ in POINTS])
def test_what_report_3668_says_and_asks_is_in_the_letter_of_that_week(point, said):
    assert said in re.sub(r"\s+", " ", told(fields("real")))


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
    rows = letter.request_rows(edition())
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
    one = edition(lang, findings=step, steps=steps.assign(blocks=-6.0))
    (text,) = [each["text"] for each in letter.request_rows(one) if "Tấn Mỹ" in each["text"]]
    said = one.words.say
    part = wording.uncapital(one.names.measured(indicator))
    about = {"unit": "Tấn Mỹ", "points": one.words.number(5.87)} | ({"part": part} if key != "lost" else {})
    fact = said(f"document.{key}", **about)
    fact = f"Xã {fact}" if lang == "vi" else fact
    assert text.removeprefix("Xã ").startswith(fact.removeprefix("Xã "))
    assert text.endswith(f"{said('document.ask_check')} {said('piece.ask_stepped')}")


def test_the_tasks_of_a_department_stand_together_with_its_indicators_and_their_figures():
    rows = letter.task_rows(edition())
    departments = [each["department"] for each in rows]
    assert departments == sorted(departments, key=departments.index)  # each department in one piece
    first = [each for each in rows if each["department"] == "Phòng Văn hóa – Thông tin"]
    assert [each["task"] for each in first[-2:]] == ["Công khai, minh bạch", "Hồ sơ nộp trực tuyến"]
    assert (first[-1]["flagged"], first[-1]["missed"], first[-1]["lowest"]) == ("8", "18", "Hòa Bình (3,6%)")
    standing = asks.department_sections(edition())[0]["standing"]
    assert [each["task"] for each in first[:-2]] == standing and {each["lowest"] for each in first[:-2]} == {""}
