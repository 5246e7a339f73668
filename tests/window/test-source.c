/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <adwaita.h>
#include <glib/gstdio.h>
#include <gtksourceview/gtksource.h>
#include <sys/stat.h>
#include <utime.h>

#include "../unit/profiles.h"
#include "hv-window-resources.h"
#include "viewer/settings.h"
#include "viewer/widgets/source-gutter.h"
#include "viewer/widgets/source-pane.h"

/* A file of four lines, and a profile of it: main() at line 1 calls work() at lines 2 and 3. */
#define TEXT "int main () { work (); }\nvoid work () { a (); }\nint more = 1;\n\n"

typedef struct
{
  char *folder, *path;
  HvScene *scene;
  GtkWindow *window;
  HvSourcePane *pane;
  guint selected; /* by the pane's signal */
  gboolean shown;
} Test;

static HvProfile *
make_profile (const char *recorded, const char *dump, int scale)
{
  static const char *const lines[] = { "main@prog:%s:1;work@prog:%s:2 4 1",
                                       "main@prog:%s:1;work@prog:%s:3 2 1", "other@prog 1 1" };
  g_autoptr (GPtrArray) stacks = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_auto (GStrv) parts = g_strsplit (lines[i], "%s", -1);
      g_ptr_array_add (stacks, g_strjoinv (recorded, parts));
    }
  g_ptr_array_add (stacks, NULL);
  HvProfile *profile = test_profile ((const char *const *) stacks->pdata);
  for (uint32_t site = 0; site < profile->n_sites; site++)
    hv_profile_column (profile, HV_METRIC_LIVE_BYTES)[site] *= scale * 1024;
  g_free (profile->path);
  profile->path = g_strdup (dump);
  profile->modules_known = TRUE;
  hv_profile_seal (profile);
  return profile;
}

static uint32_t
find (const HvScene *scene, const char *label)
{
  for (uint32_t node = 1; node < scene->report.tree->n_nodes; node++)
    if (g_str_equal (hv_tree_label (scene->report.tree, node), label))
      return node;
  g_assert_not_reached ();
}

static void
selected_cb (HvSourcePane *pane, guint node, Test *test)
{
  test->selected = node;
}

static void
shown_cb (HvSourcePane *pane, Test *test)
{
  test->shown = TRUE;
}

static void
wait_shown (Test *test)
{
  while (!test->shown)
    g_main_context_iteration (NULL, TRUE);
  test->shown = FALSE;
}

static void
show (Test *test, const char *label)
{
  hv_source_pane_show (test->pane, test->scene, label ? find (test->scene, label) : 0);
  wait_shown (test);
}

/* The profile names the file `recorded`, "" for where it is. */
static void
start (Test *test, const char *recorded, gboolean diff)
{
  g_autoptr (GError) error = NULL;

  test->folder = g_dir_make_tmp ("heapview-source-XXXXXX", &error);
  g_assert_no_error (error);
  test->path = g_build_filename (test->folder, "work.c", NULL);
  g_file_set_contents (test->path, TEXT, -1, &error);
  g_assert_no_error (error);
  g_autofree char *dump = g_build_filename (test->folder, "prog.heap", NULL);
  g_file_set_contents (dump, "", 0, &error);
  g_assert_no_error (error);

  const char *name = *recorded ? recorded : test->path;
  g_autoptr (HvProfiles) profiles = hv_profiles_new (make_profile (name, dump, 3),
                                                     diff ? make_profile (name, dump, 1) : NULL);
  const HvQuestion question = { .metric = HV_METRIC_LIVE_BYTES,
                                .at = HV_AT_END,
                                .base_at = HV_AT_END,
                                .options = { .group = HV_GROUP_STACK } };
  test->scene = hv_scene_new (profiles, &question, &error);
  g_assert_no_error (error);

  test->window = GTK_WINDOW (gtk_window_new ());
  test->pane = HV_SOURCE_PANE (hv_source_pane_new ());
  g_signal_connect (test->pane, "selected", G_CALLBACK (selected_cb), test);
  g_signal_connect (test->pane, "shown", G_CALLBACK (shown_cb), test);
  gtk_window_set_child (test->window, GTK_WIDGET (test->pane));
  gtk_window_set_default_size (test->window, 900, 500);
  gtk_window_present (test->window);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (test->pane));
}

static void
end (Test *test)
{
  g_autoptr (GDir) dir = g_dir_open (test->folder, 0, NULL);
  const char *name;

  gtk_window_destroy (test->window);
  hv_scene_unref (test->scene);
  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (test->folder, name, NULL);
      g_remove (path);
    }
  g_rmdir (test->folder);
  g_free (test->folder);
  g_free (test->path);
}

/* The first widget below `widget` of a type that can be seen; of a label, with the text in it. */
static GtkWidget *
seen (gpointer widget, GType type, const char *text)
{
  if (!gtk_widget_get_mapped (widget))
    return NULL;
  if (g_type_is_a (G_OBJECT_TYPE (widget), type)
      && (!text || strstr (gtk_label_get_text (widget), text)))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = seen (child, type, text);
      if (found)
        return found;
    }
  return NULL;
}

static gboolean
says (Test *test, const char *text)
{
  return seen (test->pane, GTK_TYPE_LABEL, text) != NULL;
}

static GtkTextView *
text_view (Test *test)
{
  GtkWidget *view = seen (test->pane, GTK_SOURCE_TYPE_VIEW, NULL);
  g_assert_nonnull (view);
  return GTK_TEXT_VIEW (view);
}

static guint
cursor_line (Test *test)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (text_view (test));
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_mark (buffer, &iter, gtk_text_buffer_get_insert (buffer));
  return (guint) gtk_text_iter_get_line (&iter) + 1;
}

static void
assert_text (Test *test, const char *expected)
{
  g_autofree char *text = NULL;
  g_object_get (gtk_text_view_get_buffer (text_view (test)), "text", &text, NULL);
  g_assert_cmpstr (text, ==, expected);
}

static void
assert_description (Test *test, const char *text)
{
  gtk_test_accessible_assert_property (text_view (test), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text);
}

static void
test_shown (void)
{
  Test test = { 0 };

  start (&test, "", FALSE);
  show (&test, "work");
  assert_text (&test, TEXT);
  g_assert_false (gtk_text_view_get_editable (text_view (&test)));
  g_assert_cmpuint (cursor_line (&test), ==, 2);
  gtk_test_accessible_assert_property (text_view (&test), GTK_ACCESSIBLE_PROPERTY_LABEL, "Source");
  assert_description (&test, "line 2: 12.0 KiB (57.1 % of shown), itself 12.0 KiB");
  g_assert_true (says (&test, test.path));
  g_assert_true (says (&test, "work · this file: 18.0 KiB (85.7 % of shown)"));
  g_assert_true (says (&test, "Inclusive"));
  GtkSourceLanguage *language = gtk_source_buffer_get_language (
      GTK_SOURCE_BUFFER (gtk_text_view_get_buffer (text_view (&test))));
  g_assert_cmpstr (gtk_source_language_get_id (language), ==, "c");

  show (&test, "main");
  g_assert_cmpuint (cursor_line (&test), ==, 1);
  assert_description (&test, "line 1: 18.0 KiB (85.7 % of shown), itself 0 B");
  show (&test, "other");
  g_assert_true (says (&test, "No Source Is Known for other"));
  show (&test, NULL);
  g_assert_true (says (&test, "Select a Frame"));
  end (&test);
}

static void
test_diff (void)
{
  Test test = { 0 };

  start (&test, "", TRUE);
  show (&test, "work");
  assert_description (&test,
                      "line 2: +8.00 KiB (base 4.00 KiB, current 12.0 KiB), itself +8.00 KiB");
  g_assert_true (says (&test, "Base"));
  g_assert_true (says (&test, "Δ"));
  end (&test);
}

/* However far down: until the view shows the line, this waits. */
static void
test_scrolled (void)
{
  Test test = { 0 };
  g_autoptr (GString) text = g_string_new (NULL);
  GdkRectangle seen_part, line;
  GtkTextIter iter;

  start (&test, "", FALSE);
  for (guint i = 0; i < 2000; i++)
    g_string_append_printf (text, "int line_%u;\n", i);
  g_file_set_contents (test.path, text->str, -1, NULL);
  hv_scene_unref (test.scene);
  g_autofree char *stack = g_strdup_printf ("far@prog:%s:1500 1 1", test.path);
  HvProfile *profile = test_profile ((const char *[]){ stack, NULL });
  g_autoptr (HvProfiles) profiles = hv_profiles_new (profile, NULL);
  const HvQuestion question = { .metric = HV_METRIC_LIVE_BYTES, .at = HV_AT_END };
  hv_profile_seal (profile);
  test.scene = hv_scene_new (profiles, &question, NULL);
  show (&test, "far");
  g_assert_cmpuint (cursor_line (&test), ==, 1500);
  GtkTextView *view = text_view (&test);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  do
    {
      g_main_context_iteration (NULL, TRUE);
      gtk_text_buffer_get_iter_at_mark (buffer, &iter, gtk_text_buffer_get_insert (buffer));
      gtk_text_view_get_iter_location (view, &iter, &line);
      gtk_text_view_get_visible_rect (view, &seen_part);
    }
  while (line.y < seen_part.y || line.y + line.height > seen_part.y + seen_part.height);
  end (&test);
}

/* Numbers lead back to the frame: by click, and by Enter at the cursor's line. */
static void
test_lines (void)
{
  Test test = { 0 };

  start (&test, "", FALSE);
  show (&test, "work");
  gtk_test_widget_wait_for_draw (GTK_WIDGET (test.pane));
  GtkWidget *gutter = seen (test.pane, HV_TYPE_SOURCE_GUTTER, NULL);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (text_view (&test));
  GtkTextIter iter;
  GdkRectangle area = { 0 };
  g_assert_cmpint (gtk_widget_get_width (gutter), >, 80);

  gtk_text_buffer_get_iter_at_line (buffer, &iter, 0);
  g_assert_true (gtk_source_gutter_renderer_query_activatable (GTK_SOURCE_GUTTER_RENDERER (gutter),
                                                               &iter, &area));
  gtk_source_gutter_renderer_activate (GTK_SOURCE_GUTTER_RENDERER (gutter), &iter, &area,
                                       GDK_BUTTON_PRIMARY, 0, 1);
  g_assert_cmpuint (test.selected, ==, find (test.scene, "main"));
  g_assert_true (says (&test, "main · this file"));
  gtk_text_buffer_get_iter_at_line (buffer, &iter, 3);
  g_assert_false (gtk_source_gutter_renderer_query_activatable (GTK_SOURCE_GUTTER_RENDERER (gutter),
                                                                &iter, &area));

  gtk_text_buffer_get_iter_at_line (buffer, &iter, 2);
  gtk_text_buffer_place_cursor (buffer, &iter);
  assert_description (&test, "line 3: 6.00 KiB (28.6 % of shown), itself 6.00 KiB");
  g_autoptr (GListModel) list = gtk_widget_observe_controllers (GTK_WIDGET (text_view (&test)));
  gboolean handled = FALSE;
  for (guint i = 0; !handled && i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (GtkEventController) item = g_list_model_get_item (list, i);
      if (GTK_IS_EVENT_CONTROLLER_KEY (item)
          && gtk_event_controller_get_propagation_phase (item) == GTK_PHASE_CAPTURE)
        g_signal_emit_by_name (item, "key-pressed", GDK_KEY_Return, 0, 0, &handled);
    }
  g_assert_true (handled);
  g_assert_cmpuint (test.selected, ==, find (test.scene, "work"));
  end (&test);
}

/* Where one file is tells where the others are, this time and the next. */
static void
test_located (void)
{
  Test test = { 0 };

  start (&test, "/build/nowhere/work.c", FALSE);
  show (&test, "work");
  g_assert_true (says (&test, "Source Not Found"));
  g_assert_true (says (&test, "/build/nowhere/work.c: is not there"));
  hv_source_pane_locate (test.pane, test.path);
  wait_shown (&test);
  assert_text (&test, TEXT);
  g_assert_true (says (&test, test.path));

  GtkWidget *again = hv_source_pane_new ();
  gtk_window_set_child (test.window, again);
  test.pane = HV_SOURCE_PANE (again);
  g_signal_connect (again, "shown", G_CALLBACK (shown_cb), &test);
  show (&test, "main");
  assert_text (&test, TEXT);
  end (&test);
}

static void
set_editor (const char *command)
{
  g_autoptr (HvSettings) settings = hv_settings_load ();
  g_autoptr (GError) error = NULL;

  g_free (settings->editor);
  settings->editor = g_strdup (command);
  hv_settings_save (settings, &error);
  g_assert_no_error (error);
}

static void
failed_cb (HvSourcePane *pane, const char *message, char **said)
{
  *said = g_strdup (message);
}

/* The command is run with the file and the cursor's line; what others chose meanwhile counts. */
static void
test_editor (void)
{
  Test test = { 0 };
  g_autofree char *said = NULL;

  start (&test, "", FALSE);
  show (&test, "work");
  g_signal_connect (test.pane, "failed", G_CALLBACK (failed_cb), &said);
  GtkWidget *label = seen (test.pane, GTK_TYPE_LABEL, "Open in Editor");
  GtkWidget *button = gtk_widget_get_ancestor (label, GTK_TYPE_BUTTON);
  set_editor ("touch %f-%l");
  g_signal_emit_by_name (button, "clicked");
  g_autofree char *made = g_strconcat (test.path, "-2", NULL);
  while (!g_file_test (made, G_FILE_TEST_EXISTS))
    g_main_context_iteration (NULL, FALSE);
  g_assert_null (said);
  set_editor ("/no/such/editor");
  g_signal_emit_by_name (button, "clicked");
  g_assert_nonnull (strstr (said, "/no/such/editor"));
  set_editor (NULL);
  end (&test);
}

/* What a dump names may be anything. */
static void
test_hostile (void)
{
  Test test = { 0 };

  start (&test, "", FALSE);
  g_remove (test.path);
  g_assert_cmpint (mkfifo (test.path, 0600), ==, 0);
  show (&test, "work");
  g_assert_true (says (&test, "Source Not Found"));
  g_assert_true (says (&test, "is no regular file"));
  g_remove (test.path);
  g_file_set_contents (test.path, "\xff\0a\n", 4, NULL);
  show (&test, "work");
  assert_text (&test, "\xef\xbf\xbd\xef\xbf\xbd"
                      "a\n");
  g_assert_true (says (&test, "The file is shorter than the profile says"));
  end (&test);
}

static void
test_newer (void)
{
  Test test = { 0 };
  const struct utimbuf later = { .modtime = time (NULL) + 100 };

  start (&test, "", FALSE);
  show (&test, "work");
  g_assert_false (says (&test, "was changed after"));
  g_assert_cmpint (utime (test.path, &later), ==, 0);
  show (&test, "main");
  g_assert_true (says (&test, "was changed after the profile was written"));
  end (&test);
}

int
main (int argc, char **argv)
{
  /* the settings of whoever runs this are none of the test's business */
  g_autofree char *config = g_dir_make_tmp ("heapview-config-XXXXXX", NULL);
  g_autofree char *folder = g_build_filename (config, "heapview", NULL);
  g_autofree char *settings = g_build_filename (folder, "settings.ini", NULL);

  g_setenv ("XDG_CONFIG_HOME", config, TRUE);
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  hv_window_register_resource ();
  g_test_add_func ("/source/shown", test_shown);
  g_test_add_func ("/source/diff", test_diff);
  g_test_add_func ("/source/scrolled", test_scrolled);
  g_test_add_func ("/source/lines", test_lines);
  g_test_add_func ("/source/located", test_located);
  g_test_add_func ("/source/editor", test_editor);
  g_test_add_func ("/source/hostile", test_hostile);
  g_test_add_func ("/source/newer", test_newer);
  int status = g_test_run ();
  g_remove (settings);
  g_rmdir (folder);
  g_rmdir (config);
  return status;
}
