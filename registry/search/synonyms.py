"""Names that people use for the same service. Pure.

Only what no label says: each group is of names that mean one thing to everyone.
"""

from collections.abc import Iterable

from registry.search.folding import fold

GROUPS = (
    ("postgres", "postgresql", "pg"),
    ("mssql", "ms sql", "sql server", "microsoft sql server"),
    ("mysql", "mariadb"),
    ("mongodb", "mongo"),
    ("dynamodb", "dynamo", "amazon dynamodb", "aws dynamodb"),
    ("bigquery", "google bigquery", "bq", "gbq"),
    ("ga4", "google analytics 4", "google analytics"),
    ("google sheets", "gsheet", "gsheets", "google spreadsheet"),
    ("gdrive", "google drive"),
    ("gcs", "google cloud storage"),
    ("google search console", "gsc"),
    ("elasticsearch", "elastic search", "elastic"),
    ("facebook ads", "meta ads", "facebook marketing"),
    ("bing ads", "microsoft ads", "microsoft advertising"),
    ("twitter", "x"),
    ("sendinblue", "brevo"),
    ("s3", "amazon s3", "aws s3"),
    ("redshift", "amazon redshift", "aws redshift"),
    ("exacttarget", "salesforce marketing cloud", "sfmc"),
    ("salesforce", "sfdc"),
    ("jsonl", "json lines", "ndjson"),
    ("msaccess", "microsoft access", "ms access"),
    ("db2", "ibm db2"),
    ("sqs", "amazon sqs", "aws sqs"),
    ("rest api", "generic rest api"),
)
BY_NAME = {name: frozenset(group) for group in GROUPS for name in group}


def label_names(label: str) -> tuple[set[str], set[str]]:
    """Return the names in a label, folded: `Zendesk (Support)` is Zendesk, and also Support.

    The first are whole names, the others what stands in brackets and beside a slash.
    """
    before, _, inside = label.partition("(")
    others = {inside.partition(")")[0].strip().removeprefix("formerly ")}
    if "/" in label and " " not in label:
        others |= set(label.split("/"))
    whole = {fold(label), fold(before)} - {""}
    return whole, {fold(text) for text in others} - {""} - whole


def same(names: Iterable[str]) -> set[str]:
    """Return the folded names with all that mean the same as one of them."""
    found = set(names)
    return found.union(*(BY_NAME.get(name, ()) for name in found))
