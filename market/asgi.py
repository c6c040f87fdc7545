"""What the web server imports: the site, with settings from the environment."""

from __future__ import annotations

import os

from litestar import Litestar

from market import log
from market.app import create_app
from market.settings import from_env


def create() -> Litestar:
    """One worker's site."""
    log.configure()
    return create_app(from_env(os.environ))
