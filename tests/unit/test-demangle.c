/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/symbols/symbols.h"

#include <string.h>

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
    { "hv::handler::{closure#0} (.llvm.8212226876223882862)", "hv::handler::{closure#0}" },
    { "foo(int) (.isra.0) (.cold)", "foo(int)" },
    { "foo(int) (.)", "foo(int) (.)" },
    { "call(void (.x y))", "call(void (.x y))" },
    { " (.cold)", " (.cold)" },
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
    /* a C++ demangler has been here */
    { "app::serve::_$u7b$$u7b$closure$u7d$$u7d$::h9d9948ab14de73b2", "app::serve::{{closure}}" },
    { "_$LT$core..pin..Pin$LT$P$GT$$u20$as$u20$core..future..future..Future$GT$::poll::"
      "h0123456789abcdef",
      "<core::pin::Pin<P> as core::future::future::Future>::poll" },
    { "app::_$LT$impl$u20$app..Get$u20$for$u20$$RF$$LP$$RP$$GT$::get",
      "app::<impl app::Get for &()>::get" },
    { "cost$of$u110000$x$", "cost$of$u110000$x$" },
    { "a..b", "a..b" },
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/demangle/names", test_demangle);
  g_test_add_func ("/demangle/bombs", test_bombs);
  g_test_add_func ("/demangle/long", test_demangle_long);
  return g_test_run ();
}
