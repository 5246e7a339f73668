/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <adwaita.h>
#include <math.h>

#include "store/origin.h"
#include "store/units.h"
#include "viewer/widgets/palette.h"

#include "viewer/widgets/timeline-private.h"

/* More dots than this run together. */
#define MAX_DOTS 200
#define MAX_TIMES 8

/* Tried for a label. */
#define MAX_LABEL_PLACES 100

/* Steps that people count time in, in seconds. */
static double
time_step (double range)
{
  static const double steps[] = { 1,   2,   5,    10,   15,   30,    60,    120,  300,
                                  600, 900, 1800, 3600, 7200, 21600, 43200, 86400 };
  double step = 1;

  if (range >= MAX_TIMES)
    {
      for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
        if (range <= steps[i] * MAX_TIMES)
          return steps[i];
      return range / MAX_TIMES;
    }
  while (step > 1e-6 && range <= step * MAX_TIMES / 10)
    step /= 10;
  return range <= step * MAX_TIMES / 5 ? step / 5 : range <= step * MAX_TIMES / 2 ? step / 2 : step;
}

static double
units_per_second (const HvProfile *profile)
{
  switch (profile->time_unit)
    {
    case HV_TIME_MILLISECONDS:
      return 1e3;
    case HV_TIME_MICROSECONDS:
      return 1e6;
    case HV_TIME_INSTRUCTIONS:
    case HV_TIME_NONE:
      break;
    }
  return 1;
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
  const HvProfile *profile = hv_timeline_profile (self);
  gboolean started = FALSE;
  guint i = 0;

  while (i < profile->n_moments)
    {
      float x = hv_timeline_x_of (self, i);
      int64_t value = -1;
      for (; i < profile->n_moments && (value < 0 || hv_timeline_x_of (self, i) < x + 1); i++)
        value = MAX (value, rss ? profile->moment[i].rss_bytes : hv_timeline_live_at (profile, i));
      if (value < 0)
        continue;
      if (!started && !rss && profile->moment[0].kind == HV_MOMENT_BUCKET && self->timed)
        {
          cairo_move_to (cr, self->left, hv_timeline_y_of (self, 0));
          cairo_line_to (cr, x, hv_timeline_y_of (self, value));
        }
      else if (started)
        cairo_line_to (cr, x, hv_timeline_y_of (self, value));
      else
        cairo_move_to (cr, x, hv_timeline_y_of (self, value));
      started = TRUE;
    }
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

/* --- whose memory it was --- */

static GdkRGBA
consumer_fill (const HvPalette *palette, const HvProfile *profile, const HvConsumer *consumer)
{
  g_autoptr (GString) origin = g_string_new (NULL);

  hv_frame_origin (origin, profile, &profile->frame[consumer->frame]);
  const HvKey key = { .label = consumer->label, .origin = origin->str };
  return hv_palette_key (palette, &key);
}

/* The bytes of the first `n` consumers, which lie on one another. */
static int64_t
stacked (const HvConsumers *consumers, guint n, guint moment)
{
  int64_t sum = 0;

  for (guint i = 0; i < n; i++)
    sum += consumers->consumer[i].live[moment];
  return sum;
}

static void
draw_consumers (HvTimeline *self, cairo_t *cr, const HvPalette *palette, gboolean from_zero)
{
  const HvProfile *profile = hv_timeline_profile (self);
  const HvConsumers *consumers = self->scene->profiles->consumers;
  float floor = hv_timeline_y_of (self, 0);

  for (guint i = consumers ? consumers->n : 0; i-- > 0;)
    {
      GdkRGBA fill = consumer_fill (palette, profile, &consumers->consumer[i]);
      cairo_move_to (cr, from_zero ? self->left : hv_timeline_x_of (self, 0), floor);
      for (guint m = 0; m < profile->n_moments; m++)
        cairo_line_to (cr, hv_timeline_x_of (self, m),
                       hv_timeline_y_of (self, stacked (consumers, i + 1, m)));
      cairo_line_to (cr, hv_timeline_x_of (self, profile->n_moments - 1), floor);
      cairo_close_path (cr);
      set_source (cr, &fill);
      cairo_fill_preserve (cr);
      /* neighbours of one library have one colour */
      set_source (cr, &palette->view);
      cairo_set_line_width (cr, 1);
      cairo_stroke (cr);
    }
}

/* Bytes at a moment, −1 where that is not known. */
typedef int64_t (*Curve) (HvTimeline *self, guint moment, guint band);

/* How high a label may be between two curves that is centred at a moment and `wide`; where its
 * middle is. */
static float
room_for_label (HvTimeline *self, Curve upper, Curve lower, guint band, guint moment, float wide,
                float *middle)
{
  guint n = hv_timeline_profile (self)->n_moments;
  float x = hv_timeline_x_of (self, moment), top = 0, bottom = G_MAXFLOAT;

  for (guint m = 0; m < n; m++)
    {
      /* also the neighbours outside: the edges of a band are straight between moments */
      float before = hv_timeline_x_of (self, m > 0 ? m - 1 : 0);
      float after = hv_timeline_x_of (self, MIN (m + 1, n - 1));
      int64_t above = upper (self, m, band), below = lower (self, m, band);
      if (after < x - wide / 2 || before > x + wide / 2 || above < 0 || below < 0)
        continue;
      top = MAX (top, hv_timeline_y_of (self, above));
      bottom = MIN (bottom, hv_timeline_y_of (self, below));
    }
  *middle = (top + bottom) / 2;
  return top > 0 ? bottom - top : 0;
}

/* Draws a label between two curves where it has most room, if it has enough anywhere. */
static void
draw_between (HvTimeline *self, GtkSnapshot *snapshot, const char *text, const GdkRGBA *color,
              Curve upper, Curve lower, guint band)
{
  guint n = hv_timeline_profile (self)->n_moments, step = n / MAX_LABEL_PLACES + 1;
  float line = hv_text_cache_height (self->text);
  float right = (float) gtk_widget_get_width (GTK_WIDGET (self)) - RIGHT;
  float wide = hv_text_cache_width (self->text, text, FALSE) + 8;
  float best = line, best_x = -1, best_y = 0;

  for (guint m = 0; m < n; m += step)
    {
      float y, x = hv_timeline_x_of (self, m);
      if (x - wide / 2 < self->left || x + wide / 2 > right)
        continue;
      float room = room_for_label (self, upper, lower, band, m, wide, &y);
      if (room > best)
        {
          best = room;
          best_x = x;
          best_y = y;
        }
    }
  if (best_x > 0)
    draw_text (self, snapshot, text, FALSE, color, best_x - wide / 2 + 4, best_y - line / 2);
}

static int64_t
band_top (HvTimeline *self, guint moment, guint band)
{
  return stacked (self->scene->profiles->consumers, band + 1, moment);
}

static int64_t
band_bottom (HvTimeline *self, guint moment, guint band)
{
  return stacked (self->scene->profiles->consumers, band, moment);
}

static void
draw_consumer_labels (HvTimeline *self, GtkSnapshot *snapshot, const HvPalette *palette)
{
  const HvConsumers *consumers = self->scene->profiles->consumers;

  for (guint i = 0; consumers && i < consumers->n; i++)
    {
      const HvConsumer *consumer = &consumers->consumer[i];
      GdkRGBA fill = consumer_fill (palette, hv_timeline_profile (self), consumer);
      GdkRGBA color = hv_palette_text_on (palette, &fill);
      draw_between (self, snapshot, consumer->label, &color, band_top, band_bottom, i);
    }
}

static int64_t
rss_at (HvTimeline *self, guint moment, guint band)
{
  return hv_timeline_profile (self)->moment[moment].rss_bytes;
}

static int64_t
live_at (HvTimeline *self, guint moment, guint band)
{
  return rss_at (self, moment, band) < 0 ? -1
                                         : hv_timeline_live_at (hv_timeline_profile (self), moment);
}

/* --- curves --- */

/* What the process holds beyond its heap, as far as the recording tells. */
static void
draw_unaccounted (HvTimeline *self, cairo_t *cr, const HvPalette *palette)
{
  const HvProfile *profile = hv_timeline_profile (self);
  float first = -1, last = -1;

  for (guint m = 0; m < profile->n_moments; m++)
    if (profile->moment[m].rss_bytes >= 0)
      {
        last = hv_timeline_x_of (self, m);
        first = first < 0 ? last : first;
      }
  if (first < 0 || last <= first)
    return;
  GdkRGBA veil = palette->line;
  veil.alpha *= 0.5f;
  trace_line (self, cr, TRUE);
  cairo_line_to (cr, last, hv_timeline_y_of (self, 0));
  cairo_line_to (cr, first, hv_timeline_y_of (self, 0));
  cairo_close_path (cr);
  set_source (cr, &veil);
  cairo_fill (cr);
}

static void
draw_curves (HvTimeline *self, GtkSnapshot *snapshot, const HvPalette *palette)
{
  const HvProfile *profile = hv_timeline_profile (self);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0,
                                               (float) gtk_widget_get_width (GTK_WIDGET (self)),
                                               (float) gtk_widget_get_height (GTK_WIDGET (self)));
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  guint last = profile->n_moments - 1;
  gboolean from_zero = profile->moment[0].kind == HV_MOMENT_BUCKET && self->timed;

  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  draw_unaccounted (self, cr, palette);
  trace_line (self, cr, FALSE);
  cairo_line_to (cr, hv_timeline_x_of (self, last), hv_timeline_y_of (self, 0));
  cairo_line_to (cr, from_zero ? self->left : hv_timeline_x_of (self, 0),
                 hv_timeline_y_of (self, 0));
  cairo_close_path (cr);
  set_source (cr, &palette->chart_fill);
  cairo_fill (cr);
  draw_consumers (self, cr, palette, from_zero);

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
        cairo_arc (cr, hv_timeline_x_of (self, i),
                   hv_timeline_y_of (self, hv_timeline_live_at (profile, i)), 3.5, 0, 2 * G_PI);
        set_source (cr, &palette->view);
        cairo_fill_preserve (cr);
        set_source (cr, &palette->chart);
        cairo_set_line_width (cr, 1.5);
        cairo_stroke (cr);
      }
  if (self->peak < profile->n_moments)
    {
      cairo_arc (cr, hv_timeline_x_of (self, self->peak),
                 hv_timeline_y_of (self, hv_timeline_live_at (profile, self->peak)), 4.5, 0,
                 2 * G_PI);
      set_source (cr, &palette->grow);
      cairo_fill (cr);
    }
  cairo_destroy (cr);
}

/* Draws a label under x unless it would touch the one before, which ends at `used`. */
static float
draw_below (HvTimeline *self, GtkSnapshot *snapshot, const HvPalette *palette, const char *text,
            float x, float used)
{
  float wide = hv_text_cache_width (self->text, text, FALSE);
  float y = (float) gtk_widget_get_height (GTK_WIDGET (self)) - BOTTOM + 4;

  x = MIN (x - wide / 2, (float) gtk_widget_get_width (GTK_WIDGET (self)) - wide - 4);
  if (x < used + 8)
    return used;
  draw_text (self, snapshot, text, FALSE, &palette->dim, x, y);
  return x + wide;
}

static void
draw_times (HvTimeline *self, GtkSnapshot *snapshot, const HvPalette *palette)
{
  const HvProfile *profile = hv_timeline_profile (self);
  float width = (float) gtk_widget_get_width (GTK_WIDGET (self)) - self->left - RIGHT;
  int64_t last = profile->moment[profile->n_moments - 1].time;
  int64_t first = profile->moment[0].kind == HV_MOMENT_BUCKET ? 0 : profile->moment[0].time;
  double range = (double) (last - first);
  double step = MAX (1,
                     time_step (range / units_per_second (profile)) * units_per_second (profile));
  float used = -8;

  for (double t = 0; t <= range; t += step)
    {
      g_autofree char *text = hv_format_time (profile, first + (int64_t) t);
      used = draw_below (self, snapshot, palette, text, self->left + width * (float) (t / range),
                         used);
    }
}

static void
draw_numbers (HvTimeline *self, GtkSnapshot *snapshot, const HvPalette *palette)
{
  const HvProfile *profile = hv_timeline_profile (self);
  float used = -8;

  for (guint i = 0; i < profile->n_moments; i++)
    {
      g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, profile->moment[i].number);
      used = draw_below (self, snapshot, palette, text, hv_timeline_x_of (self, i), used);
    }
}

static void
draw_rss_label (HvTimeline *self, GtkSnapshot *snapshot, const HvPalette *palette)
{
  const HvProfile *profile = hv_timeline_profile (self);

  for (guint i = 0; i < profile->n_moments; i++)
    if (profile->moment[i].rss_bytes > 0)
      {
        /* Translators: resident set size, the memory of the whole process */
        const char *text = _ ("RSS");
        float wide = hv_text_cache_width (self->text, text, FALSE);
        float x = hv_timeline_x_of (self, i) - wide - 5;
        float y = hv_timeline_y_of (self, profile->moment[i].rss_bytes);
        /* before the line begins, or else above it */
        gboolean before = x > self->left;
        draw_text (self, snapshot, text, FALSE, &palette->dim, before ? x : self->left + 4,
                   y - hv_text_cache_height (self->text) * (before ? 0.5f : 1) - (before ? 0 : 3));
        return;
      }
}

static void
draw_scale (HvTimeline *self, GtkSnapshot *snapshot, const HvPalette *palette)
{
  float width = (float) gtk_widget_get_width (GTK_WIDGET (self));
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
      float y = floorf (hv_timeline_y_of (self, value));
      gtk_snapshot_append_color (
          snapshot, &palette->line,
          &GRAPHENE_RECT_INIT (self->left, y, width - self->left - RIGHT, 1));
      draw_text (self, snapshot, text, FALSE, &palette->dim,
                 self->left - 8 - hv_text_cache_width (self->text, text, FALSE), y - line / 2);
    }

  if (self->timed)
    draw_times (self, snapshot, palette);
  else
    draw_numbers (self, snapshot, palette);
}

static void
draw_marker (HvTimeline *self, GtkSnapshot *snapshot, guint moment, const GdkRGBA *color,
             const char *text)
{
  float x = roundf (hv_timeline_x_of (self, moment));
  float height = (float) gtk_widget_get_height (GTK_WIDGET (self));
  float wide = hv_text_cache_width (self->text, text, TRUE);
  float width = (float) gtk_widget_get_width (GTK_WIDGET (self));

  gtk_snapshot_append_color (snapshot, color,
                             &GRAPHENE_RECT_INIT (x - 1, TOP - 2, 2, height - TOP - BOTTOM + 2));
  draw_text (self, snapshot, text, TRUE, color, x + 6 + wide > width ? x - wide - 6 : x + 6, 2);
}

void
hv_timeline_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  HvTimeline *self = HV_TIMELINE (widget);
  const HvPalette *palette = hv_palette_get (
      adw_style_manager_get_dark (adw_style_manager_get_default ()));

  if (!self->scene || !hv_timeline_profile (self)->n_moments)
    return;
  if (!self->text)
    self->text = hv_text_cache_new (gtk_widget_get_pango_context (widget));

  const HvProfile *profile = hv_timeline_profile (self);
  draw_scale (self, snapshot, palette);
  draw_curves (self, snapshot, palette);
  draw_consumer_labels (self, snapshot, palette);
  draw_rss_label (self, snapshot, palette);
  /* Translators: memory of the process that is not in its heap */
  draw_between (self, snapshot, _ ("not in the heap"), &palette->dim, rss_at, live_at, 0);

  if (self->from != self->to)
    {
      g_autofree char *text = hv_timeline_range_text (self);
      float x0 = hv_timeline_x_of (self, self->from), x1 = hv_timeline_x_of (self, self->to);
      float height = (float) gtk_widget_get_height (widget) - TOP - BOTTOM;
      GdkRGBA veil = palette->accent;
      veil.alpha = 0.2f;
      gtk_snapshot_append_color (snapshot, &veil, &GRAPHENE_RECT_INIT (x0, TOP, x1 - x0, height));
      draw_text (self, snapshot, text, TRUE, &palette->accent, x0, 2);
      return;
    }
  guint shown = hv_timeline_shown_moment (self);
  if (shown < profile->n_moments && shown != self->peak)
    {
      g_autofree char *text = hv_timeline_moment_text (self, shown);
      draw_marker (self, snapshot, shown, &palette->accent, text);
    }
  if (self->peak < profile->n_moments)
    {
      g_autofree char *size = hv_format_bytes (hv_timeline_live_at (profile, self->peak));
      g_autofree char *text = g_strdup_printf (_ ("peak %s"), size);
      if (shown == self->peak)
        draw_marker (self, snapshot, shown, &palette->grow, text);
      else if (self->hover == G_MAXUINT)
        draw_text (self, snapshot, text, TRUE, &palette->grow,
                   hv_timeline_x_of (self, self->peak)
                       - hv_text_cache_width (self->text, text, TRUE) / 2,
                   hv_timeline_y_of (self, hv_timeline_live_at (profile, self->peak)) + 8);
    }
  if (self->hover < profile->n_moments && self->hover != shown)
    {
      g_autofree char *text = hv_timeline_moment_text (self, self->hover);
      draw_marker (self, snapshot, self->hover, &palette->dim, text);
    }
}
