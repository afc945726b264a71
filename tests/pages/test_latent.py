import base64
import json
import re

import numpy as np
import pytest

from core.images.data import flatten, load_mnist
from core.models.bundle import load_bundle
from core.models.latent import walk
from core.ui.latent.plane import SHOWN

KANA = re.compile("[ぁ-ヿ]")


def told(page):
    """What the map was told to show."""
    (element,) = [e for e in page.get("bidi_component") if e.proto.component_name == "kagami_plane"]
    return json.loads(element.proto.mixed.json if element.proto.HasField("mixed") else element.proto.json)


def points(data):
    return np.frombuffer(base64.b64decode(data["points"]), np.float32).reshape(-1, 2)


@pytest.mark.parametrize("name", ["plane-all", "kagami-all", "article-without-0"])
def test_test_digits_lie_on_the_map_of_any_model(open_page, name):
    page = open_page("pages/latent.py", map_of=name)
    assert not page.error
    data = told(page)
    assert data["labels"] == "".join(map(str, load_mnist("test").y[:SHOWN]))
    assert points(data).shape == (SHOWN, 2)
    assert points(data).min() >= 0
    assert points(data).max() <= 1


def test_two_units_are_the_map_itself(open_page):
    data = told(open_page("pages/latent.py"))
    latents = load_bundle("plane-all").autoencoder.encode(flatten(load_mnist("test").x[:50]))
    low, high = np.array(data["low"]), np.array(data["high"])
    share = (np.clip(latents, low, high) - low) / (high - low)
    np.testing.assert_allclose(points(data)[:50], np.stack([share[:, 0], 1 - share[:, 1]], axis=1), atol=1e-5)


def test_both_languages_tell_how_the_map_was_made(open_page):
    english, japanese = (open_page("pages/latent.py", lang=lang, map_of="kagami-all") for lang in ("en", "ja"))
    assert "**16 units**" in english.markdown[-1].value
    assert not KANA.search(english.markdown[-1].value)
    assert KANA.search(japanese.markdown[-1].value)
    assert "16 個" in japanese.markdown[-1].value
    assert KANA.search(told(japanese)["text"]["map"])


def test_a_point_in_the_address_is_where_the_map_opens(open_page):
    assert told(open_page("pages/latent.py", point="0.25,-0.5"))["pin"] == [0.25, -0.5]


@pytest.mark.parametrize("asked", ["", "1", "1,2,3", "nan,0", "a,b"])
def test_a_point_that_is_none_is_the_middle(open_page, asked):
    data = told(open_page("pages/latent.py", point=asked))
    np.testing.assert_allclose(data["pin"], (np.array(data["low"]) + data["high"]) / 2, atol=1e-6)


def test_a_walk_goes_from_one_digit_to_the_other(open_page):
    page = open_page("pages/latent.py", **{"from": "3", "to": "8", "example": "2", "way": "25"})
    test, autoencoder = load_mnist("test"), load_bundle("plane-all").autoencoder
    chosen = [np.flatnonzero(test.y == digit)[1] for digit in (3, 8)]
    latents = autoencoder.encode(flatten(test.x[chosen]))
    data = told(page)
    np.testing.assert_allclose(data["path"], latents, atol=1e-5)
    np.testing.assert_allclose(data["marks"][2]["at"], walk(*latents, 5)[1], atol=1e-5)


def test_every_row_of_a_walk_and_of_units_is_a_picture_with_words(open_page, html):
    assert len(re.findall('class="kg-film"', html(open_page("pages/latent.py")))) == 2
    assert "Unit 2, from " in html(open_page("pages/latent.py", part="units"))
    wide = html(open_page("pages/latent.py", part="units", map_of="kagami-all"))
    assert len(re.findall(r'alt="Unit \d+, from ', wide)) == 8
    one = html(open_page("pages/latent.py", part="units", map_of="kagami-all", unit="16"))
    assert re.findall(r'alt="Unit (\d+), from ', one) == ["16"]


def test_a_drawing_is_placed_with_its_neighbours(open_page, html):
    page = open_page("pages/latent.py", part="drawing")
    assert len(re.findall(r'alt="A \d"', html(page))) == 6
    assert len(told(page)["marks"]) == 1


def test_blank_paper_has_no_place(open_page):
    page = open_page("pages/latent.py", part="drawing", strokes=[])
    assert page.info[0].value.startswith("There is nothing to judge yet.")
    assert told(page)["marks"] == []


def test_a_digit_that_was_never_seen_stands_out(open_page):
    assert told(open_page("pages/latent.py", map_of="article-without-0"))["highlight"] == "0"
    assert told(open_page("pages/latent.py"))["highlight"] is None
    assert told(open_page("pages/latent.py", bold="4"))["highlight"] == "4"


def test_an_unknown_experiment_is_told_and_the_map_is_there(open_page):
    page = open_page("pages/latent.py", map_of="poetry")
    assert page.warning[0].value == "There is no experiment called “poetry”."
    assert told(page)["name"] == "plane-all"
