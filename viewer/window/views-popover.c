/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <string.h>

#include "viewer/window/kept-views.h"
#include "viewer/window/view-state.h"
#include "viewer/window/views-popover.h"

struct _HvViewsPopover
{
  GtkPopover parent_instance;

  /* Template widgets */
  GtkStack *pages;
  GtkWidget *nothing, *scrolled;
  GtkListBox *list;
  GtkLabel *heading;
  GtkEntry *name;
  GtkButton *save;

  /* Borrowed */
  const HvSession *session;

  /* Owned */
  HvDocument *document; /* a weak pointer */
  GPtrArray *views;     /* HvNamedView, as in the list; NULL: not known yet */
  guint serial;         /* of the newest question */
  gint64 renamed;       /* the view that the name is for; 0: a new one */
};

enum
{
  SIGNAL_MESSAGE,
  SIGNAL_TOAST,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HvViewsPopover, hv_views_popover, GTK_TYPE_POPOVER)

static void
tell (HvViewsPopover *self, const char *text)
{
  g_signal_emit (self, signals[SIGNAL_MESSAGE], 0, text);
}

static HvNamedView *
view_at (HvViewsPopover *self, int row)
{
  return self->views && row >= 0 && (guint) row < self->views->len
             ? g_ptr_array_index (self->views, row)
             : NULL;
}

static HvNamedView *
view_of (HvViewsPopover *self, GtkWidget *inside)
{
  GtkWidget *row = gtk_widget_get_ancestor (inside, GTK_TYPE_LIST_BOX_ROW);

  return row ? view_at (self, gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row))) : NULL;
}

/* --- asking the store --- */

static void show_views (HvViewsPopover *self);

static gboolean
is_same_list (const GPtrArray *a, const GPtrArray *b)
{
  gboolean same = a && a->len == b->len;

  for (guint i = 0; same && i < a->len; i++)
    {
      const HvNamedView *x = a->pdata[i], *y = b->pdata[i];
      same = x->id == y->id && x->of_key == y->of_key && strcmp (x->name, y->name) == 0;
    }
  return same;
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer serial)
{
  HvViewsPopover *self = HV_VIEWS_POPOVER (source);
  g_autoptr (GError) error = NULL;
  GPtrArray *views = hv_kept_views_finish (result, &error);

  if (GPOINTER_TO_UINT (serial) != self->serial || !self->list)
    {
      g_clear_pointer (&views, g_ptr_array_unref);
      return;
    }
  if (!views)
    {
      tell (self, error->message);
      return;
    }
  /* what is there already is not taken from under the pointer */
  gboolean same = is_same_list (self->views, views);
  g_clear_pointer (&self->views, g_ptr_array_unref);
  self->views = views;
  if (!same)
    show_views (self);
}

/* Fills in whose views are asked for. */
static void
ask_for (HvViewsPopover *self, HvKeptViewsRequest request)
{
  const char *key = self->document ? hv_document_get_key (self->document) : NULL;

  if (!key)
    return;
  const HvScene *scene = hv_document_get_scene (self->document);
  g_autofree char *program = hv_profile_program (scene->profiles->current);
  request.key = key;
  request.program = program;
  hv_kept_views_ask (self->session, &request, self, answered_cb, GUINT_TO_POINTER (++self->serial));
}

static void
ask (HvViewsPopover *self, HvKeptViewsVerb verb, gint64 id, const char *name, const char *text)
{
  ask_for (self, (HvKeptViewsRequest){ .verb = verb, .id = id, .name = name, .text = text });
}

/* --- the list --- */

static void
start_name (HvViewsPopover *self, const HvNamedView *renamed)
{
  self->renamed = renamed ? renamed->id : 0;
  gtk_label_set_text (self->heading, renamed ? _ ("Rename View") : _ ("Save as View"));
  gtk_button_set_label (self->save, renamed ? _ ("_Rename") : _ ("_Save"));
  gtk_editable_set_text (GTK_EDITABLE (self->name), renamed ? renamed->name : "");
}

static void
apply_cb (HvViewsPopover *self, GtkListBoxRow *row)
{
  const HvNamedView *view = view_at (self, gtk_list_box_row_get_index (row));

  if (!view || !self->document)
    return;
  gtk_popover_popdown (GTK_POPOVER (self));
  if (!hv_profile_view_apply_state (hv_document_get_view (self->document), view->text))
    tell (self, _ ("This view cannot be read: it is of another heapview"));
}

static void
rename_cb (HvViewsPopover *self, GtkWidget *button)
{
  const HvNamedView *view = view_of (self, button);

  if (!view)
    return;
  start_name (self, view);
  gtk_widget_grab_focus (GTK_WIDGET (self->name));
}

typedef struct
{
  HvViewsPopover *popover; /* a weak pointer */
  HvNamedView view;        /* without a number: it gets another one */
} Deleted;

static void
deleted_free (gpointer data, GClosure *closure)
{
  Deleted *deleted = data;

  g_clear_weak_pointer (&deleted->popover);
  g_free (deleted->view.name);
  g_free (deleted->view.text);
  g_free (deleted->view.key);
  g_free (deleted->view.program);
  g_free (deleted);
}

static void
undo_cb (AdwToast *toast, Deleted *deleted)
{
  const HvNamedView *view = &deleted->view;

  if (deleted->popover)
    ask_for (deleted->popover, (HvKeptViewsRequest){ .verb = HV_KEPT_VIEWS_PUT,
                                                     .name = view->name,
                                                     .text = view->text,
                                                     .of_key = view->key,
                                                     .of_program = view->program });
}

static void
delete_cb (HvViewsPopover *self, GtkWidget *button)
{
  const HvNamedView *view = view_of (self, button);

  if (!view)
    return;
  g_autofree char *text = g_strdup_printf (_ ("Deleted the view “%s”"), view->name);
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  g_autoptr (AdwToast) toast = g_object_ref_sink (adw_toast_new (escaped));
  Deleted *deleted = g_new0 (Deleted, 1);

  g_set_weak_pointer (&deleted->popover, self);
  deleted->view.name = g_strdup (view->name);
  deleted->view.text = g_strdup (view->text);
  deleted->view.key = g_strdup (view->key);
  deleted->view.program = g_strdup (view->program);
  adw_toast_set_button_label (toast, _ ("_Undo"));
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (undo_cb), deleted, deleted_free, 0);
  ask (self, HV_KEPT_VIEWS_DELETE, view->id, NULL, NULL);
  g_signal_emit (self, signals[SIGNAL_TOAST], 0, toast);
  start_name (self, NULL);
}

static GtkWidget *
icon_button (HvViewsPopover *self, const char *icon, char *tooltip, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, tooltip,
                                  -1);
  g_signal_connect_object (button, "clicked", clicked, self, G_CONNECT_SWAPPED);
  g_free (tooltip);
  return button;
}

static GtkWidget *
make_row (HvViewsPopover *self, const HvNamedView *view)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *name = gtk_label_new (view->name);

  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_set_valign (texts, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (texts), name);
  if (!view->of_key)
    {
      GtkWidget *other = gtk_label_new (_ ("Of another recording of this program"));
      gtk_label_set_xalign (GTK_LABEL (other), 0);
      gtk_widget_add_css_class (other, "caption");
      gtk_widget_add_css_class (other, "dim-label");
      gtk_box_append (GTK_BOX (texts), other);
    }
  gtk_box_append (GTK_BOX (box), texts);
  gtk_box_append (GTK_BOX (box), icon_button (self, "document-edit-symbolic",
                                              g_strdup_printf (_ ("Rename “%s”"), view->name),
                                              G_CALLBACK (rename_cb)));
  gtk_box_append (GTK_BOX (box), icon_button (self, "user-trash-symbolic",
                                              g_strdup_printf (_ ("Delete “%s”"), view->name),
                                              G_CALLBACK (delete_cb)));
  return box;
}

static void
show_views (HvViewsPopover *self)
{
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (self->list, 0)))
    gtk_list_box_remove (self->list, GTK_WIDGET (row));
  for (guint i = 0; i < self->views->len; i++)
    gtk_list_box_append (self->list, make_row (self, g_ptr_array_index (self->views, i)));
  gtk_stack_set_visible_child (self->pages, self->views->len ? self->scrolled : self->nothing);
}

/* --- the name --- */

static void
name_cb (HvViewsPopover *self)
{
  g_autofree char *name = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name)));

  gtk_widget_set_sensitive (GTK_WIDGET (self->save), *g_strstrip (name) != '\0');
}

static void
save_cb (HvViewsPopover *self)
{
  g_autofree char *name = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name)));
  HvProfileView *view = self->document ? hv_document_get_view (self->document) : NULL;
  g_autofree char *text = view ? hv_profile_view_print_state (view, TRUE) : NULL;

  if (*g_strstrip (name) == '\0' || !text)
    return;
  if (self->renamed)
    ask (self, HV_KEPT_VIEWS_RENAME, self->renamed, name, NULL);
  else
    ask (self, HV_KEPT_VIEWS_PUT, 0, name, text);
  start_name (self, NULL);
}

static void
shown_cb (HvViewsPopover *self)
{
  start_name (self, NULL);
  ask (self, HV_KEPT_VIEWS_LIST, 0, NULL, NULL);
}

/* --- class --- */

static void
hv_views_popover_dispose (GObject *object)
{
  HvViewsPopover *self = HV_VIEWS_POPOVER (object);

  g_clear_weak_pointer (&self->document);
  g_clear_pointer (&self->views, g_ptr_array_unref);
  self->list = NULL;
  G_OBJECT_CLASS (hv_views_popover_parent_class)->dispose (object);
}

static void
hv_views_popover_class_init (HvViewsPopoverClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hv_views_popover_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/heapview/ui/views-popover.ui");
  gtk_widget_class_bind_template_child (widget_class, HvViewsPopover, pages);
  gtk_widget_class_bind_template_child (widget_class, HvViewsPopover, nothing);
  gtk_widget_class_bind_template_child (widget_class, HvViewsPopover, scrolled);
  gtk_widget_class_bind_template_child (widget_class, HvViewsPopover, list);
  gtk_widget_class_bind_template_child (widget_class, HvViewsPopover, heading);
  gtk_widget_class_bind_template_child (widget_class, HvViewsPopover, name);
  gtk_widget_class_bind_template_child (widget_class, HvViewsPopover, save);
  gtk_widget_class_bind_template_callback (widget_class, apply_cb);
  gtk_widget_class_bind_template_callback (widget_class, name_cb);
  gtk_widget_class_bind_template_callback (widget_class, save_cb);
  gtk_widget_class_bind_template_callback (widget_class, shown_cb);

  signals[SIGNAL_MESSAGE] = g_signal_new ("message", HV_TYPE_VIEWS_POPOVER, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_TOAST] = g_signal_new ("toast", HV_TYPE_VIEWS_POPOVER, G_SIGNAL_RUN_LAST, 0, NULL,
                                        NULL, NULL, G_TYPE_NONE, 1, ADW_TYPE_TOAST);
}

static void
hv_views_popover_init (HvViewsPopover *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* --- public --- */

void
hv_views_popover_follow (HvViewsPopover *self, const HvSession *session, HvDocument *document)
{
  g_return_if_fail (HV_IS_VIEWS_POPOVER (self));
  self->session = session;
  g_set_weak_pointer (&self->document, document);
}

void
hv_views_popover_start_save (HvViewsPopover *self)
{
  g_return_if_fail (HV_IS_VIEWS_POPOVER (self));
  gtk_popover_popup (GTK_POPOVER (self));
  gtk_widget_grab_focus (GTK_WIDGET (self->name));
}
