/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gdk/gdk.h>
#include <graphene.h>

G_BEGIN_DECLS

/* What the flame graph, its legend and the tables are drawn with: cairo for files and paper, render
 * nodes for the window, a list of words in a test. Of GTK only plain structures are used, so that
 * what draws on a canvas is linked without it. Lengths in px, y downwards. */
typedef struct HvCanvas HvCanvas;

typedef enum
{
  HV_FACE_REGULAR,
  HV_FACE_BOLD,
  HV_FACE_TITLE, /* bold, larger */
  HV_N_FACES
} HvFace;

typedef struct
{
  void (*fill) (HvCanvas *canvas, const graphene_rect_t *rect, const GdkRGBA *color);

  /* Diagonal stripes: what is new. */
  void (*hatch) (HvCanvas *canvas, const graphene_rect_t *rect, const GdkRGBA *stripe,
                 const GdkRGBA *between);

  /* A frame drawn inside `rect`. */
  void (*outline) (HvCanvas *canvas, const graphene_rect_t *rect, const GdkRGBA *color,
                   float thickness, gboolean dashed);

  /* At most `width` px of `text` with its line's top left corner at (x, y), cut with an ellipsis
   * where it is longer; nothing when not even a letter fits. Returns the width used. */
  float (*text) (HvCanvas *canvas, const char *text, HvFace face, const GdkRGBA *color, float x,
                 float y, float width);
  float (*text_width) (HvCanvas *canvas, const char *text, HvFace face);
  float (*line_height) (HvCanvas *canvas, HvFace face);
} HvCanvasClass;

/* What draws embeds it as its first member. */
struct HvCanvas
{
  const HvCanvasClass *class;
};

static inline void
hv_canvas_fill (HvCanvas *canvas, const graphene_rect_t *rect, const GdkRGBA *color)
{
  canvas->class->fill (canvas, rect, color);
}

static inline void
hv_canvas_hatch (HvCanvas *canvas, const graphene_rect_t *rect, const GdkRGBA *stripe,
                 const GdkRGBA *between)
{
  canvas->class->hatch (canvas, rect, stripe, between);
}

static inline void
hv_canvas_outline (HvCanvas *canvas, const graphene_rect_t *rect, const GdkRGBA *color,
                   float thickness, gboolean dashed)
{
  canvas->class->outline (canvas, rect, color, thickness, dashed);
}

static inline float
hv_canvas_text (HvCanvas *canvas, const char *text, HvFace face, const GdkRGBA *color, float x,
                float y, float width)
{
  return *text && width >= 1 ? canvas->class->text (canvas, text, face, color, x, y, width) : 0;
}

static inline float
hv_canvas_text_width (HvCanvas *canvas, const char *text, HvFace face)
{
  return canvas->class->text_width (canvas, text, face);
}

static inline float
hv_canvas_line_height (HvCanvas *canvas, HvFace face)
{
  return canvas->class->line_height (canvas, face);
}

G_END_DECLS
