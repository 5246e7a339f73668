/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/symbols/symtab.h"
#include "importers/symbols/verify.h"
#include "made-elf.h"
#include "symbols.h"

/* For the compilers that are there. */
static const char program_source[] =
    "#include <map>\n"
    "#include <string>\n"
    "#include <vector>\n"
    "#include <algorithm>\n"
    "#include <cstdlib>\n"
    "namespace {\n"
    "struct Hidden {\n"
    "  std::vector<int> v;\n"
    "  __attribute__((noinline)) void grow (int n) { for (int i = 0; i < n; i++) v.push_back (i * "
    "3); }\n"
    "  inline void twice (int n) { grow (n); grow (n + 1); }\n"
    "};\n"
    "__attribute__((noinline)) void *own (unsigned n) { return std::malloc (n); }\n"
    "}\n"
    "static inline int __attribute__((always_inline)) deep3 (int n) { std::free (own (n)); return "
    "n; }\n"
    "static inline int __attribute__((always_inline)) deep2 (int n) { return deep3 (n) + deep3 (n "
    "+ 1); }\n"
    "static inline int __attribute__((always_inline)) deep1 (int n) { return deep2 (n) + 1; }\n"
    "namespace app {\n"
    "template <typename T> struct Box {\n"
    "  std::map<std::string, T> m;\n"
    "  T &at (const std::string &k) { return m[k]; }\n"
    "};\n"
    "__attribute__((noinline)) int run (int n)\n"
    "{\n"
    "  Box<std::vector<int>> box;\n"
    "  auto add = [&] (int k) { box.at (std::to_string (k)).push_back (deep1 (k)); };\n"
    "  for (int i = 0; i < n; i++)\n"
    "    add (i);\n"
    "  Hidden h;\n"
    "  h.twice (n);\n"
    "  std::vector<std::string> names;\n"
    "  for (auto &p : box.m) names.push_back (p.first + \"x\");\n"
    "  std::sort (names.begin (), names.end (), [] (const std::string &a, const std::string &b)\n"
    "             { return std::string (a.rbegin (), a.rend ()) < b; });\n"
    "  return (int)names.size () + (int)h.v.size ();\n"
    "}\n"
    "}\n"
    "int main (int argc, char **) { return app::run (argc * 10) == 0; }\n";

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>
#include <utime.h>

/* Of every function, each byte and the one after it, against the symbol table. */
static void
test_unwind (void)
{
  g_autoptr (GHashTable) done = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n = 0;

  if (!have ("g++") || !have ("nm"))
    {
      g_test_skip ("needs g++ and nm");
      return;
    }
  g_autofree char *built = run (program_source, "g++ -x c++ -O2 -o unwind -");
  g_assert_nonnull (built);
  g_autofree char *symbols = run (NULL, "nm -S --defined-only unwind");
  g_autofree char *stripped = run (NULL, "strip unwind");
  g_assert_nonnull (symbols);
  g_assert_nonnull (stripped);
  g_autofree char *path = g_build_filename (scratch, "unwind", NULL);
  g_autoptr (HvObject) object = hv_object_new (hv_elf_open (path, NULL), NULL, NULL);
  g_auto (GStrv) lines = g_strsplit (symbols, "\n", -1);
  for (gsize i = 0; lines[i]; i++)
    {
      g_auto (GStrv) word = g_strsplit (lines[i], " ", -1);
      uint64_t start;
      if (g_strv_length (word) != 4 || !strchr ("tTwW", word[2][0])
          || !g_hash_table_add (done, g_strdup (word[0])))
        continue;
      uint64_t low = g_ascii_strtoull (word[0], NULL, 16);
      uint64_t size = g_ascii_strtoull (word[1], NULL, 16);
      for (uint64_t at = 0; at < size; at++)
        {
          g_assert_true (hv_object_function_start (object, low + at, &start));
          g_assert_cmpuint (start, ==, low);
        }
      g_assert_true (!hv_object_function_start (object, low + size, &start) || start == low + size);
      n++;
    }
  g_test_message ("%u functions", n);
  g_assert_cmpuint (n, >, 10);
}

/* A stripped program whose internal functions are named in a packed symbol table alone, made as
 * distributions do. */
static void
test_packed_symbols (void)
{
  if (!have ("g++") || !have ("nm") || !have ("objcopy") || !have ("xz"))
    {
      g_test_skip ("needs g++, binutils and xz");
      return;
    }
  g_autofree char *built = run (program_source, "g++ -x c++ -O2 -o packed -");
  g_autofree char *symbols = run (NULL, "nm -S --defined-only packed");
  g_autofree char *packed = run (NULL, "objcopy -S --keep-file-symbols packed bare"
                                       " && objcopy --only-keep-debug packed small && xz -f small"
                                       " && objcopy --add-section .gnu_debugdata=small.xz bare");
  g_autofree char *path = g_build_filename (scratch, "bare", NULL);
  guint n = 0;

  g_assert_nonnull (built);
  g_assert_nonnull (symbols);
  g_assert_nonnull (packed);
  g_autoptr (HvElf) elf = hv_elf_open (path, NULL);
  g_assert_nonnull (elf);
  g_auto (GStrv) lines = g_strsplit (symbols, "\n", -1);
  for (gsize i = 0; lines[i]; i++)
    {
      g_auto (GStrv) word = g_strsplit (lines[i], " ", -1);
      if (g_strv_length (word) != 4 || strcmp (word[2], "t") != 0)
        continue;
      uint64_t low = g_ascii_strtoull (word[0], NULL, 16);
      const char *name = NULL;
      hv_symtab_find (elf, &low, 1, &name);
      g_assert_cmpstr (name, ==, word[3]);
      n++;
    }
  g_assert_cmpuint (n, >, 2);
}

static void
take_nothing (gsize index, const HvObjectFrame *frames, gsize n, gpointer user)
{
  g_assert_cmpuint (n, >, 0);
  g_assert_nonnull (frames[0].function);
}

static void
resolve_damaged (const char *data, gsize size)
{
  static const uint64_t addresses[] = { 0, 0x2e3, 0x33c, 0x348, 0x3b5, UINT64_MAX };
  HvElf *elf = hv_elf_new_for_memory (data, size, NULL);
  uint64_t start;

  if (elf == NULL)
    return;
  g_autoptr (HvObject) object = hv_object_new (elf, NULL, hv_elf_new_for_memory (data, size, NULL));
  HvElf *package = hv_elf_new_for_memory (data, size, NULL);
  hv_object_set_split (object, hv_split_new_for_package (package));
  hv_verify_calls (elf, addresses, G_N_ELEMENTS (addresses));
  g_assert_true (
      hv_object_resolve (object, addresses, G_N_ELEMENTS (addresses), NULL, take_nothing, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    if (hv_object_function_start (object, addresses[i], &start))
      g_assert_cmpuint (start, <=, addresses[i]);
}

/* Every cut of a library, and each byte damaged: it must end, and without a fault. */
static void
test_damaged (void)
{
  static const char *const names[] = { "gcc-5.so", "clang-5.so", "clang-4z.so", "unwind.so",
                                       "split-4.so" };

  for (gsize f = 0; f < G_N_ELEMENTS (names); f++)
    {
      g_autofree char *path = data_path (names[f]), *data = NULL;
      gsize size;
      g_assert_true (g_file_get_contents (path, &data, &size, NULL));
      for (gsize cut = 0; cut < size; cut += 7)
        {
          /* of its own size, so that a sanitizer sees a read past it */
          g_autofree char *part = g_memdup2 (data, MAX (1, cut));
          resolve_damaged (part, cut);
        }
      for (gsize at = 0; at < size; at++)
        {
          static const char values[] = { 0, 1, 0x7f, (char) 0x80, (char) 0xff };
          char good = data[at];
          data[at] = values[at % sizeof values];
          resolve_damaged (data, size);
          data[at] = good;
        }
    }
}

/* --- files that change while they are read --- */

static void
take_none (gsize index, const HvObjectFrame *frames, gsize n, gpointer user)
{
  g_assert_not_reached ();
}

/* A library of more than `size` bytes; most of them a hole. */
static char *
make_large (gsize size)
{
  g_autofree char *from = data_path ("gcc-5.so");
  char *path = g_build_filename (scratch, "large.so", NULL);
  struct stat st;

  copy_file (from, path, FALSE);
  g_assert_cmpint (stat (path, &st), ==, 0);
  g_assert_cmpint (truncate (path, (off_t) size + st.st_size), ==, 0);
  return path;
}

/* Small files are copied and large ones mapped: both must be found out. */
static const gsize paddings[] = { 0, 16 << 20 };

static void
test_unchanged (gconstpointer padding)
{
  static const HvImportOptions options = { 0 };
  g_autofree char *path = make_large (*(const gsize *) padding);
  g_autoptr (HvObject) object = open_object (path, &options);

  g_assert_true (hv_object_resolve (object, stack, G_N_ELEMENTS (stack), NULL, take_nothing, NULL));
  g_assert_false (hv_object_is_damaged (object));
}

/* Cut down before anything but its headers was read, then with the list of units read. */
static void
test_shrunk (gconstpointer padding)
{
  static const HvImportOptions options = { 0 };
  uint64_t start;

  for (int listed = 0; listed < 2; listed++)
    {
      g_autofree char *path = make_large (*(const gsize *) padding);
      g_autoptr (HvObject) object = open_object (path, &options);
      g_assert_true (!listed || hv_object_has_debug_info (object));
      g_assert_cmpint (truncate (path, listed ? 4096 : 0), ==, 0);
      g_assert_false (
          hv_object_resolve (object, stack, G_N_ELEMENTS (stack), NULL, take_none, NULL));
      g_assert_true (hv_object_is_damaged (object));
      g_assert_false (hv_object_function_start (object, stack[0], &start));
    }
}

static void
test_rewritten (gconstpointer padding)
{
  static const HvImportOptions options = { 0 };
  g_autofree char *path = make_large (*(const gsize *) padding);
  g_autoptr (HvObject) object = open_object (path, &options);
  struct utimbuf before = { 1, 1 };

  g_assert_cmpint (utime (path, &before), ==, 0);
  g_assert_false (hv_object_resolve (object, stack, G_N_ELEMENTS (stack), NULL, take_none, NULL));
  g_assert_true (hv_object_is_damaged (object));
}

static sigjmp_buf jump;

static void
jump_out (int number)
{
  siglongjmp (jump, 1);
}

/* Who else waits for the signal still gets it. */
static void
test_other_bus_error (void)
{
  g_autofree char *path = make_large (paddings[1]);
  struct sigaction action = { .sa_handler = jump_out };

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      return;
    }
  g_assert_cmpint (sigaction (SIGBUS, &action, NULL), ==, 0);
  g_autoptr (HvElf) elf = hv_elf_open (path, NULL);
  int fd = open (path, O_RDONLY);
  volatile char *map = mmap (NULL, 1 << 20, PROT_READ, MAP_SHARED, fd, 0);
  g_assert_true (elf && map != MAP_FAILED);
  HvSpan info = hv_elf_section (elf, ".debug_info");
  g_assert_nonnull (info.data);
  g_assert_cmpint (truncate (path, 0), ==, 0);
  if (sigsetjmp (jump, 1) == 0)
    {
      g_assert_cmpint (*map, ==, 0);
      g_assert_not_reached ();
    }
  munmap ((void *) map, 1 << 20);
  close (fd);
  g_assert_cmpint (info.data[0], ==, 0);
  g_assert_false (hv_elf_is_intact (elf));
}

/* One that somebody sent ends the process as ever. */
static void
test_sent_bus_error (void)
{
  if (g_test_subprocess ())
    {
      g_autofree char *path = make_large (paddings[1]);
      g_autoptr (HvElf) elf = hv_elf_open (path, NULL);
      g_assert_nonnull (elf);
      g_assert_cmpint (raise (SIGBUS), ==, 0);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
}

/* Named from the cache alone, a file may have changed as well. */
static void
test_starts_of_changed (gconstpointer padding)
{
  static const HvImportOptions options = { 0 };
  g_autofree char *path = make_large (*(const gsize *) padding);
  g_autoptr (HvObject) object = open_object (path, &options);
  struct utimbuf before = { 1, 1 };
  uint64_t start;

  g_assert_cmpint (utime (path, &before), ==, 0);
  g_assert_false (hv_object_function_start (object, stack[0], &start));
  g_assert_true (hv_object_is_damaged (object));
}

static void
test_refused (void)
{
  static const struct
  {
    gsize at;
    char value;
    const char *message;
  } cases[] = {
    { 0, 'x', "not an ELF file" },
    { 4, 1, "a 32-bit ELF file: only 64-bit ones are read" },
    { 5, 2, "a big-endian ELF file: only little-endian ones are read" },
  };
  g_autofree char *path = data_path ("gcc-5.so"), *data = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      char good = data[cases[i].at];
      data[cases[i].at] = cases[i].value;
      g_assert_null (hv_elf_new_for_memory (data, size, &error));
      g_assert_error (error, HV_ERROR, HV_ERROR_FORMAT);
      g_assert_cmpstr (error->message, ==, cases[i].message);
      data[cases[i].at] = good;
    }
}

/* A small file whose sections lie over each other takes no more memory than honest ones may. */
static void
test_overlapping (void)
{
  enum
  {
    SIZE = 1 << 18,
    N_SECTIONS = 200
  };
  g_autoptr (GByteArray) file = begin_file ();
  g_autofree char *path = g_build_filename (scratch, "overlapping", NULL);
  static const char name[] = ".debug_info.dwo";
  uint32_t at = 0, n = 0;
  HvSpan content;

  g_byte_array_append (file, (const guint8 *) name, sizeof name);
  begin_sections (file, N_SECTIONS, 0);
  for (guint i = 0; i < N_SECTIONS; i++)
    add_section (file, 1, 0, 64, i ? SIZE - 64 : sizeof name);
  g_byte_array_set_size (file, SIZE);
  g_assert_true (g_file_set_contents (path, (const char *) file->data, SIZE, NULL));
  g_autoptr (HvElf) elf = hv_elf_open (path, NULL);
  g_assert_nonnull (elf);
  while (hv_elf_next_section (elf, name, &at, &content))
    n += content.data != NULL;
  g_assert_cmpuint (n, >, 1);
  g_assert_cmpuint (n, <, N_SECTIONS - 1);
}

int
main (int argc, char **argv)
{
  symbols_init (&argc, &argv);
  g_test_add_func ("/library/damaged", test_damaged);
  g_test_add_func ("/library/refused", test_refused);
  g_test_add_func ("/library/overlapping", test_overlapping);
  g_test_add_func ("/unwind/starts", test_unwind);
  g_test_add_func ("/unwind/packed-symbols", test_packed_symbols);
  for (gsize i = 0; i < G_N_ELEMENTS (paddings); i++)
    {
      static const char *const kinds[] = { "copied", "mapped" };
      static const struct
      {
        const char *name;
        GTestDataFunc test;
      } tests[] = { { "unchanged", test_unchanged },
                    { "shrunk", test_shrunk },
                    { "rewritten", test_rewritten },
                    { "starts", test_starts_of_changed } };
      for (gsize t = 0; t < G_N_ELEMENTS (tests); t++)
        {
          g_autofree char *name = g_strdup_printf ("/changed/%s/%s", kinds[i], tests[t].name);
          g_test_add_data_func (name, &paddings[i], tests[t].test);
        }
    }
  g_test_add_func ("/changed/other-bus-error", test_other_bus_error);
  g_test_add_func ("/changed/sent-bus-error", test_sent_bus_error);
  return symbols_run ();
}
