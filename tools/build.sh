# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2154
# Configuring and compiling, sourced by tools/run and tools/test; needs $root, and say from tools/packages.sh.

# configure DIR OPTION...: sets DIR up once.  Options, or a place, other than last time mean a fresh
# start: a build directory names its sources by absolute path, and a moved clone must not build the old.
configure () {
  build_dir=$1
  shift
  wanted="$root $*"
  if [ "$(cat "$build_dir/configured-for" 2>/dev/null)" = "$wanted" ]; then
    return 0
  fi
  rm -rf "$build_dir"
  mkdir -p "$build_dir"
  if ! LC_ALL=C.UTF-8 meson setup "$build_dir" "$root" "$@" >"$build_dir/setup.log" 2>&1; then
    cat "$build_dir/setup.log" >&2
    return 1
  fi
  printf '%s\n' "$wanted" >"$build_dir/configured-for"
}

# compile DIR TARGET...: silent when there is nothing to do.
compile () {
  build_dir=$1
  shift
  # Meson's own part first, so that its long list of checks is seen only when it fails.
  if ! LC_ALL=C.UTF-8 ninja -C "$build_dir" --quiet build.ninja >"$build_dir/setup.log" 2>&1; then
    cat "$build_dir/setup.log" >&2
    return 1
  fi
  case "$(LC_ALL=C.UTF-8 ninja -C "$build_dir" -n "$@" 2>/dev/null)" in
    *'no work to do'*) return 0 ;;
  esac
  if [ -t 2 ]; then
    LC_ALL=C.UTF-8 ninja -C "$build_dir" "$@" >&2
  else
    LC_ALL=C.UTF-8 ninja -C "$build_dir" --quiet "$@" >&2
  fi
}
