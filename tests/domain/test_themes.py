"""Fields of data known by two names, and stored under one."""

from market import i18n
from market.domain.themes import THEMES, stored


def test_either_name_is_stored_as_the_chinese_one_and_read_in_the_readers_language():
    for name, english in THEMES.items():
        assert stored(name) == stored(english) == stored(english.upper()) == name
        with i18n.speaking("zh"):
            assert i18n.gettext(english) == name
        with i18n.speaking("en"):
            assert i18n.gettext(english) == english
    assert stored("纺织品检验") == "纺织品检验", "any other field stays as it was written"
