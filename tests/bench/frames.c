/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <adwaita.h>
#include <stdlib.h>
#include <time.h>

#include "viewer/widgets/flame-graph.h"

/* frames [NODES [FRAMES]]: how long a frame of the flame graph takes while one zooms and pans
 * through a profile of that many call paths, 1000000 unless told, in so many frames a gesture
 * (200). For each frame: the time from the start of the layout to the end of drawing, in the
 * widget's process, as the frame clock sees it. Run it on a display of its own
 * (tests/window/with-display), with GSK_RENDERER=cairo where there is no GPU.
 */

#define WIDTH 1400
#define HEIGHT 900

typedef struct
{
  HvFlameGraph *graph;
  GArray *times; /* gint64, µs */
  gint64 began;
  guint step, n_steps;
  void (*move) (HvFlameGraph *graph, guint step);
  GMainLoop *loop;
} Run;

/* A tree as programs have them: a few functions hold most, and there is a long tail. */
static HvProfile *
make_profile (guint n_nodes)
{
  HvProfile *profile = hv_profile_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autofree uint32_t *frame = g_new (uint32_t, 5000);
  g_autofree uint32_t *stack = g_new (uint32_t, 64);

  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *name = g_strdup_printf ("library%u::Class%u::function_%u", i % 37, i % 411,
                                               i);
      g_autofree char *module = g_strdup_printf ("/usr/lib/liblibrary%u.so", i % 37);
      HvFrame f = { .function = hv_profile_intern (profile, name, -1),
                    .module = hv_profile_intern (profile, module, -1) };
      frame[i] = hv_profile_frame (profile, &f);
    }
  hv_profile_column (profile, HV_METRIC_LIVE_BYTES);
  while (profile->n_nodes < n_nodes)
    {
      guint depth = (guint) g_rand_int_range (rand, 4, 40);
      uint32_t node = 0;
      for (guint d = 0; d < depth && profile->n_nodes < n_nodes; d++)
        {
          double r = g_rand_double (rand);
          guint pick = (guint) (r * r * r * (d < 6 ? 12 : 400)) + d * 97;
          node = hv_profile_node (profile, node, frame[pick % 5000]);
          stack[d] = node;
        }
      uint32_t site = hv_profile_site (profile, node);
      hv_profile_column (profile, HV_METRIC_LIVE_BYTES)[site] += (int64_t) 1
                                                                 << g_rand_int_range (rand, 4, 24);
    }
  profile->path = g_strdup ("frames");
  profile->format = "jemalloc";
  profile->default_metric = HV_METRIC_LIVE_BYTES;
  hv_profile_seal (profile);
  return profile;
}

static void
nearer (HvFlameGraph *graph, guint step)
{
  hv_flame_graph_scale (graph, step % 80 < 40 ? 1.2 : 1 / 1.2);
}

static void
sideways (HvFlameGraph *graph, guint step)
{
  hv_flame_graph_set_viewport (graph, 50, (step % 100) / 120.0);
}

static void
into (HvFlameGraph *graph, guint step)
{
  const HvFlameLayout *layout = hv_flame_graph_get_layout (graph);
  uint32_t row = MIN (step % 8, layout->n_rows - 1);
  hv_flame_graph_zoom_to (graph, step % 8 == 7 ? 0 : layout->box[layout->row_start[row]].node);
}

static gint64
thread_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static void
painted_cb (GdkFrameClock *clock, Run *run)
{
  if (run->began)
    {
      gint64 took = thread_time () - run->began;
      g_array_append_val (run->times, took);
    }
  run->began = 0;
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user)
{
  Run *run = user;

  if (run->step == run->n_steps)
    {
      g_main_loop_quit (run->loop);
      return G_SOURCE_REMOVE;
    }
  run->began = thread_time ();
  run->move (run->graph, run->step++);
  gtk_widget_queue_draw (widget);
  return G_SOURCE_CONTINUE;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;
  return (x > y) - (x < y);
}

static void
measure (HvFlameGraph *graph, const char *name, guint n_frames,
         void (*move) (HvFlameGraph *, guint))
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Run run = { .graph = graph, .times = times, .n_steps = n_frames, .move = move, .loop = loop };
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (graph));
  gulong id = g_signal_connect (clock, "after-paint", G_CALLBACK (painted_cb), &run);

  hv_flame_graph_zoom_to (graph, 0);
  gtk_widget_add_tick_callback (GTK_WIDGET (graph), tick_cb, &run, NULL);
  g_main_loop_run (loop);
  g_signal_handler_disconnect (clock, id);
  if (times->len != n_frames)
    g_error ("%u of %u frames were painted", times->len, n_frames);
  g_array_sort (times, compare);
  static const double at[] = { 0.5, 0.9, 0.99, 1 };
  g_print ("%-28s", name);
  guint late = 0;
  for (guint i = 0; i < times->len; i++)
    late += g_array_index (times, gint64, i) > 16000;
  for (guint i = 0; i < G_N_ELEMENTS (at); i++)
    g_print (" %8.1f",
             (double) g_array_index (times, gint64, (guint) (at[i] * (times->len - 1))) / 1000);
  g_print (" %7u/%u\n", late, times->len);
}

int
main (int argc, char **argv)
{
  guint n_nodes = argc > 1 ? (guint) strtoul (argv[1], NULL, 10) : 1000000;
  guint n_frames = argc > 2 ? (guint) strtoul (argv[2], NULL, 10) : 200;
  const HvQuestion question = { .metric = HV_METRIC_LIVE_BYTES,
                                .at = HV_AT_END,
                                .options = { .all_frames = TRUE } };
  g_autoptr (GError) error = NULL;

  if (n_nodes == 0 || n_frames == 0 || !gtk_init_check ())
    {
      g_printerr ("frames [NODES [FRAMES]], on a display\n");
      return 2;
    }
  adw_init ();
  g_autoptr (HvProfiles) profiles = hv_profiles_new (make_profile (n_nodes), NULL);
  g_autoptr (HvScene) scene = hv_scene_new (profiles, &question, &error);
  if (!scene)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  GtkWidget *window = gtk_window_new (), *scrolled = gtk_scrolled_window_new ();
  HvFlameGraph *graph = HV_FLAME_GRAPH (hv_flame_graph_new ());
  hv_flame_graph_set_scene (graph, scene);
  hv_flame_graph_set_view (graph, HV_FLAME_CURRENT);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (graph));
  gtk_window_set_child (GTK_WINDOW (window), scrolled);
  gtk_window_set_default_size (GTK_WINDOW (window), WIDTH, HEIGHT);
  gtk_window_present (GTK_WINDOW (window));
  gint64 end = g_get_monotonic_time () + 500000;
  while (g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);

  GskRenderer *renderer = gtk_native_get_renderer (gtk_widget_get_native (GTK_WIDGET (graph)));
  g_print ("%u nodes, %u keys; %u boxes drawn at first; %s, %d × %d\n", scene->report.tree->n_nodes,
           scene->report.tree->n_keys, hv_flame_graph_get_layout (graph)->n_boxes,
           G_OBJECT_TYPE_NAME (renderer), WIDTH, HEIGHT);
  g_print ("%-28s %8s %8s %8s %8s %s\n", "ms a frame", "median", "90 %", "99 %", "most",
           "over 16 ms");
  measure (graph, "zoom at the pointer", n_frames, nearer);
  measure (graph, "pan at 50 ×", n_frames, sideways);
  measure (graph, "zoom to frames", n_frames, into);
  GtkSettings *settings = gtk_widget_get_settings (GTK_WIDGET (graph));
  g_object_set (settings, "gtk-enable-animations", FALSE, NULL);
  measure (graph, "… without animation", n_frames, into);
  gtk_window_destroy (GTK_WINDOW (window));
  return 0;
}
