from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0013_services_given")]

    operations = [
        migrations.AlterField(
            model_name='event',
            name='verb',
            field=models.CharField(choices=[('added', 'added'), ('changed', 'changed'), ('gone', 'gone'), ('returned', 'returned'), ('released', 'released'), ('retagged', 'retagged'), ('breaking', 'breaking'), ('default-moved', 'default-moved'), ('held', 'held')], max_length=32),
        ),
    ]
