/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/flame-graph-private.h"

#include <math.h>

#define ANIMATION_MS 220

static double
inner_width (int width)
{
  return MAX (1, width - 2 * HV_FLAME_MARGIN);
}

static double
graph_width (HvFlameGraph *self)
{
  return inner_width (gtk_widget_get_width (GTK_WIDGET (self)));
}

/* --- viewport --- */

HvFlameViewport
hv_flame_graph_viewport_for (HvFlameGraph *self, int width)
{
  double inner = inner_width (width);
  const HvFlameViewport viewport = { self->scale, self->left * self->scale * inner };

  return hv_flame_viewport_clamp (viewport, inner);
}

void
hv_flame_graph_reset_viewport (HvFlameGraph *self)
{
  self->scale = 1;
  self->left = 0;
}

void
hv_flame_graph_update_adjustment (HvFlameGraph *self)
{
  double width = graph_width (self);

  gtk_adjustment_configure (self->across, self->left * self->scale * width, 0, self->scale * width,
                            width / 10, width * 0.9, width);
}

/* The rows that were there stay: a height that follows what is in view would make the scroll bar
 * jump. */
static void
set_viewport (HvFlameGraph *self, HvFlameViewport viewport)
{
  double width = graph_width (self);
  double left = viewport.offset / (viewport.scale * width);

  if (self->scale == viewport.scale && self->left == left)
    return;
  self->scale = viewport.scale;
  self->left = left;
  g_clear_pointer (&self->layout, hv_flame_layout_free);
  g_clear_pointer (&self->picture, gsk_render_node_unref);
  if (self->animation)
    adw_animation_skip (self->animation);
  const HvFlameLayout *layout = hv_flame_graph_get_layout (self);
  if (layout && layout->n_rows > self->kept_rows)
    gtk_widget_queue_resize (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
hv_flame_graph_get_viewport (HvFlameGraph *self, double *scale, double *left)
{
  *scale = self->scale;
  *left = self->left;
}

void
hv_flame_graph_set_viewport (HvFlameGraph *self, double scale, double left)
{
  g_return_if_fail (HV_IS_FLAME_GRAPH (self));
  double width = graph_width (self);

  set_viewport (self,
                hv_flame_viewport_clamp ((HvFlameViewport){ scale, left * scale * width }, width));
}

GtkAdjustment *
hv_flame_graph_get_across (HvFlameGraph *self)
{
  return self->across;
}

static void
across_cb (HvFlameGraph *self)
{
  double width = graph_width (self);
  HvFlameViewport viewport = { self->scale, gtk_adjustment_get_value (self->across) };

  if (fabs (viewport.offset - self->left * self->scale * width) >= 0.5)
    set_viewport (self, hv_flame_viewport_clamp (viewport, width));
}

GtkAdjustment *
hv_flame_graph_get_down (HvFlameGraph *self)
{
  GtkWidget *scrolled = gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_SCROLLED_WINDOW);

  return scrolled ? gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled)) : NULL;
}

void
hv_flame_graph_pan (HvFlameGraph *self, double dx, double dy)
{
  GtkAdjustment *down = dy != 0 ? hv_flame_graph_get_down (self) : NULL;
  double width = graph_width (self);
  HvFlameViewport viewport = hv_flame_graph_viewport_for (self,
                                                          gtk_widget_get_width (GTK_WIDGET (self)));

  viewport.offset += dx;
  set_viewport (self, hv_flame_viewport_clamp (viewport, width));
  if (down)
    gtk_adjustment_set_value (down, gtk_adjustment_get_value (down) + dy);
}

/* Out to the caller, which first looks just like what was zoomed to. */
static void
step_out (HvFlameGraph *self)
{
  const HvTree *tree = self->scene->report.tree;
  guint forest = self->zoom_forests & 1u << HV_FLAME_LOSS ? HV_FLAME_LOSS : HV_FLAME_GAIN;
  uint32_t was = self->zoom;

  hv_flame_graph_set_zoom (self, tree->parent[was], forest);
  if (self->animation)
    adw_animation_skip (self->animation);
  const HvFlameLayout *layout = hv_flame_graph_get_layout (self);
  uint32_t box = hv_flame_layout_find (layout, tree, was, forest);
  if (box == HV_FLAME_NO_BOX || layout->box[box].node != was)
    return;
  double x0 = layout->box[box].x0, wide = layout->box[box].x1 - x0;
  if (wide <= 0)
    return;
  HvFlameViewport viewport = { .scale = layout->width / wide };
  viewport.offset = x0 * viewport.scale;
  set_viewport (self, hv_flame_viewport_clamp (viewport, layout->width));
}

void
hv_flame_graph_scale_at (HvFlameGraph *self, double x, double factor)
{
  if (!hv_flame_graph_get_layout (self))
    return;
  if (factor < 1 && self->zoom && self->scale <= 1)
    step_out (self);
  HvFlameViewport viewport = hv_flame_graph_viewport_for (self,
                                                          gtk_widget_get_width (GTK_WIDGET (self)));
  set_viewport (self,
                hv_flame_viewport_zoom (viewport, graph_width (self), x - HV_FLAME_MARGIN, factor));
}

void
hv_flame_graph_scale (HvFlameGraph *self, double factor)
{
  g_return_if_fail (HV_IS_FLAME_GRAPH (self));
  double x = gtk_widget_get_width (GTK_WIDGET (self)) / 2.0;

  if (!hv_flame_graph_get_layout (self))
    return;
  uint32_t box = hv_flame_graph_selected_box (self);
  if (self->pointer_y >= 0)
    x = self->pointer_x;
  else if (box != HV_FLAME_NO_BOX)
    {
      graphene_rect_t rect = hv_flame_graph_box_rect (self, box);
      if (rect.size.width > 0 && rect.origin.x < gtk_widget_get_width (GTK_WIDGET (self)))
        x = rect.origin.x + rect.size.width / 2;
    }
  hv_flame_graph_scale_at (self, x, factor);
}

/* --- zoom --- */

static void
motion_cb (double value, gpointer user)
{
  gtk_widget_queue_draw (user);
}

static gboolean
is_below (const HvTree *tree, uint32_t node, uint32_t above)
{
  while (node > above)
    node = tree->parent[node];
  return node == above;
}

/* From where the boxes were in the old layout to where they are now, with `node` as the measure. */
static void
start_motion (HvFlameGraph *self, const HvFlameLayout *old, uint32_t node, guint forest)
{
  const HvTree *tree = self->scene->report.tree;
  const HvFlameLayout *now = hv_flame_graph_get_layout (self);
  uint32_t from = hv_flame_layout_find (old, tree, node, forest);
  uint32_t to = hv_flame_layout_find (now, tree, node, forest);

  if (from == HV_FLAME_NO_BOX || to == HV_FLAME_NO_BOX || old->box[from].node != node
      || now->box[to].node != node)
    return;
  double was = old->box[from].x1 - old->box[from].x0, is = now->box[to].x1 - now->box[to].x0;
  if (was <= 0 || is <= 0)
    return;
  self->from_scale = was / is;
  self->from_x = old->box[from].x0 - self->from_scale * now->box[to].x0;
  adw_animation_reset (self->animation);
  adw_animation_play (self->animation);
}

void
hv_flame_graph_set_zoom (HvFlameGraph *self, uint32_t node, guint forest)
{
  guint forests = node ? 1u << forest : 0;
  gboolean wide = self->scale > 1;

  if (self->zoom == node && self->zoom_forests == forests && !wide)
    return;
  /* Who keeps a history wants to know where the view was left. */
  hv_flame_graph_tell_laid_out (self);
  adw_animation_skip (self->animation);
  g_autoptr (HvFlameLayout) old = g_steal_pointer (&self->layout);
  uint32_t deeper = old && is_below (self->scene->report.tree, node, self->zoom) ? node
                                                                                 : self->zoom;
  self->zoom = node;
  self->zoom_forests = forests;
  hv_flame_graph_reset_viewport (self);
  hv_flame_graph_drop_layout (self);
  if (old && old->n_boxes && gtk_widget_get_mapped (GTK_WIDGET (self)))
    start_motion (self, old, deeper, deeper == node && node ? forest : old->box[0].forest);
  g_signal_emit_by_name (self, "zoomed", node);
}

void
hv_flame_graph_zoom_to (HvFlameGraph *self, uint32_t node)
{
  g_return_if_fail (HV_IS_FLAME_GRAPH (self));
  if (self->scene)
    hv_flame_graph_set_zoom (self, node,
                             node == self->selected ? self->selected_forest : HV_FLAME_GAIN);
}

uint32_t
hv_flame_graph_get_zoom (HvFlameGraph *self)
{
  return self->zoom;
}

gboolean
hv_flame_graph_get_motion (HvFlameGraph *self, double *x, double *scale)
{
  double done = adw_animation_get_value (self->animation);

  if (adw_animation_get_state (self->animation) != ADW_ANIMATION_PLAYING || done >= 1)
    return FALSE;
  *x = self->from_x * (1 - done);
  *scale = self->from_scale + (1 - self->from_scale) * done;
  return TRUE;
}

gboolean
hv_flame_graph_is_moving (HvFlameGraph *self)
{
  double x, scale;

  return hv_flame_graph_get_motion (self, &x, &scale);
}

void
hv_flame_graph_scroll_to_selected (HvFlameGraph *self)
{
  GtkAdjustment *down = hv_flame_graph_get_down (self);
  int width = gtk_widget_get_width (GTK_WIDGET (self));

  if (!self->selected || !hv_flame_graph_get_layout (self) || width <= 0)
    return;
  if (self->scale > 1)
    {
      HvFlameRequest request = hv_flame_graph_request (self, width);
      request.around = self->selected;
      g_autoptr (HvFlameLayout) around = hv_flame_layout_new (&request);
      uint32_t at = hv_flame_layout_find (around, self->scene->report.tree, self->selected,
                                          self->selected_forest);
      if (at != HV_FLAME_NO_BOX)
        set_viewport (self, hv_flame_viewport_reveal (around->viewport, around->width,
                                                      around->box[at].x0, around->box[at].x1));
    }
  uint32_t box = hv_flame_graph_selected_box (self);
  if (!down || box == HV_FLAME_NO_BOX)
    return;
  graphene_rect_t rect = hv_flame_graph_box_rect (self, box);
  gtk_adjustment_clamp_page (down, rect.origin.y - rect.size.height,
                             rect.origin.y + 2 * rect.size.height);
}

/* --- down --- */

static void
down_moved_cb (HvFlameGraph *self, GtkAdjustment *down)
{
  self->from_bottom = gtk_adjustment_get_upper (down) - gtk_adjustment_get_page_size (down)
                      - gtk_adjustment_get_value (down);
}

/* With the root below, what is above it comes and goes: the root stays where it is. */
static void
down_changed_cb (HvFlameGraph *self, GtkAdjustment *down)
{
  if (self->root_below)
    gtk_adjustment_set_value (down, gtk_adjustment_get_upper (down)
                                        - gtk_adjustment_get_page_size (down) - self->from_bottom);
}

void
hv_flame_graph_follow_scrolling (HvFlameGraph *self)
{
  g_signal_group_set_target (self->down, hv_flame_graph_get_down (self));
}

void
hv_flame_graph_show_root (HvFlameGraph *self)
{
  GtkAdjustment *down = hv_flame_graph_get_down (self);

  self->from_bottom = 0;
  if (down)
    gtk_adjustment_set_value (down, self->root_below ? gtk_adjustment_get_upper (down) : 0);
}

void
hv_flame_graph_init_view (HvFlameGraph *self)
{
  AdwAnimationTarget *target = adw_callback_animation_target_new (motion_cb, self, NULL);

  hv_flame_graph_reset_viewport (self);
  self->across = g_object_ref_sink (gtk_adjustment_new (0, 0, 1, 0, 0, 1));
  g_signal_connect_object (self->across, "value-changed", G_CALLBACK (across_cb), self,
                           G_CONNECT_SWAPPED);
  self->down = g_signal_group_new (GTK_TYPE_ADJUSTMENT);
  g_signal_group_connect_swapped (self->down, "value-changed", G_CALLBACK (down_moved_cb), self);
  g_signal_group_connect_swapped (self->down, "changed", G_CALLBACK (down_changed_cb), self);
  self->animation = adw_timed_animation_new (GTK_WIDGET (self), 0, 1, ANIMATION_MS, target);
}
