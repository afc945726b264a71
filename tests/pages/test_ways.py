"""Other ways in and out than the pen."""

import io
import re
from dataclasses import replace

import numpy as np
from PIL import Image

from core.images.strokes import PEN, SIZE, characters, draw

DRAW = "pages/draw.py"
SCORE = re.compile(r"<b>(−?[\d.]+)</b>")


def png(name):
    ink = draw(characters()[name].strokes, size=SIZE, pen=PEN / 3)
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(255 - 200 * ink, np.uint8)).save(buffer, format="PNG")
    return buffer.getvalue()


def score(page, html):
    return SCORE.search(html(page))[1]


def test_pictures_are_judged_and_one_is_taken_to_the_canvas(open_page, html):
    page = open_page(DRAW, tool="pictures")
    files = [
        ("3.png", png("3"), "image/png"),
        ("a<b>.png", b"rubbish", "image/png"),
        ("あ.png", png("あ"), "image/png"),
    ]
    page.file_uploader(key="files").set_value(files).run()
    assert not page.exception
    assert "<b>a&lt;b&gt;.png</b> This file is not a picture" in html(page)
    choices = page.button_group(key="picture")
    labels = list(choices.options)
    assert [re.search(r"[●▲] \w+", label)[0] for label in labels] == ["● normal", "▲ anomalous"]
    before = page.session_state["shown"]
    choices.set_value("3 あ.png").run()
    assert page.session_state["shown"] is not before
    assert score(page, html) == labels[1].split()[-1]
    page.button(key="undo").click().run()
    assert page.session_state["shown"] is before


def choose(page, names):
    page.button_group(key="kept").set_value(names).run()
    assert not page.exception


def test_finished_drawings_are_kept_and_can_be_compared_removed_and_taken_back(open_page, html):
    page = open_page(DRAW, tool="tray")
    assert "Nothing is in the tray yet" in html(page)
    page.button(key="keep").click().run()
    page.button(key="keep").click().run()  # once is enough
    drawn = characters()["7"].strokes
    page.session_state["shown"] = replace(page.session_state["shown"], strokes=drawn, character="", by_hand=True)
    page.button(key="clear").click().run()
    labels = list(page.button_group(key="kept").options)
    assert [re.search(r"[●▲] \w+", label)[0] for label in labels] == ["▲ anomalous", "● normal"]

    page.button_group(key="tray_order").set_value("score").run()
    assert list(page.button_group(key="kept").options) == labels
    choose(page, ["1", "2"])
    assert html(page).count("higher than") == 2
    page.button(key="tray_remove").click().run()
    assert "Nothing is in the tray yet" in html(page)
    page.button(key="tray_undo").click().run()
    assert list(page.button_group(key="kept").options) == labels

    choose(page, ["2"])
    page.button(key="tray_back").click().run()
    assert page.session_state["shown"].strokes == drawn
    page.button(key="tray_clear").click().run()
    assert "Nothing is in the tray yet" in html(page)
    assert not page.exception


def test_what_is_only_looked_at_is_not_kept(open_page, html):
    page = open_page(DRAW, tool="tray")
    page.button(key="clear").click().run()
    assert "Nothing is in the tray yet" in html(page)
