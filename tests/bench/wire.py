"""As much of Kafka's protocol as the script itself needs: make a topic, delete one, and have one record acknowledged.

A socket and struct, nothing else, so that the time to the first acknowledged record holds no client's start-up.
"""

import socket
import struct

PRODUCE, METADATA, CREATE_TOPICS, DELETE_TOPICS = 0, 3, 19, 20
OK, TOPIC_ALREADY_EXISTS = 0, 36
CASTAGNOLI = 0x82F63B78


def _crc_table():
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (CASTAGNOLI if value & 1 else 0)
        table.append(value)
    return table


_CRC = _crc_table()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def _text(value):
    encoded = value.encode()
    return struct.pack(">h", len(encoded)) + encoded


def _varint(value):
    value = value << 1 ^ value >> 63
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def one_record_batch(value, timestamp_ms):
    """A record batch v2 of one record without key and headers."""
    body = b"\0" + _varint(0) + _varint(0) + _varint(-1) + _varint(len(value)) + value + _varint(0)
    record = _varint(len(body)) + body
    checked = struct.pack(">hiqqqhii", 0, 0, timestamp_ms, timestamp_ms, -1, -1, -1, 1) + record
    after_length = struct.pack(">ibI", -1, 2, crc32c(checked)) + checked
    return struct.pack(">qi", 0, len(after_length)) + after_length


class Reader:
    """Reads a response's fields in their order."""

    def __init__(self, data):
        self._data, self._at = data, 0

    def take(self, layout):
        value = struct.unpack_from(">" + layout, self._data, self._at)
        self._at += struct.calcsize(">" + layout)
        return value[0] if len(value) == 1 else value

    def text(self):
        length = self.take("h")
        if length < 0:
            return None
        value = self._data[self._at:self._at + length].decode()
        self._at += length
        return value

    def array(self, read_one):
        return [read_one() for _ in range(self.take("i"))]


class Connection:
    """One connection, one request at a time."""

    def __init__(self, address, timeout_s=60):
        self._socket = socket.create_connection(address, timeout_s)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._correlation = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def _receive(self, count):
        received = bytearray()
        while len(received) < count:
            part = self._socket.recv(count - len(received))
            if not part:
                raise ConnectionError("the broker closed the connection")
            received += part
        return bytes(received)

    def ask(self, api, version, body):
        self._correlation += 1
        request = struct.pack(">hhi", api, version, self._correlation) + _text("bench") + body
        self._socket.sendall(struct.pack(">i", len(request)) + request)
        response = self._receive(struct.unpack(">i", self._receive(4))[0])
        return Reader(response[4:])

    def create_topics(self, partitions_by_name, timeout_ms=60000, replicas=1, configs=None):
        """Makes topics; one that is there already is as good."""
        settings = b"".join(_text(key) + _text(str(value)) for key, value in (configs or {}).items())
        topics = b"".join(
            _text(name) + struct.pack(">ihii", partitions, replicas, 0, len(configs or {})) + settings
            for name, partitions in partitions_by_name.items())
        answer = self.ask(
            CREATE_TOPICS, 2, struct.pack(">i", len(partitions_by_name)) + topics + struct.pack(">ib", timeout_ms, 0))
        answer.take("i")
        for name, code, message in answer.array(lambda: (answer.text(), answer.take("h"), answer.text())):
            if code not in (OK, TOPIC_ALREADY_EXISTS):
                raise RuntimeError(f"topic {name} could not be made: error {code} {message or ''}")

    def delete_topics(self, names, timeout_ms=60000):
        self.ask(DELETE_TOPICS, 1, struct.pack(">i", len(names)) + b"".join(map(_text, names))
                 + struct.pack(">i", timeout_ms))

    def has_leader(self, topic):
        """Whether the topic's first partition has a leader; a topic that is missing is made by the asking."""
        answer = self.ask(METADATA, 4, struct.pack(">i", 1) + _text(topic) + b"\1")
        answer.take("i")
        answer.array(lambda: (answer.take("i"), answer.text(), answer.take("i"), answer.text()))
        answer.text()
        answer.take("i")

        def partition():
            code, _, leader = answer.take("hii")
            answer.array(lambda: answer.take("i"))
            answer.array(lambda: answer.take("i"))
            return code == OK and leader >= 0

        topics = answer.array(
            lambda: (answer.take("h"), answer.text(), answer.take("b"), answer.array(partition)))
        return any(code == OK and partitions and partitions[0] for code, _, _, partitions in topics)

    def brokers(self):
        """How many brokers this one knows to be alive."""
        answer = self.ask(METADATA, 1, struct.pack(">i", 0))
        return len(answer.array(lambda: (answer.take("i"), answer.text(), answer.take("i"), answer.text())))

    def partitions(self, topic):
        """(leader, in-sync replicas) of each partition, by its number; {} while the topic is not there."""
        answer = self.ask(METADATA, 1, struct.pack(">i", 1) + _text(topic))
        answer.array(lambda: (answer.take("i"), answer.text(), answer.take("i"), answer.text()))
        answer.take("i")
        found = {}

        def partition():
            _, number, leader = answer.take("hii")
            answer.array(lambda: answer.take("i"))
            found[number] = leader, answer.array(lambda: answer.take("i"))

        answer.array(lambda: (answer.take("h"), answer.text(), answer.take("b"), answer.array(partition)))
        return found

    def produce_to(self, topic, partitions, timeout_ms=30000):
        """One record to each of these partitions, acknowledged by all in sync; those that took it."""
        batch = one_record_batch(b"here", 0)
        answer = self.ask(
            PRODUCE, 3,
            struct.pack(">hhii", -1, -1, timeout_ms, 1) + _text(topic) + struct.pack(">i", len(partitions))
            + b"".join(struct.pack(">ii", partition, len(batch)) + batch for partition in partitions))
        taken = set()

        def partition():
            number, code = answer.take("ihqq")[:2]
            if code == OK:
                taken.add(number)

        answer.array(lambda: (answer.text(), answer.array(partition)))
        return taken

    def produce(self, topic, batch, acks=-1, timeout_ms=30000):
        """Sends one batch to partition 0 and returns the error code of its acknowledgement."""
        answer = self.ask(
            PRODUCE, 3,
            struct.pack(">hhii", -1, acks, timeout_ms, 1) + _text(topic)
            + struct.pack(">iii", 1, 0, len(batch)) + batch)
        codes = []

        def partition():
            codes.append(answer.take("ihqq")[1])

        answer.array(lambda: (answer.text(), answer.array(partition)))
        return codes[0]
