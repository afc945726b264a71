"""The talk: its steps as files per language, and the figures that they speak of.

A step is one Markdown file in `core/assets/content/<language>/story/`, and the files' names give the order:

    # Title

    The one idea, in a paragraph: what an audience reads.

    More paragraphs, for those who read alone.

    <!-- notes -->

    What the speaker says.

Where a step asks for a prediction, its paragraph leads up to the question, and only what follows answers it.
What makes sense only where things move stands in `<screen>…</screen>`, what only paper shows in `<paper>…</paper>`.
Figures stand as {placeholders} that `core.story.figures` fills from the shipped bundles; none is typed in. What moves
in a step is named by its file: `05-only-one.md` is shown with the row `only-one` of `core.ui.story.LIVE`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.images.data import ASSETS

CONTENT = ASSETS / "content"
LANGUAGES = tuple(sorted(folder.name for folder in CONTENT.iterdir()))
NOTES = "<!-- notes -->"
# Where a passage is left out, so is the space or the line's end behind it, but never the end of a paragraph.
_MEDIUM = re.compile(r"<(?P<medium>screen|paper)>(?P<text>.*?)</(?P=medium)>(?P<gap>(?:[ \n](?!\n))?)", re.DOTALL)
_NAME = re.compile(r"\d+-(?P<name>[a-z-]+)\.md")
# What people read in a minute: words, and in Japanese characters (without kana for furigana and the like).
WORDS_A_MINUTE, CHARACTERS_A_MINUTE = 200, 500


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the talk in one language.

    name: the same in every language. title: text. lead, prose, notes: Markdown; prose may be empty.
    """

    name: str
    title: str
    lead: str
    prose: str
    notes: str


def steps(
    language: str, values: Mapping[str, str], *, medium: Literal["screen", "paper"] = "screen", folder: Path = CONTENT
) -> tuple[Step, ...]:
    """The talk in that language for that medium, its placeholders filled with `values`.

    Raises ValueError for a file that is no step or has half a mark, and KeyError for a placeholder that has no value.
    """
    return tuple(_step(path, values, medium) for path in sorted((folder / language / "story").iterdir()))


def _step(path: Path, values: Mapping[str, str], medium: str) -> Step:
    named = _NAME.fullmatch(path.name)
    written = path.read_text(encoding="utf-8").format_map(values)
    fit = _MEDIUM.sub(lambda part: part["text"] + part["gap"] if part["medium"] == medium else "", written)
    if left := re.search(r"</?(?:screen|paper)>", fit):
        raise ValueError(f"{path} has a {left[0]} without its other half")
    text, _mark, notes = fit.partition(NOTES)
    title, _, rest = text.strip().partition("\n\n")
    lead, _, prose = rest.strip().partition("\n\n")
    if named is None or not title.startswith("# ") or not lead or not notes.strip():
        raise ValueError(f"{path} must be NN-name.md with a # title, a paragraph, and {NOTES} with what to say")
    return Step(name=named["name"], title=title[2:], lead=lead.strip(), prose=prose.strip(), notes=notes.strip())


def reading_minutes(told: tuple[Step, ...], language: str) -> int:
    """How many minutes it takes to read the steps alone, at least one."""
    text = " ".join(f"{step.title} {step.lead} {step.prose}" for step in told)
    if language == "ja":
        return max(1, round(len(re.sub(r"\s", "", text)) / CHARACTERS_A_MINUTE))
    return max(1, round(len(text.split()) / WORDS_A_MINUTE))
