"""Which credentials a connector takes, by what its settings are called. Pure.

A name is no proof, so the rules are few and plain: a setting that may be a secret of some
other sort leaves the answer open instead of making it "none". How a host is reached, by a
tunnel or with certificates, is not how one signs in.
Source: RFC 6749 (refresh token, client secret, access token) and RFC 5849 (consumer secret);
the names that the curated definitions use.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from registry.search.folding import fold

KEY, OAUTH, PASSWORD, FILE, NONE = "key", "oauth", "password", "file", "none"
# What a name's last part ends with, after folding: `airbyte_config.apiKey` is "api key".
ENDINGS = (
    (OAUTH, r"refresh token|client secret|consumer secret|access token secret"),
    (FILE, r"private key|private key (path|file|location|json|base64)"),
    (FILE, r"key ?file( (path|location|json))?|credentials (path|file|json)"),
    (FILE, r"service account( (path|file|json|key|credentials|info))?"),
    (PASSWORD, r"password|passwd|pwd"),
    (KEY, r"(api|app|access|account|auth|secret|subscription|license|integration) ?key"),
    (KEY, r"hapikey|(api|access) key id|(api|access key|app) secret"),
    (KEY, r"(api|auth|bearer|developer|jwt|personal access|private) token"),
    (KEY, r"(account|security|server|session|user) token"),
)  # fmt: skip
RULES = tuple((kind, re.compile(rf"(.* )?({pattern})")) for kind, pattern in ENDINGS)
# Of a sign-in by OAuth, or given by hand: told by what stands beside it.
TOKEN = re.compile(r"(.* )?access token|token")
NO_PASSWORD = re.compile(r".*\b(key|certificate) (password|passphrase)")
REACHING = frozenset({"ssh", "tunnel", "ssl", "tls", "proxy"})
# A name with one of these may be of something secret.
SUSPECT = frozenset({
    "account", "auth", "authentication", "authorization", "bearer", "certificate", "code",
    "connection", "cookie", "credential", "credentials", "dsn", "iam", "jwt", "key",
    "keyfile", "login", "oauth", "pass", "passphrase", "password", "profile", "role",
    "secret", "secrets", "sqlalchemy", "token", "tokens", "uri", "user", "username",
})  # fmt: skip
SECRET_KINDS = frozenset({"password", "oauth"})
# Objects may hold anything, but for those that each connector built with the SDK takes.
OF_THE_SDK = frozenset({
    "stream maps", "stream map config", "batch config", "faker config",
})  # fmt: skip
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def credentials_of(settings: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the kinds of credentials that settings ask for; none of them where unknown.

    `["none"]` says that there are settings, and none that could be a credential.
    """
    listed = [one for one in settings if one.get("name")]
    names = [_words(one) for one in listed]
    found = {kind for one in listed if (kind := _kind(one)) is not None}
    if OAUTH not in found and any(map(_is_token, names)):
        found.add(KEY)
    if found:
        return sorted(found)
    is_open = any(map(_is_suspect, listed))
    return [NONE] if listed and not is_open else []


def _kind(setting: Mapping[str, Any]) -> str | None:
    words = _words(setting)
    if setting.get("kind") == "oauth" or "oauth" in " ".join(words).split():
        return OAUTH
    last = words[-1]
    if _is_reaching(words) or NO_PASSWORD.fullmatch(last):
        return None
    return next((kind for kind, rule in RULES if rule.fullmatch(last)), None)


def _is_token(words: list[str]) -> bool:
    return not _is_reaching(words) and TOKEN.fullmatch(words[-1]) is not None


def _is_suspect(setting: Mapping[str, Any]) -> bool:
    path, kind = _words(setting), setting.get("kind")
    is_secret = kind in SECRET_KINDS or bool(setting.get("sensitive"))
    may_hold = kind == "object" and path[0] not in OF_THE_SDK
    return is_secret or may_hold or not SUSPECT.isdisjoint(" ".join(path).split())


def _is_reaching(words: list[str]) -> bool:
    return not REACHING.isdisjoint(" ".join(words).split())


def _words(setting: Mapping[str, Any]) -> list[str]:
    """Return the parts of a setting's name, each folded."""
    path = CAMEL.sub(" ", str(setting["name"])).split(".")
    return [fold(part) for part in path]
