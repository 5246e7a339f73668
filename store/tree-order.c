/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "large-array.h"
#include "tree-private.h"

#include <string.h>

/* The end of making a tree: nodes are summed, and children put in order. */

/* Nodes from which on a second thread is worth its while. */
#define LARGE 50000

/* Up to so many children are sorted by moving them. */
#define FEW 8

typedef struct
{
  const HvTree *tree;
  const int64_t *weight, *weight2;
} Order;

static int
compare_children (gconstpointer a, gconstpointer b, gpointer user)
{
  const Order *order = user;
  uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;

  if (order->weight[x] != order->weight[y])
    return order->weight[x] > order->weight[y] ? -1 : 1;
  if (order->weight2 && order->weight2[x] != order->weight2[y])
    return order->weight2[x] > order->weight2[y] ? -1 : 1;
  int by_label = strcmp (hv_tree_label (order->tree, x), hv_tree_label (order->tree, y));
  return by_label ? by_label : (x > y) - (x < y);
}

/* Most nodes have two or three. */
static void
sort_few (uint32_t *child, uint32_t count, Order *order)
{
  for (uint32_t i = 1; i < count; i++)
    {
      uint32_t moved = child[i], at = i;
      for (; at > 0 && compare_children (&child[at - 1], &moved, order) > 0; at--)
        child[at] = child[at - 1];
      child[at] = moved;
    }
}

void
_hv_tree_set_order (HvTree *tree, const int64_t *weight, const int64_t *weight2)
{
  tree->tables->weight = weight;
  tree->tables->weight2 = weight2;
}

gboolean
_hv_tree_is_before (const HvTree *tree, uint32_t a, uint32_t b)
{
  Order order = { tree, tree->tables->weight, tree->tables->weight2 };
  uint32_t x = a, y = b, below_a = 0, below_b = 0;

  /* parents have lower numbers */
  while (x != y)
    if (x > y)
      {
        below_a = x;
        x = tree->parent[x];
      }
    else
      {
        below_b = y;
        y = tree->parent[y];
      }
  if (below_a == 0 || below_b == 0)
    return below_a == 0;
  if (order.weight == NULL)
    return below_a < below_b;
  return compare_children (&below_a, &below_b, &order) < 0;
}

void
_hv_tree_sort (HvTree *tree, const int64_t *weight, const int64_t *weight2)
{
  Order order = { tree, weight, weight2 };

  _hv_tree_set_order (tree, weight, weight2);
  for (uint32_t n = 0; n < tree->n_nodes; n++)
    {
      uint32_t count = tree->child_start[n + 1] - tree->child_start[n];
      if (count > 1 && count <= FEW)
        sort_few (tree->child + tree->child_start[n], count, &order);
      else if (count > FEW)
        g_qsort_with_data (tree->child + tree->child_start[n], (gint) count, sizeof (uint32_t),
                           compare_children, &order);
    }
}

GThread *
_hv_tree_fork (uint32_t n_nodes, GThreadFunc func, gpointer data)
{
  GThread *thread = n_nodes >= LARGE ? g_thread_try_new ("tree", func, data, NULL) : NULL;

  if (thread == NULL)
    func (data);
  return thread;
}

void
_hv_tree_join (GThread *thread)
{
  if (thread)
    g_thread_join (thread);
}

typedef struct
{
  HvTree *tree;
  guint side;
} Sum;

static void
sum_slot (HvTree *tree, guint side, int slot)
{
  uint32_t n = tree->n_nodes;
  int64_t *incl = hv_large_new (int64_t, n);

  memcpy (incl, tree->self[side][slot], n * sizeof (int64_t));
  for (uint32_t i = n; i-- > 1;)
    incl[tree->parent[i]] += incl[i];
  tree->incl[side][slot] = incl;
}

static gpointer
sum_side (gpointer data)
{
  const Sum *sum = data;

  sum_slot (sum->tree, sum->side, HV_SLOT_COST);
  return NULL;
}

static gpointer
sum_partners (gpointer data)
{
  HvTree *tree = data;

  for (guint side = 0; side < tree->n_sides; side++)
    sum_slot (tree, side, HV_SLOT_PARTNER);
  return NULL;
}

/* The costs' sums, of two sides at once. */
static void
sum_costs (HvTree *tree)
{
  Sum base = { tree, HV_SIDE_BASE };
  GThread *thread = NULL;

  if (tree->n_sides == HV_N_SIDES)
    thread = _hv_tree_fork (tree->n_nodes, sum_side, &base);
  sum_slot (tree, HV_SIDE_CURRENT, HV_SLOT_COST);
  _hv_tree_join (thread);
}

void
_hv_tree_finish (HvTree *tree, gboolean sort)
{
  uint32_t n = tree->n_nodes;

  hv_child_map_clear (&tree->tables->children);
  if (tree->options.rows_alone)
    {
      /* before the sums take room */
      if (tree->options.group != HV_GROUP_STACK)
        tree->tables->inside = _hv_tree_find_recursion (tree);
      sum_costs (tree);
      if (sort)
        _hv_tree_set_order (tree, tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST], NULL);
      return;
    }
  GThread *partners = _hv_tree_fork (n, sum_partners, tree);
  for (guint side = 0; side < tree->n_sides; side++)
    sum_slot (tree, side, HV_SLOT_COST);
  tree->child_start = hv_large_new0 (uint32_t, (gsize) n + 2);
  tree->child = hv_large_new (uint32_t, n);
  /* counted two slots up, so that filling leaves child_start[i] at the start of i */
  for (uint32_t i = 1; i < n; i++)
    tree->child_start[tree->parent[i] + 2]++;
  for (uint32_t i = 1; i <= n; i++)
    tree->child_start[i + 1] += tree->child_start[i];
  for (uint32_t i = 1; i < n; i++)
    tree->child[tree->child_start[tree->parent[i] + 1]++] = i;
  if (sort)
    _hv_tree_sort (tree, tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST], NULL);
  _hv_tree_join (partners);
}
