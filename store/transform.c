/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transform.h"

#include "tree-private.h"

#include <string.h>

static gboolean
is_of_path (HvTransformKind kind)
{
  return kind == HV_TRANSFORM_FOCUS_PATH || kind == HV_TRANSFORM_HIDE_PATH;
}

HvTransform *
hv_transform_new (HvTransformKind kind, const HvTree *tree, uint32_t node)
{
  g_return_val_if_fail (!tree->options.bottom_up || !is_of_path (kind), NULL);
  if (node == 0 || node >= tree->n_nodes)
    return NULL;

  const HvKey *key = &tree->key[tree->node_key[node]];
  if (kind == HV_TRANSFORM_COLLAPSE_MODULE && *key->module == '\0')
    return NULL;
  HvTransform *transform = g_atomic_rc_box_new0 (HvTransform);
  transform->kind = kind;
  transform->group = tree->options.group;
  transform->label = g_strdup (key->label);
  transform->module = g_strdup (key->module);
  if (is_of_path (kind))
    {
      g_autoptr (GArray) nodes = hv_tree_path (tree, node);
      transform->path = g_new0 (char *, 2 * (gsize) nodes->len + 1);
      for (guint i = 0; i < nodes->len; i++)
        {
          key = &tree->key[tree->node_key[g_array_index (nodes, uint32_t, i)]];
          transform->path[2 * i] = g_strdup (key->label);
          transform->path[2 * i + 1] = g_strdup (key->module);
        }
    }
  return transform;
}

HvTransform *
hv_transform_restore (HvTransformKind kind, HvGroup group, const char *label, const char *module,
                      const char *const *path)
{
  guint n = is_of_path (kind) ? g_strv_length ((char **) path) : 0;

  if (kind >= HV_N_TRANSFORMS || group >= HV_N_GROUPS || *label == '\0'
      || (kind == HV_TRANSFORM_COLLAPSE_MODULE && *module == '\0')
      || (is_of_path (kind) && (n == 0 || n % 2 != 0)))
    return NULL;
  HvTransform *transform = g_atomic_rc_box_new0 (HvTransform);
  transform->kind = kind;
  transform->group = group;
  transform->label = g_strdup (label);
  transform->module = g_strdup (module);
  if (is_of_path (kind))
    transform->path = g_strdupv ((char **) path);
  return transform;
}

gboolean
hv_transform_applies (const HvTransform *transform, HvGroup group)
{
  HvGroup groups[] = { transform->group, group };

  /* Rows by call path are of the same tree; those by thread or task have a frame more on top. */
  for (gsize i = 0; i < G_N_ELEMENTS (groups); i++)
    if (groups[i] == HV_GROUP_STACK
        || ((groups[i] == HV_GROUP_THREAD || groups[i] == HV_GROUP_TASK)
            && !is_of_path (transform->kind)))
      groups[i] = HV_GROUP_FUNCTION;
  return groups[0] == groups[1] || (groups[0] == HV_GROUP_FUNCTION && group == HV_GROUP_LINE);
}

HvTransform *
hv_transform_ref (HvTransform *transform)
{
  return g_atomic_rc_box_acquire (transform);
}

static void
transform_clear (gpointer data)
{
  HvTransform *transform = data;

  g_free (transform->label);
  g_free (transform->module);
  g_strfreev (transform->path);
}

void
hv_transform_unref (HvTransform *transform)
{
  g_atomic_rc_box_release_full (transform, transform_clear);
}

/* One transform being applied. Arrays are by node of the tree as it was. */
typedef struct
{
  const HvTransform *what;
  const HvTree *tree;
  const uint32_t *parent, *node_key;
  uint8_t *match;   /* by key: the transform is about it */
  uint32_t *inside; /* the outermost that matches of the node and its callers; 0: none */
  uint8_t *at;      /* the node ends the path; NULL: the transform is about a key */
} Work;

/* Two profiles may have a library at two paths. */
static gboolean
is_module (const HvKey *key, const char *module)
{
  return strcmp (hv_basename (key->module), hv_basename (module)) == 0;
}

/* In a tree by line a function has many keys. */
static gboolean
is_key (const HvTree *tree, uint32_t k, const char *label, const char *module)
{
  const HvKey *key = &tree->key[k];

  return (strcmp (key->label, label) == 0
          || strcmp (tree->key[key->function_key].label, label) == 0)
         && is_module (key, module);
}

/* Marks the nodes at the path: in a tree by line there may be several. */
static void
find_path (const Work *work, uint32_t n_nodes)
{
  char **path = work->what->path;
  g_autofree uint32_t *depth = g_new0 (uint32_t, n_nodes); /* + 1; 0: not on the path */

  depth[0] = 1;
  /* A child's number is higher than its parent's. */
  for (uint32_t n = 1; n < n_nodes; n++)
    {
      uint32_t above = depth[work->parent[n]];
      char **name = above ? path + 2 * (gsize) (above - 1) : NULL;
      if (name && name[0] && is_key (work->tree, work->node_key[n], name[0], name[1]))
        {
          depth[n] = above + 1;
          work->at[n] = name[2] == NULL;
        }
    }
}

/* Whether the cost of a node itself goes. */
static gboolean
drops (const Work *work, uint32_t n)
{
  switch (work->what->kind)
    {
    case HV_TRANSFORM_FOCUS:
    case HV_TRANSFORM_FOCUS_PATH:
      return !work->inside[n];
    case HV_TRANSFORM_FOCUS_SELF:
      return n == 0 || !work->match[work->node_key[n]];
    case HV_TRANSFORM_DROP:
      return work->inside[n] != 0;
    case HV_TRANSFORM_HIDE:
    case HV_TRANSFORM_HIDE_PATH:
    case HV_TRANSFORM_COLLAPSE:
    case HV_TRANSFORM_COLLAPSE_MODULE:
    case HV_TRANSFORM_COLLAPSE_RECURSION:
    case HV_TRANSFORM_COLLAPSE_DIRECT:
    case HV_N_TRANSFORMS:
      break;
    }
  return FALSE;
}

/* The node of the tree as it was on which `n` falls; `n` itself when it stays. */
static uint32_t
falls_on (const Work *work, uint32_t n)
{
  uint32_t parent = work->parent[n];
  gboolean match = work->match[work->node_key[n]];

  switch (work->what->kind)
    {
    case HV_TRANSFORM_HIDE:
      return match ? parent : n;
    case HV_TRANSFORM_HIDE_PATH:
      return work->at[n] ? parent : n;
    case HV_TRANSFORM_COLLAPSE:
      return work->inside[parent] ? parent : n;
    case HV_TRANSFORM_COLLAPSE_MODULE:
    case HV_TRANSFORM_COLLAPSE_DIRECT:
      return match && parent && work->match[work->node_key[parent]] ? parent : n;
    case HV_TRANSFORM_COLLAPSE_RECURSION:
      return match && work->inside[parent] ? work->inside[parent] : n;
    case HV_TRANSFORM_FOCUS:
    case HV_TRANSFORM_FOCUS_PATH:
    case HV_TRANSFORM_FOCUS_SELF:
    case HV_TRANSFORM_DROP:
    case HV_N_TRANSFORMS:
      break;
    }
  return n;
}

/* What a module's calls are shown as. */
static uint32_t
module_key (HvTree *tree, const char *module)
{
  g_autofree char *identity = g_strconcat ("collapsed\x1f", module, NULL);
  g_autofree char *label = g_strdup_printf ("[%s]", hv_basename (module));
  HvKey key = { .label = label, .function = "", .module = module, .file = "" };

  return _hv_tree_intern_key (tree, identity, &key);
}

void
_hv_tree_transform (HvTree *tree, const HvTransform *what)
{
  HvTreeNodes old = _hv_tree_take_nodes (tree);
  g_autofree uint8_t *match = g_new0 (uint8_t, MAX (1, tree->n_keys));
  g_autofree uint32_t *inside = g_new0 (uint32_t, old.n);
  g_autofree uint8_t *needed = g_new0 (uint8_t, old.n);
  g_autofree uint32_t *image = g_new0 (uint32_t, old.n);
  gboolean module = what->kind == HV_TRANSFORM_COLLAPSE_MODULE;
  g_autofree uint8_t *at = what->path ? g_new0 (uint8_t, old.n) : NULL;
  Work work = { what, tree, old.parent, old.node_key, match, inside, at };

  for (uint32_t k = 0; k < tree->n_keys; k++)
    match[k] = module ? is_module (&tree->key[k], what->module)
                      : is_key (tree, k, what->label, what->module);
  if (at)
    find_path (&work, old.n);
  for (uint32_t n = 1; n < old.n; n++)
    if (inside[old.parent[n]])
      inside[n] = inside[old.parent[n]];
    else if (at ? at[n] : match[old.node_key[n]])
      inside[n] = n;
  for (uint32_t n = old.n; n-- > 0;)
    {
      gboolean drop = drops (&work, n);
      for (guint side = 0; side < tree->n_sides; side++)
        {
          int64_t cost = old.self[side][HV_SLOT_COST][n];
          if (drop)
            tree->dropped[side] += cost;
          else
            needed[n] |= cost || old.self[side][HV_SLOT_PARTNER][n];
        }
      if (n && needed[n])
        needed[old.parent[n]] = TRUE;
    }
  uint32_t collapsed = module ? module_key (tree, what->module) : 0;
  for (uint32_t n = 1; n < old.n; n++)
    {
      uint32_t on = falls_on (&work, n);
      if (needed[n] && on != n)
        image[n] = image[on];
      else if (needed[n])
        image[n] = _hv_tree_child (tree, image[old.parent[n]],
                                   module && match[old.node_key[n]] ? collapsed : old.node_key[n]);
    }
  for (uint32_t n = 0; n < old.n; n++)
    if (!drops (&work, n))
      _hv_tree_give (tree, image[n], &old, n);
  _hv_tree_nodes_clear (&old);
}
