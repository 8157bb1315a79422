"""How each figure is taken: one method for each group of rows, each returning named values."""

import json
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import wire
from broker import OwnBroker, free_port, process_cpu_s

GIB = 1 << 30


@dataclass
class Sizes:
    limits_mib: int = 2048
    records: int = 2_000_000
    record_bytes: int = 1024
    small_records: int = 5_000_000
    small_bytes: int = 100
    latency_s: int = 10
    rates: tuple = (1000, 5000)
    partitions: int = 10_000
    topics: int = 10
    quiet_s: float = 10
    settle_s: float = 3
    idle_settle_s: float = 10
    recovery_mib: int = 1024
    members: int = 1000
    groups: int = 10_000
    cluster_records: int = 1_000_000
    cluster_rates: tuple = (500, 1000)
    cluster_partitions: int = 3000

    @staticmethod
    def quick():
        return Sizes(limits_mib=128, records=50_000, small_records=100_000, latency_s=1, partitions=100, quiet_s=1,
                     settle_s=0.5, idle_settle_s=0.5, recovery_mib=32, members=20, groups=100,
                     cluster_records=50_000, cluster_partitions=30)


def tool_values(command):
    """Runs one of the C tools and returns its "name value" lines."""
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {done.returncode}: {done.stderr.strip()[-1000:]}"
                           f"\n{done.stdout.strip()[-500:]}")
    return {name: float(value) for name, value in (line.split() for line in done.stdout.splitlines())}


class Measures:
    def __init__(self, folder, sizes):
        self.folder, self.sizes = folder, sizes

    def limits(self):
        values = tool_values([self.folder / "limits", self.folder, self.sizes.limits_mib])
        return {f"limit.{name}": value for name, value in values.items() if not name.endswith(("p90_us", "p999_us"))}

    def load(self, broker, run):
        """As fast as it goes: stored, read back, and stored in small records."""
        sizes, topics = self.sizes, {f"bench-{run}": 1, f"bench-small-{run}": 1}
        self._create(broker, topics)
        large, small = topics
        values = self._timed(
            broker, "produce", sizes.records * sizes.record_bytes,
            ["produce", broker.bootstrap, large, sizes.records, sizes.record_bytes, "acks=1", "batch.size=1000000"])
        values |= self._timed(broker, "consume", sizes.records * sizes.record_bytes,
                              ["consume", broker.bootstrap, large, sizes.records])
        values |= self._timed(
            broker, "small", sizes.small_records * sizes.small_bytes,
            ["produce", broker.bootstrap, small, sizes.small_records, sizes.small_bytes, "acks=1",
             "batch.size=1000000"])
        self._delete(broker, topics)
        return values

    def latency(self, broker, run):
        """At a fixed rate, from the moment at which each record was due."""
        values = {}
        for rate in self.sizes.rates:
            topic = f"bench-latency-{run}-{rate}"
            self._create(broker, {topic: 1})
            found = tool_values([
                self.folder / "load", "latency", broker.bootstrap, topic, rate * self.sizes.latency_s,
                self.sizes.record_bytes, rate, "acks=all", "linger.ms=0"])
            values |= {f"latency{rate}.{name}": found[name] for name in (
                "ack_p50_us", "ack_p99_us", "ack_max_us", "end_to_end_p50_us", "end_to_end_p99_us")}
            self._delete(broker, [topic])
        return values

    def start(self, command, name):
        """From the process's start to its first acknowledged record, and what it then weighs at rest."""
        with OwnBroker(command, self.folder) as broker:
            time.sleep(self.sizes.settle_s)
            memory = "memory.idle_mib" if name == "jit" else f"memory.idle_{name}_mib"
            return {f"start.{name}_s": broker.first_record_s, memory: broker.rss_mib()}

    def idle_partitions(self, command, runs):
        """A broker with many partitions that nobody uses: what they weigh, what they cost, how long a start takes."""
        sizes = self.sizes
        data = self.folder / "idle"
        data.mkdir()
        with OwnBroker(command, data, keep=True) as broker:
            time.sleep(sizes.idle_settle_s)
            empty, empty_cpu = broker.rss_mib(), self._cpu_share(broker)
            began = time.monotonic()
            for number in range(sizes.topics):
                self._create(broker, {f"idle-{number}": sizes.partitions // sizes.topics})
            yield {"idle.creation_s": time.monotonic() - began, "idle.empty_cpu_share": empty_cpu}
            time.sleep(sizes.settle_s)
            yield {"idle.kib_per_partition_created": (broker.rss_mib() - empty) * 1024 / sizes.partitions}
        for _ in range(runs):
            with OwnBroker(command, data, keep=True) as broker:
                time.sleep(sizes.idle_settle_s)
                yield {
                    "idle.start_s": broker.first_record_s,
                    "idle.kib_per_partition": (broker.rss_mib() - empty) * 1024 / sizes.partitions,
                    "idle.cpu_share": self._cpu_share(broker) - empty_cpu,
                }

    def groups(self, command, benchmarks):
        """What groups cost a broker that was just started, from tests/ActorBroker.Benchmarks."""
        with OwnBroker(command, self.folder) as broker:
            return self._benchmarks(
                benchmarks, "groups", broker.bootstrap, str(broker.pid), str(self.sizes.members))

    def idle_groups(self, command, benchmarks):
        """What groups that do nothing weigh: a broker that has them beside the same one with a single one."""
        sizes = self.sizes
        data = Path(tempfile.mkdtemp(prefix="groups-", dir=self.folder))
        with OwnBroker(command, data, keep=True) as broker:
            self._benchmarks(benchmarks, "idle-groups", broker.bootstrap, "1")
        with OwnBroker(command, data, keep=True) as broker:
            time.sleep(sizes.settle_s)
            single = broker.rss_mib()
            self._benchmarks(benchmarks, "idle-groups", broker.bootstrap, str(sizes.groups))
        with OwnBroker(command, data, keep=True) as broker:
            time.sleep(sizes.settle_s)
            return {"groups.idle_kib": (broker.rss_mib() - single) * 1024 / sizes.groups}

    def storage(self, benchmarks):
        """The rows that are below the wire, from tests/ActorBroker.Benchmarks."""
        return self._benchmarks(benchmarks, "floors", str(self.folder), str(self.sizes.recovery_mib))

    @staticmethod
    def _benchmarks(command, *arguments):
        done = subprocess.run([*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{arguments[0]} could not be measured: {done.stderr[-2000:]}{done.stdout[-1000:]}")
        return json.loads(done.stdout)

    def own_client(self, broker, run, tool, load):
        """`actorbroker bench` with the loads of rows 1 and 2, as shares of what librdkafka reached in this run."""
        sizes, topic = self.sizes, f"bench-own-{run}"
        self._create(broker, {topic: 1})
        about = ["-b", broker.bootstrap, "--topic", topic, "--records", str(sizes.records),
                 "--size", str(sizes.record_bytes), "--json", "--quiet"]
        values = {}
        for verb in ("produce", "consume"):
            done = subprocess.run([*tool, "bench", verb, *about], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  text=True)
            if done.returncode != 0:
                raise RuntimeError(f"bench {verb} ended with {done.returncode}: {done.stderr[-1000:]}")
            found = json.loads(done.stdout)
            values[f"own.{verb}_mib_per_s"] = found[f"{verb}_mib_per_s"]
            values[f"own.{verb}_client_cpu_s"] = found["client_cpu_s"]
            if load.get(f"{verb}.mib_per_s"):
                values[f"own.{verb}_of_load"] = found[f"{verb}_mib_per_s"] / load[f"{verb}.mib_per_s"][-1]
        self._delete(broker, [topic])
        return values

    def reach(self, run):
        """What the client reaches when the broker costs next to nothing, on the same machine and wire.

        "discard" reads the frame and answers; "store" checks the CRC, writes and answers too; "mock" is librdkafka's
        own mock broker within the client's process.
        """
        sizes, values = self.sizes, {}
        for mode in ("discard", "store"):
            port = free_port()
            with subprocess.Popen([self.folder / "sink", mode, str(port), self.folder],
                                  stdout=subprocess.PIPE) as sink:
                try:
                    sink.stdout.readline()
                    values |= self._reach_of_sink(mode, port, sink.pid)
                finally:
                    sink.terminate()
        mock = tool_values([
            self.folder / "load", "produce", "127.0.0.1:1", f"mock-{run}", sizes.records, sizes.record_bytes, "acks=1",
            "batch.size=1000000", "test.mock.num.brokers=1"])
        values["reach.mock_produce_mib_per_s"] = mock["mib_per_s"]
        return values

    def _reach_of_sink(self, mode, port, pid):
        sizes, values, server = self.sizes, {}, f"127.0.0.1:{port}"
        for name, records, size in (("produce", sizes.records, sizes.record_bytes),
                                    ("small", sizes.small_records, sizes.small_bytes)):
            before = process_cpu_s(pid)
            found = tool_values([self.folder / "load", "produce", server, name, records, size, "acks=1",
                                 "batch.size=1000000"])
            values[f"reach.{mode}_{name}_mib_per_s"] = found["mib_per_s"]
            values[f"reach.{mode}_{name}_records_per_s"] = found["records_per_s"]
            values[f"reach.{mode}_{name}_client_cpu_s"] = found["client_cpu_s"]
            values[f"reach.{mode}_{name}_cpu_s_per_gib"] = (process_cpu_s(pid) - before) / (records * size / GIB)
            if mode == "store" and name == "produce":
                before = process_cpu_s(pid)
                found = tool_values([self.folder / "load", "consume", server, name, records])
                values["reach.store_consume_mib_per_s"] = found["mib_per_s"]
                values["reach.store_consume_client_cpu_s"] = found["client_cpu_s"]
                values["reach.store_consume_cpu_s_per_gib"] = (
                    (process_cpu_s(pid) - before) / (records * size / GIB))
        return values

    def _timed(self, broker, name, weight, command):
        before = broker.cpu_s()
        found = tool_values([self.folder / "load", *command])
        values = {f"{name}.{key}": found[key] for key in ("mib_per_s", "records_per_s", "client_cpu_s")}
        if before is not None:
            values[f"{name}.cpu_s_per_gib"] = (broker.cpu_s() - before) / (weight / GIB)
        return values

    def _cpu_share(self, broker):
        cpu, began = broker.cpu_s(), time.monotonic()
        time.sleep(self.sizes.quiet_s)
        return (broker.cpu_s() - cpu) / (time.monotonic() - began)

    @staticmethod
    def _create(broker, topics):
        with wire.Connection(broker.address) as connection:
            connection.create_topics(topics)

    @staticmethod
    def _delete(broker, topics):
        with wire.Connection(broker.address) as connection:
            connection.delete_topics(list(topics))
