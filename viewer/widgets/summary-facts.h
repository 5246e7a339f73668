/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "store/overview.h"

G_BEGIN_DECLS

/* The plain parts of the summary page, each a new widget; without children where there is nothing
 * to say. */
GtkWidget *hv_summary_totals (const HvProfile *profile);
GtkWidget *hv_summary_recording (const HvProfile *profile);
GtkWidget *hv_summary_limits (const HvProfile *profile, const gboolean *limits);

G_END_DECLS
