"""A member of a group by kafka-python."""
from kafka import KafkaConsumer
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from kafka.coordinator.assignors.sticky import sticky_assignor
from kafka.errors import CommitFailedError, KafkaError

import members

ASSIGNORS = {
    "range": RangePartitionAssignor, "roundrobin": RoundRobinPartitionAssignor,
    "sticky": sticky_assignor.StickyPartitionAssignor}

# On Python 3 kafka-python 2.0.2 fails to send what a member owned: an iterator has no length.
sticky_assignor.six.iteritems = lambda mapping: list(mapping.items())

stop = members.Stop()
options = members.options()
consumer = KafkaConsumer(
    options["topic"], bootstrap_servers=options["bootstrap"], group_id=options["group"], client_id=options["name"],
    partition_assignment_strategy=[ASSIGNORS[options["assignor"]]], session_timeout_ms=options["sessionMs"],
    heartbeat_interval_ms=options["sessionMs"] // 6, max_poll_interval_ms=options["rebalanceMs"],
    retry_backoff_ms=50, auto_offset_reset="earliest", enable_auto_commit=False)
while not stop:
    batches = consumer.poll(200, max_records=200)
    members.processed((each.partition, each.offset) for batch in batches.values() for each in batch)
    if batches:
        try:
            consumer.commit()
        except (CommitFailedError, KafkaError):
            # Others have the partitions now: what was not committed is read again by them.
            pass
consumer.close(autocommit=False)
