"""What the Python clients share that ride through the fail-over of brokers.

One process produces numbers from 0 on and reads them in a group of its own. It prints "a number" when a number is
acknowledged, "r number" when it has processed one, and "e text" for each error that reaches the application. On SIGTERM
it produces no more, waits for what is on its way, and ends once it has read all that was acknowledged.
"""
import json
import signal
import sys
import threading
import time

PAUSE_S = 0.002
PATIENCE_S = 60


class Ride:
    """Both halves run until they are told to stop; what either throws is an error that the application sees."""

    def __init__(self):
        self.options = json.load(sys.stdin)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._acknowledged = set()
        self._read = set()
        self._is_sent = threading.Event()
        self._has_failed = False
        signal.signal(signal.SIGTERM, lambda *_: self._stop.set())

    def acknowledged(self, number):
        with self._lock:
            self._acknowledged.add(number)
            self._say(f"a {number}")

    def processed(self, numbers):
        with self._lock:
            for number in numbers:
                self._read.add(number)
                self._say(f"r {number}")

    def failed(self, what):
        with self._lock:
            self._has_failed = True
            self._say("e " + str(what).replace("\n", " "))

    def is_read(self):
        """True once there will be no more to read."""
        with self._lock:
            return self._has_failed or self._is_sent.is_set() and self._acknowledged <= self._read

    def run(self, send, flush, consume):
        consumer = threading.Thread(target=self._guard, args=(consume,), daemon=True)
        consumer.start()
        self._guard(lambda: self._send(send, flush))
        self._is_sent.set()
        consumer.join(PATIENCE_S)
        if consumer.is_alive():
            self.failed("not all that was acknowledged was read in time")
        sys.stdout.flush()
        sys.exit(1 if self._has_failed else 0)

    def _send(self, send, flush):
        number = 0
        while not self._stop.is_set() and not self._has_failed:
            send(number)
            number += 1
            time.sleep(PAUSE_S)
        flush()

    def _guard(self, work):
        try:
            work()
        except Exception as error:  # Whatever it is: the application sees it.
            self.failed(repr(error))

    @staticmethod
    def _say(line):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
