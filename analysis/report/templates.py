"""The templates that pages and their pieces are made of, in notebooks/templates, each compiled once."""

from functools import lru_cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from analysis.weeks.home import PROJECT

TEMPLATES = PROJECT / "notebooks" / "templates"


def template(name: str) -> Template:
    """``"pieces/minute.html.j2"``: what it is given is escaped, and what it is not given is an error."""
    return _environment().get_template(name)


def compile_pieces() -> None:
    """So that the first page need not wait for it."""
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
    """On a narrow page no line begins with a dash: ``"Bộ chỉ số 766 – huyện"`` breaks after it."""
    return text.replace(" –", "\u00a0–")
