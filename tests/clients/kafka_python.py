"""kafka-python (Debian: python3-kafka)."""
from kafka import KafkaConsumer, KafkaProducer, TopicPartition, codec
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic

import door

TIMEOUT_MS = 60000


def supports(_):
    optional = {"gzip": codec.has_gzip, "snappy": codec.has_snappy, "lz4": codec.has_lz4, "zstd": codec.has_zstd}
    return {"compressions": ["none"] + [name for name, is_there in optional.items() if is_there()]}


def create(request):
    admin = KafkaAdminClient(bootstrap_servers=request["bootstrap"])
    topic = NewTopic(request["topic"], request["partitions"], 1, topic_configs=request["configs"])
    admin.create_topics([topic], timeout_ms=TIMEOUT_MS)
    admin.close()
    return {}


def produce(request):
    compression = None if request["compression"] == "none" else request["compression"]
    producer = KafkaProducer(
        bootstrap_servers=request["bootstrap"], acks="all", compression_type=compression, linger_ms=5,
        max_request_size=1 << 20)
    sent = []
    for record in request["records"]:
        key, value, headers, timestamp = door.given(record)
        sent.append(producer.send(
            request["topic"], value, key, headers, partition=request["partition"], timestamp_ms=timestamp))
    offsets = [each.get(TIMEOUT_MS / 1000).offset for each in sent]
    producer.close(10)
    return {"offsets": offsets}


def consumer_of(request):
    partition = TopicPartition(request["topic"], request["partition"])
    consumer = KafkaConsumer(
        bootstrap_servers=request["bootstrap"], enable_auto_commit=False, consumer_timeout_ms=TIMEOUT_MS)
    consumer.assign([partition])
    return consumer, partition


def read(request):
    consumer, partition = consumer_of(request)
    end = consumer.end_offsets([partition])[partition]
    consumer.seek(partition, request["offset"])
    records = []
    while consumer.position(partition) < end:
        record = next(consumer)
        records.append(door.seen(record.offset, record.timestamp, record.key, record.value, record.headers))
    consumer.close()
    return {"records": records}


def seek(request):
    consumer, partition = consumer_of(request)
    found = consumer.offsets_for_times({partition: request["timestamp"]})[partition]
    consumer.close()
    return {"offset": -1 if found is None else found.offset}


def configs(request):
    admin = KafkaAdminClient(bootstrap_servers=request["bootstrap"])
    answers = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, request["topic"])])
    admin.close()
    entries = answers[0].resources[0][4]
    return {"configs": {entry[0]: entry[1] for entry in entries}}


door.run({
    "supports": supports, "create": create, "produce": produce, "read": read, "seek": seek, "configs": configs})
