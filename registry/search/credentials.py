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
# What is secret by its name alone, whoever reaches what by it; a key's id and a file's path
# are none. An address may have a password in it.
SECRET = re.compile(
    r"(.* )?((api|app|access|account|auth|private|secret|subscription|license|integration)"
    r" ?keys?|hapikey|(?<!page )tokens?|secrets?|passwords?|passwd|pwd|pw|passphrase|dsn"
    r"|credentials?"
    r"|(private key|credentials|service account|key ?file) (json|base64)"
    r"|(connection|sqlalchemy) (string|ur[il]))"
)
# Values of these are no texts: `use_token` asks for yes or no.
PLAIN_KINDS = frozenset({"boolean", "integer", "decimal", "date_iso8601", "options"})
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


def is_secret(setting: Mapping[str, Any]) -> bool:
    """Say whether a setting's value is known to be secret: its definition says so, or its name.

    A name outweighs a definition that says it is not sensitive: what is kept for nothing
    harms nobody, and what was shown cannot be taken back.
    """
    if _is_said_secret(setting):
        return True
    is_plain = setting.get("kind") in PLAIN_KINDS
    return not is_plain and SECRET.fullmatch(_words(setting)[-1]) is not None


def _is_said_secret(setting: Mapping[str, Any]) -> bool:
    return setting.get("kind") in SECRET_KINDS or bool(setting.get("sensitive"))


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
    path = _words(setting)
    may_hold = setting.get("kind") == "object" and path[0] not in OF_THE_SDK
    is_named = not SUSPECT.isdisjoint(" ".join(path).split())
    return _is_said_secret(setting) or may_hold or is_named


def _is_reaching(words: list[str]) -> bool:
    return not REACHING.isdisjoint(" ".join(words).split())


def _words(setting: Mapping[str, Any]) -> list[str]:
    """Return the parts of a setting's name, each folded."""
    path = CAMEL.sub(" ", str(setting["name"])).split(".")
    return [fold(part) for part in path]
