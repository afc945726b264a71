import io
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from core.ui.shared.language import CONTENT, LANGUAGES, LOCALE

ROOT = Path(__file__).parent.parent.parent.parent
PO = LOCALE / "ja" / "LC_MESSAGES" / "kagami.po"
PLACEHOLDER = re.compile(r"{[^{}]*}")


def catalogue():
    with PO.open("rb") as file:
        return {message.id: message for message in read_po(file, locale="ja") if message.id}


def messages_in_code():
    sources = [("app.py", "python"), ("pages/**.py", "python"), ("core/**.py", "python")]
    return {message for _, _, message, *_ in extract_from_dir(ROOT, sources, {}, directory_filter=lambda path: True)}


def test_every_message_in_the_code_is_translated_and_none_is_left_over():
    assert set(catalogue()) == messages_in_code()
    assert [id for id, message in catalogue().items() if not message.string or message.fuzzy] == []


def test_no_message_hides_in_an_f_string():
    """Python 3.11's tokenizer, and so Babel there, does not look into them."""
    sources = [*ROOT.glob("app.py"), *ROOT.glob("pages/*.py"), *ROOT.glob("core/**/*.py")]
    assert [path for path in sources if "{_(" in path.read_text("utf-8")] == []


def test_translations_keep_their_placeholders():
    for id, message in catalogue().items():
        assert sorted(PLACEHOLDER.findall(message.string)) == sorted(PLACEHOLDER.findall(id)), id


def test_the_compiled_catalogue_is_the_one_in_the_source():
    compiled = read_mo(io.BytesIO(PO.with_suffix(".mo").read_bytes()))
    assert {message.id: message.string for message in compiled if message.id} == {
        id: message.string for id, message in catalogue().items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_exists_in_every_language_with_the_same_placeholders(language):
    def texts(folder):
        return {
            str(path.relative_to(folder)): set(PLACEHOLDER.findall(path.read_text("utf-8")))
            for path in folder.rglob("*.md")
        }

    assert texts(CONTENT / language) == texts(CONTENT / "en")
