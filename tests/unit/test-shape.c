/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profiles.h"
#include "store/diff.h"
#include "store/transform.h"
#include "store/tree.h"

/* What a node and all below it hold, its children by name: two trees of one question may number
 * their nodes differently. Where the code of a key is depends on what costs most of it; where
 * nothing of it costs anything, it is any. */
static void
append_node (GString *text, const HvTree *tree, uint32_t node, guint depth)
{
  gboolean bottom_up = tree->options.bottom_up, costs = FALSE;

  for (guint side = 0; side < tree->n_sides; side++)
    costs |= bottom_up ? !tree->parent[node] && tree->incl[side][HV_SLOT_COST][node]
                       : tree->self[side][HV_SLOT_COST][node] != 0;
  const HvKey *key = node && costs ? &tree->key[tree->node_key[node]] : NULL;

  g_string_append_printf (text, "%*s%s %s %s:%u %s", (int) depth, "", hv_tree_label (tree, node),
                          key ? key->module : "", key ? key->file : "", key ? key->line : 0,
                          key ? key->origin : "");
  for (guint side = 0; side < tree->n_sides; side++)
    for (int slot = 0; slot < HV_N_SLOTS; slot++)
      g_string_append_printf (text, " %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT,
                              tree->self[side][slot][node], tree->incl[side][slot][node]);
  g_string_append_c (text, '\n');
  for (uint32_t c = tree->child_start[node]; c < tree->child_start[node + 1]; c++)
    append_node (text, tree, tree->child[c], depth + 1);
}

static char *
describe (const HvTree *tree)
{
  GString *text = g_string_new (NULL);

  append_node (text, tree, 0, 0);
  for (guint side = 0; side < tree->n_sides; side++)
    {
      const HvTreeFolded *f = &tree->folded_of[side];
      g_string_append_printf (
          text, "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %u %u %u %u %d %d %d\n",
          tree->total[side], tree->dropped[side], f->allocator, f->entry, f->async, tree->folded,
          (int) f->stacks, (int) f->frames, (int) f->shown);
    }
  return g_string_free (text, FALSE);
}

static void
same (const char *text, const char *expected)
{
  gsize at = 0;

  while (text[at] && text[at] == expected[at])
    at++;
  if (text[at] || expected[at])
    g_error ("%.200s\n … is, expected was:\n%.200s", text + at - MIN (at, 80),
             expected + at - MIN (at, 80));
}

/* Random sites that come and go. */
static HvProfile *
make_recording (guint32 seed)
{
  HvProfile *profile = test_random_profile (seed, 120);
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);

  profile->modules_known = seed % 2;
  profile->row_metrics = 1u << HV_METRIC_LIVE_BYTES | 1u << HV_METRIC_LIVE_BLOCKS;
  for (int m = 0; m < 4; m++)
    {
      hv_profile_add_moment (profile, &(HvMoment){ .time = m, .rss_bytes = -1 });
      for (uint32_t s = 0; s < profile->n_sites; s++)
        {
          gint32 blocks = g_rand_int_range (random, -20, 9);
          if (blocks < 0)
            continue;
          hv_profile_add_row (
              profile, s, (const int64_t[]){ blocks * g_rand_int_range (random, 1, 9), blocks });
        }
    }
  hv_profile_seal (profile);
  return profile;
}

/* Each moment's tree is the one that is made without a shape. */
static void
test_same (void)
{
  static const HvGroup groups[] = { HV_GROUP_FUNCTION, HV_GROUP_STACK,  HV_GROUP_LINE,
                                    HV_GROUP_FILE,     HV_GROUP_MODULE, HV_GROUP_CRATE };

  for (guint32 seed = 0; seed < 10; seed++)
    {
      g_autoptr (HvProfile) profile = make_recording (seed);
      for (guint i = 0; i < G_N_ELEMENTS (groups) * 4; i++)
        {
          HvTreeOptions options = { .group = groups[i / 4],
                                    .all_frames = i % 2,
                                    .bottom_up = i / 2 % 2 };
          g_autoptr (HvTreeShape) shape = hv_tree_shape_new (profile, &options);
          HvTreeOptions with = options;
          with.shape = shape;
          g_assert_true (hv_tree_shape_fits (shape, profile, &options));
          for (uint32_t at = 0; at < profile->n_moments; at++)
            {
              g_autoptr (GError) error = NULL;
              g_autoptr (HvTree)
                  slow = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, at, &options, &error);
              g_autoptr (HvTree)
                  fast = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, at, &with, &error);
              g_assert_no_error (error);
              hv_tree_check (fast, &error);
              g_assert_no_error (error);
              g_autofree char *expected = describe (slow), *text = describe (fast);
              same (text, expected);
            }
        }
    }
}

static void
test_diff (void)
{
  for (guint32 seed = 0; seed < 10; seed++)
    {
      g_autoptr (HvProfile) profile = make_recording (seed);
      g_autoptr (HvTreeShape) shape = NULL;
      HvTreeOptions options = { .group = HV_GROUP_STACK };
      g_autoptr (GError) error = NULL;
      g_autoptr (HvDiff)
          slow = hv_diff_new (profile, 0, profile, 2, HV_METRIC_LIVE_BYTES, &options, &error);
      g_assert_no_error (error);
      /* a tree by function has the same nodes */
      options.group = HV_GROUP_FUNCTION;
      options.shape = shape = hv_tree_shape_new (profile, &options);
      options.group = HV_GROUP_STACK;
      g_autoptr (HvDiff)
          fast = hv_diff_new (profile, 0, profile, 2, HV_METRIC_LIVE_BYTES, &options, &error);
      g_assert_no_error (error);
      g_autofree char *expected = describe (slow->tree), *text = describe (fast->tree);
      same (text, expected);
      g_assert_cmpint (fast->waterfall.added, ==, slow->waterfall.added);
    }
}

/* The module that a collapsed library gets is a key of the tree's own. */
static void
test_transformed (void)
{
  g_autoptr (HvProfile) profile = make_recording (3);
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) hv_transform_unref);
  HvTreeOptions options = { .group = HV_GROUP_FUNCTION };
  g_autoptr (GError) error = NULL;
  g_autoptr (HvTree) plain = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, 1, &options, &error);
  g_assert_no_error (error);

  g_ptr_array_add (list, hv_transform_new (HV_TRANSFORM_COLLAPSE_MODULE, plain, plain->child[0]));
  options.transforms = list;
  g_autoptr (HvTree) slow = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, 1, &options, &error);
  g_assert_no_error (error);
  g_autoptr (HvTreeShape) shape = hv_tree_shape_new (profile, &options);
  options.shape = shape;
  g_autoptr (HvTree) fast = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, 1, &options, &error);
  g_assert_no_error (error);
  /* the tree keeps what it needs of it */
  g_clear_pointer (&shape, hv_tree_shape_unref);
  g_autofree char *expected = describe (slow), *text = describe (fast);
  g_assert_nonnull (strchr (expected, '['));
  same (text, expected);
}

static void
test_fits (void)
{
  g_autoptr (HvProfile) profile = make_recording (1);
  g_autoptr (HvProfile) other = make_recording (2);
  HvTreeOptions options = { .group = HV_GROUP_FUNCTION };
  g_autoptr (HvTreeShape) shape = hv_tree_shape_new (profile, &options);

  g_assert_false (hv_tree_shape_fits (shape, other, &options));
  options.all_frames = TRUE;
  g_assert_false (hv_tree_shape_fits (shape, profile, &options));
  options.all_frames = FALSE;
  options.group = HV_GROUP_LINE;
  g_assert_false (hv_tree_shape_fits (shape, profile, &options));
  options.group = HV_GROUP_FUNCTION;
  options.focus = "f1";
  g_assert_false (hv_tree_shape_fits (shape, profile, &options));
  g_assert_null (hv_tree_shape_new (profile, &options));
  options = (HvTreeOptions){ .group = HV_GROUP_THREAD };
  g_assert_null (hv_tree_shape_new (profile, &options));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shape/same", test_same);
  g_test_add_func ("/shape/diff", test_diff);
  g_test_add_func ("/shape/transformed", test_transformed);
  g_test_add_func ("/shape/fits", test_fits);
  return g_test_run ();
}
