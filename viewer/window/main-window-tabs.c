/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "viewer/window/main-window-private.h"

/* Data of a page that a load made: cancelled, it goes again. */
#define FOR_LOAD "heapview-for-load"

static guint settled_signal;

static HvDocument *
document_of (AdwTabPage *page)
{
  return HV_DOCUMENT (adw_tab_page_get_child (page));
}

static void
update_tab (HvMainWindow *self, HvDocument *document)
{
  AdwTabPage *page = adw_tab_view_get_page (self->tabs, GTK_WIDGET (document));
  const char *title = hv_document_get_title (document);
  g_autofree char *location = hv_document_get_location (document);
  g_autofree char *tooltip = location ? g_markup_escape_text (location, -1) : NULL;

  adw_tab_page_set_title (page, title ?: _ ("New Tab"));
  adw_tab_page_set_tooltip (page, tooltip);
  adw_tab_page_set_loading (page, hv_document_is_loading (document));
}

/* --- what documents tell --- */

static void
changed_cb (HvMainWindow *self, HvDocument *document)
{
  update_tab (self, document);
  if (document == self->document)
    hv_main_window_follow (self);
}

static void
settled_cb (HvMainWindow *self, HvDocument *document)
{
  AdwTabPage *page = adw_tab_view_get_page (self->tabs, GTK_WIDGET (document));
  gboolean is_empty = hv_document_get_page (document) == HV_PAGE_START;

  self->failed = hv_document_has_failed (document);
  changed_cb (self, document);
  adw_tab_page_set_needs_attention (page, document != self->document);
  if (is_empty && g_object_get_data (G_OBJECT (page), FOR_LOAD)
      && adw_tab_view_get_n_pages (self->tabs) > 1)
    adw_tab_view_close_page (self->tabs, page);
  g_signal_emit (self, settled_signal, 0);
}

static void
chosen_cb (HvMainWindow *self, char **files, int kind)
{
  if (kind == HV_LOAD_DIFF)
    {
      g_autoptr (GFile) a = g_file_new_for_path (files[0]), b = g_file_new_for_path (files[1]);
      hv_main_window_compare_by_age (self, a, b);
    }
  else
    hv_main_window_open (self, (const char *const *) files, (HvLoadKind) kind, NULL, NULL);
}

/* --- what the tab view tells --- */

static void
update_tab_actions (HvMainWindow *self)
{
  gboolean several = adw_tab_view_get_n_pages (self->tabs) > 1;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.close-other-tabs", several);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.detach-tab", several);
}

static void
page_attached_cb (HvMainWindow *self, AdwTabPage *page)
{
  HvDocument *document = document_of (page);

  g_signal_connect_object (document, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "settled", G_CALLBACK (settled_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "message", G_CALLBACK (hv_main_window_toast), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "chosen", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  update_tab (self, document);
  update_tab_actions (self);
}

static void
selected_cb (HvMainWindow *self)
{
  AdwTabPage *page = adw_tab_view_get_selected_page (self->tabs);

  if (gtk_widget_in_destruction (GTK_WIDGET (self)))
    return;
  self->document = page ? document_of (page) : NULL;
  self->view = self->document ? hv_document_get_view (self->document) : NULL;
  g_binding_group_set_source (self->search_mode,
                              self->document ? hv_document_get_search_bar (self->document) : NULL);
  hv_main_window_follow (self);
  if (!page)
    return;
  adw_tab_page_set_needs_attention (page, FALSE);
  hv_document_take_focus (self->document);
}

static void
page_detached_cb (HvMainWindow *self, AdwTabPage *page)
{
  g_signal_handlers_disconnect_by_data (document_of (page), self);
  if (gtk_widget_in_destruction (GTK_WIDGET (self)))
    return;
  if (self->menu_page == page)
    self->menu_page = NULL;
  update_tab_actions (self);
  if (adw_tab_view_get_n_pages (self->tabs) == 0)
    gtk_window_close (GTK_WINDOW (self));
}

static gboolean
close_page_cb (HvMainWindow *self, AdwTabPage *page)
{
  hv_document_close (document_of (page));
  adw_tab_view_close_page_finish (self->tabs, page, TRUE);
  return GDK_EVENT_STOP;
}

static void
setup_menu_cb (HvMainWindow *self, AdwTabPage *page)
{
  self->menu_page = page;
}

static HvMainWindow *
new_window (GtkApplication *application, const HvSession *session, const HvProfileViewStart *start)
{
  HvMainWindow *self = g_object_new (HV_TYPE_MAIN_WINDOW, "application", application, NULL);

  self->session = session;
  self->start = *start;
  return self;
}

/* A tab was dragged out of the window. */
static AdwTabView *
create_window_cb (HvMainWindow *self)
{
  HvMainWindow *other = new_window (gtk_window_get_application (GTK_WINDOW (self)), self->session,
                                    &self->start);
  int width, height;

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  gtk_window_set_default_size (GTK_WINDOW (other), width, height);
  gtk_window_present (GTK_WINDOW (other));
  return other->tabs;
}

/* --- actions --- */

static AdwTabPage *
meant_page (HvMainWindow *self)
{
  return self->menu_page ?: adw_tab_view_get_selected_page (self->tabs);
}

static void
new_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  hv_main_window_add_tab (HV_MAIN_WINDOW (widget));
}

static void
close_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HvMainWindow *self = HV_MAIN_WINDOW (widget);
  AdwTabPage *page = meant_page (self);

  if (page)
    adw_tab_view_close_page (self->tabs, page);
}

static void
close_others_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HvMainWindow *self = HV_MAIN_WINDOW (widget);

  adw_tab_view_close_other_pages (self->tabs, meant_page (self));
}

static void
detach_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HvMainWindow *self = HV_MAIN_WINDOW (widget);

  adw_tab_view_transfer_page (self->tabs, meant_page (self), create_window_cb (self), 0);
}

static void
quit_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (widget));
  g_autoptr (GList) windows = application ? g_list_copy (gtk_application_get_windows (application))
                                          : g_list_prepend (NULL, widget);

  for (GList *i = windows; i; i = i->next)
    if (HV_IS_MAIN_WINDOW (i->data))
      gtk_window_close (i->data);
}

void
hv_main_window_install_tabs (GtkWidgetClass *widget_class)
{
  settled_signal = g_signal_new ("settled", HV_TYPE_MAIN_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
  gtk_widget_class_bind_template_callback (widget_class, page_attached_cb);
  gtk_widget_class_bind_template_callback (widget_class, page_detached_cb);
  gtk_widget_class_bind_template_callback (widget_class, close_page_cb);
  gtk_widget_class_bind_template_callback (widget_class, setup_menu_cb);
  gtk_widget_class_bind_template_callback (widget_class, create_window_cb);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
  gtk_widget_class_install_action (widget_class, "win.new-tab", NULL, new_action);
  gtk_widget_class_install_action (widget_class, "win.close-tab", NULL, close_action);
  gtk_widget_class_install_action (widget_class, "win.close-other-tabs", NULL, close_others_action);
  gtk_widget_class_install_action (widget_class, "win.detach-tab", NULL, detach_action);
  gtk_widget_class_install_action (widget_class, "win.quit", NULL, quit_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_t, GDK_CONTROL_MASK, "win.new-tab",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_w, GDK_CONTROL_MASK, "win.close-tab",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_q, GDK_CONTROL_MASK, "win.quit", NULL);
}

void
hv_main_window_init_tabs (HvMainWindow *self)
{
  /* lists and text have these */
  adw_tab_view_remove_shortcuts (self->tabs, ADW_TAB_VIEW_SHORTCUT_CONTROL_HOME
                                                 | ADW_TAB_VIEW_SHORTCUT_CONTROL_END
                                                 | ADW_TAB_VIEW_SHORTCUT_CONTROL_SHIFT_HOME
                                                 | ADW_TAB_VIEW_SHORTCUT_CONTROL_SHIFT_END);
  self->search_mode = g_binding_group_new ();
  g_binding_group_bind (self->search_mode, "search-mode-enabled", self->search_button, "active",
                        G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
}

/* --- public --- */

HvMainWindow *
hv_main_window_new (GtkApplication *application, const HvSession *session,
                    const HvProfileViewStart *start)
{
  HvMainWindow *self = new_window (application, session, start);

  hv_main_window_take_size (self);
  hv_main_window_add_tab (self);
  return self;
}

HvDocument *
hv_main_window_add_tab (HvMainWindow *self)
{
  HvDocument *document = hv_document_new (self->session, &self->start);
  AdwTabPage *page = adw_tab_view_add_page (self->tabs, GTK_WIDGET (document),
                                            adw_tab_view_get_selected_page (self->tabs));

  adw_tab_view_set_selected_page (self->tabs, page);
  return document;
}

void
hv_main_window_open (HvMainWindow *self, const char *const *files, HvLoadKind kind,
                     const char *metric, const char *at)
{
  g_return_if_fail (HV_IS_MAIN_WINDOW (self));
  g_return_if_fail (files && files[0]);
  gboolean changed;

  for (int i = 0; !metric && !at && i < adw_tab_view_get_n_pages (self->tabs); i++)
    {
      AdwTabPage *page = adw_tab_view_get_nth_page (self->tabs, i);
      if (!hv_document_has_files (document_of (page), files, kind, &changed))
        continue;
      adw_tab_view_set_selected_page (self->tabs, page);
      if (changed)
        hv_document_reload (document_of (page));
      return;
    }
  if (!hv_document_is_free (self->document))
    {
      hv_main_window_add_tab (self);
      g_object_set_data (G_OBJECT (adw_tab_view_get_selected_page (self->tabs)), FOR_LOAD,
                         GINT_TO_POINTER (TRUE));
    }
  hv_document_open (self->document, files, kind, metric, at);
}

gboolean
hv_main_window_is_loading (HvMainWindow *self)
{
  g_return_val_if_fail (HV_IS_MAIN_WINDOW (self), FALSE);
  for (int i = 0; i < adw_tab_view_get_n_pages (self->tabs); i++)
    if (hv_document_is_loading (document_of (adw_tab_view_get_nth_page (self->tabs, i))))
      return TRUE;
  return FALSE;
}
