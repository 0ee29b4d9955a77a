"""The public copy: what is in it and what is not, that its links lead somewhere at any moment, and whose files it keeps."""

import errno
import os
import shutil
from pathlib import Path

import docx
import filelock
import lxml.html
import pytest
from support import played
from support.district import say, week, words
from support.drafts import office_file

from analysis.cli import main
from analysis.exits import Exit
from analysis.run import site
from analysis.weeks import atomic, locks, paths, store

AREA, DAYS = "cho-moi", ("2023-11-27", "2023-12-04")
PAGE = """<a class="x" href="../index.html#{day}">weeks</a> <a href="report.docx" download="a">Word</a>
<ul><li class="x"><a href="report.docx" download="766.docx" title="a">Save</a></li>
<li><a href="appendix.xlsx" download="766.xlsx">Excel</a></li></ul>
<a href="units/30634.html">Kiến An</a> <a href="units/%40.html#a">gone</a> <a href="#top">top</a>
<a href="https://chinhphu.vn/">out</a> <a href="r1/report.html">first <b>issue</b></a> {day}"""
PUBLIC = {
    f"{AREA}/{day}/{name}"
    for day in DAYS
    for name in ("report.html", "index.html", "appendix.xlsx", "units/30634.html")
}
PUBLIC |= {f"{AREA}/index.html", "index.html"}


@pytest.fixture
def home(tmp_path):
    """Two published weeks, each with a page of a unit, an earlier issue, a mail and a draft."""
    with played.at(tmp_path / "home") as home:
        for day in DAYS:
            publish(home, day)
        yield home


def publish(
    home: Path, day: str, report: str = PAGE, units: tuple[str, ...] = ("30634",), more: dict | None = None
) -> None:
    """A published week as a run leaves it."""
    reports, tables = paths.reports(home, AREA, day), paths.processed(home, AREA, day)
    shutil.rmtree(reports, ignore_errors=True)
    for name in ("scores", "changes", "units", "corrections"):
        store.write_table(tables, name, week()[name][:0] if name == "corrections" else week()[name])
    for name in ("index.html", "report.docx", "appendix.xlsx", "mail.eml", "r1/report.html"):
        atomic.save(reports / name, f"{name} {day}")
    atomic.save(reports / "report.html", report.format(day=day))
    for unit in units:
        atomic.save(reports / "units" / f"{unit}.html", f'<a href="../report.html">up</a> {unit}')
    record(home, day)


def record(home: Path, day: str) -> None:
    reports = paths.reports(home, AREA, day)
    atomic.save_json(
        paths.processed(home, AREA, day, "run.json"), {"products": atomic.hashes(reports.rglob("*"), home)}
    )


def copy(home: Path, *arguments: object) -> int:
    return main(["site", str(home.parent / "www"), "--home", str(home), *map(str, arguments)])


def inside(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def public(folder: Path) -> dict[str, bytes]:
    return {name: data for name, data in inside(folder).items() if name != site.RECORD}


def dead_links(folder: Path) -> list[str]:
    """Each link that leads nowhere, on the pages that a reader comes to from the index."""
    left, seen, found = [folder / "index.html"], set(), []
    while left:
        page = left.pop()
        if page in seen or page.suffix != ".html":
            continue
        seen.add(page)
        for link in lxml.html.document_fromstring(page.read_bytes()).xpath("//a/@href"):
            target = link.partition("#")[0]
            if target and ":" not in target:
                place = Path(os.path.normpath(page.parent / target))
                (left if place.is_file() else found).append(place)
    return found


# -- what is public --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locale", "asked", "indexes", "said"),
    [
        ("en_US.UTF-8", (), "vi", "en"),
        pytest.param("C", (), "vi", "vi", marks=pytest.mark.long),
        ("C", ("--lang", "en"), "en", "en"),
    ],
)
def test_the_indexes_are_vietnamese_unless_they_are_asked_for_in_english(
    home, monkeypatch, capsys, locale, asked, indexes, said
):
    monkeypatch.setenv("LC_ALL", locale)
    assert copy(home, *asked) == Exit.DONE
    www = home.parent / "www"
    for name in ("index.html", f"{AREA}/index.html"):
        assert f'<html lang="{indexes}"' in (www / name).read_text("utf-8")
    about = {"folder": www.resolve() / "index.html", "count": len(PUBLIC), "changed": len(PUBLIC), "deleted": 0}
    assert capsys.readouterr().out == words(said).say("site.done", **about) + "\n"


def test_pages_workbooks_and_indexes_are_public_and_nothing_else_is(home, capsys):
    assert copy(home) == Exit.DONE
    www = home.parent / "www"
    assert set(public(www)) == PUBLIC
    said = say("site.done", folder=www.resolve() / "index.html", count=len(PUBLIC), changed=len(PUBLIC), deleted=0)
    assert capsys.readouterr().out == f"{said}\n"
    for name in ("appendix.xlsx", "units/30634.html"):
        assert (www / AREA / DAYS[0] / name).read_bytes() == paths.reports(home, AREA, DAYS[0], name).read_bytes()


def test_a_link_to_what_is_not_public_is_its_text_and_every_other_link_leads_somewhere(home):
    copy(home)
    www = home.parent / "www"
    page = (www / AREA / DAYS[1] / "report.html").read_text("utf-8")
    assert dead_links(www) == []
    assert "</a> Word\n" in page and "gone <a" in page and "first <b>issue</b> 2023" in page
    links = [str(each) for each in lxml.html.document_fromstring(page).xpath("//a/@href")]
    assert "Save" not in page and page.count("<li") == page.count("</li>") == 1
    assert links == [f"../index.html#{DAYS[1]}", "appendix.xlsx", "units/30634.html", "#top", "https://chinhphu.vn/"]
    assert "report.docx" not in (www / AREA / "index.html").read_text("utf-8")


def test_what_a_page_marks_as_internal_is_not_public_and_a_page_that_cannot_be_told_apart_is_not_copied(home, capsys):
    publish(home, DAYS[1], PAGE + "<p data-internal>UBND xã Kiến An: <b>...</b></p>")
    assert copy(home) == Exit.DONE
    www = home.parent / "www"
    page = (www / AREA / DAYS[1] / "report.html").read_text("utf-8")
    assert "internal" not in page and "UBND" not in page and page.endswith(f"issue</b> {DAYS[1]}")
    publish(home, DAYS[1], PAGE + "<p data-internal>")
    capsys.readouterr()
    assert copy(home) == Exit.FAILED
    assert say("site.internal", path=paths.reports(home, AREA, DAYS[1], "report.html")) in capsys.readouterr().err


def test_a_draft_with_what_is_internal_is_not_copied_and_named(home, capsys):
    draft = paths.reports(home, AREA, DAYS[0], "report.docx")
    held = docx.Document()
    held.core_properties.keywords = "internal"
    held.save(draft)
    record(home, DAYS[0])
    assert copy(home, "--word") == Exit.DONE
    made = public(home.parent / "www")
    assert f"{AREA}/{DAYS[0]}/report.docx" not in made and f"{AREA}/{DAYS[1]}/report.docx" in made
    assert dead_links(home.parent / "www") == []
    assert say("site.internal_word", names=f"reports/{AREA}/{DAYS[0]}/report.docx") in capsys.readouterr().out


def test_the_draft_is_copied_only_where_it_is_asked_for(home):
    assert copy(home, "--word") == Exit.DONE
    www = home.parent / "www"
    assert set(public(www)) == PUBLIC | {f"{AREA}/{day}/report.docx" for day in DAYS}
    page = (www / AREA / DAYS[0] / "report.html").read_text("utf-8")
    assert page.count('href="report.docx"') == 2 and "Save" in page
    assert copy(home) == Exit.DONE and set(public(www)) == PUBLIC


@pytest.mark.parametrize(
    ("url", "robots", "files"),
    [
        ("https://a.example", "index", {"sitemap.xml", "robots.txt"}),
        pytest.param("https://a.example/766", "index", {"sitemap.xml"}, marks=pytest.mark.long),
        ("https://a.example", "noindex", set()),
        pytest.param("https://a.example", "", set(), marks=pytest.mark.long),
        pytest.param("", "index", set(), marks=pytest.mark.long),
    ],
)
def test_search_engines_get_a_list_of_pages_where_the_office_asks_for_it(home, url, robots, files):
    toml = home / "config" / AREA / "area.toml"
    toml.write_text(toml.read_text("utf-8") + f'\n[public]\nbase_url = "{url}"\nrobots = "{robots}"\n', "utf-8")
    copy(home)
    made = public(home.parent / "www")
    assert set(made) == PUBLIC | files
    if files:
        listed = lxml.etree.fromstring(made["sitemap.xml"]).xpath("//*[local-name()='loc']/text()")
        assert listed == [f"{url}/{AREA}/index.html", *(f"{url}/{AREA}/{day}/report.html" for day in DAYS)]
    if "robots.txt" in files:
        assert b"Sitemap: https://a.example/sitemap.xml\n" in made["robots.txt"]
    assert (b'content="noindex"' in made["index.html"]) is (robots == "noindex")


# -- renewed, whole or as it was -------------------------------------------------------------------------------------


def test_what_has_not_changed_stays_untouched(home, capsys):
    copy(home)
    www = home.parent / "www"
    for path in www.rglob("*"):
        os.utime(path, (1, 1))
    before = inside(www)
    capsys.readouterr()
    assert copy(home) == Exit.DONE
    assert say("site.nothing_new", folder=www.resolve() / "index.html", count=len(PUBLIC)) in capsys.readouterr().out
    assert inside(www) == before and {path.stat().st_mtime for path in www.rglob("*") if path.is_file()} == {1}


def replaced(home: Path) -> None:
    """The second week is published again with other units' pages; a third one is new."""
    publish(home, DAYS[1], PAGE.replace("30634", "30637") + " corrected", units=("30637",))
    publish(home, "2023-12-11")


def test_of_a_replaced_week_only_what_it_is_now_is_left(home):
    copy(home)
    replaced(home)
    assert copy(home) == Exit.DONE
    made = public(home.parent / "www")
    assert set(made) == {name.replace(f"{DAYS[1]}/units/30634", f"{DAYS[1]}/units/30637") for name in PUBLIC} | {
        name.replace(DAYS[0], "2023-12-11") for name in PUBLIC if DAYS[0] in name
    }
    assert b"corrected" in made[f"{AREA}/{DAYS[1]}/report.html"] and b"2023-12-11" in made[f"{AREA}/index.html"]


def test_stopped_at_any_write_all_links_lead_somewhere_and_the_next_call_completes_it(home, monkeypatch, tmp_path):
    copy(home)
    www, first = home.parent / "www", tmp_path / "first"
    shutil.copytree(www, first)
    replaced(home)
    plan, plans = site._plan, []
    monkeypatch.setattr(site, "_plan", lambda *about: plans.append(plan(*about)) or plans[0])
    copy(home)
    whole = inside(www)
    write, unlink = atomic.save, Path.unlink
    monkeypatch.setattr(site, "_plan", lambda *_: plans[0])  # what is to be written is the same each time
    for most in range(100):
        shutil.rmtree(www)
        shutil.copytree(first, www)
        done = []

        def stop_after(act, *arguments, done=done, most=most, **about):
            if www in Path(arguments[0]).parents and not Path(arguments[0]).name.endswith((".part", ".lock")):
                if len(done) == most:
                    raise KeyboardInterrupt
                done.append(arguments[0])
            return act(*arguments, **about)

        with monkeypatch.context() as stopped:
            stopped.setattr(atomic, "save", lambda *each, act=stop_after: act(write, *each))
            stopped.setattr(Path, "unlink", lambda *each, act=stop_after, **about: act(unlink, *each, **about))
            status = copy(home)
        assert dead_links(www) == []
        assert copy(home) == Exit.DONE and inside(www) == whole
        if status == Exit.DONE:
            break
        assert status == Exit.STOPPED
    assert most > 8


def test_what_a_killed_call_left_of_a_file_is_swept_away(home):
    copy(home)
    part = home.parent / "www" / AREA / ".index.html.part"
    part.write_text("half of")
    copy(home)
    assert not part.exists()


# -- nothing of others is touched ------------------------------------------------------------------------------------


def refusal(home: Path, capsys, *arguments: object) -> str:
    """What is said where the copy is refused; nothing of the folder is changed by it."""
    www = home.parent / "www"
    before = inside(www) if www.exists() else None
    capsys.readouterr()
    assert copy(home, *arguments) == Exit.WRONG_USAGE
    assert (inside(www) if www.exists() else None) == before
    return capsys.readouterr().err


def test_a_folder_with_something_else_in_it_is_refused(home, capsys):
    atomic.save(home.parent / "www" / "photo.jpg", "x")
    assert "photo.jpg" in refusal(home, capsys)


def test_a_file_of_others_in_the_copy_stays_and_stops_it_only_where_it_is_in_the_way(home, capsys):
    www = home.parent / "www"
    copy(home)
    atomic.save(www / ".htaccess", "x")
    atomic.save(www / AREA / "photo.jpg", "y")
    replaced(home)
    assert copy(home) == Exit.DONE and (www / ".htaccess").read_text() == "x" and (www / AREA / "photo.jpg").exists()
    publish(home, "2023-12-18")
    atomic.save(www / AREA / "2023-12-18" / "report.html", "theirs")
    assert f"{AREA}/2023-12-18/report.html" in refusal(home, capsys)


def test_a_file_of_the_copy_that_someone_has_edited_is_not_overwritten_or_deleted(home, capsys):
    copy(home)
    edited = home.parent / "www" / AREA / DAYS[1] / "units" / "30634.html"
    edited.write_text("edited")
    assert "30634.html" in refusal(home, capsys)
    replaced(home)
    assert "30634.html" in refusal(home, capsys)


@pytest.mark.parametrize("place", ["reports", "reports/new", "data/x", "config", ".", ".."])
def test_the_homes_own_folders_are_refused(home, capsys, place):
    before = inside(home)
    assert main(["site", str(home / place), "--home", str(home)]) == Exit.WRONG_USAGE
    assert say("site.own_place", folder=(home / place).resolve()) in capsys.readouterr().err and inside(home) == before


def test_nothing_is_written_through_a_link_out_of_the_folder(home, capsys):
    copy(home)
    www, outside = home.parent / "www", home.parent / "outside"
    (www / AREA).rename(outside)
    (www / AREA).symlink_to(outside)
    replaced(home)
    before = inside(outside)
    refusal(home, capsys)
    assert inside(outside) == before


@pytest.mark.parametrize("content", ["{", pytest.param('{"files": 5}', marks=pytest.mark.long), '{"files": {"a": 1}}'])
def test_a_damaged_record_is_no_leave_to_write(home, capsys, content):
    copy(home)
    (home.parent / "www" / site.RECORD).write_text(content)
    assert "index.html" in refusal(home, capsys)


# -- what cannot be copied -------------------------------------------------------------------------------------------


def test_without_a_published_week_there_is_nothing_to_copy(home, capsys):
    for place in (paths.processed, paths.reports):
        shutil.rmtree(place(home, AREA))
    assert copy(home) == Exit.REFUSED and not (home.parent / "www").exists()
    assert say("site.nothing_published", areas="#").split("#")[0] in capsys.readouterr().err


def test_a_file_that_is_not_what_was_published_stops_the_copy_before_anything_is_written(home, capsys):
    edited = paths.reports(home, AREA, DAYS[1], "report.html")
    edited.write_text("75,45")
    assert copy(home) == Exit.FAILED and not (home.parent / "www").exists()
    assert say("site.differs", path=edited) in capsys.readouterr().err


def test_a_draft_that_the_office_edits_is_no_matter_of_the_copy(home):
    paths.reports(home, AREA, DAYS[1], "report.docx").write_text("numbered and signed")
    assert copy(home) == Exit.DONE and copy(home, "--word") == Exit.FAILED


def test_of_an_edited_workbook_or_draft_only_what_was_published_is_copied_and_it_is_named(home, capsys):
    edited, www = {kind: office_file("edited", kind) for kind in ("docx", "xlsx")}, home.parent / "www"
    draft, book = (paths.reports(home, AREA, DAYS[1], name) for name in ("report.docx", "appendix.xlsx"))
    book.write_bytes(edited["xlsx"])
    assert copy(home, "--word") == Exit.DONE
    assert set(public(www)) == (PUBLIC | {f"{AREA}/{day}/report.docx" for day in DAYS}) - {
        f"{AREA}/{DAYS[1]}/appendix.xlsx"
    }
    assert dead_links(www) == []
    assert say("site.office", names=f"reports/{AREA}/{DAYS[1]}/appendix.xlsx") in capsys.readouterr().out
    published = draft.read_bytes()
    draft.write_bytes(edited["docx"])  # the copy has it still
    assert copy(home, "--word") == Exit.DONE
    assert (www / AREA / DAYS[1] / "report.docx").read_bytes() == published
    shutil.rmtree(www)
    draft.with_name("report.new.docx").write_bytes(published)  # the week was made again
    assert copy(home, "--word") == Exit.DONE
    assert (www / AREA / DAYS[1] / "report.docx").read_bytes() == published
    assert edited["docx"] not in public(www).values() and edited["xlsx"] not in public(www).values()


@pytest.mark.parametrize("content", [None, "{", '{"products": [1]}', '{"products": {}}'])
def test_a_week_without_its_record_is_not_copied(home, capsys, content):
    place = paths.processed(home, AREA, DAYS[0], "run.json")
    place.unlink() if content is None else place.write_text(content)
    assert copy(home) == Exit.FAILED
    assert say("site.no_record", area=AREA, cutoff=DAYS[0]) in capsys.readouterr().err


def test_a_week_that_is_published_meanwhile_is_copied_as_it_is_then(home, monkeypatch):
    planning, times = site._plan, []

    def while_another_publishes(*arguments):
        plan = planning(*arguments)
        if not times:
            publish(home, DAYS[1], PAGE + " corrected")
        times.append(1)
        return plan

    monkeypatch.setattr(site, "_plan", while_another_publishes)
    assert copy(home) == Exit.DONE
    assert "corrected" in (home.parent / "www" / AREA / DAYS[1] / "report.html").read_text("utf-8")


def test_two_calls_for_one_folder_do_not_work_at_once(home, capsys, monkeypatch):
    monkeypatch.setattr(locks, "MOMENT_S", 0.1)  # for the holder to say who it is: this one does not
    (home.parent / "www").mkdir()
    with filelock.FileLock(home.parent / "www" / site.LOCK):
        assert copy(home) == Exit.BUSY
    assert public(home.parent / "www").keys() <= {site.LOCK}
    assert words().say("site.busy", folder=(home.parent / "www").resolve()) in capsys.readouterr().err


# -- a slip in one area ----------------------------------------------------------------------------------------------

SECOND = "gia-lai"


@pytest.fixture
def two_areas(home):
    """The same home with a week of a second area, and a copy of both."""
    for place in (paths.processed, paths.reports):
        shutil.copytree(place(home, AREA, DAYS[0]), place(home, SECOND, DAYS[0]))
    made = atomic.hashes(paths.reports(home, SECOND).rglob("*"), home)
    atomic.save_json(paths.processed(home, SECOND, DAYS[0], "run.json"), {"products": made})
    if not (home / "config" / SECOND).is_dir():
        shutil.copytree(played.PROJECT / "config" / SECOND, home / "config" / SECOND)
    return home


def test_a_slip_in_one_area_leaves_its_copy_as_it_is_and_renews_the_others(two_areas, capsys):
    assert copy(two_areas) == Exit.DONE
    www = two_areas.parent / "www"
    before = public(www)
    toml = two_areas / "config" / SECOND / "area.toml"
    toml.write_text(toml.read_text("utf-8").replace('"', "", 1), "utf-8")
    publish(two_areas, "2023-12-11")
    assert copy(two_areas) == Exit.FAILED
    assert f"config/{SECOND}/area.toml line " in capsys.readouterr().err
    after = public(www)
    assert f"{AREA}/2023-12-11/report.html" in after and dead_links(www) == []
    its = {name for name in before if name.startswith(f"{SECOND}/")}
    assert its and {name: after.get(name) for name in its} == {name: before[name] for name in its}
    assert f"{SECOND}/" in after["index.html"].decode()


def test_an_area_with_a_slip_that_was_never_copied_is_named_and_not_there(two_areas, capsys):
    (two_areas / "config" / SECOND / "units.csv").write_text("code", "utf-8")
    (two_areas / "config" / SECOND / "area.toml").write_bytes(b"\xff\xfe")
    assert copy(two_areas) == Exit.FAILED
    www = two_areas.parent / "www"
    assert not (www / SECOND).exists() and (www / AREA / "index.html").is_file() and dead_links(www) == []
    assert f"{SECOND}: " in capsys.readouterr().err


def test_with_a_slip_in_every_area_nothing_is_written(two_areas, capsys):
    for area in (AREA, SECOND):
        (two_areas / "config" / area / "area.toml").write_text("x", "utf-8")
    assert copy(two_areas) == Exit.FAILED and not (two_areas.parent / "www").exists()
    said = capsys.readouterr().err
    assert all(f"config/{area}/area.toml line 1: " in said for area in (AREA, SECOND))


def test_a_folder_without_locks_is_told_of_once_and_copied_into_all_the_same(home, capsys, monkeypatch):
    fcntl = pytest.importorskip("fcntl", reason="the drive is told by what flock answers")

    def refuse(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    assert copy(home) == Exit.DONE
    folder = (home.parent / "www").resolve()
    assert capsys.readouterr().err.count(say("lost.lock", folder=folder)) == 1
    assert public(folder).keys() == PUBLIC
