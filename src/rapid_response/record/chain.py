"""The hash chain: each entry's link is the SHA-256 of the link before it and the entry's stored bytes."""

from __future__ import annotations

import hashlib


def beginning(origin: str) -> bytes:
    """The link before the first entry, which hangs on the name of the log."""
    return hashlib.sha256(b"rapid-response decision log\n" + origin.encode("utf-8")).digest()


def link(before: bytes, payload: bytes) -> bytes:
    """The link of an entry: 32 bytes.

    >>> link(beginning("example.org/log"), b"{}").hex()[:8] == link(beginning("example.org/log"), b"{} ").hex()[:8]
    False
    """
    return hashlib.sha256(before + payload).digest()
