/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/flame-graph-private.h"

#include <math.h>

/* A press that moves further is no click, but pans. */
#define CLICK_SLOP 4
/* One click of a wheel, one press of a key. */
#define WHEEL_FACTOR 1.25
#define WHEEL_STEP 80
#define ROWS_A_STEP 3
/* The keys labelled w and s on a US keyboard, whatever they type on this one. */
#define KEYCODE_W 25
#define KEYCODE_S 39

/* --- pointer --- */

static void
set_hover (HvFlameGraph *self, uint32_t box)
{
  gboolean named = box != HV_FLAME_NO_BOX && !self->layout->box[box].merged;
  uint32_t node = named ? self->layout->box[box].node : 0;

  if (self->hover != box)
    {
      self->hover = box;
      if (!self->dragging)
        gtk_widget_set_cursor_from_name (GTK_WIDGET (self),
                                         box == HV_FLAME_NO_BOX ? NULL : "pointer");
      gtk_widget_queue_draw (GTK_WIDGET (self));
    }
  /* A new layout forgets the box, not what was told of it. */
  if (self->pointed_at != node)
    {
      self->pointed_at = node;
      g_signal_emit_by_name (self, "hovered", node);
    }
}

static void
motion_cb (HvFlameGraph *self, double x, double y)
{
  /* The pointer rests below a menu that is open, and gets told so. */
  if (self->pointer_x != x || self->pointer_y != y)
    self->no_tooltip = FALSE;
  self->pointer_x = x;
  self->pointer_y = y;
  if (!self->dragging)
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
released_cb (HvFlameGraph *self, int n_press, double x, double y, GtkEventController *click)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (click);

  if (fabs (x - self->press_x) > CLICK_SLOP || fabs (y - self->press_y) > CLICK_SLOP)
    return;
  uint32_t index = hv_flame_graph_box_at (self, x, y);
  if (index == HV_FLAME_NO_BOX)
    {
      hv_flame_graph_set_zoom (self, 0, 0);
      return;
    }
  const HvFlameBox box = self->layout->box[index];
  /* Merged boxes have no name. */
  if (box.merged && (state & (GDK_CONTROL_MASK | GDK_ALT_MASK)))
    return;
  if (state & GDK_CONTROL_MASK)
    {
      hv_flame_graph_toggle (self, box.node, box.forest);
      return;
    }
  hv_flame_graph_user_select (self, box.node, box.forest);
  if (state & GDK_ALT_MASK)
    {
      gtk_widget_activate_action (GTK_WIDGET (self), "win.drop", NULL);
      return;
    }
  hv_flame_graph_set_zoom (self, box.node, box.forest);
  motion_cb (self, x, y);
  if (n_press == 2)
    g_signal_emit_by_name (self, "open");
}

static void
drag_begin_cb (HvFlameGraph *self, double x, double y)
{
  GtkAdjustment *down = hv_flame_graph_get_down (self);

  self->drag_left = self->left * self->scale;
  self->drag_top = down ? gtk_adjustment_get_value (down) : 0;
}

static void
drag_update_cb (HvFlameGraph *self, double dx, double dy, GtkGesture *drag)
{
  GtkAdjustment *down = hv_flame_graph_get_down (self);

  if (!self->dragging && fabs (dx) <= CLICK_SLOP && fabs (dy) <= CLICK_SLOP)
    return;
  if (!self->dragging)
    {
      self->dragging = TRUE;
      set_hover (self, HV_FLAME_NO_BOX);
      gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "grabbing");
      gtk_gesture_set_state (drag, GTK_EVENT_SEQUENCE_CLAIMED);
    }
  /* From where it began: the pointer may have run against the end and come back. */
  double width = MAX (1, gtk_widget_get_width (GTK_WIDGET (self)) - 2 * HV_FLAME_MARGIN);
  hv_flame_graph_set_viewport (self, self->scale, (self->drag_left - dx / width) / self->scale);
  if (down)
    gtk_adjustment_set_value (down, self->drag_top - dy);
}

static void
drag_end_cb (HvFlameGraph *self)
{
  self->dragging = FALSE;
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), NULL);
  hv_flame_graph_update_hover (self);
}

/* Plain turns are left to what scrolls the widget. */
static gboolean
scroll_cb (HvFlameGraph *self, double dx, double dy, GtkEventController *scroll)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (scroll);
  gboolean pixels = gtk_event_controller_scroll_get_unit (GTK_EVENT_CONTROLLER_SCROLL (scroll))
                    == GDK_SCROLL_UNIT_SURFACE;
  double step = pixels ? 1 : WHEEL_STEP;

  if (!self->scene)
    return FALSE;
  if (state & GDK_CONTROL_MASK)
    {
      double x = self->pointer_y >= 0 ? self->pointer_x
                                      : gtk_widget_get_width (GTK_WIDGET (self)) / 2.0;
      hv_flame_graph_scale_at (self, x, pow (WHEEL_FACTOR, -dy * step / WHEEL_STEP));
    }
  else if (state & GDK_SHIFT_MASK)
    hv_flame_graph_pan (self, (dx != 0 ? dx : dy) * step, 0);
  else if (fabs (dx) > fabs (dy))
    hv_flame_graph_pan (self, dx * step, 0);
  else
    return FALSE;
  return TRUE;
}

static void
pinch_begin_cb (HvFlameGraph *self)
{
  self->pinch = 1;
}

static void
pinch_cb (HvFlameGraph *self, double scale, GtkGesture *pinch)
{
  double x = gtk_widget_get_width (GTK_WIDGET (self)) / 2.0, y;

  if (gtk_gesture_is_active (pinch))
    gtk_gesture_get_bounding_box_center (pinch, &x, &y);
  hv_flame_graph_scale_at (self, x, scale / self->pinch);
  self->pinch = scale;
}

static void
menu_pressed_cb (HvFlameGraph *self, int n_press, double x, double y)
{
  uint32_t index = hv_flame_graph_box_at (self, x, y);
  if (index == HV_FLAME_NO_BOX)
    return;
  gtk_widget_grab_focus (GTK_WIDGET (self));
  hv_flame_graph_user_select (self, self->layout->box[index].node, self->layout->box[index].forest);
  self->no_tooltip = TRUE;
  gtk_widget_trigger_tooltip_query (GTK_WIDGET (self));
  g_signal_emit_by_name (self, "menu", x, y);
}

/* --- keyboard --- */

/* Where an arrow leads from a box with the root on top, or HV_FLAME_NO_BOX. */
static uint32_t
step (const HvFlameLayout *layout, uint32_t from, guint keyval)
{
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

static void
move_cursor (HvFlameGraph *self, guint keyval)
{
  const HvTree *tree = self->scene->report.tree;
  HvFlameRequest request = hv_flame_graph_request (self, gtk_widget_get_width (GTK_WIDGET (self)));

  /* Also to what is outside of the view. */
  request.around = self->selected;
  g_autoptr (HvFlameLayout) around = hv_flame_layout_new (&request);
  uint32_t from = HV_FLAME_NO_BOX;
  for (guint i = 0; self->selected && from == HV_FLAME_NO_BOX && i < HV_N_FLAME_FORESTS; i++)
    {
      guint forest = (self->selected_forest + i) % HV_N_FLAME_FORESTS;
      from = hv_flame_layout_find (around, tree, self->selected, forest);
    }
  if (!around->n_boxes)
    return;

  /* Everything is box 0: from there any arrow leads to what it calls. */
  guint arrow = from == HV_FLAME_NO_BOX ? GDK_KEY_Down : keyval;
  uint32_t to = step (around, from == HV_FLAME_NO_BOX ? 0 : from, arrow);
  /* Merged boxes have no name to stand on. */
  while (to != HV_FLAME_NO_BOX && around->box[to].merged)
    to = step (around, to, arrow);
  if (to == HV_FLAME_NO_BOX)
    return;
  hv_flame_graph_user_select (self, around->box[to].node, around->box[to].forest);
  hv_flame_graph_scroll_to_selected (self);
}

static gboolean
pan_key (HvFlameGraph *self, guint keyval)
{
  double width = gtk_widget_get_width (GTK_WIDGET (self)) / 8.0;
  double rows = ROWS_A_STEP * hv_flame_graph_row_height (self);

  switch (keyval)
    {
    case GDK_KEY_Left:
      hv_flame_graph_pan (self, -width, 0);
      return TRUE;
    case GDK_KEY_Right:
      hv_flame_graph_pan (self, width, 0);
      return TRUE;
    case GDK_KEY_Up:
      hv_flame_graph_pan (self, 0, -rows);
      return TRUE;
    case GDK_KEY_Down:
      hv_flame_graph_pan (self, 0, rows);
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
key_cb (HvFlameGraph *self, guint keyval, guint keycode, GdkModifierType state)
{
  const HvFlameLayout *layout = hv_flame_graph_get_layout (self);

  if (!layout || !layout->n_boxes || state & (GDK_ALT_MASK | GDK_SUPER_MASK))
    return FALSE;
  if (state & GDK_CONTROL_MASK)
    return pan_key (self, keyval);
  if (!(state & GDK_SHIFT_MASK) && (keycode == KEYCODE_W || keycode == KEYCODE_S))
    return pan_key (self, keycode == KEYCODE_W ? GDK_KEY_Up : GDK_KEY_Down);

  uint32_t from = hv_flame_graph_selected_box (self);
  switch (keyval)
    {
    case GDK_KEY_Up:
    case GDK_KEY_Down:
    case GDK_KEY_Left:
    case GDK_KEY_Right:
      if (self->root_below && (keyval == GDK_KEY_Up || keyval == GDK_KEY_Down))
        keyval = keyval == GDK_KEY_Up ? GDK_KEY_Down : GDK_KEY_Up;
      move_cursor (self, keyval);
      return TRUE;
    case GDK_KEY_Menu:
    case GDK_KEY_F10: /* with Shift; alone it is the window's */
      if (keyval == GDK_KEY_F10 && !(state & GDK_SHIFT_MASK))
        return FALSE;
      if (from != HV_FLAME_NO_BOX)
        {
          graphene_rect_t rect = hv_flame_graph_box_rect (self, from);
          g_signal_emit_by_name (self, "menu", (double) rect.origin.x + 20,
                                 (double) (rect.origin.y + rect.size.height));
        }
      return TRUE;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
      if (self->selected)
        hv_flame_graph_set_zoom (self, self->selected, self->selected_forest);
      return TRUE;
    default:
      return FALSE;
    }
}

void
hv_flame_graph_update_hover (HvFlameGraph *self)
{
  if (!self->dragging)
    set_hover (self, self->pointer_y >= 0
                         ? hv_flame_graph_box_at (self, self->pointer_x, self->pointer_y)
                         : HV_FLAME_NO_BOX);
}

void
hv_flame_graph_point_at (HvFlameGraph *self, uint32_t node)
{
  g_return_if_fail (HV_IS_FLAME_GRAPH (self));
  uint32_t found = HV_FLAME_NO_BOX;

  if (!self->layout || !self->scene)
    return;
  const uint32_t *key = self->scene->report.tree->node_key;
  for (uint32_t i = 0; node && i < self->layout->n_boxes && found == HV_FLAME_NO_BOX; i++)
    {
      const HvFlameBox *box = &self->layout->box[i];
      if (!box->merged && box->node && key[box->node] == key[node])
        found = i;
    }
  set_hover (self, found);
}

void
hv_flame_graph_add_input (HvFlameGraph *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkGesture *pinch = gtk_gesture_zoom_new ();
  GtkGesture *menu = gtk_gesture_click_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (
      GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);

  g_signal_connect_object (motion, "motion", G_CALLBACK (motion_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (motion, "leave", G_CALLBACK (leave_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (click, "pressed", G_CALLBACK (pressed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (click, "released", G_CALLBACK (released_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "drag-update", G_CALLBACK (drag_update_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "drag-end", G_CALLBACK (drag_end_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (pinch, "begin", G_CALLBACK (pinch_begin_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (pinch, "scale-changed", G_CALLBACK (pinch_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  self->pointer_y = -1;
  self->pinch = 1;
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (menu), GDK_BUTTON_SECONDARY);
  g_signal_connect_object (menu, "pressed", G_CALLBACK (menu_pressed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (scroll, "scroll", G_CALLBACK (scroll_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (widget, scroll);
  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, keys);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (pinch));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (menu));
}
