"""Keep which entries of the search changed, so that who counts with them can follow."""

from django.db import migrations, models

# Writers of entries take turns from here to their commit: any number that no other lock has.
TAKE_TURN = "PERFORM pg_advisory_xact_lock(1397048130)"
KEPT = 10_000
FUNCTION = f"""
    CREATE FUNCTION registry_search_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM changed) THEN
            {TAKE_TURN};
            INSERT INTO registry_searchchange (entry) SELECT id FROM changed;
            DELETE FROM registry_searchchange
            WHERE id <= (SELECT max(id) FROM registry_searchchange) - {KEPT};
        END IF;
        RETURN NULL;
    END $$
"""  # noqa: S608  our own words
TRIGGER = """
    CREATE TRIGGER search_{event} AFTER {event} ON registry_searchentry
    REFERENCING {table} TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION registry_search_changed()
"""
TABLES = {"insert": "NEW", "update": "NEW", "delete": "OLD"}


class Migration(migrations.Migration):
    dependencies = [("registry", "0014_event_verbs")]

    operations = [
        migrations.CreateModel(
            name="SearchChange",
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
                ("entry", models.BigIntegerField()),
            ],
            options={"ordering": ["pk"]},
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION registry_search_changed() CASCADE"),
        *(
            migrations.RunSQL(
                TRIGGER.format(event=event, table=table),
                f"DROP TRIGGER search_{event} ON registry_searchentry",
            )
            for event, table in TABLES.items()
        ),
        # Who has read the entries that are there already knows a change to go on from.
        migrations.RunSQL(
            "INSERT INTO registry_searchchange (entry) VALUES (0)",
            migrations.RunSQL.noop,
        ),
    ]
