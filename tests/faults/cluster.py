# SPDX-License-Identifier: Apache-2.0
"""A standby beside the database of an installation, and what befalls the two:
the primary dies with its disk, the standby is promoted, the old one returns.

The primary is the cluster that the installation has made; both listen on
sockets in the installation's folder. Made before the server starts.
"""
import shutil
import subprocess
import time

from installation import alive, wait_until

NAME = "standby"  # as the primary knows it
PROMOTED_WITHIN = 60  # seconds

PRIMARY_ACCESS = "local replication postgres peer map=portillon\n"
STANDBY_SETTINGS = """
unix_socket_directories = '{folder}/socket'
primary_conninfo = 'host={primary}/socket user=postgres application_name={name}'
"""


def binaries():
    found = subprocess.run(["pg_config", "--bindir"], text=True, check=True,
                           capture_output=True)
    return found.stdout.strip()


class Cluster:
    """Primary and standby of one installation."""

    def __init__(self, place):
        self.place = place
        self.primary = place.folder / "database"
        self.standby = place.folder / NAME
        self.away = place.folder / "data-of-the-dead"
        self.programs = binaries()
        self.promoted = False

    # Making it

    def make(self, synchronous):
        """Copies the primary, and has settings and tests know both hosts."""
        with open(self.primary / "data/pg_hba.conf", "a",
                  encoding="utf-8") as access:
            access.write(PRIMARY_ACCESS)
        self._super("select pg_reload_conf()")
        data = self.standby / "data"
        self.place.run(["mkdir", "-p", self.standby / "socket"])
        self.place.run([f"{self.programs}/pg_basebackup", "--pgdata", data,
                        "--host", self.primary / "socket",
                        "--username", "postgres", "--checkpoint", "fast",
                        "--wal-method", "stream"])
        with open(data / "postgresql.conf", "a", encoding="utf-8") as settings:
            settings.write(STANDBY_SETTINGS.format(
                folder=self.standby, primary=self.primary, name=NAME))
        self.place.run(["touch", data / "standby.signal"])
        self.place.run([self.place.folder / "program/database", "start",
                        self.standby])
        self._know_both_hosts()
        self.be_synchronous(synchronous)

    def _know_both_hosts(self):
        one = f"host={self.primary}/socket"
        both = f"{one},{self.standby}/socket target_session_attrs=read-write"
        file = self.place.config
        file.write_text(file.read_text().replace(one + " ", both + " "))
        self.place.database_host = f"{self.primary}/socket," \
            f"{self.standby}/socket"

    def be_synchronous(self, synchronous):
        """Whether a commit waits for the standby. The standby's own settings
        know of none: promoted, it waits for nobody."""
        self._super("alter system set synchronous_standby_names = "
                    f"'{NAME if synchronous else ''}'")
        self._super("select pg_reload_conf()")
        state = "sync" if synchronous else "async"
        wait_until(f"the standby follows, {state}", lambda: self._super(
            "select 1 from pg_stat_replication where state = 'streaming' "
            f"and sync_state = '{state}'"))

    def _super(self, query):
        return self.place.sql(query, role="postgres")

    # What befalls them

    def fall_behind(self):
        """The standby gets nothing any more."""
        self._on_standby("alter system set primary_conninfo = ''")
        self._on_standby("select pg_reload_conf()")
        wait_until("the standby has let go", lambda: not self._super(
            "select 1 from pg_stat_replication"))

    def stop_standby(self):
        self.place.run([self.place.folder / "program/database", "stop",
                        self.standby])

    def start_standby(self):
        self.place.run([self.place.folder / "program/database", "start",
                        self.standby])

    def _on_standby(self, query):
        self.place.run(["psql", "-X", "-q", "-c", query,
                        f"host={self.standby}/socket dbname=postgres "
                        "user=postgres"])

    def kill_primary(self):
        """The machine is gone: kill -9 of all, and nobody finds the disk."""
        self.place.kill_database()
        (self.primary / "data").rename(self.away)

    def promote(self):
        """Returns the moment from which the standby takes writes."""
        self.place.run([f"{self.programs}/pg_ctl", "promote", "-w", "-t",
                        PROMOTED_WITHIN, "-s", "-D", self.standby / "data"])
        self.promoted = True
        return time.monotonic()

    def return_fenced(self):
        """The old primary comes back, as those who operate databases bring it
        back: it reads and takes no writes."""
        self.away.rename(self.primary / "data")
        self.place.run(["touch", self.primary / "data/standby.signal"])
        self.place.run([self.place.folder / "program/database", "start",
                        self.primary])

    def remove(self):
        """Stops the standby; the folder goes with the installation."""
        self.stop_standby()
        if self.away.exists():
            shutil.rmtree(self.away)
        file = self.standby / "data/postmaster.pid"
        assert not file.exists() or not alive(int(
            file.read_text().split()[0]))
