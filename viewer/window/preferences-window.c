/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "viewer/widgets/file-choice.h"

#include <glib/gstdio.h>

#include "importers/symbols/rules.h"
#include "store/units.h"
#include "viewer/source-path.h"
#include "viewer/window/preferences-window.h"
#include "viewer/window/preferences.h"

/* While a number is being turned, every step would write and trim. */
#define NUMBER_MS 600

struct _HvPreferencesWindow
{
  AdwPreferencesWindow parent_instance;

  /* Template widgets */
  AdwComboRow *units, *scheme, *colors, *color_by;
  AdwEntryRow *editor;
  AdwPreferencesGroup *mappings, *debug_dirs;
  AdwActionRow *rules, *sysroot, *servers, *place, *size, *limit_row;
  GtkWidget *sysroot_clear, *clear;
  GtkSwitch *debuginfod;
  GtkSpinButton *seconds, *limit;

  /* Borrowed */
  const HvSession *session;

  /* Owned */
  GPtrArray *mapping_rows, *debug_dir_rows; /* in their groups */
  GtkFileChooserNative *chooser;
  guint number_source;
  gboolean quiet; /* widgets are being set, not used */
  gboolean typed; /* the editor's command is another now */
};

G_DEFINE_FINAL_TYPE (HvPreferencesWindow, hv_preferences_window, ADW_TYPE_PREFERENCES_WINDOW)

static void
toast (HvPreferencesWindow *self, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self), adw_toast_new (escaped));
}

static HvSettings *
edit (void)
{
  return hv_preferences_edit (hv_preferences_get_default ());
}

static void
keep (HvPreferencesWindow *self)
{
  g_autoptr (GError) error = NULL;

  if (hv_preferences_keep (hv_preferences_get_default (), &error))
    return;
  g_autofree char *message = g_strdup_printf (_ ("This will be forgotten: %s"), error->message);
  toast (self, message);
}

/* --- the store --- */

typedef struct
{
  HvSession session;
  gboolean clear; /* else only what is over the bound goes */
  char *path;
  gint64 bytes, n_profiles;
} Measure;

static void
measure_free (gpointer data)
{
  Measure *measure = data;
  g_free (measure->path);
  g_free (measure);
}

static void
measure_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Measure *measure = data;
  GError *error = NULL;
  g_autoptr (HvStore) store = hv_session_store (&measure->session, &error);

  if (store)
    measure->path = g_strdup (hv_store_get_path (store));
  if (store && (measure->clear ? hv_store_clear (store, &error) : hv_store_trim (store, &error))
      && hv_store_measure (store, &measure->bytes, &measure->n_profiles, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
measured_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  HvPreferencesWindow *self = HV_PREFERENCES_WINDOW (source);
  const Measure *measure = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;
  gboolean measured = g_task_propagate_boolean (G_TASK (result), &error);

  if (!self->size)
    return;
  if (measure->path)
    adw_action_row_set_subtitle (self->place, measure->path);
  if (!measured)
    {
      adw_action_row_set_subtitle (self->size, error->message);
      return;
    }
  g_autofree char *bytes = hv_format_bytes (measure->bytes);
  g_autofree char *text = g_strdup_printf (g_dngettext (HV_GETTEXT_PACKAGE, "%s, %u profile",
                                                        "%s, %u profiles",
                                                        (gulong) measure->n_profiles),
                                           bytes, (guint) measure->n_profiles);
  adw_action_row_set_subtitle (self->size, text);
  gtk_widget_set_sensitive (self->clear, measure->n_profiles > 0 && !self->session->store_path);
}

/* Keeps the store within its bound, or clears it, and says how large it is then. */
static void
measure (HvPreferencesWindow *self, gboolean clear)
{
  Measure *data;

  if (self->session->no_store)
    return;
  g_autoptr (GTask) task = g_task_new (self, NULL, measured_cb, NULL);
  data = g_new0 (Measure, 1);
  data->session = *self->session;
  data->session.cache_bytes = hv_settings_cache_bytes (
      hv_preferences_get_settings (hv_preferences_get_default ()));
  data->clear = clear;
  g_task_set_task_data (task, data, measure_free);
  g_task_run_in_thread (task, measure_thread);
}

static void
cleared_cb (HvPreferencesWindow *self, const char *response)
{
  if (g_str_equal (response, "clear"))
    measure (self, TRUE);
}

static void
clear_cb (HvPreferencesWindow *self)
{
  GtkWidget *dialog = adw_message_dialog_new (
      GTK_WINDOW (self), _ ("Drop All Kept Profiles?"),
      _ ("They are read from their files again when they are opened next. What was kept of files "
         "that are gone is lost. Views that you named stay."));
  AdwMessageDialog *message = ADW_MESSAGE_DIALOG (dialog);

  adw_message_dialog_add_responses (message, "cancel", _ ("_Cancel"), "clear", _ ("_Drop All"),
                                    NULL);
  adw_message_dialog_set_response_appearance (message, "clear", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (message, "cancel");
  adw_message_dialog_set_close_response (message, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (cleared_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* --- choices --- */

static void
choice_cb (HvPreferencesWindow *self)
{
  if (self->quiet)
    return;
  HvSettings *settings = edit ();
  gboolean si = settings->si;

  settings->si = adw_combo_row_get_selected (self->units) == 1;
  settings->scheme = adw_combo_row_get_selected (self->scheme);
  settings->strong_colors = adw_combo_row_get_selected (self->colors) == 1;
  settings->color_by = adw_combo_row_get_selected (self->color_by);
  settings->debuginfod = gtk_switch_get_active (self->debuginfod);
  gboolean units = si != settings->si;
  keep (self);
  if (units)
    measure (self, FALSE);
}

static void
keep_numbers (HvPreferencesWindow *self)
{
  HvSettings *settings = edit ();
  int limit = gtk_spin_button_get_value_as_int (self->limit);
  gboolean other = limit != settings->cache_mib;

  settings->cache_mib = limit;
  settings->debuginfod_seconds = gtk_spin_button_get_value_as_int (self->seconds);
  keep (self);
  if (other)
    measure (self, FALSE);
}

static gboolean
numbers_cb (gpointer user)
{
  HvPreferencesWindow *self = user;

  self->number_source = 0;
  keep_numbers (self);
  return G_SOURCE_REMOVE;
}

static void
number_cb (HvPreferencesWindow *self)
{
  if (self->quiet)
    return;
  g_clear_handle_id (&self->number_source, g_source_remove);
  self->number_source = g_timeout_add (NUMBER_MS, numbers_cb, self);
}

/* What was typed is kept when it is applied, when the keys go elsewhere, and when the window goes.
 */
static void
editor_cb (HvPreferencesWindow *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->editor));

  if (!self->typed)
    return;
  self->typed = FALSE;
  HvSettings *settings = edit ();
  g_free (settings->editor);
  settings->editor = *text ? g_strdup (text) : NULL;
  keep (self);
}

static void
editor_typed_cb (HvPreferencesWindow *self)
{
  self->typed |= !self->quiet;
}

/* --- lists of folders --- */

static void show (HvPreferencesWindow *self);

static guint
row_number (GtkWidget *button)
{
  return GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "number"));
}

static void
remove_mapping_cb (HvPreferencesWindow *self, GtkWidget *button)
{
  GPtrArray *mappings = edit ()->mappings;

  if (row_number (button) < mappings->len)
    g_ptr_array_remove_index (mappings, row_number (button));
  keep (self);
  show (self);
}

static void
remove_debug_dir_cb (HvPreferencesWindow *self, GtkWidget *button)
{
  GPtrArray *dirs = edit ()->debug_dirs;

  if (row_number (button) < dirs->len)
    g_ptr_array_remove_index (dirs, row_number (button));
  keep (self);
  show (self);
}

static void
add_row (GPtrArray *rows, AdwPreferencesGroup *group, const char *title, const char *subtitle,
         GtkWidget *suffix)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  if (suffix)
    adw_action_row_add_suffix (ADW_ACTION_ROW (row), suffix);
  else
    gtk_widget_add_css_class (row, "dim-label");
  adw_preferences_group_add (group, row);
  g_ptr_array_add (rows, row);
}

static GtkWidget *
remove_button (HvPreferencesWindow *self, guint number, const char *what, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("user-trash-symbolic");
  g_autofree char *name = g_strdup_printf (_ ("Remove %s"), what);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data (G_OBJECT (button), "number", GUINT_TO_POINTER (number));
  g_signal_connect_object (button, "clicked", clicked, self, G_CONNECT_SWAPPED);
  return button;
}

static void
clear_rows (GPtrArray *rows, AdwPreferencesGroup *group)
{
  for (guint i = 0; i < rows->len; i++)
    adw_preferences_group_remove (group, g_ptr_array_index (rows, i));
  g_ptr_array_set_size (rows, 0);
}

static void
show_lists (HvPreferencesWindow *self, const HvSettings *settings)
{
  clear_rows (self->mapping_rows, self->mappings);
  for (guint i = 0; i < settings->mappings->len; i++)
    {
      const HvPathMapping *mapping = g_ptr_array_index (settings->mappings, i);
      const char *prefix = *mapping->prefix ? mapping->prefix : _ ("Relative paths");
      add_row (self->mapping_rows, self->mappings, prefix, mapping->directory,
               remove_button (self, i, prefix, G_CALLBACK (remove_mapping_cb)));
    }
  if (settings->mappings->len == 0)
    add_row (self->mapping_rows, self->mappings, _ ("None so far"), "", NULL);

  clear_rows (self->debug_dir_rows, self->debug_dirs);
  for (guint i = 0; i < settings->debug_dirs->len; i++)
    {
      const char *dir = g_ptr_array_index (settings->debug_dirs, i);
      add_row (self->debug_dir_rows, self->debug_dirs, dir, "",
               remove_button (self, i, dir, G_CALLBACK (remove_debug_dir_cb)));
    }
  if (settings->debug_dirs->len == 0)
    add_row (self->debug_dir_rows, self->debug_dirs, _ ("None beside the usual ones"), "", NULL);
}

static void
choose_folder (HvPreferencesWindow *self, const char *title, GCallback response)
{
  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (self),
                                               GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, NULL, NULL);
  g_signal_connect_object (self->chooser, "response", response, self, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static char *
chosen_folder (HvPreferencesWindow *self, int response)
{
  return hv_file_choice_take (&self->chooser, response);
}

static void
debug_dir_chosen_cb (HvPreferencesWindow *self, int response)
{
  g_autofree char *path = chosen_folder (self, response);

  if (!path)
    return;
  hv_settings_add_debug_dir (edit (), path);
  keep (self);
  show (self);
}

static void
add_debug_dir_cb (HvPreferencesWindow *self)
{
  choose_folder (self, _ ("Folder of Debug Files"), G_CALLBACK (debug_dir_chosen_cb));
}

static void
sysroot_chosen_cb (HvPreferencesWindow *self, int response)
{
  g_autofree char *path = chosen_folder (self, response);
  HvSettings *settings = path ? edit () : NULL;

  if (!settings)
    return;
  g_free (settings->sysroot);
  settings->sysroot = g_steal_pointer (&path);
  keep (self);
  show (self);
}

static void
sysroot_cb (HvPreferencesWindow *self)
{
  choose_folder (self, _ ("System Root"), G_CALLBACK (sysroot_chosen_cb));
}

static void
sysroot_clear_cb (HvPreferencesWindow *self)
{
  g_clear_pointer (&edit ()->sysroot, g_free);
  keep (self);
  show (self);
}

/* --- frame rules --- */

static void
rules_open_cb (HvPreferencesWindow *self)
{
  g_autofree char *folder = hv_rules_folder ();
  g_autofree char *uri = g_filename_to_uri (folder, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (folder, 0700); /* where it fails, opening does and says so */
  if (!uri || !g_app_info_launch_default_for_uri (uri, NULL, &error))
    toast (self, error ? error->message : folder);
}

static void
rules_reload_cb (HvPreferencesWindow *self)
{
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (self));

  if (parent)
    gtk_widget_activate_action (GTK_WIDGET (parent), "win.reload-rules", NULL);
}

/* --- what is shown --- */

static void
show (HvPreferencesWindow *self)
{
  const HvSettings *settings = hv_preferences_get_settings (hv_preferences_get_default ());
  g_autofree char *rules = hv_rules_folder ();
  const char *servers = g_getenv ("DEBUGINFOD_URLS");

  self->quiet = TRUE;
  adw_combo_row_set_selected (self->units, settings->si ? 1 : 0);
  adw_combo_row_set_selected (self->scheme, settings->scheme);
  adw_combo_row_set_selected (self->colors, settings->strong_colors ? 1 : 0);
  adw_combo_row_set_selected (self->color_by, settings->color_by);
  gtk_editable_set_text (GTK_EDITABLE (self->editor), settings->editor ? settings->editor : "");
  adw_action_row_set_subtitle (self->rules, rules);
  show_lists (self, settings);
  adw_action_row_set_subtitle (self->sysroot, settings->sysroot ? settings->sysroot : _ ("None"));
  gtk_widget_set_visible (self->sysroot_clear, settings->sysroot != NULL);
  gtk_switch_set_active (self->debuginfod, settings->debuginfod);
  adw_action_row_set_subtitle (
      self->servers, servers && *servers ? servers : _ ("None: $DEBUGINFOD_URLS is not set"));
  gtk_spin_button_set_value (self->seconds, settings->debuginfod_seconds);
  gtk_spin_button_set_value (self->limit, settings->cache_mib);
  self->quiet = FALSE;
}

static void
show_store (HvPreferencesWindow *self)
{
  gtk_widget_set_sensitive (self->clear, FALSE);
  gtk_widget_set_sensitive (GTK_WIDGET (self->limit_row), !self->session->store_path);
  if (self->session->store_path)
    adw_action_row_set_subtitle (self->limit_row, _ ("A store named by --store is not bounded"));
  if (self->session->no_store)
    adw_action_row_set_subtitle (self->size, _ ("Nothing is kept now: --no-store"));
  measure (self, FALSE);
}

/* --- class --- */

static void
hv_preferences_window_dispose (GObject *object)
{
  HvPreferencesWindow *self = HV_PREFERENCES_WINDOW (object);

  if (self->number_source)
    {
      g_clear_handle_id (&self->number_source, g_source_remove);
      keep_numbers (self);
    }
  editor_cb (self);
  g_clear_object (&self->chooser);
  g_clear_pointer (&self->mapping_rows, g_ptr_array_unref);
  g_clear_pointer (&self->debug_dir_rows, g_ptr_array_unref);
  self->size = NULL;
  G_OBJECT_CLASS (hv_preferences_window_parent_class)->dispose (object);
}

#define BIND(name) gtk_widget_class_bind_template_child (widget_class, HvPreferencesWindow, name)

static void
hv_preferences_window_class_init (HvPreferencesWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hv_preferences_window_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/heapview/ui/preferences-window.ui");
  BIND (units);
  BIND (scheme);
  BIND (colors);
  BIND (color_by);
  BIND (editor);
  BIND (mappings);
  BIND (debug_dirs);
  BIND (rules);
  BIND (sysroot);
  BIND (servers);
  BIND (place);
  BIND (size);
  BIND (limit_row);
  BIND (sysroot_clear);
  BIND (clear);
  BIND (debuginfod);
  BIND (seconds);
  BIND (limit);
  gtk_widget_class_bind_template_callback (widget_class, choice_cb);
  gtk_widget_class_bind_template_callback (widget_class, number_cb);
  gtk_widget_class_bind_template_callback (widget_class, editor_cb);
  gtk_widget_class_bind_template_callback (widget_class, editor_typed_cb);
  gtk_widget_class_bind_template_callback (widget_class, add_debug_dir_cb);
  gtk_widget_class_bind_template_callback (widget_class, sysroot_cb);
  gtk_widget_class_bind_template_callback (widget_class, sysroot_clear_cb);
  gtk_widget_class_bind_template_callback (widget_class, rules_open_cb);
  gtk_widget_class_bind_template_callback (widget_class, rules_reload_cb);
  gtk_widget_class_bind_template_callback (widget_class, clear_cb);
}

static void
hv_preferences_window_init (HvPreferencesWindow *self)
{
  self->mapping_rows = g_ptr_array_new ();
  self->debug_dir_rows = g_ptr_array_new ();
  self->quiet = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  self->quiet = FALSE;
}

HvPreferencesWindow *
hv_preferences_window_new (GtkWindow *parent, const HvSession *session)
{
  HvPreferencesWindow *self = g_object_new (HV_TYPE_PREFERENCES_WINDOW, "transient-for", parent,
                                            "destroy-with-parent", TRUE, NULL);

  self->session = session;
  edit (); /* what another window or hand wrote meanwhile */
  show (self);
  show_store (self);
  return self;
}
