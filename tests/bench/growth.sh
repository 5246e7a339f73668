# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# How the cost of a heaptrack recording grows with its events and its sites: recordings made by tests/bench/generate,
# imported and reported without a store, and with one that is written durably.  Sourced by tests/bench/run.

compile "$root/build" tests/bench/generate || exit 1
mkdir -p "$made" || exit 1

# made_trace EVENTS SITES: its path; packed as heaptrack does.
made_trace () {
  local trace=$made/$1-$2.zst
  if ! [ "$trace" -nt "$here/generate.c" ]; then
    say "making a recording of $1 events"
    "$root/build/tests/bench/generate" "$1" "$2" | zstd -q -f -3 -T0 -o "$trace" || return 1
  fi
  echo "$trace"
}

mib () {
  awk "BEGIN { printf \"%.1f\", $1 / 1048576 }"
}

# growth_row EVENTS SITES: one run alone of what takes many seconds
growth_row () {
  local trace ours first again theirs=- memory_theirs=- runs=5 size store=$scratch/growth.db
  trace=$(made_trace "$1" "$2") || return 1
  size=$(stat -c %s "$trace")
  [ "$1" -lt 50000000 ] || runs=3
  ours=$(seconds "$heapview --no-store --no-symbols --print $trace" --warmup 1 --runs $runs)
  first=$(seconds "$heapview --store $store --no-symbols --print $trace" --runs $runs --prepare "rm -f $store")
  stored=$(stat -c %s "$store")
  again=$(seconds "$heapview --store $store --no-symbols --print $trace" --warmup 1 --runs $runs)
  if command -v heaptrack_print >/dev/null; then
    theirs=$(seconds "heaptrack_print $trace" --runs $runs)
    memory_theirs=$(memory "heaptrack_print $trace")
  else
    missing+=("heaptrack_print is not there: apt-get install heaptrack")
  fi
  printf '%11s %8s %7s %8s %5s %8s %8s %7s %9s %5s %7s %7s\n' "$1" "$2" "$(mib "$size")" \
    "$ours" "$(memory "$heapview --no-store --no-symbols --print $trace")" "$first" "$again" "$(mib "$stored")" \
    "$theirs" "$memory_theirs" "$(times "$theirs" "$ours")" "$(times "$theirs" "$first")"
}

printf '%11s %8s %7s %8s %5s %8s %8s %7s %9s %5s %7s %7s\n' \
  events sites MiB heapview MiB stored again store heaptrack MiB faster stored
printf '%11s %8s %7s %8s %5s %8s %8s %7s %9s %5s %7s %7s\n' '' '' zst s '' s s MiB _print,s '' '' ''
growth_row 100000 20000
growth_row 1000000 20000
growth_row 10000000 20000
growth_row 100000000 20000
growth_row 10000000 2000
growth_row 10000000 200000
growth_row 56000000 556000

# The same sites, ten times as many events: the memory must not follow.
for events in 54000000 540000000; do
  plain=$made/plain.trace
  "$root/build/tests/bench/generate" $events 20000 >"$plain" || break
  printf '%s events, %s MiB plain: imported in %s MiB\n' $events "$(mib "$(stat -c %s "$plain")")" \
    "$(memory "$heapview --no-store --no-symbols --print $plain")"
  rm -f "$plain"
done
