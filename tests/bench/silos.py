"""Three brokers that are silos of Orleans over a PostgreSQL of their own, beside the same as servers."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import wire
from broker import free_port
from cluster import BROKERS, PATIENCE_S, ClusterMeasures, OwnCluster

# Orleans' own, by their order; they are no part of its packages or of this repository.
SCRIPTS = ("Shared/PostgreSQL-Main.sql", "Orleans.Clustering.AdoNet/PostgreSQL-Clustering.sql",
           "Orleans.Clustering.AdoNet/Migrations/PostgreSQL-Clustering-3.7.0.sql",
           "Orleans.Persistence.AdoNet/PostgreSQL-Persistence.sql")


def programs():
    """Where the newest PostgreSQL of this machine is; None: there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def missing(scripts):
    """What this machine lacks for silos, in one line; None: nothing."""
    if programs() is None:
        return "there is no PostgreSQL; install it: apt-get install postgresql"
    if not scripts:
        return "name the folder of Orleans' SQL scripts (src/AdoNet in its sources): ORLEANS_SQL=..."
    absent = [name for name in SCRIPTS if not (Path(scripts) / name).is_file()]
    return f"{scripts} lacks {absent[0]}" if absent else None


class Database:
    """A PostgreSQL of this script's own, with Orleans' tables; it refuses to be root's, so it is its own user's."""

    def __init__(self, scripts):
        self._folder = Path(tempfile.mkdtemp(prefix="actorbroker-postgres-"))
        self._port = free_port()
        if os.getuid() == 0:
            shutil.chown(self._folder, "postgres")
        self._run("initdb", "-D", self._folder / "data", "-A", "trust", "-U", "postgres", "--no-sync")
        self._run("pg_ctl", "-D", self._folder / "data", "-w", "-l", self._folder / "log", "-o",
                  f"-p {self._port} -k {self._folder} -c listen_addresses=127.0.0.1 -c max_connections=300", "start")
        for script in SCRIPTS:
            with open(Path(scripts) / script, "rb") as text:
                self._run("psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", self._port, "-U", "postgres",
                          stdin=text)

    @property
    def connection(self):
        return f"Host=127.0.0.1;Port={self._port};Username=postgres;Database=postgres"

    def stop(self):
        self._run("pg_ctl", "-D", self._folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program, *arguments, stdin=subprocess.DEVNULL):
        """Its output goes to a file, as the server that pg_ctl leaves behind would keep a pipe open."""
        command = [programs() / program, *arguments]
        if os.getuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        with tempfile.TemporaryFile() as said:
            done = subprocess.run([str(part) for part in command], stdin=stdin, stdout=said, stderr=said, cwd="/")
            if done.returncode != 0:
                said.seek(0)
                raise RuntimeError(f"{program} did not work: {said.read().decode(errors='replace')[-1000:]}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class OwnSilos(OwnCluster):
    """The silo three times over one database."""

    def __init__(self, command, folder, database):
        self._database = database
        self._silo_ports = {broker: (free_port(), free_port()) for broker in BROKERS}
        super().__init__(command, folder)

    def arguments(self, broker):
        host, port = self.addresses[broker]
        silo, gateway = self._silo_ports[broker]
        return [f"--Silo:BrokerId={broker}", "--Silo:Clustering=AdoNet", f"--Silo:ConnectionString={self._database}",
                f"--Silo:SiloPort={silo}", f"--Silo:GatewayPort={gateway}",
                f"--Broker:listeners=PLAINTEXT://{host}:{port}",
                f"--Broker:log.dirs={self.folder / f'data-{broker}'}", "--urls=http://127.0.0.1:0"]

    def hurt(self, broker, how):
        super().hurt(broker, how)
        if how == signal.SIGCONT:
            # Orleans ends a silo that finds itself dead to the others; what supervises it starts it again.
            self.processes[broker].wait(PATIENCE_S)
            self.start(broker)


class SiloMeasures:
    """What silos do as brokers, and what servers do in the same minutes."""

    def __init__(self, measures, tool_values):
        self._rows = ClusterMeasures(measures, tool_values)

    def beside(self, silos, servers, run):
        """One after the other, so that a share compares two figures of the same minutes."""
        values = {}
        for name, cluster in (("silos", silos), ("servers", servers)):
            topic = f"beside-{run}"
            values |= {f"{name}.{figure}": value for figure, value in self._rows.throughput(cluster, topic).items()}
            with wire.Connection(cluster.addresses[1]) as connection:
                connection.delete_topics([topic])
        return values | {
            "silos.produce_of_servers": values["silos.produce_mib_per_s"] / values["servers.produce_mib_per_s"]}

    def gaps(self, silos, run):
        return {name.replace("cluster.", "silos."): value for name, value in self._rows.gaps(silos, run).items()}

    def failover_of_many(self, silos):
        values = {}
        for name, how in (("kill", signal.SIGKILL), ("stop", signal.SIGSTOP)):
            found = self._rows.failover_of_many(silos, how)
            values |= {f"silos.many_{name}_s": found["cluster.many_failover_s"],
                       f"silos.many_{name}_led": found["cluster.many_led"]}
        return values
