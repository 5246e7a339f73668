/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "viewer/widgets/file-choice.h"

#include "viewer/widgets/source-pane-private.h"

/* The heaviest call path through a line becomes the selection. */
static void
line_cb (HvSourcePane *self, guint number)
{
  const HvSourceAnswer *answer = self->answer;
  const HvSourceLine *line = answer && answer->lines ? hv_source_lines_find (answer->lines, number)
                                                     : NULL;

  if (!line)
    return;
  uint32_t node = hv_source_shown_node (self->scene->report.tree, answer->by_line->tree,
                                        line->node);
  if (!node)
    return;
  self->node = node;
  hv_source_pane_go_to_line (self, number);
  hv_source_pane_show_head (self, line->node);
  g_signal_emit_by_name (self, "selected", node);
}

/* The view reads keys even where nothing can be typed; the window's are passed on. */
static gboolean
key_cb (HvSourcePane *self, guint keyval, guint keycode, GdkModifierType state,
        GtkEventControllerKey *keys)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK))
    return FALSE;
  if (keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter)
    {
      line_cb (self, hv_source_pane_cursor_line (self));
      return TRUE;
    }
  if (!root || (keyval != GDK_KEY_Escape && !g_unichar_isgraph (gdk_keyval_to_unicode (keyval))))
    return FALSE;
  gtk_event_controller_key_forward (keys, GTK_WIDGET (root));
  return TRUE;
}

static void
fail (HvSourcePane *self, const char *message)
{
  g_signal_emit_by_name (self, "failed", message);
}

void
hv_source_pane_update_settings (HvSourcePane *self)
{
  if (self->unsaved)
    return;
  g_clear_pointer (&self->settings, hv_settings_free);
  self->settings = hv_settings_load ();
}

static void
save_settings (HvSourcePane *self)
{
  g_autoptr (GError) error = NULL;

  self->unsaved = !hv_settings_save (self->settings, &error);
  if (!self->unsaved)
    return;
  g_autofree char *message = g_strdup_printf (_ ("This will be forgotten: %s"), error->message);
  fail (self, message);
}

void
hv_source_pane_locate (HvSourcePane *self, const char *path)
{
  g_return_if_fail (HV_IS_SOURCE_PANE (self));
  if (!self->answer || !*self->answer->recorded)
    return;
  g_autoptr (HvPathMapping) mapping = hv_path_mapping_derive (self->answer->recorded, path);

  if (mapping)
    {
      hv_source_pane_update_settings (self);
      hv_settings_add_mapping (self->settings, mapping->prefix, mapping->directory);
      save_settings (self);
    }
  hv_source_pane_show (self, self->scene, self->node);
}

static void
located_cb (HvSourcePane *self, int response)
{
  g_autofree char *path = hv_file_choice_take (&self->chooser, response);

  if (path)
    hv_source_pane_locate (self, path);
}

static void
locate_cb (HvSourcePane *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  g_autofree char *name = g_path_get_basename (self->answer->recorded);
  g_autofree char *title = g_strdup_printf (_ ("Where Is %s?"), name);

  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (root),
                                               GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);
  /* it is the file of what is shown now */
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (located_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

/* Whatever type the file claims to be, it is opened as text. */
static gboolean
open_by_desktop (const char *path, GError **error)
{
  g_autoptr (GAppInfo) editor = g_app_info_get_default_for_type ("text/plain", FALSE);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GList files = { .data = file };

  if (!editor)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                           _ ("The desktop knows no text editor; give its command beside the "
                              "button."));
      return FALSE;
    }
  return g_app_info_launch (editor, &files, NULL, error);
}

static void
open_cb (HvSourcePane *self)
{
  g_autoptr (GError) error = NULL;
  gboolean ok;

  if (!self->answer || !self->answer->file)
    return;
  hv_source_pane_update_settings (self);
  const char *path = self->answer->file->path;
  if (self->settings->editor)
    {
      g_auto (GStrv) arguments = hv_editor_arguments (self->settings->editor, path,
                                                      hv_source_pane_cursor_line (self), &error);
      ok = arguments
           && g_spawn_async (NULL, arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &error);
    }
  else
    ok = open_by_desktop (path, &error);
  if (!ok)
    fail (self, error->message);
}

static void
show_editor_cb (HvSourcePane *self)
{
  hv_source_pane_update_settings (self);
  gtk_editable_set_text (GTK_EDITABLE (self->editor_entry),
                         self->settings->editor ? self->settings->editor : "");
}

static void
keep_editor_cb (HvSourcePane *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->editor_entry));

  hv_source_pane_update_settings (self);
  if (g_strcmp0 (self->settings->editor ? self->settings->editor : "", text) == 0)
    return;
  g_free (self->settings->editor);
  self->settings->editor = *text ? g_strdup (text) : NULL;
  save_settings (self);
}

static void
editor_activate_cb (HvSourcePane *self)
{
  gtk_menu_button_popdown (self->editor_menu);
}

void
hv_source_pane_bind_input (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_callback (widget_class, open_cb);
  gtk_widget_class_bind_template_callback (widget_class, locate_cb);
  gtk_widget_class_bind_template_callback (widget_class, keep_editor_cb);
  gtk_widget_class_bind_template_callback (widget_class, editor_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_editor_cb);
}

void
hv_source_pane_add_input (HvSourcePane *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  hv_source_pane_update_settings (self);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  gtk_widget_add_controller (GTK_WIDGET (self->view), keys);
  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->gutter, "line", G_CALLBACK (line_cb), self, G_CONNECT_SWAPPED);
}
