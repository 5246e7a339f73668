/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/symbols/canonical.h"
#include "importers/symbols/elf.h"
#include "importers/symbols/find.h"
#include "importers/symbols/object.h"
#include "importers/symbols/rules.h"
#include "importers/symbols/symbols.h"
#include "importers/symbols/verify.h"

#include <glib/gstdio.h>
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
  double ms = (double)(g_get_monotonic_time () - start) / 1000;

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
  guint before = (guint)rust->len - 2;

  /* each argument is a pair of the one before */
  g_string_append (rust, "TmmmmE");
  for (guint level = 0; level < 24; level++)
    {
      guint here = (guint)rust->len - 2;
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
      char last = (char)(level < 10 ? '0' + level : 'A' + level - 10);
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
test_canonical (void)
{
  static const struct
  {
    const char *function, *path, *trait;
  } names[] = {
    { "main", "main", "" },
    { "operator new(unsigned long)", "operator new", "" },
    { "operator new[](unsigned long, std::nothrow_t const&)", "operator new[]", "" },
    { "std::allocator_traits<std::allocator<int> >::allocate(std::allocator<int>&, unsigned long)",
      "std::allocator_traits::allocate", "" },
    { "void std::vector<int, std::allocator<int> >::_M_realloc_insert<int const&>(int const&)",
      "std::vector::_M_realloc_insert", "" },
    { "std::__cxx11::basic_string<char>::_M_create(unsigned long&, unsigned long)",
      "std::basic_string::_M_create", "" },
    { "std::__1::vector<int>::push_back(int&&)", "std::vector::push_back", "" },
    { "foo[abi:cxx11](int) const", "foo", "" },
    { "(anonymous namespace)::Cache::get(int) const &", "(anonymous namespace)::Cache::get", "" },
    { "app::run()::{lambda(int)#1}::operator()(int) const", "app::run::{lambda}::operator()", "" },
    { "bool operator< <char>(char const*, char const*)", "operator<", "" },
    { "std::ostream& std::operator<< <char>(std::ostream&, char)", "std::operator<<", "" },
    { "Foo::operator bool() const", "Foo::operator bool", "" },
    { "Foo::operator->() const", "Foo::operator->", "" },
    { "std::map<int, Foo<(Bar)2> >::at(int const&)", "std::map::at", "" },
    { "alloc::raw_vec::RawVec<T,A>::grow_one", "alloc::raw_vec::RawVec::grow_one", "" },
    { "<alloc::raw_vec::RawVec<T>>::grow_one", "alloc::raw_vec::RawVec::grow_one", "" },
    { "alloc::raw_vec::finish_grow::<alloc::alloc::Global>", "alloc::raw_vec::finish_grow", "" },
    { "<alloc::boxed::Box<F> as core::ops::function::FnOnce<A>>::call_once",
      "alloc::boxed::Box::call_once", "core::ops::function::FnOnce::call_once" },
    { "<hv::Je as core::alloc::global::GlobalAlloc>::alloc", "hv::Je::alloc",
      "core::alloc::global::GlobalAlloc::alloc" },
    { "<F as core::future::future::Future>::poll", "core::future::future::Future::poll",
      "core::future::future::Future::poll" },
    { "<&mut I as core::iter::traits::iterator::Iterator>::next",
      "core::iter::traits::iterator::Iterator::next",
      "core::iter::traits::iterator::Iterator::next" },
    { "<fn() -> app::Thing as core::ops::function::FnOnce<()>>::call_once",
      "core::ops::function::FnOnce::call_once", "core::ops::function::FnOnce::call_once" },
    { "<dyn app::Plugin + core::marker::Send as app::Run>::run", "app::Plugin::run",
      "app::Run::run" },
    { "app::main::{closure#0}", "app::main::{{closure}}", "" },
    { "app::main::{{closure}}", "app::main::{{closure}}", "" },
    { "alloc::slice::<impl [T]>::to_vec", "alloc::slice::to_vec", "" },
    { "<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", "", "" },
    { "a<b(c[d{", "a", "" },
    { ">>)](", "", NULL },
    { "", "", "" },
  };
  g_autoptr (GString) path = g_string_new (NULL);
  g_autoptr (GString) trait = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      hv_canonical_path (names[i].function, path, trait);
      if (names[i].trait == NULL)
        continue; /* nothing sensible to say, but it must end */
      g_assert_cmpstr (path->str, ==, names[i].path);
      g_assert_cmpstr (trait->str, ==, names[i].trait);
    }
}

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
  if (!g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &output,
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
  HvElf *debug = hv_find_debug (elf, path, options, &debug_path);
  HvElf *alt = hv_find_alt (debug ? debug : elf, debug ? debug_path : path, options);
  return hv_object_new (elf, debug, alt);
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

  hv_canonical_path (readable, path, NULL);
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

/* Compares all call sites of a program with llvm-symbolizer. */
static Agreement
compare_with_llvm (const char *path, const char *judged, const HvImportOptions *options)
{
  g_autoptr (GArray) sites = call_sites (judged);
  g_autoptr (GString) input = g_string_new (NULL);
  Agreement agreement = { 0 };

  for (guint i = 0; i < sites->len; i++)
    g_string_append_printf (input, "0x%" G_GINT64_MODIFIER "x\n",
                            g_array_index (sites, uint64_t, i));
  g_autofree char *output = run (input->str, "llvm-symbolizer --obj='%s' --inlines --no-demangle",
                                 judged);
  g_assert_nonnull (output);
  g_auto (GStrv) theirs = g_strsplit (output, "\n\n", -1);

  g_autofree char **ours = g_new0 (char *, sites->len + 1);
  g_autoptr (HvObject) object = open_object (path, options);
  gint64 start = g_get_monotonic_time ();
  g_assert_true (
      hv_object_resolve (object, (const uint64_t *)sites->data, sites->len, NULL, take_text, ours));
  double ms = (double)(g_get_monotonic_time () - start) / 1000;

  for (guint i = 0; i < sites->len && theirs[i]; i++)
    {
      g_auto (GStrv) a = g_strsplit (ours[i] ? ours[i] : "??\n??:0\n", "\n", -1);
      g_auto (GStrv) b = g_strsplit (g_strchomp (theirs[i]), "\n", -1);
      guint depth = g_strv_length (a) / 2, their_depth = (g_strv_length (b) + 1) / 2;
      gboolean place = TRUE, name = TRUE;
      agreement.addresses++;
      if (depth == their_depth)
        {
          agreement.depth++;
          agreement.frames += depth;
          for (guint f = 0; f < depth; f++)
            {
              /* "file:line:column" */
              char *colon = strrchr (b[2 * f + 1], ':');
              if (colon)
                *colon = 0;
              place &= places_agree (a[2 * f + 1], b[2 * f + 1]);
              name &= names_agree (a[2 * f], b[2 * f]) || strcmp (a[2 * f], "??") == 0;
              if (g_test_verbose () && !(place && name))
                g_test_message ("%" G_GINT64_MODIFIER "x %u: %s %s, not %s %s",
                                g_array_index (sites, uint64_t, i), f, a[2 * f], a[2 * f + 1],
                                b[2 * f], b[2 * f + 1]);
            }
          agreement.place += place;
          agreement.name += name;
        }
      else
        g_test_message ("%" G_GINT64_MODIFIER "x: %u frames, not %u:\n%snot\n%s",
                        g_array_index (sites, uint64_t, i), depth, their_depth,
                        ours[i] ? ours[i] : "", theirs[i]);
    }
  for (guint i = 0; i < sites->len; i++)
    g_free (ours[i]);
  g_test_message ("%s: %u addresses, %u frames; same depth %u, place %u, name %u; %.1f ms",
                  hv_basename (path), agreement.addresses, agreement.frames, agreement.depth,
                  agreement.place, agreement.name, ms);
  return agreement;
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
} Variant;

static void
test_variant (gconstpointer data)
{
  const Variant *variant = data;
  HvImportOptions options = { 0 };

  if (!can_judge (variant->compiler))
    return;
  g_autofree char *path = g_build_filename (scratch, variant->name, NULL);
  g_autofree char *built = run (program_source, "%s -x c++ %s -o %s -", variant->compiler,
                                variant->flags, variant->name);
  if (built == NULL)
    {
      g_autofree char *why = g_strdup_printf ("%s cannot compile with %s", variant->compiler,
                                              variant->flags);
      g_test_skip (why);
      return;
    }
  Agreement a = compare_with_llvm (path, path, &options);
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
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  scratch = g_dir_make_tmp ("hv-symbols-XXXXXX", NULL);
  g_assert_nonnull (scratch);
  g_test_add_func ("/demangle/names", test_demangle);
  g_test_add_func ("/demangle/bombs", test_bombs);
  g_test_add_func ("/demangle/long", test_demangle_long);
  g_test_add_func ("/rules/canonical", test_canonical);
  g_test_add_func ("/rules/categories", test_rules);
  g_test_add_func ("/rules/apply", test_rules_apply);
  for (gsize i = 0; i < G_N_ELEMENTS (variants); i++)
    {
      g_autofree char *name = g_strconcat ("/dwarf/", variants[i].name, NULL);
      g_test_add_data_func (name, &variants[i], test_variant);
    }
  int failed = g_test_run ();
  g_autofree char *left = run (NULL, "rm -rf \"$PWD\"; :");
  g_free (scratch);
  return failed;
}
