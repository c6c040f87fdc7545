"""The JSON API under /api/v1: bearer tokens only, one controller per noun."""

from market.api.router import OPENAPI, ROUTES

__all__ = ["OPENAPI", "ROUTES"]
