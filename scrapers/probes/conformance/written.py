"""Whether rows that were read back are the records that were sent.

Every format has its own spelling of a value: a CSV file knows texts only, a database has
its own names for columns. What means the same is the same; what can't be told is left out
of the judgement, since a wrong accusation is worse than none.
"""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from scrapers.probes.conformance.recording import Output
from scrapers.probes.conformance.schemas import DATE_TIME

EMPTY = ("", "null", "none", "nan", "nat", "\\n")
TRUE, FALSE = ("true", "t", "1", "yes"), ("false", "f", "0", "no")
DIGITS = 40
# Longer texts are not read as JSON; none that is sent holds as much.
PARSED_LIMIT = 100_000
CLOSE = Decimal("1e-12")
# As Python writes a decimal within a list or an object.
DECIMAL = re.compile(r"\bDecimal\('([^']*)'\)")
type Row = Mapping[str, Any]
type RowsById = dict[str, list[Row]]


def rows_of(output: Output, stream: str, *, alone: bool) -> tuple[Row, ...]:
    """Return the rows of a stream, out of all tables that may be its.

    Where a fixture has one stream alone, the only table there is holds it, whatever it is
    called.
    """
    wanted = plain(stream)
    named = [t for t in output.tables if _is_of(t.name, wanted)]
    if not named and alone and len(output.tables) == 1:
        named = list(output.tables)
    return tuple(row for table in named for row in table.rows)


def by_id(rows: tuple[Row, ...]) -> RowsById:
    """Return rows by their `id`, as a text; those without one are left out."""
    found: RowsById = {}
    for row in rows:
        value = column(row, "id")
        if value is not None:
            found.setdefault(key_text(value), []).append(row)
    return found


def differences(sent: Row, row: Row) -> Iterator[str]:
    """Yield the fields of a sent record that a row does not hold, or holds otherwise."""
    for name, value in sent.items():
        found = column(row, name)
        if is_same(value, found) or _is_in_a_version(value, name, row):
            continue
        if found is None and isinstance(value, dict):
            if not _is_flattened(value, name, row):
                yield f"{name!r} is gone: {_short(value)}"
        else:
            yield f"{name!r} was {_short(value)} and is {_short(found)}"


def column(row: Row, name: str) -> Any:
    """Return what a row holds under a name, however it spells that; None if nothing."""
    if name in row:
        return row[name]
    wanted = plain(name)
    for column_name, value in row.items():
        if plain(column_name) in (wanted, wanted.replace("_", "")):
            return value
        if wanted.replace("_", "") == plain(column_name).replace("_", ""):
            return value
    # Databases cut names; PostgreSQL at 63 characters.
    cut = [k for k in row if len(k) > 20 and wanted.startswith(plain(k))]
    return row[cut[0]] if cut else None


def is_same(sent: Any, found: Any) -> bool:
    """Say whether a value that was read back means the one that was sent."""
    if sent is None:
        return found is None or str(found).lower() in EMPTY
    if isinstance(sent, bool):
        return str(found).lower() in (TRUE if sent else FALSE)
    if isinstance(sent, int | float | Decimal):
        return _is_number(sent, found)
    if isinstance(sent, str):
        return _is_text(sent, found)
    return _is_nested(sent, _parsed(found))


def plain(name: str) -> str:
    """Return a name without case and signs, as databases may write it."""
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_")


def number_of(value: Any) -> Decimal | None:
    """Return the number that a value means, or None."""
    if isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def key_text(value: Any) -> str:
    """Return a number as its digits, 1.0 as 1; anything else as a text.

    A number with a huge exponent would be written with as many digits.
    """
    number = number_of(value)
    if number is None or abs(number.adjusted()) > DIGITS:
        return str(value)
    return f"{number.normalize():f}"


def _is_of(name: str, wanted: str) -> bool:
    parts = [plain(part) for part in name.split("/")] + [plain(name)]
    return any(
        part == wanted or part.startswith(f"{wanted}_") or part.endswith(f"_{wanted}")
        for part in parts
    )


def _is_nested(sent: Any, found: Any) -> bool:
    """Say whether an object or array is the same, leaf by leaf; nulls may be left out."""
    if isinstance(sent, dict) and isinstance(found, dict):
        return all(is_same(value, found.get(key)) for key, value in sent.items())
    if isinstance(sent, list) and isinstance(found, list):
        pairs = zip(sent, found, strict=False)
        return len(sent) == len(found) and all(is_same(a, b) for a, b in pairs)
    # Some formats have no empty list or object.
    return not sent and found is None


def _is_number(sent: Any, found: Any) -> bool:
    one, other = Decimal(str(sent)), number_of(found)
    if other is None:
        return False
    return one == other or (
        isinstance(sent, float) and abs(one - other) <= abs(one) * CLOSE
    )


def _is_text(sent: str, found: Any) -> bool:
    if found is None:
        return sent == ""
    text = found if isinstance(found, str) else str(found)
    if text == sent or _parsed(found) == sent:
        return True
    moment, other = _moment(sent), _moment(text)
    if moment is not None and other is not None:
        return moment == other
    one, number = number_of(sent), number_of(found)
    return one is not None and one == number


def _moment(text: str) -> datetime | None:
    """Return the moment that a text names: of a date alone, midnight; without zone, UTC."""
    cleaned = re.sub(r" ?UTC$", "Z", text.strip())
    if not DATE_TIME.fullmatch(cleaned.replace("+0000", "Z")) and len(text) != 10:
        return None
    try:
        moment = datetime.fromisoformat(cleaned)
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return zoned.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _parsed(found: Any) -> Any:
    """Return what a text holds as JSON, or as Python writes lists and objects."""
    if not isinstance(found, str) or len(found) > PARSED_LIMIT:
        return found
    plainer = DECIMAL.sub(r"\1", found)
    for parse in (json.loads, ast.literal_eval):
        try:
            return parse(plainer)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    return found


def _is_in_a_version(value: Any, name: str, row: Row) -> bool:
    """Say whether another column of the name holds a value: `code_2` or `code__string`.

    That is how some databases take a type that changes.
    """
    begins = f"{plain(name)}_"
    others = (v for k, v in row.items() if plain(k).startswith(begins))
    return any(v is not None and is_same(value, v) for v in others)


def _is_flattened(value: Row, name: str, row: Row) -> bool:
    """Say whether every leaf of an object has a column of its path, at any depth."""
    for key, inner in value.items():
        path = f"{name}__{key}"
        found = column(row, path)
        if found is None and isinstance(inner, dict) and inner:
            if not _is_flattened(inner, path, row):
                return False
        elif not is_same(inner, found):
            return False
    return True


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
