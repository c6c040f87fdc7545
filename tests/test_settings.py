"""Settings: every wrong one is named, and the signing key is made once, for the owner only."""

import stat
from pathlib import Path

import pytest

from market.settings import Settings, SettingsError, from_env, secret_key
from tests.processes import together


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("database_url", "mysql://host/name", "postgresql://"),
        ("database_url", "not a url", "postgresql://"),
        ("port", "0", ">= 1"),
        ("port", "65536", "<= 65535"),
        ("port", "http", "int"),
        ("port", "80.5", "int"),
        ("base_url", "market.example", "https://"),
        ("base_url", "ftp://market.example", "https://"),
        ("secret_key", "short", "32"),
        ("language", "fr", "zh or en"),
        ("smtp_url", "http://mail.example", "smtp://"),
        ("pool_size", "1", ">= 2"),
        ("pool_size", "many", "int"),
        ("web_workers", "0", ">= 1"),
        ("private_webhooks", "maybe", "true or false"),
        ("auto_propose", "2", "true or false"),
        ("behind_proxy", "x", "true or false"),
        ("demo", "perhaps", "true or false"),
    ],
)
def test_a_wrong_setting_is_named_and_what_it_should_be(name, value, part):
    with pytest.raises(SettingsError) as wrong:
        from_env({f"MARKET_{name.upper()}": value})
    assert str(wrong.value).startswith(f"MARKET_{name.upper()}")
    assert part in str(wrong.value)


def test_every_setting_with_a_wrong_value_is_among_the_cases():
    """What has no wrong value: free text and paths."""
    cases = next(m.args[1] for m in test_a_wrong_setting_is_named_and_what_it_should_be.pytestmark)
    free = {"data_dir", "host", "mail_from"}
    assert set(Settings.__struct_fields__) - {name for name, *_ in cases} == free


def test_a_setting_nobody_knows_is_named():
    with pytest.raises(SettingsError, match=r"MARKET_DATABASE is not a setting.*MARKET_DATABASE_URL"):
        from_env({"MARKET_DATABASE": "postgresql://x/y"})


def test_what_is_not_ours_is_not_looked_at():
    assert from_env({"PATH": "/bin", "SUPERMARKET_PORT": "1", "PORT": "x"}) == Settings()


def test_values_are_read():
    settings = from_env(
        {
            "MARKET_DATABASE_URL": "postgresql://u:p@host:5433/name",
            "MARKET_DATA_DIR": "~/market",
            "MARKET_PORT": "8080",
            "MARKET_BASE_URL": "https://market.example/",
            "MARKET_PRIVATE_WEBHOOKS": "Yes",
            "MARKET_AUTO_PROPOSE": "off",
            "MARKET_LANGUAGE": "en",
        }
    )
    assert settings.data_dir == Path.home() / "market"
    assert settings.port == 8080
    assert (settings.private_webhooks, settings.auto_propose) == (True, False)
    assert settings.secure
    assert settings.address == "https://market.example"


def test_empty_means_the_default():
    assert from_env({"MARKET_PORT": "", "MARKET_SECRET_KEY": ""}) == Settings()


def test_the_address_without_a_base_url():
    assert Settings(host="127.0.0.1", port=9000).address == "http://127.0.0.1:9000"
    assert not Settings().secure


def test_a_configured_key_is_taken_and_nothing_written(tmp_path):
    assert secret_key(Settings(data_dir=tmp_path, secret_key="k" * 40)) == b"k" * 40
    assert list(tmp_path.iterdir()) == []


def test_the_key_is_made_once_and_for_the_owner_only(tmp_path):
    settings = Settings(data_dir=tmp_path / "new" / "folder")
    first = secret_key(settings)
    assert len(first) == 64
    assert secret_key(settings) == first
    kept = settings.data_dir / "secret_key"
    assert kept.read_bytes() == first
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [p.name for p in settings.data_dir.iterdir()] == ["secret_key"]


def test_processes_that_start_at_once_agree_on_the_key(tmp_path):
    imports = "from pathlib import Path; from market.settings import Settings, secret_key"
    script = "print(secret_key(Settings(data_dir=Path(sys.argv[1]))).decode())"
    keys = set(together(4, imports, script, str(tmp_path)))
    assert len(keys) == 1
    assert len(keys.pop()) == 64
    assert [p.name for p in tmp_path.iterdir()] == ["secret_key"]
