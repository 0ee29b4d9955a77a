"""The HTML of the mail holds nothing that a mail program would show otherwise, by the data of caniemail.com."""

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from support.district import edition, words
from support.homes import PROJECT
from support.shown import sample

from analysis.mail import compose
from analysis.report import export, headline

PACKAGE = "caniemail"
FOLDER = Path(os.environ.get("CANIEMAIL", PROJECT / ".npm"))  # .ci/run installs the package there
CLIENTS = ("outlook.windows", "gmail.*", "thunderbird.macos", "apple-mail.*")
SCHEME = "the dark scheme and the type on phones, for programs that read them; without, the inlined style stays"
BOXES = "known to all of them on blocks and cells; Outlook does not on some inline elements, where we have none"
# What a program does not know, or knows in part, and why that does no harm here.
ERRORS = {
    "@media": SCHEME,
    "color-scheme meta tag": SCHEME,
    "<style> element": SCHEME,
    "white-space": "Outlook breaks a cell's text only in a narrow window",
    "display:none": "the preheader; Gmail's old page for phones alone shows it, as its first line",
    "overflow": "a word for screen readers, which Outlook hides by mso-hide",
    "opacity": "the same",
}
WARNINGS = {
    "@media": SCHEME,
    "<style> element": SCHEME,
    "white-space": "the value that we use, nowrap, is known",
    "<body> element": "Gmail makes it a block; its style stands on the text too",
    "<ul>, <ol> and <dl>": "Outlook indents a list in its own way",
    "<img> element": "an image without an address, which we have none of",
    "display": "block and none alone are used on what must look so",
    "display:none": "Outlook hides by mso-hide",
    "overflow": "a word for screen readers is clipped all the same",
    "text-align": "left and right are known",
    "text-decoration": "underline is known",
    "max-width": "Outlook has a table of that width instead",
    "width attribute": "known on images and tables",
    "width property": "a word for screen readers alone",
    "height property": "auto is known",
    **dict.fromkeys(("margin", "padding", "background", "border", "font-size", "font-weight", "line-height"), BOXES),
}


def _find_lacking() -> str:
    version = subprocess.run(["node", "--version"], capture_output=True, text=True) if shutil.which("node") else None
    if version is None or int(version.stdout.lstrip("v").partition(".")[0]) < 20:
        return "node 20 or newer is not installed"
    return "" if (FOLDER / "node_modules" / PACKAGE).is_dir() else f"npm package {PACKAGE} is not in {FOLDER.name}"


def find_issues(html: str) -> dict[str, dict[str, list[str]]]:
    command = ["node", PROJECT / "tests" / "support" / "caniemail.mjs", FOLDER, *CLIENTS]
    done = subprocess.run(command, input=html, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


needs_package = pytest.mark.skipif(bool(_find_lacking()), reason=_find_lacking())


@needs_package
def test_mail_programs_show_what_the_mail_uses_but_for_what_is_listed_here_with_its_reason():
    about = {"subject": headline.subject(edition()), "date": datetime(2023, 12, 4, tzinfo=UTC), "seed": "x"}
    message = compose.build_mail(export.digest(sample(), words(), "766"), words=words(), **about)
    html = message_from_bytes(message.as_bytes(), policy=default).get_body(("html",)).get_content()
    issues = find_issues(html)
    assert {name: issues["errors"][name] for name in issues["errors"].keys() - ERRORS} == {}
    assert {name: issues["warnings"][name] for name in issues["warnings"].keys() - WARNINGS} == {}
    assert (ERRORS.keys() - issues["errors"], WARNINGS.keys() - issues["warnings"]) == (set(), set())


@needs_package
def test_what_they_do_not_show_would_be_found():
    issues = find_issues('<html><body><p style="position: sticky; display: grid">Huyện</p></body></html>')
    assert {"position", "display:grid"} <= {title for kind in issues.values() for title in kind}
