/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/flame-layout.h"
#include "viewer/draw/canvas.h"
#include "viewer/export/export.h"
#include "viewer/widgets/palette.h"

G_BEGIN_DECLS

/* How a laid-out flame graph looks: the one place that chooses its boxes, colours and labels, for
 * the window, files and paper alike. */
typedef struct
{
  const HvFlameLayout *layout;
  const HvReport *report; /* whose tree is laid out */
  const HvPalette *palette;
  float x, y; /* where its top left corner is */
  float row_height;
  float below;           /* the root is at the bottom of so much height; 0: it is on top */
  const guint8 *matches; /* by key: whether the search found it; NULL: no search */
  /* While it moves: boxes are drawn at shift + stretch × x, without labels. 0, 0: at rest. */
  double shift, stretch;
} HvFlamePaint;

void hv_flame_paint (const HvFlamePaint *paint, HvCanvas *canvas);

/* What an empty picture says. Static. */
const char *hv_flame_empty_text (const HvFlameLayout *layout);

/* The height of a row on a canvas. */
float hv_flame_row_height (HvCanvas *canvas);

/* What is in view of the box, on whole pixels: the renderer smears fractional edges into seams.
 * `below` as in HvFlamePaint. */
graphene_rect_t hv_flame_box_rect (const HvFlameLayout *layout, const HvFlameBox *box,
                                   float row_height, float below);

/* The row at a height, which need not be there; UINT32_MAX: none can be. */
uint32_t hv_flame_row_at (double y, float row_height, float below);

G_END_DECLS
