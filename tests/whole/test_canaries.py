"""Nothing of the machine or its people leaves with what leaders receive: 25 marks are planted where a week could pick one up.

Published is what anybody may get to see: ``reports/`` (made to be put on a web server), the letters, the page of the gate,
and the week's own tables, notebooks and run.json, which other programs read. None of them may hold a mark; a letter may
name whom it is for. The maintainer's own are ``failed/``, which keeps a traceback to mend things by, and ``data/outbox/``,
which must know the recipients; neither may hold what the environment or the password's file holds.
"""

import base64
import contextlib
import csv
import io
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from email.header import Header
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

import nbformat
import pytest
import trustme
from nbformat import v4
from PIL import Image, PngImagePlugin
from support import canaries
from support import smtp_server as mx
from support.district import HOME, RAW

from analysis.weeks import table_files
from analysis.weeks.home import SHOWN

AREA, CUTOFF = "cho-moi", "2023-12-04"
FAILING, MADE = "30634", "30637"
# In lower case, for the scanner; with letters that HTML, links, mail and JSON each write in their own way, where they may stand.
MARKS = {
    "password in the environment": "kanari01=p&w+/",
    "password in its file": "kanari02=p&w+/",
    "user of the mail server": "kanari03=u",
    "name of the password's file": "kanari04 mật-khẩu",
    "token": "kanari05=t&k",
    "any variable": "kanari06 giá & trị",
    "name of a variable": "kanari07_x",
    "variable named like a locale": "kanari08=l",
    "variable named like a setting of Jupyter": "kanari09=j",
    "variable named like a setting of Python": "kanari10=p",
    "user": "kanari11-lan",
    "login": "kanari12-lan",
    "host in the environment": "kanari13-host",
    "host": "kanari14-host",
    "home of the user": "kanari15 nhà & cửa",
    "home of the project": "kanari16 nhà {1} & cửa",
    "temporary files": "kanari17tạm",
    "working directory": "kanari18 việc",
    "folder of caches": "kanari19 đệm",
    "folder of the delivered table": "kanari20 gửi đến",
    "folder of the notebooks": "kanari21 sổ",
    "folder of a module that raised": "kanari22 mã",
    "name of a recipient": "kanari23 nguyễn thị lan",
    "address of a recipient": "kanari24+lan@leaders.example",
    "address of another": "kanari25+minh@leaders.example",
}
SECRET = [name for name in MARKS if int(MARKS[name][6:8]) <= 14]  # the environment's and the password file's
ITS_OWN = {  # what ipykernel itself puts into a kernel's environment
    *("CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "GIT_PAGER", "JPY_PARENT_PID", "MPLBACKEND", "PAGER", "TERM"),
    "PYDEVD_USE_FRAME_EVAL",
}
WHOM = {  # whom a letter is for may stand in it, in no other
    "lan": {"name of a recipient", "address of a recipient"},
    "minh": {"address of another"},
}
RAISE = """\
import json, os, pathlib, tempfile, warnings, mark_module
places = f"{pathlib.Path.home()}, {tempfile.gettempdir()}/x, {os.getcwd()}, {mark_module.__file__}"
warnings.warn(places)
pathlib.Path("seen.json").write_text(json.dumps([*os.environ, pathlib.Path("/proc/self/environ").read_text()]))
if unit == "30634": mark_module.fail(places)
[places, dict(os.environ)]"""
WEEK = """\
import sys
from pathlib import Path
from analysis.run import pipeline as run
home, raw, notebooks, again = sys.argv[1:]
outcome = run.make_week(
    Path(home), "cho-moi", "2023-12-04", [Path(raw)], units=["30634", "30637"], jobs=2, reissue=again == "again",
    steps=run.Pipeline(notebooks=Path(notebooks)),
)
print(outcome.message)
sys.exit(outcome.status)"""


# -- the scanner -----------------------------------------------------------------------------------------------------


def pack(folder: Path, data: bytes) -> int:
    """``data`` in a file of each kind that we make, as deep inside as ours are; how many files."""
    text = data.decode("latin-1")
    (folder / "page.html").write_bytes(b"<p>" + data + b"</p>")
    drawing = quote(f"<svg>{text}</svg>", encoding="latin-1")
    (folder / "drawn.html").write_text(f'<img src="data:image/svg+xml,{drawing}">')
    shown = {"image/png": base64.b64encode(b"\x89PNG\r\n\x1a\n" + data).decode()}
    with contextlib.suppress(UnicodeDecodeError):
        shown = {"text/html": data.decode()}
    (folder / "notebook.ipynb").write_text(json.dumps({"cells": [{"outputs": [{"data": shown}]}]}))
    with zipfile.ZipFile(folder / "report.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("docProps/core.xml", b"<dc:creator>" + data + b"</dc:creator>")
    about = PngImagePlugin.PngInfo()
    about.add_text("Software", text, zip=True)
    Image.new("1", (1, 1)).save(folder / "chart.png", pnginfo=about)
    message = EmailMessage()
    message.set_content(data, "text", "html", cte="quoted-printable")
    message.add_attachment((folder / "report.docx").read_bytes(), "application", "zip", filename="report.docx")
    (folder / "mail.eml").write_bytes(message.as_bytes())
    with contextlib.closing(sqlite3.connect(folder / "outbox.sqlite")) as database, database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE letters (message BLOB)")
        database.execute("INSERT INTO letters VALUES (?)", (b"x" * 4000 + message.as_bytes(),))
    return len(list(folder.iterdir()))


@pytest.mark.parametrize("way", canaries.WRITTEN)
def test_the_scanner_finds_25_of_25_however_they_are_written_and_packed(tmp_path, way):
    assert pack(tmp_path, b"\n| ".join(map(canaries.WRITTEN[way], MARKS.values()))) == 7
    held = canaries.found(tmp_path, MARKS)
    assert len(held) == 25 and {name: len(files) for name, files in held.items()} == dict.fromkeys(MARKS, 7)


def test_the_scanner_finds_25_of_25_where_only_opening_the_file_shows_them(tmp_path):
    said = ", ".join(MARKS.values())
    subject = Header(f"Đính chính: {said}", header_name="Subject").encode()  # words of base64, cut every 75 characters
    (tmp_path / "mail.eml").write_text(f"Subject: {subject}\nMIME-Version: 1.0\n\n")
    about, picture = PngImagePlugin.PngInfo(), io.BytesIO()
    about.add_itxt("Software", said, zip=True)
    Image.new("1", (1, 1)).save(picture, "PNG", pnginfo=about)
    chart = base64.b64encode(picture.getvalue()).decode()
    (tmp_path / "notebook.ipynb").write_text(json.dumps({"data": {"image/png": chart}}))
    (tmp_path / "page.html").write_text(f'<img src="data:image/png;base64,{chart}">')
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("picture", random.Random(766).randbytes(20_000))
        archive.writestr("core.xml", said)
    letter = EmailMessage()
    letter.add_attachment(whole.getvalue(), "application", "zip", filename="report.docx")
    with contextlib.closing(sqlite3.connect(tmp_path / "outbox.sqlite")) as database, database:
        database.execute("CREATE TABLE letters (message BLOB)")
        database.execute("INSERT INTO letters VALUES (?)", (letter.as_bytes(),))
    files = {"mail.eml", "notebook.ipynb", "page.html", "outbox.sqlite"}
    assert canaries.found(tmp_path, MARKS) == {name: files for name in MARKS}


def test_the_scanner_reads_the_names_of_files_too_and_finds_no_more_than_there_is(tmp_path):
    for text in MARKS.values():
        (tmp_path / "a" / text.replace("/", "")[:-1]).mkdir(parents=True)  # all but the last letter
    (tmp_path / "a" / "kanari11-lan.html").write_text("|".join(text[:-1] for text in MARKS.values()))
    assert canaries.found(tmp_path, MARKS) == {"user": {"a/kanari11-lan.html"}}


# -- the real week ---------------------------------------------------------------------------------------------------


def environment(root: Path) -> dict[str, str]:
    """Nothing of this process's own but where its programs are; every mark that an environment can hold."""
    folders = {name: root / MARKS[name] for name in ("home of the user", "temporary files", "folder of caches")}
    for folder in (*folders.values(), root / MARKS["working directory"]):
        folder.mkdir()
    modules = root / MARKS["folder of a module that raised"]
    modules.mkdir()
    (modules / "mark_module.py").write_text("def fail(why):\n    raise OSError(why)\n")
    return {
        **{name: os.environ[name] for name in ("PATH", "LANG", "PYTHONDONTWRITEBYTECODE") if name in os.environ},
        "PYTHONPATH": f"{modules}{os.pathsep}{HOME}",
        "HOME": str(folders["home of the user"]),
        "TMPDIR": str(folders["temporary files"]),
        "MPLCONFIGDIR": str(folders["folder of caches"]),
        "ANALYSIS_SMTP_PASSWORD": MARKS["password in the environment"],
        "API_TOKEN": MARKS["token"],
        "PLAIN": MARKS["any variable"],
        MARKS["name of a variable"].upper(): "x",
        "LC_PASSWORD": MARKS["variable named like a locale"],
        "JUPYTERHUB_API_TOKEN": MARKS["variable named like a setting of Jupyter"],
        "PYTHONANYWHERE_TOKEN": MARKS["variable named like a setting of Python"],
        "USER": MARKS["user"],
        "LOGNAME": MARKS["login"],
        "HOSTNAME": MARKS["host in the environment"],
    }


def settle(home: Path, port: int, authority: trustme.CA) -> None:
    """mail.toml, the recipients and the password's file."""
    authority.cert_pem.write_to_path(home / "ca.pem")
    secret = home / MARKS["name of the password's file"]
    secret.write_text(MARKS["password in its file"])
    secret.chmod(0o600)
    about = {"sender": "Văn phòng <bao-cao@office.example>", "recipients": "recipients.csv"}
    server = {"host": "localhost", "port": port, "security": "starttls", "user": MARKS["user of the mail server"]}
    server |= {"password_file": secret.name, "ca_file": "ca.pem"}
    lines = [f"{name} = {json.dumps(value)}" for name, value in (about | {"domains": ["leaders.example"]}).items()]
    lines += ["[smtp]", *(f"{name} = {json.dumps(value)}" for name, value in server.items())]
    (home / "mail.toml").write_text("\n".join(lines), "utf-8")
    with (home / "recipients.csv").open("w", encoding="utf-8", newline="") as file:
        rows = [[AREA, MARKS["name of a recipient"], MARKS["address of a recipient"]]]
        rows += [[AREA, "Trần Minh", MARKS["address of another"]]]
        csv.writer(file).writerows([["area", "name", "address"], *rows])


def notebooks(folder: Path, name: str, cell: str) -> Path:
    """The project's notebooks, with ``cell`` before the last one of the notebook ``name``."""
    shutil.copytree(HOME / "notebooks", folder, dirs_exist_ok=True)
    whole = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    whole.cells.insert(-1, v4.new_code_cell(cell, id="planted"))
    nbformat.write(whole, folder / f"{name}.ipynb")
    return folder


def on_a_marked_machine() -> list[str]:
    """What a command begins with so that its machine has our name; nothing where the system does not let us."""
    named = ["unshare", "--map-root-user", "--uts", "sh", "-c", f'hostname {MARKS["host"]} && exec "$@"', "sh"]
    works = shutil.which("unshare") and subprocess.run([*named, "true"], capture_output=True).returncode == 0
    return named if works else []


@pytest.fixture(scope="module")
def week(once):
    """A folder in which a marked week was published but for one unit's page, was mailed, and then failed: its folders."""
    return once("c", mark)  # short: the path of a socket has at most 107 bytes


def mark(root: Path) -> None:
    home, delivered, surroundings = (
        root / MARKS["home of the project"],
        root / MARKS["folder of the delivered table"],
        environment(root),
    )
    shutil.copytree(HOME / "config", home / "config")
    delivered.mkdir()
    table = shutil.copy(RAW, delivered / RAW.name)
    command = [*on_a_marked_machine(), sys.executable]

    def call(*arguments: object) -> subprocess.CompletedProcess:
        where = root / MARKS["working directory"]
        how = {"env": surroundings, "cwd": where, "capture_output": True, "encoding": "utf-8", "timeout": 300}
        return subprocess.run([*command, *map(str, arguments)], **how)

    broken = notebooks(root / MARKS["folder of the notebooks"] / "notebooks", "5_unit", RAISE)
    authority = trustme.CA()
    with mx.serving(tls=mx.context(authority.issue_cert("localhost")), password=MARKS["password in its file"]) as (
        port,
        seen,
    ):
        settle(home, port, authority)
        done = call("-c", WEEK, home, table, broken, "")
        assert done.returncode == 3 and "1 đơn vị" in done.stdout, done.stdout + done.stderr
        sent = call("-m", "analysis", "mail", CUTOFF, "--send", "--home", home)
        assert sent.returncode == 0 and len(seen.taken) == 2, sent.stdout + sent.stderr
        assert seen.logins[0][1].decode() == MARKS["password in its file"]
    (root / "letters").mkdir()
    for _, to, letter in seen.taken:
        (root / "letters" / f"{'lan' if 'lan' in to else 'minh'}.eml").write_bytes(letter)
    assert (
        call("-m", "analysis", "gate", table, "--cutoff", CUTOFF, "--home", home, "--out", root / "gate").returncode
        == 0
    )
    (root / "said").mkdir()
    (root / "said" / "mail.txt").write_text(sent.stdout + sent.stderr)
    before = {path: path.read_bytes() for path in (home / "reports").rglob("*") if path.is_file()}
    Path(table).write_bytes(RAW.read_bytes() + b"\n")
    failing = notebooks(broken, "1_clean", 'import mark_module\nmark_module.fail("no")')
    failed = call("-c", WEEK, home, table, failing, "again")
    assert failed.returncode == 3 and "OSError" in failed.stdout, failed.stdout + failed.stderr
    assert before == {path: path.read_bytes() for path in (home / "reports").rglob("*") if path.is_file()}


@pytest.mark.long
def test_nothing_published_holds_a_mark(week):
    home = week / MARKS["home of the project"]
    for folder in (home / "reports", home / "data" / "processed" / AREA / CUTOFF, week / "gate"):
        assert len(list(folder.rglob("*.*"))) > 3
        assert canaries.found(folder, MARKS) == {}


@pytest.mark.long
def test_what_a_notebook_shows_of_a_folder_is_told_without_it(week):
    made = week / MARKS["home of the project"] / "data" / "processed" / AREA / CUTOFF
    planted = next(cell for cell in nbformat.read(made / "units" / f"{MADE}.ipynb", 4).cells if cell.id == "planted")
    warned, shown = planted.outputs
    assert re.fullmatch(
        r"\d+\.py:3: UserWarning: …, x, …, mark_module\.py\n  warnings.warn\(places\)\n", warned["text"]
    )
    assert shown["data"]["text/plain"].startswith("['…, x, …, mark_module.py',")
    assert "'HOME': '…'" in shown["data"]["text/plain"]
    reasons = table_files.from_csv("pages", (made / "pages.csv").read_bytes()).set_index("unit_code")["reason"]
    assert reasons[MADE] == "" and reasons[FAILING].endswith("OSError: …, x, …, mark_module.py")


@pytest.mark.long
def test_a_letter_names_whom_it_is_for_and_nobody_else(week):
    for box, named in WHOM.items():
        held = canaries.found(week / "letters", MARKS)
        assert {name for name, files in held.items() if f"{box}.eml" in files} == named


@pytest.mark.long
def test_a_kernel_sees_what_it_needs_of_the_environment_and_nothing_else(week):
    seen = json.loads((week / MARKS["working directory"] / "seen.json").read_text("utf-8"))
    started_with = {each.partition("=")[0] for each in seen.pop().split("\0")} - {""}
    assert started_with <= SHOWN | {"ANALYSIS_HOME"}
    assert set(seen) <= SHOWN | {"ANALYSIS_HOME"} | ITS_OWN and {"PATH", "HOME", "TMPDIR"} <= set(seen)


@pytest.mark.long
def test_a_failure_is_kept_for_the_maintainer_with_its_traceback_and_without_secrets(week):
    kept = canaries.found(week / MARKS["home of the project"] / "data" / "processed" / AREA / "failed", MARKS)
    assert {file.partition("/")[2] for file in kept["folder of a module that raised"]} >= {"reason.txt"}
    assert kept.keys().isdisjoint(SECRET)


@pytest.mark.long
def test_the_outbox_and_what_sending_says_hold_no_secret_and_no_preview_is_left(week):
    outbox = week / MARKS["home of the project"] / "data" / "outbox"
    held = canaries.found(outbox, MARKS)
    assert {"name of a recipient", "address of a recipient", "address of another"} == held.keys()
    assert canaries.found(week / "said", MARKS).keys() == {"address of a recipient", "address of another"}
