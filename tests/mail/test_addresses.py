"""Two ways to write one box are one box, and what no mail server takes is said."""

import pytest

from analysis.mail import addresses


@pytest.mark.parametrize(
    "written",
    [
        "Lan@Leaders.Example",
        " lan@leaders.example ",
        "\u00a0lan@leaders.example\u00a0",
        "lan@leaders.example.",
        "LAN@LEADERS.EXAMPLE. ",
        "lan@leaders。example",
    ],
)
def test_capitals_spaces_around_and_a_dot_behind_make_no_other_box(written):
    assert addresses.fold(written) == "lan@leaders.example"
    assert addresses.domain(written) == "leaders.example"


@pytest.mark.parametrize("domain", ["bưuđiện.example", "BƯUĐIỆN.example", "bu\u031buđiê\u0323n.example", "XN--buin-1ua66gr30m.example"])  # fmt: skip
def test_a_domain_in_vietnamese_and_its_form_in_ascii_are_one(domain):
    assert addresses.fold(f"Lan@{domain}") == "lan@xn--buin-1ua66gr30m.example"
    assert addresses.plain(f"Lan@{domain}.").startswith("Lan@")


@pytest.mark.parametrize("other", ["lan.@leaders.example", "l.an@leaders.example", "lan+a@leaders.example", "lan@sub.leaders.example"])  # fmt: skip
def test_another_box_stays_another(other):
    assert addresses.fold(other) != "lan@leaders.example"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("a" * 64 + "@b.example", ""),
        ("a" * 65 + "@b.example", "65 characters before the @; a mail server takes at most 64"),
        ("a" * 1200 + "@b.example", "1,200 characters before the @; a mail server takes at most 64"),
        ("a@" + ".".join(["b" * 60] * 4), ""),
        ("a@" + ".".join(["b" * 60] * 5), "a domain of 304 characters; expected at most 253"),
        ("a@" + "b" * 64 + ".example", "a part of the domain has 64 characters; expected at most 63"),
    ],
)
def test_what_no_mail_server_takes_is_said(address, said):
    assert addresses.too_long(address) == said
