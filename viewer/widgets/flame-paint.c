/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "viewer/widgets/flame-paint.h"

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
              float row_height)
{
  /* In double: nearer to, a box may be a thousand million px wide. */
  float x0 = (float) round (CLAMP (left, -BEYOND, layout->width + BEYOND));
  float x1 = (float) round (CLAMP (right, -BEYOND, layout->width + BEYOND));
  float gap = x1 - x0 > 3 ? 1 : 0;

  return GRAPHENE_RECT_INIT (x0, (float) row * row_height, MAX (x1 - x0 - gap, 1), row_height - 1);
}

graphene_rect_t
hv_flame_box_rect (const HvFlameLayout *layout, const HvFlameBox *box, float row_height)
{
  return rect_between (layout, box->x0, box->x1, box->row, row_height);
}

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

static GdkRGBA
fade (const HvFlamePaint *paint, const GdkRGBA *color, gboolean faded)
{
  return faded ? hv_palette_mix (&paint->palette->view, color, FADED) : *color;
}

/* The label's fill is what most of it stands on. */
static GdkRGBA
paint_fill (const HvFlamePaint *paint, GtkSnapshot *snapshot, const HvFlameBox *box,
            const graphene_rect_t *rect, double left, double right, gboolean faded)
{
  const HvPalette *palette = paint->palette;
  GdkRGBA neutral = fade (paint, &palette->neutral, faded);
  HvFlameFill fill = hv_flame_box_fill (paint->layout, box);

  if (fill.gone)
    {
      GdkRGBA line = fade (paint, &palette->shrink, faded);
      hv_paint_outline (snapshot, rect, &line, 1, TRUE);
      return palette->view;
    }

  GdkRGBA grow = fade (paint, &palette->grow_fill, faded);
  GdkRGBA shrink = fade (paint, &palette->shrink_fill, faded);
  graphene_rect_t part = *rect;
  double grown = left + (right - left) * fill.gain;
  float end = rect->origin.x + rect->size.width;

  gtk_snapshot_append_color (snapshot, &neutral, rect);
  part.size.width = (float) round (CLAMP (grown, rect->origin.x, end)) - rect->origin.x;
  if (part.size.width > 0)
    {
      if (fill.added && part.size.width > 6)
        hv_paint_hatch (snapshot, &part, &grow, &palette->view);
      else
        gtk_snapshot_append_color (snapshot, &grow, &part);
    }
  part.origin.x += part.size.width;
  part.size.width = (float) round (CLAMP (grown + (right - left) * fill.loss, part.origin.x, end))
                    - part.origin.x;
  if (part.size.width > 0)
    gtk_snapshot_append_color (snapshot, &shrink, &part);
  return fill.gain >= 0.5 ? grow : fill.loss >= 0.5 ? shrink : neutral;
}

static char *
box_name (const HvFlamePaint *paint, const HvFlameBox *box)
{
  if (box->merged)
    return g_strdup_printf (
        g_dngettext (HV_GETTEXT_PACKAGE, "(%u other)", "(%u others)", box->merged), box->merged);
  if (box->node)
    return g_strdup (hv_tree_label (paint->scene->report.tree, box->node));
  if (paint->layout->view != HV_FLAME_GROWTH)
    return g_strdup (_ ("all"));
  return g_strdup (box->forest == HV_FLAME_LOSS ? _ ("all shrink") : _ ("all growth"));
}

/* Where a name is too long, first its parameters and template arguments go. */
static void
shorten (const HvFlamePaint *paint, const HvFlameBox *box, float width, char **name)
{
  if (!box->node || box->merged || hv_text_cache_width (paint->text, *name, FALSE) <= width)
    return;
  g_free (*name);
  *name = g_strdup (hv_tree_short_label (paint->scene->report.tree, box->node));
}

static void
paint_label (const HvFlamePaint *paint, GtkSnapshot *snapshot, const HvFlameBox *box,
             const graphene_rect_t *rect, const GdkRGBA *fill, gboolean faded)
{
  const HvReport *report = &paint->scene->report;
  const HvPalette *palette = paint->palette;
  gboolean growth = paint->layout->view == HV_FLAME_GROWTH;
  /* Of a box that is cut off the name stays in sight. */
  float x = MAX (rect->origin.x, 0) + PADDING;
  float end = MIN (rect->origin.x + rect->size.width, (float) paint->layout->width) - 2;
  float y = rect->origin.y + floorf ((rect->size.height - hv_text_cache_height (paint->text)) / 2);
  g_autofree char *name = box_name (paint, box);
  g_autofree char *value = NULL;
  GdkRGBA color = hv_palette_text_on (palette, fill);

  if (faded)
    color = hv_palette_mix (fill, &color, 0.6f);
  if (growth)
    {
      gboolean loss = box->forest == HV_FLAME_LOSS;
      GdkRGBA signal = faded ? color : loss ? palette->shrink : palette->grow;
      value = hv_format_delta (report->profile, report->metric, loss ? -box->value : box->value);
      x += hv_text_cache_append (paint->text, snapshot, value, TRUE, &signal, x, y, end - x) + 6;
      shorten (paint, box, end - x, &name);
      hv_text_cache_append (paint->text, snapshot, name, !box->node, &color, x, y, end - x);
      return;
    }

  shorten (paint, box, end - x, &name);
  x += hv_text_cache_append (paint->text, snapshot, name, FALSE, &color, x, y, end - x) + 8;
  value = hv_format_value (report->profile, report->metric, box->value);
  GdkRGBA dim = hv_palette_mix (fill, &color, 0.72f);
  if (x + hv_text_cache_width (paint->text, value, FALSE) < end)
    hv_text_cache_append (paint->text, snapshot, value, FALSE, &dim, x, y, end - x);
}

void
hv_flame_paint (const HvFlamePaint *paint, GtkSnapshot *snapshot)
{
  const HvFlameLayout *layout = paint->layout;

  for (uint32_t i = 0; i < layout->n_boxes; i++)
    {
      const HvFlameBox *box = &layout->box[i];
      gboolean moves = paint->stretch > 0 && !box->ancestor;
      double left = moves ? paint->shift + paint->stretch * box->x0 : box->x0;
      double right = moves ? paint->shift + paint->stretch * box->x1 : box->x1;
      graphene_rect_t rect = rect_between (layout, left, right, box->row, paint->row_height);
      uint32_t key = paint->scene->report.tree->node_key[box->node];
      gboolean match = paint->matches && !box->merged && key != HV_NO_KEY && paint->matches[key];
      gboolean faded = box->ancestor || (paint->matches && !match);
      GdkRGBA fill;

      if (right <= 0 || left >= layout->width)
        continue;
      if (match)
        {
          fill = paint->palette->match;
          gtk_snapshot_append_color (snapshot, &fill, &rect);
        }
      else if (paint->scene->diff)
        fill = paint_fill (paint, snapshot, box, &rect, left, right, faded);
      else
        {
          fill = box->merged
                     ? paint->palette->other
                     : hv_palette_key (paint->palette, hv_scene_key (paint->scene, box->node));
          fill = fade (paint, &fill, faded);
          gtk_snapshot_append_color (snapshot, &fill, &rect);
        }
      if (rect.size.width >= MIN_LABEL_WIDTH && paint->stretch <= 0)
        paint_label (paint, snapshot, box, &rect, &fill, faded);
    }
}
