/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <adwaita.h>
#include <math.h>

#include "store/units.h"
#include "viewer/widgets/consumer-color.h"

#include "viewer/widgets/timeline-private.h"

/* More dots than this run together. */
#define MAX_DOTS 200
#define MAX_TIMES 8

/* Tried for a label. */
#define MAX_LABEL_PLACES 100

/* Width of a bar of what was allocated, px. */
#define BAR 3

static void
set_source (cairo_t *cr, const GdkRGBA *color)
{
  gdk_cairo_set_source_rgba (cr, color);
}

/* Where the curves begin: a trace's at nothing, before its first moment. */
static float
start_x (HvTimeline *self)
{
  if (!self->axis.from_zero)
    return hv_timeline_x_of (self, 0);
  float width = hv_timeline_plot_right (self) - self->left;
  return self->left - width * (float) (self->begin / (self->end - self->begin));
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
      if (!started && !rss && self->axis.from_zero)
        {
          cairo_move_to (cr, start_x (self), hv_timeline_y_of (self, 0));
          cairo_line_to (cr, x, hv_timeline_y_of (self, value));
        }
      else if (started)
        cairo_line_to (cr, x, hv_timeline_y_of (self, value));
      else
        cairo_move_to (cr, x, hv_timeline_y_of (self, value));
      started = TRUE;
    }
}

void
hv_timeline_draw_text (HvTimeline *self, GtkSnapshot *snapshot, const char *text, gboolean bold,
                       const GdkRGBA *color, float x, float y)
{
  float wide = hv_text_cache_width (self->text, text, bold);
  float most = (float) gtk_widget_get_width (GTK_WIDGET (self)) - wide - 4;

  hv_text_cache_append (self->text, snapshot, text, bold, color,
                        roundf (CLAMP (x, 2, MAX (2, most))), roundf (MAX (1, y)), wide + 1);
}

/* --- whose memory it was --- */

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
draw_consumers (HvTimeline *self, cairo_t *cr, const HvPalette *palette)
{
  const HvProfile *profile = hv_timeline_profile (self);
  const HvConsumers *consumers = hv_profiles_get_consumers (self->scene->profiles);
  float floor = hv_timeline_y_of (self, 0);

  for (guint i = consumers ? consumers->n : 0; i-- > 0;)
    {
      GdkRGBA fill = hv_consumer_color (palette, profile, consumers, i);
      if (self->highlight == i)
        fill = palette->chart;
      else if (self->highlight != G_MAXUINT)
        fill = hv_palette_mix (&palette->view, &fill, 0.5f);
      cairo_move_to (cr, start_x (self), floor);
      for (guint m = 0; m < profile->n_moments; m++)
        cairo_line_to (cr, hv_timeline_x_of (self, m),
                       hv_timeline_y_of (self, stacked (consumers, i + 1, m)));
      cairo_line_to (cr, hv_timeline_x_of (self, profile->n_moments - 1), floor);
      cairo_close_path (cr);
      set_source (cr, &fill);
      cairo_fill_preserve (cr);
      set_source (cr, &palette->view);
      cairo_set_line_width (cr, 0.75);
      cairo_stroke (cr);
    }
}

/* How high a label in the band between the heap and all memory may be that is centred at a moment
 * and `wide`; where its middle is. */
static float
room_for_label (HvTimeline *self, guint moment, float wide, float *middle)
{
  const HvProfile *profile = hv_timeline_profile (self);
  guint n = profile->n_moments;
  float x = hv_timeline_x_of (self, moment), top = 0, bottom = G_MAXFLOAT;

  for (guint m = 0; m < n; m++)
    {
      /* also the neighbours outside: the edges are straight between moments */
      float before = hv_timeline_x_of (self, m > 0 ? m - 1 : 0);
      float after = hv_timeline_x_of (self, MIN (m + 1, n - 1));
      if (after < x - wide / 2 || before > x + wide / 2 || profile->moment[m].rss_bytes < 0)
        continue;
      top = MAX (top, hv_timeline_y_of (self, profile->moment[m].rss_bytes));
      bottom = MIN (bottom, hv_timeline_y_of (self, hv_timeline_live_at (profile, m)));
    }
  *middle = (top + bottom) / 2;
  return top > 0 ? bottom - top : 0;
}

/* Names the band where it has most room, if it has enough anywhere. */
static void
draw_unaccounted_label (HvTimeline *self, GtkSnapshot *snapshot, const HvPalette *palette)
{
  /* Translators: memory of the process that is not in its heap */
  const char *text = _ ("not in the heap");
  guint n = hv_timeline_profile (self)->n_moments, step = n / MAX_LABEL_PLACES + 1;
  float line = hv_text_cache_height (self->text), right = hv_timeline_plot_right (self);
  float wide = hv_text_cache_width (self->text, text, FALSE) + 8;
  float best = line, best_x = -1, best_y = 0;

  for (guint m = 0; m < n; m += step)
    {
      float y, x = hv_timeline_x_of (self, m);
      if (x - wide / 2 < self->left || x + wide / 2 > right)
        continue;
      float room = room_for_label (self, m, wide, &y);
      if (room > best)
        {
          best = room;
          best_x = x;
          best_y = y;
        }
    }
  if (best_x > 0)
    hv_timeline_draw_text (self, snapshot, text, FALSE, &palette->dim, best_x - wide / 2 + 4,
                           best_y - line / 2);
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
paint_curves (HvTimeline *self, cairo_t *cr, const HvPalette *palette)
{
  const HvProfile *profile = hv_timeline_profile (self);
  guint last = profile->n_moments - 1;

  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  if (!self->no_rss)
    draw_unaccounted (self, cr, palette);
  trace_line (self, cr, FALSE);
  cairo_line_to (cr, hv_timeline_x_of (self, last), hv_timeline_y_of (self, 0));
  cairo_line_to (cr, start_x (self), hv_timeline_y_of (self, 0));
  cairo_close_path (cr);
  set_source (cr, &palette->chart_fill);
  cairo_fill (cr);
  draw_consumers (self, cr, palette);

  trace_line (self, cr, FALSE);
  set_source (cr, &palette->chart);
  cairo_set_line_width (cr, 1.75);
  cairo_stroke (cr);

  if (!self->no_rss)
    {
      trace_line (self, cr, TRUE);
      set_source (cr, &palette->dim);
      cairo_set_line_width (cr, 1);
      cairo_set_dash (cr, (const double[]){ 4, 3 }, 2, 0);
      cairo_stroke (cr);
      cairo_set_dash (cr, NULL, 0, 0);
    }

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
}

static void
unmap_surface (gpointer surface)
{
  cairo_surface_destroy (surface);
}

/* Painted once: their thousands of points would otherwise be filled anew with each frame in which
 * anything near them changes. */
static void
draw_curves (HvTimeline *self, GtkSnapshot *snapshot, const HvPalette *palette)
{
  /* a little more, for dots at the edges */
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self)), left = (int) self->left - 6;
  int width = (int) ceilf (hv_timeline_plot_right (self)) + 6 - left;
  int height = (int) ceilf (hv_timeline_plot_bottom (self)) + 6;

  if (width <= 0 || height <= 0)
    return;
  if (self->in_lines)
    {
      cairo_t *lines = gtk_snapshot_append_cairo (
          snapshot, &GRAPHENE_RECT_INIT ((float) left, 0, (float) width, (float) height));
      paint_curves (self, lines, palette);
      cairo_destroy (lines);
      return;
    }
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width * scale,
                                                         height * scale);
  if (cairo_surface_status (surface) != CAIRO_STATUS_SUCCESS)
    {
      cairo_surface_destroy (surface);
      return;
    }
  cairo_surface_set_device_scale (surface, scale, scale);
  cairo_t *cr = cairo_create (surface);
  cairo_translate (cr, -left, 0);
  paint_curves (self, cr, palette);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  gsize stride = (gsize) cairo_image_surface_get_stride (surface);
  g_autoptr (GBytes) pixels = g_bytes_new_with_free_func (cairo_image_surface_get_data (surface),
                                                          stride * (gsize) (height * scale),
                                                          unmap_surface, surface);
  g_autoptr (GdkTexture) texture = gdk_memory_texture_new (width * scale, height * scale,
                                                           GDK_MEMORY_DEFAULT, pixels, stride);
  gtk_snapshot_append_texture (
      snapshot, texture, &GRAPHENE_RECT_INIT ((float) left, 0, (float) width, (float) height));
}

/* Draws a label under x unless it would touch the one before, which ends at `used`. */
static float
draw_below (HvTimeline *self, GtkSnapshot *snapshot, const HvPalette *palette, const char *text,
            float x, float used)
{
  float wide = hv_text_cache_width (self->text, text, FALSE);
  float y = (float) gtk_widget_get_height (GTK_WIDGET (self)) - HV_TIMELINE_BOTTOM + 4;

  x = MIN (x - wide / 2, (float) gtk_widget_get_width (GTK_WIDGET (self)) - wide - 4);
  if (x < used + 8)
    return used;
  hv_timeline_draw_text (self, snapshot, text, FALSE, &palette->dim, x, y);
  return x + wide;
}

static void
draw_times (HvTimeline *self, GtkSnapshot *snapshot, const HvPalette *palette)
{
  const HvProfile *profile = hv_timeline_profile (self);
  float width = hv_timeline_plot_right (self) - self->left;
  double all = (double) (self->axis.last - self->axis.first);
  double per_second = MAX (1, hv_time_unit_per_second (profile->time_unit));
  double range = all * (self->end - self->begin), start = all * self->begin;
  double step = MAX (1, hv_time_axis_step (range / per_second, MAX_TIMES) * per_second);
  float used = -8;

  for (double t = ceil (start / step) * step; t <= start + range; t += step)
    {
      g_autofree char *text = hv_format_time (profile, self->axis.first + (int64_t) t);
      used = draw_below (self, snapshot, palette, text,
                         self->left + width * (float) ((t - start) / range), used);
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
      if (hv_timeline_x_of (self, i) < self->left - 1
          || hv_timeline_x_of (self, i) > hv_timeline_plot_right (self) + 1)
        continue;
      used = draw_below (self, snapshot, palette, text, hv_timeline_x_of (self, i), used);
    }
}

static void
draw_rss_label (HvTimeline *self, GtkSnapshot *snapshot, const HvPalette *palette)
{
  const HvProfile *profile = hv_timeline_profile (self);

  for (guint i = 0; i < profile->n_moments; i++)
    if (profile->moment[i].rss_bytes > 0 && hv_timeline_x_of (self, i) >= self->left)
      {
        /* Translators: resident set size, the memory of the whole process */
        const char *text = _ ("RSS");
        float wide = hv_text_cache_width (self->text, text, FALSE);
        float x = hv_timeline_x_of (self, i) - wide - 5;
        float y = hv_timeline_y_of (self, profile->moment[i].rss_bytes);
        /* before the line begins, or else above it */
        gboolean before = x > self->left && self->begin <= 0;
        hv_timeline_draw_text (
            self, snapshot, text, FALSE, &palette->dim, before ? x : self->left + 4,
            y - hv_text_cache_height (self->text) * (before ? 0.5f : 1) - (before ? 0 : 3));
        return;
      }
}

static void
draw_scale (HvTimeline *self, GtkSnapshot *snapshot, const HvPalette *palette)
{
  float line = hv_text_cache_height (self->text);

  for (int64_t value = 0; value <= self->top_value; value += self->step)
    {
      g_autofree char *text = hv_format_bytes (value);
      float y = floorf (hv_timeline_y_of (self, value));
      gtk_snapshot_append_color (
          snapshot, &palette->line,
          &GRAPHENE_RECT_INIT (self->left, y, hv_timeline_plot_right (self) - self->left, 1));
      hv_timeline_draw_text (self, snapshot, text, FALSE, &palette->dim,
                             self->left - 8 - hv_text_cache_width (self->text, text, FALSE),
                             y - line / 2);
    }
}

/* --- what was allocated when --- */

/* Blocks in thousands and millions, to three digits. */
static char *
short_count (double count)
{
  static const char *const units[] = { "", " k", " M", " G" };
  guint unit = 0;

  for (; count >= 1000 && unit + 1 < G_N_ELEMENTS (units); unit++)
    count /= 1000;
  return g_strdup_printf ("%.*f%s",
                          count >= 100 || unit == 0 ? 0
                          : count >= 10             ? 1
                                                    : 2,
                          count, units[unit]);
}

static void
draw_flow_labels (HvTimeline *self, GtkSnapshot *snapshot, const HvPalette *palette, double most,
                  gboolean temporary)
{
  gboolean seconds = self->axis.timed
                     && hv_time_unit_per_second (hv_timeline_profile (self)->time_unit) > 0;
  g_autofree char *count = short_count (most);
  /* Translators: the highest number of allocations a second on a small axis, such as “1.2 M/s” */
  g_autofree char *top = g_strdup_printf (seconds ? _ ("%s/s") : "%s", count);
  const char *caption = !seconds    ? _ ("allocations from dump to dump")
                        : temporary ? _ ("allocations a second, dark: temporary")
                                    : _ ("allocations a second");
  float line = hv_text_cache_height (self->text), y = hv_timeline_plot_bottom (self);
  float wide = hv_text_cache_width (self->text, caption, FALSE);
  GdkRGBA veil = palette->view;

  y += HV_TIMELINE_GAP;
  hv_timeline_draw_text (self, snapshot, top, FALSE, &palette->dim,
                         self->left - 8 - hv_text_cache_width (self->text, top, FALSE),
                         y - line / 2 + 4);
  veil.alpha = 0.75f;
  gtk_snapshot_append_color (snapshot, &veil,
                             &GRAPHENE_RECT_INIT (self->left + 2, y - 2, wide + 8, line));
  hv_timeline_draw_text (self, snapshot, caption, FALSE, &palette->dim, self->left + 6, y - 2);
}

static void
draw_flow (HvTimeline *self, GtkSnapshot *snapshot, const HvPalette *palette)
{
  float width = hv_timeline_plot_right (self) - self->left;
  float bottom = hv_timeline_plot_bottom (self) + HV_TIMELINE_GAP + HV_TIMELINE_FLOW;
  guint n = (guint) MAX (1, width / BAR);
  g_autofree HvFlow *part = g_new (HvFlow, n);
  double most = 0, per_part;
  GdkRGBA fill = hv_palette_mix (&palette->view, &palette->chart, 0.45f);

  if (!self->has_flow || width <= 0
      || !hv_time_axis_flow (&self->axis, self->begin, self->end, n, part))
    return;
  for (guint i = 0; i < n; i++)
    most = MAX (most, part[i].allocated);
  gtk_snapshot_append_color (snapshot, &palette->line,
                             &GRAPHENE_RECT_INIT (self->left, bottom, width, 1));
  for (guint i = 0; i < n && most > 0; i++)
    {
      float x = self->left + width * (float) i / (float) n;
      float wide = width / (float) n;
      float high = HV_TIMELINE_FLOW * (float) (part[i].allocated / most);
      float dark = HV_TIMELINE_FLOW * (float) (MAX (0, part[i].temporary) / most);
      gtk_snapshot_append_color (snapshot, &fill,
                                 &GRAPHENE_RECT_INIT (x, bottom - high, wide, high));
      gtk_snapshot_append_color (snapshot, &palette->chart,
                                 &GRAPHENE_RECT_INIT (x, bottom - dark, wide, dark));
    }
  per_part = hv_time_axis_length (&self->axis) * (self->end - self->begin) / n;
  draw_flow_labels (self, snapshot, palette, per_part > 0 ? most / per_part : most,
                    part[0].temporary >= 0);
}

/* Where one is on the axis, when only a part of it is in sight. */
static void
draw_position (HvTimeline *self, GtkSnapshot *snapshot, const HvPalette *palette)
{
  float width = hv_timeline_plot_right (self) - self->left;
  float y = (float) gtk_widget_get_height (GTK_WIDGET (self)) - 4;

  if (self->end - self->begin >= 1)
    return;
  gtk_snapshot_append_color (snapshot, &palette->line,
                             &GRAPHENE_RECT_INIT (self->left, y, width, 3));
  gtk_snapshot_append_color (
      snapshot, &palette->accent,
      &GRAPHENE_RECT_INIT (self->left + width * (float) self->begin, y,
                           MAX (4, width * (float) (self->end - self->begin)), 3));
}

void
hv_timeline_draw (HvTimeline *self, GtkSnapshot *snapshot)
{
  const HvPalette *palette = hv_palette_get (
      adw_style_manager_get_dark (adw_style_manager_get_default ()));
  float width;

  self->left = 64;
  for (int64_t value = 0; value <= self->top_value; value += self->step)
    {
      g_autofree char *text = hv_format_bytes (value);
      self->left = MAX (self->left, hv_text_cache_width (self->text, text, FALSE) + 24);
    }
  width = hv_timeline_plot_right (self) - self->left;
  draw_scale (self, snapshot, palette);
  draw_curves (self, snapshot, palette);
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (self->left, 0, MAX (0, width),
                                                         hv_timeline_plot_bottom (self)));
  if (!self->no_rss)
    {
      draw_rss_label (self, snapshot, palette);
      draw_unaccounted_label (self, snapshot, palette);
    }
  gtk_snapshot_pop (snapshot);
  draw_flow (self, snapshot, palette);
  if (self->axis.timed)
    draw_times (self, snapshot, palette);
  else
    draw_numbers (self, snapshot, palette);
  draw_position (self, snapshot, palette);
}
