"""Read what belongs to the worker or to the machine."""

import json
import os
import sys

target = json.load(sys.stdin)


def reads(path):
    try:
        with open(path, "rb") as file:
            return bool(file.read())
    except OSError:
        return False


done = []
if target["canary"] in os.environ:
    done.append("its environment")
if reads("/proc/%d/environ" % target["pid"]):
    done.append("/proc/<worker>/environ")
if reads(target["folder"] + "/canary"):
    done.append("the worker's file")
if reads("/etc/shadow"):
    done.append("/etc/shadow")
print(json.dumps(done))
