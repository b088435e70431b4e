"""Much Python of a repository is read apart, and not for ever."""

import resource

from scrapers.crawlers.repository.much_code import HERE_BYTES, read_much_code
from scrapers.crawlers.repository.python_code import read_code

TAP = b"""
from singer_sdk import Tap

class TapAlpha(Tap):
    name = "tap-alpha"
"""
BROKEN = b"def broken(:\n"
DENSE = b"x = [" + b"1," * 255_000 + b"]\n"
LONG = b"# " + b"x" * 400_000 + b"\n"


def test_much_code_says_what_little_does():
    files = {"a.py": TAP, "b.py": BROKEN, "c.py": LONG, "d.py": LONG}
    assert sum(map(len, files.values())) > HERE_BYTES
    reading, findings = read_much_code(files)
    assert (reading, findings) == read_code(files.items())
    assert [one["name"] for one in reading["classes"]] == ["TapAlpha"]
    assert [one.path for one in findings] == ["b.py"]


def test_code_that_takes_its_parser_everything_takes_a_worker_nothing():
    files = {"a.py": TAP, **{f"m{n:02}.py": DENSE for n in range(14)}}
    before = resource.getrusage(resource.RUSAGE_SELF)
    reading, [finding] = read_much_code(files, cpu_s=2)
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert reading == {}
    assert finding.code == "python" and "too much" in finding.message
    assert after.ru_utime - before.ru_utime < 1
    assert after.ru_maxrss - before.ru_maxrss < 50_000
