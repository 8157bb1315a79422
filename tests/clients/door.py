"""The way in for the Python clients: steps as JSON on standard input, an answer to each as JSON on standard output.

A record is {"key", "value", "headers", "timestamp"}, its bytes in base64 or null. Values are read back as length and
SHA-256, so that large ones stay cheap. A run that takes longer than DEADLINE_S is ended by the system.
"""
import base64
import hashlib
import json
import signal
import sys

DEADLINE_S = 100


def to_bytes(text):
    return None if text is None else base64.b64decode(text)


def to_text(data):
    return None if data is None else base64.b64encode(data).decode()


def given(record):
    """A record of the request: key, value, headers, timestamp."""
    headers = [(name, to_bytes(value)) for name, value in record["headers"]]
    return to_bytes(record["key"]), to_bytes(record["value"]), headers, record["timestamp"]


def seen(offset, timestamp, key, value, headers):
    """A record that was read, as the answer tells it."""
    return {
        "offset": offset,
        "timestamp": timestamp,
        "key": to_text(key),
        "value": None if value is None else {"length": len(value), "sha256": hashlib.sha256(value).hexdigest()},
        "headers": [[name, to_text(data)] for name, data in headers],
    }


def run(actions):
    signal.alarm(DEADLINE_S)
    request = json.load(sys.stdin)
    steps = [{**step, "bootstrap": request["bootstrap"]} for step in request["steps"]]
    json.dump([actions[step["action"]](step) for step in steps], sys.stdout)
    sys.stdout.flush()
