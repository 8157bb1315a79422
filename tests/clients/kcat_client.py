"""kcat, driven through its command line. It creates topics by writing to them, and cannot set timestamps."""
import os
import subprocess
import tempfile

import door

TIMEOUT_S = 90


def kcat(request, *arguments, data=None):
    command = ["kcat", "-b", request["bootstrap"], "-X", "message.max.bytes=1000000", *arguments]
    done = subprocess.run(command, input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=TIMEOUT_S)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode())
    return done.stdout


def supports(_):
    return {"compressions": ["none", "gzip", "snappy", "lz4", "zstd"]}


def create(request):
    """Asking for a topic's metadata creates it where topics are created automatically."""
    kcat(request, "-L", "-t", request["topic"], "-X", "allow.auto.create.topics=true")
    return {}


def produce(request):
    """One run a record: each has headers of its own, and a value of its own from a file."""
    for record in request["records"]:
        key, value, headers, _ = door.given(record)
        arguments = ["-P", "-t", request["topic"], "-p", str(request["partition"]), "-z", request["compression"],
                     "-X", "acks=all", "-Z"]
        for name, data in headers:
            arguments += ["-H", name if data is None else name + "=" + data.decode()]
        if value is None:
            # Nothing behind the key delimiter: with -Z that is a null value.
            kcat(request, *arguments, "-K", ":", data=(key or b"") + b":\n")
            continue
        if key is not None:
            arguments += ["-k", key.decode()]
        with tempfile.NamedTemporaryFile(delete=False) as file:
            file.write(value)
        try:
            kcat(request, *arguments, file.name)
        finally:
            os.unlink(file.name)
    return {"offsets": []}


def read(request):
    """%K and %S are the lengths, -1 for null, so that any bytes may stand behind them."""
    output = kcat(
        request, "-C", "-q", "-e", "-t", request["topic"], "-p", str(request["partition"]),
        "-o", str(request["offset"]), "-X", "check.crcs=true", "-f", "%o %T %K %S %h\\n%k%s\\n")
    records = []
    at = 0
    while at < len(output):
        line_end = output.index(b"\n", at)
        offset, timestamp, key_length, value_length, *headers = output[at:line_end].decode().split(" ", 4)
        at = line_end + 1
        key, at = take(output, at, int(key_length))
        value, at = take(output, at, int(value_length))
        at += 1
        pairs = [pair.partition("=") for pair in headers[0].split(",")] if headers and headers[0] else []
        records.append(door.seen(
            int(offset), int(timestamp), key, value,
            [(name, None if data == "NULL" else data.encode()) for name, _, data in pairs]))
    return {"records": records}


def take(output, at, length):
    return (None, at) if length < 0 else (output[at:at + length], at + length)


def seek(request):
    output = kcat(
        request, "-C", "-q", "-e", "-c", "1", "-t", request["topic"], "-p", str(request["partition"]),
        "-o", "s@" + str(request["timestamp"]), "-f", "%o")
    return {"offset": int(output) if output else -1}


door.run({"supports": supports, "create": create, "produce": produce, "read": read, "seek": seek})
