/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/window/profile-view-private.h"
#include "window-tests.h"

/* What a box stands for, and whose: a choice in the bar that every view follows. */

static void
changed_cb (gboolean *changed)
{
  *changed = TRUE;
}

static void
wait (gboolean *settled)
{
  while (!*settled)
    g_main_context_iteration (NULL, TRUE);
  *settled = FALSE;
}

static HvMainWindow *
open_files (const char *const *files, HvLoadKind kind, gboolean *changed)
{
  static const HvProfileViewStart start;
  HvMainWindow *window = open_window_at_first (files, kind, &start);

  g_assert_false (hv_main_window_has_failed (window));
  g_signal_connect_swapped (hv_main_window_get_view (window), "changed", G_CALLBACK (changed_cb),
                            changed);
  return window;
}

static void
choose_group (HvProfileView *view, HvGroup group)
{
  for (guint i = 0; i < view->groups->len; i++)
    if (g_array_index (view->groups, HvGroup, i) == group)
      {
        gtk_drop_down_set_selected (view->group_drop, i);
        return;
      }
  g_assert_not_reached ();
}

static gboolean
has_group (HvProfileView *view, HvGroup group)
{
  for (guint i = 0; i < view->groups->len; i++)
    if (g_array_index (view->groups, HvGroup, i) == group)
      return TRUE;
  return FALSE;
}

static void
test_groups (void)
{
  g_autofree char *base = g_test_build_filename (G_TEST_DIST, "base.heap", NULL);
  g_autofree char *current = g_test_build_filename (G_TEST_DIST, "cur.heap", NULL);
  const char *const files[] = { base, current, NULL };

  if (!have_hands ())
    return;
  for (guint diff = 0; diff < 2; diff++)
    {
      gboolean changed = FALSE;
      HvMainWindow *window = open_files (files + !diff, diff ? HV_LOAD_DIFF : HV_LOAD_ONE,
                                         &changed);
      HvProfileView *view = hv_main_window_get_view (window);
      GtkWidget *group_chip = GTK_WIDGET (view->chip[HV_CHIP_GROUP]);
      HvGroup usual = diff ? HV_GROUP_STACK : HV_GROUP_FUNCTION;

      g_assert_false (gtk_widget_get_visible (group_chip));
      for (HvGroup group = HV_GROUP_LINE; group <= HV_GROUP_TASK; group++)
        {
          if (group == HV_GROUP_THREAD && !has_group (view, group))
            continue;
          choose_group (view, group);
          wait (&changed);
          g_assert_cmpint (view->scene->report.tree->options.group, ==, group);
          g_assert_cmpint (view->scene->report.rows_tree->options.group, ==, group);
          g_assert_true (gtk_widget_get_visible (group_chip));
          g_assert_true (g_str_has_suffix (
              gtk_label_get_text (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (group_chip)))),
              "×"));
        }
      gtk_test_widget_wait_for_draw (GTK_WIDGET (view));
      click_on (group_chip);
      wait (&changed);
      g_assert_cmpint (view->scene->report.tree->options.group, ==, usual);
      g_assert_cmpint (
          g_array_index (view->groups, HvGroup, gtk_drop_down_get_selected (view->group_drop)), ==,
          usual);
      g_assert_false (gtk_widget_get_visible (group_chip));
      gtk_test_accessible_assert_property (view->group_drop, GTK_ACCESSIBLE_PROPERTY_LABEL,
                                           "Group by");

      /* its key */
      GtkWidget *list = find_typed (GTK_WIDGET (view->group_drop), GTK_TYPE_POPOVER);
      keys (GTK_WINDOW (window), "g");
      wait_until (gtk_widget_get_mapped (list) && focus_in_popover (GTK_WINDOW (window)));
      keys (GTK_WINDOW (window), "End Return");
      wait (&changed);
      g_assert_cmpint (view->scene->report.tree->options.group, ==,
                       g_array_index (view->groups, HvGroup, view->groups->len - 1));
      gtk_window_destroy (GTK_WINDOW (window));
    }
}

static void
test_threads (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("HV_TEST_DATA"), "jemalloc",
                                            "default.threads.heap", NULL);
  gboolean changed = FALSE;
  if (!have_hands ())
    return;
  HvMainWindow *window = open_files ((const char *const[]){ path, NULL }, HV_LOAD_ONE, &changed);
  HvProfileView *view = hv_main_window_get_view (window);
  const HvProfile *profile = view->profiles->current;
  GListModel *names = gtk_drop_down_get_model (view->thread_drop);

  g_assert_cmpuint (profile->n_threads, >, 1);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (view->thread_drop)));
  g_assert_cmpuint (g_list_model_get_n_items (names), ==, profile->n_threads + 1);
  int64_t all = view->scene->report.tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0];

  /* what the first thread holds, in every view; the group stays */
  choose_group (view, HV_GROUP_MODULE);
  wait (&changed);
  gtk_drop_down_set_selected (view->thread_drop, 1);
  wait (&changed);
  const HvTree *tree = view->scene->report.tree;
  int64_t held = 0;
  for (uint64_t r = 0; r < profile->n_thread_rows; r++)
    held += profile->thread_row[r].thread == 0 ? profile->thread_row[r].live_bytes : 0;
  g_assert_cmpint (tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0], ==, held);
  g_assert_cmpint (held, <, all);
  g_assert_cmpint (tree->options.group, ==, HV_GROUP_MODULE);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (view->chip[HV_CHIP_THREAD])));

  gtk_test_widget_wait_for_draw (GTK_WIDGET (view));
  click_on (view->chip[HV_CHIP_THREAD]);
  wait (&changed);
  g_assert_cmpint (view->scene->report.tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0], ==, all);
  g_assert_cmpuint (gtk_drop_down_get_selected (view->thread_drop), ==, 0);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  init_tests (&argc, &argv);

  g_test_add_func ("/grouping/groups", test_groups);
  g_test_add_func ("/grouping/threads", test_threads);
  return g_test_run ();
}
