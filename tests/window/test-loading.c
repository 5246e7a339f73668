/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/summary-page.h"
#include "viewer/window/profile-view-private.h"
#include "large-recording.h"

/* What is there while a large recording is opened, and what is left of it when it is cancelled. */

typedef struct
{
  HvMainWindow *window;
  HvDocument *document;
  HvProfileView *view;
  gboolean changed, settled;
  gboolean alone; /* nothing else was worked out before the first picture, or is */
} Test;

/* The overview waits for it. */
static void
hold_overview_cb (HvProfileView *view, Test *test)
{
  if (!test->changed)
    {
      test->alone = view->overview_due && !view->overviews && !view->prepares
                    && !view->profiles->shape;
      g_rw_lock_writer_lock (&view->profiles->lock);
    }
  test->changed = TRUE;
}

static Test
start_load (const char *path)
{
  static const HvProfileViewStart start;
  Test test = { .window = hv_main_window_new (NULL, &quiet_session, &start) };

  test.document = hv_main_window_get_document (test.window);
  test.view = hv_main_window_get_view (test.window);
  gtk_window_present (GTK_WINDOW (test.window));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (test.window));
  hv_main_window_open (test.window, (const char *const[]){ path, NULL }, HV_LOAD_ONE, NULL, NULL);
  return test;
}

static GtkWidget *
first_row_below (HvProfileView *view, const char *title)
{
  GtkWidget *heading = find_widget (GTK_WIDGET (view->summary_page), GTK_TYPE_LABEL, title);

  g_assert_nonnull (heading);
  GtkWidget *list = gtk_widget_get_next_sibling (gtk_widget_get_parent (heading));
  return gtk_widget_get_first_child (list);
}

static const char *
text_of (GtkWidget *row)
{
  GtkWidget *label = find_typed (row, GTK_TYPE_LABEL);

  return gtk_label_get_text (GTK_LABEL (label));
}

/* The flame graph and all that is known at once come first; the rest of the summary comes into its
 * place, and moves nothing. */
static void
test_large (void)
{
  g_autofree char *path = make_large_recording ();
  Test test = start_load (path);
  HvProfileView *view = test.view;
  double place[N_HEADINGS];

  g_signal_connect (view, "changed", G_CALLBACK (hold_overview_cb), &test);
  g_signal_connect (test.window, "settled", G_CALLBACK (settled_cb), &test.settled);
  while (!test.changed)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (test.alone);
  g_assert_nonnull (hv_profiles_get_consumers (view->profiles));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (test.window));

  g_assert_cmpint (hv_document_get_page (test.document), ==, HV_PAGE_VIEW);
  g_assert_cmpuint (view->scene->report.profile->n_nodes, >, CALL_PATHS);
  g_assert_true (hv_document_is_loading (test.document));
  g_assert_false (test.settled);
  g_assert_cmpuint (view->overview->ranking[HV_RANKING_PEAK].n_due, ==, 0);
  g_assert_cmpuint (view->overview->ranking[HV_RANKING_TOTAL].n_due, ==, 6);
  GtkWidget *peak = first_row_below (view, headings[1]),
            *total = first_row_below (view, headings[3]);
  g_assert_true (g_str_has_prefix (text_of (peak), "function"));
  g_assert_cmpstr (text_of (total), ==, "");
  g_assert_false (gtk_list_box_row_get_activatable (GTK_LIST_BOX_ROW (total)));
  for (guint i = 0; i < N_HEADINGS; i++)
    place[i] = top_of (find_widget (GTK_WIDGET (view->summary_page), GTK_TYPE_LABEL, headings[i]),
                       view);
  guint n_findings = view->overview->n_findings;

  g_rw_lock_writer_unlock (&view->profiles->lock);
  while (!test.settled)
    g_main_context_iteration (NULL, TRUE);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (test.window));
  g_assert_false (hv_document_is_loading (test.document));
  g_assert_cmpuint (view->overview->ranking[HV_RANKING_TOTAL].n_due, ==, 0);
  g_assert_cmpuint (view->overview->n_findings, ==, n_findings);
  g_assert_true (first_row_below (view, headings[3]) == total);
  g_assert_true (g_str_has_prefix (text_of (total), "function"));
  g_assert_true (gtk_list_box_row_get_activatable (GTK_LIST_BOX_ROW (total)));
  g_assert_nonnull (find_widget (GTK_WIDGET (view->summary_page), GTK_TYPE_BUTTON, "All 40 Sites"));
  for (guint i = 0; i < N_HEADINGS; i++)
    g_assert_cmpfloat (
        top_of (find_widget (GTK_WIDGET (view->summary_page), GTK_TYPE_LABEL, headings[i]), view),
        ==, place[i]);

  /* at last what a click into the timeline is answered with */
  wait_until (view->prepares || view->profiles->shape);
  wait_until (!view->prepares);
  g_assert_nonnull (view->profiles->shape);

  /* and leads where it says */
  const HvScene *scene = view->scene;
  g_signal_emit_by_name (gtk_widget_get_parent (total), "row-activated", total);
  scene = wait_for_another (view, scene);
  g_assert_cmpint (scene->report.metric, ==, HV_METRIC_TOTAL_BYTES);
  g_assert_cmpstr (
      hv_tree_short_label (scene->report.tree, hv_flame_graph_get_selected (view->flame)), ==,
      text_of (total));
  gtk_window_destroy (GTK_WINDOW (test.window));
  g_unlink (path);
}

/* While the file is read, and when it is read but not drawn yet: gone at once, and another one can
 * be opened in its place. */
static void
test_cancel (void)
{
  g_autofree char *path = make_large_recording ();
  g_autofree char *small = g_test_build_filename (G_TEST_DIST, "base.heap", NULL);

  for (guint drawn = 0; drawn <= 1; drawn++)
    {
      Test test = start_load (path);
      g_signal_connect (test.window, "settled", G_CALLBACK (settled_cb), &test.settled);
      while (drawn && !test.view->profiles)
        g_main_context_iteration (NULL, TRUE);
      g_assert_cmpint (hv_document_get_page (test.document), ==, HV_PAGE_LOADING);
      g_assert_true (hv_document_is_loading (test.document));

      gtk_widget_activate_action (GTK_WIDGET (test.window), "win.cancel", NULL);
      g_assert_cmpint (hv_document_get_page (test.document), ==, HV_PAGE_START);
      g_assert_true (test.settled);
      g_assert_true (hv_main_window_has_failed (test.window));
      g_assert_false (hv_document_is_loading (test.document));
      g_assert_null (test.view->profiles);

      hv_main_window_open (test.window, (const char *const[]){ small, NULL }, HV_LOAD_ONE, NULL,
                           NULL);
      while (hv_document_is_loading (test.document) || test.view->n_asked)
        g_main_context_iteration (NULL, TRUE);
      g_assert_cmpint (hv_document_get_page (test.document), ==, HV_PAGE_VIEW);
      g_assert_cmpstr (test.view->scene->report.profile->format, ==, "jemalloc");
      gtk_window_destroy (GTK_WINDOW (test.window));
    }
  g_unlink (path);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  hv_window_register_resource ();

  g_test_add_func ("/loading/large", test_large);
  g_test_add_func ("/loading/cancel", test_cancel);
  return g_test_run ();
}
