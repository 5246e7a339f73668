/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "store/overview.h"

G_BEGIN_DECLS

/* The totals of one profile as cards: only what its format knows. */
#define HV_TYPE_SUMMARY (hv_summary_get_type ())
G_DECLARE_FINAL_TYPE (HvSummary, hv_summary, HV, SUMMARY, GtkWidget)

GtkWidget *hv_summary_new (void);

/* Of `overview` (NULL: not yet known), how much there is to find. */
void hv_summary_show (HvSummary *self, const HvProfile *profile, const HvOverview *overview);

G_END_DECLS
