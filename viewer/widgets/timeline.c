/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <adwaita.h>
#include <math.h>

#include "store/units.h"

#include "viewer/widgets/timeline-private.h"

#define HEIGHT 150
#define MIN_HEIGHT 90

enum
{
  SIGNAL_MOMENT,
  SIGNAL_PREVIEW,
  SIGNAL_RANGE,
  SIGNAL_MARKED,
  SIGNAL_POINTED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HvTimeline, hv_timeline, GTK_TYPE_WIDGET)

/* --- where things lie --- */

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

float
hv_timeline_plot_right (HvTimeline *self)
{
  return (float) gtk_widget_get_width (GTK_WIDGET (self)) - HV_TIMELINE_RIGHT;
}

float
hv_timeline_plot_bottom (HvTimeline *self)
{
  return (float) gtk_widget_get_height (GTK_WIDGET (self)) - HV_TIMELINE_BOTTOM
         - (self->has_flow ? HV_TIMELINE_FLOW + HV_TIMELINE_GAP : 0);
}

double
hv_timeline_place_at (HvTimeline *self, double x)
{
  double width = MAX (1, hv_timeline_plot_right (self) - self->left);
  return self->begin + (x - self->left) / width * (self->end - self->begin);
}

float
hv_timeline_x_of (HvTimeline *self, guint moment)
{
  float width = hv_timeline_plot_right (self) - self->left;
  double place = hv_time_axis_place (&self->axis, moment);
  return self->left + width * (float) ((place - self->begin) / (self->end - self->begin));
}

float
hv_timeline_y_of (HvTimeline *self, int64_t value)
{
  float height = hv_timeline_plot_bottom (self) - HV_TIMELINE_TOP;
  double part = self->top_value > 0 ? (double) value / (double) self->top_value : 0;
  return HV_TIMELINE_TOP + height * (1 - (float) CLAMP (part, 0, 1));
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
      highest = MAX (highest, self->no_rss ? live : MAX (live, profile->moment[i].rss_bytes));
    }
  highest = MIN (highest, G_MAXINT64 / 4);
  self->step = round_step (highest);
  self->top_value = highest + highest / 20;
}

guint
hv_timeline_consumer_at (HvTimeline *self, guint moment, double y)
{
  const HvConsumers *consumers = hv_profiles_get_consumers (self->scene->profiles);
  int64_t below = 0;

  if (y > hv_timeline_plot_bottom (self))
    return G_MAXUINT;
  for (guint i = 0; consumers && i < consumers->n; i++)
    {
      below += consumers->consumer[i].live[moment];
      if (y >= hv_timeline_y_of (self, below))
        return i;
    }
  return G_MAXUINT;
}

/* --- what is said of them --- */

static char *
time_text (HvTimeline *self, guint index)
{
  const HvProfile *profile = hv_timeline_profile (self);
  const HvMoment *m = &profile->moment[index];

  if (m->label)
    return g_strdup (hv_profile_string (profile, m->label));
  return m->time >= 0 && profile->time_unit != HV_TIME_NONE
             ? hv_format_time (profile, m->time)
             : g_strdup_printf ("%" G_GINT64_FORMAT, m->number);
}

char *
hv_timeline_moment_text (HvTimeline *self, guint index)
{
  g_autofree char *size = hv_format_bytes (hv_timeline_profile (self)->moment[index].live_bytes);
  g_autofree char *time = time_text (self, index);

  return g_strdup_printf ("%s · %s", size, time);
}

static void
append_flow (GString *text, const HvProfile *profile, guint moment)
{
  double seconds;
  HvFlow flow = hv_profile_flow_at (profile, moment, &seconds);

  if (flow.allocated < 0)
    return;
  double rate = seconds > 0 ? flow.allocated / seconds : flow.allocated;
  g_autofree char *count = hv_format_count ((int64_t) round (rate));
  g_string_append (text, " · ");
  /* Translators: blocks of memory, not bytes */
  g_string_append_printf (
      text, seconds > 0 ? _ ("%s allocations a second") : _ ("%s allocations since the one before"),
      count);
  if (flow.temporary >= 0 && flow.allocated > 0)
    {
      g_autofree char *share = hv_format_percent ((int64_t) flow.temporary,
                                                  (int64_t) flow.allocated);
      /* Translators: the share of the allocations that were freed at once */
      g_string_append_printf (text, _ (", %s temporary"), share);
    }
}

char *
hv_timeline_describe (HvTimeline *self, guint moment)
{
  g_return_val_if_fail (self->scene && moment < hv_timeline_profile (self)->n_moments, NULL);
  const HvProfile *profile = hv_timeline_profile (self);
  const HvMoment *m = &profile->moment[moment];
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *time = time_text (self, moment);
  g_autofree char *live = hv_format_bytes (m->live_bytes);

  g_string_append_printf (text, "%s · ", time);
  /* Translators: live bytes, memory that is in use */
  g_string_append_printf (text, _ ("%s live"), live);
  if (m->live_blocks >= 0)
    {
      g_autofree char *blocks = hv_format_count (m->live_blocks);
      g_string_append (text, " · ");
      g_string_append_printf (text, _ ("%s blocks"), blocks);
    }
  if (m->rss_bytes >= 0)
    {
      g_autofree char *rss = hv_format_bytes (m->rss_bytes);
      g_string_append (text, " · ");
      /* Translators: resident set size, the memory of the whole process */
      g_string_append_printf (text, _ ("RSS %s"), rss);
    }
  append_flow (text, profile, moment);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* "+147 MiB in 1:06" */
char *
hv_timeline_range_text (HvTimeline *self, guint from, guint to)
{
  const HvProfile *profile = hv_timeline_profile (self);
  const HvMoment *first = &profile->moment[from], *last = &profile->moment[to];
  g_autofree char *delta = hv_format_delta (profile, HV_METRIC_LIVE_BYTES,
                                            last->live_bytes - first->live_bytes);

  if (!self->axis.timed || profile->time_unit == HV_TIME_NONE)
    return g_steal_pointer (&delta);
  g_autofree char *time = hv_format_time (profile, MAX (last->time, first->time)
                                                       - MIN (last->time, first->time));
  return g_strdup_printf (_ ("%s in %s"), delta, time);
}

void
hv_timeline_update_accessible (HvTimeline *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint from, to;

  if (!self->scene)
    return;
  if (hv_timeline_get_range (self, &from, &to) || hv_timeline_shown_range (self, &from, &to))
    {
      g_autofree char *first = hv_timeline_moment_text (self, from);
      g_autofree char *last = hv_timeline_moment_text (self, to);
      g_autofree char *change = hv_timeline_range_text (self, from, to);
      g_string_append_printf (text, _ ("from %s to %s: %s"), first, last, change);
    }
  else if (self->asked < hv_timeline_profile (self)->n_moments)
    {
      g_autofree char *what = hv_timeline_describe (self, self->asked);
      g_string_append (text, what);
    }
  for (guint i = 0; i < HV_N_MARKS; i++)
    if (self->mark[i] != G_MAXUINT)
      {
        g_autofree char *at = time_text (self, self->mark[i]);
        g_string_append_printf (text, " · ");
        g_string_append_printf (text, i == HV_MARK_A ? _ ("mark A: %s") : _ ("mark B: %s"), at);
      }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Timeline"), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text->str,
                                  -1);
}

/* --- class --- */

void
hv_timeline_drop_picture (HvTimeline *self)
{
  g_clear_pointer (&self->picture, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
hv_timeline_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                     int *natural, int *minimum_baseline, int *natural_baseline)
{
  HvTimeline *self = HV_TIMELINE (widget);
  int flow = self->has_flow ? HV_TIMELINE_FLOW + HV_TIMELINE_GAP : 0;
  /* a diff has more beside it */
  int height = self->scene && self->scene->diff ? MIN_HEIGHT + 20 : HEIGHT;

  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 240 : MIN_HEIGHT + flow;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 240 : height + flow;
}

static void
hv_timeline_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  HvTimeline *self = HV_TIMELINE (widget);

  GTK_WIDGET_CLASS (hv_timeline_parent_class)->css_changed (widget, change);
  g_clear_pointer (&self->text, hv_text_cache_free);
  hv_timeline_drop_picture (self);
}

static void
hv_timeline_dispose (GObject *object)
{
  HvTimeline *self = HV_TIMELINE (object);

  g_clear_pointer (&self->picture, gsk_render_node_unref);
  g_clear_pointer (&self->text, hv_text_cache_free);
  g_clear_pointer (&self->scene, hv_scene_unref);
  G_OBJECT_CLASS (hv_timeline_parent_class)->dispose (object);
}

static guint
add_signal (const char *name, guint n, GType first, GType second)
{
  return g_signal_new (name, HV_TYPE_TIMELINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                       n, first, second);
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
  signals[SIGNAL_MOMENT] = add_signal ("moment", 1, G_TYPE_UINT, G_TYPE_NONE);
  signals[SIGNAL_PREVIEW] = add_signal ("preview", 0, G_TYPE_NONE, G_TYPE_NONE);
  signals[SIGNAL_RANGE] = add_signal ("range", 2, G_TYPE_UINT, G_TYPE_UINT);
  signals[SIGNAL_MARKED] = add_signal ("marked", 2, G_TYPE_UINT, G_TYPE_UINT);
  signals[SIGNAL_POINTED] = add_signal ("pointed", 1, G_TYPE_STRING, G_TYPE_NONE);
}

static void
hv_timeline_init (HvTimeline *self)
{
  self->hover = self->peak = self->asked = self->highlight = G_MAXUINT;
  self->mark[HV_MARK_A] = self->mark[HV_MARK_B] = G_MAXUINT;
  self->end = 1;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "crosshair");
  hv_timeline_add_input (self);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (hv_timeline_drop_picture), NULL);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (hv_timeline_drop_picture), self, G_CONNECT_SWAPPED);
}

/* --- public --- */

GtkWidget *
hv_timeline_new (void)
{
  return g_object_new (HV_TYPE_TIMELINE, NULL);
}

void
hv_timeline_set_scene (HvTimeline *self, HvScene *scene)
{
  g_return_if_fail (HV_IS_TIMELINE (self));
  gboolean same = self->scene && scene
                  && hv_timeline_profile (self)->moment == scene->report.profile->moment;

  hv_timeline_drop_range (self);
  g_clear_pointer (&self->scene, hv_scene_unref);
  self->hover = G_MAXUINT;
  if (scene && scene->report.profile->n_moments)
    self->scene = hv_scene_ref (scene);
  if (!same)
    {
      self->peak = self->highlight = G_MAXUINT;
      self->mark[HV_MARK_A] = self->mark[HV_MARK_B] = G_MAXUINT;
      self->begin = 0;
      self->end = 1;
    }
  if (self->scene && !same)
    {
      HvFlow all;
      self->axis = hv_time_axis_new (hv_timeline_profile (self));
      self->has_flow = hv_time_axis_flow (&self->axis, 0, 1, 1, &all) && all.allocated > 0;
      choose_scale (self);
    }
  if (self->scene)
    {
      const HvReport *report = &scene->report;
      gboolean at_peak = report->metric == HV_METRIC_PEAK_BYTES
                         || report->metric == HV_METRIC_PEAK_BLOCKS;
      self->asked = hv_timeline_moment_of (self, at_peak ? HV_AT_PEAK : report->at);
      hv_timeline_update_accessible (self);
    }
  gtk_widget_queue_resize (GTK_WIDGET (self));
  hv_timeline_drop_picture (self);
}

void
hv_timeline_show_rss (HvTimeline *self, gboolean show)
{
  g_return_if_fail (HV_IS_TIMELINE (self));
  if (self->no_rss == !show)
    return;
  self->no_rss = !show;
  if (self->scene)
    choose_scale (self);
  hv_timeline_drop_picture (self);
}

guint
hv_timeline_moment_of (HvTimeline *self, uint32_t at)
{
  g_return_val_if_fail (HV_IS_TIMELINE (self), G_MAXUINT);
  if (!self->scene)
    return G_MAXUINT;
  return at == HV_AT_PEAK ? self->peak : MIN (at, hv_timeline_profile (self)->n_moments - 1);
}

void
hv_timeline_set_asked (HvTimeline *self, uint32_t at)
{
  g_return_if_fail (HV_IS_TIMELINE (self));
  self->asked = hv_timeline_moment_of (self, at);
  hv_timeline_update_accessible (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
hv_timeline_set_mark (HvTimeline *self, guint mark, guint moment)
{
  g_return_if_fail (HV_IS_TIMELINE (self) && mark < HV_N_MARKS);
  self->mark[mark] = moment;
  hv_timeline_update_accessible (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
hv_timeline_highlight (HvTimeline *self, guint consumer)
{
  g_return_if_fail (HV_IS_TIMELINE (self));
  if (self->highlight == consumer)
    return;
  self->highlight = consumer;
  hv_timeline_drop_picture (self);
}

gboolean
hv_timeline_shown_range (HvTimeline *self, guint *from, guint *to)
{
  const HvQuestion *q = &self->scene->question;

  if (!q->moments)
    return FALSE;
  *from = hv_timeline_moment_of (self, q->swapped ? q->at : q->base_at);
  *to = hv_timeline_moment_of (self, q->swapped ? q->base_at : q->at);
  return TRUE;
}

gboolean
hv_timeline_get_range (HvTimeline *self, guint *from, guint *to)
{
  g_return_val_if_fail (HV_IS_TIMELINE (self), FALSE);
  *from = self->from;
  *to = self->to;
  return self->from != self->to;
}

void
hv_timeline_set_range (HvTimeline *self, guint anchor, guint moment)
{
  self->anchor = anchor;
  self->from = MIN (anchor, moment);
  self->to = MAX (anchor, moment);
  g_signal_emit (self, signals[SIGNAL_PREVIEW], 0);
  hv_timeline_update_accessible (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

gboolean
hv_timeline_drop_range (HvTimeline *self)
{
  g_return_val_if_fail (HV_IS_TIMELINE (self), FALSE);
  if (self->from == self->to)
    return FALSE;
  hv_timeline_set_range (self, 0, 0);
  return TRUE;
}

void
hv_timeline_commit_range (HvTimeline *self)
{
  g_return_if_fail (HV_IS_TIMELINE (self));
  if (self->from != self->to)
    g_signal_emit (self, signals[SIGNAL_RANGE], 0, self->from, self->to);
}

guint
hv_timeline_moment_at (HvTimeline *self, double x)
{
  g_return_val_if_fail (HV_IS_TIMELINE (self), G_MAXUINT);
  return self->scene ? hv_time_axis_nearest (&self->axis, hv_timeline_place_at (self, x))
                     : G_MAXUINT;
}

double
hv_timeline_x_of_moment (HvTimeline *self, guint moment)
{
  g_return_val_if_fail (HV_IS_TIMELINE (self) && self->scene, 0);
  return hv_timeline_x_of (self, moment);
}

void
hv_timeline_set_visible (HvTimeline *self, double begin, double end)
{
  double width = CLAMP (end - begin, 1.0 / HV_TIMELINE_MAX_ZOOM, 1);

  self->begin = CLAMP (begin, 0, 1 - width);
  self->end = self->begin + width;
  hv_timeline_drop_picture (self);
}

void
hv_timeline_zoom (HvTimeline *self, double x, double factor)
{
  g_return_if_fail (HV_IS_TIMELINE (self));
  double place = CLAMP (hv_timeline_place_at (self, x), self->begin, self->end);
  double width = CLAMP ((self->end - self->begin) / factor, 1.0 / HV_TIMELINE_MAX_ZOOM, 1);
  double part = (place - self->begin) / (self->end - self->begin);

  if (self->scene)
    hv_timeline_set_visible (self, place - part * width, place + (1 - part) * width);
}

void
hv_timeline_get_visible (HvTimeline *self, double *from, double *to)
{
  *from = self->begin;
  *to = self->end;
}
