# SPDX-License-Identifier: Apache-2.0
"""What runs out: descriptors, patience with slow clients, disk, memory."""
import os
import pathlib
import re
import resource
import selectors
import shutil
import socket
import subprocess
import time

from installation import wait_until
from log_lines import MOST_A_SECOND
from trial import Scenario, journal, microseconds, slack

MIB = 1024 * 1024
CGROUP = pathlib.Path("/sys/fs/cgroup/memory")


def only_root():
    return None if os.getuid() == 0 else "it needs root"


class Crowd:
    """Connections that nobody serves well: made at once, held, dropped.

    Each has one of 250 addresses, so that no cap of one address helps."""

    def __init__(self, port):
        self.port = port
        self.held = []
        self.refused = 0

    def add(self, count, first_bytes=b""):
        self._make_room(count)
        for number in range(count):
            one = socket.socket()
            one.settimeout(2)
            try:
                one.bind((f"127.2.0.{1 + number % 250}", 0))
                one.connect(("127.0.0.1", self.port))
                if first_bytes:
                    one.sendall(first_bytes)
                self.held.append(one)
            except OSError:
                self.refused += 1
                one.close()

    @staticmethod
    def _make_room(count):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        if most < 2 * count + 200:
            most = 2 * count + 200
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    def trickle(self, data):
        """A byte more on each."""
        for one in list(self.held):
            try:
                one.send(data)
            except OSError:
                self.held.remove(one)
                one.close()

    def ended(self):
        """How many the other side has ended."""
        poll = selectors.DefaultSelector()
        for one in self.held:
            one.setblocking(False)
            poll.register(one, selectors.EVENT_READ)
        count = 0
        for key, _ in poll.select(0):
            try:
                count += key.fileobj.recv(65536) == b""
            except BlockingIOError:
                pass
            except OSError:
                count += 1
        poll.close()
        return count

    def leave(self):
        for one in self.held:
            one.close()
        self.held = []


class OutOfDescriptors(Scenario):
    number = "F-16"
    title = "more idle clients than descriptors"
    short, long = 1, 5
    limit = 256
    clients = 2000

    def why_not(self):
        return only_root()

    def prepare(self, trial):
        node = trial.stage.nodes[0]
        node.stop()
        node.wrapper = ["prlimit", f"--nofile={self.limit}"]
        node.start()

    def disturb(self, trial):
        node = trial.stage.nodes[0]
        crowd = trial.notes["crowd"] = Crowd(node.port)
        trial.notes["released"] = []
        trial.notes["lines a second"] = []
        for _ in trial.times():
            mark = node.log_size()
            began = time.monotonic()
            crowd.add(self.clients if trial.long else 800)
            used = node.cpu_seconds()
            trial.pause(*((20, 40) if trial.long else (4, 5)))
            spent = time.monotonic() - began
            trial.notes["busy"] = (node.cpu_seconds() - used) / spent
            trial.notes["lines a second"].append(
                len(re.findall('event="(?:accept failed|connection refused)"',
                               node.log(mark))) / spent)
            crowd.leave()
            trial.notes["released"].append(microseconds())
            since = microseconds()
            wait_until("it serves again", lambda: journal.served(
                trial.load.operations(), since, microseconds(), node.number))

    def clean_up(self, trial):
        node = trial.stage.nodes[0]
        if "crowd" in trial.notes:
            trial.notes["crowd"].leave()
        node.wrapper = []
        node.changed(trial.stage)

    def judge(self, trial, operations):
        back = [journal.first_answer_ms(operations, moment,
                                        moment + 30_000_000, 0)
                for moment in trial.notes["released"]]
        trial.within("recovery ms", None if None in back else max(back), 2000)
        trial.below("busy %", trial.notes["busy"] * 100, 20)
        lines = max(trial.notes["lines a second"])
        trial.figure("lines a second", f"{lines:.1f}")
        # of both gates; none where idle ones make room for who comes
        trial.demand(lines <= 2 * MOST_A_SECOND,
                     f"{lines:.1f} log lines a second")
        broken = journal.broken_off(operations)
        trial.demand(not broken, f"{len(broken)} requests of people who were "
                     f"there before broke off: {broken[:3]}")


class SlowClients(Scenario):
    number = "F-20"
    title = "slow and hostile clients of each kind"
    short, long = 1, 5
    tls_hello = bytes.fromhex("16030100c8010000c40303") + bytes(20)
    kinds = (b"", tls_hello)  # silent; the start of a handshake

    def disturb(self, trial):
        node = trial.stage.nodes[0]
        count = 2000 if trial.long else 200
        crowds = trial.notes["crowds"] = []
        for _ in trial.times():
            for first_bytes in self.kinds:
                crowd = Crowd(node.port)
                crowd.add(count, first_bytes)
                crowds.append(crowd)
            self.trickle(trial, crowds[-1])
            trial.notes["ended"] = sum(crowd.ended() for crowd in crowds)
            trial.notes["made"] = sum(len(crowd.held) for crowd in crowds)
            for crowd in crowds:
                crowd.leave()

    @staticmethod
    def trickle(trial, crowd):
        """Byte by byte, beyond the deadline of a handshake (5 s)."""
        for _ in range(7):
            trial.pause(1, 1)
            crowd.trickle(b"\x00")

    def clean_up(self, trial):
        for crowd in trial.notes.get("crowds", []):
            crowd.leave()

    def judge(self, trial, operations):
        figures = trial.load.figures
        trial.demand(figures["failed"] == 0,
                     f"{figures['failed']} good requests failed: "
                     f"{journal.failures(operations)[:3]}")
        trial.within("p99 ms", figures["p99_us"] / 1000, 1000)
        made, ended = trial.notes["made"], trial.notes["ended"]
        trial.figure("ended by the deadline", f"{ended} of {made}")
        trial.demand(ended == made, f"only {ended} of {made} slow clients "
                     "were ended")


class SmallDisk:
    """A folder on a file system of its own, that can be filled."""

    def __init__(self, folder, size):
        self.folder = folder
        self.folder.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o",
                        f"size={size},mode=0777", "tmpfs", str(folder)],
                       check=True)

    def fill(self):
        """Not a byte is left."""
        with open(self.folder / "filler", "ab", buffering=0) as filler:
            for size in (MIB, 4096, 1):
                try:
                    while True:
                        filler.write(b"\0" * size)
                except OSError:
                    pass

    def empty(self):
        (self.folder / "filler").unlink(missing_ok=True)

    def remove(self):
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)


class FullLogDisk(Scenario):
    number = "F-13"
    title = "no room for logs"
    short, long = 1, 10

    def why_not(self):
        return only_root()

    def prepare(self, trial):
        node = trial.stage.nodes[0]
        node.stop()
        disk = trial.notes["disk"] = SmallDisk(
            trial.stage.folder / "small", "8m")
        trial.notes["log"] = node.log_file
        node.log_file = disk.folder / "node.log"
        node.start()

    def disturb(self, trial):
        node, disk = trial.stage.nodes[0], trial.notes["disk"]
        for _ in trial.times():
            trial.pause(0.5, 1)
            gates = node.gates()
            disk.fill()
            since = microseconds()
            trial.pause(*((60, 300) if trial.long else (3, 4)))
            trial.demand(node.gates() == gates, "a gate ended")
            trial.demand(journal.served(
                trial.load.operations(), since, microseconds(), 0),
                "it did not serve without a log")
            disk.empty()
            mark = node.log_size()
            wait_until("it logs again", lambda: node.log_size() > mark)
            trial.pause(0.2, 0.5)
            self.look_at_lines(trial, node)

    @staticmethod
    def look_at_lines(trial, node):
        """At most the line at which it became full may be half."""
        odd = [line for line in node.log().splitlines()
               if line and not line.startswith("time=")]
        trial.demand(not odd, f"partial lines in the log: {odd[:3]}")

    def clean_up(self, trial):
        node = trial.stage.nodes[0]
        if "disk" not in trial.notes:
            return
        if node.server is not None:
            node.stop()
        node.log_file = trial.notes["log"]
        trial.notes["disk"].remove()

    def judge(self, trial, operations):
        failed = trial.load.figures["failed"]
        trial.demand(failed == 0, f"{failed} requests failed: "
                     f"{journal.failures(operations)[:3]}")


class FullDatabaseDisk(Scenario):
    number = "F-14"
    title = "no room for PostgreSQL"
    short, long = 1, 5
    own_stage = True
    load = {"rate": 30}

    def why_not(self):
        return only_root()

    def prepare(self, trial):
        """The cluster moves to a disk with little room."""
        stage = trial.stage
        stage.database("stop")
        data = stage.folder / "database/data"
        aside = stage.folder / "database/aside"
        data.rename(aside)
        disk = trial.notes["disk"] = SmallDisk(data, "160m")
        subprocess.run(["cp", "-a", f"{aside}/.", str(data)], check=True)
        data.chmod(0o700)
        shutil.rmtree(aside)
        shutil.chown(data, "postgres", "postgres")
        trial.notes["free"] = shutil.disk_usage(disk.folder).free
        stage.database("start")

    def disturb(self, trial):
        stage, disk = trial.stage, trial.notes["disk"]
        trial.notes["back"] = []
        for _ in trial.times():
            trial.pause(0.5, 1)
            disk.fill()
            # WAL of a kind that soon asks for another segment
            wait_until("PostgreSQL complains", lambda: self.complains(stage))
            trial.pause(1, 2)
            disk.empty()
            if not stage.database_answers():
                stage.database("start")  # it has panicked, as it must
            wait_until("it serves", stage.database_answers)
            trial.notes["back"].append(microseconds())
            mark = trial.load.acknowledged()
            wait_until("work goes on",
                       lambda: trial.load.acknowledged() > mark + 20)

    @staticmethod
    def complains(stage):
        """Writes until there is no room, as the load alone would in time."""
        try:
            stage.sql("select pg_switch_wal(), pg_logical_emit_message("
                      "true, 'x', repeat('x', 4000000))", role="postgres")
        except Exception:
            pass
        return "No space left on device" in stage.database_log()

    def clean_up(self, trial):
        if "disk" not in trial.notes:
            return
        trial.notes["disk"].empty()

    def judge(self, trial, operations):
        back = trial.notes.get("back") or [0]
        times = [journal.first_answer_ms(operations, moment,
                                         moment + 30_000_000)
                 for moment in back]
        trial.within("recovery ms", None if None in times else max(times),
                     1000)

    def end(self, trial):
        """The stage is not needed any more."""
        trial.stage.database("stop")
        trial.notes["disk"].remove()


class LittleMemory(Scenario):
    number = "F-17"
    title = "a memory limit, and clients that make the server hold much"
    short, long = 1, 5

    def why_not(self):
        if not (CGROUP / "memory.limit_in_bytes").exists():
            return "it needs the memory controller of cgroup v1"
        return only_root()

    def prepare(self, trial):
        node = trial.stage.nodes[0]
        node.stop()
        group = trial.notes["group"] = CGROUP / trial.stage.folder.name
        group.mkdir()
        # ASan keeps what was freed for a while, and shadows the rest
        limit = 256 * MIB * (4 if slack() > 1 else 1)
        (group / "memory.limit_in_bytes").write_text(str(limit))
        node.wrapper = ["sh", "-c", f"echo $$ >{group}/cgroup.procs && "
                        'exec "$@"', "sh"]
        node.start()

    def disturb(self, trial):
        node = trial.stage.nodes[0]
        if trial.long:
            trial.pause(20, 25)  # until the load has all its connections
        trial.notes["before"] = node.memory_kib()
        crowd = trial.notes["crowd"] = TlsCrowd(node)
        for _ in trial.times():
            crowd.add(1500 if trial.long else 150)
            trial.pause(*((60, 120) if trial.long else (3, 4)))
            trial.notes["most"] = node.memory_kib()
            crowd.leave()
            trial.pause(1, 2)
        trial.pause(2, 3)  # a second after they left it is given back
        trial.notes["after"] = node.memory_kib()
        group = trial.notes["group"]
        trial.notes["oom"] = (group / "memory.oom_control").read_text()

    def clean_up(self, trial):
        node = trial.stage.nodes[0]
        if "crowd" in trial.notes:
            trial.notes["crowd"].leave()
        node.wrapper = []
        node.changed(trial.stage)
        if "group" in trial.notes:
            trial.notes["group"].rmdir()

    def judge(self, trial, operations):
        for name in ("before", "most", "after"):
            trial.figure(f"{name} MiB", trial.notes[name] // 1024)
        if slack() == 1:  # ASan keeps what was freed
            trial.demand(trial.notes["after"] <= 1.1 * trial.notes["before"],
                         "it does not give memory back")
        killed = trial.notes["oom"].split()[-1]
        trial.demand(killed == "0", f"{killed} processes were killed for "
                     "want of memory")
        broken = journal.broken_off(operations)
        trial.demand(not broken, f"{len(broken)} requests broke off: "
                     f"{broken[:3]}")


class TlsCrowd(Crowd):
    """Half a body of the largest size each, and nothing more."""

    def __init__(self, node):
        super().__init__(node.port)
        self.context = node.tls_context()
        host = node.origin.removeprefix("https://")
        self.request = (
            f"POST /cas/login HTTP/1.1\r\nHost: {host}\r\nContent-Type: "
            "application/x-www-form-urlencoded\r\nContent-Length: 65536\r\n"
            f"X-Filler: {'x' * 12000}\r\n\r\n").encode() + b"a" * 60000

    def add(self, count, first_bytes=b""):
        super().add(count)
        for place, one in enumerate(self.held):
            try:
                self.held[place] = self.context.wrap_socket(
                    one, server_hostname="localhost")
                self.held[place].sendall(self.request)
            except OSError:
                self.refused += 1
