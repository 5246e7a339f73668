/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Gives a list of strings to choose from, and all in it that can have the focus, names for who does
 * not see it; what it looks like stays GTK's. */
void hv_drop_down_set_name (GtkDropDown *drop, const char *name);

G_END_DECLS
