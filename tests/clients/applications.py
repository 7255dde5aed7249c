# SPDX-License-Identifier: Apache-2.0
"""Small real applications, each behind a CAS client that people use.

Every one protects its page "/", which shows as JSON who came and with which
attributes.  The CAS server's certificate is of the test's own authority; all
clients are given that, and so all verify it."""
import os
import pathlib
import shutil
import socket
import subprocess

from installation import BUILD, DATABASE_USER, SLOWEST, free_port, wait_until
from npm import bring

HERE = pathlib.Path(__file__).resolve().parent
AUTHORITY = ("CAS_AUTHORITY", "NODE_EXTRA_CA_CERTS", "PERL_LWP_SSL_CA_FILE",
             "SSL_CERT_FILE")  # the last is Python's


class Application:
    """`folder` has its source; `protocol` is what its client is told to speak,
    if it can be told: 2.0, 3.0 or SAML."""

    folder = ""
    scheme = "http"

    def __init__(self, place, protocol):
        self.place = place
        self.protocol = protocol
        self.port = free_port()
        self.url = f"{self.scheme}://localhost:{self.port}"
        self.home = place.folder / f"{self.folder}-{self.port}"
        self.log_file = self.home / "log"
        self.process = None

    def command(self):
        raise NotImplementedError

    def environment(self):
        authority = str(self.place.folder / "tls/ca.crt")
        return {**os.environ, "HOME": str(self.home), "NO_PROXY": "localhost",
                "PORT": str(self.port), "APPLICATION_URL": self.url,
                "CAS_URL": self.place.url, "CAS_PROTOCOL": self.protocol,
                **dict.fromkeys(AUTHORITY, authority)}

    def prepare(self):
        shutil.copytree(HERE / self.folder, self.home)
        self.log_file.touch()

    def start(self):
        self.prepare()
        if os.getuid() == 0:
            for path in [self.home, *self.home.rglob("*")]:
                shutil.chown(path, DATABASE_USER, DATABASE_USER)
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                [*self.place.prefix, *map(str, self.command())],
                cwd=self.home, env=self.environment(), stdout=log, stderr=log,
                stdin=subprocess.DEVNULL)
        wait_until(f"{self.folder} listens", self.listens)

    def listens(self):
        assert self.process.poll() is None, self.log()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def log(self):
        return self.log_file.read_text(errors="replace")

    def end(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(SLOWEST)


class Apache(Application):
    """A CGI program over HTTPS, with what application.conf.in puts before
    it."""

    scheme = "https"

    def command(self):
        return ["/usr/sbin/apache2", "-f", self.home / "apache.conf",
                "-D", "FOREGROUND"]

    def words(self):
        return {"HOME": self.home, "PORT": self.port,
                "MODULES": "/usr/lib/apache2/modules",
                "TLS": self.place.folder / "tls", "CAS_URL": self.place.url}

    def prepare(self):
        super().prepare()
        for source in (HERE / "apache.conf.in",
                       self.home / "application.conf.in"):
            text = source.read_text()
            for word, value in self.words().items():
                text = text.replace(f"@{word}@", str(value))
            (self.home / source.stem).write_text(text)


class ModAuthCas(Apache):
    """Of version 3.0 it knows nothing, and is told the attributes by 2.0 as
    well."""

    folder = "mod_auth_cas"
    endpoints = {"2.0": "serviceValidate", "SAML": "samlValidate"}

    def words(self):
        return {**super().words(), "ENDPOINT": self.endpoints[self.protocol],
                "SAML": "On" if self.protocol == "SAML" else "Off"}

    def prepare(self):
        super().prepare()
        (self.home / "cookies").mkdir()


class PhpCas(Apache):
    """`target` is an application that it asks in the name of who came; through
    those whose address begins as `proxy` it may be asked so itself."""

    folder = "phpcas"
    target = proxy = ""

    def environment(self):
        return {**super().environment(), "PHPRC": str(self.home),
                "TARGET_URL": self.target, "PROXY_URL": self.proxy}


class PhpCasBehind(PhpCas):
    proxy = "https://localhost:"


class Perl(Application):
    folder = "perl"

    def command(self):
        return ["/usr/bin/plackup", "--server", "HTTP::Server::PSGI",
                "--env", "deployment", "--listen", f"127.0.0.1:{self.port}",
                "application.psgi"]


class Django(Application):
    folder = "django"

    def command(self):
        return ["/usr/bin/python3", "-B", "application.py"]


class Node(Application):
    """Its modules come from npm."""

    folder = "node"

    def command(self):
        # Before version 20, a name's first address was the only one tried.
        return ["node", "--dns-result-order=ipv4first", "application.js"]

    def prepare(self):
        super().prepare()
        shutil.copytree(bring(HERE, BUILD / "npm-clients"),
                        self.home / "node_modules", symlinks=True)
