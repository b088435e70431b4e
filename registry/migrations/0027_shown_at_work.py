from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0026_made_with")]

    operations = [
        migrations.AddField(
            model_name="conformancerun",
            name="shown",
            field=models.JSONField(db_default={}, default=dict),
        ),
    ]
