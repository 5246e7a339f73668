/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "store/units.h"
#include "viewer/widgets/labels.h"
#include "viewer/widgets/row-order.h"

#include "viewer/widgets/site-table.h"

typedef enum
{
  COLUMN_SELF,
  COLUMN_SHARE,
  COLUMN_INCLUSIVE,
  COLUMN_BLOCKS,
  COLUMN_AVERAGE,
  COLUMN_SITE,
  COLUMN_SOURCE,
  N_COLUMNS
} Column;

struct _HvSiteTable
{
  HvCostTable parent_instance;

  HvScene *scene;
  GArray *shown; /* uint32_t: rows in order */
};

G_DEFINE_FINAL_TYPE (HvSiteTable, hv_site_table, HV_TYPE_COST_TABLE)

static gboolean
is_number (Column column)
{
  return column < COLUMN_SITE;
}

static int64_t
average (const HvRow *row)
{
  int64_t blocks = row->self[HV_SIDE_CURRENT][HV_SLOT_PARTNER];

  return blocks ? row->self[HV_SIDE_CURRENT][HV_SLOT_COST] / blocks : 0;
}

static char *
cell_text (const HvScene *scene, const HvRow *row, Column column)
{
  const HvReport *r = &scene->report;
  const int64_t *cost = row->self[HV_SIDE_CURRENT];
  const HvKey *key = hv_scene_row_key (scene, row);

  switch (column)
    {
    case COLUMN_SELF:
      return hv_format_value (r->profile, r->metric, cost[HV_SLOT_COST]);
    case COLUMN_SHARE:
      return hv_format_percent (cost[HV_SLOT_COST],
                                r->rows_tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0]);
    case COLUMN_INCLUSIVE:
      return hv_format_value (r->profile, r->metric, row->incl[HV_SIDE_CURRENT][HV_SLOT_COST]);
    case COLUMN_BLOCKS:
      return hv_format_value (r->profile, hv_metric_partner (r->metric), cost[HV_SLOT_PARTNER]);
    case COLUMN_AVERAGE:
      return cost[HV_SLOT_PARTNER] ? hv_format_value (r->profile, r->metric, average (row))
                                   : g_strdup ("–");
    case COLUMN_SITE:
      return g_strdup (key ? key->short_label : _ ("(no frame)"));
    case COLUMN_SOURCE:
      return hv_label_place (key);
    case N_COLUMNS:
      break;
    }
  return NULL;
}

static char *
plain_text (const HvScene *scene, const HvRow *row, Column column)
{
  const int64_t *cost = row->self[HV_SIDE_CURRENT];
  const HvKey *key = hv_scene_row_key (scene, row);

  switch (column)
    {
    case COLUMN_SELF:
      return hv_plain_value (cost[HV_SLOT_COST]);
    case COLUMN_SHARE:
      return hv_plain_percent (cost[HV_SLOT_COST],
                               scene->report.rows_tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0]);
    case COLUMN_INCLUSIVE:
      return hv_plain_value (row->incl[HV_SIDE_CURRENT][HV_SLOT_COST]);
    case COLUMN_BLOCKS:
      return hv_plain_value (cost[HV_SLOT_PARTNER]);
    case COLUMN_AVERAGE:
      return cost[HV_SLOT_PARTNER] ? hv_plain_value (average (row)) : g_strdup ("");
    case COLUMN_SITE:
      return g_strdup (key ? key->label : "");
    case COLUMN_SOURCE:
      return hv_plain_place (key);
    case N_COLUMNS:
      break;
    }
  return NULL;
}

static char *
get_text (gconstpointer facts, uint32_t number, guint column, gboolean plain)
{
  const HvScene *scene = facts;
  const HvRow *row = &g_array_index (scene->sites, HvRow, number);

  return plain ? plain_text (scene, row, column) : cell_text (scene, row, column);
}

static gpointer
ref_facts (HvCostTable *table)
{
  return hv_scene_ref (HV_SITE_TABLE (table)->scene);
}

static void
setup_cell (HvCostTable *table, GtkListItem *list_item, guint column)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), is_number (column) ? 1 : 0);
  if (is_number (column))
    gtk_widget_add_css_class (label, "numeric");
  else
    gtk_label_set_ellipsize (GTK_LABEL (label),
                             column == COLUMN_SITE ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_MIDDLE);
  if (column == COLUMN_SITE)
    gtk_widget_add_css_class (label, "strong");
  if (column == COLUMN_SHARE || column == COLUMN_SOURCE)
    gtk_widget_add_css_class (label, "dim-label");
  gtk_list_item_set_child (list_item, label);
}

static void
bind_cell (HvCostTable *table, GtkListItem *list_item, guint column)
{
  HvSiteTable *self = HV_SITE_TABLE (table);
  HvNodeItem *item = gtk_list_item_get_item (list_item);
  GtkWidget *label = gtk_list_item_get_child (list_item);
  const HvRow *row = &g_array_index (self->scene->sites, HvRow, hv_node_item_get_row (item));
  const HvKey *key = hv_scene_row_key (self->scene, row);
  g_autofree char *text = cell_text (self->scene, row, column);

  gtk_label_set_text (GTK_LABEL (label), text);
  if (column == COLUMN_SITE)
    hv_cost_table_set_tooltip (label, key);
}

/* --- order --- */

static char *
site_text (const HvKey *key)
{
  return g_strdup (key->short_label);
}

static int64_t
sort_value (const HvRow *row, Column column, const uint32_t *rank)
{
  const int64_t *cost = row->self[HV_SIDE_CURRENT];

  switch (column)
    {
    case COLUMN_SELF:
    case COLUMN_SHARE:
      return cost[HV_SLOT_COST];
    case COLUMN_INCLUSIVE:
      return row->incl[HV_SIDE_CURRENT][HV_SLOT_COST];
    case COLUMN_BLOCKS:
      return cost[HV_SLOT_PARTNER];
    case COLUMN_AVERAGE:
      return average (row);
    case COLUMN_SITE:
    case COLUMN_SOURCE:
      return row->key == HV_NO_KEY ? -1 : (int64_t) rank[row->key];
    case N_COLUMNS:
      break;
    }
  return 0;
}

static void
remodel (HvSiteTable *self, guint column, gboolean descending)
{
  const GArray *rows = self->scene->sites;

  g_array_set_size (self->shown, 0);
  for (guint32 i = 0; i < rows->len; i++)
    g_array_append_val (self->shown, i);
  if (column != HV_NO_COLUMN)
    {
      g_autofree int64_t *value = g_new (int64_t, MAX (1, rows->len));
      g_autofree uint32_t *rank = is_number (column)
                                      ? NULL
                                      : hv_rank_keys (self->scene->report.rows_tree,
                                                      column == COLUMN_SITE ? site_text
                                                                            : hv_label_place);
      for (guint i = 0; i < rows->len; i++)
        value[i] = sort_value (&g_array_index (rows, HvRow, i), column, rank);
      /* of numbers, the largest first at the first click */
      hv_rows_sort (self->shown, value, descending != is_number (column));
    }
  hv_cost_table_set_rows (HV_COST_TABLE (self), hv_node_list_new_rows (self->scene, self->shown));
}

static void
sort (HvCostTable *table, guint column, gboolean descending)
{
  HvSiteTable *self = HV_SITE_TABLE (table);
  uint32_t selected = hv_cost_table_get_selected (table);

  if (!self->scene)
    return;
  remodel (self, column, descending);
  hv_site_table_select (self, selected);
}

static HvNodeItem *
get_item (HvCostTable *table, gpointer row)
{
  return g_object_ref (row);
}

/* --- the widget --- */

static void
hv_site_table_dispose (GObject *object)
{
  HvSiteTable *self = HV_SITE_TABLE (object);

  g_clear_pointer (&self->shown, g_array_unref);
  g_clear_pointer (&self->scene, hv_scene_unref);
  G_OBJECT_CLASS (hv_site_table_parent_class)->dispose (object);
}

static void
hv_site_table_class_init (HvSiteTableClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hv_site_table_dispose;
  HV_COST_TABLE_CLASS (klass)->get_item = get_item;
  HV_COST_TABLE_CLASS (klass)->ref_facts = ref_facts;
  HV_COST_TABLE_CLASS (klass)->unref_facts = (GDestroyNotify) hv_scene_unref;
  HV_COST_TABLE_CLASS (klass)->get_text = get_text;
  HV_COST_TABLE_CLASS (klass)->sort = sort;
}

static void
hv_site_table_init (HvSiteTable *self)
{
  const char *const titles[N_COLUMNS] = {
    _ ("Self"),    _ ("Of all"), _ ("Inclusive"), _ ("Blocks"),
    _ ("Average"), _ ("Site"),   _ ("Source"),
  };
  static const int widths[N_COLUMNS] = { 110, 80, 110, 110, 110, 240, 220 };
  HvCostTable *table = HV_COST_TABLE (self);

  self->shown = g_array_new (FALSE, FALSE, sizeof (uint32_t));
  hv_cost_table_set_name (table, _ ("Sites"));
  for (guint i = 0; i < N_COLUMNS; i++)
    hv_cost_table_add_column (table, titles[i], widths[i], i == COLUMN_SITE, setup_cell, bind_cell);
  hv_cost_table_make_sortable (table);
  hv_cost_table_align_titles (table, COLUMN_SITE);
}

GtkWidget *
hv_site_table_new (void)
{
  return g_object_new (HV_TYPE_SITE_TABLE, NULL);
}

void
hv_site_table_set_scene (HvSiteTable *self, HvScene *scene)
{
  g_return_if_fail (HV_IS_SITE_TABLE (self));
  g_return_if_fail (scene == NULL || scene->sites != NULL);
  HvCostTable *table = HV_COST_TABLE (self);
  gboolean descending;

  hv_cost_table_set_rows (table, NULL);
  g_clear_pointer (&self->scene, hv_scene_unref);
  if (!scene)
    return;
  self->scene = hv_scene_ref (scene);
  gboolean blocks = scene->report.tree->has_partner && hv_metric_is_bytes (scene->report.metric);
  hv_cost_table_show_column (table, COLUMN_BLOCKS, blocks);
  hv_cost_table_show_column (table, COLUMN_AVERAGE, blocks);
  guint column = hv_cost_table_get_order (table, &descending);
  remodel (self, column, descending);
}

void
hv_site_table_select (HvSiteTable *self, uint32_t node)
{
  g_return_if_fail (HV_IS_SITE_TABLE (self));
  guint position = GTK_INVALID_LIST_POSITION;

  for (guint i = 0; self->scene && node && i < self->shown->len; i++)
    if (hv_scene_row_node (self->scene, g_array_index (self->shown, uint32_t, i)) == node)
      {
        position = i;
        break;
      }
  hv_cost_table_select_row (HV_COST_TABLE (self), position);
}
