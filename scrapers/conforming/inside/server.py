"""A PostgreSQL server for the cases of one sandbox, with a fresh database for each.

Handed over as text, and run as a part of the driver. The server is started while nobody but
the sandbox's first process takes in orphans: so it is none of what a case leaves behind, and
ends with the sandbox.

A target has a role that owns its database, and may do nothing else. What it wrote is read by
another role, which may only read, by a process of its own. But all within a sandbox is run by
one account: a target that goes for the server's files can spoil them. Then it has spoilt its
own cases, and the walls of the sandbox stand.
"""

import ctypes
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PR_SET_CHILD_SUBREAPER = 36
OWNER, READER = "songbook_owner", "songbook_reader"
START_S, STOP_S, CALL_S, READ_S = 20, 5, 25, 30
# A small server that forgets everything. What the kernel shares between processes, a sandbox
# may refuse, and its memory is the sandbox's.
SETTINGS = {
    "shared_buffers": "8MB",
    "max_connections": "20",
    "max_worker_processes": "2",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "max_wal_senders": "0",
    "max_prepared_transactions": "0",
    "wal_level": "minimal",
    "min_wal_size": "2MB",
    "max_wal_size": "48MB",
    "temp_file_limit": "128MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "jit": "off",
    "shared_memory_type": "mmap",
    "dynamic_shared_memory_type": "mmap",
    "log_min_messages": "fatal",
}


class NoServer(Exception):
    """The server can't be had; the message is its own."""


class Server:
    """The server of a job, made when the first case needs it."""

    def __init__(self, said):
        self.said, self.folder, self.word = said, "", secrets.token_hex(16)

    def renewed(self):
        """Have an empty database there that no case has touched; return why there is none."""
        try:
            if self.folder:
                return self.tell(*self.emptied())
        except NoServer:
            # A case has ended the server, or locked its door from within.
            self.stop()
        try:
            self.start()
            return self.tell(*self.emptied())
        except NoServer as error:
            return "PostgreSQL did not start: %s" % error

    def emptied(self):
        """Return what makes the database and its role anew."""
        known = {key: self.said[key] for key in ("database", "user", "password")}
        return [
            line % known
            for line in (
                'DROP DATABASE IF EXISTS "%(database)s" WITH (FORCE)',
                'DROP ROLE IF EXISTS "%(user)s"',
                "CREATE ROLE \"%(user)s\" LOGIN PASSWORD '%(password)s'",
                'CREATE DATABASE "%(database)s" OWNER "%(user)s" STRATEGY file_copy',
            )
        ]

    def start(self):
        """Make the server's data, and start it. Raises NoServer."""
        self.folder = tempfile.mkdtemp(prefix="songbook-server-")
        data, word = self.folder + "/data", self.folder + "/word"
        with open(word, "w") as file:
            file.write(self.word)
        initdb = ["-D", data, "-U", OWNER, "--pwfile=" + word, "--auth=scram-sha-256"]
        initdb += ["--encoding=UTF8", "--locale=C", "--wal-segsize=1"]
        self.call("initdb", *initdb, "--no-sync", "--no-instructions")
        os.remove(word)
        self.configure(data)
        belong_to_the_sandbox(True)
        try:
            started = ["-D", data, "-w", "-t", str(START_S), "-l", data + "/log"]
            self.call("pg_ctl", "start", *started)
        finally:
            belong_to_the_sandbox(False)
        self.tell(
            "CREATE ROLE %s LOGIN BYPASSRLS PASSWORD '%s'" % (READER, self.word),
            "GRANT pg_read_all_data TO %s" % READER,
            "ALTER ROLE %s SET default_transaction_read_only = on" % READER,
        )

    def configure(self, data):
        """Write who may enter, and how large the server is."""
        lines = ["%s = '%s'" % one for one in SETTINGS.items()]
        lines.append("listen_addresses = '%s'" % self.said["host"])
        lines.append("port = %d" % self.said["port"])
        lines.append("unix_socket_directories = '%s'" % self.folder)
        with open(data + "/postgresql.conf", "a") as file:
            file.write("\n".join(lines) + "\n")
        # Old drivers know no better way to send a password.
        known = "%(database)s %(user)s %(host)s/32 password" % self.said
        with open(data + "/pg_hba.conf", "w") as file:
            file.write("local all %s,%s scram-sha-256\n" % (OWNER, READER))
            file.write("host %s\n" % known)

    def stop(self):
        """End the server at once, and forget its data."""
        try:
            with open(self.folder + "/data/postmaster.pid") as file:
                pid = int(file.readline())
            os.kill(pid, signal.SIGQUIT)
            until = time.monotonic() + STOP_S
            while time.monotonic() < until:
                os.kill(pid, 0)
                time.sleep(0.02)
            os.kill(pid, signal.SIGKILL)
        except (OSError, ValueError):
            # It is gone.
            pass
        shutil.rmtree(self.folder, ignore_errors=True)

    def tell(self, *statements):
        """Have the server's owner say something; return "". Raises NoServer."""
        said = "".join(one + ";\n" for one in statements)
        options = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-", "postgres"]
        self.call("psql", *options, said=said, environment=self.entrance(OWNER))
        return ""

    def entrance(self, role):
        """Return the environment in which `psql` comes in as a role."""
        return {
            "PGHOST": self.folder,
            "PGPORT": str(self.said["port"]),
            "PGUSER": role,
            "PGPASSWORD": self.word,
            "PGCONNECT_TIMEOUT": "10",
            "PGCLIENTENCODING": "UTF8",
        }

    def call(self, program, *args, said="", environment=None):
        """Run one of the programs. Raises NoServer, with the last that it said."""
        try:
            done = subprocess.run(
                [self.said["programs"] + "/" + program, *args],
                input=said.encode(),
                env={"PATH": "/usr/bin:/bin", "HOME": "/tmp", **(environment or {})},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=CALL_S,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise NoServer("%s: %s" % (program, error)) from error
        if done.returncode:
            told = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise NoServer("%s: %s" % (program, told[-1] if told else "failed"))

    def laid_over(self, told, needles):
        """Return what a case left, with the tables of its database for those of files."""
        rows = self.read(needles)
        leaks = [*told.get("leaks", ()), *rows.get("leaks", ())]
        found = {"tables": rows.get("tables", []), "unread": rows.get("unread", "")}
        return {**told, **found, "leaks": leaks}

    def read(self, needles):
        """Return what the reader says of the database; never trusted, always a mapping."""
        asked = {
            "psql": self.said["programs"] + "/psql",
            "environment": self.entrance(READER),
            "database": self.said["database"],
            "needles": needles,
        }
        try:
            # Who was killed may not have let go of its locks yet.
            self.tell(
                "SELECT pg_catalog.pg_terminate_backend(pid, 2000) FROM"
                " pg_catalog.pg_stat_activity WHERE usename = '%(user)s'" % self.said
            )
            done = subprocess.run(
                [sys.executable, "-I", "-S", "-c", self.said["reader"]],
                input=json.dumps(asked).encode(),
                env={"PATH": "/usr/bin:/bin"},
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=READ_S,
            )
            told = json.loads(done.stdout)
        except NoServer as error:
            return {"unread": "the server is gone: %s" % error}
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            return {"unread": "the reader failed: %s" % type(error).__name__}
        return told if isinstance(told, dict) else {"unread": "the reader said nothing"}


def belong_to_the_sandbox(value):
    """Say whether what is started from now on, and let go of, is the sandbox's or ours."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, int(not value), 0, 0, 0)
