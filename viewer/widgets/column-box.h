/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* As many columns of equal width as there is room for; each child in turn goes below the shortest.
 */
#define HV_TYPE_COLUMN_BOX (hv_column_box_get_type ())
G_DECLARE_FINAL_TYPE (HvColumnBox, hv_column_box, HV, COLUMN_BOX, GtkWidget)

GtkWidget *hv_column_box_new (void);
void hv_column_box_append (HvColumnBox *self, GtkWidget *child);
void hv_column_box_clear (HvColumnBox *self);

G_END_DECLS
