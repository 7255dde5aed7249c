# SPDX-License-Identifier: Apache-2.0
"""What the log may hold of those who could fill it."""
import collections
import re

MOST_A_SECOND = 20  # of an event and process: LOG_LIMIT_LINES


def are_limited(lines):
    """Are there some, but never too many in a second?  The server's seconds
    are not those of the clock, so that one of these can have two of its."""
    seconds = collections.Counter(
        re.match(r"time=([^.]+)\S* pid=([0-9]+) ", line).groups()
        for line in lines)
    return 1 <= max(seconds.values(), default=0) <= 2 * MOST_A_SECOND
