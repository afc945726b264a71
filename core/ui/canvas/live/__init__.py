"""The live mirror: what the browser shows while the pen is still down, from the network that the server serves."""

import re
from functools import cache
from pathlib import Path

import numpy as np
import streamlit as st

from core.images.strokes import SIZE
from core.models.bundle import LITERT
from core.models.weights import dense_layers, pack
from core.ui.shared import loaders
from core.ui.shared.media import media_address
from core.views.tiles import heat

_MODULES = ("prepare.js", "../../shared/network.js", "mirror.js")


def live_mirror(name: str) -> None:
    """Let the browser answer while a stroke is drawn, where the network of the bundle `name` is one that it can run.

    To be placed outside the fragment that a stroke reruns. It takes up no room and sends nothing.
    """
    packed = _packed(name)
    if packed is None:
        return
    # By way of the media files because their addresses are hashes of what they hold, which is what lets a browser
    # keep them. Of this type because the server would compress others again for each visitor.
    address = media_address(packed, "application/gzip", "kagami_live")
    st.components.v2.component("kagami_live", js=script())(
        data={
            "address": address,
            "size": SIZE,
            "background": [0, 0, 0],
            "heat": heat(np.linspace(0, 1, 256, dtype=np.float32)[np.newaxis])[0].tolist(),
        },
        key="live_mirror",
        height=1,
    )


@loaders.OfBundle
def _packed(name: str) -> bytes | None:
    layers = dense_layers(loaders.bundle(name).path / LITERT)
    return None if layers is None else pack(layers)


@cache
def script() -> str:
    """All of the mirror's modules as a single one, since a component's script is one text.

    Each stands alone in its file and imports the others by `import … from "./name.js";`.
    """
    texts = [(Path(__file__).parent / name).read_text(encoding="utf-8") for name in _MODULES]
    return re.sub(r'^import .* from "\..*";\n', "", "\n".join(texts), flags=re.MULTILINE)
