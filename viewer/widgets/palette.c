/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/palette.h"

#include "store/flame-layout.h"

#include <math.h>

#define RGB(hex)                                                                                   \
  {                                                                                                \
    ((hex) >> 16 & 0xff) / 255.f, ((hex) >> 8 & 0xff) / 255.f, ((hex) &0xff) / 255.f, 1            \
  }

/* WCAG 2, for text of this size. */
#define READABLE 4.5

static const HvPalette light = {
  .view = RGB (0xffffff),
  .text = RGB (0x241f31),
  .dim = RGB (0x5e5c64),
  .line = RGB (0xdeddda),
  .accent = RGB (0x1c71d8),
  .grow = RGB (0xa53808),
  .grow_fill = RGB (0xf6d5c3),
  .shrink = RGB (0x1a5fb4),
  .shrink_fill = RGB (0xcfe0f5),
  .neutral = RGB (0xeceae6),
  .match = RGB (0xf08ae0),
  .match_text = RGB (0xa8008f),
  .chart = RGB (0x3a6ea5),
  .chart_fill = RGB (0xd3e3f3),
  .other = RGB (0xe2e0dc),
  .saturation = 0.52f,
  .lightness = 0.87f,
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
  .saturation = 0.30f,
  .lightness = 0.27f,
};

/* Growth, shrink and what stayed lie twice as far apart as in the palettes above, also as seen with
 * protanopia, deuteranopia and tritanopia (a test measures it). */
static const HvPalette light_strong = {
  .view = RGB (0xffffff),
  .text = RGB (0x1a1626),
  .dim = RGB (0x5e5c64),
  .line = RGB (0xdeddda),
  .accent = RGB (0x1c71d8),
  .grow = RGB (0x852d00),
  .grow_fill = RGB (0xfbb78c),
  .shrink = RGB (0x0b4a94),
  .shrink_fill = RGB (0xa3ccf7),
  .neutral = RGB (0xeceae6),
  .match = RGB (0xf08ae0),
  .match_text = RGB (0xa8008f),
  .chart = RGB (0x3a6ea5),
  .chart_fill = RGB (0xd3e3f3),
  .other = RGB (0xe2e0dc),
  .saturation = 0.52f,
  .lightness = 0.87f,
};

static const HvPalette dark_strong = {
  .view = RGB (0x1e1e1e),
  .text = RGB (0xffffff),
  .dim = RGB (0xb4b2b9),
  .line = RGB (0x3a3a3a),
  .accent = RGB (0x78aeed),
  .grow = RGB (0xffb48a),
  .grow_fill = RGB (0x7a3a12),
  .shrink = RGB (0xa9cffc),
  .shrink_fill = RGB (0x14467f),
  .neutral = RGB (0x34332f),
  .match = RGB (0x9c1f8a),
  .match_text = RGB (0xff7be9),
  .chart = RGB (0x9cc3ee),
  .chart_fill = RGB (0x2c3f55),
  .other = RGB (0x3a3935),
  .saturation = 0.30f,
  .lightness = 0.27f,
};

/* 7 : 1 for text wherever it stands on one of these. */
static const HvPalette light_contrast = {
  .view = RGB (0xffffff),
  .text = RGB (0x000000),
  .dim = RGB (0x333333),
  .line = RGB (0x5e5c64),
  .accent = RGB (0x0b4a9e),
  .grow = RGB (0x722100),
  .grow_fill = RGB (0xffc9a3),
  .shrink = RGB (0x003a80),
  .shrink_fill = RGB (0xb5d6ff),
  .neutral = RGB (0xe6e4df),
  .match = RGB (0xff8fec),
  .match_text = RGB (0x80006c),
  .chart = RGB (0x0f4a82),
  .chart_fill = RGB (0xbcd8f5),
  .other = RGB (0xd0cdc8),
  .saturation = 0.60f,
  .lightness = 0.84f,
};

static const HvPalette dark_contrast = {
  .view = RGB (0x000000),
  .text = RGB (0xffffff),
  .dim = RGB (0xd6d6d6),
  .line = RGB (0x9a9996),
  .accent = RGB (0x99c1f1),
  .grow = RGB (0xffc9a6),
  .grow_fill = RGB (0x6b2f0c),
  .shrink = RGB (0xb8d8ff),
  .shrink_fill = RGB (0x0f3d70),
  .neutral = RGB (0x2c2b28),
  .match = RGB (0x8f1580),
  .match_text = RGB (0xffa0f0),
  .chart = RGB (0xb8d8ff),
  .chart_fill = RGB (0x24405f),
  .other = RGB (0x33322f),
  .saturation = 0.35f,
  .lightness = 0.22f,
};

static HvPaletteStyle style_now;

void
hv_palette_set_style (const HvPaletteStyle *style)
{
  style_now = *style;
}

const HvPaletteStyle *
hv_palette_get_style (void)
{
  return &style_now;
}

const HvPalette *
hv_palette_get (gboolean is_dark)
{
  if (style_now.contrast)
    return is_dark ? &dark_contrast : &light_contrast;
  if (style_now.strong)
    return is_dark ? &dark_strong : &light_strong;
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
hv_palette_origin (const HvPalette *palette, const HvKey *key)
{
  int hue = hv_flame_key_hue (key);

  return hue < 0 ? palette->neutral : from_hsl (hue, palette->saturation, palette->lightness);
}

/* How much of the colour a shade has; data/svg has the same. */
static const float shades[HV_FLAME_N_SHADES] = { 1, 0.86f, 0.74f };

GdkRGBA
hv_palette_key (const HvPalette *palette, const HvKey *key)
{
  if (!key || style_now.color_by == HV_COLOR_BY_NONE)
    return palette->neutral;
  HvFlameTint tint = hv_flame_key_tint (
      key, style_now.color_by == HV_COLOR_BY_MODULE ? hv_basename (key->module) : key->origin);
  if (tint.hue < 0)
    return palette->neutral;
  GdkRGBA color = from_hsl (tint.hue, palette->saturation, palette->lightness);
  return hv_palette_mix (&palette->view, &color, shades[tint.shade]);
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

double
hv_palette_contrast (const GdkRGBA *a, const GdkRGBA *b)
{
  double la = luminance (a), lb = luminance (b);
  return (MAX (la, lb) + 0.05) / (MIN (la, lb) + 0.05);
}

GdkRGBA
hv_palette_text_on (const HvPalette *palette, const GdkRGBA *fill)
{
  if (hv_palette_contrast (&palette->text, fill) >= READABLE)
    return palette->text;
  const GdkRGBA opposite = luminance (&palette->text) > 0.5 ? (GdkRGBA){ 0, 0, 0, 1 }
                                                            : (GdkRGBA){ 1, 1, 1, 1 };
  return hv_palette_contrast (&opposite, fill) > hv_palette_contrast (&palette->text, fill)
             ? opposite
             : palette->text;
}

GdkRGBA
hv_palette_soft_text_on (const HvPalette *palette, const GdkRGBA *fill, float amount)
{
  GdkRGBA text = hv_palette_text_on (palette, fill), soft;

  do
    {
      soft = hv_palette_mix (fill, &text, MIN (amount, 1));
      amount += 0.04f;
    }
  while (hv_palette_contrast (&soft, fill) < READABLE && amount < 1.04f);
  return soft;
}

GdkRGBA
hv_palette_mix (const GdkRGBA *under, const GdkRGBA *over, float amount)
{
  return (GdkRGBA){ under->red + (over->red - under->red) * amount,
                    under->green + (over->green - under->green) * amount,
                    under->blue + (over->blue - under->blue) * amount, 1 };
}
