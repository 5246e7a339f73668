/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/draw/canvas.h"
#include "viewer/widgets/text-cache.h"

G_BEGIN_DECLS

/* A canvas of render nodes, for widgets. Larger faces are drawn as bold ones. */
typedef struct
{
  HvCanvas canvas;
  GtkSnapshot *snapshot;
  HvTextCache *text;
} HvSnapshotCanvas;

/* On the stack of who draws; both are borrowed. */
HvSnapshotCanvas hv_snapshot_canvas (GtkSnapshot *snapshot, HvTextCache *text);

/* A frame of `thickness` px drawn inside `rect`. */
void hv_paint_outline (GtkSnapshot *snapshot, const graphene_rect_t *rect, const GdkRGBA *color,
                       float thickness, gboolean dashed);

/* Diagonal stripes: what is new. */
void hv_paint_hatch (GtkSnapshot *snapshot, const graphene_rect_t *rect, const GdkRGBA *stripe,
                     const GdkRGBA *between);

G_END_DECLS
