"""What a file is by its first bytes: the pictures that can be read, and why the others cannot."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Format:
    """A kind of picture that Pillow reads.

    name: str; pillow's name for it.
    begins: bytes; A regular expression for how such a file begins.
    copies: float; how many times the memory of its pixels decoding takes.
    pixels: int; how many may be in it at most.
    """

    name: str
    begins: bytes
    copies: float = 1.0
    pixels: int = 40_000_000


# An ISO media file says what is in it by a brand in its first box, and by further ones in the rest of that box.
_HEIC = rb".{4}ftyp(?:hei[cxms]|hev[cmsx]|(?:mif1|msf1).{4}(?:.{4})*?(?:hei[cxms]|hev[cmsx]))"

FORMATS = (
    Format(name="PNG", begins=rb"\x89PNG\r\n\x1a\n"),
    Format(name="JPEG", begins=rb"\xff\xd8\xff", copies=0.6, pixels=64_000_000),  # decoded at a half or less
    Format(name="WEBP", begins=rb"RIFF.{4}WEBP", copies=3),
    Format(name="BMP", begins=rb"BM"),
    Format(name="GIF", begins=rb"GIF8[79]a"),
    Format(name="TIFF", begins=rb"II[*+]\x00|MM\x00[*+]"),
    Format(name="PPM", begins=rb"P[1-7]\s"),
    Format(name="JPEG2000", begins=rb"\x00\x00\x00\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51", copies=5),
    Format(name="AVIF", begins=rb".{4}ftyp(?:avi[fs]|(?:mif1|msf1).{4}(?:.{4})*?avi[fs])", copies=3),
    Format(name="HEIF", begins=_HEIC, copies=1.7),
)
"""What can be read; of animations, the first frame."""


@dataclass(frozen=True, kw_only=True)
class Foreign:
    """A kind of file that is told instead: its code, how it begins, and a sentence with what to do."""

    code: str
    begins: bytes
    sentence: str


FOREIGN = (
    Foreign(code="empty_file", begins=rb"\Z", sentence="This file is empty. Save or send the picture once more."),
    Foreign(
        code="pdf_file",
        begins=rb"(?:.{0,1024}?)%PDF-",
        sentence="This is a PDF document, not a picture. Save its page as PNG or JPEG, or take a screenshot of it.",
    ),
    Foreign(
        code="lfs_pointer",
        begins=rb"version https://git-lfs",
        sentence="This is a Git LFS pointer: the file itself was not fetched. Run git lfs pull.",
    ),
    Foreign(
        code="svg_file",
        begins=rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(?:(?i:<!doctype) svg[^>]*>\s*)?<svg[\s>]",
        sentence="This is an SVG drawing, which holds no pixels. Save it as PNG.",
    ),
    Foreign(
        code="web_page",
        begins=rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?i:!doctype html|html|head|body|script|meta)[\s>]",
        sentence="This is a web page, not a picture. Open it and save the picture that is on it.",
    ),
    Foreign(
        code="layered_file",
        begins=rb"8BPS|gimp xcf|%!PS|.{4}ftypcrx |FUJIFILMCCD-RAW",
        sentence="This is a file of a graphics program or a camera's raw data. Export it as PNG or JPEG.",
    ),
    Foreign(
        code="new_format",
        begins=rb"\xff\x0a|\x00\x00\x00\x0cJXL ",
        sentence="This is a JPEG XL picture, which cannot be read yet. Save it as PNG or JPEG.",
    ),
    Foreign(
        code="video_file",
        begins=rb".{4}ftyp|\x1aE\xdf\xa3|RIFF.{4}AVI |.{4}(?:moov|mdat|wide)",
        sentence="This is a video, not a picture. Take a photo, or a screenshot of the video.",
    ),
    Foreign(
        code="document_file",
        begins=rb"PK\x03\x04|\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1|\{\\rtf|\x1f\x8b|Rar!|7z\xbc\xaf",
        sentence="This is a document or an archive, not a picture. Save the picture that is in it as PNG or JPEG.",
    ),
)
"""What people take for pictures."""

HEIC_SENTENCE = (
    "This is a HEIC photo that cannot be read. Send it as JPEG, or set the phone to JPEG "
    "(iPhone: Settings, Camera, Formats, Most Compatible)."
)


def format_of(data: bytes) -> Format | None:
    """What kind of picture a file is by how it begins; None if it is none that can be read."""
    return next((each for each in FORMATS if _begins(each.begins, data)), None)


def foreign(data: bytes) -> Foreign | None:
    """What a file is that is no picture, if that is something known."""
    return next((each for each in FOREIGN if _begins(each.begins, data)), None)


def _begins(pattern: bytes, data: bytes) -> bool:
    return re.match(pattern, data[:4096], re.DOTALL) is not None
