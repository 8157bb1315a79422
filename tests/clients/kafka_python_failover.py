"""kafka-python while brokers die: a producer that retries, and a group's member that commits what it has processed."""
from kafka import KafkaConsumer, KafkaProducer
from kafka.errors import CommitFailedError

from failover import PATIENCE_S, Ride

ride = Ride()
producer = KafkaProducer(
    bootstrap_servers=ride.options["bootstrap"].split(","), acks="all", retries=1000, retry_backoff_ms=50, linger_ms=5,
    max_in_flight_requests_per_connection=1, reconnect_backoff_max_ms=500, request_timeout_ms=10000)


def send(number):
    future = producer.send(ride.options["topic"], str(number).encode(), key=str(number).encode())
    future.add_callback(lambda _: ride.acknowledged(number))
    future.add_errback(ride.failed)


def flush():
    producer.flush(PATIENCE_S)


def consume():
    consumer = KafkaConsumer(
        ride.options["topic"], bootstrap_servers=ride.options["bootstrap"].split(","),
        group_id=ride.options["group"], auto_offset_reset="earliest", enable_auto_commit=False,
        retry_backoff_ms=50, reconnect_backoff_max_ms=500, session_timeout_ms=10000, request_timeout_ms=11000,
        max_poll_interval_ms=10000)
    while not ride.is_read():
        batches = consumer.poll(200, max_records=100)
        ride.processed([int(each.value) for batch in batches.values() for each in batch])
        if batches:
            try:
                consumer.commit()
            except CommitFailedError:
                # A rebalance took the partitions: whoever has them now reads this again.
                pass
    consumer.close(autocommit=False)


ride.run(send, flush, consume)
