# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms of debug information that tests/oracle/oracle compiles."""
import collections

GCC, CLANG, RUST = ('gcc', 'g++'), ('clang', 'clang++'), ('rustc',)

# STEPS are run in the folder of PROGRAM between llvm-symbolizer's look and ours, or make the file JUDGED that
# llvm-symbolizer looks at; SECTIONS are patterns that the sections of PROGRAM must match, or not with "!".
# SECOND are the flags of second.cc where it has others.  STARTS: function starts are all there is.  At least LINES call sites must have lines, INLINED be in inlined code.
Variant = collections.namedtuple('Variant', 'name compiler flags link steps sections tools debug_dir judged starts lines inlined second',
                                 defaults=('', '', (), (), '', '', False, 250, 150, ''))


def packed(name, compiler, flags, steps, sections, **more):
    return Variant(name, compiler, flags, '', steps, sections, **more)


DEBUG = r' \.debug_info '
NO_DEBUG = '!' + DEBUG
TO_DEBUG_FILE = 'objcopy --only-keep-debug program program.debug'
BUILD_ID = "id=$(readelf -n program | sed -n 's/.*Build ID: //p'); to=debug/.build-id/${id:0:2}; mkdir -p $to"
SHARED = 'cp program other && dwz -m shared.alt program other'

VARIANTS = [
    Variant('gcc-5', GCC, '-O2 -g -gdwarf-5', '', '', (DEBUG,)),
    Variant('gcc-4', GCC, '-O2 -g -gdwarf-4'),
    Variant('gcc-3', GCC, '-O2 -g -gdwarf-3'),
    Variant('gcc-2', GCC, '-O2 -g -gdwarf-2'),
    Variant('gcc-O0', GCC, '-O0 -g', inlined=0),
    Variant('gcc-g1', GCC, '-O2 -g1'),
    Variant('gcc-no-pie', GCC, '-O2 -g -fno-pie', '-no-pie'),
    Variant('gcc-gc-sections', GCC, '-O2 -g -ffunction-sections', '-Wl,--gc-sections'),
    Variant('gcc-static', GCC, '-O2 -g', '-static'),
    Variant('gcc-shared', GCC, '-O2 -g -fPIC', '-shared'),
    Variant('gcc-types-5', GCC, '-O2 -g -gdwarf-5 -fdebug-types-section'),
    Variant('gcc-types-4', GCC, '-O2 -g -gdwarf-4 -fdebug-types-section', '', '', (r' \.debug_types ',)),
    Variant('gcc-dwarf64', GCC, '-O2 -g -gdwarf64'),
    Variant('gcc-lto', GCC, '-O2 -g -flto'),
    Variant('clang-5', CLANG, '-O2 -g -gdwarf-5', '', '', (DEBUG,)),
    Variant('clang-4', CLANG, '-O2 -g -gdwarf-4'),
    Variant('clang-O0', CLANG, '-O0 -g', inlined=0),
    Variant('clang-lines', CLANG, '-O2 -gline-tables-only'),
    Variant('clang-lld', CLANG, '-O2 -g -ffunction-sections', '-fuse-ld=lld -Wl,--gc-sections', tools=('ld.lld',)),
    Variant('clang-lld-shared', CLANG, '-O2 -g -fPIC', '-fuse-ld=lld -shared', tools=('ld.lld',)),
    Variant('clang-lld-no-pie', CLANG, '-O2 -g -fno-pie', '-fuse-ld=lld -no-pie', tools=('ld.lld',)),
    # split
    Variant('gcc-split-5', GCC, '-O2 -g -gdwarf-5 -gsplit-dwarf'),
    Variant('gcc-split-4', GCC, '-O2 -g -gdwarf-4 -gsplit-dwarf'),
    Variant('gcc-split-types', GCC, '-O2 -g -gdwarf-5 -gsplit-dwarf -fdebug-types-section'),
    Variant('clang-split-5', CLANG, '-O2 -g -gdwarf-5 -gsplit-dwarf'),
    Variant('clang-split-4', CLANG, '-O2 -g -gdwarf-4 -gsplit-dwarf'),
    Variant('clang-split-zlib', CLANG, '-O2 -g -gdwarf-5 -gsplit-dwarf -gz=zlib'),
    # llvm-dwp 14 never ends on second.dwo
    packed('gcc-package-5', GCC, '-O2 -g -gdwarf-5 -gsplit-dwarf', 'timeout 20 llvm-dwp first.dwo third.dwo -o program.dwp; rm *.dwo', (), tools=('llvm-dwp',), second='-O2 -g -gdwarf-5'),
    packed('gcc-package-4', GCC, '-O2 -g -gdwarf-4 -gsplit-dwarf', 'timeout 20 dwp -e program -o program.dwp; rm *.dwo', (), tools=('dwp',)),
    packed('clang-package-5', CLANG, '-O2 -g -gdwarf-5 -gsplit-dwarf', 'timeout 20 llvm-dwp -e program -o program.dwp; rm *.dwo', (), tools=('llvm-dwp',)),
    packed('clang-package-4', CLANG, '-O2 -g -gdwarf-4 -gsplit-dwarf', 'timeout 20 llvm-dwp -e program -o program.dwp; rm *.dwo', (), tools=('llvm-dwp',)),
    # compressed
    packed('gcc-zlib', GCC, '-O2 -g -gdwarf-5', 'objcopy --compress-debug-sections=zlib program', (r' \.debug_info .* C ',)),
    packed('gcc-old-zlib', GCC, '-O2 -g -gdwarf-5', 'objcopy --compress-debug-sections=zlib-gnu program', (r' \.zdebug_info ',)),
    packed('gcc-zstd', GCC, '-O2 -g -gdwarf-5', 'objcopy --compress-debug-sections=zstd program', (r' \.debug_info .* C ',)),
    packed('clang-zlib', CLANG, '-O2 -g -gdwarf-5', 'llvm-objcopy --compress-debug-sections=zlib program', (r' \.debug_info .* C ',), tools=('llvm-objcopy',)),
    # in other files
    packed('debuglink', GCC, '-O2 -g -gdwarf-5', TO_DEBUG_FILE + '; strip program; objcopy --add-gnu-debuglink=program.debug program', (NO_DEBUG, r' \.gnu_debuglink ')),
    packed('debuglink-zlib', CLANG, '-O2 -g -gdwarf-5', TO_DEBUG_FILE + '; objcopy --compress-debug-sections=zlib program.debug; strip program; objcopy --add-gnu-debuglink=program.debug program', (NO_DEBUG, r' \.gnu_debuglink ')),
    packed('build-id', GCC, '-O2 -g -gdwarf-5', BUILD_ID + '; objcopy --only-keep-debug program $to/${id:2}.debug; strip program', (NO_DEBUG,), debug_dir='debug'),
    packed('dwz-5', GCC, '-O2 -g -gdwarf-5', 'dwz program', (DEBUG,), tools=('dwz',)),
    packed('dwz-4', GCC, '-O2 -g -gdwarf-4', 'dwz program', (DEBUG,), tools=('dwz',)),
    packed('dwz-shared-5', GCC, '-O2 -g -gdwarf-5', SHARED, (DEBUG, r' \.gnu_debugaltlink '), tools=('dwz',)),
    packed('dwz-shared-4', GCC, '-O2 -g -gdwarf-4', SHARED, (DEBUG, r' \.gnu_debugaltlink '), tools=('dwz',)),
    # as distributions do: the debug files are stripped off, then share a file
    packed('dwz-shared-build-id', GCC, '-O2 -g -gdwarf-5', BUILD_ID + '; objcopy --only-keep-debug program $to/${id:2}.debug; strip program; cp $to/${id:2}.debug other; dwz -m debug/shared.alt -M ../../shared.alt $to/${id:2}.debug other', (NO_DEBUG,), tools=('dwz',), debug_dir='debug'),
    # with less in them
    packed('symbols', GCC, '-O2 -g -gdwarf-5', 'strip -g program; cp program judged', (NO_DEBUG, r' \.symtab '), judged='judged', lines=0, inlined=0),
    packed('packed-symbols', GCC, '-O2 -g -gdwarf-5', 'strip -g program; cp program judged; objcopy -S --keep-file-symbols program bare; objcopy --only-keep-debug program small; xz small; objcopy --add-section .gnu_debugdata=small.xz bare program', (NO_DEBUG, r'!\.symtab', r' \.gnu_debugdata '), tools=('xz',), judged='judged', lines=0, inlined=0),
    packed('stripped', GCC, '-O2 -g -gdwarf-5', 'strip program', (NO_DEBUG, r'!\.symtab'), starts=True, lines=0, inlined=0),
    packed('stripped-clang', CLANG, '-O2 -g -gdwarf-5', 'strip program', (NO_DEBUG, r'!\.symtab'), starts=True, lines=0, inlined=0),
    # Rust
    Variant('rust', RUST, '-O -g', lines=100, inlined=100),
    Variant('rust-v0', RUST, '-O -g -C symbol-mangling-version=v0', lines=100, inlined=100),
    Variant('rust-lines', RUST, '-O -C debuginfo=line-tables-only', lines=100, inlined=100),
    Variant('rust-split-unpacked', RUST, '-O -g -C split-debuginfo=unpacked', lines=100, inlined=100),
    Variant('rust-split-packed', RUST, '-O -g -C split-debuginfo=packed', lines=100, inlined=100),
]

# Programs of the recordings.
SAMPLES = {
    'groundtruth': Variant('groundtruth', GCC, '', lines=100, inlined=20),
    'hv-default': Variant('hv-default', RUST, '', lines=1000, inlined=500),
    'hv-v0': Variant('hv-v0', RUST, '', lines=1000, inlined=500),
}
