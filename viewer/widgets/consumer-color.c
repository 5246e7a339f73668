/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/consumer-color.h"

#include "store/origin.h"

/* How far from the colour of its origin to the text's the n-th of them is: neighbours are well
 * apart. */
static const float shades[] = { 0, 0.30f, 0.13f, 0.42f, 0.22f, 0.50f, 0.07f, 0.36f };

static char *
origin_of (const HvProfile *profile, const HvConsumer *consumer)
{
  g_autoptr (GString) origin = g_string_new (NULL);

  hv_frame_origin (origin, profile, &profile->frame[consumer->frame]);
  return g_string_free (g_steal_pointer (&origin), FALSE);
}

GdkRGBA
hv_consumer_color (const HvPalette *palette, const HvProfile *profile, const HvConsumers *consumers,
                   guint index)
{
  g_autofree char *origin = origin_of (profile, &consumers->consumer[index]);
  const HvKey key = { .label = consumers->consumer[index].label, .origin = origin };
  GdkRGBA color = hv_palette_origin (palette, &key);
  guint before = 0;

  for (guint i = 0; i < index; i++)
    {
      g_autofree char *other = origin_of (profile, &consumers->consumer[i]);
      before += g_str_equal (origin, other);
    }
  return hv_palette_mix (&color, &palette->text, shades[before % G_N_ELEMENTS (shades)]);
}
