#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""calls.py WHERE oslo | calls.py WHERE privsep LIBRARY PRIVSEPD POLICY

Measures its own calls of what is done by a process with more privileges:
oslo.privsep's, or a private monitor's with POLICY.  WHERE is "here", on the
processor that it is started on, or "anywhere".  Standard input is a socket; it
greets with "!", or says why it cannot, and answers "NUMBER ping", "NUMBER stat
PATH" and "NUMBER read PATH" with the nanoseconds that this many took together,
as bench_helper does.
"""
import ctypes
import os
import sys
import time


class Stat(ctypes.Structure):
    """struct privsep_stat"""
    _fields_ = [("mode", ctypes.c_uint32), ("links", ctypes.c_uint32),
                ("uid", ctypes.c_uint32), ("gid", ctypes.c_uint32),
                ("size", ctypes.c_uint64), ("modified", ctypes.c_int64)]


def nothing():
    """Done with all rights, as the next."""


def size_of(path):
    return os.stat(path).st_size


def contents_of(path):
    with open(path, "rb", buffering=0) as file:
        return file.read(4096)


def by_oslo():
    """As its documentation does, by fork as root."""
    from oslo_config import cfg
    from oslo_privsep import capabilities, priv_context

    context = priv_context.PrivContext(
        __name__, cfg_section="calls", pypath=__name__ + ".context",
        capabilities=[capabilities.CAP_DAC_READ_SEARCH])
    cfg.CONF([], project="calls")
    # It looks for them by their names in this module.
    for call in nothing, size_of, contents_of:
        globals()[call.__name__] = context.entrypoint(call)
    context.start(priv_context.Method.FORK)
    return nothing, size_of, contents_of


def by_privsep(library, privsepd, policy):
    """The same by the C library alone."""
    library = ctypes.CDLL(library)
    monitor = ctypes.c_void_p()

    def check(r):
        if r < 0:
            raise OSError(-r, os.strerror(-r))

    def ping():
        check(library.privsep_ping(monitor))

    def stat(path):
        found = Stat()
        check(library.privsep_stat(monitor, path.encode(),
                                   ctypes.byref(found)))
        return found.size

    def read(path):
        file = library.privsep_open(monitor, path.encode(), os.O_RDONLY, 0)
        check(file)
        contents = os.read(file, 4096)
        os.close(file)
        return contents

    # The monitor asks after all that is open, and logs to standard error.
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    os.close(3)
    check(library.privsep_start_monitor_by(
        ctypes.byref(monitor), policy.encode(), privsepd.encode()))
    return ping, stat, read


def repeat(words, calls):
    call = calls[["ping", "stat", "read"].index(words[1])]
    start = time.perf_counter_ns()
    for _ in range(int(words[0])):
        call(*words[2:])
    return time.perf_counter_ns() - start


def main():
    if sys.argv[1] == "anywhere":
        os.sched_setaffinity(0, range(os.cpu_count()))
    way = {"oslo": by_oslo, "privsep": by_privsep}[sys.argv[2]]
    try:
        calls = way(*sys.argv[3:])
    except (ImportError, OSError) as error:
        os.write(0, str(error).encode())
        sys.exit(1)
    os.write(0, b"!")
    while True:
        line = os.read(0, 512)
        if not line:
            break
        took = repeat(line.decode().split(), calls)
        os.write(0, b"%d\n" % took)


main()
