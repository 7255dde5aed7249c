#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Our QR codes, drawn by librsvg, are read by zbar: neither of them is ours.

    check_qr_codes.py FACTOR_SHOW BUILD_FOLDER

On a black page too, where only the plate gives the camera its quiet zone.
Prints TAP.
"""
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "style"))

from check_layers import report  # noqa: E402

SECRET = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA"
LABELS = {
    "short": ("Nanterre", "12345678"),
    "accents": ("Université d'Évry", "zoë.müller@étu.example"),
    "longest": ("𝔘" * 20, "€" * 40),
}
PAGES = {"white": "#ffffff", "black": "#000000"}
SIZES = (264, 528)  # pixels: a plain screen and a dense one


def run(*command, given=None):
    result = subprocess.run([str(word) for word in command], input=given,
                            capture_output=True, check=False, timeout=120)
    if result.returncode != 0:
        raise RuntimeError(f"{command[0]}: {result.stderr.decode()}")
    return result.stdout


def read_back(svg, colour, size):
    """What zbar reads from the picture in the middle of a coloured page."""
    with tempfile.TemporaryDirectory() as folder:
        picture = pathlib.Path(folder) / "page.png"
        run("rsvg-convert", f"--width={size}", f"--height={size}",
            f"--page-width={size + 80}", f"--page-height={size + 80}",
            "--left=40", "--top=40", f"--background-color={colour}",
            f"--output={picture}", given=svg)
        return run("zbarimg", "--quiet", "--raw", "-Sdisable",
                   "-Sqrcode.enable", picture).decode().rstrip("\n")


def complaints_about(uri, svg, colour, size):
    try:
        read = read_back(svg, colour, size)
    except RuntimeError as trouble:
        return [str(trouble) or "nothing was read"]
    return [] if read == uri else [f"{read} is not {uri}"]


def checks(show):
    """(name, complaints) of each picture."""
    for name, (issuer, account) in LABELS.items():
        uri = run(show, "uri", SECRET, issuer, account).decode()
        svg = run(show, "qr", uri)
        for page, colour in PAGES.items():
            for size in SIZES:
                # A dense picture needs four pixels a module.
                if name == "longest" and size < 528:
                    continue
                yield f"{name}, {page} page, {size} pixels", \
                    complaints_about(uri, svg, colour, size)


def main():
    return report(list(checks(sys.argv[1])))


if __name__ == "__main__":
    sys.exit(main())
