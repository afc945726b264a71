"""The live mirror: what the browser shows while the pen is still down."""

import re
from functools import cache
from pathlib import Path

MODULES = ("prepare.js", "network.js")


@cache
def script() -> str:
    """All of the mirror's modules as a single one, since a component's script is one text.

    Each stands alone in its file and imports its neighbours by `import … from "./name.js";`.
    """
    texts = [(Path(__file__).parent / name).read_text(encoding="utf-8") for name in MODULES]
    return re.sub(r'^import .* from "\./.*";\n', "", "\n".join(texts), flags=re.MULTILINE)
