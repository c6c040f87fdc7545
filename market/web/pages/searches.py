"""Pages of saved searches: the list, saving from the results, renaming, pausing, deleting."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from litestar.types import ControllerRouterHandler

from market.domain.accounts import Actor
from market.domain.facets import NAMES, Asked
from market.domain.permissions import Permission
from market.domain.searches import SearchChange, SearchIn
from market.domain.words import N_
from market.services import searches
from market.store.query import Db
from market.web import forms
from market.web.page import Web, go, page
from market.web.pages.search import linker

P = Permission.ACCOUNT_OWN


@get("/searches", permission=P)
async def saved_searches(db: NamedDependency[Db], actor: NamedDependency[Actor]) -> Template:
    """One's own, the latest first."""
    return await _list(db, actor)


async def _list(db: Db, actor: Actor, **again: Any) -> Template:
    found = await searches.own(db, actor)
    return page("pages/searches.html", searches=found, names=NAMES, **{"typed": {}, **again})


@post("/searches", permission=P)
async def save_search(
    request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Redirect:
    """Save what was searched for."""
    typed = forms.typed(await request.form())
    again = await _list(db, actor, typed=typed)
    with forms.retry_on(again):
        asked = {name: value for name, value in typed.items() if name in Asked.__struct_fields__}
        given = {"kind": typed.get("kind"), "name": typed.get("name"), "asked": asked}
        await searches.save(db, actor, forms.read(SearchIn, given), now=now)
    return go(request, "/searches", N_("Saved. You are told when something new answers it."))


@get("/searches/{search_id:int}", permission=P)
async def open_search(db: NamedDependency[Db], actor: NamedDependency[Actor], search_id: FromPath[int]) -> Redirect:
    """Its results, the newest first."""
    search = await searches.get(db, actor, search_id)
    path = f"/{search.kind}s"
    return Redirect(path + linker(path, search.asked, "newest")(), status_code=303)


@post("/searches/{search_id:int}", permission=P)
async def change_search(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    search_id: FromPath[int],
) -> Redirect:
    """Rename, pause or go on."""
    typed = forms.typed(await request.form())
    await searches.get(db, actor, search_id)
    again = await _list(db, actor, typed=typed)
    with forms.retry_on(again):
        active = {"pause": False, "resume": True}.get(str(typed.get("do", "")))
        await searches.change(db, actor, search_id, SearchChange(name=typed.get("name"), active=active), now=now)
    return go(request, "/searches", N_("Saved."))


@post("/searches/{search_id:int}/delete", permission=P)
async def delete_search(
    request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor], search_id: FromPath[int]
) -> Redirect:
    """Forget it."""
    await searches.delete(db, actor, search_id)
    return go(request, "/searches", N_("Deleted."))


ROUTES: list[ControllerRouterHandler] = [saved_searches, save_search, open_search, change_search, delete_search]
