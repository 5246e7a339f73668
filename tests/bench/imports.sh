# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# Big files: imported without a store and with one that is written durably, opened again, compared and drawn.  Sourced by
# tests/bench/run.

# make_file FILE COMMAND…: once, and anew when a generator is; COMMAND writes it to standard output
make_file () {
  local file=$made/$1
  shift
  if ! [ "$file" -nt "$here/generate.c" ] || ! [ "$file" -nt "$here/generate-dhat.c" ]; then
    say "making $file"
    "$@" >"$file.new" && mv "$file.new" "$file" || return 1
  fi
}

# packed_trace EVENTS SITES, as heaptrack packs it
packed_trace () {
  "$generate" "$1" "$2" | zstd -q -3 -T0
}

# import_row WHAT FILE STORE OPTION…: cold without and with a store, then again from it, the same report, which is kept
# there, and one that has to be worked out; sets bare, bare_mib, bare_text, stored, stored_mib and stored_text
import_row () {
  local what=$1 file=$2 store=$3 again again_text another_text
  shift 3
  measured --warm-up "$heapview --no-store --print $* $file"
  bare=$seconds bare_mib=$mib bare_text="$(with s "$seconds" "$runs"), $(with MiB "$mib")"
  measured --prepare "rm -f $store" "$heapview --store $store --print $* $file"
  # shellcheck disable=SC2034 # all of these are for the rows
  stored=$seconds stored_mib=$mib stored_text="$(with s "$seconds" "$runs"), $(with MiB "$mib")"
  measured --warm-up "$heapview --store $store --print $* $file"
  again=$(calculate 'a * 1000' %.0f "$seconds") again_text="$(with ms "$again" "$runs"), $(with MiB "$mib")"
  measured --warm-up "$heapview --store $store -o $scratch/report.txt $* $file"
  another_text="$(with s "$seconds" "$runs"), $(with MiB "$mib")"
  cells "$what" "$(mib_of "$file") MiB" "$bare_text" "$stored_text" "$again_text" "$another_text" "$(mib_of "$store") MiB"
  asked "opened again from the store: $what" "$again_text" '' '≤ 100 ms' "$again"
}

# peer_row WHAT HOW COMMAND: sets theirs, theirs_mib, theirs_text
peer_row () {
  peer "${3%% *}" "$2" "$3"
  theirs=$seconds theirs_mib=$mib theirs_text="$1 $(with s "$seconds" "$runs"), $(with MiB "$mib")"
  cells "$1" '' "$(with s "$seconds" "$runs"), $(with MiB "$mib")" '' '' '' ''
}

in_apt='apt-get install'
heading 'Big files' file 'size' 'imported and reported' 'and stored durably' 'again from the store' 'another report' 'store'

many=$made/many-sites.zst
if make_file many-sites.zst packed_trace 56000000 556000; then
  what='heaptrack, many sites: 56 M events, 556 k sites'
  import_row "$what" "$many" "$scratch/many.db" --no-symbols
  peer_row heaptrack_print "$in_apt heaptrack" "heaptrack_print $many"
  asked "$what: full report" "$bare_text" "$theirs_text" '≥ 6 ×' "$(times "$theirs" "$bare")"
  asked '… with the store written durably' "$stored_text" "$theirs_text" '≥ 4 ×' "$(times "$theirs" "$stored")"
  asked '… memory' "$bare_mib MiB" "$theirs_mib MiB" '≤ 1.3 ×' "$(times "$bare_mib" "$theirs_mib")"
  asked '… memory with the store' "$stored_mib MiB" "$theirs_mib MiB" '≤ 1.3 ×' "$(times "$stored_mib" "$theirs_mib")"
  peer_row 'zstd -dc' "$in_apt zstd" "zstd -dc $many"
fi

few=$samples/heaptrack/py30.zst
if [ -r "$few" ]; then
  what='heaptrack, few sites: py30, 86 M events'
  import_row "$what" "$few" "$scratch/few.db" --no-symbols
  peer_row heaptrack_print "$in_apt heaptrack" "heaptrack_print $few"
  asked "$what: full report" "$bare_text" "$theirs_text" '≥ 8 ×' "$(times "$theirs" "$bare")"
  asked '… memory' "$bare_mib MiB" "$theirs_mib MiB" '≤ 60 MiB' "$bare_mib"
  peer_row 'zstd -dc' "$in_apt zstd" "zstd -dc $few"
  asked '… beside decompression alone (an aim)' "$bare_text" "$theirs_text" '≤ 1.2 ×' "$(times "$bare" "$theirs")"
else
  missing+=("no recording with few sites: $few is not there (\$HV_SAMPLES)")
fi

dhat=$made/points.dhat
if make_file points.dhat "$root/build/tests/bench/generate-dhat" 387000; then
  what='DHAT: 387 k program points, 11 M frame references'
  import_row "$what" "$dhat" "$scratch/dhat.db"
  peer_row "node's JSON.parse" "$in_apt nodejs" "node -e 'JSON.parse(require(\"fs\").readFileSync(\"$dhat\", \"utf8\"))'"
  asked "$what" "$bare_text" "$theirs_text" '≤ 0.5 ×' "$(times "$bare" "$theirs")"
  asked '… memory' "$bare_mib MiB" "$theirs_mib MiB" '≤ 150 MiB' "$bare_mib"
  viewer=$(dpkg -L valgrind 2>/dev/null | grep '/dh_view\.js$')
  if [ -n "$viewer" ]; then
    peer_row "dh_view's tree" "$in_apt nodejs" \
      "timeout 200 node --max-old-space-size=8000 $here/dh-view.js $viewer $dhat"
  else
    missing+=("dh_view is not there: $in_apt valgrind")
  fi
fi

# Two runs of a program with a million call paths: the same stacks, other costs.
heading 'A million call paths' work heapview peer
if make_file base.zst packed_trace 4000000 311000 && make_file current.zst packed_trace 5000000 311000; then
  store=$scratch/pair.db base=$made/base.zst current=$made/current.zst options='--no-symbols -m total-bytes'
  for file in "$base" "$current"; do
    "$heapview" --store "$store" --no-symbols --print "$file" >/dev/null
  done
  measured --warm-up "$heapview --store $store $options --print --diff $base $current"
  ms=$(calculate 'a * 1000' %.0f "$seconds") text="$(with ms "$ms" "$runs"), $(with MiB "$mib")"
  cells 'diff of two, both in the store' "$text" ''
  asked 'diff of two stored profiles of 10⁶ stack nodes' "$text" '' '≤ 300 ms' "$ms"

  svg=$scratch/current.svg folded=$scratch/current.folded
  measured --warm-up "$heapview --store $store $options --all-frames -o $svg $current"
  ours=$seconds text="$(with s "$seconds" "$runs"), $(with MiB "$mib")"
  "$heapview" --store "$store" --no-symbols -m total-bytes --all-frames -o "$folded" "$current"
  flamegraph=$(command -v flamegraph.pl || dpkg -L libdevel-nytprof-perl 2>/dev/null | grep '/flamegraph\.pl$')
  if [ -n "$flamegraph" ]; then
    measured "perl $flamegraph $folded"
  else
    missing+=("flamegraph.pl is not there: $in_apt libdevel-nytprof-perl")
    seconds=- mib=- runs=0
  fi
  missing+=('inferno is in no package of Debian: cargo install inferno, then inferno-flamegraph FOLDED')
  theirs_text="flamegraph.pl $(with s "$seconds" "$runs"), $(with MiB "$mib")"
  cells "SVG, $(mib_of "$svg") MiB; folded, $(mib_of "$folded") MiB" "$text" "$theirs_text"
  asked 'SVG of a profile of 10⁶ stack nodes' "$text" "$theirs_text" '≥ 10 ×' "$(times "$seconds" "$ours")"
  asked '… its file' "$(mib_of "$svg") MiB" '' '≤ 2 MiB' "$(mib_of "$svg")"
  rm -f "$folded"
fi
