# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# How the cost of a heaptrack recording grows with its events and its sites: recordings made by tests/bench/generate,
# imported and reported without a store, and with one that is written durably.  Sourced by tests/bench/run.

# growth_row EVENTS SITES
growth_row () {
  local trace=$made/$1-$2.zst ours bare first stored again theirs print=-
  if ! [ "$trace" -nt "$here/generate.c" ]; then
    say "making a recording of $1 events"
    "$generate" "$1" "$2" | zstd -q -f -3 -T0 -o "$trace" || return 1
  fi
  measured --warm-up "$heapview --no-store --no-symbols --print $trace"
  ours=$seconds bare="$(with s "$seconds" "$runs"), $(with MiB "$mib")"
  measured --prepare "rm -f $scratch/growth.db" "$heapview --store $scratch/growth.db --no-symbols --print $trace"
  first=$seconds stored="$(with s "$seconds" "$runs"), $(with MiB "$mib")"
  measured "$heapview --store $scratch/growth.db --no-symbols --print $trace"
  again=$(with s "$seconds" "$runs")
  peer heaptrack_print 'apt-get install heaptrack' "heaptrack_print $trace"
  theirs=$seconds
  [ "$seconds" = - ] || print="$(with s "$seconds" "$runs"), $(with MiB "$mib")"
  cells "$1" "$2" "$(mib_of "$trace") MiB" "$bare" "$stored" "$again" "$(mib_of "$scratch/growth.db") MiB" "$print" \
    "$(with × "$(times "$theirs" "$ours")")" "$(with × "$(times "$theirs" "$first")")"
}

heading 'How the cost grows: recordings of heaptrack' events sites zst 'imported and reported' 'and stored durably' 'again' \
  'store' heaptrack_print 'times faster' '… stored'
growth_row 100000 20000
growth_row 1000000 20000
growth_row 10000000 20000
growth_row 100000000 20000
growth_row 10000000 2000
growth_row 10000000 200000

# The same sites, ten times as many events: the memory must not follow.  Of these nothing is on the disk, and most of the
# time is the generator's.
plain_row () {
  measured --runs 1 "$generate $1 20000 | dd bs=1M 2>$scratch/size | $heapview --no-store --no-symbols --print -"
  cells "$1" 20000 "$(awk '/bytes/ { printf "%.2f GB", $1 / 1e9 }' "$scratch/size")" "$(with s "$seconds")" "$mib MiB"
}

heading 'The same sites, plain and through a pipe' events sites size 'generated, imported and reported' memory
plain_row 65000000
less=$mib
plain_row 650000000
asked 'heaptrack, 4 GB plain beside 0.4 GB of the same sites: memory' "$mib MiB" "$less MiB" '≤ 1.1 ×' \
  "$(times "$mib" "$less")"
