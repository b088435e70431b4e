"""Give every source the host it is asked at, and every host its row."""

from urllib.parse import urlsplit

from django.db import migrations


def give_hosts(apps, schema_editor):
    Source, Host = (apps.get_model("registry", name) for name in ("Source", "Host"))
    sources = list(Source.objects.only("kind", "address"))
    for source in sources:
        is_local = source.address.startswith(("/", "file:"))
        netloc = urlsplit(source.address).netloc.rpartition("@")[2].lower()
        source.host = "local" if is_local else netloc
    Source.objects.bulk_update(sources, ["host"], batch_size=500)
    Host.objects.bulk_create(
        [Host(name=name) for name in sorted({source.host for source in sources})],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_crawl_sources")]
    operations = [migrations.RunPython(give_hosts, migrations.RunPython.noop)]
