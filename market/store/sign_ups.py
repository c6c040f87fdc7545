"""SQL for registrations that wait for their link to be opened."""

from __future__ import annotations

import msgspec

from market.domain.accounts import Registration
from market.store.query import Command, Query


class SignUp(msgspec.Struct, frozen=True, kw_only=True):
    """What was filled in, and the language it was filled in in."""

    wanted: Registration
    language: str


INSERT = Command(
    "INSERT INTO sign_up (token_hash, wanted, language, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)"
)
FIND = Query(
    SignUp, "SELECT wanted, language FROM sign_up WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2"
)
USE = Query(
    SignUp,
    """UPDATE sign_up SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2
    RETURNING wanted, language""",
)
FORGET = Command("DELETE FROM sign_up WHERE expires_at < now() - interval '1 day' OR used_at IS NOT NULL")
