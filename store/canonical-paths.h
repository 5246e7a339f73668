/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "profile.h"

G_BEGIN_DECLS

/* The canonical paths (canonical.h) of a profile's functions: names are long, and rules, trees and
 * reports all ask for the paths of the same ones. */
typedef struct HvCanonicalPaths HvCanonicalPaths;

HvCanonicalPaths *_hv_canonical_paths_new (void);
void _hv_canonical_paths_free (HvCanonicalPaths *paths);

/* The canonical path of a function, which is one of the profile's strings; "" for none. `trait`,
 * unless NULL, is set to the trait's of "<T as Trait>::m", else to "". Both live as long as the
 * profile. May be called from any thread. */
const char *hv_profile_canonical (const HvProfile *profile, uint32_t function, const char **trait);

/* What they are is known from before: that of a function which was not asked for yet. */
void hv_profile_set_canonical (const HvProfile *profile, uint32_t function, const char *path,
                               const char *trait);

/* Finds those of all frames' functions, where they are many, on two processors. */
void hv_profile_canonical_all (const HvProfile *profile);

G_END_DECLS
