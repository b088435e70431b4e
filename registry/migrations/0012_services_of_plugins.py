from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0011_readmes")]

    operations = [
        migrations.AddField(
            model_name='plugin',
            name='service',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddIndex(
            model_name='plugin',
            index=models.Index(fields=['service'], name='plugin_service'),
        ),
    ]
