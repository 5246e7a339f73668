/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/drop-down.h"

/* GTK 4.8 calls the button and the list by their C types and the entries nothing: the entries are
 * made here as GTK makes them, a text and a tick, and named by their text. */

static void
set_name (GtkWidget *widget, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name ("object-select-symbolic"));
  gtk_list_item_set_child (item, box);
}

static void
tick_cb (GtkDropDown *drop, GParamSpec *pspec, GtkListItem *item)
{
  GtkWidget *box = gtk_list_item_get_child (item);
  gboolean chosen = gtk_drop_down_get_selected_item (drop) == gtk_list_item_get_item (item);

  /* its room is kept */
  gtk_widget_set_opacity (gtk_widget_get_last_child (box), chosen ? 1 : 0);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, GtkDropDown *drop)
{
  GtkWidget *box = gtk_list_item_get_child (item);
  const char *text = gtk_string_object_get_string (
      GTK_STRING_OBJECT (gtk_list_item_get_item (item)));

  gtk_label_set_text (GTK_LABEL (gtk_widget_get_first_child (box)), text);
  if (gtk_widget_get_parent (box))
    set_name (gtk_widget_get_parent (box), text);
  g_signal_connect (drop, "notify::selected-item", G_CALLBACK (tick_cb), item);
  tick_cb (drop, NULL, item);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, GtkDropDown *drop)
{
  g_signal_handlers_disconnect_by_func (drop, tick_cb, item);
}

static GtkWidget *
find_list (GtkWidget *widget)
{
  GtkWidget *found = GTK_IS_LIST_VIEW (widget) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found;
       child = gtk_widget_get_next_sibling (child))
    found = find_list (child);
  return found;
}

void
hv_drop_down_set_name (GtkDropDown *drop, const char *name)
{
  g_return_if_fail (GTK_IS_DROP_DOWN (drop));
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  GtkWidget *list = find_list (GTK_WIDGET (drop));

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), drop, 0);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cb), drop, 0);
  gtk_drop_down_set_list_factory (drop, factory);
  set_name (GTK_WIDGET (drop), name);
  set_name (gtk_widget_get_first_child (GTK_WIDGET (drop)), name);
  if (list)
    set_name (list, name);
}
