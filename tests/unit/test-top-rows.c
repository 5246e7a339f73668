/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profiles.h"
#include "store/diff.h"

/* The first of many rows without sorting them, and names that are made when asked for. */

static void
assert_rest (const HvRowRest *rest, guint n, int64_t const sum[HV_N_SIDES][HV_N_SLOTS])
{
  g_assert_cmpuint (rest->n, ==, n);
  for (int side = 0; side < HV_N_SIDES; side++)
    for (int slot = 0; slot < HV_N_SLOTS; slot++)
      g_assert_cmpint (rest->self[side][slot], ==, sum[side][slot]);
}

static void
test_sites (void)
{
  for (guint seed = 1; seed < 30; seed++)
    for (guint most = 0; most < 40; most += 1 + most / 3)
      {
        g_autoptr (HvProfile) profile = test_random_profile (seed, seed * 7);
        HvTreeOptions options = { .group = seed % 2 ? HV_GROUP_STACK : HV_GROUP_FUNCTION };
        g_autoptr (HvTree)
            tree = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &options, NULL);
        g_autoptr (GArray) all = hv_tree_rows (tree);
        HvRowRest rest;
        g_autoptr (GArray) top = hv_tree_top_sites (tree, most, &rest);
        int64_t sum[HV_N_SIDES][HV_N_SLOTS] = { 0 };
        guint n = 0;

        for (guint i = 0; i < all->len; i++)
          {
            const HvRow *row = &g_array_index (all, HvRow, i);
            if (row->self[0][0] == 0)
              continue;
            if (n < most)
              g_assert_cmpuint (g_array_index (top, HvRow, n).node, ==, row->node);
            for (int slot = 0; n >= most && slot < HV_N_SLOTS; slot++)
              sum[0][slot] += row->self[0][slot];
            n++;
          }
        g_assert_cmpuint (top->len, ==, MIN (n, most));
        assert_rest (&rest, n - top->len, sum);
      }
}

static int
by_change (gconstpointer a, gconstpointer b)
{
  int64_t x = ABS (((const HvDiffRow *) a)->delta), y = ABS (((const HvDiffRow *) b)->delta);

  return x > y ? -1 : x < y;
}

static void
test_changes (void)
{
  for (guint seed = 1; seed < 60; seed++)
    {
      g_autoptr (HvProfile) base = test_random_profile (seed, seed * 3 + 1);
      g_autoptr (HvProfile) current = test_random_profile (seed / 2 + 1000, seed);
      HvTreeOptions options = { .group = HV_GROUP_STACK };
      g_autoptr (HvDiff) diff = hv_diff_new (base, HV_AT_END, current, HV_AT_END,
                                             HV_METRIC_LIVE_BYTES, &options, NULL);
      g_autoptr (GArray) all = hv_diff_rows (diff);
      const HvDiffRow largest = g_array_index (all, HvDiffRow, 0);
      HvRowRest rest;
      g_autoptr (GArray) whole = hv_diff_top_rows (diff, G_MAXUINT, &rest);
      g_assert_cmpuint (whole->len, ==, all->len);
      g_assert_cmpuint (rest.n, ==, 0);
      for (guint i = 0; i < all->len; i++)
        g_assert_cmpuint (g_array_index (whole, HvDiffRow, i).row.node, ==,
                          g_array_index (all, HvDiffRow, i).row.node);

      guint most = 1 + seed % 9;
      g_autoptr (GArray) top = hv_diff_top_rows (diff, most, &rest);
      int64_t sum[HV_N_SIDES][HV_N_SLOTS] = { 0 };
      gboolean found = FALSE;
      g_assert_cmpuint (top->len, ==, MIN (most, all->len));
      for (guint i = 0; i < top->len; i++)
        {
          const HvDiffRow *row = &g_array_index (top, HvDiffRow, i);
          found |= row->row.node == largest.row.node;
          g_assert_true (i == 0 || g_array_index (top, HvDiffRow, i - 1).delta >= row->delta);
        }
      g_assert_true (found || largest.delta <= 0);
      for (guint i = 0; i < all->len; i++)
        for (int side = 0; side < HV_N_SIDES; side++)
          for (int slot = 0; slot < HV_N_SLOTS; slot++)
            sum[side][slot] += g_array_index (all, HvDiffRow, i).row.self[side][slot];
      for (guint i = 0; i < top->len; i++)
        for (int side = 0; side < HV_N_SIDES; side++)
          for (int slot = 0; slot < HV_N_SLOTS; slot++)
            sum[side][slot] -= g_array_index (top, HvDiffRow, i).row.self[side][slot];
      assert_rest (&rest, all->len - top->len, sum);

      /* but for the largest growth, what changed most */
      g_array_sort (all, by_change);
      g_array_sort (top, by_change);
      for (guint i = 0; i + 1 < top->len; i++)
        g_assert_cmpint (ABS (g_array_index (top, HvDiffRow, i).delta), ==,
                         ABS (g_array_index (all, HvDiffRow, i).delta));
    }
}

static void
assert_same_row (const HvTree *tree, const HvRow *alone, const HvRow *row)
{
  g_assert_cmpuint (alone->key, ==, row->key);
  g_assert_cmpuint (alone->node, ==, row->node);
  for (guint side = 0; side < tree->n_sides; side++)
    {
      g_assert_cmpint (alone->self[side][HV_SLOT_COST], ==, row->self[side][HV_SLOT_COST]);
      g_assert_cmpint (alone->self[side][HV_SLOT_PARTNER], ==, row->self[side][HV_SLOT_PARTNER]);
      g_assert_cmpint (alone->incl[side][HV_SLOT_COST], ==, row->incl[side][HV_SLOT_COST]);
    }
}

static void
assert_same_sites (const HvProfile *profile, HvTreeOptions *options)
{
  HvRowRest rest[2];

  options->rows_alone = FALSE;
  g_autoptr (HvTree) tree = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, options, NULL);
  g_autoptr (GArray) rows = hv_tree_top_sites (tree, 20, &rest[0]);
  options->rows_alone = TRUE;
  g_autoptr (HvTree) alone = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, options, NULL);
  g_autoptr (GArray) sites = hv_tree_top_sites (alone, 20, &rest[1]);
  g_assert_null (alone->child);
  g_assert_nonnull (tree->child);
  g_assert_cmpuint (sites->len, ==, rows->len);
  for (guint i = 0; i < rows->len; i++)
    assert_same_row (tree, &g_array_index (sites, HvRow, i), &g_array_index (rows, HvRow, i));
  assert_rest (&rest[1], rest[0].n, rest[0].self);
}

static void
assert_same_changes (const HvProfile *base, const HvProfile *current, HvTreeOptions *options)
{
  HvRowRest rest[2];

  options->rows_alone = FALSE;
  g_autoptr (HvDiff)
      diff = hv_diff_new (base, HV_AT_END, current, HV_AT_END, HV_METRIC_LIVE_BYTES, options, NULL);
  g_autoptr (GArray) rows = hv_diff_top_rows (diff, 20, &rest[0]);
  g_autofree char *summary = hv_diff_summary (diff);
  options->rows_alone = TRUE;
  g_autoptr (HvDiff) alone = hv_diff_new (base, HV_AT_END, current, HV_AT_END, HV_METRIC_LIVE_BYTES,
                                          options, NULL);
  g_autoptr (GArray) changes = hv_diff_top_rows (alone, 20, &rest[1]);
  g_autofree char *summary_alone = hv_diff_summary (alone);
  g_assert_cmpuint (changes->len, ==, rows->len);
  for (guint i = 0; i < rows->len; i++)
    assert_same_row (diff->tree, &g_array_index (changes, HvDiffRow, i).row,
                     &g_array_index (rows, HvDiffRow, i).row);
  assert_rest (&rest[1], rest[0].n, rest[0].self);
  g_assert_cmpstr (summary_alone, ==, summary);
  g_assert_cmpuint (alone->trunk_node, ==, diff->trunk_node);
  g_assert_cmpfloat (alone->base_matched, ==, diff->base_matched);
}

/* The same without a tree's children. */
static void
test_alone (void)
{
  static const HvGroup groups[] = { HV_GROUP_FUNCTION, HV_GROUP_STACK, HV_GROUP_MODULE };

  for (guint seed = 1; seed < 40; seed++)
    {
      g_autoptr (HvProfile) base = test_random_profile (seed, seed * 5);
      g_autoptr (HvProfile) current = test_random_profile (seed + 500, seed * 4);
      HvTreeOptions options = { .group = groups[seed % G_N_ELEMENTS (groups)] };
      assert_same_sites (base, &options);
      assert_same_changes (base, current, &options);
    }
}

/* What the rows of a tree are, said once more: depth first, a key that is open above not counted
 * again, the first of the heaviest nodes. */
static void
visit (const HvTree *tree, uint32_t node, guint *open, HvRow *rows, int64_t (*best)[2])
{
  uint32_t k = node ? tree->node_key[node] : tree->n_keys;
  int64_t self = tree->self[0][HV_SLOT_COST][node], incl = tree->incl[0][HV_SLOT_COST][node];

  rows[k].self[0][HV_SLOT_COST] += self;
  if (node && open[k]++ == 0)
    rows[k].incl[0][HV_SLOT_COST] += incl;
  if (self > best[k][0] || (self == best[k][0] && incl > best[k][1]))
    {
      best[k][0] = self;
      best[k][1] = incl;
      rows[k].node = node;
    }
  for (uint32_t c = tree->child_start[node]; c < tree->child_start[node + 1]; c++)
    visit (tree, tree->child[c], open, rows, best);
  if (node)
    open[k]--;
}

static void
test_recursion (void)
{
  for (guint seed = 1; seed < 60; seed++)
    {
      g_autoptr (HvProfile) profile = test_random_profile (seed, seed * 6);
      HvTreeOptions options = { .group = HV_GROUP_FUNCTION };
      /* blocks: many of the same weight */
      HvMetric metric = seed % 2 ? HV_METRIC_LIVE_BLOCKS : HV_METRIC_LIVE_BYTES;
      g_autoptr (HvTree) tree = hv_tree_new (profile, metric, HV_AT_END, &options, NULL);
      g_autofree guint *open = g_new0 (guint, tree->n_keys + 1);
      g_autofree HvRow *expected = g_new0 (HvRow, tree->n_keys + 1);
      g_autofree int64_t (*best)[2] = g_malloc ((tree->n_keys + 1) * sizeof *best);
      g_autoptr (GArray) rows = hv_tree_rows (tree);

      memset (best, 0xff, (tree->n_keys + 1) * sizeof *best);
      visit (tree, 0, open, expected, best);
      for (guint i = 0; i < rows->len; i++)
        {
          const HvRow *row = &g_array_index (rows, HvRow, i);
          const HvRow *is = &expected[row->key == HV_NO_KEY ? tree->n_keys : row->key];
          g_assert_cmpuint (row->node, ==, is->node);
          g_assert_cmpint (row->self[0][HV_SLOT_COST], ==, is->self[0][HV_SLOT_COST]);
          if (row->key != HV_NO_KEY)
            g_assert_cmpint (row->incl[0][HV_SLOT_COST], ==, is->incl[0][HV_SLOT_COST]);
        }
    }
}

static void
test_names (void)
{
  static const HvGroup groups[] = { HV_GROUP_FUNCTION, HV_GROUP_LINE, HV_GROUP_MODULE };

  for (gsize g = 0; g < G_N_ELEMENTS (groups); g++)
    {
      g_autoptr (HvProfile) profile = test_profile ((const char *[]){
          "main@a.out;ns::Box<int>::get(int)@a.out:b.c:7;a::f::{async_fn#0}@a.out 10 1",
          "main@a.out;ns::Box<char>::get(int)@a.out:b.c:9 20 2", "main@a.out;std::map<int>::at 5 1",
          NULL });
      HvTreeOptions options = { .group = groups[g] };
      g_autoptr (HvTree)
          named = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &options, NULL);
      options.names_on_demand = TRUE;
      g_autoptr (HvTree)
          tree = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &options, NULL);
      g_assert_cmpuint (tree->n_keys, ==, named->n_keys);
      for (uint32_t k = 0; k < tree->n_keys; k++)
        g_assert_cmpstr (tree->key[k].label, ==, named->key[k].label);
      for (uint32_t n = 0; n < tree->n_nodes; n++)
        g_assert_cmpstr (hv_tree_short_label (tree, n), ==, hv_tree_short_label (named, n));
      for (uint32_t k = 0; k < tree->n_keys; k++)
        g_assert_cmpstr (tree->key[k].short_label, ==, named->key[k].short_label);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/top-rows/sites", test_sites);
  g_test_add_func ("/top-rows/changes", test_changes);
  g_test_add_func ("/top-rows/alone", test_alone);
  g_test_add_func ("/top-rows/recursion", test_recursion);
  g_test_add_func ("/top-rows/names", test_names);
  return g_test_run ();
}
