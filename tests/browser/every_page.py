"""Every page of the site, and what holds for each of them.

The addresses come from the access table, which names every route: a new page is looked at without anyone remembering.
An aspect looks at a page that is open and yields what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from axe_playwright_python.sync_playwright import Axe
from babel.messages.pofile import read_po
from playwright.sync_api import Page, Request, Response

from market import i18n
from market.domain.negotiations import OfferIn
from market.services import negotiations
from market.settings import Settings
from tests import access_world
from tests.access_table import pages
from tests.given import Given, email_of

READERS = {
    "anonymous": "",
    "enterprise": "consumer_owner",
    "supplier": "provider_owner",
    "broker": "broker",
    "registrar": "registrar",
    "admin": "admin",
}
"""Who reads, as named in the access world."""

MORE = (
    "/demands/{asking}/relax?kind=topic&value=公路货运量",
    "/questions/new?demand={asking}&product={asked}&kind=fields&value=车辆轴数",
)
"""Pages that the access table names with what is refused."""

TO_NOBODY = (
    *("/products/{draft_product}/dataset.jsonld", "/sitemaps/none.xml", "/schema/none", "/static/swagger/none.js"),
    *("/reset/no-such-token", "/invitations/no-such-token", "/sign-up/no-such-token"),
    *("/demands/{open_demand}/relax?kind=topic&value=x", "/questions/new?demand={open_demand}"),
)
"""What the access table names and is shown to none of the readers."""

THE_API = "/api"
"""Swagger UI is another project's: its size, words and contrast are not ours. That it is quiet is tested."""

SIZE = 150_000
"""Bytes of a page with its style sheet and scripts, not compressed and without images."""

REQUESTS = 3
"""Requests beyond the HTML, without images and the stream of changes."""


class Market(NamedTuple):
    """What stands in the database: ids as the access table names them, and addresses to sign in with."""

    ids: dict[str, Any]
    emails: dict[str, str]


async def market(given: Given) -> Market:
    """One of everything at once, before the worker can match what is half there."""
    async with given.db.transaction():
        return await _things(given)


async def _things(given: Given) -> Market:
    """The access world, and a negotiation with other terms and words in it."""
    who = await access_world.people(given)
    ids = await access_world.things(given, who, Settings(secret_key="k" * 32, private_webhooks=True))
    consumer, provider, now = who["consumer_owner"], who["provider_owner"], given.now
    other: OfferIn = given.offer(price=Decimal(1500), note="含历史修订")
    await negotiations.counter(given.db, provider, ids["negotiation"], other, version=1, now=now)
    for side in (consumer, provider):
        await negotiations.say(given.db, side, ids["negotiation"], "请看第二条", now=now)
    await given.match(consumer, provider)
    await given.draft_demand(consumer)
    asked = (await given.question(consumer, provider)).question
    other = await given.listed_product(provider)
    ids |= {"asking": asked.demand_id, "asked": other.id}
    return Market(ids, {name: email_of(actor.name) for name, actor in who.items()})


def addresses(ids: dict[str, Any]) -> list[str]:
    """Every page of these things."""
    return [*pages(ids), *(path.format(**ids) for path in MORE)]


def shown_to_somebody(ids: dict[str, Any]) -> set[str]:
    """Those that one of the readers must be shown."""
    return set(addresses(ids)) - {path.format(**ids) for path in TO_NOBODY}


FRAME = """() => {
  const around = document.documentElement.cloneNode(true);
  around.querySelector("main").remove();
  around.querySelector("title").remove();
  return around.outerHTML.replace(/ (value|href|content)="[^"]*"/g, "").replace(/\\d+/g, "");
}"""
"""What stands around a page's own part, but for where it leads and numbers."""


def accessible(page: Page, seen: set[str]) -> Iterator[str]:
    """axe-core's rules, the best practices with them, for what ``seen`` does not hold yet: a page's own part and what
    stands around it. Contrast, which takes most of the time, is looked at once for what several readers see alike."""
    content, around = page.inner_html("main"), page.evaluate(FRAME)
    if {content, around} <= seen:
        return
    options = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": content not in seen}}}
    seen |= {content, around}
    for found in Axe().run(page, options=options).response["violations"]:
        for node in found["nodes"]:
            yield f"{found['id']}: {node['html'][:200]} {node.get('failureSummary', '')[:300]}"


def self_contained(answer: Response) -> Iterator[str]:
    """A policy without exceptions, and nothing in the page that would need one."""
    policy = answer.headers.get("content-security-policy", "")
    if "unsafe" in policy or "default-src 'none'" not in policy:
        yield f"policy: {policy}"
    for tag in re.findall(r"<[a-z][^>]*>", answer.text()):
        if re.search(r"""\s(style|on[a-z]+)\s*=\s*["']""", re.sub(r'"[^"]*"', '""', tag)):
            yield f"inline: {tag}"
        if re.match(r"<style\b|<script\b(?![^>]*\ssrc=)", tag):
            yield f"inline: {tag}"


def small(page: Page, answer: Response, requested: list[Request]) -> Iterator[str]:
    """Bytes and requests within the budget."""
    parts = {
        request.url
        for request in requested
        if request.resource_type not in ("document", "image", "eventsource", "fetch")
        and not request.url.startswith("data:")
        and not request.url.endswith("icon.svg")  # an image, though the browser calls it "other"
    }
    size = len(answer.body()) + sum(length(page, url) for url in parts)
    if size > SIZE:
        yield f"size: {size} bytes"
    if len(parts) > REQUESTS:
        yield f"requests: {sorted(parts)}"


LENGTHS: dict[str, int] = {}


def length(page: Page, url: str) -> int:
    """Bytes at an address, asked for once."""
    if url not in LENGTHS:
        LENGTHS[url] = len(page.request.get(url).body())
    return LENGTHS[url]


TEXTS = """() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement: parent, textContent } = walker.currentNode;
    if (!parent.closest("script, style, noscript, code, pre, [lang]:not(html)")) found.push(textContent);
  }
  for (const one of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]"))
    for (const name of ["aria-label", "title", "placeholder", "alt"])
      if (one.hasAttribute(name)) found.push(one.getAttribute(name));
  found.push(document.title.replace(/ · [^·]*$/, ""));
  return found.map((text) => text.trim().replace(/\\s+/g, " ")).filter(Boolean);
}"""
"""What is written on the page, the closed parts too."""

PLACE = re.compile(r"%\\?\(\w+\\?\)[sd]")


@cache
def other_words(language: str) -> re.Pattern[str]:
    """The catalogue's texts in the other language, each as a whole, with anything in the places for values."""
    with i18n.CATALOGUE.open("rb") as file:
        held = read_po(file, locale="zh_Hans", domain="market")
    texts = []
    for message in held:
        ids, strings = ([x] if isinstance(x, str) else list(x) for x in (message.id, message.string))
        if message.id and not set(ids) & set(strings):
            texts += ids if language == "zh" else strings
    places = (PLACE.sub("\0", text.replace("%%", "%")) for text in texts if PLACE.sub("", text).strip())
    return re.compile("|".join(re.escape(text).replace("\0", ".+") for text in places))


KEPT = re.compile(
    r"(Person|Organisation) \d+|\S+@\S+|https?:\S+|[\w./-]*/[\w./{}-]+|[0-9a-f]{8,}"
    r"|API|APIs|English|CSV|JSON|XLSX|PDF|UTF-?8|GB18030|Enter|Parquet|Excel|Atom|RSS|DCAT|SHA-?256|Ed25519|HMAC|Webhook|webhook|nDCG\S*|CSR"
    r"|[a-z]+[:_][a-z_:]+"
)
"""Latin letters that stay in Chinese: names of the builders' people, addresses, hashes, formats, names of scopes."""


SAID = {"search", "接口", "江苏省", "a.csv", "price", "roads"}
"""What the people of this market wrote themselves."""


def in_one_language(page: Page, language: str) -> Iterator[str]:
    """No text of the catalogue in the other language; in Chinese no English word but names."""
    for text in set(page.evaluate(TEXTS)):
        if text in SAID:
            continue
        if other_words(language).fullmatch(text):
            yield f"words: {text!r}"
        elif language == "zh" and re.search(r"[A-Za-z]{3,}", KEPT.sub("", text)):
            yield f"English: {text!r}"


def narrow(page: Page) -> Iterator[str]:
    """Nothing sticks out to the right."""
    if page.evaluate("document.scrollingElement.scrollWidth > innerWidth"):
        yield "wider than the window"
