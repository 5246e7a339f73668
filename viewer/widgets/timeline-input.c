/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/timeline-private.h"

#include <math.h>

#include "store/units.h"

/* A press that moves further is no click. */
#define DRAG_SLOP 5
/* One click of a wheel, one press of a key. */
#define ZOOM_FACTOR 1.25
#define PAN_PART 0.1
#define PAGE_MOMENTS 10
#define FLAG_REACH 9

guint
hv_timeline_flag_at (HvTimeline *self, double x, double y)
{
  guint found = HV_N_MARKS;
  double nearest = FLAG_REACH + 1;

  if (!self->scene || y > HV_TIMELINE_TOP)
    return HV_N_MARKS;
  for (guint i = 0; i < HV_N_MARKS; i++)
    if (self->mark[i] != G_MAXUINT)
      {
        double d = fabs (hv_timeline_x_of (self, self->mark[i]) - x);
        if (d < nearest)
          {
            nearest = d;
            found = i;
          }
      }
  return found;
}

/* --- pointer --- */

static void
tell_pointed (HvTimeline *self)
{
  g_autofree char *text = NULL;

  if (self->hover != G_MAXUINT)
    {
      const HvConsumers *consumers = hv_profiles_get_consumers (self->scene->profiles);
      guint c = hv_timeline_consumer_at (self, self->hover, self->pointer_y);
      g_autofree char *moment = hv_timeline_describe (self, self->hover);
      if (c == G_MAXUINT)
        text = g_steal_pointer (&moment);
      else
        {
          g_autofree char *held = hv_format_bytes (consumers->consumer[c].live[self->hover]);
          text = g_strdup_printf ("%s · %s %s", moment, consumers->consumer[c].label, held);
        }
    }
  g_signal_emit_by_name (self, "pointed", text ? text : "");
}

static void
motion_cb (HvTimeline *self, double x, double y)
{
  gboolean flag = hv_timeline_flag_at (self, x, y) != HV_N_MARKS;

  if (!self->scene)
    return;
  self->hover = hv_timeline_moment_at (self, x);
  self->pointer_x = x;
  self->pointer_y = y;
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), flag ? "ew-resize" : "crosshair");
  tell_pointed (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
leave_cb (HvTimeline *self)
{
  if (self->hover == G_MAXUINT)
    return;
  self->hover = G_MAXUINT;
  tell_pointed (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
choose (HvTimeline *self, guint moment)
{
  hv_timeline_drop_range (self);
  hv_timeline_set_asked (self, moment);
  g_signal_emit_by_name (self, "moment", moment);
}

static void
released_cb (HvTimeline *self, int n_press, double x, double y)
{
  guint moment = hv_timeline_moment_at (self, x);

  if (!self->dragged && self->drag == HV_DRAG_RANGE && moment != G_MAXUINT)
    choose (self, moment);
}

static void
drag_begin_cb (HvTimeline *self, double x, double y)
{
  guint flag = hv_timeline_flag_at (self, x, y);

  self->dragged = FALSE;
  self->press_x = x;
  self->drag = flag == HV_MARK_A   ? HV_DRAG_MARK_A
               : flag == HV_MARK_B ? HV_DRAG_MARK_B
                                   : HV_DRAG_RANGE;
  if (self->drag == HV_DRAG_RANGE)
    self->anchor = hv_timeline_moment_at (self, x);
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

static void
drag_update_cb (HvTimeline *self, double dx, double dy)
{
  guint moment = hv_timeline_moment_at (self, self->press_x + dx);

  self->dragged |= fabs (dx) > DRAG_SLOP;
  if (!self->dragged || moment == G_MAXUINT)
    return;
  if (self->drag == HV_DRAG_RANGE)
    {
      if (self->anchor != G_MAXUINT)
        hv_timeline_set_range (self, self->anchor, moment);
      return;
    }
  guint mark = self->drag == HV_DRAG_MARK_A ? HV_MARK_A : HV_MARK_B;
  if (self->mark[mark] != moment)
    hv_timeline_set_mark (self, mark, moment);
}

/* What a mark is compared with is asked for once, not at every step of the way. */
static void
drag_end_cb (HvTimeline *self, double dx, double dy)
{
  guint mark = self->drag == HV_DRAG_MARK_A ? HV_MARK_A : HV_MARK_B;

  if (self->dragged && self->drag != HV_DRAG_RANGE && self->scene)
    g_signal_emit_by_name (self, "marked", mark, self->mark[mark]);
}

static void
pan (HvTimeline *self, double part)
{
  double width = self->end - self->begin;

  hv_timeline_set_visible (self, self->begin + part * width, self->end + part * width);
}

static gboolean
scroll_cb (HvTimeline *self, double dx, double dy, GtkEventController *scroll)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (scroll);

  if (!self->scene)
    return FALSE;
  if (state & GDK_CONTROL_MASK)
    hv_timeline_zoom (self, self->pointer_x, pow (ZOOM_FACTOR, -dy));
  else if (state & GDK_SHIFT_MASK)
    pan (self, PAN_PART * (dx + dy));
  else if (dx != 0)
    pan (self, PAN_PART * dx);
  else
    return FALSE;
  return TRUE;
}

/* --- keys --- */

/* Brings a moment into sight. */
static void
follow (HvTimeline *self, guint moment)
{
  double place = hv_time_axis_place (&self->axis, moment), width = self->end - self->begin;

  if (place < self->begin)
    hv_timeline_set_visible (self, place - width * PAN_PART, place + width * (1 - PAN_PART));
  else if (place > self->end)
    hv_timeline_set_visible (self, place - width * (1 - PAN_PART), place + width * PAN_PART);
}

/* The moment a key leads to from `from`; G_MAXUINT: it is no such key. */
static guint
moment_of_key (HvTimeline *self, guint keyval, guint from)
{
  gint64 last = (gint64) hv_timeline_profile (self)->n_moments - 1, to;

  switch (keyval)
    {
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
      to = (gint64) from - 1;
      break;
    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
      to = (gint64) from + 1;
      break;
    case GDK_KEY_Page_Up:
      to = (gint64) from - PAGE_MOMENTS;
      break;
    case GDK_KEY_Page_Down:
      to = (gint64) from + PAGE_MOMENTS;
      break;
    case GDK_KEY_Home:
    case GDK_KEY_KP_Home:
      to = 0;
      break;
    case GDK_KEY_End:
    case GDK_KEY_KP_End:
      to = last;
      break;
    default:
      return G_MAXUINT;
    }
  return (guint) CLAMP (to, 0, last);
}

static gboolean
move_key (HvTimeline *self, guint keyval, gboolean extend)
{
  gboolean previewed = self->from != self->to;
  guint last = hv_timeline_profile (self)->n_moments - 1;
  guint now = self->asked <= last ? self->asked : last;
  guint anchor = previewed ? self->anchor : now;
  guint from = !previewed ? now : self->anchor == self->from ? self->to : self->from;
  guint to = moment_of_key (self, keyval, extend ? from : now);

  if (to == G_MAXUINT)
    return FALSE;
  if (extend)
    hv_timeline_set_range (self, anchor, to);
  else
    choose (self, to);
  follow (self, to);
  return TRUE;
}

static gboolean
key_cb (HvTimeline *self, guint keyval, guint keycode, GdkModifierType state)
{
  float middle = self->left + (hv_timeline_plot_right (self) - self->left) / 2;

  if (!self->scene || state & GDK_ALT_MASK)
    return FALSE;
  if (state & GDK_CONTROL_MASK)
    {
      if (keyval != GDK_KEY_Left && keyval != GDK_KEY_Right)
        return FALSE;
      pan (self, keyval == GDK_KEY_Left ? -PAN_PART : PAN_PART);
      return TRUE;
    }
  if (self->asked <= hv_timeline_profile (self)->n_moments - 1)
    {
      double place = hv_time_axis_place (&self->axis, self->asked);
      if (place >= self->begin && place <= self->end)
        middle = hv_timeline_x_of (self, self->asked);
    }
  switch (keyval)
    {
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
      if (self->from == self->to)
        return FALSE;
      hv_timeline_commit_range (self);
      return TRUE;
    case GDK_KEY_plus:
    case GDK_KEY_equal:
    case GDK_KEY_KP_Add:
      hv_timeline_zoom (self, middle, ZOOM_FACTOR);
      return TRUE;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
      hv_timeline_zoom (self, middle, 1 / ZOOM_FACTOR);
      return TRUE;
    case GDK_KEY_0:
    case GDK_KEY_KP_0:
      hv_timeline_set_visible (self, 0, 1);
      return TRUE;
    default:
      return move_key (self, keyval, (state & GDK_SHIFT_MASK) != 0);
    }
}

void
hv_timeline_add_input (HvTimeline *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (
      GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkGesture *click = gtk_gesture_click_new (), *drag = gtk_gesture_drag_new ();

  g_signal_connect_object (motion, "motion", G_CALLBACK (motion_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (motion, "leave", G_CALLBACK (leave_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (scroll, "scroll", G_CALLBACK (scroll_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "drag-update", G_CALLBACK (drag_update_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "drag-end", G_CALLBACK (drag_end_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (click, "released", G_CALLBACK (released_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}
