#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether each test that ROWS.md names is there: rows.py SOURCES TEST…, the tests' programs."""
import os
import re
import subprocess
import sys

sources, programs = sys.argv[1], {os.path.basename(p) + ".c": p for p in sys.argv[2:]}
listed = {}
wrong = []
rows = 0


def tests_of(name):
    """The paths a program lists, or the text of a script."""
    if name not in listed:
        if name.endswith(".py"):
            with open(os.path.join(sources, name), encoding="utf-8") as f:
                listed[name] = f.read()
        elif name in programs:
            out = subprocess.run([programs[name], "-l"], check=True, capture_output=True, text=True)
            listed[name] = out.stdout.split()
        else:
            listed[name] = []
    return listed[name]


with open(os.path.join(sources, "ROWS.md"), encoding="utf-8") as f:
    section = None
    for line in f:
        if line.startswith("## "):
            section = line[3:].strip()
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]
        if len(cells) != 3 or cells[0] in ("Row", "---"):
            continue
        rows += 1
        row, tests, name = cells
        if tests.startswith("none:"):
            if len(tests) < 20 or name:
                wrong.append(f"{section}: {row}: no reason")
            continue
        names = re.findall(r"`([^`]+)`", tests)
        if not names:
            wrong.append(f"{section}: {row}: no test")
        wrong += [f"{section}: {row}: {name} has no test {each}" for each in names if each not in tests_of(name)]

for each in wrong:
    print(each)
print(f"{rows} rows, {len(wrong)} wrong")
sys.exit(1 if wrong or rows < 60 else 0)
