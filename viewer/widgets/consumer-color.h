/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/widgets/palette.h"
#include "viewer/widgets/scene.h"

G_BEGIN_DECLS

/* The colour of one of the scene's consumers: that of its origin in the flame graph; of several of
 * one origin the first has it, the others shades of it. */
GdkRGBA hv_consumer_color (const HvPalette *palette, const HvProfile *profile,
                           const HvConsumers *consumers, guint index);

G_END_DECLS
