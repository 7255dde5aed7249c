# SPDX-License-Identifier: Apache-2.0
"""Packages of npm that tests need and that are not part of this source: npm
brings the versions that a package-lock.json names, once, into a build folder.
"""
import pathlib
import shutil
import subprocess


def is_present(folder, place):
    """Was all that the folder's package-lock.json names brought before?"""
    try:
        return (place / "brought.json").read_bytes() == \
            (folder / "package-lock.json").read_bytes()
    except FileNotFoundError:
        return False


def bring(folder, place):
    """Returns the path of node_modules in `place`."""
    folder, place = pathlib.Path(folder), pathlib.Path(place)
    if not is_present(folder, place):
        place.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(folder / name, place / name)
        result = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund",
             "--cache", place / "cache"], cwd=place, capture_output=True,
            text=True, timeout=300, check=False)
        if result.returncode != 0:
            raise RuntimeError("npm could not bring what "
                               f"{folder / 'package.json'} names:\n"
                               f"{result.stdout}{result.stderr}")
        shutil.copy(folder / "package-lock.json", place / "brought.json")
    return place / "node_modules"
