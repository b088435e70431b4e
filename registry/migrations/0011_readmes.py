import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0010_what_tickets_ask")]

    operations = [
        migrations.CreateModel(
            name='Readme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('html', models.TextField()),
            ],
        ),
        migrations.AddField(
            model_name='readme',
            name='source',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='registry.source'),
        ),
        migrations.AddField(
            model_name='readme',
            name='variant',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='readme', to='registry.variant'),
        ),
    ]
