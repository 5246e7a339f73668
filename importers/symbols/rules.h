/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/profile.h"

G_BEGIN_DECLS

/* The frame rules: tables of prefixes, of functions, modules and source files, that tell allocator,
 * entry, async and plumbing frames. The
 * built-in tables are data/rules/frames.rules, compiled in as the resource
 * /org/heapview/rules/frames.rules. */

/* Sets frame_category of every frame. */
void hv_rules_apply (HvProfile *profile);

/* The category of one frame by its function (demangled, may be NULL) and module path (may be NULL).
 */
HvCategory hv_rules_category (const char *function, const char *module);

G_END_DECLS
