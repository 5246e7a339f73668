/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/overview.h"

G_BEGIN_DECLS

/* The overview in words. All results are newly allocated unless they are const. */

/* A sentence as Pango markup: the names in it are bold. */
char *hv_finding_markup (const HvProfile *profile, const HvFinding *finding);

/* A few words for a card: "cache_insert: 61.2 %". Plain text. */
char *hv_finding_brief (const HvProfile *profile, const HvFinding *finding);

/* The title of a list of top sites. */
const char *hv_ranking_title (const HvProfile *profile, const HvRanking *ranking);

/* "61.2 % of the peak": a part of the metric's total. */
char *hv_share_text (const HvProfile *profile, HvMetric metric, int64_t part, int64_t whole);

/* What a format does not tell, and why. */
char *hv_limit_text (const HvProfile *profile, HvLimit limit);

G_END_DECLS
