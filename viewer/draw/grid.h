/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/draw/canvas.h"
#include "viewer/widgets/palette.h"

G_BEGIN_DECLS

/* A table as it is shown: its columns, and its rows as text. */
typedef struct
{
  char *title;
  gboolean number; /* aligned to the right */
} HvGridColumn;

typedef struct
{
  char *name; /* above the table; NULL: none */
  guint n_columns;
  HvGridColumn *column;
  GPtrArray *cell; /* of char *, row by row */
  GArray *depth;   /* guint, a row: how far its tree column is indented */
  guint tree;      /* that column; n_columns: no tree */
  guint wide;      /* the column that takes what is left of the width */
} HvGrid;

HvGrid *hv_grid_new (const char *name, guint n_columns);
void hv_grid_free (HvGrid *grid);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvGrid, hv_grid_free)

/* Takes the row's cells, one a column. */
void hv_grid_add_row (HvGrid *grid, char **cells, guint depth);
guint hv_grid_n_rows (const HvGrid *grid);

/* RFC 4180, titles first. A tree's rows begin with their depth. */
void hv_grid_append_csv (const HvGrid *grid, GString *out);

/* Draws the titles and the rows from `first` on, as many as `height` holds, all with 0; returns the
 * height used and sets `*next` to the row after the last drawn. */
float hv_grid_paint (const HvGrid *grid, const HvPalette *palette, HvCanvas *canvas, float x,
                     float y, float width, float height, guint first, guint *next);

G_END_DECLS
