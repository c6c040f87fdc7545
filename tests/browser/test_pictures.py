"""The README's pictures: the command that takes them works, and the ones that are kept are small."""

import re
import subprocess
import sys

import pytest
from PIL import Image

from tests.browser.conftest import ROOT
from tests.pictures.__main__ import PICTURES, SIZE

SMALL = 60_000
"""Bytes of one picture."""


def looked_at(path):
    """Of the right size, small, and more than an empty page."""
    assert path.stat().st_size <= SMALL, path
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert picture.size == (SIZE["width"], SIZE["height"])
        common = max(count for count, _ in picture.convert("RGB").getcolors(1 << 24))
        assert common < 0.98 * picture.width * picture.height, path


@pytest.mark.browser
def test_the_command_takes_every_picture(program, tmp_path):
    subprocess.run([sys.executable, "-m", "tests.pictures", tmp_path], cwd=ROOT, check=True)
    assert {path.stem for path in tmp_path.iterdir()} == set(PICTURES)
    for path in tmp_path.iterdir():
        looked_at(path)


def test_the_readme_shows_every_picture_that_is_kept():
    shown = re.findall(r"!\[[^\]]+\]\(tests/pictures/(\w+)\.png\)", (ROOT / "README.md").read_text("utf-8"))
    assert sorted(shown) == sorted(PICTURES)
    for name in PICTURES:
        looked_at(ROOT / "tests" / "pictures" / f"{name}.png")
