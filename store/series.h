/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "profile.h"

G_BEGIN_DECLS

/* Puts dumps of one process on one timeline: adds what `dump` holds at its end as the next moment
 * of `series` (hv_profile_new(), not sealed). Strings, frames, stacks and sites are shared; sites
 * that changed emit a row, those that vanished a row of zeros. The header facts are the last
 * dump's. */
void hv_series_add (HvProfile *series, const HvProfile *dump, const char *label, int64_t number);

G_END_DECLS
