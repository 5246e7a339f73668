/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "store/profile.h"
#include "viewer/window/error-page.h"

#define OWN_ID "org.heapview.Heapview.desktop"

struct _HvErrorPage
{
  GtkWidget parent_instance;

  /* Template widgets */
  AdwStatusPage *page;
  GtkButton *other;

  /* Owned */
  GAppInfo *program; /* NULL: there is no other */
  GFile *file;       /* for the program */
};

G_DEFINE_FINAL_TYPE (HvErrorPage, hv_error_page, GTK_TYPE_WIDGET)

/* The program that a desktop would open the file with if it were not for heapview, by the file's
 * name alone; NULL: there is none. */
static GAppInfo *
other_program (const char *file)
{
  g_autofree char *type = g_content_type_guess (file, NULL, 0, NULL);
  GList *programs = g_content_type_is_unknown (type) ? NULL : g_app_info_get_all_for_type (type);
  GAppInfo *other = NULL;

  /* the one that is used most comes first */
  for (GList *l = programs; l && !other; l = l->next)
    if (g_strcmp0 (g_app_info_get_id (l->data), OWN_ID) != 0)
      other = g_object_ref (l->data);
  g_list_free_full (programs, g_object_unref);
  return other;
}

static void
other_cb (HvErrorPage *self)
{
  GdkDisplay *display = gtk_widget_get_display (GTK_WIDGET (self));
  g_autoptr (GdkAppLaunchContext) context = gdk_display_get_app_launch_context (display);
  g_autoptr (GError) error = NULL;
  GList files = { .data = self->file };

  if (g_app_info_launch (self->program, &files, G_APP_LAUNCH_CONTEXT (context), &error))
    return;
  g_autofree char *text = g_markup_escape_text (error->message, -1);
  adw_status_page_set_description (self->page, text);
}

void
hv_error_page_show (HvErrorPage *self, const GError *error, const char *const *files)
{
  g_return_if_fail (HV_IS_ERROR_PAGE (self));
  gboolean foreign = g_error_matches (error, HV_ERROR, HV_ERROR_FORMAT);
  const char *next =
      foreign ? _ ("heapview reads heaptrack recordings (also .gz and .zst), DHAT’s JSON files, "
                   "and heap dumps of jemalloc and gperftools.")
      : g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)
          ? _ ("Check the name, or choose the file in a dialog.")
          : _ ("Choose another file.");
  g_autofree char *text = g_strdup_printf ("%s\n\n%s", error->message, next);
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_status_page_set_description (self->page, escaped);
  g_clear_object (&self->program);
  g_clear_object (&self->file);
  if (foreign && files && files[0] && !files[1])
    {
      self->file = g_file_new_for_path (files[0]);
      self->program = other_program (files[0]);
    }
  if (self->program)
    {
      /* Translators: the name of a program, as "Archive Manager" */
      g_autofree char *label = g_strdup_printf (_ ("Open with %s"),
                                                g_app_info_get_display_name (self->program));
      gtk_button_set_label (self->other, label);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->other), self->program != NULL);
}

static void
hv_error_page_dispose (GObject *object)
{
  HvErrorPage *self = HV_ERROR_PAGE (object);

  g_clear_object (&self->program);
  g_clear_object (&self->file);
  if (self->page)
    gtk_widget_dispose_template (GTK_WIDGET (self), HV_TYPE_ERROR_PAGE);
  self->page = NULL;
  G_OBJECT_CLASS (hv_error_page_parent_class)->dispose (object);
}

static void
hv_error_page_class_init (HvErrorPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hv_error_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/heapview/ui/error-page.ui");
  gtk_widget_class_bind_template_child (widget_class, HvErrorPage, page);
  gtk_widget_class_bind_template_child (widget_class, HvErrorPage, other);
  gtk_widget_class_bind_template_callback (widget_class, other_cb);
}

static void
hv_error_page_init (HvErrorPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
