/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "viewer/draw/flame-paint.h"

#include "store/units.h"

#include <math.h>

#define PADDING 5
/* A box narrower than this holds no letter that says anything. */
#define MIN_LABEL_WIDTH 24
/* Share of the box's own colour that is left when a search fades it. */
#define FADED 0.35f

/* Of a box that is cut off this much more than what is seen is drawn, so that its end is not. */
#define BEYOND 4

static graphene_rect_t
rect_between (const HvFlameLayout *layout, double left, double right, uint32_t row,
              float row_height, float below)
{
  /* In double: nearer to, a box may be a thousand million px wide. */
  float x0 = (float) round (CLAMP (left, -BEYOND, layout->width + BEYOND));
  float x1 = (float) round (CLAMP (right, -BEYOND, layout->width + BEYOND));
  float gap = x1 - x0 > 3 ? 1 : 0;
  float y = below > 0 ? below - (float) (row + 1) * row_height : (float) row * row_height;

  return GRAPHENE_RECT_INIT (x0, y, MAX (x1 - x0 - gap, 1), row_height - 1);
}

graphene_rect_t
hv_flame_box_rect (const HvFlameLayout *layout, const HvFlameBox *box, float row_height,
                   float below)
{
  return rect_between (layout, box->x0, box->x1, box->row, row_height, below);
}

uint32_t
hv_flame_row_at (double y, float row_height, float below)
{
  double row = floor ((below > 0 ? below - y : y) / row_height);

  return row >= 0 && row < UINT32_MAX ? (uint32_t) row : UINT32_MAX;
}

static GdkRGBA
fade (const HvFlamePaint *paint, const GdkRGBA *color, gboolean faded)
{
  return faded ? hv_palette_mix (&paint->palette->view, color, FADED) : *color;
}

/* The label's fill is what most of it stands on. */
static GdkRGBA
paint_fill (const HvFlamePaint *paint, HvCanvas *canvas, const HvFlameBox *box,
            const graphene_rect_t *rect, double left, double right, gboolean faded)
{
  const HvPalette *palette = paint->palette;
  GdkRGBA neutral = fade (paint, &palette->neutral, faded);
  HvFlameFill fill = hv_flame_box_fill (paint->layout, box);

  if (fill.gone)
    {
      GdkRGBA line = fade (paint, &palette->shrink, faded);
      hv_canvas_outline (canvas, rect, &line, 1, TRUE);
      return palette->view;
    }

  GdkRGBA grow = fade (paint, &palette->grow_fill, faded);
  GdkRGBA shrink = fade (paint, &palette->shrink_fill, faded);
  graphene_rect_t part = *rect;
  double grown = left + (right - left) * fill.gain;
  float end = rect->origin.x + rect->size.width;

  hv_canvas_fill (canvas, rect, &neutral);
  part.size.width = (float) round (CLAMP (grown, rect->origin.x, end)) - rect->origin.x;
  if (part.size.width > 0)
    {
      if (fill.added && part.size.width > 6)
        hv_canvas_hatch (canvas, &part, &grow, &palette->view);
      else
        hv_canvas_fill (canvas, &part, &grow);
    }
  part.origin.x += part.size.width;
  part.size.width = (float) round (CLAMP (grown + (right - left) * fill.loss, part.origin.x, end))
                    - part.origin.x;
  if (part.size.width > 0)
    hv_canvas_fill (canvas, &part, &shrink);
  return fill.gain >= 0.5 ? grow : fill.loss >= 0.5 ? shrink : neutral;
}

static char *
box_name (const HvFlamePaint *paint, const HvFlameBox *box)
{
  if (box->merged)
    return g_strdup_printf (
        g_dngettext (HV_GETTEXT_PACKAGE, "(%u other)", "(%u others)", box->merged), box->merged);
  if (box->node)
    return g_strdup (hv_tree_label (paint->report->tree, box->node));
  if (paint->layout->view != HV_FLAME_GROWTH)
    return g_strdup (_ ("all"));
  return g_strdup (box->forest == HV_FLAME_LOSS ? _ ("all shrink") : _ ("all growth"));
}

/* Where a name is too long, first its parameters and template arguments go. */
static void
shorten (const HvFlamePaint *paint, HvCanvas *canvas, const HvFlameBox *box, float width,
         char **name)
{
  if (!box->node || box->merged || hv_canvas_text_width (canvas, *name, HV_FACE_REGULAR) <= width)
    return;
  g_free (*name);
  *name = g_strdup (hv_tree_short_label (paint->report->tree, box->node));
}

static void
paint_label (const HvFlamePaint *paint, HvCanvas *canvas, const HvFlameBox *box,
             const graphene_rect_t *rect, const GdkRGBA *fill, gboolean faded)
{
  const HvReport *report = paint->report;
  const HvPalette *palette = paint->palette;
  gboolean growth = paint->layout->view == HV_FLAME_GROWTH;
  /* Of a box that is cut off the name stays in sight. */
  float x = MAX (rect->origin.x, paint->x) + PADDING;
  float end = MIN (rect->origin.x + rect->size.width, paint->x + (float) paint->layout->width) - 2;
  float y = rect->origin.y
            + floorf ((rect->size.height - hv_canvas_line_height (canvas, HV_FACE_REGULAR)) / 2);
  g_autofree char *name = box_name (paint, box);
  g_autofree char *value = NULL;
  GdkRGBA color = hv_palette_text_on (palette, fill);

  if (faded)
    color = hv_palette_soft_text_on (palette, fill, 0.6f);
  if (growth)
    {
      gboolean loss = box->forest == HV_FLAME_LOSS;
      GdkRGBA signal = faded ? color : loss ? palette->shrink : palette->grow;
      value = hv_format_delta (report->profile, report->metric, loss ? -box->value : box->value);
      /* A number that is cut says something else. */
      if (hv_canvas_text_width (canvas, value, HV_FACE_BOLD) > end - x)
        {
          g_free (value);
          value = g_strdup (loss ? "−" : "+");
        }
      x += hv_canvas_text (canvas, value, HV_FACE_BOLD, &signal, x, y, end - x) + 6;
      shorten (paint, canvas, box, end - x, &name);
      hv_canvas_text (canvas, name, box->node ? HV_FACE_REGULAR : HV_FACE_BOLD, &color, x, y,
                      end - x);
      return;
    }

  shorten (paint, canvas, box, end - x, &name);
  x += hv_canvas_text (canvas, name, HV_FACE_REGULAR, &color, x, y, end - x) + 8;
  value = hv_format_value (report->profile, report->metric, box->value);
  GdkRGBA dim = hv_palette_soft_text_on (palette, fill, faded ? 0.5f : 0.72f);
  if (x + hv_canvas_text_width (canvas, value, HV_FACE_REGULAR) < end)
    hv_canvas_text (canvas, value, HV_FACE_REGULAR, &dim, x, y, end - x);
}

const char *
hv_flame_empty_text (const HvFlameLayout *layout)
{
  return layout->view == HV_FLAME_GROWTH
             ? _ ("Nothing grew or shrank. Press v to see what is there.")
             : _ ("Nothing is held here.");
}

float
hv_flame_row_height (HvCanvas *canvas)
{
  return hv_canvas_line_height (canvas, HV_FACE_REGULAR) + 7;
}

void
hv_flame_paint (const HvFlamePaint *paint, HvCanvas *canvas)
{
  const HvFlameLayout *layout = paint->layout;

  for (uint32_t i = 0; i < layout->n_boxes; i++)
    {
      const HvFlameBox *box = &layout->box[i];
      gboolean moves = paint->stretch > 0 && !box->ancestor;
      double left = moves ? paint->shift + paint->stretch * box->x0 : box->x0;
      double right = moves ? paint->shift + paint->stretch * box->x1 : box->x1;
      graphene_rect_t rect = rect_between (layout, left, right, box->row, paint->row_height,
                                           paint->below);
      uint32_t key = paint->report->tree->node_key[box->node];
      gboolean match = paint->matches && !box->merged && key != HV_NO_KEY && paint->matches[key];
      gboolean faded = box->ancestor || (paint->matches && !match);
      GdkRGBA fill;

      if (right <= 0 || left >= layout->width)
        continue;
      rect.origin.x += paint->x;
      rect.origin.y += paint->y;
      left += paint->x;
      right += paint->x;
      if (match)
        {
          fill = paint->palette->match;
          hv_canvas_fill (canvas, &rect, &fill);
        }
      else if (paint->report->diff)
        fill = paint_fill (paint, canvas, box, &rect, left, right, faded);
      else
        {
          fill = box->merged
                     ? paint->palette->other
                     : hv_palette_key (paint->palette,
                                       key == HV_NO_KEY ? NULL : &paint->report->tree->key[key]);
          fill = fade (paint, &fill, faded);
          hv_canvas_fill (canvas, &rect, &fill);
        }
      if (rect.size.width >= MIN_LABEL_WIDTH && paint->stretch <= 0)
        paint_label (paint, canvas, box, &rect, &fill, faded);
    }
}
