/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/draw/grid.h"
#include "viewer/export/export.h"

G_BEGIN_DECLS

/* A view as a picture that explains itself: what files it is of, what is measured and when, what
 * was left out; then the flame graph with its legend, or a table. */
typedef struct
{
  const HvReport *report;
  const HvPalette *palette;
  HvGrid *grid;              /* in place of the flame graph; NULL: none */
  const char *sentence;      /* what a diff comes to; NULL: none */
  const char *found;         /* what was searched and found; NULL: nothing was */
  const char *font;          /* a Pango description in px; NULL: the default */
  double width;              /* px */
  guint max_rows;            /* of the flame graph, from the root on; 0: all */
  GCancellable *cancellable; /* between a table's pages; NULL: it is not cancelled */
} HvPicture;

/* Its parts, drawn with their top left corner at (x, y). Each returns the height used. */
float hv_picture_paint_header (const HvPicture *picture, HvCanvas *canvas, float x, float y,
                               float width);
float hv_picture_paint_flame (const HvPicture *picture, HvCanvas *canvas, float x, float y,
                              float width);

/* All of it in one piece, with a margin. */
float hv_picture_paint (const HvPicture *picture, HvCanvas *canvas);

/* Appends the file. PNG is drawn at `scale` px a px, less where it would be too large for one; what
 * is too large for a table's picture is left out, and counted. A PDF has text, and pages where it
 * is a table. From any thread. */
gboolean hv_picture_write_png (const HvPicture *picture, double scale, GString *out,
                               GError **error);
gboolean hv_picture_write_pdf (const HvPicture *picture, GString *out, GError **error);

/* Makes the exporters "png" and "pdf" draw a report so. */
void hv_picture_register (void);

G_END_DECLS
