/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

#include "viewer/widgets/scene.h"

G_BEGIN_DECLS

/* A row of a table: a node of the call tree or a row of a diff. Made when it is shown. */
#define HV_TYPE_NODE_ITEM (hv_node_item_get_type ())
G_DECLARE_FINAL_TYPE (HvNodeItem, hv_node_item, HV, NODE_ITEM, GObject)

HvScene *hv_node_item_get_scene (HvNodeItem *self);
uint32_t hv_node_item_get_node (HvNodeItem *self);

/* Of a diff; the index into the scene's rows. */
uint32_t hv_node_item_get_row (HvNodeItem *self);
#define HV_ROW_FOLDED UINT32_MAX /* stands for all rows below the threshold */

/* Of these two the one that its list has: what HvCostTable asks its cells of. */
uint32_t hv_node_item_get_number (HvNodeItem *self);

/* A lazy list of them. */
#define HV_TYPE_NODE_LIST (hv_node_list_get_type ())
G_DECLARE_FINAL_TYPE (HvNodeList, hv_node_list, HV, NODE_LIST, GObject)

/* The children of a node; NULL when it has none. */
GListModel *hv_node_list_new_children (HvScene *scene, uint32_t node);

/* The root alone. */
GListModel *hv_node_list_new_root (HvScene *scene);

/* The rows of a diff in the order of `rows` (indices or HV_ROW_FOLDED; copied). */
GListModel *hv_node_list_new_rows (HvScene *scene, const GArray *rows);

/* What hv_node_item_get_number() says of an item, without making it. */
uint32_t hv_node_list_get_number (HvNodeList *self, guint position);

G_END_DECLS
