"""The public search: listed products and open demands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from litestar.types import ControllerRouterHandler

from market.domain.accounts import Actor
from market.domain.facets import NAMES, Asked
from market.domain.permissions import Permission
from market.domain.text import one_line
from market.services import facets
from market.services.facets import Found
from market.services.matchmaking import Matchmaker
from market.store.query import Db
from market.web.page import Web, page

LONGEST = {"q": 2_000}
"""Characters of a value; what is longer is cut."""


def read_asked(request: Web) -> Asked:
    """The search in the address of a page."""
    given = {name: one_line(request.query_params.get(name, "")) for name in Asked.__struct_fields__}
    return msgspec.convert({name: value[: LONGEST.get(name, 200)] for name, value in given.items()}, Asked)


@get("/products", permission=Permission.PUBLIC)
async def public_products(
    request: Web,
    db: NamedDependency[Db],
    matchmaker: NamedDependency[Matchmaker],
    sort: FromQuery[str] = "",
    start: FromQuery[int] = 0,
) -> Template:
    """Listed products, the best answers to the words first, and what each filter would leave."""
    found = await facets.products(db, matchmaker, read_asked(request), sort=sort, start=start)
    return _results("product", found, sort)


@get("/demands", permission=Permission.PUBLIC)
async def public_demands(
    request: Web,
    db: NamedDependency[Db],
    actor: NamedDependency[Actor],
    matchmaker: NamedDependency[Matchmaker],
    sort: FromQuery[str] = "",
    start: FromQuery[int] = 0,
) -> Template:
    """Open demands, likewise."""
    found = await facets.demands(db, actor, matchmaker, read_asked(request), sort=sort, start=start)
    return _results("demand", found, sort)


def _results(kind: str, found: Found[Any], sort: str) -> Template:
    return page(
        "pages/search.html",
        kind=kind,
        found=found,
        link=linker(f"/{kind}s", found.asked, str(found.sort) if sort else ""),
        feed=f"/{kind}s.atom{linker('', found.asked, '')()}",
        names=NAMES,
    )


def linker(path: str, asked: Asked, sort: str) -> Callable[..., str]:
    """``link(theme="", start=20)``: the address of the search with these changes, from its first result on."""

    def link(**changes: object) -> str:
        told = {**asked.told, "sort": sort} | changes
        query = urlencode({name: value for name, value in told.items() if value})
        return f"?{query}" if query else path

    return link


ROUTES: list[ControllerRouterHandler] = [public_products, public_demands]
