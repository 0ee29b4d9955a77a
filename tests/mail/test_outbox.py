"""The ledger of letters: what may follow what, when a letter is tried again, and what is never sent by itself."""

import sqlite3
import stat
from contextlib import closing

import pytest
from support.faults import needs_posix

from analysis.mail import outbox
from analysis.mail.outbox import ACCEPTED, GAVE_UP, PENDING, REFUSED, SENDING, UNCERTAIN, Letter, Outbox

AREA, WEEK = "cho-moi", ("cho-moi", "2023-12-04")
NOON, MINUTE, HOUR = 1_700_000_000.0, 60, 3600


@pytest.fixture
def box(tmp_path):
    with closing(Outbox(tmp_path / "outbox" / "outbox.sqlite")) as box:
        yield box


def letter(name: str, content: str = "1", about: str = "") -> Letter:
    address = f"{name}@leaders.example"
    identity = f"<{name}-{about}{content}>"
    return Letter(f"{name} <{address}>", address, "a@office.example", identity, content.encode(), about)


def reached(box: Outbox, before: int) -> list[tuple]:
    return [tuple(row) for row in box.reached(*WEEK, before)]


def states(box: Outbox, cutoff: str = WEEK[1]) -> dict[str, str]:
    return {f"r{row['revision']} {row['address'].partition('@')[0]}": row["state"] for row in box.rows(AREA, cutoff)}


def try_next(box: Outbox, state: str, now: float = NOON, reply: str = "", dot: bool = True) -> int:
    row = box.take(box.next(*WEEK)["id"])
    if dot:
        assert box.sending(row["id"], row["tries"], now)
    if state != SENDING:
        box.settle(row["id"], row["tries"], state, reply, now, jitter=0)
    return row["id"]


@pytest.mark.parametrize(("tries", "minutes"), [(1, 5), (2, 15), (3, 30), (4, 60), (5, 60), (40, 60)])
def test_the_waits_grow_to_an_hour_and_chance_makes_them_at_most_a_fifth_longer(tries, minutes):
    assert outbox.next_try(tries, NOON, NOON, 0) == NOON + minutes * MINUTE
    assert outbox.next_try(tries, NOON, NOON, 1) == pytest.approx(NOON + minutes * MINUTE * 1.2)


def test_the_last_try_is_not_later_than_48_hours_after_the_letter_was_put_down():
    assert outbox.next_try(9, NOON, NOON + 47 * HOUR, 0) == NOON + 48 * HOUR
    assert outbox.next_try(9, NOON, NOON + 47 * HOUR + 1, 0) is None


def test_a_letter_accepted_or_refused_waits_no_more(box):
    box.queue(*WEEK, 1, [letter("lan"), letter("minh")], NOON)
    first = try_next(box, ACCEPTED)
    try_next(box, REFUSED, dot=False)
    assert states(box) == {"r1 lan": ACCEPTED, "r1 minh": REFUSED}
    assert box.next(*WEEK) is None and box.take(first) is None


def test_a_letter_that_is_to_come_later_waits_and_after_48_hours_it_is_given_up(box):
    box.queue(*WEEK, 1, [letter("lan")], NOON)
    try_next(box, PENDING)
    assert box.next(*WEEK)["due"] == NOON + 5 * MINUTE
    try_next(box, PENDING, now=NOON + 5 * MINUTE)
    assert box.next(*WEEK)["due"] == NOON + 20 * MINUTE
    try_next(box, PENDING, now=NOON + 47.75 * HOUR, reply="451 later")
    assert states(box) == {"r1 lan": GAVE_UP} and box.rows(*WEEK)[0]["reply"] == "451 later"


def test_what_is_found_sending_is_uncertain_and_never_taken_by_itself(box):
    box.queue(*WEEK, 1, [letter("lan"), letter("minh")], NOON)
    first = try_next(box, SENDING)
    assert box.recover(AREA, "2023-12-11", NOON) == 0  # another week's sender is no judge of it
    assert box.recover(*WEEK, NOON) == 1 and box.recover(*WEEK, NOON) == 0
    assert states(box) == {"r1 lan": UNCERTAIN, "r1 minh": PENDING}
    assert box.take(first) is None and box.next(*WEEK)["id"] != first
    box.queue(*WEEK, 1, [letter("lan", "other"), letter("minh")], NOON)
    assert states(box)["r1 lan"] == UNCERTAIN


def test_a_person_may_have_it_sent_again_with_the_same_bytes(box):
    box.queue(*WEEK, 1, [letter("lan")], NOON)
    first = try_next(box, UNCERTAIN)
    assert box.resend(*WEEK, NOON + 72 * HOUR) == 1 and box.resend(*WEEK, NOON) == 0
    box.queue(*WEEK, 1, [letter("lan", "other")], NOON)  # it may have arrived: no second one with another id
    row = box.take(first)
    assert (row["message"], row["queued"], row["tries"]) == (b"1", NOON + 72 * HOUR, 2)


def test_only_the_letters_own_try_may_go_on_to_the_last_dot(box):
    box.queue(*WEEK, 1, [letter("lan")], NOON)
    old = box.take(box.next(*WEEK)["id"])
    new = box.take(old["id"])  # the first sender was thought dead
    assert not box.sending(old["id"], old["tries"], NOON)
    assert box.sending(new["id"], new["tries"], NOON)
    assert not box.sending(new["id"], new["tries"], NOON)
    box.settle(old["id"], old["tries"], REFUSED, "550", NOON)
    assert states(box) == {"r1 lan": SENDING}


def test_a_late_word_that_an_uncertain_letter_was_accepted_is_believed(box):
    box.queue(*WEEK, 1, [letter("lan")], NOON)
    row = box.take(box.next(*WEEK)["id"])
    box.sending(row["id"], row["tries"], NOON)
    box.recover(*WEEK, NOON)
    box.settle(row["id"], row["tries"], ACCEPTED, "", NOON)
    assert states(box) == {"r1 lan": ACCEPTED}
    box.settle(row["id"], row["tries"], PENDING, "", NOON)
    assert states(box) == {"r1 lan": ACCEPTED}


def test_putting_down_the_same_week_again_changes_nothing(box):
    letters = [letter("lan"), letter("minh")]
    box.queue(*WEEK, 1, letters, NOON)
    try_next(box, ACCEPTED)
    before = [tuple(row) for row in box.rows(*WEEK)]
    box.queue(*WEEK, 1, letters, NOON + HOUR)
    assert [tuple(row) for row in box.rows(*WEEK)] == before


@pytest.mark.parametrize(
    ("state", "renewed"), [(PENDING, True), (REFUSED, True), (ACCEPTED, False), (UNCERTAIN, False)]
)
def test_another_content_replaces_a_letter_only_if_it_cannot_have_left(box, state, renewed):
    box.queue(*WEEK, 1, [letter("lan")], NOON)
    first = try_next(box, state)
    box.queue(*WEEK, 1, [letter("lan", "other")], NOON)
    assert states(box) == {"r1 lan": PENDING if renewed else state}
    if renewed:
        assert box.take(first)["message"] == b"other"


def test_who_is_no_longer_on_the_list_gets_nothing_more(box):
    box.queue(*WEEK, 1, [letter("lan"), letter("minh")], NOON)
    box.queue(*WEEK, 1, [letter("minh")], NOON)
    assert states(box) == {"r1 lan": GAVE_UP, "r1 minh": PENDING}
    assert [row["reply"] for row in box.rows(*WEEK)] == ["off_list", ""]
    box.queue(*WEEK, 1, [], NOON)
    assert states(box) == {"r1 lan": GAVE_UP, "r1 minh": GAVE_UP}
    box.queue(*WEEK, 1, [letter("lan")], NOON)  # back on the list
    assert states(box) == {"r1 lan": PENDING, "r1 minh": GAVE_UP}


def test_a_newer_week_or_revision_ends_the_waiting_of_those_before_it(box):
    box.queue(*WEEK, 1, [letter("lan"), letter("minh")], NOON)
    try_next(box, ACCEPTED)
    box.queue(*WEEK, 2, [letter("lan", "2"), letter("minh", "2")], NOON)
    assert states(box) == {"r1 lan": ACCEPTED, "r1 minh": GAVE_UP, "r2 lan": PENDING, "r2 minh": PENDING}
    box.queue("an-giang", "2023-12-11", 1, [letter("hoa")], NOON)  # another area is none of it
    assert states(box)["r2 lan"] == PENDING
    box.queue(AREA, "2023-12-11", 1, [letter("lan", "3")], NOON)
    assert states(box)["r2 lan"] == GAVE_UP and box.rows(*WEEK)[2]["reply"] == "replaced"


def test_a_late_correction_of_an_earlier_week_still_goes_out(box):
    box.queue(AREA, "2023-12-11", 1, [letter("lan")], NOON)
    box.queue(*WEEK, 2, [letter("lan", "2")], NOON)
    box.queue(AREA, "2023-12-11", 1, [letter("lan")], NOON)  # sent again, nothing new
    assert states(box) == {"r2 lan": PENDING}


def test_a_correction_knows_who_got_or_may_have_got_an_earlier_revision(box):
    box.queue(*WEEK, 1, [letter(name) for name in ("lan", "minh", "hoa", "tam")], NOON)
    try_next(box, ACCEPTED)
    try_next(box, REFUSED)
    try_next(box, UNCERTAIN)
    assert reached(box, 2) == [("", "lan <lan@leaders.example>", 1), ("", "hoa <hoa@leaders.example>", 1)]
    assert reached(box, 1) == []


def test_a_correction_knows_which_letter_of_which_revision_each_person_got_last(box):
    box.queue(*WEEK, 1, [letter("lan"), letter("lan", about="30634")], NOON)
    try_next(box, ACCEPTED)
    try_next(box, ACCEPTED)
    box.queue(*WEEK, 2, [letter("Lan", "2", about="30634")], NOON)
    try_next(box, ACCEPTED)
    assert reached(box, 3) == [("", "lan <lan@leaders.example>", 1), ("30634", "Lan <Lan@leaders.example>", 2)]


def test_one_person_may_have_several_letters_of_a_week_each_once(box):
    mine = [letter("lan"), letter("lan", about="30634"), letter("lan", about="phong-tu-phap")]
    box.queue(*WEEK, 1, mine, NOON)
    for _ in mine:
        try_next(box, ACCEPTED)
    box.queue(*WEEK, 1, mine, NOON)
    assert [(row["about"], row["state"]) for row in box.rows(*WEEK)] == [
        (about, ACCEPTED) for about in ("", "30634", "phong-tu-phap")
    ]
    box.queue(*WEEK, 2, mine[:2], NOON)
    box.queue(*WEEK, 2, mine[:1], NOON)  # the row of 30634 was taken from the list
    assert [row["reply"] for row in box.rows(*WEEK)][3:] == ["", "off_list"]


@pytest.mark.parametrize("state", [ACCEPTED, UNCERTAIN])
def test_capitals_in_an_address_make_no_second_letter(box, state):
    box.queue(*WEEK, 1, [letter("lan")], NOON)
    try_next(box, state)
    box.queue(*WEEK, 1, [letter("Lan")], NOON)
    assert states(box) == {"r1 lan": state}


def test_capitals_corrected_in_an_address_that_was_refused_are_used(box):
    box.queue(*WEEK, 1, [letter("lan")], NOON)
    try_next(box, REFUSED)
    box.queue(*WEEK, 1, [letter("Lan", "2")], NOON)
    assert states(box) == {"r1 Lan": PENDING}


def test_the_bytes_of_a_letter_settled_for_a_year_are_dropped_and_nothing_else(box):
    box.queue(*WEEK, 1, [letter(name) for name in ("lan", "minh", "hoa", "tam")], NOON)
    for state in (ACCEPTED, REFUSED, UNCERTAIN):
        try_next(box, state)
    year = NOON + 365 * 24 * HOUR
    assert box.forget_bytes(year) == 0 and box.forget_bytes(year + 1) == 2 and box.forget_bytes(year + 1) == 0
    held = box.db.execute("SELECT state, message, message_id FROM letters ORDER BY id")
    assert [tuple(row) for row in held] == [
        (ACCEPTED, b"", "<lan-1>"),
        (REFUSED, b"", "<minh-1>"),
        (UNCERTAIN, b"1", "<hoa-1>"),
        (PENDING, b"1", "<tam-1>"),
    ]
    assert states(box) == {"r1 lan": ACCEPTED, "r1 minh": REFUSED, "r1 hoa": UNCERTAIN, "r1 tam": PENDING}


BEFORE = """
CREATE TABLE letters (
    id INTEGER PRIMARY KEY,
    area TEXT NOT NULL, cutoff TEXT NOT NULL, revision INTEGER NOT NULL,
    address TEXT NOT NULL, recipient TEXT NOT NULL, sender TEXT NOT NULL,
    message_id TEXT NOT NULL, message BLOB NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending',
    queued REAL NOT NULL, due REAL NOT NULL, changed REAL NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, resent INTEGER NOT NULL DEFAULT 0, reply TEXT NOT NULL DEFAULT '',
    UNIQUE (area, cutoff, revision, address)
)"""  # as before there were letters of units


def test_an_outbox_from_before_letters_of_units_is_taken_over_with_all_that_it_knows(tmp_path):
    path = tmp_path / "outbox.sqlite"
    rows = [("lan", PENDING, 0), ("Lan", ACCEPTED, 1), ("minh", UNCERTAIN, 2), ("hoa", PENDING, 3)]
    with closing(sqlite3.connect(path)) as db:
        db.execute(BEFORE)
        for name, state, tries in rows:
            values = (*WEEK, 1, f"{name}@leaders.example", name, "a@b", name, b"1", state, NOON, NOON, NOON, tries)
            db.execute(
                "INSERT INTO letters (area, cutoff, revision, address, recipient, sender, message_id, message, state,"
                f" queued, due, changed, tries) VALUES ({', '.join('?' * len(values))})",
                values,
            )
        db.commit()
    for _ in range(2):
        with closing(Outbox(path)) as box:
            held = [
                (row["address"].partition("@")[0], row["state"], row["tries"], row["about"]) for row in box.rows(*WEEK)
            ]
            assert held == [("Lan", ACCEPTED, 1, ""), ("minh", UNCERTAIN, 2, ""), ("hoa", PENDING, 3, "")]
    with closing(Outbox(path)) as box:
        box.queue(*WEEK, 1, [letter(name) for name in ("lan", "minh", "hoa")], NOON)
        assert states(box) == {"r1 Lan": ACCEPTED, "r1 minh": UNCERTAIN, "r1 hoa": PENDING}


@needs_posix
def test_nobody_else_may_read_the_outbox(box):
    box.queue(*WEEK, 1, [letter("lan")], NOON)
    assert stat.S_IMODE(box.path.parent.stat().st_mode) == 0o700
    files = list(box.path.parent.iterdir())
    assert len(files) > 1 and {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}


def test_what_a_method_did_is_on_the_disk_when_it_returns(box):
    assert box.db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert box.db.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
    box.queue(*WEEK, 1, [letter("lan")], NOON)
    assert not box.db.in_transaction
    with closing(Outbox(box.path)) as other:
        assert states(other) == {"r1 lan": PENDING}


# -- one person, one letter -------------------------------------------------------------------------------------------

MESSAGE = b"From: a\r\nTo: %s\r\nDate: %s\r\nMessage-ID: <%s>\r\nSubject: %s\r\n\r\n57,45\r\n"


def named(name: bytes, day: bytes = b"Mon", subject: bytes = b"766") -> Letter:
    key = b"-".join([name, subject])
    return Letter(
        f"{name.decode()} <lan@leaders.example>",
        "lan@leaders.example",
        "a@office.example",
        f"<{key.decode()}>",
        MESSAGE % (name, day, key, subject),
    )


@pytest.mark.parametrize("changed", [False, True])
def test_another_name_of_its_reader_makes_no_second_letter_even_where_changed_ones_are_asked_for(box, changed):
    box.queue(*WEEK, 1, [named(b"Lan")], NOON)
    try_next(box, ACCEPTED)
    box.queue(*WEEK, 1, [named(b"Chi Lan", b"Tue")], NOON, changed)
    assert states(box) == {"r1 lan": ACCEPTED}
    box.queue(*WEEK, 1, [named(b"Chi Lan", subject=b"other")], NOON, changed)
    assert states(box) == {"r1 lan": PENDING if changed else ACCEPTED}


def test_a_letter_whose_bytes_were_dropped_is_sent_again_only_where_its_id_is_another(box):
    box.queue(*WEEK, 1, [named(b"Lan")], NOON)
    try_next(box, ACCEPTED)
    assert box.forget_bytes(NOON + 366 * 24 * HOUR) == 1
    box.queue(*WEEK, 1, [named(b"Lan")], NOON, changed=True)
    assert states(box) == {"r1 lan": ACCEPTED}


def test_an_outbox_from_before_digests_is_taken_over_and_its_letters_can_be_sent(tmp_path):
    path = tmp_path / "outbox.sqlite"
    with closing(Outbox(path)) as box:
        box.queue(*WEEK, 1, [letter("Lan"), letter("minh")], NOON)
        try_next(box, ACCEPTED)
        box.db.execute("ALTER TABLE letters DROP COLUMN digest")
    for _ in range(2):
        with closing(Outbox(path)) as box:
            row = box.take(box.next(*WEEK)["id"])
            assert row["digest"] == outbox.digest(row["address"], row["sender"], row["message"]) != ""
            box.queue(*WEEK, 1, [letter("lan"), letter("minh")], NOON)
            assert states(box) == {"r1 Lan": ACCEPTED, "r1 minh": PENDING}


# -- a clock that was wrong -------------------------------------------------------------------------------------------

DAY, YEARS = 24 * HOUR, 2315 * 24 * HOUR


def waits_until(box: Outbox, due: float, queued: float = NOON, tries: int = 0) -> None:
    box.queue(*WEEK, 1, [letter("lan")], NOON)
    box.db.execute("UPDATE letters SET due = ?, queued = ?, changed = ?, tries = ?", (due, queued, queued, tries))


@pytest.mark.parametrize("tries", [0, 3])
@pytest.mark.parametrize("ahead", [2 * HOUR, DAY, YEARS])
def test_a_letter_that_is_due_later_than_we_ever_let_one_wait_is_due_now(box, ahead, tries):
    waits_until(box, NOON + ahead, NOON + ahead - HOUR, tries)
    box.mend_clock(*WEEK, NOON)
    assert box.next(*WEEK)["due"] == NOON


@pytest.mark.parametrize("ahead", [0, 5 * MINUTE, 72 * MINUTE])
def test_a_letter_that_waits_as_we_let_it_wait_goes_on_waiting(box, ahead):
    waits_until(box, NOON + ahead, NOON)
    assert box.mend_clock(*WEEK, NOON) == 0 and box.next(*WEEK)["due"] == NOON + ahead


def test_the_48_hours_of_a_letter_put_down_in_the_future_begin_now(box):
    waits_until(box, NOON + YEARS, NOON + YEARS, tries=2)
    box.mend_clock(*WEEK, NOON)
    now = NOON
    while states(box) == {"r1 lan": PENDING}:
        now = box.next(*WEEK)["due"]
        try_next(box, PENDING, now=now)
    assert states(box) == {"r1 lan": GAVE_UP} and NOON + 46 * HOUR < now <= NOON + 48 * HOUR


@pytest.mark.parametrize("later", [3 * DAY, YEARS])
def test_a_jump_of_the_clock_gives_no_letter_up_that_was_never_tried(box, later):
    box.queue(*WEEK, 1, [letter("lan")], NOON)
    try_next(box, PENDING, now=NOON + later)
    assert states(box) == {"r1 lan": PENDING} and box.next(*WEEK)["due"] == NOON + later + 5 * MINUTE
    try_next(box, PENDING, now=NOON + later + 48 * HOUR)
    assert states(box) == {"r1 lan": GAVE_UP}


def test_a_letter_put_down_in_the_future_is_put_down_anew_with_the_right_date(box):
    box.queue(*WEEK, 1, [named(b"Lan", b"2030")], NOON + YEARS)
    box.queue(*WEEK, 1, [named(b"Lan", b"2023")], NOON)
    row = box.take(box.next(*WEEK)["id"])
    assert b"2023" in row["message"] and (row["queued"], row["tries"]) == (NOON, 1)
    box.queue(*WEEK, 1, [named(b"Lan", b"a minute less")], NOON - MINUTE)  # as time servers put a clock right
    assert b"2023" in box.take(row["id"])["message"]


def test_what_was_settled_in_the_future_keeps_its_time_and_its_bytes(box):
    box.queue(*WEEK, 1, [letter("lan")], NOON)
    try_next(box, ACCEPTED, now=NOON + YEARS)
    assert box.mend_clock(*WEEK, NOON) == box.forget_bytes(NOON + DAY) == 0
    assert box.rows(*WEEK)[0]["changed"] == NOON + YEARS


# -- reminders --------------------------------------------------------------------------------------------------------


REMINDER = f"{outbox.REMINDER}30634"


def queue_both(box: Outbox) -> None:
    box.queue(*WEEK, 1, [letter("lan"), letter("minh", about="30634")], NOON)
    box.queue(*WEEK, 1, [letter("minh", about=REMINDER)], NOON, reminders=True)


def test_a_weeks_letters_and_its_reminders_wait_apart_and_neither_gives_up_the_other(box):
    queue_both(box)
    assert [row["state"] for row in box.rows(*WEEK)] == [PENDING] * 3
    assert [row["about"] for row in box.rows(*WEEK, reminders=True)] == [REMINDER]
    assert [row["about"] for row in box.rows(*WEEK, reminders=False)] == ["", "30634"]
    for reminders, about in ((True, [REMINDER]), (False, ["", "30634"])):
        found = []
        while row := box.next(*WEEK, reminders):
            found.append(box.take(row["id"])["id"])
            box.settle(row["id"], 1, REFUSED, "", NOON)
        assert [row["about"] for row in box.rows(*WEEK, reminders) if row["state"] == REFUSED] == about


def test_reminders_of_a_later_week_give_up_only_reminders_and_no_schedule_sees_that_they_wait(box):
    queue_both(box)
    box.queue(AREA, "2023-12-11", 1, [letter("minh", about=REMINDER)], NOON, reminders=True)
    assert [row["state"] for row in box.rows(*WEEK)] == [PENDING, PENDING, GAVE_UP]
    assert box.waiting(AREA) == ["2023-12-04"]


@pytest.mark.parametrize(("state", "told"), [(ACCEPTED, [("2023-12-04", "30634")]), (UNCERTAIN, []), (REFUSED, [])])
def test_a_form_was_sent_where_a_server_has_accepted_the_reminder_that_it_goes_with(box, state, told):
    queue_both(box)
    row = box.take(box.next(*WEEK, reminders=True)["id"])
    box.settle(row["id"], row["tries"], state, "", NOON)
    assert [form[:2] for form in box.forms(AREA)] == told and box.forms("an-giang") == []
    assert {form[2] for form in box.forms(AREA)} <= {"2023-11-14", "2023-11-15"}  # in UTC, in Việt Nam
    box.withdraw(*WEEK, NOON)
    assert box.forms(AREA) == []


def test_uncertain_reminders_are_sent_again_apart_from_uncertain_letters(box):
    queue_both(box)
    for reminders in (True, False, False):
        row = box.take(box.next(*WEEK, reminders)["id"])
        box.sending(row["id"], row["tries"], NOON)
    box.recover(*WEEK, NOON)
    assert box.resend(*WEEK, NOON, reminders=True) == 1
    assert [row["state"] for row in box.rows(*WEEK)] == [UNCERTAIN, UNCERTAIN, PENDING]
