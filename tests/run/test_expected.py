"""The table that has not come: from when it is missed, when it is not, and what is said of it, once."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from support.district import words
from support.stand_in import put

from analysis import cli as command
from analysis.config.files import ConfigError
from analysis.exits import Exit
from analysis.run import due, expected
from analysis.weeks.home import PROJECT

AREA = "cho-moi"
MONDAY = '[expected]\nweekday = "monday"\nhour = 10\n'  # 2023-12-04 and 2023-11-27 are Mondays
NEXT_DAY = MONDAY + "days_later = 1\n"


@pytest.fixture
def home(tmp_path):
    shutil.copytree(PROJECT / "config" / "wording", tmp_path / "config" / "wording")
    put(tmp_path / "config" / AREA / "area.toml", "code = 1")
    return tmp_path


def said(home: Path, now: str, rhythm: str = MONDAY, tables: tuple[str, ...] = ()) -> tuple[str, str] | None:
    """The cut-off that is missed, and since when."""
    put(home / "config" / AREA / "area.toml", f"code = 1\n{rhythm}")
    for name in tables:
        put(home / "data" / "raw" / AREA / name, name)
    found = expected.missed(home, AREA, datetime.fromisoformat(now))
    return found and (str(found.cutoff), f"{found.since:%Y-%m-%d %H}")


LAST, THIS = ("2023-11-27", "2023-11-27 10"), ("2023-12-04", "2023-12-04 10")
CASES = [
    ("2023-12-04 09:59", MONDAY, (), LAST),
    ("2023-12-04 09:59", MONDAY, ("2023-11-27.txt",), None),
    ("2023-12-04 10:00", MONDAY, ("2023-11-27.txt",), THIS),
    ("2023-12-10 23:59", MONDAY, ("2023-11-27.txt",), THIS),
    ("2023-12-10 23:59", MONDAY, ("2023-12-04.txt",), None),
    ("2023-12-10 23:59", MONDAY, ("2023-12-05 gửi lại.txt",), None),  # closed a day later
    ("2023-12-10 23:59", MONDAY, ("2023-12-01.txt",), None),  # or on the Friday before
    ("2023-12-10 23:59", MONDAY, ("2023-11-30.txt",), THIS),  # nearer to the Monday before
    ("2023-12-10 23:59", MONDAY, ("2023-12-04-ghi-chu.txt",), THIS),  # remarks are no table
    ("2023-12-05 09:59", NEXT_DAY, ("2023-11-27.txt",), None),
    ("2023-12-05 10:00", NEXT_DAY, ("2023-11-27.txt",), ("2023-12-04", "2023-12-05 10")),
    # days off: the table is there on the next working day
    ("2023-12-05 09:59", MONDAY + 'days_off = ["2023-12-04"]', ("2023-11-27.txt",), None),
    ("2023-12-05 10:00", MONDAY + 'days_off = ["2023-12-04"]', ("2023-11-27.txt",), ("2023-12-04", "2023-12-05 10")),
    ("2023-12-06 09:59", NEXT_DAY + 'days_off = ["2023-12-05"]', ("2023-11-27.txt",), None),
    # a whole week off, as at Tết: its table is not expected at all, that of the Monday after it is
    ("2024-02-18 12:00", MONDAY + f"days_off = {[f'2024-02-{day:02}' for day in range(12, 17)]}", ("2024-02-05.txt",), None),
    ("2024-02-19 12:00", MONDAY + f"days_off = {[f'2024-02-{day:02}' for day in range(12, 17)]}", ("2024-02-05.txt",), ("2024-02-19", "2024-02-19 10")),
    # a Saturday is no working day
    ("2023-12-04 11:59", '[expected]\nweekday = "saturday"', ("2023-11-25.txt",), None),
    ("2023-12-04 12:00", '[expected]\nweekday = "saturday"', ("2023-11-25.txt",), ("2023-12-02", "2023-12-04 12")),
    # monthly; 31 is the last day, and 25 November 2023 is a Saturday
    ("2023-11-27 11:59", "[expected]\nday = 25", ("2023-10-25.txt",), None),
    ("2023-11-27 12:00", "[expected]\nday = 25", ("2023-10-25.txt",), ("2023-11-25", "2023-11-27 12")),
    ("2023-12-20 12:00", "[expected]\nday = 25", ("2023-12-02.txt",), None),
    ("2024-02-29 12:00", "[expected]\nday = 31", ("2024-01-31.txt",), ("2024-02-29", "2024-02-29 12")),
    ("2024-01-01 12:00", "[expected]\nday = 31", ("2023-12-29.txt",), None),
    ("2024-01-02 12:00", "[expected]\nday = 1", ("2023-12-01.txt",), ("2024-01-01", "2024-01-01 12")),
]  # fmt: skip


@pytest.mark.parametrize(("now", "rhythm", "tables", "told"), CASES)
def test_a_table_is_missed_from_its_hour_on_where_none_lies_near_its_day(home, now, rhythm, tables, told):
    assert said(home, now, rhythm, tables) == told


def test_nothing_is_expected_of_an_area_that_does_not_say_so_and_days_off_are_those_of_all_areas(home):
    assert said(home, "2023-12-04 12:00", "") is None
    put(home / "config" / "defaults.toml", '[expected]\ndays_off = ["2023-12-04"]')
    assert said(home, "2023-12-04 12:00", "") is None
    assert said(home, "2023-12-04 12:00", MONDAY, ("2023-11-27.txt",)) is None


@pytest.mark.parametrize(
    ("rhythm", "fault"),
    [
        ('[expected]\nweekday = "Thứ hai"', '[expected]: weekday = "Thứ hai": expected "monday" or'),
        ("[expected]\nday = 32", "[expected]: day = 32: expected a whole number from 0 to 31"),
        ("[expected]\nhour = 24", "[expected]: hour = 24: expected a whole number from 0 to 23"),
        ("[expected]\nhour = 10", "[expected]: expected either weekday, of weekly tables, or day, of monthly ones"),
        (MONDAY + "day = 2", "[expected]: expected either weekday, of weekly tables, or day, of monthly ones"),
        (MONDAY + 'days_off = ["30/4"]', '[expected]: days_off = ["30/4"]: expected a day'),
        (MONDAY + 'week_day = "x"', "[expected]: week_day is not known; the nearest known key is weekday"),
    ],
)
def test_a_slip_in_the_rhythm_is_refused_by_name(home, rhythm, fault):
    with pytest.raises(ConfigError) as refused:
        said(home, "2023-12-04 12:00", rhythm)
    assert fault.split(": expected a day")[0] in str(refused.value)


def test_what_may_be_the_table_under_a_wrong_name_or_in_a_wrong_folder_is_named(home):
    put(home / "config" / "an-giang" / "area.toml", "code = 2")
    raw = home / "data" / "raw"
    for name in (
        f"{AREA}/Bảng 766 tuần 1.xlsx",
        "2023-12-04.xlsx",
        "Cho Moi/04-12-2023.xlsx",
        "an-giang/2023-12-04 Chợ Mới.xlsx",
    ):
        put(raw / name, name)
    for other in (f"{AREA}/2023-11-27.txt", "an-giang/2023-12-04.xlsx", "2023-11-27.xlsx", "~$2023-12-04.xlsx"):
        put(raw / other, other)
    put(home / "config" / AREA / "area.toml", MONDAY)
    found = expected.missed(home, AREA, datetime(2023, 12, 4, 12))
    assert found.near == [
        f"data/raw/{AREA}/Bảng 766 tuần 1.xlsx",
        "data/raw/2023-12-04.xlsx",
        "data/raw/Cho Moi/04-12-2023.xlsx",
        "data/raw/an-giang/2023-12-04 Chợ Mới.xlsx",
    ]
    text = expected.say(found, AREA, words())
    assert f"data/raw/{AREA}/" in text and "2023-12-04.xlsx" in text and "10:00 04/12/2023" in text
    assert "data/raw/Cho Moi/04-12-2023.xlsx" in text


# -- in a schedule ----------------------------------------------------------------------------------------------------


@pytest.fixture
def on(home, monkeypatch):
    """``on("2023-12-04 12:00")``: what ``week --due`` answers then."""

    def on(now: str, *options: str) -> int:
        class Then(datetime):
            @classmethod
            def now(cls, tz=None):
                return datetime.fromisoformat(now)

        monkeypatch.setattr(due, "datetime", Then)
        return command.main(["week", "--due", "--area", AREA, *options, "--home", str(home)])

    put(home / "config" / AREA / "area.toml", MONDAY)
    return on


def test_a_schedule_fails_once_for_each_table_that_has_not_come_so_that_the_operator_is_told_once(on, capsys):
    answers = [on(f"2023-12-{day:02} 12:00") for day in range(4, 13)]
    assert answers == [Exit.REFUSED, *[Exit.DONE] * 6, Exit.REFUSED, Exit.DONE]
    told = capsys.readouterr().err
    assert told.count("2023-12-04.xlsx") == 7 and told.count("2023-12-11.xlsx") == 2


def test_a_call_at_a_terminal_says_it_each_time_and_leaves_the_schedule_its_turn(on, monkeypatch):
    with monkeypatch.context() as terminal:
        terminal.setattr("sys.stderr.isatty", lambda: True, raising=False)
        assert [on("2023-12-04 12:00") for _ in range(2)] == [Exit.REFUSED] * 2
    assert [on("2023-12-04 12:00") for _ in range(2)] == [Exit.REFUSED, Exit.DONE]


def test_a_slip_in_one_areas_rhythm_is_told_and_holds_up_no_other_area(on, home, capsys):
    put(home / "config" / "an-giang" / "area.toml", '[expected]\nweekday = "mon"')
    assert on("2023-12-04 12:00", "--area", "all") == Exit.FAILED
    told = capsys.readouterr().err
    assert 'an-giang: config/an-giang/area.toml [expected]: weekday = "mon"' in told and "2023-12-04.xlsx" in told


@pytest.mark.parametrize("name", ["config/an-giang/area.toml", "data/outbox"])
def test_what_cannot_be_read_or_remembered_is_told_and_holds_up_no_other_area(on, home, capsys, name):
    put(home / "config" / "an-giang" / "area.toml", MONDAY)
    (home / name).unlink(missing_ok=True)
    if name.endswith(".toml"):
        (home / name).mkdir()  # a folder has the name of a file
    else:
        put(home / name, "a file")  # and a file that of a folder
    assert on("2023-12-04 12:00", "--area", "all") == Exit.FAILED
    told = capsys.readouterr().err
    assert f"data/raw/{AREA}/" in told and "2023-12-04.xlsx" in told and name in told


def test_what_is_missed_sends_nothing_by_itself(on, home):
    assert on("2023-12-04 12:00", "--send") == Exit.REFUSED
    assert not (home / "reports").exists()
