from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0021_withheld_variants")]

    operations = [
        migrations.CreateModel(
            name="Machine",
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
                ("name", models.CharField(max_length=60, unique=True)),
                ("key_digest", models.CharField(max_length=64, unique=True)),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={"ordering": ["name"]},
        ),
        migrations.AddField(
            model_name="probeticket",
            name="machine",
            field=models.ForeignKey(
                null=True,
                on_delete=models.SET_NULL,
                related_name="tickets",
                to="registry.machine",
            ),
        ),
        migrations.AddField(
            model_name="probeticket",
            name="given_lease",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="probeticket",
            name="given_digest",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=64
            ),
        ),
        migrations.AddField(
            model_name="probeticket",
            name="log",
            field=models.JSONField(db_default=[], default=list),
        ),
        migrations.AddIndex(
            model_name="probeticket",
            index=models.Index(
                condition=models.Q(("given_lease__isnull", False)),
                fields=["given_lease"],
                name="ticket_given",
            ),
        ),
    ]
