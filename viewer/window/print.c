/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <math.h>

#include "viewer/draw/cairo-canvas.h"
#include "viewer/draw/flame-paint.h"

#include "viewer/window/print.h"

#define PX_A_POINT (4 / 3.0)
#define TOP_SITES 20
/* The flame graph leaves this much of the first page to the table. */
#define FLAME_SHARE 0.72
/* Smaller than this its labels are not read. */
#define MIN_SCALE 0.45
#define GAP 14

typedef struct
{
  HvViewShot *shot;
  HvGrid *top;    /* below the flame graph; NULL: the shot's own table is printed */
  GArray *starts; /* guint: the first row of each page */
  guint next;     /* while pages are counted: the first row of the one after them */
} Print;

static void
print_free (gpointer data, GClosure *closure)
{
  Print *print = data;
  g_clear_pointer (&print->top, hv_grid_free);
  g_array_unref (print->starts);
  hv_view_shot_free (print->shot);
  g_free (print);
}

static HvPicture
picture_of (const Print *print)
{
  HvPicture picture = hv_view_shot_get_picture (print->shot, TRUE);

  picture.font = NULL;
  return picture;
}

/* Scaled down as a whole where it has too many rows, and without the deepest where that is not
 * enough. `cr` may be NULL. */
static float
paint_flame (const HvPicture *picture, cairo_t *cr, float y, float width, float room)
{
  g_autoptr (HvCairoCanvas) dry = hv_cairo_canvas_new (NULL, picture->font);
  g_autoptr (HvCairoCanvas) canvas = hv_cairo_canvas_new (cr, picture->font);
  HvPicture cut = *picture;
  float height = hv_picture_paint_flame (picture, hv_cairo_canvas_get (dry), 0, 0, width);
  float scale = height > room ? MAX (room / height, (float) MIN_SCALE) : 1;
  gboolean deep = height * scale > room;

  if (deep)
    {
      float row = hv_flame_row_height (hv_cairo_canvas_get (dry));
      cut.max_rows = 1;
      float least = hv_picture_paint_flame (&cut, hv_cairo_canvas_get (dry), 0, 0, width);
      cut.max_rows += (guint) MAX (0, (room / scale - least) / row);
      height = least + (float) (cut.max_rows - 1) * row;
    }
  float used = height * scale;
  if (!cr)
    return used;
  cairo_save (cr);
  cairo_translate (cr, 0, y);
  cairo_scale (cr, scale, scale);
  hv_picture_paint_flame (&cut, hv_cairo_canvas_get (canvas), 0, 0, width / scale);
  cairo_restore (cr);
  if (deep)
    hv_canvas_text (hv_cairo_canvas_get (canvas), _ ("The deepest rows do not fit on this page."),
                    HV_FACE_REGULAR, &picture->palette->dim, 0, y + used, width);
  return used;
}

/* All of it on one page. `cr` may be NULL. */
static void
paint_seen (HvSeenPicture *seen, const HvPicture *picture, cairo_t *cr, float width, float height)
{
  float scale = MIN (height / hv_seen_picture_paint (seen, picture, NULL, width), 1);

  if (!cr)
    return;
  cairo_save (cr);
  cairo_scale (cr, scale, scale);
  hv_seen_picture_paint (seen, picture, cr, width);
  cairo_restore (cr);
}

/* A page from row `first`; returns the first row of the next one, 0: it was the last. */
static guint
paint_page (const Print *print, cairo_t *cr, float width, float height, guint first)
{
  const HvPicture picture = picture_of (print);
  const HvGrid *grid = print->top ? print->top : picture.grid;
  g_autoptr (HvCairoCanvas) canvas = hv_cairo_canvas_new (cr, picture.font);
  HvCanvas *onto = hv_cairo_canvas_get (canvas);
  HvSeenPicture *seen = hv_view_shot_get_seen (print->shot);
  float y = 0;
  guint next;

  if (seen)
    {
      paint_seen (seen, &picture, cr, width, height);
      return 0;
    }
  if (first == 0)
    {
      y += hv_picture_paint_header (&picture, onto, 0, 0, width);
      if (print->top)
        y += paint_flame (&picture, cr, y, width, (height - y) * (float) FLAME_SHARE)
             + hv_canvas_line_height (onto, HV_FACE_REGULAR) + GAP;
    }
  hv_grid_paint (grid, picture.palette, onto, 0, y, width, height - y, first, &next);
  return next < hv_grid_n_rows (grid) ? next : 0;
}

static void
begin_cb (GtkPrintOperation *operation, GtkPrintContext *context, Print *print)
{
  g_array_set_size (print->starts, 0);
  print->next = 0;
}

/* Lays one page out, so that the window goes on meanwhile; whether it was the last. */
static gboolean
paginate_cb (GtkPrintOperation *operation, GtkPrintContext *context, Print *print)
{
  float width = (float) (gtk_print_context_get_width (context) * PX_A_POINT);
  float height = (float) (gtk_print_context_get_height (context) * PX_A_POINT);

  g_array_append_val (print->starts, print->next);
  print->next = paint_page (print, NULL, width, height, print->next);
  gtk_print_operation_set_n_pages (operation, (int) print->starts->len);
  return print->next == 0;
}

static void
draw_cb (GtkPrintOperation *operation, GtkPrintContext *context, int page, Print *print)
{
  cairo_t *cr = gtk_print_context_get_cairo_context (context);

  if (page < 0 || (guint) page >= print->starts->len)
    return;
  cairo_scale (cr, 1 / PX_A_POINT, 1 / PX_A_POINT);
  paint_page (print, cr, (float) (gtk_print_context_get_width (context) * PX_A_POINT),
              (float) (gtk_print_context_get_height (context) * PX_A_POINT),
              g_array_index (print->starts, guint, page));
}

GtkPrintOperation *
hv_print_new (HvViewShot *shot)
{
  GtkPrintOperation *operation = gtk_print_operation_new ();
  g_autoptr (GtkPageSetup) page = gtk_page_setup_new ();
  g_autofree char *name = hv_view_shot_get_name (shot);
  Print *print = g_new0 (Print, 1);

  print->shot = shot;
  print->starts = g_array_new (FALSE, FALSE, sizeof (guint));
  if (!hv_view_shot_is_table (shot))
    print->top = hv_view_shot_get_top (shot, TOP_SITES);
  gtk_page_setup_set_orientation (page, GTK_PAGE_ORIENTATION_LANDSCAPE);
  gtk_print_operation_set_default_page_setup (operation, page);
  gtk_print_operation_set_unit (operation, GTK_UNIT_POINTS);
  gtk_print_operation_set_job_name (operation, name);
  gtk_print_operation_set_embed_page_setup (operation, TRUE);
  /* of a long table, with a button that cancels */
  gtk_print_operation_set_show_progress (operation, TRUE);
  g_signal_connect_data (operation, "begin-print", G_CALLBACK (begin_cb), print, NULL, 0);
  g_signal_connect_data (operation, "paginate", G_CALLBACK (paginate_cb), print, NULL, 0);
  g_signal_connect_data (operation, "draw-page", G_CALLBACK (draw_cb), print, print_free, 0);
  return operation;
}
