"""Who is asked for what: the heads of all units, units by name, and each department by its tasks and indicators."""

import dataclasses
import re

import pandas as pd
import pytest
from support.district import edition, in_force, say, week, words
from support.fragments import text
from support.varied import AREA, KIEN_AN, MY_HOI_DONG, TAN_MY, both, moved, signalled, told, weak

from analysis.report import asks, findings, page, sentences
from analysis.tables import TABLES


def test_requests_name_units_and_the_department_in_charge():
    said = text(page.requests(edition()))
    assert "Kiến An (19,3%), Mỹ Hiệp (26,4%), Hội An (37,7%), Mỹ An (38,4%) và Long Giang (45,6%)" in said
    assert "Hòa Bình (5,27%), Long Giang (6,45%), Mỹ Hiệp (7,42%), Kiến An (7,56%) và Long Điền B (7,76%)" in said
    assert "0/18 đơn vị đạt chỉ tiêu 50% (cao nhất 20,1%); đề nghị" in said
    assert "Xã Kiến An xếp loại “Yếu” với 49,18 điểm. Đề nghị đơn vị tập trung rà soát" in said
    assert "xử lý kịp thời. Kiến An còn thiếu 0,82 điểm" in said
    assert "Xã Mỹ Hội Đông giảm 5,78 điểm" in said


def test_of_many_that_fell_the_most_are_asked_and_the_others_counted():
    rows, changes = week()["findings"], week()["changes"].query("unit_code != '893'")
    fell, asked = rows.query("finding == 'fell'").iloc[0], week()["asks"].query("kind == 'fell'").iloc[0]
    many = pd.DataFrame([{**fell, "unit_code": code} for code in changes["unit_code"]])
    of_all = pd.DataFrame([{**asked, "unit_code": code} for code in changes["unit_code"]])
    said = text(page.requests(edition(**week() | {"findings": many, "asks": of_all})))
    assert said.count("Mỹ Hội Đông giảm 5,78 điểm") == 5 and say("piece.others_asked", count=13) in said


def test_ordinary_falls_are_not_asked_about():
    tables = moved(-0.2, {"30643": -0.5, "30679": 0.1})
    said = text(page.requests(edition(**tables)))
    assert say("piece.ask_fallen") not in said and "Tấn Mỹ" not in said


ASKED = [
    ("one more", 2, "Ngoài ra có 1 đơn vị khác có tình trạng tương tự, xem Phụ lục.", "1 other unit is in the same position, see the appendix."),
    ("two more", 1, "Ngoài ra có 2 đơn vị khác có tình trạng tương tự, xem Phụ lục.", "2 other units are in the same position, see the appendix."),
]  # fmt: skip


@both(ASKED)
def test_of_many_weak_units_the_first_are_asked_and_the_others_counted(lang, given0, said):
    asked = asks.request_rows(weak(lang, {"fell_most": given0}, KIEN_AN, TAN_MY, "30679"))
    assert [each["texts"] for each in asked if said in each["texts"]] == [[said]]


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
def test_a_unit_is_asked_about_a_fallen_rate_the_area_and_a_risen_one_are_not(lang):
    signals = signalled(TAN_MY, AREA, "30679")
    signals["signal"] = ["down", "down", "up"]
    asked = [each["texts"] for each in asks.request_rows(told(lang, signals=signals))]
    ask = {"vi": "Đề nghị đơn vị rà soát, làm rõ nguyên nhân.", "en": "The unit is asked to look into the cause."}[lang]
    (texts,) = [texts for texts in asked if texts[-1] == ask]
    said = {"vi": "Xã Tấn Mỹ: tỷ lệ riêng từng kỳ của hồ sơ", "en": "Tấn Mỹ: the own rate of dossiers"}[lang]
    assert len(texts) == 2 and texts[0].startswith(said)


def test_a_weak_unit_is_asked_to_work_with_the_department_of_the_first_indicator_on_its_route():
    def ask(settings=None, **tables):
        asked = [each["texts"] for each in asks.request_rows(told("vi", settings, **tables))]
        return next(texts for texts in asked if texts[0].startswith("Xã Kiến An"))[-1]

    assert ask() == say("piece.ask_weak_with", department="Phòng Văn hóa – Thông tin")  # transparency
    other = {"vi": "Phòng Nội vụ", "en": "the Division of Home Affairs"}
    assert ask({"responsible": {"TT": {"vi": "#", "en": "#"}, "CKMB": other}}) == say(
        "piece.ask_weak_with", department="Phòng Nội vụ"
    )
    assert ask({"responsible": {"TT": other}}) == say("piece.ask_weak")
    digitisation = week()["routes"].replace({"indicator": {"CKMB": "SH"}})  # its group is MDSH
    assert ask({"responsible": {"MDSH": other}}, routes=digitisation) == say(
        "piece.ask_weak_with", department="Phòng Nội vụ"
    )
    no_route = week()["routes"].assign(order=float("nan"))  # then what can still add most: transparency
    both_named = {"responsible": {"SH": {"vi": "#", "en": "#"}, "CKMB": other}}
    assert ask(both_named, routes=no_route) == say("piece.ask_weak_with", department="Phòng Nội vụ")


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
def test_a_unit_is_asked_once_with_all_that_it_is_asked_about(lang):
    asked = [" ".join(each["texts"]) for each in asks.request_rows(told(lang, signals=signalled(KIEN_AN)))]
    of_it = [text for text in asked if text.removeprefix("Xã ").startswith("Kiến An")]
    assert len(of_it) == 1  # weak, and a fallen rate
    for finding in ("band", "route", "signal"):
        first = told(lang, signals=signalled(KIEN_AN)).found(finding).query("unit_code == @KIEN_AN")["text"].iloc[0]
        assert first.removeprefix("Kiến An") in of_it[0]


# -- departments and their indicators ----------------------------------------------------------------------------------


def by_indicator(edition, *parts):
    """What departments are asked about their indicators, and what they only watch."""
    sections = asks.department_sections(edition)
    return [each for section in sections for part in parts or ("asks", "watched") for each in section[part]]


def asked(lang, values, settings=None, **tables):
    """What is said first of timeliness, which has no target, where the units have these rates, the others none."""
    cells = week()["measurements"]
    cells = cells[(cells["indicator"] != "TD") | cells["unit_code"].isin(values)]
    given = cells["unit_code"].map(values)
    cells = cells.assign(value=given.where(cells["indicator"] == "TD", cells["value"]))
    name = {"vi": "Tiến độ giải quyết", "en": "Timeliness"}[lang]
    (texts,) = [
        each["texts"]
        for each in by_indicator(told(lang, settings, measurements=cells, **tables))
        if each["name"] == name
    ]
    return texts[0]


STRICT = {"page": in_force().settings["page"] | {"steady_pct": 95.5}}
MISSED = {"targets": {"TD": 97}}
ABOUT = [
    ("high everywhere", {KIEN_AN: 95.0, TAN_MY: 99.5}, {}, "Từ 95,00% (Kiến An) đến 99,50%; tiếp tục theo dõi, duy trì.", "From 95.00% (Kiến An) to 99.50%; to be maintained."),
    ("exactly as high as asked", {KIEN_AN: 95.5, TAN_MY: 99.5}, STRICT, "Từ 95,50% (Kiến An) đến 99,50%; tiếp tục theo dõi, duy trì.", "From 95.50% (Kiến An) to 99.50%; to be maintained."),
    ("not as high as asked", {KIEN_AN: 95.0, TAN_MY: 99.5}, STRICT, "Từ 95,00% (Kiến An) đến 99,50%.", "From 95.00% (Kiến An) to 99.50%."),
    ("all the same", {KIEN_AN: 95.0, TAN_MY: 95.0}, {}, "Tất cả 2 đơn vị có số liệu đều ở mức 95,00%.", "All 2 units with a figure are at 95.00%."),
    ("one figure", {KIEN_AN: 95.0}, {}, "Kiến An: 95,00%.", "Kiến An: 95.00%."),
    ("a zero", {KIEN_AN: 0.0, TAN_MY: 95.0}, {}, "Số liệu bằng 0: Kiến An; đề nghị theo dõi, đôn đốc thực hiện.", "At zero: Kiến An; to be followed up."),
    ("one below the target", {KIEN_AN: 95.0, TAN_MY: 99.0}, MISSED, "1/2 đơn vị đạt chỉ tiêu 97% (chưa đạt: Kiến An 95,00%); đề nghị khẩn trương rà soát, đẩy mạnh.", "1/2 units reach the target of 97% (not yet: Kiến An 95.00%); efforts are to be stepped up."),
    ("all below the target", {KIEN_AN: 95.0, TAN_MY: 96.0}, MISSED, "0/2 đơn vị đạt chỉ tiêu 97% (cao nhất 96,00%); đề nghị khẩn trương rà soát, đẩy mạnh.", "0/2 units reach the target of 97% (highest 96.00%); efforts are to be stepped up."),
]  # fmt: skip


@both(ABOUT)
def test_what_is_asked_about_an_indicator_depends_on_where_the_units_stand(lang, given0, given1, said):
    settings = {"responsible": in_force().settings["responsible"]} | given1
    assert asked(lang, given0, settings) == said


OUT_OF_REACH = [
    ("one", [KIEN_AN], "Kiến An không còn khả năng đạt chỉ tiêu vào ngày 31/12/2023 (cao nhất còn có thể là 25,0%).",
     "Kiến An can no longer reach it by 31 December 2023 (highest still possible: 25.0%)."),
    ("two, and the area, which is no unit", [AREA, KIEN_AN, TAN_MY],
     "2 đơn vị không còn khả năng đạt chỉ tiêu vào ngày 31/12/2023 (trong số này cao nhất còn có thể là 26,0%, Tấn Mỹ).",
     "2 units can no longer reach it by 31 December 2023 (highest still possible: 26.0%, Tấn Mỹ)."),
]  # fmt: skip


@both(OUT_OF_REACH)
def test_how_many_units_cannot_reach_a_target_any_more_stands_with_the_request_about_it(lang, given0, said):
    most = {KIEN_AN: 25.0, TAN_MY: 26.0, AREA: 29.0}
    given = [
        {
            "unit_code": code,
            "indicator": "TT",
            "value": 20.0,
            "target": 30.0,
            "by": "2023-12-31",
            "most": most[code],
            "state": "impossible",
        }
        for code in given0
    ]
    possible = pd.DataFrame(given, columns=list(TABLES["possible"].columns))
    texts = [text for each in by_indicator(told(lang, possible=possible)) for text in each["texts"]]
    assert said in texts


TASKS = pd.DataFrame(
    [
        ("a", "", "", "", "Mọi việc.", "Everything."),
        ("b", "Phòng Nội vụ", "", "", "Việc một.", "One thing."),
        ("c", "PHÒNG NỘI VỤ", "leads", "TT", "việc hai.", "do two things."),
        ("d", "Phòng Nội vụ", "assists", "", "việc ba.", "do three things."),
        ("e", "Phòng Nội vụ", "urges", "", "việc bốn.", "do four things."),
    ],
    columns=["code", "department", "role", "indicators", "text_vi", "text_en"],
)
HOME_AFFAIRS = {"vi": "phòng Nội vụ", "en": "the Division of Home Affairs"}
STANDING = {
    "vi": ["Việc một.", "Chủ trì, phối hợp với các đơn vị liên quan việc hai.", "Phối hợp với các đơn vị liên quan việc ba.", "Theo dõi, đôn đốc các đơn vị liên quan việc bốn."],
    "en": ["One thing.", "Take the lead, with the units concerned, and do two things.", "Help the units concerned to do three things.", "Urge the units concerned to do four things."],
}  # fmt: skip


def with_tasks(lang, settings, tasks=TASKS, **tables):
    it = told(lang, settings, **tables)
    return dataclasses.replace(it, rules=dataclasses.replace(it.rules, tasks=tasks))


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
def test_a_standing_task_stands_with_its_department_and_one_of_nobody_is_for_the_heads_of_all_units(lang):
    it = with_tasks(lang, {"responsible": {}, "departments": [HOME_AFFAIRS]})
    assert asks.general_orders(it) == [{"vi": "Mọi việc.", "en": "Everything."}[lang]]
    (section,) = asks.department_sections(it)
    assert section["standing"] == STANDING[lang] and section["code"] == "phong-noi-vu"
    assert section["name"] == {"vi": "Phòng Nội vụ", "en": "The Division of Home Affairs"}[lang]
    assert section["asks"] == section["watched"] == section["remarks"] == []


def test_a_department_without_a_task_and_without_a_request_of_this_week_is_left_out():
    """Timeliness has no target: nothing is asked about it, and for that alone there is no section."""
    one = with_tasks("vi", {"responsible": {"TD": HOME_AFFAIRS}}, TASKS.iloc[:0])
    assert asks.department_sections(one) == []
    (section,) = asks.department_sections(with_tasks("vi", {"responsible": {"TD": HOME_AFFAIRS}}))
    assert [each["indicator"] for each in section["watched"]] == ["TD"] and section["asks"] == []


def test_each_indicator_is_asked_about_once_by_the_department_of_its_own_or_of_its_group_else_of_the_units():
    """Files of the group MDSH are the first department's, digitisation among them; online payment is nobody's."""
    it = with_tasks("vi", {"responsible": {"MDSH": HOME_AFFAIRS, "CKMB": {"vi": "Phòng A", "en": "A"}}})
    sections = {each["code"]: [about["indicator"] for about in each["asks"]] for each in asks.department_sections(it)}
    assert sections == {"phong-noi-vu": ["SH"], "phong-a": ["CKMB"]}
    assert [each["name"] for each in asks.request_rows(it) if each["name"]] == ["Hồ sơ nộp trực tuyến", "Hồ sơ thanh toán trực tuyến"]  # fmt: skip
    assert [each["name"] for each in asks.request_rows(edition()) if each["name"]] == []


STEPS = pd.DataFrame(
    [
        (MY_HOI_DONG, "NOT_ITEMISED", "peers", -11.3, -12.0),
        (MY_HOI_DONG, "CHANGE", "before", -5.8, -6.0),
        (KIEN_AN, "CHANGE", "before", -6.2, -6.0),
        (TAN_MY, "CHANGE", "before", 6.1, 6.0),
    ],
    columns=list(TABLES["steps"].columns),
)
LOST = [
    ("none", 0, [], []),
    ("one", 2, ["Có khả năng mất điểm thuộc nhóm này: Mỹ Hội Đông (khoảng 12 điểm); cần kiểm tra phản ánh, kiến nghị quá hạn hoặc bị đánh giá không hài lòng và kết quả đánh giá hồ sơ."],
     ["Points of this group are probably lost: Mỹ Hội Đông (about 12 points); to be checked: petitions answered late or rated unsatisfactory, and the ratings of dossiers."]),
    ("two; one has won points back", 4, ["Có khả năng mất điểm thuộc nhóm này: Mỹ Hội Đông (khoảng 12 điểm) và Kiến An (khoảng 6 điểm); cần kiểm tra phản ánh, kiến nghị quá hạn hoặc bị đánh giá không hài lòng và kết quả đánh giá hồ sơ."],
     ["Points of this group are probably lost: Mỹ Hội Đông (about 12 points) and Kiến An (about 6 points); to be checked: petitions answered late or rated unsatisfactory, and the ratings of dossiers."]),
]  # fmt: skip


@both(LOST)
def test_who_answers_for_satisfaction_is_asked_about_the_units_that_lost_a_block_of_its_points(lang, given0, said):
    told_of = by_indicator(told(lang, steps=STEPS.head(given0), standing=week()["standing"].iloc[:0]))
    assert [text for each in told_of if each["indicator"] == "MDHL" for text in each["texts"]] == said


def test_of_many_units_a_request_names_as_many_as_set_the_lowest_first_and_counts_the_others():
    two = {"page": in_force().settings["page"] | {"asked": 2}}
    texts = {each["indicator"]: each["texts"][0] for each in by_indicator(told("vi", two), "asks")}
    assert "Kiến An (19,3%), Mỹ Hiệp (26,4%) và 3 đơn vị khác; đề nghị" in texts["CKMB"]
    assert "Hòa Bình (5,27%), Long Giang (6,45%) và 3 đơn vị khác; đề nghị" in texts["TT"]


FEW = {"page": in_force().settings["page"] | {"asked": 1}}
ONE_NAMED = [
    ("the target missed", "TT", {"targets": {"TT": 28.0}}, "1/18 đơn vị đạt chỉ tiêu 28% (Hòa Bình thấp nhất 5,27%);", "1/18 units reach the target of 28% (lowest 5.27%, Hòa Bình);"),
    ("at zero", "CT", {}, "Số liệu bằng 0: Kiến An và 1 đơn vị khác;", "At zero: Kiến An and 1 other unit;"),
    ("points lost", "MDHL", {}, "Có khả năng mất điểm thuộc nhóm này: Mỹ Hội Đông (khoảng 12 điểm) và 1 đơn vị khác;", "Points of this group are probably lost: Mỹ Hội Đông (about 12 points) and 1 other unit;"),
]  # fmt: skip


@both(ONE_NAMED)
def test_so_it_does_of_those_that_miss_a_target_are_at_zero_or_lost_points(lang, given0, given1, said):
    it = told(lang, FEW | given1, steps=STEPS, standing=week()["standing"].iloc[:0])
    texts = [text for each in by_indicator(it, "asks") if each["indicator"] == given0 for text in each["texts"]]
    assert any(text.startswith(said) for text in texts), texts


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
def test_where_the_table_prints_satisfaction_itself_the_loss_is_told_as_what_it_is(lang):
    columns = in_force().columns
    printed = pd.concat([columns, columns.iloc[-1:].assign(header="HÀI LÒNG", field="MDHL", kind="points")])
    it = told(lang, steps=STEPS.iloc[2:].assign(indicator="MDHL"))  # its points are printed, and asked about
    it = dataclasses.replace(it, rules=dataclasses.replace(it.rules, forms={"columns.csv": printed}))
    (texts,) = [each["texts"] for each in by_indicator(it) if each["indicator"] == "MDHL"]
    about = words(lang).say("piece.lost_about", points="6")
    assert texts == [words(lang).say("piece.ask_lost_printed", units=f"Kiến An ({about})")]


def test_a_week_without_any_request_says_so():
    none = with_tasks("vi", {"responsible": {}, "targets": {}, "marks_below": {}}, TASKS.iloc[:0])
    nothing = dataclasses.replace(none, tables=none.tables | {"asks": none.tables["asks"].iloc[:0]})
    assert text(page.requests(nothing)) == f"{say('page.requests')} {say('piece.nothing_asked')}"


def test_the_page_has_a_numbered_subsection_for_each_department_its_standing_tasks_marked_as_such():
    piece = page.requests(edition()).data
    heads = re.findall(r'<h3 id="department-([a-z-]+)">(.*?)</h3>', piece)
    assert [code for code, _ in heads] == [each["code"] for each in asks.department_sections(edition())]
    assert heads[2] == ("phong-tu-phap", "3. Phòng Tư pháp")
    said = text(page.requests(edition())).partition("3. Phòng Tư pháp ")[2]
    task = "Theo dõi, đôn đốc các đơn vị liên quan thực hiện chứng thực bản sao điện tử từ bản chính."
    assert said.startswith("Chứng thực bản sao điện tử: Số liệu bằng 0: Kiến An và Mỹ An;")
    assert f" Nhiệm vụ thường xuyên: {task} 4. " in said


def test_names_of_departments_and_their_tasks_are_shown_and_never_run():
    bad = {"vi": "Phòng <script>x</script>", "en": "x"}
    tasks = TASKS.assign(department=bad["vi"], text_vi="<b>đậm</b>")
    piece = page.requests(with_tasks("vi", {"responsible": {}, "departments": [bad]}, tasks)).data
    assert "<script>" not in piece and "<b>" not in piece and "&lt;b&gt;đậm&lt;/b&gt;" in piece


# -- the legal basis ---------------------------------------------------------------------------------------------------


def test_a_document_that_is_carried_out_stands_with_its_own_words_and_one_that_is_rested_on_with_those_of_the_sentence():
    office = in_force().settings["document"] | {"basis": ["luật A", {"way": "Thực hiện", "text": "công văn B"}]}
    assert sentences.basis_lines(told("vi", {"document": office})) == ["Căn cứ luật A;", "Thực hiện công văn B."]
    assert sentences.basis_lines(told("vi", {"document": office | {"basis": []}})) == []


def test_a_regained_block_is_not_told_as_a_loss_and_a_zero_is_asked_about():
    steps = week()["steps"].assign(blocks=lambda each: each["blocks"].abs(), points=lambda each: each["points"].abs())
    tables = week() | {"steps": steps}
    tables["findings"] = findings.collect(tables, in_force(), words()).query("finding == 'step'")
    said = text(page.headline(edition(**tables))) + text(page.requests(edition(**tables)))
    assert "mất" not in said and say("piece.ask_stepped") not in said
    assert "Chứng thực bản sao điện tử: Số liệu bằng 0: Kiến An và Mỹ An" in text(page.requests(edition()))
