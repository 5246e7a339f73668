/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/symbols/verify.h"
#include "store/canonical.h"
#include "store/frame-key.h"
#include "symbols.h"

/* What is at each address, "function\nfile:line\n" a frame, as llvm-symbolizer prints it. */
static void
take_text (gsize index, const HvObjectFrame *frames, gsize n, gpointer user)
{
  char **texts = user;
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    {
      g_string_append_printf (text, "%s\n%s:%u\n", frames[i].function,
                              frames[i].file ? frames[i].file : "??", frames[i].line);
      g_assert_true (frames[i].inlined == (i + 1 < n));
    }
  g_assert_null (texts[index]);
  texts[index] = g_string_free (text, FALSE);
}

typedef struct
{
  guint addresses, frames, depth, place, name;
} Agreement;

static char *
plain_name (const char *raw)
{
  g_autofree char *readable = hv_demangle (raw);
  g_autoptr (GString) path = g_string_new (NULL);

  hv_canonical_path (path, NULL, readable);
  return g_strdup (hv_basename (path->str));
}

/* Whether one of two qualified names ends in the other: llvm-symbolizer prints "get" where we print
 * "(anonymous namespace)::Cache::get". */
static gboolean
names_agree (const char *ours, const char *theirs)
{
  g_autofree char *a = plain_name (ours), *b = plain_name (theirs);

  return g_str_has_suffix (a, b) || g_str_has_suffix (b, a);
}

static gboolean
places_agree (const char *ours, const char *theirs)
{
  /* llvm-symbolizer falls back to the name of the object file's source, with line 0 */
  if (g_str_has_suffix (theirs, ":0") && g_str_has_suffix (ours, ":0"))
    return TRUE;
  g_autofree char *a = g_canonicalize_filename (ours, "/");
  g_autofree char *b = g_canonicalize_filename (theirs, "/");
  return strcmp (a, b) == 0;
}

/* Compares what we find at addresses with blocks of "function\nfile:line[:column]\n…". */
static Agreement
judge (HvObject *object, GArray *sites, char **theirs)
{
  g_autofree char **ours = g_new0 (char *, sites->len + 1);
  Agreement agreement = { 0 };
  gint64 start = g_get_monotonic_time ();

  g_assert_true (hv_object_resolve (object, (const uint64_t *) (void *) sites->data, sites->len,
                                    NULL, take_text, ours));
  double ms = (double) (g_get_monotonic_time () - start) / 1000;
  for (guint i = 0; i < sites->len && theirs[i]; i++)
    {
      uint64_t address = g_array_index (sites, uint64_t, i);
      g_auto (GStrv) a = g_strsplit (ours[i] ? ours[i] : "??\n??:0\n", "\n", -1);
      g_auto (GStrv) b = g_strsplit (g_strchomp (theirs[i]), "\n", -1);
      guint depth = g_strv_length (a) / 2, their_depth = (g_strv_length (b) + 1) / 2;
      gboolean place = TRUE, name = TRUE;
      agreement.addresses++;
      agreement.depth += depth == their_depth;
      for (guint f = 0; depth == their_depth && f < depth; f++)
        {
          char *colon = strrchr (b[2 * f + 1], ':');
          if (colon && strchr (b[2 * f + 1], ':') != colon)
            *colon = 0;
          place &= places_agree (a[2 * f + 1], b[2 * f + 1]);
          /* of code without debug information it names the nearest symbol */
          name &= names_agree (a[2 * f], b[2 * f]) || strcmp (a[2 * f], "??") == 0;
          if (!(place && name))
            g_test_message ("%" G_GINT64_MODIFIER "x, frame %u: %s %s, not %s %s", address, f,
                            a[2 * f], a[2 * f + 1], b[2 * f], b[2 * f + 1]);
        }
      if (depth == their_depth)
        {
          agreement.frames += depth;
          agreement.place += place;
          agreement.name += name;
        }
      else
        g_test_message ("%" G_GINT64_MODIFIER "x: %u frames, not %u:\n%snot\n%s", address, depth,
                        their_depth, ours[i] ? ours[i] : "", theirs[i]);
    }
  for (guint i = 0; i < sites->len; i++)
    g_free (ours[i]);
  g_test_message ("%u addresses, %u frames; same depth %u, place %u, name %u; %.1f ms",
                  agreement.addresses, agreement.frames, agreement.depth, agreement.place,
                  agreement.name, ms);
  return agreement;
}

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

/* --- a program large enough for several threads --- */

static const char unit_source[] =
    "#include <map>\n#include <regex>\n"
    "namespace UNIT {\n"
    "struct Key { std::string name; bool operator< (const Key &k) const { return name < k.name; } "
    "};\n"
    "int run (const char *s) {\n"
    "  std::map<Key, std::regex> all;\n"
    "  all[Key{ s }] = std::regex (s);\n"
    "  return int (all.size ()) + std::regex_search (s, all.begin ()->second);\n"
    "}\n"
    "}\n"
    "int RUN (const char *s) { return UNIT::run (s); }\n";

static void
take_whole (gsize index, const HvObjectFrame *frames, gsize n, gpointer user)
{
  GPtrArray *chains = user;
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *readable = hv_demangle (frames[i].function);
      g_assert_cmpstr (frames[i].readable, ==, readable);
      g_string_append_printf (text, "%s %s:%u%s\n", frames[i].function,
                              frames[i].file ? frames[i].file : "?", frames[i].line,
                              frames[i].inlined ? " inlined" : "");
    }
  if (chains->len <= index)
    g_ptr_array_set_size (chains, (int) index + 1);
  g_assert_null (chains->pdata[index]);
  chains->pdata[index] = g_string_free (text, FALSE);
}

static GPtrArray *
chains_of (HvObject *object, const uint64_t *sites, gsize n)
{
  GPtrArray *chains = g_ptr_array_new_with_free_func (g_free);

  g_assert_true (hv_object_resolve (object, sites, n, NULL, take_whole, chains));
  g_ptr_array_set_size (chains, (int) n);
  return chains;
}

/* Three addresses of each function of a program. */
static GArray *
addresses_of (const char *name)
{
  g_autofree char *symbols = run (NULL, "nm -S --defined-only '%s'", name);
  GArray *sites = g_array_new (FALSE, FALSE, sizeof (uint64_t));

  g_assert_nonnull (symbols);
  g_auto (GStrv) lines = g_strsplit (symbols, "\n", -1);
  for (gsize i = 0; lines[i]; i++)
    {
      g_auto (GStrv) word = g_strsplit (lines[i], " ", -1);
      if (g_strv_length (word) != 4 || !strchr ("tTwW", word[2][0]))
        continue;
      uint64_t low = g_ascii_strtoull (word[0], NULL, 16);
      uint64_t size = g_ascii_strtoull (word[1], NULL, 16);
      const uint64_t here[] = { low, low + size / 2, low + size - 1 };
      g_array_append_vals (sites, here, G_N_ELEMENTS (here));
    }
  return sites;
}

/* All addresses at once, by several threads where there are processors for them, tell the same as
 * each alone. */
static void
test_many_units (void)
{
  enum
  {
    N_ALONE = 200
  };
  static const HvImportOptions options = { 0 };

  if (!have ("g++") || !have ("nm"))
    {
      g_test_skip ("needs g++ and nm");
      return;
    }
  g_autofree char *unit = g_build_filename (scratch, "unit.cc", NULL);
  g_assert_true (g_file_set_contents (unit, unit_source, -1, NULL));
  g_autofree char *units = run (NULL, "for i in 0 1 2; do g++ -g -O1 -DUNIT=unit_$i -DRUN=run_$i"
                                      " -c unit.cc -o unit-$i.o || exit 1; done; :");
  g_assert_nonnull (units);
  g_autofree char *built = run (
      "int run_0 (const char *), run_1 (const char *), run_2 (const char *);\n"
      "int main (int, char **v) { return run_0 (v[0]) + run_1 (v[0]) + run_2 (v[0]); }\n",
      "g++ -g unit-0.o unit-1.o unit-2.o -o many -x c++ -");
  g_assert_nonnull (built);
  g_autofree char *path = g_build_filename (scratch, "many", NULL);
  g_autoptr (GArray) sites = addresses_of ("many");
  const uint64_t *site = HV_ITEMS (sites, const uint64_t);
  g_assert_cmpuint (sites->len, >, N_ALONE);

  g_autoptr (HvObject) object = open_object (path, &options);
  g_autoptr (GPtrArray) together = chains_of (object, site, sites->len);
  g_autoptr (GPtrArray) again = chains_of (object, site, sites->len);
  g_assert_cmpuint (hv_elf_section (hv_object_elf (object), ".debug_info").size, >, 1 << 20);
  for (guint i = 0; i < sites->len; i++)
    g_assert_cmpstr (together->pdata[i], ==, again->pdata[i]);
  for (guint i = 0; i < sites->len; i += sites->len / N_ALONE)
    {
      g_autoptr (HvObject) other = open_object (path, &options);
      g_autoptr (GPtrArray) alone = chains_of (other, &site[i], 1);
      g_assert_cmpstr (together->pdata[i], ==, alone->pdata[0]);
    }

  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GPtrArray) none = g_ptr_array_new_with_free_func (g_free);
  g_cancellable_cancel (cancelled);
  g_assert_false (hv_object_resolve (object, site, sites->len, cancelled, take_whole, none));
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_false (hv_object_is_damaged (object));
}

int
main (int argc, char **argv)
{
  symbols_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (libraries); i++)
    {
      g_autofree char *name = g_strconcat ("/library/", libraries[i].library, NULL);
      g_test_add_data_func (name, &libraries[i], test_library);
    }
  g_test_add_func ("/library/qualified-names", test_qualified);
  g_test_add_func ("/dwarf/many-units", test_many_units);
  return symbols_run ();
}
