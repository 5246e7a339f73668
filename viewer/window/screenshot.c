/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/window/screenshot.h"

#include <stdio.h>

/* Layout, the adaptive pane and scrolling settle over a few frames. */
#define FRAMES 12

typedef struct
{
  char *path;
  guint frames;
} Shot;

static void
shot_free (gpointer data)
{
  Shot *shot = data;
  g_free (shot->path);
  g_free (shot);
}

static void
save (GtkWindow *window, const char *path)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (GTK_WIDGET (window));
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  GskRenderer *renderer = gtk_native_get_renderer (GTK_NATIVE (window));
  /* The intrinsic size counts the border too; the widget's own would rescale and blur. */
  int width = gdk_paintable_get_intrinsic_width (paintable);
  int height = gdk_paintable_get_intrinsic_height (paintable);

  gdk_paintable_snapshot (paintable, snapshot, width, height);
  g_autoptr (GskRenderNode) node = gtk_snapshot_free_to_node (g_steal_pointer (&snapshot));
  if (!renderer || !node)
    return;
  g_autoptr (GdkTexture) texture = gsk_renderer_render_texture (
      renderer, node, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  if (!gdk_texture_save_to_png (texture, path))
    g_printerr ("heapview: %s: the picture could not be written\n", path);
}

/* Before a frame is painted the changed widgets have no picture; after it they all do. */
static void
painted_cb (GtkWindow *window, GdkFrameClock *clock)
{
  Shot *shot = g_object_get_data (G_OBJECT (window), "shot");

  if (shot->frames--)
    {
      gtk_widget_queue_draw (GTK_WIDGET (window));
      return;
    }
  g_signal_handlers_disconnect_by_func (clock, painted_cb, window);
  save (window, shot->path);
  gtk_window_destroy (window);
}

void
hv_screenshot_prepare (GtkWindow *window)
{
  const char *size = g_getenv ("HV_WINDOW_SIZE");
  int width, height;

  g_object_set (gtk_widget_get_settings (GTK_WIDGET (window)), "gtk-enable-animations", FALSE,
                NULL);
  if (size && sscanf (size, "%dx%d", &width, &height) == 2)
    gtk_window_set_default_size (window, CLAMP (width, 100, 10000), CLAMP (height, 100, 10000));
}

void
hv_screenshot_when_drawn (GtkWindow *window, const char *path)
{
  g_auto (GStrv) actions = g_strsplit (g_getenv ("HV_WINDOW_ACTIONS") ?: "", " ", -1);
  Shot *shot = g_new0 (Shot, 1);

  for (guint i = 0; actions[i]; i++)
    if (*actions[i] && !gtk_widget_activate_action (GTK_WIDGET (window), actions[i], NULL))
      g_printerr ("heapview: there is no action “%s”\n", actions[i]);
  shot->path = g_strdup (path);
  shot->frames = FRAMES;
  g_object_set_data_full (G_OBJECT (window), "shot", shot, shot_free);
  gtk_widget_realize (GTK_WIDGET (window));
  g_signal_connect_object (gtk_widget_get_frame_clock (GTK_WIDGET (window)), "after-paint",
                           G_CALLBACK (painted_cb), window, G_CONNECT_SWAPPED);
  gtk_widget_queue_draw (GTK_WIDGET (window));
}
