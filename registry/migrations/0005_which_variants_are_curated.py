"""Say of each known variant whether a definition speaks of it; the columns are new."""

from django.db import migrations

CURATED = """
    UPDATE registry_variant AS variant
    SET is_curated = TRUE, is_followed = FALSE
    WHERE NOT is_curated AND EXISTS (
        SELECT FROM registry_statement AS said
        WHERE said.variant_id = variant.id AND said.origin = 'definition'
            AND (said.gone_at IS NULL OR variant.gone_at IS NOT NULL)
    )
"""


class Migration(migrations.Migration):
    """One statement, which may be repeated; the columns go with the migration before."""

    dependencies = [("registry", "0004_maintenance_of_variants")]

    operations = [migrations.RunSQL(CURATED, migrations.RunSQL.noop)]
