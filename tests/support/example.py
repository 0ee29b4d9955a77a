"""The area that every example of docs/layouts.md begins with, and the blocks of each of its sections."""

import re
import tomllib
from pathlib import Path

from support.played import HOME

BLOCK = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CONFIGURATION = re.compile(r"area\.toml|index-.*/.*|(?:units|columns|columns-.*|aliases|sheets|tasks)\.csv")


def sections() -> dict[str, dict[str, str]]:
    """The blocks of each section by name, by its title; those above the first section under ""."""
    text = (HOME / "docs" / "layouts.md").read_text("utf-8")
    title, *rest = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    return {"": dict(BLOCK.findall(title))} | {
        name: dict(BLOCK.findall(body)) for name, body in zip(rest[::2], rest[1::2], strict=True)
    }


def home_of(blocks: dict[str, str], folder: Path) -> Path:
    """A home whose area "example" has the files that all examples share, replaced by those of this one."""
    base, own = sections()[""], tomllib.loads(blocks.get("area.toml", ""))
    shared = [line for line in base["area.toml"].splitlines() if re.split(r"[ .=]", line)[0] not in own]
    files = base | blocks | {"area.toml": "\n".join([*shared, blocks.get("area.toml", "")])}
    for name, text in files.items():
        if CONFIGURATION.fullmatch(name):
            path = folder / "config" / (name if "/" in name else f"example/{name}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    return folder
