"""Change a file of the worker's without opening it, through an address of our choosing too."""

import ctypes
import json
import mmap
import os
import struct
import sys

target = json.load(sys.stdin)
path = target["folder"] + "/canary"
ANONYMOUS, FIXED = 0x20, 0x10
# A call of Linux 6.17, and the flag of files that backups leave out.
HERE, FILE_SETATTR, NO_DUMP = -100, 469, 0x80
libc = ctypes.CDLL(None, use_errno=True)
flags = struct.pack("Q4I", NO_DUMP, 0, 0, 0, 0)
for change in (
    lambda: libc.syscall(FILE_SETATTR, HERE, path.encode(), flags, len(flags), 0),
    lambda: os.chmod(path, 0o777),
    lambda: os.utime(path, (1, 1)),
    lambda: os.truncate(path, 0),
    lambda: os.rename(path, path + ".gone"),
    lambda: os.unlink(path + ".gone"),
    lambda: os.setxattr(path, "user.a", b"b"),
):
    try:
        change()
    except OSError:
        pass
# The lower half of this address is 0, which a filter may take for no path at all.
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [
    ctypes.c_void_p,
    ctypes.c_size_t,
    *[ctypes.c_int] * 3,
    ctypes.c_long,
]
place = libc.mmap(
    1 << 32,
    4096,
    mmap.PROT_READ | mmap.PROT_WRITE,
    ANONYMOUS | mmap.MAP_PRIVATE | FIXED,
    -1,
    0,
)
ctypes.memmove(place, path.encode() + b"\0", len(path) + 1)
number = 88 if os.uname().machine == "aarch64" else 280
libc.syscall(number, HERE, ctypes.c_void_p(place), ctypes.create_string_buffer(32), 0)
print(json.dumps([]))
