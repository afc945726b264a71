import re

import pytest

from core.benchmarks import tables


@pytest.mark.parametrize("path", tables.READMES, ids=lambda path: path.parent.name)
def test_the_readmes_hold_the_tables_that_follow_from_the_committed_results(path):
    text = path.read_text(encoding="utf-8")
    assert re.search(r"<!-- table [\w-]+ -->\n\| ", text), "no filled table: run python -m core tables"
    assert tables.filled(text) == text, "out of date: run python -m core tables"


def test_every_table_stands_somewhere():
    everything = "".join(path.read_text(encoding="utf-8") for path in tables.READMES)
    assert set(re.findall(r"<!-- table ([\w-]+) -->", everything)) == set(tables.TABLES)


def test_what_stands_between_the_marks_is_replaced_and_nothing_else(monkeypatch):
    monkeypatch.setattr(tables, "TABLES", {"a": lambda: "| new |\n"})
    assert tables.filled("x\n<!-- table a -->\n| old |\n<!-- end -->\ny") == (
        "x\n<!-- table a -->\n| new |\n<!-- end -->\ny"
    )


def test_a_table_nobody_knows_is_an_error():
    with pytest.raises(KeyError, match="none-such"):
        tables.filled("<!-- table none-such -->\n<!-- end -->")
