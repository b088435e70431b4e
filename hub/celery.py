"""The Celery app, its queues and its whole schedule.

Celery only executes: what is due is a query over rows (`scrapers.tasks`), so a message that
is lost costs one tick. With the in-memory broker of the embedded default the schedule
runs in a thread of the one worker, because no other process could reach that broker.
"""

import os
from datetime import timedelta
from typing import Any

from celery import Celery, bootsteps
from celery.beat import EmbeddedService
from celery.signals import worker_init
from kombu import Exchange, Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")

app = Celery("songbook")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_soft_time_limit=300,
    task_time_limit=360,
    task_default_queue="ticks",
    task_queues=[
        Queue(name, Exchange("songbook"), routing_key=name)
        for name in ("ticks", "crawl", "publish")
    ],
    task_routes={
        "scrapers.tasks.crawl": {"queue": "crawl"},
        "registry.tasks.*": {"queue": "publish"},
    },
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    timezone="UTC",
    beat_schedule={
        # A tick expires before its next one, so a stopped worker finds no heap of them.
        name: {
            "task": task,
            "schedule": timedelta(seconds=every_s),
            "options": {"expires": every_s},
        }
        for name, task, every_s in (
            ("enrol sources", "scrapers.tasks.enrol_sources", 60),
            ("crawl what is due", "scrapers.tasks.crawl_due", 2),
            ("follow definitions", "scrapers.tasks.follow_definitions", 15),
            ("see to tickets", "scrapers.tasks.ticket_due", 60),
            ("ask again what is newer", "scrapers.tasks.renew", 3600),
            ("rate maintenance", "scrapers.tasks.rate_due", 15),
            ("record what was seen", "scrapers.tasks.probe_due", 5),
            ("publish what changed", "registry.tasks.publish_due", 15),
            ("publish for old clients", "registry.tasks.publish_legacy", 120),
        )
    },
)
app.autodiscover_tasks(["registry", "scrapers"])


@worker_init.connect
def refuse_unsafe(**_: object) -> None:
    """Keep a worker from starting with settings that must not face the world."""
    from hub.checks import refuse_unsafe_settings  # noqa: PLC0415  needs settings

    refuse_unsafe_settings()


if app.conf.broker_url.startswith("memory:"):
    app.conf.broker_transport_options = {"polling_interval": 0.1}

    class ScheduleInWorker(bootsteps.StartStopStep):
        """Run the schedule in a thread of this worker."""

        requires = ("celery.worker.components:Pool",)

        def __init__(self, parent: Any, **kwargs: Any) -> None:
            super().__init__(parent, **kwargs)
            self.service: Any = EmbeddedService(
                app, thread=True, scheduler_cls="celery.beat:Scheduler"
            )

        def start(self, parent: Any) -> None:
            """Start the schedule once the pool is there; what opens a day is not waited for."""
            for entry in app.conf.beat_schedule.values():
                app.send_task(entry["task"])
            self.service.start()

        def stop(self, parent: Any) -> None:
            """End the schedule with the worker."""
            self.service.stop()

    app.steps["worker"].add(ScheduleInWorker)
