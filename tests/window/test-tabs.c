/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "viewer/widgets/source-pane.h"
#include "viewer/window/comparable.h"
#include "viewer/window/compare-dialog.h"
#include "viewer/window/document.h"
#include "window-tests.h"

static const HvProfileViewStart start;
static char *base, *current;

/* A window with both of the examples open, the second selected; the display's only one. */
static HvMainWindow *
open_both (void)
{
  HvMainWindow *window = open_window ((const char *const[]){ base, NULL }, HV_LOAD_ONE);

  hv_main_window_open (window, (const char *const[]){ current, NULL }, HV_LOAD_ONE, NULL, NULL);
  wait_until (!hv_main_window_is_loading (window));
  hv_profile_view_show_page (hv_main_window_get_view (window), HV_VIEW_PAGE_FLAME);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  return window;
}

static int
n_tabs (HvMainWindow *window)
{
  return adw_tab_view_get_n_pages (hv_main_window_get_tabs (window));
}

static AdwTabPage *
nth_page (HvMainWindow *window, int n)
{
  return adw_tab_view_get_nth_page (hv_main_window_get_tabs (window), n);
}

static HvDocument *
nth (HvMainWindow *window, int n)
{
  return HV_DOCUMENT (adw_tab_page_get_child (nth_page (window, n)));
}

static gboolean
is_selected (HvMainWindow *window, int n)
{
  return hv_main_window_get_document (window) == nth (window, n);
}

static const char *
title (HvMainWindow *window)
{
  return gtk_window_get_title (GTK_WINDOW (window));
}

/* --- tabs --- */

/* The start page's tab is used; each further file has its own; what is open is not opened twice. */
static void
test_open (void)
{
  HvMainWindow *window = open_both ();

  g_assert_cmpint (n_tabs (window), ==, 2);
  g_assert_true (is_selected (window, 1));
  g_assert_cmpstr (title (window), ==, "cur.heap");
  g_assert_cmpstr (adw_tab_page_get_title (nth_page (window, 0)), ==, "base.heap");
  g_assert_cmpstr (adw_tab_page_get_tooltip (nth_page (window, 0)), ==, base);
  g_assert_false (adw_tab_page_get_loading (nth_page (window, 1)));

  HvProfileView *view = hv_document_get_view (nth (window, 0));
  const HvScene *scene = hv_profile_view_get_scene (view);
  hv_main_window_open (window, (const char *const[]){ base, NULL }, HV_LOAD_ONE, NULL, NULL);
  g_assert_cmpint (n_tabs (window), ==, 2);
  g_assert_true (is_selected (window, 0));
  g_assert_false (hv_main_window_is_loading (window));
  g_assert_true (hv_profile_view_get_scene (view) == scene);
  g_assert_cmpstr (title (window), ==, "base.heap");

  /* a file that fails has a tab, which the next one takes */
  hv_main_window_open (window, (const char *const[]){ "/nonexistent/heap", NULL }, HV_LOAD_ONE,
                       NULL, NULL);
  wait_until (!hv_main_window_is_loading (window));
  g_assert_cmpint (n_tabs (window), ==, 3);
  g_assert_true (hv_main_window_has_failed (window));
  g_assert_cmpint (hv_document_get_page (hv_main_window_get_document (window)), ==, HV_PAGE_ERROR);
  hv_main_window_open (window, (const char *const[]){ base, current, NULL }, HV_LOAD_DIFF, NULL,
                       NULL);
  wait_until (!hv_main_window_is_loading (window));
  g_assert_cmpint (n_tabs (window), ==, 3);
  g_assert_cmpstr (title (window), ==, "cur.heap compared with base.heap");
  g_assert_nonnull (hv_document_get_scene (hv_main_window_get_document (window))->diff);
  g_assert_true (hv_profile_view_get_scene (view) == scene);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* A file that was written to since is read again; the selection stays. */
static void
test_changed (void)
{
  g_autofree char *folder = g_dir_make_tmp ("heapview-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "a.heap", NULL);
  g_autofree char *old = NULL, *new = NULL;
  gsize old_size, new_size;

  g_assert_true (g_file_get_contents (base, &old, &old_size, NULL));
  g_assert_true (g_file_get_contents (current, &new, &new_size, NULL));
  g_assert_true (g_file_set_contents (path, old, (gssize) old_size, NULL));
  const char *const files[] = { path, NULL };
  HvMainWindow *window = open_window (files, HV_LOAD_ONE);
  HvProfileView *view = hv_main_window_get_view (window);
  HvFlameGraph *graph = hv_profile_view_get_flame_graph (view);
  const HvScene *scene = hv_profile_view_get_scene (view);
  int64_t before = scene->report.tree->total[HV_SIDE_CURRENT];
  hv_flame_graph_select (graph, find (scene, "rt_poll"));
  hv_document_start_search (hv_main_window_get_document (window));

  g_assert_true (g_file_set_contents (path, new, (gssize) new_size, NULL));
  hv_main_window_open (window, files, HV_LOAD_ONE, NULL, NULL);
  g_assert_true (hv_main_window_is_loading (window));
  g_assert_true (adw_tab_page_get_loading (nth_page (window, 0)));
  wait_until (!hv_main_window_is_loading (window));
  g_assert_cmpint (n_tabs (window), ==, 1);
  scene = hv_profile_view_get_scene (view);
  g_assert_cmpint (scene->report.tree->total[HV_SIDE_CURRENT], >, before);
  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, find (scene, "rt_poll"));

  /* gone by now, it is not read again with success: what is open stays open */
  g_unlink (path);
  hv_main_window_open (window, files, HV_LOAD_ONE, NULL, NULL);
  wait_until (!hv_main_window_is_loading (window));
  g_assert_true (hv_main_window_has_failed (window));
  g_assert_true (hv_document_get_scene (hv_main_window_get_document (window)) == scene);
  gtk_window_destroy (GTK_WINDOW (window));
  g_rmdir (folder);
}

/* Each tab keeps its own search, and its actions. */
static void
test_follow (void)
{
  HvMainWindow *window = open_both ();
  GtkToggleButton *search = GTK_TOGGLE_BUTTON (
      find_widget (GTK_WIDGET (window), GTK_TYPE_TOGGLE_BUTTON, "Search"));

  gtk_widget_activate_action (GTK_WIDGET (window), "win.search", NULL);
  g_assert_true (gtk_toggle_button_get_active (search));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.new-tab", NULL);
  g_assert_cmpint (n_tabs (window), ==, 3);
  g_assert_cmpstr (title (window), ==, "heapview");
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (search)));
  g_assert_false (gtk_toggle_button_get_active (search));
  g_assert_cmpint (hv_document_get_page (nth (window, 2)), ==, HV_PAGE_START);
  press (window, GDK_KEY_i); /* inert here */
  adw_tab_view_set_selected_page (hv_main_window_get_tabs (window), nth_page (window, 1));
  g_assert_true (gtk_toggle_button_get_active (search));
  g_assert_true (press (window, GDK_KEY_Escape));
  g_assert_false (gtk_toggle_button_get_active (search));

  /* a question asked of one is not asked of the other */
  const HvScene *scenes[] = { hv_document_get_scene (nth (window, 0)),
                              hv_document_get_scene (nth (window, 1)) };
  press (window, GDK_KEY_i);
  wait_for_another (hv_document_get_view (nth (window, 1)), scenes[1]);
  g_assert_true (hv_document_get_scene (nth (window, 1))->report.tree->options.bottom_up);
  g_assert_true (hv_document_get_scene (nth (window, 0)) == scenes[0]);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* GNOME's keys. */
static void
test_keys (void)
{
  if (!have_hands ())
    return;
  HvMainWindow *window = open_both ();
  GtkWindow *keyboard = GTK_WINDOW (window);
  static const struct
  {
    const char *key;
    int selected;
  } moves[] = { { "ctrl+Page_Up", 1 },   { "ctrl+Page_Down", 2 }, { "ctrl+Tab", 0 },
                { "ctrl+shift+Tab", 2 }, { "alt+1", 0 },          { "alt+3", 2 } };

  keys (keyboard, "ctrl+t");
  wait_until (n_tabs (window) == 3 && is_selected (window, 2));
  for (guint i = 0; i < G_N_ELEMENTS (moves); i++)
    {
      keys (keyboard, moves[i].key);
      wait_until (is_selected (window, moves[i].selected));
    }
  keys (keyboard, "ctrl+w");
  wait_until (n_tabs (window) == 2);
  keys (keyboard, "ctrl+w");
  wait_until (n_tabs (window) == 1);
  g_assert_cmpstr (title (window), ==, "base.heap");
  gpointer weak = window;
  g_object_add_weak_pointer (G_OBJECT (window), &weak);
  keys (keyboard, "ctrl+w");
  wait_until (!weak);
}

static gboolean
has_focus (HvMainWindow *window, GtkWidget *within)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window));

  return focus && gtk_widget_is_ancestor (focus, within);
}

/* --- loading behind another tab --- */

/* It ends there, and its tab says so; the flame graph waits for the keys. */
static void
test_background (void)
{
  HvMainWindow *window = open_window ((const char *const[]){ base, NULL }, HV_LOAD_ONE);

  hv_main_window_open (window, (const char *const[]){ current, NULL }, HV_LOAD_ONE, NULL, NULL);
  g_assert_true (adw_tab_page_get_loading (nth_page (window, 1)));
  adw_tab_view_set_selected_page (hv_main_window_get_tabs (window), nth_page (window, 0));
  wait_until (!hv_main_window_is_loading (window));
  g_assert_true (is_selected (window, 0));
  g_assert_cmpstr (title (window), ==, "base.heap");
  g_assert_true (adw_tab_page_get_needs_attention (nth_page (window, 1)));
  g_assert_cmpint (hv_document_get_page (nth (window, 1)), ==, HV_PAGE_VIEW);
  GtkWidget *views[2];
  for (int i = 0; i < 2; i++)
    views[i] = GTK_WIDGET (hv_document_get_view (nth (window, i)));
  g_assert_true (has_focus (window, views[0]));
  adw_tab_view_set_selected_page (hv_main_window_get_tabs (window), nth_page (window, 1));
  g_assert_false (adw_tab_page_get_needs_attention (nth_page (window, 1)));
  g_assert_true (has_focus (window, views[1]));
  gtk_window_destroy (GTK_WINDOW (window));
}

static guint
n_files_in (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (dir && g_dir_read_name (dir))
    n++;
  return n;
}

/* A dump that is still being written to a pipe: its tab is closed, the load cancelled, or the
 * window closed. Nothing is read any more, and nothing is left. */
static void
test_cancel (void)
{
  static const char some[] = "heap_v2/524288\n  t*: 1: 10 [0: 0]\n";
  enum
  {
    CLOSE_TAB,
    CANCEL,
    CLOSE_WINDOW,
    N_WAYS
  };
  g_autofree char *folder = g_dir_make_tmp ("heapview-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "pipe", NULL);
  const char *const files[] = { path, NULL };
  HvMainWindow *window = open_window ((const char *const[]){ base, NULL }, HV_LOAD_ONE);
  guint before = n_files_in (g_get_tmp_dir ());

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  for (guint way = 0; way < N_WAYS; way++)
    {
      hv_main_window_open (window, files, HV_LOAD_ONE, NULL, NULL);
      g_assert_cmpint (n_tabs (window), ==, 2);
      gpointer document = hv_main_window_get_document (window);
      g_object_add_weak_pointer (document, &document);
      int pipe = g_open (path, O_WRONLY | O_CLOEXEC, 0); /* waits for the reader */
      g_assert_cmpint (write (pipe, some, sizeof some - 1), ==, sizeof some - 1);
      g_assert_true (hv_main_window_is_loading (window));
      if (way == CLOSE_TAB)
        adw_tab_view_close_page (hv_main_window_get_tabs (window), nth_page (window, 1));
      else if (way == CANCEL)
        press (window, GDK_KEY_Escape);
      else
        gtk_window_destroy (GTK_WINDOW (window));
      GPollFD end = { .fd = pipe };
      while (!(end.revents & G_IO_ERR)) /* the reader is gone */
        g_poll (&end, 1, -1);
      wait_until (!document);
      close (pipe);
      if (way == CLOSE_WINDOW)
        break;
      g_assert_cmpint (n_tabs (window), ==, 1);
      g_assert_true (is_selected (window, 0));
      g_assert_nonnull (hv_document_get_scene (nth (window, 0)));
    }

  /* nobody writes to it at all */
  window = open_window ((const char *const[]){ base, NULL }, HV_LOAD_ONE);
  hv_main_window_open (window, files, HV_LOAD_ONE, NULL, NULL);
  g_assert_true (hv_main_window_is_loading (window));
  press (window, GDK_KEY_Escape);
  wait_until (!hv_main_window_is_loading (window));
  gtk_window_destroy (GTK_WINDOW (window));

  g_unlink (path);
  g_assert_cmpuint (n_files_in (g_get_tmp_dir ()), ==, before);
  g_rmdir (folder);
}

static void
startup_cb (GApplication *application)
{
}

/* How a closed profile was looked at may still be on its way there. */
static void
remove_store (const char *folder, const char *path)
{
  static const char *const endings[] = { "", "-wal", "-shm" };

  do
    for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
      {
        g_autofree char *file = g_strconcat (path, endings[i], NULL);
        g_unlink (file);
      }
  while (g_rmdir (folder) != 0);
}

/* What was closed while it was loading is not in the store; what was loaded is. */
static void
test_store (void)
{
  g_autofree char *folder = g_dir_make_tmp ("heapview-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "store.db", NULL);
  const HvSession session = { .store_path = path, .import = { .no_symbols = FALSE } };
  g_autoptr (GtkApplication)
      application = gtk_application_new ("org.heapview.Test", G_APPLICATION_NON_UNIQUE);
  g_autoptr (GError) error = NULL;

  g_signal_connect (application, "activate", G_CALLBACK (startup_cb), NULL);
  g_application_register (G_APPLICATION (application), NULL, &error);
  g_assert_no_error (error);
  HvMainWindow *window = hv_main_window_new (application, &session, &start);
  gtk_window_present (GTK_WINDOW (window));
  hv_main_window_open (window, (const char *const[]){ base, NULL }, HV_LOAD_ONE, NULL, NULL);
  wait_until (!hv_main_window_is_loading (window));
  hv_main_window_open (window, (const char *const[]){ current, NULL }, HV_LOAD_ONE, NULL, NULL);
  gpointer document = hv_main_window_get_document (window);
  g_object_add_weak_pointer (document, &document);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.close-tab", NULL);
  g_assert_cmpint (n_tabs (window), ==, 1);
  wait_until (!document);

  /* the first is stored in the background */
  g_autoptr (GPtrArray) stored = NULL;
  do
    {
      g_autoptr (HvStore) store = hv_session_store (&session, &error);
      g_assert_no_error (error);
      g_clear_pointer (&stored, g_ptr_array_unref);
      stored = hv_store_list (store, 10, &error);
      g_assert_no_error (error);
      g_main_context_iteration (NULL, FALSE);
    }
  while (stored->len == 0);
  g_assert_cmpuint (stored->len, ==, 1);
  g_assert_cmpstr (((const HvStored *) g_ptr_array_index (stored, 0))->location, ==, base);
  gtk_window_destroy (GTK_WINDOW (window));
  remove_store (folder, path);
}

/* --- comparing --- */

static const HvComparable *
nth_comparable (GPtrArray *list, guint n)
{
  return g_ptr_array_index (list, n);
}

/* Another that is open goes before all else, then the same program. */
static void
test_likely (void)
{
  g_autoptr (GPtrArray) list = hv_comparables_new ();

  hv_comparables_add (list, current, "/usr/bin/server --port 80", 0, HV_COMPARABLE_OPEN);
  g_assert_null (hv_comparables_add (list, "/nowhere/x.heap", NULL, 0, HV_COMPARABLE_RECENT));
  hv_comparables_add (list, "/nowhere/other.heap", "editor", 3, HV_COMPARABLE_STORED);
  g_assert_null (hv_comparables_find_base (list, nth_comparable (list, 0)));
  hv_comparables_add (list, "/nowhere/same.heap", "/opt/server", 4, HV_COMPARABLE_STORED);
  g_assert_true (hv_comparables_find_base (list, nth_comparable (list, 0))
                 == nth_comparable (list, 2));
  g_assert_true (nth_comparable (list, 2)->gone);
  hv_comparables_add (list, base, "editor", 0, HV_COMPARABLE_OPEN);
  g_assert_true (hv_comparables_find_base (list, nth_comparable (list, 0))
                 == nth_comparable (list, 1));
  g_assert_cmpstr (nth_comparable (list, 1)->path, ==, base);

  /* dumps that tell no program are alike by their names but for the numbers */
  g_ptr_array_set_size (list, 0);
  hv_comparables_add (list, "/nowhere/jeprof.12.3.f.heap", NULL, 1, HV_COMPARABLE_STORED);
  hv_comparables_add (list, "/nowhere/other.12.3.heap", NULL, 1, HV_COMPARABLE_STORED);
  hv_comparables_add (list, "/elsewhere/jeprof.7.10.f.heap", NULL, 1, HV_COMPARABLE_STORED);
  g_assert_true (hv_comparables_find_base (list, nth_comparable (list, 0))
                 == nth_comparable (list, 2));
  g_assert_true (hv_comparables_add (list, "/nowhere/../nowhere/other.12.3.heap", "editor", 1,
                                     HV_COMPARABLE_OPEN)
                 == nth_comparable (list, 1));
  g_assert_cmpuint (list->len, ==, 3);
}

static GtkWindow *
wait_for_window (GType type)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (;;)
    {
      for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
        {
          g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);
          if (G_TYPE_CHECK_INSTANCE_TYPE (window, type)
              && gtk_widget_get_mapped (GTK_WIDGET (window)))
            {
              gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
              return window;
            }
        }
      g_main_context_iteration (NULL, TRUE);
    }
}

/* The selected row's text on a side: name and facts. */
static const char *
chosen (GtkWindow *dialog, const char *side)
{
  GtkListBox *list = GTK_LIST_BOX (
      gtk_widget_get_template_child (GTK_WIDGET (dialog), HV_TYPE_COMPARE_DIALOG, side));
  GtkListBoxRow *row = gtk_list_box_get_selected_row (list);
  GtkWidget *name = row ? find_typed (GTK_WIDGET (row), GTK_TYPE_LABEL) : NULL;

  return name ? gtk_label_get_text (GTK_LABEL (name)) : "";
}

/* The selected tab is the current side; two keys compare it with the other. */
static void
test_compare (void)
{
  if (!have_hands ())
    return;
  HvMainWindow *window = open_both ();

  keys (GTK_WINDOW (window), "ctrl+d");
  GtkWindow *dialog = wait_for_window (HV_TYPE_COMPARE_DIALOG);
  g_assert_cmpstr (chosen (dialog, "base_list"), ==, "base.heap");
  g_assert_cmpstr (chosen (dialog, "current_list"), ==, "cur.heap");
  keys (dialog, "alt+w");
  wait_until (g_str_equal (chosen (dialog, "base_list"), "cur.heap"));
  g_assert_cmpstr (chosen (dialog, "current_list"), ==, "base.heap");
  keys (dialog, "alt+b Down"); /* both the same: nothing to compare */
  wait_until (g_str_equal (chosen (dialog, "base_list"), "base.heap"));
  g_assert_nonnull (find_widget (GTK_WIDGET (dialog), GTK_TYPE_LABEL, "Base and current are the"));
  keys (dialog, "alt+m alt+u Up"); /* refused; then the other */
  wait_until (g_str_equal (chosen (dialog, "current_list"), "cur.heap"));
  g_assert_cmpint (n_tabs (window), ==, 2);
  keys (dialog, "Return");
  wait_until (n_tabs (window) == 3 && !hv_main_window_is_loading (window));
  g_assert_cmpstr (title (window), ==, "cur.heap compared with base.heap");
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));

  keys (GTK_WINDOW (window), "ctrl+d");
  dialog = wait_for_window (HV_TYPE_COMPARE_DIALOG);
  gpointer weak = dialog;
  g_object_add_weak_pointer (G_OBJECT (dialog), &weak);
  keys (dialog, "Escape");
  wait_until (!weak);
  g_assert_cmpint (n_tabs (window), ==, 3);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* The chooser of GTK takes a path that is typed. */
static void
type_path (const char *path)
{
  GtkWindow *chooser = wait_for_window (GTK_TYPE_FILE_CHOOSER_DIALOG);
  g_autofree char *quoted = g_shell_quote (path);
  g_autofree char *line = g_strdup_printf ("windowfocus %lu type --delay 10 %s",
                                           window_id (chooser), quoted);
  gpointer weak = chooser;

  g_object_add_weak_pointer (G_OBJECT (chooser), &weak);
  run_xdotool (line);
  keys (chooser, "Return");
  wait_until (!weak);
}

/* From nothing: both files are chosen in the dialog. */
static void
test_choose (void)
{
  if (!have_hands ())
    return;
  HvMainWindow *window = hv_main_window_new (NULL, &quiet_session, &start);

  gtk_window_present (GTK_WINDOW (window));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  keys (GTK_WINDOW (window), "ctrl+d");
  GtkWindow *dialog = wait_for_window (HV_TYPE_COMPARE_DIALOG);
  g_assert_nonnull (find_widget (GTK_WIDGET (dialog), GTK_TYPE_LABEL, "Nothing was opened yet"));
  keys (dialog, "alt+m"); /* refused: there is nothing yet */
  keys (dialog, "Return");
  type_path (base);
  wait_until (g_str_equal (chosen (dialog, "base_list"), "base.heap"));
  keys (dialog, "alt+a");
  type_path (current);
  wait_until (g_str_equal (chosen (dialog, "current_list"), "cur.heap"));
  keys (dialog, "alt+m");
  wait_until (hv_main_window_is_loading (window));
  wait_until (!hv_main_window_is_loading (window));
  g_assert_cmpint (n_tabs (window), ==, 1);
  g_assert_cmpstr (title (window), ==, "cur.heap compared with base.heap");
  gtk_window_destroy (GTK_WINDOW (window));
}

/* A stored profile whose file is gone can be compared. */
static void
test_gone (void)
{
  g_autofree char *folder = g_dir_make_tmp ("heapview-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "store.db", NULL);
  g_autofree char *copy = g_build_filename (folder, "gone.heap", NULL);
  const HvSession session = { .store_path = path };
  g_autoptr (GFile) from = g_file_new_for_path (base), to = g_file_new_for_path (copy);
  g_autoptr (GError) error = NULL;
  HvOpened opened;

  g_assert_true (g_file_copy (from, to, 0, NULL, NULL, NULL, NULL));
  g_assert_true (
      hv_session_open (&session, (const char *const[]){ copy, NULL }, FALSE, &opened, &error));
  g_assert_true (hv_session_keep (&session, &opened, &error));
  hv_opened_clear (&opened);
  g_unlink (copy);

  HvMainWindow *window = hv_main_window_new (NULL, &session, &start);
  gtk_window_present (GTK_WINDOW (window));
  hv_main_window_open (window, (const char *const[]){ current, NULL }, HV_LOAD_ONE, NULL, NULL);
  wait_until (!hv_main_window_is_loading (window));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.compare", NULL);
  GtkWindow *dialog = wait_for_window (HV_TYPE_COMPARE_DIALOG);
  GtkWidget *list = GTK_WIDGET (
      gtk_widget_get_template_child (GTK_WIDGET (dialog), HV_TYPE_COMPARE_DIALOG, "base_list"));
  GtkWidget *name;
  wait_until ((name = find_widget (list, GTK_TYPE_LABEL, "gone.heap")));
  g_assert_nonnull (find_widget (list, GTK_TYPE_LABEL, "the file is gone · "));
  g_assert_cmpstr (chosen (dialog, "base_list"), ==, ""); /* not alike */
  gtk_list_box_select_row (GTK_LIST_BOX (list), GTK_LIST_BOX_ROW (gtk_widget_get_ancestor (
                                                    name, GTK_TYPE_LIST_BOX_ROW)));
  gtk_widget_activate_action (GTK_WIDGET (dialog), "dialog.compare", NULL);
  wait_until (!hv_main_window_is_loading (window));
  g_assert_cmpstr (title (window), ==, "cur.heap compared with gone.heap");
  gtk_window_destroy (GTK_WINDOW (window));
  remove_store (folder, path);
}

/* --- all of it without a pointer --- */

static void
open_by_keys (HvMainWindow *window, const char *path)
{
  int before = hv_document_get_scene (hv_main_window_get_document (window)) ? n_tabs (window) : 0;

  keys (GTK_WINDOW (window), "ctrl+o");
  type_path (path);
  wait_until (n_tabs (window) == before + 1 && !hv_main_window_is_loading (window));
  g_assert_false (hv_main_window_has_failed (window));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
}

/* Two files are opened and compared, the largest growth is walked to, its source opened, and the
 * picture saved. */
static void
test_walk (void)
{
  if (!have_hands ())
    return;
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "..", "..", "tests", "window",
                                                   "source_profiles.py", NULL);
  g_autofree char *source = g_test_build_filename (G_TEST_DIST, "frontend.c", NULL);
  g_autofree char *folder = g_dir_make_tmp ("heapview-test-XXXXXX", NULL);
  g_autofree char *line = g_strdup_printf ("python3 -B '%s' '%s' '%s'", script, source, folder);
  g_autoptr (GError) error = NULL;
  int status;
  if (!g_spawn_command_line_sync (line, NULL, NULL, &status, &error) || status != 0)
    {
      g_test_skip ("no Python here");
      return;
    }
  static const char *const names[] = { "base.dhat", "cur.dhat", "frontend.c", "growth.svg" };
  char *paths[G_N_ELEMENTS (names)];
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    paths[i] = g_build_filename (folder, names[i], NULL);

  HvMainWindow *window = hv_main_window_new (NULL, &quiet_session, &start);
  GtkWindow *keyboard = GTK_WINDOW (window);
  gtk_window_present (keyboard);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  open_by_keys (window, paths[0]);
  open_by_keys (window, paths[1]);
  keys (keyboard, "ctrl+d");
  keys (wait_for_window (HV_TYPE_COMPARE_DIALOG), "Return");
  wait_until (n_tabs (window) == 3 && !hv_main_window_is_loading (window));
  g_assert_cmpstr (title (window), ==, "cur.dhat compared with base.dhat");
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));

  HvProfileView *view = hv_main_window_get_view (window);
  HvFlameGraph *graph = hv_profile_view_get_flame_graph (view);
  const HvScene *scene = hv_profile_view_get_scene (view);
  uint32_t largest = g_array_index (scene->rows, HvDiffRow, 0).row.node;
  keys (keyboard, "Escape"); /* it is selected to begin with */
  wait_until (!hv_flame_graph_get_selected (graph));
  uint32_t before = 0;
  for (guint i = 0; i < 8 && hv_flame_graph_get_selected (graph) != largest; i++)
    {
      keys (keyboard, "Down");
      wait_until (hv_flame_graph_get_selected (graph) != before);
      before = hv_flame_graph_get_selected (graph);
    }
  g_assert_cmpstr (hv_tree_label (scene->report.tree, before), ==, "cache_insert");

  GtkWidget *pane = find_typed (GTK_WIDGET (view), HV_TYPE_SOURCE_PANE);
  g_assert_false (gtk_widget_get_mapped (pane));
  keys (keyboard, "ctrl+Return");
  wait_until (gtk_widget_get_mapped (pane) && find_widget (pane, GTK_TYPE_LABEL, paths[2]));
  keys (keyboard, "1");
  wait_until (!gtk_widget_get_mapped (pane));

  keys (keyboard, "ctrl+s");
  keys (wait_for_window (GTK_TYPE_FILE_CHOOSER_DIALOG), "ctrl+a"); /* all of the name offered */
  type_path (paths[3]);
  wait_until (find_widget (GTK_WIDGET (window), GTK_TYPE_LABEL, "Saved"));
  g_autofree char *svg = NULL;
  g_assert_true (g_file_get_contents (paths[3], &svg, NULL, NULL));
  g_assert_nonnull (strstr (svg, "<svg"));
  g_assert_nonnull (strstr (svg, "cache_insert"));
  gtk_window_destroy (keyboard);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_unlink (paths[i]);
      g_free (paths[i]);
    }
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_autofree char *data = g_build_filename (g_getenv ("TMPDIR") ?: P_tmpdir, "heapview-test-XXXXXX",
                                            NULL);

  /* the list of recent files is in there, and all that is temporary */
  g_assert_nonnull (g_mkdtemp (data));
  g_setenv ("TMPDIR", data, TRUE);
  g_setenv ("XDG_DATA_HOME", data, TRUE);
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  hv_window_register_resource ();
  base = g_test_build_filename (G_TEST_DIST, "base.heap", NULL);
  current = g_test_build_filename (G_TEST_DIST, "cur.heap", NULL);

  g_test_add_func ("/first/choose", test_choose); /* before there are recent files */
  g_test_add_func ("/tabs/open", test_open);
  g_test_add_func ("/tabs/changed", test_changed);
  g_test_add_func ("/tabs/follow", test_follow);
  g_test_add_func ("/tabs/keys", test_keys);
  g_test_add_func ("/tabs/background", test_background);
  g_test_add_func ("/tabs/cancel", test_cancel);
  g_test_add_func ("/walk", test_walk);
  g_test_add_func ("/compare/likely", test_likely);
  g_test_add_func ("/compare/keys", test_compare);
  g_test_add_func ("/compare/gone", test_gone);
  g_test_add_func ("/tabs/store", test_store);
  int status = g_test_run ();
  g_autofree char *list = g_build_filename (data, "recently-used.xbel", NULL);
  g_unlink (list);
  g_rmdir (data);
  g_free (base);
  g_free (current);
  return status;
}
