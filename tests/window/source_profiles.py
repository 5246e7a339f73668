# SPDX-License-Identifier: GPL-3.0-or-later
"""Two DHAT profiles of data/examples/frontend.c with its lines, which the dumps beside it lack."""
import json
import os
import shutil

# function → the text of its line that calls or allocates
LINES = {
    "main": "rt_poll (later",
    "rt_poll": "handle ((Request) k)",
    "handle": "cache_insert ();",
    "cache_insert": "malloc (ENTRY_SIZE)",
    "log_flush": "log_reserve (i)",
    "log_reserve": "realloc (log_buffers",
}
STACKS = {
    ("main", "rt_poll", "handle", "cache_insert"): (20 << 20, 320 << 20),
    ("main", "log_flush", "log_reserve"): (40 << 20, 110 << 20),
}


def line_of(source, function):
    with open(source, encoding="utf-8") as lines:
        return next(n for n, line in enumerate(lines, 1) if LINES[function] in line)


def write(source, directory, recorded="frontend.c"):
    """Copies the source to `directory` and writes base.dhat and cur.dhat there, whose frames name it
    as `recorded`; their paths."""
    frames = ["[root]"] + [f"0x{i + 1:x}: {f} ({recorded}:{line_of(source, f)})"
                           for i, f in enumerate(LINES)]
    number = {f: i + 1 for i, f in enumerate(LINES)}
    paths = []
    shutil.copy(source, directory)
    for side, name in enumerate(("base.dhat", "cur.dhat")):
        points = [{"tb": size[side], "tbk": 16, "tl": 5, "mb": size[side], "mbk": 16, "gb": size[side],
                   "gbk": 16, "eb": size[side], "ebk": 16, "rb": 0, "wb": 0,
                   "fs": [number[f] for f in reversed(stack)]} for stack, size in STACKS.items()]
        profile = {"dhatFileVersion": 2, "mode": "heap", "verb": "Allocated", "bklt": True, "bkacc": True,
                   "tu": "instrs", "Mtu": "Minstr", "tuth": 500, "cmd": "./frontend", "pid": 1,
                   "te": 90, "tg": 40, "pps": points, "ftbl": frames}
        paths.append(os.path.join(directory, name))
        with open(paths[-1], "w", encoding="utf-8") as out:
            json.dump(profile, out)
    return paths


if __name__ == "__main__":
    import sys
    write(*sys.argv[1:])
