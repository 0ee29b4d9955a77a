"""What is for the office alone is taken out of a public page, and nothing else of it changes."""

import pytest

from analysis.run.internal import take_out_internal

PAGES = [
    ("nothing internal", "<p>a</p>\n<p class=data-internal>b", "<p>a</p>\n<p class=data-internal>b"),
    ("an element", "<p>a</p><p data-internal>b</p><p>c</p>", "<p>a</p><p>c</p>"),
    ("with others of its tag within", "a<div class='x' data-internal><div>b</div>\n<div>c</div></div >d", "ad"),
    ("with another internal one within", "a<div data-internal><p data-internal>b</p>c</div>d", "ad"),
    ("two on lines of their own", "a\nú <li data-internal>b</li>\n<li>c</li>\n<li data-internal=''>d</li>e", "a\nú \n<li>c</li>\ne"),
    ("one without an end tag", "a<br data-internal>b<hr>c<path d='M0' data-internal/>d", "ab<hr>cd"),
    ("an end tag of its kind in what is no markup", "a<p data-internal title='</p>'>b<!-- </p> --></p>c", "ac"),
    ("words that look like one", "<p>&lt;p data-internal&gt; b</p>", "<p>&lt;p data-internal&gt; b</p>"),
]  # fmt: skip


@pytest.mark.parametrize(("page", "public"), [each[1:] for each in PAGES], ids=[each[0] for each in PAGES])
def test_internal_elements_are_taken_out_whole(page, public):
    assert take_out_internal(page) == public


def test_a_page_with_an_internal_element_that_does_not_end_is_refused():
    with pytest.raises(ValueError, match="data-internal"):
        take_out_internal("a<div data-internal><div>b</div>c")
