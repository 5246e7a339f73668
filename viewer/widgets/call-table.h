/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/widgets/cost-table.h"

G_BEGIN_DECLS

/* The call tree of one profile as a table: the flame graph's equal for those who do not see it. */
#define HV_TYPE_CALL_TABLE (hv_call_table_get_type ())
G_DECLARE_FINAL_TYPE (HvCallTable, hv_call_table, HV, CALL_TABLE, HvCostTable)

GtkWidget *hv_call_table_new (void);
void hv_call_table_set_scene (HvCallTable *self, HvScene *scene);

/* Begins with what is below the root; before the first scene. */
void hv_call_table_hide_root (HvCallTable *self);

/* Opens the path to `node`, selects and shows it; without the signal. */
void hv_call_table_select (HvCallTable *self, uint32_t node);

/* Opens all that is below the selected row, or the first; not more than some thousand rows. */
void hv_call_table_expand_below (HvCallTable *self);

G_END_DECLS
