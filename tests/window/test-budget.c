/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "opened-tests.h"

#include <glib/gstdio.h>

#include "viewer/window/budget-dialog.h"

/* Lines of a budget, from a frame's menu to the file. */

static char *folder;

static HvBudgetDialog *
dialog_of (void)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *i = windows; i; i = i->next)
    if (HV_IS_BUDGET_DIALOG (i->data) && gtk_widget_get_mapped (i->data))
      return i->data;
  return NULL;
}

/* The row of the dialog so called. */
static GtkEditable *
row_of (HvBudgetDialog *dialog, const char *title)
{
  GtkWidget *label = find_widget (GTK_WIDGET (dialog), GTK_TYPE_LABEL, title);

  g_assert_nonnull (label);
  return GTK_EDITABLE (gtk_widget_get_ancestor (label, ADW_TYPE_ENTRY_ROW));
}

/* Through the menu of the selected frame, by its letter. */
static HvBudgetDialog *
ask (Test *test, const char *function, const char *letter)
{
  GtkWidget *menu = find_typed (GTK_WIDGET (test->view), GTK_TYPE_POPOVER_MENU);
  HvBudgetDialog *dialog;

  hv_flame_graph_select (test->graph, find (test->scene, function));
  gtk_widget_grab_focus (GTK_WIDGET (test->graph));
  keys (test->keyboard, "shift+F10");
  wait_until (gtk_widget_get_mapped (menu));
  keys (test->keyboard, letter);
  wait_until ((dialog = dialog_of ()));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (dialog));
  return dialog;
}

static void
assert_file (const char *path, const char *wanted)
{
  g_autofree char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  g_assert_cmpstr (text, ==, wanted);
}

static void
test_add (void)
{
  if (!have_hands ())
    return;
  Test test = open_two ();
  g_autofree char *path = g_build_filename (folder, "limits.txt", NULL);
  HvBudgetDialog *dialog = ask (&test, "cache_insert", "b");
  g_assert_cmpstr (gtk_window_get_title (GTK_WINDOW (dialog)), ==, "Add to the Budget");
  g_assert_cmpstr (gtk_editable_get_text (row_of (dialog, "Line")), ==,
                   "fn:cache_insert  live-bytes <= 320 MiB");
  gtk_editable_set_text (row_of (dialog, "Budget File"), path);
  gtk_widget_grab_focus (GTK_WIDGET (row_of (dialog, "Line")));
  keys (GTK_WINDOW (dialog), "Return");
  wait_until (!dialog_of ());
  wait_until (find_widget (GTK_WIDGET (test.window), GTK_TYPE_LABEL, "Added to limits.txt"));
  assert_file (path, "# heapview --budget\nfn:cache_insert  live-bytes <= 320 MiB\n");

  /* the file is proposed again, and the button is as good as Enter */
  dialog = ask (&test, "rt_poll", "s");
  g_assert_cmpstr (gtk_window_get_title (GTK_WINDOW (dialog)), ==, "Add a Suppression");
  g_assert_cmpstr (gtk_editable_get_text (row_of (dialog, "Budget File")), ==, path);
  GtkWidget *button = find_widget (GTK_WIDGET (dialog), GTK_TYPE_BUTTON, "Add");
  click_on (button);
  wait_until (!dialog_of ());
  assert_file (path, "# heapview --budget\nfn:cache_insert  live-bytes <= 320 MiB\n"
                     "ignore fn:rt_poll\n");
  close_test (&test);
}

/* What is no line is not added, what is no budget is not changed, and Esc leaves. */
static void
test_refused (void)
{
  if (!have_hands ())
    return;
  Test test = open_two ();
  g_autofree char *path = g_build_filename (folder, "source.c", NULL);
  g_assert_true (g_file_set_contents (path, "int main;", -1, NULL));
  HvBudgetDialog *dialog = ask (&test, "cache_insert", "b");
  GtkEditable *line = row_of (dialog, "Line");
  g_autofree char *good = g_strdup (gtk_editable_get_text (line));
  GtkWidget *button = find_widget (GTK_WIDGET (dialog), GTK_TYPE_BUTTON, "Add");

  gtk_editable_set_text (line, "fn:cache_insert lives <= 1");
  g_assert_false (gtk_widget_get_sensitive (button));
  g_assert_nonnull (find_widget (GTK_WIDGET (dialog), GTK_TYPE_LABEL, "not live, peak"));
  gtk_editable_set_text (line, "");
  g_assert_false (gtk_widget_get_sensitive (button));
  gtk_editable_set_text (line, good);
  g_assert_true (gtk_widget_get_sensitive (button));
  gtk_editable_set_text (row_of (dialog, "Budget File"), "relative.txt");
  g_assert_false (gtk_widget_get_sensitive (button));
  gtk_editable_set_text (row_of (dialog, "Budget File"), path);
  g_assert_true (gtk_widget_get_sensitive (button));
  click_on (button);
  wait_until (find_widget (GTK_WIDGET (dialog), GTK_TYPE_LABEL, path));
  assert_file (path, "int main;");
  keys (GTK_WINDOW (dialog), "Escape");
  wait_until (!dialog_of ());
  assert_file (path, "int main;");
  close_test (&test);
}

int
main (int argc, char **argv)
{
  static const char *const names[] = { "heapview/settings.ini", "heapview", "limits.txt",
                                       "source.c" };
  g_autoptr (GError) error = NULL;

  folder = g_dir_make_tmp ("heapview-budget-XXXXXX", &error);
  g_assert_no_error (error);
  g_setenv ("XDG_CONFIG_HOME", folder, TRUE);
  init_tests (&argc, &argv);
  g_test_add_func ("/budget/add", test_add);
  g_test_add_func ("/budget/refused", test_refused);
  int failed = g_test_run ();
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      g_remove (path);
    }
  g_rmdir (folder);
  g_free (folder);
  return failed;
}
