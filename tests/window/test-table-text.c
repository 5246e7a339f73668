/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "window-tests.h"

#include "viewer/widgets/call-table.h"
#include "viewer/widgets/open-rows.h"
#include "viewer/widgets/site-table.h"
#include "viewer/window/view-shot.h"

#include <glib/gstdio.h>

/* What a table says as text is worked out where it is wanted, not where the window lives. */

/* --- which rows are open --- */

#define WIDE 40

/* Each of the first `WIDE` calls has the same below it as the one before, and one frame less. */
static HvScene *
make_wide_scene (void)
{
  HvProfile *profile = hv_profile_new ();
  uint32_t root = add (profile, 0, "main", 0, 0);

  for (guint i = 0; i < WIDE; i++)
    {
      g_autofree char *name = g_strdup_printf ("call_%u", i);
      uint32_t at = add (profile, root, name, 10 * (i + 1), 1);
      for (guint depth = i; depth < WIDE; depth += 3)
        {
          g_autofree char *below = g_strdup_printf ("below_%u", depth);
          at = add (profile, at, below, depth + 1, 1);
          add (profile, at, "leaf", 3, 1);
          add (profile, at, "other", 2, 1);
        }
    }
  profile->path = g_strdup ("wide.heap");
  profile->format = "jemalloc";
  profile->modules_known = TRUE;
  profile->default_metric = HV_METRIC_LIVE_BYTES;
  hv_profile_seal (profile);
  g_autoptr (HvProfiles) profiles = hv_profiles_new (profile, NULL);
  const HvQuestion question = {
    .metric = HV_METRIC_LIVE_BYTES,
    .at = HV_AT_END,
    .options = { .group = HV_GROUP_FUNCTION, .all_frames = TRUE },
  };
  g_autoptr (GError) error = NULL;
  HvScene *scene = hv_scene_new (profiles, &question, &error);
  g_assert_no_error (error);
  return scene;
}

static void
check_rows (GListModel *model)
{
  g_autoptr (GArray) rows = hv_open_rows (model);

  g_assert_cmpuint (rows->len, ==, g_list_model_get_n_items (model));
  for (guint i = 0; i < rows->len; i++)
    {
      g_autoptr (GtkTreeListRow) row = g_list_model_get_item (model, i);
      g_autoptr (HvNodeItem) item = gtk_tree_list_row_get_item (row);
      const HvOpenRow *open = &g_array_index (rows, HvOpenRow, i);
      g_assert_cmpuint (open->number, ==, hv_node_item_get_node (item));
      g_assert_cmpuint (open->depth, ==, gtk_tree_list_row_get_depth (row));
    }
}

static void
test_open_rows (void)
{
  g_autoptr (HvScene) scene = make_wide_scene ();
  GtkWidget *window = gtk_window_new (), *table = hv_call_table_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  gtk_window_set_child (GTK_WINDOW (window), table);
  g_autoptr (GArray) none = hv_open_rows (NULL);
  g_assert_cmpuint (none->len, ==, 0);
  hv_call_table_set_scene (HV_CALL_TABLE (table), scene);
  GListModel *model = hv_cost_table_get_rows (HV_COST_TABLE (table));
  check_rows (model);
  for (guint i = 0; i < 400; i++)
    {
      guint at = g_rand_int_range (rand, 0, (gint32) g_list_model_get_n_items (model));
      g_autoptr (GtkTreeListRow) row = g_list_model_get_item (model, at);
      /* seldom the root: with it all is closed */
      gboolean open = g_rand_int_range (rand, 0, 4) != 0;
      if (at || i % 50 == 49)
        gtk_tree_list_row_set_expanded (row, open);
      if (i % 10 == 0)
        check_rows (model);
    }
  g_assert_cmpuint (g_list_model_get_n_items (model), >, 2);
  g_autoptr (GtkTreeListRow) root = g_list_model_get_item (model, 0);
  gtk_tree_list_row_set_expanded (root, FALSE);
  check_rows (model);
  hv_call_table_expand_below (HV_CALL_TABLE (table));
  g_assert_cmpuint (g_list_model_get_n_items (model), >, WIDE * 5);
  check_rows (model);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* --- who asks for the text --- */

static char *(*get_text) (gconstpointer facts, uint32_t number, guint column, gboolean plain);
static GThread *main_thread;
static gint asked_here, asked_elsewhere; /* atomic */

static char *
counting_get_text (gconstpointer facts, uint32_t number, guint column, gboolean plain)
{
  g_atomic_int_inc (g_thread_self () == main_thread ? &asked_here : &asked_elsewhere);
  return get_text (facts, number, column, plain);
}

static void
exported_cb (HvMainWindow *window, gboolean *done)
{
  *done = TRUE;
}

static HvMainWindow *
open_sites (void)
{
  static const HvProfileViewStart start;
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "cur.heap", NULL);
  HvMainWindow *window = open_window_as ((const char *const[]){ file, NULL }, HV_LOAD_ONE, &start);

  hv_profile_view_show_page (hv_main_window_get_view (window), HV_VIEW_PAGE_SITES);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  return window;
}

static void
test_thread (void)
{
  HvCostTableClass *klass = g_type_class_ref (HV_TYPE_SITE_TABLE);
  HvMainWindow *window = open_sites ();
  g_autofree char *folder = g_dir_make_tmp ("heapview-text-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "sites.csv", NULL);
  gboolean done = FALSE;

  main_thread = g_thread_self ();
  get_text = klass->get_text;
  klass->get_text = counting_get_text;
  asked_here = asked_elsewhere = 0;
  g_signal_connect (window, "exported", G_CALLBACK (exported_cb), &done);
  hv_main_window_export (window, path);
  g_assert_cmpint (g_atomic_int_get (&asked_here), ==, 0);
  wait_until (done);
  g_assert_cmpint (g_atomic_int_get (&asked_elsewhere), >, 0);
  klass->get_text = get_text;

  g_autofree char *text = NULL;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_true (g_str_has_prefix (text, "Self,"));
  g_assert_nonnull (strstr (text, "cache_insert"));
  gtk_window_destroy (GTK_WINDOW (window));
  g_type_class_unref (klass);
  g_remove (path);
  g_rmdir (folder);
}

/* A file that takes long is announced, whatever else was just told, and can be stopped: nothing of
 * it is left. */
static GMutex held;

static char *
waiting_get_text (gconstpointer facts, uint32_t number, guint column, gboolean plain)
{
  if (plain)
    {
      g_mutex_lock (&held);
      g_mutex_unlock (&held);
    }
  return get_text (facts, number, column, plain);
}

static void
test_cancel (void)
{
  HvCostTableClass *klass = g_type_class_ref (HV_TYPE_SITE_TABLE);
  HvMainWindow *window = open_sites ();
  g_autofree char *folder = g_dir_make_tmp ("heapview-text-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "sites.csv", NULL);
  gboolean done = FALSE;

  g_signal_connect (window, "exported", G_CALLBACK (exported_cb), &done);
  hv_main_window_export (window, path);
  wait_until (done && find_widget (GTK_WIDGET (window), GTK_TYPE_LABEL, "Saved sites.csv"));
  g_assert_cmpint (g_remove (path), ==, 0);

  get_text = klass->get_text;
  klass->get_text = waiting_get_text;
  done = FALSE;
  g_mutex_lock (&held);
  hv_main_window_export (window, path);
  wait_until (find_widget (GTK_WIDGET (window), GTK_TYPE_LABEL, "Saving sites.csv"));
  g_assert_false (done);
  g_signal_emit_by_name (find_widget (GTK_WIDGET (window), GTK_TYPE_BUTTON, "Cancel"), "clicked");
  g_mutex_unlock (&held);
  wait_until (done);
  klass->get_text = get_text;
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  gtk_window_destroy (GTK_WINDOW (window));
  g_type_class_unref (klass);
  g_rmdir (folder);
}

/* What the window shows later, another scene or none, is not in it; cancelled, nothing more is
 * written. */
static void
test_later (void)
{
  HvMainWindow *window = open_sites ();
  HvProfileView *view = hv_main_window_get_view (window);
  const HvScene *scene = hv_profile_view_get_scene (view);
  g_autoptr (HvViewShot) shot = hv_view_shot_new (view);
  g_autoptr (GString) before = g_string_new (NULL), after = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (hv_view_shot_write (shot, "csv", before, NULL, &error));
  hv_profile_view_invert (view);
  wait_for_another (view, scene);
  gtk_window_destroy (GTK_WINDOW (window));
  g_assert_true (hv_view_shot_write (shot, "csv", after, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (after->str, ==, before->str);

  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  static const char *const kinds[] = { "csv", "pdf" };
  g_cancellable_cancel (cancellable);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_assert_false (hv_view_shot_write (shot, kinds[i], after, cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&error);
    }
}

int
main (int argc, char **argv)
{
  init_tests (&argc, &argv);
  g_test_add_func ("/table-text/open-rows", test_open_rows);
  g_test_add_func ("/table-text/in-a-thread", test_thread);
  g_test_add_func ("/table-text/cancel", test_cancel);
  g_test_add_func ("/table-text/as-it-was", test_later);
  return g_test_run ();
}
