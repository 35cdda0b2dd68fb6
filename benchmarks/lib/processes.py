"""What a benchmark starts: child processes, free ports, a folder; and their end, whatever happens."""
import ctypes, os, random, resource, shutil, signal, socket, subprocess, tempfile, time

LIBC = ctypes.CDLL(None)
handed_out = set()


class Stage:
    """A folder and child processes that live as long as the `with` block. Past `limit` seconds the benchmark gives up."""

    def __init__(self, limit=900):
        self.limit, self.children = limit, []

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="signalbox-bench-")
        signal.signal(signal.SIGTERM, lambda *_: exit_with("stopped by SIGTERM"))
        signal.signal(signal.SIGALRM, lambda *_: exit_with(f"gave up: not done within {self.limit} s"))
        signal.alarm(int(self.limit))
        # Thousands of connections; children inherit it.
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        return self

    def __exit__(self, kind, error, _):
        signal.alarm(0)
        if error and not isinstance(error, KeyboardInterrupt):
            self.show_logs()
        self.stop(*self.children)
        shutil.rmtree(self.directory, ignore_errors=True)

    def path(self, *parts):
        """A path in the benchmark's folder."""
        return os.path.join(self.directory, *parts)

    def write(self, name, text):
        """Writes a file into the folder; its path."""
        with open(self.path(name), "w") as file:
            file.write(text)
        return self.path(name)

    def sync(self):
        """Milliseconds that the folder's disk takes for one small write and fsync: what a durable commit costs at least."""
        begin = time.perf_counter()
        with open(self.path("sync"), "ab") as file:
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
        return (time.perf_counter() - begin) * 1000

    def start(self, name, *command, env=None):
        """Starts a child whose output goes to a log in the folder. It dies with this process, even if that is killed."""
        with open(self.path(f"{name}.log"), "ab") as log:
            child = subprocess.Popen(
                [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **(env or {})}, preexec_fn=lambda: LIBC.prctl(1, signal.SIGTERM))
        child.name = name
        self.children.append(child)
        return child

    def stop(self, *children, limit=15):
        """Asks children to end, all at the same time, and kills those that have not ended within the limit."""
        for child in reversed(children):
            child.send_signal(signal.SIGTERM)
        end = time.monotonic() + limit
        for child in children:
            try:
                child.wait(max(0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self.children = [child for child in self.children if child not in children]

    def wait(self, what, condition, limit=60, pause=0.01):
        """Waits until the condition is true. Refused and broken connections count as not yet."""
        wait(what, lambda: self.check() or condition(), limit, pause)

    def check(self):
        """Ends the benchmark if a child has ended by itself."""
        for child in self.children:
            if child.poll() is not None:
                exit_with(f"{child.name} has ended with status {child.returncode}")

    def show_logs(self):
        """Prints the last lines of every log."""
        for name in sorted(os.listdir(self.directory)):
            if name.endswith(".log"):
                with open(self.path(name), errors="replace") as log:
                    lines = log.readlines()[-8:]
                if lines:
                    print(f"--- {name}\n{''.join(lines).rstrip()}")


def exit_with(reason):
    raise SystemExit(reason)


def wait(what, condition, limit=60, pause=0.01):
    """Waits until the condition is true, or ends the benchmark. An OSError of the condition counts as not yet."""
    end = time.monotonic() + limit
    while True:
        try:
            if condition():
                return
        except OSError:
            pass
        if time.monotonic() > end:
            exit_with(f"waited {limit} s in vain until {what}")
        time.sleep(pause)


def free_port():
    """A port of 127.0.0.1 on which nobody listens, below those that the system gives to outgoing connections."""
    while True:
        port = random.randrange(10_000, 32_000)
        if port in handed_out:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        handed_out.add(port)
        return port


def memory(pid):
    """Resident memory of a process, in KiB."""
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))


def family(pid):
    """A process and all that descend from it, as far as they live."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as file:
                    parent = int(file.read().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry))
    found = [pid]
    for member in found:
        found += children.get(member, ())
    return found


def cpu_times(pid):
    """Processor time that a process has used, user and system, in seconds. Their unit is the clock tick, mostly 10 ms."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return [int(field) / os.sysconf("SC_CLK_TCK") for field in fields[11:13]]


def cpu_seconds(pid):
    """Processor time that a process has used, in seconds. Its unit is the clock tick, mostly 10 ms."""
    return sum(cpu_times(pid))


def thread_seconds(pid):
    """Processor time that the living threads of a process have used, in seconds, to the nanosecond if the system says so."""
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/schedstat") as file:
                total += int(file.read().split()[0])
        except FileNotFoundError:
            return cpu_seconds(pid)
    return total / 1e9
