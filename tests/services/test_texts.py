"""Texts as people of either language read them."""

import pytest

from market.services import texts


@pytest.mark.parametrize(
    ("written", "zh", "en"),
    [
        ("江苏省", "江苏省", "Jiangsu"),
        ("Zhejiang", "浙江省", "Zhejiang"),
        ("湖北省武汉市", "湖北省武汉市", "Wuhan, Hubei"),
        ("全国", "全国", "China"),
        ("Jiangsu, Shanghai", "江苏省、上海市", "Jiangsu, Shanghai"),
        ("江苏省、武汉市", "江苏省、武汉市", "Jiangsu; Wuhan, Hubei"),
        ("江苏省、渤海", "江苏省、渤海", "江苏省、渤海"),
        ("Bohai", "Bohai", "Bohai"),
        ("", "", ""),
    ],
)
def test_known_places_are_read_in_the_readers_language_and_others_as_written(written, zh, en):
    assert (texts.region_in("zh", written), texts.region_in("en", written)) == (zh, en)
