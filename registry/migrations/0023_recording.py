import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0022_machines")]

    operations = [
        migrations.CreateModel(
            name="Recording",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "ticket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recording",
                        to="registry.probeticket",
                    ),
                ),
                ("plan", models.CharField(max_length=64)),
                ("commit", models.CharField(blank=True, max_length=64)),
                ("content", models.BinaryField()),
                ("made_at", models.DateTimeField()),
            ],
        ),
    ]
