"""What one run may take of the machine."""

from dataclasses import dataclass

KIB = 1 << 10
MIB = 1 << 20
GIB = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that one run may take; whoever goes over it is ended."""

    # Of the whole run, on the clock.
    wall_s: float = 60
    # Of each process, on the processor.
    cpu_s: int = 60
    # Of all processes together, with what they write into `/work`, `/tmp` and `/dev/shm`.
    memory_bytes: int = 1 * GIB
    # Processes and threads at one time.
    processes: int = 128
    # The largest file.
    file_bytes: int = 256 * MIB
    # The size of `/work`, and that of `/tmp`.
    writable_bytes: int = 256 * MIB
    open_files: int = 512
    # What is kept of stdout, and of stderr, if nothing else is said of one of them.
    output_bytes: int = 4 * MIB
    stdout_bytes: int | None = None
    stderr_bytes: int | None = None

    @property
    def of_stdout(self) -> int:
        """Return how many bytes may come on stdout."""
        return self.output_bytes if self.stdout_bytes is None else self.stdout_bytes

    @property
    def of_stderr(self) -> int:
        """Return how many bytes may come on stderr."""
        return self.output_bytes if self.stderr_bytes is None else self.stderr_bytes
