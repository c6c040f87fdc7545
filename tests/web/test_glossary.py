"""Terms of law are explained where they stand, and all of them on one page."""

import html
import re
from collections import Counter

import pytest

from market import i18n
from market.domain.glossary import GLOSSARY
from market.web.jinja import TEMPLATES
from tests import browsing

pytestmark = pytest.mark.anyio

WORDS = "\n".join(path.read_text() for path in TEMPLATES.rglob("*.html"))


async def test_every_term_is_explained_somewhere_and_none_is_missing():
    used = set(re.findall(r"\bterm\(\"(\w+)\"", WORDS)) | set(
        re.findall(r"\"(\w+)\"", "".join(re.findall(r"for key in \(([^)]*)\)", WORDS)))
    )
    assert set(GLOSSARY) <= used
    assert set(re.findall(r"\bterm\(\"(\w+)\"", WORDS)) <= set(GLOSSARY)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_glossary_says_what_each_means_and_where_that_is_laid_down(client, language):
    client.cookies.set("language", language)
    text = html.unescape((await browsing.get_page(client, "/glossary")).text)
    token = i18n.language.set(language)
    for key, about in GLOSSARY.items():
        assert f'<dt id="{key}">{i18n.gettext(about.name)}</dt>' in text
        assert f"<cite>{i18n.gettext(about.source)}</cite>" in text
    i18n.language.reset(token)


async def test_a_term_opens_its_meaning_without_a_script(client, committed):
    product = await committed.listed_product()
    demand = await committed.open_demand(sealed=True)
    for path, keys in (
        (f"/products/{product.id}", {"opening_class", "data_grade"}),
        (f"/demands/{demand.id}", {"sealed"}),
    ):
        text = (await browsing.get_page(client, path)).text
        asked = set(re.findall(r'popovertarget="term-(\w+)"', text))
        ids = Counter(re.findall(r'\sid="([^"]+)"', text))
        assert keys <= asked
        assert {f"term-{key}" for key in asked} <= set(ids)
        assert max(ids.values()) == 1
