/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <adwaita.h>
#include <math.h>

#include "store/units.h"
#include "viewer/widgets/palette.h"

#include "viewer/widgets/timeline-private.h"

#define FLAG_WIDTH 15

/* Whether a moment is in the part of the axis that is in sight. */
static gboolean
in_sight (HvTimeline *self, guint moment)
{
  double place;

  if (moment >= hv_timeline_profile (self)->n_moments)
    return FALSE;
  place = hv_time_axis_place (&self->axis, moment);
  return place >= self->begin - 1e-9 && place <= self->end + 1e-9;
}

static void
draw_line (HvTimeline *self, GtkSnapshot *snapshot, guint moment, const GdkRGBA *color, float wide)
{
  float x = roundf (hv_timeline_x_of (self, moment) - wide / 2);
  float bottom = (float) gtk_widget_get_height (GTK_WIDGET (self)) - HV_TIMELINE_BOTTOM;

  gtk_snapshot_append_color (
      snapshot, color,
      &GRAPHENE_RECT_INIT (x, HV_TIMELINE_TOP - 2, wide, bottom - HV_TIMELINE_TOP + 2));
}

/* How far from a moment's line a text is that no mark's flag lies on. */
static float
gap_at (HvTimeline *self, guint moment)
{
  float gap = 6;

  for (guint i = 0; i < HV_N_MARKS; i++)
    if (self->mark[i] != G_MAXUINT)
      {
        float away = fabsf (hv_timeline_x_of (self, self->mark[i])
                            - hv_timeline_x_of (self, moment));
        if (away < 2 * FLAG_WIDTH)
          gap = MAX (gap, away + FLAG_WIDTH / 2.f + 4);
      }
  return gap;
}

/* A text beside a line, on the other side of it where there is no room. */
static void
draw_beside (HvTimeline *self, GtkSnapshot *snapshot, guint moment, const GdkRGBA *color,
             const char *text)
{
  float x = roundf (hv_timeline_x_of (self, moment));
  float wide = hv_text_cache_width (self->text, text, TRUE);
  float width = (float) gtk_widget_get_width (GTK_WIDGET (self));
  float gap = gap_at (self, moment);

  hv_timeline_draw_text (self, snapshot, text, TRUE, color,
                         x + gap + wide > width ? x - wide - gap : x + gap, 2);
}

static void
draw_mark (HvTimeline *self, GtkSnapshot *snapshot, const HvPalette *palette, guint mark)
{
  const char *letter = mark == HV_MARK_A ? "A" : "B";
  float x, wide = hv_text_cache_width (self->text, letter, TRUE);

  if (!in_sight (self, self->mark[mark]))
    return;
  x = roundf (hv_timeline_x_of (self, self->mark[mark]));
  draw_line (self, snapshot, self->mark[mark], &palette->text, 1);
  gtk_snapshot_append_color (
      snapshot, &palette->text,
      &GRAPHENE_RECT_INIT (x - FLAG_WIDTH / 2.f, 2, FLAG_WIDTH, HV_TIMELINE_TOP - 3));
  hv_text_cache_append (self->text, snapshot, letter, TRUE, &palette->view, roundf (x - wide / 2),
                        3, wide + 1);
}

static void
draw_range (HvTimeline *self, GtkSnapshot *snapshot, const HvPalette *palette, guint from, guint to,
            gboolean preview)
{
  g_autofree char *change = hv_timeline_range_text (self, from, to);
  g_autofree char *text = preview ? g_strdup_printf (_ ("%s — Enter: show only this range"), change)
                                  : g_strdup (change);
  float left = MAX (self->left, hv_timeline_x_of (self, MIN (from, to)));
  float right = MIN (hv_timeline_plot_right (self), hv_timeline_x_of (self, MAX (from, to)));
  float bottom = (float) gtk_widget_get_height (GTK_WIDGET (self)) - HV_TIMELINE_BOTTOM;
  GdkRGBA veil = palette->accent;

  veil.alpha = 0.16f;
  if (right > left)
    gtk_snapshot_append_color (snapshot, &veil,
                               &GRAPHENE_RECT_INIT (left, HV_TIMELINE_TOP - 2, right - left,
                                                    bottom - HV_TIMELINE_TOP + 2));
  if (in_sight (self, from))
    draw_line (self, snapshot, from, &palette->accent, 2);
  if (in_sight (self, to))
    draw_line (self, snapshot, to, &palette->accent, 2);
  hv_timeline_draw_text (self, snapshot, text, TRUE, &palette->accent,
                         left + gap_at (self, MIN (from, to)), 2);
}

static void
draw_peak (HvTimeline *self, GtkSnapshot *snapshot, const HvPalette *palette, gboolean shown,
           gboolean alone)
{
  const HvProfile *profile = hv_timeline_profile (self);

  if (!in_sight (self, self->peak))
    return;
  int64_t live = hv_timeline_live_at (profile, self->peak);
  g_autofree char *size = hv_format_bytes (live);
  g_autofree char *text = g_strdup_printf (_ ("peak %s"), size);
  float x = hv_timeline_x_of (self, self->peak), y = hv_timeline_y_of (self, live);
  float wide = hv_text_cache_width (self->text, text, TRUE);

  if (shown)
    {
      draw_line (self, snapshot, self->peak, &palette->grow, 2);
      draw_beside (self, snapshot, self->peak, &palette->grow, text);
    }
  else if (alone)
    {
      float line = hv_text_cache_height (self->text);
      float left = CLAMP (x - wide / 2, self->left, hv_timeline_plot_right (self) - wide);
      float below = MIN (y + 7, hv_timeline_plot_bottom (self) - line);
      GdkRGBA veil = palette->view;
      veil.alpha = 0.7f;
      gtk_snapshot_append_color (snapshot, &veil,
                                 &GRAPHENE_RECT_INIT (left - 3, below, wide + 6, line));
      hv_timeline_draw_text (self, snapshot, text, TRUE, &palette->grow, left, below);
    }
}

/* What is known of the moment under the pointer, in a box that hides nothing at the pointer. */
static void
draw_readout (HvTimeline *self, GtkSnapshot *snapshot, const HvPalette *palette)
{
  const HvProfile *profile = hv_timeline_profile (self);
  const HvConsumers *consumers = hv_profiles_get_consumers (self->scene->profiles);
  g_autofree char *text = hv_timeline_describe (self, self->hover);
  g_autofree char *held = NULL;
  guint c = hv_timeline_consumer_at (self, self->hover, self->pointer_y);
  float x = roundf (hv_timeline_x_of (self, self->hover));
  float y = hv_timeline_y_of (self, profile->moment[self->hover].live_bytes);
  float line = hv_text_cache_height (self->text);
  float wide = hv_text_cache_width (self->text, text, FALSE);

  if (c != G_MAXUINT)
    {
      g_autofree char *bytes = hv_format_bytes (consumers->consumer[c].live[self->hover]);
      held = g_strdup_printf ("%s %s", consumers->consumer[c].label, bytes);
      wide = MAX (wide, hv_text_cache_width (self->text, held, TRUE));
    }
  float high = line * (held ? 2 : 1) + 8;
  wide = MIN (wide, hv_timeline_plot_right (self) - self->left - 40) + 16;
  float left = x + 12 + wide > hv_timeline_plot_right (self) ? x - 12 - wide : x + 12;
  left = MAX (4, left);
  float bottom = hv_timeline_plot_bottom (self);
  /* at the top, unless the pointer is there */
  float top = self->pointer_y < HV_TIMELINE_TOP + high + 12 ? bottom - high : HV_TIMELINE_TOP + 4;
  graphene_rect_t box = GRAPHENE_RECT_INIT (left, top, wide, high);
  GdkRGBA back = hv_palette_mix (&palette->view, &palette->line, 0.35f), edge = palette->dim;

  draw_line (self, snapshot, self->hover, &palette->dim, 1);
  gtk_snapshot_append_color (snapshot, &palette->dim, &GRAPHENE_RECT_INIT (x - 3, y - 3, 6, 6));
  edge.alpha = 0.6f;
  back.alpha = 0.96f;
  gtk_snapshot_append_color (snapshot, &back, &box);
  gtk_snapshot_append_border (snapshot, &GSK_ROUNDED_RECT_INIT (left, top, wide, high),
                              (const float[]){ 1, 1, 1, 1 },
                              (const GdkRGBA[]){ edge, edge, edge, edge });
  hv_text_cache_append (self->text, snapshot, text, FALSE, &palette->text, left + 8, top + 4,
                        wide - 12);
  if (held)
    hv_text_cache_append (self->text, snapshot, held, TRUE, &palette->text, left + 8,
                          top + 4 + line, wide - 12);
}

static void
draw_picture (HvTimeline *self, GtkSnapshot *snapshot)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  int height = gtk_widget_get_height (GTK_WIDGET (self));

  if (self->picture && (self->picture_width != width || self->picture_height != height))
    g_clear_pointer (&self->picture, gsk_render_node_unref);
  if (!self->picture)
    {
      g_autoptr (GtkSnapshot) picture = gtk_snapshot_new ();
      hv_timeline_draw (self, picture);
      self->picture = gtk_snapshot_free_to_node (g_steal_pointer (&picture));
      self->picture_width = width;
      self->picture_height = height;
    }
  if (self->picture)
    gtk_snapshot_append_node (snapshot, self->picture);
}

void
hv_timeline_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  HvTimeline *self = HV_TIMELINE (widget);
  const HvPalette *palette = hv_palette_get (
      adw_style_manager_get_dark (adw_style_manager_get_default ()));
  guint from, to;

  if (!self->scene)
    return;
  if (!self->text)
    self->text = hv_text_cache_new (gtk_widget_get_pango_context (widget));
  draw_picture (self, snapshot);

  gboolean preview = hv_timeline_get_range (self, &from, &to);
  gboolean range = preview || hv_timeline_shown_range (self, &from, &to);
  gboolean hovers = self->hover < hv_timeline_profile (self)->n_moments
                    && in_sight (self, self->hover);
  if (range)
    draw_range (self, snapshot, palette, from, to, preview);
  else if (in_sight (self, self->asked) && self->asked != self->peak)
    {
      g_autofree char *text = hv_timeline_moment_text (self, self->asked);
      draw_line (self, snapshot, self->asked, &palette->accent, 2);
      draw_beside (self, snapshot, self->asked, &palette->accent, text);
    }
  draw_peak (self, snapshot, palette, !range && self->asked == self->peak, !hovers);
  for (guint i = 0; i < HV_N_MARKS; i++)
    draw_mark (self, snapshot, palette, i);
  if (hovers && !self->dragged)
    draw_readout (self, snapshot, palette);
}

void
hv_timeline_snapshot_lines (HvTimeline *self, GtkSnapshot *snapshot)
{
  g_return_if_fail (HV_IS_TIMELINE (self));
  GskRenderNode *kept = g_steal_pointer (&self->picture);

  self->in_lines = TRUE;
  hv_timeline_snapshot (GTK_WIDGET (self), snapshot);
  self->in_lines = FALSE;
  g_clear_pointer (&self->picture, gsk_render_node_unref);
  self->picture = kept;
}
