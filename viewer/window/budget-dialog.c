/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "viewer/widgets/file-choice.h"

#include "store/budget.h"
#include "viewer/regular-file.h"
#include "viewer/window/budget-dialog.h"
#include "viewer/window/preferences.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct _HvBudgetDialog
{
  AdwWindow parent_instance;

  /* Template widgets */
  GtkButton *add;
  AdwEntryRow *line, *file;
  GtkLabel *problem;

  /* Owned */
  GtkFileChooserNative *chooser;
};

enum
{
  SIGNAL_ADDED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HvBudgetDialog, hv_budget_dialog, ADW_TYPE_WINDOW)

static char *
text_of (AdwEntryRow *row)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row))));
}

/* What is wrong with lines of a budget; NULL: nothing. One of nothing but "ignore" holds no limit,
 * and would be none. */
static char *
problem_of (const char *lines, const char *name)
{
  g_autofree char *text = g_strconcat (lines, "\ntotal live <= 0\n", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (HvBudget) budget = hv_budget_parse (text, strlen (text), name, &error);

  return error ? g_strdup (error->message) : NULL;
}

static void
changed_cb (HvBudgetDialog *self)
{
  g_autofree char *line = text_of (self->line), *file = text_of (self->file);
  g_autofree char *problem = problem_of (line, "");
  /* ":1: what is wrong" */
  const char *what = problem ? strstr (problem, ": ") : NULL;

  gtk_label_set_text (self->problem, what ? what + 2 : "");
  gtk_widget_set_sensitive (GTK_WIDGET (self->add), *line && !problem && g_path_is_absolute (file));
}

/* The lines that are there stay as they are; what is no budget is left alone. */
static gboolean
append (const char *path, const char *line, GError **error)
{
  g_autoptr (GError) missing = NULL;
  gsize length = 0;
  g_autofree char *before = hv_read_regular_file (path, HV_MAX_BUDGET_BYTES, &length, NULL,
                                                  &missing);
  g_autofree char *problem = before ? problem_of (before, path) : NULL;

  if (!before && !g_error_matches (missing, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&missing));
      return FALSE;
    }
  if (problem)
    {
      g_set_error_literal (error, HV_ERROR, HV_ERROR_USAGE, problem);
      return FALSE;
    }
  FILE *stream = fopen (path, "a");
  gboolean written = FALSE;
  if (stream)
    {
      fprintf (stream, "%s%s\n",
               !before                                ? "# heapview --budget\n"
               : length && before[length - 1] != '\n' ? "\n"
                                                      : "",
               line);
      written = !ferror (stream);
      written &= fclose (stream) == 0;
    }
  if (!written)
    g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));
  return written;
}

static void
remember (const char *file)
{
  HvPreferences *preferences = hv_preferences_get_default ();
  HvSettings *settings = hv_preferences_edit (preferences);

  if (g_strcmp0 (settings->budget, file) == 0)
    return;
  g_free (settings->budget);
  settings->budget = g_strdup (file);
  /* where it cannot be written, it is proposed until the program ends */
  hv_preferences_keep (preferences, NULL);
}

static void
add_cb (HvBudgetDialog *self)
{
  g_autofree char *line = text_of (self->line), *file = text_of (self->file);
  g_autoptr (GError) error = NULL;

  if (!gtk_widget_get_sensitive (GTK_WIDGET (self->add)))
    return;
  if (!append (file, line, &error))
    {
      gtk_label_set_text (self->problem, error->message);
      return;
    }
  remember (file);
  g_signal_emit (self, signals[SIGNAL_ADDED], 0, file);
  gtk_window_close (GTK_WINDOW (self));
}

static void
chosen_cb (HvBudgetDialog *self, int response)
{
  g_autofree char *path = hv_file_choice_take (&self->chooser, response);

  if (path)
    gtk_editable_set_text (GTK_EDITABLE (self->file), path);
}

static void
choose_cb (HvBudgetDialog *self)
{
  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (_ ("Budget File"), GTK_WINDOW (self),
                                               GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (chosen_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
hv_budget_dialog_dispose (GObject *object)
{
  HvBudgetDialog *self = HV_BUDGET_DIALOG (object);

  g_clear_object (&self->chooser);
  G_OBJECT_CLASS (hv_budget_dialog_parent_class)->dispose (object);
}

static void
hv_budget_dialog_class_init (HvBudgetDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hv_budget_dialog_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/heapview/ui/budget-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, HvBudgetDialog, add);
  gtk_widget_class_bind_template_child (widget_class, HvBudgetDialog, line);
  gtk_widget_class_bind_template_child (widget_class, HvBudgetDialog, file);
  gtk_widget_class_bind_template_child (widget_class, HvBudgetDialog, problem);
  gtk_widget_class_bind_template_callback (widget_class, add_cb);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  signals[SIGNAL_ADDED] = g_signal_new ("added", HV_TYPE_BUDGET_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL,
                                        NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
hv_budget_dialog_init (HvBudgetDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

HvBudgetDialog *
hv_budget_dialog_new (GtkWindow *parent, const char *title, const char *line, const char *folder)
{
  HvBudgetDialog *self = g_object_new (HV_TYPE_BUDGET_DIALOG, "title", title, "transient-for",
                                       parent, NULL);
  const HvSettings *settings = hv_preferences_get_settings (hv_preferences_get_default ());
  g_autofree char *fresh = g_build_filename (folder ? folder : g_get_home_dir (), "budget.txt",
                                             NULL);

  gtk_editable_set_text (GTK_EDITABLE (self->line), line);
  gtk_editable_set_text (GTK_EDITABLE (self->file), settings->budget ? settings->budget : fresh);
  changed_cb (self);
  return self;
}
