/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "store/tree.h"

G_BEGIN_DECLS

/* The colours that mean something, for one brightness. Growth is orange-red and shrink is blue:
 * told apart by every kind of colour vision; hatch and outline say the rest. */
typedef struct
{
  GdkRGBA view, text, dim, line, accent;
  GdkRGBA grow, grow_fill, shrink, shrink_fill, neutral;
  GdkRGBA match, match_text;
  GdkRGBA chart, chart_fill;
  GdkRGBA other; /* boxes merged for being too narrow */
} HvPalette;

const HvPalette *hv_palette_get (gboolean dark);

/* The colour that stands for where a frame comes from (hv_flame_key_hue()): the same in every view,
 * file and run. */
GdkRGBA hv_palette_key (const HvPalette *palette, const HvKey *key);

/* The better readable of the palette's text and its opposite on `fill`. */
GdkRGBA hv_palette_text_on (const HvPalette *palette, const GdkRGBA *fill);

/* `over` with weight `amount` on `under`, both opaque. */
GdkRGBA hv_palette_mix (const GdkRGBA *under, const GdkRGBA *over, float amount);

G_END_DECLS
