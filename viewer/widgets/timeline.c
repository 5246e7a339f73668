/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <adwaita.h>
#include <math.h>

#include "store/units.h"

#include "viewer/widgets/timeline-private.h"

#define HEIGHT 150
#define MIN_HEIGHT 90
/* A press that moves further is no click. */
#define DRAG_SLOP 5

enum
{
  SIGNAL_MOMENT,
  SIGNAL_RANGE,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HvTimeline, hv_timeline, GTK_TYPE_WIDGET)

const HvProfile *
hv_timeline_profile (HvTimeline *self)
{
  return self->scene->report.profile;
}

int64_t
hv_timeline_live_at (const HvProfile *profile, guint moment)
{
  const HvMoment *m = &profile->moment[moment];
  return MAX (m->live_bytes, m->max_bytes);
}

/* Dumps without a clock stand side by side at equal distances. */
static gboolean
has_times (const HvProfile *profile)
{
  const HvMoment *m = profile->moment;
  if (m[0].time < 0 || m[profile->n_moments - 1].time <= m[0].time)
    return FALSE;
  for (guint i = 1; i < profile->n_moments; i++)
    if (m[i].time < m[i - 1].time)
      return FALSE;
  return TRUE;
}

static double
fraction_of (HvTimeline *self, guint moment)
{
  const HvProfile *profile = hv_timeline_profile (self);
  guint n = profile->n_moments;

  if (n < 2)
    return 0.5;
  if (!self->timed)
    return (double) moment / (n - 1);
  /* A trace starts at zero, whenever its first bucket ends. */
  int64_t first = profile->moment[0].kind == HV_MOMENT_BUCKET ? 0 : profile->moment[0].time;
  int64_t last = profile->moment[n - 1].time;
  return (double) (profile->moment[moment].time - first) / (double) (last - first);
}

float
hv_timeline_x_of (HvTimeline *self, guint moment)
{
  float width = (float) gtk_widget_get_width (GTK_WIDGET (self)) - self->left - RIGHT;
  return self->left + width * (float) fraction_of (self, moment);
}

float
hv_timeline_y_of (HvTimeline *self, int64_t value)
{
  float height = (float) gtk_widget_get_height (GTK_WIDGET (self)) - TOP - BOTTOM;
  double part = self->top_value > 0 ? (double) value / (double) self->top_value : 0;
  return TOP + height * (1 - (float) CLAMP (part, 0, 1));
}

/* A round number of bytes in the unit people read: 1, 2, 5 × 10ⁿ of a power of 1024. */
static int64_t
round_step (int64_t range)
{
  double unit = 1;

  while (unit * 1024 <= (double) range / 4)
    unit *= 1024;
  double raw = (double) range / 4 / unit, power = pow (10, floor (log10 (MAX (raw, 1))));
  static const double steps[] = { 1, 2, 5, 10 };
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (raw <= steps[i] * power)
      return (int64_t) MAX (1, steps[i] * power * unit);
  return (int64_t) MAX (1, 10 * power * unit);
}

static void
choose_scale (HvTimeline *self)
{
  const HvProfile *profile = hv_timeline_profile (self);
  int64_t highest = 1, best = -1;

  self->peak = G_MAXUINT;
  for (guint i = 0; i < profile->n_moments; i++)
    {
      int64_t live = hv_timeline_live_at (profile, i);
      if (live > best)
        {
          best = live;
          self->peak = i;
        }
      highest = MAX (highest, MAX (live, profile->moment[i].rss_bytes));
    }
  highest = MIN (highest, G_MAXINT64 / 4);
  self->step = round_step (highest);
  self->top_value = highest + highest / 20;
}

guint
hv_timeline_shown_moment (HvTimeline *self)
{
  const HvReport *report = &self->scene->report;

  if (report->at == HV_AT_PEAK || report->metric == HV_METRIC_PEAK_BYTES
      || report->metric == HV_METRIC_PEAK_BLOCKS)
    return self->peak;
  return report->at < report->profile->n_moments ? report->at : report->profile->n_moments - 1;
}

char *
hv_timeline_moment_text (HvTimeline *self, guint index)
{
  const HvProfile *profile = hv_timeline_profile (self);
  const HvMoment *m = &profile->moment[index];
  g_autofree char *size = hv_format_bytes (m->live_bytes);
  g_autofree char *time = m->time >= 0 && profile->time_unit != HV_TIME_NONE
                              ? hv_format_time (profile, m->time)
                              : g_strdup_printf ("%" G_GINT64_FORMAT, m->number);

  if (m->label)
    return g_strdup_printf ("%s · %s", size, hv_profile_string (profile, m->label));
  return g_strdup_printf ("%s · %s", size, time);
}

/* "+147 MiB in 1:06", and how to go on */
char *
hv_timeline_range_text (HvTimeline *self)
{
  const HvProfile *profile = hv_timeline_profile (self);
  const HvMoment *from = &profile->moment[self->from], *to = &profile->moment[self->to];
  g_autofree char *delta = hv_format_delta (profile, HV_METRIC_LIVE_BYTES,
                                            to->live_bytes - from->live_bytes);

  if (!self->timed || profile->time_unit == HV_TIME_NONE)
    return g_strdup_printf (_ ("%s — Enter: show only this range"), delta);
  g_autofree char *time = hv_format_time (profile, to->time - from->time);
  return g_strdup_printf (_ ("%s in %s — Enter: show only this range"), delta, time);
}

static void
hv_timeline_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                     int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 240 : MIN_HEIGHT;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 240 : HEIGHT;
}

static void
motion_cb (HvTimeline *self, double x, double y)
{
  guint hover = hv_timeline_moment_at (self, x);
  if (hover == self->hover)
    return;
  self->hover = hover;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
leave_cb (HvTimeline *self)
{
  self->hover = G_MAXUINT;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
released_cb (HvTimeline *self, int n_press, double x, double y)
{
  guint moment = hv_timeline_moment_at (self, x);
  if (self->dragged)
    return;
  hv_timeline_drop_range (self);
  if (moment != G_MAXUINT)
    g_signal_emit (self, signals[SIGNAL_MOMENT], 0, moment);
}

static void
drag_begin_cb (HvTimeline *self, double x, double y)
{
  self->dragged = FALSE;
  self->press_x = x;
  self->anchor = hv_timeline_moment_at (self, x);
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

static void
drag_update_cb (HvTimeline *self, double dx, double dy)
{
  guint moment = hv_timeline_moment_at (self, self->press_x + dx);

  self->dragged |= fabs (dx) > DRAG_SLOP;
  if (!self->dragged || moment == G_MAXUINT || self->anchor == G_MAXUINT)
    return;
  self->from = MIN (self->anchor, moment);
  self->to = MAX (self->anchor, moment);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
key_cb (HvTimeline *self, guint keyval, guint keycode, GdkModifierType state)
{
  if (self->from == self->to || (keyval != GDK_KEY_Return && keyval != GDK_KEY_KP_Enter))
    return FALSE;
  g_signal_emit (self, signals[SIGNAL_RANGE], 0, self->from, self->to);
  return TRUE;
}

static void
hv_timeline_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  HvTimeline *self = HV_TIMELINE (widget);

  GTK_WIDGET_CLASS (hv_timeline_parent_class)->css_changed (widget, change);
  g_clear_pointer (&self->text, hv_text_cache_free);
  gtk_widget_queue_draw (widget);
}

static void
hv_timeline_dispose (GObject *object)
{
  HvTimeline *self = HV_TIMELINE (object);

  g_clear_pointer (&self->text, hv_text_cache_free);
  g_clear_pointer (&self->scene, hv_scene_unref);
  G_OBJECT_CLASS (hv_timeline_parent_class)->dispose (object);
}

static void
hv_timeline_class_init (HvTimelineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hv_timeline_dispose;
  widget_class->snapshot = hv_timeline_snapshot;
  widget_class->measure = hv_timeline_measure;
  widget_class->css_changed = hv_timeline_css_changed;
  gtk_widget_class_set_css_name (widget_class, "timeline");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  signals[SIGNAL_RANGE] = g_signal_new ("range", HV_TYPE_TIMELINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_UINT);
  signals[SIGNAL_MOMENT] = g_signal_new ("moment", HV_TYPE_TIMELINE, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
hv_timeline_init (HvTimeline *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  g_signal_connect_object (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drag, "drag-update", G_CALLBACK (drag_update_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  self->hover = G_MAXUINT;
  self->peak = G_MAXUINT;
  g_signal_connect_object (motion, "motion", G_CALLBACK (motion_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (motion, "leave", G_CALLBACK (leave_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (click, "released", G_CALLBACK (released_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "crosshair");
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

GtkWidget *
hv_timeline_new (void)
{
  return g_object_new (HV_TYPE_TIMELINE, NULL);
}

void
hv_timeline_set_scene (HvTimeline *self, HvScene *scene)
{
  g_return_if_fail (HV_IS_TIMELINE (self));

  g_clear_pointer (&self->scene, hv_scene_unref);
  self->from = self->to = 0;
  self->hover = G_MAXUINT;
  self->peak = G_MAXUINT;
  if (scene)
    self->scene = hv_scene_ref (scene);
  if (scene && hv_timeline_profile (self)->n_moments)
    {
      self->timed = has_times (hv_timeline_profile (self));
      choose_scale (self);
      guint shown = hv_timeline_shown_moment (self);
      g_autofree char *text = shown < hv_timeline_profile (self)->n_moments
                                  ? hv_timeline_moment_text (self, shown)
                                  : g_strdup ("");
      gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      _ ("Timeline"), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                      -1);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

gboolean
hv_timeline_drop_range (HvTimeline *self)
{
  g_return_val_if_fail (HV_IS_TIMELINE (self), FALSE);
  if (self->from == self->to)
    return FALSE;
  self->from = self->to = 0;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return TRUE;
}

guint
hv_timeline_moment_at (HvTimeline *self, double x)
{
  guint best = G_MAXUINT;
  double distance = G_MAXDOUBLE;

  if (!self->scene)
    return G_MAXUINT;
  for (guint i = 0; i < hv_timeline_profile (self)->n_moments; i++)
    {
      double d = fabs (hv_timeline_x_of (self, i) - x);
      if (d < distance)
        {
          distance = d;
          best = i;
        }
    }
  return best;
}
