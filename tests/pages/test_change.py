"""What would change the mirror's mind, on the page that draws."""

import re

import pytest

from core.images.strokes import characters
from tests.pages.conftest import canvas_state

DRAW = "pages/draw.py"


def strokes(name):
    return characters()[name].strokes


def ask(page):
    page.button(key="change_asked").click().run()
    assert not page.exception


def test_a_v_is_told_what_it_lacks(open_page, html):
    page = open_page(DRAW, strokes=strokes("V"))
    assert "it would be normal" not in html(page)
    ask(page)
    shown = html(page)
    told = re.search(r"it would be normal: .*? <b>([\d.]+)</b> .* threshold <b>([\d.]+)</b>", shown)
    assert float(told[1]) <= float(told[2])
    assert f"● normal {told[1]}" in shown
    assert "ink to add" in shown
    assert not [button for button in page.button if button.key == "change_asked"]


def test_nothing_small_turns_a_scribble(open_page, html):
    page = open_page(DRAW, strokes=strokes("scribble"))
    ask(page)
    assert "Nothing small would change its mind: no change tried, of up to 20\u00a0% of the ink" in html(page)


def test_a_normal_digit_is_not_asked(open_page):
    page = open_page(DRAW, strokes=strokes("3"))
    assert not [button for button in page.button if button.key == "change_asked"]


def test_another_drawing_is_another_question(open_page, html):
    page = open_page(DRAW, strokes=strokes("V"))
    ask(page)
    page.session_state["canvas"] = canvas_state(strokes("T"))
    page.run()
    assert "it would be normal" not in html(page)
    ask(page)
    assert "Without the marked ink it would be normal" in html(page)


@pytest.mark.parametrize(("lang", "question"), [("en", "What would change its mind?"), ("ja", "判定は変わる")])
def test_it_is_asked_in_the_readers_language(open_page, lang, question):
    page = open_page(DRAW, lang=lang, strokes=strokes("V"))
    assert question in page.button(key="change_asked").label
