"""Connectors to begin with, where the curated definitions can't be reached.

Names of projects on PyPI, each installable by name: taps and targets, built with the
SDK and before it. They are read from the package index like any other package.
"""

from datetime import datetime

from registry.models import Source
from registry.vocabulary import SourceKind

FOUND_BY = "seed"

SEED = (
    # Taps built with the Singer SDK.
    "meltanolabs-tap-github", "meltanolabs-tap-gmail", "meltanolabs-tap-postgres",
    "meltanolabs-tap-snowflake", "tap-airtable", "tap-clickup", "tap-dbt", "tap-feed",
    "tap-jsonl", "tap-pushbullet", "tap-rest-api-msdk", "tap-substack", "tap-zammad",
    # Taps built on singer-python, and before it.
    "pipelinewise-tap-mongodb", "pipelinewise-tap-mysql", "pipelinewise-tap-s3-csv",
    "pipelinewise-tap-slack", "pipelinewise-tap-snowflake", "tap-asana", "tap-github",
    "tap-gitlab", "tap-intercom", "tap-mailchimp", "tap-salesforce", "tap-sendgrid",
    "tap-shopify", "tap-typeform", "tap-xero", "tap-zendesk",
    # Targets built with the Singer SDK.
    "meltanolabs-target-csv", "meltanolabs-target-postgres",
    "meltanolabs-target-snowflake", "target-apprise", "target-elasticsearch",
    "target-duckdb",
    # Targets built on singer-python.
    "pipelinewise-target-redshift", "pipelinewise-target-snowflake", "target-csv",
    "target-gsheet", "target-jsonl", "target-stitch",
)  # fmt: skip


def enrol_seed(*, now: datetime) -> int:
    """Make every seed a source that is due now; return how many are new."""
    known = set(
        Source.objects.filter(kind=SourceKind.PACKAGE).values_list("address", flat=True)
    )
    new = [name for name in SEED if name not in known]
    if new:
        places = [(SourceKind.PACKAGE, name) for name in new]
        Source.objects.enrol_all(places, found_by=FOUND_BY, due_at=now)
    return len(new)
