from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0016_conformance")]

    operations = [
        migrations.AddField(
            model_name="proberun",
            name="code",
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name="statement",
            name="origin",
            field=models.CharField(
                choices=[
                    ("code", "code"),
                    ("package", "package"),
                    ("repository", "repository"),
                    ("definition", "definition"),
                    ("probe", "probe"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="proberun",
            name="commit",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="proberun",
            name="committed_at",
            field=models.DateTimeField(null=True),
        ),
    ]
