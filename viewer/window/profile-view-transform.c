/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "store/scope.h"
#include "store/transform.h"
#include "viewer/draw/titles.h"
#include "viewer/window/profile-view-private.h"

/* What was done to the tree, step by step: each step is a list of transforms, never changed once it
 * was asked with, because scenes and the history share it. */

/* More chips than that push the views' tabs out of sight. */
#define MAX_CHIPS 6

static GPtrArray *
list_now (HvProfileView *self)
{
  return self->steps->len ? g_ptr_array_index (self->steps, self->step) : NULL;
}

static void
list_unref (gpointer list)
{
  if (list)
    g_ptr_array_unref (list);
}

void
hv_profile_view_forget_transforms (HvProfileView *self)
{
  g_ptr_array_set_size (self->steps, 0);
  g_ptr_array_add (self->steps, NULL);
  self->step = 0;
}

void
hv_profile_view_init_transforms (HvProfileView *self)
{
  self->steps = g_ptr_array_new_with_free_func (list_unref);
  hv_profile_view_forget_transforms (self);
}

/* Makes `list` (taken; NULL: none) the newest step. */
static void
add_step (HvProfileView *self, GPtrArray *list)
{
  g_ptr_array_set_size (self->steps, (int) self->step + 1);
  g_ptr_array_add (self->steps, list);
  self->step = self->steps->len - 1;
}

void
hv_profile_view_take_transforms (HvProfileView *self, GPtrArray *list)
{
  guint at;

  /* the same list, or none, can be at several steps */
  if (self->steps->len && list_now (self) == list)
    return;
  if (g_ptr_array_find (self->steps, list, &at))
    self->step = at;
  else
    add_step (self, list ? g_ptr_array_ref (list) : NULL);
}

/* The first `n` transforms that apply now, and of those all but the one at `without`. */
static GPtrArray *
copy_list (HvProfileView *self, guint n, guint without)
{
  GPtrArray *old = list_now (self);
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) hv_transform_unref);

  for (guint i = 0; old && i < MIN (n, old->len); i++)
    if (i != without)
      g_ptr_array_add (list, hv_transform_ref (g_ptr_array_index (old, i)));
  return list;
}

static void
ask_with (HvProfileView *self)
{
  HvQuestion question = self->question;

  question.options.transforms = list_now (self);
  hv_profile_view_ask_again (self, &question);
}

/* Takes `list`. */
static void
ask_with_list (HvProfileView *self, GPtrArray *list)
{
  if (list->len == 0)
    g_clear_pointer (&list, g_ptr_array_unref);
  add_step (self, list);
  ask_with (self);
}

gboolean
hv_profile_view_transform (HvProfileView *self, HvTransformKind kind)
{
  g_return_val_if_fail (HV_IS_PROFILE_VIEW (self), FALSE);
  if (!self->scene || self->travels)
    return FALSE;

  const HvTree *tree = self->scene->report.tree;
  uint32_t node = hv_flame_graph_get_selected (self->flame);
  gboolean of_path = kind == HV_TRANSFORM_FOCUS_PATH || kind == HV_TRANSFORM_HIDE_PATH;
  HvTransform *transform = of_path && tree->options.bottom_up ? NULL
                                                              : hv_transform_new (kind, tree, node);
  if (!transform)
    return FALSE;
  GPtrArray *list = copy_list (self, G_MAXUINT, G_MAXUINT);
  g_ptr_array_add (list, transform);
  ask_with_list (self, list);
  return TRUE;
}

gboolean
hv_profile_view_show_only_new (HvProfileView *self)
{
  g_return_val_if_fail (HV_IS_PROFILE_VIEW (self), FALSE);
  if (!hv_profile_view_transform (self, HV_TRANSFORM_FOCUS_PATH))
    return FALSE;
  hv_profile_view_show_status (self, HV_STATUS_NEW);
  return TRUE;
}

/* As the search takes it: case counts where it was asked for, and what is no pattern is plain. */
static const char *
filter_of (const char *word, gboolean match_case)
{
  const char *part = word;
  hv_scope_parse (&part);
  g_autofree char *prefix = g_strndup (word, (gsize) (part - word));
  g_autoptr (GRegex) regex = g_regex_new (part, 0, 0, NULL);
  g_autofree char *plain = regex ? g_strdup (part) : g_regex_escape_string (part, -1);
  g_autofree char *text = g_strconcat (prefix, match_case ? "(?-i)" : "", plain, NULL);

  return *part ? g_intern_string (text) : NULL; /* scenes keep their question */
}

gboolean
hv_profile_view_filter (HvProfileView *self, const char *text, gboolean match_case)
{
  g_return_val_if_fail (HV_IS_PROFILE_VIEW (self), FALSE);
  g_auto (GStrv) words = g_strsplit_set (text, " ,", -1);
  const char *word = NULL;
  HvQuestion question = self->question;

  for (guint i = 0; words[i]; i++)
    if (*words[i])
      {
        if (word)
          return FALSE;
        word = words[i];
      }
  gboolean without = word && word[0] == '-' && word[1];
  const char *filter = word ? filter_of (word + without, match_case) : NULL;
  if (!self->scene || !filter)
    return FALSE;
  if (without)
    question.options.ignore = filter;
  else
    question.options.focus = filter;
  hv_profile_view_ask_again (self, &question);
  return TRUE;
}

gboolean
hv_profile_view_undo (HvProfileView *self, int by)
{
  g_return_val_if_fail (HV_IS_PROFILE_VIEW (self), FALSE);
  gint64 to = (gint64) self->step + by;

  if (!self->scene || self->travels || to < 0 || to >= self->steps->len)
    return FALSE;
  self->step = (guint) to;
  ask_with (self);
  return TRUE;
}

/* --- chips --- */

static guint
chip_number (GtkWidget *button)
{
  return GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "number"));
}

static void
back_cb (HvProfileView *self, GtkWidget *button)
{
  const GPtrArray *list = list_now (self);
  guint keep = chip_number (button) + 1;

  if (list && keep < list->len)
    ask_with_list (self, copy_list (self, keep, G_MAXUINT));
}

static void
remove_cb (HvProfileView *self, GtkWidget *button)
{
  ask_with_list (self, copy_list (self, G_MAXUINT, chip_number (button)));
}

static void
more_cb (HvProfileView *self)
{
  self->all_chips = TRUE;
  hv_profile_view_update_transforms (self);
}

static GtkWidget *
add_button (HvProfileView *self, GtkWidget *chip, const char *text, const char *tooltip,
            guint number, GCallback clicked)
{
  GtkWidget *button = gtk_button_new (), *label = gtk_label_new (text);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 28);
  gtk_button_set_child (GTK_BUTTON (button), label);
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  g_str_equal (text, "×") ? tooltip : text, -1);
  gtk_widget_set_focus_on_click (button, FALSE);
  gtk_widget_add_css_class (button, "chip");
  g_object_set_data (G_OBJECT (button), "number", GUINT_TO_POINTER (number));
  g_signal_connect_object (button, "clicked", clicked, self, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (chip), button);
  return button;
}

static GtkWidget *
add_chip (HvProfileView *self)
{
  GtkWidget *chip = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_set_valign (chip, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (chip, "linked");
  gtk_widget_insert_before (chip, GTK_WIDGET (self->view_bar), GTK_WIDGET (self->shown_part));
  g_ptr_array_add (self->transform_chips, chip);
  return chip;
}

void
hv_profile_view_update_transforms (HvProfileView *self)
{
  const GPtrArray *list = self->scene->report.tree->options.transforms;
  guint n = list ? list->len : 0;

  if (!self->transform_chips)
    self->transform_chips = g_ptr_array_new_with_free_func ((GDestroyNotify) gtk_widget_unparent);
  g_ptr_array_set_size (self->transform_chips, 0);
  self->all_chips &= n > MAX_CHIPS;
  for (guint i = 0; i < n; i++)
    {
      const HvTransform *transform = list->pdata[i];
      /* of many, the first and the last ones */
      guint hidden = self->all_chips || n <= MAX_CHIPS ? 0 : n - MAX_CHIPS + 1;
      if (hidden && i == 1)
        {
          g_autofree char *more = g_strdup_printf ("… %u …", hidden);
          add_button (self, add_chip (self), more, _ ("Show all of them"), 0, G_CALLBACK (more_cb));
        }
      if (hidden && i >= 1 && i < 1 + hidden)
        continue;
      gboolean applies = hv_transform_applies (transform, self->question.options.group);
      g_autofree char *text = hv_title_transform (transform);
      g_autofree char *undo = g_strdup_printf (_ ("Undo “%s”"), text);
      GtkWidget *chip = add_chip (self);
      GtkWidget *back = add_button (self, chip, text,
                                    !applies    ? _ ("There are no such frames in this grouping")
                                    : i + 1 < n ? _ ("Back to here: undo what came after")
                                                : transform->label,
                                    i, G_CALLBACK (back_cb));
      add_button (self, chip, "×", undo, i, G_CALLBACK (remove_cb));
      if (!applies)
        gtk_widget_add_css_class (back, "dim-label");
    }
}
