"""The pictures of docs/: the real week's report, the same on a phone, a unit's page, and the mail, in Chromium.

    .venv/bin/python docs/screenshots.py

makes the week of 4 December 2023 in a folder of its own and writes docs/report.png, phone.png, unit.png and mail.png.
"""

import base64
import email
import email.policy
import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parent
AREA, CUTOFF, UNIT = "cho-moi", "2023-12-04", "30637"  # Mỹ Hội Đông, the unit that fell
COLOURS = 64  # enough for pages of few colours, in a third of the bytes
PICTURES = {  # width and height of the window, pixels for each of its points
    "report": (760, 860, 1),
    "phone": (360, 720, 2),
    "unit": (760, 1_320, 1),
    "mail": (640, 1_240, 1),
}


def made(home: Path) -> dict[str, str]:
    """The HTML of each picture."""
    shutil.copytree(DOCS.parent / "config", home / "config")
    raw = DOCS.parent / "data" / "raw" / AREA / f"{CUTOFF}.txt"
    week = ["week", CUTOFF, "--area", AREA, "--raw", raw, "--units", UNIT, "--home", home]
    subprocess.run([sys.executable, "-m", "analysis", *week], check=True)
    reports = home / "reports" / AREA / CUTOFF
    report = (reports / "report.html").read_text("utf-8")
    unit = (reports / "units" / f"{UNIT}.html").read_text("utf-8")
    return {"report": report, "phone": report, "unit": unit, "mail": opened((reports / "mail.eml").read_bytes())}


def opened(mail: bytes) -> str:
    """A message as a mail program shows it: its HTML, with the charts in their places."""
    message = email.message_from_bytes(mail, policy=email.policy.default)
    html = message.get_body(("html",)).get_content()
    for part in message.walk():
        if part.get_content_maintype() == "image":
            data = base64.b64encode(part.get_content()).decode()
            html = html.replace(f"cid:{part['Content-ID'][1:-1]}", f"data:image/png;base64,{data}")
    return html


def picture(browser, html: str, width: int, height: int, scale: int) -> Image.Image:
    page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=scale)
    page.set_content(html)
    data = page.screenshot()
    page.close()
    return Image.open(io.BytesIO(data)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home, sync_playwright() as driver:
        pages = made(Path(home))
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, html in pages.items():
            picture(browser, html, *PICTURES[name]).save(DOCS / f"{name}.png", optimize=True)
        browser.close()
