"""What the Python members of consumer groups share.

A member reads its options as JSON from standard input, then reads its topic until SIGTERM. It prints "r partition
offset" for each record that it has processed, and only then commits.
"""
import json
import signal
import sys


def options():
    return json.load(sys.stdin)


class Stop:
    """True once the member was asked to leave."""

    def __init__(self):
        self._is_asked = False
        signal.signal(signal.SIGTERM, self._ask)

    def _ask(self, *_):
        self._is_asked = True

    def __bool__(self):
        return self._is_asked


def processed(pairs):
    sys.stdout.write("".join(f"r {partition} {offset}\n" for partition, offset in pairs))
    sys.stdout.flush()
