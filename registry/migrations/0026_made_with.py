from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0025_run_needs")]

    operations = [
        migrations.AddField(
            model_name="probeticket",
            name="made_with",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=130
            ),
        ),
    ]
