"""In which language the program speaks: by --lang, else by the locale, else Vietnamese."""

import pytest

from analysis.config import speech

ENGLISH = ["en", "en_US.UTF-8", "en_GB", "en.UTF-8", "EN_us", "en@euro", "en-US"]
OTHERS = ["vi_VN.UTF-8", "vi", "C", "C.UTF-8", "POSIX", "fr_FR.UTF-8", "eng", "english", "zh_en", "de_DE@en"]


@pytest.fixture(autouse=True)
def no_locale(monkeypatch):
    for name in speech.LOCALE:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(("value", "lang"), [(each, "en") for each in ENGLISH] + [(each, "vi") for each in OTHERS])
def test_an_english_locale_means_english_and_every_other_vietnamese(value, lang, monkeypatch):
    monkeypatch.setenv("LANG", value)
    assert speech.language() == lang


@pytest.mark.parametrize(
    ("values", "lang"),
    [
        ({}, "vi"),
        ({"LC_ALL": "en_US", "LC_MESSAGES": "vi_VN", "LANG": "vi_VN"}, "en"),
        ({"LC_ALL": "C", "LC_MESSAGES": "en_US", "LANG": "en_US"}, "vi"),
        ({"LC_MESSAGES": "en_US", "LANG": "vi_VN"}, "en"),
        ({"LC_MESSAGES": "vi_VN", "LANG": "en_US"}, "vi"),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "en_US"}, "en"),  # empty is as good as not set
        ({"LC_CTYPE": "en_US", "LANGUAGE": "en"}, "vi"),  # they say nothing of messages
    ],
)
def test_the_first_of_the_three_variables_that_is_set_counts(values, lang, monkeypatch):
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    assert speech.language() == lang


@pytest.mark.parametrize("asked", speech.LANGUAGES)
@pytest.mark.parametrize("locale", ["en_US.UTF-8", "vi_VN.UTF-8", "C"])
def test_what_the_person_asks_for_counts_before_the_locale(asked, locale, monkeypatch):
    monkeypatch.setenv("LC_ALL", locale)
    assert speech.language(asked) == asked


@pytest.mark.parametrize(
    ("number", "lang"), [(0x0409, "en"), (0x0809, "en"), (0x042A, "vi"), (0x040C, "vi"), (0, "vi")]
)
def test_on_windows_its_own_language_counts_where_no_variable_is_set(number, lang, monkeypatch):
    monkeypatch.setattr(speech, "_language_of_windows", lambda: number)  # British English is 0x0809, Vietnamese 0x042A
    assert speech.language() == lang
    monkeypatch.setenv("LANG", "C")
    assert speech.language() == "vi"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ("week --lang en --help", "en"),
        ("week --help --lang=en", "en"),
        ("--lang vi week --help", "vi"),
        ("week --lang en --lang vi", "vi"),  # the last, as the option parser takes it
        ("week --lang=vi --lang en", "en"),
        ("week --help", None),
        ("week --help --lang", None),
        ("week --lang fr --help", None),
        ("gate --language=en", None),
        ("gate -- --lang en", None),  # a file of that name
        ("", None),
    ],
)
def test_the_language_is_found_among_arguments_that_are_not_read_yet(arguments, named):
    assert speech.asked_for(arguments.split()) == named
