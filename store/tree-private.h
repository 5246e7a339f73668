/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tree.h"

G_BEGIN_DECLS

/* Orders the children of each node by `weight` (per node, largest first), then by `weight2` (may be
 * NULL), then by label. */
void _hv_tree_sort (HvTree *tree, const int64_t *weight, const int64_t *weight2);

G_END_DECLS
