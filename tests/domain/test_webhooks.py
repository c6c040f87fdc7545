"""Signatures and the addresses nobody may make us post to."""

from datetime import UTC, datetime

import pytest

from market.domain.webhooks import is_private, signature


def test_the_signature_is_that_of_openssl():
    """printf '1772442000.{"id":1}' | openssl dgst -sha256 -hmac whsec_test"""
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    expected = "t=1772442000,v1=3e5e6f11a52fdb88f051cc5bb0879c54bf82b15738681cbcc0e9569f845b1a87"
    assert signature("whsec_test", b'{"id":1}', at) == expected


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.31.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
    ],
)
def test_private_addresses(address):
    assert is_private(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "114.114.114.114", "2400:3200::1", "2606:4700:4700::1111", "64:ff9b::101:101"]
)
def test_public_addresses(address):
    assert not is_private(address)
