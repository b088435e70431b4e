from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0023_recording")]

    operations = [
        migrations.AlterField(
            model_name="source",
            name="kind",
            field=models.CharField(
                choices=[
                    ("definitions", "definitions"),
                    ("repository", "repository"),
                    ("package", "package"),
                    ("index", "index"),
                    ("installation", "installation"),
                ],
                max_length=16,
            ),
        ),
    ]
