"""Sealing an event's personal fields: AES-256-GCM under the person's own key.

Once the key is gone, the sealed part can't be opened. The event itself has not changed, so the hash
chain over the log still holds.
"""

import os
import uuid
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BITS = 256
NONCE_BYTES = 12  # what NIST SP 800-38D recommends; a key seals far fewer than 2**32 events


def new_key() -> bytes:
    return AESGCM.generate_key(KEY_BITS)


def seal(fields: dict[str, Any], key: bytes, event_id: uuid.UUID) -> bytes:
    """The fields as nonce and ciphertext, bound to the event: they do not open in another one."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, msgspec.json.encode(fields), event_id.bytes)


def unseal(sealed: bytes, key: bytes, event_id: uuid.UUID) -> dict[str, Any]:
    """The fields again. Raises cryptography.exceptions.InvalidTag for a wrong key or event, or if
    the sealed part was altered."""
    nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    if len(nonce) < NONCE_BYTES:
        raise InvalidTag
    return msgspec.json.decode(AESGCM(key).decrypt(nonce, ciphertext, event_id.bytes))
