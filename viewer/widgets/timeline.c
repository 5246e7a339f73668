/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <adwaita.h>
#include <math.h>

#include "store/units.h"
#include "viewer/widgets/palette.h"
#include "viewer/widgets/text-cache.h"

#include "viewer/widgets/timeline.h"

#define HEIGHT 150
#define TOP 20
#define BOTTOM 22
#define RIGHT 14
/* More dots than this run together. */
#define MAX_DOTS 200

struct _HvTimeline
{
  GtkWidget parent_instance;

  HvScene *scene;
  HvTextCache *text;
  float left; /* room for the scale's labels */
  int64_t top_value, step;
  guint peak;     /* moment; G_MAXUINT: none */
  guint hover;    /* moment; G_MAXUINT: none */
  gboolean timed; /* moments lie by their time, not side by side */
};

enum
{
  SIGNAL_MOMENT,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HvTimeline, hv_timeline, GTK_TYPE_WIDGET)

static const HvProfile *
get_profile (HvTimeline *self)
{
  return self->scene->report.profile;
}

static int64_t
live_at (const HvProfile *profile, guint moment)
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
  const HvProfile *profile = get_profile (self);
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

static float
x_of (HvTimeline *self, guint moment)
{
  float width = (float) gtk_widget_get_width (GTK_WIDGET (self)) - self->left - RIGHT;
  return self->left + width * (float) fraction_of (self, moment);
}

static float
y_of (HvTimeline *self, int64_t value)
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
  const HvProfile *profile = get_profile (self);
  int64_t highest = 1, best = -1;

  self->peak = G_MAXUINT;
  for (guint i = 0; i < profile->n_moments; i++)
    {
      int64_t live = live_at (profile, i);
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

/* --- drawing --- */

static void
set_source (cairo_t *cr, const GdkRGBA *color)
{
  gdk_cairo_set_source_rgba (cr, color);
}

/* One point a pixel column at most, its maximum: peaks must not vanish in a long recording. */
static void
trace_line (HvTimeline *self, cairo_t *cr, gboolean rss)
{
  const HvProfile *profile = get_profile (self);
  gboolean started = FALSE;
  guint i = 0;

  while (i < profile->n_moments)
    {
      float x = x_of (self, i);
      int64_t value = -1;
      for (; i < profile->n_moments && (value < 0 || x_of (self, i) < x + 1); i++)
        value = MAX (value, rss ? profile->moment[i].rss_bytes : live_at (profile, i));
      if (value < 0)
        continue;
      if (!started && !rss && profile->moment[0].kind == HV_MOMENT_BUCKET && self->timed)
        {
          cairo_move_to (cr, self->left, y_of (self, 0));
          cairo_line_to (cr, x, y_of (self, value));
        }
      else if (started)
        cairo_line_to (cr, x, y_of (self, value));
      else
        cairo_move_to (cr, x, y_of (self, value));
      started = TRUE;
    }
}

static void
draw_curves (HvTimeline *self, GtkSnapshot *snapshot, const HvPalette *palette)
{
  const HvProfile *profile = get_profile (self);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0,
                                               (float) gtk_widget_get_width (GTK_WIDGET (self)),
                                               (float) gtk_widget_get_height (GTK_WIDGET (self)));
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  guint last = profile->n_moments - 1;
  gboolean from_zero = profile->moment[0].kind == HV_MOMENT_BUCKET && self->timed;

  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  trace_line (self, cr, FALSE);
  cairo_line_to (cr, x_of (self, last), y_of (self, 0));
  cairo_line_to (cr, from_zero ? self->left : x_of (self, 0), y_of (self, 0));
  cairo_close_path (cr);
  set_source (cr, &palette->chart_fill);
  cairo_fill (cr);

  trace_line (self, cr, FALSE);
  set_source (cr, &palette->chart);
  cairo_set_line_width (cr, 1.75);
  cairo_stroke (cr);

  trace_line (self, cr, TRUE);
  set_source (cr, &palette->dim);
  cairo_set_line_width (cr, 1);
  cairo_set_dash (cr, (const double[]){ 4, 3 }, 2, 0);
  cairo_stroke (cr);
  cairo_set_dash (cr, NULL, 0, 0);

  if (profile->n_moments <= MAX_DOTS && profile->moment[0].kind == HV_MOMENT_DUMP)
    for (guint i = 0; i < profile->n_moments; i++)
      {
        cairo_arc (cr, x_of (self, i), y_of (self, live_at (profile, i)), 3.5, 0, 2 * G_PI);
        set_source (cr, &palette->view);
        cairo_fill_preserve (cr);
        set_source (cr, &palette->chart);
        cairo_set_line_width (cr, 1.5);
        cairo_stroke (cr);
      }
  if (self->peak < profile->n_moments)
    {
      cairo_arc (cr, x_of (self, self->peak), y_of (self, live_at (profile, self->peak)), 4.5, 0,
                 2 * G_PI);
      set_source (cr, &palette->grow);
      cairo_fill (cr);
    }
  cairo_destroy (cr);
}

static void
draw_text (HvTimeline *self, GtkSnapshot *snapshot, const char *text, gboolean bold,
           const GdkRGBA *color, float x, float y)
{
  float wide = hv_text_cache_width (self->text, text, bold);
  float most = (float) gtk_widget_get_width (GTK_WIDGET (self)) - wide - 4;

  hv_text_cache_append (self->text, snapshot, text, bold, color,
                        roundf (CLAMP (x, 2, MAX (2, most))), roundf (MAX (1, y)), wide + 1);
}

static void
draw_scale (HvTimeline *self, GtkSnapshot *snapshot, const HvPalette *palette)
{
  const HvProfile *profile = get_profile (self);
  float width = (float) gtk_widget_get_width (GTK_WIDGET (self));
  float height = (float) gtk_widget_get_height (GTK_WIDGET (self));
  float line = hv_text_cache_height (self->text);

  self->left = 0;
  for (int64_t value = 0; value <= self->top_value; value += self->step)
    {
      g_autofree char *text = hv_format_bytes (value);
      self->left = MAX (self->left, hv_text_cache_width (self->text, text, FALSE) + 24);
    }
  for (int64_t value = 0; value <= self->top_value; value += self->step)
    {
      g_autofree char *text = hv_format_bytes (value);
      float y = floorf (y_of (self, value));
      gtk_snapshot_append_color (
          snapshot, &palette->line,
          &GRAPHENE_RECT_INIT (self->left, y, width - self->left - RIGHT, 1));
      draw_text (self, snapshot, text, FALSE, &palette->dim,
                 self->left - 8 - hv_text_cache_width (self->text, text, FALSE), y - line / 2);
    }

  gboolean times = self->timed;
  float y = height - BOTTOM + 4, used = 0;
  guint marks = times ? 6 : profile->n_moments - 1;
  for (guint i = 0; i <= marks; i++)
    {
      g_autofree char *text = NULL;
      float x;
      if (times)
        {
          int64_t last = profile->moment[profile->n_moments - 1].time;
          int64_t first = profile->moment[0].kind == HV_MOMENT_BUCKET ? 0 : profile->moment[0].time;
          double part = (double) i / marks;
          text = hv_format_time (profile, first + (int64_t) ((double) (last - first) * part));
          x = self->left + (width - self->left - RIGHT) * (float) part;
        }
      else
        {
          text = g_strdup_printf ("%" G_GINT64_FORMAT, profile->moment[i].number);
          x = x_of (self, i);
        }
      float wide = hv_text_cache_width (self->text, text, FALSE);
      x = MIN (x - wide / 2, width - wide - 4);
      if (x < used + 8 && i)
        continue;
      draw_text (self, snapshot, text, FALSE, &palette->dim, x, y);
      used = x + wide;
    }
}

static guint
shown_moment (HvTimeline *self)
{
  const HvReport *report = &self->scene->report;

  if (report->at == HV_AT_PEAK || report->metric == HV_METRIC_PEAK_BYTES
      || report->metric == HV_METRIC_PEAK_BLOCKS)
    return self->peak;
  return report->at < report->profile->n_moments ? report->at : report->profile->n_moments - 1;
}

static char *
moment_text (HvTimeline *self, guint index)
{
  const HvProfile *profile = get_profile (self);
  const HvMoment *m = &profile->moment[index];
  g_autofree char *size = hv_format_bytes (m->live_bytes);
  g_autofree char *time = m->time >= 0 && profile->time_unit != HV_TIME_NONE
                              ? hv_format_time (profile, m->time)
                              : g_strdup_printf ("%" G_GINT64_FORMAT, m->number);

  if (m->label)
    return g_strdup_printf ("%s · %s", size, hv_profile_string (profile, m->label));
  return g_strdup_printf ("%s · %s", size, time);
}

static void
draw_marker (HvTimeline *self, GtkSnapshot *snapshot, guint moment, const GdkRGBA *color,
             const char *text)
{
  float x = roundf (x_of (self, moment));
  float height = (float) gtk_widget_get_height (GTK_WIDGET (self));
  float wide = hv_text_cache_width (self->text, text, TRUE);
  float width = (float) gtk_widget_get_width (GTK_WIDGET (self));

  gtk_snapshot_append_color (snapshot, color,
                             &GRAPHENE_RECT_INIT (x - 1, TOP - 2, 2, height - TOP - BOTTOM + 2));
  draw_text (self, snapshot, text, TRUE, color, x + 6 + wide > width ? x - wide - 6 : x + 6, 2);
}

static void
hv_timeline_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  HvTimeline *self = HV_TIMELINE (widget);
  const HvPalette *palette = hv_palette_get (
      adw_style_manager_get_dark (adw_style_manager_get_default ()));

  if (!self->scene || !get_profile (self)->n_moments)
    return;
  if (!self->text)
    self->text = hv_text_cache_new (gtk_widget_get_pango_context (widget));

  const HvProfile *profile = get_profile (self);
  draw_scale (self, snapshot, palette);
  draw_curves (self, snapshot, palette);

  guint shown = shown_moment (self);
  if (shown < profile->n_moments && shown != self->peak)
    {
      g_autofree char *text = moment_text (self, shown);
      draw_marker (self, snapshot, shown, &palette->accent, text);
    }
  if (self->peak < profile->n_moments)
    {
      g_autofree char *size = hv_format_bytes (live_at (profile, self->peak));
      g_autofree char *text = g_strdup_printf (_ ("peak %s"), size);
      if (shown == self->peak)
        draw_marker (self, snapshot, shown, &palette->grow, text);
      else if (self->hover == G_MAXUINT)
        draw_text (self, snapshot, text, TRUE, &palette->grow, x_of (self, self->peak) + 8,
                   y_of (self, live_at (profile, self->peak)) - hv_text_cache_height (self->text)
                       - 4);
    }
  if (self->hover < profile->n_moments && self->hover != shown)
    {
      g_autofree char *text = moment_text (self, self->hover);
      draw_marker (self, snapshot, self->hover, &palette->dim, text);
    }
}

static void
hv_timeline_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                     int *natural, int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 240 : HEIGHT;
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
  if (moment != G_MAXUINT)
    g_signal_emit (self, signals[SIGNAL_MOMENT], 0, moment);
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
  signals[SIGNAL_MOMENT] = g_signal_new ("moment", HV_TYPE_TIMELINE, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
hv_timeline_init (HvTimeline *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkGesture *click = gtk_gesture_click_new ();

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
  self->hover = G_MAXUINT;
  self->peak = G_MAXUINT;
  if (scene)
    self->scene = hv_scene_ref (scene);
  if (scene && get_profile (self)->n_moments)
    {
      self->timed = has_times (get_profile (self));
      choose_scale (self);
      guint shown = shown_moment (self);
      g_autofree char *text = shown < get_profile (self)->n_moments ? moment_text (self, shown)
                                                                    : g_strdup ("");
      gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      _ ("Timeline"), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text,
                                      -1);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

guint
hv_timeline_moment_at (HvTimeline *self, double x)
{
  guint best = G_MAXUINT;
  double distance = G_MAXDOUBLE;

  if (!self->scene)
    return G_MAXUINT;
  for (guint i = 0; i < get_profile (self)->n_moments; i++)
    {
      double d = fabs (x_of (self, i) - x);
      if (d < distance)
        {
          distance = d;
          best = i;
        }
    }
  return best;
}
