"""report.docx has the layout of Decree 30/2020/NĐ-CP, says what the page says, and shows what is typed as text."""

import dataclasses
import functools
import html
import io
import os
import re
import shutil
import time
import zipfile
from collections import Counter
from datetime import datetime
from pathlib import Path

import docx
import pandas as pd
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.shared import Pt
from lxml import etree
from support.district import HOME, edition, say, week
from support.office import TINOS, corrected, crowd, needs_office, printed
from support.payloads import PAYLOADS
from support.sampled import sampled

from analysis.config import wording
from analysis.config.files import ConfigError
from analysis.report import document, document_rows, headline, sentences
from analysis.report.edition import Edition

ATTACHED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"
HEADED = ("department", "task", "flagged", "missed", "lowest")
TASK_HEADS = ("department", "task", "flagged_units", "missed_units", "lowest")
AREAS = sorted(path.parent.name for path in HOME.glob("config/*/area.toml"))
MANY = [f"Xã {number}" for number in range(1, 136)]


@functools.cache
def compiled(lang: str = "vi") -> bytes:
    return document.build_document(edition(lang), HOME)


@functools.cache
def on_paper():
    return printed(compiled(), "docx")


@functools.cache
def crowd_on_paper():
    return printed(document.build_document(crowd(MANY), HOME), "docx")


def opened(data: bytes):
    return docx.Document(io.BytesIO(data))


def ranking(data: bytes):
    """The table of all units."""
    return opened(data).tables[-2 if "Phụ lục II" in lines(data) or "Appendix II" in lines(data) else -1]


def lines(data: bytes) -> list[str]:
    """Each paragraph, those in tables too, in the order of the document."""
    return [_text(each) for each in opened(data).element.body.iter(qn("w:p"))]


def _text(paragraph) -> str:
    signs = {qn("w:br"): "\n", qn("w:tab"): "\t"}
    return "".join(signs.get(each.tag, each.text or "") for each in paragraph.iter(qn("w:t"), *signs))


def page_text(piece) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", piece.data)).split())


# -- the decree, on paper --------------------------------------------------------------------------------------------


@pytest.mark.long
@needs_office
def test_every_page_is_a4_and_only_the_appendix_lies_across():
    sizes = [(round(width), round(height)) for width, height in on_paper().sizes]
    assert sizes == [(210, 297)] * 3 + [(297, 210)] * 2


@needs_office
def test_margins_are_20_mm_above_and_below_30_left_and_15_right():
    for page, (width, height) in enumerate(on_paper().sizes, start=1):
        body = [word for word in on_paper().words if word.page == page and word.bottom > 18]  # above: the page number
        assert 19.5 <= min(word.top for word in body) < 22
        assert max(word.bottom for word in body) <= height - 20
        assert 29.9 <= min(word.left for word in body) <= 31.5
        assert max(word.right for word in body) <= width - 14.9


REGULAR, BOLD, ITALIC, BOTH = (False, False), (True, False), (False, True), (True, True)


@needs_office
@pytest.mark.parametrize(
    ("part", "sizes", "form"),
    [
        (say("piece.nation"), (12, 13), BOLD),
        (say("piece.motto"), (13, 14), BOLD),
        ("HUYỆN CHỢ MỚI", (12, 13), REGULAR),
        ("VĂN PHÒNG HĐND VÀ UBND", (12, 13), BOLD),
        (say("piece.number"), (13, 13), REGULAR),
        (say("piece.place", place="Chợ Mới", day="04", month=12, year=2023), (13, 14), ITALIC),
        (say("piece.report"), (13, 14), BOLD),
        (say("piece.subject", period="#").split("#")[0], (13, 14), BOLD),
        (say("piece.basis", basis="Quyết định số 766/QĐ-TTg"), (13, 14), ITALIC),
        (f"1. {say('document.result')}", (13, 14), BOLD),
        ("4. Phòng Văn hóa – Thông tin", (13, 14), BOLD),
        (say("piece.result", area="Huyện Chợ Mới", total="57,45", band="Trung bình") + ",", (13, 14), REGULAR),
        (say("piece.recipients"), (12, 12), BOTH),
        ("- Thường trực UBND huyện;", (11, 11), REGULAR),
        ("CHÁNH VĂN PHÒNG", (13, 14), BOLD),
        (say("piece.signature"), (13, 14), BOLD),
        ("Phụ lục I KẾT QUẢ", (13, 14), BOLD),
        ("(Kèm theo Báo cáo số", (13, 14), ITALIC),
    ],
)
def test_each_part_has_the_size_and_form_of_the_decree(part, sizes, form):
    fonts = on_paper().fonts(part)
    assert {each[1:] for each in fonts} == {form}
    assert all(sizes[0] <= each[0] <= sizes[1] for each in fonts)


@needs_office
def test_the_parts_stand_in_the_order_and_the_places_of_the_decree():
    parts = ["CỘNG HÒA", "Độc lập", "Số:", "BÁO CÁO", "Kết quả xếp loại", "Căn cứ", "như sau:", "1. Kết quả"]
    parts += ["2. Diễn biến", "3. Đề nghị chung", "4. Phòng Văn hóa", "5. Bộ phận Một cửa", "6. Phòng Tư pháp"]
    parts += ["Trên đây là", "Nơi nhận:", "Lưu: VT.", "Phụ lục I KẾT QUẢ", "(Kèm theo", "Phụ lục II NHIỆM VỤ"]
    places = [on_paper().find(part)[0] for part in parts]
    tops = [(place.page, place.top) for place in places]
    assert tops == sorted(tops)
    agency, nation = on_paper().find("ỦY BAN NHÂN DÂN"), on_paper().find(say("piece.nation"))
    assert agency[-1].right < nation[0].left and abs(agency[0].top - nation[0].top) < 1
    assert abs(on_paper().find("Số:")[0].top - on_paper().find("ngày 04 tháng")[0].top) < 1
    signer, recipients = on_paper().find("CHÁNH VĂN PHÒNG")[0], on_paper().find("Nơi nhận:")[0]
    assert abs(signer.top - recipients.top) < 1.5 and recipients.left < 31 and signer.left > 105


@pytest.mark.long
@needs_office
def test_pages_are_numbered_in_the_middle_of_the_top_margin_and_the_appendix_anew_without_the_first_ones():
    pages = crowd_on_paper()
    numbers = {word.page: word for word in pages.words if word.bottom < 20 and word.text.isdigit()}
    firsts = [1, *(pages.find(f"Phụ lục {number}")[0].page for number in ("I", "II"))]
    assert firsts[2] - firsts[1] >= 4
    shown = {}
    for page in range(1, len(pages.sizes) + 1):
        first = max(each for each in firsts if each <= page)
        if page != first:
            shown[page] = str(page - first + 1)
    assert {page: word.text for page, word in numbers.items()} == shown
    for page, word in numbers.items():
        middle = 30 + (pages.sizes[page - 1][0] - 45) / 2
        assert abs(word.middle[0] - middle) < 1
        assert 13 <= next(run.font[1] for run in pages.runs if run.holds(word)) <= 14


@pytest.mark.long
@needs_office
def test_of_135_units_each_has_its_row_and_each_page_of_the_appendix_its_head():
    pages = crowd_on_paper()
    turned = range(*(pages.find(f"Phụ lục {number}")[0].page for number in ("I", "II")))
    assert all({"Hạng", "Đơn", "vị", "Tăng/giảm"} <= set(pages.text(page).split()) for page in turned)
    told = " ".join(map(pages.text, turned))
    assert all(f"Xã {number} " in told for number in range(1, 136))


@needs_office
def test_every_letter_is_in_times_new_roman():
    assert {run.font[0] for run in on_paper().runs} == {TINOS}  # which stands for it on paper


def test_the_font_is_named_for_every_script():
    with zipfile.ZipFile(io.BytesIO(compiled())) as parts:
        for name in ("word/styles.xml", "word/document.xml"):
            for fonts in etree.fromstring(parts.read(name)).iter(qn("w:rFonts")):
                assert [fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "cs", "eastAsia")] == [
                    "Times New Roman"
                ] * 4


# -- what it says ----------------------------------------------------------------------------------------------------


def test_the_document_says_what_the_letter_says():
    told = " ".join(" ".join(lines(compiled())).split())
    real = edition()
    sections = document_rows.department_sections(real)
    rows = [*document_rows.request_rows(real), *(row for each in sections for row in each["rows"])]
    texts = [*sentences.result_lines(real, in_letter=True), *sentences.trend_lines(real, in_letter=True)]
    for text in [*texts, *(each["name"] + each["text"] for each in rows)]:
        assert " ".join(text.split()) in told


def test_its_headings_are_words_own_so_that_the_navigation_pane_lists_them():
    levels = {}
    for paragraph in opened(compiled()).paragraphs:
        level = paragraph.style.element.find(f".//{qn('w:outlineLvl')}")
        if level is not None:
            levels[paragraph.text] = (level.get(qn("w:val")), paragraph.style.name)
    assert list(levels) == [
        "1. Kết quả",
        "2. Diễn biến",
        "3. Đề nghị chung",
        "4. Phòng Văn hóa – Thông tin",
        "5. Bộ phận Một cửa huyện",
        "6. Phòng Tư pháp",
        "7. Văn phòng Đăng ký đất đai - Chi nhánh Chợ Mới",
        "Phụ lục I",
        "Phụ lục II",
    ]
    assert set(levels.values()) == {("0", "Heading 1"), ("0", "Phụ lục")}


def test_all_form_is_in_styles():
    body = opened(compiled()).element.body
    assert {each.tag for form in body.iter(qn("w:rPr")) for each in form} == {qn("w:rStyle")}
    assert {each.tag for form in body.iter(qn("w:pPr")) for each in form} == {qn("w:pStyle"), qn("w:sectPr")}


def test_the_second_appendix_lists_the_tasks_of_each_department_and_is_left_out_where_there_are_none():
    rows = [[cell.text for cell in row.cells] for row in opened(compiled()).tables[-1].rows]
    assert rows[0] == [say(f"piece.{head}") if head != "task" else say("document.task") for head in TASK_HEADS]
    assert rows[1:] == [list(map(each.get, HEADED)) for each in document_rows.task_rows(edition())]
    settings = edition().rules.settings | {"responsible": {}, "departments": []}
    rules = dataclasses.replace(edition().rules, settings=settings, tasks=edition().rules.tasks.iloc[:0])
    told = lines(document.build_document(dataclasses.replace(edition(), rules=rules), HOME))
    assert "Phụ lục" in told and "Phụ lục II" not in told and say("document.task") not in told


def test_number_and_signature_are_left_open():
    told = lines(compiled())
    assert "Số: \u00a0\u00a0\u00a0\u00a0\u00a0\u00a0/BC-VP" in told
    assert told[told.index("CHÁNH VĂN PHÒNG") + 1] == say("piece.signature")
    day = {"day": "04", "month": 12, "year": 2023, "issuer": "Văn phòng HĐND và UBND huyện"}
    assert say("document.attached", number="\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0/BC-VP", **day) in told


def test_each_basis_ends_with_a_semicolon_and_the_last_with_a_full_stop():
    basis = [line for line in lines(compiled()) if line.startswith(("Căn cứ", "Thực hiện Công văn"))]
    assert [line[-1] for line in basis] == [";", ";", ";", "."] and basis[3].startswith("Thực hiện Công văn số 1029/")


def test_the_appendix_holds_every_figure_and_marks_the_same_cells_as_the_page():
    table = ranking(compiled())
    assert [cell.text for cell in table.rows[0].cells][:6] == [
        "Hạng", "Đơn vị", "Tổng điểm", "Xếp loại", "Kỳ trước", "Tăng/giảm",
    ]  # fmt: skip
    last = [cell.text for cell in table.rows[-1].cells]
    assert last == ["18", "Kiến An", "49,18", "Yếu", "49,03", "+0,15", "19,3", "99,84", "5,4", "7,56", "22,5", "0", "2", "19,69"]  # fmt: skip
    assert [cell.text for cell in table.rows[1].cells][:3] == ["", "Huyện Chợ Mới", "57,45"]
    assert len(table.rows) == 1 + 1 + 18
    runs = [run for row in table.rows for cell in row.cells for part in cell.paragraphs for run in part.runs]
    marked = [run.text for run in runs if run.style.name == "Cần lưu ý"]
    assert len(marked) == 19 and set(marked) >= {"−5,78", "19,3", "5,27"}
    assert {run.text for run in runs if run.style.name == "Strong"} >= {"Huyện Chợ Mới", "Yếu"}


def test_a_table_without_a_row_of_the_area_has_none_in_the_appendix():
    tables = {name: week()[name].query("unit_code != '893'") for name in ("scores", "changes")}
    table = ranking(document.build_document(edition(**tables), HOME))
    assert [row.cells[0].text for row in table.rows[1:3]] == ["1", "2"]


def test_units_of_several_kinds_stand_apart_each_under_its_name():
    units = week()["units"]
    departments = units.assign(kind=units["kind"].where(units["unit_code"] != "30628", "department"))
    table = ranking(document.build_document(edition(units=departments), HOME))
    firsts = [row.cells[0].text for row in table.rows]
    assert len(firsts) == 1 + 1 + 18 + 2
    assert (firsts[2], firsts[20]) == tuple(wording.capital(say(f"kind.{kind}")) for kind in ("commune", "department"))


def test_a_correction_tells_each_figure_that_changed_and_a_first_issue_nothing_of_it():
    told = lines(document.build_document(corrected(), HOME))
    heading = say("piece.correction_heading")
    assert heading in told and heading not in lines(compiled())
    subject = say("piece.subject", period="#").split("#")[0]
    place = told.index(say("piece.new"))
    assert told[place + 1 : place + 5] == ["Thị trấn Chợ Mới", "Công khai, minh bạch", "76,2", "72,6"]
    assert any(line.startswith(say("piece.corrected_title", text=subject)) for line in told)


def test_english_carries_the_same_figures():
    def figures(lang):
        rows = ranking(compiled(lang)).rows
        return [[cell.text for cell in row.cells if not re.search(r"[^\W\d]", cell.text)] for row in rows]

    swapped = str.maketrans(",.", ".,")
    assert figures("vi") == [[figure.translate(swapped) for figure in row] for row in figures("en")]
    assert {"SOCIALIST REPUBLIC OF VIET NAM", "REPORT", "Appendix I"} <= set(lines(compiled("en")))


# -- shown as typed --------------------------------------------------------------------------------------------------


def tags(data: bytes) -> Counter:
    parts = zipfile.ZipFile(io.BytesIO(data))
    elements = etree.fromstring(parts.read("word/document.xml")).iter()
    return Counter(each.tag for each in elements if each.tag not in (qn("w:br"), qn("w:tab")))


@functools.cache
def harmless(texts: int) -> Counter:
    return tags(document.build_document(typed(*(f"x {number}" for number in range(texts))), HOME))


def typed(*texts: str) -> Edition:
    """An edition in which each text stands for a unit and in a sentence of the body, and the last for a file."""
    signal = week()["findings"].iloc[:1]
    signals = [signal.assign(finding="signal", text=text) for text in texts]
    its = crowd(list(texts), origin={"file": texts[-1]})
    found = pd.concat([its.tables["findings"], *signals], ignore_index=True)
    of_the_page = {"page": its.rules.settings["page"] | {"signals": len(texts)}}  # told in sentences of their own
    rules = dataclasses.replace(its.rules, settings=its.rules.settings | of_the_page)
    return dataclasses.replace(its, rules=rules, tables=its.tables | {"findings": found})


def as_shown(text: str) -> str:
    return re.sub("[\x00\x07\x1b]", "�", text)


DIVIDED = [text for text in PAYLOADS if {"\t", "\n"} & set(text)]  # by tabs and line feeds, into runs
TOGETHER = [
    pytest.param([each for each in PAYLOADS if each not in DIVIDED], id="all"),
    pytest.param(DIVIDED, id="divided"),
]
ALONE = [pytest.param([text], id=str(number)) for number, text in enumerate(PAYLOADS)]


@pytest.mark.parametrize("texts", [*TOGETHER, *sampled(ALONE, short=0, long=14)])
def test_whatever_is_typed_is_shown_as_typed_and_adds_nothing_to_the_document(texts):
    data = document.build_document(typed(*texts), HOME)
    told, shown = lines(data), [as_shown(each) for each in texts]
    names = [row.cells[1].paragraphs[0].text for row in ranking(data).rows[2:]]
    assert names[: len(texts)] == [wording.capital(each) for each in shown]
    assert [each for each in shown if each not in told] == []
    assert set(tags(data)) == set(harmless(len(texts)))
    if not set(texts) & set(DIVIDED):
        assert tags(data) == harmless(len(texts))
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert not [name for name in parts.namelist() if b"TargetMode" in parts.read(name)]


@pytest.mark.long
@needs_office
def test_a_document_full_of_such_texts_prints_them_and_links_to_nothing():
    pages = printed(document.build_document(crowd(PAYLOADS), HOME), "docx")
    told = "".join(pages.text().split())
    short = [each for each in PAYLOADS if 12 < len(each) < 200 and each.isascii() and each.isprintable()]
    missing = [each for each in short if "".join(wording.capital(each).split()) not in told]
    assert len(short) > 30 and missing == []
    assert "evil" not in pages.links


# -- the office's own template ---------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path):
    shutil.copytree(HOME / "config", tmp_path / "config")
    return tmp_path


def template(home):
    return home / "config" / "cho-moi" / document.TEMPLATE


@pytest.mark.parametrize("area", sampled(AREAS, short=1, long=len(AREAS)))
def test_every_area_has_a_template_that_can_be_filled_in(area):
    rules = dataclasses.replace(edition().rules, area=area)
    told = lines(document.build_document(dataclasses.replace(edition(), rules=rules), HOME))
    assert any(line.startswith("Phụ lục") for line in told) and not any("{" in line for line in told)


def without_departments(home) -> Path:
    """The office's template as it was before letters had sections of departments."""
    changed = docx.Document(template(home))
    paragraphs = changed.paragraphs
    first = next(at for at, each in enumerate(paragraphs) if "in departments" in each.text)
    last = next(at for at, each in enumerate(paragraphs) if each.text == "{{ end }}")
    for paragraph in paragraphs[first:last]:
        paragraph._p.getparent().remove(paragraph._p)
    changed.save(template(home))
    return template(home)


def test_a_template_without_a_place_for_the_departments_tasks_gets_them_before_its_closing_sentence(home):
    without_departments(home)
    assert document.find_lacking(home, "cho-moi") == ["departments"] and document.find_lacking(HOME, "cho-moi") == []
    data = document.build_document(edition(), home)
    assert lines(data) == lines(compiled())
    styles = {each.text: each.style.name for each in opened(data).paragraphs}
    assert styles["6. Phòng Tư pháp"] == "Heading 1"


@pytest.mark.parametrize(
    "kept", sampled(["{{ end }}", "{{ recipients.heading }}", "{{ appendix.heading }}", ""], short=2, long=2)
)
def test_where_the_closing_sentence_is_the_offices_own_they_stand_before_what_follows_it(home, kept):
    changed = docx.Document()
    for text in ("Câu của văn phòng.", kept, "Hết."):
        changed.add_paragraph(text)
    changed.save(template(home))
    told = lines(document.build_document(edition(), home))
    at = told.index("6. Phòng Tư pháp")
    assert told.index("Câu của văn phòng.") < at and (told.index("Hết.") > at) == bool(kept)


def test_what_the_office_changes_in_word_is_what_comes_out(home):
    changed = docx.Document(template(home))
    changed.styles["Nội dung"].font.size = Pt(13)
    changed.add_paragraph("Người lập biểu: {{ signer }}")
    changed.save(template(home))
    data = document.build_document(edition(), home)
    assert opened(data).styles["Nội dung"].font.size == Pt(13)
    assert lines(data)[-1] == "Người lập biểu: CHÁNH VĂN PHÒNG"


@pytest.mark.parametrize(
    ("text", "told"),
    sampled(
        [
            ("{{ sgner }}", "'sgner' is undefined"),
            ("{{ signer", "unexpected"),
            ("{% for %}", "Expected an expression"),
            ("{{ ''.__class__.__mro__ }}", "unsafe"),
            ("{%p for line in basis %}", "end of template"),
            ("{{ 1 + signer }}", "unsupported operand"),
        ],
        short=3,
        long=3,
    ),
)
def test_a_template_that_asks_for_what_there_is_not_is_named_with_the_reason(home, text, told):
    changed = docx.Document(template(home))
    changed.add_paragraph(text)
    changed.save(template(home))
    with pytest.raises(ConfigError, match=rf"config/cho-moi/report\.docx: .*{told}"):
        document.build_document(edition(), home)


@pytest.mark.parametrize("content", [None, b"", b"no Word file"])
def test_a_template_that_is_missing_or_no_word_file_is_named(home, content):
    template(home).unlink()
    if content is not None:
        template(home).write_bytes(content)
    with pytest.raises(ConfigError, match=r"config/cho-moi/report\.docx: .*docs/document\.md"):
        document.build_document(edition(), home)


# -- bytes -----------------------------------------------------------------------------------------------------------


def test_the_same_week_gives_the_same_bytes_on_another_day_and_in_another_folder(home, monkeypatch):
    monkeypatch.chdir(home)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 40 * 86_400)
    monkeypatch.setenv("TZ", "Asia/Ho_Chi_Minh")
    os.utime(template(home), (0, 0))
    assert document.build_document(edition(), home) == compiled()
    assert {each.date_time for each in zipfile.ZipFile(io.BytesIO(compiled())).infolist()} == {document.ZIP_DAY}


def test_nothing_tells_of_the_person_or_machine_that_made_template_or_document(home):
    changed = docx.Document(template(home))
    about = changed.core_properties
    about.author = about.last_modified_by = about.comments = "Nguyễn Văn A"
    about.last_printed = datetime(2024, 5, 6)
    settings = changed.part.part_related_by(RELATIONSHIP_TYPE.SETTINGS)
    link = settings.element.makeelement(qn("w:attachedTemplate"), {})
    link.set(qn("r:id"), settings.relate_to("file:///D:/van-thu/mau.dotx", ATTACHED, True))
    settings.element.insert(0, link)
    changed.save(template(home))
    data = document.build_document(edition(), home)
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        texts = {name: parts.read(name).decode() for name in parts.namelist() if not name.endswith("jpeg")}
    assert not [name for name, text in texts.items() if "Nguyễn Văn A" in text or "mau.dotx" in text]
    assert "docProps/app.xml" not in texts and "attachedTemplate" not in texts["word/settings.xml"]
    about = opened(data).core_properties
    assert (about.author, about.title) == ("", headline.title(edition()))
    assert {about.created.date(), about.modified.date()} == {edition().rules.cutoff}
    assert "2024-05-06" not in texts["docProps/core.xml"]
