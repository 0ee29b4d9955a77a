"""Names of communes → codes of the registry: one exact hit on a tolerant key, or none. Never a guess (K5)."""

import difflib
import re
import unicodedata

import pandas as pd

PREFIX = re.compile(r"^(ubnd\s+)?(xã|phường|thị trấn|đặc khu|tt\.?|p\.)\s+")
INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]")


def plain(text: str) -> str:
    """Text as it was meant to be typed: composed (NFKC), no invisible characters, single spaces, Vietnamese Đ."""
    text = INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).replace("Ð", "Đ").replace("ð", "đ")
    return " ".join(text.split())


def name_key(name: str) -> str:
    """``"Xã  HÒA BÌNH"`` => ``"hòa bình"``. Tone marks stay: Tân, Tấn and Tận are three names."""
    return PREFIX.sub("", plain(name).casefold())


def match(name: str, registry: pd.DataFrame, aliases: pd.DataFrame) -> tuple[str, str] | None:
    """The one registered unit that ``name`` names: (code, reason), or None.

    registry : columns code, name (in force on the cut-off)
    aliases  : columns what, written, meant (a code), reason
    Returns  : reason is empty for the unit's own name, else the alias row's reason; None unless exactly one unit fits.
    Source   : docs/method.md §5 and §7.
    """
    key = name_key(name)
    own = registry.loc[registry["name"].map(name_key) == key, "code"]
    if len(own) == 1:
        return own.iloc[0], ""
    spoken = aliases[(aliases["what"] == "unit") & (aliases["written"].map(name_key) == key)]
    if len(spoken) == 1 and (registry["code"] == spoken["meant"].iloc[0]).any():
        return spoken["meant"].iloc[0], spoken["reason"].iloc[0]
    return None


def nearest(name: str, registry: pd.DataFrame) -> str:
    """The registered name most like ``name``, for the text of an error only; empty where none is near."""
    by_key = {name_key(each): each for each in registry["name"]}
    found = difflib.get_close_matches(name_key(name), by_key, n=1, cutoff=0.7)
    return by_key[found[0]] if found else ""
