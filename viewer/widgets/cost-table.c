/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "viewer/widgets/cost-table.h"
#include "viewer/widgets/labels.h"
#include "viewer/widgets/open-rows.h"

typedef struct
{
  GtkWidget *scroller;
  GtkColumnView *view;
  GtkSingleSelection *selection;
  gboolean quiet; /* selecting by program */
  guint order;    /* a column */
  gboolean descending;
  guint n_numbers; /* the first columns, whose titles are over them */
} HvCostTablePrivate;

enum
{
  SIGNAL_SELECTED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (HvCostTable, hv_cost_table, GTK_TYPE_WIDGET)

static HvCostTablePrivate *
get_private (HvCostTable *self)
{
  return hv_cost_table_get_instance_private (self);
}

/* --- columns --- */

typedef struct
{
  HvCostTable *table; /* borrowed: the columns die with it */
  guint column;
  gboolean names_row;
  HvCellFunc setup, bind;
} Cells;

static GArray *shown_columns (HvCostTable *self, guint *wide);

static void
set_name (GtkWidget *widget, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

/* The number of a row's item, in a tree or not. */
static uint32_t
number_of (gpointer row)
{
  g_autoptr (HvNodeItem) item = GTK_IS_TREE_LIST_ROW (row) ? gtk_tree_list_row_get_item (row)
                                                           : g_object_ref (row);

  return hv_node_item_get_number (item);
}

/* "cache_insert, Inclusive 320 MiB, Share 39.0 %, …" */
static char *
row_name (const Cells *cells, gconstpointer facts, uint32_t row)
{
  HvCostTableClass *klass = HV_COST_TABLE_GET_CLASS (cells->table);
  GListModel *columns = gtk_column_view_get_columns (get_private (cells->table)->view);
  guint wide;
  g_autoptr (GArray) shown = shown_columns (cells->table, &wide);
  g_autofree char *first = klass->get_text (facts, row, cells->column, FALSE);
  GString *name = g_string_new (first);

  for (guint i = 0; i < shown->len; i++)
    {
      guint number = g_array_index (shown, guint, i);
      g_autofree char *text = number == cells->column ? NULL
                                                      : klass->get_text (facts, row, number, FALSE);
      if (!text || !*text)
        continue;
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, number);
      g_string_append_printf (name, ", %s %s", gtk_column_view_column_get_title (column), text);
    }
  return g_string_free (name, FALSE);
}

/* GTK 4.8 calls rows and cells by their C type; a reader of the screen is told what they show. */
static void
name_cell (const Cells *cells, GtkListItem *item)
{
  GtkWidget *child = gtk_list_item_get_child (item);
  GtkWidget *cell = child ? gtk_widget_get_parent (child) : NULL;
  GtkWidget *row = cell ? gtk_widget_get_parent (cell) : NULL;
  gpointer object = gtk_list_item_get_item (item);

  if (!row || !object)
    return;
  HvCostTableClass *klass = HV_COST_TABLE_GET_CLASS (cells->table);
  gpointer facts = klass->ref_facts (cells->table);
  uint32_t number = number_of (object);
  g_autofree char *text = klass->get_text (facts, number, cells->column, FALSE);
  g_autofree char *name = cells->names_row ? row_name (cells, facts, number) : NULL;
  set_name (cell, text ? text : "");
  if (name)
    set_name (row, name);
  klass->unref_facts (facts);
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *cell, gpointer user)
{
  const Cells *cells = user;

  cells->setup (cells->table, cell, cells->column);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *cell, gpointer user)
{
  const Cells *cells = user;

  cells->bind (cells->table, cell, cells->column);
  name_cell (cells, cell);
}

void
hv_cost_table_add_column (HvCostTable *self, const char *title, int width, gboolean expand,
                          HvCellFunc setup, HvCellFunc bind)
{
  HvCostTablePrivate *p = get_private (self);
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  Cells *cells = g_new (Cells, 1);

  *cells = (Cells){ self, g_list_model_get_n_items (gtk_column_view_get_columns (p->view)), expand,
                    setup, bind };
  g_object_set_data_full (G_OBJECT (factory), "cells", cells, g_free);
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), cells);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), cells);

  g_autoptr (GtkColumnViewColumn) column = gtk_column_view_column_new (title, factory);
  gtk_column_view_column_set_resizable (column, TRUE);
  gtk_column_view_column_set_fixed_width (column, width);
  gtk_column_view_column_set_expand (column, expand);
  gtk_column_view_append_column (p->view, column);
}

void
hv_cost_table_show_column (HvCostTable *self, guint column, gboolean show)
{
  g_autoptr (GtkColumnViewColumn) shown = g_list_model_get_item (
      gtk_column_view_get_columns (get_private (self)->view), column);

  if (gtk_column_view_column_get_visible (shown) == show)
    return;
  /* GTK 4.8 makes room for hidden columns of fixed width too. */
  int width = gtk_column_view_column_get_fixed_width (shown);
  if (show)
    width = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (shown), "width"));
  else
    g_object_set_data (G_OBJECT (shown), "width", GINT_TO_POINTER (width));
  gtk_column_view_column_set_fixed_width (shown, show ? width : 0);
  gtk_column_view_column_set_visible (shown, show);
}

/* --- order --- */

typedef struct
{
  guint column, *asked;
} Probe;

/* What the view's sorter asks first is the column whose title was clicked, and whether it turns the
 * answer around is the direction. GTK tells neither before 4.10. */
static int
probe_cb (gconstpointer a, gconstpointer b, gpointer user)
{
  const Probe *probe = user;

  if (*probe->asked == HV_NO_COLUMN)
    *probe->asked = probe->column;
  return -1;
}

static void
order_cb (HvCostTable *self, int change, GtkSorter *sorter)
{
  HvCostTablePrivate *p = get_private (self);
  g_autoptr (GObject) a = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GObject) b = g_object_new (G_TYPE_OBJECT, NULL);

  p->order = HV_NO_COLUMN;
  p->descending = gtk_sorter_compare (sorter, a, b) > 0;
  HV_COST_TABLE_GET_CLASS (self)->sort (self, p->order, p->descending);
}

void
hv_cost_table_make_sortable (HvCostTable *self)
{
  HvCostTablePrivate *p = get_private (self);
  GListModel *columns = gtk_column_view_get_columns (p->view);

  for (guint i = 0; i < g_list_model_get_n_items (columns); i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, i);
      Probe *probe = g_new (Probe, 1);
      *probe = (Probe){ i, &p->order };
      g_autoptr (GtkSorter) sorter = GTK_SORTER (gtk_custom_sorter_new (probe_cb, probe, g_free));
      gtk_column_view_column_set_sorter (column, sorter);
    }
  g_signal_connect_object (gtk_column_view_get_sorter (p->view), "changed", G_CALLBACK (order_cb),
                           self, G_CONNECT_SWAPPED);
}

guint
hv_cost_table_get_order (HvCostTable *self, gboolean *descending)
{
  HvCostTablePrivate *p = get_private (self);

  *descending = p->descending;
  return p->order;
}

static GtkWidget *
find_label (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *label = find_label (child);
      if (label)
        return label;
    }
  return NULL;
}

void
hv_cost_table_align_titles (HvCostTable *self, guint n)
{
  get_private (self)->n_numbers = n;
  /* GTK has no property for it: the header is the view's first child, a title a column. */
  GtkWidget *header = gtk_widget_get_first_child (GTK_WIDGET (get_private (self)->view));
  GtkWidget *title = header ? gtk_widget_get_first_child (header) : NULL;

  for (guint i = 0; title && i < n; i++, title = gtk_widget_get_next_sibling (title))
    {
      GtkWidget *label = find_label (title);
      if (!label)
        continue;
      gtk_label_set_xalign (GTK_LABEL (label), 1);
      for (GtkWidget *box = label; box && box != title; box = gtk_widget_get_parent (box))
        {
          gtk_widget_set_hexpand (box, TRUE);
          gtk_widget_set_halign (box, GTK_ALIGN_FILL);
        }
    }
}

/* --- rows --- */

uint32_t
hv_cost_table_get_selected (HvCostTable *self)
{
  HvCostTablePrivate *p = get_private (self);
  gpointer row = p->selection ? gtk_single_selection_get_selected_item (p->selection) : NULL;
  g_autoptr (HvNodeItem) item = row ? HV_COST_TABLE_GET_CLASS (self)->get_item (self, row) : NULL;

  return item ? hv_node_item_get_node (item) : 0;
}

static void
selected_cb (HvCostTable *self)
{
  HvCostTablePrivate *p = get_private (self);
  gpointer row = gtk_single_selection_get_selected_item (p->selection);

  if (p->quiet || !row)
    return;
  g_autoptr (HvNodeItem) item = HV_COST_TABLE_GET_CLASS (self)->get_item (self, row);
  if (item)
    g_signal_emit (self, signals[SIGNAL_SELECTED], 0, hv_node_item_get_node (item));
}

void
hv_cost_table_set_rows (HvCostTable *self, GListModel *rows)
{
  HvCostTablePrivate *p = get_private (self);

  p->quiet = TRUE;
  gtk_column_view_set_model (p->view, NULL);
  g_clear_object (&p->selection);
  if (rows)
    {
      p->selection = gtk_single_selection_new (rows);
      gtk_single_selection_set_autoselect (p->selection, FALSE);
      gtk_single_selection_set_can_unselect (p->selection, TRUE);
      gtk_single_selection_set_selected (p->selection, GTK_INVALID_LIST_POSITION);
      g_signal_connect_object (p->selection, "notify::selected", G_CALLBACK (selected_cb), self,
                               G_CONNECT_SWAPPED);
      gtk_column_view_set_model (p->view, GTK_SELECTION_MODEL (p->selection));
    }
  p->quiet = FALSE;
}

GListModel *
hv_cost_table_get_rows (HvCostTable *self)
{
  HvCostTablePrivate *p = get_private (self);

  return p->selection ? gtk_single_selection_get_model (p->selection) : NULL;
}

void
hv_cost_table_select_row (HvCostTable *self, guint position)
{
  HvCostTablePrivate *p = get_private (self);

  if (!p->selection)
    return;
  p->quiet = TRUE;
  gtk_single_selection_set_selected (p->selection, position);
  p->quiet = FALSE;
  /* gtk_column_view_scroll_to() is 4.12's; the inner list has had the action since 4.0. */
  GtkWidget *list = gtk_widget_get_last_child (GTK_WIDGET (p->view));
  if (position != GTK_INVALID_LIST_POSITION && list)
    gtk_widget_activate_action (list, "list.scroll-to-item", "u", position);
}

void
hv_cost_table_set_tooltip (GtkWidget *widget, const HvKey *key)
{
  g_autofree char *name = key && *key->function ? hv_label_cut (key->function, HV_LABEL_MAX_NAME)
                                                : NULL;

  gtk_widget_set_tooltip_text (widget, name);
}

/* --- as text --- */

/* The columns that are shown, by number; the one that takes what is left of the width in `*wide`.
 */
static GArray *
shown_columns (HvCostTable *self, guint *wide)
{
  GListModel *columns = gtk_column_view_get_columns (get_private (self)->view);
  GArray *shown = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < g_list_model_get_n_items (columns); i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, i);
      if (gtk_column_view_column_get_visible (column))
        {
          if (gtk_column_view_column_get_expand (column))
            *wide = shown->len;
          g_array_append_val (shown, i);
        }
    }
  return shown;
}

/* The rows of a grid. */
typedef struct
{
  char *(*get_text) (gconstpointer facts, uint32_t number, guint column, gboolean plain);
  gpointer facts;
  GDestroyNotify unref_facts;
  GArray *columns; /* guint: the number of each that is shown */
  GArray *rows;    /* HvOpenRow */
} Rows;

static void
rows_free (gpointer data)
{
  Rows *rows = data;
  rows->unref_facts (rows->facts);
  g_array_unref (rows->columns);
  g_array_unref (rows->rows);
  g_free (rows);
}

static char *
rows_get_text (gconstpointer data, guint row, guint column, gboolean plain)
{
  const Rows *rows = data;

  return rows->get_text (rows->facts, g_array_index (rows->rows, HvOpenRow, row).number,
                         g_array_index (rows->columns, guint, column), plain);
}

static guint
rows_get_depth (gconstpointer data, guint row)
{
  return g_array_index (((const Rows *) data)->rows, HvOpenRow, row).depth;
}

static HvGrid *
new_grid (HvCostTable *self, const char *name, GArray *columns)
{
  HvCostTableClass *klass = HV_COST_TABLE_GET_CLASS (self);
  GListModel *model = hv_cost_table_get_rows (self);

  if (!model)
    return hv_grid_new (name, columns->len);
  Rows *rows = g_new0 (Rows, 1);
  rows->get_text = klass->get_text;
  rows->facts = klass->ref_facts (self);
  rows->unref_facts = klass->unref_facts;
  rows->columns = g_array_ref (columns);
  rows->rows = hv_open_rows (model);
  return hv_grid_new_for_rows (
      name, columns->len,
      &(HvGridRows){ rows->rows->len, rows, rows_free, rows_get_text, rows_get_depth });
}

HvGrid *
hv_cost_table_get_grid (HvCostTable *self, const char *name)
{
  g_return_val_if_fail (HV_IS_COST_TABLE (self), NULL);
  HvCostTablePrivate *p = get_private (self);
  GListModel *columns = gtk_column_view_get_columns (p->view);
  guint wide = 0;
  g_autoptr (GArray) shown = shown_columns (self, &wide);
  HvGrid *grid = new_grid (self, name, shown);

  grid->wide = wide;
  if (GTK_IS_TREE_LIST_MODEL (hv_cost_table_get_rows (self)))
    grid->tree = wide;
  for (guint i = 0; i < shown->len; i++)
    {
      guint number = g_array_index (shown, guint, i);
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (columns, number);
      grid->column[i].title = g_strdup (gtk_column_view_column_get_title (column));
      grid->column[i].number = number < p->n_numbers;
    }
  return grid;
}

/* --- the widget --- */

GtkColumnView *
hv_cost_table_get_view (HvCostTable *self)
{
  return get_private (self)->view;
}

void
hv_cost_table_set_name (HvCostTable *self, const char *name)
{
  GtkWidget *view = GTK_WIDGET (get_private (self)->view);

  set_name (view, name);
  /* the header and the list in it can have the focus too */
  set_name (gtk_widget_get_first_child (view), _ ("Column titles"));
  set_name (gtk_widget_get_last_child (view), name);
}

static void
hv_cost_table_dispose (GObject *object)
{
  HvCostTablePrivate *p = get_private (HV_COST_TABLE (object));

  g_clear_object (&p->selection);
  g_clear_pointer (&p->scroller, gtk_widget_unparent);
  G_OBJECT_CLASS (hv_cost_table_parent_class)->dispose (object);
}

static void
hv_cost_table_class_init (HvCostTableClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hv_cost_table_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  signals[SIGNAL_SELECTED] = g_signal_new ("selected", HV_TYPE_COST_TABLE, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
hv_cost_table_init (HvCostTable *self)
{
  HvCostTablePrivate *p = get_private (self);
  GtkWidget *view = gtk_column_view_new (NULL);

  p->order = HV_NO_COLUMN;
  p->view = GTK_COLUMN_VIEW (view);
  p->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (p->scroller), view);
  gtk_widget_set_parent (p->scroller, GTK_WIDGET (self));
  gtk_widget_add_css_class (view, "data-table");
  gtk_widget_add_css_class (view, "cost-table");
}
