/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "viewer/draw/grid.h"

#include "viewer/export/export.h"

#include <math.h>
#include <string.h>

#define GAP 16
#define INDENT 14
/* So many rows tell how wide a column has to be. */
#define MEASURED 400
#define MAX_SHARE 0.3f

HvGrid *
hv_grid_new (const char *name, guint n_columns)
{
  HvGrid *grid = g_new0 (HvGrid, 1);

  grid->name = g_strdup (name);
  grid->n_columns = grid->tree = n_columns;
  grid->column = g_new0 (HvGridColumn, MAX (1, n_columns));
  grid->cell = g_ptr_array_new_with_free_func (g_free);
  grid->depth = g_array_new (FALSE, FALSE, sizeof (guint));
  return grid;
}

HvGrid *
hv_grid_new_for_rows (const char *name, guint n_columns, const HvGridRows *rows)
{
  HvGrid *grid = hv_grid_new (name, n_columns);

  grid->rows = *rows;
  return grid;
}

void
hv_grid_free (HvGrid *grid)
{
  if (!grid)
    return;
  for (guint i = 0; i < grid->n_columns; i++)
    g_free (grid->column[i].title);
  g_free (grid->column);
  g_free (grid->name);
  g_ptr_array_unref (grid->cell);
  g_array_unref (grid->depth);
  if (grid->rows.free)
    grid->rows.free (grid->rows.data);
  g_free (grid);
}

void
hv_grid_add_row (HvGrid *grid, char **cells, guint depth)
{
  for (guint i = 0; i < grid->n_columns; i++)
    g_ptr_array_add (grid->cell, cells[i]);
  g_array_append_val (grid->depth, depth);
}

guint
hv_grid_n_rows (const HvGrid *grid)
{
  return grid->rows.get_text ? grid->rows.n : grid->depth->len;
}

char *
hv_grid_get_text (const HvGrid *grid, guint row, guint column, gboolean plain)
{
  const HvGridRows *rows = &grid->rows;

  return rows->get_text ? rows->get_text (rows->data, row, column, plain)
                        : g_strdup (grid->cell->pdata[row * grid->n_columns + column]);
}

guint
hv_grid_get_depth (const HvGrid *grid, guint row)
{
  const HvGridRows *rows = &grid->rows;

  return rows->get_text ? rows->get_depth (rows->data, row)
                        : g_array_index (grid->depth, guint, row);
}

gboolean
hv_grid_append_csv (const HvGrid *grid, GString *out, GCancellable *cancellable, GError **error)
{
  gboolean tree = grid->tree < grid->n_columns;

  if (tree)
    hv_csv_append_field (out, _ ("Depth"));
  for (guint i = 0; i < grid->n_columns; i++)
    {
      g_string_append (out, tree || i ? "," : "");
      hv_csv_append_field (out, grid->column[i].title);
    }
  g_string_append_c (out, '\n');
  for (guint row = 0; row < hv_grid_n_rows (grid); row++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (tree)
        g_string_append_printf (out, "%u", hv_grid_get_depth (grid, row));
      for (guint i = 0; i < grid->n_columns; i++)
        {
          g_autofree char *text = hv_grid_get_text (grid, row, i, TRUE);
          g_string_append (out, tree || i ? "," : "");
          hv_csv_append_field (out, text);
        }
      g_string_append_c (out, '\n');
    }
  return TRUE;
}

static void
measure (const HvGrid *grid, HvCanvas *canvas, float width, float *wide)
{
  float sum = 0;

  for (guint i = 0; i < grid->n_columns; i++)
    {
      wide[i] = hv_canvas_text_width (canvas, grid->column[i].title, HV_FACE_BOLD);
      for (guint row = 0; row < MIN (hv_grid_n_rows (grid), MEASURED); row++)
        {
          g_autofree char *text = hv_grid_get_text (grid, row, i, FALSE);
          wide[i] = MAX (wide[i], hv_canvas_text_width (canvas, text, HV_FACE_REGULAR));
        }
      wide[i] = ceilf (MIN (wide[i], width * MAX_SHARE)) + 1;
      sum += i == grid->wide ? 0 : wide[i] + GAP;
    }
  if (grid->wide < grid->n_columns)
    wide[grid->wide] = MAX (width - sum, width * 0.2f);
}

static void
paint_cell (HvCanvas *canvas, const char *text, HvFace face, const GdkRGBA *color, gboolean right,
            float x, float y, float width)
{
  float used = right ? MIN (hv_canvas_text_width (canvas, text, face), width) : 0;

  hv_canvas_text (canvas, text, face, color, right ? x + width - used : x, y, width);
}

float
hv_grid_paint (const HvGrid *grid, const HvPalette *palette, HvCanvas *canvas, float x, float y,
               float width, float height, guint first, guint *next)
{
  float line = hv_canvas_line_height (canvas, HV_FACE_REGULAR) + 6, top = y;
  g_autofree float *wide = g_new0 (float, grid->n_columns + 1);
  guint row = first, n = hv_grid_n_rows (grid);

  measure (grid, canvas, width, wide);
  if (grid->name && first == 0)
    {
      hv_canvas_text (canvas, grid->name, HV_FACE_BOLD, &palette->text, x, y, width);
      y += line + 2;
    }
  float at = x;
  for (guint i = 0; i < grid->n_columns; at += wide[i++] + GAP)
    paint_cell (canvas, grid->column[i].title, HV_FACE_BOLD, &palette->dim, grid->column[i].number,
                at, y, wide[i]);
  y += line;
  hv_canvas_fill (canvas, &GRAPHENE_RECT_INIT (x, y - 3, width, 1), &palette->line);
  /* one row at least, that it comes to an end */
  for (; row < n && (height <= 0 || row == first || y + line - top <= height); row++, y += line)
    {
      at = x;
      for (guint i = 0; i < grid->n_columns; at += wide[i++] + GAP)
        {
          g_autofree char *text = hv_grid_get_text (grid, row, i, FALSE);
          float deep = i == grid->tree ? (float) hv_grid_get_depth (grid, row) * INDENT : 0;
          float indent = MIN (deep, wide[i] / 2);
          paint_cell (canvas, text, HV_FACE_REGULAR, &palette->text, grid->column[i].number,
                      at + indent, y, wide[i] - indent);
        }
    }
  if (next)
    *next = row;
  return y - top;
}
