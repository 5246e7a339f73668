/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Puts the titles of the first `n_numbers` columns over their right-aligned numbers. */
void hv_column_titles_align (GtkColumnView *view, guint n_numbers);

G_END_DECLS
