import ast
import json
import re
import sys

import pytest

from core.story import CONTENT

STEPS = [path.stem.partition("-")[2] for path in sorted((CONTENT / "en" / "story").iterdir())]
KANA = re.compile("[ぁ-ヿ]")
VERDICT = re.compile(r'class="kg-verdict kg-(\w+)')


def test_what_moves_is_what_is_told():
    # Read, not imported: outside of a page the canvas cannot be.
    source = (CONTENT.parent.parent / "ui" / "story" / "moving.py").read_text("utf-8")
    tables = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.AnnAssign)]
    (live,) = [node for table in tables if table for node in ast.walk(table) if isinstance(node, ast.Dict)]
    assert [key.value for key in live.keys] == STEPS


def texts(page):
    return "\n".join(element.value for element in page.markdown)


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("step", STEPS)
def test_every_step_opens_on_the_stage(open_page, lang, step):
    page = open_page("app.py", lang=lang, present="1", step=step)
    assert not page.error
    assert len(page.title) == 1
    assert bool(KANA.search(page.title[0].value)) == (lang == "ja")
    assert "{" not in texts(page)


def test_the_article_has_every_step_and_no_notes(open_page):
    page = open_page("app.py")
    assert len(page.header) == len(STEPS)
    assert "Ask the audience" not in texts(page)


@pytest.mark.parametrize("lang, said", [("en", "Say once, slowly"), ("ja", "ゆっくり一度だけ")])
def test_notes_are_for_who_speaks_only(open_page, lang, said):
    assert said in texts(open_page("app.py", lang=lang, notes="1"))
    assert said not in texts(open_page("app.py", lang=lang, present="1"))
    assert said not in texts(open_page("app.py", lang=lang))


@pytest.mark.parametrize("step, told", [("only-one", "100 %"), ("zero", "46 %"), ("letter", "narrow network")])
def test_the_article_goes_on_once_it_is_predicted(open_page, step, told):
    page = open_page("app.py")
    assert texts(page).count("Predict first") == 3
    assert told not in texts(page)
    page.button(key=f"vote_{step}_True").click().run()
    assert texts(page).count("Predict first") == 2
    assert told in texts(page)


def test_an_unknown_step_is_the_first(open_page):
    assert open_page("app.py", present="1", step="poetry").title[0].value == "An image squeezed through a narrow place"


def test_a_prediction_comes_before_the_verdict_and_is_tallied(open_page, html):
    page = open_page("app.py", present="1", step="only-one")
    assert VERDICT.findall(html(page)) == ["none"]
    page.button(key="vote_only-one_True").click().run()
    assert VERDICT.findall(html(page)) == ["anomalous"]
    assert "1 of 1 predictions were right." in html(page)


def test_a_wrong_prediction_is_told(open_page, html):
    page = open_page("app.py", present="1", step="only-one")
    page.button(key="vote_only-one_False").click().run()
    assert "Not so." in html(page)
    assert "0 of 1 predictions were right." in html(page)


@pytest.mark.parametrize(
    "step, choice, asked, other",
    [("only-one", "stranger", "7", "1"), ("zero", "inked", "0", "8"), ("letter", "letter", "A", "O")],
)
def test_a_prediction_is_right_or_wrong_only_beside_what_was_predicted(open_page, html, step, choice, asked, other):
    page = open_page("app.py", present="1", step=step)
    page.button(key=f"vote_{step}_False").click().run()
    said = re.compile(r"<b>(?:Right|Not so)\.</b> [01] of 1 predictions were right\.")
    assert said.search(html(page))
    page.button_group(key=choice).set_value(other).run()
    assert not said.search(html(page))
    assert re.search(r"[01] of 1 predictions were right\.", html(page))
    page.button_group(key=choice).set_value(asked).run()
    assert said.search(html(page))


def test_the_sentence_under_the_plot_says_that_it_speaks_of_the_plot(open_page):
    page = open_page("app.py", present="1", step="zero")
    page.button(key="vote_zero_True").click().run()
    (plot,) = [each for each in page.get("bidi_component") if "kg-plot" in str(each.proto)]
    assert "of the 980 test images of the digit 0" in str(plot.proto)
    assert "the plot shows the first 900 test images" in str(plot.proto)
    assert "kg-ring" in str(plot.proto)


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_screen_and_notes_name_one_figure_for_one_question(open_page, lang):
    page = open_page("app.py", lang=lang, present="1", step="zero")
    page.button(key="vote_zero_True").click().run()
    (plot,) = [each for each in page.get("bidi_component") if "kg-plot" in str(each.proto)]
    (said,) = set(re.findall(r"\d+\s*%", texts(open_page("app.py", lang=lang, notes="1", step="zero"))))
    assert said.split()[0] in re.findall(r"(\d+)\s%", json.loads(plot.proto.json))


def test_without_a_drawing_the_tiles_stay_and_nothing_is_said_to_be_below(open_page, html):
    page = open_page("app.py", present="1", step="draw", character="blank")
    assert html(page).count("kg-tile kg-blank") == 2
    assert VERDICT.findall(html(page)) == ["none"]
    assert "Nothing is drawn yet." in html(page)
    assert "pick one below" not in html(page)


def test_noise_becomes_digits_pass_by_pass(open_page, html):
    page = open_page("app.py", present="1", step="beyond")
    page.button_group(key="beyond").set_value("noise").run()
    assert "of 8 for digits" in html(page)


def test_a_press_of_the_clicker_that_an_answer_overtakes_leaves_the_answer(open_page, html, monkeypatch):
    """The page had not heard of the answer yet, and asked to reveal; without an answer that is not counted."""
    page = open_page("app.py", present="1", step="only-one")
    asked = []
    vote = sys.modules["core.ui.story.vote"]
    monkeypatch.setattr(vote, "played", lambda at, last, show, *, key: asked.append(show))
    page.run()
    asked[-1](1)
    assert "predictions were right" not in html(page.run())
    asked[-1](0)
    page.run().button(key="vote_only-one_True").click().run()
    assert "1 predictions were right" in html(page)
    asked[-1](1)
    assert "1 predictions were right" in html(page.run())
