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
    records = [each for each in consumer.consume(200, 0.2) if each.error() is None]
    members.processed((each.partition(), each.offset()) for each in records)
    if records:
        try:
            consumer.commit(asynchronous=False)
        except KafkaException:
            # Others have the partitions now: what was not committed is read again by them.
            pass
consumer.close()
