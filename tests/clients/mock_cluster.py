"""A cluster of three foreign brokers: librdkafka's mock, inside a confluent-kafka process of Debian's interpreter.

Prints the bootstrap addresses in one line, then serves until standard input ends. Topics are made when they are asked
for, with four partitions whose leaders are spread over the brokers.
"""
import sys

from confluent_kafka import Producer

holder = Producer({"test.mock.num.brokers": 3, "log_level": 0})
brokers = holder.list_topics(timeout=30).brokers.values()
print(",".join(f"{broker.host}:{broker.port}" for broker in brokers), flush=True)
sys.stdin.read()
