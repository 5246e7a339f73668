/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <adwaita.h>
#include <glib/gstdio.h>
#include <string.h>

#include "hv-window-resources.h"
#include "viewer/window/main-window.h"
#include "viewer/window/symbols-window.h"

/* --- what widgets say --- */

/* The text of all labels below a widget, a line each. */
static void
append_labels (GtkWidget *widget, GString *text)
{
  if (GTK_IS_LABEL (widget))
    g_string_append_printf (text, "%s\n", gtk_label_get_text (GTK_LABEL (widget)));
  for (GtkWidget *c = gtk_widget_get_first_child (widget); c; c = gtk_widget_get_next_sibling (c))
    append_labels (c, text);
}

static gboolean
says (gpointer widget, const char *what)
{
  g_autoptr (GString) text = g_string_new (NULL);

  append_labels (GTK_WIDGET (widget), text);
  return strstr (text->str, what) != NULL;
}

static GtkWidget *
find (GtkWidget *widget, GType type, const char *tooltip)
{
  const char *own = gtk_widget_get_tooltip_text (widget);

  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type) && own && strcmp (own, tooltip) == 0)
    return widget;
  for (GtkWidget *c = gtk_widget_get_first_child (widget); c; c = gtk_widget_get_next_sibling (c))
    {
      GtkWidget *found = find (c, type, tooltip);
      if (found)
        return found;
    }
  return NULL;
}

/* --- the list --- */

static void
add_module (HvProfile *profile, const char *path, const char *status, int64_t unresolved)
{
  HvModule module = { .path = hv_profile_intern (profile, path, -1),
                      .status = hv_profile_intern (profile, status, -1),
                      .tried = hv_profile_intern (profile, "/a: no such file\n/b: other", -1),
                      .build_id = hv_profile_intern (profile, "0123abcd", -1),
                      .unresolved = unresolved };
  hv_profile_add_module (profile, &module);
}

static HvProfile *
make_profile (gboolean missing)
{
  HvProfile *profile = hv_profile_new ();
  HvFrame frame = { .function = hv_profile_intern (profile, "main", -1) };
  uint32_t node = hv_profile_node (profile, 0, hv_profile_frame (profile, &frame));
  uint32_t site = hv_profile_site (profile, node);

  hv_profile_column (profile, HV_METRIC_LIVE_BYTES)[site] = 4096;
  profile->default_metric = HV_METRIC_LIVE_BYTES;
  add_module (profile, "/lib/fine.so", "resolved", 0);
  add_module (profile, "[vdso]", "file not found", 0);
  if (missing)
    {
      add_module (profile, "/lib/little.so", "symbol table only", 0);
      add_module (profile, "/lib/a_b<c>.so", "does not match", 1024);
    }
  hv_profile_seal (profile);
  return profile;
}

static void
test_list (void)
{
  g_autoptr (HvProfile) missing = make_profile (TRUE);
  g_autoptr (HvProfile) fine = make_profile (FALSE);
  HvSymbolsWindow *window = hv_symbols_window_new (NULL);
  g_autoptr (GArray) modules = hv_symbols_missing (missing);

  g_assert_cmpuint (modules->len, ==, 2);
  g_assert_cmpuint (g_array_index (modules, uint32_t, 0), ==, 3);
  hv_symbols_window_set_profiles (window, missing, NULL);
  gtk_window_present (GTK_WINDOW (window));
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  g_assert_true (says (window, "a_b<c>.so\n"));
  g_assert_true (says (window, "the file is not the one that ran\n1.00 KiB (25.0 %)"));
  g_assert_true (says (window, "0123abcd"));
  g_assert_true (says (window, "/a: no such file\n/b: other"));
  g_assert_true (says (window, "little.so"));
  g_assert_false (says (window, "fine.so") || says (window, "vdso"));
  GtkWidget *button = find (GTK_WIDGET (window), GTK_TYPE_BUTTON,
                            "Locate the symbols of a_b<c>.so");
  g_assert_nonnull (button);
  gtk_test_accessible_assert_property (button, GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Locate the symbols of a_b<c>.so");

  hv_symbols_window_set_profiles (window, fine, missing);
  g_assert_true (says (window, "Base\n") && !says (window, "Current\n"));
  hv_symbols_window_set_profiles (window, fine, NULL);
  g_assert_true (says (window, "All symbols found"));
  g_assert_false (says (window, "a_b<c>.so"));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* --- from a file --- */

static void
settled_cb (gboolean *settled)
{
  *settled = TRUE;
}

static void
wait (gboolean *settled)
{
  while (!*settled)
    g_main_context_iteration (NULL, TRUE);
  *settled = FALSE;
}

static const char *
selected_name (HvProfileView *view)
{
  const HvScene *scene = hv_profile_view_get_scene (view);
  uint32_t node = hv_flame_graph_get_selected (hv_profile_view_get_flame_graph (view));

  return hv_tree_label (scene->report.tree, node);
}

static uint32_t
find_node (HvProfileView *view, const char *label)
{
  const HvTree *tree = hv_profile_view_get_scene (view)->report.tree;

  for (uint32_t n = 1; n < tree->n_nodes; n++)
    if (strcmp (hv_tree_label (tree, n), label) == 0)
      return n;
  g_assert_not_reached ();
}

/* A library is shown, another one refused; what is selected stays what it is. */
static void
test_locate (void)
{
  static const char text[] = "heap_v2/1\n  t*: 0: 0 [0: 0]\n"
                             "@ 0x5002e4 0x50033d 0x5003b6 0x401101\n  t*: 3: 750 [0: 0]\n"
                             "@ 0x5003ca 0x401101\n  t*: 1: 250 [0: 0]\n"
                             "\nMAPPED_LIBRARIES:\n"
                             "00400000-00500000 r-xp 00000000 08:01 11 /nowhere/program\n"
                             "00500000-00501000 r-xp 00000000 08:01 12 /nowhere/lib.so\n";
  const HvSession session = { .no_store = TRUE };
  const HvProfileViewStart start = { .tree = { .all_frames = TRUE } };
  g_autofree char *library = g_build_filename (g_getenv ("HV_TEST_DATA"), "symbols", "gcc-5.so",
                                               NULL);
  g_autofree char *other = g_build_filename (g_getenv ("HV_TEST_DATA"), "symbols", "unwind.so",
                                             NULL);
  g_autofree char *folder = g_dir_make_tmp ("hv-window-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "locate.heap", NULL);
  HvMainWindow *window = hv_main_window_new (NULL, &session, &start);
  HvDocument *document = hv_main_window_get_document (window);
  HvProfileView *view = hv_main_window_get_view (window);
  gboolean settled = FALSE;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_signal_connect_swapped (window, "settled", G_CALLBACK (settled_cb), &settled);
  gtk_window_present (GTK_WINDOW (window));
  hv_main_window_open (window, (const char *const[]){ path, NULL }, HV_LOAD_ONE, NULL, NULL);
  wait (&settled);
  g_assert_true (says (window, "No symbols: 100 %"));
  GtkWindow *symbols = GTK_WINDOW (hv_document_show_symbols (document));
  g_assert_true (says (symbols, "lib.so"));
  hv_flame_graph_select (hv_profile_view_get_flame_graph (view), find_node (view, "lib.so+0x3c9"));

  hv_document_locate (document, "/nowhere/lib.so", other);
  wait (&settled);
  g_assert_false (hv_main_window_has_failed (window));
  g_assert_true (says (symbols, "the file is not the one that ran"));
  g_assert_true (says (symbols, "unwind.so: another build"));
  g_assert_cmpstr (selected_name (view), ==, "lib.so+0x3c9");

  hv_document_locate (document, "/nowhere/lib.so", library);
  wait (&settled);
  g_assert_false (says (symbols, "lib.so"));
  g_assert_cmpstr (selected_name (view), ==, "entry");
  find_node (view, "app::run(int)::{lambda}::operator()");
  g_assert_cmpint (hv_document_get_page (document), ==, HV_PAGE_VIEW);

  /* cancelled at once: what is shown stays */
  hv_document_locate (document, "/nowhere/program", library);
  hv_document_cancel (document);
  wait (&settled);
  g_assert_cmpstr (selected_name (view), ==, "entry");
  g_assert_cmpint (hv_document_get_page (document), ==, HV_PAGE_VIEW);
  gtk_window_destroy (GTK_WINDOW (window));
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  hv_window_register_resource ();

  g_test_add_func ("/symbols/list", test_list);
  g_test_add_func ("/symbols/locate", test_locate);
  return g_test_run ();
}
