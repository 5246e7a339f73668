/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/widgets/flame-graph.h"
#include "viewer/widgets/text-cache.h"

G_BEGIN_DECLS

struct _HvFlameGraph
{
  GtkWidget parent_instance;

  HvScene *scene;
  HvFlameView view;
  uint32_t zoom, selected;
  guint zoom_forests, selected_forest;
  uint32_t hover; /* box */
  guint8 *matches;

  /* caches */
  HvTextCache *text;
  HvFlameLayout *layout;
  int layout_width;
  GskRenderNode *picture;
  guint laid_out_source;

  double press_x, press_y;
  double pointer_x, pointer_y; /* where it was last; negative: not over the widget */
};

/* flame-graph.c */
uint32_t hv_flame_graph_selected_box (HvFlameGraph *self);
void hv_flame_graph_set_zoom (HvFlameGraph *self, uint32_t node, guint forest);
void hv_flame_graph_user_select (HvFlameGraph *self, uint32_t node, guint forest);
void hv_flame_graph_scroll_to_selected (HvFlameGraph *self);

/* flame-graph-input.c: pointer, keys, and what is said of a box */
void hv_flame_graph_add_input (HvFlameGraph *self);

/* The boxes moved under a pointer at rest. */
void hv_flame_graph_update_hover (HvFlameGraph *self);
void hv_flame_graph_update_accessible (HvFlameGraph *self);
gboolean hv_flame_graph_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard,
                                       GtkTooltip *tooltip);

/* Where an arrow key leads from a box, or HV_FLAME_NO_BOX. */
uint32_t hv_flame_graph_step (HvFlameGraph *self, uint32_t from, guint keyval);

G_END_DECLS
