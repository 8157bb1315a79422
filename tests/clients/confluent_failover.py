"""confluent-kafka while brokers die: an idempotent producer, and a member that commits what it has processed."""
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer

from failover import PATIENCE_S, Ride

ride = Ride()
common = {"bootstrap.servers": ride.options["bootstrap"], "reconnect.backoff.ms": 50, "reconnect.backoff.max.ms": 500}


def on_error(error):
    # librdkafka also tells here of each connection that it lost, for information only.
    if error.fatal():
        ride.failed(error)


def delivered(error, message):
    if error is not None:
        ride.failed(error)
    else:
        ride.acknowledged(int(message.value()))


producer = Producer({**common, "enable.idempotence": True, "linger.ms": 5, "error_cb": on_error})


def send(number):
    producer.produce(ride.options["topic"], str(number).encode(), on_delivery=delivered)
    producer.poll(0)


def flush():
    if producer.flush(PATIENCE_S) > 0:
        raise RuntimeError("not everything was delivered in time")


def consume():
    consumer = Consumer({
        **common, "group.id": ride.options["group"], "auto.offset.reset": "earliest", "enable.auto.commit": False,
        "session.timeout.ms": 10000, "error_cb": on_error})
    consumer.subscribe([ride.options["topic"]])
    while not ride.is_read():
        numbers = []
        record = consumer.poll(0.2)
        while record is not None and len(numbers) < 100:
            if record.error() is not None:
                raise KafkaException(record.error())
            numbers.append(int(record.value()))
            record = consumer.poll(0) if len(numbers) < 100 else None
        ride.processed(numbers)
        if numbers:
            try:
                consumer.commit(asynchronous=False)
            except KafkaException as error:
                # A rebalance took the partitions: whoever has them now reads this again.
                if error.args[0].code() not in (KafkaError.ILLEGAL_GENERATION, KafkaError.REBALANCE_IN_PROGRESS,
                                                KafkaError.UNKNOWN_MEMBER_ID):
                    raise
    consumer.close()


ride.run(send, flush, consume)
