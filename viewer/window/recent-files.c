/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "viewer/widgets/labels.h"
#include "viewer/window/recent-files.h"

/* More would be a list to search. */
#define MAX_FILES 8
/* Of which some may be gone. */
#define MAX_LISTED 40

struct _HvRecentFiles
{
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkListBox *list;
  GtkButton *compare;
  guint serial; /* of the newest look at the files */
};

enum
{
  SIGNAL_OPEN,
  SIGNAL_COMPARE,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HvRecentFiles, hv_recent_files, GTK_TYPE_WIDGET)

static GFile *
file_of (GtkListBoxRow *row)
{
  return g_object_get_data (G_OBJECT (row), "file");
}

/* The ticked files, new references; how many there are, which may be more. */
static guint
ticked (HvRecentFiles *self, GFile *files[2])
{
  guint n = 0;

  for (int i = 0; i < MAX_FILES; i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, i);
      GtkCheckButton *tick = row ? g_object_get_data (G_OBJECT (row), "tick") : NULL;
      if (!tick || !gtk_check_button_get_active (tick))
        continue;
      if (n < 2)
        files[n] = file_of (row);
      n++;
    }
  return n;
}

static void
tick_cb (HvRecentFiles *self)
{
  GFile *files[2];
  guint n = ticked (self, files);

  gtk_widget_set_visible (GTK_WIDGET (self->compare), n > 0);
  gtk_widget_set_sensitive (GTK_WIDGET (self->compare), n == 2);
}

static void
compare_cb (HvRecentFiles *self)
{
  GFile *files[2];

  if (ticked (self, files) == 2)
    g_signal_emit (self, signals[SIGNAL_COMPARE], 0, files[0], files[1]);
}

static void
activated_cb (HvRecentFiles *self, GtkListBoxRow *row)
{
  g_signal_emit (self, signals[SIGNAL_OPEN], 0, file_of (row));
}

static void
add_row (HvRecentFiles *self, const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFile) folder = g_file_get_parent (file);
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *place = folder ? g_file_get_path (folder) : NULL;
  g_autofree char *where = place ? hv_label_path (place) : NULL;
  g_autofree char *shown = g_filename_display_name (name);
  g_autofree char *title = g_markup_escape_text (shown, -1);
  g_autofree char *subtitle = where ? g_markup_escape_text (where, -1) : NULL;
  GtkWidget *row = adw_action_row_new (), *tick = gtk_check_button_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 1);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 1);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  gtk_widget_set_valign (tick, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (tick, _ ("Tick two to compare them"));
  g_autofree char *label = g_strdup_printf (_ ("Compare %s"), shown);
  gtk_accessible_update_property (GTK_ACCESSIBLE (tick), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), tick);
  g_signal_connect_object (tick, "toggled", G_CALLBACK (tick_cb), self, G_CONNECT_SWAPPED);
  g_object_set_data (G_OBJECT (row), "tick", tick);
  g_object_set_data_full (G_OBJECT (row), "file", g_steal_pointer (&file), g_object_unref);
  gtk_list_box_append (self->list, row);
}

static int
newest_first (gconstpointer a, gconstpointer b)
{
  return g_date_time_compare (gtk_recent_info_get_visited ((GtkRecentInfo *) b),
                              gtk_recent_info_get_visited ((GtkRecentInfo *) a));
}

GPtrArray *
hv_recent_files_list (void)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  GList *infos = g_list_sort (gtk_recent_manager_get_items (gtk_recent_manager_get_default ()),
                              newest_first);

  for (GList *i = infos; i && paths->len < MAX_LISTED; i = i->next)
    if (gtk_recent_info_has_application (i->data, g_get_prgname ())
        && gtk_recent_info_is_local (i->data))
      {
        char *path = g_filename_from_uri (gtk_recent_info_get_uri (i->data), NULL, NULL);
        if (path)
          g_ptr_array_add (paths, path);
      }
  g_list_free_full (infos, (GDestroyNotify) gtk_recent_info_unref);
  return paths;
}

/* Those that are there. */
static void
look_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const GPtrArray *paths = data;
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < paths->len && found->len < MAX_FILES; i++)
    if (g_file_test (g_ptr_array_index (paths, i), G_FILE_TEST_EXISTS))
      g_ptr_array_add (found, g_strdup (g_ptr_array_index (paths, i)));
  g_task_return_pointer (task, found, (GDestroyNotify) g_ptr_array_unref);
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer serial)
{
  HvRecentFiles *self = HV_RECENT_FILES (source);
  g_autoptr (GPtrArray) paths = g_task_propagate_pointer (G_TASK (result), NULL);
  GtkListBoxRow *row;

  if (!self->box || GPOINTER_TO_UINT (serial) != self->serial)
    return;
  while ((row = gtk_list_box_get_row_at_index (self->list, 0)))
    gtk_list_box_remove (self->list, GTK_WIDGET (row));
  for (guint i = 0; i < paths->len; i++)
    add_row (self, g_ptr_array_index (paths, i));
  gtk_widget_set_visible (self->box, paths->len > 0);
  tick_cb (self);
}

/* A folder of another machine may not answer: the window does not wait for it. */
static void
fill (HvRecentFiles *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, looked_cb, GUINT_TO_POINTER (++self->serial));

  g_task_set_task_data (task, hv_recent_files_list (), (GDestroyNotify) g_ptr_array_unref);
  g_task_run_in_thread (task, look_thread);
}

static void
hv_recent_files_dispose (GObject *object)
{
  HvRecentFiles *self = HV_RECENT_FILES (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (hv_recent_files_parent_class)->dispose (object);
}

static void
hv_recent_files_class_init (HvRecentFilesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hv_recent_files_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  signals[SIGNAL_OPEN] = g_signal_new ("open", HV_TYPE_RECENT_FILES, G_SIGNAL_RUN_LAST, 0, NULL,
                                       NULL, NULL, G_TYPE_NONE, 1, G_TYPE_FILE);
  signals[SIGNAL_COMPARE] = g_signal_new ("compare", HV_TYPE_RECENT_FILES, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_FILE,
                                          G_TYPE_FILE);
}

static void
hv_recent_files_init (HvRecentFiles *self)
{
  GtkWidget *title = gtk_label_new (_ ("Recent"));

  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_widget_add_css_class (title, "heading");
  gtk_box_append (GTK_BOX (self->box), title);
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Recent files"), -1);
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->list));
  self->compare = GTK_BUTTON (gtk_button_new_with_mnemonic (_ ("Co_mpare the Two")));
  gtk_widget_set_halign (GTK_WIDGET (self->compare), GTK_ALIGN_END);
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->compare));
  g_signal_connect_object (self->compare, "clicked", G_CALLBACK (compare_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->list, "row-activated", G_CALLBACK (activated_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_recent_manager_get_default (), "changed", G_CALLBACK (fill), self,
                           G_CONNECT_SWAPPED);
  gtk_widget_set_visible (self->box, FALSE);
  tick_cb (self);
  fill (self);
}

static void
added_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, NULL);
  g_autofree char *uri = g_file_get_uri (G_FILE (source));
  g_autofree char *name = g_file_get_basename (G_FILE (source));
  g_autofree char *type = g_content_type_guess (name, NULL, 0, NULL);
  g_autofree char *mime = g_content_type_get_mime_type (type);
  g_autofree char *command = g_strconcat (g_get_prgname (), " %f", NULL);
  const GtkRecentData data = { .mime_type = mime ?: (char *) "application/octet-stream",
                               .app_name = (char *) g_get_prgname (),
                               .app_exec = command };

  if (info && g_file_info_get_file_type (info) == G_FILE_TYPE_REGULAR)
    gtk_recent_manager_add_full (gtk_recent_manager_get_default (), uri, &data);
}

void
hv_recent_files_add (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_file_query_info_async (file, G_FILE_ATTRIBUTE_STANDARD_TYPE, G_FILE_QUERY_INFO_NONE,
                           G_PRIORITY_DEFAULT, NULL, added_cb, NULL);
}
