import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0015_search_tallies'),
    ]

    operations = [
        migrations.CreateModel(
            name='TapSchemas',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.CharField(max_length=120)),
                ('digest', models.CharField(max_length=64)),
                ('streams', models.PositiveSmallIntegerField()),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='registry.release')),
                ('source', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='schemas', to='registry.source')),
            ],
            options={
                'ordering': ['source_id'],
            },
        ),
        migrations.CreateModel(
            name='ConformanceRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.CharField(max_length=120)),
                ('python', models.CharField(max_length=8)),
                ('suite', models.PositiveSmallIntegerField(default=0)),
                ('ran_at', models.DateTimeField()),
                ('kind', models.CharField(blank=True, max_length=8)),
                ('counts', models.JSONField(default=dict)),
                ('results', models.JSONField(default=dict)),
                ('must_failures', models.JSONField(default=list)),
                ('config_is_made_up', models.BooleanField(default=True)),
                ('problem', models.CharField(blank=True, max_length=600)),
                ('snapshot', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='conformance', to='registry.snapshot')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='conformance_runs', to='registry.source')),
            ],
            options={
                'ordering': ['source_id', '-snapshot_id'],
                'indexes': [models.Index(fields=['source', '-snapshot'], name='conformance_newest')],
            },
        ),
        migrations.CreateModel(
            name='Loading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tap_version', models.CharField(max_length=120)),
                ('digest', models.CharField(max_length=64)),
                ('target_version', models.CharField(max_length=120)),
                ('python', models.CharField(max_length=8)),
                ('layout', models.PositiveSmallIntegerField(default=0)),
                ('answer', models.CharField(max_length=8)),
                ('code', models.CharField(blank=True, max_length=40)),
                ('cause', models.CharField(blank=True, max_length=600)),
                ('streams', models.PositiveIntegerField(default=0)),
                ('sent', models.PositiveIntegerField(default=0)),
                ('read', models.PositiveIntegerField(null=True)),
                ('config_is_made_up', models.BooleanField(default=True)),
                ('ran_at', models.DateTimeField()),
                ('tap', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='loaded_into', to='registry.source')),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='loaded_from', to='registry.source')),
            ],
            options={
                'ordering': ['tap_id', 'target_id'],
                'constraints': [models.UniqueConstraint(fields=('tap', 'target'), name='loading_once')],
            },
        ),
    ]
