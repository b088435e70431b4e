"""What the sandbox does not give: so much of something, or a way through its walls.

None of it is a fault of the connector, and another machine may give it.
"""

from scrapers.probes.invocation.rules.rule import rule

LIMITS = (
    rule(
        "open-files",
        r"(?P<what>\[Errno 24\]|Too many open files|\bEMFILE\b)",
        "It opens more files than it may.",
        "",
    ),
    rule(
        "processes",
        r"(?P<what>can't start new thread|Resource temporarily unavailable"
        r"|pthread_create failed|[Cc]annot fork\b)",
        "It starts more processes or threads than it may.",
        "",
    ),
    rule(
        "shared-memory",
        r"SemLock[\s\S]{0,400}?(?P<what>PermissionError)",
        "It needs shared memory, which the sandbox of that machine does not give.",
        "",
    ),
    rule(
        "memory",
        r"(?P<what>^MemoryError|Cannot allocate memory|std::bad_alloc"
        r"|virtual memory exhausted|(?:^|: )[Oo]ut of memory\b)",
        "It needs more memory than it was given.",
        "",
    ),
    rule(
        "disk",
        r"(?P<what>No space left on device|Disk quota exceeded|\[Errno 27\]"
        r"|\.o: File too large|os error 27\)|File size limit exceeded|SIGXFSZ)",
        "It needs more disk, or a larger file, than it was given.",
        "",
    ),
    rule(
        "timed-out",
        r"(?P<what>SIGXCPU|CPU time limit exceeded)",
        "It needs more time on the processor than it was given.",
        "",
    ),
    rule(
        "crashed",
        r"(?P<what>Killed signal terminated program \w{1,20}|signal: 9, SIGKILL"
        r"|died with <Signals\.SIGKILL: 9>)",
        "A program that it runs was ended from outside: {what}.",
        "",
    ),
)
WALLS = (
    rule(
        "sandbox",
        r"(?P<what>(?:\[Errno 30\]|:) Read-only file system|os error 30\)"
        r"|\[Errno 13\] Permission denied: '/[^'\n]{0,200}'"
        # There is none of it in there.
        r"|\[Errno 2\] No such file or directory: '/var/[^'\n]{0,200}'"
        r"|\[Errno 1\] Operation not permitted|os error 1\)"
        r"|: Operation not permitted$|\[Errno 38\] Function not implemented"
        r"|\[Errno 97\] Address family not supported|Bad system call)",
        "It does what the sandbox does not let it do: {what}.",
        "",
    ),
)
