"""Pictures of pen on paper, from files or a camera: each is judged, and one can be taken to the canvas."""

from dataclasses import dataclass, field
from html import escape

import numpy as np
import streamlit as st

from core.detection.judgement import judge
from core.errors import KagamiError
from core.images.handwriting import prepare
from core.images.photos import MAX_BYTES, ink_of_picture, read_picture
from core.ui.canvas.drawing import Drawing
from core.ui.canvas.session import show
from core.ui.draw.gallery import gallery
from core.ui.shared.choices import Chosen
from core.ui.shared.language import _, sentence
from core.ui.shared.session import session
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
        images = np.stack([drawing.prepared.image for drawing in known.values()])
        judged = dict(zip(known, judge(chosen.detector, images), strict=True))
        gallery(_("Choose one to take it to the canvas"), judged, key="picture", on_change=lambda: _take(known))
    if refused:
        lines = "".join(f"<li><b>{escape(name)}</b> {escape(reason)}</li>" for name, reason in refused)
        st.html(f'<ul class="kg-refused" role="status">{lines}</ul>')


@dataclass(kw_only=True)
class _Photos:
    """Files that were read, by their ids: the drawing that each became, or why it became none."""

    read: dict[str, Drawing | KagamiError] = field(default_factory=dict)


def shown_photos() -> list[Drawing]:
    """The drawings that the files read so far became, the last one last."""
    return [found for found in session(_Photos).read.values() if isinstance(found, Drawing)]


def _read(number: str, data: bytes) -> Drawing | str:
    """What of the file goes on the canvas, or why nothing does; read once."""
    read = session(_Photos).read
    if number not in read:
        try:
            read[number] = Drawing.of_photo(prepare(ink_of_picture(read_picture(data))))
        except KagamiError as error:
            read[number] = error
        while len(read) > 2 * MOST:
            read.pop(next(iter(read)))
    found = read[number]
    if not isinstance(found, KagamiError):
        return found
    return _("There is no character to be seen in it.") if found.code == "blank" else sentence(found)


def _take(known: dict[str, Drawing]) -> None:
    if (name := st.session_state["picture"]) in known:
        show(known[name])


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
