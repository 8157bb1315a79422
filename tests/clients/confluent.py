"""confluent-kafka over librdkafka (Debian: python3-confluent-kafka)."""
import json
import sys
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic

import door

TIMEOUT_S = 60


def supports(_):
    return {"compressions": ["none", "gzip", "snappy", "lz4", "zstd"]}


def create(request):
    admin = AdminClient({"bootstrap.servers": request["bootstrap"]})
    topic = NewTopic(request["topic"], request["partitions"], 1, config=request["configs"])
    for created in admin.create_topics([topic], operation_timeout=TIMEOUT_S).values():
        created.result(TIMEOUT_S)
    return {}


def produce(request):
    producer = Producer({
        "bootstrap.servers": request["bootstrap"], "acks": "all", "enable.idempotence": True, "linger.ms": 5,
        "compression.type": request["compression"], "message.max.bytes": 1000000})
    offsets = [None] * len(request["records"])

    def delivered(index):
        def callback(error, message):
            if error is not None:
                raise KafkaException(error)
            offsets[index] = message.offset()
        return callback

    for index, record in enumerate(request["records"]):
        key, value, headers, timestamp = door.given(record)
        producer.produce(
            request["topic"], value, key, request["partition"], on_delivery=delivered(index), timestamp=timestamp,
            headers=headers)
    if producer.flush(TIMEOUT_S) > 0:
        raise RuntimeError("not everything was delivered in time")
    return {"offsets": offsets}


def produce_through_restarts(request):
    """Sends numbers from 0 on while the broker dies and comes back; tells on standard error how far it is."""
    producer = Producer({
        "bootstrap.servers": request["bootstrap"], "acks": "all", "enable.idempotence": True, "linger.ms": 1,
        "batch.num.messages": 50, "message.timeout.ms": 90000, "reconnect.backoff.ms": 50,
        "reconnect.backoff.max.ms": 200})
    acknowledged = []

    def delivered(error, message):
        if error is not None:
            raise KafkaException(error)
        acknowledged.append(int(message.value()))
        if len(acknowledged) % request["announce"] == 0:
            print("acknowledged", len(acknowledged), file=sys.stderr, flush=True)

    for number in range(request["count"]):
        producer.produce(request["topic"], str(number).encode(), partition=0, on_delivery=delivered)
        producer.poll(0)
    return {"left": producer.flush(90), "acknowledged": acknowledged}


def consumer_of(request):
    return Consumer({
        "bootstrap.servers": request["bootstrap"], "group.id": "reader", "enable.auto.commit": False,
        "auto.offset.reset": "error", "enable.partition.eof": False, "check.crcs": True})


def read(request):
    consumer = consumer_of(request)
    _, end = consumer.get_watermark_offsets(TopicPartition(request["topic"], request["partition"]), TIMEOUT_S)
    consumer.assign([TopicPartition(request["topic"], request["partition"], request["offset"])])
    records = []
    next_offset = request["offset"]
    while next_offset < end:
        message = consumer.poll(TIMEOUT_S)
        if message is None:
            raise RuntimeError("no record came in time")
        if message.error():
            raise KafkaException(message.error())
        next_offset = message.offset() + 1
        records.append(door.seen(
            message.offset(), message.timestamp()[1], message.key(), message.value(), message.headers() or []))
    consumer.close()
    return {"records": records}


def read_near(request):
    """Reads everything from a rack; tells how much it was, and which brokers it was fetched from."""
    fetched_from = set()

    def noted(text):
        for topic in json.loads(text)["topics"].values():
            fetched_from.update(each["broker"] for each in topic["partitions"].values() if each["partition"] >= 0)

    consumer = Consumer({
        "bootstrap.servers": request["bootstrap"], "group.id": "near", "enable.auto.commit": False,
        "client.rack": request["rack"], "stats_cb": noted, "statistics.interval.ms": 100, "check.crcs": True})
    consumer.assign([TopicPartition(request["topic"], request["partition"], 0)])
    count = 0
    until = time.monotonic() + TIMEOUT_S
    while (count < request["count"] or request["expected"] not in fetched_from) and time.monotonic() < until:
        message = consumer.poll(0.2)
        if message is not None:
            if message.error():
                raise KafkaException(message.error())
            count += 1
    consumer.close()
    return {"count": count, "brokers": sorted(fetched_from)}


def seek(request):
    consumer = consumer_of(request)
    asked = TopicPartition(request["topic"], request["partition"], request["timestamp"])
    offset = consumer.offsets_for_times([asked], TIMEOUT_S)[0].offset
    consumer.close()
    return {"offset": offset}


def configs(request):
    admin = AdminClient({"bootstrap.servers": request["bootstrap"]})
    resource = ConfigResource("topic", request["topic"])
    entries = admin.describe_configs([resource])[resource].result(TIMEOUT_S)
    return {"configs": {name: entry.value for name, entry in entries.items()}}


door.run({
    "supports": supports, "create": create, "produce": produce, "read": read, "seek": seek, "configs": configs,
    "produce-through-restarts": produce_through_restarts, "read-near": read_near})
