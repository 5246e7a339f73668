/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "viewer/draw/grid.h"
#include "viewer/widgets/node-list.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What the tables of costs have in common: columns in a scroller, numbers first, of whose rows one
 * is selected. A subclass adds its columns when it is made and sets the rows. */
#define HV_TYPE_COST_TABLE (hv_cost_table_get_type ())
G_DECLARE_DERIVABLE_TYPE (HvCostTable, hv_cost_table, HV, COST_TABLE, GtkWidget)

struct _HvCostTableClass
{
  GtkWidgetClass parent_class;

  /* The item of a row, NULL when that stands for many; new reference. */
  HvNodeItem *(*get_item) (HvCostTable *self, gpointer row);

  /* What get_text() needs to know beside the row: it does not change any more. New reference, which
   * any thread may drop. */
  gpointer (*ref_facts) (HvCostTable *self);
  GDestroyNotify unref_facts;

  /* What a cell shows, of hv_node_item_get_number() of its item; from any thread. `plain`: a bare
   * integer in bytes or blocks, a name in full. */
  char *(*get_text) (gconstpointer facts, uint32_t number, guint column, gboolean plain);

  /* Orders the rows by a column, HV_NO_COLUMN: as at first. */
  void (*sort) (HvCostTable *self, guint column, gboolean descending);
};

#define HV_NO_COLUMN G_MAXUINT

/* Signal "selected" (guint node): the user chose another row. */

GtkColumnView *hv_cost_table_get_view (HvCostTable *self);

/* The accessible name. */
void hv_cost_table_set_name (HvCostTable *self, const char *name);

/* Called for a cell that is made and for one that is to show another row. */
typedef void (*HvCellFunc) (HvCostTable *self, GtkListItem *cell, guint column);

/* Adds the column whose number is how many there are. */
void hv_cost_table_add_column (HvCostTable *self, const char *title, int width, gboolean expand,
                               HvCellFunc setup, HvCellFunc bind);

/* Lets the user order the rows by a click on any title. The rows are sorted by the subclass, as
 * numbers in an array: a model that sorts needs an object a row. */
void hv_cost_table_make_sortable (HvCostTable *self);
void hv_cost_table_show_column (HvCostTable *self, guint column, gboolean show);

/* Puts the titles of the first `n` columns over their right-aligned numbers. */
void hv_cost_table_align_titles (HvCostTable *self, guint n);

/* The order that is asked for; HV_NO_COLUMN: as at first. */
guint hv_cost_table_get_order (HvCostTable *self, gboolean *descending);

/* The rows, taken over; NULL: none. None is selected. */
void hv_cost_table_set_rows (HvCostTable *self, GListModel *rows);
GListModel *hv_cost_table_get_rows (HvCostTable *self);

/* The node of the selected row; 0: none. */
uint32_t hv_cost_table_get_selected (HvCostTable *self);

/* Selects and shows a row, or none (GTK_INVALID_LIST_POSITION); without the signal. */
void hv_cost_table_select_row (HvCostTable *self, guint position);

/* The columns and rows as they are shown, a tree's as far as it is open. What the cells say is
 * worked out when the grid is asked for it. Newly allocated. */
HvGrid *hv_cost_table_get_grid (HvCostTable *self, const char *name);

/* The tooltip of what shows a function by its short name: the whole one. */
void hv_cost_table_set_tooltip (GtkWidget *widget, const HvKey *key);

G_END_DECLS
