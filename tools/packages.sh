# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2034
# The Debian packages of each task, the only list there is; sourced by tools/run and tools/test.

build_packages='
  gcc libc6-dev meson ninja-build pkg-config gettext
  libglib2.0-dev libsqlite3-dev libcjson-dev libzstd-dev zlib1g-dev liblzma-dev
  libxxhash-dev libiberty-dev
'

# libxml2-utils: GLib's resource compiler strips blanks through xmllint.
gui_packages='
  libgtk-4-dev libadwaita-1-dev libgtksourceview-5-dev libxml2-utils
  librsvg2-common fonts-dejavu-core
'

# Tests only.  Node and Chromium run the SVG's script; AT-SPI reads the window as a screen reader would.
# A program of Tokio's is built and recorded.
test_packages='
  g++ clang clang-format libclang-rt-14-dev lld llvm dwz strace libdebuginfod1
  xvfb xauth x11-utils libgtk-4-bin xdotool imagemagick libgl1-mesa-dri fonts-noto-cjk
  at-spi2-core dbus python3-gi gir1.2-atspi-2.0
  chromium nodejs
  sqlite3 zstd xz-utils binutils poppler-utils
  desktop-file-utils shared-mime-info appstream libglib2.0-bin shellcheck
  cargo rustc librust-tokio-dev librust-tracing-dev libjemalloc2
'

# flamegraph.pl comes with libdevel-nytprof-perl, dh_view with valgrind.
bench_packages='heaptrack libjemalloc-dev libjemalloc2 nodejs zstd python3 g++ binutils llvm valgrind libdevel-nytprof-perl'

say () {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# Prints those of its arguments that dpkg does not hold as installed.
missing_packages () {
  # dpkg-query fails when it does not know one of the names: that is an answer here, not an error.
  have=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' "$@" 2>/dev/null |
         sed -n 's/^.i[[:space:]]*//p') || :
  for package in "$@"; do
    case "
$have
" in
      *"
$package
"*) ;;
      *) printf '%s ' "$package" ;;
    esac
  done
}

# Runs apt-get as root; other apt runs (a desktop's updater, cloud-init) are waited for.  Prints only
# when it fails.
apt_get () {
  set -- env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "PATH=$PATH:/usr/sbin:/sbin" \
    apt-get -qq -y -o DPkg::Lock::Timeout=1200 -o Dpkg::Use-Pty=0 "$@"
  if [ "$(id -u)" -ne 0 ]; then
    set -- sudo "$@"
  fi
  apt_output=$("$@" </dev/null 2>&1)
}

# The lock of the package lists is not covered by DPkg::Lock::Timeout, hence the loop.
apt_update () {
  tries=0
  until apt_get update; do
    tries=$((tries + 1))
    if [ "$tries" -ge 5 ]; then
      return 1
    fi
    sleep $((tries * 5))
  done
}

# Installs what is missing of its arguments; silent when nothing is.
install_packages () {
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "no dpkg and apt here, so nothing is installed; needed is what Debian calls:" "$@"
    return 0
  fi
  missing=$(missing_packages "$@")
  if [ -z "$missing" ]; then
    return 0
  fi
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    say "packages are missing, and neither root nor sudo is at hand; as root, run:"
    say "  apt-get install --no-install-recommends $missing"
    return 1
  fi
  say "installing with apt: $missing"
  # The lists on the machine are often good enough, and fetching them takes longer than a small install.
  # shellcheck disable=SC2086 # a list of package names
  if ! apt_get install --no-install-recommends $missing; then
    if ! apt_update || ! apt_get install --no-install-recommends $missing; then
      printf '%s\n' "$apt_output" >&2
      say "apt could not install: $(missing_packages $missing)"
      say "(is the machine online, and are its package sources those of Debian 12 or newer?)"
      return 1
    fi
  fi
}
