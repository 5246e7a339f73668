# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# The window: what a frame of the flame graph costs in a profile of 1,000,000 call paths, and how long the main thread
# is away from its events while a file is opened.  On a display of its own, drawn by the processor.  Sourced by
# tests/bench/run.

compile "$root/build" tests/bench/frames tests/bench/opening || exit 1
on_display () {
  GSK_RENDERER=cairo GSETTINGS_BACKEND=memory XDG_DATA_HOME=$scratch/data \
    "$root/tests/window/with-display" "$@" 2>"$scratch/error" || cat "$scratch/error"
}

on_display "$root/build/tests/bench/frames" 1000000
files=()
for trace in py30 cc1plus-truncated; do
  if [ -r "$samples/heaptrack/$trace.zst" ]; then
    files+=("$samples/heaptrack/$trace.zst")
  fi
done
if [ ${#files[@]} -gt 0 ]; then
  on_display "$root/build/tests/bench/opening" "${files[@]}"
fi
