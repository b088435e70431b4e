"""Leave a file anywhere but in the run's own folders."""

import json
import os
import sys

target = json.load(sys.stdin)
PLACES = [
    "/",
    "/etc",
    "/usr",
    "/usr/bin",
    "/usr/local",
    "/var",
    "/var/tmp",
    "/dev",
    "/run",
]
PLACES += ["/proc/self", "/root", "/home", "/lib", "/opt", target["folder"]]
done = []
for place in PLACES:
    path = os.path.join(place, target["name"])
    try:
        with open(path, "w") as file:
            file.write("x")
    except OSError:
        continue
    done.append(place)
try:
    os.symlink("/etc/passwd", target["folder"] + "/link")
    done.append("symlink")
except OSError:
    pass
print(json.dumps(done))
