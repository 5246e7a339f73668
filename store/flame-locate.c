/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flame-layout.h"

/* Where something is in a layout, and which part of it is looked at. */

HvFlameViewport
hv_flame_viewport_clamp (HvFlameViewport viewport, double width)
{
  /* Also of what is no number. */
  if (!(viewport.scale > 1))
    return (HvFlameViewport){ .scale = 1 };
  viewport.scale = MIN (viewport.scale, HV_FLAME_MAX_SCALE);
  double most = MAX (width, 0) * (viewport.scale - 1);
  viewport.offset = viewport.offset > 0 ? MIN (viewport.offset, most) : 0;
  return viewport;
}

HvFlameViewport
hv_flame_viewport_zoom (HvFlameViewport viewport, double width, double x, double factor)
{
  viewport = hv_flame_viewport_clamp (viewport, width);
  double before = viewport.scale;

  viewport.scale = CLAMP (before * factor, 1, HV_FLAME_MAX_SCALE);
  viewport.offset = (viewport.offset + x) * (viewport.scale / before) - x;
  return hv_flame_viewport_clamp (viewport, width);
}

HvFlameViewport
hv_flame_viewport_reveal (HvFlameViewport viewport, double width, double x0, double x1)
{
  if (x0 <= 0 && x1 >= width)
    return viewport;
  if (x0 < 0 || x1 > width)
    viewport.offset += x0 < 0 || x1 - x0 > width ? x0 : x1 - width;
  return hv_flame_viewport_clamp (viewport, width);
}

uint32_t
hv_flame_layout_hit (const HvFlameLayout *layout, uint32_t row, double x, double slack)
{
  if (row >= layout->n_rows)
    return HV_FLAME_NO_BOX;

  uint32_t first = layout->row_start[row], low = first, high = layout->row_start[row + 1];

  /* low: the first box that starts right of x */
  while (low < high)
    {
      uint32_t middle = low + (high - low) / 2;

      if (layout->box[middle].x0 <= x)
        low = middle + 1;
      else
        high = middle;
    }
  if (low > first && x < layout->box[low - 1].x1)
    return low - 1;

  uint32_t nearest = HV_FLAME_NO_BOX;
  double distance = slack;
  for (uint32_t i = low > first ? low - 1 : low; i <= low && i < layout->row_start[row + 1]; i++)
    {
      const HvFlameBox *box = &layout->box[i];
      double away = x < box->x0 ? box->x0 - x : x - box->x1;

      if (box->x1 - box->x0 < slack && away < distance)
        {
          nearest = i;
          distance = away;
        }
    }
  return nearest;
}

uint32_t
hv_flame_layout_find (const HvFlameLayout *layout, const HvTree *tree, uint32_t node, guint forest)
{
  uint32_t at = HV_FLAME_NO_BOX;

  if (node >= tree->n_nodes)
    return at;
  g_autoptr (GArray) path = hv_tree_path (tree, node);
  for (uint32_t i = 0; layout->n_rows > 0 && i < layout->row_start[1]; i++)
    if (layout->box[i].forest == forest)
      at = i;
  for (guint step = 0; at != HV_FLAME_NO_BOX && step < path->len; step++)
    {
      uint32_t next = g_array_index (path, uint32_t, step), below = HV_FLAME_NO_BOX;
      const HvFlameBox *above = &layout->box[at];

      for (uint32_t i = above->first_child; i < above->first_child + above->n_children; i++)
        if (layout->box[i].merged == 0 && layout->box[i].node == next)
          below = i;
      if (below == HV_FLAME_NO_BOX)
        break;
      at = below;
    }
  return at;
}
