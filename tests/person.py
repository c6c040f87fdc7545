"""Somebody with a browser and no JavaScript, who follows links and sends forms that stand on the page in front of them.

person = Person(client)
await person.open("/demands")
await person.follow("冷链车辆温度")                  # a link by its words
await person.follow(r"/demands/\\d+")                # or by its whole address
await person.send("/actions/withdraw", reason="…")  # a form by the end of its address
await person.send("", press="post", title="…")      # the form of this page itself, by a named button
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from httpx import AsyncClient

from tests.browsing import HTML


@dataclass
class Form:
    """A form as it stands on a page: where it goes and what is filled in."""

    action: str
    post: bool
    fields: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    """Every control, the empty ones and unticked boxes as well."""
    hidden: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)

    def filled(self, press: str, values: dict[str, Any]) -> dict[str, Any]:
        """What a browser sends; only fields and buttons that are there can be used."""
        assert values.keys() <= self.names, f"{values.keys() - self.names} not among {self.names} of {self.action}"
        assert not press or press in self.buttons, f"no button {press} in {self.action}: {self.buttons}"
        return self.fields | values | ({press: self.buttons[press]} if press else {})


class Reader(HTMLParser):
    """The links, forms and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.forms: list[Form] = []
        self.words: list[str] = []
        self._form: Form | None = None
        self._area = ""
        self._select = ""
        self._first = False
        self._link: str | None = None
        self.feed(html)
        self.text = re.sub(r"\s+", " ", "".join(self.words))

    def objects(self, pattern: str) -> list[str]:
        """The addresses of links that match, each once."""
        return list(dict.fromkeys(href for href, _ in self.links if re.fullmatch(pattern, href)))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in has:
            self._link, self._from = has["href"], len(self.words)
        if tag == "form":
            self._form = Form(has.get("action", ""), has.get("method", "get") == "post")
            self.forms.append(self._form)
        if self._form is None:
            return
        name = has.get("name", "")
        if tag in ("input", "select", "textarea") and name:
            self._form.names.add(name)
        if tag == "input" and name and (has.get("type") not in ("checkbox", "radio") or "checked" in has):
            self._form.fields.setdefault(name, []).append(has.get("value", "on"))
            if has.get("type") == "hidden":
                self._form.hidden[name] = has.get("value", "")
        elif tag == "textarea":
            self._area = name
            self._form.fields.setdefault(name, []).append("")
        elif tag == "select":
            self._select = name
            self._form.fields.setdefault(name, []).append("")
            self._first = True
        elif tag == "option" and self._select and (self._first or "selected" in has):
            self._form.fields[self._select][-1] = has.get("value", "")
            self._first = False
        elif tag == "button" and name:
            self._form.buttons[name] = has.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._link is not None:
            self.links.append((self._link, "".join(self.words[self._from :]).strip()))
            self._link = None
        elif tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._area and self._form:
            self._form.fields[self._area][-1] += data


class Person:
    """A browser and the page that is open in it."""

    def __init__(self, client: AsyncClient) -> None:
        self.client = client
        self.path = "/"
        self.page = Reader("")

    @property
    def text(self) -> str:
        """The words on the page."""
        return self.page.text

    async def open(self, path: str) -> Person:
        """Type an address."""
        return self._shown(await self.client.get(path, headers=HTML, follow_redirects=True))

    async def follow(self, link: str) -> Person:
        """Follow the first link with these words; an expression that begins with ``/`` means its address."""
        for href, words in self.page.links:
            if re.fullmatch(link, href) if link.startswith("/") else link in words:
                return await self.open(urljoin(self.path, href))
        raise AssertionError(f"no link {link} on {self.path}: {self.page.links}")

    def sees(self, action: str) -> bool:
        """Whether there is a form with this end of its address."""
        return any(form.post and form.action.endswith(action) for form in self.page.forms)

    async def send(self, end: str, /, press: str = "", **values: Any) -> Person:
        """Fill in the first form whose address ends like this (empty: the page's own) and send it.

        A value given for a hidden field tells forms of one address apart.
        """
        for form in self.page.forms:
            here = form.action.endswith(end) if end else not form.action.partition("#")[0]
            if form.post and here and all(form.hidden.get(k, v) == v for k, v in values.items()):
                target = urljoin(self.path, form.action)
                data = form.filled(press, values)
                return self._shown(await self.client.post(target, data=data, headers=HTML, follow_redirects=True))
        raise AssertionError(f"no form {end} on {self.path}: {[form.action for form in self.page.forms]}")

    async def signs_in(self, email: str, password: str) -> Person:
        """Through the front page."""
        await self.open("/")
        await self.follow("/sign-in")
        await self.send("/sign-in", email=email, password=password)
        assert self.path == "/inbox", self.text
        return self

    def _shown(self, answer: Any) -> Person:
        assert answer.status_code == 200, f"{answer.url} {answer.status_code}: {Reader(answer.text).text}"
        where = urlsplit(str(answer.url))
        self.path = where.path + (f"?{where.query}" if where.query else "")
        self.page = Reader(answer.text)
        return self
