/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/palette.h"

#include "store/flame-layout.h"

#include <math.h>

#define RGB(hex)                                                                                   \
  {                                                                                                \
    ((hex) >> 16 & 0xff) / 255.f, ((hex) >> 8 & 0xff) / 255.f, ((hex) &0xff) / 255.f, 1            \
  }

static const HvPalette light = {
  .view = RGB (0xffffff),
  .text = RGB (0x241f31),
  .dim = RGB (0x5e5c64),
  .line = RGB (0xdeddda),
  .accent = RGB (0x1c71d8),
  .grow = RGB (0xb8400a),
  .grow_fill = RGB (0xf6d5c3),
  .shrink = RGB (0x1a5fb4),
  .shrink_fill = RGB (0xcfe0f5),
  .neutral = RGB (0xeceae6),
  .match = RGB (0xf08ae0),
  .match_text = RGB (0xa8008f),
  .chart = RGB (0x3a6ea5),
  .chart_fill = RGB (0xd3e3f3),
  .other = RGB (0xe2e0dc),
};

static const HvPalette dark = {
  .view = RGB (0x1e1e1e),
  .text = RGB (0xf2f2f2),
  .dim = RGB (0xa8a6ad),
  .line = RGB (0x3a3a3a),
  .accent = RGB (0x78aeed),
  .grow = RGB (0xff9a5c),
  .grow_fill = RGB (0x5c3521),
  .shrink = RGB (0x8abaf2),
  .shrink_fill = RGB (0x233c5c),
  .neutral = RGB (0x34332f),
  .match = RGB (0x9c1f8a),
  .match_text = RGB (0xff7be9),
  .chart = RGB (0x9cc3ee),
  .chart_fill = RGB (0x2c3f55),
  .other = RGB (0x3a3935),
};

const HvPalette *
hv_palette_get (gboolean is_dark)
{
  return is_dark ? &dark : &light;
}

static GdkRGBA
from_hsl (double hue, double saturation, double lightness)
{
  double chroma = (1 - fabs (2 * lightness - 1)) * saturation;
  double sector = hue / 60, second = chroma * (1 - fabs (fmod (sector, 2) - 1));
  double low = lightness - chroma / 2;
  static const guint8 order[6][3] = { { 0, 1, 2 }, { 1, 0, 2 }, { 2, 0, 1 },
                                      { 2, 1, 0 }, { 1, 2, 0 }, { 0, 2, 1 } };
  const float part[3] = { chroma + low, second + low, low };
  const guint8 *pick = order[CLAMP ((int) sector, 0, 5)];

  return (GdkRGBA){ part[pick[0]], part[pick[1]], part[pick[2]], 1 };
}

GdkRGBA
hv_palette_key (const HvPalette *palette, const HvKey *key)
{
  int hue = key ? hv_flame_key_hue (key) : -1;

  if (hue < 0)
    return palette->neutral;
  return palette == &dark ? from_hsl (hue, 0.30, 0.29) : from_hsl (hue, 0.52, 0.87);
}

static double
luminance (const GdkRGBA *color)
{
  const float channel[3] = { color->red, color->green, color->blue };
  static const double weight[3] = { 0.2126, 0.7152, 0.0722 };
  double sum = 0;

  for (guint i = 0; i < 3; i++)
    sum += weight[i]
           * (channel[i] <= 0.04045 ? channel[i] / 12.92 : pow ((channel[i] + 0.055) / 1.055, 2.4));
  return sum;
}

static double
contrast (const GdkRGBA *a, const GdkRGBA *b)
{
  double la = luminance (a), lb = luminance (b);
  return (MAX (la, lb) + 0.05) / (MIN (la, lb) + 0.05);
}

GdkRGBA
hv_palette_text_on (const HvPalette *palette, const GdkRGBA *fill)
{
  /* WCAG 2, 4.5 : 1 for text of this size. */
  if (contrast (&palette->text, fill) >= 4.5)
    return palette->text;
  const HvPalette *opposite = palette == &dark ? &light : &dark;
  return contrast (&opposite->text, fill) > contrast (&palette->text, fill) ? opposite->text
                                                                            : palette->text;
}

GdkRGBA
hv_palette_mix (const GdkRGBA *under, const GdkRGBA *over, float amount)
{
  return (GdkRGBA){ under->red + (over->red - under->red) * amount,
                    under->green + (over->green - under->green) * amount,
                    under->blue + (over->blue - under->blue) * amount, 1 };
}
