/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/transform.h"
#include "viewer/export/export.h"

G_BEGIN_DECLS

/* What is shown, in words for people; translated. All newly allocated. */

/* "current.heap compared with base.heap", a file's name alone, or two moments of one. */
char *hv_title_report (const HvReport *report);

/* "jemalloc dump · 1 in 512 KiB sampled · 2:14 · server --port 80" */
char *hv_title_profile (const HvProfile *profile);

/* "the peak", "12.5 s", "dump 3", "the end" */
char *hv_title_moment (const HvProfile *profile, uint32_t at);

/* The metric, the moment, and what all that is shown comes to. */
char *hv_title_total (const HvReport *report);

/* "base 300 MiB · +390 MiB grew · … · current 800 MiB"; NULL without a diff. */
char *hv_title_waterfall (const HvReport *report);

/* "showing 412 MiB of 800 MiB"; NULL where nothing is left out. */
char *hv_title_part (const HvReport *report);

/* What was asked for beyond the default: "Bottom-up · Focus: parse"; NULL: nothing was. */
char *hv_title_question (const HvReport *report);

/* What a chip says of a transform. */
char *hv_title_transform (const HvTransform *transform);

/* "By module" */
const char *hv_title_group (HvGroup group);

G_END_DECLS
