# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# The instructions that each importer executes for fixed recordings, counted by Valgrind within hv_import(), beside those
# written down in instructions.txt: what the clock of a busy machine does not show, and a review should see.  Nothing
# fails: other compilers and C libraries count a little differently.  HV_RECORD=1 writes the counts down anew.
# Sourced by tests/bench/run.

recorded=$here/instructions.txt
tolerance=2 # per cent

# count FILE: "-" when it cannot be counted
count () {
  # one thread's: the one that decompresses ahead runs beside it
  valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect=hv_import \
    "$heapview" --no-store --no-symbols --print "$1" 2>&1 >/dev/null | sed -n 's/.*Collected : *//p' | grep . || echo -
}

# instruction_row NAME FILE
instruction_row () {
  local before now change
  before=$(awk -v "name=$1" '$1 == name { print $2 }' "$recorded" 2>/dev/null)
  now=$(count "$2")
  change=$(calculate '(b - a) * 100 / a' '%+.2f' "${before:--}" "$now")
  printf '%s %s\n' "$1" "$now" >>"$scratch/instructions"
  cells "$1" "${before:--}" "$now" "$(with % "$change")" \
    "$(awk -v "change=$change" -v "most=$tolerance" 'BEGIN {
      if (change == "-") print "new"; else if (change > most) print "slower"; else if (change < -most) print "faster" }')"
}

if command -v valgrind >/dev/null; then
  heading "Instructions of an import (more than $tolerance % is worth a look)" recording recorded now change ''
  for name in heaptrack/tokio-v0.zst heaptrack/truth.zst heaptrack/truth-raw.raw.zst dhat/ls.dhat \
              dhat/rust-testfail.dhat-heap.json jemalloc/runA.phase3.heap jemalloc/default.threads.heap \
              gperftools/tcs.sample.2.heap; do
    instruction_row "$name" "$root/tests/data/$name"
  done
  "$generate" 300000 3000 >"$scratch/generated.heaptrack"
  "$root/build/tests/bench/generate-dhat" 3000 >"$scratch/generated.dhat"
  instruction_row generate-300000-3000 "$scratch/generated.heaptrack"
  instruction_row generate-dhat-3000 "$scratch/generated.dhat"
  if [ -n "${HV_RECORD:-}" ]; then
    {
      echo '# Instructions within hv_import(), of Valgrind: tests/bench/run instructions compares, with HV_RECORD=1 it writes this.'
      echo "# $(cc --version | head -n 1), $(uname -m), a release build"
      cat "$scratch/instructions"
    } >"$recorded"
    say "written to $recorded"
  fi
else
  missing+=('valgrind is not there: apt-get install valgrind')
fi
