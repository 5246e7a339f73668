/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/symbols/rules.h"

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
    { "<core::pin::Pin<P> as core::future::future::Future>::poll", NULL, HV_CATEGORY_ASYNC },
    { "<alloc::boxed::Box<F,A> as core::future::future::Future>::poll", NULL, HV_CATEGORY_ASYNC },
    { "tokio::sync::mpsc::list::Tx<T>::find_block::{{closure}}", NULL, HV_CATEGORY_ASYNC },
    { "<app::Session as core::future::future::Future>::poll", NULL, HV_CATEGORY_APP },
    { "sessions::_::__rg_alloc", NULL, HV_CATEGORY_ALLOCATOR },
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/categories", test_rules);
  g_test_add_func ("/rules/apply", test_rules_apply);
  g_test_add_func ("/rules/files", test_rules_files);
  return g_test_run ();
}
