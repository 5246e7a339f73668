/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/diff.h"

G_BEGIN_DECLS

/* Words of the model for people, translated. Those without a comment are static. */
const char *hv_label_metric (HvMetric metric);
const char *hv_label_status (HvStatus status);
const char *hv_label_why (const HvDiffRow *row);
/* "of all": what a share of the tree's root is of; where filters dropped some of it, of the rest.
 */
const char *hv_label_of_all (const HvTree *tree);
const char *hv_label_format (const char *format);

/* At most so many letters of a text, the last one "…" where it had more: names and command lines
 * can be of a megabyte, which takes minutes to break into lines. Newly allocated. */
char *hv_label_cut (const char *text, guint most);

/* So much is shown of a name where there is room for all that anybody reads, and of a command. */
#define HV_LABEL_MAX_NAME 500
#define HV_LABEL_MAX_FACT 2000

/* "3 802 blocks", or whatever the profile calls them. Newly allocated. */
char *hv_label_blocks (const HvProfile *profile, int64_t blocks);

/* "cache.rs:88", or "" when the file is unknown. Newly allocated. */
char *hv_label_source (const HvKey *key);

/* The same, or where the file is unknown the module's name; "" for no key. Newly allocated. */
char *hv_label_place (const HvKey *key);

/* A file's place as people write it: "~/profiles/a.heap" of what lies at home. Newly allocated. */
char *hv_label_path (const char *path);

/* For files that other programs read: a bare integer; percent as "53.1". Newly allocated. */
char *hv_plain_value (int64_t value);
char *hv_plain_percent (int64_t part, int64_t whole);

/* "src/cache.rs:88" with the whole path, else the module's; "" for no key. Newly allocated. */
char *hv_plain_place (const HvKey *key);

G_END_DECLS
