/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/overview.h"
#include "viewer/session.h"

G_BEGIN_DECLS

/* What the summary says of a large profile, kept in the store beside it: three or four trees need
 * not be made before it is shown again. Both are slow, and for any thread. */

/* Call paths up to which it is worked out in a blink, and not kept. */
#define HV_SMALL_PROFILE 50000

/* NULL: there is none by this program and the frame rules in force. */
HvOverview *hv_kept_summary_get (HvStore *store, const char *key, const HvProfile *profile);

/* Of the profile as the store has it. One that cannot be kept costs time the next time, nothing
 * else. */
void hv_kept_summary_put (HvStore *store, const char *key, const HvOverview *overview);

G_END_DECLS
