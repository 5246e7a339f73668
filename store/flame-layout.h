/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "diff.h"

G_BEGIN_DECLS

/* Where the boxes of a flame graph lie: pure arithmetic, shared by the window and the SVG. Rows
 * count from the root, so an icicle draws row r at r × height and a flame at (n_rows − 1 − r).
 *
 * Widths are the view's bytes on one scale. A parent is never narrower than its children together,
 * and nothing is lost: a box's value = its own self part + Σ of its children's + `hidden` +
 * `outside`. */

typedef enum
{
  HV_FLAME_GROWTH,  /* two forests on one scale: increases, a gap, decreases */
  HV_FLAME_CURRENT, /* the only view without a diff */
  HV_FLAME_BASE,
  HV_FLAME_OVERLAY, /* Σ of max (base, current) by call path */
  HV_N_FLAME_VIEWS
} HvFlameView;

typedef enum
{
  HV_FLAME_ORDER_AUTO,  /* growth and one profile: by value; the others: by label, so that switching
                           between them keeps things in place */
  HV_FLAME_ORDER_VALUE, /* largest first */
  HV_FLAME_ORDER_LABEL,
} HvFlameOrder;

/* Which forest of the growth view; every box of the other views is in the first. */
enum
{
  HV_FLAME_GAIN,
  HV_FLAME_LOSS,
  HV_N_FLAME_FORESTS
};

/* Which part of the picture is wanted: all of it is `scale` times as wide as the request's width,
 * and its first `offset` px are left of what is drawn. Without a zoom both are 0, or { 1, 0 }. */
typedef struct
{
  double scale, offset;
} HvFlameViewport;

#define HV_FLAME_MAX_SCALE 1e6

typedef struct
{
  const HvTree *tree;
  const HvDiff *diff; /* of this tree; NULL: one profile */
  HvFlameView view;   /* without a diff always taken as HV_FLAME_CURRENT */
  HvFlameOrder order;
  uint32_t root; /* zoomed to this node; its ancestors are as wide as it; 0: not zoomed */
  guint forests; /* bit set, 1 << HV_FLAME_GAIN | …: zoomed to a box of one; 0: all */
  double width;  /* px */
  HvFlameViewport viewport;
  /* This node, what is above it, all their siblings and its children are laid out wherever they
   * are: for the keys that lead out of the viewport. 0: only what is in the viewport. */
  uint32_t around;
  double gap;        /* px between the forests, at scale 1 */
  double min_width;  /* px; narrower siblings are merged to one box */
  uint32_t max_rows; /* 0: all */
  /* Where more boxes than this would be made, min_width is raised until they fit; 0: no limit. */
  uint32_t max_boxes;
} HvFlameRequest;

#define HV_FLAME_NO_BOX UINT32_MAX

typedef struct
{
  double x0, x1;                            /* what the viewport cuts off included */
  int64_t value;                            /* what the width stands for, ≥ 0 */
  int64_t cost[HV_N_SIDES], growth, shrink; /* inclusive, of all that is merged; 0 where unknown */
  int64_t hidden;  /* the part of value in children too narrow to draw even together, or too deep */
  int64_t outside; /* … in children left and right of the viewport, which have no box */
  uint32_t row;
  uint32_t node;   /* of a merged box: the parent of the merged ones */
  uint32_t merged; /* siblings in this box with all below them; 0: a node of its own */
  uint32_t parent; /* box; HV_FLAME_NO_BOX in row 0 */
  uint32_t first_child, n_children; /* boxes; they lie side by side */
  uint8_t forest;
  gboolean ancestor; /* above the zoom's root: `value` is its own, its width is not */
} HvFlameBox;

typedef struct
{
  HvFlameView view;
  HvFlameOrder order; /* as resolved */
  uint32_t n_boxes;
  HvFlameBox *box; /* by row, then from left to right */
  uint32_t n_rows;
  uint32_t *row_start;      /* n_rows + 1 indices into box */
  double width;             /* of the request */
  HvFlameViewport viewport; /* as used */
  double px_per_unit;       /* 0: nothing to draw */
  double min_width;         /* as used */
  uint64_t n_merged;        /* siblings in merged boxes */
  int64_t merged_value;     /* their value */
} HvFlameLayout;

/* Never NULL; without boxes where there is nothing to show. Costs as much as there are children of
 * drawn boxes. */
HvFlameLayout *hv_flame_layout_new (const HvFlameRequest *request);
void hv_flame_layout_free (HvFlameLayout *layout);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvFlameLayout, hv_flame_layout_free)

/* What a node's width stands for in a view and forest, drawn or not. */
int64_t hv_flame_value (const HvTree *tree, const HvDiff *diff, HvFlameView view, uint32_t node,
                        guint forest);

/* Within its limits: never wider than the picture, nor beside it. */
HvFlameViewport hv_flame_viewport_clamp (HvFlameViewport viewport, double width);

/* `factor` times nearer; what is at `x` stays there. */
HvFlameViewport hv_flame_viewport_zoom (HvFlameViewport viewport, double width, double x,
                                        double factor);

/* Moved by the least that shows x0…x1, px of what is drawn now; of what is wider, its start. */
HvFlameViewport hv_flame_viewport_reveal (HvFlameViewport viewport, double width, double x0,
                                          double x1);

/* The box at `x` in `row`, or HV_FLAME_NO_BOX. Within `slack` px of a box narrower than that the
 * nearest one is taken. */
uint32_t hv_flame_layout_hit (const HvFlameLayout *layout, uint32_t row, double x, double slack);

/* The box of `node` in a forest, or of its nearest drawn ancestor: for selection kept across zoom
 * and view. HV_FLAME_NO_BOX: not even its root is there. */
uint32_t hv_flame_layout_find (const HvFlameLayout *layout, const HvTree *tree, uint32_t node,
                               guint forest);

/* Which parts of a box take the diff's colours; 0…1 each, one of the two 0 but in the overlay,
 * where they are the surplus of current and of base. Draw them from the left; in the overlay after
 * the part that is in both. */
typedef struct
{
  double gain, loss;
  gboolean added; /* nothing of it was in base: hatch */
  gboolean gone;  /* nothing of it is in current: outline only */
} HvFlameFill;

HvFlameFill hv_flame_box_fill (const HvFlameLayout *layout, const HvFlameBox *box);

/* What a box's number is a part of in this view: the value of its forest's first row. */
int64_t hv_flame_layout_total (const HvFlameLayout *layout, guint forest);

/* A hue in degrees for one profile's colours: the same in every run for the crate, namespace or
 * module that the code is from (HvKey.origin). −1: none is known; draw it grey. */
int hv_flame_key_hue (const HvKey *key);

/* What tells code of one origin apart, the same in every run: its function turns the hue a little,
 * its source file makes the colour lighter. A program of one module is of one family of colours,
 * not of one colour. */
#define HV_FLAME_N_SHADES 3
typedef struct
{
  int hue;     /* −1: of no known origin; draw it grey */
  guint shade; /* below HV_FLAME_N_SHADES; 0: the full colour */
} HvFlameTint;

/* `origin`: the key's, or what else colours are to tell apart. */
HvFlameTint hv_flame_key_tint (const HvKey *key, const char *origin);

G_END_DECLS
