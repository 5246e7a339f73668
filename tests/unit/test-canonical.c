/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/canonical-paths.h"
#include "store/canonical.h"

#include <string.h>

typedef struct
{
  const char *function, *path, *trait;
} Case;

static void
expect (const Case *cases, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GString) path = g_string_new (NULL);
      g_autoptr (GString) trait = g_string_new (NULL);

      hv_canonical_path (path, trait, cases[i].function);
      g_assert_cmpstr (path->str, ==, cases[i].path);
      g_assert_cmpstr (trait->str, ==, cases[i].trait ? cases[i].trait : "");
    }
}

static void
test_cplusplus (void)
{
  static const Case cases[] = {
    { "main", "main" },
    { "parse.constprop.0", "parse" },
    { "operator new(unsigned long)", "operator new" },
    { "operator new[](unsigned long, std::nothrow_t const&)", "operator new[]" },
    { "std::allocator_traits<std::allocator<int> >::allocate(std::allocator<int>&, unsigned long)",
      "std::allocator_traits::allocate" },
    { "void std::vector<int, std::allocator<int> >::_M_realloc_insert<int const&>(int const&)",
      "std::vector::_M_realloc_insert" },
    { "std::__cxx11::basic_string<char>::_M_create(unsigned long&, unsigned long)",
      "std::basic_string::_M_create" },
    { "std::__1::vector<int>::push_back(int&&)", "std::vector::push_back" },
    { "foo[abi:cxx11](int) const", "foo" },
    { "f(int) [clone .part.0] [clone .cold]", "f" },
    { "(anonymous namespace)::Cache::get(int) const &", "(anonymous namespace)::Cache::get" },
    { "app::{anonymous}::get(int)", "app::(anonymous namespace)::get" },
    { "app::run()::{lambda(int)#1}::operator()(int) const", "app::run::{lambda}::operator()" },
    { "app::run() const::{lambda()#2}::operator()() const", "app::run::{lambda}::operator()" },
    { "app::run::<lambda(int)>::operator()", "app::run::{lambda}::operator()" },
    { "app::run()::$_0::operator()(int) const", "app::run::{lambda}::operator()" },
    { "app::run()::'lambda'(int)::operator()(int) const", "app::run::{lambda}::operator()" },
    { "bool operator< <char>(char const*, char const*)", "operator<" },
    { "std::ostream& std::operator<< <char>(std::ostream&, char)", "std::operator<<" },
    { "Foo::operator bool() const", "Foo::operator bool" },
    { "Foo::operator->() const", "Foo::operator->" },
    { "std::map<int, Foo<(Bar)2> >::at(int const&)", "std::map::at" },
    { "Foo<((1)>(0))>::get()", "Foo::get" },
    { "decltype(auto) f<int>(int)", "f" },
    { "non-virtual thunk to app::Foo::run()", "app::Foo::run" },
    { "int operator\"\" _kib(unsigned long long)", "operator\"\" _kib" },
    { "app::Foo::~Foo()", "app::Foo::~Foo" },
  };

  expect (cases, G_N_ELEMENTS (cases));
}

static void
test_rust (void)
{
  static const Case cases[] = {
    { "core::fmt::write::h0123456789abcdef", "core::fmt::write" },
    { "alloc::raw_vec::RawVec<T,A>::grow_one", "alloc::raw_vec::RawVec::grow_one" },
    { "<alloc::raw_vec::RawVec<T>>::grow_one", "alloc::raw_vec::RawVec::grow_one" },
    { "alloc::raw_vec::finish_grow::<alloc::alloc::Global>", "alloc::raw_vec::finish_grow" },
    { "<alloc::boxed::Box<F> as core::ops::function::FnOnce<A>>::call_once",
      "alloc::boxed::Box::call_once", "core::ops::function::FnOnce::call_once" },
    { "<app::Je as core::alloc::global::GlobalAlloc>::alloc", "app::Je::alloc",
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
    { "<(dyn app::Plugin + core::marker::Send)>::start", "app::Plugin::start" },
    { "<(u8, app::Key) as core::hash::Hash>::hash", "core::hash::Hash::hash",
      "core::hash::Hash::hash" },
    { "<&'static app::Key as core::hash::Hash>::hash::<H>", "app::Key::hash",
      "core::hash::Hash::hash" },
    { "<<I as core::iter::IntoIterator>::IntoIter as core::iter::Iterator>::next",
      "core::iter::IntoIterator::IntoIter::next", "core::iter::Iterator::next" },
    { "app::main::{closure#0}", "app::main::{{closure}}" },
    { "app::main::{{closure}}", "app::main::{{closure}}" },
    { "app::main::{async_fn#0}::{closure#1}", "app::main::{{closure}}::{{closure}}" },
    { "<app::Key as core::clone::Clone>::clone::{closure#3}", "app::Key::clone::{{closure}}",
      "core::clone::Clone::clone::{{closure}}" },
    { "app::shape::{impl#4}::area", "app::shape::{impl}::area" },
    { "app::_::__rg_alloc", "__rg_alloc" },
    { "core::ops::function::FnOnce::call_once{{vtable.shim}}",
      "core::ops::function::FnOnce::call_once" },
    { "<fn() as core::ops::function::FnOnce<()>>::call_once::{shim:vtable#0}",
      "core::ops::function::FnOnce::call_once", "core::ops::function::FnOnce::call_once" },
    { "app::r#try::run", "app::r#try::run" },
  };
  /* one function in the legacy and in the v0 mangling */
  static const struct
  {
    const char *legacy, *v0;
  } pairs[] = {
    { "alloc::slice::<impl [T]>::to_vec", "<[u8]>::to_vec" },
    { "alloc::slice::<impl [T]>::to_vec_in", "<[u8]>::to_vec_in::<alloc::alloc::Global>" },
    { "<T as alloc::slice::<impl [T]>::to_vec_in::ConvertVec>::to_vec",
      "<u8 as <[_]>::to_vec_in::ConvertVec>::to_vec::<alloc::alloc::Global>" },
    { "alloc::slice::<impl alloc::borrow::ToOwned for [T]>::to_owned",
      "<[u8] as alloc::borrow::ToOwned>::to_owned" },
    { "alloc::str::<impl alloc::borrow::ToOwned for str>::to_owned",
      "<str as alloc::borrow::ToOwned>::to_owned" },
    { "alloc::str::<impl str>::repeat", "<str>::repeat" },
    { "core::num::<impl u64>::checked_add", "<u64>::checked_add" },
    { "core::ptr::const_ptr::<impl *const T>::add", "<*const u8>::add" },
    { "core::any::<impl dyn core::any::Any>::downcast_ref",
      "<dyn core::any::Any>::downcast_ref::<i32>" },
    { "hashbrown::map::HashMap<K,V,S,A>::insert",
      "<hashbrown::map::HashMap<u64, alloc::boxed::Box<[u8]>, app::Random>>::insert" },
    { "std::thread::spawn::{{closure}}::{{closure}}",
      "std::thread::spawn::<app::main::{closure#0}>::{closure#1}::{closure#0}" },
  };

  expect (cases, G_N_ELEMENTS (cases));
  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      g_autoptr (GString) legacy = g_string_new (NULL);
      g_autoptr (GString) v0 = g_string_new (NULL);

      hv_canonical_path (legacy, NULL, pairs[i].legacy);
      hv_canonical_path (v0, NULL, pairs[i].v0);
      g_assert_cmpstr (legacy->str, ==, v0->str);
      g_assert_null (strpbrk (v0->str, "<>[]"));
    }
}

/* What is no C++ or Rust name, or a damaged one, stays as it is. */
static void
test_others (void)
{
  static const Case cases[] = {
    { "", "" },
    { "(below main)", "(below main)" },
    { "main.(*Cache).Get", "main.(*Cache).Get" },
    { "a<b(c[d{", "a<b(c[d{" },
    { "a<b(c>d)", "a<b(c>d)" },
    { ">>)](", ">>)](" },
    { "a>b", "a>b" },
    { "<<<<<<<<", "<<<<<<<<" },
    { "<", "<" },
    { "<>", "<>" },
    { "< as >::", "< as >::" },
    { "::", "::" },
    { "{", "{" },
    { " ", " " },
    { "operator", "operator" },
    { "operator<", "operator<" },
    { "f.cold", "f" },
    { "_GLOBAL__N_1", "(anonymous namespace)" },
  };

  expect (cases, G_N_ELEMENTS (cases));
}

/* Any text ends in time and leaves valid UTF-8; nesting is bounded. */
static void
test_hostile (void)
{
  static const char *const pieces[] = {
    "<",           ">", "(",      ")",         "[",   "]",     "{",     "}",   "::", " as ",
    " ",           "&", "dyn ",   "operator",  "->",  "impl ", " for ", "a",   "é",  ",",
    "{closure#0}", "'", "lambda", "operator ", "$_0", "#",     " + ",   "mut "
  };
  g_autoptr (GRand) random = g_rand_new_with_seed (7);

  for (guint i = 0; i < 20000; i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GString) path = g_string_new (NULL);
      g_autoptr (GString) trait = g_string_new (NULL);
      g_autoptr (GString) brief = g_string_new (NULL);

      for (gint n = g_rand_int_range (random, 1, 30); n > 0; n--)
        g_string_append (text, pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))]);
      hv_canonical_path (path, trait, text->str);
      hv_shorten_function (brief, text->str);
      g_assert_true (g_utf8_validate (path->str, -1, NULL));
      g_assert_true (g_utf8_validate (brief->str, -1, NULL));
      g_assert_cmpuint (path->len, >, 0);
      g_assert_cmpuint (brief->len, >, 0);
    }

  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (GString) path = g_string_new (NULL);
  for (guint i = 0; i < 100000; i++)
    g_string_append (deep, "<");
  for (guint i = 0; i < 100000; i++)
    g_string_append (deep, " as b>::c");
  hv_canonical_path (path, NULL, deep->str);
  g_assert_cmpstr (path->str, ==, deep->str);

  g_autofree char *flat = g_strnfill (1 << 20, '(');
  g_string_truncate (path, 0);
  hv_canonical_path (path, NULL, flat);
  g_assert_cmpstr (path->str, ==, flat);
}

static void
repeat (GString *out, const char *text, guint n)
{
  g_string_truncate (out, 0);
  for (guint i = 0; i < n; i++)
    g_string_append (out, text);
}

/* Names of a megabyte: work that grows with the square of the length would take the test's whole
 * time. */
static void
test_long (void)
{
  static const char *const pieces[] = {
    "x()",       "<a>",        "a<b>::", "f.part.1", "a{x}",         "<T as ",
    "a::<impl ", "decltype()", "&(dyn ", "a + ",     "a{closure#0}", "a{lambda()#1}::operator()"
  };
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) out = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      repeat (text, pieces[i], (1 << 20) / (guint) strlen (pieces[i]));
      g_string_truncate (out, 0);
      hv_canonical_path (out, NULL, text->str);
      hv_shorten_function (out, text->str);
      g_assert_cmpuint (out->len, >, 0);
    }

  repeat (text, " [clone .part.0]", 1 << 16);
  g_string_prepend (text, "f(int)");
  g_string_truncate (out, 0);
  hv_canonical_path (out, NULL, text->str);
  g_assert_cmpstr (out->str, ==, "f");
  repeat (text, ".cold", 1 << 18);
  g_string_prepend (text, "f");
  g_string_truncate (out, 0);
  hv_canonical_path (out, NULL, text->str);
  g_assert_cmpstr (out->str, ==, "f");
}

/* Of strings that come before and after the first is asked for. */
static void
test_of_profile (void)
{
  g_autoptr (HvProfile) profile = hv_profile_new ();
  const char *trait, *path;

  uint32_t push = hv_profile_intern (profile, "std::vector<int>::push_back(int const&)", -1);
  path = hv_profile_canonical (profile, push, &trait);
  g_assert_cmpstr (path, ==, "std::vector::push_back");
  g_assert_cmpstr (trait, ==, "");
  g_assert_cmpstr (hv_profile_canonical (profile, 0, &trait), ==, "");
  g_assert_cmpstr (trait, ==, "");
  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *name = g_strdup_printf ("<app::T%u as app::Run>::run", i);
      g_autofree char *expected = g_strdup_printf ("app::T%u::run", i);
      uint32_t id = hv_profile_intern (profile, name, -1);
      g_assert_cmpstr (hv_profile_canonical (profile, id, NULL), ==, expected);
      g_assert_cmpstr (hv_profile_canonical (profile, id, &trait), ==, expected);
      g_assert_cmpstr (trait, ==, "app::Run::run");
    }
  g_assert_true (hv_profile_canonical (profile, push, NULL) == path);
  g_assert_cmpstr (path, ==, "std::vector::push_back");
}

static void
test_shorten (void)
{
  static const char *const cases[][2] = {
    { "main", "main" },
    { "f(int, char const*)", "f" },
    { "operator new(unsigned long)", "operator new" },
    { "operator new[](unsigned long, std::nothrow_t const&)", "operator new[]" },
    { "void std::vector<void*, std::allocator<void*> >::_M_realloc_insert<void*>(int, void*&&)",
      "std::vector<…>::_M_realloc_insert<…>" },
    { "std::vector<int>::size() const", "std::vector<…>::size" },
    { "std::ostream& operator<< <char>(std::ostream&, char)", "operator<<" },
    { "bool operator< <int>(A<int> const&, A<int> const&)", "operator<" },
    { "std::function<void (int)>::operator()(int) const", "std::function<…>::operator()" },
    { "A::operator()", "A::operator()" },
    { "A::operator->()", "A::operator->" },
    { "(anonymous namespace)::get(int)", "(anonymous namespace)::get" },
    { "(below main)", "(below main)" },
    { "main::{lambda(int)#1}::operator()(int) const", "main::{lambda#1}" },
    { "boost::asio::detail::reactive_socket_recv_op<a, b>::do_complete(void*)",
      "reactive_socket_recv_op<…>::do_complete" },
    { "<alloc::vec::Vec<T,A> as core::ops::index::Index<I>>::index", "alloc::vec::Vec<…>::index" },
    { "<alloc::vec::Vec<u8>>::with_capacity_in", "alloc::vec::Vec<…>::with_capacity_in" },
    { "alloc::vec::Vec<T,A>::with_capacity_in", "alloc::vec::Vec<…>::with_capacity_in" },
    { "alloc::collections::btree::map::entry::VacantEntry<K,V,A>::insert_entry",
      "VacantEntry<…>::insert_entry" },
    { "alloc::collections::btree::map::entry::VacantEntry<K,V,A>::insert_entry::{{closure}}",
      "VacantEntry<…>::insert_entry::{closure}" },
    { "<u8 as alloc::vec::spec_from_elem::SpecFromElem>::from_elem", "SpecFromElem::from_elem" },
    { "core::ptr::drop_in_place::<alloc::string::String>", "core::ptr::drop_in_place" },
    { "core::ops::function::FnOnce::call_once{{vtable.shim}}",
      "core::ops::function::FnOnce::call_once" },
    { "<fn() as core::ops::function::FnOnce<()>>::call_once::{shim:vtable#0}",
      "core::ops::function::FnOnce<…>::call_once" },
    { "alloc::slice::<impl [T]>::to_vec", "[T]::to_vec" },
    { "<[u8]>::to_vec_in::<alloc::alloc::Global>", "[u8]::to_vec_in" },
    { "app::fetch::{{closure}}", "app::fetch::{closure}" },
    { "app::main::{closure#0}::{closure#12}", "app::main::{closure}::{closure}" },
    { "app::fetch::{async_fn#0}", "app::fetch (async)" },
    { "app::fetch::{async_fn_env#0}<app::Db>", "app::fetch (async)" },
    { "app::fetch::{async_fn#0}::{closure#0}", "app::fetch::{closure}" },
    { "app::main::{async_block#1}", "app::main::{async}" },
    { "app::shape::{impl#4}::area", "app::shape::area" },
    { "f<g(", "f<g(" },
    { "a>b", "a>b" },
    { ")", ")" },
    { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);
      hv_shorten_function (out, cases[i][0]);
      g_assert_cmpstr (out->str, ==, cases[i][1]);
    }
}

/* Names need not be UTF-8. Nothing behind the name counts, such as what was in its memory before.
 */
static void
test_cut_character (void)
{
  static const char *const last[] = { "\xc3", "\xe2\x82", "\xef", "\xf0\x9f", "\xfa", "\xfd" };

  for (gsize i = 0; i < G_N_ELEMENTS (last); i++)
    {
      g_autofree char *name = g_strconcat ("a::b::ccccccccccccccccccccccccccccccccccccc", last[i],
                                           NULL);
      g_autoptr (GString) out = g_string_sized_new (512);
      for (gsize size = 16; size <= 256; size += 16)
        {
          char *before = g_malloc (size);
          memset (before, 'y', size);
          /* or the compiler sees that nobody reads it */
          g_assert_cmpint (*(volatile char *) before, ==, 'y');
          g_free (before);
        }
      hv_shorten_function (out, name);
      g_assert_cmpstr (out->str, ==, name);
    }
}

/* Names from recordings, as a C++ or Rust programmer would say them. */
static void
test_people (void)
{
  static const char *const cases[][2] = {
    { "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> "
      ">::_M_append(char const*, unsigned long)",
      "std::string::_M_append" },
    { "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> "
      ">::basic_string(char const*, std::allocator<char> const&)",
      "std::string::string" },
    { "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> "
      ">::~basic_string()",
      "std::string::~string" },
    { "std::basic_string<char>::_M_mutate", "std::string::_M_mutate" },
    { "std::basic_string<wchar_t, std::char_traits<wchar_t>, std::allocator<wchar_t> "
      ">::reserve(unsigned long)",
      "std::wstring::reserve" },
    { "std::__1::basic_string<char, std::__1::char_traits<char>, "
      "std::__1::allocator<char>>::push_back(char)",
      "std::string::push_back" },
    { "basic_string<char, std::char_traits<char>, std::allocator<char> >", "string" },
    { "std::basic_string_view<char, std::char_traits<char> >::substr(unsigned long) const",
      "std::string_view::substr" },
    { "std::__cxx11::basic_string<char, std::char_traits<char>, "
      "std::pmr::polymorphic_allocator<char> >::reserve(unsigned long)",
      "std::basic_string<…>::reserve" },
    { "std::basic_string<char, app::Traits, std::allocator<char> >::size() const",
      "std::basic_string<…>::size" },
    { "app::basic_string<char>::grow()", "app::basic_string<…>::grow" },
    { "std::__cxx11::basic_stringbuf<char, std::char_traits<char>, std::allocator<char> "
      ">::overflow(int)",
      "std::stringbuf::overflow" },
    { "std::basic_streambuf<char, std::char_traits<char> >::xsputn(char const*, long)",
      "std::streambuf::xsputn" },
    { "std::ostream::_M_insert<double>(double)", "std::ostream::_M_insert<…>" },
    { "std::map<std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >, "
      "int, std::less<std::__cxx11::basic_string<char, std::char_traits<char>, "
      "std::allocator<char> > >, std::allocator<std::pair<std::__cxx11::basic_string<char, "
      "std::char_traits<char>, std::allocator<char> > const, int> > "
      ">::operator[](std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> "
      "> const&)",
      "std::map<…>::operator[]" },
    { "std::_Hashtable<int, std::pair<int const, int>, std::allocator<std::pair<int const, int> >, "
      "std::__detail::_Select1st, std::equal_to<int>, std::hash<int> >::_M_rehash_aux(unsigned "
      "long, std::integral_constant<bool, true>)",
      "std::_Hashtable<…>::_M_rehash_aux" },
    { "std::_Rb_tree<int, int, std::_Identity<int>, std::less<int>, std::allocator<int> "
      ">::_Auto_node::_Auto_node<int>(int&&)",
      "std::_Rb_tree<…>::_Auto_node::_Auto_node<…>" },
    { "std::vector<int, std::allocator<int> >::vector(unsigned long)", "std::vector<…>::vector" },
    { "std::vector<int, std::allocator<int> >::operator=(std::vector<int, std::allocator<int> > "
      "const&)",
      "std::vector<…>::operator=" },
    { "std::__new_allocator<int>::allocate(unsigned long, void const*)",
      "std::__new_allocator<…>::allocate" },
    { "std::allocator_traits<std::allocator<int> >::construct<int, int>(std::allocator<int>&, "
      "int*, int&&)",
      "std::allocator_traits<…>::construct<…>" },
    { "std::unique_ptr<Node, std::default_delete<Node> > std::make_unique<Node>()",
      "std::make_unique<…>" },
    { "std::_Function_handler<void (int), main::{lambda(int)#2}>::_M_invoke(std::_Any_data const&, "
      "int&&)",
      "std::_Function_handler<…>::_M_invoke" },
    { "main::{lambda()#1}::operator()() const", "main::{lambda#1}" },
    { "main::{lambda(std::shared_ptr<Node>, "
      "std::vector<int>)#12}::operator()(std::shared_ptr<Node>, std::vector<int>) const",
      "main::{lambda#12}" },
    { "app::run() const::{lambda()#2}::operator()() const::{lambda(int)#1}::operator()(int) const",
      "app::run::{lambda#2}::{lambda#1}" },
    { "app::run()::$_0::operator()(int) const", "app::run::{lambda#1}" },
    { "app::run()::$_1::operator()(int) const", "app::run::{lambda#2}" },
    { "app::run()::'lambda'(int)::operator()(int) const", "app::run::{lambda}" },
    { "app::run::<lambda(int)>::operator()", "app::run::{lambda}" },
    { "Functor::operator()(int) const", "Functor::operator()" },
    { "app::(anonymous namespace)::Cache::get(int) const",
      "app::(anonymous namespace)::Cache::get" },
    { "app::name[abi:cxx11](int)", "app::name" },
    { "app::make() [clone .isra.0] [clone .cold]", "app::make" },
    { "std::operator+(std::__cxx11::basic_string<char, std::char_traits<char>, "
      "std::allocator<char> > const&, char const*)",
      "std::operator+" },
    { "std::thread::_M_start_thread(std::unique_ptr<std::thread::_State, "
      "std::default_delete<std::thread::_State> >, void (*)())",
      "std::thread::_M_start_thread" },
    { "std::collate<char>::do_transform(char const*, char const*) const",
      "std::collate<…>::do_transform" },
    { "std::__detail::_Compiler<std::__cxx11::regex_traits<char> >::_M_atom()",
      "std::__detail::_Compiler<…>::_M_atom" },
    { "worker(int, int)", "worker" },
    { "<alloc::string::String as core::fmt::Write>::write_str",
      "alloc::string::String::write_str" },
    { "<alloc::vec::Vec<u8> as core::clone::Clone>::clone", "alloc::vec::Vec<…>::clone" },
    { "<alloc::vec::Vec<T> as alloc::vec::spec_from_iter::SpecFromIter<T,I>>::from_iter",
      "alloc::vec::Vec<…>::from_iter" },
    { "<alloc::raw_vec::RawVecInner>::grow_amortized",
      "alloc::raw_vec::RawVecInner::grow_amortized" },
    { "alloc::raw_vec::RawVecInner<A>::grow_amortized",
      "alloc::raw_vec::RawVecInner<…>::grow_amortized" },
    { "<hashbrown::raw::RawTable<(u64, alloc::boxed::Box<[u8]>)>>::reserve_rehash::<H>",
      "hashbrown::raw::RawTable<…>::reserve_rehash" },
    { "std::collections::hash::map::HashMap<K,V,S>::insert",
      "std::collections::hash::map::HashMap<…>::insert" },
    { "<T as alloc::borrow::ToOwned>::to_owned", "alloc::borrow::ToOwned::to_owned" },
    { "alloc::str::<impl str>::repeat", "str::repeat" },
    { "<core::ops::range::Range<usize> as core::iter::traits::iterator::Iterator>::fold",
      "core::ops::range::Range<…>::fold" },
    { "core::iter::adapters::map::map_fold::{{closure}}",
      "core::iter::adapters::map::map_fold::{closure}" },
    { "hv::storage::Index<V>::bucket::{{closure}}", "hv::storage::Index<…>::bucket::{closure}" },
    { "<hv::storage::Index<u8>>::bucket::{closure#0}", "hv::storage::Index<…>::bucket::{closure}" },
    { "hv::main::{closure#0}::{closure#1}", "hv::main::{closure}::{closure}" },
    { "hv::handler::{async_fn#0}", "hv::handler (async)" },
    { "hv::fetch::{async_fn_env#0}", "hv::fetch (async)" },
    { "hv::main::{async_block_env#3}", "hv::main::{async}" },
    { "hv::main::{closure_env#2}", "hv::main::{closure}" },
    { "hv::LIMITS::{{constant}}", "hv::LIMITS::{{constant}}" },
    { "hv::LIMITS::{constant#3}", "hv::LIMITS::{constant}" },
    { "<hv::Task as core::ops::function::FnOnce<()>>::call_once::{{vtable.shim}}",
      "hv::Task::call_once" },
    { "<hv::Task as core::ops::function::FnOnce<()>>::call_once::{shim:vtable#0}",
      "hv::Task::call_once" },
    { "<&mut hv::Reader<R> as std::io::Read>::read", "hv::Reader<…>::read" },
    { "<dyn hv::Store + core::marker::Send>::get", "hv::Store::get" },
    { "<hv::Je as core::alloc::global::GlobalAlloc>::alloc", "hv::Je::alloc" },
    { "serde_json::de::Deserializer<R>::deserialize_any",
      "serde_json::de::Deserializer<…>::deserialize_any" },
    { "std::rt::lang_start::{{closure}}", "std::rt::lang_start::{closure}" },
    { "_D4main3fooFZv", "_D4main3fooFZv" },
    { "$s4main3fooyyF", "$s4main3fooyyF" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);
      hv_shorten_function (out, cases[i][0]);
      g_assert_cmpstr (out->str, ==, cases[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/canonical/c++", test_cplusplus);
  g_test_add_func ("/canonical/rust", test_rust);
  g_test_add_func ("/canonical/others", test_others);
  g_test_add_func ("/canonical/hostile", test_hostile);
  g_test_add_func ("/canonical/long", test_long);
  g_test_add_func ("/canonical/of-profile", test_of_profile);
  g_test_add_func ("/canonical/shorten", test_shorten);
  g_test_add_func ("/canonical/cut-character", test_cut_character);
  g_test_add_func ("/canonical/people", test_people);
  return g_test_run ();
}
