/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profiles.h"
#include "store/frame-key.h"
#include "store/tree.h"
#include "store/units.h"

static HvTree *
tree_of (const HvProfile *profile, HvTreeOptions options)
{
  g_autoptr (GError) error = NULL;
  HvTree *tree = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &options, &error);

  g_assert_no_error (error);
  hv_tree_check (tree, &error);
  g_assert_no_error (error);
  return tree;
}

/* "a;b 5 8|a 3 8": each row's path, self and inclusive bytes. */
static char *
rows_text (const HvTree *tree)
{
  g_autoptr (GArray) rows = hv_tree_rows (tree);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < rows->len; i++)
    {
      const HvRow *row = &g_array_index (rows, HvRow, i);
      g_autoptr (GArray) path = hv_tree_path (tree, row->node);
      if (i)
        g_string_append_c (text, '|');
      for (guint p = 0; p < path->len; p++)
        g_string_append_printf (text, "%s%s", p ? ";" : "",
                                hv_tree_label (tree, g_array_index (path, uint32_t, p)));
      g_string_append_printf (text, " %d %d", (int) row->self[0][0], (int) row->incl[0][0]);
    }
  return g_string_free (text, FALSE);
}

static void
expect_rows (const HvProfile *profile, HvTreeOptions options, const char *expected)
{
  g_autoptr (HvTree) tree = tree_of (profile, options);
  g_autofree char *text = rows_text (tree);

  g_assert_cmpstr (text, ==, expected);
}

static void
set_category (HvProfile *profile, const char *function, HvCategory category)
{
  for (uint32_t f = 1; f < profile->n_frames; f++)
    if (strcmp (hv_profile_string (profile, profile->frame[f].function), function) == 0)
      profile->frame_category[f] = category;
}

/* A stack's text cannot hold names with blanks. */
static void
rename_function (HvProfile *profile, const char *from, const char *to)
{
  uint32_t name = hv_profile_intern (profile, to, -1);

  for (uint32_t f = 1; f < profile->n_frames; f++)
    if (strcmp (hv_profile_string (profile, profile->frame[f].function), from) == 0)
      profile->frame[f].function = name;
}

static void
test_rows (void)
{
  g_autoptr (HvProfile) profile = test_profile (
      (const char *[]){ "main;a 10 1", "main;a;b 5 1", "main;c;b 7 1", "main 1 1", NULL });

  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_FUNCTION },
               "main;c;b 12 12|main;a 10 15|main 1 23|main;c 0 7");
  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_STACK },
               "main;a 10 15|main;c;b 7 7|main;a;b 5 5|main 1 23");
}

static void
test_recursion_counts_once (void)
{
  g_autoptr (HvProfile)
      profile = test_profile ((const char *[]){ "main;f;g;f 10 1", "main;f;g;f;g;f 4 1", NULL });

  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_FUNCTION },
               "main;f;g;f 14 14|main;f;g 0 14|main 0 14");
}

static void
test_fold (void)
{
  g_autoptr (HvProfile) profile = test_profile ((const char *[]){
      "_start;main;a;malloc 10 1", "_start;main;new;malloc 5 1", "_start;init 3 1", "_start 2 1",
      "new;malloc 1 1", "main;malloc;hook 4 1", NULL });

  set_category (profile, "_start", HV_CATEGORY_ENTRY);
  set_category (profile, "init", HV_CATEGORY_ENTRY);
  set_category (profile, "malloc", HV_CATEGORY_ALLOCATOR);
  set_category (profile, "new", HV_CATEGORY_ALLOCATOR);
  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_STACK },
               "main;a 10 10|main 5 19|main;malloc;hook 4 4|init 3 3|_start 2 2|new 1 1");
  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_FUNCTION, .all_frames = TRUE },
               "_start;main;a;malloc 16 20|main;malloc;hook 4 4|_start;init 3 3|_start 2 20|"
               "_start;main 0 19|_start;main;a 0 10|_start;main;new 0 6");
}

/* How a process or a thread starts is not only the runtime's functions: a Rust program has a C main
 * above them and closures among them, and a stripped program's _start has no name. */
/* What the C library calls main() and threads from has no name without its debug symbols. */
static void
test_fold_unnamed_libc (void)
{
  g_autoptr (HvProfile) profile = test_profile ((const char *[]){
      "_start;x@/usr/lib/libc.so.6;main;f 10 1", "x@/usr/lib/libc.so.6;worker;g 5 1",
      "main;x@/usr/lib/libc.so.6;h 2 1", "x@/opt/libcrypto.so.3;k 1 1", NULL });

  set_category (profile, "_start", HV_CATEGORY_ENTRY);
  for (uint32_t f = 1; f < profile->n_frames; f++)
    if (strcmp (hv_profile_string (profile, profile->frame[f].function), "x") == 0)
      {
        profile->frame[f].function = 0;
        profile->frame[f].address = 0x271d0;
      }
  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_STACK },
               "main;f 10 10|worker;g 5 5|main;libc.so.6+0x271d0;h 2 2|"
               "libcrypto.so.3+0x271d0;k 1 1");
}

static void
test_fold_start (void)
{
  g_autoptr (HvProfile) profile = test_profile ((const char *[]){
      "main;lang_start;call_once;begin;call_once;app::main;f 10 1", "main;f 3 1",
      "spawned;begin;catch;call_once;app::work;begin;f 5 1", "main;lang_start;call_once 2 1",
      "f;begin;g 4 1", "_start;main;f 1 1", "call_once;f 6 1", NULL });

  set_category (profile, "_start", HV_CATEGORY_ENTRY);
  set_category (profile, "lang_start", HV_CATEGORY_ENTRY);
  set_category (profile, "begin", HV_CATEGORY_ENTRY);
  set_category (profile, "catch", HV_CATEGORY_ENTRY);
  set_category (profile, "call_once", HV_CATEGORY_PLUMBING);
  set_category (profile, "spawned", HV_CATEGORY_PLUMBING);
  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_STACK },
               "app::main;f 10 10|call_once;f 6 6|app::work;begin;f 5 5|main;f 4 4|f;begin;g 4 4|"
               "call_once 2 8");

  g_autoptr (HvProfile) stripped = test_profile (
      (const char *[]){ "?;_start;main;f 10 1", "?;f 5 1", "?;?;_start;f 1 1", NULL });
  set_category (stripped, "_start", HV_CATEGORY_ENTRY);
  for (uint32_t f = 1; f < stripped->n_frames; f++)
    if (strcmp (hv_profile_string (stripped, stripped->frame[f].function), "?") == 0)
      {
        stripped->frame[f].function = 0;
        stripped->frame[f].address = 0x401000;
      }
  g_autoptr (HvTree) tree = tree_of (stripped, (HvTreeOptions){ .group = HV_GROUP_STACK });
  g_assert_true (hv_tree_check (tree, NULL));
  g_assert_cmpuint (tree->n_nodes, ==, 8);
  uint32_t largest = tree->child[tree->child_start[0]];
  g_assert_cmpstr (hv_tree_label (tree, largest), ==, "main");
}

static void
test_own_node (void)
{
  g_autoptr (HvProfile) profile = test_profile (
      (const char *[]){ "main;parse;push;reserve 10 1", "push;reserve 1 1", NULL });

  set_category (profile, "push", HV_CATEGORY_PLUMBING);
  set_category (profile, "reserve", HV_CATEGORY_PLUMBING);
  g_autoptr (HvTree) tree = tree_of (profile, (HvTreeOptions){ .group = HV_GROUP_STACK });
  g_autoptr (GArray) rows = hv_tree_rows (tree);
  const char *const expected[] = { "parse", "reserve" };
  g_assert_cmpuint (rows->len, ==, 2);
  for (guint i = 0; i < rows->len; i++)
    {
      uint32_t own = hv_tree_own_node (tree, g_array_index (rows, HvRow, i).node);
      g_assert_cmpstr (hv_tree_label (tree, own), ==, expected[i]);
      g_assert_cmpuint (hv_tree_own_node (tree, own), ==, own);
    }
  g_assert_cmpuint (hv_tree_own_node (tree, 0), ==, 0);
}

static void
test_filters (void)
{
  g_autoptr (HvProfile) profile = test_profile ((const char *[]){
      "main;Parse@/lib/libp.so:parse.c:3;x 10 1", "main;b;x 5 1", "main;b 2 1", NULL });
  g_autoptr (GError) error = NULL;

  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_STACK, .focus = "parse" },
               "main;Parse;x 10 10");
  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_STACK, .focus = "Parse$" },
               "main;Parse;x 10 10");
  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_STACK, .focus = "PARSE" }, "");
  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_STACK, .ignore = "mod:libp" },
               "main;b;x 5 5|main;b 2 7");
  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_STACK, .hide = "^x$" },
               "main;Parse 10 10|main;b 7 7");
  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_STACK, .hide = "." }, " 17 17");

  g_autoptr (HvTree)
      tree = tree_of (profile, (HvTreeOptions){ .group = HV_GROUP_STACK, .ignore = "Parse" });
  g_assert_cmpint (tree->dropped[0], ==, 10);
  g_assert_cmpint (tree->total[0], ==, 17);

  HvTreeOptions bad = { .focus = "(" };
  g_assert_null (hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &bad, &error));
  g_assert_error (error, HV_ERROR, HV_ERROR_USAGE);
}

/* What a prefix says, and nothing else. */
static void
test_scopes (void)
{
  g_autoptr (HvProfile) scoped = test_profile ((const char *[]){
      "main@/bin/app:main.rs:1;app::run@/bin/app:src/run.rs:2;serde::get@/bin/app:src/get.rs:3 5 1",
      "main@/bin/app:main.rs:1;helper@/lib/libserde.so:helper.c:9 2 1", NULL });
  static const struct
  {
    const char *focus;
    int64_t held;
  } scopes[] = { { "crate:^serde", 5 }, { "crate:^app$", 7 }, { "ns:libserde", 2 },
                 { "mod:serde", 2 },    { "module:app", 7 },  { "file:get", 5 },
                 { "fn:get", 5 },       { "fn:serde", 5 },    { "serde", 7 },
                 { "fn::", 0 },         { "crate:get", 0 } };
  for (gsize i = 0; i < G_N_ELEMENTS (scopes); i++)
    {
      HvTreeOptions options = { .focus = scopes[i].focus };
      g_autoptr (HvTree)
          tree = hv_tree_new (scoped, HV_METRIC_LIVE_BYTES, HV_AT_END, &options, NULL);
      g_assert_cmpint (tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0], ==, scopes[i].held);
    }
}

static void
test_groups (void)
{
  g_autoptr (HvProfile) profile = test_profile ((const char *[]){
      "main@/bin/app:m.c:1;f@/lib/l.so:f.c:2 10 1", "main@/bin/app:m.c:1;f@/lib/l.so:f.c:3 5 1",
      "main@/bin/app:m.c:9;g@/lib/l.so 1 1", NULL });

  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_MODULE }, "app;l.so 16 16|app 0 16");
  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_FILE },
               "m.c;f.c 15 15|m.c;[l.so] 1 1|m.c 0 16");
  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_LINE },
               "main  m.c:1;f  f.c:2 10 10|main  m.c:1;f  f.c:3 5 5|main  m.c:9;g 1 1|"
               "main  m.c:1 0 15|main  m.c:9 0 1");
  g_assert_cmpint (hv_group_parse ("nonsense"), ==, HV_N_GROUPS);

  /* the heaviest line stands for the function */
  g_autoptr (HvTree) tree = tree_of (profile, (HvTreeOptions){ .group = HV_GROUP_FUNCTION });
  g_autoptr (GArray) rows = hv_tree_rows (tree);
  g_assert_cmpuint (tree->key[g_array_index (rows, HvRow, 0).key].line, ==, 2);
}

/* What calls itself within one file, module or crate is one node; what comes back is another. */
static void
test_repeats_collapse (void)
{
  g_autoptr (HvProfile) profile = test_profile ((const char *[]){
      "app::main@/b/app:m.rs:1;app::run@/b/app:m.rs:2;alloc::vec::f@/b/app:v.rs:3;"
      "alloc::str::g@/b/app:v.rs:4;app::cb@/b/app:m.rs:5 10 1",
      "app::main@/b/app:m.rs:1;read@/lib/l.so:l.c:2 5 1", NULL });

  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_CRATE },
               "app;alloc;app 10 15|app;l.so 5 5|app;alloc 0 10");
  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_FILE },
               "m.rs;v.rs;m.rs 10 15|m.rs;l.c 5 5|m.rs;v.rs 0 10");
  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_MODULE }, "app 10 15|app;l.so 5 5");
  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_STACK },
               "app::main;app::run;alloc::vec::f;alloc::str::g;app::cb 10 10|app::main;read 5 5");
}

/* A runtime's frames go wherever they are, and what they call on the way: async functions stand
 * where they wait for each other. */
static void
test_fold_async (void)
{
  g_autoptr (HvProfile) profile = test_profile ((const char *[]){
      "clone;worker;try;poll;serve::{{closure}};poll;box;poll;handle::{{closure}};malloc 100 10",
      "clone;worker;try;poll;serve::{{closure}};spawn;box;malloc 20 2",
      "clone;worker;try;poll;serve::{{closure}};box;send;x@/usr/lib/libc.so.6;malloc 5 1",
      "clone;worker;try;box;malloc 3 1",
      "clone;worker;polled;serve::{{closure}};join;serve::{{closure}}::{{closure}};poll;half 50 1",
      "clone;worker;join;serve::{{closure}}::{{closure}};image 7 1",
      "main;box;serve::{{closure}};box;malloc 2 1", NULL });

  rename_function (profile, "join",
                   "<core::future::poll_fn::PollFn<F> as core::future::future::Future>::poll");
  set_category (profile, "clone", HV_CATEGORY_ENTRY);
  set_category (profile, "malloc", HV_CATEGORY_ALLOCATOR);
  set_category (profile, "try", HV_CATEGORY_ENTRY);
  set_category (profile, "box", HV_CATEGORY_PLUMBING);
  for (const char *const *name =
           (const char *[]){
               "worker", "poll", "polled", "spawn", "send",
               "<core::future::poll_fn::PollFn<F> as core::future::future::Future>::poll", NULL };
       *name; name++)
    set_category (profile, *name, HV_CATEGORY_ASYNC);

  expect_rows (
      profile, (HvTreeOptions){ .group = HV_GROUP_STACK },
      "serve (async);handle (async) 100 100|serve (async);half 50 50|serve (async) 20 175|"
      "serve::{{closure}}::{{closure}};image 7 7|serve (async);box 5 5|[async runtime] 3 3|"
      "main;box;serve (async);box 2 2");
  g_autoptr (HvTree) tree = tree_of (profile, (HvTreeOptions){ .group = HV_GROUP_FUNCTION });
  const HvTreeFolded *folded = &tree->folded_of[HV_SIDE_CURRENT];
  g_assert_cmpint (tree->incl[0][0][0], ==, 187);
  g_assert_cmpuint (folded->stacks, ==, 7);
  g_assert_cmpuint (folded->allocator, ==, 1);
  g_assert_cmpuint (folded->entry, ==, 1);
  /* worker, poll, polled, spawn, send and join, and what they call: try, box, x and join's closure
   */
  g_assert_cmpuint (folded->async, ==, 10);
  g_assert_cmpuint (folded->frames, ==, 10 + 8 + 9 + 5 + 8 + 5 + 5);
  g_assert_cmpuint (folded->shown, ==, 2 + 1 + 2 + 1 + 2 + 2 + 4);

  /* closures that are polled are async functions; that of join! and one that the pool calls are not
   */
  for (uint32_t k = 0; k < tree->n_keys; k++)
    g_assert_cmpint (g_str_has_suffix (tree->key[k].function, "e::{{closure}}"), ==,
                     g_str_has_suffix (tree->key[k].short_label, " (async)"));

  g_autoptr (HvTree) all = tree_of (profile, (HvTreeOptions){ .all_frames = TRUE });
  g_assert_cmpuint (all->folded_of[HV_SIDE_CURRENT].async, ==, 0);
  g_assert_false (all->folded);
  g_assert_cmpuint (all->folded_of[HV_SIDE_CURRENT].shown, ==, folded->frames);
}

static void
test_tasks (void)
{
  g_autoptr (HvProfile) profile = test_profile (
      (const char *[]){ "start;tokio::worker::run;poll_serve;helper;app::serve 10 1",
                        "start;tokio::worker::run;poll_serve;app::other;Cell_new_job 7 1",
                        "start;tokio::worker::run;core::poll;app::legacy::{{closure}};app::x 5 1",
                        "start;tokio::worker::run 3 1", "start;app::open;app::spawn_it 2 1",
                        "start;app::fetch::{async_fn#0};app::y 1 1", NULL });

  rename_function (profile, "poll_serve",
                   "tokio::runtime::task::raw::poll::<app::serve::{closure#0}, S>");
  rename_function (profile, "Cell_new_job", "<tokio::runtime::task::core::Cell<app::Job, S>>::new");
  set_category (profile, "start", HV_CATEGORY_ENTRY);
  set_category (profile, "core::poll", HV_CATEGORY_PLUMBING);
  set_category (profile, "tokio::worker::run", HV_CATEGORY_ASYNC);
  set_category (profile, "tokio::runtime::task::raw::poll::<app::serve::{closure#0}, S>",
                HV_CATEGORY_ASYNC);
  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_TASK },
               "task app::serve 10 10|task app::Job 7 7|task app::legacy 5 5|"
               "[async runtime] 3 3|[no task] 2 2|task app::fetch 1 1");
  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_TASK, .focus = "helper" },
               "task app::serve 10 10");

  g_autoptr (HvTree) tree = tree_of (profile, (HvTreeOptions){ .group = HV_GROUP_TASK });
  g_assert_cmpint (tree->incl[0][0][0], ==, 28);
  g_assert_cmpuint (tree->child_start[1] - tree->child_start[0], ==, 6);
}

/* Threads sum to the sites: what a dump's rounding loses goes to the largest, what it does not hold
 * is said. */
/* Who asks for crates asks for his own: the standard library only passes requests on. */
static void
test_crate_steps_over_plumbing (void)
{
  g_autoptr (HvProfile) profile = test_profile ((const char *[]){
      "app::main;app::load;alloc::vec::Vec<T>::push 10 1", "alloc::vec::Vec<T>::push 2 1", NULL });

  set_category (profile, "alloc::vec::Vec<T>::push", HV_CATEGORY_CONTAINER);
  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_CRATE }, "app 10 10|alloc 2 2");
  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_CRATE, .all_frames = TRUE },
               "app;alloc 12 12|app 0 10");
}

static void
test_threads_sum (void)
{
  g_autoptr (HvProfile)
      profile = test_profile ((const char *[]){ "a 1000 10", "b 500 5", "c 50 1", NULL });
  HvTreeOptions options = { .group = HV_GROUP_THREAD };

  hv_profile_add_thread (profile, 1, 0);
  hv_profile_add_thread (profile, 2, 0);
  hv_profile_add_thread_row (profile, &(HvThreadRow){ 0, 0, 700, 7, 0, 0 });
  hv_profile_add_thread_row (profile, &(HvThreadRow){ 0, 1, 301, 4, 0, 0 });
  hv_profile_add_thread_row (profile, &(HvThreadRow){ 1, 1, 100, 1, 0, 0 });
  expect_rows (profile, options, "thread t1 699 699|[unknown thread] 450 450|thread t2 401 401");
}

static void
test_one_thread (void)
{
  g_autoptr (HvProfile)
      profile = test_profile ((const char *[]){ "main;a 10 2", "main;b 7 1", NULL });
  HvTreeOptions options = { .group = HV_GROUP_FUNCTION, .thread = "io" };
  g_autoptr (GError) error = NULL;

  g_assert_null (hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &options, &error));
  g_assert_error (error, HV_ERROR, HV_ERROR_USAGE);
  g_clear_error (&error);

  hv_profile_add_thread (profile, 0, hv_profile_intern (profile, "io", -1));
  hv_profile_add_thread (profile, 3, 0);
  hv_profile_add_thread (profile, 4, hv_profile_intern (profile, "io", -1));
  hv_profile_add_thread (profile, 5, hv_profile_intern (profile, "3", -1));
  hv_profile_add_thread_row (profile, &(HvThreadRow){ 0, 0, 6, 1, 0, 0 });
  hv_profile_add_thread_row (profile, &(HvThreadRow){ 0, 1, 3, 1, 0, 0 });
  hv_profile_add_thread_row (profile, &(HvThreadRow){ 0, 2, 1, 1, 0, 0 });
  hv_profile_add_thread_row (profile, &(HvThreadRow){ 1, 1, 5, 1, 0, 0 });
  hv_profile_add_thread_row (profile, &(HvThreadRow){ 1, 3, 2, 1, 0, 0 });
  /* a name goes before a number; two threads may share one */
  expect_rows (profile, options, "main;a 7 7|main 0 7");
  options.thread = "3";
  expect_rows (profile, options, "main;b 2 2|main 0 2");
  options.thread = "t3";
  expect_rows (profile, options, "main;b 5 5|main;a 3 3|main 0 8");
  options.group = HV_GROUP_THREAD;
  expect_rows (profile, options, "thread t3 8 8");

  g_autoptr (HvTree) tree = tree_of (profile, options);
  g_assert_cmpint (tree->total[0], ==, 17);
  g_assert_cmpint (tree->dropped[0], ==, 9);

  options.thread = "t9";
  g_assert_null (hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &options, &error));
  g_assert_error (error, HV_ERROR, HV_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "“t9”; it has: io (t0), t3, io (t4), 3 (t5)"));
  g_clear_error (&error);
  options.thread = "";
  g_assert_null (hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &options, &error));
  g_assert_error (error, HV_ERROR, HV_ERROR_USAGE);
}

static void
test_instances_merge (void)
{
  g_autoptr (HvProfile) profile = test_profile (
      (const char *[]){ "main;std::vector<int>::grow(int) 10 1",
                        "main;std::vector<char>::grow(char) 5 1", "main;f(int) 3 1", NULL });

  profile->modules_known = TRUE;
  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_FUNCTION },
               "main;std::vector<…>::grow 15 15|main;f(int) 3 3|main 0 18");

  /* the heaviest instance stands for all */
  g_autoptr (HvTree) tree = tree_of (profile, (HvTreeOptions){ .group = HV_GROUP_FUNCTION });
  g_autoptr (GArray) rows = hv_tree_rows (tree);
  const HvKey *key = &tree->key[g_array_index (rows, HvRow, 0).key];
  g_assert_cmpstr (key->function, ==, "std::vector<int>::grow(int)");
  g_assert_cmpstr (key->short_label, ==, "std::vector<…>::grow");
}

/* "a;b 5 8|…": each path with cost, base and current bytes, of a tree of two sides. */
static char *
pair_text (const HvProfile *base, const HvProfile *current)
{
  HvTreeOptions options = { .group = HV_GROUP_STACK };
  g_autoptr (GError) error = NULL;
  g_autoptr (HvTree) tree = hv_tree_new_pair (base, HV_AT_END, current, HV_AT_END,
                                              HV_METRIC_LIVE_BYTES, &options, &error);
  g_assert_no_error (error);
  g_autoptr (GArray) rows = hv_tree_rows (tree);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < rows->len; i++)
    {
      const HvRow *row = &g_array_index (rows, HvRow, i);
      g_autoptr (GArray) path = hv_tree_path (tree, row->node);
      for (guint p = 0; p < path->len; p++)
        g_string_append_printf (text, "%s%s",
                                p   ? ";"
                                : i ? "|"
                                    : "",
                                hv_tree_label (tree, g_array_index (path, uint32_t, p)));
      g_string_append_printf (text, " %d %d", (int) row->self[HV_SIDE_BASE][0],
                              (int) row->self[HV_SIDE_CURRENT][0]);
    }
  return g_string_free (text, FALSE);
}

static void
test_two_builds (void)
{
  g_autoptr (HvProfile) legacy = test_profile (
      (const char *[]){ "app::main@/b/app-1;std::thread::spawn::{{closure}}@/b/app-1;"
                        "core::iter::Iterator::fold@/b/app-1;app::Map<I,F>::next@/b/app-1 10 1",
                        "app::main@/b/app-1;read@/lib/libc.so.6 3 1", NULL });
  g_autoptr (HvProfile) v0 = test_profile ((const char *[]){
      "app::main@/b/app-2;std::thread::spawn::<app::main::{closure#0}>::{closure#1}@/b/app-2;"
      "range_fold@/b/app-2;"
      "<app::Map<app::A>>::next@/b/app-2 12 1",
      "app::main@/b/app-2;read@/lib/libc.so.7 4 1", "app::main@/b/app-2;read@/b/app-2 1 1", NULL });

  rename_function (v0, "range_fold", "<app::Range as core::iter::Iterator>::fold::<()>");
  legacy->modules_known = v0->modules_known = TRUE;

  g_autofree char *built_twice = pair_text (legacy, v0);
  g_assert_cmpstr (
      built_twice, ==,
      "app::main;std::thread::spawn::{closure};core::iter::Iterator::fold;app::Map<…>::next 10 12|"
      "app::main;read 3 4|app::main;read 0 1");
}

/* Between two builds of one mangling a method that a type has of its own stays its own. */
static void
test_one_mangling (void)
{
  g_autoptr (HvProfile) base = test_profile (
      (const char *[]){ "app::{{closure}};core::iter::Iterator::fold 10 1", NULL });
  g_autoptr (HvProfile)
      current = test_profile ((const char *[]){ "app::{{closure}};fold 12 1", NULL });

  rename_function (current, "fold", "<app::Range as core::iter::Iterator>::fold");
  g_autofree char *text = pair_text (base, current);
  g_assert_cmpstr (text, ==,
                   "app::{{closure}};<app::Range as core::iter::Iterator>::fold 0 12|"
                   "app::{{closure}};core::iter::Iterator::fold 10 0");
}

static void
test_threads (void)
{
  g_autoptr (HvProfile)
      profile = test_profile ((const char *[]){ "main;a 10 2", "main;b 7 1", NULL });
  HvTreeOptions options = { .group = HV_GROUP_THREAD };
  g_autoptr (GError) error = NULL;

  g_assert_null (hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &options, &error));
  g_assert_error (error, HV_ERROR, HV_ERROR_USAGE);

  hv_profile_add_thread (profile, 0, hv_profile_intern (profile, "io", -1));
  hv_profile_add_thread (profile, 3, 0);
  hv_profile_add_thread_row (profile, &(HvThreadRow){ 0, 0, 6, 1, 0, 0 });
  hv_profile_add_thread_row (profile, &(HvThreadRow){ 0, 1, 4, 1, 0, 0 });
  hv_profile_add_thread_row (profile, &(HvThreadRow){ 1, 1, 7, 1, 0, 0 });
  expect_rows (profile, options, "thread t3 11 11|thread io (t0) 6 6");
}

static void
test_unresolved_keys (void)
{
  g_autoptr (HvProfile) profile = test_profile ((const char *[]){ NULL });
  uint32_t module = hv_profile_intern (profile, "/lib/libx.so.1", -1);
  /* one page offset, two load addresses: what two runs of one program give */
  const uint64_t address[] = { 0x7f0000001abc, 0x7f5555555abc, 0x7f5555555abd };

  for (guint i = 0; i < G_N_ELEMENTS (address); i++)
    {
      HvFrame frame = { .module = module,
                        .address = address[i],
                        .flags = HV_FRAME_RUNTIME_ADDRESS };
      uint32_t node = hv_profile_node (profile, 0, hv_profile_frame (profile, &frame));
      uint32_t site = hv_profile_site (profile, node);
      hv_profile_column (profile, HV_METRIC_LIVE_BYTES)[site] = 1;
    }
  HvFrame frame = { .module = module, .address = 0x1abc };
  uint32_t site = hv_profile_site (
      profile, hv_profile_node (profile, 0, hv_profile_frame (profile, &frame)));
  hv_profile_column (profile, HV_METRIC_LIVE_BYTES)[site] = 9;

  expect_rows (profile, (HvTreeOptions){ .group = HV_GROUP_STACK },
               "libx.so.1+0x1abc 9 9|libx.so.1@0x7f0000001abc 1 1|libx.so.1@0x7f5555555abc 1 1|"
               "libx.so.1@0x7f5555555abd 1 1");

  g_autoptr (HvProfile) other = test_profile ((const char *[]){ NULL });
  HvTreeOptions options = { .group = HV_GROUP_STACK };
  g_autoptr (HvTree) pair = hv_tree_new_pair (other, HV_AT_END, profile, HV_AT_END,
                                              HV_METRIC_LIVE_BYTES, &options, NULL);
  g_autofree char *text = rows_text (pair);
  g_assert_cmpstr (
      text, ==, "libx.so.1+0x1abc 9 9|libx.so.1@0x7f0000001abc 2 2|libx.so.1@0x7f5555555abd 1 1");
}

static void
test_one_total (void)
{
  for (guint32 seed = 1; seed < 40; seed++)
    {
      g_autoptr (HvProfile) profile = test_random_profile (seed, seed * 7);
      int64_t total = hv_profile_total (profile, HV_METRIC_LIVE_BYTES);

      for (int group = 0; group < HV_N_GROUPS; group++)
        for (int all = 0; all < 2; all++)
          {
            HvTreeOptions options = { .group = (HvGroup) group, .all_frames = all };
            if (group == HV_GROUP_THREAD)
              continue;
            g_autoptr (HvTree) tree = tree_of (profile, options);
            g_autoptr (GArray) rows = hv_tree_rows (tree);
            gboolean by_key = group != HV_GROUP_STACK && group != HV_GROUP_TASK;
            int64_t sum = 0;

            g_assert_cmpint (tree->incl[0][0][0], ==, total);
            for (guint i = 0; i < rows->len; i++)
              {
                const HvRow *row = &g_array_index (rows, HvRow, i);
                sum += row->self[0][0];
                g_assert_cmpint (row->incl[0][0], >=, row->self[0][0]);
                g_assert_cmpint (row->incl[0][0], <=, total);
              }
            g_assert_cmpint (sum, ==, total);

            options.bottom_up = TRUE;
            g_autoptr (HvTree) inverted = tree_of (profile, options);
            g_assert_cmpint (inverted->incl[0][0][0], ==, total);
            /* below its root the inverted tree is the flat profile */
            for (uint32_t i = inverted->child_start[0]; i < inverted->child_start[1]; i++)
              {
                uint32_t n = inverted->child[i];
                int64_t self = -1;
                for (guint r = 0; r < rows->len && by_key; r++)
                  {
                    const HvRow *row = &g_array_index (rows, HvRow, r);
                    if (row->key == inverted->node_key[n])
                      self = row->self[0][0];
                  }
                if (by_key)
                  g_assert_cmpint (inverted->incl[0][0][n], ==, self);
              }
          }
    }
}

static void
test_absent_metric (void)
{
  g_autoptr (HvProfile) profile = test_profile ((const char *[]){ "main 1 1", NULL });
  HvTreeOptions options = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_null (hv_tree_new (profile, HV_METRIC_READ_BYTES, HV_AT_END, &options, &error));
  g_assert_error (error, HV_ERROR, HV_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "live-bytes, live-blocks"));
}

static void
test_normalise (void)
{
  static const char *const cases[][2] = {
    { "f", "f" },
    { "core::fmt::write::h0123456789abcdef", "core::fmt::write" },
    { "core::fmt::write::h0123456789abcdeg", "core::fmt::write::h0123456789abcdeg" },
    { "parse.constprop.0", "parse" },
    { "parse.part.3.cold", "parse" },
    { "parse.isra.0.constprop.12", "parse" },
    { "f(int) [clone .cold]", "f(int)" },
    { "f(int) [clone .part.0] [clone .cold]", "f(int)" },
    { "g.llvm.1234567890", "g" },
    { "memcpy@@GLIBC_2.14", "memcpy" },
    { "memcpy@GLIBC_2.14", "memcpy" },
    { "operator[](unsigned long)", "operator[](unsigned long)" },
    { "v1.2", "v1.2" },
    { "@@x", "@@x" },
    { ".cold", ".cold" },
    { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);
      hv_normalise_function (out, cases[i][0]);
      g_assert_cmpstr (out->str, ==, cases[i][1]);
    }
}

static void
test_units (void)
{
  static const struct
  {
    int64_t bytes;
    const char *iec, *delta;
  } cases[] = {
    { 0, "0 B", "0 B" },
    { 1, "1 B", "+1 B" },
    { 1023, "1023 B", "+1023 B" },
    { 1024, "1.00 KiB", "+1.00 KiB" },
    { -1536, "−1.50 KiB", "−1.50 KiB" },
    { 10 * 1024, "10.0 KiB", "+10.0 KiB" },
    { 314572800, "300 MiB", "+300 MiB" },
    { 1048575, "1.00 MiB", "+1.00 MiB" },
    { INT64_MAX, "8.00 EiB", "+8.00 EiB" },
    { INT64_MIN, "−8.00 EiB", "−8.00 EiB" },
  };
  static const struct
  {
    int64_t part, whole;
    const char *text;
  } percents[] = {
    { 1, 2, "50.0 %" }, { 1, 1, "100 %" },       { 0, 5, "0.0 %" },
    { 1, 0, "–" },      { 1, 100000, "<0.1 %" }, { -1, 3, "−33.3 %" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *iec = hv_format_bytes (cases[i].bytes);
      g_autofree char *delta = hv_format_delta (NULL, HV_METRIC_LIVE_BYTES, cases[i].bytes);
      g_assert_cmpstr (iec, ==, cases[i].iec);
      g_assert_cmpstr (delta, ==, cases[i].delta);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (percents); i++)
    {
      g_autofree char *text = hv_format_percent (percents[i].part, percents[i].whole);
      g_assert_cmpstr (text, ==, percents[i].text);
    }
  g_autofree char *count = hv_format_count (-1234567);
  g_assert_cmpstr (count, ==, "−1\u202f234\u202f567");
  hv_units_set_si (TRUE);
  g_autofree char *si = hv_format_bytes (1500000);
  hv_units_set_si (FALSE);
  g_assert_cmpstr (si, ==, "1.50 MB");
}

static uint32_t
key_of (const HvTree *tree, const char *label)
{
  for (uint32_t k = 0; k < tree->n_keys; k++)
    if (strcmp (tree->key[k].label, label) == 0)
      return k;
  g_assert_not_reached ();
}

/* b is called from two places, once through itself; what is called inside is counted once. */
static void
test_butterfly (void)
{
  g_autoptr (HvProfile) profile = test_profile (
      (const char *[]){ "main;a;b 1 1", "main;a;b;c;b 2 1", "main;a;b;c;b;d 4 1", "main;b 8 1",
                        "b;d 16 1", "main;d 32 1", NULL });
  g_autoptr (HvTree) tree = tree_of (profile, (HvTreeOptions){ .group = HV_GROUP_FUNCTION });
  g_autoptr (HvTree) callers = hv_tree_new_callers (tree, key_of (tree, "b"));
  g_autoptr (HvTree) callees = hv_tree_new_callees (tree, key_of (tree, "b"));
  g_autoptr (GError) error = NULL;

  g_assert_true (hv_tree_check (callers, &error));
  g_assert_true (hv_tree_check (callees, &error));
  g_assert_cmpint (callers->incl[0][0][0], ==, 31);
  g_assert_cmpint (callers->self[0][0][0], ==, 16);
  g_assert_cmpint (callees->incl[0][0][0], ==, 31);
  g_assert_cmpint (callees->self[0][0][0], ==, 9);

  /* main 8, a ← main 7; d 16, c → b 2, d 4 */
  static const struct
  {
    const char *label;
    int self, incl;
  } above[] = { { "main", 8, 8 }, { "a", 0, 7 }, { "main", 7, 7 } },
    below[] = { { "d", 16, 16 }, { "c", 0, 6 }, { "b", 2, 6 }, { "d", 4, 4 } };
  for (gsize i = 0; i < G_N_ELEMENTS (above); i++)
    {
      uint32_t n = i < 2 ? callers->child[i]
                         : callers->child[callers->child_start[callers->child[1]]];
      g_assert_cmpstr (hv_tree_label (callers, n), ==, above[i].label);
      g_assert_cmpint (callers->self[0][0][n], ==, above[i].self);
      g_assert_cmpint (callers->incl[0][0][n], ==, above[i].incl);
    }
  uint32_t n = 0;
  for (gsize i = 0; i < G_N_ELEMENTS (below); i++)
    {
      n = i < 2 ? callees->child[i] : callees->child[callees->child_start[n]];
      g_assert_cmpstr (hv_tree_label (callees, n), ==, below[i].label);
      g_assert_cmpint (callees->self[0][0][n], ==, below[i].self);
      g_assert_cmpint (callees->incl[0][0][n], ==, below[i].incl);
    }

  /* whatever the function, both sides hold what the rows say of it */
  for (guint32 seed = 0; seed < 30; seed++)
    {
      g_autoptr (HvProfile) any = test_random_profile (seed, 80);
      g_autoptr (HvTree) whole = tree_of (any, (HvTreeOptions){ .group = HV_GROUP_FUNCTION });
      g_autoptr (GArray) rows = hv_tree_rows (whole);
      for (guint i = 0; i < rows->len; i++)
        {
          const HvRow *row = &g_array_index (rows, HvRow, i);
          if (row->key == HV_NO_KEY)
            continue;
          g_autoptr (HvTree) up = hv_tree_new_callers (whole, row->key);
          g_autoptr (HvTree) down = hv_tree_new_callees (whole, row->key);
          g_assert_true (hv_tree_check (up, &error));
          g_assert_true (hv_tree_check (down, &error));
          for (int slot = 0; slot < HV_N_SLOTS; slot++)
            {
              g_assert_cmpint (up->incl[0][slot][0], ==, row->incl[0][slot]);
              g_assert_cmpint (down->incl[0][slot][0], ==, row->incl[0][slot]);
            }
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tree/rows", test_rows);
  g_test_add_func ("/tree/butterfly", test_butterfly);
  g_test_add_func ("/tree/recursion", test_recursion_counts_once);
  g_test_add_func ("/tree/fold", test_fold);
  g_test_add_func ("/tree/fold-start", test_fold_start);
  g_test_add_func ("/tree/fold-unnamed-libc", test_fold_unnamed_libc);
  g_test_add_func ("/tree/own-node", test_own_node);
  g_test_add_func ("/tree/filters", test_filters);
  g_test_add_func ("/tree/scopes", test_scopes);
  g_test_add_func ("/tree/groups", test_groups);
  g_test_add_func ("/tree/repeats", test_repeats_collapse);
  g_test_add_func ("/tree/fold-async", test_fold_async);
  g_test_add_func ("/tree/tasks", test_tasks);
  g_test_add_func ("/tree/one-thread", test_one_thread);
  g_test_add_func ("/tree/threads-sum", test_threads_sum);
  g_test_add_func ("/tree/instances", test_instances_merge);
  g_test_add_func ("/tree/two-builds", test_two_builds);
  g_test_add_func ("/tree/one-mangling", test_one_mangling);
  g_test_add_func ("/tree/crate-plumbing", test_crate_steps_over_plumbing);
  g_test_add_func ("/tree/threads", test_threads);
  g_test_add_func ("/tree/unresolved", test_unresolved_keys);
  g_test_add_func ("/tree/one-total", test_one_total);
  g_test_add_func ("/tree/absent-metric", test_absent_metric);
  g_test_add_func ("/tree/normalise", test_normalise);
  g_test_add_func ("/tree/units", test_units);
  return g_test_run ();
}
