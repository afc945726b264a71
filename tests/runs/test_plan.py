import pytest

from core.runs.plan import Control, Plan, read_control
from tests.runs.tools import PLAN


def test_plans_survive_their_json():
    assert Plan.from_json(PLAN.to_json()) == PLAN


@pytest.mark.parametrize("text", [None, "", "[]", '{"speed": 2}', '{"pace": "warp"}'])
def test_what_nobody_wants_or_says_wrongly_is_the_usual(text, tmp_path):
    if text is not None:
        (tmp_path / "control.json").write_text(text)
    assert read_control(tmp_path) == Control()


def test_an_unknown_pace_is_the_full_one_and_the_rest_is_done(tmp_path):
    (tmp_path / "control.json").write_text('{"pace": "warp", "steps": 2, "end": "keep"}')
    assert read_control(tmp_path) == Control(pace="full", steps=2, end="keep")
