"""Help in Vietnamese: the texts of help.vi.toml in place of the English ones that stand beside the options in cli.py.

The file is the program's own and no part of an area's configuration: another help changes no report.
"""

from pathlib import Path

from analysis.config import files
from analysis.config.files import ConfigError

TEXTS = Path(__file__).with_name("help.vi.toml")
OF_PARSER = ("Usage:", "Arguments", "Options", "Commands", "[required]", "[default:")  # the option parser's own words


def texts(path: Path = TEXTS) -> dict[str, str]:
    """The Vietnamese of each English text; the blanks and line breaks of the English count as one blank.

    Raises : ConfigError.
    """
    found = files.parse_toml(files.read(path, path.name) or b"", path.name).get("text")
    both = found if isinstance(found, list) else [None]
    for number, each in enumerate(both, start=1):
        if not isinstance(each, dict) or not all(isinstance(each.get(key), str) for key in ("en", "vi")):
            raise ConfigError(f"{path.name}: [[text]] number {number}: expected the texts en and vi")
    return {one_line(each["en"]): each["vi"] for each in both}


def one_line(text: str) -> str:
    return " ".join(text.split())


def translate(command, known: dict[str, str] | None = None) -> None:
    """Put the Vietnamese texts into a command, its options and its commands; what has none stays English.

    command : typer's own, as ``typer.main.get_command`` gives it
    """
    known = texts() if known is None else known
    for part, name in spoken(command):
        if text := getattr(part, name):
            setattr(part, name, known.get(one_line(text), text))
    command.context_class = type("Context", (command.context_class,), {"formatter_class": _formatter(command, known)})
    for each in getattr(command, "commands", {}).values():
        translate(each, known)


def spoken(command) -> list[tuple[object, str]]:
    """What of a command says something in its help: each part, and the attribute that holds its text."""
    context = command.context_class(command)
    own = [(command, name) for name in ("help", "short_help", "epilog")]
    return own + [(each, "help") for each in command.get_params(context)]


def _formatter(command, known: dict[str, str]) -> type:
    """A formatter that says the parser's own words in Vietnamese."""

    def own(text: str) -> str:
        return known.get(text, text)

    class Formatter(command.context_class.formatter_class):
        def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
            super().write_usage(prog, args, prefix or own("Usage:") + " ")

        def write_heading(self, heading: str) -> None:
            super().write_heading(own(heading))

        def write_dl(self, rows, *about, **more) -> None:
            for text in OF_PARSER[-2:]:
                rows = [(first, second.replace(text, own(text))) for first, second in rows]
            super().write_dl(rows, *about, **more)

    return Formatter
