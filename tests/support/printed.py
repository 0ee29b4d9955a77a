"""Pages printed by real browsers: Chromium, and Firefox, which is driven by WebDriver BiDi; their pages differ.

Each gives the words that can be seen on each page of the PDF that it makes of a page.
"""

import base64
import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import websocket

from support.browser import CHROMIUM

A4 = {"width": 21.0, "height": 29.7}  # cm


def in_firefox(markup: str, folder: Path) -> list[str]:
    firefox = shutil.which("firefox-esr") or shutil.which("firefox")
    if not (firefox and shutil.which("pdftotext")):
        pytest.skip("no firefox-esr or firefox, or no pdftotext, on PATH")
    page, pdf = folder / "page.html", folder / "page.pdf"
    page.write_text(markup, "utf-8")
    start = [firefox, "--headless", "--no-remote", "--profile", folder / "profile", "--remote-debugging-port", "0"]
    (folder / "profile").mkdir()
    with subprocess.Popen(start, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        try:
            address = next(filter(None, (re.search(r"ws://\S+", line) for line in process.stderr)))[0]
            call = _caller(websocket.create_connection(f"{address}/session", timeout=120, suppress_origin=True))
            call("session.new", capabilities={})
            context = call("browsingContext.getTree")["contexts"][0]["context"]
            call("browsingContext.navigate", context=context, url=page.as_uri(), wait="complete")
            none = dict.fromkeys(("top", "bottom", "left", "right"), 0)
            printed = call("browsingContext.print", context=context, page=A4, margin=none, shrinkToFit=False)
        finally:
            process.terminate()
    pdf.write_bytes(base64.b64decode(printed["data"]))
    return _read(pdf)


def in_chromium(markup: str, folder: Path) -> list[str]:
    if not (CHROMIUM and shutil.which("pdftotext")):
        pytest.skip("no chromium, chromium-browser or google-chrome, or no pdftotext, on PATH")
    page, pdf = folder / "page.html", folder / "page.pdf"
    page.write_text(markup, "utf-8")
    start = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    to_pdf = ["--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.as_uri()]
    subprocess.run([*start, *to_pdf], check=True, capture_output=True)
    return _read(pdf)


def _read(pdf: Path) -> list[str]:
    told = subprocess.run(["pdftotext", "-bbox", pdf, "-"], check=True, capture_output=True, text=True).stdout
    return [_read_page(each) for each in told.split("<page ")[1:]]


def _read_page(told: str) -> str:
    width = float(re.match(r'width="([\d.]+)"', told)[1])
    words = re.findall(r'xMax="([\d.]+)" yMax="[\d.]+">(.*?)</word>', told)
    return html.unescape(" ".join(word for right, word in words if float(right) <= width))


def _caller(socket: websocket.WebSocket):
    def call(method: str, **params: object) -> dict:
        socket.send(json.dumps({"id": 1, "method": method, "params": params}))
        while (answer := json.loads(socket.recv())).get("id") != 1:
            pass  # events
        assert answer["type"] == "success", answer
        return answer["result"]

    return call
