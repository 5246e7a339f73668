/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "store/units.h"

#include "viewer/widgets/flame-graph-private.h"

/* A press that moves further is no click. */
#define CLICK_SLOP 5

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

void
hv_flame_graph_update_accessible (HvFlameGraph *self)
{
  uint32_t box;
  g_autofree char *description = NULL;
  const char *label = _ ("Flame graph");

  hv_flame_graph_get_layout (self);
  box = hv_flame_graph_selected_box (self);
  if (box != HV_FLAME_NO_BOX)
    {
      label = hv_tree_label (self->scene->report.tree, self->selected);
      description = describe_box (self, &self->layout->box[box]);
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  description ? description : "", -1);
}

gboolean
hv_flame_graph_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard,
                              GtkTooltip *tooltip)
{
  HvFlameGraph *self = HV_FLAME_GRAPH (widget);
  uint32_t index = keyboard ? hv_flame_graph_selected_box (self)
                            : hv_flame_graph_box_at (self, x, y);
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
  self->pointer_x = x;
  self->pointer_y = y;
  set_hover (self, hv_flame_graph_box_at (self, x, y));
}

static void
leave_cb (HvFlameGraph *self)
{
  self->pointer_y = -1;
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
      hv_flame_graph_set_zoom (self, 0, 0);
      return;
    }
  const HvFlameBox box = self->layout->box[index];
  hv_flame_graph_user_select (self, box.node, box.forest);
  hv_flame_graph_set_zoom (self, box.node, box.forest);
  motion_cb (self, x, y);
}

/* One frame nearer to what is under the pointer, or one out. */
static gboolean
scroll_cb (HvFlameGraph *self, double dx, double dy, GtkEventController *scroll)
{
  if (!(gtk_event_controller_get_current_event_state (scroll) & GDK_CONTROL_MASK) || !self->scene)
    return FALSE;
  if (dy > 0)
    hv_flame_graph_zoom_out (self);
  else if (dy < 0)
    {
      const HvTree *tree = self->scene->report.tree;
      uint32_t index = hv_flame_graph_box_at (self, self->pointer_x, self->pointer_y);
      if (index == HV_FLAME_NO_BOX)
        return TRUE;
      const HvFlameBox box = self->layout->box[index];
      uint32_t node = box.node;
      while (node && node != self->zoom && tree->parent[node] != self->zoom)
        node = tree->parent[node];
      if (node && node != self->zoom)
        hv_flame_graph_set_zoom (self, node, box.forest);
    }
  return TRUE;
}

static void
menu_pressed_cb (HvFlameGraph *self, int n_press, double x, double y)
{
  uint32_t index = hv_flame_graph_box_at (self, x, y);
  if (index == HV_FLAME_NO_BOX)
    return;
  gtk_widget_grab_focus (GTK_WIDGET (self));
  hv_flame_graph_user_select (self, self->layout->box[index].node, self->layout->box[index].forest);
  g_signal_emit_by_name (self, "menu", x, y);
}

/* --- keyboard --- */

uint32_t
hv_flame_graph_step (HvFlameGraph *self, uint32_t from, guint keyval)
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

  uint32_t from = hv_flame_graph_selected_box (self);
  switch (keyval)
    {
    case GDK_KEY_Up:
    case GDK_KEY_Down:
    case GDK_KEY_Left:
    case GDK_KEY_Right:
      {
        /* Everything is box 0: from there any arrow goes down. */
        uint32_t at = from == HV_FLAME_NO_BOX ? 0 : from;
        guint arrow = from == HV_FLAME_NO_BOX ? GDK_KEY_Down : keyval;
        uint32_t to = hv_flame_graph_step (self, at, arrow);
        /* Merged boxes have no name to stand on. */
        while (to != HV_FLAME_NO_BOX && layout->box[to].merged)
          to = hv_flame_graph_step (self, to, arrow);
        if (to == HV_FLAME_NO_BOX)
          return TRUE;
        const HvFlameBox *box = &layout->box[to];
        hv_flame_graph_user_select (self, box->node, box->forest);
        hv_flame_graph_scroll_to_selected (self);
        return TRUE;
      }
    case GDK_KEY_Menu:
      if (from != HV_FLAME_NO_BOX)
        {
          graphene_rect_t rect = hv_flame_graph_box_rect (self, from);
          g_signal_emit_by_name (self, "menu", (double) rect.origin.x + 20,
                                 (double) (rect.origin.y + rect.size.height));
        }
      return TRUE;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
      if (from != HV_FLAME_NO_BOX)
        hv_flame_graph_set_zoom (self, layout->box[from].node, layout->box[from].forest);
      return TRUE;
    default:
      return FALSE;
    }
}

void
hv_flame_graph_update_hover (HvFlameGraph *self)
{
  if (self->pointer_y >= 0)
    set_hover (self, hv_flame_graph_box_at (self, self->pointer_x, self->pointer_y));
}

void
hv_flame_graph_add_input (HvFlameGraph *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *menu = gtk_gesture_click_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (
      GTK_EVENT_CONTROLLER_SCROLL_VERTICAL | GTK_EVENT_CONTROLLER_SCROLL_DISCRETE);

  g_signal_connect_object (motion, "motion", G_CALLBACK (motion_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (motion, "leave", G_CALLBACK (leave_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (click, "pressed", G_CALLBACK (pressed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (click, "released", G_CALLBACK (released_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  self->pointer_y = -1;
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (menu), GDK_BUTTON_SECONDARY);
  g_signal_connect_object (menu, "pressed", G_CALLBACK (menu_pressed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (scroll, "scroll", G_CALLBACK (scroll_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, scroll);
  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, keys);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (menu));
}
