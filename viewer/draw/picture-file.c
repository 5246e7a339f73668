/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "viewer/draw/picture.h"

#include "viewer/draw/cairo-canvas.h"
#include "viewer/draw/titles.h"

#include <cairo-pdf.h>
#include <gio/gio.h>
#include <math.h>

/* cairo's images end at 32 767 px a side; memory is 4 bytes a px. */
#define MAX_SIDE 32000.0
#define MAX_AREA 160e6
/* Smaller than this nobody reads it. */
#define MIN_SCALE 0.75
/* Rows of a table that a picture holds. */
#define MAX_PNG_ROWS 1000
#define POINTS_A_PX 0.75
#define PAGE_RATIO 0.7071
#define PAGE_MARGIN 16

static cairo_status_t
append_cb (void *out, const unsigned char *data, unsigned int length)
{
  g_string_append_len (out, (const char *) data, length);
  return CAIRO_STATUS_SUCCESS;
}

static gboolean
check (cairo_status_t status, GError **error)
{
  if (status == CAIRO_STATUS_SUCCESS)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("The picture could not be drawn: %s"),
               cairo_status_to_string (status));
  return FALSE;
}

static void
paint_page (const HvPicture *picture, cairo_t *cr, double width, double height)
{
  const GdkRGBA *view = &picture->palette->view;

  cairo_set_source_rgb (cr, view->red, view->green, view->blue);
  cairo_rectangle (cr, 0, 0, width, height);
  cairo_fill (cr);
}

static float
height_of (const HvPicture *picture)
{
  g_autoptr (HvCairoCanvas) canvas = hv_cairo_canvas_new (NULL, picture->font);

  return hv_picture_paint (picture, hv_cairo_canvas_get (canvas));
}

static gboolean
write_png (const HvPicture *picture, double scale, GString *out, GError **error)
{
  double height = height_of (picture), width = picture->width;

  scale = MIN (scale, MIN (MAX_SIDE / MAX (width, height), sqrt (MAX_AREA / (width * height))));
  if (scale < MIN_SCALE)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                           _ ("This is too large for a PNG picture. Save it as PDF or SVG."));
      return FALSE;
    }
  cairo_surface_t *surface = cairo_image_surface_create (
      CAIRO_FORMAT_RGB24, (int) ceil (width * scale), (int) ceil (height * scale));
  cairo_t *cr = cairo_create (surface);
  HvCairoCanvas *canvas = hv_cairo_canvas_new (cr, picture->font);

  cairo_scale (cr, scale, scale);
  paint_page (picture, cr, width, height);
  hv_picture_paint (picture, hv_cairo_canvas_get (canvas));
  hv_cairo_canvas_free (canvas);
  cairo_status_t status = cairo_status (cr);
  cairo_destroy (cr);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_write_to_png_stream (surface, append_cb, out);
  cairo_surface_destroy (surface);
  return check (status, error);
}

/* The first rows, and how many more there are. */
static HvGrid *
shorten (const HvGrid *grid)
{
  HvGrid *part = hv_grid_new (grid->name, grid->n_columns);
  g_autofree char **cells = g_new (char *, grid->n_columns + 1);
  guint rest = hv_grid_n_rows (grid) - MAX_PNG_ROWS;

  part->tree = grid->tree;
  part->wide = grid->wide;
  for (guint i = 0; i < grid->n_columns; i++)
    part->column[i] = (HvGridColumn){ g_strdup (grid->column[i].title), grid->column[i].number };
  for (guint row = 0; row <= MAX_PNG_ROWS; row++)
    {
      for (guint i = 0; i < grid->n_columns; i++)
        cells[i] = row < MAX_PNG_ROWS ? hv_grid_get_text (grid, row, i, FALSE)
                   : i == grid->wide  ? g_strdup_printf (
                          g_dngettext (HV_GETTEXT_PACKAGE, "(%u more row)", "(%u more rows)", rest),
                          rest)
                                     : g_strdup ("");
      hv_grid_add_row (part, cells, row < MAX_PNG_ROWS ? hv_grid_get_depth (grid, row) : 0);
    }
  return part;
}

gboolean
hv_picture_write_png (const HvPicture *picture, double scale, GString *out, GError **error)
{
  HvPicture part = *picture;
  g_autoptr (HvGrid) grid = picture->grid && hv_grid_n_rows (picture->grid) > MAX_PNG_ROWS
                                ? shorten (picture->grid)
                                : NULL;

  if (grid)
    part.grid = grid;
  return write_png (&part, scale, out, error);
}

static void
set_metadata (const HvPicture *picture, cairo_surface_t *surface)
{
  g_autofree char *title = hv_title_report (picture->report);

  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE, title);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATOR,
                                  HV_GETTEXT_PACKAGE " " HV_VERSION);
}

/* A table's pages, each with the titles of its columns. */
static void
paint_pages (const HvPicture *picture, cairo_t *cr, HvCanvas *canvas, float width, float height)
{
  float inner = width - 2 * PAGE_MARGIN, y = PAGE_MARGIN;
  guint row = 0, n = hv_grid_n_rows (picture->grid);

  y += hv_picture_paint_header (picture, canvas, PAGE_MARGIN, y, inner);
  do
    {
      hv_grid_paint (picture->grid, picture->palette, canvas, PAGE_MARGIN, y, inner,
                     height - PAGE_MARGIN - y, row, &row);
      cairo_show_page (cr);
      y = PAGE_MARGIN;
      if (row < n)
        paint_page (picture, cr, width, height);
    }
  while (row < n && !g_cancellable_is_cancelled (picture->cancellable));
}

gboolean
hv_picture_write_pdf (const HvPicture *picture, GString *out, GError **error)
{
  double width = picture->width,
         height = picture->grid ? ceil (width * PAGE_RATIO) : height_of (picture);
  cairo_surface_t *surface = cairo_pdf_surface_create_for_stream (
      append_cb, out, width * POINTS_A_PX, height * POINTS_A_PX);
  cairo_t *cr = cairo_create (surface);
  HvCairoCanvas *canvas = hv_cairo_canvas_new (cr, picture->font);

  set_metadata (picture, surface);
  cairo_scale (cr, POINTS_A_PX, POINTS_A_PX);
  paint_page (picture, cr, width, height);
  if (picture->grid)
    paint_pages (picture, cr, hv_cairo_canvas_get (canvas), (float) width, (float) height);
  else
    hv_picture_paint (picture, hv_cairo_canvas_get (canvas));
  hv_cairo_canvas_free (canvas);
  cairo_status_t status = cairo_status (cr);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  return check (status, error)
         && !g_cancellable_set_error_if_cancelled (picture->cancellable, error);
}

/* --- of a report, for the command --- */

/* As wide as the SVG, and sharp on the screens of now. */
#define REPORT_WIDTH 1400
#define REPORT_SCALE 2

static HvPicture
picture_of (const HvReport *report, const char *sentence)
{
  return (HvPicture){
    .report = report, .palette = hv_palette_get (FALSE), .sentence = sentence, .width = REPORT_WIDTH
  };
}

static gboolean
write_report_png (const HvReport *report, GString *out, GError **error)
{
  g_autofree char *sentence = report->diff ? hv_diff_summary (report->diff) : NULL;
  const HvPicture picture = picture_of (report, sentence);

  return hv_picture_write_png (&picture, REPORT_SCALE, out, error);
}

static gboolean
write_report_pdf (const HvReport *report, GString *out, GError **error)
{
  g_autofree char *sentence = report->diff ? hv_diff_summary (report->diff) : NULL;
  const HvPicture picture = picture_of (report, sentence);

  return hv_picture_write_pdf (&picture, out, error);
}

void
hv_picture_register (void)
{
  hv_exporters_set_pictures (write_report_png, write_report_pdf);
}
