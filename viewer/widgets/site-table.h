/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/widgets/cost-table.h"

G_BEGIN_DECLS

/* The sites of one profile, or what they are grouped by: one row each, sorted by any column. */
#define HV_TYPE_SITE_TABLE (hv_site_table_get_type ())
G_DECLARE_FINAL_TYPE (HvSiteTable, hv_site_table, HV, SITE_TABLE, HvCostTable)

GtkWidget *hv_site_table_new (void);

/* Of one profile, not of a diff; NULL: none. */
void hv_site_table_set_scene (HvSiteTable *self, HvScene *scene);

/* Selects and shows the row that `node` stands for, or none; without the signal. */
void hv_site_table_select (HvSiteTable *self, uint32_t node);

G_END_DECLS
