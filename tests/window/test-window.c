/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <math.h>

#include "viewer/widgets/butterfly.h"
#include "viewer/widgets/call-table.h"
#include "viewer/widgets/details.h"
#include "viewer/widgets/diff-table.h"
#include "viewer/widgets/palette.h"
#include "viewer/widgets/site-table.h"
#include "viewer/widgets/timeline.h"
#include "viewer/widgets/waterfall.h"
#include "viewer/window/recent-files.h"
#include "viewer/window/sentence.h"
#include "viewer/widgets/labels.h"
#include "window-tests.h"

/* --- tables: another view of the same selection --- */

static void
selected_cb (GtkWidget *table, guint node, guint *selected)
{
  *selected = node;
}

static GtkSingleSelection *
selection_of (GtkWidget *widget)
{
  if (GTK_IS_COLUMN_VIEW (widget))
    return GTK_SINGLE_SELECTION (gtk_column_view_get_model (GTK_COLUMN_VIEW (widget)));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkSingleSelection *selection = selection_of (child);
      if (selection)
        return selection;
    }
  return NULL;
}

static void
test_tables (void)
{
  g_autoptr (HvScene) one = make_scene (FALSE);
  g_autoptr (HvScene) two = make_scene (TRUE);
  GtkWidget *window = gtk_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *calls = hv_call_table_new (), *changes = hv_diff_table_new ();
  guint selected = 0;

  gtk_widget_set_vexpand (calls, TRUE);
  gtk_widget_set_vexpand (changes, TRUE);
  gtk_box_append (GTK_BOX (box), calls);
  gtk_box_append (GTK_BOX (box), changes);
  gtk_window_set_child (GTK_WINDOW (window), box);
  gtk_window_set_default_size (GTK_WINDOW (window), 1200, 600);
  hv_call_table_set_scene (HV_CALL_TABLE (calls), one);
  hv_diff_table_set_scene (HV_DIFF_TABLE (changes), two);
  g_signal_connect (calls, "selected", G_CALLBACK (selected_cb), &selected);
  g_signal_connect (changes, "selected", G_CALLBACK (selected_cb), &selected);
  gtk_window_present (GTK_WINDOW (window));
  gtk_test_widget_wait_for_draw (window);

  /* all, main, alpha, beta, gamma: beta's path is opened for it */
  GtkSingleSelection *selection = selection_of (calls);
  hv_call_table_select (HV_CALL_TABLE (calls), find (one, "beta"));
  g_assert_cmpuint (gtk_single_selection_get_selected (selection), ==, 3);
  g_assert_cmpuint (selected, ==, 0); /* told, not chosen */
  gtk_single_selection_set_selected (selection, 4);
  g_assert_cmpuint (selected, ==, find (one, "gamma"));

  /* growth from the largest, then losses from the greatest; gamma is below the threshold */
  static const char *const order[] = { "beta", "alpha", "delta" };
  selection = selection_of (changes);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (selection)), ==, 4);
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    {
      gtk_single_selection_set_selected (selection, i);
      g_assert_cmpuint (selected, ==, find (two, order[i]));
    }
  gtk_single_selection_set_selected (selection, 3); /* stands for many: chooses none */
  g_assert_cmpuint (selected, ==, find (two, "delta"));
  g_signal_emit_by_name (gtk_widget_get_first_child (gtk_widget_get_first_child (changes)),
                         "activate", 3);
  selection = selection_of (changes);
  hv_diff_table_select (HV_DIFF_TABLE (changes), find (two, "gamma"));
  g_assert_cmpuint (gtk_single_selection_get_selected (selection), !=, GTK_INVALID_LIST_POSITION);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
expect_rows (GtkWidget *table, HvScene *scene, const char *const *order)
{
  GListModel *rows = hv_cost_table_get_rows (HV_COST_TABLE (table));

  g_assert_cmpuint (g_list_model_get_n_items (rows), ==, g_strv_length ((char **) order));
  for (guint i = 0; order[i]; i++)
    {
      g_autoptr (HvNodeItem) item = g_list_model_get_item (rows, i);
      if (*order[i])
        g_assert_cmpuint (hv_node_item_get_node (item), ==, find (scene, order[i]));
      else
        g_assert_cmpuint (hv_node_item_get_row (item), ==, HV_ROW_FOLDED);
    }
}

/* A click on a title orders the rows, but what stands for many stays last; the selection stays. */
static void
test_order (void)
{
  g_autoptr (HvScene) scene = make_scene (TRUE);
  GtkWidget *window = gtk_window_new ();
  GtkWidget *table = hv_diff_table_new ();
  enum
  {
    DELTA = 0,
    SITE = 7
  };

  gtk_window_set_child (GTK_WINDOW (window), table);
  hv_diff_table_set_scene (HV_DIFF_TABLE (table), scene);
  hv_diff_table_select (HV_DIFF_TABLE (table), find (scene, "beta"));
  expect_rows (table, scene, (const char *const[]){ "beta", "alpha", "delta", "", NULL });

  GtkColumnView *view = hv_cost_table_get_view (HV_COST_TABLE (table));
  GListModel *columns = gtk_column_view_get_columns (view);
  g_autoptr (GtkColumnViewColumn) site = g_list_model_get_item (columns, SITE);
  g_autoptr (GtkColumnViewColumn) delta = g_list_model_get_item (columns, DELTA);
  gtk_column_view_sort_by_column (view, site, GTK_SORT_ASCENDING);
  expect_rows (table, scene, (const char *const[]){ "alpha", "beta", "delta", "", NULL });
  gtk_column_view_sort_by_column (view, site, GTK_SORT_DESCENDING);
  expect_rows (table, scene, (const char *const[]){ "delta", "beta", "alpha", "", NULL });
  gtk_column_view_sort_by_column (view, delta, GTK_SORT_DESCENDING); /* numbers: smallest first */
  expect_rows (table, scene, (const char *const[]){ "delta", "alpha", "beta", "", NULL });
  g_assert_cmpuint (hv_cost_table_get_selected (HV_COST_TABLE (table)), ==, find (scene, "beta"));
  gtk_column_view_sort_by_column (view, NULL, GTK_SORT_ASCENDING);
  expect_rows (table, scene, (const char *const[]){ "beta", "alpha", "delta", "", NULL });
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_sentence (void)
{
  g_autoptr (HvScene) scene = make_scene (TRUE);
  g_autofree char *markup = hv_sentence_markup (scene, hv_palette_get (FALSE));
  g_autofree char *text = NULL;

  g_assert_true (pango_parse_markup (markup, -1, 0, NULL, &text, NULL, NULL));
  g_assert_cmpstr (text, ==,
                   "+29.3 KiB (+48.8 KiB grown or new, −19.5 KiB shrunk or gone). 80.0\u00a0% of "
                   "the growth is in main › alpha › beta: +39.1 KiB (did not exist in base).");
}

/* --- the timeline --- */

static void
moment_cb (HvTimeline *timeline, guint moment, guint *chosen)
{
  *chosen = moment;
}

static void
range_cb (HvTimeline *timeline, guint from, guint to, guint *range)
{
  range[0] = from;
  range[1] = to;
}

static void
test_timeline (void)
{
  HvProfile *profile = hv_profile_new ();
  const HvQuestion question = { .metric = HV_METRIC_LIVE_BYTES, .at = HV_AT_END };
  g_autoptr (GError) error = NULL;

  profile->row_metrics = 1u << HV_METRIC_LIVE_BYTES;
  add (profile, 0, "main", 3000, 1);
  for (guint i = 0; i < 3; i++)
    {
      const HvMoment moment = { .kind = HV_MOMENT_DUMP,
                                .time = -1,
                                .number = 10 + i,
                                .live_bytes = 1000 * (i + 1),
                                .max_bytes = -1,
                                .rss_bytes = -1 };
      const int64_t value = moment.live_bytes;
      hv_profile_add_moment (profile, &moment);
      hv_profile_add_row (profile, 0, &value);
    }
  profile->path = g_strdup ("series");
  profile->format = "jemalloc";
  profile->default_metric = HV_METRIC_LIVE_BYTES;
  hv_profile_seal (profile);
  g_autoptr (HvProfiles) profiles = hv_profiles_new (profile, NULL);
  g_autoptr (HvScene) scene = hv_scene_new (profiles, &question, &error);
  g_assert_no_error (error);

  GtkWidget *window = gtk_window_new (), *timeline = hv_timeline_new ();
  guint chosen = G_MAXUINT;
  hv_timeline_set_scene (HV_TIMELINE (timeline), scene);
  g_signal_connect (timeline, "moment", G_CALLBACK (moment_cb), &chosen);
  gtk_window_set_child (GTK_WINDOW (window), timeline);
  gtk_window_set_default_size (GTK_WINDOW (window), 800, 150);
  gtk_window_present (GTK_WINDOW (window));
  gtk_test_widget_wait_for_draw (timeline);

  /* without a clock dumps lie at equal distances */
  g_assert_cmpuint (hv_timeline_moment_at (HV_TIMELINE (timeline), 0), ==, 0);
  g_assert_cmpuint (hv_timeline_moment_at (HV_TIMELINE (timeline), 430), ==, 1);
  g_assert_cmpuint (hv_timeline_moment_at (HV_TIMELINE (timeline), 799), ==, 2);
  click (timeline, 430, 60);
  g_assert_cmpuint (chosen, ==, 1);

  /* a drag previews, Enter commits, and what is dropped is gone */
  guint range[2] = { G_MAXUINT, G_MAXUINT };
  g_signal_connect (timeline, "range", G_CALLBACK (range_cb), range);
  GtkEventController *drag = controller (timeline, GTK_TYPE_GESTURE_DRAG);
  g_assert_false (press (timeline, GDK_KEY_Return));
  g_signal_emit_by_name (drag, "drag-begin", 790.0, 60.0);
  g_signal_emit_by_name (drag, "drag-update", -360.0, 0.0);
  g_assert_cmpuint (range[0], ==, G_MAXUINT);
  g_assert_true (press (timeline, GDK_KEY_Return));
  g_assert_cmpuint (range[0], ==, 1);
  g_assert_cmpuint (range[1], ==, 2);
  g_assert_true (hv_timeline_drop_range (HV_TIMELINE (timeline)));
  g_assert_false (press (timeline, GDK_KEY_Return));
  g_assert_false (hv_timeline_drop_range (HV_TIMELINE (timeline)));
  gtk_test_accessible_assert_property (timeline, GTK_ACCESSIBLE_PROPERTY_LABEL, "Timeline");
  gtk_window_destroy (GTK_WINDOW (window));
}

/* --- colours --- */

static double
channel (float value)
{
  return value <= 0.04045f ? value / 12.92 : pow ((value + 0.055) / 1.055, 2.4);
}

static double
luminance (const GdkRGBA *c)
{
  return 0.2126 * channel (c->red) + 0.7152 * channel (c->green) + 0.0722 * channel (c->blue);
}

static void
assert_readable (const GdkRGBA *text, const GdkRGBA *fill)
{
  double a = luminance (text), b = luminance (fill);
  g_assert_cmpfloat ((MAX (a, b) + 0.05) / (MIN (a, b) + 0.05), >=, 4.5);
}

static void
test_contrast (void)
{
  for (guint dark = 0; dark < 2; dark++)
    {
      const HvPalette *p = hv_palette_get (dark != 0);
      const GdkRGBA *fills[] = { &p->neutral,   &p->other,       &p->match,
                                 &p->grow_fill, &p->shrink_fill, &p->view };
      for (guint i = 0; i < G_N_ELEMENTS (fills); i++)
        {
          GdkRGBA text = hv_palette_text_on (p, fills[i]);
          assert_readable (&text, fills[i]);
        }
      assert_readable (&p->grow, &p->neutral);
      assert_readable (&p->shrink, &p->neutral);
      assert_readable (&p->dim, &p->view);
      for (guint i = 0; i < 200; i++)
        {
          g_autofree char *module = g_strdup_printf ("/lib/lib%u.so", i);
          const HvKey key = { .label = "f",
                              .short_label = "f",
                              .function = "f",
                              .module = module,
                              .file = "",
                              .origin = hv_basename (module) };
          GdkRGBA fill = hv_palette_key (p, &key), again = hv_palette_key (p, &key);
          GdkRGBA text = hv_palette_text_on (p, &fill);
          g_assert_true (gdk_rgba_equal (&fill, &again));
          assert_readable (&text, &fill);
        }
    }
}

/* --- the window --- */

/* Cancelled at once, a load leads back to the start page. */
static void
test_cancel (void)
{
  static const HvSession session = { .no_store = TRUE };
  static const HvProfileViewStart start;
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "base.heap", NULL);
  HvMainWindow *window = hv_main_window_new (NULL, &session, &start);
  gboolean done = FALSE;

  g_signal_connect (window, "settled", G_CALLBACK (settled_cb), &done);
  gtk_window_present (GTK_WINDOW (window));
  hv_main_window_open (window, (const char *const[]){ path, NULL }, HV_LOAD_ONE, NULL, NULL);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.cancel", NULL);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (hv_main_window_has_failed (window));
  g_assert_null (hv_profile_view_get_scene (hv_main_window_get_view (window)));
  g_assert_cmpstr (gtk_window_get_title (GTK_WINDOW (window)), ==, "heapview");
  gtk_window_destroy (GTK_WINDOW (window));
}

/* The command line's questions are asked, shown, and can be taken back. */
static void
test_options (void)
{
  const HvProfileViewStart start = { .tree = { .group = HV_GROUP_MODULE, .focus = "cache" },
                                     .grouped = TRUE,
                                     .view = HV_FLAME_OVERLAY };
  HvMainWindow *window = open_diff (&start);
  HvProfileView *view = hv_main_window_get_view (window);
  const HvScene *scene = hv_profile_view_get_scene (view);

  g_assert_cmpint (hv_flame_graph_get_view (hv_profile_view_get_flame_graph (view)), ==,
                   HV_FLAME_OVERLAY);
  g_assert_cmpint (scene->report.tree->options.group, ==, HV_GROUP_MODULE);
  int64_t shown = scene->report.tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0];
  int64_t all = scene->report.tree->total[HV_SIDE_CURRENT];
  g_assert_cmpint (shown, >, 0);
  g_assert_cmpint (shown, <, all);
  g_assert_nonnull (find_widget (GTK_WIDGET (view), GTK_TYPE_LABEL, "showing "));

  g_signal_emit_by_name (chip (view, "Only: cache"), "clicked");
  scene = wait_for_another (view, scene);
  g_assert_cmpint (scene->report.tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0], ==, all);
  g_assert_null (chip (view, "Only: "));
  g_assert_null (find_widget (GTK_WIDGET (view), GTK_TYPE_LABEL, "showing "));
  g_signal_emit_by_name (chip (view, "By module"), "clicked");
  scene = wait_for_another (view, scene);
  g_assert_cmpint (scene->report.tree->options.group, ==, HV_GROUP_STACK);
  g_assert_null (chip (view, "By module"));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Inverted, the rows, the sum and the selection's call path stay what they were. */
static void
test_invert (void)
{
  static const HvProfileViewStart start;
  HvMainWindow *window = open_diff (&start);
  HvProfileView *view = hv_main_window_get_view (window);
  HvFlameGraph *graph = hv_profile_view_get_flame_graph (view);
  const HvScene *scene = hv_profile_view_get_scene (view);
  const HvWaterfall before = scene->report.rows_diff->waterfall;
  const HvDiffRow first = g_array_index (scene->rows, HvDiffRow, 0);
  g_autofree char *name = g_strdup (hv_tree_label (scene->report.tree, first.row.node));

  g_assert_null (chip (view, "Bottom-up"));
  press (window, GDK_KEY_i);
  scene = wait_for_another (view, scene);
  g_assert_true (scene->report.tree->options.bottom_up);
  g_assert_cmpmem (&before, sizeof before, &scene->report.rows_diff->waterfall, sizeof before);
  for (guint i = 0; i < scene->rows->len; i++)
    {
      const HvRow *row = &g_array_index (scene->rows, HvDiffRow, i).row;
      g_autoptr (GArray) down = hv_tree_path (scene->report.rows_tree, row->node);
      g_autoptr (GArray) up = hv_tree_path (scene->report.tree, hv_scene_row_node (scene, i));
      g_assert_cmpuint (up->len, ==, down->len);
      for (guint f = 0; f < up->len; f++)
        g_assert_cmpstr (hv_tree_label (scene->report.tree, g_array_index (up, uint32_t, f)), ==,
                         hv_tree_label (scene->report.rows_tree,
                                        g_array_index (down, uint32_t, down->len - 1 - f)));
    }
  uint32_t selected = hv_flame_graph_get_selected (graph);
  g_assert_cmpuint (selected, ==, hv_scene_row_node (scene, 0));
  g_assert_nonnull (find_widget (GTK_WIDGET (view), GTK_TYPE_LABEL, name));
  g_signal_emit_by_name (chip (view, "Bottom-up"), "clicked");
  scene = wait_for_another (view, scene);
  g_assert_false (scene->report.tree->options.bottom_up);
  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, first.row.node);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* At 640 × 480 nothing is cut off but what scrolls, and the details do not lie on the graph. */
static void
test_narrow (void)
{
  const HvProfileViewStart start = { .tree = { .focus = "cache", .ignore = "nothing" } };
  HvMainWindow *window = open_diff (&start);
  HvProfileView *view = hv_main_window_get_view (window);
  GtkWidget *details = find_typed (GTK_WIDGET (view), HV_TYPE_DETAILS);
  int width, height;

  g_assert_nonnull (details);
  gtk_widget_measure (GTK_WIDGET (window), GTK_ORIENTATION_HORIZONTAL, -1, &width, NULL, NULL,
                      NULL);
  gtk_widget_measure (GTK_WIDGET (window), GTK_ORIENTATION_VERTICAL, 640, &height, NULL, NULL,
                      NULL);
  g_assert_cmpint (width, <=, 640);
  g_assert_cmpint (height, <=, 480);

  gtk_window_set_default_size (GTK_WINDOW (window), 640, 480);
  while (gtk_widget_get_width (GTK_WIDGET (view)) > 700 || gtk_widget_get_child_visible (details))
    g_main_context_iteration (NULL, TRUE);
  GtkWidget *only = chip (view, "Only: "), *without = chip (view, "Without: ");
  double x, y, left, top;
  g_assert_true (gtk_widget_translate_coordinates (only, GTK_WIDGET (view), 0, 0, &x, &y));
  g_assert_true (gtk_widget_translate_coordinates (without, GTK_WIDGET (view), 0, 0, &left, &top));
  g_assert_cmpfloat (left + gtk_widget_get_width (without), <=, 640);
  g_assert_true (top > y || left > x);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.details", NULL);
  while (!gtk_widget_get_child_visible (details))
    g_main_context_iteration (NULL, TRUE);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* The keys for the pages; a caller that is opened is the next function in the middle. */
static void
test_pages (void)
{
  static const HvProfileViewStart start;
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "cur.heap", NULL);
  HvMainWindow *window = open_window_as ((const char *const[]){ path, NULL }, HV_LOAD_ONE, &start);
  HvProfileView *view = hv_main_window_get_view (window);
  HvFlameGraph *graph = hv_profile_view_get_flame_graph (view);
  const HvScene *scene = hv_profile_view_get_scene (view);
  GtkWidget *sites = find_typed (GTK_WIDGET (view), HV_TYPE_SITE_TABLE);
  GtkWidget *middle = find_typed (GTK_WIDGET (view), HV_TYPE_BUTTERFLY);

  hv_flame_graph_select (graph, 0);
  press (window, GDK_KEY_7);
  g_assert_true (gtk_widget_get_child_visible (sites));
  GtkSingleSelection *selection = selection_of (sites);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (selection)), ==, scene->sites->len);
  gtk_single_selection_set_selected (selection, 0);
  uint32_t node = hv_flame_graph_get_selected (graph);
  g_assert_cmpuint (node, ==, hv_scene_row_node (scene, 0));
  g_assert_cmpstr (hv_tree_label (scene->report.tree, node), ==, "cache_insert");

  press (window, GDK_KEY_b);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  wait_until (!hv_butterfly_is_busy (HV_BUTTERFLY (middle)));
  g_assert_false (gtk_widget_get_child_visible (sites));
  g_assert_nonnull (find_widget (middle, GTK_TYPE_LABEL, "cache_insert"));
  g_assert_nonnull (find_widget (middle, GTK_TYPE_LABEL, "It calls nothing"));
  GtkWidget *callers = find_typed (middle, HV_TYPE_CALL_TABLE);
  g_signal_emit_by_name (hv_cost_table_get_view (HV_COST_TABLE (callers)), "activate", 0);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  wait_until (!hv_butterfly_is_busy (HV_BUTTERFLY (middle)));
  node = hv_flame_graph_get_selected (graph);
  g_assert_cmpstr (hv_tree_label (scene->report.tree, node), ==, "handle");
  g_assert_nonnull (find_widget (middle, GTK_TYPE_LABEL, "handle"));
  g_assert_null (find_widget (middle, GTK_TYPE_LABEL, "It calls nothing"));

  press (window, GDK_KEY_1);
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (graph)));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* What the butterfly shows is worked out in a thread; of what is asked meanwhile the newest wins.
 */
static void
test_butterfly (void)
{
  g_autoptr (HvScene) scene = make_scene (FALSE);
  GtkWidget *window = gtk_window_new (), *middle = hv_butterfly_new ();
  HvButterfly *butterfly = HV_BUTTERFLY (middle);

  gtk_window_set_child (GTK_WINDOW (window), middle);
  gtk_window_present (GTK_WINDOW (window));
  hv_butterfly_show (butterfly, scene, find (scene, "alpha"));
  g_assert_true (hv_butterfly_is_busy (butterfly));
  g_assert_null (find_widget (middle, GTK_TYPE_LABEL, "alpha"));
  hv_butterfly_show (butterfly, scene, find (scene, "beta"));
  hv_butterfly_show (butterfly, scene, find (scene, "gamma"));
  wait_until (!hv_butterfly_is_busy (butterfly));
  gtk_test_widget_wait_for_draw (window);
  g_assert_nonnull (find_widget (middle, GTK_TYPE_LABEL, "gamma"));
  g_assert_nonnull (find_widget (middle, GTK_TYPE_LABEL, "29.3 KiB with callees"));

  /* closed before the answer is there */
  hv_butterfly_show (butterfly, scene, find (scene, "alpha"));
  g_object_ref (middle);
  gtk_window_destroy (GTK_WINDOW (window));
  wait_until (!g_main_context_pending (NULL));
  g_object_unref (middle);
}

/* --- the start page, and files that come by hand --- */

static const HvScene *
wait_for_scene (HvMainWindow *window)
{
  HvProfileView *view = hv_main_window_get_view (window);

  while (!hv_profile_view_get_scene (view))
    g_main_context_iteration (NULL, TRUE);
  return hv_profile_view_get_scene (view);
}

/* Files that were opened are offered; two that are ticked are compared, the older as base. */
static void
test_recent (void)
{
  static const HvProfileViewStart start;
  g_autofree char *base = g_test_build_filename (G_TEST_DIST, "base.heap", NULL);
  g_autofree char *current = g_test_build_filename (G_TEST_DIST, "cur.heap", NULL);
  HvMainWindow *window = hv_main_window_new (NULL, &quiet_session, &start);
  GtkWidget *recent = find_typed (GTK_WIDGET (window), HV_TYPE_RECENT_FILES);
  GtkWidget *list = find_typed (recent, GTK_TYPE_LIST_BOX);

  g_assert_false (gtk_widget_get_visible (gtk_widget_get_first_child (recent)));
  hv_recent_files_add ("/nowhere/at-all.heap");
  hv_recent_files_add (base);
  hv_recent_files_add (current);
  gtk_window_present (GTK_WINDOW (window));
  while (!gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 1))
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 2));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  g_assert_null (find_widget (recent, GTK_TYPE_BUTTON, "Compare the Two"));
  for (int i = 0; i < 2; i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), i);
      GtkWidget *tick = find_typed (GTK_WIDGET (row), GTK_TYPE_CHECK_BUTTON);
      gtk_check_button_set_active (GTK_CHECK_BUTTON (tick), TRUE);
    }
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  g_signal_emit_by_name (find_widget (recent, GTK_TYPE_BUTTON, "Compare the Two"), "clicked");
  g_assert_nonnull (wait_for_scene (window)->diff);
  gtk_window_destroy (GTK_WINDOW (window));

  window = hv_main_window_new (NULL, &quiet_session, &start);
  list = find_typed (find_typed (GTK_WIDGET (window), HV_TYPE_RECENT_FILES), GTK_TYPE_LIST_BOX);
  gtk_window_present (GTK_WINDOW (window));
  wait_until (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 0));
  g_signal_emit_by_name (list, "row-activated",
                         gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 0));
  g_assert_null (wait_for_scene (window)->diff);
  gtk_window_destroy (GTK_WINDOW (window));
}

static gboolean
is_recent (const char *path)
{
  g_autoptr (GPtrArray) paths = hv_recent_files_list ();

  return g_ptr_array_find_with_equal_func (paths, path, g_str_equal, NULL);
}

/* A series leaves its last dump in the list. */
static void
test_recent_series (void)
{
  static const HvProfileViewStart start;
  g_autofree char *from = g_test_build_filename (G_TEST_DIST, "base.heap", NULL);
  g_autofree char *folder = g_dir_make_tmp ("heapview-series-XXXXXX", NULL);
  g_autofree char *store = g_build_filename (folder, "store.db", NULL);
  g_autofree char *one = g_build_filename (folder, "run.1.0.f.heap", NULL);
  g_autofree char *two = g_build_filename (folder, "run.1.1.f.heap", NULL);
  const HvSession session = { .store_path = store, .import = { .no_symbols = TRUE } };
  g_autofree char *text = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (from, &text, &length, NULL));
  g_assert_true (g_file_set_contents (one, text, (gssize) length, NULL));
  g_assert_true (g_file_set_contents (two, text, (gssize) length, NULL));
  HvMainWindow *window = hv_main_window_new (NULL, &session, &start);
  gtk_window_present (GTK_WINDOW (window));
  hv_main_window_open (window, (const char *const[]){ one, two, NULL }, HV_LOAD_SERIES, NULL, NULL);
  wait_until (is_recent (two));
  g_assert_false (is_recent (one));
  wait_for_scene (window);
  gtk_window_destroy (GTK_WINDOW (window));
  g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
  for (const char *name = g_dir_read_name (directory); name; name = g_dir_read_name (directory))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_remove (path);
    }
  g_rmdir (folder);
}

static gboolean
drop (HvMainWindow *window, const char *const *paths)
{
  g_auto (GValue) value = G_VALUE_INIT;
  GSList *files = NULL;
  gboolean taken = FALSE;

  for (guint i = 0; paths[i]; i++)
    files = g_slist_append (files, g_file_new_for_path (paths[i]));
  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_set_boxed (&value, files);
  g_signal_emit_by_name (controller (window, GTK_TYPE_DROP_TARGET), "drop", &value, 10.0, 10.0,
                         &taken);
  g_slist_free_full (files, g_object_unref);
  return taken;
}

/* One file is opened, two are compared, a folder is a series. */
static void
test_drop (void)
{
  static const HvProfileViewStart start;
  g_autofree char *base = g_test_build_filename (G_TEST_DIST, "base.heap", NULL);
  g_autofree char *current = g_test_build_filename (G_TEST_DIST, "cur.heap", NULL);
  g_autofree char *folder = g_dir_make_tmp ("heapview-test-XXXXXX", NULL);
  g_autofree char *first = g_build_filename (folder, "a.0001.heap", NULL);
  g_autofree char *second = g_build_filename (folder, "a.0002.heap", NULL);
  g_autoptr (GFile) from = g_file_new_for_path (base), with = g_file_new_for_path (current);
  g_autoptr (GFile) to = g_file_new_for_path (first), and = g_file_new_for_path (second);

  g_assert_true (g_file_copy (from, to, 0, NULL, NULL, NULL, NULL));
  g_assert_true (g_file_copy (with, and, 0, NULL, NULL, NULL, NULL));
  const char *const one[] = { current, NULL }, *const two[] = { base, current, NULL };
  const char *const series[] = { folder, NULL }, *const three[] = { base, base, base, NULL };
  const char *const *const drops[] = { one, two, series };
  for (guint i = 0; i < G_N_ELEMENTS (drops); i++)
    {
      HvMainWindow *window = hv_main_window_new (NULL, &quiet_session, &start);
      gtk_window_present (GTK_WINDOW (window));
      g_assert_false (drop (window, three));
      g_assert_true (drop (window, drops[i]));
      const HvScene *scene = wait_for_scene (window);
      g_assert_cmpint (scene->diff != NULL, ==, drops[i] == two);
      g_assert_cmpuint (scene->report.profile->n_moments, ==, drops[i] == series ? 2 : 0);
      gtk_window_destroy (GTK_WINDOW (window));
    }
  g_unlink (first);
  g_unlink (second);
  g_rmdir (folder);
}

static void
status_cb (HvWaterfallBar *bar, guint status, guint *chosen)
{
  *chosen = status;
}

/* A click on a part of the bar leaves its rows in the table; a second one, or the chip, all. */
static void
test_status (void)
{
  static const HvProfileViewStart start;
  HvMainWindow *window = open_diff (&start);
  HvProfileView *view = hv_main_window_get_view (window);
  const HvScene *scene = hv_profile_view_get_scene (view);
  GtkWidget *bar = find_typed (GTK_WIDGET (view), HV_TYPE_WATERFALL);
  GtkWidget *table = find_typed (GTK_WIDGET (view), HV_TYPE_DIFF_TABLE);
  const HvWaterfall *w = &scene->diff->waterfall;
  guint all = g_list_model_get_n_items (G_LIST_MODEL (selection_of (table)));
  guint chosen = G_MAXUINT, gone = 0;
  double width = gtk_widget_get_width (bar);

  for (guint i = 0; i < scene->rows->len; i++)
    gone += g_array_index (scene->rows, HvDiffRow, i).status == HV_STATUS_GONE;
  g_assert_cmpuint (gone, >, 0);
  g_assert_cmpuint (gone, <, all);
  g_signal_connect (bar, "status", G_CALLBACK (status_cb), &chosen);
  click (bar, width - 4, 10); /* what is gone is last */
  g_assert_cmpuint (chosen, ==, HV_STATUS_GONE);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (selection_of (table))), ==, gone);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  g_assert_nonnull (chip (view, "Status: gone"));
  click (bar, width - 4, 10);
  g_assert_cmpuint (chosen, ==, HV_STATUS_SAME);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (selection_of (table))), ==, all);

  double sum = (double) (w->base + w->grew + w->added + w->shrunk + w->gone);
  click (bar, width * ((double) w->base + (double) w->grew / 2) / sum, 10);
  g_assert_cmpuint (chosen, ==, HV_STATUS_GREW);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  g_signal_emit_by_name (chip (view, "Status: grew"), "clicked");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (selection_of (table))), ==, all);
  g_assert_null (chip (view, "Status: "));
  click (bar, width * (double) w->base / sum / 2, 10); /* base is no status */
  g_assert_cmpuint (chosen, ==, HV_STATUS_SAME);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
list_accelerators (GtkWidget *widget, GHashTable *listed)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, GTK_TYPE_SHORTCUTS_SHORTCUT))
    {
      g_autofree char *text = NULL;
      guint key;
      GdkModifierType modifiers;
      g_object_get (widget, "accelerator", &text, NULL);
      g_auto (GStrv) each = g_strsplit (text, " ", -1);
      for (guint i = 0; each[i]; i++)
        {
          g_assert_true (gtk_accelerator_parse (each[i], &key, &modifiers));
          g_hash_table_add (listed, g_strdup (each[i]));
        }
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    list_accelerators (child, listed);
}

/* Every single key of the window is listed; so is every accelerator a readable one. */
static void
test_shortcuts (void)
{
  static const HvSession session = { .no_store = TRUE };
  static const HvProfileViewStart start;
  static const char *const wanted[] = { "<Control>o", "v", "i",  "n",
                                        "p",          "1", "2",  "plus",
                                        "minus",      "0", "F9", "<Control>question",
                                        "<Control>t" };
  HvMainWindow *window = hv_main_window_new (NULL, &session, &start);
  g_autoptr (GHashTable) listed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GtkWindow *shortcuts = NULL;

  gtk_window_present (GTK_WINDOW (window));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.shortcuts", NULL);
  GListModel *windows = gtk_window_get_toplevels ();
  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) item = g_list_model_get_item (windows, i);
      if (GTK_IS_SHORTCUTS_WINDOW (item))
        shortcuts = item;
    }
  g_assert_nonnull (shortcuts);
  g_assert_true (gtk_window_get_transient_for (shortcuts) == GTK_WINDOW (window));
  list_accelerators (GTK_WIDGET (shortcuts), listed);
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    if (!g_hash_table_contains (listed, wanted[i]))
      g_error ("%s is not listed", wanted[i]);
  gtk_window_destroy (shortcuts);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_error (void)
{
  const char *const files[] = { "/nonexistent/heap", NULL };
  HvMainWindow *window = open_window (files, HV_LOAD_ONE);

  g_assert_true (hv_main_window_has_failed (window));
  g_assert_null (hv_profile_view_get_scene (hv_main_window_get_view (window)));
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_diff_window (void)
{
  g_autofree char *base = g_test_build_filename (G_TEST_DIST, "base.heap", NULL);
  g_autofree char *current = g_test_build_filename (G_TEST_DIST, "cur.heap", NULL);
  const char *const files[] = { base, current, NULL };
  HvMainWindow *window = open_window (files, HV_LOAD_DIFF);
  HvProfileView *view = hv_main_window_get_view (window);
  HvFlameGraph *graph = hv_profile_view_get_flame_graph (view);

  g_assert_false (hv_main_window_has_failed (window));
  const HvScene *scene = hv_profile_view_get_scene (view);
  g_assert_nonnull (scene->diff);
  g_assert_nonnull (strstr (gtk_window_get_title (GTK_WINDOW (window)), "cur.heap"));
  /* the largest growth is chosen */
  uint32_t first = g_array_index (scene->rows, HvDiffRow, 0).row.node;
  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, first);

  static const HvFlameView cycle[] = { HV_FLAME_CURRENT, HV_FLAME_BASE, HV_FLAME_OVERLAY,
                                       HV_FLAME_GROWTH };
  for (guint i = 0; i < G_N_ELEMENTS (cycle); i++)
    {
      press (window, GDK_KEY_v);
      g_assert_cmpint (hv_flame_graph_get_view (graph), ==, cycle[i]);
      g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, first);
    }

  /* one layer a press: search, selection, zoom */
  hv_flame_graph_zoom_to (graph, first);
  gtk_widget_activate_action (GTK_WIDGET (window), "win.search", NULL);
  press (window, GDK_KEY_v); /* inert while typing */
  g_assert_cmpint (hv_flame_graph_get_view (graph), ==, HV_FLAME_GROWTH);
  g_assert_true (press (window, GDK_KEY_Escape));
  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, first);
  g_assert_true (press (window, GDK_KEY_Escape));
  g_assert_cmpuint (hv_flame_graph_get_selected (graph), ==, 0);
  g_assert_cmpuint (hv_flame_graph_get_zoom (graph), ==, first);
  g_assert_true (press (window, GDK_KEY_Escape));
  g_assert_cmpuint (hv_flame_graph_get_zoom (graph), ==, 0);
  g_assert_false (press (window, GDK_KEY_Escape));

  /* swapped, what grew is what shrank */
  int64_t growth = scene->diff->growth[0];
  hv_profile_view_swap (view);
  while (hv_profile_view_get_scene (view) == scene)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (hv_profile_view_get_scene (view)->diff->shrink[0], ==, growth);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* What lies at home is written as people do; nothing else is. */
static void
test_path (void)
{
  g_autofree char *inside = g_build_filename (g_get_home_dir (), "profiles", "a.heap", NULL);
  g_autofree char *beside = g_strconcat (g_get_home_dir (), "-too/a.heap", NULL);
  g_autofree char *short_one = hv_label_path (inside), *same = hv_label_path (beside);
  g_autofree char *relative = hv_label_path ("a.heap"), *home = hv_label_path (g_get_home_dir ());

  g_assert_cmpstr (short_one, ==, "~/profiles/a.heap");
  g_assert_cmpstr (same, ==, beside);
  g_assert_cmpstr (relative, ==, "a.heap");
  g_assert_cmpstr (home, ==, "~");
}

int
main (int argc, char **argv)
{
  g_autofree char *data = g_dir_make_tmp ("heapview-test-XXXXXX", NULL);

  /* the list of recent files is in there */
  g_setenv ("XDG_DATA_HOME", data, TRUE);
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  hv_window_register_resource ();

  g_test_add_func ("/path", test_path);
  g_test_add_func ("/tables", test_tables);
  g_test_add_func ("/order", test_order);
  g_test_add_func ("/sentence", test_sentence);
  g_test_add_func ("/timeline", test_timeline);
  g_test_add_func ("/palette/contrast", test_contrast);
  g_test_add_func ("/window/cancel", test_cancel);
  g_test_add_func ("/window/error", test_error);
  g_test_add_func ("/window/diff", test_diff_window);
  g_test_add_func ("/window/options", test_options);
  g_test_add_func ("/window/invert", test_invert);
  g_test_add_func ("/window/narrow", test_narrow);
  g_test_add_func ("/window/pages", test_pages);
  g_test_add_func ("/window/butterfly-in-a-thread", test_butterfly);
  g_test_add_func ("/window/recent", test_recent);
  g_test_add_func ("/window/recent-series", test_recent_series);
  g_test_add_func ("/window/drop", test_drop);
  g_test_add_func ("/window/status", test_status);
  g_test_add_func ("/window/shortcuts", test_shortcuts);
  int status = g_test_run ();
  g_autofree char *list = g_build_filename (data, "recently-used.xbel", NULL);
  g_unlink (list);
  g_rmdir (data);
  return status;
}
