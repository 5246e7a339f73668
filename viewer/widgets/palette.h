/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "store/tree.h"
#include "viewer/settings.h"

G_BEGIN_DECLS

/* The colours that mean something, for one brightness. Growth is orange-red and shrink is blue:
 * told apart by every kind of colour vision; hatch and outline say the rest. Text, and the signals
 * of growth and shrink, are readable on every fill: 4.5 : 1 at least (WCAG 2). */
typedef struct
{
  GdkRGBA view, text, dim, line, accent;
  GdkRGBA grow, grow_fill, shrink, shrink_fill, neutral;
  GdkRGBA match, match_text;
  GdkRGBA chart, chart_fill;
  GdkRGBA other;               /* boxes merged for being too narrow */
  float saturation, lightness; /* of hv_palette_key() */
} HvPalette;

/* The palette of a brightness, in the style that was set. */
const HvPalette *hv_palette_get (gboolean dark);

typedef struct
{
  gboolean strong;   /* growth, shrink and neither twice as far apart */
  gboolean contrast; /* as the desktop's high contrast wants it; comes before `strong` */
  HvColorBy color_by;
} HvPaletteStyle;

/* For all of the process; what was drawn has to be drawn again. */
void hv_palette_set_style (const HvPaletteStyle *style);
const HvPaletteStyle *hv_palette_get_style (void);

/* The colour that stands for where a frame comes from, as the style says: the same in every view,
 * file and run. */
GdkRGBA hv_palette_key (const HvPalette *palette, const HvKey *key);

/* … always by crate, namespace or module (hv_flame_key_hue()): for what only its colour tells from
 * its neighbours. */
GdkRGBA hv_palette_origin (const HvPalette *palette, const HvKey *key);

/* The better readable of the palette's text and its opposite on `fill`. */
GdkRGBA hv_palette_text_on (const HvPalette *palette, const GdkRGBA *fill);

/* That text, of less weight: `amount` of it on `fill`, or as much as can be read. */
GdkRGBA hv_palette_soft_text_on (const HvPalette *palette, const GdkRGBA *fill, float amount);

/* WCAG 2, 1 … 21. */
double hv_palette_contrast (const GdkRGBA *a, const GdkRGBA *b);

/* `over` with weight `amount` on `under`, both opaque. */
GdkRGBA hv_palette_mix (const GdkRGBA *under, const GdkRGBA *over, float amount);

G_END_DECLS
