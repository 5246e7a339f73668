/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profiles.h"
#include "store/tree.h"

/* A tree of two sides beside the trees of each. */

static HvTree *
tree_of (const HvProfile *profile, const HvTreeOptions *options)
{
  HvTree *tree = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, options, NULL);

  g_assert_nonnull (tree);
  return tree;
}

static uint32_t
child_like (const HvTree *pair, uint32_t at, const HvKey *key)
{
  uint32_t found = 0;

  for (uint32_t c = pair->child_start[at]; c < pair->child_start[at + 1]; c++)
    {
      const HvKey *of = &pair->key[pair->node_key[pair->child[c]]];
      if (strcmp (of->label, key->label) || strcmp (of->module, key->module))
        continue;
      g_assert_cmpuint (found, ==, 0);
      found = pair->child[c];
    }
  g_assert_cmpuint (found, !=, 0);
  return found;
}

/* Each node of a side's tree is one of the pair's, with its costs; the numbers of those. */
static uint32_t *
assert_side (const HvTree *pair, guint side, const HvTree *tree)
{
  uint32_t *image = g_new0 (uint32_t, tree->n_nodes);
  g_autofree uint8_t *taken = g_new0 (uint8_t, pair->n_nodes);

  for (uint32_t n = 0; n < tree->n_nodes; n++)
    {
      if (n)
        image[n] = child_like (pair, image[tree->parent[n]], &tree->key[tree->node_key[n]]);
      g_assert_false (taken[image[n]]);
      taken[image[n]] = TRUE;
      for (int slot = 0; slot < HV_N_SLOTS; slot++)
        {
          g_assert_cmpint (pair->self[side][slot][image[n]], ==, tree->self[0][slot][n]);
          g_assert_cmpint (pair->incl[side][slot][image[n]], ==, tree->incl[0][slot][n]);
        }
    }
  for (uint32_t n = 0; n < pair->n_nodes; n++)
    for (int slot = 0; slot < HV_N_SLOTS && !taken[n]; slot++)
      g_assert_cmpint (pair->incl[side][slot][n], ==, 0);
  return image;
}

static void
test_sides (void)
{
  for (guint seed = 1; seed < 60; seed++)
    {
      g_autoptr (HvProfile) base = test_random_profile (seed, seed * 5);
      /* the same stacks and others */
      g_autoptr (HvProfile) current = test_random_profile (seed + seed % 2, seed * 8);
      HvTreeOptions options = { .group = HV_GROUP_FUNCTION,
                                .all_frames = TRUE,
                                .ignore = seed % 5 ? NULL : "f7" };
      g_autoptr (HvTree) was = tree_of (base, &options);
      g_autoptr (HvTree) is = tree_of (current, &options);
      g_autoptr (HvTree) pair = hv_tree_new_pair (base, HV_AT_END, current, HV_AT_END,
                                                  HV_METRIC_LIVE_BYTES, &options, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_true (hv_tree_check (pair, &error));
      g_assert_no_error (error);
      g_autofree uint32_t *of_base = assert_side (pair, HV_SIDE_BASE, was);
      g_autofree uint32_t *of_current = assert_side (pair, HV_SIDE_CURRENT, is);
      /* base's are numbered first, then what current has beside them */
      uint32_t last = was->n_nodes - 1;
      for (uint32_t n = 0; n < was->n_nodes; n++)
        g_assert_cmpuint (of_base[n], ==, n);
      for (uint32_t n = 1; n < is->n_nodes; n++)
        if (of_current[n] >= was->n_nodes)
          g_assert_cmpuint (of_current[n], ==, ++last);
      g_assert_cmpuint (last + 1, ==, pair->n_nodes);
      g_assert_cmpint (pair->dropped[HV_SIDE_BASE], ==, was->dropped[0]);
      g_assert_cmpint (pair->dropped[HV_SIDE_CURRENT], ==, is->dropped[0]);
    }
}

static void
test_bad_pattern (void)
{
  g_autoptr (HvProfile) profile = test_random_profile (1, 20);
  HvTreeOptions options = { .focus = "(" };
  g_autoptr (GError) error = NULL;

  g_assert_null (hv_tree_new_pair (profile, HV_AT_END, profile, HV_AT_END, HV_METRIC_LIVE_BYTES,
                                   &options, &error));
  g_assert_error (error, HV_ERROR, HV_ERROR_USAGE);
}

/* A function that the sides call differently has one key, by the name of neither. */
static void
test_mixed_names (void)
{
  g_autoptr (HvProfile) base = test_profile (
      (const char *[]){ "main@a.out;ns::Box<int>::get(int)@a.out:b.c:7 10 1", NULL });
  g_autoptr (HvProfile) current = test_profile (
      (const char *[]){ "main@a.out;ns::Box<char>::get(int)@a.out:b.c:9 20 2", NULL });
  HvTreeOptions options = { .group = HV_GROUP_FUNCTION };
  g_autoptr (HvTree) pair = hv_tree_new_pair (base, HV_AT_END, current, HV_AT_END,
                                              HV_METRIC_LIVE_BYTES, &options, NULL);

  g_assert_cmpuint (pair->n_nodes, ==, 3);
  const HvKey *key = &pair->key[pair->node_key[2]];
  g_assert_null (strstr (key->label, "int>"));
  g_assert_null (strstr (key->label, "char>"));
  /* current has the last word on the line */
  g_assert_cmpuint (key->line, ==, 9);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pair/sides", test_sides);
  g_test_add_func ("/pair/bad-pattern", test_bad_pattern);
  g_test_add_func ("/pair/mixed-names", test_mixed_names);
  return g_test_run ();
}
