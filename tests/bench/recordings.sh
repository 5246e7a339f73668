# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# Opening the recordings of ../shared/samples, cold (--no-store) and, for reference, from the store; without symbols.
# Sourced by tests/bench/run.

# row FILE OPTIONS PEER PACKAGE PEER-COMMAND: PEER "" for none
row () {
  local file=$samples/$1 options=$2 peer=$3 package=$4 command=$5 ours warm theirs mib
  if ! [ -r "$file" ]; then
    printf '%-26s not there: %s\n' "$1" "$file"
    return
  fi
  ours=$(seconds "$heapview --no-store --print $options $file")
  mib=$(memory "$heapview --no-store --print $options $file")
  rm -rf "$XDG_CACHE_HOME"
  warm=$(seconds "$heapview --print $options $file")
  theirs=-
  if command -v "${peer%% *}" >/dev/null; then
    theirs=$(seconds "$command")
  else
    missing+=("$peer is not there: apt-get install $package")
  fi
  printf '%-26s %9s %9s %6s  %-18s %9s %8s\n' "$1" "$ours" "$warm" "$mib" "$peer" "$theirs" "$(times "$theirs" "$ours")"
}

printf '%-26s %9s %9s %6s  %-18s %9s %8s\n' file heapview 'again' MiB peer 'peer' faster
printf '%-26s %9s %9s %6s  %-18s %9s\n' '' 's' 'stored, s' '' '' 's'
for trace in git-logstat gtk4-demo py30; do
  file=$samples/heaptrack/$trace.zst
  row "heaptrack/$trace.zst" --no-symbols heaptrack_print heaptrack "heaptrack_print $file"
done
# dh_view is a web page: what it does first of all is JSON.parse of the whole text.
dhat=$scratch/cc1plus.dhat
if [ -r "$samples/dhat/cc1plus.dhat.zst" ] && zstd -q -d -o "$dhat" "$samples/dhat/cc1plus.dhat.zst"; then
  row dhat/cc1plus.dhat.zst '' 'node JSON.parse' nodejs \
    "node -e 'JSON.parse(require(\"fs\").readFileSync(\"$dhat\", \"utf8\"))'"
fi
for dump in gt/runA.phase3.heap cc1plus/cc.11838.24.i24.heap; do
  file=$samples/jemalloc/$dump
  row "jemalloc/$dump" --no-symbols jeprof libjemalloc-dev "jeprof --text --show_bytes /bin/true $file"
done
example=$root/data/examples
printf '%-26s %9s\n' 'the example diff' "$(seconds "$heapview --no-store --print --diff $example/base.heap $example/cur.heap")"
printf '%-26s %9s\n' '--version' "$(seconds "$heapview --version")"
