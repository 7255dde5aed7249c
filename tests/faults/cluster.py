# SPDX-License-Identifier: Apache-2.0
"""A standby beside the database of an installation, and what befalls the two:
the primary dies with its disk, the standby is promoted, the old one returns.

The first primary is the cluster that the installation has made. Both listen on
sockets in the installation's folder; promoted and rejoined, they change places
in `primary` and `standby`.
"""
import os
import pathlib
import signal
import subprocess
import time

from installation import alive, wait_until

NAME = "standby"  # as a primary knows the other one
PROMOTED_WITHIN = 60  # seconds

ACCESS = "local replication postgres peer map=portillon\n"
SETTINGS = "\nunix_socket_directories = '{folder}/socket'\n" \
    "primary_conninfo = 'host={primary}/socket user=postgres " \
    "application_name={name}'\n"


def binaries():
    found = subprocess.run(["pg_config", "--bindir"], text=True, check=True,
                           capture_output=True)
    return found.stdout.strip()


class Cluster:
    """Primary and standby of one installation."""

    def __init__(self, place):
        self.place = place
        self.homes = (place.folder / "database", place.folder / "database2")
        self.primary, self.standby = self.homes
        self.programs = binaries()

    # Making it

    def make(self, synchronous):
        """Copies the primary; settings and tests know both hosts from now on.
        A server that runs already has to be started anew."""
        with open(self.primary / "data/pg_hba.conf", "a",
                  encoding="utf-8") as access:
            access.write(ACCESS)
        self._on(self.primary, "select pg_reload_conf()")
        self._copy_to_standby()
        one = f"host={self.primary}/socket"
        both = f"{one},{self.standby}/socket"
        file = self.place.config
        file.write_text(file.read_text().replace(one + " ", both + " "))
        self.place.database_host = both.removeprefix("host=")
        self.be_synchronous(synchronous)

    def _copy_to_standby(self):
        data = self.standby / "data"
        run = self.place.run
        run(["mkdir", "-p", self.standby / "socket"])
        run([f"{self.programs}/pg_basebackup", "--pgdata", data, "--host",
             self.primary / "socket", "--username", "postgres",
             "--checkpoint", "fast", "--wal-method", "stream"])
        with open(data / "postgresql.auto.conf", "a",  # wins over the rest
                  encoding="utf-8") as settings:
            settings.write(SETTINGS.format(
                folder=self.standby, primary=self.primary, name=NAME))
        run(["touch", data / "standby.signal"])
        self._database("start", self.standby)

    def be_synchronous(self, synchronous):
        """Whether a commit waits for the standby. The standby's own settings
        know of none: promoted, it waits for nobody."""
        self._on(self.primary, "alter system set synchronous_standby_names = "
                 f"'{NAME if synchronous else ''}'")
        self._on(self.primary, "select pg_reload_conf()")
        state = "sync" if synchronous else "async"
        wait_until(f"the standby follows, {state}", lambda: self._on(
            self.primary, "select 1 from pg_stat_replication "
            f"where state = 'streaming' and sync_state = '{state}'"))

    def _database(self, command, home):
        self.place.run([self.place.folder / "program/database", command, home])

    def _on(self, home, query):
        """What the superuser gets to see there, as text."""
        return self.place.run([
            "psql", "-X", "-q", "-A", "-t", "-c", query,
            f"host={home}/socket dbname=postgres user=postgres"]).stdout

    # What befalls them

    def fall_behind(self):
        """The standby gets nothing any more."""
        self._on(self.standby, "alter system set primary_conninfo = ''")
        self._on(self.standby, "select pg_reload_conf()")
        wait_until("the standby has let go", lambda: not self._on(
            self.primary, "select 1 from pg_stat_replication"))

    def stop_standby(self):
        self._database("stop", self.standby)

    def start_standby(self):
        self._database("start", self.standby)

    def kill_primary(self):
        """The machine is gone: kill -9 of all, and nobody finds the disk."""
        family = processes(self.primary)
        for pid in family:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        wait_until("the primary is dead",
                   lambda: not any(alive(pid) for pid in family))
        # Dead children that nobody fetches would pass for a running server.
        for name in ("data/postmaster.pid", "socket/.s.PGSQL.5432.lock"):
            (self.primary / name).unlink(missing_ok=True)
        (self.primary / "data").rename(self.primary / "data-away")

    def promote(self):
        """Returns the moment from which the standby takes writes."""
        self.place.run([f"{self.programs}/pg_ctl", "promote", "-w", "-t",
                        PROMOTED_WITHIN, "-s", "-D", self.standby / "data"])
        moment = time.monotonic()
        self.primary, self.standby = self.standby, self.primary
        return moment

    def return_fenced(self):
        """The old primary comes back, as those who operate databases bring it
        back: it reads and takes no writes."""
        (self.standby / "data-away").rename(self.standby / "data")
        self.place.run(["touch", self.standby / "data/standby.signal"])
        self._database("start", self.standby)

    def rejoin(self, synchronous):
        """The old primary becomes the standby of the new one."""
        if (self.standby / "data").exists():
            self._database("stop", self.standby)
        self.place.run(["rm", "-rf", self.standby / "data-away",
                        self.standby / "data"])
        self._copy_to_standby()
        self.be_synchronous(synchronous)

    def remove(self):
        """Stops both; the folders go with the installation."""
        for home in self.homes:
            if (home / "data").exists():
                self._database("stop", home)


def processes(home):
    """The postmaster and what it started; none if it does not run."""
    file = pathlib.Path(home) / "data/postmaster.pid"
    pid = int(file.read_text().split()[0])
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [pid, *map(int, children.split())]
