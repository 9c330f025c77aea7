#!/usr/bin/env python3
"""Checks the vectors of Maillage without any code of the project.

It proves that the wire can be implemented from its text in a second language. It needs Python
3.11 and nothing else: the cryptography is written again in primitives.py.

    python3 tests/second/verify_vectors.py protocol/vectors/v1

Exit status: 0 everything agrees; 1 something differs; 2 the folder cannot be read.
"""

import argparse
import json
import pathlib
import sys

import golden
import sample
from primitives import Refused

MALFORMED = (KeyError, IndexError, TypeError, ValueError, AttributeError)


def disagreement(judge, entry):
    """Returns how our answer differs from the one of the vector, or None."""
    try:
        answer, code = judge(entry["input"]), None
    except Refused as refused:
        answer, code = "refused", refused.code
    if (answer, code) == (entry["expect"], entry.get("error")):
        return None
    return f"answered {code or answer!r}, expected {entry.get('error') or entry['expect']!r}"


def check_file(path):
    """Yields the failures of one file, then the number of its vectors."""
    entries = json.loads(path.read_text(encoding="utf-8"))
    for entry in entries:
        try:
            wrong = disagreement(golden.FILES[path.stem], entry)
        except MALFORMED as error:
            wrong = f"{type(error).__name__}: {error}"
        if wrong:
            print(f"FAIL  {path.stem}: {entry['name']}: {wrong}")
            yield
    print(f"{path.stem}: {len(entries)} vectors")


def check_sample(path):
    checks = list(sample.Sample(json.loads(path.read_text(encoding="utf-8"))).checks())
    for name, check in checks:
        try:
            check()
        except (*MALFORMED, Refused, sample.Mismatch) as error:
            print(f"FAIL  sample: {name}: {type(error).__name__}: {error}")
            yield
    print(f"sample: {len(checks)} checks")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path, help="for example protocol/vectors/v1")
    folder = parser.parse_args().folder
    files = [folder / f"{name}.json" for name in golden.FILES]
    missing = [path for path in [*files, folder / "sample.json"] if not path.is_file()]
    if missing:
        print(f"verify_vectors: missing: {', '.join(map(str, missing))}", file=sys.stderr)
        return 2
    failures = sum(1 for path in files for _ in check_file(path))
    failures += sum(1 for _ in check_sample(folder / "sample.json"))
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
