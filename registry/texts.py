"""Make text that strangers wrote fit to be kept and shown, and say what was wrong with it.

A README, a description or a name can hold what a screen obeys and a reader does not see:
escape sequences, marks that turn the order of letters around, letters that only look like
others. All of it is taken out here, once; each kind of it is one finding.
"""

import codecs
import re
import unicodedata

from registry.facts import Finding
from registry.vocabulary import Severity

# What a terminal obeys: colours and cursor (CSI), titles and links (OSC), and the rest.
ANSI = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-Z\\^_]?"
)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
# Zero-width and tag characters. A joiner between two emoji makes one of them and stays.
INVISIBLE = re.compile(
    "[\u200b\u200c\u2060-\u2064\ufeff\u180e\U000e0000-\U000e007f]"
    "|(?<![\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])\u200d"
)
SURROGATE = re.compile("[\ud800-\udfff]")


def tidied(text: str | bytes, *, what: str, limit: int) -> tuple[str, list[Finding]]:
    """Return `text` without what harms, at most `limit` bytes of it, and what was done.

    `what` names the text in messages: "README.md". Each kind of thing is one finding.
    """
    said, findings = _decoded(text, what, limit)
    said = said.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    said, escapes = ANSI.subn("", said)
    said, controls = CONTROL.subn("", said)
    said, unseen = INVISIBLE.subn("", said)
    said, turned = BIDI.subn("", said)
    if count := escapes + controls + unseen:
        message = (
            f"{what} holds {count:,} control or invisible characters: remove them."
        )
        findings.append(_warning("control-characters", message))
    if turned:
        message = (
            f"{what} holds {turned:,} characters that change the direction of text, which "
            "makes it read differently from what it is: remove them."
        )
        findings.append(_warning("bidi", message))
    encoded = said.encode()
    if len(encoded) > limit:
        said = encoded[:limit].decode("utf-8", "ignore")
        findings.append(_oversized(what, len(encoded), limit))
    return said, _once(findings)


def name_findings(name: str) -> list[Finding]:
    """Return a finding for a name in which a letter may be taken for another one."""
    strange = sorted({letter for letter in name[:1000] if ord(letter) > 127})
    if not strange:
        return []
    listed = ", ".join(
        f"U+{ord(letter):04X} {unicodedata.name(letter, 'without a name')}"
        for letter in strange[:5]
    )
    mixed = any(letter.isascii() and letter.isalpha() for letter in name)
    why = "mixes scripts" if mixed else "is not in ASCII"
    message = (
        f"The name {name[:120]!a} {why}, so that it can be taken for another one: "
        f"{listed}. Use the letters a-z, digits, dots, dashes and underscores."
    )
    return [Finding(code="homoglyph", message=message)]


def _decoded(text: str | bytes, what: str, limit: int) -> tuple[str, list[Finding]]:
    """Return text that is UTF-8, of not many more than `limit` bytes."""
    findings = []
    size = len(text)
    # A character has at most four bytes; what lies behind the limit is not even decoded.
    part = text[: limit + 4]
    if len(part) < size:
        findings.append(_oversized(what, size, limit))
    if isinstance(part, str):
        said, broken = SURROGATE.subn("\N{REPLACEMENT CHARACTER}", part)
    else:
        said, broken = _from_bytes(part, is_whole=len(part) == size)
    if broken:
        message = f"{what} is not UTF-8 text: save it as UTF-8."
        findings.append(_warning("encoding", message))
    return said, findings


def _from_bytes(content: bytes, *, is_whole: bool) -> tuple[str, int]:
    """Return the text, and whether (1) or not (0) its bytes are something else than UTF-8."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        said = content.decode("utf-16", "replace")
        return SURROGATE.sub("\N{REPLACEMENT CHARACTER}", said), 1
    try:
        # A cut may go through a character, which is no fault of the text.
        decoder = codecs.getincrementaldecoder("utf-8")()
        return decoder.decode(content, final=is_whole), 0
    except UnicodeDecodeError:
        return content.decode("utf-8", "replace"), 1


def _oversized(what: str, size: int, limit: int) -> Finding:
    message = f"{what} has {size:,} bytes; the first {limit:,} are kept."
    return _warning("oversized", message)


def _warning(code: str, message: str) -> Finding:
    return Finding(code=code, message=message, severity=Severity.WARNING)


def _once(findings: list[Finding]) -> list[Finding]:
    """Return the first finding of each code."""
    return list({finding.code: finding for finding in reversed(findings)}.values())[
        ::-1
    ]
