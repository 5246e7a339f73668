/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/draw/canvas.h"
#include "viewer/export/export.h"
#include "viewer/widgets/palette.h"

G_BEGIN_DECLS

/* What the colours and widths of a flame graph mean: swatches with words, side by side. */
typedef enum
{
  HV_LEGEND_NONE, /* words alone */
  HV_LEGEND_GROW,
  HV_LEGEND_NEW,
  HV_LEGEND_SHRINK,
  HV_LEGEND_GONE,
  HV_LEGEND_BEFORE,
} HvLegendMark;

typedef struct
{
  HvLegendMark mark;
  const char *text; /* static, or who adds it sees to it */
} HvLegendItem;

#define HV_LEGEND_MAX_ITEMS 8

/* Those of what is laid out, a diff or one profile in the style that was set; returns how many. One
 * more always fits. */
guint hv_legend_items (const HvReport *report, const HvFlameLayout *layout,
                       HvLegendItem items[HV_LEGEND_MAX_ITEMS]);

/* What was merged for being narrow; NULL: nothing. Newly allocated. */
char *hv_legend_note (const HvReport *report, const HvFlameLayout *layout);

/* Draws them in a line of `height`; what does not fit in `width` is cut. */
void hv_legend_paint (const HvLegendItem *items, guint n, const HvPalette *palette,
                      HvCanvas *canvas, float x, float y, float width, float height);

G_END_DECLS
