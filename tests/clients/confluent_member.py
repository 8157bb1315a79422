"""A member of a group by confluent-kafka."""
from confluent_kafka import Consumer, KafkaException

import members

stop = members.Stop()
options = members.options()
settings = {
    "bootstrap.servers": options["bootstrap"], "group.id": options["group"], "client.id": options["name"],
    "partition.assignment.strategy": options["assignor"], "session.timeout.ms": options["sessionMs"],
    "heartbeat.interval.ms": options["sessionMs"] // 6, "max.poll.interval.ms": options["rebalanceMs"],
    "reconnect.backoff.ms": 50, "auto.offset.reset": "earliest", "enable.auto.commit": False}
if options["instance"] is not None:
    settings["group.instance.id"] = options["instance"]
consumer = Consumer(settings)
consumer.subscribe([options["topic"]])
while not stop:
    # One by one: consume() of librdkafka 2.0.2 drops records of a batch in which a rebalance falls, and commits them.
    record = consumer.poll(0.2)
    processed = []
    while record is not None and len(processed) < 200:
        if record.error() is None:
            processed.append((record.partition(), record.offset()))
        record = consumer.poll(0) if len(processed) < 200 else None
    members.processed(processed)
    if processed:
        try:
            consumer.commit(asynchronous=False)
        except KafkaException:
            # Others have the partitions now: what was not committed is read again by them.
            pass
consumer.close()
