/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/column-titles.h"

static GtkWidget *
find_label (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *label = find_label (child);
      if (label)
        return label;
    }
  return NULL;
}

void
hv_column_titles_align (GtkColumnView *view, guint n_numbers)
{
  g_return_if_fail (GTK_IS_COLUMN_VIEW (view));
  /* GTK has no property for it: the header is the view's first child, a title a column. */
  GtkWidget *header = gtk_widget_get_first_child (GTK_WIDGET (view));
  GtkWidget *title = header ? gtk_widget_get_first_child (header) : NULL;

  for (guint i = 0; title && i < n_numbers; i++, title = gtk_widget_get_next_sibling (title))
    {
      GtkWidget *label = find_label (title);
      if (!label)
        continue;
      gtk_label_set_xalign (GTK_LABEL (label), 1);
      for (GtkWidget *box = label; box && box != title; box = gtk_widget_get_parent (box))
        {
          gtk_widget_set_hexpand (box, TRUE);
          gtk_widget_set_halign (box, GTK_ALIGN_FILL);
        }
    }
}
