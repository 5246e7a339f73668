# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# The window: what a frame of the flame graph costs in a profile of 1,000,000 call paths, and how long the main thread
# is away from its events while a file is opened.  On a display of its own, drawn by the processor.  Sourced by
# tests/bench/run.

compile "$root/build" tests/bench/frames tests/bench/opening || exit 1

# on_display TITLE FILE COMMAND…: what it prints goes to FILE too
on_display () {
  local title=$1 output=$2
  shift 2
  printf '\n### %s\n\n```\n' "$title"
  GSK_RENDERER=cairo GSETTINGS_BACKEND=memory XDG_DATA_HOME=$scratch/data \
    timeout -k 5 180 "$root/tests/window/with-display" "$@" 2>"$scratch/error" | grep -v '^SpiRegistry' | tee "$output"
  [ -s "$output" ] || cat "$scratch/error"
  printf '```\n'
}

on_display 'Frames of the flame graph, a million call paths' "$scratch/frames" "$root/build/tests/bench/frames" 1000000
# median, 90 %, 99 %, most, how many are late
while read -r name frame; do
  asked "a frame, 99 of 100, in 10⁶ nodes: ${name//_/ }" "$frame ms" '' '≤ 16 ms' "$frame"
done < <(awk '/over 16 ms/ { rows = 1; next }
              rows && NF > 5 { name = $1; for (i = 2; i < NF - 4; i++) name = name "_" $i; print name, $(NF - 2) }' \
         "$scratch/frames")

files=()
for file in "$made/many-sites.zst" "$made/points.dhat" "$samples/heaptrack/py30.zst" \
            "$samples/heaptrack/cc1plus-truncated.zst"; do
  if [ -r "$file" ]; then
    files+=("$file")
  fi
done
if [ ${#files[@]} -gt 0 ]; then
  on_display 'Opening in the window' "$scratch/opening" "$root/build/tests/bench/opening" "${files[@]}"
  while read -r file ms; do
    asked "first picture in the window, from the store: $(basename "$file")" "$ms ms" '' '≤ 300 ms' "$ms"
  done < <(awk '/^\// { file = $1 } /^ *opened again/ { print file, $3 }' "$scratch/opening")
fi
