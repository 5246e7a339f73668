/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "importers/symbols/rules.h"
#include "viewer/widgets/labels.h"
#include "viewer/widgets/text-cache.h"
#include "viewer/window/document.h"
#include "viewer/window/main-window-private.h"
#include "viewer/window/profile-view-private.h"
#include "viewer/window/view-shot.h"
#include "window-tests.h"

/* Odd sequences: what goes while it is still needed, comes late, or is empty. */

static const HvProfileViewStart start;
static char *base, *current;

static HvMainWindow *
open_both (void)
{
  HvMainWindow *window = open_window ((const char *const[]){ base, NULL }, HV_LOAD_ONE);

  hv_main_window_open (window, (const char *const[]){ current, NULL }, HV_LOAD_ONE, NULL, NULL);
  wait_until (!hv_main_window_is_loading (window));
  return window;
}

static void
act (HvMainWindow *window, const char *action)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (window), action, NULL));
}

/* Of two equal files nothing grew: there is no box to zoom out from. */
static void
test_empty_graph (void)
{
  HvMainWindow *window = open_window ((const char *const[]){ base, base, NULL }, HV_LOAD_DIFF);
  HvFlameGraph *graph = hv_profile_view_get_flame_graph (hv_main_window_get_view (window));
  double scale, left;

  g_assert_cmpuint (hv_flame_graph_get_layout (graph)->n_boxes, ==, 0);
  act (window, "win.zoom-in");
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  act (window, "win.zoom-reset");
  hv_flame_graph_get_viewport (graph, &scale, &left);
  g_assert_cmpfloat (scale, ==, 1);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Taking the last chip away is a step, as putting it there was. */
static void
test_undo_of_removal (void)
{
  HvMainWindow *window = open_window ((const char *const[]){ current, NULL }, HV_LOAD_ONE);
  HvProfileView *view = hv_main_window_get_view (window);
  const HvScene *scene = hv_profile_view_get_scene (view);

  g_assert_false (hv_profile_view_undo (view, -1));
  hv_flame_graph_select (hv_profile_view_get_flame_graph (view), find (scene, "handle"));
  g_assert_true (hv_profile_view_transform (view, HV_TRANSFORM_DROP));
  scene = wait_for_another (view, scene);
  g_assert_cmpuint (scene->question.options.transforms->len, ==, 1);

  GtkWidget *remove = chip (view, "×");
  g_assert_nonnull (remove);
  g_signal_emit_by_name (remove, "clicked");
  scene = wait_for_another (view, scene);
  g_assert_null (scene->question.options.transforms);

  g_assert_true (hv_profile_view_undo (view, -1));
  scene = wait_for_another (view, scene);
  g_assert_cmpuint (scene->question.options.transforms->len, ==, 1);
  g_assert_true (hv_profile_view_undo (view, -1));
  scene = wait_for_another (view, scene);
  g_assert_null (scene->question.options.transforms);
  g_assert_false (hv_profile_view_undo (view, -1));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* What the files before had to say comes late: what is shown is of those now. */
static void
test_replaced_twice (void)
{
  HvMainWindow *window = open_window ((const char *const[]){ current, NULL }, HV_LOAD_ONE);
  HvProfileView *view = hv_main_window_get_view (window);
  g_autoptr (HvProfiles) first = hv_profiles_new (make_profile (TRUE), NULL);
  g_autoptr (HvProfiles) second = hv_profiles_new (make_profile (FALSE), NULL);
  HvOverview *before = view->overview;

  g_assert_nonnull (before);
  g_rw_lock_writer_lock (&first->lock);
  hv_profile_view_replace (view, first);
  hv_profile_view_replace (view, second);
  wait_until (view->scene->profiles == second && view->overviews == 1);
  g_assert_cmpint (view->overview->ranking[HV_RANKING_LIVE].whole, ==, 60 * 1000);
  g_rw_lock_writer_unlock (&first->lock);
  wait_until (!view->changed_waits && view->overviews == 0);
  g_assert_cmpint (view->overview->ranking[HV_RANKING_LIVE].whole, ==, 60 * 1000);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* What the file of now does not have is not asked of it. */
static void
test_replaced_by_less (void)
{
  HvMainWindow *window = open_window ((const char *const[]){ current, NULL }, HV_LOAD_ONE);
  HvProfileView *view = hv_main_window_get_view (window);
  g_autoptr (HvProfiles) profiles = hv_profiles_new (make_profile (TRUE), NULL);

  view->question.at = 300;
  view->question.metric = HV_METRIC_TOTAL_BYTES;
  hv_profile_view_replace (view, profiles);
  wait_until (!view->asks);
  g_assert_true (view->scene->profiles == profiles);
  g_assert_cmpuint (view->scene->question.at, ==, HV_AT_END);
  g_assert_cmpint (view->scene->question.metric, ==, HV_METRIC_LIVE_BYTES);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* A tab that is closed between the load and its first picture has no state to keep. */
static void
test_closed_before_shown (void)
{
  HvProfileView *view = g_object_ref_sink (g_object_new (HV_TYPE_PROFILE_VIEW, NULL));
  g_autoptr (HvProfiles) profiles = hv_profiles_new (make_profile (TRUE), NULL);

  g_assert_true (hv_profile_view_open (view, profiles, &start, NULL));
  hv_profile_view_close (view);
  g_assert_null (hv_profile_view_print_state (view, FALSE));
  wait_until (!hv_profile_view_is_busy (view));
  g_assert_null (view->scene);
  g_object_unref (view);
}

/* Of the questions of a key that is held, those that nobody sees the answer of are not worked out.
 */
static void
test_many_questions (void)
{
  HvMainWindow *window = open_window ((const char *const[]){ current, NULL }, HV_LOAD_ONE);
  HvProfileView *view = hv_main_window_get_view (window);
  GRWLock *lock = &view->profiles->lock;

  g_rw_lock_writer_lock (lock);
  for (guint i = 0; i < 25; i++)
    hv_profile_view_invert (view);
  g_assert_cmpuint (view->n_asked, <=, 2);
  g_assert_true (hv_profile_view_is_busy (view));
  g_rw_lock_writer_unlock (lock);
  wait_until (!view->asks);
  g_assert_true (view->scene->question.options.bottom_up);
  wait_until (!hv_profile_view_is_busy (view));
  g_assert_true (view->scene->question.options.bottom_up);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* The last tab of a window can be moved to another, and the window with it: what belongs to the tab
 * goes along. */
static void
test_symbols_of_moved_tab (void)
{
  HvMainWindow *window = open_both ();
  HvDocument *document = hv_main_window_get_document (window);
  HvSymbolsWindow *symbols = hv_document_show_symbols (document);
  gtk_window_close (GTK_WINDOW (symbols));
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (symbols)));

  act (window, "win.detach-tab");
  HvMainWindow *other = HV_MAIN_WINDOW (gtk_widget_get_root (GTK_WIDGET (document)));
  g_assert_true (other != window);
  gtk_window_destroy (GTK_WINDOW (window));

  symbols = hv_document_show_symbols (document);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (symbols)));
  g_assert_true (gtk_window_get_transient_for (GTK_WINDOW (symbols)) == GTK_WINDOW (other));
  gtk_window_destroy (GTK_WINDOW (other));
}

static gboolean
can (HvMainWindow *window, const char *action)
{
  AdwTabView *tabs = hv_main_window_get_tabs (window);
  int n = adw_tab_view_get_n_pages (tabs);

  gtk_widget_activate_action (GTK_WIDGET (window), action, NULL);
  return adw_tab_view_get_n_pages (tabs) != n;
}

/* A tab that is moved into a window counts there as if it had been opened there. */
static void
test_tabs_of_target (void)
{
  HvMainWindow *window = open_both ();
  HvMainWindow *other = open_window ((const char *const[]){ base, NULL }, HV_LOAD_ONE);
  AdwTabView *from = hv_main_window_get_tabs (window), *to = hv_main_window_get_tabs (other);

  g_assert_false (can (other, "win.detach-tab"));
  adw_tab_view_transfer_page (from, adw_tab_view_get_nth_page (from, 0), to, 0);
  g_assert_cmpint (adw_tab_view_get_n_pages (to), ==, 2);
  act (other, "win.close-other-tabs");
  g_assert_cmpint (adw_tab_view_get_n_pages (to), ==, 1);
  gtk_window_destroy (GTK_WINDOW (other));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* The rules are those of everything that is open. */
static void
test_rules_of_other_tabs (void)
{
  HvMainWindow *window = open_both ();
  AdwTabView *tabs = hv_main_window_get_tabs (window);
  HvDocument *other = HV_DOCUMENT (adw_tab_page_get_child (adw_tab_view_get_nth_page (tabs, 0)));
  HvProfileView *view = hv_document_get_view (other);

  g_assert_true (hv_main_window_get_document (window) != other);
  act (window, "win.reload-rules");
  g_assert_true (view->asks);
  wait_for_another (view, view->scene);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* So they are of what is being loaded, though its thread may have had the old ones. */
static void
test_rules_while_loading (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "cur.heap", NULL);
  g_autofree char *rules = hv_rules_folder ();
  g_autofree char *file = g_build_filename (rules, "loading.rules", NULL);
  HvMainWindow *window = hv_main_window_new (NULL, &quiet_session, &start);
  gboolean done = FALSE;

  g_signal_connect (window, "settled", G_CALLBACK (settled_cb), &done);
  gtk_window_present (GTK_WINDOW (window));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  hv_main_window_open (window, (const char *const[]){ path, NULL }, HV_LOAD_ONE, NULL, NULL);
  /* the thread is through with it, the window has not heard of it yet */
  g_usleep (G_USEC_PER_SEC / 2);
  g_assert_cmpint (g_mkdir_with_parents (rules, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "[plumbing]\n=cache_insert\n", -1, NULL));
  act (window, "win.reload-rules");
  wait_until (done);

  const HvProfile *profile = hv_main_window_get_view (window)->profiles->current;
  gboolean found = FALSE;
  for (uint32_t i = 0; i < profile->n_frames; i++)
    if (g_str_equal (hv_profile_string (profile, profile->frame[i].function), "cache_insert"))
      {
        g_assert_cmpint (profile->frame_category[i], ==, HV_CATEGORY_PLUMBING);
        found = TRUE;
      }
  g_assert_true (found);
  g_assert_cmpint (g_remove (file), ==, 0);
  act (window, "win.reload-rules");
  gtk_window_destroy (GTK_WINDOW (window));
}

/* A diff has no sites of its own: what is shown in their place has its tab, and is what is
 * exported. */
static void
test_sites_of_diff (void)
{
  HvMainWindow *window = open_diff (&start);
  HvProfileView *view = hv_main_window_get_view (window);
  gboolean table;

  act (window, "win.sites");
  g_assert_cmpint (hv_profile_view_get_page (view), ==, HV_VIEW_PAGE_TABLE);
  g_autofree char *name = hv_view_shot_offer (view, &table);
  g_autoptr (HvViewShot) shot = hv_view_shot_new (view);
  g_assert_cmpstr (name, ==, "base.heap-cur.heap");
  g_assert_true (table);
  g_assert_true (hv_view_shot_is_table (shot));
  act (window, "win.flame");
  g_autofree char *again = hv_view_shot_offer (view, &table);
  g_assert_false (table);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Of two dumps of one second, too, the older is the base. */
static void
test_same_second (void)
{
  g_autofree char *folder = g_dir_make_tmp ("heapview-test-XXXXXX", NULL);
  g_autofree char *older = g_build_filename (folder, "older.heap", NULL);
  g_autofree char *newer = g_build_filename (folder, "newer.heap", NULL);
  g_autoptr (GFile) a = g_file_new_for_path (newer), b = g_file_new_for_path (older);
  g_autoptr (GFile) from = g_file_new_for_path (base);
  const struct timespec first[] = { { 1700000000, 100000000 }, { 1700000000, 100000000 } };
  const struct timespec second[] = { { 1700000000, 900000000 }, { 1700000000, 900000000 } };

  g_assert_true (g_file_copy (from, a, G_FILE_COPY_NONE, NULL, NULL, NULL, NULL));
  g_assert_true (g_file_copy (from, b, G_FILE_COPY_NONE, NULL, NULL, NULL, NULL));
  g_assert_cmpint (utimensat (AT_FDCWD, older, first, 0), ==, 0);
  g_assert_cmpint (utimensat (AT_FDCWD, newer, second, 0), ==, 0);
  HvMainWindow *window = hv_main_window_new (NULL, &quiet_session, &start);
  hv_main_window_compare_by_age (window, a, b);
  wait_until (!hv_main_window_is_loading (window));
  g_assert_cmpstr (gtk_window_get_title (GTK_WINDOW (window)), ==,
                   "newer.heap compared with older.heap");
  gtk_window_destroy (GTK_WINDOW (window));
  g_unlink (older);
  g_unlink (newer);
  g_rmdir (folder);
}

/* --- hostile files --- */

static char *
write_file (const char *folder, const char *name, const char *text)
{
  char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

/* What GTK warns of fails the test. */
static void
test_unit_is_no_markup (void)
{
  static const char format[] =
      "{\"dhatFileVersion\": 2, \"mode\": \"ad-hoc\", \"verb\": \"Allocated\", \"bklt\": false,"
      " \"bkacc\": false, \"tu\": \"instrs\", \"Mtu\": \"Minstr\", \"bsu\": \"<i>&\","
      " \"bksu\": \"</b>\", \"cmd\": \"%s\", \"pid\": 1, \"te\": 1000,"
      " \"ftbl\": [\"[root]\", \"0x1: f (a.c:1)\", \"0x2: main (a.c:2)\"],"
      " \"pps\": [{\"tb\": %d, \"tbk\": 5, \"fs\": [1, 2]}, {\"tb\": 500, \"tbk\": 5, \"fs\": "
      "[2]}]}";
  g_autofree char *folder = g_dir_make_tmp ("heapview-test-XXXXXX", NULL);
  g_autofree char *arguments = g_strnfill (20000, 'x');
  g_autofree char *before = g_strdup_printf (format, "./run", 1000);
  g_autofree char *after = g_strdup_printf (format, arguments, 9000);
  g_autofree char *first = write_file (folder, "first.json", before);
  g_autofree char *second = write_file (folder, "second.json", after);

  HvMainWindow *window = open_window ((const char *const[]){ first, second, NULL }, HV_LOAD_DIFF);
  g_assert_nonnull (find_widget (GTK_WIDGET (window), GTK_TYPE_LABEL, "+8\u202f000 <i>&"));
  gtk_window_destroy (GTK_WINDOW (window));

  window = open_window_at_first ((const char *const[]){ second, NULL }, HV_LOAD_ONE, &start);
  g_assert_nonnull (find_widget (GTK_WIDGET (window), GTK_TYPE_LABEL, "94.7\u00a0% of all units"));
  /* no label breaks a long command into lines */
  GtkWidget *command = find_widget (GTK_WIDGET (window), GTK_TYPE_LABEL, "xxxx");
  g_assert_cmpint (g_utf8_strlen (gtk_label_get_text (GTK_LABEL (command)), -1), <=, 2000);
  gtk_window_destroy (GTK_WINDOW (window));
  g_unlink (first);
  g_unlink (second);
  g_rmdir (folder);
}

static void
test_label_cut (void)
{
  g_autofree char *same = hv_label_cut ("größe", 5), *less = hv_label_cut ("größen", 5);
  g_autofree char *none = hv_label_cut ("", 5);

  g_assert_cmpstr (same, ==, "größe");
  g_assert_cmpstr (less, ==, "größ…");
  g_assert_cmpstr (none, ==, "");
}

/* The dots are the one text more that makes it forget all. */
static void
test_text_cache (void)
{
  g_autoptr (GtkWidget) widget = g_object_ref_sink (gtk_label_new (NULL));
  HvTextCache *cache = hv_text_cache_new (gtk_widget_get_pango_context (widget));
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autofree char *large = g_strnfill (1 << 20, 'm');
  const GdkRGBA color = { 0, 0, 0, 1 };

  for (guint i = 1; i < 20000; i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);
      hv_text_cache_width (cache, text, FALSE);
    }
  float used = hv_text_cache_append (cache, snapshot, "a name that is too long for its box", FALSE,
                                     &color, 0, 0, 100);
  g_assert_cmpfloat (used, >, 50);
  g_assert_cmpfloat (used, <=, 100);
  used = hv_text_cache_append (cache, snapshot, large, FALSE, &color, 0, 0, 100);
  g_assert_cmpfloat (used, >, 50);
  g_assert_cmpfloat (used, <=, 100);
  hv_text_cache_free (cache);
}

static void
activate_cb (GtkApplication *application, const char *path)
{
  HvMainWindow *window = hv_main_window_new (application, &quiet_session, &start);

  hv_main_window_open (window, (const char *const[]){ base, current, NULL }, HV_LOAD_DIFF, NULL,
                       NULL);
  wait_until (!hv_main_window_is_loading (window));
  hv_main_window_export (window, path);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Who exports and leaves has the file. */
static void
test_export_and_close (void)
{
  g_autofree char *folder = g_dir_make_tmp ("heapview-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "late.png", NULL);
  g_autoptr (AdwApplication) application = adw_application_new (NULL, G_APPLICATION_NON_UNIQUE);

  g_signal_connect (application, "activate", G_CALLBACK (activate_cb), path);
  g_assert_cmpint (g_application_run (G_APPLICATION (application), 0, NULL), ==, 0);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  hv_window_register_resource ();
  base = g_test_build_filename (G_TEST_DIST, "base.heap", NULL);
  current = g_test_build_filename (G_TEST_DIST, "cur.heap", NULL);
  g_test_add_func ("/odd/empty-graph", test_empty_graph);
  g_test_add_func ("/odd/undo-of-removal", test_undo_of_removal);
  g_test_add_func ("/odd/replaced-twice", test_replaced_twice);
  g_test_add_func ("/odd/replaced-by-less", test_replaced_by_less);
  g_test_add_func ("/odd/closed-before-shown", test_closed_before_shown);
  g_test_add_func ("/odd/many-questions", test_many_questions);
  g_test_add_func ("/odd/symbols-of-moved-tab", test_symbols_of_moved_tab);
  g_test_add_func ("/odd/tabs-of-target", test_tabs_of_target);
  g_test_add_func ("/odd/rules-of-other-tabs", test_rules_of_other_tabs);
  g_test_add_func ("/odd/rules-while-loading", test_rules_while_loading);
  g_test_add_func ("/odd/sites-of-diff", test_sites_of_diff);
  g_test_add_func ("/odd/same-second", test_same_second);
  g_test_add_func ("/odd/unit-is-no-markup", test_unit_is_no_markup);
  g_test_add_func ("/odd/label-cut", test_label_cut);
  g_test_add_func ("/odd/text-cache", test_text_cache);
  g_test_add_func ("/odd/export-and-close", test_export_and_close);
  return g_test_run ();
}
