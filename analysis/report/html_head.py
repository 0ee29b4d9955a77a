"""What a page says of itself in its head, for search engines and for programs that show a link's preview."""

from typing import NamedTuple

from IPython.display import HTML

PREVIEW = "preview.png"  # beside report.html, where an address is known


class Head(NamedTuple):
    """What the head of a page says beside its title.

    description : the news in one or two sentences; "": the page has none
    kind        : ``article`` for a report, ``website`` for a list of reports
    url         : the page's own address on the web; "": not known
    image       : address of a picture for previews of links; "": there is none
    robots      : ``index`` or ``noindex``; "": nothing is said
    """

    description: str = ""
    kind: str = "article"
    url: str = ""
    robots: str = ""
    image: str = ""


def build_head(public: dict[str, str], path: str, description: str = "", kind: str = "article") -> Head:
    """The head of a page.

    public : the settings ``[public]`` of area.toml
    path   : the page's place below reports/, such as ``cho-moi/2023-12-04/report.html``
    """
    return Head(" ".join(description.split()), kind, address(public, path), public["robots"])


def render_head(head: Head) -> HTML:
    """The head as an output of a notebook's cell: it shows nothing, and ``export.page`` finds the head in it."""
    return HTML("", metadata={"head": head._asdict()})


def address(public: dict[str, str], path: str) -> str:
    """The address of a page on the web; "" where ``base_url`` is not set."""
    return f"{public['base_url'].rstrip('/')}/{path}" if public["base_url"] else ""
