/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "overview.h"

G_BEGIN_DECLS

/* Shared between overview.c (rankings, limits) and findings.c. */

/* What `tree`, of the default metric, and its `rows` show. */
void _hv_overview_look (HvOverview *overview, const HvProfile *profile, const HvTree *tree,
                        const GArray *rows);

/* What the profile says without a tree, and the order of all findings; rankings are made. */
void _hv_overview_conclude (HvOverview *overview, const HvProfile *profile);

G_END_DECLS
