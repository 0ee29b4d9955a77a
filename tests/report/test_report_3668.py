"""Report 3668/BC-VP is the measure: each duty that it assigns has its place in ours, for whom it is meant.

The report is of 4 December 2023, the week of the tests. What it says and the table does not is named below.
"""

import html
import io
import re

import docx
import pytest
from docx.oxml.ns import qn
from support.district import HOME, RAW, edition, say, words
from support.shown import showing

from analysis.report import asks, document, export, headline

DEPARTMENTS = [each["name"] for each in asks.department_sections(edition())]
ALL_UNITS, UNITS = say("piece.general_orders"), say("piece.in_particular")
CULTURE, ONE_STOP, JUSTICE = "Phòng Văn hóa – Thông tin", "Bộ phận Một cửa huyện", "Phòng Tư pháp"
LAND = "Văn phòng Đăng ký đất đai - Chi nhánh Chợ Mới"
# The point of the report, and for whom it is => what ours must say of it there, in this order.
DUTIES = {
    ("1: result and place", ""): ["57,45/100 điểm", "“Trung bình”", "7/11 huyện, thị xã, thành phố"],
    ("2: the criteria", ALL_UNITS): ["rà soát các tiêu chí của Bộ chỉ số, chấn chỉnh"],
    ("2: every dossier on the system", ALL_UNITS): ["100% hồ sơ tiếp nhận thực tế", "Hệ thống thông tin giải quyết"],
    ("2: digitisation by the decree", ALL_UNITS): ["Số hóa", "Điều 21a Nghị định số 61/2018/NĐ-CP", "107/2021/NĐ-CP"],
    ("2: timeliness", ALL_UNITS): ["đúng tiến độ trên Hệ thống thông tin giải quyết thủ tục hành chính của tỉnh"],
    ("2: satisfaction", ALL_UNITS): ["phản ánh, kiến nghị", "sự hài lòng", "tiếp nhận, giải quyết thủ tục hành chính"],
    ("2: Kiến An", UNITS): ["Xã Kiến An xếp loại “Yếu”", f"phối hợp với {CULTURE} xử lý kịp thời"],
    ("2: Mỹ Hội Đông", UNITS): ["Xã Mỹ Hội Đông giảm 5,78 điểm", "có giải pháp khắc phục"],
    ("2: transparency", CULTURE): ["Công khai, minh bạch", "Kiến An", "Mỹ Hiệp", "Hội An", "Mỹ An", "Long Giang"],
    ("2: online services", CULTURE): ["Hồ sơ nộp trực tuyến", "0/18 đơn vị đạt chỉ tiêu 50%", "khẩn trương rà soát"],
    ("2: online payment", ONE_STOP): [
        *("thanh toán trực tuyến", "Hòa Bình", "Long Giang", "Mỹ Hiệp", "Kiến An", "Long Điền B"),
    ],
    ("2: low digitisation", ONE_STOP): [
        "Số hóa hồ sơ:",
        "0/18 đơn vị đạt chỉ tiêu 80%",
        "khẩn trương rà soát, đẩy mạnh",
    ],
    ("2: points of satisfaction", ONE_STOP): ["Mức độ hài lòng:", "Mỹ Hội Đông", "phản ánh, kiến nghị quá hạn"],
    ("2: fees and land duties online", LAND): ["công chức, viên chức", "thanh toán trực tuyến phí, lệ phí", "đất đai"],
    ("3: leads on digitisation", ONE_STOP): ["Chủ trì, phối hợp với các đơn vị liên quan", "số hóa hồ sơ, kết quả"],
    ("3: leads on payment", ONE_STOP): ["Chủ trì", "thanh toán trực tuyến phí, lệ phí các lĩnh vực", "đất đai"],
    ("3: urges timeliness", ONE_STOP): ["đôn đốc các đơn vị liên quan giải quyết thủ tục hành chính đúng thời hạn"],
    ("4: publishes the ranking", CULTURE): ["công khai kết quả xếp loại", "Cổng thông tin điện tử của huyện"],
    ("4: low indicators", CULTURE): ["Phối hợp với các đơn vị liên quan rà soát các chỉ số còn thấp", "khắc phục"],
    ("4: urges, reminds, guides", CULTURE): [
        *("công khai, minh bạch", "trực tuyến", "số hóa", "tiến độ", "Cổng Dịch vụ công quốc gia"),
        "kịp thời đôn đốc, nhắc nhở, hướng dẫn",
    ],
    ("5: certified e-copies", JUSTICE): ["đôn đốc các đơn vị liên quan thực hiện chứng thực bản sao điện tử"],
}
# What the report says and no figure of the table shows: it is for the office's own remarks.
ONLY_THE_OFFICE_KNOWS = {
    "the Land Registration Office has not taken fees online": ("đất đai", r"vẫn chưa thực hiện"),
    "online payment fell against the week before": ("thanh toán trực tuyến tuần trước", r"thanh toán trực tuyến sụt giảm"),
}  # fmt: skip


def of_page() -> str:
    real = edition()
    made = export.page(showing(real, kinds=("page",)), words(), headline.title(real))
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", re.sub("<h[23] ", "### <", made))).split())


def of_letter() -> str:
    body = docx.Document(io.BytesIO(document.build_document(edition(), HOME))).element.body
    return " ".join(" ".join(each.text or "" for each in body.iter(qn("w:t"))).split())


def of_mail() -> str:
    real = edition()
    made = export.digest(showing(real, kinds=("mail",)), words(), headline.title(real))
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", made.replace("<h3>", "### "))).split())


# What people open of a week => its text, from beginning to end; how the head of a department is written, and the heads
# of what all units and what some of them are asked.
PRODUCTS = {
    "page": (of_page, r"### \d+\. {}", f"### {say('piece.heads')}", f"### {say('page.requests')}"),
    "letter": (of_letter, r"\d+\. {}", ALL_UNITS, UNITS),
    "mail": (of_mail, "### {}", f"### {say('piece.heads')}", f"### {say('piece.mail_units')}"),
}


@pytest.fixture(scope="module", params=PRODUCTS.values(), ids=PRODUCTS)
def product(request):
    of_product, *heads = request.param
    return of_product(), *heads


@pytest.fixture(scope="module")
def told(product):
    return product[0]


@pytest.fixture(scope="module")
def part_for(product):
    """What stands between the head of those whom it is for and the next head; without a head the whole text."""
    told, department, all_units, units = product
    heads = {each: re.search(department.format(re.escape(each)), told).start() for each in DEPARTMENTS}
    heads |= {ALL_UNITS: told.index(all_units), UNITS: told.index(units)}

    def part(whom: str) -> str:
        ends = [each for each in [*heads.values(), len(told)] if whom and each > heads[whom]]
        return told[heads[whom] : min(ends)] if whom else told

    return part


@pytest.mark.parametrize(("duty", "whom"), DUTIES, ids=[duty for duty, _ in DUTIES])
def test_each_duty_of_the_report_stands_in_ours_with_those_whom_it_is_for(part_for, duty, whom):
    said = r"[^…]*?".join(re.escape(each) for each in DUTIES[duty, whom])
    assert re.search(said, part_for(whom)), part_for(whom)


@pytest.mark.parametrize("of_product", [of_page, of_letter])
def test_what_the_report_carries_out_is_carried_out_in_ours(of_product):
    told = of_product()
    for number in ("124/UBND-TH", "308/UBND-TH", "1029/UBND-TH"):
        assert f"Thực hiện Công văn số {number}" in told


@pytest.mark.parametrize("about", ONLY_THE_OFFICE_KNOWS)
def test_what_only_the_office_knows_is_in_no_cell_and_is_not_claimed(told, about):
    in_table, claim = ONLY_THE_OFFICE_KNOWS[about]
    assert in_table not in RAW.read_text("utf-8").lower() and not re.search(claim, told)
