/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "store/flame-layout.h"
#include "viewer/widgets/scene.h"

G_BEGIN_DECLS

/* The flame graph, root on top or below. It has one keyboard cursor, the selected box: arrows move
 * it, Enter zooms to it; its name and numbers are the widget's accessible label and description. */
#define HV_TYPE_FLAME_GRAPH (hv_flame_graph_get_type ())
G_DECLARE_FINAL_TYPE (HvFlameGraph, hv_flame_graph, HV, FLAME_GRAPH, GtkWidget)

/* Signal "selected" (guint node): the user chose another box, or added one. */
/* Signal "hovered" (guint node): what the pointer is on; 0: nothing with a name. */
/* Signal "menu" (double x, double y): the context menu of the selected box is wanted there. */
/* Signal "open": the source of the selected box is wanted. */
/* Signal "laid-out": the layout is another one. */
/* Signal "zoomed" (guint node): the zoom changed; 0: everything is shown. */

GtkWidget *hv_flame_graph_new (void);

/* Shows a scene; zoom and selection stay on the call path they were on, or its nearest ancestor. */
void hv_flame_graph_set_scene (HvFlameGraph *self, HvScene *scene);

void hv_flame_graph_set_view (HvFlameGraph *self, HvFlameView view);
HvFlameView hv_flame_graph_get_view (HvFlameGraph *self);

/* Whether it grows upwards. */
void hv_flame_graph_set_root_below (HvFlameGraph *self, gboolean below);
gboolean hv_flame_graph_get_root_below (HvFlameGraph *self);

/* Without the signal: the caller knows. 0 selects nothing. */
void hv_flame_graph_select (HvFlameGraph *self, uint32_t node);
uint32_t hv_flame_graph_get_selected (HvFlameGraph *self);

/* Adds a call path to the selection, or takes it away; with the signal. */
void hv_flame_graph_toggle (HvFlameGraph *self, uint32_t node, guint forest);

/* All that is selected: uint32_t; the one that leads first. Free with g_array_unref(). */
GArray *hv_flame_graph_get_selection (HvFlameGraph *self);

/* Zoomed to a node it is as wide as the widget; 0: everything is. */
void hv_flame_graph_zoom_to (HvFlameGraph *self, uint32_t node);
uint32_t hv_flame_graph_get_zoom (HvFlameGraph *self);

/* Nearer or farther at the pointer, else the selection, else the middle; farther than what is
 * zoomed to leads out to its caller. */
void hv_flame_graph_scale (HvFlameGraph *self, double factor);

/* Within the zoom, how much nearer, and how much is left of the widget as a share of all. */
void hv_flame_graph_get_viewport (HvFlameGraph *self, double *scale, double *left);
void hv_flame_graph_set_viewport (HvFlameGraph *self, double scale, double left);

/* Highlights all boxes of a node's function, as if the pointer was on one; 0: none. */
void hv_flame_graph_point_at (HvFlameGraph *self, uint32_t node);

/* Whether boxes are on their way to where the last zoom put them. */
gboolean hv_flame_graph_is_moving (HvFlameGraph *self);

/* The viewport, for a scroll bar; owned by the widget. */
GtkAdjustment *hv_flame_graph_get_across (HvFlameGraph *self);

/* Marks the keys the search found: n_keys bytes, copied; NULL: no search. */
void hv_flame_graph_set_matches (HvFlameGraph *self, const guint8 *matches);

const guint8 *hv_flame_graph_get_matches (HvFlameGraph *self);

/* Which forests the zoom is in, as HvFlameRequest has it. */
guint hv_flame_graph_get_zoom_forests (HvFlameGraph *self);

/* What is drawn; owned by the widget, until the next change. */
const HvFlameLayout *hv_flame_graph_get_layout (HvFlameGraph *self);

/* What the tooltip says of a drawn box: name, module, file:line, then a line a figure, its cells
 * parted by tabs. */
char *hv_flame_graph_describe (HvFlameGraph *self, uint32_t box);

/* The box at a point of the widget, or HV_FLAME_NO_BOX; and where a box is. */
uint32_t hv_flame_graph_box_at (HvFlameGraph *self, double x, double y);
graphene_rect_t hv_flame_graph_box_rect (HvFlameGraph *self, uint32_t box);

G_END_DECLS
