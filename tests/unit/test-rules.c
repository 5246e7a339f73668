/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/symbols/rules.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

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

/* As recorded: the names of functions in samples and of the libraries that these are from. */
static void
test_names (void)
{
  static const struct
  {
    HvCategory category;
    const char *const functions[80];
  } groups[] = {
    { HV_CATEGORY_ALLOCATOR,
      { "malloc",
        "calloc",
        "realloc",
        "posix_memalign",
        "aligned_alloc",
        "__libc_malloc@@GLIBC_2.2.5",
        "_int_malloc",
        "sysmalloc",
        "_mid_memalign.isra.0",
        "operator new(unsigned long)",
        "operator new[](unsigned long, std::nothrow_t const&)",
        "operator new(unsigned long, std::align_val_t)",
        "je_malloc",
        "je_prof_backtrace",
        "_rjem_je_arena_malloc_hard",
        "_rjem_mallocx",
        "prof_backtrace_impl",
        "imalloc_body",
        "fallbackNewImpl<false>",
        "tc_malloc",
        "tc_newarray",
        "tcmalloc::CentralFreeList::Populate()",
        "tcmalloc::ThreadCache::FetchFromCentralCache(unsigned int, int, void* (*)(unsigned long))",
        "MallocHook::InvokeNewHookSlow(void const*, unsigned long)",
        "mi_malloc",
        "mi_heap_malloc_aligned",
        "_mi_malloc_generic",
        "mi_new_nothrow",
        "__rust_alloc",
        "__rust_realloc",
        "__rdl_alloc_zeroed",
        "__rustc::__rust_alloc",
        "__rustc[5224e6b81cd82a8f]::__rust_alloc_zeroed",
        "__rustc::__rdl_realloc",
        "alloc::alloc::exchange_malloc",
        "alloc::alloc::Global::alloc_impl",
        "<alloc::alloc::Global as core::alloc::Allocator>::allocate",
        "alloc::raw_vec::RawVec<T,A>::reserve::do_reserve_and_handle",
        "<alloc::raw_vec::RawVecInner>::grow_amortized",
        "alloc::raw_vec::finish_grow::<alloc::alloc::Global>",
        "hashbrown::raw::alloc::inner::do_alloc::<alloc::alloc::Global>",
        "std::sys::unix::alloc::<impl core::alloc::global::GlobalAlloc for "
        "std::alloc::System>::alloc",
        "<tikv_jemallocator::Jemalloc as core::alloc::global::GlobalAlloc>::alloc",
        "<dhat::Alloc as core::alloc::global::GlobalAlloc>::alloc",
        "std::__new_allocator<int>::allocate(unsigned long, void const*)",
        "__gnu_cxx::new_allocator<std::pair<int const, int> >::allocate(unsigned long)",
        "std::allocator_traits<std::allocator<char> >::allocate(std::allocator<char>&, "
        "unsigned long)",
        "g_malloc",
        "g_malloc0_n",
        "g_try_malloc0",
        "g_slice_alloc0",
        "thread_memory_magazine1_reload",
        "allocator_memalign",
        "PyMem_RawMalloc",
        "PyObject_Malloc",
        "_PyObject_Malloc",
        "_PyMem_RawCalloc",
        "_PyObject_ArenaMalloc",
        "pymalloc_alloc",
        "new_arena" } },
    { HV_CATEGORY_CONTAINER,
      { "void std::vector<int, std::allocator<int> >::_M_realloc_insert<int const&>(int const&)",
        "std::_Vector_base<int, std::allocator<int> >::_M_allocate(unsigned long)",
        "std::vector<bool, std::allocator<bool> >::_M_insert_aux(std::_Bit_iterator, bool)",
        "std::__cxx11::basic_string<char>::_M_create(unsigned long&, unsigned long)",
        "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >::"
        "_M_append(char const*, unsigned long)",
        "std::string::_Rep::_S_create(unsigned long, unsigned long, std::allocator<char> const&)",
        "std::_Rb_tree<int, std::pair<int const, int>, std::_Select1st<std::pair<int const, int> "
        ">, "
        "std::less<int>, std::allocator<std::pair<int const, int> > >::_M_create_node(int&&)",
        "std::map<int, int>::operator[](int const&)",
        "std::_Hashtable<int, int, std::allocator<int> >::_M_rehash_aux(unsigned long)",
        "std::__detail::_Map_base<int, int>::operator[](int const&)",
        "std::__detail::_Hashtable_alloc<std::allocator<int> >::_M_allocate_buckets(unsigned long)",
        "std::deque<int>::_M_push_back_aux<int const&>(int const&)",
        "std::_Deque_base<int, std::allocator<int> >::_M_initialize_map(unsigned long)",
        "std::__cxx11::list<int>::_M_create_node<int>(int&&)",
        "std::__1::vector<int>::__push_back_slow_path(int&&)",
        "std::__1::__hash_table<int>::__rehash(unsigned long)",
        "<alloc::vec::Vec<T> as core::clone::Clone>::clone",
        "alloc::vec::Vec<T,A>::push",
        "<alloc::vec::Vec<u8>>::with_capacity_in",
        "<alloc::string::String as core::fmt::Write>::write_str",
        "alloc::string::String::push_str",
        "<alloc::collections::btree::map::BTreeMap<u64, u64>>::insert",
        "hashbrown::raw::RawTable<T,A>::reserve_rehash",
        "std::collections::hash::map::HashMap<K,V,S>::insert",
        "g_ptr_array_maybe_expand",
        "g_string_maybe_expand",
        "QHashPrivate::Data<QHashPrivate::Node<int, int> >::rehash(unsigned long)",
        "QString::reallocData(long long, QArrayData::AllocationOption)" } },
    { HV_CATEGORY_ENTRY,
      { "_start", "__libc_start_main@@GLIBC_2.34", "__libc_start_call_main", "clone3",
        "start_thread", "std::rt::lang_start_internal", "std::rt::lang_start::{{closure}}",
        "std::sys::backtrace::__rust_begin_short_backtrace", "std::panicking::try::do_call",
        "std::thread::Builder::spawn_unchecked_::{{closure}}",
        "std::thread::lifecycle::spawn_unchecked::{closure#1}",
        "std::sys::pal::unix::thread::Thread::new::thread_start",
        "std::thread::_State_impl<std::thread::_Invoker<std::tuple<void (*)()> > >::_M_run()",
        "execute_native_thread_routine", "g_thread_proxy", "gomp_thread_start" } },
    { HV_CATEGORY_ASYNC,
      { "tokio::runtime::task::raw::poll::<app::serve::{async_fn_env#0}, alloc::sync::Arc<()>>",
        "tokio::task::spawn::spawn",
        "<futures_util::future::join_all::JoinAll<F> as core::future::future::Future>::poll",
        "<core::pin::Pin<P> as core::future::future::Future>::poll",
        "futures_executor::local_pool::block_on",
        "async_std::task::builder::Builder::blocking",
        "async_executor::Executor::run::{{closure}}",
        "smol::block_on",
        "<tracing::instrument::Instrumented<T> as core::future::future::Future>::poll",
        "hyper::proto::h1::dispatch::Dispatcher<D,Bs,I,T>::poll_catch",
        "<tower::util::oneshot::Oneshot<S,Req> as core::future::future::Future>::poll",
        "rayon_core::join::join_context::{{closure}}",
        "rayon_core::registry::WorkerThread::wait_until_cold",
        "rayon::iter::plumbing::bridge_producer_consumer::helper",
        "crossbeam_utils::thread::scope",
        "std::__n4861::coroutine_handle<void>::resume() const",
        "boost::asio::detail::scheduler::do_run_one(boost::asio::detail::conditionally_enabled_"
        "mutex::scoped_lock&, boost::asio::detail::scheduler_thread_info&, "
        "boost::system::error_code const&)",
        "boost::asio::io_context::run()",
        "cppcoro::static_thread_pool::run_worker_thread(unsigned int)",
        "folly::coro::detail::TaskPromiseBase::FinalAwaiter::await_suspend(int)",
        "GOMP_parallel",
        "uv_run",
        "uv__io_poll",
        "uv__run_timers",
        "g_main_loop_run",
        "g_main_context_iterate.isra.0",
        "g_main_context_dispatch",
        "g_application_run",
        "event_base_loop",
        "QEventLoop::exec(QFlags<QEventLoop::ProcessEventsFlag>)",
        "QCoreApplication::notifyInternal2(QObject*, QEvent*)" } },
    { HV_CATEGORY_PLUMBING,
      { "core::ops::function::FnOnce::call_once{{vtable.shim}}",
        "<alloc::boxed::Box<F> as core::ops::function::FnOnce<A>>::call_once",
        "<core::iter::adapters::map::Map<I,F> as core::iter::traits::iterator::Iterator>::fold",
        "<[u8]>::to_vec", "std::function<void (int)>::operator()(int) const",
        "std::make_unique<int>(int&&)",
        "std::__shared_ptr<int, (__gnu_cxx::_Lock_policy)2>::__shared_ptr()",
        "std::__invoke_impl<void>(std::__invoke_other)", "std::io::Read::read_to_end" } },
    { HV_CATEGORY_APP,
      { "malloc_stats_printer_app",
        "my_malloc",
        "mallocator::run()",
        "app::malloc(unsigned long)",
        "my_operator new",
        "operator_new",
        "app::operator new(unsigned long)",
        "app::Pool::operator new[](unsigned long)",
        "tokio_app::main",
        "tokiox::runtime::run",
        "futures_market::Trade::new",
        "hyper_drive::proto::run",
        "<app::Session as core::future::future::Future>::poll",
        "<app::Task as async_task::Runnable>::run",
        "app::tokio::runtime::run",
        "rayonnement::run",
        "uvw::Loop::run()",
        "uv_runner",
        "g_main_loop_runner",
        "event_base_loop_app",
        "boost::asio_app::run()",
        "vector::push_back(int)",
        "app::std::vector::push_back(int)",
        "stdx::vector<int>::push_back(int)",
        "std_vector_grow",
        "<app::Rows as core::iter::traits::iterator::Iterator>::next",
        "alloc_app::vec::Vec::push",
        "hashbrowns::HashMap::insert",
        "QStringly::make()",
        "PyObject_MallocStats",
        "PyObject_Call",
        "g_strdup",
        "g_object_new",
        "start_threads",
        "std_rt::run",
        "_startup",
        "prof_run" } },
  };

  for (gsize g = 0; g < G_N_ELEMENTS (groups); g++)
    for (gsize i = 0; groups[g].functions[i]; i++)
      {
        HvCategory category = hv_rules_category (groups[g].functions[i], NULL);
        if (category != groups[g].category)
          g_test_message ("%s", groups[g].functions[i]);
        g_assert_cmpstr (hv_category_name (category), ==, hv_category_name (groups[g].category));
      }
}

/* --- every line of data/rules --- */

typedef struct
{
  HvCategory category;
  char *section, *text;
} Line;

static void
line_free (gpointer data)
{
  Line *line = data;

  g_free (line->section);
  g_free (line->text);
  g_free (line);
}

/* What a frame by that rule is: a name made of the rule goes through hv_rules_apply(). */
static HvCategory
category_of (const Line *line, const char *name)
{
  g_autoptr (HvProfile) profile = hv_profile_new ();
  gboolean module = g_str_has_suffix (line->section, " modules");
  gboolean file = g_str_has_suffix (line->section, " files");
  g_autofree char *path = g_strconcat ("/some/where/", name, NULL);
  HvFrame frame = { .function = hv_profile_intern (profile, module || file ? "bare" : name, -1),
                    .module = hv_profile_intern (profile, module ? path : "", -1),
                    .file = hv_profile_intern (profile, file ? path : "", -1) };
  uint32_t id = hv_profile_frame (profile, &frame);

  hv_rules_apply (profile);
  return (HvCategory) profile->frame_category[id];
}

static void
read_lines (const char *path, GPtrArray *lines)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) each = NULL;
  const char *section = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  each = g_strsplit (text, "\n", -1);
  for (guint i = 0; each[i]; i++)
    {
      if (each[i][0] == '[')
        section = each[i];
      if (each[i][0] == 0 || each[i][0] == '#' || each[i][0] == '[')
        continue;
      Line *line = g_new0 (Line, 1);
      g_assert_nonnull (section);
      line->section = g_strndup (section + 1, strlen (section) - 2);
      line->text = g_strdup (each[i]);
      while ((guint) line->category < HV_N_CATEGORIES
             && !g_str_has_prefix (line->section, hv_category_name (line->category)))
        line->category++;
      g_assert_cmpint (line->category, <, HV_N_CATEGORIES);
      g_ptr_array_add (lines, line);
    }
}

static const char *
kind_of (const Line *line)
{
  const char *space = strchr (line->section, ' ');

  return space ? space : "";
}

/* Each line does what it says, and says what no other one does: were it away, the frames it is for
 * would be of another category. */
static void
test_lines (void)
{
  const char *folder = g_getenv ("HV_RULES"), *name;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (line_free);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_assert_true (g_str_has_suffix (name, ".rules"));
      read_lines (path, lines);
    }
  g_assert_cmpuint (lines->len, >, 400);

  for (guint i = 0; i < lines->len; i++)
    {
      const Line *line = g_ptr_array_index (lines, i), *shorter = NULL;
      gboolean whole = line->text[0] == '=';
      const char *text = line->text + whole;
      g_autofree char *longer = g_strconcat (text, "zz9", NULL);

      g_test_message ("[%s] %s", line->section, line->text);
      g_assert_cmpstr (hv_category_name (category_of (line, whole ? text : longer)), ==,
                       hv_category_name (line->category));
      g_assert_true (g_hash_table_add (seen, g_strconcat (kind_of (line), "/", line->text, NULL)));

      /* the rule that would decide without it */
      for (guint j = 0; j < lines->len; j++)
        {
          const Line *other = g_ptr_array_index (lines, j);
          if (other != line && other->text[0] != '='
              && strcmp (kind_of (other), kind_of (line)) == 0
              && g_str_has_prefix (text, other->text)
              && (shorter == NULL || strlen (other->text) > strlen (shorter->text)))
            shorter = other;
        }
      g_assert_cmpint (shorter ? shorter->category : HV_CATEGORY_APP, !=, line->category);
      /* a whole name is no beginning of others */
      if (whole)
        g_assert_cmpstr (hv_category_name (category_of (line, longer)), ==,
                         hv_category_name (shorter ? shorter->category : HV_CATEGORY_APP));
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
    { "_M_allocate", "stl_vector.h", HV_CATEGORY_CONTAINER },
    { "_M_create_node<std::pair<int const, int> >", "stl_tree.h", HV_CATEGORY_CONTAINER },
    { "_M_mutate", "basic_string.tcc", HV_CATEGORY_CONTAINER },
    { "_M_allocate_buckets", "hashtable_policy.h", HV_CATEGORY_CONTAINER },
    { "__uninitialized_copy_a<int>", "bits/stl_uninitialized.h", HV_CATEGORY_PLUMBING },
    { "make_unique<int>", "unique_ptr.h", HV_CATEGORY_PLUMBING },
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

/* --- the user's own --- */

static void
write_rules (const char *path, const char *text)
{
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
assert_problem (const GPtrArray *problems, guint at, const char *begin, const char *part)
{
  g_assert_cmpuint (problems->len, >, at);
  const char *problem = g_ptr_array_index (problems, at);
  g_test_message ("%s", problem);
  g_assert_true (g_str_has_prefix (problem, begin));
  g_assert_nonnull (strstr (problem, part));
  g_assert_null (strchr (problem, '\n'));
}

/* Nothing in the folder is waited for, and no rule is cut in two. */
static void
test_odd_files (void)
{
  g_autofree char *folder = hv_rules_folder ();
  g_autofree char *pipe = g_build_filename (folder, "a-pipe.rules", NULL);
  g_autofree char *sub = g_build_filename (folder, "b-folder.rules", NULL);
  g_autofree char *large = g_build_filename (folder, "c-large.rules", NULL);
  g_autofree char *marked = g_build_filename (folder, "d-marked.rules", NULL);
  const char *const files[] = { large, NULL };
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) rules = g_string_new ("[allocator]\n");

  while (rules->len <= 4 << 20)
    g_string_append (rules, "one_of_very_many_allocators\n");
  write_rules (large, rules->str);
  write_rules (marked, "\xef\xbb\xbf[container]\n=bag_put\n");
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  g_assert_cmpint (g_mkdir (sub, 0700), ==, 0);

  g_assert_true (hv_rules_load (NULL, problems, &error));
  g_assert_cmpuint (problems->len, ==, 3);
  assert_problem (problems, 0, pipe, "regular");
  assert_problem (problems, 1, sub, "regular");
  assert_problem (problems, 2, large, "larger than 4 MiB");
  g_assert_cmpint (hv_rules_category ("one_of_very_many_allocators", NULL), ==, HV_CATEGORY_APP);
  g_assert_cmpint (hv_rules_category ("bag_put", NULL), ==, HV_CATEGORY_CONTAINER);
  g_assert_false (hv_rules_load (files, problems, &error));
  g_assert_nonnull (strstr (error->message, "larger than 4 MiB"));

  g_remove (pipe);
  g_rmdir (sub);
  g_remove (large);
  g_remove (marked);
  g_ptr_array_set_size (problems, 0);
  g_assert_true (hv_rules_load (NULL, problems, NULL));
}

/* Those of the command come before the user's, which come before the built-in ones. */
static void
test_user (void)
{
  g_autofree char *folder = hv_rules_folder ();
  g_autofree char *mine = g_build_filename (folder, "mine.rules", NULL);
  g_autofree char *other = g_build_filename (folder, "notes.txt", NULL);
  g_autofree char *named = g_build_filename (folder, "..", "named", NULL);
  const char *const files[] = { named, NULL };
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  write_rules (other, "[plumbing]\nmain\n");
  write_rules (mine, "# mine\r\nstray\n[allocator]\r\n  pool_take\r\n=pool_get<int>\n[nonsense]\n"
                     "main\n[application files]\n=stl_pool.h\n[application]\nstd::vector::\n"
                     "=\n\xff\n[container modules]\nlibstore");
  write_rules (named, "[plumbing]\npool_\n[async]\nstd::vector::emplace\n");
  g_assert_true (hv_rules_load (NULL, problems, &error));
  g_assert_cmpuint (problems->len, ==, 5);
  for (guint i = 0; i < 5; i++)
    {
      static const char *const part[] = { "before any [section]", "<…>", "unknown section",
                                          "without a name", "not a line of text" };
      const guint number[] = { 2, 5, 6, 12, 13 };
      g_autofree char *begin = g_strdup_printf ("%s:%u: ", mine, number[i]);
      assert_problem (problems, i, begin, part[i]);
    }
  g_assert_cmpint (hv_rules_category ("pool_take", NULL), ==, HV_CATEGORY_ALLOCATOR);
  g_assert_cmpint (hv_rules_category ("pool_get", NULL), ==, HV_CATEGORY_APP);
  g_assert_cmpint (hv_rules_category ("main", NULL), ==, HV_CATEGORY_APP);
  g_assert_cmpint (hv_rules_category ("std::vector<int>::push_back(int)", NULL), ==,
                   HV_CATEGORY_APP);
  g_assert_cmpint (hv_rules_category ("put", "/lib/libstore.so.1"), ==, HV_CATEGORY_CONTAINER);
  g_assert_cmpint (hv_rules_category ("malloc", NULL), ==, HV_CATEGORY_ALLOCATOR);

  /* by its file, as the user says */
  g_autoptr (HvProfile) profile = hv_profile_new ();
  HvFrame frame = { .function = hv_profile_intern (profile, "refill", -1),
                    .file = hv_profile_intern (profile, "/a/stl_pool.h", -1) };
  uint32_t id = hv_profile_frame (profile, &frame);
  profile->frame_category[id] = HV_CATEGORY_PLUMBING;
  g_assert_true (hv_rules_apply (profile));
  g_assert_cmpint (profile->frame_category[id], ==, HV_CATEGORY_APP);
  g_assert_false (hv_rules_apply (profile));

  g_ptr_array_set_size (problems, 0);
  g_assert_true (hv_rules_load (files, problems, &error));
  g_assert_cmpint (hv_rules_category ("pool_take", NULL), ==, HV_CATEGORY_PLUMBING);
  g_assert_cmpint (hv_rules_category ("std::vector<int>::push_back(int)", NULL), ==,
                   HV_CATEGORY_APP);
  g_assert_cmpint (hv_rules_category ("std::vector<int>::emplace_back<int>(int)", NULL), ==,
                   HV_CATEGORY_ASYNC);

  /* a file that is not there changes nothing; one that went is out of force */
  g_remove (mine);
  g_remove (named);
  g_assert_false (hv_rules_load (files, problems, &error));
  g_assert_nonnull (strstr (error->message, named));
  g_assert_cmpint (hv_rules_category ("pool_take", NULL), ==, HV_CATEGORY_PLUMBING);
  g_ptr_array_set_size (problems, 0);
  g_assert_true (hv_rules_load (NULL, problems, NULL));
  g_assert_cmpuint (problems->len, ==, 0);
  g_assert_cmpint (hv_rules_category ("pool_take", NULL), ==, HV_CATEGORY_APP);
  g_assert_true (hv_rules_apply (profile));
  g_assert_cmpint (profile->frame_category[id], ==, HV_CATEGORY_PLUMBING);

  /* not a file of rules at all: told, and not for ever */
  g_autoptr (GString) noise = g_string_new (NULL);
  for (guint i = 0; i < 1000; i++)
    g_string_append (noise, "noise\n");
  write_rules (mine, noise->str);
  g_assert_true (hv_rules_load (NULL, problems, NULL));
  g_assert_cmpuint (problems->len, <, 100);
  g_remove (mine);
  g_remove (other);
  g_assert_true (hv_rules_load (NULL, problems, NULL));
}

int
main (int argc, char **argv)
{
  g_autofree char *config = g_dir_make_tmp ("heapview-rules-XXXXXX", NULL);

  g_assert_nonnull (config);
  g_setenv ("XDG_CONFIG_HOME", config, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rules/categories", test_rules);
  g_test_add_func ("/rules/names", test_names);
  g_test_add_func ("/rules/lines", test_lines);
  g_test_add_func ("/rules/apply", test_rules_apply);
  g_test_add_func ("/rules/files", test_rules_files);
  g_test_add_func ("/rules/user", test_user);
  g_test_add_func ("/rules/odd-files", test_odd_files);
  int status = g_test_run ();

  g_autofree char *folder = hv_rules_folder ();
  g_autofree char *above = g_path_get_dirname (folder);
  g_remove (folder);
  g_remove (above);
  g_remove (config);
  return status;
}
