"""Songbook on one machine: its own PostgreSQL, its processes, the commands of `dev`.

Nothing here knows what the processes do; nothing of Django's is imported.
"""
