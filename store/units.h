/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "profile.h"

G_BEGIN_DECLS

/* The one formatter of numbers for window, terminal, SVG and sentences (ui.md §2.6). All results
 * are newly allocated UTF-8. */

/* IEC by default ("1.50 KiB", three significant digits); `hv_units_set_si` changes to kB, MB. */
void hv_units_set_si (gboolean si);
char *hv_format_bytes (int64_t bytes);
char *hv_format_count (int64_t count); /* "61 204" with narrow no-break spaces */
char *hv_format_value (const HvProfile *profile, HvMetric metric, int64_t value);

/* Signed: "+300 MiB", "−40.0 MiB" with a true minus, "0 B". */
char *hv_format_delta (const HvProfile *profile, HvMetric metric, int64_t delta);

/* "53.1 %"; "–" when whole is 0. Never NaN or ∞. */
char *hv_format_percent (int64_t part, int64_t whole);

/* A time in the profile's unit: "12.5 s", "1:54.4", "145 Minstr". */
char *hv_format_time (const HvProfile *profile, int64_t time);

G_END_DECLS
