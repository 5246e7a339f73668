/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/symbols/elf.h"
#include "importers/symbols/find.h"
#include "importers/symbols/object.h"
#include "importers/symbols/rules.h"
#include "importers/symbols/symbols.h"
#include "importers/symbols/verify.h"
#include "store/canonical.h"
#include "store/frame-key.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* --- demangling --- */

static void
test_demangle (void)
{
  static const struct
  {
    const char *raw, *readable;
  } names[] = {
    { "main", "main" },
    { "malloc@@GLIBC_2.2.5", "malloc" },
    { "malloc@GLIBC_2.2.5", "malloc" },
    { "foo@plt", "foo@plt" },
    { "copy.part.0", "copy" },
    { "copy.constprop.0.isra.12", "copy" },
    { "copy.cold", "copy" },
    { "copy.cold.3", "copy" },
    { "copy.llvm.1234567890123", "copy" },
    { "buffer.2", "buffer.2" },
    { ".L1.cold", ".L1" },
    { "_Z3fooi", "foo(int)" },
    { "_Z3fooi.part.0", "foo(int)" },
    { "_ZN2ns5Class6methodERKSsi.constprop.0.cold", "ns::Class::method(std::string const&, int)" },
    { "foo(int) [clone .cold]", "foo(int)" },
    { "foo(int) [clone .part.0] [clone .cold]", "foo(int)" },
    { "_Znwm", "operator new(unsigned long)" },
    { "_ZNSt6vectorIiSaIiEE9push_backEOi",
      "std::vector<int, std::allocator<int> >::push_back(int&&)" },
    { "_ZN5alloc7raw_vec20RawVecInner$LT$A$GT$14grow_amortized17h0123456789abcdefE",
      "alloc::raw_vec::RawVecInner<A>::grow_amortized" },
    { "_ZN59_$LT$hv..Je$u20$as$u20$core..alloc..global..GlobalAlloc$GT$7dealloc17he1f8e56e1be1d5a"
      "9E",
      "<hv::Je as core::alloc::global::GlobalAlloc>::dealloc" },
    { "_ZN4core3ptr8drop_foo17h1e77eaba96663e46E.llvm.7458581629908875446", "core::ptr::drop_foo" },
    { "_RNvNtCslNYArtu3iFV_5alloc5alloc7dealloc", "alloc::alloc::dealloc" },
    { "_RNvMNtCslNYArtu3iFV_5alloc5allocNtB2_6Global15deallocate_impl",
      "<alloc::alloc::Global>::deallocate_impl" },
    { "_RNvCsfLfy6EI15iL_7___rustc14___rust_dealloc", "__rustc::__rust_dealloc" },
    { "app::run::h0123456789abcdef", "app::run" },
    { "app::run::h0123456789abcdeg", "app::run::h0123456789abcdeg" },
    { "_Rust_is_not_this", "_Rust_is_not_this" },
    { "_Z", "_Z" },
    { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *readable = hv_demangle (names[i].raw);
      g_assert_cmpstr (readable, ==, names[i].readable);
    }
}

/* In base 62 with the end mark, as v0 writes numbers. */
static void
append_base62 (GString *text, guint number)
{
  static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  char reversed[8];
  guint n = 0;

  if (number > 0)
    for (number--;; number /= 62)
      {
        reversed[n++] = digits[number % 62];
        if (number < 62)
          break;
      }
  while (n > 0)
    g_string_append_c (text, reversed[--n]);
  g_string_append_c (text, '_');
}

static void
assert_fast (const char *name)
{
  gint64 start = g_get_monotonic_time ();
  g_autofree char *readable = hv_demangle (name);
  double ms = (double) (g_get_monotonic_time () - start) / 1000;

  /* what cannot be told stays as it was */
  g_assert_cmpstr (readable, ==, name);
  g_test_message ("%zu bytes: %.2f ms", strlen (name), ms);
  g_assert_cmpfloat (ms, <, 10 * (g_getenv ("HV_SLOW_BUILD") ? 10 : 1));
}

static void
test_bombs (void)
{
  g_autoptr (GString) rust = g_string_new ("_RINvC1a1b");
  g_autoptr (GString) cxx = g_string_new ("_Z1f1AIiiE");
  guint before = (guint) rust->len - 2;

  /* each argument is a pair of the one before */
  g_string_append (rust, "TmmmmE");
  for (guint level = 0; level < 24; level++)
    {
      guint here = (guint) rust->len - 2;
      g_string_append_c (rust, 'T');
      for (guint twice = 0; twice < 2; twice++)
        {
          g_string_append_c (rust, 'B');
          append_base62 (rust, before);
        }
      g_string_append_c (rust, 'E');
      before = here;
    }
  g_string_append_c (rust, 'E');
  assert_fast (rust->str);

  for (guint level = 0; level < 30; level++)
    {
      char last = (char) (level < 10 ? '0' + level : 'A' + level - 10);
      g_string_append_printf (cxx, "S_IS%c_S%c_E", last, last);
    }
  assert_fast (cxx->str);

  /* lifetimes without end in a part that is not printed */
  assert_fast ("_RMIC1xFGzzzzzzzzzz_EuEu");
}

static void
test_demangle_long (void)
{
  g_autoptr (GString) deep = g_string_new ("_Z1f"), name = g_string_new ("_Z1f");
  g_autofree char *readable = NULL, *same = NULL, *cut = NULL;

  /* longer than libiberty accepts by itself */
  for (guint i = 0; i < 200; i++)
    g_string_append (name, "10some_class");
  readable = hv_demangle (name->str);
  g_assert_true (g_str_has_prefix (readable, "f(some_class, some_class, "));

  for (guint i = 0; i < 4000; i++)
    g_string_append_c (deep, 'P');
  g_string_append_c (deep, 'i');
  same = hv_demangle (deep->str);
  g_assert_cmpstr (same, ==, deep->str);

  g_autofree char *huge = g_strnfill (1 << 20, 'a');
  cut = hv_demangle (huge);
  g_assert_cmpuint (strlen (cut), <=, 65536);
}

/* --- rules --- */

static void
test_rules (void)
{
  static const struct
  {
    const char *function, *module;
    HvCategory category;
  } frames[] = {
    { "anything", "/usr/lib/libjemalloc.so.2", HV_CATEGORY_ALLOCATOR },
    { NULL, "/usr/libexec/valgrind/vgpreload_dhat-amd64-linux.so", HV_CATEGORY_ALLOCATOR },
    { "anything", "/usr/lib/notlibjemalloc.so", HV_CATEGORY_APP },
    { "malloc", "/usr/lib/libc.so.6", HV_CATEGORY_ALLOCATOR },
    { "malloc_config", NULL, HV_CATEGORY_APP },
    { "operator new(unsigned long)", "/usr/lib/libstdc++.so.6", HV_CATEGORY_ALLOCATOR },
    { "<alloc::raw_vec::RawVec<T>>::grow_one", NULL, HV_CATEGORY_ALLOCATOR },
    { "alloc::raw_vec::RawVec<T,A>::grow_one", NULL, HV_CATEGORY_ALLOCATOR },
    { "std::allocator_traits<std::allocator<int> >::allocate(std::allocator<int>&, unsigned long)",
      NULL, HV_CATEGORY_ALLOCATOR },
    { "<hv::Je as core::alloc::global::GlobalAlloc>::alloc", NULL, HV_CATEGORY_ALLOCATOR },
    { "__rustc::__rust_alloc", NULL, HV_CATEGORY_ALLOCATOR },
    { "_start", NULL, HV_CATEGORY_ENTRY },
    { "__libc_start_call_main", "/usr/lib/libc.so.6", HV_CATEGORY_ENTRY },
    { "std::rt::lang_start::{{closure}}", NULL, HV_CATEGORY_ENTRY },
    { "std::sys::backtrace::__rust_begin_short_backtrace::<fn(), ()>", NULL, HV_CATEGORY_ENTRY },
    { "tokio::runtime::task::harness::Harness<T,S>::poll", NULL, HV_CATEGORY_ASYNC },
    { "<tokio::runtime::scheduler::Context>::enter::<()>", NULL, HV_CATEGORY_ASYNC },
    { "<F as core::future::future::Future>::poll", NULL, HV_CATEGORY_ASYNC },
    { "core::ops::function::FnOnce::call_once{{vtable.shim}}", NULL, HV_CATEGORY_PLUMBING },
    { "<alloc::vec::Vec<T> as core::clone::Clone>::clone", NULL, HV_CATEGORY_PLUMBING },
    { "void std::vector<int, std::allocator<int> >::_M_realloc_insert<int const&>(int const&)",
      NULL, HV_CATEGORY_PLUMBING },
    { "std::__cxx11::basic_string<char>::_M_create(unsigned long&, unsigned long)", NULL,
      HV_CATEGORY_PLUMBING },
    { "<app::Rows as core::iter::traits::iterator::Iterator>::next", NULL, HV_CATEGORY_APP },
    { "std_like::run(std::vector<int>)", NULL, HV_CATEGORY_APP },
    { "app::main::{closure#0}", NULL, HV_CATEGORY_APP },
    { "main", NULL, HV_CATEGORY_APP },
    { NULL, NULL, HV_CATEGORY_APP },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (frames); i++)
    {
      HvCategory category = hv_rules_category (frames[i].function, frames[i].module);
      if (category != frames[i].category)
        g_test_message ("%s in %s", frames[i].function, frames[i].module);
      g_assert_cmpint (category, ==, frames[i].category);
    }
}

static void
test_rules_apply (void)
{
  g_autoptr (HvProfile) profile = hv_profile_new ();
  uint32_t libc = hv_profile_intern (profile, "/usr/lib/libc.so.6", -1);
  HvFrame malloc_frame = { .function = hv_profile_intern (profile, "malloc", -1), .module = libc };
  HvFrame main_frame = { .function = hv_profile_intern (profile, "main", -1) };
  HvFrame unknown = { .module = libc, .address = 0x1234 };
  uint32_t a = hv_profile_frame (profile, &malloc_frame);
  uint32_t b = hv_profile_frame (profile, &main_frame);
  uint32_t c = hv_profile_frame (profile, &unknown);
  main_frame.line = 7;
  uint32_t d = hv_profile_frame (profile, &main_frame);
  uint32_t note = hv_profile_note (profile, "truncated");

  hv_rules_apply (profile);
  g_assert_cmpint (profile->frame_category[a], ==, HV_CATEGORY_ALLOCATOR);
  g_assert_cmpint (profile->frame_category[b], ==, HV_CATEGORY_APP);
  g_assert_cmpint (profile->frame_category[c], ==, HV_CATEGORY_APP);
  g_assert_cmpint (profile->frame_category[d], ==, HV_CATEGORY_APP);
  g_assert_cmpint (profile->frame_category[note], ==, HV_CATEGORY_APP);
}

/* DHAT records inlined functions without their class: there the file tells. */
static void
test_rules_files (void)
{
  static const struct
  {
    const char *function, *file;
    HvCategory category;
  } frames[] = {
    { "allocate", "/usr/include/c++/12/bits/new_allocator.h", HV_CATEGORY_ALLOCATOR },
    { "_M_allocate", "stl_vector.h", HV_CATEGORY_PLUMBING },
    { "_M_mutate", "basic_string.tcc", HV_CATEGORY_PLUMBING },
    { "allocate", "pool.c", HV_CATEGORY_APP },
    { "mine::allocate", "new_allocator.h", HV_CATEGORY_APP },
  };
  g_autoptr (HvProfile) profile = hv_profile_new ();
  uint32_t id[G_N_ELEMENTS (frames)];

  for (gsize i = 0; i < G_N_ELEMENTS (frames); i++)
    {
      HvFrame frame = { .function = hv_profile_intern (profile, frames[i].function, -1),
                        .file = hv_profile_intern (profile, frames[i].file, -1),
                        .line = 1 };
      id[i] = hv_profile_frame (profile, &frame);
    }
  hv_rules_apply (profile);
  for (gsize i = 0; i < G_N_ELEMENTS (frames); i++)
    g_assert_cmpint (profile->frame_category[id[i]], ==, frames[i].category);
}

/* --- programs made here, and llvm-symbolizer as the judge --- */

static char *scratch;

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

/* The program as a file, for those of several units. */
static void
write_source (const char *name, const char *before)
{
  g_autofree char *path = g_build_filename (scratch, name, NULL);
  g_autofree char *text = g_strconcat (before, program_source, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static gboolean
have (const char *tool)
{
  g_autofree char *path = g_find_program_in_path (tool);
  return path != NULL;
}

/* Runs a shell command in the scratch folder; its output, or NULL. */
static char *
run (const char *input, const char *format, ...)
{
  va_list args;
  char *output = NULL;
  int status;
  g_autofree char *in = g_build_filename (scratch, "input", NULL);

  va_start (args, format);
  g_autofree char *command = g_strdup_vprintf (format, args);
  va_end (args);
  g_assert_true (g_file_set_contents (in, input ? input : "", -1, NULL));
  g_autofree char *line = g_strdup_printf ("cd '%s' && %s < input", scratch, command);
  const char *argv[] = { "/bin/sh", "-c", line, NULL };
  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &output,
                     NULL, &status, NULL)
      || !g_spawn_check_wait_status (status, NULL))
    g_clear_pointer (&output, g_free);
  return output;
}

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

static HvObject *
open_object (const char *path, const HvImportOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *debug_path = NULL;
  HvElf *elf = hv_elf_open (path, &error);

  g_assert_no_error (error);
  HvElf *debug = hv_find_debug (elf, path, options, &debug_path, NULL);
  HvElf *alt = hv_find_alt (debug ? debug : elf, debug ? debug_path : path, options);
  HvObject *object = hv_object_new (elf, debug, alt);
  hv_object_set_split (object, hv_split_new (path, debug_path, options->sysroot));
  return object;
}

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

static char **
ask_llvm (const char *path, GArray *sites)
{
  g_autoptr (GString) input = g_string_new (NULL);

  for (guint i = 0; i < sites->len; i++)
    g_string_append_printf (input, "0x%" G_GINT64_MODIFIER "x\n",
                            g_array_index (sites, uint64_t, i));
  g_autofree char *output = run (input->str, "llvm-symbolizer --obj='%s' --inlines --no-demangle",
                                 path);
  g_assert_nonnull (output);
  return g_strsplit (output, "\n\n", -1);
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
      g_assert_cmpstr (hv_elf_symbol (elf, low), ==, word[3]);
      n++;
    }
  g_assert_cmpuint (n, >, 2);
}

/* --- small libraries made before (tests/data/symbols) --- */

static char *
data_path (const char *name)
{
  return g_build_filename (g_getenv ("HV_TEST_DATA"), "symbols", name, NULL);
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

/* --- whole profiles --- */

/* One stack, a site of 100 bytes: `n` unresolved frames of a module, innermost first. */
static HvProfile *
make_profile (const char *module, const uint64_t *addresses, gsize n)
{
  HvProfile *profile = hv_profile_new ();
  HvModule entry = { .path = hv_profile_intern (profile, module, -1) };
  uint32_t node = 0;

  hv_profile_add_module (profile, &entry);
  for (gsize i = n; i > 0; i--)
    {
      HvFrame frame = { .module = entry.path, .address = addresses[i - 1] };
      node = hv_profile_node (profile, node, hv_profile_frame (profile, &frame));
    }
  uint32_t site = hv_profile_site (profile, node);
  hv_profile_column (profile, HV_METRIC_LIVE_BYTES)[site] = 100;
  profile->default_metric = HV_METRIC_LIVE_BYTES;
  return profile;
}

/* The stack of the first site, innermost first, a function a line, "+" before inlined ones, "="
 * before those of a symbol table. */
static char *
stack_text (const HvProfile *profile)
{
  GString *text = g_string_new (NULL);

  for (uint32_t n = profile->site_node[0]; n != 0; n = profile->node_parent[n])
    {
      const HvFrame *frame = &profile->frame[profile->node_frame[n]];
      if (frame->flags & HV_FRAME_INLINED)
        g_string_append_c (text, '+');
      if (frame->flags & HV_FRAME_SYMBOL_ONLY)
        g_string_append_c (text, '=');
      if (frame->function)
        g_string_append (text, hv_profile_string (profile, frame->function));
      else
        g_string_append_printf (text, "0x%" G_GINT64_MODIFIER "x", frame->address);
      if (frame->line)
        g_string_append_printf (text, ":%u", frame->line);
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}

static const char *
status (const HvProfile *profile)
{
  g_assert_cmpuint (profile->n_modules, ==, 1);
  return hv_profile_string (profile, profile->module[0].status);
}

/* In gcc-5.so: in the anonymous namespace's function, in the lambda of app::run, in entry. */
static const uint64_t stack[] = { 0x2e3, 0x33c, 0x3b5 };

static const char stack_named[] = "(anonymous namespace)::Hidden::add(int):13\n"
                                  "+app::run(int)::{lambda}::operator():49\n"
                                  "app::run(int):53\n"
                                  "entry:61\n";

static void
resolve (HvProfile *profile, const HvImportOptions *options)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (hv_symbols_resolve (profile, options, &error));
  g_assert_no_error (error);
  hv_profile_seal (profile);
  g_assert_true (hv_profile_check (profile, &error));
  g_assert_no_error (error);
}

static void
test_resolve (void)
{
  g_autofree char *path = data_path ("gcc-5.so"), *text = NULL;
  const char *binaries[] = { path, NULL };
  HvImportOptions options = { .binaries = (char **) binaries };
  g_autoptr (HvProfile) profile = make_profile ("/nowhere/gcc-5.so", stack, G_N_ELEMENTS (stack));

  resolve (profile, &options);
  text = stack_text (profile);
  g_assert_cmpstr (text, ==, stack_named);
  g_assert_cmpstr (status (profile), ==, "resolved");
  g_assert_cmpuint (strlen (hv_profile_string (profile, profile->module[0].build_id)), ==, 40);
  g_assert_cmpuint (profile->warnings->len, ==, 0);
  g_assert_cmpint (hv_profile_total (profile, HV_METRIC_LIVE_BYTES), ==, 100);
  for (uint32_t n = profile->site_node[0]; n != 0; n = profile->node_parent[n])
    {
      const HvFrame *frame = &profile->frame[profile->node_frame[n]];
      g_assert_cmpuint (frame->address, ==, 0);
      g_assert_cmpuint (frame->module, ==, profile->module[0].path);
      g_assert_cmpstr (hv_profile_string (profile, frame->file), ==, "/src/fixture.cc");
    }
}

/* One --binary of another name is the program itself, but no library. */
static void
test_main_binary (void)
{
  g_autofree char *path = data_path ("gcc-5.so");
  const char *binaries[] = { path, NULL };
  HvImportOptions options = { .binaries = (char **) binaries };
  g_autoptr (HvProfile) program = make_profile ("/nowhere/program", stack, G_N_ELEMENTS (stack));
  g_autoptr (HvProfile) library = make_profile ("/nowhere/lib.so.1", stack, G_N_ELEMENTS (stack));

  resolve (program, &options);
  g_assert_cmpstr (status (program), ==, "resolved");
  resolve (library, &options);
  g_assert_cmpstr (status (library), ==, "file not found");
  g_assert_cmpuint (library->warnings->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (library->warnings, 0), ==,
                   "Symbols are missing for 1 module in stacks of 100 % of the live bytes: "
                   "/nowhere/lib.so.1 (file not found). Give the files with --binary PATH.");
}

/* Two stacks, of `bytes` and 1000 − `bytes`. The first goes through the allocator, a library and
 * the program to the C library's start code, the other is named. No file is there. */
static HvProfile *
make_missing (int64_t bytes, const char *library)
{
  const char *const modules[] = { "/x/libjemalloc.so.2", library, "/x/program", "/x/libc.so.6",
                                  "/x/program" };
  HvProfile *profile = hv_profile_new ();
  uint32_t node = 0;

  for (gsize i = G_N_ELEMENTS (modules); i > 0; i--)
    {
      HvFrame frame = { .module = hv_profile_intern (profile, modules[i - 1], -1),
                        .address = 0x1000 * i };
      node = hv_profile_node (profile, node, hv_profile_frame (profile, &frame));
    }
  uint32_t site = hv_profile_site (profile, node);
  hv_profile_column (profile, HV_METRIC_LIVE_BYTES)[site] = bytes;
  HvFrame named = { .module = hv_profile_intern (profile, "/x/program", -1),
                    .function = hv_profile_intern (profile, "work", -1) };
  site = hv_profile_site (profile,
                          hv_profile_node (profile, 0, hv_profile_frame (profile, &named)));
  hv_profile_column (profile, HV_METRIC_LIVE_BYTES)[site] = (int64_t) (1000 - (uint64_t) bytes);
  profile->default_metric = HV_METRIC_LIVE_BYTES;
  return profile;
}

/* Allocator frames are folded and the C library's start code tells nobody anything: nobody needs
 * their symbols. */
static void
test_missing (void)
{
  HvImportOptions options = { 0 };
  g_autoptr (HvProfile) some = make_missing (250, "/x/lib.so");
  g_autoptr (HvProfile) few = make_missing (9, "/x/lib.so");

  resolve (some, &options);
  g_assert_cmpuint (some->warnings->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (some->warnings, 0), ==,
                   "Symbols are missing for 2 modules in stacks of 25 % of the live bytes: "
                   "/x/program (file not found), /x/lib.so (file not found). "
                   "Give the files with --binary PATH.");
  resolve (few, &options);
  g_assert_cmpuint (few->warnings->len, ==, 0);
}

static void
test_sysroot (void)
{
  g_autofree char *root = g_build_filename (g_getenv ("HV_TEST_DATA"), NULL), *text = NULL;
  HvImportOptions options = { .sysroot = root };
  g_autoptr (HvProfile)
      profile = make_profile ("/symbols/gcc-5.so (deleted)", stack, G_N_ELEMENTS (stack));

  resolve (profile, &options);
  text = stack_text (profile);
  g_assert_cmpstr (text, ==, stack_named);
}

static void
copy_file (const char *from, const char *to, gboolean damaged)
{
  g_autofree char *data = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (from, &data, &size, NULL));
  if (damaged)
    data[size - 1] ^= 1;
  g_assert_true (g_file_set_contents (to, data, (gssize) size, NULL));
}

/* A stripped library: its debug file is found by build id, by link in several places, and only when
 * its checksum is right. */
static void
test_debug_files (void)
{
  g_autofree char *library = data_path ("stripped.so"), *debug = data_path ("stripped.debug");
  g_autofree char *alone = g_build_filename (scratch, "alone", NULL);
  g_autofree char *moved = g_build_filename (alone, "stripped.so", NULL);
  g_autofree char *beside = g_build_filename (alone, "stripped.debug", NULL);
  g_autofree char *dir = g_build_filename (scratch, "debug", NULL);
  g_autofree char *symbols_only = NULL;
  const char *dirs[] = { dir, NULL };
  HvImportOptions options = { 0 };

  g_assert_cmpint (g_mkdir_with_parents (alone, 0700), ==, 0);
  copy_file (library, moved, FALSE);

  g_autoptr (HvProfile) none = make_profile (moved, stack, G_N_ELEMENTS (stack));
  resolve (none, &options);
  symbols_only = stack_text (none);
  g_assert_cmpstr (symbols_only, ==, "0x2e3\n=app::run(int)\n=entry\n");
  g_assert_cmpstr (status (none), ==, "symbol table only");
  const char *build_id = hv_profile_string (none, none->module[0].build_id);

  copy_file (debug, beside, TRUE);
  g_autoptr (HvProfile) damaged = make_profile (moved, stack, G_N_ELEMENTS (stack));
  resolve (damaged, &options);
  g_assert_cmpstr (status (damaged), ==, "symbol table only");

  g_assert_cmpint (g_remove (beside), ==, 0);
  char *places[] = {
    g_strdup (beside),
    g_build_filename (alone, ".debug", "stripped.debug", NULL),
    g_build_filename (dir, "stripped.debug", NULL),
    g_build_filename (dir, alone, "stripped.debug", NULL),
    g_strdup_printf ("%s/.build-id/%.2s/%s.debug", dir, build_id, build_id + 2),
  };
  options.debug_dirs = (char **) dirs;
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *folder = g_path_get_dirname (places[i]), *text = NULL;
      g_autoptr (HvProfile) profile = make_profile (moved, stack, G_N_ELEMENTS (stack));
      g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
      copy_file (debug, places[i], FALSE);
      resolve (profile, &options);
      text = stack_text (profile);
      g_assert_cmpstr (text, ==, stack_named);
      g_assert_cmpstr (status (profile), ==, "resolved");
      g_assert_cmpint (g_remove (places[i]), ==, 0);
      g_free (places[i]);
    }
}

/* A stripped library tells no name, but where its functions begin: two calls of one are one frame.
 */
static void
test_function_starts (void)
{
  static const uint64_t calls[] = { 0x283, 0x2e8, 0x312, 0x355 };
  g_autofree char *path = data_path ("unwind.so"), *text = NULL;
  g_autoptr (GString) label = g_string_new (NULL);
  HvImportOptions options = { 0 };
  g_autoptr (HvProfile) profile = make_profile (path, calls, G_N_ELEMENTS (calls));

  resolve (profile, &options);
  text = stack_text (profile);
  g_assert_cmpstr (text, ==, "0x270\n0x2a0\n0x2a0\n0x350\n");
  g_assert_cmpstr (status (profile), ==, "function starts only");
  g_assert_cmpuint (profile->warnings->len, ==, 1);
  uint32_t leaf = profile->site_node[0];
  uint32_t run = profile->node_parent[leaf], caller = profile->node_parent[run];
  g_assert_cmpuint (profile->node_frame[run], ==, profile->node_frame[caller]);
  const HvFrame *frame = &profile->frame[profile->node_frame[run]];
  g_assert_cmpuint (frame->flags, ==, HV_FRAME_VADDR | HV_FRAME_FUNCTION_START);
  hv_frame_label (label, profile, frame);
  g_assert_cmpstr (label->str, ==, "unwind.so+0x2a0");
}

/* Such a frame gets its name later, but no line: it is not known which calls. */
static void
test_named_later (void)
{
  g_autofree char *path = data_path ("gcc-5.so"), *text = NULL;
  HvImportOptions options = { 0 };
  g_autoptr (HvProfile) profile = hv_profile_new ();
  HvFrame frame = { .module = hv_profile_intern (profile, path, -1),
                    .address = 0x300,
                    .flags = HV_FRAME_VADDR | HV_FRAME_FUNCTION_START };
  uint32_t node = hv_profile_node (profile, 0, hv_profile_frame (profile, &frame));
  uint32_t site = hv_profile_site (profile, node);

  hv_profile_column (profile, HV_METRIC_LIVE_BYTES)[site] = 1;
  profile->default_metric = HV_METRIC_LIVE_BYTES;
  resolve (profile, &options);
  text = stack_text (profile);
  g_assert_cmpstr (text, ==, "app::run(int)\n");
  g_assert_cmpstr (status (profile), ==, "resolved");
}

/* Addresses that follow no call: another build of the library was recorded. */
static void
test_mismatch (void)
{
  static const uint64_t wrong[] = { 0x2f0, 0x302, 0x311, 0x321, 0x344, 0x350, 0x361, 0x372, 0x399 };
  g_autofree char *path = data_path ("gcc-5.so"), *text = NULL;
  HvImportOptions options = { 0 };
  g_autoptr (HvProfile) profile = make_profile (path, wrong, G_N_ELEMENTS (wrong));

  resolve (profile, &options);
  g_assert_cmpstr (status (profile), ==, "does not match");
  g_assert_cmpuint (profile->warnings->len, ==, 2);
  g_assert_nonnull (strstr (g_ptr_array_index (profile->warnings, 0), "is not the file that ran"));
  text = stack_text (profile);
  g_assert_true (g_str_has_prefix (text, "0x2f0\n0x302\n"));
}

/* Too few addresses to tell another build, but its code lay elsewhere. */
static void
test_layout (void)
{
  static const struct
  {
    uint64_t offset, size;
    const char *status;
  } cases[] = {
    { 0x1000, 0x1000, "does not match" }, /* gcc-5.so has all its code in the first page */
    { 0x5000, 0x9000, "does not match" },
    { 0, 0x1000, "resolved" },
    { 0x1001, 0x1000, "resolved" },
    { 0x1000, UINT64_MAX - 0xfff, "resolved" },
    { UINT64_MAX - 0xfff, 0x1000, "resolved" },
  };
  g_autofree char *path = data_path ("gcc-5.so");
  HvImportOptions options = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (HvProfile) profile = make_profile (path, stack, G_N_ELEMENTS (stack));
      profile->module[0].code_offset = cases[i].offset;
      profile->module[0].code_size = cases[i].size;
      resolve (profile, &options);
      g_assert_cmpstr (status (profile), ==, cases[i].status);
    }
}

static void
test_not_elf (void)
{
  g_autofree char *path = data_path ("fixture.cc");
  HvImportOptions options = { 0 };
  g_autoptr (HvProfile) text = make_profile (path, stack, 1);
  g_autoptr (HvProfile) folder = make_profile (scratch, stack, 1);
  g_autoptr (HvProfile) vdso = make_profile ("[vdso]", stack, 1);

  resolve (text, &options);
  g_assert_cmpstr (status (text), ==, "no symbols");
  resolve (folder, &options);
  g_assert_cmpstr (status (folder), ==, "file not found");
  /* nobody can do anything about it */
  resolve (vdso, &options);
  g_assert_cmpuint (vdso->warnings->len, ==, 0);
}

static void
test_cancel (void)
{
  g_autofree char *path = data_path ("gcc-5.so");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  HvImportOptions options = { .cancellable = cancellable };
  g_autoptr (HvProfile) profile = make_profile (path, stack, G_N_ELEMENTS (stack));

  g_cancellable_cancel (cancellable);
  g_assert_false (hv_symbols_resolve (profile, &options, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* --- the cache --- */

static char *
cache_path (void)
{
  return g_build_filename (g_get_user_cache_dir (), "heapview", "symbols.db", NULL);
}

static void
tamper (const char *sql)
{
  g_autofree char *path = cache_path (), *message = NULL;
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  if (sqlite3_exec (db, sql, NULL, NULL, &message) != SQLITE_OK)
    g_error ("%s: %s", sql, message);
  sqlite3_close (db);
}

/* The stack of `path`, named with the cache. */
static char *
cached_stack (const char *path, char **debug_dirs, const char *expected_status)
{
  HvImportOptions options = { .symbol_cache = TRUE, .debug_dirs = debug_dirs };
  g_autoptr (HvProfile) profile = make_profile (path, stack, G_N_ELEMENTS (stack));

  resolve (profile, &options);
  g_assert_cmpstr (status (profile), ==, expected_status);
  g_assert_cmpuint (strlen (hv_profile_string (profile, profile->module[0].build_id)), ==, 40);
  return stack_text (profile);
}

static void
assert_cached (const char *path, const char *expected)
{
  g_autofree char *text = cached_stack (path, NULL, "resolved");

  g_assert_cmpstr (text, ==, expected);
}

/* The second time nothing is read but the cache: it knows a name that no file has. */
static void
test_cache (void)
{
  g_autofree char *path = data_path ("gcc-5.so"), *cache = cache_path ();
  g_autofree char *folder = g_path_get_dirname (cache);
  GStatBuf info;

  assert_cached (path, stack_named);
  g_assert_cmpint (g_stat (cache, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_stat (folder, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
  assert_cached (path, stack_named);

  tamper ("update name set text = x'636163686564' where text = x'656e747279'"); /* entry */
  g_autofree char *text = cached_stack (path, NULL, "resolved");
  g_assert_true (g_str_has_suffix (text, "\ncached:61\n"));

  /* without the cache, as --no-store has it */
  HvImportOptions without = { 0 };
  g_autoptr (HvProfile) profile = make_profile (path, stack, G_N_ELEMENTS (stack));
  resolve (profile, &without);
  g_autofree char *read = stack_text (profile);
  g_assert_cmpstr (read, ==, stack_named);
  g_assert_cmpint (g_remove (cache), ==, 0);
}

/* Names of a symbol table give way to those of a debug file, and not the other way round. */
static void
test_cache_quality (void)
{
  g_autofree char *library = data_path ("stripped.so"), *debug = data_path ("stripped.debug");
  g_autofree char *folder = g_build_filename (scratch, "quality", NULL), *cache = cache_path ();
  g_autofree char *moved = g_build_filename (folder, "stripped.so", NULL);
  g_autofree char *beside = g_build_filename (folder, "stripped.debug", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  copy_file (library, moved, FALSE);
  for (int i = 0; i < 2; i++)
    {
      g_autofree char *text = cached_stack (moved, NULL, "symbol table only");
      g_assert_true (g_str_has_suffix (text, "\n=app::run(int)\n=entry\n"));
    }
  copy_file (debug, beside, FALSE);
  assert_cached (moved, stack_named);
  g_assert_cmpint (g_remove (beside), ==, 0);
  assert_cached (moved, stack_named);
  /* one of another size is another file */
  g_autofree char *whole = data_path ("gcc-5.so");
  assert_cached (whole, stack_named);
  g_assert_cmpint (g_remove (cache), ==, 0);
}

/* What is in the cache is as little to be trusted as anything else: it knows less, or nothing. */
static void
test_cache_hostile (void)
{
  static const char *const harm[] = {
    "update address set chain = x'ff'",
    "update address set chain = x'ffffffffffffffffffffffffffffffff'",
    "update address set chain = x'01000000' || substr (chain, 1, 1)",
    "update address set chain = x'7f000000'",
    "update address set chain = x'00000000'",
    "update address set chain = x'017f0000'",
    "update address set chain = x'0100ffffffff1f00'",
    "update address set chain = x'01000004'",
    "update address set chain = 'text'",
    "update address set chain = 7",
    "update address set chain = zeroblob (100000)",
    "update name set text = x'00' || id",
    "update name set text = '' where id = 1",
    "update name set text = id",
    "update file set quality = 99, id = id",
    "update file set quality = -1",
    "update file set debug = x'ff'",
    "delete from name",
    "create trigger t after insert on address begin delete from name; end",
    "drop table name; create view name as select 1 as id, 'x' as text",
    "pragma user_version = 2",
    "pragma application_id = 1",
  };
  g_autofree char *path = data_path ("gcc-5.so"), *cache = cache_path (), *good = NULL;
  gsize size;

  assert_cached (path, stack_named);
  g_assert_true (g_file_get_contents (cache, &good, &size, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (harm); i++)
    {
      g_assert_true (g_file_set_contents (cache, good, (gssize) size, NULL));
      tamper (harm[i]);
      if (strstr (harm[i], "text = id"))
        {
          /* wrong, but sound */
          g_autofree char *text = cached_stack (path, NULL, "resolved");
          continue;
        }
      assert_cached (path, stack_named);
    }

  /* every page, and files that are none of ours */
  for (gsize at = 0; at < size; at += 97)
    {
      g_autofree char *bad = g_memdup2 (good, size), *text = NULL;
      HvImportOptions options = { .symbol_cache = TRUE };
      g_autoptr (HvProfile) profile = make_profile (path, stack, G_N_ELEMENTS (stack));
      memset (bad + at, 0xa5, MIN (61, size - at));
      g_assert_true (g_file_set_contents (cache, bad, (gssize) size, NULL));
      resolve (profile, &options);
    }
  for (gsize length = 0; length < 10000; length = length * 5 + 1)
    {
      g_autofree char *text = g_strnfill (length, 'x');
      g_assert_true (g_file_set_contents (cache, text, (gssize) length, NULL));
      assert_cached (path, stack_named);
      assert_cached (path, stack_named);
    }
  g_assert_cmpint (g_remove (cache), ==, 0);
  g_assert_cmpint (g_mkdir (cache, 0700), ==, 0);
  assert_cached (path, stack_named);
  g_assert_cmpint (g_rmdir (cache), ==, 0);
}

/* --- real recordings --- */

typedef struct
{
  const char *dump, *binary;
  guint addresses; /* at least */
} Sample;

static const Sample samples[] = {
  { "rust/default.index.heap", "hv-default", 20 },
  { "rust/default.rows.heap", "hv-default", 20 },
  { "rust/default.threads.heap", "hv-default", 20 },
  { "rust/default.async-mid.heap", "hv-default", 20 },
  { "rust/default.async-end.heap", "hv-default", 20 },
  { "rust/v0.index.heap", "hv-v0", 20 },
  { "rust/v0.rows.heap", "hv-v0", 20 },
  { "rust/v0.threads.heap", "hv-v0", 20 },
  { "rust/v0.async-mid.heap", "hv-v0", 20 },
  { "rust/v0.async-end.heap", "hv-v0", 20 },
  { "gt/runA.phase3.heap", "groundtruth", 15 },
  { "gt/runB.phase3.heap", "groundtruth", 15 },
  { "gt/dev.s12.acctrue.phase3.heap", "groundtruth", 15 },
  { "gt/v360.s12.acctrue.phase3.heap", "groundtruth", 15 },
  { "gt/v521.s16.acctrue.phase3.heap", "groundtruth", 15 },
  { "gt/v530.s12.acctrue.phase3.heap", "groundtruth", 15 },
};

static gboolean
is_of (const HvProfile *profile, const HvFrame *frame, const char *binary)
{
  return strcmp (hv_basename (hv_profile_string (profile, frame->module)), binary) == 0;
}

/* A file of the recordings; skips the test when it is not there. */
static char *
sample_path (const char *name)
{
  const char *folder = g_getenv ("HV_SAMPLES");
  g_autofree char *path = g_build_filename (folder ? folder : "", "jemalloc", name, NULL);

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&path);
  g_test_skip ("the recordings (HV_SAMPLES) are not here");
  return NULL;
}

/* Their programs are compressed. */
static char *
sample_binary (const char *name)
{
  g_autofree char *inside = g_strdup_printf ("bin/%s.zst", name);
  g_autofree char *packed = sample_path (inside);
  g_autofree char *binary = g_build_filename (scratch, name, NULL);

  if (packed == NULL)
    return NULL;
  if (!g_file_test (binary, G_FILE_TEST_EXISTS))
    {
      g_autofree char *unpacked = run (NULL, "zstd -dqf '%s' -o '%s'", packed, binary);
      if (unpacked == NULL)
        {
          g_test_skip ("needs zstd");
          return NULL;
        }
    }
  return g_steal_pointer (&binary);
}

static void
test_sample (gconstpointer data)
{
  const Sample *sample = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *dump = sample_path (sample->dump);
  g_autofree char *binary = dump ? sample_binary (sample->binary) : NULL;

  if (binary == NULL)
    return;

  const char *binaries[] = { binary, NULL };
  HvImportOptions options = { .binaries = (char **) binaries };
  g_autoptr (HvInput) input = hv_input_open (dump, &error);
  g_assert_no_error (error);
  g_autoptr (HvProfile) raw = hv_import_input (input, dump, &options, &error);
  g_assert_no_error (error);
  g_autoptr (HvElf) elf = hv_elf_open (binary, &error);
  g_assert_no_error (error);
  g_autoptr (GArray) sites = g_array_new (FALSE, FALSE, sizeof (uint64_t));
  for (uint32_t f = 1; f < raw->n_frames; f++)
    {
      uint64_t address;
      if (raw->frame[f].function == 0 && is_of (raw, &raw->frame[f], sample->binary)
          && hv_elf_address (elf, raw->frame[f].address, &address))
        g_array_append_val (sites, address);
    }
  g_assert_cmpuint (sites->len, >=, sample->addresses);
  HvVerdict verdict = hv_verify_calls (elf, (const uint64_t *) (void *) sites->data, sites->len);
  g_assert_cmpuint (verdict.calls, ==, verdict.checked);
  guint laid_out = 0;
  for (uint32_t m = 0; m < raw->n_modules; m++)
    if (strcmp (hv_basename (hv_profile_string (raw, raw->module[m].path)), sample->binary) == 0)
      {
        uint64_t offset = raw->module[m].code_offset, size = raw->module[m].code_size;
        g_assert_cmpuint (offset, >, 0);
        g_assert_true (hv_verify_layout (elf, offset, size));
        g_assert_false (hv_verify_layout (elf, offset, size + 0x1000));
        g_assert_false (hv_verify_layout (elf, offset, size - 0x1000));
        g_assert_false (hv_verify_layout (elf, offset + 0x1000, size - 0x1000));
        laid_out++;
      }
  g_assert_cmpuint (laid_out, ==, 1);

  if (have ("llvm-symbolizer"))
    {
      g_auto (GStrv) theirs = ask_llvm (binary, sites);
      g_autoptr (HvObject) object = open_object (binary, &options);
      Agreement a = judge (object, sites, theirs);
      g_assert_cmpuint (a.addresses, ==, sites->len);
      g_assert_cmpuint (a.depth, ==, a.addresses);
      g_assert_cmpuint (a.place, ==, a.addresses);
      g_assert_cmpuint (a.name, ==, a.addresses);
    }

  int64_t total = hv_profile_total (raw, HV_METRIC_LIVE_BYTES);
  g_autoptr (HvProfile) profile = hv_import (dump, &options, &error);
  g_assert_no_error (error);
  g_assert_true (hv_profile_check (profile, &error));
  g_assert_no_error (error);
  g_assert_cmpint (hv_profile_total (profile, HV_METRIC_LIVE_BYTES), ==, total);
  gboolean found = FALSE;
  for (uint32_t m = 0; m < profile->n_modules; m++)
    if (strcmp (hv_basename (hv_profile_string (profile, profile->module[m].path)), sample->binary)
        == 0)
      {
        found = TRUE;
        g_assert_cmpstr (hv_profile_string (profile, profile->module[m].status), ==, "resolved");
      }
  g_assert_true (found);
  /* no frame of the program stays without a name, but for the C runtime's few bytes */
  guint unnamed = 0;
  for (uint32_t n = 1; n < profile->n_nodes; n++)
    {
      const HvFrame *frame = &profile->frame[profile->node_frame[n]];
      unnamed += is_of (profile, frame, sample->binary) && frame->function == 0;
    }
  g_assert_cmpuint (unnamed, ==, 0);
}

/* The other build of the same program: few addresses follow a call there. */
static void
test_wrong_binary (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *dump = sample_path ("rust/default.threads.heap");
  g_autofree char *hv_v0 = dump ? sample_binary ("hv-v0") : NULL;
  gboolean found = FALSE;

  if (hv_v0 == NULL)
    return;

  const char *binaries[] = { hv_v0, NULL };
  HvImportOptions options = { .binaries = (char **) binaries };
  g_autoptr (HvProfile) profile = hv_import (dump, &options, &error);
  g_assert_no_error (error);
  for (uint32_t m = 0; m < profile->n_modules; m++)
    if (strcmp (hv_basename (hv_profile_string (profile, profile->module[m].path)), "hv-default")
        == 0)
      {
        found = TRUE;
        g_assert_cmpstr (hv_profile_string (profile, profile->module[m].status), ==,
                         "does not match");
      }
  g_assert_true (found);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  scratch = g_dir_make_tmp ("hv-symbols-XXXXXX", NULL);
  g_assert_nonnull (scratch);
  g_autofree char *caches = g_build_filename (scratch, "cache", NULL);
  g_setenv ("XDG_CACHE_HOME", caches, TRUE);
  write_source ("a.cc", "");
  write_source ("b.cc", "#define main another_main\n#define app another\n");
  g_test_add_func ("/demangle/names", test_demangle);
  g_test_add_func ("/demangle/bombs", test_bombs);
  g_test_add_func ("/demangle/long", test_demangle_long);
  g_test_add_func ("/rules/categories", test_rules);
  g_test_add_func ("/rules/apply", test_rules_apply);
  g_test_add_func ("/rules/files", test_rules_files);
  for (gsize i = 0; i < G_N_ELEMENTS (libraries); i++)
    {
      g_autofree char *name = g_strconcat ("/library/", libraries[i].library, NULL);
      g_test_add_data_func (name, &libraries[i], test_library);
    }
  g_test_add_func ("/library/qualified-names", test_qualified);
  g_test_add_func ("/library/damaged", test_damaged);
  g_test_add_func ("/library/refused", test_refused);
  g_test_add_func ("/profile/resolve", test_resolve);
  g_test_add_func ("/profile/main-binary", test_main_binary);
  g_test_add_func ("/profile/missing", test_missing);
  g_test_add_func ("/profile/sysroot", test_sysroot);
  g_test_add_func ("/profile/debug-files", test_debug_files);
  g_test_add_func ("/profile/function-starts", test_function_starts);
  g_test_add_func ("/profile/named-later", test_named_later);
  g_test_add_func ("/profile/mismatch", test_mismatch);
  g_test_add_func ("/profile/layout", test_layout);
  g_test_add_func ("/profile/not-elf", test_not_elf);
  g_test_add_func ("/profile/cancel", test_cancel);
  g_test_add_func ("/cache/names", test_cache);
  g_test_add_func ("/cache/quality", test_cache_quality);
  g_test_add_func ("/cache/hostile", test_cache_hostile);
  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autofree char *name = g_strconcat ("/sample/", samples[i].dump, NULL);
      g_test_add_data_func (name, &samples[i], test_sample);
    }
  g_test_add_func ("/sample/wrong-binary", test_wrong_binary);
  for (gsize i = 0; i < G_N_ELEMENTS (variants); i++)
    {
      g_autofree char *name = g_strconcat ("/dwarf/", variants[i].name, NULL);
      g_test_add_data_func (name, &variants[i], test_variant);
    }
  g_test_add_func ("/unwind/starts", test_unwind);
  g_test_add_func ("/unwind/packed-symbols", test_packed_symbols);
  int failed = g_test_run ();
  g_autofree char *left = run (NULL, "rm -rf \"$PWD\"; :");
  g_free (scratch);
  return failed;
}
