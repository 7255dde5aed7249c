# SPDX-License-Identifier: Apache-2.0
"""axe-core, which knows the rules of WCAG that a machine can check.

It is for tests only and not part of this source: npm brings the version that
package-lock.json names, once, into the build folder.
"""
import functools
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from npm import bring  # noqa: E402

BUILD = pathlib.Path(os.environ.get("TEST_BUILD",
                                    HERE.parents[1] / "build-test"))
PLACE = BUILD / "axe"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa",
         "best-practice"]
RUN = """
const [rules, done] = arguments;
document.body.style.background = 'var(--glow)';
axe.run(document, {runOnly: rules}).then(done, fault => done(String(fault)));
"""


@functools.cache
def source():
    return (bring(HERE, PLACE) / "axe-core/axe.min.js").read_text()


def findings(driver):
    """Rule -> where the page breaks it, or where axe cannot tell whether it
    does.  The page's gradient is one colour meanwhile, the darker end in a
    light page: over a gradient contrast is never told."""
    driver.execute_script(source())
    result = driver.execute_async_script(RUN, RULES)
    assert isinstance(result, dict), result
    assert len(result["passes"]) > 10, "it hardly looked"
    return {rule["id"]: [f"{node['target']}: {node.get('failureSummary')}"
                         for node in rule["nodes"]]
            for rule in result["violations"] + result["incomplete"]}
