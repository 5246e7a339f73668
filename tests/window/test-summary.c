/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/units.h"
#include "viewer/widgets/summary-page.h"
#include "viewer/window/profile-view-private.h"
#include "window-tests.h"

/* The page a single profile opens with: what it says, and the ways from it. */

static HvMainWindow *
open_summary (const char *folder, const char *name)
{
  static const HvProfileViewStart start;
  g_autofree char *path = g_build_filename (g_getenv ("HV_TEST_DATA"), folder, name, NULL);
  HvMainWindow *window = open_window_at_first ((const char *const[]){ path, NULL }, HV_LOAD_ONE,
                                               &start);

  g_assert_false (hv_main_window_has_failed (window));
  return window;
}

/* A shown row with a label that starts so. */
static GtkListBoxRow *
row_of (HvProfileView *view, const char *start)
{
  GtkWidget *label = find_widget (GTK_WIDGET (view->summary_page), GTK_TYPE_LABEL, start);

  g_assert_nonnull (label);
  return GTK_LIST_BOX_ROW (gtk_widget_get_ancestor (label, GTK_TYPE_LIST_BOX_ROW));
}

/* Clicks on a row, scrolled to by the focus. */
static void
activate (GtkListBoxRow *row)
{
  gtk_widget_grab_focus (GTK_WIDGET (row));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (row));
  click_on (row);
}

static const char *
selected_name (HvProfileView *view)
{
  return hv_tree_short_label (view->scene->report.tree, hv_flame_graph_get_selected (view->flame));
}

/* It comes first, and its numbers are the profile's. */
static void
test_first (void)
{
  HvMainWindow *window = open_summary ("heaptrack", "truth.zst");
  HvProfileView *view = hv_main_window_get_view (window);
  GtkWidget *page = GTK_WIDGET (view->summary_page);
  static const char *const headings[] = { "Findings",
                                          "Totals",
                                          "Top Sites at the Peak",
                                          "Top Sites Live at the End",
                                          "Top Sites by Allocated Bytes",
                                          "Top Sites by Temporary Allocations",
                                          "What This File Cannot Tell",
                                          "Recording" };

  g_assert_cmpint (hv_profile_view_get_page (view), ==, HV_VIEW_PAGE_SUMMARY);
  g_assert_true (gtk_widget_get_mapped (page));
  g_assert_false (gtk_widget_get_mapped (GTK_WIDGET (view->flame)));
  for (guint i = 0; i < G_N_ELEMENTS (headings); i++)
    g_assert_nonnull (find_widget (page, GTK_TYPE_LABEL, headings[i]));

  g_assert_nonnull (find_widget (page, GTK_TYPE_LABEL,
                                 "64.2\u00a0% of all allocations are temporary"
                                 " (163 of 254)"));
  g_autofree char *exact = hv_format_count (
      hv_profile_total (view->profiles->current, HV_METRIC_PEAK_BYTES));
  g_autofree char *cell = g_strdup_printf ("%s B", exact);
  g_assert_nonnull (find_widget (page, GTK_TYPE_LABEL, cell));
  g_assert_nonnull (find_widget (page, GTK_TYPE_LABEL, "./dir with space/truth prog"));

  /* the card says how many there are */
  GtkWidget *card = find_typed (GTK_WIDGET (view->summary), GTK_TYPE_BUTTON);
  g_assert_nonnull (card);
  g_assert_cmpuint (view->overview->n_findings, ==, 2);
  const char *found = "2 findings: 92.6 % of the peak in main";
  gtk_test_accessible_assert_property (card, GTK_ACCESSIBLE_PROPERTY_LABEL, found);

  /* of another profile it is another's */
  gtk_window_destroy (GTK_WINDOW (window));
  window = open_summary ("dhat", "probe.dhat");
  view = hv_main_window_get_view (window);
  g_assert_nonnull (find_widget (GTK_WIDGET (view->summary_page), GTK_TYPE_LABEL,
                                 "No timeline: DHAT keeps sums"));
  g_assert_null (find_widget (GTK_WIDGET (view->summary_page), GTK_TYPE_LABEL,
                              "Top Sites by Temporary Allocations"));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Who asks for a view gets that; a diff has none. */
static void
test_not_first (void)
{
  const HvProfileViewStart focused = { .tree = { .focus = "main" } };
  const HvProfileViewStart plain = { 0 };
  g_autofree char *path = g_build_filename (g_getenv ("HV_TEST_DATA"), "heaptrack", "truth.zst",
                                            NULL);
  const char *const files[] = { path, path, NULL };
  HvMainWindow *window = open_window_at_first (files + 1, HV_LOAD_ONE, &focused);
  HvProfileView *view = hv_main_window_get_view (window);

  g_assert_cmpint (hv_profile_view_get_page (view), ==, HV_VIEW_PAGE_FLAME);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (view->summary_tab)));
  gtk_window_destroy (GTK_WINDOW (window));

  window = open_window_at_first (files, HV_LOAD_DIFF, &plain);
  view = hv_main_window_get_view (window);
  g_assert_cmpint (hv_profile_view_get_page (view), ==, HV_VIEW_PAGE_FLAME);
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (view->summary_tab)));
  hv_profile_view_show_page (view, HV_VIEW_PAGE_SUMMARY);
  g_assert_cmpint (hv_profile_view_get_page (view), ==, HV_VIEW_PAGE_FLAME);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* A finding and a site lead to their place in the flame graph, of their metric. */
static void
test_places (void)
{
  if (!have_hands ())
    return;
  HvMainWindow *window = open_summary ("heaptrack", "truth.zst");
  HvProfileView *view = hv_main_window_get_view (window);

  /* what is asked already is shown at once */
  activate (row_of (view, "92.6"));
  wait_until (hv_profile_view_get_page (view) != HV_VIEW_PAGE_SUMMARY);
  g_assert_cmpint (hv_profile_view_get_page (view), ==, HV_VIEW_PAGE_FLAME);
  g_assert_cmpstr (selected_name (view), ==, "main");

  const HvScene *scene = view->scene;
  hv_profile_view_show_page (view, HV_VIEW_PAGE_SUMMARY);
  const HvFinding *temporary = g_ptr_array_index (view->overview->findings, 1);
  g_assert_cmpint (temporary->kind, ==, HV_FINDING_TEMPORARY);
  activate (row_of (view, "64.2"));
  scene = wait_for_another (view, scene);
  g_assert_cmpint (scene->report.metric, ==, HV_METRIC_TEMPORARY_BLOCKS);
  g_assert_cmpint (hv_profile_view_get_page (view), ==, HV_VIEW_PAGE_FLAME);
  g_assert_cmpstr (selected_name (view), ==, temporary->name);

  /* the smallest site of the list is zoomed to: it would be too narrow to see */
  const HvRanking *peak = &view->overview->ranking[HV_RANKING_PEAK];
  const HvTopSite *last = g_ptr_array_index (peak->top, peak->top->len - 1);
  hv_profile_view_show_page (view, HV_VIEW_PAGE_SUMMARY);
  g_signal_emit_by_name (view->summary_page, "site", peak->metric, last->path);
  scene = wait_for_another (view, scene);
  g_assert_cmpuint (view->question.at, ==, HV_AT_PEAK);
  g_assert_cmpstr (selected_name (view), ==, last->name);
  g_assert_cmpuint (hv_flame_graph_get_zoom (view->flame), !=, 0);

  /* Alt+← leads back to what was seen before */
  g_assert_true (hv_profile_view_travel (view, -1));
  wait_for_another (view, scene);
  g_assert_cmpint (view->scene->report.metric, ==, HV_METRIC_TEMPORARY_BLOCKS);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_all_sites (void)
{
  if (!have_hands ())
    return;
  HvMainWindow *window = open_summary ("heaptrack", "truth.zst");
  HvProfileView *view = hv_main_window_get_view (window);
  const HvScene *scene = view->scene;
  const HvRanking *total = &view->overview->ranking[HV_RANKING_TOTAL];
  GtkWidget *label = find_widget (GTK_WIDGET (view->summary_page), GTK_TYPE_LABEL,
                                  "Top Sites by Allocated Bytes");
  GtkWidget *button = gtk_widget_get_next_sibling (label);

  g_assert_true (GTK_IS_BUTTON (button));
  gtk_widget_grab_focus (button);
  gtk_test_widget_wait_for_draw (button);
  click_on (button);
  scene = wait_for_another (view, scene);
  g_assert_cmpint (scene->report.metric, ==, HV_METRIC_TOTAL_BYTES);
  g_assert_cmpint (hv_profile_view_get_page (view), ==, HV_VIEW_PAGE_SITES);
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (view->site_table)));
  g_assert_cmpint (g_array_index (scene->sites, HvRow, 0).self[0][0], ==,
                   ((HvTopSite *) g_ptr_array_index (total->top, 0))->value);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* The bar above the views asks questions that the summary does not answer. */
static void
test_leaves (void)
{
  HvMainWindow *window = open_summary ("heaptrack", "truth.zst");
  HvProfileView *view = hv_main_window_get_view (window);
  const HvScene *scene = view->scene;

  gtk_toggle_button_set_active (view->end_button, TRUE);
  wait_for_another (view, scene);
  g_assert_cmpint (hv_profile_view_get_page (view), ==, HV_VIEW_PAGE_FLAME);

  /* names found meanwhile change no question */
  hv_profile_view_show_page (view, HV_VIEW_PAGE_SUMMARY);
  scene = view->scene;
  hv_profile_view_follow_rules (view);
  wait_for_another (view, scene);
  g_assert_cmpint (hv_profile_view_get_page (view), ==, HV_VIEW_PAGE_SUMMARY);

  /* a match is shown where it is */
  hv_profile_view_search (view, "main", FALSE);
  hv_profile_view_next_match (view, 1);
  g_assert_cmpint (hv_profile_view_get_page (view), ==, HV_VIEW_PAGE_FLAME);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* What grew over a series of dumps is one button away. */
static void
test_series (void)
{
  const HvProfileViewStart start = { 0 };
  g_autofree char *first = g_build_filename (g_getenv ("HV_TEST_DATA"), "jemalloc",
                                             "runA.phase1.heap", NULL);
  g_autofree char *last = g_build_filename (g_getenv ("HV_TEST_DATA"), "jemalloc",
                                            "runA.phase3.heap", NULL);
  HvMainWindow *window = open_window_at_first ((const char *const[]){ first, last, NULL },
                                               HV_LOAD_SERIES, &start);
  HvProfileView *view = hv_main_window_get_view (window);
  const HvScene *scene = view->scene;

  g_assert_cmpint (hv_profile_view_get_page (view), ==, HV_VIEW_PAGE_SUMMARY);
  activate (row_of (view, "The last dump holds"));
  scene = wait_for_another (view, scene);
  g_assert_nonnull (scene->diff);
  const HvProfile *profile = view->profiles->current;
  g_assert_cmpint (scene->diff->waterfall.current - scene->diff->waterfall.base, ==,
                   profile->moment[1].live_bytes - profile->moment[0].live_bytes);
  g_assert_cmpint (hv_profile_view_get_page (view), ==, HV_VIEW_PAGE_FLAME);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
count_unnamed (GtkWidget *widget, guint *n)
{
  if (gtk_widget_get_mapped (widget) && (GTK_IS_LIST_BOX (widget) || GTK_IS_LIST_BOX_ROW (widget)))
    {
      g_assert_true (gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget),
                                                       GTK_ACCESSIBLE_PROPERTY_LABEL));
      ++*n;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    count_unnamed (child, n);
}

static void
test_names (void)
{
  HvMainWindow *window = open_summary ("heaptrack", "truth.zst");
  HvProfileView *view = hv_main_window_get_view (window);
  guint n = 0;

  count_unnamed (GTK_WIDGET (view->summary_page), &n);
  g_assert_cmpuint (n, >, 10);
  gtk_test_accessible_assert_property (view->summary_page, GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Summary");
  const char *sentence = "92.6\u00a0% of the peak is allocated in one function: main, 977 KiB.";
  gtk_test_accessible_assert_property (row_of (view, "92.6"), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       sentence);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Open, down to the second finding, Enter; `o` and back to the graph by 1. */
static void
test_keyboard (void)
{
  if (!have_hands ())
    return;
  HvMainWindow *window = open_summary ("heaptrack", "truth.zst");
  HvProfileView *view = hv_main_window_get_view (window);
  const HvScene *scene = view->scene;

  keys (GTK_WINDOW (window), "Down Return");
  scene = wait_for_another (view, scene);
  g_assert_cmpint (scene->report.metric, ==, HV_METRIC_TEMPORARY_BLOCKS);
  wait_until (hv_profile_view_get_page (view) == HV_VIEW_PAGE_FLAME);
  keys (GTK_WINDOW (window), "o");
  wait_until (hv_profile_view_get_page (view) == HV_VIEW_PAGE_SUMMARY);
  keys (GTK_WINDOW (window), "1");
  wait_until (hv_profile_view_get_page (view) == HV_VIEW_PAGE_FLAME);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* 720p to 4K: nothing is cut off sideways, and there are more columns where there is room. */
static void
test_sizes (void)
{
  HvMainWindow *window = open_summary ("heaptrack", "truth.zst");
  HvProfileView *view = hv_main_window_get_view (window);
  GtkWidget *page = GTK_WIDGET (view->summary_page), *columns = NULL;
  int one, four;

  columns = gtk_widget_get_ancestor (find_widget (page, GTK_TYPE_LABEL, "Findings"),
                                     g_type_from_name ("HvColumnBox"));
  g_assert_nonnull (columns);
  gtk_widget_measure (columns, GTK_ORIENTATION_VERTICAL, 560, &one, NULL, NULL, NULL);
  gtk_widget_measure (columns, GTK_ORIENTATION_VERTICAL, 3800, &four, NULL, NULL, NULL);
  g_assert_cmpint (four, <, one / 2);
  gtk_widget_measure (page, GTK_ORIENTATION_HORIZONTAL, -1, &one, NULL, NULL, NULL);
  g_assert_cmpint (one, <, 700);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
collect_help (GtkWidget *widget, GPtrArray *titles)
{
  if (ADW_IS_ACTION_ROW (widget))
    {
      const char *text = adw_action_row_get_subtitle (ADW_ACTION_ROW (widget));
      g_assert_nonnull (text);
      g_assert_cmpuint (strlen (text), >, 60);
      g_ptr_array_add (titles,
                       (gpointer) adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)));
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    collect_help (child, titles);
}

static GtkWindow *
find_help (void)
{
  g_autoptr (GListModel) windows = g_object_ref (gtk_window_get_toplevels ());

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);
      if (ADW_IS_PREFERENCES_WINDOW (window) && gtk_widget_get_visible (GTK_WIDGET (window)))
        return window;
    }
  return NULL;
}

/* F1 tells what every word means, beside the window. */
static void
test_help (void)
{
  static const char *const words[] = { "Live",         "Peak",           "Allocated in total",
                                       "Temporary",    "Self",           "With callees (inclusive)",
                                       "Zoom",         "Focus",          "Drop",
                                       "Hide (merge)", "Sampled",        "Base and current",
                                       "Grew and new", "Shrunk and gone" };
  g_autoptr (GPtrArray) titles = g_ptr_array_new ();

  if (!have_hands ())
    return;
  HvMainWindow *window = open_summary ("heaptrack", "truth.zst");
  keys (GTK_WINDOW (window), "F1");
  wait_until (find_help ());
  GtkWindow *help = find_help ();
  g_assert_false (gtk_window_get_modal (help));
  g_assert_true (adw_preferences_window_get_search_enabled (ADW_PREFERENCES_WINDOW (help)));
  collect_help (GTK_WIDGET (help), titles);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    g_assert_true (g_ptr_array_find_with_equal_func (titles, words[i], g_str_equal, NULL));
  gtk_window_destroy (help);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  hv_window_register_resource ();

  g_test_add_func ("/summary/first", test_first);
  g_test_add_func ("/summary/not-first", test_not_first);
  g_test_add_func ("/summary/places", test_places);
  g_test_add_func ("/summary/all-sites", test_all_sites);
  g_test_add_func ("/summary/leaves", test_leaves);
  g_test_add_func ("/summary/series", test_series);
  g_test_add_func ("/summary/names", test_names);
  g_test_add_func ("/summary/keyboard", test_keyboard);
  g_test_add_func ("/summary/sizes", test_sizes);
  g_test_add_func ("/summary/help", test_help);
  return g_test_run ();
}
