import gzip
import io
import pickle
import re
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.errors import KagamiError
from core.images import arrays as module
from core.images.arrays import UNLABELLED, image_set, read_images
from core.images.data import load_mnist

CASES = Path(__file__).parent.parent / "cases"
# Three images of a bar each, in another place, in 20 levels.
X = np.zeros((3, 20, 30), np.uint8)
for i in range(3):
    X[i, 4:16, 5 * i + 3 : 5 * i + 9] = np.linspace(60, 255, 12 * 6).reshape(12, 6).astype(np.uint8)
Y = np.array(["A", "あ", "10"])
FLAT = X[:, :, :20].reshape(3, 400)


def codes(found):
    return [notice.code for notice in found.noticed]


def saved(path, **arrays):
    np.savez(path, **arrays)
    return path


def refused(path, code, sentence):
    with pytest.raises(KagamiError, match=re.escape(f"{path}: {sentence}")) as caught:
        read_images(path)
    assert caught.value.code == code
    assert caught.value.details["path"] == str(path)


# The files of tests/cases: the first digits of MNIST's test part, as others keep them


@pytest.mark.parametrize(
    ("name", "n", "labelled", "noticed"),
    [
        ("flat_784.npz", 40, True, []),
        ("channel_last.npz", 40, True, []),
        ("labels_onehot.npz", 40, True, []),
        ("x_only.npz", 40, False, ["images_unlabelled"]),
        ("kmnist_arr0.npz", 40, False, ["images_unlabelled"]),
        ("t10k-images-idx3-ubyte.gz", 40, False, ["images_unlabelled"]),
    ],
)
def test_what_people_hold_is_the_same_digits(name, n, labelled, noticed):
    test = load_mnist("test")
    found = read_images(CASES / name)
    np.testing.assert_array_equal(found.images, test.x[:n])
    assert found.labels.tolist() == (test.y[:n].astype(str).tolist() if labelled else [UNLABELLED] * n)
    assert codes(found) == noticed


def test_bytes_are_labels():
    assert read_images(CASES / "labels_bytes.npz").labels.tolist() == list("0123456789")


def test_of_keras_the_test_part_is_read():
    found = read_images(CASES / "keras_mnist.npz")
    assert len(found.images) == 20
    assert [str(notice) for notice in found.noticed] == ["x_test is read, x_train is not."]


@pytest.mark.parametrize("name", ["kaggle_train.csv", "no_header.csv"])
def test_kaggles_csv(name):
    found = read_images(CASES / name)
    assert found.images.shape == (8, 28, 28)
    assert found.labels.tolist() == list("72104149")
    np.testing.assert_array_equal(found.images, load_mnist("test").x[:8])


# npz


@pytest.mark.parametrize("labels", [Y, np.array([10, -1, 2])])
def test_images_of_ones_own(labels, tmp_path):
    found = read_images(saved(tmp_path / "mine.npz", x=X, y=labels, more=np.zeros(1)))
    np.testing.assert_array_equal(found.images, X)
    np.testing.assert_array_equal(found.labels, labels.astype(str))
    assert found.noticed == ()


@pytest.mark.parametrize(
    ("x", "y"), [("x_test", "y_test"), ("x_train", "y_train"), ("test_images", "test_labels"), ("x", "y")]
)
def test_each_collections_names(x, y, tmp_path):
    column = np.arange(3, dtype=np.uint8)[:, np.newaxis]  # as MedMNIST has them
    found = read_images(saved(tmp_path / "mine.npz", **{x: X, y: column}))
    np.testing.assert_array_equal(found.images, X)
    assert found.labels.tolist() == ["0", "1", "2"]


def test_the_labels_of_kmnist_stand_in_the_file_beside(tmp_path):
    saved(tmp_path / "kmnist-test-labels.npz", arr_0=np.arange(3))
    found = read_images(saved(tmp_path / "kmnist-test-imgs.npz", arr_0=X))
    assert found.labels.tolist() == ["0", "1", "2"]
    refused(tmp_path / "kmnist-test-labels.npz", "images_only_labels", "these are labels; give the file")


@pytest.mark.parametrize(
    ("arrays", "code", "sentence"),
    [
        ({}, "images_keys", "an image file holds the arrays x and y; x and y missing, found nothing."),
        (
            {"y": X, "images": X},
            "images_keys",
            "an image file holds the arrays x and y; x missing, found y, images.",
        ),
        ({"x": X[:0], "y": Y[:0]}, "images_empty", "there are no images in it: its shape is (0, 20, 30)."),
        ({"x": X[:, :0], "y": Y}, "images_empty", "there are no images in it: its shape is (3, 0, 30)."),
        ({"x": X[..., None, None], "y": Y}, "images_shape", "images must be of shape (n, h, w), or (n, h·w)"),
        ({"x": Y, "y": Y}, "images_only_labels", "these are labels"),
        ({"x": np.stack([Y] * 9), "y": Y}, "images_objects", "images must be plain numbers, got <U2."),
        ({"x": X, "y": Y[:2]}, "images_labels", "y must hold 3 labels, int or str, got <U2 of shape (2,)."),
        ({"x": X, "y": np.full(3, 0.5)}, "images_labels", "y must hold 3 labels, int or str, got float64 of shape"),
        ({"x": X, "y": np.array(3)}, "images_labels", "y must hold 3 labels, int or str, got int64 of shape ()."),
        ({"x": X, "y": np.ones((3, 2))}, "images_labels", "y must hold 3 labels, int or str, got float64 of shape"),
    ],
)
def test_an_npz_with_other_arrays(arrays, code, sentence, tmp_path):
    refused(saved(tmp_path / "mine.npz", **arrays), code, sentence)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_a_damaged_npz(save, tmp_path):
    path = tmp_path / "mine.npz"
    save(path, x=np.random.default_rng(0).integers(0, 256, (3, 20, 30), np.uint8), y=np.arange(3))
    content = bytearray(path.read_bytes())
    path.write_bytes(content[:400])
    refused(path, "images_damaged", "the file is damaged: this zip archive cannot be read.")
    content[60:800] = bytes(740)
    path.write_bytes(content)
    refused(path, "images_damaged", "the file is damaged: ")


def test_nothing_is_unpickled(tmp_path):
    objects = np.array([print, None, "A"], object)
    for arrays in ({"x": X, "y": objects}, {"x": objects}):
        refused(saved(tmp_path / "mine.npz", **arrays), "images_objects", "its arrays hold Python objects")
    np.save(tmp_path / "mine.npy", objects)
    refused(tmp_path / "mine.npy", "images_objects", "its arrays hold Python objects")
    (tmp_path / "mine.pkl").write_bytes(pickle.dumps(X))
    refused(tmp_path / "mine.pkl", "images_other_format", "this is a Python pickle, which may run any program")


# Shapes, ranges and labels


@pytest.mark.parametrize(
    "x",
    [
        X[..., np.newaxis],
        X[:, np.newaxis],
        np.stack([X] * 3, axis=3),
        np.stack([X] * 3, axis=1),
        np.stack([X, X, X, np.full_like(X, 9)], axis=3),
        X.astype(np.int64),
        X.astype(">i2"),
        X.astype(np.float64),
        (X / 255).astype(np.float32),
        X / 255.0,
        X.astype(np.uint16) * 257,
    ],
    ids=[
        "channel last", "channel first", "colours last", "colours first", "how opaque", "int64", "big-endian",
        "float64", "fractions", "fractions as float64", "16 bit",
    ],
)  # fmt: skip
def test_other_ways_to_say_the_same(x):
    found = image_set(x, Y)
    assert found.images.dtype == np.uint8
    np.testing.assert_array_equal(found.images, X)
    assert found.noticed == ()


def test_truth_values_and_single_images():
    np.testing.assert_array_equal(image_set(X > 0, Y).images, (X > 0) * np.uint8(255))
    np.testing.assert_array_equal(image_set(X[0], Y[:1]).images, X[:1])
    np.testing.assert_array_equal(image_set(FLAT, Y).images, X[:, :, :20])


def test_converting_goes_by_parts(monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 1)
    np.testing.assert_array_equal(image_set(X / 255.0, Y).images, X)


@pytest.mark.parametrize(
    ("x", "code", "sentence"),
    [
        (X / 127.5 - 1, "images_range", "got -1 to 1. Where they were normalised, undo that."),
        (np.where(X > 0, np.nan, 0), "images_range", "got nan to nan."),
        (X * 1e9, "images_range", "got 0 to 2.55e+11."),
        ((X > 0).astype(np.uint8), "images_zero_one", "the largest value is 1; whole numbers are expected"),
        ((X > 0).astype(np.int64), "images_zero_one", "Multiply them by 255."),
        (255 - X, "images_inverted", "these look inverted: their borders are bright"),
        (1 - X / 255, "images_inverted", "Invert them, 255 − x, or say --invert."),
    ],
)
def test_what_looks_wrong_is_refused_by_name(x, code, sentence):
    with pytest.raises(KagamiError, match=re.escape(sentence)) as caught:
        image_set(x, Y)
    assert caught.value.code == code


def test_black_ink_can_be_turned_over_and_rows_exchanged():
    np.testing.assert_array_equal(image_set(255 - X, Y, invert=True).images, X)
    np.testing.assert_array_equal(image_set(X.transpose(0, 2, 1), Y, transpose=True).images, X)


def test_black_ink_on_grey_paper_is_inverted_and_thick_ink_is_not():
    with pytest.raises(KagamiError, match="these look inverted"):
        image_set(110 - X // 3, Y)
    thick = X.copy()
    thick[:, 1:, 4:] = 255  # nearly everything is ink, and half of the border
    np.testing.assert_array_equal(image_set(255 - thick, Y, invert=True).images, thick)


@pytest.mark.parametrize(
    ("x", "largest", "full"),
    [(X // 16, "15", "255"), (X / 255 * 0.3, "0.3", "1"), (X.astype(int) * 4, "1020", "65535"), (X // 4, "63", "255")],
)
def test_other_steps_are_stretched_and_told(x, largest, full):
    found = image_set(x, Y)
    np.testing.assert_allclose(found.images, X, atol=17)
    (notice,) = found.noticed
    assert str(notice) == f"the largest value is {largest} instead of {full}; it is taken for full ink."
    assert (notice.code, notice.details) == ("images_stretched", {"largest": largest, "full": full})


@pytest.mark.parametrize("value", [0, 255])
def test_images_of_one_level_are_not_inverted(value):
    assert image_set(np.full_like(X, value), Y).images.min() == value


@pytest.mark.parametrize(
    ("y", "labels"),
    [
        (np.array([0.0, 1.0, 2.0]), ["0", "1", "2"]),
        (np.eye(3), ["0", "1", "2"]),
        (np.eye(3, dtype=bool)[::-1], ["2", "1", "0"]),
        (np.array([[b"a"], ["é".encode()], [b"c"]]), ["a", "é", "c"]),
        (Y, Y.tolist()),
    ],
)
def test_labels_are_text(y, labels):
    assert image_set(X, y).labels.tolist() == labels


def test_an_upload_is_read_as_its_content_is(tmp_path):
    content = saved(tmp_path / "mine.npz", x=X, y=Y).read_bytes()
    for data in (content, gzip.compress(content)):
        np.testing.assert_array_equal(read_images(data).images, X)
    with pytest.raises(KagamiError, match=r"^this is a web page") as caught:
        read_images(b"<html>")
    assert caught.value.code == "images_web_page"


# IDX, npy, gzip


def idx(array, kind=0x08):
    return bytes([0, 0, kind, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.mark.parametrize("images", ["train-images-idx3-ubyte", "train-images-idx3-ubyte.gz", "train-images.idx3-ubyte"])
@pytest.mark.parametrize("packed", [False, True])
def test_idx_with_its_labels_beside(images, packed, tmp_path):
    pack = gzip.compress if packed else bytes
    (tmp_path / images).write_bytes(pack(idx(X)))
    beside = images.replace("images", "labels").replace("idx3", "idx1")
    (tmp_path / beside).write_bytes(gzip.compress(idx(np.array([7, 8, 9], np.uint8))))
    found = read_images(tmp_path / images)
    np.testing.assert_array_equal(found.images, X)
    assert found.labels.tolist() == ["7", "8", "9"]


def test_idx_of_fractions(tmp_path):
    (tmp_path / "x").write_bytes(idx((X / 255).astype(">f4"), 0x0D))
    np.testing.assert_array_equal(read_images(tmp_path / "x").images, X)


def test_idx_that_is_cut_off(tmp_path):
    (tmp_path / "x").write_bytes(idx(X)[:-1])
    refused(tmp_path / "x", "images_damaged", "the file is damaged: an IDX file of shape (3, 20, 30) has other than")


def test_npy_with_its_labels_beside(tmp_path):
    for version in ((1, 0), (2, 0)):
        with (tmp_path / "X_test.npy").open("wb") as file:
            np.lib.format.write_array(file, np.asfortranarray(X), version)
        np.save(tmp_path / "y_test.npy", Y)
        found = read_images(tmp_path / "X_test.npy")
        np.testing.assert_array_equal(found.images, X)
        assert found.labels.tolist() == Y.tolist()
    content = (tmp_path / "X_test.npy").read_bytes()
    (tmp_path / "X_test.npy").write_bytes(content[:-1])
    refused(tmp_path / "X_test.npy", "images_damaged", "the file is damaged: an array is cut off")


def test_what_is_gzipped_is_what_is_in_it(tmp_path):
    whole = gzip.compress((saved(tmp_path / "mine.npz", x=X, y=Y)).read_bytes())
    (tmp_path / "mine.bin").write_bytes(whole)
    np.testing.assert_array_equal(read_images(tmp_path / "mine.bin").images, X)
    (tmp_path / "mine.bin").write_bytes(whole[: len(whole) // 2])
    refused(tmp_path / "mine.bin", "images_damaged", "the file is damaged: it is gzipped, and cannot be unpacked")
    # A browser may have unpacked it already, and some servers send a page instead.
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(idx(X))
    np.testing.assert_array_equal(read_images(tmp_path / "t10k-images-idx3-ubyte.gz").images, X)
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_text("<!DOCTYPE HTML><p>404")
    refused(tmp_path / "t10k-images-idx3-ubyte.gz", "images_web_page", "this is a web page, not the file")


# CSV


def csv(pixels, labels=None, *, first=True, head=None, separator=","):
    rows = [[*map(str, row)] for row in pixels.tolist()]
    if labels is not None:
        rows = [[label, *row] if first else [*row, label] for label, row in zip(labels, rows, strict=True)]
    lines = [separator.join(row) for row in ([head] if head else []) + rows]
    return "\r\n".join(lines) + "\n"


NAMES = [f"pixel{i}" for i in range(400)]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        (csv(FLAT, "123", head=["label", *NAMES]), "123"),
        (csv(FLAT, "123", first=False, head=[*NAMES, "class"]), "123"),
        (csv(FLAT, "AbC"), "AbC"),
        (csv(FLAT, "AbC", first=False), "AbC"),
        (csv(FLAT, ['"1"', '"2"', '"3"'], first=False, separator=";"), "123"),
        ("\ufeff" + csv(FLAT, "123", separator="\t"), "123"),
        (csv(FLAT), "???"),
        (csv(FLAT, head=NAMES), "???"),
        (csv(FLAT / 255, "123"), "123"),
    ],
    ids=["head", "last, head", "text", "text last", "quoted", "tabs", "no labels", "names alone", "fractions"],
)
def test_csv(text, labels, tmp_path):
    (tmp_path / "mine.data").write_text(text, encoding="utf-8")
    found = read_images(tmp_path / "mine.data")
    np.testing.assert_array_equal(found.images, X[:, :, :20])
    assert found.labels.tolist() == list(labels)


@pytest.mark.parametrize(
    ("text", "code", "sentence"),
    [
        ("", "images_empty", "there is nothing in this file."),
        (csv(FLAT[:0], head=NAMES), "images_empty", "there is nothing in this file."),
        ("a,b,c\n1,2,3\n", "images_csv", "this is no npz archive, nor npy or IDX; as CSV, a line must hold n² pixels"),
        ("Dear all,\n", "images_csv", "this is no npz archive"),
        (csv(FLAT) + "1,2\n", "images_csv", "a line is no row of 400 cells as the first is"),
        (csv(FLAT) + "x," * 399 + "x\n", "images_csv", "a line is no row of 400 cells as the first is"),
        (csv(FLAT).replace(",60,", ",nan,"), "images_range", "pixels must go from 0 (paper) to 255 (ink), or"),
        ("\0\1\2 no text", "images_unknown", "this is no npz archive, nor npy, IDX or CSV."),
    ],
)
def test_text_that_is_no_csv_of_images(text, code, sentence, tmp_path):
    (tmp_path / "mine.csv").write_text(text)
    refused(tmp_path / "mine.csv", code, sentence)


# What is something else is named


@pytest.mark.parametrize(
    ("content", "code", "sentence"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid", "images_lfs", "this is a Git LFS pointer"),
        (b"\n <html><body>404", "images_web_page", "this is a web page"),
        (b"\x89PNG\r\n\x1a\n", "images_picture", "this is a single picture: python -m core score FILE judges it."),
        (b"\0\0\0\x18ftypheic", "images_picture", "this is a single picture"),
        (b"\x89HDF\r\n", "images_other_format", "this is an HDF5 file, which is not read here. Save it as an npz"),
        (b"MATLAB 5.0 MAT-file", "images_other_format", "this is a MATLAB file"),
        (b"PAR1\x15", "images_other_format", "this is a Parquet file"),
        (b"BZh91AY", "images_archive", "this is an archive of other files: unpack it"),
        (b"train/0.png".ljust(257, b"\0") + b"ustar", "images_archive", "this is an archive of other files"),
    ],
)
def test_what_is_something_else(content, code, sentence, tmp_path):
    (tmp_path / "mine.npz").write_bytes(content)
    refused(tmp_path / "mine.npz", code, sentence)


def test_what_is_no_file_and_zip_archives_of_other_things(tmp_path):
    refused(tmp_path / "nowhere.npz", "images_missing", "there is no such file.")
    refused(tmp_path, "images_missing", "there is no such file.")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("x", "no array")
        archive.writestr("y", "no array")
    refused(tmp_path / "other.zip", "images_keys", "x and y are files in it, but no NumPy arrays.")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("five.png", "")
    refused(tmp_path / "other.zip", "images_archive", "this is an archive of other files")


# Limits


def test_too_large_is_told_before_memory_is_taken(monkeypatch, tmp_path):
    path = saved(tmp_path / "mine.npz", x=X)
    monkeypatch.setattr(module, "LARGEST_FILE", path.stat().st_size - 1)
    refused(path, "images_too_large", "images of more than 0 MB are not read.")
    # Headers that promise more than is there are not believed.
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (10**9, 28, 28)})
    (tmp_path / "bomb.npy").write_bytes(header.getvalue())
    refused(tmp_path / "bomb.npy", "images_too_large", "images of more than 1024 MB are not read.")
    (tmp_path / "bomb").write_bytes(bytes([0, 0, 8, 3]) + struct.pack(">3I", 10**9, 28, 28))
    refused(tmp_path / "bomb", "images_damaged", "the file is damaged: an IDX file of shape")
    monkeypatch.setattr(module, "LARGEST_ARRAYS", 10_000)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(20_000)))
    refused(tmp_path / "bomb.gz", "images_too_large", "images of more than 0 MB are not read.")
    monkeypatch.setattr(module, "LONGEST_SIDE", 29)
    with pytest.raises(KagamiError, match="are not read"):
        image_set(X, Y)
