/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

#include "viewer/draw/flame-paint.h"
#include "viewer/widgets/flame-graph.h"
#include "viewer/widgets/snapshot-canvas.h"

G_BEGIN_DECLS

#define HV_FLAME_MARGIN 8

struct _HvFlameGraph
{
  GtkWidget parent_instance;

  HvScene *scene;
  HvFlameView view;
  gboolean root_below;
  uint32_t zoom, selected;
  guint zoom_forests, selected_forest;
  GArray *also;        /* uint32_t: selected besides `selected` */
  double scale, left;  /* the viewport: left is a share of the whole picture's width */
  uint32_t hover;      /* box */
  uint32_t pointed_at; /* the node last told as hovered */
  guint8 *matches;

  /* caches */
  HvTextCache *text;
  HvFlameLayout *layout;
  int layout_width;
  uint32_t kept_rows; /* the height does not jump while one pans */
  GskRenderNode *picture;
  float picture_below; /* HvFlamePaint.below of it */
  guint laid_out_source;

  GtkAdjustment *across; /* of the viewport, for a scroll bar */
  GSignalGroup *down;    /* of the adjustment that scrolls it */
  double from_bottom;    /* how far that is from its end, while the root is below */
  AdwAnimation *animation;
  double from_x, from_scale; /* where the animation starts: x → from_x + from_scale × x */

  /* input */
  double press_x, press_y;
  double pointer_x, pointer_y; /* where it was last; negative: not over the widget */
  double drag_left, drag_top;  /* where a drag found the view */
  gboolean dragging, no_tooltip;
  double pinch; /* the factor a pinch has come to */
};

/* flame-graph.c */
float hv_flame_graph_row_height (HvFlameGraph *self);
float hv_flame_graph_below (HvFlameGraph *self); /* HvFlamePaint.below, as it is allocated */
void hv_flame_graph_drop_layout (HvFlameGraph *self);
void hv_flame_graph_tell_laid_out (HvFlameGraph *self); /* now, if it has not been told */
const HvFlameLayout *hv_flame_graph_layout_for (HvFlameGraph *self, int width);
HvFlameRequest hv_flame_graph_request (HvFlameGraph *self, int width);
uint32_t hv_flame_graph_selected_box (HvFlameGraph *self);
void hv_flame_graph_user_select (HvFlameGraph *self, uint32_t node, guint forest);

/* flame-graph-view.c: zoom, viewport, what moves */
void hv_flame_graph_init_view (HvFlameGraph *self);
void hv_flame_graph_follow_scrolling (HvFlameGraph *self); /* it is in another widget */
void hv_flame_graph_show_root (HvFlameGraph *self);
void hv_flame_graph_set_zoom (HvFlameGraph *self, uint32_t node, guint forest);
void hv_flame_graph_reset_viewport (HvFlameGraph *self);
HvFlameViewport hv_flame_graph_viewport_for (HvFlameGraph *self, int width);
void hv_flame_graph_update_adjustment (HvFlameGraph *self);

/* `x`: of the widget; stays where it is. */
void hv_flame_graph_scale_at (HvFlameGraph *self, double x, double factor);

/* By so many px, right and down. */
void hv_flame_graph_pan (HvFlameGraph *self, double dx, double dy);
GtkAdjustment *hv_flame_graph_get_down (HvFlameGraph *self); /* NULL: it does not scroll */
void hv_flame_graph_scroll_to_selected (HvFlameGraph *self);

/* How far an animation is; FALSE: none runs. Boxes are drawn at *x + *scale × their x. */
gboolean hv_flame_graph_get_motion (HvFlameGraph *self, double *x, double *scale);

/* flame-graph-input.c: pointer and keys */
void hv_flame_graph_add_input (HvFlameGraph *self);

/* The boxes moved under a pointer at rest. */
void hv_flame_graph_update_hover (HvFlameGraph *self);

/* flame-graph-describe.c: what is said of a box */
void hv_flame_graph_update_accessible (HvFlameGraph *self);
gboolean hv_flame_graph_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard,
                                       GtkTooltip *tooltip);

G_END_DECLS
