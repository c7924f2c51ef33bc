"""Canonical JSON: one way to write one thing. What is stored and hashed is these bytes, never written anew."""

from __future__ import annotations

import json
from typing import Any


def canonical(data: Any) -> bytes:
    """Keys in order, no spaces, UTF-8.

    >>> canonical({"b": "福", "a": [1, None]}).decode()
    '{"a":[1,null],"b":"福"}'
    """
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("utf-8")
