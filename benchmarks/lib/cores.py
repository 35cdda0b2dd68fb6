"""Two processor cores for a measurement: one for what is measured, the other for everything else; and who else is there."""
import os, resource, shutil
from lib.processes import cpu_seconds, family


class Cores:
    """The core of what is measured and that of load and backends: what to start each with (`under`).

    This process moves to the second one.
    """

    def __init__(self):
        cores = sorted(os.sched_getaffinity(0))
        self.apart = len(cores) > 1 and shutil.which("taskset") is not None
        if not self.apart:
            print("With one core, or without taskset, what is measured shares its core with load and backends")
        pinned = lambda core: ("taskset", "-c", str(core)) if self.apart else ()
        self.count, self.proxy, self.load = len(cores), pinned(cores[0]), pinned(cores[-1])
        if self.apart:
            os.sched_setaffinity(0, {cores[-1]})


class Others:
    """What processes that this one did not start take of the processor: they spoil what is measured."""

    LIMIT = 0.05  # of a core

    def __init__(self):
        self.shares = []
        self.begin()

    def begin(self):
        self.before = self.read()

    def end(self):
        """The share of one core that others took since `begin`."""
        (busy, own, uptime), (busy_now, own_now, uptime_now) = self.before, self.read()
        share = max(0, ((busy_now - busy) - (own_now - own)) / max(0.01, uptime_now - uptime))
        self.shares.append(share)
        return share

    def report(self):
        """Prints the load average, and a warning when others took much."""
        print(f"Load average {' '.join(f'{load:.2f}' for load in os.getloadavg())}; "
              f"other processes took {max(self.shares, default=0):.0%} of a core at most")
        if max(self.shares, default=0) > self.LIMIT:
            print("WARNING: other processes took the cores while this was measured; these numbers are worth little")

    @staticmethod
    def read():
        """Seconds that all cores were busy or stolen, that this process and its children used, and since the start."""
        with open("/proc/stat") as file:
            user, nice, system, _, _, _, _, steal = map(int, file.readline().split()[1:9])
        with open("/proc/uptime") as file:
            uptime = float(file.read().split()[0])
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        own = ended.ru_utime + ended.ru_stime + sum(filter(None, map(cpu_or_none, family(os.getpid()))))
        return (user + nice + system + steal) / os.sysconf("SC_CLK_TCK"), own, uptime


def cpu_or_none(pid):
    """Seconds of processor time; None when the process has just ended."""
    try:
        return cpu_seconds(pid)
    except OSError:
        return None
