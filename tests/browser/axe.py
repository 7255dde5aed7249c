# SPDX-License-Identifier: Apache-2.0
"""axe-core, which knows the rules of WCAG that a machine can check.

It is for tests only and not part of this source: npm brings the version that
package-lock.json names, once, into the build folder.
"""
import functools
import json
import os
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("TEST_BUILD",
                                    HERE.parents[1] / "build-test"))
PLACE = BUILD / "axe"
PACKAGE = PLACE / "node_modules/axe-core"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa",
         "best-practice"]
RUN = """
const [rules, done] = arguments;
document.body.style.background = 'var(--glow)';
axe.run(document, {runOnly: rules}).then(done, fault => done(String(fault)));
"""


def wanted_version():
    lock = json.loads((HERE / "package-lock.json").read_text())
    return lock["packages"]["node_modules/axe-core"]["version"]


def present_version():
    try:
        return json.loads((PACKAGE / "package.json").read_text())["version"]
    except FileNotFoundError:
        return None


def install():
    PLACE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, PLACE / name)
    result = subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund",
         "--cache", PLACE / "cache"], cwd=PLACE, capture_output=True,
        text=True, timeout=300, check=False)
    assert result.returncode == 0, \
        f"npm could not bring axe-core:\n{result.stdout}{result.stderr}"


@functools.cache
def source():
    if present_version() != wanted_version():
        install()
    return (PACKAGE / "axe.min.js").read_text()


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
