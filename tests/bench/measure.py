# SPDX-License-Identifier: Apache-2.0
"""One measurement: load on one side, processor time and memory on the other."""
import json
import os
import pathlib
import subprocess

from stack import Failed, children_of

TICKS = os.sysconf("SC_CLK_TCK")
WARM_UP = 1  # seconds
PATIENCE = 60  # seconds more than it was to take


def processor_seconds(pid, with_dead_children=False):
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    fields = text.rpartition(")")[2].split()
    last = 15 if with_dead_children else 13
    return sum(int(field) for field in fields[11:last]) / TICKS


class Processors:
    """Processor seconds since it was made: of the programs under load (the
    gates, or a limit in their place), of courier and PostgreSQL."""

    def __init__(self, stack, programs):
        self.stack = stack
        self.programs = programs
        self.before = self.now()

    def now(self):
        stack = self.stack
        postmaster = stack.postmaster()
        return {
            "gate": sum(map(processor_seconds, self.programs)),
            "courier": processor_seconds(stack.courier()),
            "postgresql": processor_seconds(postmaster, True) +
            sum(map(processor_seconds, children_of(postmaster))),
        }

    def used(self):
        now = self.now()
        return {name: now[name] - self.before[name] for name in now}


def memory_forget_peak(pid):
    """So that the peak is that of the next measurement; root may."""
    try:
        pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")
    except OSError:
        pass


def memory_peak(pid):
    """KiB."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    for line in text.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


def load(stack, target, seconds, *words, **options):
    """Runs the load generator; its figures. Raises on any wrong answer."""
    command = [str(stack.program("load")), "--port", str(stack.ports[target]),
               "--warm-up", str(WARM_UP), "--seconds", str(seconds)]
    if target == "server" and stack.tls:
        command.append("--tls")
    for name, value in options.items():
        command += ["--" + name.replace("_", "-"), str(value)]
    result = subprocess.run(
        [*stack.prefix, *command, *words], capture_output=True, text=True,
        timeout=seconds + PATIENCE, check=False)
    if result.returncode not in (0, 1):
        raise Failed(f"load {' '.join(words)}: {result.stderr}")
    figures = json.loads(result.stdout)
    if result.returncode == 1 or (figures["late"] and "rate" not in options):
        raise Failed(f"load {' '.join(words)}: answers were wrong, or did not "
                     "come:\n" + json.dumps(figures, indent=1))
    return figures


def measure(stack, target, seconds, *words, **options):
    """The same, with what each thousand requests cost."""
    programs = stack.programs_under_load(target)
    for program in programs:
        memory_forget_peak(program)
    processors = Processors(stack, programs)
    figures = load(stack, target, seconds, *words, **options)
    thousands = figures["requests_all"] / 1000
    figures["cpu"] = {name: used / thousands
                      for name, used in processors.used().items()}
    figures["peak_kib"] = max(map(memory_peak, programs))
    return figures
