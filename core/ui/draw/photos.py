"""Pictures of pen on paper, from files or a camera: each is judged, and one can be taken to the canvas."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from html import escape

import numpy as np
import streamlit as st

from core.detection.judgement import Judgement, judge
from core.errors import KagamiError
from core.images.data import Float
from core.images.grouping import characters_of
from core.images.handwriting import HandwritingError, prepare
from core.images.photos import MAX_BYTES, ink_of_picture, read_picture
from core.images.raster import Box
from core.ui.canvas.drawing import Drawing
from core.ui.canvas.session import show
from core.ui.draw.gallery import gallery
from core.ui.shared.choices import Chosen
from core.ui.shared.language import _, sentence
from core.ui.shared.session import session
from core.ui.shared.upload import say_instead
from core.views.signs import sign
from core.views.tiles import grey, tile

# Pictures that are read at once, and characters in them that are judged at once.
MOST, MOST_CHARACTERS = 24, 120
# Longest side in pixels of a picture that is shown with its characters framed.
SIDE = 400


@dataclass(frozen=True, kw_only=True, eq=False)
class Photo:
    """A picture's ink (h, w) in [0, 1], and the characters in it as drawings, in reading order, with their boxes.

    left_out: how many parts of it were no character, such as a dot or a solid shape.
    """

    ink: Float
    boxes: tuple[Box, ...]
    drawings: tuple[Drawing, ...]
    left_out: int = 0

    @classmethod
    def of(cls, data: bytes) -> "Photo":
        """Of a picture's file. Raises KagamiError where it cannot be read, or holds no character."""
        ink = ink_of_picture(read_picture(data))
        found = characters_of(ink)
        if len(found) < 2:
            return cls(ink=ink, boxes=((0, 0, *ink.shape),), drawings=(Drawing.of_photo(prepare(ink)),))
        boxes, drawings = [], []
        for each in found:
            with suppress(HandwritingError):
                drawings.append(Drawing.of_photo(prepare(each.ink)))
                boxes.append(each.box)
        if not drawings:
            raise KagamiError("blank", "There is no character in this picture.")
        return cls(ink=ink, boxes=tuple(boxes), drawings=tuple(drawings), left_out=len(found) - len(drawings))


def pictures(chosen: Chosen) -> None:
    """Uploads and the camera, the judged pictures, and why others could not be read."""
    _say_in_own_words()
    with st.container(key="sources", horizontal=True, vertical_alignment="bottom"):
        # Any name will do: what a file is, its content says.
        files = list(
            st.file_uploader(
                _("Photos or scans: dark pen on light paper, or light on dark; one character or several"),
                accept_multiple_files=True,
                key="files",
            )
        )
        camera = st.toggle(_("Camera"), key="camera", help=_("Only on this machine, or where the address is https."))
    if camera and (photo := st.camera_input(_("Camera"), key="photo", label_visibility="collapsed")):
        files.append(photo)
    read = [(file.name, _read(file.file_id, file.getvalue())) for file in files[:MOST]]
    photos = {f"{i} {name}": found for i, (name, found) in enumerate(read, 1) if isinstance(found, Photo)}
    known = dict(list(_named(photos))[:MOST_CHARACTERS])
    refused = [(name, found) for name, found in read if isinstance(found, str)]
    refused += [(file.name, _("{most} pictures at once are enough.").format(most=MOST)) for file in files[MOST:]]
    if known:
        images = np.stack([drawing.prepared.image for drawing in known.values()])
        judged = dict(zip(known, judge(chosen.detector, images), strict=True))
        for name, found in photos.items():
            if len(found.boxes) > 1:
                st.html(_framed(name, found, [judged[each] for each in _names(name, found) if each in judged]))
        gallery(_("Choose one to take it to the canvas"), judged, key="picture", on_change=lambda: _take(known))
    if refused:
        lines = "".join(f"<li><b>{escape(name)}</b> {escape(reason)}</li>" for name, reason in refused)
        st.html(f'<ul class="kg-refused" role="status">{lines}</ul>')


def _names(name: str, photo: Photo) -> list[str]:
    """What the characters of the photo of that name are called."""
    if len(photo.boxes) == 1:
        return [name]
    number, _space, rest = name.partition(" ")
    return [f"{number}.{i} {rest}" for i in range(1, len(photo.boxes) + 1)]


def _named(photos: Mapping[str, Photo]) -> Iterator[tuple[str, Drawing]]:
    for name, photo in photos.items():
        yield from zip(_names(name, photo), photo.drawings, strict=True)


def _framed(name: str, photo: Photo, judged: Sequence[Judgement]) -> str:
    """The picture with a numbered frame around each of its characters, in the colour of its verdict."""
    height, width = photo.ink.shape
    step = max(1, -(-max(height, width) // SIDE))
    frames = []
    for i, (each, (top, left, bottom, right)) in enumerate(zip(judged, photo.boxes, strict=False), 1):
        place = (
            f"left:{100 * left / width:.1f}%;top:{100 * top / height:.1f}%;"
            f"width:{100 * (right - left) / width:.1f}%;height:{100 * (bottom - top) / height:.1f}%"
        )
        shown = sign(each.anomalous, _)
        frames.append(f'<i class="kg-{shown.kind}" style="{place}" title="{escape(shown.word)}"><b>{i}</b></i>')
    anomalous = sum(each.anomalous for each in judged)
    told = _("{name}: {n} characters, {anomalous} of them anomalous. Each is judged for itself.").format(
        name=name, n=len(photo.boxes), anomalous=anomalous
    )
    if photo.left_out:
        told += " " + _("Left out as no character: {n}.").format(n=photo.left_out)
    picture = tile(grey(photo.ink[::step, ::step]), alt=told)
    return f'<div class="kg-several"><div class="kg-framed">{picture}{"".join(frames)}</div><p>{escape(told)}</p></div>'


@dataclass(kw_only=True)
class _Photos:
    """Files that were read, by their ids: what was found in each, or why nothing was."""

    read: dict[str, Photo | KagamiError] = field(default_factory=dict)


def shown_photos() -> list[Drawing]:
    """The characters of the files read so far, as drawings."""
    return [each for found in session(_Photos).read.values() if isinstance(found, Photo) for each in found.drawings]


def _read(number: str, data: bytes) -> Photo | str:
    """What was found in the file of that id, or why nothing was; read once."""
    read = session(_Photos).read
    if number not in read:
        try:
            read[number] = Photo.of(data)
        except KagamiError as error:
            read[number] = error
        while len(read) > 2 * MOST:
            read.pop(next(iter(read)))
    found = read[number]
    if not isinstance(found, KagamiError):
        return found
    return _("There is no character to be seen in it.") if found.code == "blank" else sentence(found)


def _take(known: Mapping[str, Drawing]) -> None:
    if (name := st.session_state["picture"]) in known:
        show(known[name])


def _say_in_own_words() -> None:
    say_instead(
        {
            '.st-key-files [data-testid="stFileUploaderDropzone"] button p': _("Choose pictures"),
            '.st-key-files [data-testid="stFileUploaderDropzoneInstructions"] span': _(
                "or drop them here, up to {size} MB each"
            ).format(size=MAX_BYTES // 10**6),
            '.st-key-photo [data-testid="stCameraInputWebcamComponent"] p': _(
                "Allow this page to use the camera. Without a camera, choose pictures instead."
            ),
            '.st-key-photo [data-testid="stCameraInputButton"]': _("Take a photo, or another one"),
        }
    )
