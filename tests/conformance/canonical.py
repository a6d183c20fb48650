"""The hash of a content: SHA-256 of its canonical JSON (RFC 8785)."""

import hashlib
import json


def ordered(value):
    """The same value, the members of each object sorted as RFC 8785 asks: by their UTF-16."""
    if isinstance(value, dict):
        return {name: ordered(value[name]) for name in sorted(value, key=lambda name: name.encode("utf-16-be"))}
    if isinstance(value, list):
        return [ordered(item) for item in value]
    if isinstance(value, float):
        raise ValueError("the contents of findings have whole numbers only")
    return value


def hash_of(content):
    text = json.dumps(ordered(content), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
