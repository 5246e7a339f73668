/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "opened-tests.h"

#include <glib/gstdio.h>
#include <math.h>

/* The flame graph the other way up: the root is below, what it calls above it. */

static double
top_of (const Test *test, const char *label)
{
  return (double) rect_of (test, label).origin.y;
}

/* What the menu's entry has its check mark from. */
static gboolean
is_below (const Test *test)
{
  gboolean below;

  g_object_get (test->window, "root-below", &below, NULL);
  g_assert_true (below == hv_flame_graph_get_root_below (test->graph));
  return below;
}

/* One key turns it over and back; pointer and arrows go where the eye goes. */
static void
test_hands (void)
{
  static const char *const path[] = { "main", "rt_poll", "handle", "cache_insert" };
  if (!have_hands ())
    return;
  Test test = open_one ();
  GtkWindow *window = GTK_WINDOW (test.window);
  double before = top_of (&test, "handle");

  g_assert_false (is_below (&test));
  g_assert_cmpfloat (before, >, top_of (&test, "main"));
  keys (window, "u");
  wait_until (is_below (&test));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  g_assert_cmpfloat (top_of (&test, "handle"), <, top_of (&test, "main"));
  g_assert_cmpfloat (top_of (&test, "main"), <, top_of (&test, NULL));
  /* at the bottom of the widget, however much room there is */
  graphene_rect_t root = rect_of (&test, NULL);
  int height = gtk_widget_get_height (GTK_WIDGET (test.graph));
  g_assert_cmpfloat (fabsf (root.origin.y + root.size.height - (float) height), <, 12);

  hv_flame_graph_select (test.graph, find (test.scene, "main"));
  for (guint i = 1; i < G_N_ELEMENTS (path); i++)
    {
      keys (window, "Up");
      wait_until (g_str_equal (selected (&test), path[i]));
    }
  keys (window, "Down");
  wait_until (g_str_equal (selected (&test), "handle"));

  graphene_rect_t rect = rect_of (&test, "rt_poll");
  hands (test.graph, rect.origin.x + 40, rect.origin.y + 8, "");
  wait_until (find_widget (GTK_WIDGET (test.view), GTK_TYPE_LABEL, "rt_poll · "));
  hands (test.graph, rect.origin.x + 40, rect.origin.y + 8, "click 1");
  wait_until (g_str_equal (selected (&test), "rt_poll"));
  wait_until (hv_flame_graph_get_zoom (test.graph) == find (test.scene, "rt_poll"));
  keys (window, "0 u");
  wait_until (!is_below (&test));
  g_assert_cmpfloat (top_of (&test, "handle"), ==, before);
  gtk_window_destroy (window);
}

/* It begins at the root, which stays where it is when rows come and go above it. */
static void
test_scrolling (void)
{
  g_autoptr (HvScene) scene = make_scene (FALSE);
  GtkWidget *window = gtk_window_new (), *scrolled = gtk_scrolled_window_new ();
  HvFlameGraph *graph = HV_FLAME_GRAPH (hv_flame_graph_new ());
  GtkAdjustment *down = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));

  if (!have_hands ())
    return;
  hv_flame_graph_set_root_below (graph, TRUE);
  hv_flame_graph_set_scene (graph, scene);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (graph));
  gtk_window_set_child (GTK_WINDOW (window), scrolled);
  gtk_window_set_default_size (GTK_WINDOW (window), 916, 60);
  gtk_window_present (GTK_WINDOW (window));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (graph));
#define LEFT                                                                                       \
  (gtk_adjustment_get_upper (down) - gtk_adjustment_get_page_size (down)                           \
   - gtk_adjustment_get_value (down))
  wait_until (gtk_adjustment_get_upper (down) > gtk_adjustment_get_page_size (down) + 20);
  wait_until (gtk_adjustment_get_value (down) > 20 && LEFT == 0);

  /* gamma calls nothing: fewer rows */
  double all = gtk_adjustment_get_upper (down);
  hv_flame_graph_zoom_to (graph, find (scene, "gamma"));
  wait_until (gtk_adjustment_get_upper (down) < all);
  g_assert_cmpfloat (LEFT, ==, 0);
  hv_flame_graph_zoom_to (graph, 0);
  wait_until (gtk_adjustment_get_upper (down) == all);
  g_assert_cmpfloat (LEFT, ==, 0);

  hands (graph, 200, gtk_adjustment_get_value (down) + 20, "click 4");
  wait_until (LEFT > 0);
  hv_flame_graph_set_root_below (graph, FALSE);
  g_assert_cmpfloat (gtk_adjustment_get_value (down), ==, 0);
#undef LEFT
  gtk_window_destroy (GTK_WINDOW (window));
}

/* A profile is looked at as it was left, and a file is like the window. */
static void
test_kept (void)
{
  Test test = open_one ();
  g_autofree char *plain = hv_profile_view_print_state (test.view, FALSE);
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "root-below.svg", NULL);
  g_autofree char *svg = NULL;
  gboolean done = FALSE;

  gtk_widget_activate_action (GTK_WIDGET (test.window), "win.root-below", NULL);
  g_assert_true (is_below (&test));
  g_autofree char *state = hv_profile_view_print_state (test.view, FALSE);
  g_autofree char *named = hv_profile_view_print_state (test.view, TRUE);
  g_assert_cmpstr (state, !=, plain);

  g_signal_connect (test.window, "exported", G_CALLBACK (settled_cb), &done);
  hv_main_window_export (test.window, path);
  wait_until (done);
  g_assert_true (g_file_get_contents (path, &svg, NULL, NULL));
  g_assert_nonnull (strstr (svg, " data-root=\"below\""));
  g_unlink (path);

  const char *const states[] = { plain, named, plain, state };
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      g_assert_true (hv_profile_view_apply_state (test.view, states[i]));
      test.scene = wait_for_another (test.view, test.scene);
      wait_until (is_below (&test) == (states[i] != plain));
    }
  gtk_window_destroy (GTK_WINDOW (test.window));
}

int
main (int argc, char **argv)
{
  init_tests (&argc, &argv);

  g_test_add_func ("/root-below/hands", test_hands);
  g_test_add_func ("/root-below/scrolling", test_scrolling);
  g_test_add_func ("/root-below/kept", test_kept);
  return g_test_run ();
}
