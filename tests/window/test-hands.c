/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "opened-tests.h"
#include "store/units.h"

/* Transforms, sums, copies and the tooltip, from the key or the click to what is seen of it. */

/* Something with the pointer on the box of a function. */
static void
at_box (Test *test, const char *label, const char *what)
{
  graphene_rect_t rect = rect_of (test, label);
  graphene_point_t center;

  graphene_rect_get_center (&rect, &center);
  hands (test->graph, center.x, center.y, what);
}

/* --- transforms --- */

/* Chips come with each step and go one by one or from the last; "showing …" stays while bytes are
 * left out. */
static void
test_transforms (void)
{
  if (!have_hands ())
    return;
  Test test = open_one ();
  int64_t all = shown (&test), cache = held (&test, "cache_insert");

  keys (test.keyboard, "Escape Escape d"); /* nothing is selected */
  wait_until (find_widget (GTK_WIDGET (test.keyboard), GTK_TYPE_LABEL, "Select a frame first."));
  at_box (&test, "cache_insert", "click 1");
  wait_until (g_str_equal (selected (&test), "cache_insert"));
  keys (test.keyboard, "0 d");
  next_scene (&test);
  g_assert_cmpint (shown (&test), ==, all - cache);
  g_assert_nonnull (chip (test.view, "Dropped: cache_insert"));
  g_assert_nonnull (find_widget (GTK_WIDGET (test.view), GTK_TYPE_LABEL, "showing "));
  /* the selection is the nearest that is left */
  g_assert_cmpstr (selected (&test), ==, "handle");

  keys (test.keyboard, "c");
  next_scene (&test);
  g_assert_cmpint (shown (&test), ==, all - cache);
  uint32_t handle = find (test.scene, "handle");
  g_assert_cmpint (test.scene->report.tree->child_start[handle], ==,
                   test.scene->report.tree->child_start[handle + 1]);
  g_assert_nonnull (chip (test.view, "Collapsed: handle"));

  keys (test.keyboard, "ctrl+z");
  next_scene (&test);
  g_assert_null (chip (test.view, "Collapsed: handle"));
  keys (test.keyboard, "ctrl+z");
  next_scene (&test);
  g_assert_cmpint (shown (&test), ==, all);
  g_assert_null (chip (test.view, "Dropped: "));
  g_assert_null (find_widget (GTK_WIDGET (test.view), GTK_TYPE_LABEL, "showing "));
  keys (test.keyboard, "ctrl+shift+z");
  next_scene (&test);
  keys (test.keyboard, "ctrl+shift+z");
  next_scene (&test);
  g_assert_nonnull (chip (test.view, "Collapsed: handle"));

  /* the first chip is removed, the other stays; Alt+Left is a step back in this too */
  gtk_test_widget_wait_for_draw (GTK_WIDGET (test.view));
  click_on (gtk_widget_get_next_sibling (chip (test.view, "Dropped: cache_insert")));
  next_scene (&test);
  g_assert_cmpint (shown (&test), ==, all);
  g_assert_nonnull (chip (test.view, "Collapsed: handle"));
  g_assert_null (chip (test.view, "Dropped: "));
  keys (test.keyboard, "alt+Left");
  next_scene (&test);
  g_assert_cmpint (shown (&test), ==, all - cache);

  /* back to the first step */
  gtk_test_widget_wait_for_draw (GTK_WIDGET (test.view));
  click_on (chip (test.view, "Dropped: cache_insert"));
  next_scene (&test);
  g_assert_null (chip (test.view, "Collapsed: handle"));
  g_assert_cmpint (shown (&test), ==, all - cache);
  close_test (&test);
}

/* --- selection --- */

/* More than one selected: the sum, nested boxes counted once. */
static void
test_sum (void)
{
  if (!have_hands ())
    return;
  Test test = open_two ();
  uint32_t handle = find (test.scene, "handle");
  g_autofree char *value = hv_format_delta (test.scene->report.profile, test.scene->report.metric,
                                            test.scene->diff->growth[handle]);
  g_autofree char *wanted = g_strdup_printf ("2 selected: %s (", value);

  at_box (&test, "handle", "click 1");
  wait_until (hv_flame_graph_get_zoom (test.graph) == handle);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (test.graph));
  at_box (&test, "cache_insert", "keydown ctrl click 1 keyup ctrl");
  wait_until (find_widget (GTK_WIDGET (test.view), GTK_TYPE_LABEL, wanted));
  /* without Ctrl it is the only one again */
  at_box (&test, "handle", "click 1");
  wait_until (!find_widget (GTK_WIDGET (test.view), GTK_TYPE_LABEL, "2 selected"));
  close_test (&test);
}

/* --- copies --- */

static void
text_cb (GObject *clipboard, GAsyncResult *result, gpointer user)
{
  char **text = user;
  *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (clipboard), result, NULL);
}

static char *
copied (Test *test)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (test->keyboard));
  char *text = NULL;

  gdk_clipboard_read_text_async (clipboard, NULL, text_cb, &text);
  wait_until (text != NULL);
  return text;
}

static void
changed_cb (guint *changes)
{
  ++*changes;
}

/* By a key, or by the entry of the frame's menu. */
static char *
copy (Test *test, const char *key, const char *entry)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (test->keyboard));
  GtkWidget *menu = find_typed (GTK_WIDGET (test->view), GTK_TYPE_POPOVER_MENU);
  guint changes = 0;
  gulong id = g_signal_connect_swapped (clipboard, "changed", G_CALLBACK (changed_cb), &changes);

  keys (test->keyboard, key);
  if (entry)
    {
      wait_until (gtk_widget_get_mapped (menu) && find_widget (menu, GTK_TYPE_LABEL, entry));
      gtk_test_widget_wait_for_draw (menu);
      click_on (find_widget (menu, GTK_TYPE_LABEL, entry));
      wait_until (!gtk_widget_get_mapped (menu) && !focus_in_popover (test->keyboard));
    }
  wait_until (changes > 0);
  g_signal_handler_disconnect (clipboard, id);
  return copied (test);
}

static void
test_copy (void)
{
  if (!have_hands ())
    return;
  Test test = open_two ();

  at_box (&test, "handle", "click 1");
  wait_until (g_str_equal (selected (&test), "handle"));
  g_autofree char *name = copy (&test, "ctrl+c", NULL);
  g_assert_cmpstr (name, ==, "handle");
  g_autofree char *path = copy (&test, "Menu", "Copy Call Path");
  g_assert_true (g_str_has_suffix (path, "\nhandle"));
  g_assert_null (strchr (path, '|'));
  g_autofree char *table = copy (&test, "ctrl+shift+c", NULL);
  g_auto (GStrv) lines = g_strsplit (table, "\n", -1);
  g_assert_cmpstr (lines[0], ==, "| base | current | Δ | Frame |");
  g_assert_cmpstr (lines[1], ==, "|---:|---:|---:|:---|");
  g_assert_true (g_str_has_suffix (table, "| handle |"));
  g_autofree char *by_menu = copy (&test, "shift+F10", "Copy Call Path With Numbers");
  g_assert_cmpstr (by_menu, ==, table);
  g_autofree char *sql = copy (&test, "Menu", "Copy as SQL");
  g_assert_cmpstr (sql, ==,
                   "select profile, name, file, line, live_bytes from v_site\n"
                   "where site_key in (select site_key from v_stack where name = 'handle')\n"
                   "order by live_bytes desc;");
  close_test (&test);
}

/* --- tooltip --- */

typedef struct
{
  const char *wanted;
  HvFlameGraph *graph;
  gboolean asked;
} Asked;

static gboolean
query_cb (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip, Asked *asked)
{
  uint32_t box = hv_flame_graph_box_at (asked->graph, x, y);
  g_autofree char *text = box == HV_FLAME_NO_BOX ? g_strdup ("")
                                                 : hv_flame_graph_describe (asked->graph, box);

  asked->asked = asked->asked || (!keyboard && g_str_has_prefix (text, asked->wanted));
  return FALSE;
}

/* A pointer that rests is told of what it rests on. */
static void
test_tooltip (void)
{
  if (!have_hands ())
    return;
  Test test = open_one ();
  Asked asked = { .wanted = "cache_insert\n", .graph = test.graph };

  g_signal_connect (test.graph, "query-tooltip", G_CALLBACK (query_cb), &asked);
  at_box (&test, "cache_insert", "");
  wait_until (asked.asked);
  close_test (&test);
}

int
main (int argc, char **argv)
{
  init_tests (&argc, &argv);

  g_test_add_func ("/hands/transforms", test_transforms);
  g_test_add_func ("/hands/sum", test_sum);
  g_test_add_func ("/hands/copy", test_copy);
  g_test_add_func ("/hands/tooltip", test_tooltip);
  return g_test_run ();
}
