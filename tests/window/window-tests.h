/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "config.h"

#include <adwaita.h>
#include <gdk/x11/gdkx.h>
#include <string.h>

#include "hv-window-resources.h"
#include "viewer/widgets/flame-graph.h"
#include "viewer/window/main-window.h"

/* What the window's tests share: small scenes, real windows, and hands. */

/* What main() begins with. Nothing moves by itself in the windows that the tests look at. */
static inline void
init_tests (int *argc, char ***argv)
{
  gtk_test_init (argc, argv, NULL);
  adw_init ();
  hv_window_register_resource ();
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
}

/* --- two small profiles ---
 *
 *            base  current
 * main
 *   alpha     10     20
 *     beta     0     40     new
 *   gamma     30     30
 *   delta     20      0     gone
 */

static inline uint32_t
add (HvProfile *profile, uint32_t parent, const char *function, int64_t bytes, int64_t blocks)
{
  HvFrame frame = { .function = hv_profile_intern (profile, function, -1),
                    .module = hv_profile_intern (profile, "/usr/bin/example", -1) };
  uint32_t node = hv_profile_node (profile, parent, hv_profile_frame (profile, &frame));

  if (bytes)
    {
      uint32_t site = hv_profile_site (profile, node);
      hv_profile_column (profile, HV_METRIC_LIVE_BYTES)[site] = bytes;
      hv_profile_column (profile, HV_METRIC_LIVE_BLOCKS)[site] = blocks;
    }
  return node;
}

static inline HvProfile *
make_profile (gboolean current)
{
  HvProfile *profile = hv_profile_new ();
  uint32_t root = add (profile, 0, "main", 0, 0);
  uint32_t alpha = add (profile, root, "alpha", (current ? 20 : 10) * 1000, 10);

  if (current)
    add (profile, alpha, "beta", 40 * 1000, 4);
  add (profile, root, "gamma", 30 * 1000, 3);
  if (!current)
    add (profile, root, "delta", 20 * 1000, 2);
  profile->path = g_strdup (current ? "current.heap" : "base.heap");
  profile->format = "jemalloc";
  profile->modules_known = TRUE;
  profile->default_metric = HV_METRIC_LIVE_BYTES;
  hv_profile_seal (profile);
  return profile;
}

static inline HvScene *
make_scene (gboolean diff)
{
  g_autoptr (HvProfiles)
      profiles = hv_profiles_new (make_profile (TRUE), diff ? make_profile (FALSE) : NULL);
  const HvQuestion question = {
    .metric = HV_METRIC_LIVE_BYTES,
    .at = HV_AT_END,
    .base_at = HV_AT_END,
    .options = { .group = diff ? HV_GROUP_STACK : HV_GROUP_FUNCTION, .all_frames = TRUE },
  };
  g_autoptr (GError) error = NULL;
  HvScene *scene = hv_scene_new (profiles, &question, &error);

  g_assert_no_error (error);
  return scene;
}

static inline uint32_t
find (const HvScene *scene, const char *label)
{
  for (uint32_t node = 1; node < scene->report.tree->n_nodes; node++)
    if (g_str_equal (hv_tree_label (scene->report.tree, node), label))
      return node;
  g_assert_not_reached ();
}

/* The controller of a type; of the gestures, the primary button's. */
static inline GtkEventController *
controller (gpointer widget, GType type)
{
  g_autoptr (GListModel) list = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (GtkEventController) item = g_list_model_get_item (list, i);
      if (G_TYPE_CHECK_INSTANCE_TYPE (item, type)
          && (!GTK_IS_GESTURE_SINGLE (item)
              || gtk_gesture_single_get_button (GTK_GESTURE_SINGLE (item)) == GDK_BUTTON_PRIMARY))
        return item;
    }
  g_assert_not_reached ();
}

static inline gboolean
press (gpointer widget, guint keyval)
{
  gboolean handled = FALSE;
  g_signal_emit_by_name (controller (widget, GTK_TYPE_EVENT_CONTROLLER_KEY), "key-pressed", keyval,
                         0, 0, &handled);
  return handled;
}

static inline void
click (gpointer widget, double x, double y)
{
  GtkEventController *gesture = controller (widget, GTK_TYPE_GESTURE_CLICK);
  g_signal_emit_by_name (gesture, "pressed", 1, x, y);
  g_signal_emit_by_name (gesture, "released", 1, x, y);
}

/* --- real events: xdotool's hands on the display the test has to itself --- */

/* Runs the main loop until it is so. */
#define wait_until(truth)                                                                          \
  G_STMT_START                                                                                     \
  {                                                                                                \
    while (!(truth))                                                                               \
      g_main_context_iteration (NULL, TRUE);                                                       \
  }                                                                                                \
  G_STMT_END

static inline gboolean
have_hands (void)
{
  g_autofree char *program = g_find_program_in_path ("xdotool");

  if (!program)
    g_test_skip ("no xdotool here");
  return program != NULL;
}

static inline void
run_xdotool (const char *commands)
{
  g_autofree char *line = g_strconcat ("xdotool ", commands, NULL);
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;
  int status = 0;

  g_assert_true (g_shell_parse_argv (line, NULL, &words, &error));
  if (!g_spawn_sync (NULL, words, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL,
                     NULL, NULL, NULL, &status, &error))
    g_error ("%s", error->message);
  g_assert_cmpint (status, ==, 0);
}

static inline gulong
window_id (gpointer widget)
{
  GdkSurface *surface = gtk_native_get_surface (gtk_widget_get_native (widget));

  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  return gdk_x11_surface_get_xid (surface);
  G_GNUC_END_IGNORE_DEPRECATIONS
}

/* The pointer goes to a point of the widget and does what xdotool calls `what`. */
static inline void
hands (gpointer widget, double x, double y, const char *what)
{
  GtkNative *native = gtk_widget_get_native (widget);
  double left, top, in_x, in_y;

  gtk_widget_translate_coordinates (widget, GTK_WIDGET (native), x, y, &left, &top);
  gtk_native_get_surface_transform (native, &in_x, &in_y);
  g_autofree char *line = g_strdup_printf ("mousemove --window %lu %d %d %s", window_id (widget),
                                           (int) (left + in_x), (int) (top + in_y), what);
  run_xdotool (line);
}

static inline void
click_on (gpointer widget)
{
  g_assert_true (gtk_widget_get_mapped (widget));
  hands (widget, gtk_widget_get_width (widget) / 2, gtk_widget_get_height (widget) / 2, "click 1");
}

/* Without a window manager nobody else gives a window the keyboard. */
static inline void
keys (GtkWindow *window, const char *what)
{
  g_autofree char *line = g_strdup_printf ("windowfocus %lu key --delay 20 %s", window_id (window),
                                           what);
  run_xdotool (line);
}

/* What has the focus in a popover has it a little longer than the popover is seen, and the keys
 * with it. */
static inline gboolean
focus_in_popover (GtkWindow *window)
{
  GtkWidget *focus = gtk_window_get_focus (window);

  return focus && gtk_widget_get_ancestor (focus, GTK_TYPE_POPOVER);
}

static inline void
settled_cb (HvMainWindow *window, gboolean *done)
{
  *done = TRUE;
}

/* Neither keeps anything nor looks for symbols. */
static const HvSession quiet_session = { .no_store = TRUE, .import = { .no_symbols = TRUE } };

/* On the page it opens with. */
static inline HvMainWindow *
open_window_at_first (const char *const *files, HvLoadKind kind, const HvProfileViewStart *start)
{
  HvMainWindow *window = hv_main_window_new (NULL, &quiet_session, start);
  gboolean done = FALSE;

  g_signal_connect (window, "settled", G_CALLBACK (settled_cb), &done);
  gtk_window_present (GTK_WINDOW (window));
  hv_main_window_open (window, files, kind, NULL, NULL);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  g_signal_handlers_disconnect_by_func (window, settled_cb, &done);
  return window;
}

static inline HvMainWindow *
open_window_as (const char *const *files, HvLoadKind kind, const HvProfileViewStart *start)
{
  HvMainWindow *window = open_window_at_first (files, kind, start);

  if (!hv_main_window_has_failed (window))
    hv_profile_view_show_page (hv_main_window_get_view (window), HV_VIEW_PAGE_FLAME);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (window));
  return window;
}

static inline HvMainWindow *
open_window (const char *const *files, HvLoadKind kind)
{
  static const HvProfileViewStart start;
  return open_window_as (files, kind, &start);
}

static inline HvMainWindow *
open_diff (const HvProfileViewStart *start)
{
  g_autofree char *base = g_test_build_filename (G_TEST_DIST, "base.heap", NULL);
  g_autofree char *current = g_test_build_filename (G_TEST_DIST, "cur.heap", NULL);
  const char *const files[] = { base, current, NULL };
  return open_window_as (files, HV_LOAD_DIFF, start);
}

static inline const HvScene *
wait_for_another (HvProfileView *view, const HvScene *scene)
{
  /* kept: a later one could be made in its place */
  g_autoptr (HvScene) before = hv_scene_ref ((HvScene *) scene);

  while (hv_profile_view_get_scene (view) == before)
    g_main_context_iteration (NULL, TRUE);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (view));
  return hv_profile_view_get_scene (view);
}

/* The shown widget of a type with a text that starts so: a label, or a button around one. */
static inline GtkWidget *
find_widget (GtkWidget *widget, GType type, const char *start)
{
  GtkWidget *label = GTK_IS_BUTTON (widget) ? gtk_button_get_child (GTK_BUTTON (widget)) : widget;

  if (!gtk_widget_get_mapped (widget))
    return NULL;
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type) && GTK_IS_LABEL (label)
      && g_str_has_prefix (gtk_label_get_text (GTK_LABEL (label)), start))
    return widget;
  GtkWidget *found = NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found;
       child = gtk_widget_get_next_sibling (child))
    found = find_widget (child, type, start);
  return found;
}

static inline GtkWidget *
find_typed (GtkWidget *widget, GType type)
{
  GtkWidget *found = G_TYPE_CHECK_INSTANCE_TYPE (widget, type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found;
       child = gtk_widget_get_next_sibling (child))
    found = find_typed (child, type);
  return found;
}

static inline GtkWidget *
chip (HvProfileView *view, const char *start)
{
  return find_widget (GTK_WIDGET (view), GTK_TYPE_BUTTON, start);
}
