"""Every text a person can see is there in both languages."""

import re

from babel.messages.pofile import read_po

from market import i18n
from market.commands import catalogue


def held():
    with i18n.CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_Hans", domain="market")


def test_every_message_of_the_code_is_translated():
    there = {str(m.id if isinstance(m.id, str) else m.id[0]) for m in held() if m.id and m.string}
    wanted = {str(m.id if isinstance(m.id, str) else m.id[0]) for m in catalogue.template() if m.id}
    assert wanted - there == set()
    assert catalogue.untranslated(held()) == []


def test_translations_keep_the_places_for_values():
    for message in held():
        if message.id:
            ids = [message.id] if isinstance(message.id, str) else list(message.id)
            texts = [message.string] if isinstance(message.string, str) else list(message.string)
            places = set(re.findall(r"%\(\w+\)[sd]", ids[-1]))
            for text in texts:
                assert set(re.findall(r"%\(\w+\)[sd]", text)) == places, message.id


def test_the_reader_gets_the_language_they_ask_for():
    assert i18n.choose("", "en-GB,en;q=0.8", "zh") == "en"
    assert i18n.choose("zh", "en", "en") == "zh"
    assert i18n.choose("", "fr", "zh") == "zh"
    token = i18n.language.set("zh")
    assert i18n.gettext("Inbox") == "待办"
    i18n.language.reset(token)
