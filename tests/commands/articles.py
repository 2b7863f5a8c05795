"""The articles of the tests of commands, and their rows."""

import json
import sys

STORY = "The lugger left the quay at 7 on Monday with 7 passengers, the harbour master said."
MORE = "It will come back to the quay on Friday, she added, if the lugger is mended by then."
PLUG = "READ MORE: lugger sold"
ARTICLE = (STORY, PLUG, MORE)
TEXT = "".join(f"{line}\n" for line in ARTICLE)
PAGE = f"<!doctype html><title>Quay</title><p>{STORY}</p><p>{PLUG}</p><p>{MORE}</p>"
COLUMNS = ["article_id", "position", "text", "label", "score", "url", "confidence"]


def rows(text):
    """Read rows of JSON Lines."""
    return [json.loads(line) for line in text.splitlines()]


def jsonl(path, *records):
    """Write records as JSON Lines, and return the path."""
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return path


def endless_jsonl(tmp_path, count=20_000):
    """Write a file of so many articles."""
    return jsonl(tmp_path / "endless.jsonl", *({"id": f"n{number}", "text": TEXT} for number in range(count)))


def command(*arguments):
    """Return the command line of a real process that predicts."""
    return [sys.executable, "-m", "corestory", "predict", *map(str, arguments)]
