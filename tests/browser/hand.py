"""Four ways of acting on a page: with a mouse, with the keyboard alone, with a finger on a phone, without JavaScript.

hand = Hand(open_page, "keyboard")
hand.enters("a@test.example")
hand.follows("/demands/new")             # a link by its address
hand.writes("text", "…")                 # a field by its name
hand.presses("button[name=post]")
hand.sends("/actions/accept")            # a form by the end of its address, unfolded where it is folded
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, WIDE
from tests.given import PASSWORD

WAYS: dict[str, tuple[dict[str, int], dict[str, Any]]] = {
    "mouse": (WIDE, {}),
    "keyboard": (WIDE, {}),
    "phone": (PHONE, {"has_touch": True, "is_mobile": True}),
    "plain": (WIDE, {"java_script_enabled": False}),
}
"""The window of each way."""

PATIENCE = 60_000
"""Milliseconds after which an expectation fails; nothing is measured against it."""

MOST_STOPS = 250
"""Times Tab is pressed before something counts as out of reach."""


class Hand:
    """Somebody at a page of the site."""

    def __init__(self, open_page: Callable[..., Page], way: str) -> None:
        size, options = WAYS[way]
        self.way = way
        self.page = open_page(size, **options)
        self.steps = 0
        """Links followed, buttons pressed, fields filled in and pages asked for anew so far."""

    def enters(self, email: str) -> None:
        """Sign in; what follows is counted."""
        self.page.goto("/sign-in")
        self.writes("email", email)
        self.writes("password", PASSWORD)
        self.presses("main form:has([name=password]) button")
        self.page.wait_for_url("**/inbox")
        self.steps = 0

    def again(self) -> None:
        """Ask for the page anew, to see what others did (with scripts it shows that by itself)."""
        self.page.reload()
        self.steps += 1

    def follows(self, address: str) -> None:
        """The first link to this address that can be seen."""
        self._press(self.page.locator(f"a[href='{address}']:visible").first)
        self.page.wait_for_url(f"**{address}")

    def presses(self, selector: str) -> None:
        """The first button that can be seen of those the selector finds."""
        self._press(self.page.locator(f"{selector} >> visible=true").first)

    def writes(self, name: str, value: str) -> None:
        """Into the field of this name in the main part."""
        self._write(self.page.locator(f"main [name={name}]:visible").first, value)

    def finds(self, end: str, action: str = "") -> Locator:
        """The form whose address ends like this, told from others there by its hidden field ``action``."""
        among = f":has([name=action][value={action}])" if action else ""
        return self.page.locator(f"main form[action$='{end}']{among}").first

    def sends(self, end: str, action: str = "", **values: str) -> None:
        """Fill in the form and send it: it has done its work when it no longer stands there."""
        form = self.finds(end, action)
        form.wait_for(state="attached")
        if not form.is_visible():
            self._press(form.locator("xpath=ancestor::details[1]/summary"))
        for name, value in values.items():
            self._write(form.locator(f"[name={name}]"), value)
        self._press(form.locator("button:not([type=button])").first)
        expect(form).to_have_count(0, timeout=PATIENCE)

    def _press(self, target: Locator) -> None:
        self.steps += 1
        if self.way == "keyboard":
            self._reach(target)
            self.page.keyboard.press("Enter")
        elif self.way == "phone":
            target.tap()
        else:
            target.click()

    def _write(self, field: Locator, value: str) -> None:
        kind = field.evaluate("field => field.type")
        if self.way == "keyboard":
            self._type(field, kind, value)
        elif kind == "select-one":
            field.select_option(value)
        elif kind == "checkbox":
            self._press(field)
        else:
            field.tap() if self.way == "phone" else field.click()
            field.fill(value)
        self.steps += kind != "checkbox" or self.way == "keyboard"

    def _type(self, field: Locator, kind: str, value: str) -> None:
        """With keys only: a date as digits, a choice with the arrows, a tick with the space bar."""
        keys = self.page.keyboard
        self._reach(field)
        if kind == "select-one":
            keys.press("Home")
            for _ in range(MOST_STOPS):
                if field.input_value() == value:
                    return
                keys.press("ArrowDown")
            raise AssertionError(f"no choice {value}")
        if kind == "checkbox":
            keys.press("Space")
        elif kind == "date":
            year, month, day = value.split("-")
            keys.type(f"{day}{month}{year}")
        else:
            keys.press("ControlOrMeta+a")
            keys.insert_text(value)

    def _reach(self, target: Locator) -> None:
        """With Tab, on a fresh page past its head by the link made for that."""
        target.wait_for()
        keys = self.page.keyboard
        if self.page.evaluate("document.activeElement === document.body"):
            keys.press("Tab")
            if target.evaluate("element => Boolean(element.closest('main'))"):
                keys.press("Enter")
        for _ in range(MOST_STOPS):
            if target.evaluate("element => element === document.activeElement"):
                return
            keys.press("Tab")
        raise AssertionError(f"Tab does not reach {target}")
