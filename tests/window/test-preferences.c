/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "window-tests.h"

#include <glib/gstdio.h>
#include <math.h>

#include "store/units.h"
#include "viewer/source-path.h"
#include "viewer/widgets/palette.h"
#include "viewer/window/main-window-private.h"
#include "viewer/window/preferences-window.h"
#include "viewer/window/preferences.h"

/* --- palettes --- */

static const HvPaletteStyle styles[] = { { 0 }, { .strong = TRUE }, { .contrast = TRUE } };
static const char *const style_names[] = { "standard", "strong", "high contrast" };

#define assert_readable(text, fill, least)                                                         \
  g_assert_cmpfloat (hv_palette_contrast (text, fill), >=, least)

/* Text on every colour that text stands on, and what growth and shrink are written in. */
static void
test_contrast (void)
{
  for (guint i = 0; i < 2 * G_N_ELEMENTS (styles); i++)
    {
      hv_palette_set_style (&styles[i / 2]);
      const HvPalette *p = hv_palette_get (i % 2);
      const GdkRGBA *const fills[] = { &p->view,  &p->grow_fill,  &p->shrink_fill, &p->neutral,
                                       &p->match, &p->chart_fill, &p->other };
      double least = styles[i / 2].contrast ? 7 : 4.5;

      for (gsize f = 0; f < G_N_ELEMENTS (fills); f++)
        {
          GdkRGBA text = hv_palette_text_on (p, fills[f]);
          GdkRGBA soft = hv_palette_soft_text_on (p, fills[f], 0.72f);
          GdkRGBA faded = hv_palette_mix (&p->view, fills[f], 0.35f);
          GdkRGBA on_faded = hv_palette_soft_text_on (p, &faded, 0.6f);
          assert_readable (&text, fills[f], least);
          assert_readable (&soft, fills[f], 4.5);
          assert_readable (&on_faded, &faded, 4.5);
        }
      assert_readable (&p->dim, &p->view, least - 1);
      assert_readable (&p->match_text, &p->view, 4.5);
      for (gsize f = 0; f < 4; f++)
        {
          if (fills[f] != &p->shrink_fill)
            assert_readable (&p->grow, fills[f], 4.5);
          if (fills[f] != &p->grow_fill)
            assert_readable (&p->shrink, fills[f], 4.5);
        }
      for (guint k = 0; k < 500; k++)
        {
          g_autofree char *name = g_strdup_printf ("crate %u", k);
          const HvKey key = {
            .origin = name, .module = "", .function = name, .short_label = name, .file = name
          };
          GdkRGBA fill = hv_palette_key (p, &key), text = hv_palette_text_on (p, &fill);
          GdkRGBA soft = hv_palette_soft_text_on (p, &fill, 0.72f);
          assert_readable (&text, &fill, least);
          assert_readable (&soft, &fill, 4.5);
        }
    }
  hv_palette_set_style (&styles[0]);
}

/* Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB. */
static const double visions[][3][3] = {
  { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } },
  { { 0.152286, 1.052583, -0.204868 },
    { 0.114503, 0.786281, 0.099216 },
    { -0.003882, -0.048116, 1.051998 } },
  { { 0.367322, 0.860646, -0.227968 },
    { 0.280085, 0.672501, 0.047413 },
    { -0.011820, 0.042940, 0.968881 } },
  { { 1.255528, -0.076749, -0.178779 },
    { -0.078411, 0.930809, 0.147602 },
    { 0.004733, 0.691367, 0.303900 } },
};
static const char *const vision_names[] = { "normal", "protanopia", "deuteranopia", "tritanopia" };

static double
linear (float v)
{
  return v <= 0.04045f ? v / 12.92 : pow ((v + 0.055) / 1.055, 2.4);
}

static double
lab_f (double t)
{
  return t > 216.0 / 24389 ? cbrt (t) : (24389.0 / 27 * t + 16) / 116;
}

static void
to_lab (const GdkRGBA *color, guint vision, double lab[3])
{
  const double in[3] = { linear (color->red), linear (color->green), linear (color->blue) };
  double l[3];

  for (guint i = 0; i < 3; i++)
    {
      const double *row = visions[vision][i];
      l[i] = CLAMP (row[0] * in[0] + row[1] * in[1] + row[2] * in[2], 0, 1);
    }
  double x = lab_f ((0.4124564 * l[0] + 0.3575761 * l[1] + 0.1804375 * l[2]) / 0.95047);
  double y = lab_f (0.2126729 * l[0] + 0.7151522 * l[1] + 0.0721750 * l[2]);
  double z = lab_f ((0.0193339 * l[0] + 0.1191920 * l[1] + 0.9503041 * l[2]) / 1.08883);
  lab[0] = 116 * y - 16;
  lab[1] = 500 * (x - y);
  lab[2] = 200 * (y - z);
}

/* CIE 1976; 2.3 is what can just be noticed. */
static double
difference (const GdkRGBA *a, const GdkRGBA *b, guint vision)
{
  double p[3], q[3];

  to_lab (a, vision, p);
  to_lab (b, vision, q);
  return sqrt ((p[0] - q[0]) * (p[0] - q[0]) + (p[1] - q[1]) * (p[1] - q[1])
               + (p[2] - q[2]) * (p[2] - q[2]));
}

static void
test_color_vision (void)
{
  for (guint i = 0; i < 2 * G_N_ELEMENTS (styles); i++)
    for (guint v = 0; v < G_N_ELEMENTS (visions); v++)
      {
        hv_palette_set_style (&styles[i / 2]);
        const HvPalette *p = hv_palette_get (i % 2);
        double apart = difference (&p->grow_fill, &p->shrink_fill, v);
        double grown = difference (&p->grow_fill, &p->neutral, v);
        double shrunk = difference (&p->shrink_fill, &p->neutral, v);
        gboolean plain = i < 2;

        g_test_message ("%s, %s, %s: growth and shrink %.0f apart, from unchanged %.0f and %.0f",
                        style_names[i / 2], i % 2 ? "dark" : "light", vision_names[v], apart, grown,
                        shrunk);
        g_assert_cmpfloat (apart, >=, plain ? 20 : 44);
        g_assert_cmpfloat (grown, >=, plain ? 10 : 22);
        g_assert_cmpfloat (shrunk, >=, plain ? 10 : 22);
        g_assert_cmpfloat (difference (&p->grow, &p->shrink, v), >=, 40);
      }
  hv_palette_set_style (&styles[0]);
}

static void
test_color_by (void)
{
  const HvKey a = { .origin = "crate", .module = "/lib/one.so", .function = "", .file = "" };
  const HvKey b = { .origin = "crate", .module = "/usr/lib/two.so", .function = "", .file = "" };
  const HvKey c = { .origin = "other", .module = "/old/one.so", .function = "", .file = "" };

  for (HvColorBy by = 0; by < HV_N_COLOR_BYS; by++)
    {
      const HvPaletteStyle style = { .color_by = by };
      hv_palette_set_style (&style);
      const HvPalette *p = hv_palette_get (FALSE);
      GdkRGBA of_a = hv_palette_key (p, &a), of_b = hv_palette_key (p, &b),
              of_c = hv_palette_key (p, &c);
      g_assert_cmpint (gdk_rgba_equal (&of_a, &of_b), ==, by != HV_COLOR_BY_MODULE);
      g_assert_cmpint (gdk_rgba_equal (&of_a, &of_c), ==, by != HV_COLOR_BY_CRATE);
      g_assert_cmpint (gdk_rgba_equal (&of_a, &p->neutral), ==, by == HV_COLOR_BY_NONE);
    }
  hv_palette_set_style (&styles[0]);
}

/* --- the window --- */

static gboolean
idle_cb (gpointer user)
{
  *(gboolean *) user = TRUE;
  return G_SOURCE_REMOVE;
}

static void
settle (void)
{
  gboolean idle = FALSE;

  g_idle_add_full (G_PRIORITY_LOW, idle_cb, &idle, NULL);
  wait_until (idle);
}

static HvPreferencesWindow *
preferences_of (HvMainWindow *window)
{
  g_autoptr (GListModel) windows = gtk_window_get_toplevels ();

  g_object_ref (windows);
  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) item = g_list_model_get_item (windows, i);
      if (HV_IS_PREFERENCES_WINDOW (item)
          && gtk_window_get_transient_for (item) == GTK_WINDOW (window))
        return HV_PREFERENCES_WINDOW (item);
    }
  return NULL;
}

static GtkWidget *
row (gpointer window, const char *title)
{
  GtkWidget *label = find_widget (GTK_WIDGET (window), GTK_TYPE_LABEL, title);

  g_assert_nonnull (label);
  return gtk_widget_get_ancestor (label, ADW_TYPE_PREFERENCES_ROW);
}

static HvSettings *
in_file (void)
{
  settle ();
  return hv_settings_load ();
}

static HvPreferencesWindow *
show_preferences (HvMainWindow *window, const char *page)
{
  HvPreferencesWindow *preferences;

  gtk_widget_activate_action (GTK_WIDGET (window), "win.preferences", NULL);
  preferences = preferences_of (window);
  g_assert_nonnull (preferences);
  adw_preferences_window_set_visible_page_name (ADW_PREFERENCES_WINDOW (preferences), page);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (preferences));
  return preferences;
}

/* Ctrl+comma opens it; what is chosen holds at once in the window behind it, and is kept. */
static void
test_units (void)
{
  HvProfileViewStart start = { 0 };
  if (!have_hands ())
    return;
  HvMainWindow *window = open_diff (&start);
  HvProfileView *view = hv_main_window_get_view (window);

  g_assert_nonnull (find_widget (GTK_WIDGET (view), GTK_TYPE_LABEL, "current 776 MiB"));
  keys (GTK_WINDOW (window), "ctrl+comma");
  wait_until (preferences_of (window));
  HvPreferencesWindow *preferences = preferences_of (window);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (preferences));

  GtkWidget *units = row (preferences, "Units of memory");
  GtkWidget *list = find_typed (units, GTK_TYPE_POPOVER);
  click_on (units);
  wait_until (gtk_widget_get_mapped (list) && focus_in_popover (GTK_WINDOW (preferences)));
  keys (GTK_WINDOW (preferences), "Down Return");
  wait_until (adw_combo_row_get_selected (ADW_COMBO_ROW (units)) == 1);
  g_autoptr (HvSettings) si = in_file ();
  g_assert_true (si->si);
  gtk_test_widget_wait_for_draw (GTK_WIDGET (view));
  g_assert_nonnull (find_widget (GTK_WIDGET (view), GTK_TYPE_LABEL, "current 814 MB"));
  g_assert_null (find_widget (GTK_WIDGET (view), GTK_TYPE_LABEL, "current 776 MiB"));
  g_autofree char *text = hv_format_bytes (1500);
  g_assert_cmpstr (text, ==, "1.50 kB");

  wait_until (!gtk_widget_get_mapped (list));
  adw_combo_row_set_selected (ADW_COMBO_ROW (units), 0);
  g_autoptr (HvSettings) iec = in_file ();
  g_assert_false (iec->si);
  g_assert_nonnull (find_widget (GTK_WIDGET (view), GTK_TYPE_LABEL, "current 776 MiB"));
  gtk_window_destroy (GTK_WINDOW (preferences));
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
test_appearance (void)
{
  HvProfileViewStart start = { 0 };
  HvMainWindow *window = open_diff (&start);
  AdwStyleManager *manager = adw_style_manager_get_default ();
  HvPreferencesWindow *preferences = show_preferences (window, "general");
  const HvPalette *before = hv_palette_get (FALSE);

  adw_combo_row_set_selected (ADW_COMBO_ROW (row (preferences, "Brightness")), HV_SCHEME_DARK);
  g_assert_true (adw_style_manager_get_dark (manager));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row (preferences, "Brightness")), HV_SCHEME_LIGHT);
  g_assert_false (adw_style_manager_get_dark (manager));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row (preferences, "Colours of growth")), 1);
  adw_combo_row_set_selected (ADW_COMBO_ROW (row (preferences, "Colour of a frame")),
                              HV_COLOR_BY_MODULE);
  g_assert_true (hv_palette_get (FALSE) != before);
  g_assert_cmpint (hv_palette_get_style ()->color_by, ==, HV_COLOR_BY_MODULE);
  /* the style sheet has the same colours */
  GtkWidget *any = GTK_WIDGET (window);
  GdkRGBA grow;
  g_assert_true (
      gtk_style_context_lookup_color (gtk_widget_get_style_context (any), "hv_grow", &grow));
  g_assert_true (gdk_rgba_equal (&grow, &hv_palette_get (FALSE)->grow));
  g_autoptr (HvSettings) kept = in_file ();
  g_assert_true (kept->strong_colors);
  g_assert_cmpint (kept->scheme, ==, HV_SCHEME_LIGHT);
  g_assert_cmpint (kept->color_by, ==, HV_COLOR_BY_MODULE);

  adw_combo_row_set_selected (ADW_COMBO_ROW (row (preferences, "Brightness")), HV_SCHEME_SYSTEM);
  adw_combo_row_set_selected (ADW_COMBO_ROW (row (preferences, "Colours of growth")), 0);
  adw_combo_row_set_selected (ADW_COMBO_ROW (row (preferences, "Colour of a frame")), 0);
  gtk_window_destroy (GTK_WINDOW (preferences));
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
click_button (gpointer window, const char *tooltip)
{
  GtkWidget *label = find_widget (GTK_WIDGET (window), GTK_TYPE_LABEL, tooltip);

  g_assert_nonnull (label);
  GtkWidget *line = gtk_widget_get_ancestor (label, ADW_TYPE_PREFERENCES_ROW);
  GtkWidget *button = find_typed (line, GTK_TYPE_BUTTON);
  g_assert_nonnull (button);
  click_on (button);
}

/* The editor's command, and the lists, which show what others wrote and can be shortened. */
static void
test_source (void)
{
  if (!have_hands ())
    return;
  g_autoptr (HvSettings) settings = hv_settings_load ();
  hv_settings_add_mapping (settings, "/build/<one>", "/home/me/one");
  hv_settings_add_mapping (settings, "", "/home/me/two");
  hv_settings_add_debug_dir (settings, "/home/me/debug");
  settings->sysroot = g_strdup ("/home/me/root");
  g_assert_true (hv_settings_save (settings, NULL));

  HvProfileViewStart start = { 0 };
  HvMainWindow *window = open_diff (&start);
  HvPreferencesWindow *preferences = show_preferences (window, "source");
  GtkWidget *editor = row (preferences, "Command that opens");
  gtk_editable_set_text (GTK_EDITABLE (editor), "code -g %f:%l");
  g_signal_emit_by_name (editor, "apply");
  g_assert_nonnull (find_widget (GTK_WIDGET (preferences), GTK_TYPE_LABEL, "Relative paths"));
  click_button (preferences, "/build/<one>");
  wait_until (!find_widget (GTK_WIDGET (preferences), GTK_TYPE_LABEL, "/build/<one>"));
  g_autoptr (HvSettings) one = in_file ();
  g_assert_cmpstr (one->editor, ==, "code -g %f:%l");
  g_assert_cmpuint (one->mappings->len, ==, 1);
  g_assert_cmpstr (((HvPathMapping *) one->mappings->pdata[0])->directory, ==, "/home/me/two");

  adw_preferences_window_set_visible_page_name (ADW_PREFERENCES_WINDOW (preferences), "symbols");
  gtk_test_widget_wait_for_draw (GTK_WIDGET (preferences));
  settle ();
  click_button (preferences, "/home/me/debug");
  wait_until (!find_widget (GTK_WIDGET (preferences), GTK_TYPE_LABEL, "/home/me/debug"));
  click_button (preferences, "/home/me/root");
  wait_until (!find_widget (GTK_WIDGET (preferences), GTK_TYPE_LABEL, "/home/me/root"));
  GtkWidget *ask = find_typed (row (preferences, "Ask the servers"), GTK_TYPE_SWITCH);
  gtk_switch_set_active (GTK_SWITCH (ask), TRUE);
  g_autoptr (HvSettings) two = in_file ();
  g_assert_cmpuint (two->debug_dirs->len, ==, 0);
  g_assert_null (two->sysroot);
  g_assert_true (two->debuginfod);
  gtk_switch_set_active (GTK_SWITCH (ask), FALSE);
  gtk_window_destroy (GTK_WINDOW (preferences));

  /* what is typed is written when the keys leave it, or with the window, not letter by letter */
  preferences = show_preferences (window, "source");
  editor = row (preferences, "Command that opens");
  click_on (editor);
  keys (GTK_WINDOW (preferences), "ctrl+a v i");
  while (!g_str_equal (gtk_editable_get_text (GTK_EDITABLE (editor)), "vi"))
    g_main_context_iteration (NULL, TRUE);
  g_autoptr (HvSettings) three = in_file ();
  g_assert_cmpstr (three->editor, ==, "code -g %f:%l");
  keys (GTK_WINDOW (preferences), "shift+Tab");
  wait_until (!gtk_widget_get_focus_child (editor));
  settle ();
  g_autoptr (HvSettings) four = in_file ();
  g_assert_cmpstr (four->editor, ==, "vi");
  gtk_editable_set_text (GTK_EDITABLE (editor), "gvim %f");
  gtk_window_destroy (GTK_WINDOW (preferences));
  g_autoptr (HvSettings) five = in_file ();
  g_assert_cmpstr (five->editor, ==, "gvim %f");
  gtk_window_destroy (GTK_WINDOW (window));
}

/* --- the store --- */

static const char *
subtitle (gpointer window, const char *title)
{
  return adw_action_row_get_subtitle (ADW_ACTION_ROW (row (window, title)));
}

static GtkWindow *
dialog_of (gpointer parent)
{
  g_autoptr (GListModel) windows = gtk_window_get_toplevels ();

  g_object_ref (windows);
  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) item = g_list_model_get_item (windows, i);
      if (ADW_IS_MESSAGE_DIALOG (item) && gtk_window_get_transient_for (item) == parent)
        return item;
    }
  return NULL;
}

/* Size and bound; a lower bound is kept at once; clearing asks first. */
static void
test_store (void)
{
  static const HvSession session = { 0 };
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "base.heap", NULL);
  HvOpened opened;
  g_autoptr (GError) error = NULL;

  g_assert_true (
      hv_session_open (&session, (const char *const[]){ path, NULL }, FALSE, &opened, &error));
  g_assert_true (hv_session_keep (&session, &opened, &error));
  g_assert_no_error (error);
  hv_opened_clear (&opened);

  HvPreferencesWindow *preferences = hv_preferences_window_new (NULL, &session);
  gtk_window_present (GTK_WINDOW (preferences));
  adw_preferences_window_set_visible_page_name (ADW_PREFERENCES_WINDOW (preferences), "store");
  gtk_test_widget_wait_for_draw (GTK_WIDGET (preferences));
  wait_until (g_str_has_suffix (subtitle (preferences, "Size now"), ", 1 profile"));
  g_assert_true (g_str_has_suffix (subtitle (preferences, "Place"), "/heapview/profiles.db"));
  g_assert_true (g_str_has_prefix (subtitle (preferences, "Place"), g_get_user_cache_dir ()));

  GtkWidget *limit = find_typed (row (preferences, "Largest size"), GTK_TYPE_SPIN_BUTTON);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (limit), 100);
  g_autoptr (HvSettings) kept = NULL;
  do
    {
      g_clear_pointer (&kept, hv_settings_free);
      g_main_context_iteration (NULL, TRUE);
      kept = hv_settings_load ();
    }
  while (kept->cache_mib != 100);

  GtkWidget *clear = find_widget (GTK_WIDGET (preferences), GTK_TYPE_BUTTON, "Clear");
  g_signal_emit_by_name (clear, "clicked");
  g_assert_nonnull (dialog_of (preferences));
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog_of (preferences)), "cancel");
  settle ();
  g_assert_true (g_str_has_suffix (subtitle (preferences, "Size now"), ", 1 profile"));
  g_signal_emit_by_name (clear, "clicked");
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog_of (preferences)), "clear");
  wait_until (g_str_has_suffix (subtitle (preferences, "Size now"), ", 0 profiles"));
  g_assert_false (gtk_widget_get_sensitive (clear));
  gtk_window_destroy (GTK_WINDOW (preferences));
}

int
main (int argc, char **argv)
{
  g_autofree char *config = g_dir_make_tmp ("heapview-config-XXXXXX", NULL);
  g_autofree char *cache = g_dir_make_tmp ("heapview-cache-XXXXXX", NULL);

  g_setenv ("XDG_CONFIG_HOME", config, TRUE);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  hv_window_register_resource ();
  g_test_add_func ("/preferences/contrast", test_contrast);
  g_test_add_func ("/preferences/color-vision", test_color_vision);
  g_test_add_func ("/preferences/color-by", test_color_by);
  g_test_add_func ("/preferences/units", test_units);
  g_test_add_func ("/preferences/appearance", test_appearance);
  g_test_add_func ("/preferences/source", test_source);
  g_test_add_func ("/preferences/store", test_store);
  int status = g_test_run ();
  const char *const remove[] = { "rm", "-rf", config, cache, NULL };
  g_spawn_sync (NULL, (char **) remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
  return status;
}
