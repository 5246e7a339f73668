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
  return grid->depth->len;
}

static const char *
cell_at (const HvGrid *grid, guint row, guint column)
{
  return grid->cell->pdata[row * grid->n_columns + column];
}

static guint
depth_of (const HvGrid *grid, guint row)
{
  return g_array_index (grid->depth, guint, row);
}

void
hv_grid_append_csv (const HvGrid *grid, GString *out)
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
      if (tree)
        g_string_append_printf (out, "%u", depth_of (grid, row));
      for (guint i = 0; i < grid->n_columns; i++)
        {
          g_string_append (out, tree || i ? "," : "");
          hv_csv_append_field (out, cell_at (grid, row, i));
        }
      g_string_append_c (out, '\n');
    }
}

static void
measure (const HvGrid *grid, HvCanvas *canvas, float width, float *wide)
{
  float sum = 0;

  for (guint i = 0; i < grid->n_columns; i++)
    {
      wide[i] = hv_canvas_text_width (canvas, grid->column[i].title, HV_FACE_BOLD);
      for (guint row = 0; row < MIN (hv_grid_n_rows (grid), MEASURED); row++)
        wide[i] = MAX (wide[i],
                       hv_canvas_text_width (canvas, cell_at (grid, row, i), HV_FACE_REGULAR));
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
          float indent = i == grid->tree ? MIN ((float) depth_of (grid, row) * INDENT, wide[i] / 2)
                                         : 0;
          paint_cell (canvas, cell_at (grid, row, i), HV_FACE_REGULAR, &palette->text,
                      grid->column[i].number, at + indent, y, wide[i] - indent);
        }
    }
  if (next)
    *next = row;
  return y - top;
}
