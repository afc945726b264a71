"""What is on the canvas: from the presets, from the pen, from the address, and back by Undo."""

import re

import numpy as np
import pytest

from core.images import share
from core.images.data import load_mnist
from core.images.handwriting import prepare
from core.images.strokes import PEN, characters
from tests.pages.conftest import canvas

DRAW = "pages/draw.py"
SCORE = re.compile(r"<b>(-?[\d.]+)</b>")


def strokes_of(*names):
    return [stroke for name in names for stroke in characters()[name].strokes]


def pen(open_page, *names, **query):
    strokes = strokes_of(*names)
    return open_page(DRAW, strokes=strokes, **query)


def asked(page):
    """What the address holds of the drawing."""
    values = {name: page.query_params[name] for name in ("character", "digit", "s") if name in page.query_params}
    return {name: value if isinstance(value, str) else value[-1] for name, value in values.items()}


def test_the_groups_of_characters_take_turns(open_page):
    page = open_page(DRAW)
    assert page.button_group(key="character").value == "A"
    page.button_group(key="group").set_value("kana").run()
    assert page.button_group(key="character").value is None
    page.button_group(key="character").set_value("あ").run()
    assert asked(page) == {"character": "あ"}
    assert open_page(DRAW, character="あ").button_group(key="group").value == "kana"


@pytest.mark.parametrize("chance", [0.1, 0.9])
def test_a_surprise_is_a_test_digit_or_a_character_that_is_none(open_page, monkeypatch, chance):
    class Dice:
        def random(self):
            return chance

        def integers(self, below):
            return below - 1

    page = open_page(DRAW)
    monkeypatch.setattr(np.random, "default_rng", lambda *_: Dice())
    page.button(key="surprise").click().run()
    assert not page.exception
    if chance < 0.5:
        assert asked(page) == {"digit": "9999"}
        strokes, pen = canvas(page).replay
        assert strokes, "it is written stroke by stroke, as the characters are"
        assert pen > PEN / 2
    else:
        assert characters()[asked(page)["character"]].group == "symbols"


def test_what_the_canvas_sends_along_does_not_turn_a_surprise_back(open_page):
    page = open_page(DRAW)
    page.session_state["group"] = "kana"  # as a surprise leaves it
    page.run()
    page.session_state["canvas"] = open_page(DRAW, strokes=strokes_of("あ")).session_state["canvas"]
    page.button_group(key="group").set_value("latin").run()
    assert page.button_group(key="group").value == "kana"
    page.button_group(key="group").set_value("latin").run()
    assert page.button_group(key="group").value == "latin"


def test_a_test_digit_comes_back_from_the_address_as_it_is(open_page, html):
    page = open_page(DRAW, digit="3")
    assert "Test image 3: a 0" in html(page)
    seen = prepare(canvas(page).shown.ink).image
    assert np.abs(seen - load_mnist("test").x[3] / 255).mean() < 0.01
    assert asked(page) == {"digit": "3"}
    assert asked(open_page(DRAW, digit="99999")) == asked(open_page(DRAW, digit="-1")) == {}


def test_a_letter_that_is_a_digit_is_said_to_be_one(open_page, html):
    assert "only knows digits, O is a 0." in html(open_page(DRAW, character="O"))
    assert "only knows digits" not in html(open_page(DRAW, character="A"))
    assert "S は 5 に見えます" in html(open_page(DRAW, character="S", lang="ja"))


def test_the_same_strokes_after_clear_are_a_drawing_again(open_page, html):
    page = pen(open_page, "E")
    drawn, judged = page.session_state["canvas"], html(page)
    page.button(key="clear").click().run()
    assert "kg-none" in html(page)
    page.session_state["canvas"] = open_page(DRAW, strokes=[]).session_state["canvas"]
    page.run()
    page.session_state["canvas"] = drawn
    page.run()
    assert html(page) == judged


def test_undo_goes_back_step_by_step(open_page, html):
    page = open_page(DRAW)
    assert page.button(key="undo").disabled
    page.button_group(key="character").set_value("B").run()
    judged = html(page)
    page.button(key="clear").click().run()
    assert asked(page) == {"character": "blank"}
    page.button(key="undo").click().run()
    assert asked(page) == {"character": "B"}
    assert html(page) == judged
    page.button(key="undo").click().run()
    assert asked(page) == {}
    assert page.button(key="undo").disabled


def test_strokes_that_come_together_are_taken_back_one_by_one(open_page):
    page = pen(open_page, "A", "4")
    assert len(canvas(page).shown.strokes) == 5
    page.button(key="undo").click().run()
    assert [len(canvas(page).shown.strokes), len(canvas(page).past)] == [4, 1]
    page.button(key="undo").click().run()
    assert page.button_group(key="character").value == "A"


def test_what_the_pen_draws_stands_in_the_address_and_comes_back_from_it(open_page, html):
    page = pen(open_page, "E")
    assert page.button_group(key="character").value is None
    address = asked(page)
    assert set(address) == {"s"}
    again = open_page(DRAW, **address)
    assert asked(again) == address
    assert not again.warning
    assert html(again) == html(page)  # the verdict, the tiles and every figure


@pytest.mark.parametrize("text", ["AAAA", "A" * 100_000, "あ", "%00"])
def test_an_address_that_holds_no_drawing_is_told_in_the_readers_language(open_page, html, text):
    page = open_page(DRAW, lang="ja", s=text)
    assert page.warning[0].value == "このアドレスにある絵は読み取れないため、除きました。"
    assert asked(page) == {}
    assert "kg-verdict kg-anomalous" in html(page)


def test_what_was_wrong_with_the_address_is_told_until_there_is_another_drawing(open_page):
    page = open_page(DRAW, s="AAAA")
    assert page.warning
    page.button_group(key="character").set_value("B").run()
    assert not page.warning


def test_a_drawing_too_long_for_an_address_is_not_half_in_it(open_page, monkeypatch):
    monkeypatch.setattr(share, "LONGEST", 10)
    monkeypatch.setattr(share.encode, "__kwdefaults__", {**share.encode.__kwdefaults__, "longest": 10})
    assert asked(pen(open_page, "E")) == {"character": "blank"}


def test_a_choice_that_comes_with_the_canvas_is_the_one_that_clear_took_back(open_page, html):
    """The browser sends all choices at once: the canvas, now empty, and the character that it was still showing."""
    page = open_page(DRAW)
    page.button(key="clear").click().run()
    emptied = open_page(DRAW, strokes=[]).session_state["canvas"]
    page.session_state["canvas"] = emptied
    page.button_group(key="character").set_value("A").run()
    assert "kg-none" in html(page)
    page.button_group(key="character").set_value("A").run()
    assert "kg-anomalous" in html(page)
