/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/snapshot-canvas.h"

static void
append_dashes (GtkSnapshot *snapshot, const graphene_rect_t *rect, const GdkRGBA *color,
               gboolean vertical)
{
  static const float dash = 4, period = 7;
  GdkRGBA clear = *color;
  clear.alpha = 0;
  const GskColorStop stops[] = {
    { 0, *color }, { dash / period, *color }, { dash / period, clear }, { 1, clear }
  };
  graphene_point_t end = rect->origin;

  if (vertical)
    end.y += period;
  else
    end.x += period;
  gtk_snapshot_append_repeating_linear_gradient (snapshot, rect, &rect->origin, &end, stops,
                                                 G_N_ELEMENTS (stops));
}

void
hv_paint_outline (GtkSnapshot *snapshot, const graphene_rect_t *rect, const GdkRGBA *color,
                  float thickness, gboolean dashed)
{
  float x = rect->origin.x, y = rect->origin.y, w = rect->size.width, h = rect->size.height;
  float t = MIN (thickness, MIN (w, h) / 2);
  const graphene_rect_t edges[4] = {
    GRAPHENE_RECT_INIT (x, y, w, t),
    GRAPHENE_RECT_INIT (x, y + h - t, w, t),
    GRAPHENE_RECT_INIT (x, y + t, t, h - 2 * t),
    GRAPHENE_RECT_INIT (x + w - t, y + t, t, h - 2 * t),
  };

  for (guint i = 0; i < 4; i++)
    if (dashed)
      append_dashes (snapshot, &edges[i], color, i >= 2);
    else
      gtk_snapshot_append_color (snapshot, color, &edges[i]);
}

void
hv_paint_hatch (GtkSnapshot *snapshot, const graphene_rect_t *rect, const GdkRGBA *stripe,
                const GdkRGBA *between)
{
  /* stripes of 6 px, 3 px between them, at 45° */
  const float across = 9 / 1.41421356f;
  const GskColorStop stops[] = {
    { 0, *stripe }, { 2 / 3.f, *stripe }, { 2 / 3.f, *between }, { 1, *between }
  };
  graphene_point_t end = GRAPHENE_POINT_INIT (rect->origin.x + across, rect->origin.y + across);

  gtk_snapshot_append_repeating_linear_gradient (snapshot, rect, &rect->origin, &end, stops,
                                                 G_N_ELEMENTS (stops));
}

static GtkSnapshot *
snapshot_of (HvCanvas *canvas)
{
  return ((HvSnapshotCanvas *) canvas)->snapshot;
}

static HvTextCache *
text_of (HvCanvas *canvas)
{
  return ((HvSnapshotCanvas *) canvas)->text;
}

static void
fill (HvCanvas *canvas, const graphene_rect_t *rect, const GdkRGBA *color)
{
  gtk_snapshot_append_color (snapshot_of (canvas), color, rect);
}

static void
hatch (HvCanvas *canvas, const graphene_rect_t *rect, const GdkRGBA *stripe, const GdkRGBA *between)
{
  hv_paint_hatch (snapshot_of (canvas), rect, stripe, between);
}

static void
outline (HvCanvas *canvas, const graphene_rect_t *rect, const GdkRGBA *color, float thickness,
         gboolean dashed)
{
  hv_paint_outline (snapshot_of (canvas), rect, color, thickness, dashed);
}

static float
append_text (HvCanvas *canvas, const char *text, HvFace face, const GdkRGBA *color, float x,
             float y, float width)
{
  return hv_text_cache_append (text_of (canvas), snapshot_of (canvas), text,
                               face != HV_FACE_REGULAR, color, x, y, width);
}

static float
text_width (HvCanvas *canvas, const char *text, HvFace face)
{
  return hv_text_cache_width (text_of (canvas), text, face != HV_FACE_REGULAR);
}

static float
line_height (HvCanvas *canvas, HvFace face)
{
  return hv_text_cache_height (text_of (canvas));
}

HvSnapshotCanvas
hv_snapshot_canvas (GtkSnapshot *snapshot, HvTextCache *text)
{
  static const HvCanvasClass class = { fill, hatch, outline, append_text, text_width, line_height };

  return (HvSnapshotCanvas){ { &class }, snapshot, text };
}
