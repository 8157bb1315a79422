#!/usr/bin/env python3
"""Measures a broker beside the limits of the machine it runs on, and prints the table of docs/performance.md.

    tests/bench/run.py                              our server and a cluster of it, five runs: about 20 minutes
    tests/bench/run.py --one-file                   the published single file's start beside the normal one
    tests/bench/run.py --quick                      does everything once, small: whether it works, not how fast
    tests/bench/run.py --broker HOST:PORT [--pid N] any broker that speaks Kafka's protocol and runs already
    tests/bench/run.py --stages silos --runs 3      three silos of Orleans beside three servers; needs
                                                    Orleans' packages, PostgreSQL, ORLEANS_SQL=its SQL scripts

In each run the machine's limits (limits.c) are measured first and the broker's figures after them, so that a figure is
read as a share of what the same machine could do in the same minute. Needs Linux, Python 3.9, gcc, librdkafka's
headers and, for our server, the .NET SDK. Everything is built and stored in a temporary folder that is removed.
"""

import argparse
import contextlib
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from broker import OwnBroker, RunningBroker
from cluster import ClusterMeasures, OwnCluster
from silos import Database, OwnSilos, SiloMeasures, missing
from measures import Measures, Sizes, tool_values
from rows import ROWS, beside, markdown

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
BEGIN_MARK, END_MARK = "<!-- figures: tests/bench/run.py --document -->", "<!-- end of figures -->"
STAGES = ("load", "latency", "start", "idle", "groups", "storage", "own", "reach", "cluster")
SILO_STAGE = "silos"  # not among those that are done when nothing is said


def refuse(message):
    sys.exit(f"bench: {message}")


def run_quietly(command, what, **more):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, **more)
    if done.returncode != 0:
        refuse(f"{what} did not work: {' '.join(map(str, command))}\n{done.stdout[-3000:]}")


def check_machine(options, folder):
    if platform.system() != "Linux":
        refuse("it reads /proc and uses sendfile: run it on Linux")
    if shutil.which("gcc") is None:
        refuse("there is no C compiler; install it: apt-get install gcc libc6-dev")
    probe = subprocess.run(["gcc", "-E", "-include", "librdkafka/rdkafka.h", "-x", "c", "/dev/null"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if probe.returncode != 0:
        refuse("librdkafka's headers are missing; install them: apt-get install librdkafka-dev")
    if options.broker is None and shutil.which("dotnet") is None:
        refuse("there is no dotnet; install the .NET 10 SDK, or name a running broker: --broker HOST:PORT")
    if options.document and not all(mark in Path(options.document).read_text() for mark in (BEGIN_MARK, END_MARK)):
        refuse(f"{options.document} lacks the lines {BEGIN_MARK} and {END_MARK}")
    if SILO_STAGE in options.stages.split(",") and (what := missing(os.environ.get("ORLEANS_SQL"))):
        refuse(what)
    needed, free = (1 if options.quick else 8) << 30, shutil.disk_usage(folder).free
    if free < needed:
        refuse(f"{folder} has {free >> 30} GiB free and {needed >> 30} GiB are needed: name another with --folder")


def build_tools(folder):
    for tool, libraries in (("limits", []), ("load", ["-lrdkafka"]), ("sink", [])):
        run_quietly(["gcc", "-O2", "-march=native", "-pthread", "-o", folder / tool, HERE / f"{tool}.c", *libraries],
                    f"building {tool}.c")


def publish(folder, project, *more):
    """Publishes a project of ours and returns the folder it is in."""
    run_quietly(["dotnet", "publish", REPOSITORY / project, "-c", "Release", "-o", folder, "-v", "quiet", "--nologo",
                 *more], f"publishing {project}", env={**os.environ, "DOTNET_CLI_TELEMETRY_OPTOUT": "1"})
    return folder


def one_file(folder):
    """The command that runs the server published as one file."""
    publish(folder, "src/ActorBroker.Server", "-r", f"linux-{'arm64' if platform.machine() == 'aarch64' else 'x64'}",
            "-p:PublishProfile=standalone")
    programs = [path for path in folder.iterdir() if path.is_file() and os.access(path, os.X_OK)
                and path.suffix not in (".so", ".dll", ".pdb", ".xml")]
    if len(programs) != 1:
        refuse(f"the standalone profile should give one program, and gave {[path.name for path in programs]}")
    return [str(programs[0])]


def server_command(options, folder):
    if options.server:
        path = Path(options.server).resolve()
        return ["dotnet", str(path)] if path.suffix == ".dll" else [str(path)]
    return ["dotnet", str(publish(folder / "server", "src/ActorBroker.Server") / "ActorBroker.Server.dll")]


class Progress:
    """What was measured so far: every figure's values in the order of the runs, each told as it comes."""

    def __init__(self):
        self.samples = defaultdict(list)

    def add(self, values):
        for name, value in values.items():
            if value is not None:
                self.samples[name].append(value)
                print(f"  {name:<32} {value:,.3f}".rstrip("0").rstrip("."), file=sys.stderr, flush=True)

    def step(self, text):
        print(f"bench: {text}", file=sys.stderr, flush=True)


def measure_runs(options, stages, measures, commands, progress):
    """The rows that a running broker gives, and the machine's limits, in one round after another."""
    with contextlib.ExitStack() as stack:
        if options.broker:
            broker = RunningBroker(options.broker, options.pid)
        else:
            broker = stack.enter_context(OwnBroker(commands["jit"], measures.folder))
        for run in range(1, options.runs + 1):
            os.sync()  # no run pays for what the one before it left to write
            progress.step(f"run {run} of {options.runs}: limits")
            progress.add(measures.limits())
            if "load" in stages:
                progress.step(f"run {run} of {options.runs}: load")
                progress.add(measures.load(broker, run))
            if "latency" in stages:
                progress.step(f"run {run} of {options.runs}: latency")
                progress.add(measures.latency(broker, run))
            if "load" in stages:
                progress.add({"memory.after_mib": broker.rss_mib()})
            if "own" in stages and "tool" in commands:
                progress.step(f"run {run} of {options.runs}: our own client")
                progress.add(measures.own_client(broker, run, commands["tool"], progress.samples))
            if "reach" in stages:
                progress.step(f"run {run} of {options.runs}: what the client reaches without a broker")
                progress.add(measures.reach(run))
            if "storage" in stages and "benchmarks" in commands:
                progress.step(f"run {run} of {options.runs}: storage and embedding")
                progress.add(measures.storage(commands["benchmarks"]))


def measure_starts(options, stages, measures, commands, progress):
    """The rows for which a broker is started anew."""
    if options.broker:
        return
    if "start" in stages:
        for run in range(1, options.runs + 1):
            progress.step(f"start {run} of {options.runs}")
            progress.add(measures.start(commands["jit"], "jit"))
            if "one_file" in commands:
                progress.add(measures.start(commands["one_file"], "one_file"))
    if "idle" in stages:
        progress.step(f"{measures.sizes.partitions} idle partitions")
        for values in measures.idle_partitions(commands["jit"], options.runs):
            progress.add(values)
    if "groups" in stages:
        for run in range(1, options.runs + 1):
            progress.step(f"groups {run} of {options.runs}")
            progress.add(measures.groups(commands["jit"], commands["benchmarks"]))
            progress.add(measures.idle_groups(commands["jit"], commands["benchmarks"]))


def measure_cluster(options, measures, commands, progress):
    """The rows of three brokers as three processes."""
    rows = ClusterMeasures(measures, tool_values)
    with OwnCluster(commands["jit"], measures.folder) as cluster:
        for run in range(1, options.runs + 1):
            os.sync()
            progress.step(f"cluster, run {run} of {options.runs}")
            limit = measures.limits()["limit.produce_mib_per_s"]
            progress.add({"limit.cluster_produce_mib_per_s": limit})
            progress.add(rows.run(cluster, run))
    with OwnCluster(commands["jit"], measures.folder) as cluster:
        progress.step(f"cluster of {measures.sizes.cluster_partitions} partitions")
        progress.add(rows.failover_of_many(cluster))
        for run in range(1, options.runs + 1):
            progress.add(rows.idle(cluster))


def measure_silos(options, measures, commands, progress):
    """The rows of three brokers as three silos, and of three servers beside them."""
    rows = SiloMeasures(measures, tool_values)
    with Database(os.environ["ORLEANS_SQL"]) as database, \
            OwnSilos(commands["silo"], measures.folder, database.connection) as silos:
        with OwnCluster(commands["jit"], measures.folder) as servers:
            for run in range(1, options.runs + 1):
                os.sync()
                progress.step(f"silos, run {run} of {options.runs}; load {os.getloadavg()[0]:.1f}")
                progress.add(rows.beside(silos, servers, run))
        for run in range(1, options.runs + 1):
            progress.step(f"silos that are hurt, run {run} of {options.runs}; load {os.getloadavg()[0]:.1f}")
            progress.add(rows.gaps(silos, run))
            progress.add(rows.failover_of_many(silos))


def build_commands(options, stages, folder, progress):
    commands = {}
    if options.broker is None:
        progress.step("building our server")
        commands["jit"] = server_command(options, folder)
        if options.one_file:
            progress.step("publishing it as one file")
            commands["one_file"] = one_file(folder / "standalone")
    if SILO_STAGE in stages:
        progress.step("building the silo")
        commands["silo"] = ["dotnet", str(publish(folder / "silo", "src/ActorBroker.Silo") / "ActorBroker.Silo.dll")]
    if "own" in stages:
        progress.step("building our own client")
        commands["tool"] = ["dotnet", str(publish(folder / "tool", "src/ActorBroker.Cli") / "actorbroker.dll")]
    if "storage" in stages or "groups" in stages:
        progress.step("building the measurements within .NET")
        program = publish(folder / "benchmarks", "tests/ActorBroker.Benchmarks") / "ActorBroker.Benchmarks.dll"
        commands["benchmarks"] = ["dotnet", str(program)]
    return commands


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, help="how often each figure is taken (default 5; --quick: 1)")
    parser.add_argument("--quick", action="store_true", help="small and once; floors are not judged")
    parser.add_argument("--stages", default=",".join(STAGES), help=f"which to do, of {','.join(STAGES)}; {SILO_STAGE}")
    parser.add_argument("--broker", metavar="HOST:PORT", help="a running broker instead of our own")
    parser.add_argument("--pid", type=int, help="its process, for CPU and memory figures")
    parser.add_argument("--server", metavar="PATH", help="our server as built already: a .dll or the one file")
    parser.add_argument("--one-file", action="store_true", help="publish the single file too and measure its start")
    parser.add_argument("--folder", default=tempfile.gettempdir(), help="where data goes; on the disk to measure")
    parser.add_argument("--json", metavar="FILE", help="write every value of every run there")
    parser.add_argument("--document", metavar="FILE",
                        help="put the tables between the marks in that file, as docs/performance.md has them")
    parser.add_argument("--check", action="store_true", help="end with 1 where a floor does not hold")
    options = parser.parse_args()
    options.runs = options.runs or (1 if options.quick else 5)
    unknown = set(options.stages.split(",")) - set(STAGES) - {SILO_STAGE}
    if unknown:
        parser.error(f"--stages has {', '.join(sorted(unknown))}; allowed are {', '.join(STAGES)}, {SILO_STAGE}")
    return options


def machine():
    """The machine in one line, without its name."""
    models = [line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
              if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    model = models[0] if models else platform.machine()
    return f"{len(os.sched_getaffinity(0))} cores ({model}), {memory:.0f} GiB, Linux {platform.release().split('-')[0]}"


def put_between_marks(document, tables):
    text = document.read_text()
    before, _, rest = text.partition(BEGIN_MARK)
    after = rest.partition(END_MARK)[2]
    document.write_text(f"{before}{BEGIN_MARK}\n\n{tables}\n\n{END_MARK}{after}")


def main():
    options = arguments()
    stages = options.stages.split(",")
    # A termination unwinds like Ctrl+C, so that what was started is stopped and what was written is removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    progress = Progress()
    with tempfile.TemporaryDirectory(prefix="actorbroker-bench-", dir=options.folder) as name:
        folder = Path(name)
        check_machine(options, folder)
        progress.step("building the tools")
        build_tools(folder)
        commands = build_commands(options, stages, folder, progress)
        measures = Measures(folder, Sizes.quick() if options.quick else Sizes())
        fault = None
        try:
            if options.broker or set(stages) & {"load", "latency", "storage", "own", "reach"}:
                measure_runs(options, stages, measures, commands, progress)
            measure_starts(options, stages, measures, commands, progress)
            if "cluster" in stages and not options.broker:
                measure_cluster(options, measures, commands, progress)
            if SILO_STAGE in stages and not options.broker:
                measure_silos(options, measures, commands, progress)
        except (OSError, RuntimeError, KeyboardInterrupt) as error:
            fault = str(error) or "interrupted"  # what was measured until then is worth its print

    tables = "\n\n".join([
        f"Measured on {machine()}; runs: {options.runs}.", markdown(progress.samples, judged=not options.quick),
        "Beside it:", beside(progress.samples)])
    print(tables)
    if options.json:
        Path(options.json).write_text(json.dumps(progress.samples, indent=1) + "\n")
    if options.document and not fault:
        put_between_marks(Path(options.document), tables)
    if fault:
        refuse(fault)
    measured = [row for row in ROWS if progress.samples.get(row.figure)]
    if options.check and not options.quick and not all(row.holds(progress.samples) for row in measured):
        sys.exit(1)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
