/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "overview.h"

G_BEGIN_DECLS

/* Shared between overview.c (rankings, limits), findings.c and overview-text.c. */

/* Rows a ranking; more are a table's. */
#define HV_MAX_TOP 6

/* One that says nothing. */
HvOverview *_hv_overview_new (void);

/* What `tree`, of the default metric, and its `rows` show. */
void _hv_overview_look (HvOverview *overview, const HvProfile *profile, const HvTree *tree,
                        const GArray *rows);

/* What the profile says without a tree, and the order of all findings; rankings are made. */
void _hv_overview_conclude (HvOverview *overview, const HvProfile *profile);

G_END_DECLS
