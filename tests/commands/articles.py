"""The articles of the tests of commands, and their rows."""

import json

STORY = "The lugger left the quay at 7 on Monday with 7 passengers, the harbour master said."
MORE = "It will come back to the quay on Friday, she added, if the lugger is mended by then."
PLUG = "READ MORE: lugger sold"
TEXT = f"{STORY}\n{PLUG}\n{MORE}\n"
PAGE = f"<!doctype html><title>Quay</title><p>{STORY}</p><p>{PLUG}</p><p>{MORE}</p>"
COLUMNS = ["article_id", "position", "text", "label", "score", "url", "confidence"]


def rows(text):
    """Read rows of JSON Lines."""
    return [json.loads(line) for line in text.splitlines()]


def jsonl(path, *records):
    """Write records as JSON Lines, and return the path."""
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return path
