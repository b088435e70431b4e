"""Who may say that a source has news: a signature or a token made for that source alone.

Nothing is stored: a source's secret follows from its number and the secret key, so only
who holds the key can tell it, and a new key ends all of them.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping

from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "registry.hooks"
# How old a signed message may be. Source: Standard Webhooks, replay attacks.
TOLERANCE_S = 300


def secret_of(source_id: int) -> str:
    """Return the secret of one source's address, 64 hex digits."""
    return salted_hmac(SALT, str(source_id), algorithm="sha256").hexdigest()


def is_authentic(source_id: int, headers: Mapping[str, str], body: bytes) -> bool:
    """Say whether a message proves that its sender knows the source's secret.

    `X-Hub-Signature-256` (GitHub) and `webhook-signature` (GitLab, Standard Webhooks) are
    HMACs of the body; `X-Gitlab-Token` and `Authorization: Bearer` are the secret itself.
    """
    secret = secret_of(source_id)
    if signature := headers.get("X-Hub-Signature-256"):
        digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return constant_time_compare(signature, f"sha256={digest}")
    if signatures := headers.get("Webhook-Signature"):
        return _is_signed(secret, headers, body, signatures)
    bearer = headers.get("Authorization", "").removeprefix("Bearer ")
    return constant_time_compare(headers.get("X-Gitlab-Token", bearer), secret)


def _is_signed(
    secret: str, headers: Mapping[str, str], body: bytes, signatures: str
) -> bool:
    """Judge a Standard Webhooks signature. Its key is the secret's own text in base64."""
    number, at = headers.get("Webhook-Id", ""), headers.get("Webhook-Timestamp", "")
    if not at.isdecimal() or abs(time.time() - int(at)) > TOLERANCE_S:
        return False
    signed = f"{number}.{at}.".encode() + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(digest).decode()
    return any(constant_time_compare(one, expected) for one in signatures.split())
