# SPDX-License-Identifier: Apache-2.0
"""What a node counts, as Prometheus would read it."""
from prometheus_client.parser import text_string_to_metric_families

from browser import ask_status


def metrics(place):
    """Samples by name and labels, as Prometheus' own reader takes them."""
    answer = ask_status(place, "/metrics")
    assert answer.status == 200
    assert answer.header("Content-Type") == \
        "text/plain; version=0.0.4; charset=utf-8"
    return {(sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples}


def value(samples, name, **labels):
    return samples[name, frozenset(labels.items())]


def total(samples, name):
    """Over all labels."""
    return sum(value for (known, _), value in samples.items()
               if known == name)


class Growth:
    """How much a counter grew since this was made."""

    def __init__(self, place):
        self.place = place
        self.before = metrics(place)

    def of(self, name, **labels):
        return value(metrics(self.place), name, **labels) - \
            value(self.before, name, **labels)
