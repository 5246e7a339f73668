/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "viewer/window/main-window-private.h"
#include "viewer/window/preferences.h"

/* What its actions show the state of. */
enum
{
  PROP_ROOT_BELOW = 1,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (HvMainWindow, hv_main_window, ADW_TYPE_APPLICATION_WINDOW)

void
hv_main_window_toast (HvMainWindow *self, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (escaped));
}

static void
toast_cb (HvMainWindow *self, AdwToast *toast)
{
  adw_toast_overlay_add_toast (self->toasts, g_object_ref (toast));
}

void
hv_main_window_follow (HvMainWindow *self)
{
  HvDocument *document = self->document;
  const HvScene *scene = document ? hv_document_get_scene (document) : NULL;
  /* of what the store has a summary of, that comes first */
  gboolean shown = document && hv_document_get_page (document) == HV_PAGE_VIEW;
  const char *title = shown ? hv_document_get_title (document) : "heapview";
  gboolean is_diff = scene && scene->diff;

  adw_window_title_set_title (self->title, title);
  adw_window_title_set_subtitle (self->title, shown ? hv_document_get_subtitle (document) : "");
  gtk_window_set_title (GTK_WINDOW (self), title);
  gtk_widget_set_visible (GTK_WIDGET (self->export_button), shown);
  gtk_widget_set_visible (self->views_button, shown && (!scene || hv_document_get_key (document)));
  gtk_widget_set_sensitive (self->views_button, scene != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.save-view",
                                 scene && hv_document_get_key (document));
  hv_views_popover_follow (self->views, self->session, document);
  gtk_widget_set_visible (GTK_WIDGET (self->search_button), shown);
  gtk_widget_set_visible (GTK_WIDGET (self->swap_button), is_diff);
  hv_main_window_update_actions (self, scene != NULL, is_diff,
                                 document && hv_document_is_loading (document),
                                 scene && hv_profile_view_has_timeline (self->view));
  /* it may be what is shown: a card of it leads there */
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.summary", shown);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ROOT_BELOW]);
}

/* --- size --- */

void
hv_main_window_take_size (HvMainWindow *self)
{
  const HvSettings *settings = hv_preferences_get_settings (hv_preferences_get_default ());

  if (settings->window_width && settings->window_height)
    gtk_window_set_default_size (GTK_WINDOW (self), settings->window_width,
                                 settings->window_height);
  if (settings->maximized)
    gtk_window_maximize (GTK_WINDOW (self));
}

/* The next window is as large. */
static gboolean
hv_main_window_close_request (GtkWindow *window)
{
  HvSettings *settings = hv_preferences_edit (hv_preferences_get_default ());
  gboolean maximized = gtk_window_is_maximized (window);
  int width, height;

  gtk_window_get_default_size (window, &width, &height);
  if (width != settings->window_width || height != settings->window_height
      || maximized != settings->maximized)
    {
      settings->window_width = width;
      settings->window_height = height;
      settings->maximized = maximized;
      /* where it cannot be written the next window is as it comes */
      hv_preferences_keep (hv_preferences_get_default (), NULL);
    }
  return GTK_WINDOW_CLASS (hv_main_window_parent_class)->close_request (window);
}

/* --- class --- */

static void
hv_main_window_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  HvMainWindow *self = HV_MAIN_WINDOW (object);

  if (id == PROP_ROOT_BELOW)
    g_value_set_boolean (
        value,
        self->view && hv_flame_graph_get_root_below (hv_profile_view_get_flame_graph (self->view)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
hv_main_window_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  HvMainWindow *self = HV_MAIN_WINDOW (object);

  if (id != PROP_ROOT_BELOW)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  else if (self->view)
    hv_profile_view_set_root_below (self->view, g_value_get_boolean (value));
}

static void
hv_main_window_dispose (GObject *object)
{
  HvMainWindow *self = HV_MAIN_WINDOW (object);

  for (int i = 0; self->document && i < adw_tab_view_get_n_pages (self->tabs); i++)
    hv_document_close (
        HV_DOCUMENT (adw_tab_page_get_child (adw_tab_view_get_nth_page (self->tabs, i))));
  self->document = NULL;
  self->view = NULL;
  g_clear_object (&self->search_mode);
  g_clear_object (&self->chooser);
  G_OBJECT_CLASS (hv_main_window_parent_class)->dispose (object);
}

#define BIND(name) gtk_widget_class_bind_template_child (widget_class, HvMainWindow, name)

static void
hv_main_window_class_init (HvMainWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hv_main_window_dispose;
  G_OBJECT_CLASS (klass)->get_property = hv_main_window_get_property;
  G_OBJECT_CLASS (klass)->set_property = hv_main_window_set_property;
  properties[PROP_ROOT_BELOW] = g_param_spec_boolean ("root-below", NULL, NULL, FALSE,
                                                      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);
  GTK_WINDOW_CLASS (klass)->close_request = hv_main_window_close_request;
  g_type_ensure (HV_TYPE_VIEWS_POPOVER);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/heapview/ui/main-window.ui");
  BIND (toasts);
  BIND (title);
  BIND (export_button);
  BIND (search_button);
  BIND (swap_button);
  BIND (tabs);
  BIND (views_button);
  gtk_widget_class_bind_template_child_full (widget_class, "menu_button", FALSE, 0);
  BIND (views);
  gtk_widget_class_bind_template_callback (widget_class, hv_main_window_toast);
  gtk_widget_class_bind_template_callback (widget_class, toast_cb);
  hv_main_window_install_tabs (widget_class);
  hv_main_window_install_actions (widget_class);
  hv_main_window_install_compare (widget_class);
}

static void
hv_main_window_init (HvMainWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  /* what opens is not named as its button is */
  GObject *menu = gtk_widget_get_template_child (GTK_WIDGET (self), HV_TYPE_MAIN_WINDOW,
                                                 "menu_button");
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (gtk_menu_button_get_popover (GTK_MENU_BUTTON (menu))),
      GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Main Menu"), -1);
  hv_main_window_init_tabs (self);
  hv_main_window_add_input (self);
}

/* --- public --- */

gboolean
hv_main_window_has_failed (HvMainWindow *self)
{
  return self->failed;
}

HvDocument *
hv_main_window_get_document (HvMainWindow *self)
{
  return self->document;
}

HvProfileView *
hv_main_window_get_view (HvMainWindow *self)
{
  return self->view;
}

AdwTabView *
hv_main_window_get_tabs (HvMainWindow *self)
{
  return self->tabs;
}
