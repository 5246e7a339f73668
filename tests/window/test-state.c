/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "window-tests.h"

#include "store/store-state.h"
#include "viewer/window/main-window-private.h"
#include "viewer/window/preferences.h"
#include "viewer/window/profile-view-private.h"
#include "viewer/window/view-state.h"

/* How a profile was left, views with a name, and what stays when the question is another. */

static const HvSession keeping = { .import = { .no_symbols = TRUE } };

static char *
example (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, name, NULL);
}

static HvMainWindow *
open_as (const HvSession *session, const char *const *files, HvLoadKind kind,
         const HvProfileViewStart *start)
{
  HvMainWindow *window = hv_main_window_new (NULL, session, start);
  gboolean done = FALSE;

  g_signal_connect (window, "settled", G_CALLBACK (settled_cb), &done);
  gtk_window_present (GTK_WINDOW (window));
  hv_main_window_open (window, files, kind, NULL, NULL);
  wait_until (done);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  g_signal_handlers_disconnect_by_func (window, settled_cb, &done);
  return window;
}

static HvMainWindow *
open_one (const HvSession *session, const char *name)
{
  static const HvProfileViewStart start;
  g_autofree char *path = example (name);

  return open_as (session, (const char *const[]){ path, NULL }, HV_LOAD_ONE, &start);
}

static HvMainWindow *
open_two (const HvSession *session)
{
  static const HvProfileViewStart start;
  g_autofree char *base = example ("base.heap"), *current = example ("cur.heap");

  return open_as (session, (const char *const[]){ base, current, NULL }, HV_LOAD_DIFF, &start);
}

static uint32_t
node_of (HvProfileView *view, const char *label)
{
  return find (hv_profile_view_get_scene (view), label);
}

static const char *
zoomed (HvProfileView *view)
{
  uint32_t node = hv_flame_graph_get_zoom (view->flame);
  return node ? hv_tree_label (view->scene->report.tree, node) : "";
}

static const char *
selected (HvProfileView *view)
{
  uint32_t node = hv_flame_graph_get_selected (view->flame);
  return node ? hv_tree_label (view->scene->report.tree, node) : "";
}

static void
type_text (HvMainWindow *window, const char *text)
{
  g_autofree char *line = g_strdup_printf ("windowfocus %lu type --delay 20 '%s'",
                                           window_id (window), text);
  run_xdotool (line);
}

/* Clicks on the box of a function. */
static void
click_box (HvProfileView *view, const char *label)
{
  gtk_test_widget_wait_for_draw (GTK_WIDGET (view));
  const HvFlameLayout *layout = hv_flame_graph_get_layout (view->flame);
  uint32_t node = node_of (view, label);
  uint32_t box = hv_flame_layout_find (layout, view->scene->report.tree, node, HV_FLAME_GAIN);

  g_assert_cmpuint (box, !=, HV_FLAME_NO_BOX);
  g_assert_cmpuint (layout->box[box].node, ==, node);
  graphene_rect_t rect = hv_flame_graph_box_rect (view->flame, box);
  hands (view->flame, rect.origin.x + rect.size.width / 2, rect.origin.y + 8, "click 1");
  wait_until (g_str_equal (selected (view), label));
}

static gboolean
is_there (gpointer window)
{
  g_autoptr (GListModel) windows = g_object_ref (gtk_window_get_toplevels ());

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GObject) item = g_list_model_get_item (windows, i);
      if (item == window)
        return TRUE;
    }
  return FALSE;
}

static void
transform (HvProfileView *view, const char *label, HvTransformKind kind)
{
  const HvScene *scene = view->scene;

  hv_profile_view_show_selection (view, node_of (view, label), NULL);
  g_assert_true (hv_profile_view_transform (view, kind));
  wait_for_another (view, scene);
}

static guint
n_transforms (HvProfileView *view)
{
  const GPtrArray *list = view->scene->report.tree->options.transforms;
  return list ? list->len : 0;
}

/* --- the text --- */

static void
test_text (void)
{
  static const char *const bad[] = {
    "",        "x",    "{}",    "{'version': <2>}", "{'version': <'1'>}", "{'page': <'flame'>}",
    "[1,2,3]", "\xff", "{{{{{", "@as []",
  };
  char *path[] = { (char *) "a\n/m", (char *) "b 'quoted' {}\n", NULL };
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) hv_transform_unref);
  HvViewState state = { .page = HV_VIEW_PAGE_SITES,
                        .metric = HV_METRIC_LIVE_BLOCKS,
                        .at = (char *) "12.5ms",
                        .base_at = (char *) "end",
                        .moments = TRUE,
                        .options = { .group = HV_GROUP_CRATE,
                                     .all_frames = TRUE,
                                     .focus = "^x.*$",
                                     .transforms = list },
                        .flame = HV_FLAME_OVERLAY,
                        .status = HV_STATUS_GONE,
                        .zoom = path,
                        .scale = 2.5,
                        .left = 0.25,
                        .selected = path,
                        .search = (char *) "a -b",
                        .match_case = TRUE,
                        .details = TRUE,
                        .pane = 321 };

  g_ptr_array_add (list,
                   hv_transform_restore (HV_TRANSFORM_DROP, HV_GROUP_FUNCTION, "f", "/m", NULL));
  g_ptr_array_add (list, hv_transform_restore (HV_TRANSFORM_HIDE_PATH, HV_GROUP_STACK, "g", "",
                                               (const char *const[]){ "a", "/m", NULL }));
  g_autofree char *text = hv_view_state_print (&state);
  g_autoptr (HvViewState) again = hv_view_state_parse (text);
  g_assert_nonnull (again);
  g_autofree char *same = hv_view_state_print (again);
  g_assert_cmpstr (text, ==, same);
  g_assert_cmpuint (again->options.transforms->len, ==, 2);
  g_assert_cmpstr (again->zoom[1], ==, path[1]);
  g_assert_cmpint (again->status, ==, HV_STATUS_GONE);

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (hv_view_state_parse (bad[i]));

  /* what cannot be is as if it were not there */
  g_autoptr (HvViewState) odd = hv_view_state_parse (
      "{'version': <1>, 'page': <'attic'>, 'metric': <'furlongs'>, 'group': <7>, 'scale': <-1.0>,"
      " 'left': <99.0>, 'pane': <-5>, 'zoom': <'x'>, 'status': <''>, 'flame': <@as []>,"
      " 'transforms': <[('focus', 'function', '', '', @as []), ('blow', 'file', 'a', '', []),"
      " ('hide-path', 'stack', 'a', '', ['odd'])]>}");
  g_assert_nonnull (odd);
  g_assert_cmpint (odd->page, ==, HV_VIEW_PAGE_FLAME);
  g_assert_cmpint (odd->metric, ==, HV_N_METRICS);
  g_assert_cmpint (odd->options.group, ==, HV_N_GROUPS);
  g_assert_null (odd->options.transforms);
  g_assert_cmpfloat (odd->scale, ==, 1);
  g_assert_cmpfloat (odd->left, ==, 0);
  g_assert_cmpint (odd->pane, ==, 0);
  g_assert_null (odd->zoom[0]);
}

/* Each moment is found again by its text. */
static void
test_moments (void)
{
  for (guint unit = 0; unit < 2; unit++)
    {
      HvProfile *profile = make_profile (TRUE);
      profile->time_unit = unit ? HV_TIME_MICROSECONDS : HV_TIME_MILLISECONDS;
      profile->n_moments = 50;
      profile->moment = g_new0 (HvMoment, profile->n_moments + 1);
      for (uint32_t i = 0; i < profile->n_moments; i++)
        profile->moment[i] = (HvMoment){ .kind = HV_MOMENT_BUCKET,
                                         .time = i * 12345 + i,
                                         .number = i };
      for (uint32_t i = 0; i < profile->n_moments; i++)
        {
          g_autofree char *text = hv_moment_text (profile, i);
          g_assert_cmpuint (hv_moment_find (profile, text, HV_AT_END), ==, i);
          profile->moment[i].kind = HV_MOMENT_DUMP;
          g_autofree char *number = hv_moment_text (profile, i);
          g_assert_cmpuint (hv_moment_find (profile, number, HV_AT_END), ==, i);
        }
      g_assert_cmpuint (hv_moment_find (profile, "nonsense", HV_AT_END), ==, HV_AT_END);
      g_assert_cmpuint (hv_moment_find (profile, NULL, 3), ==, 3);
      g_clear_pointer (&profile->moment, g_free);
      profile->n_moments = 0;
      hv_profile_free (profile);
    }
}

/* --- taken up again --- */

static void
test_restored (void)
{
  if (!have_hands ())
    return;
  HvMainWindow *window = open_one (&keeping, "cur.heap");
  HvProfileView *view = hv_main_window_get_view (window);
  const HvScene *scene = view->scene;

  g_assert_cmpstr (zoomed (view), ==, "");
  keys (GTK_WINDOW (window), "1");
  wait_until (hv_profile_view_get_page (view) == HV_VIEW_PAGE_FLAME);
  click_box (view, "log_reserve");
  keys (GTK_WINDOW (window), "d");
  wait_for_another (view, scene);
  click_box (view, "handle");
  wait_until (g_str_equal (zoomed (view), "handle"));
  keys (GTK_WINDOW (window), "Down");
  wait_until (g_str_equal (selected (view), "cache_insert"));
  scene = view->scene;
  GtkWidget *list = find_typed (GTK_WIDGET (view->metric_drop), GTK_TYPE_POPOVER);
  click_on (view->metric_drop);
  wait_until (gtk_widget_get_mapped (list) && focus_in_popover (GTK_WINDOW (window)));
  keys (GTK_WINDOW (window), "Down Return");
  wait_for_another (view, scene);
  wait_until (!gtk_widget_get_mapped (list) && !focus_in_popover (GTK_WINDOW (window)));
  HvMetric metric = view->scene->question.metric;
  g_assert_cmpint (metric, !=, HV_METRIC_LIVE_BYTES);
  HvDocument *document = hv_main_window_get_document (window);
  GtkWidget *entry = find_typed (GTK_WIDGET (document), GTK_TYPE_SEARCH_ENTRY);
  keys (GTK_WINDOW (window), "ctrl+f");
  wait_until (GTK_IS_EDITABLE (gtk_window_get_focus (GTK_WINDOW (window))));
  type_text (window, "cache");
  wait_until (view->search_text && g_str_equal (view->search_text, "cache"));
  click_on (view->sites_tab);
  wait_until (hv_profile_view_get_page (view) == HV_VIEW_PAGE_SITES);
  keys (GTK_WINDOW (window), "ctrl+w");
  wait_until (!is_there (window));

  /* from the window: as it was */
  window = open_one (&keeping, "cur.heap");
  view = hv_main_window_get_view (window);
  document = hv_main_window_get_document (window);
  g_assert_cmpint (hv_profile_view_get_page (view), ==, HV_VIEW_PAGE_SITES);
  g_assert_cmpint (view->scene->question.metric, ==, metric);
  g_assert_cmpuint (n_transforms (view), ==, 1);
  g_assert_cmpstr (zoomed (view), ==, "handle");
  g_assert_cmpstr (selected (view), ==, "cache_insert");
  g_assert_cmpstr (view->search_text, ==, "cache");
  g_assert_true (gtk_search_bar_get_search_mode (hv_document_get_search_bar (document)));
  entry = find_typed (GTK_WIDGET (document), GTK_TYPE_SEARCH_ENTRY);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "cache");
  /* undoing starts from there */
  scene = view->scene;
  keys (GTK_WINDOW (window), "ctrl+z");
  wait_for_another (view, scene);
  g_assert_cmpuint (n_transforms (view), ==, 0);
  gtk_window_destroy (GTK_WINDOW (window));

  /* the command line asks for something else: as it asks */
  const HvProfileViewStart asks = { .tree = { .group = HV_GROUP_MODULE }, .grouped = TRUE };
  g_autofree char *path = example ("cur.heap");
  window = open_as (&keeping, (const char *const[]){ path, NULL }, HV_LOAD_ONE, &asks);
  view = hv_main_window_get_view (window);
  g_assert_cmpint (view->scene->question.options.group, ==, HV_GROUP_MODULE);
  g_assert_cmpint (hv_profile_view_get_page (view), ==, HV_VIEW_PAGE_FLAME);
  gtk_window_destroy (GTK_WINDOW (window));

  /* no store: neither read nor written */
  window = open_one (&quiet_session, "cur.heap");
  view = hv_main_window_get_view (window);
  g_assert_cmpint (hv_profile_view_get_page (view), ==, HV_VIEW_PAGE_SUMMARY);
  g_assert_cmpstr (zoomed (view), ==, "");
  hv_profile_view_show_page (view, HV_VIEW_PAGE_BUTTERFLY);
  gtk_window_destroy (GTK_WINDOW (window));
  window = open_one (&keeping, "cur.heap");
  view = hv_main_window_get_view (window);
  g_assert_cmpint (view->scene->question.options.group, ==, HV_GROUP_MODULE);
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
forget_states (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HvStore) store = hv_session_store (&keeping, &error);

  hv_store_clear (store, &error);
  g_assert_no_error (error);
}

/* A program that is killed loses what was done in its last seconds, and no more. */
static void
test_kept_meanwhile (void)
{
  if (!have_hands ())
    return;
  forget_states ();
  HvMainWindow *window = open_one (&keeping, "cur.heap");
  HvProfileView *view = hv_main_window_get_view (window);
  const char *key = hv_document_get_key (hv_main_window_get_document (window));
  g_autofree char *text = NULL;

  keys (GTK_WINDOW (window), "7");
  wait_until (hv_profile_view_get_page (view) == HV_VIEW_PAGE_SITES);
  while (!text || !strstr (text, "'page': <'sites'>"))
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (HvStore) store = hv_session_store (&keeping, &error);
      g_assert_no_error (error);
      g_main_context_iteration (NULL, TRUE);
      g_free (text);
      text = hv_store_get_state (store, key, NULL);
    }
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_restored_diff (void)
{
  if (!have_hands ())
    return;
  HvMainWindow *window = open_two (&keeping);
  HvProfileView *view = hv_main_window_get_view (window);

  keys (GTK_WINDOW (window), "v v v");
  wait_until (hv_flame_graph_get_view (view->flame) == HV_FLAME_OVERLAY);
  /* the new ones stand at the right of the bar, before what is gone */
  hands (view->waterfall, gtk_widget_get_width (GTK_WIDGET (view->waterfall)) * 0.85, 14,
         "click 1");
  wait_until (view->status == HV_STATUS_NEW);
  click_box (view, "handle");
  wait_until (g_str_equal (zoomed (view), "handle"));
  gtk_paned_set_position (view->paned, 300);
  int pane = gtk_paned_get_position (view->paned);
  gtk_window_destroy (GTK_WINDOW (window));

  window = open_two (&keeping);
  view = hv_main_window_get_view (window);
  g_assert_cmpint (hv_flame_graph_get_view (view->flame), ==, HV_FLAME_OVERLAY);
  g_assert_cmpint (view->status, ==, HV_STATUS_NEW);
  g_assert_cmpstr (zoomed (view), ==, "handle");
  g_assert_cmpint (gtk_paned_get_position (view->paned), ==, pane);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* What is kept may be damaged, or ask what the profile does not have. */
static void
test_hostile (void)
{
  static const char *const texts[] = {
    "",
    "nonsense",
    "{'version': <1>}",
    "{'version': <1>, 'metric': <'peak-bytes'>, 'at': <'12.5s'>, 'group': <'thread'>}",
    "{'version': <1>, 'metric': <'lifetime'>, 'moments': <true>, 'at': <'1'>, 'base-at': <'2'>}",
    "{'version': <1>, 'thread': <'nobody'>}",
    "{'version': <1>, 'focus': <'((('>}",
    "{'version': <1>, 'zoom': <['no', 'such', 'path']>, 'selected': <['x']>, 'scale': <1e6>}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      HvMainWindow *window = open_one (&keeping, "base.heap");
      g_autofree char *key = g_strdup (hv_document_get_key (hv_main_window_get_document (window)));
      g_autoptr (GError) error = NULL;

      g_assert_nonnull (key);
      gtk_window_destroy (GTK_WINDOW (window));
      g_autoptr (HvStore) store = hv_session_store (&keeping, &error);
      g_assert_true (hv_store_put_state (store, key, texts[i], &error));
      g_assert_no_error (error);
      window = open_one (&keeping, "base.heap");
      g_assert_false (hv_main_window_has_failed (window));
      HvProfileView *view = hv_main_window_get_view (window);
      g_assert_nonnull (view->scene);
      g_assert_cmpint (view->scene->question.metric, ==, HV_METRIC_LIVE_BYTES);
      gtk_window_destroy (GTK_WINDOW (window));
    }
}

/* --- named views --- */

/* Ctrl+B, a name, Enter; then a click on it from elsewhere. */
static void
test_named (void)
{
  if (!have_hands ())
    return;
  forget_states ();
  HvMainWindow *window = open_one (&keeping, "cur.heap");
  HvProfileView *view = hv_main_window_get_view (window);
  const HvScene *scene;

  keys (GTK_WINDOW (window), "1");
  wait_until (hv_profile_view_get_page (view) == HV_VIEW_PAGE_FLAME);
  click_box (view, "log_reserve");
  scene = view->scene;
  keys (GTK_WINDOW (window), "d");
  scene = wait_for_another (view, scene);
  keys (GTK_WINDOW (window), "i");
  wait_for_another (view, scene);
  keys (GTK_WINDOW (window), "2 ctrl+b");
  wait_until (gtk_widget_get_mapped (GTK_WIDGET (window->views)));
  type_text (window, "mine");
  GtkWidget *entry = find_typed (GTK_WIDGET (window->views), GTK_TYPE_ENTRY);
  wait_until (g_str_equal (gtk_editable_get_text (GTK_EDITABLE (entry)), "mine"));
  keys (GTK_WINDOW (window), "Return");
  wait_until (find_widget (GTK_WIDGET (window->views), GTK_TYPE_LABEL, "mine"));

  /* renamed and taken up again */
  GtkWidget *label = find_widget (GTK_WIDGET (window->views), GTK_TYPE_LABEL, "mine");
  GtkWidget *row = gtk_widget_get_ancestor (label, GTK_TYPE_LIST_BOX_ROW);
  GtkWidget *rename = find_typed (row, GTK_TYPE_BUTTON);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window->views));
  click_on (rename);
  wait_until (g_str_equal (gtk_editable_get_text (GTK_EDITABLE (entry)), "mine"));
  keys (GTK_WINDOW (window), "ctrl+a");
  type_text (window, "ours");
  keys (GTK_WINDOW (window), "Return");
  wait_until (find_widget (GTK_WIDGET (window->views), GTK_TYPE_LABEL, "ours"));
  keys (GTK_WINDOW (window), "Escape");
  wait_until (!gtk_widget_get_mapped (GTK_WIDGET (window->views))
              && !focus_in_popover (GTK_WINDOW (window)));
  scene = view->scene;
  keys (GTK_WINDOW (window), "1 i");
  scene = wait_for_another (view, scene);
  keys (GTK_WINDOW (window), "ctrl+z");
  wait_for_another (view, scene);
  g_assert_cmpuint (n_transforms (view), ==, 0);
  click_on (window->views_button);
  wait_until (find_widget (GTK_WIDGET (window->views), GTK_TYPE_LABEL, "ours"));
  label = find_widget (GTK_WIDGET (window->views), GTK_TYPE_LABEL, "ours");
  row = gtk_widget_get_ancestor (label, GTK_TYPE_LIST_BOX_ROW);
  scene = view->scene;
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window->views));
  click_on (label);
  wait_for_another (view, scene);
  g_assert_cmpuint (n_transforms (view), ==, 1);
  g_assert_true (view->scene->report.tree->options.bottom_up);
  g_assert_cmpint (hv_profile_view_get_page (view), ==, HV_VIEW_PAGE_TABLE);
  gtk_window_destroy (GTK_WINDOW (window));

  /* another recording of the program is offered it, and can delete it */
  window = open_one (&keeping, "base.heap");
  view = hv_main_window_get_view (window);
  click_on (window->views_button);
  wait_until (find_widget (GTK_WIDGET (window->views), GTK_TYPE_LABEL, "ours"));
  g_assert_nonnull (find_widget (GTK_WIDGET (window->views), GTK_TYPE_LABEL, "Of another"));
  label = find_widget (GTK_WIDGET (window->views), GTK_TYPE_LABEL, "ours");
  row = gtk_widget_get_ancestor (label, GTK_TYPE_LIST_BOX_ROW);
  scene = view->scene;
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window->views));
  click_on (label);
  wait_for_another (view, scene);
  g_assert_true (view->scene->report.tree->options.bottom_up);
  wait_until (!gtk_widget_get_mapped (GTK_WIDGET (window->views))
              && !focus_in_popover (GTK_WINDOW (window)));
  click_on (window->views_button);
  wait_until (find_widget (GTK_WIDGET (window->views), GTK_TYPE_LABEL, "ours"));
  label = find_widget (GTK_WIDGET (window->views), GTK_TYPE_LABEL, "ours");
  row = gtk_widget_get_ancestor (label, GTK_TYPE_LIST_BOX_ROW);
  GtkWidget *delete = gtk_widget_get_last_child (
      gtk_list_box_row_get_child (GTK_LIST_BOX_ROW (row)));
  gtk_test_accessible_assert_property (delete, GTK_ACCESSIBLE_PROPERTY_LABEL, "Delete “ours”");
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window->views));
  click_on (delete);
  wait_until (find_widget (GTK_WIDGET (window->views), GTK_TYPE_LABEL, "No views yet"));
  keys (GTK_WINDOW (window), "Escape");
  wait_until (!gtk_widget_get_mapped (GTK_WIDGET (window->views))
              && !focus_in_popover (GTK_WINDOW (window)));

  /* which can be taken back, and is still the other's */
  GtkWidget *undo = find_widget (GTK_WIDGET (window), GTK_TYPE_BUTTON, "Undo");
  g_assert_nonnull (undo);
  click_on (undo);
  wait_until (!find_widget (GTK_WIDGET (window), GTK_TYPE_BUTTON, "Undo"));
  click_on (window->views_button);
  wait_until (find_widget (GTK_WIDGET (window->views), GTK_TYPE_LABEL, "ours"));
  g_assert_nonnull (find_widget (GTK_WIDGET (window->views), GTK_TYPE_LABEL, "Of another"));
  gtk_window_destroy (GTK_WINDOW (window));

  /* without a store there is nowhere to keep one */
  window = open_one (&quiet_session, "base.heap");
  g_assert_false (gtk_widget_get_visible (window->views_button));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* --- what stays when the question is another --- */

static void
message_cb (HvProfileView *view, const char *message, char **told)
{
  g_free (*told);
  *told = g_strdup (message);
}

/* Each change of the filter keeps zoom, selection, search and orientation; where the zoomed frame
 * goes, its nearest ancestor is zoomed to, and that is said. */
static void
test_filters (void)
{
  HvMainWindow *window = open_one (&quiet_session, "cur.heap");
  HvProfileView *view = hv_main_window_get_view (window);
  g_autofree char *told = NULL;
  const HvScene *scene;

  g_signal_connect (view, "message", G_CALLBACK (message_cb), &told);
  hv_profile_view_show_page (view, HV_VIEW_PAGE_FLAME);
  hv_profile_view_search (view, "cache", FALSE);
  hv_flame_graph_zoom_to (view->flame, node_of (view, "handle"));
  hv_profile_view_show_selection (view, node_of (view, "cache_insert"), NULL);

  /* the metric, the folding, a drop elsewhere and its undoing */
  for (guint i = 0; i < 4; i++)
    {
      scene = view->scene;
      if (i == 0)
        gtk_drop_down_set_selected (view->metric_drop, 1);
      else if (i == 1)
        g_signal_emit_by_name (view->fold_chip, "clicked");
      else if (i == 2)
        {
          hv_profile_view_show_selection (view, node_of (view, "log_reserve"), NULL);
          g_assert_true (hv_profile_view_transform (view, HV_TRANSFORM_DROP));
        }
      else
        g_assert_true (hv_profile_view_undo (view, -1));
      wait_for_another (view, scene);
      g_assert_cmpstr (zoomed (view), ==, "handle");
      if (i < 2)
        g_assert_cmpstr (selected (view), ==, "cache_insert");
      g_assert_nonnull (view->search);
      g_assert_cmpuint (view->search->nodes->len, >, 0);
      g_assert_false (view->scene->report.tree->options.bottom_up);
      g_assert_null (told);
    }

  /* a frame above it is given to its caller: the zoomed one is still there */
  hv_flame_graph_zoom_to (view->flame, node_of (view, "cache_insert"));
  transform (view, "handle", HV_TRANSFORM_HIDE);
  g_assert_cmpstr (zoomed (view), ==, "cache_insert");
  g_assert_null (told);
  scene = view->scene;
  g_assert_true (hv_profile_view_undo (view, -1));
  wait_for_another (view, scene);
  g_assert_cmpstr (zoomed (view), ==, "cache_insert");
  g_assert_null (told);

  /* it goes itself */
  transform (view, "cache_insert", HV_TRANSFORM_DROP);
  g_assert_cmpstr (zoomed (view), ==, "handle");
  g_assert_cmpstr (told, ==, "cache_insert is not there now; zoomed to handle instead");
  g_assert_nonnull (view->search);

  /* … with all above it */
  transform (view, "main", HV_TRANSFORM_DROP);
  g_assert_cmpstr (zoomed (view), ==, "");
  g_assert_cmpstr (told, ==, "handle is not there now; zoomed out");
  gtk_window_destroy (GTK_WINDOW (window));
}

/* --- the window's size --- */

static void
test_size (void)
{
  HvMainWindow *window = open_one (&quiet_session, "base.heap");
  int width, height;

  gtk_window_set_default_size (GTK_WINDOW (window), 1111, 777);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  gtk_window_close (GTK_WINDOW (window));
  window = open_one (&quiet_session, "base.heap");
  gtk_window_get_default_size (GTK_WINDOW (window), &width, &height);
  g_assert_cmpint (width, ==, 1111);
  g_assert_cmpint (height, ==, 777);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  g_autofree char *config = g_dir_make_tmp ("heapview-config-XXXXXX", NULL);
  g_autofree char *cache = g_dir_make_tmp ("heapview-cache-XXXXXX", NULL);

  g_setenv ("XDG_CONFIG_HOME", config, TRUE);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_setenv ("XDG_DATA_HOME", cache, TRUE);
  init_tests (&argc, &argv);
  g_test_add_func ("/state/text", test_text);
  g_test_add_func ("/state/moments", test_moments);
  g_test_add_func ("/state/hostile", test_hostile);
  g_test_add_func ("/state/restored", test_restored);
  g_test_add_func ("/state/restored-diff", test_restored_diff);
  g_test_add_func ("/state/kept-meanwhile", test_kept_meanwhile);
  g_test_add_func ("/state/named", test_named);
  g_test_add_func ("/state/filters", test_filters);
  g_test_add_func ("/state/size", test_size);
  int status = g_test_run ();
  const char *const remove[] = { "rm", "-rf", config, cache, NULL };
  g_spawn_sync (NULL, (char **) remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
  return status;
}
