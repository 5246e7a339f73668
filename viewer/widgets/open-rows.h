/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/widgets/node-list.h"

G_BEGIN_DECLS

/* A row of a table at one moment. */
typedef struct
{
  uint32_t number; /* hv_node_item_get_number() */
  guint depth;     /* in a tree, of its root 0 */
} HvOpenRow;

/* The rows that are shown: of an HvNodeList, or of a GtkTreeListModel of such lists as far as it is
 * open; NULL: none. No item is made of a row that is not opened: of large tables most are not.
 * Newly allocated, HvOpenRow. */
GArray *hv_open_rows (GListModel *rows);

G_END_DECLS
