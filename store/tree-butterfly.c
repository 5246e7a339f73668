/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tree-private.h"

/* By node: 0 outside, OUTERMOST where the function is entered, INSIDE what is below that. */
enum
{
  OUTERMOST = 1,
  INSIDE = 2
};

static uint8_t *
find_calls (const HvTree *tree, uint32_t key)
{
  uint8_t *at = g_new0 (uint8_t, tree->n_nodes);

  for (uint32_t n = 1; n < tree->n_nodes; n++)
    if (at[tree->parent[n]])
      at[n] = INSIDE;
    else if (tree->node_key[n] == key)
      at[n] = OUTERMOST;
  return at;
}

static void
give (HvTree *tree, uint32_t node, int64_t *const from[HV_N_SIDES][HV_N_SLOTS], uint32_t n)
{
  for (guint side = 0; side < tree->n_sides; side++)
    for (int slot = 0; slot < HV_N_SLOTS; slot++)
      tree->self[side][slot][node] += from[side][slot][n];
}

HvTree *
hv_tree_new_callers (const HvTree *tree, uint32_t key)
{
  g_return_val_if_fail (!tree->options.bottom_up, NULL);
  g_autofree uint8_t *calls = find_calls (tree, key);
  HvTree *callers = _hv_tree_new_like (tree);

  for (uint32_t n = 1; n < tree->n_nodes; n++)
    {
      uint32_t at = 0;
      if (calls[n] != OUTERMOST)
        continue;
      for (uint32_t up = tree->parent[n]; up; up = tree->parent[up])
        at = _hv_tree_child (callers, at, tree->node_key[up]);
      give (callers, at, tree->incl, n);
    }
  callers->options.bottom_up = TRUE;
  _hv_tree_finish (callers, TRUE);
  return callers;
}

HvTree *
hv_tree_new_callees (const HvTree *tree, uint32_t key)
{
  g_return_val_if_fail (!tree->options.bottom_up, NULL);
  g_autofree uint8_t *calls = find_calls (tree, key);
  g_autofree uint32_t *image = g_new0 (uint32_t, tree->n_nodes);
  HvTree *callees = _hv_tree_new_like (tree);

  for (uint32_t n = 1; n < tree->n_nodes; n++)
    {
      if (!calls[n])
        continue;
      if (calls[n] == INSIDE)
        image[n] = _hv_tree_child (callees, image[tree->parent[n]], tree->node_key[n]);
      give (callees, image[n], tree->self, n);
    }
  _hv_tree_finish (callees, TRUE);
  return callees;
}
