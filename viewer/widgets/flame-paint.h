/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/flame-layout.h"
#include "viewer/widgets/palette.h"
#include "viewer/widgets/scene.h"
#include "viewer/widgets/text-cache.h"

G_BEGIN_DECLS

/* How a laid-out flame graph looks: a pure function to render nodes, so that it can be checked
 * without a display. */
typedef struct
{
  const HvFlameLayout *layout;
  const HvScene *scene;
  const HvPalette *palette;
  HvTextCache *text;
  float row_height;
  const guint8 *matches; /* by key: whether the search found it; NULL: no search */
  /* While it moves: boxes are drawn at shift + stretch × x, without labels. 0, 0: at rest. */
  double shift, stretch;
} HvFlamePaint;

void hv_flame_paint (const HvFlamePaint *paint, GtkSnapshot *snapshot);

/* What is in view of the box, on whole pixels: the renderer smears fractional edges into seams. */
graphene_rect_t hv_flame_box_rect (const HvFlameLayout *layout, const HvFlameBox *box,
                                   float row_height);

/* A frame of `thickness` px drawn inside `rect`. */
void hv_paint_outline (GtkSnapshot *snapshot, const graphene_rect_t *rect, const GdkRGBA *color,
                       float thickness, gboolean dashed);

/* Diagonal stripes: what is new. */
void hv_paint_hatch (GtkSnapshot *snapshot, const graphene_rect_t *rect, const GdkRGBA *stripe,
                     const GdkRGBA *between);

G_END_DECLS
