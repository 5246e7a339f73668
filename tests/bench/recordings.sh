# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# Opening the recordings of ../shared/samples, cold (--no-store) and, for reference, from the store; without symbols.
# Sourced by tests/bench/run.

# recording_row FILE OPTIONS PEER PACKAGE PEER-COMMAND
recording_row () {
  local file=$samples/$1 options=$2 ours text again
  if ! [ -r "$file" ]; then
    missing+=("$file is not there (\$HV_SAMPLES)")
    return
  fi
  measured --warm-up "$heapview --no-store --print $options $file"
  ours=$seconds text="$(with s "$seconds" "$runs"), $(with MiB "$mib")"
  rm -rf "$XDG_CACHE_HOME"
  measured --warm-up "$heapview --print $options $file"
  again=$(with s "$seconds" "$runs")
  peer "${3%% *}" "apt-get install $4" "$5"
  cells "$1" "$text" "$again" "$3 $(with s "$seconds" "$runs"), $(with MiB "$mib")" "$(with × "$(times "$seconds" "$ours")")"
}

heading 'Recordings' file 'imported and reported' 'again from the store' peer faster
for trace in git-logstat gtk4-demo py30; do
  recording_row "heaptrack/$trace.zst" --no-symbols heaptrack_print heaptrack \
    "heaptrack_print $samples/heaptrack/$trace.zst"
done
# dh_view is a web page: what it does first of all is JSON.parse of the whole text.
dhat=$scratch/cc1plus.dhat
if [ -r "$samples/dhat/cc1plus.dhat.zst" ] && zstd -q -d -o "$dhat" "$samples/dhat/cc1plus.dhat.zst"; then
  recording_row dhat/cc1plus.dhat.zst '' 'node JSON.parse' nodejs \
    "node -e 'JSON.parse(require(\"fs\").readFileSync(\"$dhat\", \"utf8\"))'"
fi
for dump in gt/runA.phase3.heap cc1plus/cc.11838.24.i24.heap; do
  recording_row "jemalloc/$dump" --no-symbols jeprof libjemalloc-dev \
    "jeprof --text --show_bytes /bin/true $samples/jemalloc/$dump"
done
measured --warm-up "$heapview --no-store --print --diff $root/data/examples/base.heap $root/data/examples/cur.heap"
cells 'the example diff' "$(with s "$seconds")" '' '' ''
measured --warm-up "$heapview --version"
cells --version "$(with s "$seconds")" '' '' ''
