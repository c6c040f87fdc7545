"""What the web server imports: the site, with settings from the environment."""

from __future__ import annotations

import os

from litestar import Litestar

from market import compiled, log
from market.settings import from_env


def create() -> Litestar:
    """One worker's site."""
    log.configure()
    settings = from_env(os.environ)
    compiled.keep(settings)
    from market.app import create_app  # brings the matcher in

    return create_app(settings)
