/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/profile.h"

G_BEGIN_DECLS

/* The frame rules: names of functions, modules and source files that tell allocator, entry, async,
 * container and plumbing frames. The built-in ones are data/rules/, compiled in; the user's own
 * come before them. All functions may be called from any thread. */

/* Puts rules in force: those of `files` (NULL-terminated, may be NULL), then those of the user's
 * folder, then the built-in ones; whatever was in force before goes. Until the first call the
 * built-in ones are alone. What is wrong in the files goes to `problems`, a line each ("FILE:LINE:
 * what"), and the rest of them counts. FALSE: one of `files` cannot be read, and nothing changed;
 * G_IO_ERROR or G_FILE_ERROR, "FILE: why". */
gboolean hv_rules_load (const char *const *files, GPtrArray *problems, GError **error);

/* Where the user's rules are: $XDG_CONFIG_HOME/heapview/rules. Newly allocated. */
char *hv_rules_folder (void);

/* Tells the rules in force from others: a hash of the text of those that are not built in. */
uint64_t hv_rules_hash (void);

/* Sets frame_category of every frame by the rules in force. TRUE: some category is another now. */
gboolean hv_rules_apply (HvProfile *profile);

/* The category of one frame by its function (demangled, may be NULL) and module path (may be NULL).
 */
HvCategory hv_rules_category (const char *function, const char *module);

/* The same of strings of a profile, 0 for none; faster, as many frames are of one function. */
HvCategory hv_rules_category_in (const HvProfile *profile, uint32_t function, uint32_t module);

G_END_DECLS
