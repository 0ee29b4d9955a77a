"""Loads the templates of pages and pieces from notebooks/templates; each is compiled once."""

from functools import lru_cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from analysis.weeks.home import PROJECT

TEMPLATES = PROJECT / "notebooks" / "templates"


def template(name: str) -> Template:
    """The template, such as ``"pieces/minute.html.j2"``. It escapes its values; a missing value is an error."""
    return _environment().get_template(name)


def compile_pieces() -> None:
    """Compile the templates of all pieces, so that the first page need not wait for that."""
    for name in _environment().list_templates(filter_func=lambda name: name.startswith("pieces/")):
        template(name)


@lru_cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["dash_kept"] = dash_kept
    return environment


def dash_kept(text: str) -> str:
    """The text with no line break before a dash: on a narrow page ``"Bộ chỉ số 766 – huyện"`` breaks after it."""
    return text.replace(" –", "\u00a0–")
