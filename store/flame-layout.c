/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "flame-layout.h"

#include <math.h>
#include <string.h>

/* A child on its way into the picture. */
typedef struct
{
  uint32_t node;
  int64_t value;
} Child;

typedef struct
{
  const HvFlameRequest *request;
  HvFlameView view;
  HvFlameOrder order;
  double scale, min_width; /* scale: px a unit */
  HvFlameViewport viewport;
  GArray *boxes;    /* HvFlameBox; in row order, so it is its own queue */
  GArray *children; /* Child; scratch */
  GArray *around;   /* uint32_t: the nodes from below the root to request->around */
  uint32_t *path;   /* nodes from the root to the zoom's root */
  uint32_t n_path;
  uint64_t n_merged;
  int64_t merged_value;
} Build;

static int64_t
add_saturated (int64_t a, int64_t b)
{
  int64_t sum;

  return __builtin_add_overflow (a, b, &sum) ? INT64_MAX : sum;
}

int64_t
hv_flame_value (const HvTree *tree, const HvDiff *diff, HvFlameView view, uint32_t node,
                guint forest)
{
  int64_t value = 0;

  switch (diff != NULL ? view : HV_FLAME_CURRENT)
    {
    case HV_FLAME_GROWTH:
      value = forest == HV_FLAME_GAIN ? diff->growth[node] : diff->shrink[node];
      break;
    case HV_FLAME_BASE:
      value = tree->incl[HV_SIDE_BASE][HV_SLOT_COST][node];
      break;
    case HV_FLAME_OVERLAY:
      /* Σ max (b, c) = Σ c + Σ max (b − c, 0): by call path, so that children still fit. */
      value = add_saturated (tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][node], diff->shrink[node]);
      break;
    case HV_FLAME_CURRENT:
    default:
      value = tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][node];
      break;
    }
  return MAX (value, 0);
}

static int64_t
node_value (const Build *build, uint32_t node, guint forest)
{
  return hv_flame_value (build->request->tree, build->request->diff, build->view, node, forest);
}

static void
add_costs (const Build *build, HvFlameBox *box, uint32_t node)
{
  const HvTree *tree = build->request->tree;
  const HvDiff *diff = build->request->diff;

  for (guint side = 0; side < MIN (tree->n_sides, HV_N_SIDES); side++)
    if (tree->incl[side][HV_SLOT_COST] != NULL)
      box->cost[side] = add_saturated (box->cost[side], tree->incl[side][HV_SLOT_COST][node]);
  if (diff != NULL)
    {
      box->growth = add_saturated (box->growth, diff->growth[node]);
      box->shrink = add_saturated (box->shrink, diff->shrink[node]);
    }
}

static int
compare_labels (const HvTree *tree, uint32_t a, uint32_t b)
{
  int order = strcmp (hv_tree_label (tree, a), hv_tree_label (tree, b));

  return order != 0 ? order : (a > b) - (a < b);
}

static int
compare_by_value (gconstpointer a, gconstpointer b, gpointer tree)
{
  const Child *one = a, *two = b;

  if (one->value != two->value)
    return one->value < two->value ? 1 : -1;
  return compare_labels (tree, one->node, two->node);
}

static int
compare_by_label (gconstpointer a, gconstpointer b, gpointer tree)
{
  return compare_labels (tree, ((const Child *) a)->node, ((const Child *) b)->node);
}

static HvFlameBox *
append_box (Build *build, uint32_t parent, uint32_t node, guint forest, int64_t value)
{
  HvFlameBox box = { .node = node, .value = value, .forest = forest, .parent = parent };

  if (parent != HV_FLAME_NO_BOX)
    {
      HvFlameBox *above = &g_array_index (build->boxes, HvFlameBox, parent);

      box.row = above->row + 1;
      if (above->n_children++ == 0)
        above->first_child = build->boxes->len;
    }
  g_array_append_val (build->boxes, box);
  return &g_array_index (build->boxes, HvFlameBox, build->boxes->len - 1);
}

static gboolean
is_outside (const Build *build, double x0, double x1)
{
  return x1 <= 0 || x0 >= build->request->width;
}

/* A row counts from the root, as the path does. */
static gboolean
is_around (const Build *build, const HvFlameBox *box)
{
  if (box->row == 0)
    return build->around->len != 0;
  return box->row <= build->around->len
         && g_array_index (build->around, uint32_t, box->row - 1) == box->node;
}

/* One row further down the zoom's path, as wide as what is above. */
static void
add_path_step (Build *build, uint32_t index)
{
  HvFlameBox above = g_array_index (build->boxes, HvFlameBox, index);
  uint32_t node = build->path[above.row + 1];
  HvFlameBox *box = append_box (build, index, node, above.forest,
                                node_value (build, node, above.forest));

  box->x0 = above.x0;
  box->x1 = above.x1;
  box->ancestor = box->row + 1 < build->n_path;
  add_costs (build, box, node);
}

/* The children from `first` on, all of them smaller than what is drawn: without a diff a tree's
 * children are sorted by what the boxes are as wide as, so nobody needs to look at each. */
static void
add_smaller (const Build *build, HvFlameBox *small, uint32_t parent, uint32_t first, int64_t kept)
{
  const HvTree *tree = build->request->tree;
  uint32_t low = first, high = tree->child_start[parent + 1];

  while (low < high) /* past the last that has any cost */
    {
      uint32_t middle = low + (high - low) / 2;

      if (node_value (build, tree->child[middle], HV_FLAME_GAIN) > 0)
        low = middle + 1;
      else
        high = middle;
    }
  small->merged = low - first;
  small->value = tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][parent]
                 - tree->self[HV_SIDE_CURRENT][HV_SLOT_COST][parent] - kept;
  small->cost[HV_SIDE_CURRENT] = small->value;
}

static void
add_children (Build *build, uint32_t index)
{
  const HvTree *tree = build->request->tree;
  HvFlameBox above = g_array_index (build->boxes, HvFlameBox, index);
  HvFlameBox small = { 0 };
  int64_t before = 0, kept = 0, outside = 0;
  const HvFlameRequest *request = build->request;
  gboolean deep = request->max_rows != 0 && above.row + 1 >= request->max_rows;
  gboolean around = is_around (build, &above);

  g_array_set_size (build->children, 0);
  for (uint32_t i = tree->child_start[above.node]; i < tree->child_start[above.node + 1]; i++)
    {
      Child child = { .node = tree->child[i] };

      child.value = node_value (build, child.node, above.forest);
      if (child.value == 0)
        continue;
      if (!deep && (double) child.value * build->scale >= build->min_width)
        {
          g_array_append_val (build->children, child);
          kept = add_saturated (kept, child.value);
        }
      else if (request->diff == NULL)
        {
          add_smaller (build, &small, above.node, i, kept);
          break;
        }
      else
        {
          small.value = add_saturated (small.value, child.value);
          small.merged++;
          add_costs (build, &small, child.node);
        }
    }

  g_array_sort_with_data (
      build->children, build->order == HV_FLAME_ORDER_LABEL ? compare_by_label : compare_by_value,
      (gpointer) tree);
  for (guint i = 0; i < build->children->len; i++)
    {
      const Child *child = &g_array_index (build->children, Child, i);
      /* From exact sums: neighbours share the very same edge. */
      double x0 = MIN (above.x0 + (double) before * build->scale, above.x1);
      before = add_saturated (before, child->value);
      double x1 = MIN (above.x0 + (double) before * build->scale, above.x1);

      if (!around && is_outside (build, x0, x1))
        {
          outside = add_saturated (outside, child->value);
          continue;
        }
      HvFlameBox *box = append_box (build, index, child->node, above.forest, child->value);

      box->x0 = x0;
      box->x1 = x1;
      add_costs (build, box, child->node);
    }

  g_array_index (build->boxes, HvFlameBox, index).outside = outside;

  if (small.merged == 0)
    return;
  if (deep || (double) small.value * build->scale < build->min_width)
    {
      g_array_index (build->boxes, HvFlameBox, index).hidden = small.value;
      return;
    }
  double x0 = MIN (above.x0 + (double) before * build->scale, above.x1);
  double x1 = MIN (above.x0 + (double) add_saturated (before, small.value) * build->scale,
                   above.x1);
  if (!around && is_outside (build, x0, x1))
    {
      g_array_index (build->boxes, HvFlameBox, index).outside = add_saturated (outside,
                                                                               small.value);
      return;
    }
  HvFlameBox *box = append_box (build, index, above.node, above.forest, small.value);

  box->x0 = x0;
  box->x1 = x1;
  box->merged = small.merged;
  memcpy (box->cost, small.cost, sizeof box->cost);
  box->growth = small.growth;
  box->shrink = small.shrink;
  build->n_merged += small.merged;
  build->merged_value = add_saturated (build->merged_value, small.value);
}

/* FALSE: more boxes than allowed. */
static gboolean
lay_out (Build *build, const int64_t *zoomed)
{
  const HvFlameRequest *request = build->request;
  double x = -build->viewport.offset;
  double end = request->width * build->viewport.scale - build->viewport.offset;

  g_array_set_size (build->boxes, 0);
  build->n_merged = 0;
  build->merged_value = 0;

  for (guint forest = 0; forest < HV_N_FLAME_FORESTS; forest++)
    {
      double x0 = x, x1 = MIN (x + (double) zoomed[forest] * build->scale, end);
      if (zoomed[forest] == 0)
        continue;
      x = x1 + request->gap * build->viewport.scale;
      if (build->around->len == 0 && is_outside (build, x0, x1))
        continue;
      HvFlameBox *box = append_box (build, HV_FLAME_NO_BOX, 0, forest,
                                    node_value (build, 0, forest));

      box->x0 = x0;
      box->x1 = x1;
      box->ancestor = build->n_path > 1;
      add_costs (build, box, 0);
    }

  for (uint32_t i = 0; i < build->boxes->len; i++)
    {
      const HvFlameBox *box = &g_array_index (build->boxes, HvFlameBox, i);

      if (box->ancestor)
        add_path_step (build, i);
      else if (box->merged == 0)
        add_children (build, i);
      if (request->max_boxes != 0 && build->boxes->len > request->max_boxes)
        return FALSE;
    }
  return TRUE;
}

static void
index_rows (HvFlameLayout *layout)
{
  layout->n_rows = layout->n_boxes == 0 ? 0 : layout->box[layout->n_boxes - 1].row + 1;
  layout->row_start = g_new (uint32_t, layout->n_rows + 1);
  uint32_t row = 0;
  for (uint32_t i = 0; i < layout->n_boxes; i++)
    for (; row <= layout->box[i].row; row++)
      layout->row_start[row] = i;
  layout->row_start[layout->n_rows] = layout->n_boxes;
}

HvFlameLayout *
hv_flame_layout_new (const HvFlameRequest *request)
{
  const HvTree *tree = request->tree;
  HvFlameLayout *layout = g_new0 (HvFlameLayout, 1);
  Build build = { .request = request };
  int64_t zoomed[HV_N_FLAME_FORESTS] = { 0 };
  double sum = 0;
  uint32_t root = request->root < tree->n_nodes ? request->root : 0;

  build.view = request->diff != NULL ? request->view : HV_FLAME_CURRENT;
  build.order = request->order;
  if (build.order == HV_FLAME_ORDER_AUTO)
    build.order = request->diff == NULL || build.view == HV_FLAME_GROWTH ? HV_FLAME_ORDER_VALUE
                                                                         : HV_FLAME_ORDER_LABEL;
  build.boxes = g_array_new (FALSE, FALSE, sizeof (HvFlameBox));
  build.children = g_array_new (FALSE, FALSE, sizeof (Child));

  build.around = hv_tree_path (tree, request->around < tree->n_nodes ? request->around : 0);
  g_autoptr (GArray) path = tree->n_nodes != 0 ? hv_tree_path (tree, root) : NULL;
  guint n_below = path != NULL ? path->len : 0;
  build.n_path = n_below + 1;
  build.path = g_new0 (uint32_t, build.n_path);
  if (n_below != 0)
    memcpy (build.path + 1, path->data, n_below * sizeof (uint32_t));

  guint n_forests = build.view == HV_FLAME_GROWTH ? HV_N_FLAME_FORESTS : 1, n_drawn = 0;
  for (guint forest = 0; forest < n_forests && tree->n_nodes != 0; forest++)
    if (n_forests == 1 || request->forests == 0 || (request->forests & 1u << forest) != 0)
      {
        zoomed[forest] = node_value (&build, root, forest);
        sum += (double) zoomed[forest];
        n_drawn += zoomed[forest] > 0;
      }

  build.viewport = hv_flame_viewport_clamp (request->viewport, request->width);
  double room = build.viewport.scale * (request->width - (n_drawn > 1 ? request->gap : 0));
  build.scale = sum > 0 && room > 0 ? room / sum : 0;
  build.min_width = MAX (request->min_width, 0);
  if (build.scale > 0)
    /* 1.3: few steps, and never far above the least that fits. Wider than the picture nothing but
     * the roots is left. */
    while (!lay_out (&build, zoomed) && build.min_width <= request->width)
      build.min_width = MAX (build.min_width * 1.3, request->width * 1e-5);

  layout->view = build.view;
  layout->order = build.order;
  layout->n_boxes = build.boxes->len;
  layout->box = (HvFlameBox *) (void *) g_array_free (build.boxes, FALSE);
  layout->width = request->width;
  layout->viewport = build.viewport;
  layout->px_per_unit = build.scale;
  layout->min_width = build.min_width;
  layout->n_merged = build.n_merged;
  layout->merged_value = build.merged_value;
  index_rows (layout);
  g_array_unref (build.children);
  g_array_unref (build.around);
  g_free (build.path);
  return layout;
}

void
hv_flame_layout_free (HvFlameLayout *layout)
{
  if (layout == NULL)
    return;
  g_free (layout->box);
  g_free (layout->row_start);
  g_free (layout);
}

static double
share (int64_t part, int64_t whole)
{
  return whole > 0 && part > 0 ? MIN ((double) part / (double) whole, 1) : 0;
}

HvFlameFill
hv_flame_box_fill (const HvFlameLayout *layout, const HvFlameBox *box)
{
  HvFlameFill fill = { 0 };
  int64_t base = box->cost[HV_SIDE_BASE], current = box->cost[HV_SIDE_CURRENT];

  fill.added = base == 0 && box->growth > 0;
  fill.gone = current == 0 && box->shrink > 0;
  switch (layout->view)
    {
    case HV_FLAME_GROWTH:
      if (box->forest == HV_FLAME_GAIN)
        fill.gain = share (box->growth, current);
      else
        fill.loss = share (box->shrink, base);
      break;
    case HV_FLAME_BASE:
      fill.loss = share (box->shrink, base);
      break;
    case HV_FLAME_OVERLAY:
      fill.gain = share (box->growth, box->value);
      fill.loss = MIN (share (box->shrink, box->value), 1 - fill.gain);
      break;
    case HV_FLAME_CURRENT:
    default:
      fill.gain = share (box->growth, current);
      break;
    }
  return fill;
}

int64_t
hv_flame_layout_total (const HvFlameLayout *layout, guint forest)
{
  for (uint32_t i = 0; layout->n_rows > 0 && i < layout->row_start[1]; i++)
    if (layout->box[i].forest == forest)
      return layout->box[i].value;
  return 0;
}

/* FNV-1a, mixed: the same in every run and on every machine, and far apart for names that differ in
 * their last character only. */
static uint32_t
hash_text (const char *text, gsize length)
{
  uint32_t hash = 2166136261u;

  for (gsize i = 0; i < length; i++)
    hash = (hash ^ (guchar) text[i]) * 16777619u;
  hash ^= hash >> 16;
  hash *= 0x85ebca6bu;
  return hash ^ hash >> 13;
}

/* Clear of magenta (search). */
#define FIRST_HUE 20
#define N_HUES 270
/* By so many degrees a function turns the hue of its origin, in steps that can be seen. */
#define MAX_TURN 24
#define TURN 12

static int
hue_of (const char *text)
{
  /* "libfoo.so.14.0.2": an update does not change its colour. */
  const char *version = strstr (text, ".so");
  gsize length = version != NULL ? (gsize) (version - text) : strlen (text);

  return length == 0 ? -1 : FIRST_HUE + (int) (hash_text (text, length) % N_HUES);
}

int
hv_flame_key_hue (const HvKey *key)
{
  return hue_of (key->origin);
}

HvFlameTint
hv_flame_key_tint (const HvKey *key, const char *origin)
{
  HvFlameTint tint = { hue_of (origin), 0 };

  if (tint.hue < 0)
    return tint;
  /* an address is another one in the next build */
  if (*key->function)
    {
      uint32_t hash = hash_text (key->short_label, strlen (key->short_label));
      tint.hue += (int) (hash % (2 * MAX_TURN / TURN + 1)) * TURN - MAX_TURN;
      tint.hue = CLAMP (tint.hue, 0, FIRST_HUE + N_HUES);
    }
  if (*key->file)
    {
      const char *name = hv_basename (key->file); /* wherever it was built */
      tint.shade = hash_text (name, strlen (name)) % HV_FLAME_N_SHADES;
    }
  return tint;
}
