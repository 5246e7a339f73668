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
  g_test_add_func ("/top-rows/names", test_names);
  return g_test_run ();
}
