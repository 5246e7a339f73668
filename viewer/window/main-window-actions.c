/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "viewer/widgets/file-choice.h"

#include "importers/symbols/rules.h"
#include "viewer/widgets/timeline.h"
#include "viewer/window/main-window-private.h"
#include "viewer/window/preferences-window.h"

/* They come one after the other, some seconds each. */
#define MAX_TOASTS 3

static void
opened_cb (HvMainWindow *self, int response)
{
  g_autofree char *path = hv_file_choice_take (&self->chooser, response);

  if (path)
    hv_main_window_open (self, (const char *const[]){ path, NULL }, HV_LOAD_ONE, NULL, NULL);
}

static void
open_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HvMainWindow *self = HV_MAIN_WINDOW (widget);

  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (_ ("Open a Heap Profile"), GTK_WINDOW (self),
                                               GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (opened_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

/* All that is open is shown by them, in the other tabs and windows too. */
static void
follow_rules (HvMainWindow *self)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));
  g_autoptr (GList) windows = application ? g_list_copy (gtk_application_get_windows (application))
                                          : g_list_prepend (NULL, self);

  for (GList *i = windows; i; i = i->next)
    {
      AdwTabView *tabs = HV_IS_MAIN_WINDOW (i->data) ? hv_main_window_get_tabs (i->data) : NULL;
      for (int n = 0; tabs && n < adw_tab_view_get_n_pages (tabs); n++)
        hv_document_follow_rules (
            HV_DOCUMENT (adw_tab_page_get_child (adw_tab_view_get_nth_page (tabs, n))));
    }
}

/* Reads the rules again; what is wrong in them is told, the rest of them counts. */
static void
reload_rules_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HvMainWindow *self = HV_MAIN_WINDOW (widget);
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  if (!hv_rules_load (self->session->rules, problems, &error))
    {
      hv_main_window_toast (self, error->message);
      return;
    }
  if (problems->len == 0)
    hv_main_window_toast (self, _ ("Frame rules reloaded"));
  for (guint i = 0; i < MIN (problems->len, MAX_TOASTS); i++)
    hv_main_window_toast (self, g_ptr_array_index (problems, i));
  follow_rules (self);
}

static void
symbols_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  hv_document_show_symbols (HV_MAIN_WINDOW (widget)->document);
}

static void
preferences_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HvMainWindow *self = HV_MAIN_WINDOW (widget);

  gtk_window_present (GTK_WINDOW (hv_preferences_window_new (GTK_WINDOW (self), self->session)));
}

static void
save_view_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  hv_views_popover_start_save (HV_MAIN_WINDOW (widget)->views);
}

static void
about_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  adw_show_about_window (GTK_WINDOW (widget), "application-name", "heapview", "application-icon",
                         "org.heapview.Heapview", "version", HV_VERSION, "comments",
                         _ ("See where the memory is, and what grew"), "license-type",
                         GTK_LICENSE_GPL_3_0, NULL);
}

static void
shortcuts_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource ("/org/heapview/ui/shortcuts.ui");
  GtkWindow *shortcuts = GTK_WINDOW (gtk_builder_get_object (builder, "shortcuts"));

  gtk_window_set_transient_for (shortcuts, GTK_WINDOW (widget));
  gtk_window_present (shortcuts);
}

/* Stays open beside the window: it is read while one looks. */
static void
help_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource ("/org/heapview/ui/help.ui");
  GtkWindow *help = GTK_WINDOW (gtk_builder_get_object (builder, "help"));

  gtk_window_set_transient_for (help, GTK_WINDOW (widget));
  gtk_window_set_destroy_with_parent (help, TRUE);
  gtk_window_present (help);
}

static const struct
{
  const char *name;
  HvTransformKind kind;
} transforms[] = {
  { "win.focus", HV_TRANSFORM_FOCUS },
  { "win.focus-path", HV_TRANSFORM_FOCUS_PATH },
  { "win.focus-self", HV_TRANSFORM_FOCUS_SELF },
  { "win.drop", HV_TRANSFORM_DROP },
  { "win.hide", HV_TRANSFORM_HIDE },
  { "win.hide-path", HV_TRANSFORM_HIDE_PATH },
  { "win.collapse", HV_TRANSFORM_COLLAPSE },
  { "win.collapse-module", HV_TRANSFORM_COLLAPSE_MODULE },
  { "win.collapse-recursion", HV_TRANSFORM_COLLAPSE_RECURSION },
  { "win.collapse-direct", HV_TRANSFORM_COLLAPSE_DIRECT },
};

static void
tell_refused (HvMainWindow *self)
{
  HvFlameGraph *graph = hv_profile_view_get_flame_graph (self->view);

  hv_main_window_toast (self, hv_flame_graph_get_selected (graph)
                                  ? _ ("This cannot be done to the selected frame.")
                                  : _ ("Select a frame first."));
}

static void
transform_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HvMainWindow *self = HV_MAIN_WINDOW (widget);

  for (guint i = 0; i < G_N_ELEMENTS (transforms); i++)
    if (g_str_equal (name, transforms[i].name)
        && !hv_profile_view_transform (self->view, transforms[i].kind))
      tell_refused (self);
}

/* --- what is done to the view --- */

static void
cancel (HvMainWindow *self, int none)
{
  hv_document_cancel (self->document);
}

static void
search (HvMainWindow *self, int none)
{
  hv_document_start_search (self->document);
}

static void
show_page (HvMainWindow *self, int page)
{
  hv_profile_view_show_page (self->view, (HvViewPage) page);
}

static void
open_source (HvMainWindow *self, int none)
{
  hv_profile_view_open_source (self->view);
}

static void
zoom (HvMainWindow *self, int by)
{
  hv_profile_view_zoom (self->view, by);
}

static void
zoom_here (HvMainWindow *self, int none)
{
  HvFlameGraph *graph = hv_profile_view_get_flame_graph (self->view);

  hv_flame_graph_zoom_to (graph, hv_flame_graph_get_selected (graph));
}

static void
travel (HvMainWindow *self, int by)
{
  hv_profile_view_travel (self->view, by);
}

static void
undo (HvMainWindow *self, int by)
{
  hv_profile_view_undo (self->view, by);
}

static void
copy (HvMainWindow *self, int what)
{
  hv_profile_view_copy (self->view, (HvCopy) what);
}

static void
choose_group (HvMainWindow *self, int none)
{
  hv_profile_view_choose_group (self->view);
}

static void
invert (HvMainWindow *self, int none)
{
  hv_profile_view_invert (self->view);
}

static void
expand (HvMainWindow *self, int none)
{
  hv_profile_view_expand (self->view);
}

static void
toggle_details (HvMainWindow *self, int none)
{
  hv_profile_view_toggle_details (self->view);
}

static void
swap (HvMainWindow *self, int none)
{
  hv_profile_view_swap (self->view);
}

static void
cycle (HvMainWindow *self, int none)
{
  hv_profile_view_cycle (self->view);
}

static void
show_only_new (HvMainWindow *self, int none)
{
  if (!hv_profile_view_show_only_new (self->view))
    tell_refused (self);
}

static void
focus_timeline (HvMainWindow *self, int none)
{
  hv_profile_view_focus_timeline (self->view);
}

static void
show_peak (HvMainWindow *self, int none)
{
  hv_profile_view_show_peak (self->view);
}

static void
set_mark (HvMainWindow *self, int mark)
{
  hv_profile_view_mark (self->view, (guint) mark);
}

static void
compare_marks (HvMainWindow *self, int none)
{
  hv_profile_view_compare_marks (self->view);
}

static void
step_moment (HvMainWindow *self, int by)
{
  hv_profile_view_step_moment (self->view, by);
}

typedef enum
{
  WHILE_SHOWN,
  WHILE_DIFF,
  WHILE_TIMED, /* there is a timeline */
  WHILE_LOADING
} While;

static const struct
{
  const char *name;
  While when;
  void (*act) (HvMainWindow *self, int argument);
  int argument;
} view_actions[] = {
  { "win.cancel", WHILE_LOADING, cancel },
  { "win.search", WHILE_SHOWN, search },
  { "win.summary", WHILE_SHOWN, show_page, HV_VIEW_PAGE_SUMMARY },
  { "win.flame", WHILE_SHOWN, show_page, HV_VIEW_PAGE_FLAME },
  { "win.table", WHILE_SHOWN, show_page, HV_VIEW_PAGE_TABLE },
  { "win.butterfly", WHILE_SHOWN, show_page, HV_VIEW_PAGE_BUTTERFLY },
  { "win.sites", WHILE_SHOWN, show_page, HV_VIEW_PAGE_SITES },
  { "win.source", WHILE_SHOWN, open_source },
  { "win.zoom-in", WHILE_SHOWN, zoom, 1 },
  { "win.zoom-out", WHILE_SHOWN, zoom, -1 },
  { "win.zoom-reset", WHILE_SHOWN, zoom, 0 },
  { "win.zoom-here", WHILE_SHOWN, zoom_here },
  { "win.back", WHILE_SHOWN, travel, -1 },
  { "win.forward", WHILE_SHOWN, travel, 1 },
  { "win.undo", WHILE_SHOWN, undo, -1 },
  { "win.redo", WHILE_SHOWN, undo, 1 },
  { "win.copy-name", WHILE_SHOWN, copy, HV_COPY_NAME },
  { "win.copy-path", WHILE_SHOWN, copy, HV_COPY_PATH },
  { "win.copy-numbers", WHILE_SHOWN, copy, HV_COPY_NUMBERS },
  { "win.copy-sql", WHILE_SHOWN, copy, HV_COPY_SQL },
  { "win.group", WHILE_SHOWN, choose_group },
  { "win.invert", WHILE_SHOWN, invert },
  { "win.expand", WHILE_SHOWN, expand },
  { "win.details", WHILE_SHOWN, toggle_details },
  { "win.swap", WHILE_DIFF, swap },
  { "win.cycle", WHILE_DIFF, cycle },
  { "win.diff", WHILE_DIFF, show_page, HV_VIEW_PAGE_TABLE },
  { "win.only-new", WHILE_DIFF, show_only_new },
  { "win.timeline", WHILE_TIMED, focus_timeline },
  { "win.peak", WHILE_TIMED, show_peak },
  { "win.mark-a", WHILE_TIMED, set_mark, HV_MARK_A },
  { "win.mark-b", WHILE_TIMED, set_mark, HV_MARK_B },
  { "win.compare-marks", WHILE_TIMED, compare_marks },
  { "win.next", WHILE_TIMED, step_moment, 1 },
  { "win.previous", WHILE_TIMED, step_moment, -1 },
};

static void
view_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  for (guint i = 0; i < G_N_ELEMENTS (view_actions); i++)
    if (g_str_equal (name, view_actions[i].name))
      view_actions[i].act (HV_MAIN_WINDOW (widget), view_actions[i].argument);
}

#define ROOT_BELOW_ACTION "win.root-below"

void
hv_main_window_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.open", NULL, open_action);
  gtk_widget_class_install_action (widget_class, "win.reload-rules", NULL, reload_rules_action);
  gtk_widget_class_install_action (widget_class, "win.preferences", NULL, preferences_action);
  gtk_widget_class_install_action (widget_class, "win.save-view", NULL, save_view_action);
  gtk_widget_class_install_action (widget_class, "win.about", NULL, about_action);
  gtk_widget_class_install_action (widget_class, "win.symbols", NULL, symbols_action);
  gtk_widget_class_install_action (widget_class, "win.shortcuts", NULL, shortcuts_action);
  gtk_widget_class_install_action (widget_class, "win.help", NULL, help_action);
  hv_main_window_install_export (widget_class);
  hv_main_window_install_budget (widget_class);
  for (guint i = 0; i < G_N_ELEMENTS (view_actions); i++)
    gtk_widget_class_install_action (widget_class, view_actions[i].name, NULL, view_action);
  gtk_widget_class_install_property_action (widget_class, ROOT_BELOW_ACTION, "root-below");
  for (guint i = 0; i < G_N_ELEMENTS (transforms); i++)
    gtk_widget_class_install_action (widget_class, transforms[i].name, NULL, transform_action);

  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_o, GDK_CONTROL_MASK, "win.open", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_b, GDK_CONTROL_MASK, "win.save-view",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_comma, GDK_CONTROL_MASK,
                                       "win.preferences", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_f, GDK_CONTROL_MASK, "win.search",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F3, 0, "win.search", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK, "win.copy-name",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "win.copy-numbers", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Left, GDK_ALT_MASK, "win.back", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Right, GDK_ALT_MASK, "win.forward",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_question, GDK_CONTROL_MASK,
                                       "win.shortcuts", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F1, 0, "win.help", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F5, 0, "win.reload-rules", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, GDK_CONTROL_MASK, "win.source",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_KP_Enter, GDK_CONTROL_MASK,
                                       "win.source", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_z, GDK_CONTROL_MASK, "win.undo", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_z, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "win.redo", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F9, 0, "win.details", NULL);
}

void
hv_main_window_update_actions (HvMainWindow *self, gboolean shown, gboolean is_diff,
                               gboolean loading, gboolean timed)
{
  GtkWidget *widget = GTK_WIDGET (self);
  const gboolean holds[] = {
    [WHILE_SHOWN] = shown, [WHILE_DIFF] = is_diff, [WHILE_TIMED] = timed, [WHILE_LOADING] = loading
  };

  gtk_widget_action_set_enabled (widget, "win.symbols", shown);
  gtk_widget_action_set_enabled (widget, "win.export", shown);
  gtk_widget_action_set_enabled (widget, "win.print", shown);
  gtk_widget_action_set_enabled (widget, ROOT_BELOW_ACTION, shown);
  hv_main_window_update_budget (self, shown);
  for (guint i = 0; i < G_N_ELEMENTS (view_actions); i++)
    gtk_widget_action_set_enabled (widget, view_actions[i].name, holds[view_actions[i].when]);
  for (guint i = 0; i < G_N_ELEMENTS (transforms); i++)
    gtk_widget_action_set_enabled (widget, transforms[i].name, shown);
}
