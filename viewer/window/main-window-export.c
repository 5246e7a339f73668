/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "viewer/window/main-window-private.h"
#include "viewer/window/print.h"
#include "viewer/window/view-shot.h"

/* What is shown goes to files and to paper. */

/* In the order of the dialog; a table begins with the fourth. */
static const struct
{
  const char *kind, *title;
} kinds[] = {
  { "svg", N_ ("SVG: a flame graph to click in") },
  { "png", N_ ("PNG: a picture") },
  { "pdf", N_ ("PDF: for paper") },
  { "csv", N_ ("CSV: the table’s numbers") },
  { "json", N_ ("JSON: for scripts") },
  { "txt", N_ ("Text: the report") },
  { "folded", N_ ("Folded stacks: for other tools") },
};
#define FIRST_OF_TABLE 3

/* Of a file that takes longer the user is told, and can have it stopped. */
#define PATIENCE_MS 500

/* Where the last file went, while the program runs. */
static char *last_folder;

/* --- writing --- */

typedef struct
{
  HvViewShot *shot;
  char *path, *kind;

  HvMainWindow *window; /* borrowed: the task has a reference */
  GCancellable *cancellable;
  AdwToast *toast; /* NULL: it has not taken long yet */
  guint patience;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;
  hv_view_shot_free (job->shot);
  g_clear_object (&job->cancellable);
  g_free (job->path);
  g_free (job->kind);
  g_free (job);
}

/* A file is replaced as a whole; of a link what it leads to. */
static gboolean
write_file (const Job *job, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) bad = NULL;
  char *real = realpath (job->path, NULL);
  g_autofree char *name = g_filename_display_basename (job->path);

  if (!hv_view_shot_write (job->shot, job->kind, text, job->cancellable, &bad)
      || g_cancellable_set_error_if_cancelled (job->cancellable, &bad)
      || !g_file_set_contents_full (real ? real : job->path, text->str, (gssize) text->len,
                                    G_FILE_SET_CONTENTS_CONSISTENT, 0666, &bad))
    {
      /* GLib's message names the file that it would have renamed. */
      const char *reason = bad->domain == G_FILE_ERROR ? strrchr (bad->message, ':') : NULL;
      g_set_error (error, bad->domain, bad->code, _ ("%s was not saved: %s"), name,
                   reason ? g_strchug ((char *) reason + 1) : bad->message);
    }
  free (real);
  return bad == NULL;
}

static void
write_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (write_file (data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer application)
{
  HvMainWindow *self = HV_MAIN_WINDOW (source);
  Job *job = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_filename_display_basename (job->path);
  g_autofree char *saved = g_strdup_printf (_ ("Saved %s"), name);
  gboolean done = g_task_propagate_boolean (G_TASK (result), &error);

  g_clear_handle_id (&job->patience, g_source_remove);
  if (job->toast)
    adw_toast_dismiss (job->toast);
  g_clear_object (&job->toast);
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    hv_main_window_toast (self, done ? saved : error->message);
  g_signal_emit_by_name (self, "exported");
  if (application)
    g_application_release (application);
}

static gboolean
patience_cb (gpointer data)
{
  Job *job = data;
  g_autofree char *name = g_filename_display_basename (job->path);
  g_autofree char *text = g_strdup_printf (_ ("Saving %s…"), name);
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  job->patience = 0;
  if (!gtk_widget_get_mapped (GTK_WIDGET (job->window)))
    return G_SOURCE_REMOVE;
  job->toast = g_object_ref_sink (adw_toast_new (escaped));
  adw_toast_set_timeout (job->toast, 0);
  /* not behind what was saved before */
  adw_toast_set_priority (job->toast, ADW_TOAST_PRIORITY_HIGH);
  adw_toast_set_button_label (job->toast, _ ("_Cancel"));
  g_signal_connect_object (job->toast, "button-clicked", G_CALLBACK (g_cancellable_cancel),
                           job->cancellable, G_CONNECT_SWAPPED);
  adw_toast_overlay_add_toast (job->window->toasts, g_object_ref (job->toast));
  return G_SOURCE_REMOVE;
}

static const char *
kind_of (const char *path)
{
  const char *dot = strrchr (path, '.');

  for (guint i = 0; dot && i < G_N_ELEMENTS (kinds); i++)
    if (g_ascii_strcasecmp (dot + 1, kinds[i].kind) == 0)
      return kinds[i].kind;
  return NULL;
}

void
hv_main_window_export (HvMainWindow *self, const char *path)
{
  g_return_if_fail (HV_IS_MAIN_WINDOW (self));
  HvViewShot *shot = hv_view_shot_new (self->view);
  const char *kind = kind_of (path);
  GApplication *application = G_APPLICATION (gtk_window_get_application (GTK_WINDOW (self)));

  if (!shot)
    return;
  /* Closing the window must not throw the file away. */
  if (application)
    g_application_hold (application);
  g_autoptr (GTask) task = g_task_new (self, NULL, written_cb, application);
  Job *job = g_new0 (Job, 1);
  job->shot = shot;
  job->path = g_strdup (path);
  job->kind = g_strdup (kind ? kind : "");
  job->window = self;
  job->cancellable = g_cancellable_new ();
  job->patience = g_timeout_add (PATIENCE_MS, patience_cb, job);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, write_thread);
}

/* --- the dialog --- */

/* The chosen kind goes into the name, unless another known ending was typed. Newly allocated. */
static char *
settle_name (const char *path, const char *offered, const char *filter)
{
  const char *kind = kind_of (path);

  if (!filter || (kind && strcmp (kind, offered) != 0) || g_strcmp0 (kind, filter) == 0)
    return g_strdup (path);
  g_autofree char *stem = kind ? g_strndup (path, strlen (path) - strlen (kind) - 1)
                               : g_strdup (path);
  return g_strdup_printf ("%s.%s", stem, filter);
}

static void
exported_cb (HvMainWindow *self, int response)
{
  GtkFileChooser *chooser = GTK_FILE_CHOOSER (self->chooser);
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (chooser)
                                                           : NULL;
  g_autofree char *chosen = file ? g_file_get_path (file) : NULL;
  GtkFileFilter *filter = gtk_file_chooser_get_filter (chooser);
  g_autofree char *path = chosen ? settle_name (
                              chosen, g_object_get_data (G_OBJECT (chooser), "offered"),
                              filter ? g_object_get_data (G_OBJECT (filter), "kind") : NULL)
                                 : NULL;

  g_clear_object (&self->chooser);
  if (!path)
    return;
  g_free (last_folder);
  last_folder = g_path_get_dirname (path);
  if (strcmp (path, chosen) != 0 && g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_autofree char *name = g_filename_display_basename (path);
      g_autofree char *message = g_strdup_printf (
          _ ("%s is there already. To replace it, choose its whole name."), name);
      hv_main_window_toast (self, message);
      return;
    }
  hv_main_window_export (self, path);
}

static void
add_filter (GtkFileChooser *chooser, guint at, gboolean seen)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, seen && at == 0 ? _ ("SVG: a picture") : _ (kinds[at].title));
  gtk_file_filter_add_suffix (filter, kinds[at].kind);
  g_object_set_data (G_OBJECT (filter), "kind", (gpointer) kinds[at].kind);
  gtk_file_chooser_add_filter (chooser, filter);
}

/* Beside the profile, until another folder is chosen. */
static void
set_folder (GtkFileChooser *chooser, HvProfileView *view)
{
  const HvScene *scene = hv_profile_view_get_scene (view);
  const char *path = scene->report.profile->path;
  g_autofree char *beside = path && *path == '/' ? g_path_get_dirname (path) : NULL;
  const char *folder = last_folder ? last_folder : beside;
  g_autoptr (GFile) file = folder && g_access (folder, W_OK) == 0 ? g_file_new_for_path (folder)
                                                                  : NULL;

  if (file)
    gtk_file_chooser_set_current_folder (chooser, file, NULL);
}

static void
export_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HvMainWindow *self = HV_MAIN_WINDOW (widget);
  gboolean table;
  g_autofree char *stem = hv_view_shot_offer (self->view, &table);

  if (!stem)
    return;
  guint first = table ? FIRST_OF_TABLE : 0;
  g_autofree char *offered = g_strdup_printf ("%s.%s", stem, kinds[first].kind);

  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (_ ("Export"), GTK_WINDOW (self),
                                               GTK_FILE_CHOOSER_ACTION_SAVE, NULL, NULL);
  GtkFileChooser *chooser = GTK_FILE_CHOOSER (self->chooser);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    add_filter (chooser, (first + i) % G_N_ELEMENTS (kinds),
                hv_view_shot_will_be_seen (self->view));
  g_object_set_data (G_OBJECT (chooser), "offered", (gpointer) kinds[first].kind);
  set_folder (chooser, self->view);
  gtk_file_chooser_set_current_name (chooser, offered);
  g_signal_connect_object (chooser, "response", G_CALLBACK (exported_cb), self, G_CONNECT_SWAPPED);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
print_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HvMainWindow *self = HV_MAIN_WINDOW (widget);
  HvViewShot *shot = hv_view_shot_new (self->view);
  g_autoptr (GtkPrintOperation) print = shot ? hv_print_new (shot) : NULL;
  g_autoptr (GError) error = NULL;

  if (print
      && gtk_print_operation_run (print, GTK_PRINT_OPERATION_ACTION_PRINT_DIALOG, GTK_WINDOW (self),
                                  &error)
             == GTK_PRINT_OPERATION_RESULT_ERROR)
    {
      g_autofree char *message = g_strdup_printf (_ ("Nothing was printed: %s"), error->message);
      hv_main_window_toast (self, message);
    }
}

void
hv_main_window_install_export (GtkWidgetClass *widget_class)
{
  g_signal_new ("exported", G_TYPE_FROM_CLASS (widget_class), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                NULL, G_TYPE_NONE, 0);
  gtk_widget_class_install_action (widget_class, "win.export", NULL, export_action);
  gtk_widget_class_install_action (widget_class, "win.print", NULL, print_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_s, GDK_CONTROL_MASK, "win.export",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_p, GDK_CONTROL_MASK, "win.print",
                                       NULL);
}
