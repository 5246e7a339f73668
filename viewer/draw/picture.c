/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "viewer/draw/picture.h"

#include "viewer/draw/flame-paint.h"
#include "viewer/draw/legend-paint.h"
#include "viewer/draw/titles.h"

#include <math.h>

#define MARGIN 16
#define FOREST_GAP 28
#define MIN_BOX_WIDTH 0.5
#define MAX_BOXES 20000
#define MAX_WARNINGS 3
#define LINE_GAP 4

typedef struct
{
  const HvPicture *picture;
  HvCanvas *canvas;
  float x, y, width;
} Pen;

static void
add_line (Pen *pen, const char *text, HvFace face, const GdkRGBA *color)
{
  hv_canvas_text (pen->canvas, text, face, color, pen->x, pen->y, pen->width);
  pen->y += ceilf (hv_canvas_line_height (pen->canvas, face)) + LINE_GAP;
}

/* Breaks between words, so that nothing of it is lost. Takes `text`; NULL: nothing. */
static void
add_text (Pen *pen, char *text, HvFace face, const GdkRGBA *color)
{
  g_autofree char *owned = text;
  g_auto (GStrv) words = text ? g_strsplit (text, " ", -1) : NULL;
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; words && words[i]; i++)
    {
      gsize before = line->len;
      g_string_append_printf (line, "%s%s", i && before ? " " : "", words[i]);
      if (before && hv_canvas_text_width (pen->canvas, line->str, face) > pen->width)
        {
          g_string_truncate (line, before);
          add_line (pen, line->str, face, color);
          g_string_assign (line, words[i]);
        }
    }
  if (line->len)
    add_line (pen, line->str, face, color);
}

static void
add_side (Pen *pen, const char *side, const HvProfile *profile, uint32_t at)
{
  const HvReport *r = pen->picture->report;
  g_autofree char *origin = hv_title_profile (profile);
  g_autofree char *moment = r->base && profile->n_moments ? hv_title_moment (profile, at) : NULL;
  g_autoptr (GString) text = g_string_new (side);

  g_string_append_printf (text, "%s%s%s%s", side ? ": " : "", origin, moment ? " · " : "",
                          moment ? moment : "");
  add_text (pen, g_strdup (text->str), HV_FACE_REGULAR, &pen->picture->palette->dim);
}

static void
add_warnings (Pen *pen, const HvProfile *profile)
{
  for (guint i = 0; profile->warnings && i < MIN (profile->warnings->len, MAX_WARNINGS); i++)
    add_text (pen, g_strconcat ("⚠ ", g_ptr_array_index (profile->warnings, i), NULL),
              HV_FACE_REGULAR, &pen->picture->palette->grow);
}

float
hv_picture_paint_header (const HvPicture *picture, HvCanvas *canvas, float x, float y, float width)
{
  const HvReport *r = picture->report;
  const HvPalette *palette = picture->palette;
  Pen pen = { picture, canvas, x, y, width };

  add_text (&pen, hv_title_report (r), HV_FACE_TITLE, &palette->text);
  if (r->base && r->base != r->profile)
    {
      add_side (&pen, _ ("base"), r->base, r->base_at);
      add_side (&pen, _ ("current"), r->profile, r->at);
      add_warnings (&pen, r->base);
    }
  else
    add_side (&pen, NULL, r->profile, r->at);
  add_warnings (&pen, r->profile);
  pen.y += LINE_GAP;
  add_text (&pen, hv_title_total (r), HV_FACE_BOLD, &palette->text);
  add_text (&pen, hv_title_waterfall (r), HV_FACE_REGULAR, &palette->text);
  add_text (&pen, g_strdup (picture->sentence), HV_FACE_REGULAR, &palette->text);
  add_text (&pen, hv_title_part (r), HV_FACE_BOLD, &palette->grow);
  add_text (&pen, hv_title_question (r), HV_FACE_REGULAR, &palette->dim);
  add_text (&pen, g_strdup (picture->found), HV_FACE_BOLD, &palette->match_text);
  pen.y += LINE_GAP;
  hv_canvas_fill (canvas, &GRAPHENE_RECT_INIT (x, pen.y, width, 1), &palette->line);
  return pen.y + 1 + 2 * LINE_GAP - y;
}

static HvFlameLayout *
lay_out (const HvPicture *picture, float width)
{
  const HvReport *r = picture->report;
  const HvFlameRequest request = {
    .tree = r->tree,
    .diff = r->diff,
    .view = (HvFlameView) r->view,
    .root = r->zoom,
    .forests = r->zoom_forests,
    .width = width,
    .viewport = { r->scale, r->left * r->scale * width },
    .gap = FOREST_GAP,
    .min_width = MIN_BOX_WIDTH,
    .max_rows = picture->max_rows,
    .max_boxes = MAX_BOXES,
  };

  return hv_flame_layout_new (&request);
}

static float
paint_legend (const HvPicture *picture, HvCanvas *canvas, const HvFlameLayout *layout, float x,
              float y, float width)
{
  const HvReport *r = picture->report;
  float height = hv_canvas_line_height (canvas, HV_FACE_REGULAR);
  HvLegendItem items[HV_LEGEND_MAX_ITEMS];
  guint n = hv_legend_items (r, layout, items);
  g_autofree char *note = hv_legend_note (r, layout);

  if (note)
    items[n++] = (HvLegendItem){ HV_LEGEND_NONE, note };
  hv_legend_paint (items, n, picture->palette, canvas, x, y, width, height);
  return ceilf (height) + 2 * LINE_GAP;
}

float
hv_picture_paint_flame (const HvPicture *picture, HvCanvas *canvas, float x, float y, float width)
{
  const HvReport *r = picture->report;
  g_autoptr (HvFlameLayout) layout = lay_out (picture, width);
  float legend = paint_legend (picture, canvas, layout, x, y, width);
  float row_height = hv_flame_row_height (canvas);
  float height = (float) layout->n_rows * row_height;
  const HvFlamePaint paint = {
    .layout = layout,
    .report = r,
    .palette = picture->palette,
    .x = x,
    .y = y + legend,
    .row_height = row_height,
    .below = r->root_below ? height : 0,
    .matches = r->matches,
  };

  hv_flame_paint (&paint, canvas);
  if (layout->n_boxes == 0)
    {
      hv_canvas_text (canvas, hv_flame_empty_text (layout), HV_FACE_REGULAR, &picture->palette->dim,
                      x, paint.y, width);
      return legend + row_height;
    }
  return legend + height;
}

float
hv_picture_paint (const HvPicture *picture, HvCanvas *canvas)
{
  float width = (float) picture->width - 2 * MARGIN, y = MARGIN;

  y += hv_picture_paint_header (picture, canvas, MARGIN, y, width);
  y += picture->grid
           ? hv_grid_paint (picture->grid, picture->palette, canvas, MARGIN, y, width, 0, 0, NULL)
           : hv_picture_paint_flame (picture, canvas, MARGIN, y, width);
  return ceilf (y) + MARGIN;
}
