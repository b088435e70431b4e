from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0009_event_newest")]

    operations = [
        migrations.RemoveConstraint(
            model_name='probeticket',
            name='ticket_once',
        ),
        migrations.RemoveField(
            model_name='proberun',
            name='facts',
        ),
        migrations.AddField(
            model_name='proberun',
            name='rescue',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='probeticket',
            name='is_current',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='probeticket',
            name='kind',
            field=models.CharField(choices=[('run', 'run'), ('conformance', 'conformance'), ('loading', 'loading')], default="run", max_length=12),
        ),
        migrations.AddField(
            model_name='probeticket',
            name='layout',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='probeticket',
            name='patch',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='probeticket',
            name='revision',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='probeticket',
            name='unchanged',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name='probeticket',
            index=models.Index(condition=models.Q(('leased_until__isnull', False)), fields=['leased_until'], name='ticket_held'),
        ),
        migrations.AddIndex(
            model_name='probeticket',
            index=models.Index(condition=models.Q(('lease__isnull', False)), fields=['lease'], name='ticket_lease'),
        ),
        migrations.AddConstraint(
            model_name='probeticket',
            constraint=models.UniqueConstraint(fields=('source', 'kind', 'version', 'python'), name='ticket_once'),
        ),
    ]
