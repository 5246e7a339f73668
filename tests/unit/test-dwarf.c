/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/symbols/verify.h"
#include "judge.h"
#include "programs.h"

/* The call sites (return address - 1) of a program, as its disassembly tells. */
static GArray *
call_sites (const char *path)
{
  g_autofree char *text = run (NULL, "%s -d --no-show-raw-insn '%s'",
                               have ("llvm-objdump") ? "llvm-objdump" : "objdump", path);
  GArray *sites = g_array_new (FALSE, FALSE, sizeof (uint64_t));
  gboolean after_call = FALSE;

  g_assert_nonnull (text);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i]; i++)
    {
      char *end;
      uint64_t address = g_ascii_strtoull (lines[i], &end, 16) - 1;
      if (end == lines[i] || *end != ':')
        continue;
      g_strstrip (end + 1);
      if (after_call)
        g_array_append_val (sites, address);
      after_call = g_str_has_prefix (end + 1, "call");
    }
  return sites;
}

static gboolean
can_judge (const char *compiler)
{
  if (!have (compiler) || !have ("llvm-symbolizer") || !(have ("llvm-objdump") || have ("objdump")))
    {
      g_autofree char *why = g_strdup_printf ("needs %s, llvm-symbolizer and a disassembler",
                                              compiler);
      g_test_skip (why);
      return FALSE;
    }
  return TRUE;
}

typedef struct
{
  const char *name, *compiler, *flags;
  const char *tool, *pack; /* run between llvm-symbolizer's look and ours; NULL: nothing */
} Variant;

static void
test_variant (gconstpointer data)
{
  const Variant *variant = data;

  if (!can_judge (variant->compiler))
    return;
  if (variant->tool && !have (variant->tool))
    {
      g_autofree char *why = g_strdup_printf ("needs %s", variant->tool);
      g_test_skip (why);
      return;
    }
  g_autofree char *path = g_build_filename (scratch, variant->name, NULL);
  gboolean files = strstr (variant->flags, ".cc") != NULL;
  g_autofree char *built = run (program_source, "%s -x c++ %s -o %s %s", variant->compiler,
                                variant->flags, variant->name, files ? "" : "-");
  if (built == NULL)
    {
      g_autofree char *why = g_strdup_printf ("%s cannot compile with %s", variant->compiler,
                                              variant->flags);
      g_test_skip (why);
      return;
    }
  static const HvImportOptions options = { 0 };
  g_autoptr (GArray) sites = call_sites (path);
  g_auto (GStrv) theirs = ask_llvm (path, sites);
  if (variant->pack)
    {
      g_autofree char *packed = run (NULL, "%s", variant->pack);
      g_assert_nonnull (packed);
    }
  g_autoptr (HvObject) object = open_object (path, &options);
  Agreement a = judge (object, sites, theirs);
  g_assert_cmpuint (a.addresses, >, 20);
  g_assert_cmpuint (a.frames, >, a.addresses);
  g_assert_cmpuint (a.depth, ==, a.addresses);
  g_assert_cmpuint (a.place, ==, a.addresses);
  g_assert_cmpuint (a.name, ==, a.addresses);
}

static const Variant variants[] = {
  { "gcc-5", "g++", "-O2 -g -gdwarf-5" },
  { "gcc-4", "g++", "-O2 -g -gdwarf-4" },
  { "gcc-3", "g++", "-O2 -g -gdwarf-3" },
  { "gcc-2", "g++", "-O2 -g -gdwarf-2" },
  { "gcc-64bit-format", "g++", "-O2 -g -gdwarf64" },
  { "gcc-zlib", "g++", "-O2 -g -gz=zlib" },
  { "gcc-old-zlib", "g++", "-O2 -g -gz=zlib-gnu" },
  { "gcc-no-pie", "g++", "-O2 -g -no-pie" },
  { "gcc-sections", "g++", "-O2 -g -ffunction-sections -Wl,--gc-sections" },
  { "gcc-lto", "g++", "-O2 -g -flto" },
  { "gcc-types", "g++", "-O2 -g -fdebug-types-section" },
  { "clang-5", "clang++", "-O2 -g -gdwarf-5" },
  { "clang-4", "clang++", "-O2 -g -gdwarf-4" },
  { "clang-lld", "clang++", "-O2 -g -fuse-ld=lld -ffunction-sections -Wl,--gc-sections" },
  { "clang-zlib", "clang++", "-O2 -g -gz=zlib" },
  { "clang-lines", "clang++", "-O2 -gline-tables-only" },
  { "gcc-split-5", "g++", "-O2 -g -gdwarf-5 -gsplit-dwarf a.cc b.cc" },
  { "gcc-split-4", "g++", "-O2 -g -gdwarf-4 -gsplit-dwarf a.cc b.cc" },
  { "gcc-split-types", "g++", "-O2 -g -gdwarf-5 -gsplit-dwarf -fdebug-types-section a.cc b.cc" },
  { "clang-split-5", "clang++", "-O2 -g -gdwarf-5 -gsplit-dwarf a.cc b.cc" },
  { "clang-split-4", "clang++", "-O2 -g -gdwarf-4 -gsplit-dwarf a.cc b.cc" },
  { "clang-split-5-zlib", "clang++", "-O2 -g -gdwarf-5 -gsplit-dwarf -gz=zlib a.cc b.cc" },
  { "gcc-package-5", "g++", "-O2 -g -gdwarf-5 -gsplit-dwarf a.cc b.cc", "llvm-dwp",
    "timeout 60 llvm-dwp -e gcc-package-5 -o gcc-package-5.dwp && rm ./*.dwo" },
  { "gcc-package-4", "g++", "-O2 -g -gdwarf-4 -gsplit-dwarf a.cc b.cc", "dwp",
    "timeout 60 dwp -e gcc-package-4 -o gcc-package-4.dwp && rm ./*.dwo" },
  { "clang-package-5", "clang++", "-O2 -g -gdwarf-5 -gsplit-dwarf a.cc b.cc", "llvm-dwp",
    "timeout 60 llvm-dwp -e clang-package-5 -o clang-package-5.dwp && rm ./*.dwo" },
  { "clang-package-4", "clang++", "-O2 -g -gdwarf-4 -gsplit-dwarf a.cc b.cc", "llvm-dwp",
    "timeout 60 llvm-dwp -e clang-package-4 -o clang-package-4.dwp && rm ./*.dwo" },
  { "gcc-dwz", "g++", "-O2 -g -gdwarf-5 a.cc b.cc", "dwz",
    "cp gcc-dwz gcc-dwz-2 && dwz -m gcc-dwz.alt gcc-dwz gcc-dwz-2"
    " && readelf -SW gcc-dwz | grep gnu_debugaltlink && :" },
  { "gcc-dwz-4", "g++", "-O2 -g -gdwarf-4 a.cc b.cc", "dwz",
    "cp gcc-dwz-4 gcc-dwz-4-2 && dwz -m gcc-dwz-4.alt gcc-dwz-4 gcc-dwz-4-2"
    " && readelf -SW gcc-dwz-4 | grep gnu_debugaltlink && :" },
  { "gcc-dwz-alone", "g++", "-O2 -g -gdwarf-5 a.cc b.cc", "dwz", "dwz gcc-dwz-alone" },
};

/* Blocks of an address and what llvm-symbolizer said of it. */
static char **
read_expected (const char *name, GArray *sites)
{
  g_autofree char *path = data_path (name), *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  char **blocks = g_strsplit (g_strchomp (text), "\n\n", -1);
  for (gsize i = 0; blocks[i]; i++)
    {
      char *rest = strchr (blocks[i], '\n');
      uint64_t address = g_ascii_strtoull (blocks[i], NULL, 16);
      g_array_append_val (sites, address);
      memmove (blocks[i], rest + 1, strlen (rest));
    }
  return blocks;
}

typedef struct
{
  const char *library, *expected;
  gboolean package; /* it holds the sections of its own .dwp file too */
} Library;

static void
test_library (gconstpointer data)
{
  const Library *library = data;
  static const HvImportOptions options = { 0 };
  g_autoptr (GArray) sites = g_array_new (FALSE, FALSE, sizeof (uint64_t));
  g_auto (GStrv) expected = read_expected (library->expected, sites);
  g_autofree char *path = data_path (library->library);
  g_autoptr (HvObject) object = open_object (path, &options);
  if (library->package)
    {
      HvElf *package = hv_elf_open (path, NULL);
      hv_object_set_split (object, hv_split_new_for_package (package));
    }
  Agreement a = judge (object, sites, expected);

  g_assert_cmpuint (a.addresses, ==, 10);
  g_assert_cmpuint (a.frames, >=, 26);
  g_assert_cmpuint (a.depth, ==, 10);
  g_assert_cmpuint (a.place, ==, 10);
  g_assert_cmpuint (a.name, ==, 10);

  HvVerdict verdict = hv_verify_calls (hv_object_elf (object),
                                       (const uint64_t *) (void *) sites->data, sites->len);
  g_assert_cmpuint (verdict.checked, ==, 10);
  g_assert_cmpuint (verdict.calls, ==, 10);
}

static const Library libraries[] = {
  { "gcc-5.so", "gcc-5.expected" },          { "gcc-5zstd.so", "gcc-5.expected" },
  { "gcc-4z.so", "gcc-4z.expected" },        { "gcc-2.so", "gcc-2.expected" },
  { "clang-5.so", "clang-5.expected" },      { "clang-4z.so", "clang-4z.expected" },
  { "stripped.so", "gcc-5.expected" },       { "split-5.so", "gcc-5.expected" },
  { "split-4.so", "gcc-4z.expected", TRUE },
};

static void
take_last (gsize index, const HvObjectFrame *frames, gsize n, gpointer user)
{
  char **name = user;

  g_free (*name);
  *name = hv_demangle (frames[0].function);
}

/* Names that GCC does not write down whole. */
static void
test_qualified (void)
{
  static const HvImportOptions options = { 0 };
  g_autofree char *path = data_path ("gcc-5.so"), *name = NULL;
  g_autoptr (HvObject) object = open_object (path, &options);
  static const uint64_t in_lambda = 0x33c, in_hidden = 0x2e3;

  g_assert_true (hv_object_resolve (object, &in_lambda, 1, NULL, take_last, &name));
  g_assert_cmpstr (name, ==, "app::run(int)::{lambda}::operator()");
  g_assert_true (hv_object_resolve (object, &in_hidden, 1, NULL, take_last, &name));
  g_assert_cmpstr (name, ==, "(anonymous namespace)::Hidden::add(int)");
}

int
main (int argc, char **argv)
{
  symbols_init (&argc, &argv);
  write_source ("a.cc", "");
  write_source ("b.cc", "#define main another_main\n#define app another\n");
  for (gsize i = 0; i < G_N_ELEMENTS (libraries); i++)
    {
      g_autofree char *name = g_strconcat ("/library/", libraries[i].library, NULL);
      g_test_add_data_func (name, &libraries[i], test_library);
    }
  g_test_add_func ("/library/qualified-names", test_qualified);
  for (gsize i = 0; i < G_N_ELEMENTS (variants); i++)
    {
      g_autofree char *name = g_strconcat ("/dwarf/", variants[i].name, NULL);
      g_test_add_data_func (name, &variants[i], test_variant);
    }
  return symbols_run ();
}
