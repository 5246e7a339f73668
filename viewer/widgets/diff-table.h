/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/widgets/cost-table.h"

G_BEGIN_DECLS

/* What changed, one row a call path; sorted by any column. Rows below the threshold stand in one
 * last row until it is activated, so that the sum holds. */
#define HV_TYPE_DIFF_TABLE (hv_diff_table_get_type ())
G_DECLARE_FINAL_TYPE (HvDiffTable, hv_diff_table, HV, DIFF_TABLE, HvCostTable)

GtkWidget *hv_diff_table_new (void);
void hv_diff_table_set_scene (HvDiffTable *self, HvScene *scene);

/* Shows only the rows of a status, also those below the threshold; HV_STATUS_SAME: all. */
void hv_diff_table_set_status (HvDiffTable *self, HvStatus status);

/* Selects and shows the row of `node`, or none; without the signal. */
void hv_diff_table_select (HvDiffTable *self, uint32_t node);

G_END_DECLS
