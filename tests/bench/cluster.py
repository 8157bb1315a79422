"""Three brokers as processes on this machine, and the figures that only a cluster has."""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import wire
from broker import free_port, process_cpu_s, process_rss_mib

GIB = 1 << 30
PATIENCE_S = 60

# The kernel of a process that stands still keeps its connections: a client learns of the new leader from the others
# only, and librdkafka asks them when a request has had no answer for this long (its default: 30 s).
IMPATIENT = ("request.timeout.ms=500", "socket.timeout.ms=1000", "topic.metadata.refresh.interval.ms=500")
BROKERS = (1, 2, 3)


class OwnCluster:
    """Our server three times over one shared folder; each broker can be hurt by its id."""

    def __init__(self, command, folder):
        self._command = command
        self.folder = Path(tempfile.mkdtemp(prefix="cluster-", dir=folder))
        self.addresses = {broker: ("127.0.0.1", free_port()) for broker in BROKERS}
        self.processes = {}
        for broker in BROKERS:
            self.start(broker)
        try:
            for broker in BROKERS:
                self.wait_until(broker, lambda connection: connection.brokers() == len(BROKERS))
        except BaseException:
            self.stop()
            raise

    @property
    def bootstrap(self):
        return ",".join(f"{host}:{port}" for host, port in self.addresses.values())

    def start(self, broker):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("ACTORBROKER_")}
        with open(self.folder / f"broker-{broker}.log", "ab") as log:
            self.processes[broker] = subprocess.Popen(
                [*self._command, *self.arguments(broker)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, env=environment)

    def arguments(self, broker):
        host, port = self.addresses[broker]
        return [f"--cluster.dir={self.folder / 'cluster'}", f"--broker.id={broker}",
                f"--listeners=PLAINTEXT://{host}:{port}", f"--log.dirs={self.folder / f'data-{broker}'}",
                "--http.listener=http://127.0.0.1:0"]

    def hurt(self, broker, how):
        self.processes[broker].send_signal(how)
        if how == signal.SIGKILL:
            self.processes[broker].wait()

    def wait_until(self, broker, holds):
        """Asks a broker until what is expected holds; the answer."""
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE_S:
            try:
                with wire.Connection(self.addresses[broker], timeout_s=10) as connection:
                    while time.monotonic() - began < PATIENCE_S:
                        answer = holds(connection)
                        if answer:
                            return answer
                        time.sleep(0.01)
            except OSError:
                if self.processes[broker].poll() is not None:
                    raise RuntimeError(f"broker {broker} ended; it said:\n{self.said(broker)}")
                time.sleep(0.05)
        raise RuntimeError(f"broker {broker} is not ready within {PATIENCE_S} s; it said:\n{self.said(broker)}")

    def said(self, broker):
        return (self.folder / f"broker-{broker}.log").read_text(errors="replace")[-2000:]

    def create(self, topic, partitions=1):
        with wire.Connection(self.addresses[1]) as connection:
            connection.create_topics({topic: partitions}, replicas=3, configs={"min.insync.replicas": 2})
        for broker in BROKERS:
            self.wait_until(broker, lambda connection: self._is_whole(connection.partitions(topic), partitions))

    @staticmethod
    def _is_whole(found, partitions):
        return len(found) == partitions and all(
            leader >= 0 and len(in_sync) == len(BROKERS) for leader, in_sync in found.values())

    def leader(self, topic):
        with wire.Connection(self.addresses[1]) as connection:
            return connection.partitions(topic)[0][0]

    def heal(self, topic, broker):
        """Brings a broker back and waits until every partition has all replicas in sync again."""
        if self.processes[broker].poll() is not None:
            self.start(broker)
        other = next(each for each in BROKERS if each != broker)
        self.wait_until(other, lambda connection: (found := connection.partitions(topic)) and self._is_whole(
            found, len(found)))
        self.wait_until(broker, lambda connection: connection.brokers() == len(BROKERS))

    def cpu_s(self):
        return sum(process_cpu_s(process.pid) for process in self.processes.values())

    def rss_mib(self):
        return max(process_rss_mib(process.pid) for process in self.processes.values())

    def stop(self):
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self.processes.values():
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class ClusterMeasures:
    """Replication factor 3, acks=all, min.insync.replicas=2, unless a row says otherwise."""

    def __init__(self, measures, tool_values):
        self._folder, self._sizes, self._run_tool = measures.folder, measures.sizes, tool_values

    def run(self, cluster, run):
        return self.produce(cluster, run) | self.latency(cluster, run) | self.gaps(cluster, run)

    def produce(self, cluster, run):
        topic = f"cluster-{run}"
        values = {f"cluster.{name}": value for name, value in self.throughput(cluster, topic).items()}
        values["cluster.catch_up_mib_per_s"] = self._catch_up(cluster, topic)
        with wire.Connection(cluster.addresses[1]) as connection:
            connection.delete_topics([topic])
        return values

    def throughput(self, cluster, topic):
        """Into a new topic, as fast as it goes."""
        sizes = self._sizes
        cluster.create(topic)
        before = cluster.cpu_s()
        found = self._run_tool([
            self._folder / "load", "produce", cluster.bootstrap, topic, sizes.cluster_records, sizes.record_bytes,
            "acks=all", "batch.size=1000000"])
        cpu = (cluster.cpu_s() - before) / (sizes.cluster_records * sizes.record_bytes / GIB)
        return {"produce_mib_per_s": found["mib_per_s"], "produce_cpu_s_per_gib": cpu}

    def _catch_up(self, cluster, topic):
        """A follower that lost its disk is back: what it then takes over in a second until it is in sync."""
        follower = next(broker for broker in BROKERS if broker != cluster.leader(topic))
        other = next(broker for broker in BROKERS if broker != follower)
        cluster.hurt(follower, signal.SIGKILL)
        cluster.wait_until(other, lambda connection: connection.brokers() == len(BROKERS) - 1)
        folder = cluster.folder / f"data-{follower}"
        size = sum(file.stat().st_size for file in folder.glob(f"{topic}-0/*.log"))
        shutil.rmtree(folder)
        cluster.start(follower)
        cluster.wait_until(other, lambda connection: connection.brokers() == len(BROKERS))
        began = time.monotonic()
        cluster.heal(topic, follower)
        return size / (1 << 20) / (time.monotonic() - began)

    def latency(self, cluster, run):
        values = {}
        for rate in self._sizes.cluster_rates:
            topic = f"cluster-latency-{run}-{rate}"
            cluster.create(topic)
            found = self._run_tool([
                self._folder / "load", "latency", cluster.bootstrap, topic, rate * self._sizes.latency_s,
                self._sizes.record_bytes, rate, "acks=all", "linger.ms=0"])
            values |= {f"cluster.latency{rate}.{name}": found[name] for name in (
                "ack_p50_us", "ack_p99_us", "end_to_end_p50_us")}
        return values

    def gaps(self, cluster, run):
        values = {}
        for name, how in (("kill", signal.SIGKILL), ("stop", signal.SIGSTOP), ("shutdown", signal.SIGTERM)):
            topic = f"cluster-{name}-{run}"
            cluster.create(topic)
            values[f"cluster.{name}_gap_ms"] = self._gap(cluster, topic, how)
        return values

    def _gap(self, cluster, topic, how):
        leader = cluster.leader(topic)
        command = [self._folder / "load", "gap", cluster.bootstrap, topic, "1600", self._sizes.record_bytes, "200",
                   "acks=all", "linger.ms=0", *(IMPATIENT if how == signal.SIGSTOP else ())]
        with subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) as load:
            load.stdout.readline()
            hurting = threading.Timer(2, cluster.hurt, (leader, how))
            hurting.start()
            printed, said = load.communicate()
            hurting.join()
        if how == signal.SIGSTOP:
            cluster.hurt(leader, signal.SIGCONT)
        if how == signal.SIGTERM:
            cluster.processes[leader].wait(PATIENCE_S)
        if load.returncode != 0:
            raise RuntimeError(f"records were lost on the way: {said}{printed}")
        cluster.heal(topic, leader)
        return dict((name, float(value)) for name, value in map(str.split, printed.splitlines()))["longest_gap_ms"]

    def failover_of_many(self, cluster, how=signal.SIGKILL):
        """Hurts a leader of many partitions; seconds until each of them takes a record acknowledged by all."""
        topic, count = "cluster-many", self._sizes.cluster_partitions
        cluster.create(topic, count)
        victim = cluster.leader(topic)
        other = next(broker for broker in BROKERS if broker != victim)
        with wire.Connection(cluster.addresses[other]) as connection:
            led = [number for number, (leader, _) in connection.partitions(topic).items() if leader == victim]
            self._until_taken(cluster, connection, topic, range(count))  # Else it is also measured how logs are made.
            cluster.hurt(victim, how)
            taken = self._until_taken(cluster, connection, topic, led, without=victim)
        if how == signal.SIGSTOP:
            cluster.hurt(victim, signal.SIGCONT)
        cluster.heal(topic, victim)
        return {"cluster.many_failover_s": taken, "cluster.many_led": len(led)}

    @staticmethod
    def _until_taken(cluster, connection, topic, numbers, without=None):
        """Seconds until each of these partitions has taken a record that all in sync have."""
        waiting, began = set(numbers), time.monotonic()
        while waiting:
            if time.monotonic() - began > PATIENCE_S:
                raise RuntimeError(f"{len(waiting)} of {len(numbers)} partitions take no records after {PATIENCE_S} s")
            leaders = {number: leader for number, (leader, _) in connection.partitions(topic).items()}
            for broker in BROKERS:
                ready = [number for number in waiting if leaders[number] == broker and broker != without]
                if ready:
                    with wire.Connection(cluster.addresses[broker]) as at:
                        waiting -= at.produce_to(topic, ready)
        return time.monotonic() - began

    def idle(self, cluster):
        time.sleep(self._sizes.idle_settle_s)
        cpu, began = cluster.cpu_s(), time.monotonic()
        time.sleep(self._sizes.quiet_s)
        return {"cluster.idle_cpu_share": (cluster.cpu_s() - cpu) / (time.monotonic() - began),
                "cluster.idle_mib": cluster.rss_mib()}
