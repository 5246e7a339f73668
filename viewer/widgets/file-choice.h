/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The path that was chosen in a dialog, which then goes (*chooser is NULL); newly allocated. NULL:
 * it was left without a choice. */
char *hv_file_choice_take (GtkFileChooserNative **chooser, int response);

G_END_DECLS
