/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "viewer/widgets/file-choice.h"

#include <string.h>

#include "store/units.h"
#include "viewer/window/symbols-window.h"

struct _HvSymbolsWindow
{
  AdwWindow parent_instance;

  /* Template widgets */
  GtkStack *pages;
  AdwStatusPage *nothing;
  AdwPreferencesPage *list;
  GtkRevealer *busy;
  GtkSpinner *spinner;
  GtkButton *cancel;

  /* Owned */
  GPtrArray *groups; /* of AdwPreferencesGroup, in `list` */
  GtkFileChooserNative *chooser;
  char *module; /* that the chooser is for */
};

enum
{
  SIGNAL_LOCATED,
  SIGNAL_CANCEL,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HvSymbolsWindow, hv_symbols_window, ADW_TYPE_WINDOW)

/* --- what is missing --- */

static gboolean
is_missing (const HvProfile *profile, const HvModule *module)
{
  const char *status = hv_profile_string (profile, module->status);

  /* "[vdso]": no file has it */
  return *status && *hv_profile_string (profile, module->path) != '['
         && (module->unresolved > 0 || strcmp (status, "resolved") != 0);
}

static int
by_unresolved (gconstpointer a, gconstpointer b, gpointer user)
{
  const HvProfile *profile = user;
  uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;
  int64_t p = profile->module[x].unresolved, q = profile->module[y].unresolved;

  return p != q ? (p > q ? -1 : 1) : (x > y) - (x < y);
}

GArray *
hv_symbols_missing (const HvProfile *profile)
{
  GArray *modules = g_array_new (FALSE, FALSE, sizeof (uint32_t));

  for (uint32_t m = 0; m < profile->n_modules; m++)
    if (is_missing (profile, &profile->module[m]))
      g_array_append_val (modules, m);
  g_array_sort_with_data (modules, by_unresolved, (gpointer) profile);
  return modules;
}

char *
hv_symbols_share (const HvProfile *profile, uint32_t module)
{
  return hv_format_percent (profile->module[module].unresolved,
                            hv_profile_total (profile, profile->default_metric));
}

static const char *
label_status (const char *status)
{
  static const struct
  {
    const char *status, *label;
  } labels[] = {
    { "resolved", N_ ("a few names are missing") },
    { "symbol table only", N_ ("only a symbol table was found: no lines, no inlined functions") },
    { "function starts only", N_ ("the file is stripped: only where functions begin") },
    { "no symbols", N_ ("the file has no symbols") },
    { "file not found", N_ ("the file was not found") },
    { "does not match", N_ ("the file is not the one that ran") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (labels); i++)
    if (strcmp (status, labels[i].status) == 0)
      return _ (labels[i].label);
  return status;
}

/* --- locating --- */

static void
chosen_cb (HvSymbolsWindow *self, int response)
{
  g_autofree char *path = hv_file_choice_take (&self->chooser, response);
  g_autofree char *module = g_steal_pointer (&self->module);

  if (path && module)
    g_signal_emit (self, signals[SIGNAL_LOCATED], 0, module, path);
}

static void
locate_cb (HvSymbolsWindow *self, GtkButton *button)
{
  const char *module = g_object_get_data (G_OBJECT (button), "module");
  g_autofree char *title = g_strdup_printf (_ ("Where Is %s?"), hv_basename (module));

  g_free (self->module);
  self->module = g_strdup (module);
  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (self),
                                               GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (chosen_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

/* --- rows --- */

static void
add_text (AdwExpanderRow *row, const char *title, const char *text)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *head = gtk_label_new (title), *label = gtk_label_new (text);
  GtkWidget *holder = gtk_list_box_row_new ();

  gtk_label_set_xalign (GTK_LABEL (head), 0);
  gtk_widget_add_css_class (head, "caption");
  gtk_widget_add_css_class (head, "dim-label");
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_box_append (GTK_BOX (box), head);
  gtk_box_append (GTK_BOX (box), label);
  gtk_widget_add_css_class (box, "symbols-fact");
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (holder), FALSE);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (holder), box);
  adw_expander_row_add_row (row, holder);
}

static GtkWidget *
make_button (HvSymbolsWindow *self, const char *path)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (_ ("_Locate…"));
  g_autofree char *name = g_strdup_printf (_ ("Locate the symbols of %s"), hv_basename (path));

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data_full (G_OBJECT (button), "module", g_strdup (path), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (locate_cb), self, G_CONNECT_SWAPPED);
  return button;
}

static GtkWidget *
make_row (HvSymbolsWindow *self, const HvProfile *profile, uint32_t m, gboolean expanded)
{
  const HvModule *module = &profile->module[m];
  const char *path = hv_profile_string (profile, module->path);
  const char *build_id = hv_profile_string (profile, module->build_id);
  const char *tried = hv_profile_string (profile, module->tried);
  g_autofree char *cost = hv_format_value (profile, profile->default_metric, module->unresolved);
  g_autofree char *share = hv_symbols_share (profile, m);
  /* Translators: bytes, and their part of all: "750 MiB (75 %) in stacks that lack names" */
  g_autofree char *depends = module->unresolved ? g_strdup_printf (
                                 _ ("%s (%s) in stacks that lack names"), cost, share)
                                                : g_strdup (_ ("no cost depends on it"));
  g_autofree char *subtitle = g_strdup_printf (
      "%s\n%s", label_status (hv_profile_string (profile, module->status)), depends);
  AdwExpanderRow *row = ADW_EXPANDER_ROW (adw_expander_row_new ());

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), hv_basename (path));
  adw_expander_row_set_subtitle (row, subtitle);
  adw_expander_row_add_action (row, make_button (self, path));
  add_text (row, _ ("Path"), path);
  if (*build_id)
    add_text (row, _ ("Build ID"), build_id);
  if (*tried)
    add_text (row, _ ("What was tried"), tried);
  adw_expander_row_set_expanded (row, expanded);
  return GTK_WIDGET (row);
}

static guint
add_profile (HvSymbolsWindow *self, const HvProfile *profile, const char *title)
{
  g_autoptr (GArray) modules = hv_symbols_missing (profile);

  if (modules->len == 0)
    return 0;
  GtkWidget *group = adw_preferences_group_new ();
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  for (guint i = 0; i < modules->len; i++)
    adw_preferences_group_add (
        ADW_PREFERENCES_GROUP (group),
        make_row (self, profile, g_array_index (modules, uint32_t, i), i == 0));
  adw_preferences_page_add (self->list, ADW_PREFERENCES_GROUP (group));
  g_ptr_array_add (self->groups, group);
  return modules->len;
}

static gboolean
were_looked_for (const HvProfile *profile)
{
  for (uint32_t m = 0; m < profile->n_modules; m++)
    if (profile->module[m].status)
      return TRUE;
  return FALSE;
}

/* --- class --- */

static void
hv_symbols_window_dispose (GObject *object)
{
  HvSymbolsWindow *self = HV_SYMBOLS_WINDOW (object);

  g_clear_object (&self->chooser);
  g_clear_pointer (&self->groups, g_ptr_array_unref);
  g_clear_pointer (&self->module, g_free);
  G_OBJECT_CLASS (hv_symbols_window_parent_class)->dispose (object);
}

static void
hv_symbols_window_class_init (HvSymbolsWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hv_symbols_window_dispose;
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_DIALOG);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/heapview/ui/symbols-window.ui");
  gtk_widget_class_bind_template_child (widget_class, HvSymbolsWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, HvSymbolsWindow, nothing);
  gtk_widget_class_bind_template_child (widget_class, HvSymbolsWindow, list);
  gtk_widget_class_bind_template_child (widget_class, HvSymbolsWindow, busy);
  gtk_widget_class_bind_template_child (widget_class, HvSymbolsWindow, spinner);
  gtk_widget_class_bind_template_child (widget_class, HvSymbolsWindow, cancel);

  signals[SIGNAL_LOCATED] = g_signal_new ("located", HV_TYPE_SYMBOLS_WINDOW, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING,
                                          G_TYPE_STRING);
  signals[SIGNAL_CANCEL] = g_signal_new ("cancel", HV_TYPE_SYMBOLS_WINDOW, G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
cancel_cb (HvSymbolsWindow *self)
{
  g_signal_emit (self, signals[SIGNAL_CANCEL], 0);
}

static void
hv_symbols_window_init (HvSymbolsWindow *self)
{
  self->groups = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->cancel, "clicked", G_CALLBACK (cancel_cb), self,
                           G_CONNECT_SWAPPED);
}

/* --- public --- */

HvSymbolsWindow *
hv_symbols_window_new (GtkWindow *parent)
{
  return g_object_new (HV_TYPE_SYMBOLS_WINDOW, "transient-for", parent, "destroy-with-parent", TRUE,
                       "hide-on-close", TRUE, NULL);
}

void
hv_symbols_window_set_profiles (HvSymbolsWindow *self, const HvProfile *current,
                                const HvProfile *base)
{
  g_return_if_fail (HV_IS_SYMBOLS_WINDOW (self));
  const HvProfile *other = base == current ? NULL : base;
  guint n = 0;

  for (guint i = 0; i < self->groups->len; i++)
    adw_preferences_page_remove (self->list, g_ptr_array_index (self->groups, i));
  g_ptr_array_set_size (self->groups, 0);
  n += add_profile (self, current, other ? _ ("Current") : "");
  n += other ? add_profile (self, other, _ ("Base")) : 0;

  gboolean looked = were_looked_for (current) || (other && were_looked_for (other));
  adw_status_page_set_title (self->nothing, _ ("All symbols found"));
  adw_status_page_set_description (
      self->nothing, looked
                         ? _ ("Every module that stacks go through has its names.")
                         : _ ("The recording holds its names itself, or they were not asked for."));
  gtk_stack_set_visible_child (self->pages,
                               n ? GTK_WIDGET (self->list) : GTK_WIDGET (self->nothing));
}

void
hv_symbols_window_set_busy (HvSymbolsWindow *self, gboolean busy)
{
  g_return_if_fail (HV_IS_SYMBOLS_WINDOW (self));
  gtk_revealer_set_reveal_child (self->busy, busy);
  gtk_spinner_set_spinning (self->spinner, busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->pages), !busy);
}
