"""Settings: one frozen Struct, read from the environment once, validated at start, each error naming its variable."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, get_args
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

DEFAULT_DATA_DIR = Path.home() / ".local" / "share" / "duijie"


class SettingsError(Exception):
    """A setting is wrong; the message names it and says what it should be."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every setting is the environment variable MARKET_<NAME>. Docstrings are the help of ``market serve --help``."""

    database_url: str = ""
    """postgresql://user:password@host/name; empty: a private PostgreSQL in the data folder."""
    data_dir: Path = DEFAULT_DATA_DIR
    """Where the private server, the signing key and stored indexes live."""
    host: str = "127.0.0.1"
    """Address the site listens on."""
    port: Annotated[int, Meta(ge=1, le=65535)] = 8000
    """Port the site listens on."""
    base_url: str = ""
    """The address people use, e.g. https://market.example; behind https cookies become Secure."""
    secret_key: str = ""
    """At least 32 characters; empty: one is made and kept in the data folder."""
    language: str = "zh"
    """The language for visitors who ask for none: zh or en."""
    smtp_url: str = ""
    """smtp[s]://user:password@host:port; empty: mails are written to the log."""
    mail_from: str = "duijie@localhost"
    """Sender of mails."""
    pool_size: Annotated[int, Meta(ge=2, le=200)] = 10
    """Database connections of one process."""
    web_workers: Annotated[int, Meta(ge=1, le=64)] = 1
    """Processes of the site."""
    behind_proxy: bool = False
    """A proxy of ours stands in front: take the caller's address from the last entry of X-Forwarded-For."""
    private_webhooks: bool = False
    """Allow webhook targets in private address ranges."""
    auto_propose: bool = False
    """Propose matches with no must line unmet without a broker's review."""
    demo: bool = False
    """Show the sign-ins of the demonstration market on the front page; set by ``market demo``."""

    @property
    def secure(self) -> bool:
        """Whether people reach the site through https."""
        return self.base_url.startswith("https://")

    @property
    def address(self) -> str:
        """The site's address without a trailing slash."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")


def from_env(env: Mapping[str, str]) -> Settings:
    """Settings from MARKET_* variables. Raises SettingsError naming the variable."""
    raw = {
        name: env[f"MARKET_{name.upper()}"]
        for name in Settings.__struct_fields__
        if env.get(f"MARKET_{name.upper()}", "") != ""
    }
    known = {f"MARKET_{name.upper()}" for name in Settings.__struct_fields__}
    if unknown := sorted(k for k in env if k.startswith("MARKET_") and k not in known | {"MARKET_TEST_DATABASE_URL"}):
        raise SettingsError(f"{unknown[0]} is not a setting. Known: {', '.join(sorted(known))}.")
    values: dict[str, object] = dict(raw)
    for name in ("behind_proxy", "private_webhooks", "auto_propose", "demo"):
        if name in raw:
            if raw[name].lower() not in ("1", "0", "true", "false", "yes", "no", "on", "off"):
                raise SettingsError(f"MARKET_{name.upper()} must be true or false, not {raw[name]!r}.")
            values[name] = raw[name].lower() in ("1", "true", "yes", "on")
    if "data_dir" in raw:
        values["data_dir"] = Path(raw["data_dir"]).expanduser()
    try:
        settings = msgspec.convert(values, Settings, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        name = str(error).rpartition("$.")[2].rstrip("`")
        raise SettingsError(f"MARKET_{name.upper()}: {str(error).partition(' - at')[0]}.") from None
    _check(settings)
    return settings


def _path(kind: type, value: object) -> object:
    if Path in (kind, *get_args(kind)):
        return Path(str(value))
    return value


def _check(settings: Settings) -> None:
    checks = {
        "database_url": (not settings.database_url)
        or urlsplit(settings.database_url).scheme in ("postgresql", "postgres"),
        "base_url": (not settings.base_url) or urlsplit(settings.base_url).scheme in ("http", "https"),
        "secret_key": (not settings.secret_key) or len(settings.secret_key) >= 32,
        "language": settings.language in ("zh", "en"),
        "smtp_url": (not settings.smtp_url) or urlsplit(settings.smtp_url).scheme in ("smtp", "smtps"),
    }
    help_ = {
        "database_url": "must start with postgresql://",
        "base_url": "must start with http:// or https://",
        "secret_key": "needs at least 32 characters",
        "language": "must be zh or en",
        "smtp_url": "must start with smtp:// or smtps://",
    }
    for name, good in checks.items():
        if not good:
            raise SettingsError(f"MARKET_{name.upper()} {help_[name]}.")


def secret_key(settings: Settings) -> bytes:
    """The key for session cookies: the configured one, else one kept in the data folder (mode 600)."""
    if settings.secret_key:
        return settings.secret_key.encode()
    path = settings.data_dir / "secret_key"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        fresh = settings.data_dir / f".secret_key.{secrets.token_hex(4)}"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(32))
        try:
            path.hardlink_to(fresh)  # whoever is first wins; never overwritten
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
        return path.read_bytes()
