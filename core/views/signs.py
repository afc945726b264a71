"""How a verdict is marked, everywhere alike: by a colour, an icon and a word, so that none of them stands alone."""

from collections.abc import Callable
from dataclasses import dataclass

ICONS = {"normal": "●", "anomalous": "▲"}


@dataclass(frozen=True, kw_only=True)
class Sign:
    """kind: "normal" or "anomalous", as `kg-KIND` names the colour; icon: of ICONS; word: in the reader's language."""

    kind: str
    icon: str
    word: str

    @property
    def html(self) -> str:
        """The icon, not read out, where something else says the word."""
        return f'<span aria-hidden="true">{self.icon}</span>'

    def __str__(self) -> str:
        return f"{self.icon} {self.word}"


def kind(anomalous: bool) -> str:
    """The verdict's name in code and files."""
    return "anomalous" if anomalous else "normal"


def sign(anomalous: bool, _: Callable[[str], str]) -> Sign:
    """The sign of a verdict; `_` translates."""
    word = _("anomalous") if anomalous else _("normal")
    return Sign(kind=kind(anomalous), icon=ICONS[kind(anomalous)], word=word)
