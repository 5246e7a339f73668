/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Its children side by side, on as many lines as they need. One that expands takes what is left of
 * its line and starts no new one. */
#define HV_TYPE_WRAP_BOX (hv_wrap_box_get_type ())
G_DECLARE_FINAL_TYPE (HvWrapBox, hv_wrap_box, HV, WRAP_BOX, GtkWidget)

GtkWidget *hv_wrap_box_new (void);
void hv_wrap_box_append (HvWrapBox *self, GtkWidget *child);

G_END_DECLS
