"""A member of a group by kcat, which takes this process over, so that signals reach it.

It commits nothing: kcat counts a record as read before it prints it, and drops it when it is told to stop in between.
"""
import os

import members

options = members.options()
settings = {
    "client.id": options["name"], "partition.assignment.strategy": options["assignor"],
    "session.timeout.ms": options["sessionMs"], "heartbeat.interval.ms": options["sessionMs"] // 6,
    "max.poll.interval.ms": options["rebalanceMs"], "auto.offset.reset": "earliest",
    "enable.auto.offset.store": "false"}
arguments = [argument for name, value in settings.items() for argument in ("-X", f"{name}={value}")]
os.execvp("kcat", [
    "kcat", "-b", options["bootstrap"], *arguments, "-q", "-u", "-f", "r %p %o\\n", "-G", options["group"],
    options["topic"]])
