/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/node-list.h"

struct _HvNodeItem
{
  GObject parent_instance;

  HvScene *scene;
  uint32_t node, row, number;
};

struct _HvNodeList
{
  GObject parent_instance;

  HvScene *scene;
  const uint32_t *nodes; /* borrowed from the scene's tree; NULL: of the rows */
  guint n;
  GArray *rows; /* uint32_t */
};

G_DEFINE_FINAL_TYPE (HvNodeItem, hv_node_item, G_TYPE_OBJECT)

static void list_model_init (GListModelInterface *iface);
G_DEFINE_FINAL_TYPE_WITH_CODE (HvNodeList, hv_node_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
hv_node_item_finalize (GObject *object)
{
  HvNodeItem *self = HV_NODE_ITEM (object);

  g_clear_pointer (&self->scene, hv_scene_unref);
  G_OBJECT_CLASS (hv_node_item_parent_class)->finalize (object);
}

static void
hv_node_item_class_init (HvNodeItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hv_node_item_finalize;
}

static void
hv_node_item_init (HvNodeItem *self)
{
}

HvScene *
hv_node_item_get_scene (HvNodeItem *self)
{
  return self->scene;
}

uint32_t
hv_node_item_get_node (HvNodeItem *self)
{
  return self->node;
}

uint32_t
hv_node_item_get_row (HvNodeItem *self)
{
  return self->row;
}

uint32_t
hv_node_item_get_number (HvNodeItem *self)
{
  return self->number;
}

static GType
list_get_item_type (GListModel *model)
{
  return HV_TYPE_NODE_ITEM;
}

static guint
list_get_n_items (GListModel *model)
{
  return HV_NODE_LIST (model)->n;
}

static gpointer
list_get_item (GListModel *model, guint position)
{
  HvNodeList *self = HV_NODE_LIST (model);
  if (position >= self->n)
    return NULL;

  HvNodeItem *item = g_object_new (HV_TYPE_NODE_ITEM, NULL);
  item->scene = hv_scene_ref (self->scene);
  item->row = HV_ROW_FOLDED;
  item->number = hv_node_list_get_number (self, position);
  if (self->nodes)
    item->node = item->number;
  else
    {
      item->row = item->number;
      if (item->row != HV_ROW_FOLDED)
        item->node = hv_scene_row_node (self->scene, item->row);
    }
  return item;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = list_get_item_type;
  iface->get_n_items = list_get_n_items;
  iface->get_item = list_get_item;
}

static void
hv_node_list_finalize (GObject *object)
{
  HvNodeList *self = HV_NODE_LIST (object);

  g_clear_pointer (&self->rows, g_array_unref);
  g_clear_pointer (&self->scene, hv_scene_unref);
  G_OBJECT_CLASS (hv_node_list_parent_class)->finalize (object);
}

static void
hv_node_list_class_init (HvNodeListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hv_node_list_finalize;
}

static void
hv_node_list_init (HvNodeList *self)
{
}

GListModel *
hv_node_list_new_children (HvScene *scene, uint32_t node)
{
  const HvTree *tree = scene->report.tree;
  uint32_t start = tree->child_start[node], end = tree->child_start[node + 1];
  if (start == end)
    return NULL;

  HvNodeList *self = g_object_new (HV_TYPE_NODE_LIST, NULL);
  self->scene = hv_scene_ref (scene);
  self->nodes = tree->child + start;
  self->n = end - start;
  return G_LIST_MODEL (self);
}

GListModel *
hv_node_list_new_root (HvScene *scene)
{
  static const uint32_t root;
  HvNodeList *self = g_object_new (HV_TYPE_NODE_LIST, NULL);

  self->scene = hv_scene_ref (scene);
  self->nodes = &root;
  self->n = 1;
  return G_LIST_MODEL (self);
}

GListModel *
hv_node_list_new_rows (HvScene *scene, const GArray *rows)
{
  HvNodeList *self = g_object_new (HV_TYPE_NODE_LIST, NULL);

  self->scene = hv_scene_ref (scene);
  self->rows = g_array_sized_new (FALSE, FALSE, sizeof (uint32_t), rows->len);
  if (rows->len)
    g_array_append_vals (self->rows, rows->data, rows->len);
  self->n = rows->len;
  return G_LIST_MODEL (self);
}

uint32_t
hv_node_list_get_number (HvNodeList *self, guint position)
{
  return self->nodes ? self->nodes[position] : g_array_index (self->rows, uint32_t, position);
}
