"""The front page and what the market is."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Template

from market.domain.accounts import Actor
from market.domain.demonstration import PASSWORD, TOURS
from market.domain.permissions import Permission
from market.services import demands
from market.settings import Settings
from market.store import figures
from market.store import products as stored
from market.store.query import Db
from market.web.page import Web, page

NEWEST = 6


@get("/", permission=Permission.PUBLIC)
async def home(request: Web, db: NamedDependency[Db], actor: NamedDependency[Actor]) -> Template:
    """One sentence, a search, five figures, what is new, how it works for each role; on the demo a tour."""
    settings: Settings = request.app.state.settings
    opened = await demands.page(db, actor, states=["open"], limit=NEWEST)
    return page(
        "pages/home.html",
        figures=await figures.NOW.one(db),
        products=await stored.NEWEST.all(db, NEWEST),
        demands=opened.items,
        tours=TOURS if settings.demo else (),
        password=PASSWORD,
        site=settings.address,
    )


@get("/about", permission=Permission.PUBLIC)
async def about() -> Template:
    """What the market is, for whom, and by which rules."""
    return page("pages/about.html")


@get("/glossary", permission=Permission.PUBLIC)
async def glossary() -> Template:
    """Every term of law, what it means and where that is laid down."""
    return page("pages/glossary.html")


ROUTES = [home, about, glossary]
