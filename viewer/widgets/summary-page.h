/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

#include "store/overview.h"

G_BEGIN_DECLS

/* The first page of one opened profile: findings, totals, top sites, what is not known, and what
 * the recording says of itself. */
#define HV_TYPE_SUMMARY_PAGE (hv_summary_page_get_type ())
G_DECLARE_FINAL_TYPE (HvSummaryPage, hv_summary_page, HV, SUMMARY_PAGE, GtkWidget)

/* Signal "site" (guint metric, GStrv path): a place in the call tree of a metric is to be shown. */
/* Signal "sites" (guint metric): all sites are, by a metric. */
/* Signal "grown": what the last dump has more than the first. */

GtkWidget *hv_summary_page_new (void);

/* `overview` NULL: it is being worked out; so is what is due of it. */
void hv_summary_page_show (HvSummaryPage *self, const HvProfile *profile, HvOverview *overview);

/* Fills in what was due, of the profile that is shown, without moving anything else. FALSE: it is
 * not what was expected, and is to be shown anew. */
gboolean hv_summary_page_complete (HvSummaryPage *self, const HvProfile *profile,
                                   HvOverview *overview);

G_END_DECLS
