from core.views.charts import quality_lines

COLOURS = {"quiet": "#59646c", "normal": "#006b66", "anomalous": "#b8321a", "line": "#d6d8d4"}
WORDS = {"amount": "Amount", "psnr": "PSNR", "method": "Method", "description": "PSNR over the amount"}


def values(chart, layer):
    data = layer["data"]
    return data["values"] if "values" in data else chart["datasets"][data["name"]]


def test_a_line_for_each_method_in_order_and_one_where_the_reader_is():
    psnr = {"first": [24, 20.123], "second": [28, 12], "noisy": [None, 10]}
    chart = quality_lines(amounts=[0, 0.1], psnr=psnr, here=0.1, colours=COLOURS, words=WORDS).to_dict()
    rule, lines = chart["layer"]
    assert values(chart, rule) == [{"x": 0.1}]
    rows = values(chart, lines)
    assert [row["psnr"] for row in rows] == [24, 20.12, 28, 12, None, 10]
    dashes = lines["encoding"]["strokeDash"]["scale"]
    assert dashes["domain"] == list(psnr)
    assert len({tuple(dash) for dash in dashes["range"]}) == 3
    assert lines["encoding"]["y"]["scale"]["domain"] == [10, 30]
    assert chart["description"] == "PSNR over the amount"
