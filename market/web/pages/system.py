"""What runs the site rather than the market: health, the API's documentation."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Template
from litestar.static_files import create_static_files_router
from litestar.types import ControllerRouterHandler

from market.domain.permissions import Permission
from market.store.health import ALIVE
from market.store.query import Db
from market.web.guards import file_name_guard
from market.web.page import page


@get("/health", permission=Permission.PUBLIC)
async def health(db: NamedDependency[Db]) -> dict[str, str]:
    """For balancers and monitors: 200 while the database answers, else 503."""
    await ALIVE.one(db)
    return {"status": "ok"}


@get("/api", permission=Permission.PUBLIC)
async def api_documentation() -> Template:
    """The OpenAPI document, browsable without any other host."""
    return page("pages/api.html")


def swagger_files() -> Path:
    """Swagger UI's files inside its Python package (found, not imported: only its files are used)."""
    spec = find_spec("swagger_ui")
    if spec is None or spec.origin is None:
        raise RuntimeError("the package swagger-ui-py is missing")
    return Path(spec.origin).parent / "static"


ROUTES: list[ControllerRouterHandler] = [
    health,
    api_documentation,
    create_static_files_router(
        "/static/swagger",
        directories=[swagger_files()],
        opt={"permission": Permission.PUBLIC},
        guards=[file_name_guard],
        name="swagger",
    ),
]
