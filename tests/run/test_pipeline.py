"""A week from raw table to published report, on small notebooks with a real kernel: all of it, or nothing."""

import dataclasses
import functools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support import calls
from support.district import say, words
from support.stand_in import (
    AREA,
    CLOSE,
    CODES,
    CUTOFF,
    INTERRUPTED,
    MISSING,
    PROBLEM,
    accepted,
    contents,
    earlier_week,
    echo,
    gone,
    headings,
    inside,
    paged,
    pages_table,
    processes,
    published,
    put,
    state,
    steps,
    units_named,
    week_of,
)

from analysis.config import files, wording
from analysis.exits import Exit
from analysis.run import gating, notebook, pipeline, products
from analysis.weeks import atomic, paths, publish
from analysis.weeks.home import PROJECT

# -- with kernels ----------------------------------------------------------------------------------------------------


def test_a_week_is_published_whole_and_a_second_run_changes_nothing_and_a_third_makes_the_same_bytes(home):
    told = []
    week = steps(home, "print(area, cutoff)", "", CLOSE, told=told)
    outcome = pipeline.make_week(home, AREA, steps=week)
    tables, reports = published(home)
    assert (outcome.status, outcome.report) == (Exit.DONE, reports / "report.html")
    assert {path.name for path in tables.iterdir()} == {
        *["points.csv", "2_score.ipynb", "2_score.json", "run.json", "raw"]
    }
    assert contents(reports) == {str(reports / "report.html"): b"vi"}
    assert any("2_score" in line and "giây" in line for line in told)
    assert [path.name for path in tables.parent.iterdir()] == [CUTOFF]

    executed = (tables / "2_score.ipynb").read_text("utf-8")
    assert "cho-moi 2023-12-04" in executed
    record = (tables / "run.json").read_text("utf-8")
    for text in (executed, record):
        assert str(home) not in text and str(home.parent) not in text
    assert "_time" not in executed and "iopub" not in executed and "input_path" not in executed

    before = contents(home)
    again = pipeline.make_week(home, AREA, CUTOFF, steps=steps(home, "print(area, cutoff)", "", CLOSE))
    assert (again.status, again.report) == (Exit.DONE, outcome.report)
    assert "Không có gì mới" in again.message
    assert contents(home) == before

    put(reports / "report.html", "damaged")
    assert "Đã làm xong" in pipeline.make_week(home, AREA, CUTOFF, steps=week).message
    after = contents(home)
    assert [path for path in before if before[path] != after[path]] == [str(tables / "run.json")]


@pytest.mark.parametrize(
    ("cells", "tags", "cell", "reason"),
    [
        pytest.param(
            ("good = 1", "1 / 0", CLOSE), (), "[4] 1 / 0", "ZeroDivisionError: division by zero", id="a cell raises"
        ),
        pytest.param(
            ("import sys\nsys.exit(0)", CLOSE), (), "[3] import sys", "các ô lệnh sau chưa chạy", id="sys.exit(0)"
        ),
        pytest.param(
            ("import os\nos._exit(0)", CLOSE), (), "] import os", "tiến trình dừng đột ngột", id="the kernel dies"
        ),
        pytest.param(("good = 1",), (), "ô lệnh cuối", "2_score.json", id="no token"),
        pytest.param(
            (CLOSE + "; 1 / 0",), ("raises-exception",), "[3] import hashlib", "ZeroDivision", id="an error allowed"
        ),
        pytest.param(
            (CLOSE.replace('"run": run', '"run": "other"'),), (), "ô lệnh cuối", "2_score.json", id="another's token"
        ),
        pytest.param(
            (CLOSE, '(folder / "points.csv").write_text("x")'), (), "ô lệnh cuối", "bị đổi", id="a table changed"
        ),
    ],
)
def test_a_notebook_that_did_not_do_all_it_should_leaves_the_published_week_as_it_was(home, cells, tags, cell, reason):
    before = earlier_week(home)
    outcome = pipeline.make_week(home, AREA, CUTOFF, steps=steps(home, *cells, tags=tags))
    assert outcome.status == Exit.FAILED
    assert all(part in outcome.message for part in ("2_score.ipynb", cell, reason))
    assert contents(*published(home)) == before
    (kept,) = (home / "data" / "processed" / AREA / "failed").iterdir()
    assert str(kept.relative_to(home)) in outcome.message
    told = (kept / "reason.txt").read_text("utf-8")
    assert cell in told and "Cách xử lý" in told
    assert (kept / "2_score.ipynb").is_file()
    assert [*home.rglob(".run-*"), *home.rglob(".lock-*")] == []


# -- without ---------------------------------------------------------------------------------------------------------


def test_a_parameter_that_a_notebook_does_not_have_is_an_error(home):
    before = earlier_week(home)
    outcome = pipeline.make_week(
        home, AREA, CUTOFF, steps=steps(home, CLOSE, parameters='area = ""\ncut_off = ""\nrun = ""')
    )
    assert outcome.status == Exit.FAILED
    assert "không có tham số cutoff; chỉ có area, cut_off, run" in outcome.message
    assert contents(*published(home)) == before


def beside_products(home, monkeypatch, make, *cells) -> pipeline.Pipeline:
    """Steps whose report's notebook has these cells, while ``make`` makes the products that need none."""
    monkeypatch.setattr(products, "of_tables", make)
    of_report = steps(home, *cells, name=pipeline.REPORT, stages=(pipeline.REPORT,))
    return dataclasses.replace(of_report, export=pipeline._export)


def test_where_products_cannot_be_made_while_the_report_runs_nothing_is_published(home, monkeypatch):
    before = earlier_week(home)
    its = beside_products(home, monkeypatch, calls.no_products, CLOSE.replace("2_score", pipeline.REPORT))
    outcome = pipeline.make_week(home, AREA, CUTOFF, steps=its)
    assert outcome.status == Exit.FAILED and "no room for a letter" in outcome.message
    assert contents(*published(home)) == before
    assert [*home.rglob(".run-*"), *home.rglob(".lock-*")] == []


def test_where_the_reports_notebook_fails_what_is_made_beside_it_is_ended(home, monkeypatch):
    before = earlier_week(home)
    wait = f"import time\nwhile not (path := __import__('pathlib').Path({str(home)!r}, 'beside')).exists(): time.sleep(0.05)"
    its = beside_products(home, monkeypatch, calls.endless_products, wait, "1 / 0")
    outcome = pipeline.make_week(home, AREA, CUTOFF, steps=its)
    assert outcome.status == Exit.FAILED and "ZeroDivision" in outcome.message
    assert calls.is_gone(int((home / "beside").read_text()))
    assert contents(*published(home)) == before
    assert [*home.rglob(".run-*"), *home.rglob(".lock-*")] == []


def test_a_failing_export_publishes_nothing(home):
    before = earlier_week(home)
    broken = dataclasses.replace(steps(home, stages=()), export=lambda *_: 1 / 0)
    outcome = pipeline.make_week(home, AREA, CUTOFF, steps=broken)
    assert (outcome.status, "ZeroDivisionError" in outcome.message) == (Exit.FAILED, True)
    assert contents(*published(home)) == before


def test_the_parts_that_the_word_template_has_no_place_for_are_told(home):
    told, made = [], steps(home, stages=())

    def export(*given):
        made.export(*given)
        return ["departments"]

    outcome = pipeline.make_week(home, AREA, CUTOFF, steps=dataclasses.replace(made, export=export, tell=told.append))
    parts = words().listed([say("run.part_departments")])
    assert outcome.status == Exit.DONE and say("run.template_lacks", area=AREA, parts=parts) in told


def test_a_refused_table_lists_its_problems_and_writes_nothing(home):
    told, before = [], contents(home)
    outcome = pipeline.make_week(
        home, AREA, CUTOFF, steps=steps(home, severities=("warning", "error", "error"), told=told)
    )
    assert outcome.status == Exit.REFUSED
    assert "bị từ chối" in outcome.message
    assert told[0] == say("run.errors", count=2)
    assert told[3] == say("run.warnings", count=1)
    place = [say("place.row", row=5), say("place.column", letter="G", column="TỶ LỆ")]
    assert all(part in told[1] for part in ("t.txt", *place, "7l", PROBLEM))
    assert contents(home) == before
    assert not (home / "data" / "processed" / AREA).exists()


def test_a_refused_week_says_where_its_tables_are_shown_with_what_to_correct(home):
    made, page = steps(home, stages=()), home / "gate.html"
    shown = dataclasses.replace(made, gate=lambda *_: accepted(refused=True)._replace(page=page))
    assert say("run.page", page=page) in pipeline.make_week(home, AREA, CUTOFF, steps=shown).message


def test_warnings_are_told_and_the_week_is_made(home):
    told = []
    outcome = pipeline.make_week(home, AREA, CUTOFF, steps=steps(home, severities=("warning",), stages=(), told=told))
    assert outcome.status == Exit.DONE
    assert told[0] == say("run.warnings", count=1)


def test_another_table_for_a_published_week_is_refused(home):
    assert pipeline.make_week(home, AREA, CUTOFF, steps=steps(home, stages=())).status == Exit.DONE
    before = contents(*published(home))
    other = put(home.parent / "corrected.txt", "corrected")
    outcome = pipeline.make_week(home, AREA, CUTOFF, [other], steps=steps(home, stages=()))
    assert outcome.status == Exit.REFUSED
    assert all(part in outcome.message for part in ("corrected.txt", "(bản r1)", "--reissue"))
    assert contents(*published(home)) == before


@pytest.mark.parametrize(
    ("change", "again"),
    [
        pytest.param(lambda home: None, False, id="nothing"),
        pytest.param(lambda home: put(home / "config" / "an-giang" / "area.toml", "x = 2"), False, id="another area"),
        pytest.param(lambda home: put(home / "config" / AREA / "units.csv", "x"), True, id="a rule"),
        pytest.param(
            lambda home: put(home.parent / "notebooks {x}" / "templates" / "a.j2", "x"), True, id="a template"
        ),
        pytest.param(
            lambda home: put(home / "data" / "processed" / AREA / "2023-11-27" / "scores.csv", "x"),
            True,
            id="an earlier week",
        ),
        pytest.param(lambda home: (published(home)[1] / "report.html").unlink(), True, id="a product lost"),
        pytest.param(lambda home: put(published(home)[0] / "run.json", "{"), True, id="a broken record"),
    ],
)
def test_a_week_is_made_again_only_where_something_it_follows_from_has_changed(home, change, again):
    put(home / "config" / "an-giang" / "area.toml", "x = 1")
    pipeline.make_week(home, AREA, CUTOFF, steps=steps(home, stages=()))
    change(home)
    outcome = pipeline.make_week(home, AREA, CUTOFF, steps=steps(home, stages=()))
    assert outcome.status == Exit.DONE
    assert ("Đã làm xong" in outcome.message) == again


@pytest.mark.parametrize(
    ("name", "again"),
    [("defaults.toml", True), ("index-766/bands.csv", True), ("wording/vi.toml", True), ("cho-moi/area.toml", False)],
)
def test_what_is_taken_from_the_programs_own_configuration_is_part_of_what_a_week_follows_from(
    home, monkeypatch, name, again
):
    shutil.copytree(PROJECT / "config", home.parent / "program" / "config")
    monkeypatch.setattr(files, "PROGRAM", home.parent / "program" / "config")
    pipeline.make_week(home, AREA, CUTOFF, steps=steps(home, stages=()))
    path = files.PROGRAM / name
    path.write_bytes(path.read_bytes() + b"\n")
    outcome = pipeline.make_week(home, AREA, CUTOFF, steps=steps(home, stages=()))
    assert ("Đã làm xong" in outcome.message) == again
    record = json.loads((published(home)[0] / "run.json").read_text("utf-8"))
    assert (f"program/config/{name}" in record["inputs"]["config"]) == again


def test_the_language_and_the_place_in_the_province_are_part_of_what_is_made(home):
    pipeline.make_week(home, AREA, CUTOFF, steps=steps(home, stages=()))
    assert "Nothing" not in pipeline.make_week(home, AREA, CUTOFF, lang="en", steps=steps(home, stages=())).message
    pipeline.make_week(home, AREA, CUTOFF, lang="en", province_rank="7/11", steps=steps(home, stages=()))
    record = json.loads((published(home)[0] / "run.json").read_text("utf-8"))
    assert record["inputs"]["parameters"] == {"lang": "en", "province_rank": "7/11"}


def test_a_week_that_is_being_made_is_not_made_twice(home):
    with publish.locked(home, AREA, CUTOFF):
        outcome = pipeline.make_week(home, AREA, CUTOFF, steps=steps(home, stages=()))
    assert outcome.status == Exit.BUSY
    assert "đang được làm" in outcome.message


def test_without_a_raw_table_there_is_a_sentence(home):
    outcome = pipeline.make_week(home, AREA, "2023-11-27", steps=steps(home, stages=()))
    assert outcome.status == Exit.REFUSED
    assert "data/raw/cho-moi/2023-11-27*.*" in outcome.message


def test_reserved_files_beside_the_table_and_later_than_it_leave_the_week_as_it_was_and_are_told_once(home):
    pipeline.make_week(home, AREA, steps=steps(home, stages=()))
    before = contents(*published(home))
    raw = home / "data" / "raw" / AREA
    for name in (f"{CUTOFF}-phan-hoi.pdf", f"{CUTOFF}-PHAN-HOI.eml", "2023-12-18-phan-hoi.csv"):
        put(raw / name, "no table")
    again, told = pipeline.make_week(home, AREA, steps=steps(home, stages=())), []
    assert (again.status, "Không có gì mới" in again.message) == (Exit.DONE, True)
    assert contents(*published(home)) == before

    shutil.rmtree(published(home)[0])
    shutil.rmtree(published(home)[1])
    outcome = pipeline.make_week(home, AREA, steps=steps(home, stages=(), told=told))
    assert (outcome.status, outcome.report) == (Exit.DONE, published(home)[1] / "report.html")
    assert [path.name for path in (published(home)[0] / "raw").iterdir()] == [f"{CUTOFF}.txt"]
    (line,) = (line for line in told if "chưa được đọc" in line)
    assert f"{CUTOFF}-PHAN-HOI.eml và {CUTOFF}-phan-hoi.pdf" in line and "2023-12-18" not in line


def test_a_table_named_by_the_person_is_not_told_as_unread_whatever_its_name(home):
    named = put(home / "data" / "raw" / AREA / f"{CUTOFF}-phan-hoi.pdf", "table")
    pipeline.make_week(home, AREA, CUTOFF, raw=[named], steps=steps(home, stages=(), told=(told := [])))
    assert [line for line in told if "chưa được đọc" in line] == []


def test_a_table_named_by_no_day_is_refused_and_named(home):
    put(home / "data" / "raw" / AREA / "2023-13-04.txt", "raw")
    before = contents(home)
    outcome = pipeline.make_week(home, AREA, steps=steps(home, stages=()))
    assert (
        outcome.status == Exit.REFUSED
        and "2023-13-04" in outcome.message
        and "không phải là một ngày" in outcome.message
    )
    assert contents(home) == before


def test_several_tables_make_one_week_under_whatever_names_they_come(home):
    put(home / "data" / "raw" / AREA / f"{CUTOFF}-more.csv", "more")
    gated = []
    week = dataclasses.replace(steps(home, stages=()), gate=lambda raw, *_: gated.append(raw) or accepted())
    assert pipeline.make_week(home, AREA, CUTOFF, steps=week).status == Exit.DONE
    assert [path.name for path in gated[0]] == ["2023-12-04-more.csv", "2023-12-04.txt"]
    assert sorted(path.read_text() for path in published(home)[0].glob("raw/*")) == ["more", "raw"]
    renamed = [put(home.parent / "b.csv", "raw"), put(home.parent / "a.csv", "more")]
    assert "Không có gì mới" in pipeline.make_week(home, AREA, CUTOFF, renamed, steps=week).message
    assert pipeline.make_week(home, AREA, CUTOFF, renamed[:1], steps=week).status == Exit.REFUSED
    assert pipeline.make_week(home, AREA, CUTOFF, renamed[:1], reissue=True, steps=week).status == Exit.DONE


# -- the units' pages ------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="no /proc to see processes in")
def test_a_failed_page_leaves_the_others_theirs_and_is_made_again_and_pages_stay_until_told(home, monkeypatch):
    monkeypatch.setenv("ANALYSIS_SMTP_PASSWORD", "secret")
    told, surroundings = [], (os.environ["ANALYSIS_SMTP_PASSWORD"], os.environ.get("ANALYSIS_HOME"), Path.cwd())
    week = paged(home, *CODES, broken={"B": "raises", "C": "killed"}, told=told)
    outcome = pipeline.make_week(home, AREA, CUTOFF, units="all", jobs=2, steps=week)
    assert (os.environ["ANALYSIS_SMTP_PASSWORD"], os.environ.get("ANALYSIS_HOME"), Path.cwd()) == surroundings
    tables, reports = published(home)
    assert (outcome.status, outcome.report) == (Exit.FAILED, reports / "report.html")
    assert "Đã làm xong" in outcome.message and "2 đơn vị" in outcome.message
    assert "tên B (B): 5_unit.ipynb, ô lệnh [3] import json" in outcome.message
    assert [line.partition(":")[0] for line in told] == ["5_unit", "export"]
    fingerprint = "~6426db7315f4ee0f"
    assert headings(home) == {
        "A": "A None",
        "B": MISSING.format("B"),
        "C": MISSING.format("C"),
        fingerprint: "../Z None",
    }
    rows = pages_table(home)
    assert list(rows) == list(CODES)
    assert rows["A"] == ["tên A", "made", ""] and rows["../Z"] == ["tên ../Z", "made", ""]
    assert rows["B"][1] == rows["C"][1] == "failed"
    assert "ZeroDivisionError" in rows["B"][2] and say("run.died", status=-9) in rows["C"][2]
    record = atomic.load_json(tables / "run.json")
    assert (record["units"], record["failed"]) == (list(CODES), ["B", "C"])
    assert {path.name for path in (tables / "units").iterdir()} == {
        *("A.ipynb", "A.json", f"{fingerprint}.ipynb", f"{fingerprint}.json")
    }
    (kept,) = (tables.parent / "failed").iterdir()
    assert {path.name for path in kept.iterdir()} == {"B.ipynb", "C.ipynb", "reason.txt"}
    assert "Cách xử lý" in (kept / "reason.txt").read_text("utf-8")
    assert str(kept.relative_to(home)) in outcome.message
    assert gone(processes(home))

    healed = pipeline.make_week(home, AREA, CUTOFF, jobs=2, steps=paged(home, *CODES))
    assert healed.status == Exit.DONE
    assert headings(home) == {code: f"{code} None" for code in CODES[:3]} | {fingerprint: "../Z None"}
    assert {row[1] for row in pages_table(home).values()} == {"made"}

    before = contents(home)
    again = pipeline.make_week(home, AREA, CUTOFF, steps=paged(home, *CODES))
    assert "Không có gì mới" in again.message and contents(home) == before

    assert pipeline.make_week(home, AREA, CUTOFF, units="none", steps=paged(home, *CODES)).status == Exit.DONE
    assert not (reports / "units").exists() and pages_table(home) == {}
    assert "Không có gì mới" in pipeline.make_week(home, AREA, CUTOFF, steps=paged(home, *CODES)).message


def test_pages_asked_for_by_their_codes_are_made_beside_those_that_the_week_has(home):
    for codes in (["B"], ["A"]):
        assert pipeline.make_week(home, AREA, CUTOFF, units=codes, steps=paged(home, *CODES[:3])).status == Exit.DONE
    assert set(headings(home)) == {"A", "B"}
    assert (
        "Không có gì mới" in pipeline.make_week(home, AREA, CUTOFF, units=["B"], steps=paged(home, *CODES[:3])).message
    )
    assert pipeline.make_week(home, AREA, CUTOFF, units="all", steps=paged(home, *CODES[:3])).status == Exit.DONE
    assert (
        "Không có gì mới" in pipeline.make_week(home, AREA, CUTOFF, units=["B"], steps=paged(home, *CODES[:3])).message
    )
    assert set(headings(home)) == {Path(paths.unit_file(code)).name for code in CODES[:3]}


def test_another_list_of_an_earlier_weeks_pages_changes_no_later_week_and_another_figure_does(home):
    earlier = home / "data" / "processed" / AREA / "2023-11-27"
    for name in ("scores.csv", "pages.csv"):
        put(earlier / name, "one")
    week = functools.partial(pipeline.make_week, home, AREA, CUTOFF, steps=paged(home, *CODES))
    assert week().status == Exit.DONE
    put(earlier / "pages.csv", "another")
    assert "Không có gì mới" in week().message
    put(earlier / "scores.csv", "another")
    assert "Không có gì mới" not in week().message


def test_a_page_without_token_or_without_anything_to_show_has_failed(home):
    week = paged(home, *CODES, broken={"A": "no token", "B": "shows nothing"})
    outcome = pipeline.make_week(home, AREA, CUTOFF, units=["B", "A"], jobs=1, steps=week)
    assert outcome.status == Exit.FAILED
    reasons = {code: reason for code, (_, _, reason) in pages_table(home).items()}
    assert "units/A.json" in reasons["A"] and reasons["B"].startswith("ExportError: ")
    assert headings(home) == {"A": MISSING.format("A"), "B": MISSING.format("B")}


@pytest.mark.long  # test_isolated tries the same of calls
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="no /proc to see processes in")
def test_ctrl_c_ends_the_week_with_all_its_processes_and_leaves_nothing(home):
    before = earlier_week(home)
    environment = os.environ | {"PYTHONPATH": f"{PROJECT / 'tests'}:{PROJECT}"}
    command = [sys.executable, "-c", INTERRUPTED, home, "2"]
    week = subprocess.Popen(
        command,
        env=environment,
        start_new_session=True,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # where a shell has begun us beside it
    )
    until = time.monotonic() + 60
    while len(processes(home)) < 2 and time.monotonic() < until:
        time.sleep(0.1)
    os.killpg(week.pid, signal.SIGINT)  # as a terminal does: to all that it has started
    said = week.communicate(timeout=30)[1]
    assert b"KeyboardInterrupt" in said
    assert len(processes(home)) == 2 and gone(processes(home))
    assert contents(*published(home)) == before
    assert [*home.rglob(".run-*"), *home.rglob(".lock-*"), *home.rglob("failed")] == []


def test_an_unknown_unit_is_wrong_usage_and_the_known_ones_are_named(home):
    before = contents(home)
    outcome = pipeline.make_week(home, AREA, CUTOFF, units=["A", "X", "Y"], steps=paged(home, "A", "B"))
    assert outcome.status == Exit.WRONG_USAGE
    assert "mã X, Y." in outcome.message and "A (tên A), B (tên B)" in outcome.message
    assert contents(home) == before


@pytest.mark.parametrize(
    ("asked", "held", "expected"),
    [
        (None, {}, "none"),
        (None, {"inputs": {"units": "all"}}, "all"),
        (None, {"inputs": {"units": ["A"]}}, ["A"]),
        ("none", {"inputs": {"units": "all"}}, "none"),
        ("all", {"inputs": {"units": ["A"]}}, "all"),
        (["C", "A", "A"], {}, ["A", "C"]),
        (["C", "A"], {"inputs": {"units": ["B", "A"]}}, ["A", "B", "C"]),
        (["C"], {"inputs": {"units": "none"}}, ["C"]),
        (["C"], {"inputs": {"units": "all"}}, "all"),
    ],
)
def test_pages_are_asked_for_by_whom_runs_the_week_else_they_are_those_of_before(home, asked, held, expected):
    assert this_week(home, asked).pages_of(held) == expected


def test_where_the_record_is_lost_the_pages_that_are_there_are_made_again_and_none_of_units_that_are_gone(home):
    for code in ("B", "A", "gone"):
        put(published(home)[1] / "units" / f"{code}.html", "page")
    week = this_week(home, None)
    assert week.pages_of({}) == ["A", "B", "gone"]
    units = accepted(units=units_named("A", "B", "C")).units
    assert [unit.code for unit in week.asked(["A", "B", "gone"], units)] == ["A", "B"]


def this_week(home: Path, units: str | list[str] | None) -> pipeline._Week:
    """The week as the driver holds it, with nothing but the units asked for."""
    about = {"parameters": {}, "words": None, "steps": pipeline.Pipeline(), "reissue": False, "jobs": None}
    return pipeline._Week(home, AREA, CUTOFF, **about, tables=[], remarks=[], replies=[], units=units, cluster="")


# -- issued again ----------------------------------------------------------------------------------------------------


def test_a_corrected_week_is_issued_again_and_what_it_was_stays_byte_for_byte(home):
    tables, reports = published(home)
    assert week_of(home, "first", reissue=True).status == Exit.DONE  # never published: a first issue like any other
    first, record = state(home), (tables / "run.json").read_bytes()
    assert json.loads(record)["revision"] == 1

    unchanged = contents(home)
    for reissue in (False, True):
        assert "Không có gì mới" in week_of(home, "first", reissue).message
    assert (week_of(home, "second").status, contents(home)) == (Exit.REFUSED, unchanged)

    outcome = week_of(home, "second", reissue=True)
    assert (outcome.status, "bản r2" in outcome.message) == (Exit.DONE, True)
    assert str(reports / "r1") in outcome.message
    assert [inside(tables / "r1"), inside(reports / "r1")] == first
    assert (tables / "r1" / "run.json").read_bytes() == record
    assert (reports / "report.html").read_text() == "second"
    assert json.loads((tables / "run.json").read_text("utf-8"))["revision"] == 2

    unchanged = contents(home)
    for reissue in (False, True):
        assert "Không có gì mới" in week_of(home, "second", reissue).message
    taken_back = week_of(home, "first")
    assert taken_back.status == Exit.REFUSED
    assert "bản r1, đã được bản r2 thay thế" in taken_back.message
    assert contents(home) == unchanged

    assert week_of(home, "third", reissue=True).status == Exit.DONE
    assert (inside(tables / "r1")["scores.csv"], inside(tables / "r2")["scores.csv"]) == (b"first", b"second")
    assert {path.name for path in reports.iterdir()} == {"r1", "r2", "report.html"}
    assert json.loads((tables / "run.json").read_text("utf-8"))["revision"] == 3


def test_a_week_issued_again_is_made_again_as_the_same_revision(home):
    week_of(home, "first")
    week_of(home, "second", reissue=True)
    before = state(home)
    put(home / "config" / AREA / "units.csv", "a rule")
    assert "Đã làm xong" in week_of(home, "second").message
    assert state(home) == before


# -- replies -----------------------------------------------------------------------------------------------------------


def test_new_changed_and_removed_replies_make_the_week_again_as_the_same_revision_and_are_kept_apart_from_the_tables(
    home,
):
    week_of(home, "first")
    without, recorded = state(home), record(home)["inputs"]["raw"]
    reply = home / "data" / "raw" / AREA / f"{CUTOFF}-phan-hoi-30634.xlsx"
    for text in ("new", "changed", ""):
        put(reply, text) if text else reply.unlink()
        outcome = week_of(home, "first")
        assert (outcome.status, outcome.is_issue) == (Exit.DONE, False)
        assert say("replies.anew", revision="r1", area=AREA, cutoff=CUTOFF) in outcome.message
        assert (record(home)["revision"], record(home)["inputs"]["raw"]) == (1, recorded)
        kept = {name: data for name, data in inside(published(home)[0]).items() if "phan-hoi" in name}
        assert kept == ({f"replies/{reply.name}": text.encode()} if text else {})
        assert not (published(home)[0] / "r1").exists()
        assert "Không có gì mới" in week_of(home, "first").message
    assert state(home) == without


def test_a_correction_keeps_its_replies_and_another_table_stays_one(home):
    week_of(home, "first")
    put(home / "data" / "raw" / AREA / f"{CUTOFF}-phan-hoi.csv", "x")
    assert week_of(home, "second").status == Exit.REFUSED
    assert (week_of(home, "second", reissue=True).status, record(home)["revision"]) == (Exit.DONE, 2)
    assert len(record(home)["inputs"]["replies"]) == 1


def test_which_units_were_sent_a_form_is_kept_with_the_week_as_it_was_when_the_week_was_made_first(home, monkeypatch):
    sent = {"30634": "2023-12-05"}
    monkeypatch.setattr("analysis.mail.forms.find_sent_forms", lambda *where: dict(sent))
    week_of(home, "first")
    file = published(home)[0] / "replies" / "forms.csv"
    assert file.read_text("utf-8") == "unit_code,day\n30634,2023-12-05\n"
    sent["30637"] = "2023-12-06"
    assert "Không có gì mới" in week_of(home, "first").message
    put(home / "data" / "raw" / AREA / f"{CUTOFF}-phan-hoi.csv", "x")
    week_of(home, "first")
    assert file.read_text("utf-8") == "unit_code,day\n30634,2023-12-05\n"


# -- the office's own remarks ------------------------------------------------------------------------------------------

REMARK = f"{CUTOFF}-ghi-chu.txt"


def remarked(home: Path, text: str) -> Path:
    return put(home / "data" / "raw" / AREA / REMARK, text)


def record(home: Path) -> dict:
    return json.loads((published(home)[0] / "run.json").read_text("utf-8"))


def test_new_changed_and_removed_remarks_make_the_week_again_as_the_same_revision_and_it_is_said_each_time(home):
    assert "Ghi chú" not in week_of(home, "first").message
    without, recorded = state(home), record(home)["inputs"]["raw"]
    for text in ("new", "changed", "changed \n", ""):
        remarked(home, text) if text else (home / "data" / "raw" / AREA / REMARK).unlink()
        outcome = week_of(home, "first")
        assert (outcome.status, outcome.is_issue) == (Exit.DONE, False)
        assert say("run.remarked", revision="r1", area=AREA, cutoff=CUTOFF) in outcome.message
        assert (record(home)["revision"], record(home)["inputs"]["raw"]) == (1, recorded)
        kept = {name: data for name, data in inside(published(home)[0]).items() if "ghi-chu" in name}
        assert kept == ({f"raw/{REMARK}": text.encode()} if text else {})
        assert not (published(home)[0] / "r1").exists()
        assert "Không có gì mới" in week_of(home, "first").message
    assert state(home) == without  # taken back, nothing of it is left


def test_a_first_issue_with_remarks_is_not_said_to_have_other_ones(home):
    remarked(home, "x")
    outcome = week_of(home, "first")
    assert (outcome.is_issue, "Ghi chú" in outcome.message) == (True, False)
    assert len(record(home)["inputs"]["remarks"]) == 1


def test_other_remarks_of_a_corrected_week_leave_its_number_and_what_was_kept(home):
    week_of(home, "first")
    week_of(home, "second", reissue=True)
    kept = inside(published(home)[0] / "r1")
    remarked(home, "x")
    for reissue in (True, False):  # it is no correction, whatever is asked
        outcome = week_of(home, "second", reissue=reissue)
        assert (outcome.status, record(home)["revision"]) == (Exit.DONE, 2)
    assert inside(published(home)[0] / "r1") == kept
    assert {path.name for path in published(home)[1].iterdir()} == {"r1", "report.html"}


def test_another_table_is_a_correction_whatever_the_remarks_say(home):
    week_of(home, "first")
    remarked(home, "x")
    before = contents(home)
    assert (week_of(home, "second").status, contents(home)) == (Exit.REFUSED, before)
    outcome = week_of(home, "second", reissue=True)
    assert (outcome.is_issue, record(home)["revision"]) == (True, 2)
    assert week_of(home, "first").message.startswith(f"first.txt, {REMARK} là bảng số liệu của bản r1")


def test_other_remarks_leave_a_later_week_as_it_is(home):
    quick = pipeline.Pipeline(lambda *_: accepted(), home, (), echo, lambda line: None, index=lambda *_: None)
    later = "2023-12-11"
    put(home / "data" / "raw" / AREA / f"{later}.txt", "later")
    remarked(home, "x")
    for cutoff in (CUTOFF, later):
        pipeline.make_week(home, AREA, cutoff, steps=quick)
    assert (published(home)[0] / "remarks.csv").is_file()
    for text in ("y", ""):
        remarked(home, text) if text else (home / "data" / "raw" / AREA / REMARK).unlink()
        assert not pipeline.make_week(home, AREA, CUTOFF, steps=quick).is_issue
        assert "Không có gì mới" in pipeline.make_week(home, AREA, later, steps=quick).message


def test_refused_remarks_leave_the_published_week_as_it_is(home):
    week_of(home, "first")
    remarked(home, "x")
    before = contents(home)
    refused = pipeline.Pipeline(lambda *_: accepted(refused=True), home, (), echo, lambda line: None)
    outcome = pipeline.make_week(home, AREA, CUTOFF, [put(home.parent / "first.txt", "first")], steps=refused)
    assert (outcome.status, REMARK in outcome.message) == (Exit.REFUSED, True)
    assert contents(*published(home)) == {
        k: v for k, v in before.items() if str(published(home)[0].parent) in k or "reports" in k
    }


def test_remarks_may_be_named_with_the_table_and_those_that_are_not_read_then_are_told(home):
    elsewhere = put(home.parent / REMARK, "named")
    remarked(home, "beside the table")
    quick = pipeline.Pipeline(lambda *_: accepted(), home, (), echo, (told := []).append, index=lambda *_: None)
    assert pipeline.make_week(home, AREA, CUTOFF, [elsewhere], steps=quick).status == Exit.DONE
    assert inside(published(home)[0])["remarks.csv"] == b"named"
    assert [REMARK in line for line in told if "chưa được đọc" in line] == [True]
    told.clear()
    pipeline.make_week(home, AREA, CUTOFF, [home / "data" / "raw" / AREA / f"{CUTOFF}.txt"], steps=quick)
    assert inside(published(home)[0])["remarks.csv"] == b"beside the table"
    assert [line for line in told if "chưa được đọc" in line] == []


def test_where_an_earlier_revision_is_lost_nothing_is_made_until_it_is_back(home):
    week_of(home, "first")
    week_of(home, "second", reissue=True)
    shutil.move(published(home)[0] / "r1", home.parent / "r1")
    before = contents(home)
    for text in ("second", "third"):
        outcome = week_of(home, text, reissue=True)
        assert (outcome.status, "thiếu bản trước đó" in outcome.message) == (Exit.FAILED, True)
    assert contents(home) == before
    shutil.move(home.parent / "r1", published(home)[0] / "r1")
    assert week_of(home, "second").status == Exit.DONE


def test_a_notebook_that_is_cut_within_a_letter_tells_no_cell_and_no_other_reason(tmp_path):
    """As on a full disk, or where papermill is killed while it saves."""
    target = tmp_path / "2_score.ipynb"
    target.write_bytes('{"cells": [{"source": "xuất'.encode()[:-2])
    assert notebook._reached(target, wording.load(PROJECT, "vi")) == say("run.not_begun")


# -- the driver's own process -----------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_week_is_driven_without_what_takes_long_to_import(tmp_path):
    """The real one, of Chợ Mới: what reads tables or draws is done in processes that have that imported already."""
    for name in ("config", "data/raw"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    drive = "import sys; from analysis.cli import main; main(sys.argv[1:]); print(*sys.modules)"
    arguments = ["week", "2023-12-04", "--area", "cho-moi", "--home", str(tmp_path), "--units", "30634"]
    done = subprocess.run([sys.executable, "-c", drive, *arguments], capture_output=True, text=True)
    imported = set(done.stdout.split())
    assert (tmp_path / "reports" / "cho-moi" / "2023-12-04" / "units" / "30634.html").is_file(), done.stderr
    record = json.loads((tmp_path / "data/processed/cho-moi/2023-12-04/run.json").read_text("utf-8"))
    letters = {Path(name).name for name in record["products"] if "/mail/" in name}
    assert {"30634.eml", "phong-tu-phap.eml", "letters.csv"} <= letters and "30637.eml" not in letters
    assert (
        not imported & {"pandas", "matplotlib", "papermill", "nbformat", "nbconvert"}
        and "analysis.run.pipeline" in imported
    )


def test_a_gate_whose_process_dies_is_told_with_the_table_in_a_sentence(home, monkeypatch):
    monkeypatch.setattr(gating, "gate_week", dies)
    with pytest.raises(OSError, match=re.escape(f"2023-12-04.txt: {say('run.died', status=-9)}")):
        gating.call_gate([home / "data" / "raw" / AREA / f"{CUTOFF}.txt"], home, AREA, CUTOFF, words())


def dies(*_):
    os.kill(os.getpid(), signal.SIGKILL)
