/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "viewer/window/seen-picture.h"

#include "viewer/draw/cairo-canvas.h"
#include "viewer/widgets/timeline.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <math.h>
#include <string.h>

#define MARGIN 16
#define PNG_SCALE 2
#define POINTS_A_PX 0.75
/* cairo's images end at 32 767 px a side. */
#define MAX_SIDE 32000

struct HvSeenPicture
{
  cairo_surface_t *record; /* what was drawn, to be drawn again */
  float width, height;
};

static GtkWidget *
scrolled_in (GtkWidget *widget)
{
  GtkWidget *found = GTK_IS_VIEWPORT (widget) ? gtk_viewport_get_child (GTK_VIEWPORT (widget))
                                              : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found;
       child = gtk_widget_get_next_sibling (child))
    found = scrolled_in (child);
  return found;
}

HvSeenPicture *
hv_seen_picture_new (GtkWidget *widget, HvTimelineHead *head)
{
  GtkWidget *scrolled = scrolled_in (widget);
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (scrolled ? scrolled : widget);
  int width = gdk_paintable_get_intrinsic_width (paintable);
  int height = gdk_paintable_get_intrinsic_height (paintable);
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();

  if (!gtk_widget_get_mapped (widget) || width <= 0 || height <= 0)
    return NULL;
  if (HV_IS_TIMELINE (widget))
    {
      int above = head ? hv_timeline_head_snapshot_legend (head, snapshot) : 0;
      gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (0, (float) above));
      hv_timeline_snapshot_lines (HV_TIMELINE (widget), snapshot);
      height += above;
    }
  else
    gdk_paintable_snapshot (paintable, snapshot, width, height);
  g_autoptr (GskRenderNode) node = gtk_snapshot_free_to_node (g_steal_pointer (&snapshot));
  if (!node)
    return NULL;
  HvSeenPicture *seen = g_new0 (HvSeenPicture, 1);
  seen->width = (float) width;
  seen->height = (float) height;
  seen->record = cairo_recording_surface_create (
      CAIRO_CONTENT_COLOR_ALPHA, &(cairo_rectangle_t){ 0, 0, (double) width, (double) height });
  cairo_t *cr = cairo_create (seen->record);
  gsk_render_node_draw (node, cr);
  cairo_destroy (cr);
  return seen;
}

void
hv_seen_picture_free (HvSeenPicture *seen)
{
  if (!seen)
    return;
  cairo_surface_destroy (seen->record);
  g_free (seen);
}

float
hv_seen_picture_paint (HvSeenPicture *seen, const HvPicture *picture, cairo_t *cr, float width)
{
  g_autoptr (HvCairoCanvas) canvas = hv_cairo_canvas_new (cr, picture->font);
  float y = hv_picture_paint_header (picture, hv_cairo_canvas_get (canvas), 0, 0, width);
  float scale = MIN (width / seen->width, 1);

  if (cr)
    {
      cairo_save (cr);
      cairo_translate (cr, 0, y);
      cairo_scale (cr, scale, scale);
      cairo_set_source_surface (cr, seen->record, 0, 0);
      cairo_paint (cr);
      cairo_restore (cr);
    }
  return y + seen->height * scale;
}

static cairo_status_t
append_cb (void *out, const unsigned char *data, unsigned int length)
{
  g_string_append_len (out, (const char *) data, length);
  return CAIRO_STATUS_SUCCESS;
}

gboolean
hv_seen_picture_write (HvSeenPicture *seen, const HvPicture *picture, const char *kind,
                       GString *out, GError **error)
{
  float height = hv_seen_picture_paint (seen, picture, NULL, seen->width) + 2 * MARGIN;
  float width = seen->width + 2 * MARGIN;
  gboolean png = strcmp (kind, "png") == 0, pdf = strcmp (kind, "pdf") == 0;
  double unit = png ? MIN (PNG_SCALE, MAX_SIDE / MAX (width, height)) : pdf ? POINTS_A_PX : 1;
  double across = ceil (width * unit), down = ceil (height * unit);
  const GdkRGBA *view = &picture->palette->view;
  cairo_surface_t *surface =
      png   ? cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) across, (int) down)
      : pdf ? cairo_pdf_surface_create_for_stream (append_cb, out, across, down)
            : cairo_svg_surface_create_for_stream (append_cb, out, across, down);
  cairo_t *cr = cairo_create (surface);

  cairo_scale (cr, unit, unit);
  cairo_set_source_rgb (cr, view->red, view->green, view->blue);
  cairo_paint (cr);
  cairo_translate (cr, MARGIN, MARGIN);
  hv_seen_picture_paint (seen, picture, cr, seen->width);
  cairo_show_page (cr);
  cairo_status_t status = cairo_status (cr);
  cairo_destroy (cr);
  if (status == CAIRO_STATUS_SUCCESS && png)
    status = cairo_surface_write_to_png_stream (surface, append_cb, out);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (status != CAIRO_STATUS_SUCCESS)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("The picture could not be drawn: %s"),
                 cairo_status_to_string (status));
  return status == CAIRO_STATUS_SUCCESS;
}
