from django.db import migrations, models
from django.db.models import Case, Q, Value, When


def give(apps, schema_editor):
    """Give runs what two answers come to, until the probes say it of all answers."""
    apps.get_model("registry", "ProbeRun").objects.update(
        starts=Case(
            When(Q(installs="no") | Q(imports="no"), then=Value("no")),
            When(installs="yes", imports="yes", then=Value("yes")),
            default=Value("unknown"),
        )
    )


class Migration(migrations.Migration):
    dependencies = [("registry", "0019_commits_of_loadings")]

    operations = [
        migrations.RemoveIndex(model_name='proberun', name='run_failed'),
        migrations.AddField(
            model_name='proberun',
            name='starts',
            field=models.CharField(db_default='unknown', default='unknown', max_length=8),
        ),
        migrations.RunPython(give, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='proberun',
            index=models.Index(condition=models.Q(('starts', 'no')), fields=['-ran_at'], name='run_failed'),
        ),
        migrations.AddField(
            model_name='proberun',
            name='requires_python',
            field=models.CharField(blank=True, db_default='', default='', max_length=200),
        ),
        migrations.AddField(
            model_name='probeticket',
            name='leased_revision',
            field=models.CharField(blank=True, db_default='', default='', max_length=200),
        ),
        migrations.AddField(
            model_name='probeticket',
            name='parked_layout',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='probeticket',
            name='parked_patch',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
    ]
