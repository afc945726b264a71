import re

import pytest

from core.__main__ import main
from core.detection.detector import Detector
from core.errors import KagamiError
from core.images.data import load_mnist
from core.models.bundle import load_bundle
from core.story import LANGUAGES, steps
from core.story.figures import figures
from core.story.printed import plain, talk_pages
from core.views.printing import PROSE, wrapped

KANA = re.compile("[ぁ-ヿ]")


def detector(name):
    return Detector.of(load_bundle(name))


@pytest.fixture(scope="module", params=LANGUAGES)
def printed(request):
    """A language and its pages, drawn: a letter that the font lacks is a warning, and so an error here."""
    pages = talk_pages(request.param, load=load_bundle, detector=detector, test=load_mnist("test"))
    for page in pages:
        page.draw_without_rendering()
    return request.param, pages


def texts(page):
    return [text.get_text() for text in page.findobj(lambda thing: hasattr(thing, "get_text"))]


def test_each_step_is_a_page_with_its_title_and_nothing_unfilled(printed):
    language, pages = printed
    told = steps(language, figures(load_bundle, load_mnist("test")))
    assert len(pages) == len(told)
    for step, page in zip(told, pages, strict=True):
        written = "\n".join(texts(page))
        assert re.sub(r"\s", "", plain(step.title)) in re.sub(r"\s", "", written)
        assert not re.search(r"[{}*`]", written)
        assert bool(KANA.search(written)) == (language == "ja" or "あ" in written)
        assert any(axis.images or axis.lines or axis.collections for axis in page.findobj(_is_axes))


def _is_axes(thing):
    return hasattr(thing, "dataLim")


def test_all_text_lies_on_the_paper(printed):
    for page in printed[1]:
        for text in page.texts:
            box = text.get_window_extent()
            assert page.bbox.x0 <= box.x0 and box.x1 <= page.bbox.x1, text
            assert page.bbox.y0 <= box.y0 and box.y1 <= page.bbox.y1, text


def test_the_command_writes_a_page_for_each_step(tmp_path):
    out = tmp_path / "talk.pdf"
    assert main(["talk", "--lang", "ja", "--out", str(out)]) == 0
    content = out.read_bytes()
    assert content.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", content)) == 10


def test_a_missing_bundle_is_told(tmp_path):
    def load(name):
        return load_bundle(name, folder=tmp_path)

    with pytest.raises(KagamiError) as raised:
        talk_pages("en", load=load, detector=detector, test=load_mnist("test"))
    assert raised.value.code == "bundle_missing"


@pytest.mark.parametrize(
    "markdown, text",
    [
        ("An **autoencoder** and\n*no* `code`.", "An autoencoder and no code."),
        ("改行は\n消えます。", "改行は消えます。"),
        ("[a page](http://x)’s 2 * 3", "a page's 2 * 3"),
    ],
)
def test_markdown_becomes_text(markdown, text):
    assert plain(markdown) == text


@pytest.mark.parametrize(
    "text", ["鏡は「知らない」ものを、うまく返せません。" * 9, "It returns 46 % of what it sees. " * 9]
)
def test_lines_keep_to_the_width_and_break_where_they_may(text):
    lines = wrapped(text, size=PROSE, width=3)
    assert len(lines) > 3
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert not any(line[0] in "、。」% " or line[-1] in "「" for line in lines)
    # A full-width character is as wide as its type is high.
    assert max(sum(1 if KANA.match(c) or c > "\u3000" else 0.3 for c in line) for line in lines) <= 3 * 72 / PROSE
