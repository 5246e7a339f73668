/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tree-private.h"

#include <math.h>
#include <string.h>

/* Most of the time a tree takes is spent on finding out which stacks are one: that is the same for
 * every moment and metric, and done here once. What remains to do is to leave out what holds
 * nothing and to number the rest. */

struct HvTreeShape
{
  const HvProfile *profile;
  HvGroup group;
  gboolean all_frames;
  HvTree *tree; /* with every site */
  HvTreeParts parts;
};

/* Rows are by call path in one of the two; the tree is the same. */
static HvGroup
tree_group (HvGroup group)
{
  return group == HV_GROUP_STACK ? HV_GROUP_FUNCTION : group;
}

static gboolean
is_of_stacks_alone (const HvTreeOptions *options)
{
  return options->group != HV_GROUP_THREAD && options->group != HV_GROUP_TASK && !options->focus
         && !options->ignore && !options->hide;
}

HvTreeShape *
hv_tree_shape_new (const HvProfile *profile, const HvTreeOptions *options)
{
  const HvTreeOptions plain = { .group = tree_group (options->group),
                                .all_frames = options->all_frames };
  HvTreeSide side = { .profile = profile, .at = HV_AT_END };

  if (!is_of_stacks_alone (options))
    return NULL;
  HvTreeShape *shape = g_atomic_rc_box_new0 (HvTreeShape);
  shape->profile = profile;
  shape->group = plain.group;
  shape->all_frames = plain.all_frames;
  side.values[HV_SLOT_COST] = side.own[HV_SLOT_COST] = g_new (int64_t, MAX (1, profile->n_sites));
  for (uint32_t s = 0; s < profile->n_sites; s++)
    side.own[HV_SLOT_COST][s] = 1;
  shape->tree = _hv_tree_new_of_stacks (&side, &plain, &shape->parts);
  _hv_tree_side_clear (&side);
  return shape;
}

HvTreeShape *
hv_tree_shape_ref (HvTreeShape *shape)
{
  return g_atomic_rc_box_acquire (shape);
}

static void
shape_clear (gpointer data)
{
  HvTreeShape *shape = data;

  _hv_tree_fold_clear (&shape->parts.fold);
  g_free (shape->parts.key);
  g_free (shape->parts.site_node);
  hv_tree_free (shape->tree);
}

void
hv_tree_shape_unref (HvTreeShape *shape)
{
  g_atomic_rc_box_release_full (shape, shape_clear);
}

gboolean
hv_tree_shape_fits (const HvTreeShape *shape, const HvProfile *profile,
                    const HvTreeOptions *options)
{
  return shape->profile == profile && is_of_stacks_alone (options)
         && shape->group == tree_group (options->group) && shape->all_frames == options->all_frames;
}

/* Numbers the nodes that hold something, or have something below them. */
static uint32_t *
number_nodes (HvTree *tree, const HvTreeSide *sides, const HvTreeShape *shape)
{
  const HvTree *all = shape->tree;
  const uint32_t *site_node = shape->parts.site_node;
  uint32_t *image = g_new0 (uint32_t, all->n_nodes);
  uint32_t n_nodes = 1;

  for (guint i = 0; i < tree->n_sides; i++)
    for (uint32_t s = 0; s < shape->profile->n_sites; s++)
      if (sides[i].values[HV_SLOT_COST][s]
          || (sides[i].values[HV_SLOT_PARTNER] && sides[i].values[HV_SLOT_PARTNER][s]))
        image[site_node[s]] = 1;
  for (uint32_t n = all->n_nodes; n-- > 1;)
    if (image[n])
      {
        image[all->parent[n]] = 1;
        n_nodes++;
      }
  _hv_tree_reserve (tree, n_nodes);
  image[0] = 0;
  for (uint32_t n = 1; n < all->n_nodes; n++)
    if (image[n])
      {
        image[n] = tree->n_nodes++;
        tree->parent[image[n]] = image[all->parent[n]];
        tree->node_key[image[n]] = all->node_key[n];
      }
  _hv_tree_make_costs (tree);
  return image;
}

void
_hv_tree_fill (HvTree *tree, const HvTreeSide *sides, HvTreeShape *shape)
{
  const HvProfile *profile = shape->profile;
  const HvTreeParts *parts = &shape->parts;
  g_autofree uint32_t *image = number_nodes (tree, sides, shape);
  g_autofree double *weight = g_new (double, profile->n_frames);

  tree->tables->shape = hv_tree_shape_ref (shape);
  tree->n_keys = tree->tables->keys_size = shape->tree->n_keys;
  tree->key = g_memdup2 (shape->tree->key, tree->n_keys * sizeof (HvKey));
  for (guint i = tree->n_sides; i-- > 0;)
    {
      const HvTreeSide *side = &sides[i];
      memset (weight, 0, profile->n_frames * sizeof *weight);
      for (uint32_t s = 0; s < profile->n_sites; s++)
        {
          int64_t cost = side->values[HV_SLOT_COST][s];
          int64_t partner = side->values[HV_SLOT_PARTNER] ? side->values[HV_SLOT_PARTNER][s] : 0;
          if (cost == 0 && partner == 0)
            continue;
          if (parts->fold.anchor[s] != HV_ASYNC_ONLY)
            weight[profile->node_frame[parts->fold.anchor[s]]] += fabs ((double) cost);
          _hv_tree_add_cost (tree, i, image[parts->site_node[s]], profile, cost, partner);
        }
      _hv_tree_describe_keys (tree, profile, parts->key, weight);
    }
}

void
_hv_tree_fill_folded (HvTree *tree, const HvTreeSide *sides, const HvTreeShape *shape)
{
  for (guint i = tree->n_sides; i-- > 0;)
    _hv_tree_count_folded (tree, i, &sides[i], &shape->parts.fold, NULL);
}
