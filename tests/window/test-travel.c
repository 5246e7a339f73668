/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/window/profile-view-private.h"
#include "window-tests.h"

/* Back and forth, faster than the answers come. */

static const char *
zoomed (HvProfileView *view)
{
  uint32_t zoom = hv_flame_graph_get_zoom (view->flame);

  return zoom ? hv_tree_label (view->scene->report.tree, zoom) : "";
}

static void
wait_for_answer (HvProfileView *view)
{
  wait_until (!view->asks && !view->travels);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (view));
}

/* A window that was at all of it, then at "handle", then at all of it bottom-up. */
static HvMainWindow *
open_and_walk (void)
{
  static const HvProfileViewStart start;
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "cur.heap", NULL);
  HvMainWindow *window = open_window_as ((const char *const[]){ file, NULL }, HV_LOAD_ONE, &start);
  HvProfileView *view = hv_main_window_get_view (window);

  hv_flame_graph_zoom_to (view->flame, find (view->scene, "handle"));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (view));
  hv_profile_view_invert (view);
  wait_for_answer (view);
  hv_flame_graph_zoom_to (view->flame, 0);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (view));
  return window;
}

static void
test_twice (void)
{
  HvMainWindow *window = open_and_walk ();
  HvProfileView *view = hv_main_window_get_view (window);

  g_assert_true (hv_profile_view_travel (view, -1));
  g_assert_true (view->asks);
  g_assert_true (hv_profile_view_travel (view, -1));
  g_assert_false (hv_profile_view_travel (view, -1));
  wait_for_answer (view);
  g_assert_false (view->scene->question.options.bottom_up);
  g_assert_cmpstr (zoomed (view), ==, "");

  g_assert_true (hv_profile_view_travel (view, 1));
  g_assert_cmpstr (zoomed (view), ==, "handle");
  g_assert_true (hv_profile_view_travel (view, 1));
  g_assert_false (hv_profile_view_travel (view, 1));
  wait_for_answer (view);
  g_assert_true (view->scene->question.options.bottom_up);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* What was asked meanwhile is what the place asks, too: the place is reached when it is shown. */
static void
test_meanwhile (void)
{
  HvMainWindow *window = open_and_walk ();
  HvProfileView *view = hv_main_window_get_view (window);

  hv_profile_view_invert (view);
  g_assert_true (view->asks);
  g_assert_true (hv_profile_view_travel (view, -1));
  wait_for_answer (view);
  g_assert_false (view->scene->question.options.bottom_up);
  g_assert_cmpstr (zoomed (view), ==, "handle");

  /* and what is asked on the way is asked of the place: it has its zoom */
  g_assert_true (hv_profile_view_travel (view, 1));
  hv_profile_view_invert (view);
  hv_profile_view_invert (view);
  wait_for_answer (view);
  g_assert_true (view->scene->question.options.bottom_up);
  g_assert_true (hv_profile_view_travel (view, -1));
  wait_for_answer (view);
  g_assert_cmpstr (zoomed (view), ==, "handle");
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  init_tests (&argc, &argv);
  g_test_add_func ("/travel/twice", test_twice);
  g_test_add_func ("/travel/meanwhile", test_meanwhile);
  return g_test_run ();
}
