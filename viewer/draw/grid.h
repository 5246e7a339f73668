/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "viewer/draw/canvas.h"
#include "viewer/widgets/palette.h"

G_BEGIN_DECLS

/* A table as it is shown: its columns, and its rows as text. */
typedef struct
{
  char *title;
  gboolean number; /* aligned to the right */
} HvGridColumn;

/* Where the rows of a large table are read from, each when it is wanted: nothing of `data` changes
 * any more, and any thread may ask. */
typedef struct
{
  guint n;
  gpointer data;
  GDestroyNotify free;

  /* Newly allocated. `plain`: a bare integer in bytes or blocks, a name in full. */
  char *(*get_text) (gconstpointer data, guint row, guint column, gboolean plain);
  guint (*get_depth) (gconstpointer data, guint row);
} HvGridRows;

typedef struct
{
  char *name; /* above the table; NULL: none */
  guint n_columns;
  HvGridColumn *column;
  guint tree; /* the column that is indented by a row's depth; n_columns: no tree */
  guint wide; /* the column that takes what is left of the width */

  HvGridRows rows; /* without get_text: those that were added are in … */
  GPtrArray *cell; /* … of char *, row by row */
  GArray *depth;   /* … guint, a row */
} HvGrid;

HvGrid *hv_grid_new (const char *name, guint n_columns);

/* Takes the rows. */
HvGrid *hv_grid_new_for_rows (const char *name, guint n_columns, const HvGridRows *rows);
void hv_grid_free (HvGrid *grid);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvGrid, hv_grid_free)

/* Takes the row's cells, one a column. */
void hv_grid_add_row (HvGrid *grid, char **cells, guint depth);
guint hv_grid_n_rows (const HvGrid *grid);

/* Newly allocated; of rows that were added, as they were, `plain` or not. */
char *hv_grid_get_text (const HvGrid *grid, guint row, guint column, gboolean plain);
guint hv_grid_get_depth (const HvGrid *grid, guint row);

/* RFC 4180 with plain cells, titles first. A tree's rows begin with their depth. FALSE: it was
 * cancelled. */
gboolean hv_grid_append_csv (const HvGrid *grid, GString *out, GCancellable *cancellable,
                             GError **error);

/* Draws the titles and the rows from `first` on, as many as `height` holds, all with 0; returns the
 * height used and sets `*next` to the row after the last drawn. */
float hv_grid_paint (const HvGrid *grid, const HvPalette *palette, HvCanvas *canvas, float x,
                     float y, float width, float height, guint first, guint *next);

G_END_DECLS
