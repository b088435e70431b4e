from django.db import migrations, models

from registry.services import PREFIXES, service_of

BATCH = 1000


def give(apps, schema_editor):
    """Give every tap and target its service; those that have it stay as they are."""
    plugins = apps.get_model("registry", "Plugin").objects
    rows = plugins.filter(type__in=PREFIXES).only("type", "name", "service")
    moved = []
    for row in rows:
        service = service_of(row.type, row.name)
        if row.service != service:
            row.service = service
            moved.append(row)
    plugins.bulk_update(moved, ["service"], batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [("registry", "0012_services_of_plugins")]

    operations = [
        migrations.RunPython(give, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='release',
            index=models.Index(fields=['-released_at'], name='release_newest'),
        ),
        migrations.AddIndex(
            model_name='variant',
            index=models.Index(condition=models.Q(('maintenance__in', ['seeking', 'none']), ('maintenance_status', 'inactive'), _connector='OR'), fields=['id'], name='variant_needing'),
        ),
        migrations.AddIndex(
            model_name='proberun',
            index=models.Index(condition=models.Q(('installs', 'no'), ('imports', 'no'), _connector='OR'), fields=['-ran_at'], name='run_failed'),
        ),
    ]
