"""The JSON API under /api/v1: bearer tokens only, one controller per noun."""

from market.api.openapi import PLUGINS
from market.api.router import OPENAPI, ROUTES

__all__ = ["OPENAPI", "PLUGINS", "ROUTES"]
