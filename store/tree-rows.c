/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "large-array.h"
#include "tree-private.h"

#include <string.h>

/* What a row or node weighs over its sides, for choosing and ordering. */
static int64_t
weight_of (const HvTree *tree, int64_t *const cost[HV_N_SIDES][HV_N_SLOTS], uint32_t n)
{
  int64_t weight = 0;

  for (guint side = 0; side < tree->n_sides; side++)
    weight = MAX (weight, ABS (cost[side][HV_SLOT_COST][n]));
  return weight;
}

static void
row_add (HvRow *row, const HvTree *tree, uint32_t node, gboolean self, gboolean inclusive)
{
  for (guint side = 0; side < tree->n_sides; side++)
    for (int slot = 0; slot < HV_N_SLOTS; slot++)
      {
        if (self)
          row->self[side][slot] += tree->self[side][slot][node];
        if (inclusive && tree->incl[side][slot])
          row->incl[side][slot] += tree->incl[side][slot][node];
      }
}

static double
variance_of (const HvTree *tree, uint32_t node)
{
  double variance = 0;

  for (guint side = 0; side < tree->n_sides; side++)
    if (tree->variance[side])
      variance += tree->variance[side][node];
  return variance;
}

static gboolean
row_is_empty (const HvRow *row)
{
  for (int side = 0; side < HV_N_SIDES; side++)
    for (int slot = 0; slot < HV_N_SLOTS; slot++)
      if (row->self[side][slot] || row->incl[side][slot])
        return FALSE;
  return TRUE;
}

/* Of its own. */
static inline gboolean
has_cost (const HvTree *tree, uint32_t node)
{
  int64_t any = 0;

  for (guint side = 0; side < tree->n_sides; side++)
    any |= tree->self[side][HV_SLOT_COST][node] | tree->self[side][HV_SLOT_PARTNER][node];
  return any != 0;
}

/* There are as many as nodes: each is made when it is looked at. */
static void
each_row_by_stack (const HvTree *tree, HvRowFunc func, gpointer user)
{
  for (uint32_t n = 0; n < tree->n_nodes; n++)
    {
      if (!has_cost (tree, n))
        continue;
      HvRow row = { .key = tree->node_key[n], .node = n };
      row_add (&row, tree, n, TRUE, FALSE);
      row_add (&row, tree, n, FALSE, TRUE);
      row.variance = variance_of (tree, n);
      func (&row, user);
    }
}

static GArray *
rows_by_top (const HvTree *tree)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (HvRow));
  g_autofree uint32_t *row_of = g_new0 (uint32_t, tree->n_nodes);

  for (uint32_t n = 1; n < tree->n_nodes; n++)
    {
      if (tree->parent[n] == 0)
        {
          HvRow row = { .key = tree->node_key[n], .node = n };
          row_add (&row, tree, n, FALSE, TRUE);
          memcpy (row.self, row.incl, sizeof row.self);
          row_of[n] = rows->len;
          g_array_append_val (rows, row);
        }
      else
        row_of[n] = row_of[tree->parent[n]];
      /* the variance of a thread or task is its stacks' */
      for (guint side = 0; side < tree->n_sides; side++)
        if (tree->variance[side])
          g_array_index (rows, HvRow, row_of[n]).variance += tree->variance[side][n];
    }
  return rows;
}

gboolean
_hv_tree_walk_init (HvTreeWalk *walk, const HvTree *tree)
{
  *walk = (HvTreeWalk){ .tree = tree, .size = 64 };
  walk->next = g_new (uint32_t, walk->size);
  walk->next[0] = tree->child_start[0];
  return TRUE;
}

gboolean
_hv_tree_walk_next (HvTreeWalk *walk)
{
  const HvTree *tree = walk->tree;
  uint32_t n = walk->node;

  if (walk->leaving && n == 0)
    return FALSE;
  if (walk->leaving)
    {
      n = tree->parent[n];
      walk->depth--;
    }
  walk->leaving = walk->next[walk->depth] == tree->child_start[n + 1];
  if (!walk->leaving)
    {
      n = tree->child[walk->next[walk->depth]++];
      if (++walk->depth == walk->size)
        {
          walk->size *= 2;
          walk->next = g_renew (uint32_t, walk->next, walk->size);
        }
      walk->next[walk->depth] = tree->child_start[n];
    }
  walk->node = n;
  return TRUE;
}

void
_hv_tree_walk_clear (HvTreeWalk *walk)
{
  g_clear_pointer (&walk->next, g_free);
}

uint8_t *
_hv_tree_find_recursion (const HvTree *tree)
{
  uint32_t n_nodes = tree->n_nodes;
  uint8_t *inside = hv_large_new0 (uint8_t, n_nodes);
  /* by node, first how many are there and below, then the end of their range */
  g_autofree uint32_t *end = hv_large_new (uint32_t, n_nodes);
  g_autofree uint32_t *order = hv_large_new (uint32_t, n_nodes);
  g_autofree uint32_t *key_end = g_new0 (uint32_t, MAX (1, tree->n_keys));

  for (uint32_t n = 0; n < n_nodes; n++)
    end[n] = 1;
  for (uint32_t n = n_nodes; n-- > 1;)
    end[tree->parent[n]] += end[n];
  end[0] = 1;
  for (uint32_t n = 1; n < n_nodes; n++)
    {
      uint32_t at = end[tree->parent[n]];
      end[tree->parent[n]] += end[n];
      end[n] = at + 1;
      order[at] = n;
    }
  for (uint32_t i = 1; i < n_nodes; i++)
    {
      uint32_t n = order[i], *of_key = &key_end[tree->node_key[n]];
      if (i < *of_key)
        inside[n] = TRUE;
      else
        *of_key = end[n];
    }
  return inside;
}

/* Added up depth first: the sum of such numbers depends on their order. */
static void
add_variances (const HvTree *tree, GArray *rows)
{
  HvTreeWalk walk;

  for (gboolean more = _hv_tree_walk_init (&walk, tree); more; more = _hv_tree_walk_next (&walk))
    {
      uint32_t n = walk.node, k = n ? tree->node_key[n] : tree->n_keys;
      for (guint side = 0; !walk.leaving && side < tree->n_sides; side++)
        g_array_index (rows, HvRow, k).variance += tree->variance[side][n];
    }
  _hv_tree_walk_clear (&walk);
}

static GArray *
rows_by_key (const HvTree *tree)
{
  uint32_t none = tree->n_keys; /* the root's own cost */
  GArray *rows = g_array_sized_new (FALSE, TRUE, sizeof (HvRow), tree->n_keys + 1);
  g_autofree uint8_t *found = tree->tables->inside ? NULL : _hv_tree_find_recursion (tree);
  const uint8_t *inside = found ? found : tree->tables->inside;
  struct Best
  {
    int64_t self, incl;
  };
  g_autofree struct Best *best = g_new (struct Best, tree->n_keys + 1);

  g_array_set_size (rows, tree->n_keys + 1);
  for (uint32_t k = 0; k <= tree->n_keys; k++)
    {
      g_array_index (rows, HvRow, k).key = k == none ? HV_NO_KEY : k;
      best[k] = (struct Best){ -1, -1 };
    }

  for (uint32_t n = 0; n < tree->n_nodes; n++)
    {
      uint32_t k = n ? tree->node_key[n] : none;
      HvRow *row = &g_array_index (rows, HvRow, k);
      /* the root is no row of everything, only of what has no frame */
      int64_t self = weight_of (tree, tree->self, n), incl = weight_of (tree, tree->incl, n);
      row_add (row, tree, n, TRUE, n != 0 && !inside[n]);
      if (self > best[k].self || (self == best[k].self && incl > best[k].incl))
        {
          best[k].self = self;
          best[k].incl = incl;
          row->node = n;
        }
      else if (self == best[k].self && incl == best[k].incl
               && _hv_tree_is_before (tree, n, row->node))
        row->node = n;
    }
  if (tree->variance[0])
    add_variances (tree, rows);
  memcpy (g_array_index (rows, HvRow, none).incl, g_array_index (rows, HvRow, none).self,
          sizeof (g_array_index (rows, HvRow, none).incl));

  guint kept = 0;
  for (guint i = 0; i < rows->len; i++)
    if (!row_is_empty (&g_array_index (rows, HvRow, i)))
      g_array_index (rows, HvRow, kept++) = g_array_index (rows, HvRow, i);
  g_array_set_size (rows, kept);
  return rows;
}

static int
compare_rows (gconstpointer a, gconstpointer b, gpointer user)
{
  const HvTree *tree = user;
  const HvRow *x = a, *y = b;
  int64_t self_x = MAX (x->self[0][0], x->self[1][0]), self_y = MAX (y->self[0][0], y->self[1][0]);
  int64_t incl_x = MAX (x->incl[0][0], x->incl[1][0]), incl_y = MAX (y->incl[0][0], y->incl[1][0]);

  if (self_x != self_y)
    return self_x > self_y ? -1 : 1;
  if (incl_x != incl_y)
    return incl_x > incl_y ? -1 : 1;
  int by_label = strcmp (x->key == HV_NO_KEY ? "" : tree->key[x->key].label,
                         y->key == HV_NO_KEY ? "" : tree->key[y->key].label);
  return by_label ? by_label : (x->node > y->node) - (x->node < y->node);
}

typedef struct
{
  const GArray *rows;
  guint size;
  GCompareDataFunc compare;
  gpointer user;
} RowOrder;

static int
compare_numbers (gconstpointer a, gconstpointer b, gpointer user)
{
  const RowOrder *order = user;
  const char *data = order->rows->data;

  return order->compare (data + *(const uint32_t *) a * (gsize) order->size,
                         data + *(const uint32_t *) b * (gsize) order->size, order->user);
}

void
_hv_tree_sort_rows (GArray *rows, GCompareDataFunc compare, gpointer user)
{
  RowOrder order = { rows, g_array_get_element_size (rows), compare, user };
  g_autofree uint32_t *number = g_new (uint32_t, rows->len);
  g_autofree char *sorted = g_malloc ((gsize) rows->len * order.size);

  for (uint32_t i = 0; i < rows->len; i++)
    number[i] = i;
  g_qsort_with_data (number, (gint) rows->len, sizeof *number, compare_numbers, &order);
  for (uint32_t i = 0; i < rows->len; i++)
    memcpy (sorted + i * (gsize) order.size, rows->data + number[i] * (gsize) order.size,
            order.size);
  if (rows->len)
    memcpy (rows->data, sorted, (gsize) rows->len * order.size);
}

void
_hv_tree_each_row (const HvTree *tree, HvRowFunc func, gpointer user)
{
  HvGroup group = tree->options.group;

  if (group == HV_GROUP_STACK)
    {
      each_row_by_stack (tree, func, user);
      return;
    }
  g_autoptr (GArray) rows = group == HV_GROUP_THREAD || group == HV_GROUP_TASK ? rows_by_top (tree)
                                                                               : rows_by_key (tree);
  for (guint i = 0; i < rows->len; i++)
    func (&g_array_index (rows, HvRow, i), user);
}

static void
append_row (const HvRow *row, gpointer rows)
{
  g_array_append_vals (rows, row, 1);
}

GArray *
hv_tree_rows (const HvTree *tree)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (HvRow));

  _hv_tree_each_row (tree, append_row, rows);
  _hv_tree_sort_rows (rows, compare_rows, (gpointer) tree);
  return rows;
}

static inline gpointer
row_at (const HvTopRows *top, guint i)
{
  return top->first->data + (gsize) i * g_array_get_element_size (top->first);
}

static void
swap_rows (HvTopRows *top, guint i, guint j)
{
  char *a = row_at (top, i), *b = row_at (top, j);

  for (guint c = g_array_get_element_size (top->first); c > 0; c--, a++, b++)
    {
      char swap = *a;
      *a = *b;
      *b = swap;
    }
}

static gboolean
is_after (const HvTopRows *top, guint i, guint j)
{
  return top->compare (row_at (top, i), row_at (top, j), top->user) > 0;
}

static void
sift_down (HvTopRows *top, guint at)
{
  for (guint n = top->first->len; 2 * at + 1 < n;)
    {
      guint below = 2 * at + 1;
      below += below + 1 < n && is_after (top, below + 1, below);
      if (!is_after (top, below, at))
        return;
      swap_rows (top, at, below);
      at = below;
    }
}

void
_hv_top_rows_add (HvTopRows *top, gconstpointer row)
{
  guint n = top->first->len;

  if (n < top->most)
    {
      g_array_append_vals (top->first, row, 1);
      /* a heap only once there are more than are wanted */
      for (guint at = n / 2 + 1; n + 1 == top->most && at-- > 0;)
        sift_down (top, at);
      return;
    }
  if (n == 0 || top->compare (row, row_at (top, 0), top->user) >= 0)
    return;
  memcpy (row_at (top, 0), row, g_array_get_element_size (top->first));
  sift_down (top, 0);
}

void
_hv_top_rows_sort (HvTopRows *top)
{
  _hv_tree_sort_rows (top->first, top->compare, top->user);
}

typedef struct
{
  HvTopRows top;
  HvRowRest *rest;
} Sites;

static void
add_site (const HvRow *row, gpointer user)
{
  Sites *sites = user;

  /* what only calls others is no site */
  if (row->self[HV_SIDE_CURRENT][HV_SLOT_COST] == 0)
    return;
  hv_row_rest_add (sites->rest, row, 1);
  _hv_top_rows_add (&sites->top, row);
}

GArray *
hv_tree_top_sites (const HvTree *tree, guint most, HvRowRest *rest)
{
  Sites sites = { { .most = most, .compare = compare_rows, .user = (gpointer) tree }, rest };

  *rest = (HvRowRest){ 0 };
  sites.top.first = g_array_new (FALSE, FALSE, sizeof (HvRow));
  _hv_tree_each_row (tree, add_site, &sites);
  _hv_top_rows_sort (&sites.top);
  for (guint i = 0; i < sites.top.first->len; i++)
    hv_row_rest_add (rest, &g_array_index (sites.top.first, HvRow, i), -1);
  return sites.top.first;
}

void
hv_row_rest_add (HvRowRest *rest, const HvRow *row, int sign)
{
  for (int side = 0; side < HV_N_SIDES; side++)
    for (int slot = 0; slot < HV_N_SLOTS; slot++)
      rest->self[side][slot] += sign * row->self[side][slot];
  rest->n += (guint) sign;
}

char *
hv_key_path_name (const HvKey *key)
{
  return g_strconcat (key->label, "\n", key->module, NULL);
}

char **
hv_tree_path_names (const HvTree *tree, uint32_t node)
{
  g_autoptr (GArray) path = hv_tree_path (tree, node);
  char **names = g_new0 (char *, path->len + 1);

  for (guint i = 0; i < path->len; i++)
    names[i] = hv_key_path_name (&tree->key[tree->node_key[g_array_index (path, uint32_t, i)]]);
  return names;
}
