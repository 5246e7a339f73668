/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "viewer/window/comparable.h"
#include "viewer/window/compare-dialog.h"
#include "viewer/window/main-window-private.h"

static void
add_profile (GPtrArray *list, const HvProfile *profile)
{
  const char *path = profile->location ?: profile->path;

  /* a pipe cannot be read a second time */
  if (path && strcmp (path, "-") != 0)
    hv_comparables_add (list, path, hv_profile_string (profile, profile->command), 0,
                        HV_COMPARABLE_OPEN);
}

static void
add_document (GPtrArray *list, HvDocument *document)
{
  const HvScene *scene = hv_document_get_scene (document);

  if (!scene)
    return;
  add_profile (list, scene->report.profile);
  if (scene->report.base)
    add_profile (list, scene->report.base);
}

static void
compare_cb (HvMainWindow *self, const char *base, const char *current)
{
  hv_main_window_open (self, (const char *const[]){ base, current, NULL }, HV_LOAD_DIFF, NULL,
                       NULL);
}

static void
compare_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HvMainWindow *self = HV_MAIN_WINDOW (widget);
  GPtrArray *open = hv_comparables_new ();

  add_document (open, self->document);
  for (int i = 0; i < adw_tab_view_get_n_pages (self->tabs); i++)
    add_document (open,
                  HV_DOCUMENT (adw_tab_page_get_child (adw_tab_view_get_nth_page (self->tabs, i))));
  HvCompareDialog *dialog = hv_compare_dialog_new (GTK_WINDOW (self), self->session, open);
  g_signal_connect_object (dialog, "compare", G_CALLBACK (compare_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
hv_main_window_install_compare (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.compare", NULL, compare_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_d, GDK_CONTROL_MASK, "win.compare",
                                       NULL);
}
