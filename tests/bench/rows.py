"""The rows of the table: what is measured, what Apache Kafka 3.9 does, and the floor under ours.

Kafka's figures come from one broker with a 1 GiB heap, data in the page cache, the same load from librdkafka, on a
machine whose limits were: produce 1364 MiB/s, consume 3442 MiB/s, pingpong p50 18 us.
"""

from dataclasses import dataclass
from statistics import median

MIB = 1 << 20


@dataclass(frozen=True)
class Row:
    """One figure. `limit` names the machine's limit that it is a share of; the floor then bounds the share."""

    figure: str
    what: str
    unit: str
    kafka: str
    floor: float
    at_least: bool
    limit: str = ""
    digits: int = 2
    per_unit_mib: float = 1.0  # what one unit weighs in MiB, so that records/s compare with MiB/s

    def shares(self, samples):
        if not self.limit:
            return []
        return [value * self.per_unit_mib / limit
                for value, limit in zip(samples[self.figure], samples[f"limit.{self.limit}"])]

    def judged(self, samples):
        """The median that the floor bounds: the share of the limit where there is one, the figure itself elsewhere."""
        return median(self.shares(samples) or samples[self.figure])

    def holds(self, samples):
        judged = self.judged(samples)
        return judged >= self.floor if self.at_least else judged <= self.floor

    def floor_text(self):
        bound = "≥" if self.at_least else "≤"
        limit = self.limit.removeprefix("cluster_").removesuffix("_mib_per_s")
        of = f" of `{limit}`" if limit else f" {self.unit}"
        return f"{bound} {self.floor:g}{of}"


def at_least(figure, what, unit, kafka, floor, **more):
    return Row(figure, what, unit, kafka, floor, True, **more)


def at_most(figure, what, unit, kafka, floor, **more):
    return Row(figure, what, unit, kafka, floor, False, **more)


ROWS = [
    at_least("produce.mib_per_s", "produce, 1 KiB records", "MiB/s", "287 MiB/s = 0.21", 0.40,
             limit="produce_mib_per_s", digits=0),
    at_most("produce.cpu_s_per_gib", "produce: broker's CPU per GiB", "s", "3.4 s", 1.2),
    at_least("consume.mib_per_s", "consume stored data, 1 KiB records", "MiB/s", "619 MiB/s = 0.18", 0.25,
             limit="consume_mib_per_s", digits=0),
    at_most("consume.cpu_s_per_gib", "consume: broker's CPU per GiB", "s", "1.2 s", 0.45),
    at_least("small.records_per_s", "produce, 100 byte records", "records/s", "1.46 M/s = 0.10", 0.133,
             limit="produce_mib_per_s", digits=0, per_unit_mib=100 / MIB),
    at_most("latency1000.ack_p50_us", "1,000 records/s, acks=all: p50", "us", "327 us", 150, digits=0),
    at_most("latency1000.ack_p99_us", "1,000 records/s, acks=all: p99", "us", "5.4 ms", 1000, digits=0),
    at_most("latency5000.ack_p50_us", "5,000 records/s, acks=all: p50", "us", "320 ms", 200, digits=0),
    at_most("latency5000.ack_p99_us", "5,000 records/s, acks=all: p99", "us", "overloaded", 3000, digits=0),
    at_most("start.jit_s", "process start to first acknowledged record, JIT", "s", "4.9 s", 0.6),
    at_most("start.one_file_s", "process start to first acknowledged record, one file", "s", "4.9 s", 0.35),
    at_most("memory.after_mib", "resident memory after the runs above", "MiB", "830 MiB", 200, digits=0),
    at_most("memory.idle_mib", "resident memory, idle", "MiB", "", 80, digits=0),
    at_most("idle.cpu_share", "idle partitions: CPU beyond an empty broker's", "of a core", "", 0.01, digits=4),
    at_most("idle.kib_per_partition", "idle partitions: memory for each", "KiB", "", 24, digits=1),
    at_most("idle.start_s", "start with all idle partitions", "s", "", 5),
    at_least("groups.commits_per_s", "offset commits through one coordinator partition", "/s", "", 20_000, digits=0),
    at_most("groups.rebalance_cpu_s", "classic rebalance of 1,000 members: broker's CPU", "s", "", 1.0),
    at_most("groups.join_heartbeats", "KIP-848, 1,000 members: heartbeats until one more is settled", "", "", 2,
            digits=0),
    at_most("groups.heartbeat_cpu_us", "KIP-848, 1,000 members: broker's CPU for a heartbeat", "us", "", 50, digits=0),
    at_most("groups.idle_kib", "10,000 idle groups: memory for each", "KiB", "", 3, digits=1),
    at_least("append.mib_per_s", "storage alone: append 64 KiB batches, CRC checked", "MiB/s", "", 0.7,
             limit="write_mib_per_s", digits=0),
    at_least("recovery.mib_per_s", "recovery scan of a 1 GiB segment", "MiB/s", "", 1024, digits=0),
    at_most("allocation.bytes_per_batch", "allocated in the broker per produced batch", "B", "", 2048, digits=0),
    at_most("embedded.start_ms", "embedded start in a warm process", "ms", "", 100, digits=0),
    at_least("cluster.produce_mib_per_s", "three brokers, produce acks=all, 1 KiB records", "MiB/s",
             "80-100 MiB/s = 0.07", 0.18, limit="cluster_produce_mib_per_s", digits=0),
    at_most("cluster.produce_cpu_s_per_gib", "three brokers, produce: CPU of all per GiB", "s", "17 s", 5),
    at_most("cluster.latency500.ack_p50_us", "three brokers, 500 records/s, acks=all: p50", "us", "1.04 ms", 500,
            digits=0),
    at_most("cluster.latency500.ack_p99_us", "three brokers, 500 records/s, acks=all: p99", "us", "12 ms", 3000,
            digits=0),
    at_most("cluster.latency1000.ack_p50_us", "three brokers, 1,000 records/s, acks=all: p50", "us", "3.2 ms", 600,
            digits=0),
    at_most("cluster.latency1000.ack_p99_us", "three brokers, 1,000 records/s, acks=all: p99", "us", "513 ms", 5000,
            digits=0),
    at_most("cluster.kill_gap_ms", "kill -9 of the leader: longest gap in acknowledgements", "ms", "9.2 s", 1500,
            digits=0),
    at_most("cluster.stop_gap_ms", "SIGSTOP of the leader: longest gap", "ms", "", 3000, digits=0),
    at_most("cluster.shutdown_gap_ms", "controlled shutdown of the leader: longest gap", "ms", "", 200, digits=0),
    at_most("cluster.many_failover_s", "kill -9 of a leader of 1,000 partitions: all take records again", "s", "", 1.5),
    at_least("cluster.catch_up_mib_per_s", "a follower without its disk catches up", "MiB/s", "", 0.5,
             limit="cluster_produce_mib_per_s", digits=0),
    at_most("cluster.idle_cpu_share", "three idle brokers with 3,000 partitions: CPU of all", "of a core", "0.17", 0.02,
            digits=4),
    at_least("silos.produce_of_servers", "three silos, produce acks=all, of three servers' beside them", "times", "",
             0.6),
    at_most("silos.kill_gap_ms", "kill -9 of the leader's silo: longest gap", "ms", "", 2500, digits=0),
    at_most("silos.stop_gap_ms", "SIGSTOP of the leader's silo: longest gap", "ms", "", 4000, digits=0),
    at_most("silos.many_kill_s", "kill -9 of a silo that leads 1,000 partitions: all take records again", "s", "", 2.5),
    at_most("silos.many_stop_s", "SIGSTOP of a silo that leads 1,000 partitions: all take records again", "s", "", 4),
    at_least("own.produce_of_load", "our own client's produce, of `load`'s", "times", "", 1.0),
    at_least("own.consume_of_load", "our own client's consume, of `load`'s", "times", "", 1.0),
]


# What stands beside the rows: the machine's limits, and what the client reaches when the broker costs next to nothing.
BESIDE = [
    ("limit.write_mib_per_s", "limit `write`", "MiB/s", 0),
    ("limit.sync_mib_per_s", "limit `sync`", "MiB/s", 0),
    ("limit.tcp_mib_per_s", "limit `tcp`", "MiB/s", 0),
    ("limit.produce_mib_per_s", "limit `produce`", "MiB/s", 0),
    ("limit.consume_mib_per_s", "limit `consume`", "MiB/s", 0),
    ("limit.pingpong_p50_us", "limit `pingpong`, p50", "us", 0),
    ("reach.discard_produce_mib_per_s", "`sink discard`, produce, 1 KiB records", "MiB/s", 0),
    ("reach.store_produce_mib_per_s", "`sink store`, produce, 1 KiB records", "MiB/s", 0),
    ("reach.store_produce_cpu_s_per_gib", "`sink store`, produce: its CPU per GiB", "s", 2),
    ("reach.store_consume_mib_per_s", "`sink store`, consume, 1 KiB records", "MiB/s", 0),
    ("reach.store_consume_cpu_s_per_gib", "`sink store`, consume: its CPU per GiB", "s", 2),
    ("reach.discard_small_records_per_s", "`sink discard`, produce, 100 byte records", "records/s", 0),
    ("reach.store_small_records_per_s", "`sink store`, produce, 100 byte records", "records/s", 0),
    ("reach.mock_produce_mib_per_s", "librdkafka's mock broker, produce, 1 KiB records", "MiB/s", 0),
    ("produce.client_cpu_s", "produce, 1 KiB records: librdkafka's CPU in all", "s", 2),
    ("small.client_cpu_s", "produce, 100 byte records: librdkafka's CPU in all", "s", 2),
    ("small.cpu_s_per_gib", "produce, 100 byte records: broker's CPU per GiB", "s", 2),
    ("latency1000.end_to_end_p50_us", "1,000 records/s, produce to consume: p50", "us", 0),
    ("latency1000.end_to_end_p99_us", "1,000 records/s, produce to consume: p99", "us", 0),
    ("latency5000.end_to_end_p50_us", "5,000 records/s, produce to consume: p50", "us", 0),
    ("latency5000.end_to_end_p99_us", "5,000 records/s, produce to consume: p99", "us", 0),
    ("own.produce_mib_per_s", "our own client, produce", "MiB/s", 0),
    ("own.consume_mib_per_s", "our own client, consume", "MiB/s", 0),
    ("append.raw_write_mib_per_s", "bare writes of 64 KiB from .NET", "MiB/s", 0),
    ("memory.idle_one_file_mib", "resident memory, idle, one file", "MiB", 0),
    ("groups.commit_cpu_us", "broker's CPU for an offset commit", "us", 0),
    ("groups.rebalance_s", "classic rebalance of 1,000 members, first join to last sync, clients included", "s", 2),
    ("cluster.latency500.end_to_end_p50_us", "three brokers, 500 records/s, produce to consume: p50", "us", 0),
    ("cluster.latency1000.end_to_end_p50_us", "three brokers, 1,000 records/s, produce to consume: p50", "us", 0),
    ("cluster.idle_mib", "three idle brokers with 3,000 partitions: resident memory of the largest", "MiB", 0),
    ("silos.produce_mib_per_s", "three silos, produce acks=all", "MiB/s", 0),
    ("servers.produce_mib_per_s", "three servers beside them, produce acks=all", "MiB/s", 0),
    ("silos.produce_cpu_s_per_gib", "three silos, produce: CPU of all per GiB", "s", 1),
    ("servers.produce_cpu_s_per_gib", "three servers beside them, produce: CPU of all per GiB", "s", 1),
    ("silos.shutdown_gap_ms", "controlled shutdown of the leader's silo: longest gap", "ms", 0),
    ("idle.empty_cpu_share", "an empty broker's CPU", "of a core", 4),
    ("idle.creation_s", "making the idle partitions", "s", 1),
    ("idle.kib_per_partition_created", "idle partitions: memory for each, right after they were made", "KiB", 1),
]


def number(value, digits):
    return f"{value:,.{digits}f}"


def markdown(samples, judged=True):
    """The table, one line for each row that was measured."""
    lines = ["| what | runs | median | limit | share | Kafka 3.9 | floor | holds |",
             "|---|---|--:|--:|--:|---|---|---|"]
    for row in ROWS:
        if not samples.get(row.figure):
            continue
        values = samples[row.figure]
        shares = row.shares(samples)
        limit = number(median(samples[f"limit.{row.limit}"]), 0) if row.limit else ""
        verdict = ("yes" if row.holds(samples) else "**no**") if judged else "-"
        lines.append("| " + " | ".join([
            row.what,
            " ".join(number(value, row.digits) for value in values),
            f"{number(median(values), row.digits)} {row.unit}",
            limit,
            f"{median(shares):.3f}" if shares else "",
            row.kafka,
            row.floor_text(),
            verdict,
        ]) + " |")
    return "\n".join(lines)


def beside(samples):
    """The table of what stands beside the rows."""
    lines = ["| figure | runs | median |", "|---|---|--:|"]
    for figure, what, unit, digits in BESIDE:
        values = samples.get(figure)
        if values:
            runs = " ".join(number(value, digits) for value in values)
            lines.append(f"| {what} | {runs} | {number(median(values), digits)} {unit} |")
    return "\n".join(lines)
