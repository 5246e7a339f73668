/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "store/units.h"
#include "viewer/widgets/labels.h"

#include "viewer/widgets/call-table.h"

/* A tree of millions of rows is not opened at one key. */
#define MAX_EXPANDED 5000

typedef enum
{
  COLUMN_DELTA,
  COLUMN_BASE,
  COLUMN_INCLUSIVE,
  COLUMN_SHARE,
  COLUMN_SELF,
  COLUMN_BLOCKS,
  COLUMN_NAME,
  COLUMN_SOURCE,
  N_COLUMNS
} Column;

struct _HvCallTable
{
  HvCostTable parent_instance;

  HvScene *scene;
  GtkTreeListModel *model; /* borrowed */
  gboolean rootless;
};

G_DEFINE_FINAL_TYPE (HvCallTable, hv_call_table, HV_TYPE_COST_TABLE)

static char *
cell_text (const HvScene *scene, uint32_t node, Column column)
{
  const HvReport *r = &scene->report;
  const HvTree *tree = r->tree;

  switch (column)
    {
    case COLUMN_DELTA:
      return hv_format_delta (r->profile, r->metric,
                              tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][node]
                                  - tree->incl[HV_SIDE_BASE][HV_SLOT_COST][node]);
    case COLUMN_BASE:
      return hv_format_value (r->base, r->metric, tree->incl[HV_SIDE_BASE][HV_SLOT_COST][node]);
    case COLUMN_INCLUSIVE:
      return hv_format_value (r->profile, r->metric,
                              tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][node]);
    case COLUMN_SHARE:
      return hv_format_percent (tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][node],
                                tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0]);
    case COLUMN_SELF:
      {
        int64_t value = tree->self[HV_SIDE_CURRENT][HV_SLOT_COST][node];
        return value ? hv_format_value (r->profile, r->metric, value) : g_strdup ("–");
      }
    case COLUMN_BLOCKS:
      return hv_format_value (r->profile, hv_metric_partner (r->metric),
                              tree->incl[HV_SIDE_CURRENT][HV_SLOT_PARTNER][node]);
    case COLUMN_NAME:
      return g_strdup (node ? hv_tree_short_label (tree, node) : _ ("all"));
    case COLUMN_SOURCE:
      return hv_label_place (hv_scene_key (scene, node));
    case N_COLUMNS:
      break;
    }
  return NULL;
}

static char *
plain_text (const HvScene *scene, uint32_t node, Column column)
{
  const HvTree *tree = scene->report.tree;
  int64_t current = tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][node];

  switch (column)
    {
    case COLUMN_DELTA:
      return hv_plain_value (current - tree->incl[HV_SIDE_BASE][HV_SLOT_COST][node]);
    case COLUMN_BASE:
      return hv_plain_value (tree->incl[HV_SIDE_BASE][HV_SLOT_COST][node]);
    case COLUMN_INCLUSIVE:
      return hv_plain_value (current);
    case COLUMN_SHARE:
      return hv_plain_percent (current, tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0]);
    case COLUMN_SELF:
      return hv_plain_value (tree->self[HV_SIDE_CURRENT][HV_SLOT_COST][node]);
    case COLUMN_BLOCKS:
      return hv_plain_value (tree->incl[HV_SIDE_CURRENT][HV_SLOT_PARTNER][node]);
    case COLUMN_NAME:
      return g_strdup (hv_tree_label (tree, node));
    case COLUMN_SOURCE:
      return hv_plain_place (hv_scene_key (scene, node));
    case N_COLUMNS:
      break;
    }
  return NULL;
}

static char *
get_text (gconstpointer scene, uint32_t node, guint column, gboolean plain)
{
  return plain ? plain_text (scene, node, column) : cell_text (scene, node, column);
}

static gpointer
ref_facts (HvCostTable *table)
{
  return hv_scene_ref (HV_CALL_TABLE (table)->scene);
}

static void
setup_cell (HvCostTable *table, GtkListItem *list_item, guint column)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), column < COLUMN_NAME ? 1 : 0);
  if (column < COLUMN_NAME)
    gtk_widget_add_css_class (label, "numeric");
  else
    gtk_label_set_ellipsize (GTK_LABEL (label),
                             column == COLUMN_NAME ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_MIDDLE);
  if (column == COLUMN_SHARE || column == COLUMN_SOURCE)
    gtk_widget_add_css_class (label, "dim-label");
  if (column == COLUMN_NAME)
    {
      GtkWidget *expander = gtk_tree_expander_new ();
      gtk_tree_expander_set_child (GTK_TREE_EXPANDER (expander), label);
      gtk_list_item_set_child (list_item, expander);
    }
  else
    gtk_list_item_set_child (list_item, label);
}

static void
bind_cell (HvCostTable *table, GtkListItem *list_item, guint column)
{
  GtkTreeListRow *row = GTK_TREE_LIST_ROW (gtk_list_item_get_item (list_item));
  g_autoptr (HvNodeItem) item = gtk_tree_list_row_get_item (row);
  GtkWidget *label = gtk_list_item_get_child (list_item);
  const HvScene *scene = hv_node_item_get_scene (item);
  uint32_t node = hv_node_item_get_node (item);
  g_autofree char *text = cell_text (scene, node, column);

  if (column == COLUMN_NAME)
    {
      gtk_tree_expander_set_list_row (GTK_TREE_EXPANDER (label), row);
      hv_cost_table_set_tooltip (label, hv_scene_key (scene, node));
      label = gtk_tree_expander_get_child (GTK_TREE_EXPANDER (label));
    }
  gtk_label_set_text (GTK_LABEL (label), text);
}

static GListModel *
create_children (gpointer data, gpointer user)
{
  HvNodeItem *item = data;
  return hv_node_list_new_children (hv_node_item_get_scene (item), hv_node_item_get_node (item));
}

static HvNodeItem *
get_item (HvCostTable *table, gpointer row)
{
  return gtk_tree_list_row_get_item (row);
}

static void
hv_call_table_dispose (GObject *object)
{
  HvCallTable *self = HV_CALL_TABLE (object);

  self->model = NULL;
  g_clear_pointer (&self->scene, hv_scene_unref);
  G_OBJECT_CLASS (hv_call_table_parent_class)->dispose (object);
}

static void
hv_call_table_class_init (HvCallTableClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hv_call_table_dispose;
  HV_COST_TABLE_CLASS (klass)->get_item = get_item;
  HV_COST_TABLE_CLASS (klass)->ref_facts = ref_facts;
  HV_COST_TABLE_CLASS (klass)->unref_facts = (GDestroyNotify) hv_scene_unref;
  HV_COST_TABLE_CLASS (klass)->get_text = get_text;
}

/* Before the rows' expanders, which take both for opening and closing one row. */
static gboolean
key_cb (HvCallTable *self, guint keyval, guint keycode, GdkModifierType state)
{
  if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK))
    return FALSE;
  if (keyval == GDK_KEY_asterisk || keyval == GDK_KEY_KP_Multiply)
    hv_call_table_expand_below (self);
  else if (keyval != GDK_KEY_slash
           || !gtk_widget_activate_action (GTK_WIDGET (self), "win.search", NULL))
    return FALSE;
  return TRUE;
}

static void
hv_call_table_init (HvCallTable *self)
{
  const char *const titles[N_COLUMNS] = {
    _ ("Growth"), _ ("Base"),   _ ("Inclusive"), _ ("Of all"),
    _ ("Self"),   _ ("Blocks"), _ ("Function"),  _ ("Source")
  };
  static const int widths[N_COLUMNS] = { 110, 100, 110, 80, 110, 110, 240, 220 };
  HvCostTable *table = HV_COST_TABLE (self);
  GtkEventController *keys = gtk_event_controller_key_new ();

  g_signal_connect_object (keys, "key-pressed", G_CALLBACK (key_cb), self, G_CONNECT_SWAPPED);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  hv_cost_table_set_name (table, _ ("Call tree"));
  for (guint i = 0; i < N_COLUMNS; i++)
    hv_cost_table_add_column (table, titles[i], widths[i], i == COLUMN_NAME, setup_cell, bind_cell);
  hv_cost_table_align_titles (table, COLUMN_NAME);
}

GtkWidget *
hv_call_table_new (void)
{
  return g_object_new (HV_TYPE_CALL_TABLE, NULL);
}

void
hv_call_table_hide_root (HvCallTable *self)
{
  g_return_if_fail (HV_IS_CALL_TABLE (self));
  self->rootless = TRUE;
}

void
hv_call_table_set_scene (HvCallTable *self, HvScene *scene)
{
  g_return_if_fail (HV_IS_CALL_TABLE (self));

  HvCostTable *table = HV_COST_TABLE (self);
  hv_cost_table_set_rows (table, NULL);
  self->model = NULL;
  g_clear_pointer (&self->scene, hv_scene_unref);
  if (scene)
    {
      const HvTree *tree = scene->report.tree;
      self->scene = hv_scene_ref (scene);
      hv_cost_table_show_column (table, COLUMN_DELTA, tree->n_sides > 1);
      hv_cost_table_show_column (table, COLUMN_BASE, tree->n_sides > 1);
      hv_cost_table_show_column (table, COLUMN_BLOCKS,
                                 tree->has_partner && hv_metric_is_bytes (scene->report.metric));
      /* bottom-up, only the outermost frames have one */
      hv_cost_table_show_column (table, COLUMN_SELF, !tree->options.bottom_up);

      GListModel *top = self->rootless ? hv_node_list_new_children (scene, 0)
                                       : hv_node_list_new_root (scene);
      if (!top)
        return;
      self->model = gtk_tree_list_model_new (top, FALSE, FALSE, create_children, NULL, NULL);
      hv_cost_table_set_rows (table, G_LIST_MODEL (self->model));

      /* The root is one row: show what is below it, and the heaviest path down to where it forks.
       */
      for (guint i = 0, depth = self->rootless ? 1 : 0; depth < 12; depth++)
        {
          g_autoptr (GtkTreeListRow) row = gtk_tree_list_model_get_row (self->model, i);
          g_autoptr (HvNodeItem) item = row ? gtk_tree_list_row_get_item (row) : NULL;
          if (!item)
            break;
          uint32_t node = hv_node_item_get_node (item);
          gtk_tree_list_row_set_expanded (row, TRUE);
          if (tree->child_start[node + 1] - tree->child_start[node] > 4 && depth > 2)
            break;
          i++;
        }
    }
}

void
hv_call_table_expand_below (HvCallTable *self)
{
  g_return_if_fail (HV_IS_CALL_TABLE (self));
  GtkColumnView *view = hv_cost_table_get_view (HV_COST_TABLE (self));
  GtkSelectionModel *selection = gtk_column_view_get_model (view);

  if (!self->model || !selection)
    return;
  guint first = gtk_single_selection_get_selected (GTK_SINGLE_SELECTION (selection));
  guint top = 0;
  if (first == GTK_INVALID_LIST_POSITION)
    first = 0;
  for (guint n = 0; n < MAX_EXPANDED; n++)
    {
      g_autoptr (GtkTreeListRow) row = gtk_tree_list_model_get_row (self->model, first + n);
      if (!row || (n && gtk_tree_list_row_get_depth (row) <= top))
        break;
      if (!n)
        top = gtk_tree_list_row_get_depth (row);
      gtk_tree_list_row_set_expanded (row, TRUE);
    }
}

void
hv_call_table_select (HvCallTable *self, uint32_t node)
{
  g_return_if_fail (HV_IS_CALL_TABLE (self));
  if (!self->scene || self->rootless)
    return;

  const HvTree *tree = self->scene->report.tree;
  g_autoptr (GArray) path = hv_tree_path (tree, node);
  g_autoptr (GtkTreeListRow) row = gtk_tree_list_model_get_child_row (self->model, 0);
  for (guint i = 0; row && i < path->len; i++)
    {
      uint32_t wanted = g_array_index (path, uint32_t, i), parent = tree->parent[wanted];
      uint32_t at = tree->child_start[parent];
      while (at < tree->child_start[parent + 1] && tree->child[at] != wanted)
        at++;
      gtk_tree_list_row_set_expanded (row, TRUE);
      GtkTreeListRow *next = gtk_tree_list_row_get_child_row (row, at - tree->child_start[parent]);
      g_set_object (&row, next);
      g_clear_object (&next);
    }

  hv_cost_table_select_row (HV_COST_TABLE (self),
                            row ? gtk_tree_list_row_get_position (row) : GTK_INVALID_LIST_POSITION);
}
