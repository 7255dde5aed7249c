# SPDX-License-Identifier: Apache-2.0
"""A second server with other settings, on the database and keys of an
installation: cheap to start, and free to be flooded or starved."""
from browser import send_raw
from installation import Installation, free_port


class AnotherServer(Installation):
    """`lines` are settings of [server]; plain=True is without TLS, as behind
    a proxy whose port is then `public_port`; `under` is a command that starts
    it."""

    def __init__(self, place, plain=False, public_port=None, under=(),
                 **lines):
        # Not that of the base: nothing is made, all is shared.
        # pylint: disable=super-init-not-called
        self.folder = place.folder
        self.prefix = [*place.prefix, *under]
        self.clock = place.clock
        self.server = None
        self.log_mark = 0
        self.variables = {}
        self.plain = plain
        self.port = free_port()
        self.status_port = free_port()
        self.origin = f"{'http' if plain else 'https'}://localhost:" \
                      f"{public_port or self.port}"
        self.url = f"{self.origin}/cas"
        self.config = place.folder / f"server-{self.port}.ini"
        self.log_file = place.folder / f"server-{self.port}.log"
        self._configure(place, {"connections_per_address": 2000, "gates": 1,
                                **lines})

    def _configure(self, place, lines):
        lines = {**lines, "url": self.url,
                 "listen": f"127.0.0.1:{self.port}",
                 "status_listen": f"127.0.0.1:{self.status_port}"}
        if self.plain:
            lines.update(tls_certificate="", tls_key="")
        head, _, rest = place.config.read_text().partition("[database]")
        kept = [line for line in head.splitlines()
                if line.split(" =")[0] not in lines]
        kept += [f"{name} = {value}" for name, value in lines.items()]
        self.config.write_text("\n".join(kept) + "\n[database]" + rest)
        self.config.chmod(0o644)

    def environment(self):
        return {**super().environment(), **self.variables}

    def send(self, data, tls=None, **more):
        """See send_raw(); as the server speaks unless told otherwise."""
        tls = not self.plain if tls is None else tls
        return send_raw(self, data, tls, **more)

    def end(self):
        """Stops it; what a tester should hear of."""
        code = self.stop() if self.server is not None else 0
        log = self.log()
        bad = [line for line in log.splitlines()
               if "Sanitizer" in line or "runtime error:" in line]
        if code != 0 or bad:
            return f"exit code {code}\n" + "\n".join(bad) + log[-4000:]
        return ""
