/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/tree.h"

G_BEGIN_DECLS

/* Sorts `rows` (uint32_t) by `value`, which has one for each row's number; equal ones stay as they
 * were. */
void hv_rows_sort (GArray *rows, const int64_t *value, gboolean descending);

/* By key: its place among all keys of the tree when they are ordered by a text, as the user's
 * language orders it. `text` returns a new string. */
uint32_t *hv_rank_keys (const HvTree *tree, char *(*text) (const HvKey *key));

G_END_DECLS
