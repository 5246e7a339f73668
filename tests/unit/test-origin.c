/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/origin.h"

#include <string.h>

static void
test_crates (void)
{
  static const struct
  {
    const char *function, *file, *module, *crate;
  } cases[] = {
    /* the source path, whatever the function's name */
    { "<T as app::Run>::run", "/rustc/59807616e1fa2540/library/alloc/src/vec/mod.rs", "/b/app",
      "alloc" },
    { "core::ptr::read",
      "/home/u/.rustup/toolchains/x/lib/rustlib/src/rust/library/core/src/ptr.rs", "/b/app",
      "core" },
    { "core::ptr::read", "/usr/src/rustc-1.63.0/library/core/src/ptr/mod.rs", "/b/app", "core" },
    { "hashbrown::map::insert", "/rust/deps/hashbrown-0.15.2/src/map.rs", "/b/app", "hashbrown" },
    { "std::collections::x", "/rust/deps/hashbrown-0.15.2/src/map.rs", "/b/app", "hashbrown" },
    { "f", "/home/u/.cargo/registry/src/index-1949cf8c6b5b557f/tokio-util-0.7.1/src/io.rs",
      "/b/app", "tokio_util" },
    { "f", "/home/u/.cargo/registry/src/index-1949cf8c6b5b557f/md-5-0.10.6/src/lib.rs", "/b/app",
      "md_5" },
    { "f", "/usr/share/cargo/registry/serde-json-1.0.0~rc1/src/lib.rs", "/b/app", "serde_json" },
    { "f", "/w/vendor/anyhow/src/lib.rs", "/b/app", "anyhow" },
    { "f", "/w/vendor/zlib/inflate.c", "/b/app", "app" },
    { "f", "/home/u/.cargo/git/checkouts/mini-redis-0123456789abcdef/a1b2c3d/src/db.rs", "/b/app",
      "mini_redis" },
    { "f", "/home/u/.cargo/git/checkouts/tokio-0123456789abcdef/a1b2c3d/tokio-macros/src/lib.rs",
      "/b/app", "tokio_macros" },
    { "f", "/home/u/.cargo/registry/src/", "/b/app", "app" },
    { "f", "/home/u/.cargo/git/checkouts/", "/b/app", "app" },
    { "f", "/rustc/", "/b/app", "app" },
    /* the name */
    { "app::storage::fill::{{closure}}", "src/main.rs", "/b/app-bin", "app" },
    { "<alloc::vec::Vec<T> as app::Sink>::write", "src/main.rs", "/b/app-bin", "app" },
    { "<alloc::vec::Vec<T> as app::Sink>::write", "", "/b/app-bin", "alloc" },
    { "<[u8]>::to_vec", "", "/b/app-bin", "core" },
    { "std::vector<int>::push_back(int)", "/usr/include/c++/12/bits/stl_vector.h", "/b/app",
      "std" },
    { "Cache::get(int)", "/w/cache.cc", "/b/app", "Cache" },
    { "(anonymous namespace)::get(int)", "/w/cache.cc", "/b/app", "cache.cc" },
    { "(anonymous namespace)::get(int)", "", "/b/app", "app" },
    /* the module */
    { "parse", "/w/parse.c", "/usr/lib/libxml2.so.2", "libxml2.so.2" },
    { "operator new(unsigned long)", "", "/usr/lib/libstdc++.so.6", "libstdc++.so.6" },
    { "", "", "/usr/lib/libc.so.6", "libc.so.6" },
    { "parse", "/w/parse.c", "", "parse.c" },
    { "parse", "", "", "[unknown]" },
  };
  g_autoptr (HvProfile) profile = hv_profile_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      HvFrame frame = { .function = hv_profile_intern (profile, cases[i].function, -1),
                        .file = hv_profile_intern (profile, cases[i].file, -1),
                        .module = hv_profile_intern (profile, cases[i].module, -1) };
      g_autoptr (GString) crate = g_string_new (NULL);

      hv_frame_origin (crate, profile, &frame);
      g_test_message ("%s %s", cases[i].function, cases[i].file);
      g_assert_cmpstr (crate->str, ==, cases[i].crate);
    }
}

static void
test_tasks (void)
{
  static const struct
  {
    const char *function, *key, *label; /* key NULL: names no task */
  } cases[] = {
    { "tokio::runtime::task::raw::poll::<app::serve::{closure#0}, "
      "alloc::sync::Arc<tokio::runtime::scheduler::multi_thread::handle::Handle>>",
      "app::serve::{{closure}}", "app::serve" },
    { "<tokio::runtime::task::core::Core<app::serve::{async_fn_env#0}<app::Db>, S>>::poll",
      "app::serve::{{closure}}", "app::serve" },
    { "<tokio::runtime::task::harness::Harness<tracing::instrument::Instrumented<"
      "core::pin::Pin<alloc::boxed::Box<app::session::Run<'static, app::Tcp>>>>, S>>::poll",
      "app::session::Run", "app::session::Run<…>" },
    { "tokio::task::spawn::spawn::<futures_util::future::future::map::Map<app::Job, fn(u8) -> u8>>",
      "app::Job", "app::Job" },
    { "tokio::runtime::task::raw::poll::<core::pin::Pin<alloc::boxed::Box<dyn "
      "core::future::future::Future<Output = ()> + core::marker::Send>>, S>",
      "alloc::boxed::Box", "alloc::boxed::Box<…>" },
    { "tokio::runtime::task::raw::poll::<<app::Svc as app::Call>::call::{closure#0}, S>",
      "app::Svc::call::{{closure}}", "app::Svc::call" },
    /* the legacy mangling, with what the debug information adds */
    { "tokio::runtime::task::core::Cell<T,S>::new::<app::serve::{async_fn_env#0}, alloc::sync::Arc<"
      "tokio::runtime::scheduler::multi_thread::handle::Handle, alloc::alloc::Global>>",
      "app::serve::{{closure}}", "app::serve" },
    { "tokio::task::spawn::spawn::<core::future::from_generator::GenFuture<app::main::"
      "{async_block#0}::{async_block_env#1}>>",
      "app::main::{{closure}}::{{closure}}", "app::main::{async}::{async}" },
    { "tokio::task::blocking::spawn_blocking::<app::main::{async_block#0}::{closure_env#2}, u8>",
      "app::main::{{closure}}::{{closure}}", "app::main::{async}::{closure}" },
    { "tokio::runtime::task::raw::poll::<tokio::runtime::blocking::task::BlockingTask<"
      "app::f::{closure_env#0}>, S>",
      "app::f::{{closure}}", "app::f::{closure}" },
    { "tokio::runtime::task::raw::poll::<tokio::runtime::blocking::task::BlockingTask<"
      "tokio::runtime::scheduler::multi_thread::worker::{impl#0}::launch::{closure_env#0}>, S>",
      NULL, NULL },
    { "tokio::runtime::task::core::Core<T,S>::poll::<T,S>", NULL, NULL },
    { "tokio::runtime::task::core::Core<T,S>::poll", NULL, NULL },
    { "tokio::runtime::task::raw::poll", NULL, NULL },
    { "tokio::runtime::task::raw::poll::<app::serve", NULL, NULL },
    { "<tokio::runtime::task::LocalNotified<alloc::sync::Arc<x::Handle>>>::run", NULL, NULL },
    { "app::tokio::poll::<app::X>", NULL, NULL },
    { "main", NULL, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) key = g_string_new (NULL);
      g_autoptr (GString) label = g_string_new (NULL);
      gboolean found = hv_function_task (cases[i].function, key, label);

      g_test_message ("%s", cases[i].function);
      g_assert_cmpint (found, ==, cases[i].key != NULL);
      g_assert_cmpstr (key->str, ==, cases[i].key ? cases[i].key : "");
      g_assert_cmpstr (label->str, ==, cases[i].label ? cases[i].label : "");
    }
}

/* Cut anywhere, a name or path is no reason to read past its end. */
static void
test_cut (void)
{
  static const char *const texts[] = {
    "tokio::runtime::task::raw::poll::<core::pin::Pin<alloc::boxed::Box<<a::B as c::D>::e>>, S>",
    "/home/u/.cargo/git/checkouts/tokio-0123456789abcdef/a1b2c3d/tokio-macros/src/lib.rs",
    "/home/u/.cargo/registry/src/index-1949cf8c6b5b557f/tokio-util-0.7.1/src/io.rs",
  };
  g_autoptr (HvProfile) profile = hv_profile_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    for (gsize n = 0; n <= strlen (texts[i]); n++)
      for (gsize from = 0; from < n; from++)
        {
          g_autofree char *text = g_strndup (texts[i] + from, n - from);
          HvFrame frame = { .file = hv_profile_intern (profile, text, -1) };
          g_autoptr (GString) a = g_string_new (NULL);
          g_autoptr (GString) b = g_string_new (NULL);

          frame.function = frame.file;
          hv_frame_origin (a, profile, &frame);
          g_assert_cmpuint (a->len, >, 0);
          g_assert_cmpint (hv_function_task (text, a, b), ==, b->len > 0);
        }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/origin/crates", test_crates);
  g_test_add_func ("/origin/tasks", test_tasks);
  g_test_add_func ("/origin/cut", test_cut);
  return g_test_run ();
}
