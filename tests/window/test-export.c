/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "window-tests.h"

#include "viewer/window/print.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* What is shown goes to a file as it is shown. */

static char *folder;

static char *
path_of (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static char *
read_file (const char *name)
{
  g_autofree char *path = path_of (name);
  char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static void
exported_cb (HvMainWindow *window, gboolean *done)
{
  *done = TRUE;
}

static void export(HvMainWindow *window, const char *name)
{
  g_autofree char *path = path_of (name);
  gboolean done = FALSE;
  gulong id = g_signal_connect (window, "exported", G_CALLBACK (exported_cb), &done);

  hv_main_window_export (window, path);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (window, id);
}

static void
wait_for_label (HvMainWindow *window, const char *start)
{
  for (guint i = 0; i < 500 && !find_widget (GTK_WIDGET (window), GTK_TYPE_LABEL, start); i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (10000);
    }
  g_assert_nonnull (find_widget (GTK_WIDGET (window), GTK_TYPE_LABEL, start));
}

/* A word a line of a PDF; NULL: there is no pdftotext. */
static char *
text_of_pdf (const char *name)
{
  g_autofree char *program = g_find_program_in_path ("pdftotext");
  g_autofree char *path = path_of (name);
  char *text = NULL;

  if (program)
    g_assert_true (
        g_spawn_sync (NULL, (char *[]){ program, (char *) "-layout", path, (char *) "-", NULL },
                      NULL, G_SPAWN_DEFAULT, NULL, NULL, &text, NULL, NULL, NULL));
  return text;
}

static uint32_t
find_node (HvProfileView *view, const char *label)
{
  return find (hv_profile_view_get_scene (view), label);
}

static void
test_state (void)
{
  static const HvProfileViewStart start;
  HvMainWindow *window = open_diff (&start);
  HvProfileView *view = hv_main_window_get_view (window);
  HvFlameGraph *flame = hv_profile_view_get_flame_graph (view);

  hv_flame_graph_zoom_to (flame, find_node (view, "handle"));
  hv_profile_view_search (view, "cache_insert", FALSE);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  export(window, "state.svg");
  g_autofree char *svg = read_file ("state.svg");
  g_assert_nonnull (strstr (svg, " data-zoom=\""));
  g_assert_nonnull (strstr (svg, " data-search=\"cache_insert\""));
  g_assert_nonnull (strstr (svg, "class=\"b hit\""));
  g_assert_nonnull (strstr (svg, "data-view=\"growth\""));
  wait_for_label (window, "Saved state.svg");

  export(window, "state.pdf");
  g_autofree char *pdf = text_of_pdf ("state.pdf");
  if (pdf)
    {
      g_assert_nonnull (strstr (pdf, "cur.heap compared with base.heap"));
      g_assert_nonnull (strstr (pdf, "Search “cache_insert”: matched"));
      g_assert_nonnull (strstr (pdf, "share that grew"));
      /* zoomed into what grew there is nothing else */
      g_assert_nonnull (strstr (pdf, "handle"));
      g_assert_null (strstr (pdf, "log_flush"));
    }

  /* the view of the diff */
  hv_profile_view_search (view, NULL, FALSE);
  hv_flame_graph_zoom_to (flame, 0);
  hv_profile_view_cycle (view);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  export(window, "current.pdf");
  g_autofree char *current = text_of_pdf ("current.pdf");
  g_assert_true (!current || strstr (current, "width = current"));
  g_assert_true (!current || strstr (current, "log_flush"));
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_dropped (void)
{
  static const HvProfileViewStart start;
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "cur.heap", NULL);
  HvMainWindow *window = open_window_as ((const char *const[]){ file, NULL }, HV_LOAD_ONE, &start);
  HvProfileView *view = hv_main_window_get_view (window);
  const HvScene *scene = hv_profile_view_get_scene (view);

  hv_flame_graph_select (hv_profile_view_get_flame_graph (view), find_node (view, "handle"));
  g_assert_true (hv_profile_view_transform (view, HV_TRANSFORM_DROP));
  wait_for_another (view, scene);
  export(window, "dropped.pdf");
  g_autofree char *pdf = text_of_pdf ("dropped.pdf");
  if (!pdf)
    g_test_skip ("there is no pdftotext");
  else
    {
      g_assert_nonnull (strstr (pdf, "showing "));
      g_assert_nonnull (strstr (pdf, "Dropped: handle"));
    }
  gtk_window_destroy (GTK_WINDOW (window));
}

/* The peak asked for as a moment is the same as the one shown at first. */
static void
test_peak (void)
{
  static const HvProfileViewStart start;
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "frontend.zst", NULL);
  HvMainWindow *window = hv_main_window_new (NULL, &quiet_session, &start);
  gboolean done = FALSE;

  g_signal_connect (window, "settled", G_CALLBACK (settled_cb), &done);
  gtk_window_present (GTK_WINDOW (window));
  hv_main_window_open (window, (const char *const[]){ file, NULL }, HV_LOAD_ONE, NULL, "peak");
  while (!done)
    g_main_context_iteration (NULL, TRUE);
  const HvScene *scene = hv_profile_view_get_scene (hv_main_window_get_view (window));
  g_assert_cmpint (scene->report.metric, ==, HV_METRIC_LIVE_BYTES);
  g_assert_cmpuint (scene->report.at, ==, HV_AT_PEAK);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* The column of a title in the first line. */
static guint
column_of (char **titles, const char *title)
{
  for (guint i = 0; titles[i]; i++)
    if (g_str_equal (titles[i], title))
      return i;
  g_assert_not_reached ();
}

/* Rows as they are shown, numbers plain. */
static void
test_tables (void)
{
  static const HvProfileViewStart start;
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "cur.heap", NULL);
  HvMainWindow *window = open_window_as ((const char *const[]){ file, NULL }, HV_LOAD_ONE, &start);
  HvProfileView *view = hv_main_window_get_view (window);
  const HvScene *scene = hv_profile_view_get_scene (view);
  gint64 sum = 0, total = scene->report.tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0];

  hv_profile_view_show_page (view, HV_VIEW_PAGE_SITES);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  export(window, "sites.csv");
  g_autofree char *sites = read_file ("sites.csv");
  g_auto (GStrv) lines = g_strsplit (g_strchomp (sites), "\n", -1);
  g_auto (GStrv) titles = g_strsplit (lines[0], ",", -1);
  guint self = column_of (titles, "Self"), site = column_of (titles, "Site");
  for (guint i = 1; lines[i]; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], ",", -1);
      char *end;
      sum += g_ascii_strtoll (cells[self], &end, 10);
      g_assert_cmpint (*end, ==, '\0');
      g_assert_cmpstr (cells[site], !=, "");
    }
  g_assert_cmpint (sum, ==, total);

  hv_profile_view_show_page (view, HV_VIEW_PAGE_TABLE);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  export(window, "tree.csv");
  g_autofree char *tree = read_file ("tree.csv");
  g_autofree char *first = g_strdup_printf ("\n0,%" G_GINT64_FORMAT ",100.00,", total);
  g_assert_true (g_str_has_prefix (tree, "Depth,Inclusive,Of all,"));
  g_assert_nonnull (strstr (tree, first));
  g_assert_nonnull (strstr (tree, "\n1,"));

  hv_flame_graph_select (hv_profile_view_get_flame_graph (view), find_node (view, "handle"));
  hv_profile_view_show_page (view, HV_VIEW_PAGE_BUTTERFLY);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  wait_until (!hv_profile_view_is_busy (view));
  export(window, "butterfly.csv");
  g_autofree char *butterfly = read_file ("butterfly.csv");
  g_assert_nonnull (strstr (butterfly, "Callers,"));
  g_assert_nonnull (strstr (butterfly, "Callees,"));
  g_assert_nonnull (strstr (butterfly, "rt_poll"));
  g_assert_nonnull (strstr (butterfly, "cache_insert"));
  export(window, "butterfly.pdf");
  g_autofree char *pdf = text_of_pdf ("butterfly.pdf");
  g_assert_true (!pdf || strstr (pdf, "Callees"));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* What is no flame graph and no table goes to files as it is seen, all that is scrolled with it. */
static void
test_seen (void)
{
  static const HvProfileViewStart start;
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "frontend.zst", NULL);
  HvMainWindow *window = open_window_as ((const char *const[]){ file, NULL }, HV_LOAD_ONE, &start);
  HvProfileView *view = hv_main_window_get_view (window);
  const HvProfile *profile = hv_profile_view_get_scene (view)->report.profile;

  hv_profile_view_show_page (view, HV_VIEW_PAGE_SUMMARY);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  export(window, "summary.pdf");
  g_autofree char *summary = text_of_pdf ("summary.pdf");
  g_assert_true (!summary || strstr (summary, "frontend.zst"));
  g_assert_true (!summary || strstr (summary, "Findings"));
  /* far below the edge of the window */
  g_assert_true (!summary || strstr (summary, "What This File Cannot Tell"));
  export(window, "summary.svg");
  g_autofree char *svg = read_file ("summary.svg");
  g_assert_nonnull (strstr (svg, "<svg"));
  g_assert_null (strstr (svg, "<script"));
  export(window, "summary.png");
  g_autofree char *png = read_file ("summary.png");
  g_assert_true (g_str_has_prefix (png, "\x89PNG"));
  /* what is asked for as text is the report as before */
  export(window, "summary.csv");
  g_autofree char *csv = read_file ("summary.csv");
  g_assert_nonnull (strchr (csv, ','));

  g_assert_true (hv_profile_view_focus_timeline (view));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  export(window, "timeline.csv");
  g_autofree char *moments = read_file ("timeline.csv");
  g_auto (GStrv) lines = g_strsplit (g_strchomp (moments), "\n", -1);
  g_assert_cmpstr (lines[0], ==, "moment,time,live_bytes,live_blocks,total_blocks,rss_bytes");
  g_assert_cmpuint (g_strv_length (lines), ==, profile->n_moments + 1);
  g_autofree char *last = g_strdup_printf (",%" G_GINT64_FORMAT ",",
                                           profile->moment[profile->n_moments - 1].live_bytes);
  g_assert_nonnull (strstr (lines[profile->n_moments], last));
  export(window, "timeline.pdf");
  g_autofree char *timeline = text_of_pdf ("timeline.pdf");
  g_assert_true (!timeline || strstr (timeline, "5.00 s"));
  g_assert_true (!timeline || !strstr (timeline, "Top Sites"));
  /* with the names that its colours stand for, and without the buttons beside them */
  g_assert_true (!timeline || strstr (timeline, "cache_insert"));
  g_assert_true (!timeline || strstr (timeline, "others ("));
  /* its curves are lines there, not the image they are on the screen */
  export(window, "timeline.svg");
  g_autofree char *drawing = read_file ("timeline.svg");
  g_assert_null (strstr (drawing, "<image"));

  hv_profile_view_show_page (view, HV_VIEW_PAGE_SOURCE);
  gtk_widget_grab_focus (GTK_WIDGET (window));
  gtk_window_set_focus (GTK_WINDOW (window), NULL);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  export(window, "source.pdf");
  g_autofree char *source = text_of_pdf ("source.pdf");
  g_assert_true (!source || strstr (source, "Select a Frame"));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* What is refused is told, and nothing half-written stays. */
static void
test_failure (void)
{
  static const HvProfileViewStart start;
  HvMainWindow *window = open_diff (&start);
  g_autofree char *nowhere = path_of ("none");

  export(window, "none/x.svg");
  wait_for_label (window, "x.svg was not saved: ");
  g_assert_false (g_file_test (nowhere, G_FILE_TEST_EXISTS));
  export(window, "x.nonsense");
  wait_for_label (window, "x.nonsense was not saved: ");
  g_autofree char *odd = path_of ("x.nonsense");
  g_assert_false (g_file_test (odd, G_FILE_TEST_EXISTS));

  /* a directory in the way */
  g_autofree char *taken = path_of ("taken.svg");
  g_assert_cmpint (g_mkdir (taken, 0700), ==, 0);
  export(window, "taken.svg");
  wait_for_label (window, "taken.svg was not saved: ");
  g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
  for (const char *name = g_dir_read_name (directory); name; name = g_dir_read_name (directory))
    g_assert_false (g_str_has_prefix (name, "taken.svg."));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* A link leads to the file that is replaced. */
static void
test_link (void)
{
  static const HvProfileViewStart start;
  HvMainWindow *window = open_diff (&start);
  g_autofree char *target = path_of ("target.txt");
  g_autofree char *link = path_of ("link.txt");
  struct stat st;

  g_assert_true (g_file_set_contents (target, "old", -1, NULL));
  g_assert_cmpint (symlink ("target.txt", link), ==, 0);
  export(window, "link.txt");
  g_assert_cmpint (lstat (link, &st), ==, 0);
  g_assert_true (S_ISLNK (st.st_mode));
  g_autofree char *text = read_file ("target.txt");
  g_assert_nonnull (strstr (text, "cache_insert"));
  gtk_window_destroy (GTK_WINDOW (window));
}

static GtkWindow *
find_dialog (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);
      if (GTK_IS_FILE_CHOOSER (window) && gtk_widget_get_mapped (GTK_WIDGET (window)))
        return window;
    }
  return NULL;
}

/* Ctrl+S, a name, Enter: with the keyboard alone. */
static void
test_dialog (void)
{
  static const HvProfileViewStart start;
  HvMainWindow *window = open_diff (&start);
  g_autofree char *path = path_of ("typed.svg");
  GtkWindow *dialog = NULL;

  keys (GTK_WINDOW (window), "ctrl+s");
  for (guint i = 0; i < 1000 && !dialog; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (5000);
      dialog = find_dialog ();
    }
  g_assert_nonnull (dialog);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (dialog));
  g_autoptr (GListModel) filters = gtk_file_chooser_get_filters (GTK_FILE_CHOOSER (dialog));
  g_assert_cmpuint (g_list_model_get_n_items (filters), ==, 7);
  g_autofree char *name = gtk_file_chooser_get_current_name (GTK_FILE_CHOOSER (dialog));
  g_assert_cmpstr (name, ==, "base.heap-cur.heap.svg");
  keys (dialog, "ctrl+a");
  g_autofree char *typed = g_strdup_printf ("type --delay 20 %s", path);
  run_xdotool (typed);
  gboolean done = FALSE;
  g_signal_connect (window, "exported", G_CALLBACK (exported_cb), &done);
  keys (dialog, "Return");
  for (guint i = 0; i < 1000 && !done; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (5000);
    }
  g_assert_true (done);
  g_autofree char *svg = read_file ("typed.svg");
  g_assert_nonnull (strstr (svg, "cache_insert"));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* A page has its title, the flame graph and the largest changes. */
static void
test_print (void)
{
  static const HvProfileViewStart start;
  HvMainWindow *window = open_diff (&start);
  g_autofree char *path = path_of ("printed.pdf");
  g_autoptr (GtkPrintOperation)
      print = hv_print_new (hv_view_shot_new (hv_main_window_get_view (window)));
  g_autoptr (GError) error = NULL;

  gtk_print_operation_set_export_filename (print, path);
  g_assert_cmpint (gtk_print_operation_run (print, GTK_PRINT_OPERATION_ACTION_EXPORT,
                                            GTK_WINDOW (window), &error),
                   ==, GTK_PRINT_OPERATION_RESULT_APPLY);
  g_assert_no_error (error);
  g_autofree char *text = text_of_pdf ("printed.pdf");
  if (text)
    {
      static const char *const wanted[] = { "cur.heap compared with base.heap", "all growth",
                                            "What changed, by call path", "cache_insert",
                                            "Status" };
      for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
        g_assert_nonnull (strstr (text, wanted[i]));
    }
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  init_tests (&argc, &argv);
  folder = g_dir_make_tmp ("heapview-export-XXXXXX", NULL);

  g_test_add_func ("/export/state-zoom-search-view", test_state);
  g_test_add_func ("/export/dropped", test_dropped);
  g_test_add_func ("/export/peak", test_peak);
  g_test_add_func ("/export/tables", test_tables);
  g_test_add_func ("/export/seen", test_seen);
  g_test_add_func ("/export/failure", test_failure);
  g_test_add_func ("/export/link", test_link);
  g_test_add_func ("/export/keys-ctrl-s-name-enter", test_dialog);
  g_test_add_func ("/export/print", test_print);
  int status = g_test_run ();

  g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
  for (const char *name = g_dir_read_name (directory); name; name = g_dir_read_name (directory))
    {
      g_autofree char *path = path_of (name);
      g_remove (path);
    }
  g_rmdir (folder);
  return status;
}
