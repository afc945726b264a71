"""Labelled images from the files in which people have them: npz, npy, IDX and CSV, gzipped or not.

A file is what its content says, never what its name says. Sizes are read and held against the limits before memory is
taken for them, and nothing is ever unpickled. What looks wrong about a file as a whole is told by name: either it is
refused, with what to do about it, or it is read and the result says what was `noticed`.
"""

import gzip
import io
import math
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import KagamiError
from core.images.data import UInt8

Numbers = npt.NDArray[Any]
Texts = npt.NDArray[np.str_]

# Of a file as it lies there, and of what is taken from it unpacked, in bytes; EMNIST, the largest in common use, has
# 814,255 images of 28×28 in 640 MB.
LARGEST_FILE, LARGEST_ARRAYS = 768 * 2**20, 1024 * 2**20
# Pixels of an image's side; how many of them are converted at a time.
LONGEST_SIDE, CHUNK = 4096, 2**22
# Lines of a CSV file that are read at a time, and tell where its labels are.
CSV_LINES = 4096
# The label of images that come without any.
UNLABELLED = "?"
# Of 255, how far an image's pixels go at the least where something is on it.
VARIED = 64
# The arrays of an npz by what known collections call them; the last has its labels in a file beside it.
# Kagami's own; Keras's mnist.npz; MedMNIST; KMNIST.
PAIRS = (
    ("x", "y"),
    ("x_test", "y_test"),
    ("x_train", "y_train"),
    ("test_images", "test_labels"),
    ("train_images", "train_labels"),
    ("arr_0", None),
)
# An IDX file's third byte says what its numbers are (LeCun, the MNIST page).
IDX_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


@dataclass(frozen=True, kw_only=True)
class ImageSet:
    """Images with their labels, from a file.

    images: (n, h, w) uint8, n ≥ 1, 0 is paper and 255 is ink. labels: (n,) text, "?" where the file has none.
    noticed: what the reader should know of how the file was read.
    """

    images: UInt8
    labels: Texts
    noticed: tuple[KagamiError, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Found:
    """What a file holds: x of any numbers and shape, and its labels as they stand there."""

    x: Numbers
    y: Numbers | None = None
    noticed: tuple[KagamiError, ...] = ()


def read_images(source: Path | bytes, *, invert: bool = False, transpose: bool = False) -> ImageSet:
    """The images of a file, with their labels from the same file or from the one beside it.

    source: the file, or its content where it lies nowhere, as of an upload.
    invert: the file has black ink (0) on white paper (255). transpose: its rows are columns, as in EMNIST's files.

    Raises KagamiError that says what the file is and what to do: its code begins with `images_`.
    """
    if isinstance(source, Path):
        try:
            return _image_set(_bytes(source), _labels_beside(source), invert=invert, transpose=transpose)
        except KagamiError as error:
            raise KagamiError(error.code, f"{source}: {error}", **{"path": str(source), **error.details}) from error
    return _image_set(source, None, invert=invert, transpose=transpose)


def _image_set(data: bytes, beside: Path | None, *, invert: bool, transpose: bool) -> ImageSet:
    found = _parsed(data)
    if found.x.ndim == 1:
        raise KagamiError("images_only_labels", "these are labels; give the file that holds the images.")
    labels = _parsed(_bytes(beside)).x if found.y is None and beside is not None else found.y
    return image_set(found.x, labels, noticed=found.noticed, invert=invert, transpose=transpose)


def image_set(
    x: Numbers,
    y: Numbers | None,
    *,
    noticed: Sequence[KagamiError] = (),
    invert: bool = False,
    transpose: bool = False,
) -> ImageSet:
    """Images of numbers x, (n, h, w) or as others lay them out, with labels y as others write them.

    x may be flat, (n, h·w); may have channels, first or last; and may be of truth values, whole numbers or fractions.
    y may be numbers, text, bytes or one-hot; without it every label is "?".
    """
    if x.dtype.kind not in "buif":
        raise KagamiError("images_objects", f"images must be plain numbers, got {x.dtype}.", dtype=str(x.dtype))
    images, scaled = _grey(_laid_out(x))
    if invert:
        images = np.asarray(255 - images, np.uint8)
    if transpose:
        images = np.ascontiguousarray(images.transpose(0, 2, 1))
    _refuse_inverted(images)
    labels = np.full(len(images), UNLABELLED) if y is None else _labels(y, len(images))
    unlabelled = KagamiError("images_unlabelled", f"there are no labels; each image is labelled {UNLABELLED!r}.")
    told = (*noticed, *scaled, *([unlabelled] if y is None else []))
    return ImageSet(images=images, labels=labels, noticed=told)


# From bytes to numbers


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise KagamiError("images_missing", "there is no such file.")
    if path.stat().st_size > LARGEST_FILE:
        raise _too_large(LARGEST_FILE)
    return path.read_bytes()


def _unzipped(data: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            unpacked = file.read(LARGEST_ARRAYS + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged("it is gzipped, and cannot be unpacked") from error
    if len(unpacked) > LARGEST_ARRAYS:
        raise _too_large(LARGEST_ARRAYS)
    return unpacked


def _labels_beside(path: Path) -> Path | None:
    """The file of the labels of `path`, where it is called as MNIST's, KMNIST's or scikit-learn's users call it."""
    renamed = path.name.replace("images", "labels").replace("idx3", "idx1").replace("imgs", "labels")
    renamed = re.sub(r"^([xX])(?=[._-])", lambda found: "y" if found[1] == "x" else "Y", renamed)
    stem = renamed.removesuffix(".gz")
    # X_train.npy goes with y_train.npy.
    names = [name for plain in (stem, stem[:1].lower() + stem[1:]) for name in (plain, f"{plain}.gz")]
    others = (path.with_name(name) for name in names if renamed != path.name)
    return next((other for other in others if other.is_file()), None)


def _parsed(data: bytes) -> _Found:
    if data[:2] == b"\x1f\x8b":
        data = _unzipped(data)
    for begins, parse in _KINDS:
        if re.match(begins, data[:512], re.DOTALL | re.IGNORECASE):
            return parse(data)
    return _csv(data)


def _other(name: str) -> Callable[[bytes], _Found]:
    def refuse(data: bytes) -> _Found:
        raise KagamiError(
            "images_other_format",
            f"this is {name}, which is not read here. Save it as an npz: np.savez(file, x=images, y=labels).",
            format=name,
        )

    return refuse


def _lfs(data: bytes) -> _Found:
    raise KagamiError(
        "images_lfs", "this is a Git LFS pointer: the file itself was not fetched. Fetch it: git lfs pull."
    )


def _web_page(data: bytes) -> _Found:
    raise KagamiError(
        "images_web_page",
        "this is a web page, not the file that was to be downloaded. Download it again, from the page's own button.",
    )


def _picture(data: bytes) -> _Found:
    raise KagamiError("images_picture", "this is a single picture: python -m core score FILE judges it.")


def _archive(data: bytes) -> _Found:
    raise KagamiError(
        "images_archive", "this is an archive of other files: unpack it, and give the one that holds the images."
    )


def _empty(data: bytes) -> _Found:
    raise KagamiError("images_empty", "there is nothing in this file.")


def _npy(data: bytes) -> _Found:
    return _Found(x=_array(io.BytesIO(data)))


def _array(file: Any) -> Numbers:
    """The array of an npy file, whose header is read before its numbers."""
    try:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, fortran, dtype = read(file)
    except (ValueError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise _damaged("an array's header cannot be read") from error
    if dtype.hasobject:
        raise KagamiError("images_objects", "its arrays hold Python objects, not plain numbers or strings.")
    count = math.prod(shape)
    if count * dtype.itemsize > LARGEST_ARRAYS:
        raise _too_large(LARGEST_ARRAYS)
    try:
        content = file.read(count * dtype.itemsize)
        array = np.frombuffer(content, dtype, count) if count else np.empty(0, dtype)
        return array.reshape(shape, order="F" if fortran else "C")
    except (ValueError, EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
        raise _damaged("an array is cut off") from error


def _npz(data: bytes) -> _Found:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
            if members and "x" not in members and not any(name.endswith(".npy") for name in archive.namelist()):
                return _archive(data)
            has = [pair for pair in PAIRS if pair[0] in members]
            if not has:
                found = ", ".join([*members][:10]) or "nothing"
                raise KagamiError(
                    "images_keys",
                    "an image file holds the arrays x and y; "
                    f"{'x' if 'y' in members else 'x and y'} missing, found {found}.",
                    found=found,
                )

            def array(name: str) -> Numbers:
                if not members[name].filename.endswith(".npy"):
                    raise KagamiError("images_keys", "x and y are files in it, but no NumPy arrays.", found=name)
                with archive.open(members[name]) as file:
                    return _array(file)

            x, y = has[0]
            other = [pair[0] for pair in has[1:]]
            noticed: tuple[KagamiError, ...] = ()
            if other:
                noticed = (KagamiError("images_part", f"{x} is read, {', '.join(other)} is not.", part=x),)
            return _Found(x=array(x), y=array(y) if y in members and y else None, noticed=noticed)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        raise _damaged("this zip archive cannot be read") from error


def _idx(data: bytes) -> _Found:
    dimensions = data[3]
    start = 4 + 4 * dimensions
    shape = tuple(int(size) for size in np.frombuffer(data[4:start], ">u4"))
    dtype = np.dtype(IDX_TYPES[data[2]])
    count = math.prod(shape)
    if len(shape) != dimensions or len(data) - start != count * dtype.itemsize:
        raise _damaged(f"an IDX file of shape {shape} has other than {len(data) - start:,} bytes of numbers")
    return _Found(x=np.frombuffer(data, dtype, count, start).reshape(shape))


def _csv(data: bytes) -> _Found:
    """Rows of n² pixels with a label before or after them, as Kaggle has them; with or without a header."""
    if b"\0" in data[:4096]:
        raise KagamiError(
            "images_unknown",
            "this is no npz archive, nor npy, IDX or CSV. Save it as an npz: np.savez(file, x=images, y=labels).",
        )
    first_lines = list(islice(_lines(data), CSV_LINES))
    if not first_lines:
        return _empty(data)
    separator = max(",;\t", key=first_lines[0].count)
    head = [cell.strip().strip('"') for cell in first_lines[0].split(separator)]
    columns = len(head)
    labelled = math.isqrt(columns - 1) ** 2 == columns - 1
    if columns < 4 or not (labelled or math.isqrt(columns) ** 2 == columns):
        raise KagamiError(
            "images_csv",
            "this is no npz archive, nor npy or IDX; as CSV, a line must hold n² pixels and perhaps a label, "
            f"such as 785 cells, got {columns}.",
            columns=columns,
        )
    # A header's names are no numbers; a label may be text, but the pixel beside it is none.
    has_head = not (_number(head[1]) and _number(head[-2]))
    if len(first_lines) == has_head:
        return _empty(data)
    first = labelled and _label_is_first(first_lines[has_head:], separator, head if has_head else [])
    rows = islice(_lines(data), int(has_head), None)
    parts: list[Numbers] = []
    labels: list[str] = []
    while some := list(islice(rows, CSV_LINES)):
        if labelled:
            split = [row.partition(separator) if first else row.rpartition(separator)[::-1] for row in some]
            labels += [label.strip().strip('"') for label, _, _ in split]
            some = [pixels for _, _, pixels in split]
        parts.append(_pixels(some, separator, columns, columns - labelled))
    return _Found(x=np.concatenate(parts), y=np.array(labels) if labelled else None)


def _lines(data: bytes) -> Iterator[str]:
    """Its lines that hold something; one is there at a time, since Kaggle's letters are 700 MB."""
    lines = io.TextIOWrapper(io.BytesIO(data), "utf-8-sig", errors="replace")
    return (line for line in map(str.strip, lines) if line)


def _pixels(rows: Sequence[str], separator: str, columns: int, wanted: int) -> Numbers:
    """Rows of so many pixels (n, wanted), in a byte each where they are whole numbers up to 255."""
    try:
        x = np.loadtxt(rows, np.float32, delimiter=separator, ndmin=2, comments=None)
    except ValueError as error:
        why = str(error).rstrip(".")
        raise KagamiError(
            "images_csv", f"a line is no row of {columns} cells as the first is: {why}.", columns=columns
        ) from error
    if x.shape[1] != wanted:
        raise KagamiError("images_csv", f"a line is no row of {columns} cells as the first is.", columns=columns)
    with np.errstate(invalid="ignore"):  # what is not a number stays as it is, and is refused later
        small = x.clip(0, 255).astype(np.uint8)
    return small if (small == x).all() else x


def _label_is_first(rows: Sequence[str], separator: str, head: Sequence[str]) -> bool:
    """Whether the label stands before the pixels: by its name, or because a corner's pixel hardly ever changes."""
    named = [name.lower() in ("label", "class", "target", "y") for name in (*head[:1], *head[-1:])]
    if any(named):
        return named[0]
    firsts = {row.partition(separator)[0] for row in rows}
    lasts = {row.rpartition(separator)[2] for row in rows}
    return len(firsts) >= len(lasts)


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


# By what a file begins with. Where nothing fits, it may be CSV, which begins with anything.
_KINDS: tuple[tuple[bytes, Callable[[bytes], _Found]], ...] = (
    (rb"\Z", _empty),
    (rb"\x93NUMPY", _npy),
    (rb"PK\x03\x04|PK\x05\x06", _npz),
    (rb"\0\0[\x08\x09\x0b-\x0e][\x01-\x05]", _idx),
    (rb"version https://git-lfs", _lfs),
    (rb"\s*(<!doctype html|<html|<\?xml|<head|<script)", _web_page),
    (rb"\x89PNG|\xff\xd8\xff|GIF8[79]a|BM.{4}\0{4}|II\*\0|MM\0\*|RIFF....WEBP|....ftyp", _picture),
    (rb"\x89HDF", _other("an HDF5 file")),
    (rb"MATLAB 5", _other("a MATLAB file")),
    (rb"PAR1", _other("a Parquet file")),
    (rb"ARROW1", _other("an Arrow file")),
    (rb"%PDF", _other("a PDF")),
    (rb"\x80[\x02-\x05]", _other("a Python pickle, which may run any program when it is opened,")),
    (rb"\xfd7zXZ|BZh|Rar!|7z\xbc\xaf|.{257}ustar", _archive),
)


# From numbers to images


def _laid_out(x: Numbers) -> Numbers:
    """x as (n, h, w) or (n, h, w, channels). Raises KagamiError for a shape that is no images'."""
    shape = x.shape
    if x.ndim == 2 and (side := math.isqrt(shape[1])) ** 2 == shape[1] > 1 and shape[0] != shape[1]:
        x = x.reshape(len(x), side, side)
    elif x.ndim == 2 and min(shape) > 1:
        x = x[np.newaxis]
    elif x.ndim == 4 and shape[3] not in (1, 3, 4) and shape[1] in (1, 3, 4):
        x = x.transpose(0, 2, 3, 1)
    if x.ndim not in (3, 4) or (x.ndim == 4 and x.shape[3] not in (1, 3, 4)):
        raise KagamiError(
            "images_shape",
            f"images must be of shape (n, h, w), or (n, h·w), or with 1, 3 or 4 channels; got {shape}.",
            shape=shape,
        )
    if 0 in shape:
        raise KagamiError("images_empty", f"there are no images in it: its shape is {shape}.")
    if max(x.shape[1:3]) > LONGEST_SIDE or math.prod(x.shape[:3]) > LARGEST_ARRAYS:
        raise _too_large(LARGEST_ARRAYS)
    return x


def _grey(x: Numbers) -> tuple[UInt8, tuple[KagamiError, ...]]:
    """Images (n, h, w) or with channels as (n, h, w) uint8, and what was noticed of their range.

    Fractions are taken from 0 to 1, whole numbers from 0 to 255, or to 65,535 where they go beyond that.
    """
    low, high = (float(end) for end in (x.min(), x.max()))  # not a number, where one is not
    if not (low >= 0 and high <= 65_535):
        raise KagamiError(
            "images_range",
            f"pixels must go from 0 (paper) to 255 (ink), or from 0 to 1; got {low:g} to {high:g}. "
            "Where they were normalised, undo that.",
            low=f"{low:g}",
            high=f"{high:g}",
        )
    noticed: tuple[KagamiError, ...] = ()
    if high <= 1 and x.dtype.kind in "ui" and high > 0:
        raise KagamiError(
            "images_zero_one",
            "the largest value is 1; whole numbers are expected from 0 (paper) to 255 (ink). Multiply them by 255.",
        )
    full = 1.0 if high <= 1 else 255.0 if high <= 255 else 65_535.0
    if 0 < high < full / 2:  # it counts in other steps
        noticed = (
            KagamiError(
                "images_stretched",
                f"the largest value is {high:g} instead of {full:g}; it is taken for full ink.",
                largest=f"{high:g}",
                full=f"{full:g}",
            ),
        )
        full = high
    if x.dtype == np.uint8 and x.ndim == 3 and full == 255:
        return np.ascontiguousarray(x), noticed
    images = np.empty(x.shape[:3], np.uint8)
    step = max(1, CHUNK // math.prod(x.shape[1:]))
    for start in range(0, len(x), step):
        part = x[start : start + step].astype(np.float32)
        if part.ndim == 4:
            part = part[..., :3].mean(axis=3)  # a fourth channel is how opaque the others are
        images[start : start + step] = np.rint(part * np.float32(255 / full))
    return images, noticed


def _refuse_inverted(images: UInt8) -> None:
    """Raise KagamiError where most images have a bright border and are bright: black ink on white paper."""
    some = images[:: max(1, len(images) // 1000)]
    border = np.concatenate([some[:, 0], some[:, -1], some[:, :, 0], some[:, :, -1]], axis=1)  # (n, 2h + 2w)
    pixels = some.reshape(len(some), -1)
    low, high = pixels.min(axis=1).astype(np.float32), pixels.max(axis=1).astype(np.float32)
    varied, middle = high - low >= VARIED, (low + high) / 2
    bright = (np.median(border, axis=1) > middle) & (pixels.mean(axis=1) > middle)
    if np.count_nonzero(bright & varied) > np.count_nonzero(varied) / 2:
        raise KagamiError(
            "images_inverted",
            "these look inverted: their borders are bright, though paper is 0 and ink 255. "
            "Invert them, 255 − x, or say --invert.",
        )


# Labels


def _labels(y: Numbers, n: int) -> Texts:
    """Labels as text (n,), from numbers, text, bytes, one-hot rows, or any of them in a column."""
    given = y
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim == 2 and y.dtype.kind in "buif" and _one_hot(y):
        y = y.argmax(axis=1)
    if y.dtype.kind == "S":
        y = np.char.decode(y, "utf-8", "replace")
    if y.dtype.kind == "f" and np.isfinite(y).all() and (y == np.rint(y)).all():
        y = y.astype(np.int64)
    if y.shape != (n,) or y.dtype.kind not in "buiU":
        raise KagamiError(
            "images_labels",
            f"y must hold {n} labels, int or str, got {given.dtype} of shape {given.shape}.",
            n=n,
            shape=given.shape,
        )
    return np.asarray(y.astype(np.str_))


def _one_hot(y: Numbers) -> bool:
    return bool(np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all())


def _damaged(what: str) -> KagamiError:
    return KagamiError("images_damaged", f"the file is damaged: {what}. Download or save it again.", what=what)


def _too_large(most: int) -> KagamiError:
    megabytes = most // 2**20
    return KagamiError("images_too_large", f"images of more than {megabytes} MB are not read.", megabytes=megabytes)
