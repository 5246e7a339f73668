#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts the names of a jemalloc dump's addresses before it, as `jeprof --raw` does for a remote process, so that
the dump reads well without the binary; and takes out what tells about the machine (paths, devices, inodes).

    symbolise.py DUMP BINARY PATH_TO_SHOW > NEW_DUMP"""
import re
import subprocess
import sys

dump, binary, shown = sys.argv[1:]
text = open(dump, encoding='utf-8').read()
stacks, _, maps = text.partition('\nMAPPED_LIBRARIES:\n')

mappings = []
for line in maps.splitlines():
    m = re.match(r'([0-9a-f]+)-([0-9a-f]+) (..x.) ([0-9a-f]+) \S+ \d+ +(/.*)', line)
    if m:
        mappings.append((int(m[1], 16), int(m[2], 16), int(m[4], 16), m[5]))


def segments(path):
    """The LOAD segments as (offset, address, size in the file)."""
    out = subprocess.run(['readelf', '-lW', path], check=True, capture_output=True, text=True).stdout
    return [(int(a, 16), int(b, 16), int(c, 16))
            for a, b, c in re.findall(r'^ +LOAD +(\w+) (\w+) \w+ (\w+)', out, re.M)]


def exported(path):
    """The functions that a stripped library still names: (start, end, name)."""
    out = subprocess.run(['nm', '-DS', '--defined-only', path], check=True, capture_output=True, text=True).stdout
    return [(int(a, 16), int(a, 16) + int(s, 16), name.partition('@')[0])
            for a, s, name in re.findall(r'^(\w+) (\w+) [TtWiV] (\S+)$', out, re.M)]


def names(path, address):
    """Innermost first, several where functions were inlined; empty where nothing is known."""
    if path != binary:
        # Nearest-symbol guesses outside a function's bounds are how stripped libraries get wrong names.
        return [n for lo, hi, n in exported(path) if lo <= address < hi][:1]
    out = subprocess.run(['addr2line', '-f', '-i', '-C', '-e', path, hex(address)],
                         check=True, capture_output=True, text=True).stdout.split('\n')
    return [n for n in out[:-1:2] if n != '??']


table = {}
for line in stacks.splitlines():
    if not line.startswith('@'):
        continue
    for i, token in enumerate(line.split()[1:]):
        # A return address belongs to the call before it.  The key of frame 0 stays as it is: jeprof's habit.
        call = int(token, 16) - 1
        key = call + 1 if i == 0 else call
        for lo, hi, offset, path in mappings:
            if not lo <= call < hi:
                continue
            in_file = call - lo + offset
            for at, vaddr, size in segments(path):
                if at <= in_file < at + size:
                    found = names(path, in_file - at + vaddr)
                    if found:
                        table[key] = '--'.join(reversed(found))

print('--- symbol')
print(f'binary={shown}')
for key in sorted(table):
    print(f'0x{key:016x} {table[key]}')
print('---')
print('--- heap')
print(stacks)
print('\nMAPPED_LIBRARIES:')
for line in maps.splitlines():
    line = re.sub(r'^(\S+ \S+ \S+) \S+ \d+', r'\1 00:00 0', line)
    print(line.replace(binary, shown))
