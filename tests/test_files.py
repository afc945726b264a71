import pytest

from core.files import write_text


def test_text_is_written_and_replaced_and_nothing_is_left_beside(tmp_path):
    path = tmp_path / "new" / "file.txt"
    write_text(path, "鏡\n")
    write_text(path, "mirror\n")
    assert path.read_text(encoding="utf-8") == "mirror\n"
    assert [each.name for each in path.parent.iterdir()] == ["file.txt"]


def test_what_cannot_be_written_leaves_the_old_file_as_it_was(tmp_path):
    path = tmp_path / "file.txt"
    write_text(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_text(path, "half, then a lone surrogate: \ud800")
    assert path.read_text(encoding="utf-8") == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["file.txt"]
