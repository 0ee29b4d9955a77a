"""What became of the last report's asks: counts, praise, who is behind, and what units say; every sentence in every kind
of week. Rows are written by hand; expected sentences are worked out from them."""

import io
import re

import docx
import pandas as pd
import pytest
from support import two_weeks
from support.district import HOME
from support.fragments import text
from support.sampled import sampled
from support.two_weeks import FIRST, HOA_BINH, KIEN_AN, MY_AN, MY_HOI_DONG, SECOND
from support.varied import both

from analysis.report import asks, asks_of_figures, document, document_rows, followup, page
from analysis.run.internal import take_out_internal
from analysis.tables import TABLES

NAN = float("nan")
NAMES = {KIEN_AN: "Kiến An", MY_HOI_DONG: "Mỹ Hội Đông", HOA_BINH: "Hòa Bình", MY_AN: "Mỹ An", "893": "huyện Chợ Mới"}
ROW = dict.fromkeys(TABLES["asks"].columns, "") | {
    **{"addressee": "unit", "kind": "flag", "indicator": "CKMB", "opened": FIRST, "times": 2.0, "state": "open"},
    **{"level_opened": 40.0, "level_before": 40.0, "level": 40.0, "target": 50.0, "progress": "same"},
    **{"rate": NAN, "low": NAN, "high": NAN},
}


def make_row(unit=KIEN_AN, **about):
    row = ROW | {"unit_code": unit, "unit_name": NAMES.get(unit, unit)} | about
    row["ask_id"] = row["ask_id"] or f"{unit}:{row['indicator']}:{row['opened']}"
    return row


def told(rows, lang="vi", replies=(), settings=None):
    """The edition of the second week with this ledger."""
    held = pd.DataFrame(rows, columns=list(TABLES["asks"].columns))
    said = pd.DataFrame(replies, columns=list(TABLES["replies"].columns))
    return two_weeks.edition(lang, settings=settings, asks=held, replies=said)


def say_counts(rows, lang="vi"):
    section = followup.follow_up(told(rows, lang))
    return section.counts if section else None


DONE = {"state": "done", "progress": "met", "level": 55.0}
COUNTS = [
    ("none before", [make_row(state="new", progress="", times=1.0, level_before=NAN)], None, None),
    ("only what was done before is raised again", [make_row(note="again", level_before=NAN)], None, None),
    ("a task", [make_row(kind="task", state="standing", progress="", times=NAN)], None, None),
    ("the only one is done", [make_row(**DONE)], "Đề nghị duy nhất của kỳ trước đã hoàn thành.", "The only ask of the previous report is done."),
    ("all done", [make_row(**DONE), make_row(MY_AN, **DONE)], "Cả 2 đề nghị kỳ trước đều đã hoàn thành.", "All 2 asks of the previous report are done."),
    ("one unit, the same", [make_row()], "Trong 1 đề nghị kỳ trước: 1 chưa thấy chuyển biến rõ.", "Of 1 ask of the previous report: 1 without a clear move."),
    ("all unclear", [make_row(level=NAN, progress="unclear"), make_row(MY_AN, level=NAN, progress="unclear")], "Trong 2 đề nghị kỳ trước: 2 chưa đánh giá được.", "Of 2 asks of the previous report: 2 that cannot be judged."),
    ("one of each", [make_row(**DONE), make_row(MY_AN, progress="better"), make_row(HOA_BINH), make_row(MY_HOI_DONG, progress="worse"), make_row(MY_AN, indicator="TT", progress="unclear"), make_row(HOA_BINH, indicator="TT", state="ended", progress="unclear", note="rule")],
     "Trong 6 đề nghị kỳ trước: 1 đã hoàn thành; 1 có chuyển biến nhưng chưa hoàn thành; 1 chưa thấy chuyển biến rõ; 1 kém hơn khi đề nghị; 1 chưa đánh giá được; 1 kết thúc theo dõi (do chỉ số, ngưỡng hoặc cách tính đã thay đổi).",
     "Of 6 asks of the previous report: 1 done; 1 better, not yet done; 1 without a clear move; 1 worse than when asked; 1 that cannot be judged; 1 not followed any more (for a change of indicator, threshold or rule)."),
    ("a new year, and a merged unit", [make_row(kind="band", indicator="TOTAL", state="ended", progress="unclear", note="year"), make_row(MY_AN, state="ended", progress="unclear", note="merged:30634"), make_row(HOA_BINH, kind="band", indicator="TOTAL", state="ended", progress="unclear", note="year")],
     "Trong 3 đề nghị kỳ trước: 3 kết thúc theo dõi (2 do sang năm mới, điểm tính lại từ đầu; 1 do sắp xếp đơn vị hành chính).",
     "Of 3 asks of the previous report: 3 not followed any more (2 for the new year, in which points begin anew; 1 for a reorganisation of units)."),
    ("after a correction", [make_row(), make_row(MY_AN, state="ended", progress="unclear", note="corrected")],
     "Trong 2 đề nghị kỳ trước: 1 chưa thấy chuyển biến rõ; 1 kết thúc theo dõi (do số liệu khi đề nghị đã được đính chính).",
     "Of 2 asks of the previous report: 1 without a clear move; 1 not followed any more (for a correction of the figures that were asked about)."),
    ("a new one beside does not count", [make_row(), make_row(MY_AN, state="new", progress="", times=1.0)], "Trong 1 đề nghị kỳ trước: 1 chưa thấy chuyển biến rõ.", "Of 1 ask of the previous report: 1 without a clear move."),
    ("sixty", [make_row(f"{number}") for number in range(60)], "Trong 60 đề nghị kỳ trước: 60 chưa thấy chuyển biến rõ.", "Of 60 asks of the previous report: 60 without a clear move."),
]  # fmt: skip


@both(COUNTS)
def test_the_last_reports_asks_are_counted_by_what_became_of_them(lang, given0, said):
    assert say_counts(given0, lang) == said


@pytest.mark.parametrize(
    "rows", sampled([pytest.param(each[1], id=each[0]) for each in COUNTS], short=4, long=len(COUNTS))
)
def test_page_mail_word_and_the_first_lines_all_say_it_or_all_do_not(rows):
    week = told(rows)
    section = followup.follow_up(week)
    for said in (
        text(page.followup(week)),
        text(page.mail_followup(week)),
        " ".join(document_rows.followup_lines(week)),
    ):
        assert (section.counts in said) if section else said == ""
    assert bool(followup.item(week)) == ('href="#followup"' in page.headline(week).data) == (section is not None)


MET = [
    ("a figure", make_row(**DONE), "Công khai, minh bạch (ngưỡng 50%): Kiến An (55,0%)."),
    ("points", make_row(kind="band", indicator="TOTAL", state="done", progress="met", level=55.61, target=NAN), "Tổng điểm: Kiến An (55,61 điểm)."),
    ("its own weeks, the printed figure still below", make_row(indicator="TT", state="done", progress="met", level=7.2, target=8.0, rate=9.1), "Hồ sơ thanh toán trực tuyến (ngưỡng 8%): Kiến An (riêng trong kỳ 9,10%)."),
    ("a target of the area", make_row("893", kind="target", addressee="units", state="done", progress="met", level=18.0, target=18.0, note="at:50"), "Công khai, minh bạch: 18/18 đơn vị đạt chỉ tiêu 50%."),
    ("a unit that is called otherwise now", make_row("99999", unit_name="Cũ", **DONE), "Công khai, minh bạch (ngưỡng 50%): Cũ (55,0%)."),
]  # fmt: skip


@pytest.mark.parametrize(("row", "said"), [each[1:] for each in MET], ids=[each[0] for each in MET])
def test_who_met_an_ask_is_named_with_the_figure_that_met_it(row, said):
    assert f"Đã hoàn thành: {said}" in text(page.followup(told([row])))


def test_of_many_who_met_an_ask_the_first_are_named_and_the_others_counted():
    rows = [make_row(code, **DONE) for code in two_weeks.tables()[1]["units"]["unit_code"]]
    said = text(page.followup(told(rows, settings={"page": {"asked": 2}})))
    assert re.search(r"Công khai, minh bạch \(ngưỡng 50%\): [^,]+ \(55,0%\), [^,]+ \(55,0%\) và 16 đơn vị khác\.", said)


def test_what_is_done_by_what_somebody_says_is_no_praise_and_internal():
    rows = [
        make_row(MY_HOI_DONG, kind="fell", indicator="TOTAL", state="done", progress="met", level=51.1, target=56.88, note="explained"),
        make_row(MY_AN, state="done", progress="met", note="office"),
    ]  # fmt: skip
    piece = page.followup(told(rows)).data
    assert "Đã nêu nguyên nhân giảm điểm: Mỹ Hội Đông – tổng điểm." in piece
    assert "Văn phòng xác nhận đã hoàn thành: Mỹ An – công khai, minh bạch." in piece
    public = take_out_internal(piece)
    assert "Cả 2 đề nghị kỳ trước đều đã hoàn thành." in public and "Mỹ" not in public


# -- worse or overdue --------------------------------------------------------------------------------------------------

WORSE = {"progress": "worse", "level_opened": 25.0, "level": 19.3}
BEHIND = [
    ("a figure", make_row(**WORSE), "Kiến An – công khai, minh bạch: 19,3%; ngưỡng 50%; khi đề nghị: 25,0%"),
    ("a flow, whose own rates fell though the figure rose", make_row(indicator="TT", progress="worse", level_opened=6.0, level=7.0, target=8.0), "Kiến An – hồ sơ thanh toán trực tuyến: 7,00%; ngưỡng 8%; sau khi đề nghị, tỷ lệ riêng các kỳ giảm rõ rệt"),
    ("a stronger reason", make_row(kind="signal", indicator="TT", progress="worse", level=6.0, target=20.0, note="kind:flag>signal"), "Kiến An – hồ sơ thanh toán trực tuyến, tỷ lệ trong kỳ: 6,00%; bình thường 20,00%; nay thuộc mức cần lưu ý cao hơn"),
    ("the area", make_row("893", kind="target", addressee="units", progress="worse", level_opened=4.0, level=3.0, target=18.0, note="at:50"), "Huyện Chợ Mới – công khai, minh bạch: 3/18 đơn vị đạt 50%; khi đề nghị: 4/18"),
    ("points", make_row(kind="band", indicator="TOTAL", progress="worse", level_opened=49.18, level=47.5, target=50.0), "Kiến An – tổng điểm: 47,50 điểm; cần đạt từ 50,00 điểm; khi đề nghị: 49,18 điểm"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "said"), [each[1:] for each in BEHIND], ids=[each[0] for each in BEHIND])
def test_what_is_worse_is_said_with_why_it_counts_as_worse(row, said):
    week = told([row])
    for shown in (page.followup(week), page.mail_followup(week)):
        assert f"Kém hơn khi đề nghị: {said}." in text(shown)
    assert document_rows.followup_lines(week)[1:] == ["Kém hơn khi đề nghị:", f"- {said}."]


def test_of_those_worse_or_overdue_at_most_ten_stand_the_farthest_from_its_target_first():
    """By the share of the target that is lacking: 30 of 50 before 4 of 8, a zero before all, the unknown last."""
    rows = [
        make_row(MY_AN, indicator="TT", progress="worse", level_opened=5.5, level=4.0, target=8.0),
        make_row(KIEN_AN, progress="worse", level=20.0),
        make_row(HOA_BINH, state="overdue", due="2023-12-08", level=NAN),
        make_row(MY_HOI_DONG, kind="zero", indicator="CT", state="overdue", due="2023-12-08", level=0.0, target=0.0),
    ]
    section = followup.follow_up(told(rows))
    assert [each.text.partition(" – ")[0] for each in section.behind] == ["Mỹ Hội Đông", "Kiến An", "Mỹ An", "Hòa Bình"]
    many = followup.follow_up(told([make_row(f"{at}", progress="worse", level=float(at)) for at in range(13)]))
    assert [each.text.partition(" – ")[0] for each in many.behind] == [f"{at}" for at in range(10)]
    assert many.more_behind == "và 3 đề nghị khác"


def test_what_is_overdue_or_has_a_later_day_is_told_and_internal():
    rows = [
        make_row(MY_AN, state="overdue", due="2023-12-08"),
        make_row(KIEN_AN, state="overdue", due="2023-12-08", **WORSE),
        make_row(HOA_BINH, state="extended", due="2023-12-20"),
    ]
    week = told(rows)
    piece = page.followup(week).data
    said = text(page.followup(week)).replace(" ;", ";").replace(" .", ".").replace(" :", ":")
    assert "Trong số chưa hoàn thành: 2 quá hạn; 1 được gia hạn." in said
    assert "Kém hơn khi đề nghị hoặc quá hạn:" in said and "quá thời hạn 08/12/2023." in said
    public = take_out_internal(piece)
    assert "hạn" not in re.sub(r"<[^>]*>", "", public).replace("đơn vị", "") and "Kiến An" in public
    assert "Mỹ An" not in public and "</section>" in public
    only = told(rows[:1])
    assert "Quá hạn: - Mỹ An" in " ".join(document_rows.followup_lines(only))
    assert "Mỹ An" not in take_out_internal(page.followup(only).data)


# -- what units say ----------------------------------------------------------------------------------------------------


def make_reply(unit=KIEN_AN, kind="reply", day="2023-12-06", cutoff=SECOND, **about):
    empty = dict.fromkeys(TABLES["replies"].columns, "") | {"row": 2.0}
    return empty | {"unit_code": unit, "kind": kind, "day": day, "cutoff": cutoff} | about


def test_who_was_sent_a_form_and_is_still_asked_and_has_not_answered_since_is_named_and_nobody_else():
    forms = [make_reply(code, "form", "2023-12-05", FIRST) for code in (KIEN_AN, MY_AN, HOA_BINH, "30652")]
    answers = [make_reply(KIEN_AN, text="Đã làm."), make_reply(MY_AN, day="2023-12-01", cutoff=FIRST, text="Sẽ làm.")]
    rows = [make_row(code) for code in (KIEN_AN, MY_AN, MY_HOI_DONG, "30652")] + [make_row(HOA_BINH, **DONE)]
    said = "Đã gửi biểu mẫu, chưa phản hồi: Mỹ An và Mỹ Hiệp."
    piece = page.followup(told(rows, replies=[*forms, *answers])).data
    assert said in piece and said not in take_out_internal(piece)
    assert "chưa phản hồi" not in page.followup(told(rows)).data


@pytest.mark.parametrize(
    ("day", "cutoff", "is_silent"),
    [
        ("2023-12-05", FIRST, False),  # on the day of the form
        ("2023-12-04", FIRST, True),  # an earlier report showed it, before the form was sent
        ("2023-12-04", SECOND, False),  # the day typed is before the form, the report that shows it is after
        ("2023-12-01", "2023-12-05", False),  # a report between the form and this one
    ],
)
def test_a_reply_that_a_report_after_the_form_shows_is_an_answer_whatever_day_is_typed_in_it(day, cutoff, is_silent):
    replies = [make_reply(MY_AN, "form", "2023-12-05"), make_reply(MY_AN, day=day, cutoff=cutoff, text="Đã làm.")]
    assert ("chưa phản hồi" in page.followup(told([make_row(MY_AN)], replies=replies)).data) == is_silent


def test_a_unit_whose_statement_this_report_shows_is_not_said_to_be_silent_though_its_form_went_late():
    replies = [make_reply(MY_AN, "form", "2023-12-13"), make_reply(MY_AN, text="Đã làm.")]
    piece = page.followup(told([make_row(MY_AN)], replies=replies)).data
    assert "UBND xã Mỹ An (06/12)" in piece and "chưa phản hồi" not in piece


LONG = "Đã rà soát. " * 20  # 240 characters


def test_a_reply_stands_as_the_units_statement_its_rest_folded_and_only_in_the_report_that_shows_it():
    replies = [
        make_reply(text="Thiếu máy quét.", cause="Máy hỏng", solution="Mượn máy", promised="2023-12-20", document="12/UBND"),
        make_reply(MY_AN, text=LONG.strip()),
        make_reply(HOA_BINH, cutoff=FIRST, text="Kỳ trước."),
    ]  # fmt: skip
    week = told([make_row()], replies=replies)
    said = text(page.followup(week))
    assert "Theo UBND xã Kiến An (06/12): Thiếu máy quét. Nguyên nhân: Máy hỏng. Giải pháp: Mượn máy. Hẹn ngày 20/12/2023. Văn bản số 12/UBND." in said  # fmt: skip
    assert "Kỳ trước." not in said
    statement = followup.follow_up(week).statements[1]
    assert len(statement.text) <= 200 and f"{statement.text} {statement.rest}" == LONG.strip()
    assert (
        f"{statement.text} <details>" in page.followup(week).data
        and f"{statement.text}…" in page.mail_followup(week).data
    )
    assert "UBND" not in take_out_internal(page.followup(week).data)


def test_a_document_with_what_is_internal_says_so_of_itself_and_no_other_does():
    for week, keywords in (
        (told([make_row()]), ""),
        (told([make_row()], replies=[make_reply(text="Đã làm.")]), "internal"),
        (told([make_row(state="overdue", due="2023-12-08")]), "internal"),
    ):
        made = docx.Document(io.BytesIO(document.build_document(week, HOME)))
        assert made.core_properties.keywords == keywords


def test_words_of_a_reply_are_shown_and_never_run():
    piece = page.followup(told([make_row()], replies=[make_reply(text="<b data-internal>x</b>" + " y" * 120)])).data
    assert "<b" not in piece and "&lt;b data-internal&gt;x" in piece


def test_of_many_statements_the_first_stand_open_and_the_others_are_folded():
    replies = [make_reply(code, text="Đã làm.") for code in two_weeks.tables()[1]["units"]["unit_code"]]
    piece = page.followup(told([make_row()], replies=replies)).data
    assert piece.partition("<details>")[0].count("Theo UBND") == followup.MOST_STATEMENTS
    assert "16 ý kiến khác" in piece and piece.count("Theo UBND") == 18


# -- requests of odd rows ----------------------------------------------------------------------------------------------


def about_transparency(rows, **others):
    lines = [each for section in asks.department_sections(told(rows, **others)) for each in section["asks"]]
    return [text for each in lines if each["indicator"] == "CKMB" for text in each["texts"]]


ODD = [
    ("met once where two are needed", [make_row(note="once")], ["Dưới ngưỡng cần lưu ý 50% do Văn phòng đặt: Kiến An (40,0%, lần 2, chờ xác nhận); đề nghị rà soát, khắc phục ngay."]),
    ("to and fro across its mark", [make_row(level=50.4, note="unsteady")], ["Đã qua ngưỡng 50% nhưng còn lên xuống: Kiến An (50,4%, lần 2); đề nghị giữ vững từ 51% trở lên."]),
    ("no figure", [make_row(level=NAN, progress="unclear")], ["Kỳ này chưa có số liệu, đề nghị vẫn còn: Kiến An (lần 2)."]),
    ("closed", [make_row(state="ended", progress="unclear", note="rule")], []),
    ("met", [make_row(**DONE)], ["Đạt ngưỡng 50% kỳ này: Kiến An (55,0%)."]),
    ("a fallen rate that is usual again", [make_row(kind="signal", state="done", progress="met", rate=41.0)], ["Hoàn thành kỳ này: Kiến An (riêng trong kỳ 41,0%)."]),
    ("done by the office's word", [make_row(state="done", progress="same", note="office")], []),
    ("a fall whose cause was given", [make_row(kind="fell", state="done", progress="met", note="explained")], []),
    ("asked by name", [make_row(kind="own")], ["Đơn vị được đề nghị riêng về chỉ số này: Kiến An."]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "said"), sampled([pytest.param(*each[1:], id=each[0]) for each in ODD], short=4, long=len(ODD))
)
def test_what_stands_with_an_indicator_is_true_of_each_row(rows, said):
    found = [line for line in about_transparency(rows) if not line.startswith("Lũy kế còn dưới ngưỡng")]
    assert found == said


@pytest.mark.parametrize(("rate", "said"), [(8.0, ["Lũy kế còn dưới ngưỡng 8% nhưng riêng trong kỳ đã đạt nên không đề nghị: Kiến An (7,56%)."]), (7.9, []), (NAN, [])])  # fmt: skip
def test_only_who_met_a_mark_in_its_own_week_is_said_to_be_not_asked_for_that(rate, said):
    """Kiến An pays 7.56 % online and has no open ask: the office may have closed it."""
    rates = two_weeks.tables()[1]["week_rates"].copy()
    rates.loc[rates["indicator"] == "TT", "rate"] = NAN
    rates.loc[(rates["indicator"] == "TT") & (rates["unit_code"] == KIEN_AN), "rate"] = rate
    rows = [make_row(HOA_BINH, indicator="TT", level=5.27, target=8.0), make_row(indicator="TT", state="done", progress="same", level=7.56, target=8.0, note="office")]  # fmt: skip
    week = two_weeks.edition(asks=pd.DataFrame(rows, columns=list(TABLES["asks"].columns)), week_rates=rates)
    assert [line for line in asks_of_figures.ask_about(week, "TT") if line.startswith("Lũy kế")] == said


def test_an_ask_of_a_department_that_is_done_is_told_with_its_name_and_one_of_all_units_as_theirs():
    own = {"kind": "own", "indicator": "", "level": NAN, "target": NAN}
    rows = [
        make_row("", addressee="department", department="phong-tu-phap", ask_id="a", state="done", progress="met", **own),
        make_row("", addressee="units", ask_id="b", state="overdue", due="2023-12-08", progress="", **own),
    ]  # fmt: skip
    week = told(rows, replies=[make_reply("", kind="own", ask_id=code, text=said) for code, said in (("a", "Tập huấn."), ("b", "Họp giao ban."))])  # fmt: skip
    section = followup.follow_up(week)
    assert section.by_word == ["Văn phòng xác nhận đã hoàn thành: Phòng Tư pháp – tập huấn."]
    assert [each.text for each in section.behind] == ["Các đơn vị – họp giao ban"]


ODD_OF_UNIT = [
    ("to and fro across its mark", {"indicator": "TT", "level": 8.4, "target": 8.0, "note": "unsteady"}, "8,40%, đã qua ngưỡng 8% nhưng còn lên xuống; đề nghị giữ vững từ 9% trở lên."),
    ("no figure", {"level": NAN, "progress": "unclear"}, "Kỳ này chưa có số liệu, đề nghị vẫn còn (ngưỡng 50%)."),
    ("no count", {"kind": "zero", "indicator": "CT", "level": NAN, "target": 0.0, "progress": "unclear"}, "Kỳ này chưa có số liệu, đề nghị vẫn còn."),
]  # fmt: skip


@pytest.mark.parametrize(("about", "said"), [each[1:] for each in ODD_OF_UNIT], ids=[each[0] for each in ODD_OF_UNIT])
def test_what_a_unit_is_asked_about_a_figure_is_true_of_its_row(about, said):
    (asked,) = asks.unit_requests(told([make_row(**about)]), KIEN_AN)
    assert asked["texts"][0] == said


def test_a_reply_about_all_asks_of_a_unit_is_told_once():
    replies = [make_reply(text="Đã họp.", ask_id=f"{KIEN_AN}:{name}:{FIRST}") for name in ("CKMB", "TT")]
    assert len(followup.follow_up(told([make_row(), make_row(indicator="TT")], replies=replies)).statements) == 1


def test_an_ask_of_the_office_itself_stands_with_whom_it_asks_in_the_offices_words():
    rows = [
        make_row(kind="own", ask_id="a", indicator=""),
        make_row("", kind="own", ask_id="b", addressee="department", department="phong-tu-phap", indicator="CT", times=1.0),
        make_row("", kind="own", ask_id="c", addressee="units", indicator=""),
    ]  # fmt: skip
    replies = [make_reply(kind="own", ask_id=code, text=said) for code, said in (("a", "Mua máy quét."), ("b", "Báo cáo."), ("c", "Họp giao ban."))]  # fmt: skip
    week = told(rows, replies=replies)
    said = text(page.requests(week))
    assert "Xã Kiến An – mua máy quét (lần 2). Đề nghị đơn vị thực hiện." in said
    assert "Họp giao ban (lần 2)." in said
    assert "3. Phòng Tư pháp" in said and "Đề nghị của Văn phòng: Báo cáo." in said
