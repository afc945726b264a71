from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.images.strokes import PEN, SIZE, to_canvas
from core.ui.canvas.session import CanvasSession
from core.ui.shared.session import session_key

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def open_page():
    """Open a page in a language; `strokes` are what the canvas has sent. Without them it has sent nothing yet."""

    def open_page(path, *, lang="en", strokes=None, **query):
        page = AppTest.from_file(str(ROOT / path), default_timeout=60)
        for key, value in {"lang": lang, **query}.items():
            page.query_params[key] = value
        if strokes is not None:
            page.session_state["canvas"] = canvas_state(strokes)
        page.run()
        assert not page.exception
        return page

    return open_page


def canvas_state(strokes):
    return {"drawing": {"raw": to_canvas(strokes, size=SIZE, pen=PEN), "data": None}, "backgroundFit": None}


def canvas(page):
    """What the page's visitor has on the canvas."""
    return page.session_state[session_key(CanvasSession)]


@pytest.fixture
def html():
    """All HTML that a page shows, as one text."""
    return lambda page: "\n".join(element.proto.body for element in page.get("html"))
