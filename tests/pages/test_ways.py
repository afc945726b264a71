"""Other ways in and out than the pen."""

import io
import json
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image

from core.__main__ import main
from core.detection.detector import Detector
from core.images.data import flatten, load_mnist
from core.images.strokes import PEN, SIZE, characters, draw
from core.models.bundle import load_bundle
from core.ui.canvas.drawing import Drawing
from core.views.numbers import score_text
from tests.pages.conftest import canvas

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
    before = canvas(page).shown
    choices.set_value("3 あ.png").run()
    assert canvas(page).shown is not before
    assert score(page, html) == labels[1].split()[-1]
    page.button(key="undo").click().run()
    assert canvas(page).shown is before


def choose(page, names):
    page.button_group(key="kept").set_value(names).run()
    assert not page.exception


def test_finished_drawings_are_kept_and_can_be_compared_removed_and_taken_back(open_page, html):
    page = open_page(DRAW, tool="tray")
    assert "Nothing is in the tray yet" in html(page)
    page.button(key="keep").click().run()
    page.button(key="keep").click().run()  # once is enough
    drawn = characters()["7"].strokes
    canvas(page).shown = replace(canvas(page).shown, strokes=drawn, character="", by_hand=True)
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
    assert canvas(page).shown.strokes == drawn
    page.button(key="tray_clear").click().run()
    assert "Nothing is in the tray yet" in html(page)
    assert not page.exception


def test_a_drawing_has_the_same_score_on_the_canvas_and_in_the_tray(open_page, html):
    page = open_page(DRAW, tool="tray", strokes=characters()["7"].strokes)
    page.button(key="keep").click().run()
    assert page.button_group(key="kept").options[0].split()[-1] == score(page, html)


def test_what_is_only_looked_at_is_not_kept_and_an_empty_canvas_is_told(open_page, html):
    page = open_page(DRAW, tool="tray")
    page.button(key="clear").click().run()
    assert "Nothing is in the tray yet" in html(page)
    assert not page.warning
    page.button(key="keep").click().run()
    assert "There is nothing to judge yet" in page.warning[0].value
    assert "Nothing is in the tray yet" in html(page)


def captions(page, html):
    return re.findall(
        r"<figcaption>([^<]*)</figcaption>",
        "".join(e.proto.body for e in page.get("html") if "kg-spoiling" in e.proto.body),
    )


def test_ones_own_drawing_is_spoiled_and_returned_by_two_mirrors(open_page, html):
    page = open_page(DRAW, tool="noise", character="3")
    shown = captions(page, html)
    assert [caption.rsplit(" ", 2)[0] for caption in shown[1:]] == [
        "Noisy",
        "Kagami · all digits",
        "Denoising · all digits",
    ]
    noisy, _, denoised = (float(caption.split()[-2]) for caption in shown[1:])
    assert denoised > noisy
    page.slider(key="own_gaussian").set_value(0.0).run()
    assert captions(page, html)[1] == "Noisy ∞ dB"
    page.button(key="clear").click().run()
    assert "Draw something first" in html(page)
    assert not page.exception


def test_the_address_for_others_opens_the_same_drawing(open_page, html):
    strokes = characters()["あ"].strokes
    page = open_page(DRAW, tool="share", experiment="article-all", strokes=strokes)
    assert "Network URL" in html(page)
    page.text_input(key="share_host").set_value("10.0.0.7:8501").run()
    url = urlsplit(page.code[0].value)
    assert url.netloc == "10.0.0.7:8501"
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert set(query) == {"lang", "experiment", "s"}
    again = open_page(DRAW, **query)
    assert [len(stroke) > 1 for stroke in canvas(again).shown.strokes] == [True] * 3
    assert "kg-qr" in html(page)


@pytest.mark.parametrize(
    "host",
    ["localhost:8501", "LocalHost", "[::1]:8501", "ftp://example.org", "http://", "javascript:alert(1)", "http://["],
)
def test_an_address_that_others_cannot_open_is_refused(open_page, host):
    page = open_page(DRAW, tool="share")
    page.text_input(key="share_host").set_value(host).run()
    assert page.warning and not page.code and not page.exception


def test_a_long_drawing_is_simplified_for_the_qr_code_or_has_none(open_page, html):
    turns = np.linspace(0, 40 * np.pi, 2000)
    spiral = [tuple(zip(*(0.5 + 0.4 * turns / turns[-1] * f(turns) for f in (np.cos, np.sin)), strict=True))]
    page = open_page(DRAW, tool="share", strokes=spiral)
    assert "telephone can read" in html(page)
    assert len(page.code[0].value) > 700


def test_a_photo_has_the_same_score_on_the_page_and_on_the_command_line(open_page, html, tmp_path, capsys):
    """What stands on the canvas is the photo's likeness; what is judged is the photo, prepared once."""
    page = open_page(DRAW, tool="pictures")
    (tmp_path / "あ.png").write_bytes(png("あ"))
    page.file_uploader(key="files").set_value([("あ.png", png("あ"), "image/png")]).run()
    page.button_group(key="picture").set_value("1 あ.png").run()
    assert main(["score", str(tmp_path / "あ.png"), "--json"]) == 0
    judged = json.loads(capsys.readouterr().out)[0]
    assert score(page, html) == score_text(judged["score"], judged["threshold"])


def test_a_test_digit_on_the_canvas_has_the_score_that_ships_with_the_bundle(open_page, html):
    page = open_page(DRAW, digit="3", experiment="article-all")
    bundle = load_bundle("article-all")
    assert score(page, html) == score_text(float(bundle.test_scores("mae")[3]), Detector.of(bundle).threshold_)


def npz_of(images):
    buffer = io.BytesIO()
    np.savez_compressed(buffer, x=images)
    return ("digits.npz", buffer.getvalue(), "application/zip")


def threshold(page, html):
    return float(re.search(r"threshold <b>(−?[\d.]+)</b>", html(page))[1].replace("−", "-"))


def test_ones_own_digits_set_the_threshold(open_page, html):
    page = open_page(DRAW, tool="normals", character="A", experiment="article-all", rule="conformal")
    assert "normal digits kept out of training" in html(page)
    before = threshold(page, html)
    digits = load_mnist("test").x[:40]
    page.file_uploader(key="normals_file").set_value(npz_of(digits)).run()
    assert not page.exception and not page.error
    assert threshold(page, html) == before, "nothing is judged by them before it is asked for"
    page.toggle(key="normals_used").set_value(True).run()
    scores = np.sort(Detector.of(load_bundle("article-all")).decision_function(flatten(digits)))[::-1]
    # p = (1 + #{normals ≥ score}) / 41 ≤ 5 % where no more than one of the forty is as high.
    assert threshold(page, html) == pytest.approx(float(scores[1]), abs=1e-4)
    assert "40 digits of your own" in html(page)
    page.button(key="normals_clear").click().run()
    assert threshold(page, html) == before
    assert not page.exception


def test_for_whom_the_promise_holds_is_said_at_an_anomaly(open_page, html):
    told = "see “Your digits”"
    assert told in html(open_page(DRAW, character="A"))
    assert told not in html(open_page(DRAW, character="1"))
    assert told not in html(open_page(DRAW, character="A", rule="mean+std")), "which promises nothing"


def test_too_few_digits_of_ones_own_are_told_and_change_nothing(open_page, html):
    page = open_page(DRAW, tool="normals", character="A", experiment="article-all", rule="conformal")
    before = threshold(page, html)
    page.file_uploader(key="normals_file").set_value(npz_of(load_mnist("test").x[:18])).run()
    page.toggle(key="normals_used").set_value(True).run()
    assert "19" in page.error[0].value
    assert threshold(page, html) == before


def test_the_trays_drawings_can_be_ones_own_digits(open_page, html):
    page = open_page(DRAW, tool="tray", character="3")
    page.button(key="keep").click().run()
    page.button_group(key="tool").set_value("normals").run()
    page.button(key="normals_tray").click().run()
    page.button(key="normals_tray").click().run()
    assert "Your 1 digits" in html(page)  # each once


def beside(*names):
    """Strokes of small characters next to each other."""
    size = 0.9 / len(names)
    return [
        [(0.05 + (i + 0.05 + 0.8 * x) * size, 0.3 + 0.8 * size * y) for x, y in stroke]
        for i, name in enumerate(names)
        for stroke in characters()[name].strokes
    ]


def test_characters_that_stand_apart_on_the_canvas_are_judged_one_by_one(open_page, html):
    page = open_page(DRAW, strokes=beside("A", "3"), tool="tray")
    shown = html(page)
    assert "2 characters stand apart" in shown
    assert "kg-verdict kg-normal" in shown, "the 3, drawn last"
    assert '<span class="kg-anomalous"><span aria-hidden="true">▲</span> anomalous</span>' in shown, "the A"
    page.button(key="keep").click().run()
    labels = list(page.button_group(key="kept").options)
    assert [re.search(r"[●▲] \w+", label)[0] for label in labels] == ["▲ anomalous", "● normal"]
    assert labels[1].split()[-1] == score(page, html)


@pytest.mark.parametrize("name", [name for name, each in characters().items() if len(each.strokes) > 1])
def test_no_preset_character_falls_apart(name):
    assert len(Drawing(strokes=characters()[name].strokes, by_hand=True).characters) == 1


def test_each_character_of_a_picture_is_framed_and_judged(open_page, html):
    ink = draw(beside("A", "3", "あ"), size=600, pen=8)
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(235 - 200 * ink, np.uint8)).save(buffer, format="PNG")
    page = open_page(DRAW, tool="pictures")
    page.file_uploader(key="files").set_value([("row.png", buffer.getvalue(), "image/png")]).run()
    assert not page.exception
    assert "1 row.png: 3 characters, 2 of them anomalous." in html(page)
    assert re.findall(r'<i class="kg-(\w+)"[^>]*><b>(\d)', html(page)) == [
        ("anomalous", "1"),
        ("normal", "2"),
        ("anomalous", "3"),
    ]
    choices = page.button_group(key="picture")
    choices.set_value("1.2 row.png").run()
    assert score(page, html) == list(choices.options)[1].split()[-1]


def test_what_is_no_picture_is_told_with_what_to_do(open_page, html):
    page = open_page(DRAW, tool="pictures")
    page.file_uploader(key="files").set_value([("a.png", b"%PDF-1.7 \n", "image/png")]).run()
    assert "This is a PDF document, not a picture." in html(page)
