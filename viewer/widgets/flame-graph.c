/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <math.h>

#include "viewer/widgets/flame-graph-private.h"

#define MARGIN HV_FLAME_MARGIN
#define FOREST_GAP 28
#define MIN_BOX_WIDTH 1.0
/* Drawing 5 000 boxes takes less than 10 ms; more are not told apart by eye. */
#define MAX_BOXES 5000
#define HIT_SLACK 2
/* Narrower than this the details pane goes first. */
#define NATURAL_WIDTH 760
#define NO_KEY HV_NO_KEY

enum
{
  SIGNAL_SELECTED,
  SIGNAL_HOVERED,
  SIGNAL_ZOOMED,
  SIGNAL_LAID_OUT,
  SIGNAL_MENU,
  SIGNAL_OPEN,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HvFlameGraph, hv_flame_graph, GTK_TYPE_WIDGET)

static const HvPalette *
get_palette (void)
{
  return hv_palette_get (adw_style_manager_get_dark (adw_style_manager_get_default ()));
}

static HvTextCache *
get_text (HvFlameGraph *self)
{
  if (!self->text)
    self->text = hv_text_cache_new (gtk_widget_get_pango_context (GTK_WIDGET (self)));
  return self->text;
}

float
hv_flame_graph_row_height (HvFlameGraph *self)
{
  HvSnapshotCanvas canvas = hv_snapshot_canvas (NULL, get_text (self));

  return hv_flame_row_height (&canvas.canvas);
}

/* Where there is more room than rows the root stands at the bottom of it. */
float
hv_flame_graph_below (HvFlameGraph *self)
{
  return self->root_below ? (float) gtk_widget_get_height (GTK_WIDGET (self)) - 2 * MARGIN : 0;
}

static void
drop_picture (HvFlameGraph *self)
{
  g_clear_pointer (&self->picture, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
hv_flame_graph_drop_layout (HvFlameGraph *self)
{
  g_clear_pointer (&self->layout, hv_flame_layout_free);
  self->kept_rows = 0;
  self->hover = HV_FLAME_NO_BOX;
  drop_picture (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static gboolean
laid_out_cb (gpointer user)
{
  HvFlameGraph *self = user;

  self->laid_out_source = 0;
  hv_flame_graph_update_adjustment (self);
  hv_flame_graph_update_accessible (self);
  hv_flame_graph_update_hover (self);
  g_signal_emit (self, signals[SIGNAL_LAID_OUT], 0);
  return G_SOURCE_REMOVE;
}

void
hv_flame_graph_tell_laid_out (HvFlameGraph *self)
{
  if (!self->laid_out_source)
    return;
  g_clear_handle_id (&self->laid_out_source, g_source_remove);
  laid_out_cb (self);
}

HvFlameRequest
hv_flame_graph_request (HvFlameGraph *self, int width)
{
  return (HvFlameRequest){
    .tree = self->scene->report.tree,
    .diff = self->scene->diff,
    .view = self->view,
    .root = self->zoom,
    .forests = self->zoom_forests,
    .width = MAX (1, width - 2 * MARGIN),
    .viewport = hv_flame_graph_viewport_for (self, width),
    .gap = FOREST_GAP,
    .min_width = MIN_BOX_WIDTH,
    .max_boxes = MAX_BOXES,
  };
}

const HvFlameLayout *
hv_flame_graph_layout_for (HvFlameGraph *self, int width)
{
  if (!self->scene)
    return NULL;
  if (self->layout && self->layout_width == width)
    return self->layout;

  g_clear_pointer (&self->layout, hv_flame_layout_free);
  g_clear_pointer (&self->picture, gsk_render_node_unref);
  self->hover = HV_FLAME_NO_BOX;
  const HvFlameRequest request = hv_flame_graph_request (self, width);
  self->layout = hv_flame_layout_new (&request);
  self->layout_width = width;
  /* Layouts are made while sizes are negotiated, where nobody may touch other widgets. */
  if (!self->laid_out_source)
    self->laid_out_source = g_idle_add (laid_out_cb, self);
  return self->layout;
}

uint32_t
hv_flame_graph_selected_box (HvFlameGraph *self)
{
  if (!self->layout || !self->selected)
    return HV_FLAME_NO_BOX;
  uint32_t box = hv_flame_layout_find (self->layout, self->scene->report.tree, self->selected,
                                       self->selected_forest);
  if (box == HV_FLAME_NO_BOX || self->layout->box[box].node != self->selected)
    box = hv_flame_layout_find (self->layout, self->scene->report.tree, self->selected,
                                !self->selected_forest);
  return box;
}

static uint32_t
box_key (HvFlameGraph *self, uint32_t box)
{
  const HvFlameBox *b = &self->layout->box[box];
  return b->merged ? NO_KEY : self->scene->report.tree->node_key[b->node];
}

void
hv_flame_graph_user_select (HvFlameGraph *self, uint32_t node, guint forest)
{
  gboolean several = self->also->len != 0;

  g_array_set_size (self->also, 0);
  if (self->selected == node && self->selected_forest == forest && !several)
    return;
  self->selected = node;
  self->selected_forest = forest;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  hv_flame_graph_update_accessible (self);
  g_signal_emit (self, signals[SIGNAL_SELECTED], 0, node);
}

/* --- drawing --- */

static void
append_highlights (HvFlameGraph *self, GtkSnapshot *snapshot, const HvPalette *palette)
{
  float height = hv_flame_graph_row_height (self), below = hv_flame_graph_below (self);
  uint32_t selected = hv_flame_graph_selected_box (self);
  uint32_t key = self->hover == HV_FLAME_NO_BOX ? NO_KEY : box_key (self, self->hover);
  GdkRGBA veil = palette->text;

  veil.alpha = 0.16f;
  for (uint32_t i = 0; i < self->layout->n_boxes && self->hover != HV_FLAME_NO_BOX; i++)
    if (i == self->hover || (key != NO_KEY && box_key (self, i) == key))
      {
        graphene_rect_t rect = hv_flame_box_rect (self->layout, &self->layout->box[i], height,
                                                  below);
        gtk_snapshot_append_color (snapshot, &veil, &rect);
      }
  if (selected != HV_FLAME_NO_BOX)
    {
      graphene_rect_t rect = hv_flame_box_rect (self->layout, &self->layout->box[selected], height,
                                                below);
      hv_paint_outline (snapshot, &rect, &palette->accent, 2, FALSE);
    }
  for (uint32_t i = 0; i < self->layout->n_boxes && self->also->len; i++)
    for (guint k = 0; k < self->also->len; k++)
      if (self->layout->box[i].node == g_array_index (self->also, uint32_t, k)
          && !self->layout->box[i].merged)
        {
          graphene_rect_t rect = hv_flame_box_rect (self->layout, &self->layout->box[i], height,
                                                    below);
          hv_paint_outline (snapshot, &rect, &palette->accent, 2, FALSE);
        }
}

/* An empty picture says why. */
static void
append_empty (HvFlameGraph *self, GtkSnapshot *snapshot, const HvPalette *palette)
{
  const char *text = hv_flame_empty_text (self->layout);
  float wide = hv_text_cache_width (get_text (self), text, FALSE);
  float width = (float) gtk_widget_get_width (GTK_WIDGET (self));

  hv_text_cache_append (self->text, snapshot, text, FALSE, &palette->dim,
                        roundf (MAX (MARGIN, (width - wide) / 2)), 40, wide + 1);
}

static void
hv_flame_graph_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  HvFlameGraph *self = HV_FLAME_GRAPH (widget);
  const HvPalette *palette = get_palette ();

  if (!hv_flame_graph_layout_for (self, gtk_widget_get_width (widget)))
    return;
  HvFlamePaint paint = {
    .layout = self->layout,
    .report = &self->scene->report,
    .palette = palette,
    .row_height = hv_flame_graph_row_height (self),
    .below = hv_flame_graph_below (self),
    .matches = self->matches,
  };
  if (hv_flame_graph_get_motion (self, &paint.shift, &paint.stretch))
    {
      /* Labels come when it stands still. */
      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (MARGIN, MARGIN));
      HvSnapshotCanvas canvas = hv_snapshot_canvas (snapshot, get_text (self));
      hv_flame_paint (&paint, &canvas.canvas);
      gtk_snapshot_restore (snapshot);
      return;
    }
  if (self->picture_below != paint.below)
    g_clear_pointer (&self->picture, gsk_render_node_unref);
  if (!self->picture)
    {
      self->picture_below = paint.below;
      g_autoptr (GtkSnapshot) inner = gtk_snapshot_new ();
      HvSnapshotCanvas canvas = hv_snapshot_canvas (inner, get_text (self));
      hv_flame_paint (&paint, &canvas.canvas);
      self->picture = gtk_snapshot_free_to_node (g_steal_pointer (&inner));
    }
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (MARGIN, MARGIN));
  if (self->picture)
    gtk_snapshot_append_node (snapshot, self->picture);
  append_highlights (self, snapshot, palette);
  gtk_snapshot_restore (snapshot);
  if (!self->layout->n_boxes)
    append_empty (self, snapshot, palette);
}

static GtkSizeRequestMode
hv_flame_graph_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
hv_flame_graph_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                        int *natural, int *minimum_baseline, int *natural_baseline)
{
  HvFlameGraph *self = HV_FLAME_GRAPH (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = 240;
      *natural = NATURAL_WIDTH;
      return;
    }
  const HvFlameLayout *layout = hv_flame_graph_layout_for (self,
                                                           for_size > 0 ? for_size : NATURAL_WIDTH);
  if (layout)
    self->kept_rows = MAX (self->kept_rows, layout->n_rows);
  uint32_t rows = layout ? MIN (self->kept_rows, 100000) : 0;
  if (rows == 0)
    rows = 3;
  *minimum = *natural = (int) ((float) rows * hv_flame_graph_row_height (self)) + 2 * MARGIN;
}

static void
hv_flame_graph_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  HvFlameGraph *self = HV_FLAME_GRAPH (widget);

  GTK_WIDGET_CLASS (hv_flame_graph_parent_class)->css_changed (widget, change);
  g_clear_pointer (&self->text, hv_text_cache_free);
  drop_picture (self);
}

static void
hv_flame_graph_system_setting_changed (GtkWidget *widget, GtkSystemSetting setting)
{
  HvFlameGraph *self = HV_FLAME_GRAPH (widget);

  GTK_WIDGET_CLASS (hv_flame_graph_parent_class)->system_setting_changed (widget, setting);
  g_clear_pointer (&self->text, hv_text_cache_free);
  hv_flame_graph_drop_layout (self);
}

static void
hv_flame_graph_root (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (hv_flame_graph_parent_class)->root (widget);
  hv_flame_graph_follow_scrolling (HV_FLAME_GRAPH (widget));
}

static void
hv_flame_graph_dispose (GObject *object)
{
  HvFlameGraph *self = HV_FLAME_GRAPH (object);

  g_clear_handle_id (&self->laid_out_source, g_source_remove);
  g_clear_object (&self->animation);
  g_clear_object (&self->across);
  g_clear_object (&self->down);
  g_clear_pointer (&self->also, g_array_unref);
  g_clear_pointer (&self->picture, gsk_render_node_unref);
  g_clear_pointer (&self->layout, hv_flame_layout_free);
  g_clear_pointer (&self->text, hv_text_cache_free);
  g_clear_pointer (&self->scene, hv_scene_unref);
  g_clear_pointer (&self->matches, g_free);
  G_OBJECT_CLASS (hv_flame_graph_parent_class)->dispose (object);
}

static void
hv_flame_graph_class_init (HvFlameGraphClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = hv_flame_graph_dispose;
  widget_class->snapshot = hv_flame_graph_snapshot;
  widget_class->measure = hv_flame_graph_measure;
  widget_class->get_request_mode = hv_flame_graph_get_request_mode;
  widget_class->root = hv_flame_graph_root;
  widget_class->css_changed = hv_flame_graph_css_changed;
  widget_class->system_setting_changed = hv_flame_graph_system_setting_changed;
  widget_class->query_tooltip = hv_flame_graph_query_tooltip;
  gtk_widget_class_set_css_name (widget_class, "flamegraph");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);

  signals[SIGNAL_SELECTED] = g_signal_new ("selected", HV_TYPE_FLAME_GRAPH, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[SIGNAL_ZOOMED] = g_signal_new ("zoomed", HV_TYPE_FLAME_GRAPH, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[SIGNAL_HOVERED] = g_signal_new ("hovered", HV_TYPE_FLAME_GRAPH, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[SIGNAL_OPEN] = g_signal_new ("open", HV_TYPE_FLAME_GRAPH, G_SIGNAL_RUN_LAST, 0, NULL,
                                       NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_MENU] = g_signal_new ("menu", HV_TYPE_FLAME_GRAPH, G_SIGNAL_RUN_LAST, 0, NULL,
                                       NULL, NULL, G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  signals[SIGNAL_LAID_OUT] = g_signal_new ("laid-out", HV_TYPE_FLAME_GRAPH, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
hv_flame_graph_init (HvFlameGraph *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  self->hover = HV_FLAME_NO_BOX;
  self->also = g_array_new (FALSE, FALSE, sizeof (uint32_t));
  hv_flame_graph_init_view (self);
  hv_flame_graph_add_input (self);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (drop_picture), self, G_CONNECT_SWAPPED);
  gtk_widget_set_focusable (widget, TRUE);
  gtk_widget_set_has_tooltip (widget, TRUE);
  gtk_widget_set_overflow (widget, GTK_OVERFLOW_HIDDEN);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Flame graph"), -1);
}

/* --- public --- */

GtkWidget *
hv_flame_graph_new (void)
{
  return g_object_new (HV_TYPE_FLAME_GRAPH, NULL);
}

void
hv_flame_graph_set_scene (HvFlameGraph *self, HvScene *scene)
{
  g_return_if_fail (HV_IS_FLAME_GRAPH (self));
  uint32_t zoom = 0, selected = 0;
  guint kept = 0;

  if (scene && self->scene)
    {
      zoom = hv_scene_find_like (scene, self->scene, self->zoom);
      selected = hv_scene_find_like (scene, self->scene, self->selected);
      for (guint i = 0; i < self->also->len; i++)
        {
          uint32_t node = hv_scene_find_like (scene, self->scene,
                                              g_array_index (self->also, uint32_t, i));
          if (node)
            g_array_index (self->also, uint32_t, kept++) = node;
        }
    }
  else
    {
      hv_flame_graph_reset_viewport (self);
      hv_flame_graph_show_root (self);
    }
  g_array_set_size (self->also, kept);
  g_clear_pointer (&self->scene, hv_scene_unref);
  g_clear_pointer (&self->matches, g_free);
  self->scene = scene ? hv_scene_ref (scene) : NULL;
  self->zoom = zoom;
  /* Its number is another's now. */
  self->pointed_at = 0;
  g_signal_emit (self, signals[SIGNAL_HOVERED], 0, 0);
  if (!zoom)
    self->zoom_forests = 0;
  self->selected = selected;
  hv_flame_graph_drop_layout (self);
  hv_flame_graph_update_accessible (self);
}

void
hv_flame_graph_set_view (HvFlameGraph *self, HvFlameView view)
{
  g_return_if_fail (HV_IS_FLAME_GRAPH (self));
  if (self->view == view)
    return;
  self->view = view;
  /* Only growth has a second forest: a zoom into one of them is a plain zoom elsewhere. */
  if (self->zoom)
    self->zoom_forests = 1u << (view == HV_FLAME_GROWTH ? self->selected_forest : HV_FLAME_GAIN);
  hv_flame_graph_drop_layout (self);
  hv_flame_graph_update_accessible (self);
}

HvFlameView
hv_flame_graph_get_view (HvFlameGraph *self)
{
  return self->view;
}

void
hv_flame_graph_set_root_below (HvFlameGraph *self, gboolean below)
{
  g_return_if_fail (HV_IS_FLAME_GRAPH (self));
  if (self->root_below == below)
    return;
  self->root_below = below;
  drop_picture (self);
  hv_flame_graph_show_root (self);
  hv_flame_graph_scroll_to_selected (self);
  hv_flame_graph_update_hover (self);
}

gboolean
hv_flame_graph_get_root_below (HvFlameGraph *self)
{
  return self->root_below;
}

void
hv_flame_graph_select (HvFlameGraph *self, uint32_t node)
{
  g_return_if_fail (HV_IS_FLAME_GRAPH (self));
  if (!self->scene || (self->selected == node && !self->also->len))
    return;
  g_array_set_size (self->also, 0);
  self->selected = node;
  self->selected_forest = self->scene->diff
                                  && self->scene->diff->growth[node]
                                         < self->scene->diff->shrink[node]
                              ? HV_FLAME_LOSS
                              : HV_FLAME_GAIN;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  hv_flame_graph_update_accessible (self);
  hv_flame_graph_scroll_to_selected (self);
}

uint32_t
hv_flame_graph_get_selected (HvFlameGraph *self)
{
  return self->selected;
}

void
hv_flame_graph_set_matches (HvFlameGraph *self, const guint8 *matches)
{
  g_return_if_fail (HV_IS_FLAME_GRAPH (self));
  g_clear_pointer (&self->matches, g_free);
  if (matches && self->scene)
    self->matches = g_memdup2 (matches, MAX (1, self->scene->report.tree->n_keys));
  drop_picture (self);
}

const guint8 *
hv_flame_graph_get_matches (HvFlameGraph *self)
{
  return self->matches;
}

guint
hv_flame_graph_get_zoom_forests (HvFlameGraph *self)
{
  return self->zoom_forests;
}

void
hv_flame_graph_toggle (HvFlameGraph *self, uint32_t node, guint forest)
{
  g_return_if_fail (HV_IS_FLAME_GRAPH (self));
  guint at = 0;

  if (!self->scene || !node || node >= self->scene->report.tree->n_nodes)
    return;
  while (at < self->also->len && g_array_index (self->also, uint32_t, at) != node)
    at++;
  if (at < self->also->len)
    g_array_remove_index (self->also, at);
  else if (node != self->selected)
    {
      if (self->selected)
        g_array_append_val (self->also, self->selected);
      self->selected = node;
      self->selected_forest = forest;
    }
  else if (self->also->len)
    {
      self->selected = g_array_index (self->also, uint32_t, self->also->len - 1);
      g_array_set_size (self->also, self->also->len - 1);
    }
  else
    self->selected = 0;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  hv_flame_graph_update_accessible (self);
  g_signal_emit (self, signals[SIGNAL_SELECTED], 0, self->selected);
}

GArray *
hv_flame_graph_get_selection (HvFlameGraph *self)
{
  GArray *nodes = g_array_new (FALSE, FALSE, sizeof (uint32_t));

  if (self->selected)
    g_array_append_val (nodes, self->selected);
  g_array_append_vals (nodes, self->also->data, self->also->len);
  return nodes;
}

const HvFlameLayout *
hv_flame_graph_get_layout (HvFlameGraph *self)
{
  return hv_flame_graph_layout_for (self, gtk_widget_get_width (GTK_WIDGET (self)));
}

uint32_t
hv_flame_graph_box_at (HvFlameGraph *self, double x, double y)
{
  if (!hv_flame_graph_get_layout (self))
    return HV_FLAME_NO_BOX;
  uint32_t row = hv_flame_row_at (y - MARGIN, hv_flame_graph_row_height (self),
                                  hv_flame_graph_below (self));
  return row < self->layout->n_rows ? hv_flame_layout_hit (self->layout, row, x - MARGIN, HIT_SLACK)
                                    : HV_FLAME_NO_BOX;
}

graphene_rect_t
hv_flame_graph_box_rect (HvFlameGraph *self, uint32_t box)
{
  graphene_rect_t rect = hv_flame_box_rect (self->layout, &self->layout->box[box],
                                            hv_flame_graph_row_height (self),
                                            hv_flame_graph_below (self));
  rect.origin.x += MARGIN;
  rect.origin.y += MARGIN;
  return rect;
}
