/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "viewer/widgets/file-choice.h"

#include "viewer/widgets/labels.h"
#include "viewer/window/comparable.h"
#include "viewer/window/recent-files.h"

#include "viewer/window/compare-dialog.h"

/* More would be a list to search; a chooser is for that. */
#define MAX_RECENT 12
#define MAX_STORED 50

typedef enum
{
  BASE,
  CURRENT,
  N_SIDES
} Side;

struct _HvCompareDialog
{
  AdwWindow parent_instance;

  /* Template widgets */
  GtkListBox *base_list, *current_list;
  GtkWidget *choose_base;
  GtkLabel *hint;

  GPtrArray *comparables;
  const HvComparable *chosen[N_SIDES]; /* of them; NULL: none */
  GtkFileChooserNative *chooser;
  Side choosing;
  gboolean touched; /* the user has chosen: nothing else may */
  gboolean filling;
};

static guint compare_signal;

G_DEFINE_FINAL_TYPE (HvCompareDialog, hv_compare_dialog, ADW_TYPE_WINDOW)

static GtkListBox *
list_of (HvCompareDialog *self, Side side)
{
  return side == BASE ? self->base_list : self->current_list;
}

/* --- rows --- */

static GtkWidget *
new_line (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  if (style)
    {
      gtk_widget_add_css_class (label, style);
      gtk_widget_add_css_class (label, "caption");
    }
  return label;
}

/* "server · 2026-11-21 14:05 · /var/dumps" */
static char *
describe (const HvComparable *comparable)
{
  g_autoptr (GDateTime) when = comparable->when ? g_date_time_new_from_unix_local (comparable->when)
                                                : NULL;
  g_autofree char *folder = g_path_get_dirname (comparable->path);
  g_autofree char *where = hv_label_path (folder);
  g_autofree char *time = when ? g_date_time_format (when, "%Y-%m-%d %H:%M") : NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  if (comparable->gone)
    g_string_append (text, _ ("the file is gone · "));
  if (comparable->program)
    g_string_append_printf (text, "%s · ", comparable->program);
  if (time)
    g_string_append_printf (text, "%s · ", time);
  g_string_append (text, where);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static GtkWidget *
new_row (const HvComparable *comparable)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  g_autofree char *name = g_filename_display_basename (comparable->path);
  g_autofree char *facts = describe (comparable);
  g_autofree char *said = g_strdup_printf ("%s, %s", name, facts);
  g_autofree char *path = g_filename_display_name (comparable->path);

  gtk_box_append (GTK_BOX (box), new_line (name, NULL));
  gtk_box_append (GTK_BOX (box), new_line (facts, "dim-label"));
  gtk_widget_add_css_class (box, "comparable");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_set_tooltip_text (row, path);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, said, -1);
  g_object_set_data (G_OBJECT (row), "comparable", (gpointer) comparable);
  return row;
}

static const HvComparable *
comparable_of (GtkListBoxRow *row)
{
  return row ? g_object_get_data (G_OBJECT (row), "comparable") : NULL;
}

static void
header_cb (GtkListBoxRow *row, GtkListBoxRow *before, gpointer user)
{
  const char *const titles[] = { [HV_COMPARABLE_CHOSEN] = _ ("Chosen"),
                                 [HV_COMPARABLE_OPEN] = _ ("Open"),
                                 [HV_COMPARABLE_RECENT] = _ ("Recent"),
                                 [HV_COMPARABLE_STORED] = _ ("In the Store") };
  HvComparableOrigin origin = comparable_of (row)->origin;

  if (before && comparable_of (before)->origin == origin)
    {
      gtk_list_box_row_set_header (row, NULL);
      return;
    }
  GtkWidget *title = new_line (titles[origin], "dim-label");
  gtk_widget_add_css_class (title, "comparables-title");
  gtk_list_box_row_set_header (row, title);
}

/* --- what is chosen --- */

static void
update (HvCompareDialog *self)
{
  const HvComparable *base = self->chosen[BASE], *current = self->chosen[CURRENT];
  gboolean same = base && base == current;

  gtk_label_set_text (self->hint, same              ? _ ("Base and current are the same file.")
                                  : base && current ? ""
                                  : self->comparables->len == 0
                                      ? _ ("Nothing was opened yet: choose two files.")
                                      : _ ("Choose one profile on each side."));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "dialog.compare", base && current && !same);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "dialog.swap", base || current);
}

/* Selects what is chosen on a side, and shows it. */
static void
select_chosen (HvCompareDialog *self, Side side)
{
  GtkListBox *list = list_of (self, side);
  gboolean filling = self->filling;
  GtkListBoxRow *row;

  self->filling = TRUE;
  gtk_list_box_unselect_all (list);
  for (int i = 0; (row = gtk_list_box_get_row_at_index (list, i)); i++)
    if (comparable_of (row) == self->chosen[side])
      gtk_list_box_select_row (list, row);
  self->filling = filling;
}

static void
fill (HvCompareDialog *self)
{
  self->filling = TRUE;
  for (Side side = BASE; side < N_SIDES; side++)
    {
      GtkListBox *list = list_of (self, side);
      GtkListBoxRow *row;
      while ((row = gtk_list_box_get_row_at_index (list, 0)))
        gtk_list_box_remove (list, GTK_WIDGET (row));
      for (guint i = 0; i < self->comparables->len; i++)
        gtk_list_box_append (list, new_row (g_ptr_array_index (self->comparables, i)));
      select_chosen (self, side);
    }
  self->filling = FALSE;
  update (self);
}

/* The selected tab as current; without one the newer of the two that belong together. */
static void
choose_likely (HvCompareDialog *self)
{
  const HvComparable *current = self->comparables->len ? g_ptr_array_index (self->comparables, 0)
                                                       : NULL;
  const HvComparable *base = current ? hv_comparables_find_base (self->comparables, current) : NULL;
  gboolean swap = base && current->origin != HV_COMPARABLE_OPEN && base->when > current->when;

  self->chosen[BASE] = swap ? current : base;
  self->chosen[CURRENT] = swap ? base : current;
}

static void
focus_chosen (HvCompareDialog *self, Side side)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (list_of (self, side))
                           ?: gtk_list_box_get_row_at_index (list_of (self, side), 0);

  if (row)
    gtk_widget_grab_focus (GTK_WIDGET (row));
}

static gboolean
mnemonic_cb (GtkListBox *list, gboolean cycling, HvCompareDialog *self)
{
  focus_chosen (self, list == self->base_list ? BASE : CURRENT);
  return TRUE;
}

static void
row_selected_cb (GtkListBox *list, GtkListBoxRow *row, HvCompareDialog *self)
{
  if (self->filling)
    return;
  self->touched = TRUE;
  self->chosen[list == self->base_list ? BASE : CURRENT] = comparable_of (row);
  update (self);
}

static void
row_activated_cb (HvCompareDialog *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "dialog.compare", NULL);
}

/* --- what else there is --- */

/* What is looked for away from the window: a folder of another machine may not answer. */
typedef struct
{
  HvSession session; /* what tells its store: the thread may outlive the caller's */
  GPtrArray *recent; /* paths, the latest first */
} Search;

static void
search_free (gpointer data)
{
  Search *search = data;
  g_free ((char *) search->session.store_path);
  g_ptr_array_unref (search->recent);
  g_free (search);
}

static void
add_stored (GPtrArray *found, const HvSession *session)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HvStore) store = hv_session_store (session, &error);
  g_autoptr (GPtrArray) stored = store ? hv_store_list (store, MAX_STORED, &error) : NULL;

  /* Without a store there is less to choose from, nothing else. */
  if (!stored)
    g_info ("the store is not listed: %s", error->message);
  for (guint i = 0; stored && i < stored->len; i++)
    {
      const HvStored *one = g_ptr_array_index (stored, i);
      hv_comparables_add (found, one->location, one->command, one->created, HV_COMPARABLE_STORED);
    }
}

static void
search_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Search *search = data;
  GPtrArray *found = hv_comparables_new ();

  for (guint i = 0; i < search->recent->len && found->len < MAX_RECENT; i++)
    hv_comparables_add (found, g_ptr_array_index (search->recent, i), NULL, 0,
                        HV_COMPARABLE_RECENT);
  if (!search->session.no_store)
    add_stored (found, &search->session);
  g_task_return_pointer (task, found, (GDestroyNotify) g_ptr_array_unref);
}

static void
searched_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  HvCompareDialog *self = HV_COMPARE_DIALOG (source);
  g_autoptr (GPtrArray) found = g_task_propagate_pointer (G_TASK (result), NULL);

  if (!self->comparables) /* closed */
    return;
  gboolean first = self->comparables->len == 0
                   && gtk_window_get_focus (GTK_WINDOW (self)) == self->choose_base;
  hv_comparables_merge (self->comparables, found);
  if (!self->touched)
    choose_likely (self);
  gboolean on_current = gtk_widget_get_focus_child (GTK_WIDGET (self->current_list)) != NULL;
  gboolean on_base = gtk_widget_get_focus_child (GTK_WIDGET (self->base_list)) != NULL;
  fill (self);
  if (on_base || on_current || (first && self->comparables->len))
    focus_chosen (self, on_current ? CURRENT : BASE);
}

static void
search (HvCompareDialog *self, const HvSession *session)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, searched_cb, NULL);
  Search *data = g_new0 (Search, 1);

  data->session.store_path = g_strdup (session->store_path);
  data->session.cache_bytes = session->cache_bytes;
  data->session.no_store = session->no_store;
  data->recent = hv_recent_files_list ();
  g_task_set_task_data (task, data, search_free);
  g_task_run_in_thread (task, search_thread);
}

/* --- actions --- */

static void
compare_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HvCompareDialog *self = HV_COMPARE_DIALOG (widget);
  g_autofree char *base = g_strdup (self->chosen[BASE]->path);
  g_autofree char *current = g_strdup (self->chosen[CURRENT]->path);

  g_signal_emit (self, compare_signal, 0, base, current);
  gtk_window_close (GTK_WINDOW (self));
}

static void
swap_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HvCompareDialog *self = HV_COMPARE_DIALOG (widget);
  const HvComparable *base = self->chosen[BASE];

  self->touched = TRUE;
  self->chosen[BASE] = self->chosen[CURRENT];
  self->chosen[CURRENT] = base;
  select_chosen (self, BASE);
  select_chosen (self, CURRENT);
  update (self);
}

static void
chosen_cb (HvCompareDialog *self, int response)
{
  g_autofree char *path = hv_file_choice_take (&self->chooser, response);
  const HvComparable *comparable = path ? hv_comparables_add (self->comparables, path, NULL, 0,
                                                              HV_COMPARABLE_CHOSEN)
                                        : NULL;

  if (!comparable)
    return;
  self->touched = TRUE;
  self->chosen[self->choosing] = comparable;
  fill (self);
  focus_chosen (self, self->choosing);
}

static void
choose_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  HvCompareDialog *self = HV_COMPARE_DIALOG (widget);

  self->choosing = g_str_equal (name, "dialog.choose-base") ? BASE : CURRENT;
  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (
      self->choosing == BASE ? _ ("Choose the Base") : _ ("Choose the Current Profile"),
      GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (chosen_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

/* --- class --- */

static void
hv_compare_dialog_dispose (GObject *object)
{
  HvCompareDialog *self = HV_COMPARE_DIALOG (object);

  /* the rows go later than what they are of */
  for (Side side = BASE; self->comparables && side < N_SIDES; side++)
    gtk_list_box_set_header_func (list_of (self, side), NULL, NULL, NULL);
  self->filling = TRUE;
  g_clear_object (&self->chooser);
  g_clear_pointer (&self->comparables, g_ptr_array_unref);
  G_OBJECT_CLASS (hv_compare_dialog_parent_class)->dispose (object);
}

#define BIND(name) gtk_widget_class_bind_template_child (widget_class, HvCompareDialog, name)

static void
hv_compare_dialog_class_init (HvCompareDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hv_compare_dialog_dispose;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_DIALOG);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/heapview/ui/compare-dialog.ui");
  BIND (base_list);
  BIND (current_list);
  BIND (choose_base);
  BIND (hint);
  gtk_widget_class_install_action (widget_class, "dialog.compare", NULL, compare_action);
  gtk_widget_class_install_action (widget_class, "dialog.swap", NULL, swap_action);
  gtk_widget_class_install_action (widget_class, "dialog.choose-base", NULL, choose_action);
  gtk_widget_class_install_action (widget_class, "dialog.choose-current", NULL, choose_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  compare_signal = g_signal_new ("compare", HV_TYPE_COMPARE_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
hv_compare_dialog_init (HvCompareDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  for (Side side = BASE; side < N_SIDES; side++)
    {
      GtkListBox *list = list_of (self, side);
      gtk_list_box_set_header_func (list, header_cb, NULL, NULL);
      g_signal_connect_object (list, "row-selected", G_CALLBACK (row_selected_cb), self, 0);
      g_signal_connect_object (list, "row-activated", G_CALLBACK (row_activated_cb), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (list, "mnemonic-activate", G_CALLBACK (mnemonic_cb), self, 0);
    }
}

HvCompareDialog *
hv_compare_dialog_new (GtkWindow *parent, const HvSession *session, GPtrArray *open)
{
  HvCompareDialog *self = g_object_new (HV_TYPE_COMPARE_DIALOG, "transient-for", parent, NULL);

  self->comparables = open;
  choose_likely (self);
  fill (self);
  if (self->comparables->len)
    focus_chosen (self, BASE);
  else
    gtk_widget_grab_focus (self->choose_base);
  search (self, session);
  return self;
}
