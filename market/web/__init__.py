"""Server-rendered pages; every one works without JavaScript."""

from market.web.router import ROUTES

__all__ = ["ROUTES"]
