/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <adwaita.h>

#include "store/units.h"
#include "viewer/widgets/flame-paint.h"

#include "viewer/widgets/flame-graph.h"

#define MARGIN 8
#define FOREST_GAP 28
#define MIN_BOX_WIDTH 1.0
/* Drawing 5 000 boxes takes less than 10 ms; more are not told apart by eye. */
#define MAX_BOXES 5000
#define HIT_SLACK 2
/* A press that moves further is no click. */
#define CLICK_SLOP 5
/* Narrower than this the details pane goes first. */
#define NATURAL_WIDTH 960
#define NO_KEY HV_NO_KEY

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

  double press_x, press_y;
};

enum
{
  SIGNAL_SELECTED,
  SIGNAL_ZOOMED,
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

static float
row_height (HvFlameGraph *self)
{
  return hv_text_cache_height (get_text (self)) + 7;
}

static void
drop_picture (HvFlameGraph *self)
{
  g_clear_pointer (&self->picture, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
drop_layout (HvFlameGraph *self)
{
  g_clear_pointer (&self->layout, hv_flame_layout_free);
  self->hover = HV_FLAME_NO_BOX;
  drop_picture (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static const HvFlameLayout *
layout_for_width (HvFlameGraph *self, int width)
{
  if (!self->scene)
    return NULL;
  if (self->layout && self->layout_width == width)
    return self->layout;

  g_clear_pointer (&self->layout, hv_flame_layout_free);
  g_clear_pointer (&self->picture, gsk_render_node_unref);
  self->hover = HV_FLAME_NO_BOX;
  const HvFlameRequest request = {
    .tree = self->scene->report.tree,
    .diff = self->scene->diff,
    .view = self->view,
    .root = self->zoom,
    .forests = self->zoom_forests,
    .width = MAX (1, width - 2 * MARGIN),
    .gap = FOREST_GAP,
    .min_width = MIN_BOX_WIDTH,
    .max_boxes = MAX_BOXES,
  };
  self->layout = hv_flame_layout_new (&request);
  self->layout_width = width;
  return self->layout;
}

static uint32_t
selected_box (HvFlameGraph *self)
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

/* --- what is said of a box --- */

static char *
describe_box (HvFlameGraph *self, const HvFlameBox *box)
{
  const HvReport *report = &self->scene->report;
  int64_t total = hv_flame_layout_total (self->layout, box->forest);
  g_autofree char *value = NULL;
  g_autofree char *share = hv_format_percent (box->value, total);

  if (self->layout->view == HV_FLAME_GROWTH)
    {
      gboolean loss = box->forest == HV_FLAME_LOSS;
      value = hv_format_delta (report->profile, report->metric, loss ? -box->value : box->value);
      return loss ? g_strdup_printf (_ ("%s, %s of all shrink, depth %u"), value, share, box->row)
                  : g_strdup_printf (_ ("%s, %s of all growth, depth %u"), value, share, box->row);
    }
  value = hv_format_value (report->profile, report->metric, box->value);
  return g_strdup_printf (_ ("%s, %s of all, depth %u"), value, share, box->row);
}

static void
update_accessible (HvFlameGraph *self)
{
  uint32_t box;
  g_autofree char *description = NULL;
  const char *label = _ ("Flame graph");

  layout_for_width (self, gtk_widget_get_width (GTK_WIDGET (self)));
  box = selected_box (self);
  if (box != HV_FLAME_NO_BOX)
    {
      label = hv_tree_label (self->scene->report.tree, self->selected);
      description = describe_box (self, &self->layout->box[box]);
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  description ? description : "", -1);
}

static gboolean
hv_flame_graph_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard,
                              GtkTooltip *tooltip)
{
  HvFlameGraph *self = HV_FLAME_GRAPH (widget);
  uint32_t index = keyboard ? selected_box (self) : hv_flame_graph_box_at (self, x, y);
  if (index == HV_FLAME_NO_BOX)
    return FALSE;

  const HvFlameBox *box = &self->layout->box[index];
  const HvKey *key = box->merged ? NULL : hv_scene_key (self->scene, box->node);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *numbers = describe_box (self, box);

  if (box->merged)
    g_string_append_printf (text,
                            g_dngettext (HV_GETTEXT_PACKAGE, "%u path too narrow to draw",
                                         "%u paths too narrow to draw", box->merged),
                            box->merged);
  else
    g_string_append (text, key && *key->function
                               ? key->function
                               : hv_tree_label (self->scene->report.tree, box->node));
  g_string_append_printf (text, "\n%s", numbers);
  if (key && *key->module)
    g_string_append_printf (text, "\n%s", hv_basename (key->module));
  if (key && *key->file)
    {
      g_string_append_printf (text, "\n%s", key->file);
      if (key->line)
        g_string_append_printf (text, ":%u", key->line);
    }
  gtk_tooltip_set_text (tooltip, text->str);
  return TRUE;
}

/* --- changes --- */

static void
set_zoom (HvFlameGraph *self, uint32_t node, guint forest)
{
  guint forests = node ? 1u << forest : 0;
  if (self->zoom == node && self->zoom_forests == forests)
    return;
  self->zoom = node;
  self->zoom_forests = forests;
  drop_layout (self);
  g_signal_emit (self, signals[SIGNAL_ZOOMED], 0, node);
}

static void
user_select (HvFlameGraph *self, uint32_t node, guint forest)
{
  if (self->selected == node && self->selected_forest == forest)
    return;
  self->selected = node;
  self->selected_forest = forest;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  update_accessible (self);
  g_signal_emit (self, signals[SIGNAL_SELECTED], 0, node);
}

static void
scroll_to_selected (HvFlameGraph *self)
{
  GtkWidget *scrolled = gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_SCROLLED_WINDOW);
  uint32_t box = selected_box (self);
  if (!scrolled || box == HV_FLAME_NO_BOX)
    return;
  graphene_rect_t rect = hv_flame_graph_box_rect (self, box);
  gtk_adjustment_clamp_page (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled)),
                             rect.origin.y - rect.size.height,
                             rect.origin.y + 2 * rect.size.height);
}

/* --- pointer --- */

static void
set_hover (HvFlameGraph *self, uint32_t box)
{
  if (self->hover == box)
    return;
  self->hover = box;
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), box == HV_FLAME_NO_BOX ? NULL : "pointer");
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
motion_cb (HvFlameGraph *self, double x, double y)
{
  set_hover (self, hv_flame_graph_box_at (self, x, y));
}

static void
leave_cb (HvFlameGraph *self)
{
  set_hover (self, HV_FLAME_NO_BOX);
}

static void
pressed_cb (HvFlameGraph *self, int n_press, double x, double y)
{
  self->press_x = x;
  self->press_y = y;
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

static void
released_cb (HvFlameGraph *self, int n_press, double x, double y)
{
  if (ABS (x - self->press_x) > CLICK_SLOP || ABS (y - self->press_y) > CLICK_SLOP)
    return;
  uint32_t index = hv_flame_graph_box_at (self, x, y);
  if (index == HV_FLAME_NO_BOX)
    {
      set_zoom (self, 0, 0);
      return;
    }
  const HvFlameBox box = self->layout->box[index];
  user_select (self, box.node, box.forest);
  set_zoom (self, box.node, box.forest);
  motion_cb (self, x, y);
}

/* --- keyboard --- */

static uint32_t
step (HvFlameGraph *self, uint32_t from, guint keyval)
{
  const HvFlameLayout *layout = self->layout;
  const HvFlameBox *box = &layout->box[from];

  switch (keyval)
    {
    case GDK_KEY_Up:
      return box->parent;
    case GDK_KEY_Down:
      {
        uint32_t widest = HV_FLAME_NO_BOX;
        for (uint32_t i = box->first_child; i < box->first_child + box->n_children; i++)
          if (!layout->box[i].merged
              && (widest == HV_FLAME_NO_BOX || layout->box[i].value > layout->box[widest].value))
            widest = i;
        return widest;
      }
    case GDK_KEY_Left:
      return from > layout->row_start[box->row] ? from - 1 : HV_FLAME_NO_BOX;
    case GDK_KEY_Right:
      return from + 1 < layout->row_start[box->row + 1] ? from + 1 : HV_FLAME_NO_BOX;
    default:
      return HV_FLAME_NO_BOX;
    }
}

static gboolean
key_cb (HvFlameGraph *self, guint keyval, guint keycode, GdkModifierType state)
{
  if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK))
    return FALSE;
  const HvFlameLayout *layout = hv_flame_graph_get_layout (self);
  if (!layout || !layout->n_boxes)
    return FALSE;

  uint32_t from = selected_box (self);
  switch (keyval)
    {
    case GDK_KEY_Up:
    case GDK_KEY_Down:
    case GDK_KEY_Left:
    case GDK_KEY_Right:
      {
        uint32_t to = 0;
        if (from != HV_FLAME_NO_BOX)
          {
            guint forest = layout->box[from].forest;
            /* Merged boxes have no name to stand on; sibling means same forest. */
            for (to = step (self, from, keyval); to != HV_FLAME_NO_BOX && layout->box[to].merged;
                 to = step (self, to, keyval))
              ;
            if (to != HV_FLAME_NO_BOX && (keyval == GDK_KEY_Up || keyval == GDK_KEY_Down)
                && layout->box[to].forest != forest)
              to = HV_FLAME_NO_BOX;
          }
        if (to == HV_FLAME_NO_BOX)
          return TRUE;
        const HvFlameBox *box = &layout->box[to];
        user_select (self, box->node, box->forest);
        scroll_to_selected (self);
        return TRUE;
      }
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
      if (from != HV_FLAME_NO_BOX)
        set_zoom (self, layout->box[from].node, layout->box[from].forest);
      return TRUE;
    default:
      return FALSE;
    }
}

/* --- drawing --- */

static void
append_highlights (HvFlameGraph *self, GtkSnapshot *snapshot, const HvPalette *palette)
{
  float height = row_height (self);
  uint32_t selected = selected_box (self);
  uint32_t key = self->hover == HV_FLAME_NO_BOX ? NO_KEY : box_key (self, self->hover);
  GdkRGBA veil = palette->text;

  veil.alpha = 0.16f;
  for (uint32_t i = 0; i < self->layout->n_boxes && self->hover != HV_FLAME_NO_BOX; i++)
    if (i == self->hover || (key != NO_KEY && box_key (self, i) == key))
      {
        graphene_rect_t rect = hv_flame_box_rect (&self->layout->box[i], height);
        gtk_snapshot_append_color (snapshot, &veil, &rect);
      }
  if (selected != HV_FLAME_NO_BOX)
    {
      graphene_rect_t rect = hv_flame_box_rect (&self->layout->box[selected], height);
      hv_paint_outline (snapshot, &rect, &palette->accent, 2, FALSE);
    }
}

static void
hv_flame_graph_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  HvFlameGraph *self = HV_FLAME_GRAPH (widget);
  const HvPalette *palette = get_palette ();

  if (!layout_for_width (self, gtk_widget_get_width (widget)))
    return;
  if (!self->picture)
    {
      g_autoptr (GtkSnapshot) inner = gtk_snapshot_new ();
      const HvFlamePaint paint = {
        .layout = self->layout,
        .scene = self->scene,
        .palette = palette,
        .text = get_text (self),
        .row_height = row_height (self),
        .matches = self->matches,
      };
      hv_flame_paint (&paint, inner);
      self->picture = gtk_snapshot_free_to_node (g_steal_pointer (&inner));
    }
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (MARGIN, MARGIN));
  if (self->picture)
    gtk_snapshot_append_node (snapshot, self->picture);
  append_highlights (self, snapshot, palette);
  gtk_snapshot_restore (snapshot);
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
  const HvFlameLayout *layout = layout_for_width (self, for_size > 0 ? for_size : NATURAL_WIDTH);
  uint32_t rows = layout ? MIN (layout->n_rows, 100000) : 0;
  *minimum = *natural = (int) ((float) rows * row_height (self)) + 2 * MARGIN;
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
  drop_layout (self);
}

static void
hv_flame_graph_dispose (GObject *object)
{
  HvFlameGraph *self = HV_FLAME_GRAPH (object);

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
  widget_class->css_changed = hv_flame_graph_css_changed;
  widget_class->system_setting_changed = hv_flame_graph_system_setting_changed;
  widget_class->query_tooltip = hv_flame_graph_query_tooltip;
  gtk_widget_class_set_css_name (widget_class, "flamegraph");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);

  signals[SIGNAL_SELECTED] = g_signal_new ("selected", HV_TYPE_FLAME_GRAPH, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[SIGNAL_ZOOMED] = g_signal_new ("zoomed", HV_TYPE_FLAME_GRAPH, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
hv_flame_graph_init (HvFlameGraph *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->hover = HV_FLAME_NO_BOX;
  g_signal_connect_object (motion, "motion", G_CALLBACK (motion_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (motion, "leave", G_CALLBACK (leave_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (click, "pressed", G_CALLBACK (pressed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (click, "released", G_CALLBACK (released_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, keys);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
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

  if (scene && self->scene)
    {
      zoom = hv_scene_find_like (scene, self->scene, self->zoom);
      selected = hv_scene_find_like (scene, self->scene, self->selected);
    }
  g_clear_pointer (&self->scene, hv_scene_unref);
  g_clear_pointer (&self->matches, g_free);
  self->scene = scene ? hv_scene_ref (scene) : NULL;
  self->zoom = zoom;
  if (!zoom)
    self->zoom_forests = 0;
  self->selected = selected;
  drop_layout (self);
  update_accessible (self);
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
  drop_layout (self);
  update_accessible (self);
}

HvFlameView
hv_flame_graph_get_view (HvFlameGraph *self)
{
  return self->view;
}

void
hv_flame_graph_select (HvFlameGraph *self, uint32_t node)
{
  g_return_if_fail (HV_IS_FLAME_GRAPH (self));
  if (self->selected == node || !self->scene)
    return;
  self->selected = node;
  self->selected_forest = self->scene->diff
                                  && self->scene->diff->growth[node]
                                         < self->scene->diff->shrink[node]
                              ? HV_FLAME_LOSS
                              : HV_FLAME_GAIN;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  update_accessible (self);
  scroll_to_selected (self);
}

uint32_t
hv_flame_graph_get_selected (HvFlameGraph *self)
{
  return self->selected;
}

void
hv_flame_graph_zoom_to (HvFlameGraph *self, uint32_t node)
{
  g_return_if_fail (HV_IS_FLAME_GRAPH (self));
  set_zoom (self, node, node == self->selected ? self->selected_forest : HV_FLAME_GAIN);
}

void
hv_flame_graph_zoom_in (HvFlameGraph *self)
{
  g_return_if_fail (HV_IS_FLAME_GRAPH (self));
  if (!hv_flame_graph_get_layout (self))
    return;
  if (self->selected && self->selected != self->zoom)
    set_zoom (self, self->selected, self->selected_forest);
  else if (self->selected)
    {
      uint32_t box = selected_box (self);
      uint32_t child = box == HV_FLAME_NO_BOX ? box : step (self, box, GDK_KEY_Down);
      if (child == HV_FLAME_NO_BOX)
        return;
      const HvFlameBox next = self->layout->box[child];
      user_select (self, next.node, next.forest);
      set_zoom (self, next.node, next.forest);
    }
}

void
hv_flame_graph_zoom_out (HvFlameGraph *self)
{
  g_return_if_fail (HV_IS_FLAME_GRAPH (self));
  if (!self->scene || !self->zoom)
    return;
  set_zoom (self, self->scene->report.tree->parent[self->zoom],
            self->zoom_forests & 1u << HV_FLAME_LOSS ? HV_FLAME_LOSS : HV_FLAME_GAIN);
}

uint32_t
hv_flame_graph_get_zoom (HvFlameGraph *self)
{
  return self->zoom;
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

const HvFlameLayout *
hv_flame_graph_get_layout (HvFlameGraph *self)
{
  return layout_for_width (self, gtk_widget_get_width (GTK_WIDGET (self)));
}

uint32_t
hv_flame_graph_box_at (HvFlameGraph *self, double x, double y)
{
  if (!hv_flame_graph_get_layout (self) || y < MARGIN)
    return HV_FLAME_NO_BOX;
  uint32_t row = (uint32_t) ((y - MARGIN) / row_height (self));
  return row < self->layout->n_rows ? hv_flame_layout_hit (self->layout, row, x - MARGIN, HIT_SLACK)
                                    : HV_FLAME_NO_BOX;
}

graphene_rect_t
hv_flame_graph_box_rect (HvFlameGraph *self, uint32_t box)
{
  graphene_rect_t rect = hv_flame_box_rect (&self->layout->box[box], row_height (self));
  rect.origin.x += MARGIN;
  rect.origin.y += MARGIN;
  return rect;
}
