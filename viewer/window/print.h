/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "viewer/window/view-shot.h"

G_BEGIN_DECLS

/* Prints a view: its title, the flame graph fitted to the page, and the largest sites or changes;
 * of a table, its rows on as many pages as they take. Takes the shot. */
GtkPrintOperation *hv_print_new (HvViewShot *shot);

G_END_DECLS
