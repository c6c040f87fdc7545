"""What the market shows to anyone and to programs that read the web: statistics, feeds, the sitemap."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Template
from litestar.types import ControllerRouterHandler

from market.domain.accounts import ANONYMOUS
from market.domain.permissions import Permission
from market.domain.products import Product
from market.services import facets, products, statistics
from market.services.facets import Found
from market.services.matchmaking import Matchmaker
from market.store import sitemap
from market.store.query import Db
from market.web.page import Web, page
from market.web.pages.search import linker, read_asked

P = Permission
ATOM, XML = "application/atom+xml; charset=utf-8", "application/xml; charset=utf-8"
JSON_LD = "application/ld+json"
IN_A_FEED = 50
KINDS = ("product", "demand")


def site_of(request: Web) -> str:
    """The address of the site, to write whole addresses with."""
    address: str = request.app.state.settings.address
    return address


@get("/statistics", permission=P.PUBLIC)
async def statistics_page(
    request: Web, db: NamedDependency[Db], matchmaker: NamedDependency[Matchmaker], now: NamedDependency[datetime]
) -> Template:
    """By field and region, month by month, what is not met, how long it takes."""
    return page("pages/statistics.html", told=await statistics.read(db, matchmaker, now=now), site=site_of(request))


@get("/products.atom", permission=P.PUBLIC)
async def product_feed(
    request: Web, db: NamedDependency[Db], matchmaker: NamedDependency[Matchmaker], now: NamedDependency[datetime]
) -> Template:
    """The newest listed products of a search (RFC 4287)."""
    asked = read_asked(request)
    found = await facets.products(db, matchmaker, asked, sort="newest", limit=IN_A_FEED)
    return _feed(request, "product", found, now)


@get("/demands.atom", permission=P.PUBLIC)
async def demand_feed(
    request: Web, db: NamedDependency[Db], matchmaker: NamedDependency[Matchmaker], now: NamedDependency[datetime]
) -> Template:
    """The newest open demands of a search, as strangers see them."""
    asked = read_asked(request)
    found = await facets.demands(db, ANONYMOUS, matchmaker, asked, sort="newest", limit=IN_A_FEED)
    return _feed(request, "demand", found, now)


def _feed(request: Web, kind: str, found: Found[Any], now: datetime) -> Template:
    query = linker("", found.asked, "")()
    updated = max((result.card.updated_at for result in found.items), default=now)
    context = {"kind": kind, "found": found, "site": site_of(request), "query": query, "updated": updated}
    return Template("feeds/atom.xml", context=context, media_type=ATOM)


@get("/products/{product_id:int}/dataset.jsonld", permission=P.PUBLIC)
async def dataset(request: Web, db: NamedDependency[Db], product_id: FromPath[int]) -> Response[dict[str, Any]]:
    """A listed product for catalogues of data sets (https://schema.org/Dataset); what is not said is left out."""
    product = await products.get(db, ANONYMOUS, product_id)
    return Response(_dataset(product, f"{site_of(request)}/products/{product.id}"), media_type=JSON_LD)


def _dataset(product: Product, url: str) -> dict[str, Any]:
    span = (product.time_from, product.time_to)
    told = {
        "name": product.title,
        "description": product.abstract,
        "url": url,
        "identifier": url,
        "keywords": list(product.tags),
        "about": product.theme,
        "spatialCoverage": product.region,
        "temporalCoverage": "/".join(day.isoformat() if day else ".." for day in span) if any(span) else "",
        "variableMeasured": [field.name for field in product.fields],
        "encodingFormat": list(product.formats),
        "license": product.licence,
        "isAccessibleForFree": None if product.price is None else product.price == 0,
        "provider": {"@type": "Organization", "name": product.organisation_name},
        "dateModified": product.updated_at.isoformat(),
    }
    said = {name: value for name, value in told.items() if value not in ("", [], None)}
    return {"@context": "https://schema.org", "@type": "Dataset", **said}


@get("/sitemap.xml", permission=P.PUBLIC)
async def sitemap_index(request: Web, db: NamedDependency[Db]) -> Template:
    """The index of the maps below, one for every block of numbers."""
    blocks = {kind: await sitemap.BLOCKS[kind].all(db) for kind in KINDS}
    return Template("feeds/sitemaps.xml", context={"blocks": blocks, "site": site_of(request)}, media_type=XML)


@get("/sitemaps/{name:str}", permission=P.PUBLIC)
async def sitemap_of(request: Web, db: NamedDependency[Db], name: FromPath[str]) -> Template:
    """The pages themselves (``pages.xml``), or those of one block of products or demands (``product-0.xml``)."""
    kind, _, block = name.removesuffix(".xml").partition("-")
    if name == "pages.xml":
        found = []
    elif kind in KINDS and block.isascii() and block.isdigit() and len(block) < 12:
        found = await sitemap.PAGES[kind].all(db, int(block))
    else:
        raise NotFoundException
    return Template(
        "feeds/sitemap.xml", context={"kind": kind, "pages": found, "site": site_of(request)}, media_type=XML
    )


@get("/robots.txt", permission=P.PUBLIC)
async def robots(request: Web) -> Response[str]:
    """Everything public may be read; what needs a person need not be tried."""
    private = ("/api/v1/", "/my/", "/inbox", "/notifications", "/searches", "/desk/", "/events")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in private), f"Sitemap: {site_of(request)}/sitemap.xml"]
    return Response("\n".join(lines) + "\n", media_type="text/plain; charset=utf-8")


ROUTES: list[ControllerRouterHandler] = [
    statistics_page,
    product_feed,
    demand_feed,
    dataset,
    sitemap_index,
    sitemap_of,
    robots,
]
