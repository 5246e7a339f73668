/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "large-array.h"
#include "tree-private.h"

#include <string.h>

/* A tree of two sides is made of a tree of each, which two processors do at once: base's is taken
 * as it is, current's nodes are looked up in it. The result is that of adding one side after the
 * other: keys and nodes are numbered as they would be then. */

#define NO_IMAGE UINT32_MAX

typedef struct
{
  HvTree *tree;
  const HvTreeSide *from;
  GHashTable *other_paths;
  HvTreeParts found;
  GError *error;
  gboolean ok;
} Part;

static gpointer
add_part (gpointer data)
{
  Part *part = data;

  part->ok = _hv_tree_add_side (part->tree, 0, part->from, part->other_paths, HV_PARTS_SITE_NODE,
                                &part->found, &part->error);
  return NULL;
}

#define TAKE(to, from) (g_free (to), (to) = g_steal_pointer (&(from)))

/* The tree, which is empty, becomes that of one of its sides. */
static void
take_part (HvTree *tree, HvTree *part)
{
  struct HvTreeTables *to = tree->tables, *from = part->tables;

  g_hash_table_unref (to->key_ids);
  g_string_chunk_free (to->texts);
  hv_child_map_clear (&to->children);
  to->key_ids = g_steal_pointer (&from->key_ids);
  to->texts = g_steal_pointer (&from->texts);
  to->children = from->children;
  from->children = (HvChildMap){ 0 };
  TAKE (to->key_flags, from->key_flags);
  to->keys_size = from->keys_size;
  to->nodes_size = from->nodes_size;
  TAKE (tree->key, part->key);
  tree->n_keys = part->n_keys;
  TAKE (tree->parent, part->parent);
  TAKE (tree->node_key, part->node_key);
  tree->n_nodes = part->n_nodes;
}

/* By key of the part: that of the tree, made where there is none. */
static uint32_t *
merge_keys (HvTree *tree, const HvTree *part)
{
  uint32_t *image = g_new (uint32_t, MAX (1, part->n_keys));
  g_autofree const char **identity = g_new (const char *, MAX (1, part->n_keys));
  GHashTableIter iter;
  gpointer text, id;

  g_hash_table_iter_init (&iter, part->tables->key_ids);
  while (g_hash_table_iter_next (&iter, &text, &id))
    identity[GPOINTER_TO_UINT (id) - 1] = text;
  for (uint32_t k = 0; k < part->n_keys; k++)
    {
      const HvKey *from = &part->key[k];
      uint8_t flags = part->tables->key_flags[k];
      uint32_t known = tree->n_keys;

      image[k] = _hv_tree_intern_key (tree, identity[k], from);
      HvKey *key = &tree->key[image[k]];
      if (image[k] < known && flags & HV_KEY_DESCRIBED)
        {
          key->function = from->function;
          key->module = from->module;
          key->file = from->file;
          key->line = from->line;
        }
      if (flags & HV_KEY_OF_FUNCTION && strcmp (key->label, from->label) != 0)
        flags |= HV_KEY_MIXED;
      tree->tables->key_flags[image[k]] |= flags;
      /* a line's function came before it */
      if (from->function_key != k)
        key->function_key = image[from->function_key];
    }
  return image;
}

/* By node of the part: that of the tree, made where there is none. */
static uint32_t *
merge_nodes (HvTree *tree, const HvTree *part, const uint32_t *key_image)
{
  uint32_t *image = hv_large_new (uint32_t, part->n_nodes);
  uint32_t next = 1, n_new = 0, n_known = tree->n_nodes;

  image[0] = 0;
  for (uint32_t n = 1; n < part->n_nodes; n++)
    {
      uint32_t above = image[part->parent[n]], key = key_image[part->node_key[n]], found = 0;
      /* two runs of one program come by its stacks in much the same order */
      if (next < n_known && tree->parent[next] == above && tree->node_key[next] == key)
        found = next;
      else if (above != NO_IMAGE)
        found = hv_child_map_find (&tree->tables->children, above, key);
      image[n] = found ? found : NO_IMAGE;
      n_new += !found;
      next = found ? found + 1 : next;
    }
  hv_child_map_clear (&tree->tables->children);
  _hv_tree_reserve (tree, n_known + n_new);
  for (uint32_t n = 1; n_new && n < part->n_nodes; n++)
    if (image[n] == NO_IMAGE)
      {
        image[n] = tree->n_nodes++;
        tree->parent[image[n]] = image[part->parent[n]];
        tree->node_key[image[n]] = key_image[part->node_key[n]];
      }
  return image;
}

typedef struct
{
  HvTree *tree;
  guint side;
  const Part *part;
  const uint32_t *image;
} Costs;

static gpointer
add_side_costs (gpointer data)
{
  const Costs *costs = data;

  _hv_tree_make_side_costs (costs->tree, costs->side);
  _hv_tree_add_costs (costs->tree, costs->side, costs->part->from, costs->part->found.site_node,
                      costs->image);
  return NULL;
}

/* `image`: of current's nodes. */
static void
add_costs (HvTree *tree, const Part *parts, const uint32_t *image)
{
  tree->tables->nodes_size = tree->n_nodes;
  Costs base = { tree, HV_SIDE_BASE, &parts[HV_SIDE_BASE], NULL };
  Costs current = { tree, HV_SIDE_CURRENT, &parts[HV_SIDE_CURRENT], image };
  GThread *thread = _hv_tree_fork (tree->n_nodes, add_side_costs, &base);

  add_side_costs (&current);
  _hv_tree_join (thread);
  tree->tables->costs = TRUE;
}

gboolean
_hv_tree_add_sides (HvTree *tree, const HvTreeSide *sides, GError **error)
{
  Part parts[HV_N_SIDES] = { 0 };
  Part *base = &parts[HV_SIDE_BASE], *current = &parts[HV_SIDE_CURRENT];

  for (guint i = 0; i < HV_N_SIDES; i++)
    {
      parts[i].tree = _hv_tree_new_part (tree);
      parts[i].from = &sides[i];
      parts[i].other_paths = sides[1 - i].paths;
    }
  GThread *thread = _hv_tree_fork (
      MAX (base->from->profile->n_nodes, current->from->profile->n_nodes), add_part, current);
  add_part (base);
  _hv_tree_join (thread);

  gboolean ok = base->ok && current->ok;
  if (ok)
    {
      /* base first, so that the current side has the last word on a key's source line */
      take_part (tree, base->tree);
      hv_child_map_clear (&current->tree->tables->children);
      g_autofree uint32_t *key_image = merge_keys (tree, current->tree);
      g_autofree uint32_t *image = merge_nodes (tree, current->tree, key_image);
      for (guint i = 0; i < HV_N_SIDES; i++)
        {
          tree->dropped[i] += parts[i].tree->dropped[0];
          tree->folded_of[i] = parts[i].tree->folded_of[0];
          tree->folded |= parts[i].tree->folded;
          g_clear_pointer (&parts[i].tree, hv_tree_free);
        }
      add_costs (tree, parts, image);
    }
  else
    {
      Part *first = base->ok ? current : base;
      g_propagate_error (error, g_steal_pointer (&first->error));
    }
  for (guint i = 0; i < HV_N_SIDES; i++)
    {
      g_free (parts[i].found.site_node);
      g_clear_error (&parts[i].error);
      hv_tree_free (parts[i].tree);
    }
  return ok;
}
