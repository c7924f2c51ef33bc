"""Private parts of entries: sealed with a key of their incident, and bound to the entry by a salted commitment.

A sealed part is AES-256-GCM over a random salt and the text. The entry keeps the HMAC-SHA256 of the text under that
salt, which nobody can test guesses against once salt and key are gone, and the digest of the sealed bytes, which can be
checked without the key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rapid_response.record.canonical import canonical

_SALT, _NONCE = 32, 12


@dataclass(frozen=True, slots=True)
class Key:
    """The key of one incident, and the id that sealed parts name it by."""

    id: bytes
    secret: bytes

    @classmethod
    def new(cls) -> Key:
        """A key that nobody has seen."""
        return cls(os.urandom(16), AESGCM.generate_key(bit_length=256))

    def __repr__(self) -> str:  # a secret never ends up in a log
        return f"Key({self.id.hex()})"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A private part as it is stored, and what its entry says of it."""

    key: bytes
    content: bytes
    commitment: str

    @property
    def digest(self) -> str:
        """The SHA-256 of the stored bytes."""
        return digest(self.content)


class DoesNotFit(Exception):
    """A private part is not the one that was recorded, or the key is not the one it was sealed with."""


def seal(key: Key, data: Mapping[str, Any]) -> Sealed:
    """Seal a private part.

    >>> key = Key.new()
    >>> sealed = seal(key, {"reason": "They asked for it."})
    >>> opened(key, sealed.content, sealed.commitment)
    {'reason': 'They asked for it.'}
    """
    text, salt, nonce = canonical(data), os.urandom(_SALT), os.urandom(_NONCE)
    content = nonce + AESGCM(key.secret).encrypt(nonce, salt + text, key.id)
    return Sealed(key.id, content, _commitment(salt, text))


def opened(key: Key, content: bytes, commitment: str) -> dict[str, Any]:
    """The private part that was sealed; raises DoesNotFit."""
    try:
        plain = AESGCM(key.secret).decrypt(content[:_NONCE], content[_NONCE:], key.id)
    except (InvalidTag, ValueError):
        raise DoesNotFit from None
    salt, text = plain[:_SALT], plain[_SALT:]
    if not hmac.compare_digest(_commitment(salt, text), commitment):
        raise DoesNotFit
    return dict(json.loads(text))


def digest(content: bytes) -> str:
    """The SHA-256 of sealed bytes."""
    return hashlib.sha256(content).hexdigest()


def _commitment(salt: bytes, text: bytes) -> str:
    return hmac.new(salt, text, "sha256").hexdigest()
