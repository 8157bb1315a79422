"""A broker under measurement: one that this script starts and stops, or one that runs already."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import wire

START_PATIENCE_S = 60
STOP_PATIENCE_S = 60
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def process_cpu_s(pid):
    """User and system time of a process, in seconds; the kernel counts in ticks of 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def process_rss_mib(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"process {pid} tells no VmRSS")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def first_acknowledged_record(address, since, still_runs):
    """Seconds from `since` until a record that nothing was prepared for is acknowledged by all replicas."""
    batch = wire.one_record_batch(b"first", int(time.time() * 1000))
    while time.monotonic() - since < START_PATIENCE_S:
        try:
            with wire.Connection(address, timeout_s=10) as connection:
                while time.monotonic() - since < START_PATIENCE_S:
                    if connection.has_leader("first") and connection.produce("first", batch) == wire.OK:
                        return time.monotonic() - since
                    time.sleep(0.002)
        except OSError:
            if not still_runs():
                raise RuntimeError("the broker ended while it started")
            time.sleep(0.002)
    raise RuntimeError(f"no record was acknowledged within {START_PATIENCE_S} s")


class RunningBroker:
    """Somebody else's broker: never stopped here. Without its process id there are no figures of CPU and memory."""

    def __init__(self, address, pid=None):
        host, _, port = address.rpartition(":")
        self.address, self.pid = (host, int(port)), pid

    @property
    def bootstrap(self):
        return f"{self.address[0]}:{self.address[1]}"

    def cpu_s(self):
        return process_cpu_s(self.pid) if self.pid else None

    def rss_mib(self):
        return process_rss_mib(self.pid) if self.pid else None

    def stop(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class OwnBroker(RunningBroker):
    """Our server as a process of its own, on a free port; its folder goes with it unless it is kept for a restart."""

    def __init__(self, command, folder, keep=False):
        super().__init__(f"127.0.0.1:{free_port()}")
        self._keep = keep
        self.data = Path(folder) if keep else Path(tempfile.mkdtemp(prefix="data-", dir=folder))
        self._log = tempfile.TemporaryFile()
        environment = {k: v for k, v in os.environ.items() if not k.startswith("ACTORBROKER_")}
        self.started = time.monotonic()
        self._process = subprocess.Popen(
            [*command, f"--listeners=PLAINTEXT://{self.bootstrap}", f"--log.dirs={self.data}",
             "--http.listener=http://127.0.0.1:0"],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT, env=environment)
        self.pid = self._process.pid
        try:
            self.first_record_s = first_acknowledged_record(
                self.address, self.started, lambda: self._process.poll() is None)
        except BaseException as fault:
            said = self.said()
            self.stop(signal.SIGKILL)
            if isinstance(fault, RuntimeError):
                raise RuntimeError(f"{fault}; it said:\n{said}") from fault
            raise

    def said(self):
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-2000:]

    def stop(self, how=signal.SIGTERM):
        if self._process.poll() is None:
            self._process.send_signal(how)
            try:
                self._process.wait(STOP_PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()
        if not self._keep:
            shutil.rmtree(self.data, ignore_errors=True)
