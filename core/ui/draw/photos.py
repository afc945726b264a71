"""Pictures of pen on paper, from files or a camera: each is judged, and one can be taken to the canvas."""

from html import escape

import numpy as np
import streamlit as st

from core.detection.judgement import judge
from core.errors import KagamiError
from core.images.data import UInt8
from core.images.handwriting import prepare
from core.images.photos import MAX_BYTES, on_canvas
from core.images.strokes import SIZE
from core.ui.canvas import drawing
from core.ui.canvas.drawing import Drawing
from core.ui.draw.gallery import gallery
from core.ui.shared.choices import Chosen
from core.ui.shared.language import _, sentence
from core.ui.shared.upload import say_instead

MOST = 24
"""Pictures that are judged at once."""


def pictures(chosen: Chosen) -> None:
    """Uploads and the camera, the judged pictures, and why others could not be read."""
    _say_in_own_words()
    with st.container(key="sources", horizontal=True, vertical_alignment="bottom"):
        files = list(
            st.file_uploader(
                _("Photos or scans, one character each: dark pen on light paper, or light on dark"),
                type=["png", "jpg", "jpeg", "webp"],
                accept_multiple_files=True,
                key="files",
            )
        )
        camera = st.toggle(_("Camera"), key="camera", help=_("Only on this machine, or where the address is https."))
    if camera and (photo := st.camera_input(_("Camera"), key="photo", label_visibility="collapsed")):
        files.append(photo)
    read = {file.file_id: (file.name, _read(file.file_id, file.getvalue())) for file in files[:MOST]}
    known = {f"{i + 1} {name}": found for i, (name, found) in enumerate(read.values()) if not isinstance(found, str)}
    refused = [(name, found) for name, found in read.values() if isinstance(found, str)]
    refused += [(file.name, _("{most} pictures at once are enough.").format(most=MOST)) for file in files[MOST:]]
    if known:
        images = np.stack([prepare(found).image for found in known.values()])
        judged = dict(zip(known, judge(chosen.detector, images), strict=True))
        gallery(_("Choose one to take it to the canvas"), judged, key="picture", on_change=lambda: _take(known))
    if refused:
        lines = "".join(f"<li><b>{escape(name)}</b> {escape(reason)}</li>" for name, reason in refused)
        st.html(f'<ul class="kg-refused" role="status">{lines}</ul>')


def _read(number: str, data: bytes) -> UInt8 | str:
    """What of the file goes on the canvas, or why nothing does; read once."""
    read: dict[str, UInt8 | KagamiError] = st.session_state.setdefault("read_pictures", {})
    if number not in read:
        try:
            found = on_canvas(data, size=SIZE)
            prepare(found)  # what is judged from here on
            read[number] = found
        except KagamiError as error:
            read[number] = error
        while len(read) > 2 * MOST:
            read.pop(next(iter(read)))
    kept = read[number]
    if not isinstance(kept, KagamiError):
        return kept
    return _("There is no character to be seen in it.") if kept.code == "blank" else sentence(kept)


def _take(known: dict[str, UInt8]) -> None:
    if (name := st.session_state["picture"]) in known:
        drawing.show(Drawing(picture=known[name], by_hand=True))


def _say_in_own_words() -> None:
    say_instead(
        {
            '.st-key-files [data-testid="stFileUploaderDropzone"] button p': _("Choose pictures"),
            '.st-key-files [data-testid="stFileUploaderDropzoneInstructions"] span': _(
                "or drop them here: PNG, JPEG or WebP, up to {size} MB each"
            ).format(size=MAX_BYTES // 10**6),
            '.st-key-photo [data-testid="stCameraInputWebcamComponent"] p': _(
                "Allow this page to use the camera. Without a camera, choose pictures instead."
            ),
            '.st-key-photo [data-testid="stCameraInputButton"]': _("Take a photo, or another one"),
        }
    )
