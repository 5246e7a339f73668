/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/draw/cairo-canvas.h"

#include <math.h>

#define DEFAULT_FONT "Sans 12px"
#define TITLE_FACTOR 1.5
#define STRIPE 6.0
#define PERIOD 9.0

struct HvCairoCanvas
{
  HvCanvas canvas;
  cairo_t *cr; /* NULL: measure alone */
  PangoContext *context;
  PangoLayout *layout[HV_N_FACES];
  float height[HV_N_FACES], ascent[HV_N_FACES], dots[HV_N_FACES];
};

static HvCairoCanvas *
of (HvCanvas *canvas)
{
  return (HvCairoCanvas *) canvas;
}

static void
set_color (cairo_t *cr, const GdkRGBA *color)
{
  cairo_set_source_rgba (cr, color->red, color->green, color->blue, color->alpha);
}

static void
add_rect (cairo_t *cr, const graphene_rect_t *rect)
{
  cairo_rectangle (cr, rect->origin.x, rect->origin.y, rect->size.width, rect->size.height);
}

static void
fill (HvCanvas *canvas, const graphene_rect_t *rect, const GdkRGBA *color)
{
  cairo_t *cr = of (canvas)->cr;

  if (!cr)
    return;
  set_color (cr, color);
  add_rect (cr, rect);
  cairo_fill (cr);
}

static void
hatch (HvCanvas *canvas, const graphene_rect_t *rect, const GdkRGBA *stripe, const GdkRGBA *between)
{
  cairo_t *cr = of (canvas)->cr;
  double x = rect->origin.x, y = rect->origin.y, w = rect->size.width, h = rect->size.height;

  if (!cr)
    return;
  fill (canvas, rect, between);
  cairo_save (cr);
  add_rect (cr, rect);
  cairo_clip (cr);
  set_color (cr, stripe);
  cairo_set_line_width (cr, STRIPE);
  /* lines at x + y = c, as far across from the corner as the window's gradient has them */
  for (double c = STRIPE / 2 * M_SQRT2; c < w + h + STRIPE; c += PERIOD * G_SQRT2)
    {
      cairo_move_to (cr, x + c + STRIPE, y - STRIPE);
      cairo_line_to (cr, x + c - h - STRIPE, y + h + STRIPE);
    }
  cairo_stroke (cr);
  cairo_restore (cr);
}

static void
outline (HvCanvas *canvas, const graphene_rect_t *rect, const GdkRGBA *color, float thickness,
         gboolean dashed)
{
  static const double dashes[] = { 4, 3 };
  cairo_t *cr = of (canvas)->cr;
  double half = MIN (thickness, MIN (rect->size.width, rect->size.height) / 2) / 2;

  if (!cr)
    return;
  cairo_save (cr);
  set_color (cr, color);
  cairo_set_line_width (cr, 2 * half);
  cairo_set_dash (cr, dashes, dashed ? G_N_ELEMENTS (dashes) : 0, 0);
  cairo_rectangle (cr, rect->origin.x + half, rect->origin.y + half, rect->size.width - 2 * half,
                   rect->size.height - 2 * half);
  cairo_stroke (cr);
  cairo_restore (cr);
}

static float
natural_width (HvCairoCanvas *self, const char *text, HvFace face)
{
  int width;

  pango_layout_set_width (self->layout[face], -1);
  pango_layout_set_text (self->layout[face], text, -1);
  pango_layout_get_size (self->layout[face], &width, NULL);
  return (float) width / PANGO_SCALE;
}

static float
draw_text (HvCanvas *canvas, const char *text, HvFace face, const GdkRGBA *color, float x, float y,
           float width)
{
  HvCairoCanvas *self = of (canvas);
  PangoLayout *layout = self->layout[face];
  float used = natural_width (self, text, face);

  if (used > width)
    {
      /* room for two letters and the dots */
      int cut;
      if (width < 2 * self->dots[face])
        return 0;
      pango_layout_set_width (layout, (int) (width * PANGO_SCALE));
      pango_layout_get_size (layout, &cut, NULL);
      used = (float) cut / PANGO_SCALE;
    }
  if (self->cr)
    {
      set_color (self->cr, color);
      /* Fallback fonts are taller than the line: align baselines, not tops. */
      cairo_move_to (self->cr, x,
                     y + self->ascent[face]
                         - (double) pango_layout_get_baseline (layout) / PANGO_SCALE);
      pango_cairo_show_layout (self->cr, layout);
    }
  return used;
}

static float
text_width (HvCanvas *canvas, const char *text, HvFace face)
{
  return natural_width (of (canvas), text, face);
}

static float
line_height (HvCanvas *canvas, HvFace face)
{
  return of (canvas)->height[face];
}

static void
make_face (HvCairoCanvas *self, HvFace face, const char *font)
{
  PangoFontDescription *description = pango_font_description_from_string (font);
  int size = pango_font_description_get_size (description);
  double px = size <= 0 ? 12
              : pango_font_description_get_size_is_absolute (description)
                  ? (double) size / PANGO_SCALE
                  : (double) size / PANGO_SCALE * 96 / 72;

  pango_font_description_set_absolute_size (
      description, px * (face == HV_FACE_TITLE ? TITLE_FACTOR : 1) * PANGO_SCALE);
  if (face != HV_FACE_REGULAR)
    pango_font_description_set_weight (description, PANGO_WEIGHT_BOLD);
  self->layout[face] = pango_layout_new (self->context);
  pango_layout_set_font_description (self->layout[face], description);
  pango_layout_set_single_paragraph_mode (self->layout[face], TRUE);
  pango_layout_set_ellipsize (self->layout[face], PANGO_ELLIPSIZE_END);

  PangoFontMetrics *metrics = pango_context_get_metrics (self->context, description, NULL);
  self->ascent[face] = ceilf ((float) pango_font_metrics_get_ascent (metrics) / PANGO_SCALE);
  self->height[face] = self->ascent[face]
                       + ceilf ((float) pango_font_metrics_get_descent (metrics) / PANGO_SCALE);
  pango_font_metrics_unref (metrics);
  pango_font_description_free (description);
  self->dots[face] = natural_width (self, "…", face);
}

HvCairoCanvas *
hv_cairo_canvas_new (cairo_t *cr, const char *font)
{
  static const HvCanvasClass class = { fill, hatch, outline, draw_text, text_width, line_height };
  HvCairoCanvas *self = g_new0 (HvCairoCanvas, 1);
  cairo_font_options_t *options = cairo_font_options_create ();

  self->canvas.class = &class;
  self->cr = cr ? cairo_reference (cr) : NULL;
  /* The thread's own: pictures are drawn beside the window. */
  self->context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  /* Text is as wide at every scale: what was measured is what is drawn. */
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  pango_cairo_context_set_font_options (self->context, options);
  cairo_font_options_destroy (options);
  for (HvFace face = 0; face < HV_N_FACES; face++)
    make_face (self, face, font ? font : DEFAULT_FONT);
  return self;
}

void
hv_cairo_canvas_free (HvCairoCanvas *self)
{
  if (!self)
    return;
  for (guint i = 0; i < HV_N_FACES; i++)
    g_clear_object (&self->layout[i]);
  g_clear_object (&self->context);
  g_clear_pointer (&self->cr, cairo_destroy);
  g_free (self);
}

HvCanvas *
hv_cairo_canvas_get (HvCairoCanvas *self)
{
  return &self->canvas;
}
