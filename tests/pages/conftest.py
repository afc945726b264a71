import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.images.strokes import PEN, SIZE, to_canvas

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def open_page():
    """Open a page in a language; `ink` (h, w) in [0, 1] and the strokes that gave it are what the canvas has sent.

    Without ink it has sent nothing yet.
    """

    def open_page(path, *, lang="en", ink=None, strokes=(), **query):
        page = AppTest.from_file(str(ROOT / path), default_timeout=60)
        for key, value in {"lang": lang, **query}.items():
            page.query_params[key] = value
        if ink is not None:
            page.session_state["canvas"] = canvas_state(ink, strokes)
        page.run()
        assert not page.exception
        return page

    return open_page


def canvas_state(ink, strokes=()):
    rgba = np.full((*ink.shape, 4), 255, np.uint8)
    rgba[..., :3] = np.asarray(ink * 255, np.uint8)[..., np.newaxis]
    buffer = io.BytesIO()
    Image.fromarray(rgba).save(buffer, format="PNG")
    data = f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
    return {"drawing": {"raw": to_canvas(strokes, size=SIZE, pen=PEN), "data": data}, "backgroundFit": None}


@pytest.fixture
def html():
    """All HTML that a page shows, as one text."""
    return lambda page: "\n".join(element.proto.body for element in page.get("html"))
