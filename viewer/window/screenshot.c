/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/window/screenshot.h"

#include <stdio.h>

/* Layout, the adaptive pane and scrolling settle over a few frames. */
#define FRAMES 12
/* What takes longer than this is photographed as it is. */
#define MAX_SECONDS 60

typedef struct
{
  char *path;
  char **words;
  guint word, frames; /* frames to go until the next word */
  gint64 end;
  gboolean told;
} Shot;

static void
shot_free (gpointer data)
{
  Shot *shot = data;
  g_free (shot->path);
  g_strfreev (shot->words);
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

static void
do_word (HvMainWindow *window, const char *word)
{
  g_autofree char *action = NULL;
  g_autoptr (GVariant) target = NULL;
  gboolean done = FALSE;

  if (!*word)
    return;
  if (!g_str_has_prefix (word, "win."))
    done = hv_profile_view_do (hv_main_window_get_view (window), word);
  else if (g_action_parse_detailed_name (word, &action, &target, NULL))
    done = gtk_widget_activate_action_variant (GTK_WIDGET (window), action, target);
  if (!done)
    g_printerr ("heapview: HV_WINDOW_ACTIONS: “%s” is not there\n", word);
}

/* Before a frame is painted the changed widgets have no picture; after it they all do. */
static void
painted_cb (HvMainWindow *window, GdkFrameClock *clock)
{
  Shot *shot = g_object_get_data (G_OBJECT (window), "shot");
  HvProfileView *view = hv_main_window_get_view (window);
  gboolean late = g_get_monotonic_time () > shot->end;

  if (view && hv_profile_view_is_busy (view) && !late)
    shot->frames = FRAMES;
  if (late && !shot->told)
    g_printerr ("heapview: not everything is drawn after %d seconds\n", MAX_SECONDS);
  shot->told |= late;
  if (shot->frames && shot->frames--)
    {
      gtk_widget_queue_draw (GTK_WIDGET (window));
      return;
    }
  if (shot->words[shot->word])
    {
      do_word (window, shot->words[shot->word++]);
      shot->frames = FRAMES;
      gtk_widget_queue_draw (GTK_WIDGET (window));
      return;
    }
  g_signal_handlers_disconnect_by_func (clock, painted_cb, window);
  save (GTK_WINDOW (window), shot->path);
  gtk_window_destroy (GTK_WINDOW (window));
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
hv_screenshot_when_drawn (HvMainWindow *window, const char *path)
{
  Shot *shot = g_new0 (Shot, 1);

  shot->path = g_strdup (path);
  shot->words = g_strsplit (g_getenv ("HV_WINDOW_ACTIONS") ?: "", " ", -1);
  shot->frames = FRAMES;
  shot->end = g_get_monotonic_time () + MAX_SECONDS * G_USEC_PER_SEC;
  g_object_set_data_full (G_OBJECT (window), "shot", shot, shot_free);
  gtk_widget_realize (GTK_WIDGET (window));
  g_signal_connect_object (gtk_widget_get_frame_clock (GTK_WIDGET (window)), "after-paint",
                           G_CALLBACK (painted_cb), window, G_CONNECT_SWAPPED);
  gtk_widget_queue_draw (GTK_WIDGET (window));
}
