"""The tray's files: what is written comes back, and what is no such file is told."""

import base64
import csv
import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.detection.judgement import Judgement
from core.errors import KagamiError
from core.images import share
from core.images.strokes import characters
from core.views.tray import COLUMNS, Judge, Saved, from_json, sheet_of, to_csv, to_json

BY = Judge(experiment="kagami-all", score="kagami")


def kept(number, name="", seed=0):
    image = np.random.default_rng(seed).integers(0, 256, (28, 28), dtype=np.uint8)
    return Saved(number=number, strokes=characters()[name].strokes if name else (), character=name, image=image)


def judgement(score, threshold=1.0):
    blank = np.zeros((28, 28), np.float32)
    return Judgement(
        **dict.fromkeys(("image", "reconstruction", "error_map"), blank),
        score=score,
        threshold=threshold,
        anomalous=score > threshold,
        p_value=0.25,
        above=0.75,
        closest=np.empty(0, np.intp),
        latent=np.zeros(2, np.float32),
        borderline=False,
    )


def test_drawings_come_back_from_json_numbered_anew():
    tray = [kept(7, "あ"), kept(9, seed=1)]
    back = from_json(to_json(tray, [judgement(0.5), judgement(2)], BY))
    assert [each.number for each in back] == [1, 2]
    assert [each.character for each in back] == ["あ", ""]
    for one, other in zip(tray, back, strict=True):
        np.testing.assert_array_equal(one.image, other.image)
        assert share.encode(one.strokes) == share.encode(other.strokes)


def test_json_holds_the_verdicts():
    data = json.loads(to_json([kept(1, "A")], [judgement(2)], BY))
    assert (data["experiment"], data["measure"]) == ("kagami-all", "kagami")
    assert data["drawings"][0]["verdict"] == "anomalous"
    assert data["drawings"][0]["score"] == 2


def test_csv_opens_in_a_spreadsheet():
    data = to_csv([kept(1, "あ"), kept(2)], [judgement(2.0), judgement(0.5)], BY)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["number"], row["character"], row["verdict"], row["score"]) for row in rows] == [
        ("1", "あ", "anomalous", "2"),
        ("2", "", "normal", "0.5"),
    ]


def damaged(**changes):
    data = json.loads(to_json([kept(1, "A")]))
    data["drawings"][0] |= {key: value for key, value in changes.items() if key in data["drawings"][0]}
    return json.dumps(data | {key: value for key, value in changes.items() if key in data})


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "not what Kagami writes"),
        ("[" * 100_000, "not what Kagami writes"),
        ("[]", "not what Kagami writes"),
        ("{}", "not what Kagami writes"),
        (" " * 1_000_001, "characters"),
        (damaged(version=2), "version must be"),
        (damaged(format="other"), "version must be"),
        (damaged(drawings={}), "at most 60"),
        (damaged(drawings=[{}] * 61), "at most 60"),
        (damaged(drawings=[3]), "not what Kagami writes"),
        (damaged(strokes=3), "must be texts"),
        (damaged(strokes="AAAA"), "not what Kagami writes"),
        (damaged(character="x" * 21), "must be texts"),
        (damaged(image="?"), "base64"),
        (damaged(image=base64.b64encode(b"short").decode()), "28 times 28"),
    ],
)
def test_what_is_no_tray_is_told(text, rule):
    with pytest.raises(KagamiError, match=rule) as caught:
        from_json(text)
    assert caught.value.code == "tray_damaged"


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.recursive(
        st.none() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["strokes", "image", "character"]), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_any_other_content_is_told(content):
    with pytest.raises(KagamiError):
        from_json(json.dumps({"format": "kagami-tray", "version": 1, "drawings": [content]}))


def test_a_sheet_grows_with_its_drawings_and_carries_japanese():
    def opened(n, foot="脚注"):
        return Image.open(
            io.BytesIO(sheet_of([judgement(0.5)] * n, ["1 ● 正常"] * n, heading="見出し", foot=foot, most=0.5))
        )

    one, four = opened(1), opened(4)
    assert one.format == "PNG"
    assert four.height > one.height
    # A font without Japanese would draw the same box for every character.
    assert np.asarray(opened(1, "鏡鏡")).tobytes() != np.asarray(opened(1, "数字")).tobytes()
