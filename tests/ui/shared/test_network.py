import re
from pathlib import Path

import core.ui.shared
from core.detection.scores import RECONSTRUCTION_ERRORS


def test_the_browser_computes_the_scores_that_need_a_reconstruction_alone():
    code = (Path(core.ui.shared.__file__).parent / "network.js").read_text(encoding="utf-8")
    table = code.partition("export const SCORES = {\n")[2].partition("\n};")[0]
    assert tuple(re.findall(r"^  (\w+)\(", table, re.MULTILINE)) == RECONSTRUCTION_ERRORS == ("mae", "mse", "bce")
