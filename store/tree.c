/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "large-array.h"
#include "tree-private.h"

#include <string.h>

static const char *const group_names[HV_N_GROUPS] = {
  [HV_GROUP_FUNCTION] = "function", [HV_GROUP_STACK] = "stack",   [HV_GROUP_LINE] = "line",
  [HV_GROUP_FILE] = "file",         [HV_GROUP_MODULE] = "module", [HV_GROUP_CRATE] = "crate",
  [HV_GROUP_THREAD] = "thread",     [HV_GROUP_TASK] = "task",
};

HvGroup
hv_group_parse (const char *name)
{
  for (int g = 0; g < HV_N_GROUPS; g++)
    if (strcmp (name, group_names[g]) == 0)
      return (HvGroup) g;
  return HV_N_GROUPS;
}

const char *
hv_group_name (HvGroup group)
{
  return group_names[group];
}

gboolean
hv_group_is_of_functions (HvGroup group)
{
  return group != HV_GROUP_FILE && group != HV_GROUP_MODULE && group != HV_GROUP_CRATE;
}

void
_hv_tree_reserve (HvTree *tree, uint32_t size)
{
  uint32_t before = tree->tables->nodes_size;

  if (size <= before)
    return;
  tree->parent = hv_large_renew (uint32_t, tree->parent, before, size);
  tree->node_key = hv_large_renew (uint32_t, tree->node_key, before, size);
  for (guint side = 0; tree->tables->costs && side < tree->n_sides; side++)
    {
      for (int slot = 0; slot < HV_N_SLOTS; slot++)
        {
          tree->self[side][slot] = hv_large_renew (int64_t, tree->self[side][slot], before, size);
          memset (tree->self[side][slot] + before, 0, (size - before) * sizeof (int64_t));
        }
      if (tree->variance[side])
        {
          tree->variance[side] = hv_large_renew (double, tree->variance[side], before, size);
          memset (tree->variance[side] + before, 0, (size - before) * sizeof (double));
        }
    }
  tree->tables->nodes_size = size;
}

void
_hv_tree_make_side_costs (HvTree *tree, guint side)
{
  uint32_t size = tree->tables->nodes_size;

  for (int slot = 0; slot < HV_N_SLOTS; slot++)
    tree->self[side][slot] = hv_large_new0 (int64_t, size);
  if (tree->variance[side])
    {
      g_free (tree->variance[side]);
      tree->variance[side] = hv_large_new0 (double, size);
    }
}

void
_hv_tree_make_costs (HvTree *tree)
{
  tree->tables->costs = TRUE;
  /* what was expected and did not come gets none */
  tree->tables->nodes_size = tree->n_nodes;
  for (guint side = 0; side < tree->n_sides; side++)
    _hv_tree_make_side_costs (tree, side);
}

void
_hv_tree_expect (HvTree *tree, uint32_t n_nodes)
{
  _hv_tree_reserve (tree, tree->n_nodes + n_nodes);
  hv_child_map_reserve (&tree->tables->children, tree->n_nodes + n_nodes);
}

static uint32_t
add_node (HvTree *tree, uint32_t parent, uint32_t key)
{
  if (tree->n_nodes == tree->tables->nodes_size)
    _hv_tree_reserve (tree, tree->n_nodes ? tree->n_nodes + tree->n_nodes / 2 + 1 : 256);
  tree->parent[tree->n_nodes] = parent;
  tree->node_key[tree->n_nodes] = key;
  return tree->n_nodes++;
}

uint32_t
_hv_tree_child (HvTree *tree, uint32_t parent, uint32_t key)
{
  HvChildMap *children = &tree->tables->children;
  uint32_t node = hv_child_map_find (children, parent, key);

  if (node == 0)
    {
      node = add_node (tree, parent, key);
      hv_child_map_add (children, parent, key, node);
    }
  return node;
}

uint32_t
_hv_tree_node_below (HvTree *tree, uint32_t above, uint32_t key)
{
  if (!hv_group_is_of_functions (tree->options.group) && above && tree->node_key[above] == key)
    return above;
  return _hv_tree_child (tree, above, key);
}

HvTreeNodes
_hv_tree_take_nodes (HvTree *tree)
{
  HvTreeNodes old = { .n = tree->n_nodes };

  old.parent = g_steal_pointer (&tree->parent);
  old.node_key = g_steal_pointer (&tree->node_key);
  for (guint side = 0; side < tree->n_sides; side++)
    {
      for (int slot = 0; slot < HV_N_SLOTS; slot++)
        old.self[side][slot] = g_steal_pointer (&tree->self[side][slot]);
      old.variance[side] = tree->variance[side];
      if (old.variance[side])
        tree->variance[side] = g_new0 (double, 1);
    }
  hv_child_map_clear (&tree->tables->children);
  tree->n_nodes = tree->tables->nodes_size = 0;
  add_node (tree, 0, HV_NO_KEY);
  return old;
}

void
_hv_tree_give (HvTree *tree, uint32_t node, const HvTreeNodes *old, uint32_t from)
{
  for (guint side = 0; side < tree->n_sides; side++)
    {
      for (int slot = 0; slot < HV_N_SLOTS; slot++)
        tree->self[side][slot][node] += old->self[side][slot][from];
      if (old->variance[side])
        tree->variance[side][node] += old->variance[side][from];
    }
}

void
_hv_tree_nodes_clear (HvTreeNodes *nodes)
{
  g_free (nodes->parent);
  g_free (nodes->node_key);
  for (int side = 0; side < HV_N_SIDES; side++)
    {
      for (int slot = 0; slot < HV_N_SLOTS; slot++)
        g_free (nodes->self[side][slot]);
      g_free (nodes->variance[side]);
    }
}

/* Turns the tree around: each path with cost is inserted innermost frame first. */
static void
invert (HvTree *tree)
{
  HvTreeNodes old = _hv_tree_take_nodes (tree);

  for (uint32_t from = 0; from < old.n; from++)
    {
      gboolean any = FALSE;
      for (guint side = 0; side < tree->n_sides; side++)
        any |= old.self[side][HV_SLOT_COST][from] || old.self[side][HV_SLOT_PARTNER][from];
      if (!any)
        continue;
      uint32_t at = 0;
      for (uint32_t up = from; up; up = old.parent[up])
        at = _hv_tree_child (tree, at, old.node_key[up]);
      _hv_tree_give (tree, at, &old, from);
    }
  _hv_tree_nodes_clear (&old);
}

static void
copy_options (HvTreeOptions *to, const HvTreeOptions *from)
{
  *to = *from;
  to->shape = NULL;
  to->focus = g_strdup (from->focus);
  to->ignore = g_strdup (from->ignore);
  to->hide = g_strdup (from->hide);
  to->thread = g_strdup (from->thread);
  if (from->transforms)
    g_ptr_array_ref (from->transforms);
}

HvTree *
_hv_tree_new_like (const HvTree *other)
{
  HvTree *tree = g_new0 (HvTree, 1);

  _hv_tree_name_rest ((HvTree *) other);
  tree->metric = other->metric;
  tree->has_partner = other->has_partner;
  tree->n_sides = other->n_sides;
  copy_options (&tree->options, &other->options);
  tree->n_keys = other->n_keys;
  tree->key = g_memdup2 (other->key, other->n_keys * sizeof (HvKey));
  tree->folded = other->folded;
  tree->tables = g_new0 (struct HvTreeTables, 1);
  tree->tables->costs = TRUE;
  for (guint side = 0; side < tree->n_sides; side++)
    {
      tree->total[side] = other->total[side];
      if (other->variance[side])
        tree->variance[side] = g_new0 (double, 1);
    }
  add_node (tree, 0, HV_NO_KEY);
  return tree;
}

static void
make_tables (HvTree *tree)
{
  tree->tables = g_new0 (struct HvTreeTables, 1);
  tree->tables->key_ids = g_hash_table_new (g_str_hash, g_str_equal);
  tree->tables->texts = g_string_chunk_new (16 * 1024);
}

HvTree *
_hv_tree_new_part (const HvTree *whole)
{
  HvTree *tree = g_new0 (HvTree, 1);

  tree->metric = whole->metric;
  tree->has_partner = whole->has_partner;
  tree->n_sides = 1;
  copy_options (&tree->options, &whole->options);
  make_tables (tree);
  tree->tables->with_modules = whole->tables->with_modules;
  tree->tables->two_profiles = whole->tables->two_profiles;
  tree->tables->across_loads = whole->tables->across_loads;
  add_node (tree, 0, HV_NO_KEY);
  return tree;
}

static HvTree *
tree_new_empty (HvTreeSide *sides, guint n_sides, HvMetric metric, const HvTreeOptions *options)
{
  HvTree *tree = g_new0 (HvTree, 1);

  tree->metric = metric;
  tree->n_sides = n_sides;
  copy_options (&tree->options, options);
  tree->has_partner = TRUE;
  make_tables (tree);
  tree->tables->with_modules = TRUE;
  for (guint i = 0; i < n_sides; i++)
    {
      tree->tables->with_modules &= sides[i].profile->modules_known;
      tree->has_partner &= sides[i].values[HV_SLOT_PARTNER] != NULL;
      if (_hv_tree_is_sampled (sides[i].profile, metric) && sides[i].values[HV_SLOT_PARTNER])
        for (guint side = 0; side < n_sides; side++)
          if (tree->variance[side] == NULL)
            tree->variance[side] = g_new0 (double, 1);
    }
  /* a thread's or task's own cost is what is below it, and variances are added up in order */
  tree->options.rows_alone &= options->group != HV_GROUP_THREAD && options->group != HV_GROUP_TASK
                              && tree->variance[0] == NULL;
  tree->tables->two_profiles = n_sides == HV_N_SIDES && sides[0].profile != sides[1].profile;
  if (tree->tables->two_profiles)
    {
      tree->tables->across_loads = _hv_tree_crosses_loads (sides);
      _hv_tree_reconcile (sides);
    }
  add_node (tree, 0, HV_NO_KEY);
  return tree;
}

HvTree *
_hv_tree_new_of_stacks (HvTreeSide *side, const HvTreeOptions *options, HvTreeParts *parts)
{
  HvTree *tree = tree_new_empty (side, 1, HV_METRIC_LIVE_BYTES, options);

  _hv_tree_add_side (tree, 0, side, NULL, HV_PARTS_ALL, parts, NULL);
  hv_child_map_clear (&tree->tables->children);
  _hv_tree_name_keys (tree);
  return tree;
}

typedef struct
{
  HvTree *tree;
  const HvTreeSide *sides;
  const HvTreeShape *shape;
} Folding;

static gpointer
fold_thread (gpointer data)
{
  const Folding *f = data;

  _hv_tree_fill_folded (f->tree, f->sides, f->shape);
  return NULL;
}

static HvTree *
tree_new (HvTreeSide *sides, guint n_sides, HvMetric metric, const HvTreeOptions *options,
          GError **error)
{
  HvTree *tree = tree_new_empty (sides, n_sides, metric, options);
  gboolean ok = TRUE;

  for (guint i = 0; i < n_sides; i++)
    for (uint32_t site = 0; site < sides[i].profile->n_sites; site++)
      tree->total[i] += sides[i].values[HV_SLOT_COST][site];
  if (options->group == HV_GROUP_THREAD || options->thread)
    for (guint i = 0; ok && i < n_sides; i++)
      {
        ok = _hv_tree_check_threads (&sides[i], metric, error)
             && (options->thread == NULL
                 || _hv_tree_keep_thread (&sides[i], options->thread, metric, error));
        if (ok && options->thread)
          {
            tree->dropped[i] = tree->total[i];
            for (uint32_t site = 0; site < sides[i].profile->n_sites; site++)
              tree->dropped[i] -= sides[i].values[HV_SLOT_COST][site];
          }
      }

  HvTreeShape *shape = options->shape && !tree->tables->two_profiles
                               && hv_tree_shape_fits (options->shape, sides[0].profile, options)
                           ? options->shape
                           : NULL;
  if (ok && !shape && n_sides == HV_N_SIDES && _hv_tree_is_by_stack (options->group))
    ok = _hv_tree_add_sides (tree, sides, error);
  else
    /* base first, so that the current side has the last word on a key's source line */
    for (guint i = n_sides; ok && !shape && i-- > 0;)
      ok = _hv_tree_add_side (tree, i, &sides[i], n_sides == HV_N_SIDES ? sides[1 - i].paths : NULL,
                              HV_PARTS_NONE, NULL, error);
  if (!ok)
    {
      hv_tree_free (tree);
      return NULL;
    }
  Folding folding = { tree, sides, shape };
  GThread *folds = NULL;
  if (shape)
    {
      folds = _hv_tree_fork (sides->profile->n_nodes, fold_thread, &folding);
      _hv_tree_fill (tree, sides, shape);
    }
  else
    _hv_tree_name_keys (tree);
  for (guint i = 0; options->transforms && i < options->transforms->len; i++)
    {
      const HvTransform *transform = g_ptr_array_index (options->transforms, i);
      if (hv_transform_applies (transform, options->group))
        _hv_tree_transform (tree, transform);
    }
  _hv_tree_find_origins (tree);
  if (options->bottom_up)
    invert (tree);
  /* a diff has an order of its own */
  _hv_tree_finish (tree, n_sides == 1);
  _hv_tree_join (folds);
  return tree;
}

HvTree *
hv_tree_new (const HvProfile *profile, HvMetric metric, uint32_t at, const HvTreeOptions *options,
             GError **error)
{
  HvTreeSide side = { 0 };
  HvTree *tree = NULL;

  if (_hv_tree_side_init (&side, profile, at, metric, error))
    tree = tree_new (&side, 1, metric, options, error);
  _hv_tree_side_clear (&side);
  return tree;
}

HvTree *
hv_tree_new_pair (const HvProfile *base, uint32_t base_at, const HvProfile *current,
                  uint32_t current_at, HvMetric metric, const HvTreeOptions *options,
                  GError **error)
{
  HvTreeSide sides[HV_N_SIDES] = { 0 };
  HvTree *tree = NULL;

  if (_hv_tree_side_init (&sides[HV_SIDE_BASE], base, base_at, metric, error)
      && _hv_tree_side_init (&sides[HV_SIDE_CURRENT], current, current_at, metric, error))
    tree = tree_new (sides, HV_N_SIDES, metric, options, error);
  _hv_tree_side_clear (&sides[HV_SIDE_BASE]);
  _hv_tree_side_clear (&sides[HV_SIDE_CURRENT]);
  return tree;
}

void
hv_tree_free (HvTree *tree)
{
  if (tree == NULL)
    return;
  g_clear_pointer (&tree->tables->key_ids, g_hash_table_unref);
  g_clear_pointer (&tree->tables->texts, g_string_chunk_free);
  hv_child_map_clear (&tree->tables->children);
  g_clear_pointer (&tree->tables->shape, hv_tree_shape_unref);
  g_free (tree->tables->key_flags);
  g_free (tree->tables->named);
  g_free (tree->tables->inside);
  g_free (tree->tables);
  g_free ((char *) tree->options.focus);
  g_free ((char *) tree->options.ignore);
  g_free ((char *) tree->options.hide);
  g_free ((char *) tree->options.thread);
  g_clear_pointer (&tree->options.transforms, g_ptr_array_unref);
  g_free (tree->key);
  g_free (tree->parent);
  g_free (tree->node_key);
  g_free (tree->child_start);
  g_free (tree->child);
  for (int side = 0; side < HV_N_SIDES; side++)
    {
      for (int slot = 0; slot < HV_N_SLOTS; slot++)
        {
          g_free (tree->self[side][slot]);
          g_free (tree->incl[side][slot]);
        }
      g_free (tree->variance[side]);
    }
  g_free (tree);
}

const char *
hv_tree_label (const HvTree *tree, uint32_t node)
{
  return node ? tree->key[tree->node_key[node]].label : "all";
}

const char *
hv_tree_short_label (const HvTree *tree, uint32_t node)
{
  return node ? hv_key_short_label (tree, tree->node_key[node]) : "all";
}

uint32_t
hv_tree_own_node (const HvTree *tree, uint32_t node)
{
  for (uint32_t n = node; n; n = tree->options.bottom_up ? 0 : tree->parent[n])
    {
      const HvKey *key = &tree->key[tree->node_key[n]];
      if (key->flags & HV_FRAME_SYNTHETIC)
        break;
      if (key->category == HV_CATEGORY_APP)
        return n;
    }
  return node;
}

GArray *
hv_tree_path (const HvTree *tree, uint32_t node)
{
  GArray *path = g_array_new (FALSE, FALSE, sizeof (uint32_t));

  for (uint32_t n = node; n; n = tree->parent[n])
    g_array_append_val (path, n);
  for (guint i = 0; i < path->len / 2; i++)
    {
      uint32_t *a = &g_array_index (path, uint32_t, i);
      uint32_t *b = &g_array_index (path, uint32_t, path->len - 1 - i);
      uint32_t swap = *a;
      *a = *b;
      *b = swap;
    }
  return path;
}

void
hv_tree_keep_outermost (const HvTree *tree, GArray *nodes)
{
  g_autoptr (GHashTable) given = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  guint kept = 0;

  for (guint i = 0; i < nodes->len; i++)
    g_hash_table_add (given, GUINT_TO_POINTER (g_array_index (nodes, uint32_t, i)));
  for (guint i = 0; i < nodes->len; i++)
    {
      uint32_t node = g_array_index (nodes, uint32_t, i), above = node;
      gboolean below = FALSE;

      while (above && !below)
        {
          above = tree->parent[above];
          below = g_hash_table_contains (given, GUINT_TO_POINTER (above));
        }
      if (!below && g_hash_table_add (seen, GUINT_TO_POINTER (node)))
        g_array_index (nodes, uint32_t, kept++) = node;
    }
  g_array_set_size (nodes, kept);
}

gboolean
hv_tree_check (const HvTree *tree, GError **error)
{
  for (guint side = 0; side < tree->n_sides; side++)
    for (int slot = 0; slot < HV_N_SLOTS; slot++)
      {
        int64_t sum = 0;
        for (uint32_t n = 0; n < tree->n_nodes; n++)
          {
            int64_t below = tree->self[side][slot][n];
            sum += tree->self[side][slot][n];
            for (uint32_t i = tree->child_start[n]; i < tree->child_start[n + 1]; i++)
              {
                if (tree->parent[tree->child[i]] != n || tree->child[i] <= n)
                  {
                    g_set_error (error, HV_ERROR, HV_ERROR_STORE, "node %u is no child of %u",
                                 tree->child[i], n);
                    return FALSE;
                  }
                below += tree->incl[side][slot][tree->child[i]];
              }
            if (below != tree->incl[side][slot][n])
              {
                g_set_error (error, HV_ERROR, HV_ERROR_STORE,
                             "node %u: self and children do not make up its inclusive cost", n);
                return FALSE;
              }
          }
        if (sum != tree->incl[side][slot][0])
          {
            g_set_error (error, HV_ERROR, HV_ERROR_STORE, "the sites do not sum to the root");
            return FALSE;
          }
      }
  return TRUE;
}
