"""What every page is given, and the small replies pages share."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request
from litestar.params import QueryParameter
from litestar.plugins.flash import flash
from litestar.response import Redirect, Template

from market import i18n

Web = Request[Any, Any, Any]
StateFilter = Annotated[str, QueryParameter(name="state")]
"""The state a list is cut down to; the framework keeps the name ``state`` for itself."""


def page(name: str, /, status: int = 200, **context: Any) -> Template:
    """Render ``templates/<name>``; form pages are always given ``errors`` and ``unmet``."""
    return Template(name, context={"errors": {}, "unmet": (), **context}, status_code=status)


def go(request: Web, path: str, message: str = "", **params: object) -> Redirect:
    """303 to ``path``, saying once what was done."""
    if message:
        flash(request, i18n.gettext(message) % params if params else i18n.gettext(message), category="done")
    return Redirect(path, status_code=303)
