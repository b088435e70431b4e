"""Make the table that search reads; the next publication fills it, plugin by plugin."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.operations
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0005_which_variants_are_curated'),
    ]

    operations = [
        django.contrib.postgres.operations.TrigramExtension(),
        migrations.CreateModel(
            name='SearchEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('plugin_name', models.CharField(max_length=120)),
                ('name', models.CharField(max_length=120)),
                ('projects', models.PositiveIntegerField(default=0)),
                ('is_default', models.BooleanField(default=False)),
                ('released_at', models.DateTimeField(null=True)),
                ('type', models.BigIntegerField()),
                ('capability', models.BigIntegerField()),
                ('license', models.BigIntegerField()),
                ('maintenance', models.BigIntegerField()),
                ('python', models.BigIntegerField()),
                ('installs', models.BigIntegerField()),
                ('traits', models.BigIntegerField()),
                ('keywords', models.TextField(blank=True)),
                ('named', django.contrib.postgres.fields.ArrayField(base_field=models.TextField())),
                ('labelled', django.contrib.postgres.fields.ArrayField(base_field=models.TextField())),
                ('aliases', django.contrib.postgres.fields.ArrayField(base_field=models.TextField())),
                ('stem', models.TextField()),
                ('label', models.TextField()),
                ('title', django.contrib.postgres.search.SearchVectorField()),
                ('about', django.contrib.postgres.search.SearchVectorField()),
                ('contents', django.contrib.postgres.search.SearchVectorField()),
                ('plugin', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='registry.plugin')),
                ('variant', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='entry', to='registry.variant')),
            ],
            options={
                'ordering': ['plugin_name', 'pk'],
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['named', 'labelled', 'aliases'], name='search_named'), django.contrib.postgres.indexes.GinIndex(fields=['title', 'about', 'contents'], name='search_words'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass('stem', 'gin_trgm_ops'), django.contrib.postgres.indexes.OpClass('label', 'gin_trgm_ops'), name='search_alike'), models.Index(fields=['plugin'], include=('plugin_name', 'name', 'projects', 'type', 'capability', 'license', 'maintenance', 'python', 'installs', 'traits', 'keywords', 'released_at'), name='search_counted')],
            },
        ),
        # What a variant offers is only read through its index: it lies out of the way of the
        # rest, which is read in its row for every result.
        migrations.RunSQL(
            """
            ALTER TABLE registry_searchentry SET (toast_tuple_target = 512),
                ALTER COLUMN title SET STORAGE MAIN, ALTER COLUMN about SET STORAGE MAIN,
                ALTER COLUMN named SET STORAGE MAIN, ALTER COLUMN labelled SET STORAGE MAIN,
                ALTER COLUMN aliases SET STORAGE MAIN
            """,
            migrations.RunSQL.noop,
        ),
    ]
