/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "large-recording.h"

#include "viewer/widgets/summary-page.h"
#include "viewer/window/kept-summary.h"
#include "viewer/window/profile-view-private.h"

/* The summary of a large profile is kept with it, and shown before any tree is made. */

/* --- through the store --- */

typedef struct
{
  HvProfileView *view;
  HvDocument *document;
  guint changed;
  gboolean settled;
  gboolean before;      /* at first it was shown without a scene */
  gboolean page, title; /* … and all of this was as it stays */
  char *text;           /* what it said then */
} Watch;

static void
watch_cb (HvProfileView *view, Watch *watch)
{
  if (watch->changed++)
    return;
  watch->before = view->scene == NULL;
  watch->page = hv_document_get_page (watch->document) == HV_PAGE_VIEW
                && find_widget (GTK_WIDGET (view->summary_page), GTK_TYPE_BUTTON, "All 40 Sites");
  watch->title = hv_document_get_title (watch->document)
                 && g_str_has_prefix (hv_document_get_title (watch->document), "heapview-loading-")
                 && strstr (hv_document_get_subtitle (watch->document), "prog");
  watch->text = hv_overview_print (view->overview);
}

static HvMainWindow *
open_kept (const HvSession *session, const char *path, Watch *watch)
{
  static const HvProfileViewStart start;
  HvMainWindow *window = hv_main_window_new (NULL, session, &start);

  watch->document = hv_main_window_get_document (window);
  watch->view = hv_main_window_get_view (window);
  g_signal_connect (watch->view, "changed", G_CALLBACK (watch_cb), watch);
  g_signal_connect (window, "settled", G_CALLBACK (settled_cb), &watch->settled);
  gtk_window_present (GTK_WINDOW (window));
  hv_main_window_open (window, (const char *const[]){ path, NULL }, HV_LOAD_ONE, NULL, NULL);
  wait_until (watch->settled);
  return window;
}

static gboolean
tick_cb (gpointer user)
{
  return G_SOURCE_CONTINUE;
}

/* It is written in the background. */
static void
wait_for_summary (const HvSession *session, const HvOpened *opened)
{
  g_autoptr (HvStore) store = hv_session_store (session, NULL);
  g_autoptr (HvOverview) kept = NULL;
  guint tick = g_timeout_add (10, tick_cb, NULL);

  g_assert_nonnull (store);
  wait_until ((kept = hv_kept_summary_get (store, opened->key, opened->profile)));
  g_source_remove (tick);
}

static void
test_kept (void)
{
  g_autofree char *path = make_large_recording ();
  g_autofree char *store = g_strconcat (path, ".db", NULL);
  const HvSession session = { .store_path = store, .import = { .no_symbols = TRUE } };
  const char *const files[] = { path, NULL };
  HvOpened opened = { 0 };
  Watch first = { 0 }, again = { 0 };

  g_assert_true (hv_session_open (&session, files, FALSE, &opened, NULL));
  g_assert_true (hv_session_keep (&session, &opened, NULL));

  /* nobody has worked it out yet */
  HvMainWindow *window = open_kept (&session, path, &first);
  g_assert_false (first.before);
  g_assert_null (first.text);
  g_autofree char *whole = hv_overview_print (first.view->overview);
  g_assert_nonnull (whole);
  wait_for_summary (&session, &opened);
  gtk_window_destroy (GTK_WINDOW (window));

  window = open_kept (&session, path, &again);
  g_assert_true (again.before);
  g_assert_true (again.page);
  g_assert_true (again.title);
  g_assert_cmpstr (again.text, ==, whole);
  g_assert_cmpuint (again.changed, ==, 2);
  g_assert_nonnull (again.view->scene);
  g_assert_true (again.view->overview == again.view->profiles->kept);
  g_assert_cmpint (hv_profile_view_get_page (again.view), ==, HV_VIEW_PAGE_SUMMARY);
  gtk_window_destroy (GTK_WINDOW (window));

  /* stored anew it may be of other names */
  opened.fresh = TRUE;
  g_assert_true (hv_session_keep (&session, &opened, NULL));
  g_autoptr (HvStore) kept = hv_session_store (&session, NULL);
  g_assert_null (hv_kept_summary_get (kept, opened.key, opened.profile));
  hv_opened_clear (&opened);
  g_free (again.text);
  g_unlink (store);
  g_unlink (path);
}

/* --- until the scene is there --- */

typedef struct
{
  GtkWindow *window;
  HvProfileView *view;
  HvProfiles *profiles;
  guint changed;
} Held;

static void
changed_cb (HvProfileView *view, Held *held)
{
  held->changed++;
}

/* Its first question is not answered before the lock of the profiles is given back. */
static Held
open_held (const char *state)
{
  g_autofree char *path = make_large_recording ();
  HvOpened opened = { 0 };
  HvProfileViewStart start = { .state = state };
  Held held = { .window = GTK_WINDOW (gtk_window_new ()),
                .view = g_object_new (HV_TYPE_PROFILE_VIEW, NULL) };

  g_assert_true (
      hv_session_open (&quiet_session, (const char *const[]){ path, NULL }, FALSE, &opened, NULL));
  held.profiles = hv_profiles_new (g_steal_pointer (&opened.profile), NULL);
  held.profiles->kept = hv_overview_new (held.profiles->current, NULL, NULL);
  hv_opened_clear (&opened);
  g_unlink (path);
  gtk_window_set_default_size (held.window, 1280, 720);
  gtk_window_set_child (held.window, GTK_WIDGET (held.view));
  gtk_window_present (held.window);
  g_rw_lock_writer_lock (&held.profiles->lock);
  g_assert_true (hv_profile_view_open (held.view, held.profiles, &start, NULL));
  hv_profile_view_begin (held.view);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (held.view));
  g_assert_null (held.view->scene);
  return held;
}

static void
let_go (Held *held)
{
  g_rw_lock_writer_unlock (&held->profiles->lock);
  wait_until (held->view->scene);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (held->view));
}

static void
close_held (Held *held)
{
  gtk_window_destroy (held->window);
  hv_profiles_unref (held->profiles);
}

/* What comes with the scene moves nothing. */
static void
test_place (void)
{
  Held held = open_held (NULL);
  GtkWidget *page = GTK_WIDGET (held.view->summary_page);
  double place[N_HEADINGS];

  for (guint i = 0; i < N_HEADINGS; i++)
    place[i] = top_of (find_widget (page, GTK_TYPE_LABEL, headings[i]), held.view);
  GtkWidget *row = find_widget (page, GTK_TYPE_LABEL, "function");
  g_assert_nonnull (row);
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (held.view->timeline)));
  let_go (&held);
  for (guint i = 0; i < N_HEADINGS; i++)
    g_assert_cmpfloat (top_of (find_widget (page, GTK_TYPE_LABEL, headings[i]), held.view), ==,
                       place[i]);
  /* nor are the same rows made again */
  g_assert_true (find_widget (page, GTK_TYPE_LABEL, "function") == row);
  close_held (&held);
}

/* Hands that are faster than the scene: it is what they ask for. */
static void
test_hands (void)
{
  Held held = open_held (NULL);
  GtkWidget *label = find_widget (GTK_WIDGET (held.view->summary_page), GTK_TYPE_LABEL, "function");
  GtkWidget *row = gtk_widget_get_ancestor (label, GTK_TYPE_LIST_BOX_ROW);
  g_autofree char *name = g_strdup (gtk_label_get_text (GTK_LABEL (label)));

  hv_profile_view_search (held.view, "function07", FALSE);
  g_signal_emit_by_name (gtk_widget_get_parent (row), "row-activated", row);
  g_assert_cmpint (hv_profile_view_get_page (held.view), ==, HV_VIEW_PAGE_FLAME);
  let_go (&held);
  const HvScene *scene = held.view->scene;
  g_assert_cmpint (hv_profile_view_get_page (held.view), ==, HV_VIEW_PAGE_FLAME);
  g_assert_cmpstr (
      hv_tree_short_label (scene->report.tree, hv_flame_graph_get_selected (held.view->flame)), ==,
      name);
  g_assert_cmpuint (held.view->search->nodes->len, >, 0);
  close_held (&held);
}

/* The other pages are empty till then, and whatever is asked of them. */
static void
test_pages (void)
{
  Held held = open_held (NULL);
  HvProfileView *view = held.view;

  for (HvViewPage page = 0; page < HV_N_VIEW_PAGES; page++)
    {
      hv_profile_view_show_page (view, page);
      gtk_test_widget_wait_for_draw (GTK_WIDGET (view));
      hv_profile_view_zoom (view, 1);
      hv_profile_view_search (view, "function", FALSE);
      hv_profile_view_next_match (view, 1);
      hv_profile_view_expand (view);
      hv_profile_view_invert (view);
      hv_profile_view_travel (view, -1);
      hv_profile_view_undo (view, -1);
      hv_profile_view_show_peak (view);
      hv_profile_view_step_moment (view, 1);
      hv_profile_view_escape (view);
      hv_profile_view_follow_rules (view);
      g_assert_null (hv_profile_view_print_state (view, FALSE));
    }
  g_assert_null (view->scene);
  let_go (&held);
  g_assert_cmpint (hv_profile_view_get_page (view), ==, HV_N_VIEW_PAGES - 1);
  wait_until (!view->asks && !view->overview_due && !view->overviews);
  close_held (&held);
}

/* It was left at another page: that comes first, with its scene. One left at the summary, and
 * changed before the scene is there, stays where it is. */
static void
test_left (void)
{
  Held held = open_held (NULL);
  let_go (&held);
  g_autofree char *summary = hv_profile_view_print_state (held.view, FALSE);
  hv_profile_view_show_page (held.view, HV_VIEW_PAGE_FLAME);
  g_autofree char *flame = hv_profile_view_print_state (held.view, FALSE);
  close_held (&held);

  held = open_held (flame);
  g_signal_connect (held.view, "changed", G_CALLBACK (changed_cb), &held);
  g_assert_false (held.view->overview_shown);
  let_go (&held);
  g_assert_cmpuint (held.changed, ==, 1);
  g_assert_true (held.view->overview_shown);
  g_assert_cmpint (hv_profile_view_get_page (held.view), ==, HV_VIEW_PAGE_FLAME);
  close_held (&held);

  held = open_held (summary);
  g_assert_true (held.view->overview_shown);
  hv_profile_view_show_page (held.view, HV_VIEW_PAGE_TABLE);
  let_go (&held);
  g_assert_cmpint (hv_profile_view_get_page (held.view), ==, HV_VIEW_PAGE_TABLE);
  close_held (&held);
}

int
main (int argc, char **argv)
{
  init_tests (&argc, &argv);
  g_test_add_func ("/kept-summary/kept", test_kept);
  g_test_add_func ("/kept-summary/place", test_place);
  g_test_add_func ("/kept-summary/hands", test_hands);
  g_test_add_func ("/kept-summary/pages", test_pages);
  g_test_add_func ("/kept-summary/left", test_left);
  return g_test_run ();
}
