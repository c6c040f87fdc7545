"""The front page and what the market is."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Template

from market.domain.accounts import Actor
from market.domain.permissions import Permission
from market.services import demands
from market.store import figures
from market.store import products as stored
from market.store.query import Db
from market.web.page import page

NEWEST = 6


@get("/", permission=Permission.PUBLIC)
async def home(db: NamedDependency[Db], actor: NamedDependency[Actor]) -> Template:
    """One sentence, a search, four figures, what is new, and how it works for each role."""
    opened = await demands.page(db, actor, states=["open"], limit=NEWEST)
    return page(
        "pages/home.html",
        figures=await figures.NOW.one(db),
        products=await stored.NEWEST.all(db, NEWEST),
        demands=opened.items,
    )


@get("/about", permission=Permission.PUBLIC)
async def about() -> Template:
    """What the market is, for whom, and by which rules."""
    return page("pages/about.html")


ROUTES = [home, about]
