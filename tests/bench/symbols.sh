# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2154
# Naming the addresses of a program with more than 100 MB of debug information: of a dump as jemalloc samples by
# default, of every allocation of a run, and 10,000 call sites.  Sourced by tests/bench/run.

compile "$root/build" tests/oracle/ask || exit 1
# the maps of a process hold no symbolic links, and jeprof compares paths
dir=$(readlink -f "$made")/symbols
program=$dir/program
n_units=12 n_sites=10000
# Most of a large program is not on the way to what it allocates: units that are linked but do not run.
n_idle=60

# compile_units FIRST COUNT OPTION: two at a time where there are two processors.
compile_units () {
  seq "$1" $(($1 + $2 - 1)) | xargs -P "$(nproc)" -I '{}' \
    g++ -std=c++17 "$3" -g -DUNIT=unit_'{}' -DRUN=run_'{}' -c "$here/symbols/unit.cc" -o "$dir/unit-{}.o"
}

# The program, from units that are alike but for their names: some minutes the first time.
make_program () {
  local unit
  if [ "$program" -nt "$here/symbols/unit.cc" ]; then
    return 0
  fi
  say "building a program with much debug information in $dir: this takes some minutes"
  rm -rf "$dir" && mkdir -p "$dir" || return 1
  {
    echo '#include <cstddef>'
    echo '#include <cstdlib>'
    for ((unit = 0; unit < n_units + n_idle; unit++)); do
      echo "long run_$unit (std::size_t n);"
    done
    echo 'int main (int, char **argv) {'
    echo '  std::size_t n = std::strtoul (argv[1], nullptr, 10);'
    echo '  long sum = 0;'
    for ((unit = 0; unit < n_units; unit++)); do
      echo "  sum += run_$unit (n);"
    done
    echo '  if (sum == 0) {'
    for ((; unit < n_units + n_idle; unit++)); do
      echo "    sum += run_$unit (n);"
    done
    echo '  }'
    echo '  return sum == 0;'
    echo '}'
  } >"$dir/main.cc"
  compile_units 0 $n_units -O2 && compile_units $n_units $n_idle -O0 &&
    g++ -O2 -g "$dir/main.cc" "$dir"/unit-*.o -o "$program" &&
    rm "$dir"/unit-*.o
}

make_dumps () {
  if ! [ "$dir/sites.heap" -nt "$program" ]; then
    "$here/symbols/make-dump" "$program" $n_sites "$dir/sites.heap" "$dir/sites" || return 1
  fi
  make_run sampled 19 600 && make_run run 0 60
}

# make_run NAME SAMPLING SIZE: a dump at the end of a run, one in 2^SAMPLING bytes.
make_run () {
  local name=$1 sampling=$2 size=$3
  if ! [ "$dir/$name.heap" -nt "$program" ]; then
    LD_PRELOAD=libjemalloc.so.2 MALLOC_CONF="prof:true,prof_final:true,lg_prof_sample:$sampling,prof_prefix:$dir/jeprof" \
      "$program" "$size" && mv "$dir"/jeprof.*.f.heap "$dir/$name.heap" && touch "$dir/$name.heap"
  fi
}

# Copies with compressed debug information, in directories of their own: the file's name is how it is found.
make_packed () {
  local kind
  for kind in zlib zstd; do
    if ! [ "$dir/$kind/program" -nt "$program" ]; then
      mkdir -p "$dir/$kind" && objcopy --compress-debug-sections=$kind "$program" "$dir/$kind/program" || return 1
    fi
  done
}

# ours WHAT COMMAND PREPARATION: leaves `text`, `mib`, `by_llvm` and `by_jeprof` for what follows
ours () {
  measured --prepare "$3" "$2"
  text="$(with s "$seconds" "$runs"), $(with MiB "$mib")"
  by_llvm=$(times "$llvm" "$seconds") by_jeprof=$(times "$jeprof" "$seconds")
  symbols_row "$1" "$(with × "$by_llvm")" "$(with × "$by_jeprof")"
}

symbols_row () {
  cells "$1" "$(with s "$seconds" "$runs")" "$processor" "$mib" "${2:-}" "${3:-}"
}

# llvm_names PROGRAM ADDRESSES: whether llvm-symbolizer reads its lines; version 14 has no zstd
llvm_names () {
  command -v llvm-symbolizer >/dev/null && ! llvm-symbolizer -e "$1" <"$2" 2>/dev/null | sed -n 2p | grep -q ':0:0$'
}

# compare DUMP ADDRESSES: heapview beside the peers, which are measured first
compare () {
  local dump=$1 addresses=$2 llvm jeprof text theirs cached=$XDG_CACHE_HOME/heapview name
  name="$(basename "$dump"), $(wc -l <"$addresses") addresses"
  heading "Names: $name" '' median 'processor, s' MiB "llvm's" "jeprof's"
  peer llvm-symbolizer 'apt-get install llvm' --warm-up "llvm-symbolizer --inlines -e $program <$addresses"
  llvm=$seconds
  symbols_row 'llvm-symbolizer --inlines'
  peer jeprof 'apt-get install libjemalloc-dev' "jeprof --text $program $dump"
  jeprof=$seconds theirs="jeprof $(with s "$seconds" "$runs"), $(with MiB "$mib")"
  symbols_row 'jeprof --text'
  ours 'the symboliser alone' "$root/build/tests/oracle/ask --readable $program <$addresses" :
  asked "symboliser, beside llvm's: $name" "$text" "llvm-symbolizer $(with s "$llvm")" '≥ 3 ×' "$by_llvm"
  ours 'heapview, nothing kept' "$heapview --no-store --print $dump" :
  asked "jemalloc dump of a large program, cold: $name" "$text" "$theirs" '≥ 20 ×' "$by_jeprof"
  asked '… memory' "$mib MiB" '' '≤ 250 MiB' "$mib"
  ours 'heapview, first dump: fills its caches' "$heapview --print $dump" "rm -rf $cached"
  # other content, and so another profile
  cp "$dump" "$scratch/another.heap" && chmod u+w "$scratch/another.heap"
  ours 'heapview, another dump: names known' "$heapview --print $scratch/another.heap" "echo >>$scratch/another.heap"
  asked '… warm: the program was seen before, the dump was not' "$text" "$theirs" '≥ 200 ×' "$by_jeprof"
  ours 'heapview, the same dump again' "$heapview --print $dump" :
}

# compare_packed KIND
compare_packed () {
  local jeprof=- llvm=- text
  if llvm_names "$dir/$1/program" "$dir/sites"; then
    measured --warm-up "llvm-symbolizer --inlines -e $dir/$1/program <$dir/sites"
    llvm=$seconds
  fi
  ours "heapview, $1 sections" "$heapview --no-store --print --binary $dir/$1/program $dir/sites.heap" :
}

# The program's own addresses in a dump, less one: calls, not where they return to.
addresses_of () {
  python3 - "$1" "$program" <<'PYTHON'
import re, sys
dump, program = sys.argv[1:]
text = open(dump).read()
maps = [(int(m[1], 16), int(m[2], 16)) for m in re.finditer(r'^([0-9a-f]+)-([0-9a-f]+) .* (\S+)$', text, re.M)
        if m[3] == program]
base, end = maps[0][0], maps[-1][1]
found = {int(word, 16) for line in re.findall('^@(.*)$', text, re.M) for word in line.split()}
for address in sorted(found):
    if base <= address < end:
        print(hex(address - base - 1))
PYTHON
}

if make_program && make_dumps && make_packed; then
  for name in sampled run; do
    addresses_of "$dir/$name.heap" >"$dir/$name"
  done
  compare "$dir/sampled.heap" "$dir/sampled"
  compare "$dir/sites.heap" "$dir/sites"
  for kind in zlib zstd; do
    compare_packed $kind
  done
  compare "$dir/run.heap" "$dir/run"
else
  say 'no program to measure with'
fi
