/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <math.h>

#include "store/units.h"
#include "viewer/draw/legend-paint.h"

#define SWATCH_WIDTH 16
#define SWATCH_HEIGHT 11

static void
add (HvLegendItem *items, guint *n, HvLegendMark mark, const char *text)
{
  items[(*n)++] = (HvLegendItem){ mark, text };
}

/* Whether a box is grey: nobody knows where its code comes from. */
static gboolean
has_grey (const HvReport *r, const HvFlameLayout *layout, gboolean by_module)
{
  for (uint32_t i = 0; i < layout->n_boxes; i++)
    {
      const HvFlameBox *box = &layout->box[i];
      uint32_t key = r->tree->node_key[box->node];
      const HvKey *of = key == HV_NO_KEY ? NULL : &r->tree->key[key];
      if (of && box->node && !box->merged && !*(by_module ? of->module : of->origin))
        return TRUE;
    }
  return FALSE;
}

static guint
profile_items (const HvReport *r, const HvFlameLayout *layout,
               HvLegendItem items[HV_LEGEND_MAX_ITEMS])
{
  HvColorBy by = hv_palette_get_style ()->color_by;
  guint n = 0;

  if (by == HV_COLOR_BY_NONE)
    {
      add (items, &n, HV_LEGEND_NONE, _ ("width = inclusive cost"));
      return n;
    }
  add (items, &n, HV_LEGEND_NONE,
       by == HV_COLOR_BY_MODULE
           ? _ ("width = inclusive cost · colour = module · shade = file, function")
           : _ ("width = inclusive cost · colour = code’s origin · shade = file, function"));
  if (has_grey (r, layout, by == HV_COLOR_BY_MODULE))
    add (items, &n, HV_LEGEND_BEFORE, _ ("origin unknown"));
  return n;
}

guint
hv_legend_items (const HvReport *r, const HvFlameLayout *layout,
                 HvLegendItem items[HV_LEGEND_MAX_ITEMS])
{
  guint n = 0;

  if (!r->diff)
    n = profile_items (r, layout, items);
  else
    switch (layout->view)
      {
      case HV_FLAME_CURRENT:
        add (items, &n, HV_LEGEND_GROW, _ ("share that grew"));
        add (items, &n, HV_LEGEND_NEW, C_ ("legend", "new"));
        add (items, &n, HV_LEGEND_BEFORE, _ ("was there before"));
        add (items, &n, HV_LEGEND_NONE, _ ("width = current"));
        break;
      case HV_FLAME_BASE:
        add (items, &n, HV_LEGEND_SHRINK, _ ("share that shrank"));
        add (items, &n, HV_LEGEND_GONE, _ ("gone"));
        add (items, &n, HV_LEGEND_BEFORE, _ ("is still there"));
        add (items, &n, HV_LEGEND_NONE, _ ("width = base"));
        break;
      case HV_FLAME_OVERLAY:
        add (items, &n, HV_LEGEND_GROW, _ ("grew"));
        add (items, &n, HV_LEGEND_NEW, C_ ("legend", "new"));
        add (items, &n, HV_LEGEND_SHRINK, _ ("shrunk"));
        add (items, &n, HV_LEGEND_GONE, _ ("gone"));
        add (items, &n, HV_LEGEND_BEFORE, _ ("in both"));
        add (items, &n, HV_LEGEND_NONE, _ ("width = the larger of base and current"));
        break;
      case HV_FLAME_GROWTH:
      case HV_N_FLAME_VIEWS:
        add (items, &n, HV_LEGEND_GROW, _ ("share that grew"));
        add (items, &n, HV_LEGEND_NEW, C_ ("legend", "new"));
        add (items, &n, HV_LEGEND_SHRINK, _ ("shrunk"));
        add (items, &n, HV_LEGEND_GONE, _ ("gone"));
        add (items, &n, HV_LEGEND_BEFORE, _ ("was there before"));
        add (items, &n, HV_LEGEND_NONE, _ ("width = change; both sides on one scale"));
        break;
      }
  return n;
}

char *
hv_legend_note (const HvReport *r, const HvFlameLayout *layout)
{
  if (!layout->n_merged || layout->n_merged >= G_MAXUINT)
    return NULL;
  g_autofree char *value = hv_format_value (r->profile, r->metric, layout->merged_value);
  g_autofree char *count = hv_format_count ((int64_t) layout->n_merged);
  return g_strdup_printf (g_dngettext (HV_GETTEXT_PACKAGE, "%s narrow frame merged (%s)",
                                       "%s narrow frames merged (%s)", (gulong) layout->n_merged),
                          count, value);
}

static void
paint_mark (HvLegendMark mark, const HvPalette *palette, HvCanvas *canvas,
            const graphene_rect_t *rect)
{
  switch (mark)
    {
    case HV_LEGEND_GROW:
      hv_canvas_fill (canvas, rect, &palette->grow_fill);
      break;
    case HV_LEGEND_NEW:
      hv_canvas_hatch (canvas, rect, &palette->grow_fill, &palette->view);
      break;
    case HV_LEGEND_SHRINK:
      hv_canvas_fill (canvas, rect, &palette->shrink_fill);
      break;
    case HV_LEGEND_GONE:
      hv_canvas_outline (canvas, rect, &palette->shrink, 1, TRUE);
      break;
    case HV_LEGEND_BEFORE:
      hv_canvas_fill (canvas, rect, &palette->neutral);
      break;
    case HV_LEGEND_NONE:
      break;
    }
}

void
hv_legend_paint (const HvLegendItem *items, guint n, const HvPalette *palette, HvCanvas *canvas,
                 float x, float y, float width, float height)
{
  float line = hv_canvas_line_height (canvas, HV_FACE_REGULAR), end = x + width;

  for (guint i = 0; i < n; i++)
    {
      if (items[i].mark)
        {
          graphene_rect_t rect = GRAPHENE_RECT_INIT (x, y + floorf ((height - SWATCH_HEIGHT) / 2),
                                                     SWATCH_WIDTH, SWATCH_HEIGHT);
          /* not without its words */
          if (x + SWATCH_WIDTH + line > end)
            return;
          paint_mark (items[i].mark, palette, canvas, &rect);
          x += SWATCH_WIDTH + 5;
        }
      x = ceilf (x
                 + hv_canvas_text (canvas, items[i].text, HV_FACE_REGULAR, &palette->dim, x,
                                   y + floorf ((height - line) / 2), end - x))
          + 14;
    }
}
