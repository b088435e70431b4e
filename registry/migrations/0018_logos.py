from django.db import migrations, models


def read_again(apps, schema_editor):
    """Have trees of definitions read again, once: their logos were passed over until now."""
    sources = apps.get_model("registry", "Source").objects
    sources.filter(kind="definitions", held__isnull=True).update(revision="")


class Migration(migrations.Migration):
    dependencies = [("registry", "0017_what_runs_were_of")]

    operations = [
        migrations.CreateModel(
            name="Logo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("content", models.BinaryField()),
                ("content_type", models.CharField(max_length=40)),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("kept_at", models.DateTimeField()),
            ],
        ),
        # With a default in the database: code from before knows no such column.
        migrations.AddField(
            model_name="statement",
            name="logo_digest",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="variant",
            name="logo_digest",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddIndex(
            model_name="statement",
            index=models.Index(
                condition=models.Q(("logo_digest", ""), _negated=True),
                fields=["logo_digest"],
                name="statement_logo",
            ),
        ),
        migrations.AddIndex(
            model_name="variant",
            index=models.Index(fields=["logo_url"], name="variant_logo_url"),
        ),
        migrations.RunPython(read_again, migrations.RunPython.noop),
    ]
