/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/importer.h"
#include "profiles.h"
#include "store/diff.h"

#include <glib/gstdio.h>

static HvDiff *
diff_of (const HvProfile *base, const HvProfile *current, HvTreeOptions options)
{
  g_autoptr (GError) error = NULL;
  HvDiff *diff = hv_diff_new (base, HV_AT_END, current, HV_AT_END, HV_METRIC_LIVE_BYTES, &options,
                              &error);

  g_assert_no_error (error);
  hv_tree_check (diff->tree, &error);
  g_assert_no_error (error);
  return diff;
}

static void
check_invariants (const HvDiff *diff)
{
  const HvWaterfall *w = &diff->waterfall;
  const HvTree *tree = diff->tree;
  g_autoptr (GArray) rows = hv_diff_rows (diff);
  int64_t delta = 0;

  g_assert_cmpint (w->base + w->grew + w->added - w->shrunk - w->gone, ==, w->current);
  g_assert_cmpint (MIN (MIN (w->grew, w->added), MIN (w->shrunk, w->gone)), >=, 0);
  g_assert_cmpint (diff->growth[0], ==, w->grew + w->added);
  g_assert_cmpint (diff->shrink[0], ==, w->shrunk + w->gone);
  for (uint32_t n = 0; n < tree->n_nodes; n++)
    {
      int64_t up = 0, down = 0;
      for (uint32_t i = tree->child_start[n]; i < tree->child_start[n + 1]; i++)
        {
          up += diff->growth[tree->child[i]];
          down += diff->shrink[tree->child[i]];
        }
      g_assert_cmpint (diff->growth[n], >=, up);
      g_assert_cmpint (diff->shrink[n], >=, down);
      g_assert_cmpint (diff->growth[n] - diff->shrink[n], ==,
                       tree->incl[HV_SIDE_CURRENT][0][n] - tree->incl[HV_SIDE_BASE][0][n]);
    }
  for (guint i = 0; i < rows->len; i++)
    {
      const HvDiffRow *row = &g_array_index (rows, HvDiffRow, i);
      delta += row->delta;
      if (i)
        g_assert_cmpint (row->delta, <=, g_array_index (rows, HvDiffRow, i - 1).delta);
    }
  g_assert_cmpint (delta, ==, w->current - w->base);
}

/* The example of ui.md §3.2. */
static HvProfile *
example (gboolean current)
{
  return current ? test_profile (
             (const char *[]){ "main;rt_poll;handle;cache_insert 320000000 64000",
                               "main;rt_poll;handle;open;session_new 50000000 10",
                               "main;rt_poll;handle;login;session_new 50000000 10",
                               "main;rt_poll;handle;resume;session_new 50000000 10",
                               "main;rt_poll;logger 110000000 30", "main;misc 60000000 60",
                               "main;index_build 100000000 5", "main;parse_json 60000000 6", NULL })
                 : test_profile (
                     (const char *[]){ "main;rt_poll;handle;cache_insert 20000000 4000",
                                       "main;rt_poll;logger 30000000 30", "main;misc 50000000 50",
                                       "main;index_build 100000000 5", "main;parse_json 60000000 6",
                                       "main;rt_poll;handle;old_cache 40000000 4", NULL });
}

static void
test_example (void)
{
  g_autoptr (HvProfile) base = example (FALSE);
  g_autoptr (HvProfile) current = example (TRUE);
  g_autoptr (HvDiff) diff = diff_of (base, current, (HvTreeOptions){ .group = HV_GROUP_STACK });
  const HvWaterfall *w = &diff->waterfall;

  check_invariants (diff);
  g_assert_cmpint (w->base, ==, 300 * MB);
  g_assert_cmpint (w->grew, ==, 390 * MB);
  g_assert_cmpuint (w->n_grew, ==, 3);
  g_assert_cmpint (w->added, ==, 150 * MB);
  g_assert_cmpuint (w->n_added, ==, 3);
  g_assert_cmpint (w->shrunk, ==, 0);
  g_assert_cmpint (w->gone, ==, 40 * MB);
  g_assert_cmpint (w->current, ==, 800 * MB);
  g_assert_cmpstr (hv_tree_label (diff->tree, diff->trunk_node), ==, "handle");
  g_assert_cmpfloat_with_epsilon (diff->trunk_share, 450.0 / 540.0, 1e-9);
  /* handle: +450 and −40, never the net */
  g_assert_cmpint (diff->growth[diff->trunk_node], ==, 450 * MB);
  g_assert_cmpint (diff->shrink[diff->trunk_node], ==, 40 * MB);

  g_autoptr (GArray) rows = hv_diff_rows (diff);
  const HvDiffRow *first = &g_array_index (rows, HvDiffRow, 0);
  const HvDiffRow *last = &g_array_index (rows, HvDiffRow, rows->len - 1);
  g_assert_cmpint (first->delta, ==, 300 * MB);
  g_assert_cmpint (first->status, ==, HV_STATUS_GREW);
  g_assert_cmpint (first->why, ==, HV_WHY_MORE_OBJECTS);
  g_assert_cmpint (first->delta_partner, ==, 60000);
  g_assert_true (first->significant);
  g_assert_cmpfloat (first->error, <, 0);
  g_assert_cmpint (last->status, ==, HV_STATUS_GONE);
  for (guint i = 0; i < rows->len; i++)
    {
      const HvDiffRow *row = &g_array_index (rows, HvDiffRow, i);
      if (strcmp (diff->tree->key[row->row.key].label, "logger") == 0)
        g_assert_cmpint (row->why, ==, HV_WHY_BIGGER_OBJECTS);
    }

  g_autofree char *summary = hv_diff_summary (diff);
  g_assert_nonnull (strstr (summary, "cache_insert"));
  g_assert_nonnull (strstr (summary, "55.6 % of the growth is one path"));
  g_assert_nonnull (strstr (summary, "did not exist in base"));
}

static void
test_itself (void)
{
  g_autoptr (HvProfile) profile = example (TRUE);
  g_autoptr (HvDiff) diff = diff_of (profile, profile, (HvTreeOptions){ 0 });
  const HvWaterfall *w = &diff->waterfall;
  g_autofree char *summary = hv_diff_summary (diff);

  check_invariants (diff);
  g_assert_cmpint (w->grew + w->added + w->shrunk + w->gone, ==, 0);
  g_assert_true (g_str_has_prefix (summary, "No difference"));
  g_assert_cmpfloat (diff->base_matched, ==, 1);
}

static void
test_random_pairs (void)
{
  for (guint32 seed = 1; seed < 60; seed++)
    {
      g_autoptr (HvProfile) a = test_random_profile (seed, seed * 3 + 1);
      g_autoptr (HvProfile) b = test_random_profile (seed / 2 + 1000, seed * 5);
      for (int group = 0; group < HV_GROUP_THREAD; group++)
        for (int bottom_up = 0; bottom_up < 2; bottom_up++)
          {
            HvTreeOptions options = { .group = (HvGroup) group };
            g_autoptr (HvDiff) there = diff_of (a, b, options);
            g_autoptr (HvDiff) back = diff_of (b, a, options);
            const HvWaterfall *x = &there->waterfall, *y = &back->waterfall;

            check_invariants (there);
            g_assert_cmpint (x->base, ==, y->current);
            g_assert_cmpint (x->grew, ==, y->shrunk);
            g_assert_cmpint (x->added, ==, y->gone);
            g_assert_cmpint (x->shrunk, ==, y->grew);
            g_assert_cmpint (x->gone, ==, y->added);
            /* summed in another order */
            g_assert_cmpfloat_with_epsilon (there->base_matched, back->current_matched, 1e-9);

            options.bottom_up = TRUE;
            g_autoptr (HvDiff) inverted = diff_of (a, b, options);
            g_assert_cmpint (inverted->growth[0], ==, there->growth[0]);
            g_assert_cmpint (inverted->waterfall.added, ==, x->added);
          }
    }
}

/* A blank line in the source, another build directory, another compiler's suffix: no difference. */
static void
test_rebuilt (void)
{
  g_autoptr (HvProfile) base = test_profile (
      (const char *[]){ "main@/a/app:m.c:1;f.part.0@/a/app:m.c:5 10 1",
                        "main@/a/app:m.c:1;g::h0123456789abcdef@/a/app:m.c:7 5 1", NULL });
  g_autoptr (HvProfile) current = test_profile (
      (const char *[]){ "main@/b/app:m.c:2;f@/b/app:m.c:6 10 1",
                        "main@/b/app:m.c:2;g::hfedcba9876543210@/b/app:m.c:8 5 1", NULL });
  g_autoptr (HvDiff) diff = diff_of (base, current, (HvTreeOptions){ .group = HV_GROUP_STACK });

  check_invariants (diff);
  g_assert_cmpint (diff->growth[0] + diff->shrink[0], ==, 0);
}

static void
test_modules_unknown_on_one_side (void)
{
  g_autoptr (HvProfile) base = test_profile ((const char *[]){ "main;f 10 1", NULL });
  g_autoptr (HvProfile)
      current = test_profile ((const char *[]){ "main@/bin/app;f@/bin/app 12 1", NULL });

  base->modules_known = FALSE;
  g_autoptr (HvDiff) diff = diff_of (base, current, (HvTreeOptions){ .group = HV_GROUP_STACK });
  g_assert_cmpint (diff->waterfall.grew, ==, 2);
  g_assert_cmpint (diff->waterfall.added, ==, 0);
}

static void
test_sampling_error (void)
{
  /* 10 MiB of small objects sampled every 512 KiB: about ±2.2 MiB a side (ui.md §3.3-11) */
  g_autoptr (HvProfile) base = test_profile ((const char *[]){ "f 10485760 163840", NULL });
  g_autoptr (HvProfile) current = test_profile ((const char *[]){ "f 12582912 196608", NULL });

  base->sample_period = current->sample_period = 512 * 1024;
  g_autoptr (HvDiff) diff = diff_of (base, current, (HvTreeOptions){ .group = HV_GROUP_STACK });
  g_autoptr (GArray) rows = hv_diff_rows (diff);
  const HvDiffRow *row = &g_array_index (rows, HvDiffRow, 0);
  g_assert_cmpfloat_with_epsilon (row->error / 1048576, 3.317, 0.01);
  g_assert_false (row->significant);

  base->process_key = current->process_key = 7;
  g_autoptr (HvDiff) same = diff_of (base, current, (HvTreeOptions){ .group = HV_GROUP_STACK });
  g_autoptr (GArray) same_rows = hv_diff_rows (same);
  g_assert_true (same->same_process);
  g_assert_cmpfloat (g_array_index (same_rows, HvDiffRow, 0).error, <, row->error);
}

static void
test_other_units (void)
{
  g_autoptr (HvProfile) base = test_profile ((const char *[]){ "f 1 1", NULL });
  g_autoptr (HvProfile) current = test_profile ((const char *[]){ "f 1 1", NULL });
  HvTreeOptions options = { 0 };
  g_autoptr (GError) error = NULL;

  base->byte_unit = hv_profile_intern (base, "units", -1);
  g_assert_null (
      hv_diff_new (base, HV_AT_END, current, HV_AT_END, HV_METRIC_LIVE_BYTES, &options, &error));
  g_assert_error (error, HV_ERROR, HV_ERROR_USAGE);
}

/* No difference is not the same as nothing to compare. */
static void
test_filtered_out (void)
{
  g_autoptr (HvProfile) base = example (FALSE);
  g_autoptr (HvProfile) current = example (TRUE);
  g_autoptr (HvDiff) diff = diff_of (base, current, (HvTreeOptions){ .focus = "no such thing" });
  g_autofree char *summary = hv_diff_summary (diff);

  check_invariants (diff);
  g_assert_cmpstr (summary, ==, "Nothing in either profile passes the filters.");
}

/* Two dumps of one process may have little in common without being of different programs. */
static void
test_bad_match (void)
{
  g_autoptr (HvProfile) base = test_profile ((const char *[]){ "a;b;c 10 1", NULL });
  g_autoptr (HvProfile) current = test_profile ((const char *[]){ "x;y;z 10 1", NULL });
  g_autoptr (HvDiff) strangers = diff_of (base, current, (HvTreeOptions){ 0 });
  g_assert_true (hv_diff_matches_badly (strangers));

  base->process_key = current->process_key = 7;
  g_autoptr (HvDiff) one = diff_of (base, current, (HvTreeOptions){ 0 });
  g_assert_false (hv_diff_matches_badly (one));
}

static void
test_empty (void)
{
  g_autoptr (HvProfile) base = test_profile ((const char *[]){ NULL });
  g_autoptr (HvProfile) current = test_profile ((const char *[]){ "f 5 1", NULL });
  g_autoptr (HvDiff) both = diff_of (base, base, (HvTreeOptions){ 0 });
  g_autoptr (HvDiff) one = diff_of (base, current, (HvTreeOptions){ 0 });

  check_invariants (both);
  check_invariants (one);
  g_assert_cmpint (one->waterfall.added, ==, 5);
}

/* A dump of the recordings with its program's symbols, which is compressed beside; NULL skips. */
static HvProfile *
sample (const char *dump, const char *program)
{
  const char *folder = g_getenv ("HV_SAMPLES");
  g_autofree char *path = g_build_filename (folder ? folder : "", "jemalloc", "rust", dump, NULL);
  g_autofree char *name = g_strconcat (program, ".zst", NULL);
  g_autofree char *packed = g_build_filename (folder ? folder : "", "jemalloc", "bin", name, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *scratch = g_dir_make_tmp ("heapview-diff-XXXXXX", &error);
  g_assert_no_error (error);
  g_autofree char *binary = g_build_filename (scratch, program, NULL);
  const char *unpack[] = { "zstd", "-dqf", packed, "-o", binary, NULL };
  const char *binaries[] = { binary, NULL };
  HvImportOptions options = { .binaries = (char **) binaries };
  HvProfile *profile = NULL;
  int status = -1;

  if (g_file_test (packed, G_FILE_TEST_EXISTS)
      && g_spawn_sync (NULL, (char **) unpack, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                       &status, NULL)
      && status == 0)
    {
      profile = hv_import (path, &options, &error);
      g_assert_no_error (error);
    }
  else
    g_test_skip ("needs the recordings (HV_SAMPLES) and zstd");
  g_remove (binary);
  g_rmdir (scratch);
  return profile;
}

/* One Rust program in the legacy and in the v0 mangling, run twice: nothing but noise. */
static void
test_two_manglings (void)
{
  g_autoptr (HvProfile) legacy = sample ("default.async-end.heap", "hv-default");
  g_autoptr (HvProfile) v0 = legacy ? sample ("v0.async-end.heap", "hv-v0") : NULL;

  if (v0 == NULL)
    return;
  g_autoptr (HvDiff) diff = diff_of (legacy, v0, (HvTreeOptions){ .group = HV_GROUP_STACK });
  g_assert_cmpfloat (diff->base_matched, >, 0.99);
  g_assert_cmpfloat (diff->current_matched, >, 0.99);
  g_assert_cmpint (diff->waterfall.added + diff->waterfall.gone, <, diff->waterfall.base / 500);

  /* 1,200 tasks are made of one async function; it keeps what fetch() gave it */
  const HvProfile *profiles[] = { legacy, v0 };
  for (gsize i = 0; i < G_N_ELEMENTS (profiles); i++)
    {
      HvTreeOptions options = { .group = HV_GROUP_TASK };
      g_autoptr (HvTree)
          tree = hv_tree_new (profiles[i], HV_METRIC_LIVE_BYTES, HV_AT_END, &options, NULL);
      g_autoptr (GArray) rows = hv_tree_rows (tree);
      const HvRow *first = &g_array_index (rows, HvRow, 0);
      g_assert_cmpstr (tree->key[first->key].label, ==, "task hv::handler");
      g_assert_cmpint (first->self[0][HV_SLOT_PARTNER], >, 1100);
      g_assert_cmpint (first->self[0][HV_SLOT_PARTNER], <, 1300);
      g_assert_cmpuint (rows->len, ==, 2);
    }
}

static void
test_default_metric (void)
{
  g_autoptr (HvProfile) base = test_profile ((const char *[]){ NULL });
  g_autoptr (HvProfile) current = test_profile ((const char *[]){ NULL });

  g_assert_cmpint (hv_diff_default_metric (base, current), ==, HV_METRIC_LIVE_BYTES);
  base->format = current->format = "dhat";
  base->default_metric = current->default_metric = HV_METRIC_PEAK_BYTES;
  g_assert_cmpint (hv_diff_default_metric (base, current), ==, HV_METRIC_PEAK_BYTES);
  current->format = "heaptrack";
  g_assert_cmpint (hv_diff_default_metric (base, current), ==, HV_METRIC_LIVE_BYTES);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/diff/example", test_example);
  g_test_add_func ("/diff/itself", test_itself);
  g_test_add_func ("/diff/random-pairs", test_random_pairs);
  g_test_add_func ("/diff/rebuilt", test_rebuilt);
  g_test_add_func ("/diff/modules-unknown", test_modules_unknown_on_one_side);
  g_test_add_func ("/diff/sampling-error", test_sampling_error);
  g_test_add_func ("/diff/other-units", test_other_units);
  g_test_add_func ("/diff/filtered-out", test_filtered_out);
  g_test_add_func ("/diff/bad-match", test_bad_match);
  g_test_add_func ("/diff/empty", test_empty);
  g_test_add_func ("/diff/two-manglings", test_two_manglings);
  g_test_add_func ("/diff/default-metric", test_default_metric);
  return g_test_run ();
}
