"""confluent-kafka in the chaos suite: writes or reads numbered records while the brokers are hurt, until SIGTERM.

The first argument is the role: produce, read (all partitions by assignment) or member (of a group). Options come as
JSON on standard input. Standard output tells line by line what happens:

    s PARTITION                  the next record was sent; they are numbered from 0 on
    a NUMBER OFFSET              it is acknowledged
    b PARTITION                  reading of a partition begins, with an assignment
    r PARTITION OFFSET ID        a record was read; ID is - where the value is not as it was sent
    c PARTITION OFFSET           a commit is acknowledged
    e TEXT                       something failed: people should know
"""
import json
import logging
import signal
import sys
import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Producer, TopicPartition

TURN_S = 0.05
UNDER_WAY_MAX = 2000
RECORDS_PER_POLL_MAX = 200
FLUSH_S = 50


class Stop:
    """True once the process was asked to end."""

    def __init__(self):
        self._is_asked = False
        signal.signal(signal.SIGTERM, self._ask)

    def _ask(self, *_):
        self._is_asked = True

    def __bool__(self):
        return self._is_asked


stop = Stop()


def say(*words):
    sys.stdout.write(" ".join(map(str, words)) + "\n")


def failed(what):
    say("e", str(what).replace("\n", " "))


def connecting(options):
    """What every client is told: how to reach brokers that come and go, and to keep its log of it to itself."""
    log = logging.getLogger("librdkafka")
    log.addHandler(logging.NullHandler())
    log.propagate = False
    return {
        "bootstrap.servers": options["bootstrap"], "reconnect.backoff.ms": 50, "reconnect.backoff.max.ms": 500,
        "socket.timeout.ms": 10000, "logger": log}


def value_of(identity):
    """The value of a record, as the suite's other clients write it."""
    number = int(identity.split(":")[1])
    return identity + "|" + chr(ord("a") + number % 26) * (number % 200)


def identity_of(value):
    text = (value or b"").decode(errors="replace")
    identity = text.split("|")[0]
    try:
        return identity if value_of(identity) == text else "-"
    except (IndexError, ValueError):
        return "-"


def is_fatal(failure):
    return failure.args[0].fatal() or failure.args[0].code() == KafkaError._FATAL


def produce(options):
    producer = Producer({
        **connecting(options), "acks": "all", "enable.idempotence": True, "linger.ms": 5, "message.timeout.ms": 60000,
        "retry.backoff.ms": 50})

    def delivered(number):
        def callback(error, message):
            if error is None and message.offset() is None:
                # Its own answer was lost, and a later batch's tells that it is stored; or it is a repeat from before the
                # batches that a broker remembers (DUPLICATE_SEQUENCE_NUMBER).
                failed(f"{number} is acknowledged without an offset")
            elif error is None:
                say("a", number, message.offset())
            else:
                failed(f"{number} is not acknowledged: {error}")
        return callback

    number = 0
    try:
        while not stop:
            for _ in range(options["recordsPerTurn"]):
                if len(producer) >= UNDER_WAY_MAX:
                    break
                partition = number % options["partitions"]
                say("s", partition)
                producer.produce(
                    options["topic"], value_of(f"{options['producer']}:{number}").encode(), partition=partition,
                    on_delivery=delivered(number))
                number += 1
            producer.poll(TURN_S)
            sys.stdout.flush()
            time.sleep(TURN_S)
    except KafkaException as failure:
        # Another process goes on.
        if not is_fatal(failure):
            raise
        failed(f"can't go on: {failure}")
    if settle(producer) > 0:
        failed("not everything was delivered in time")


def settle(producer):
    """Waits until all has an outcome. A fatal error is raised here where it was not yet, and stands in for nothing."""
    try:
        return producer.flush(FLUSH_S)
    except KafkaException as failure:
        if not is_fatal(failure):
            raise
        failed(f"can't go on: {failure}")
        return producer.flush(FLUSH_S)


def consumer_of(options, **settings):
    return Consumer({
        **connecting(options), "group.id": options["group"] or "nobody", "enable.auto.commit": False,
        "check.crcs": True, **settings})


def poll(consumer):
    """What is there now, up to some hundred records; each is told, and the offsets after them are answered."""
    ends = {}
    patience_s = 0.2
    for _ in range(RECORDS_PER_POLL_MAX):
        # One by one: consume() of librdkafka 2.0.2 drops records of a batch in which a rebalance falls.
        record = consumer.poll(patience_s)
        patience_s = 0
        if record is None:
            break
        if record.error() is None:
            say("r", record.partition(), record.offset(), identity_of(record.value()))
            ends[record.partition()] = record.offset() + 1
        else:
            failed(record.error())
    sys.stdout.flush()
    return ends


def read(options):
    consumer = consumer_of(options, **{"auto.offset.reset": "error"})
    for partition in range(options["partitions"]):
        say("b", partition)
    consumer.assign([
        TopicPartition(options["topic"], partition, OFFSET_BEGINNING) for partition in range(options["partitions"])])
    while not stop:
        poll(consumer)
    consumer.close()


def member(options):
    def begin(_, partitions):
        for each in partitions:
            say("b", each.partition)

    consumer = consumer_of(
        options, **{"auto.offset.reset": "earliest", "session.timeout.ms": 10000, "heartbeat.interval.ms": 1000})
    consumer.subscribe([options["topic"]], on_assign=begin)
    while not stop:
        ends = poll(consumer)
        if ends:
            commit(consumer, options["topic"], ends)
    consumer.close()


def commit(consumer, topic, ends):
    offsets = [TopicPartition(topic, partition, offset) for partition, offset in ends.items()]
    try:
        for committed in consumer.commit(offsets=offsets, asynchronous=False):
            if committed.error is None:
                say("c", committed.partition, committed.offset)
    except KafkaException as refusal:
        # Others have the partitions now, or the coordinator moves: what was not committed may be read again.
        if refusal.args[0].code() != KafkaError.ILLEGAL_GENERATION:
            failed(f"commit: {refusal}")


options = json.load(sys.stdin)
{"produce": produce, "read": read, "member": member}[sys.argv[1]](options)
sys.stdout.flush()
