# SPDX-License-Identifier: Apache-2.0
"""Every fault, by its number.  To add one: a class in one of these modules."""
import importlib
import pkgutil

from trial import Scenario


def every_scenario():
    """One of each, sorted by number."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    found = {}
    waiting = [Scenario]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.number is not None:
            found[kind.number] = kind()
    return [found[number] for number in sorted(found)]
