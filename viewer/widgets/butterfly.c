/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <string.h>

#include "store/units.h"
#include "viewer/widgets/call-table.h"
#include "viewer/widgets/labels.h"

#include "viewer/widgets/butterfly.h"

struct _HvButterfly
{
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkLabel *title, *costs;
  HvCallTable *callers, *callees;
  GtkWidget *no_callers, *no_callees;

  /* What is asked for; what is shown is that or, until the answer is there, what was before. */
  HvScene *scene;
  uint32_t node;
  guint serial;
  gboolean asking;
};

enum
{
  SIGNAL_SELECTED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HvButterfly, hv_butterfly, GTK_TYPE_WIDGET)

static void
activate_cb (HvButterfly *self, guint position, GtkColumnView *view)
{
  g_autoptr (GtkTreeListRow)
      row = g_list_model_get_item (G_LIST_MODEL (gtk_column_view_get_model (view)), position);
  g_autoptr (HvNodeItem) item = row ? gtk_tree_list_row_get_item (row) : NULL;
  const HvKey *key = item ? hv_scene_key (hv_node_item_get_scene (item),
                                          hv_node_item_get_node (item))
                          : NULL;
  uint32_t node = key && self->scene ? hv_scene_heaviest (self->scene, key) : 0;

  if (node)
    g_signal_emit (self, signals[SIGNAL_SELECTED], 0, node);
}

static void
hv_butterfly_dispose (GObject *object)
{
  HvButterfly *self = HV_BUTTERFLY (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->scene, hv_scene_unref);
  G_OBJECT_CLASS (hv_butterfly_parent_class)->dispose (object);
}

static void
hv_butterfly_class_init (HvButterflyClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hv_butterfly_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "butterfly");
  signals[SIGNAL_SELECTED] = g_signal_new ("selected", HV_TYPE_BUTTERFLY, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static GtkLabel *
add_label (GtkWidget *box, const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, css_class);
  gtk_box_append (GTK_BOX (box), label);
  return GTK_LABEL (label);
}

/* `none` is shown in place of a table without rows. */
static HvCallTable *
add_table (HvButterfly *self, GtkWidget *box, const char *title, const char *none_text,
           GtkWidget **none)
{
  GtkWidget *table = hv_call_table_new ();

  add_label (box, title, "heading");
  *none = GTK_WIDGET (add_label (box, none_text, "nothing"));
  gtk_widget_add_css_class (*none, "dim-label");
  hv_call_table_hide_root (HV_CALL_TABLE (table));
  hv_cost_table_set_name (HV_COST_TABLE (table), title);
  gtk_widget_set_vexpand (table, TRUE);
  gtk_box_append (GTK_BOX (box), table);
  g_signal_connect_object (hv_cost_table_get_view (HV_COST_TABLE (table)), "activate",
                           G_CALLBACK (activate_cb), self, G_CONNECT_SWAPPED);
  return HV_CALL_TABLE (table);
}

static void
hv_butterfly_init (HvButterfly *self)
{
  GtkWidget *paned = gtk_paned_new (GTK_ORIENTATION_VERTICAL);
  GtkWidget *above = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *below = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_add_css_class (head, "butterfly-head");
  self->callers = add_table (self, above, _ ("Callers"), _ ("Nothing that is shown calls it."),
                             &self->no_callers);
  gtk_box_append (GTK_BOX (below), head);
  self->title = add_label (head, NULL, "details-title");
  self->costs = add_label (head, NULL, "numeric");
  gtk_widget_add_css_class (GTK_WIDGET (self->costs), "dim-label");
  self->callees = add_table (self, below, _ ("Callees"), _ ("It calls nothing that allocates."),
                             &self->no_callees);
  gtk_paned_set_start_child (GTK_PANED (paned), above);
  gtk_paned_set_end_child (GTK_PANED (paned), below);
  gtk_paned_set_shrink_start_child (GTK_PANED (paned), FALSE);
  gtk_paned_set_shrink_end_child (GTK_PANED (paned), FALSE);
  gtk_widget_set_vexpand (paned, TRUE);
  gtk_widget_set_parent (paned, GTK_WIDGET (self));
  self->box = paned;
}

GtkWidget *
hv_butterfly_new (void)
{
  return g_object_new (HV_TYPE_BUTTERFLY, NULL);
}

/* The function that holds most itself. */
static uint32_t
heaviest_key (const HvScene *scene)
{
  const HvTree *tree = scene->report.rows_tree;
  g_autofree int64_t *self = g_new0 (int64_t, MAX (1, tree->n_keys));
  uint32_t most = HV_NO_KEY;

  for (uint32_t n = 1; n < tree->n_nodes; n++)
    self[tree->node_key[n]] += tree->self[HV_SIDE_CURRENT][HV_SLOT_COST][n];
  for (uint32_t k = 0; k < tree->n_keys; k++)
    if (most == HV_NO_KEY || self[k] > self[most])
      most = k;
  return most;
}

static char *
costs_text (const HvScene *callees)
{
  const HvReport *r = &callees->report;
  const HvTree *tree = r->tree;
  int64_t self = tree->self[HV_SIDE_CURRENT][HV_SLOT_COST][0];
  int64_t incl = tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0];
  g_autofree char *with = hv_format_value (r->profile, r->metric, incl);
  g_autofree char *without = hv_format_value (r->profile, r->metric, self);
  g_autofree char *share = hv_format_percent (
      incl, callees->of->report.rows_tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0]);

  if (tree->n_sides == 1)
    return g_strdup_printf (_ ("%s with callees (%s of shown) · %s itself"), with, share, without);
  g_autofree char *delta = hv_format_delta (r->profile, r->metric,
                                            incl - tree->incl[HV_SIDE_BASE][HV_SLOT_COST][0]);
  return g_strdup_printf (_ ("%s with callees (%s) · %s itself"), with, delta, without);
}

static void
show_table (HvCallTable *table, GtkWidget *none, HvScene *scene)
{
  gboolean any = scene && scene->report.tree->n_nodes > 1;

  hv_call_table_set_scene (table, scene);
  gtk_widget_set_visible (GTK_WIDGET (table), any);
  gtk_widget_set_visible (none, scene && !any);
}

/* --- asking --- */

typedef struct
{
  HvScene *scene;
  uint32_t node;
  guint serial;

  uint32_t key;               /* of the scene's rows; HV_NO_KEY: there is no function */
  HvScene *callers, *callees; /* NULL then */
} Task;

static void
task_free (gpointer data)
{
  Task *task = data;
  g_clear_pointer (&task->callers, hv_scene_unref);
  g_clear_pointer (&task->callees, hv_scene_unref);
  hv_scene_unref (task->scene);
  g_free (task);
}

static void
ask_thread (GTask *gtask, gpointer source, gpointer data, GCancellable *cancellable)
{
  Task *task = data;
  const HvKey *shown = hv_scene_key (task->scene, task->node);

  task->key = shown ? hv_scene_find_key (task->scene, shown) : heaviest_key (task->scene);
  if (task->key != HV_NO_KEY)
    {
      task->callers = hv_scene_new_callers (task->scene, task->key);
      task->callees = hv_scene_new_callees (task->scene, task->key);
    }
  g_task_return_boolean (gtask, TRUE);
}

static void
show_answer (HvButterfly *self, const Task *task)
{
  gboolean any = task->key != HV_NO_KEY;
  const HvKey *of = any ? &task->scene->report.rows_tree->key[task->key] : NULL;
  g_autofree char *costs = any ? costs_text (task->callees) : g_strdup ("");

  show_table (self->callers, self->no_callers, task->callers);
  show_table (self->callees, self->no_callees, task->callees);
  gtk_label_set_text (self->title, of ? of->short_label : _ ("Nothing is shown"));
  hv_cost_table_set_tooltip (GTK_WIDGET (self->title), of);
  gtk_label_set_text (self->costs, costs);
}

static void ask (HvButterfly *self);

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  HvButterfly *self = HV_BUTTERFLY (source);
  const Task *task = g_task_get_task_data (G_TASK (result));

  if (!self->box) /* the window closed */
    return;
  self->asking = FALSE;
  if (task->serial == self->serial)
    show_answer (self, task);
  else
    ask (self);
}

/* One question at a time: of those that come meanwhile only the newest is answered. */
static void
ask (HvButterfly *self)
{
  g_autoptr (GTask) gtask = g_task_new (self, NULL, answered_cb, NULL);
  Task *task = g_new0 (Task, 1);

  task->scene = hv_scene_ref (self->scene);
  task->node = self->node;
  task->serial = self->serial;
  self->asking = TRUE;
  g_task_set_task_data (gtask, task, task_free);
  g_task_run_in_thread (gtask, ask_thread);
}

void
hv_butterfly_show (HvButterfly *self, HvScene *scene, uint32_t node)
{
  g_return_if_fail (HV_IS_BUTTERFLY (self));

  hv_scene_ref (scene);
  g_clear_pointer (&self->scene, hv_scene_unref);
  self->scene = scene;
  self->node = node;
  self->serial++;
  if (!self->asking)
    ask (self);
}

gboolean
hv_butterfly_is_busy (HvButterfly *self)
{
  g_return_val_if_fail (HV_IS_BUTTERFLY (self), FALSE);
  return self->asking;
}

/* --- as text --- */

/* Both tables in one, what they are in a column of its own. */
typedef struct
{
  HvGrid *callers, *callees;
  guint *of_callers, *of_callees; /* the column of each of both; that is none: it has none */
} Rows;

static void
rows_free (gpointer data)
{
  Rows *rows = data;
  hv_grid_free (rows->callers);
  hv_grid_free (rows->callees);
  g_free (rows->of_callers);
  g_free (rows->of_callees);
  g_free (rows);
}

static char *
rows_get_text (gconstpointer data, guint row, guint column, gboolean plain)
{
  const Rows *rows = data;
  guint n = hv_grid_n_rows (rows->callers);
  const HvGrid *grid = row < n ? rows->callers : rows->callees;
  guint number = row < n ? rows->of_callers[column] : rows->of_callees[column];

  if (column == 0)
    return g_strdup (row < n ? _ ("Callers") : _ ("Callees"));
  return number < grid->n_columns ? hv_grid_get_text (grid, row < n ? row : row - n, number, plain)
                                  : g_strdup ("");
}

static guint
rows_get_depth (gconstpointer data, guint row)
{
  const Rows *rows = data;
  guint n = hv_grid_n_rows (rows->callers);

  return row < n ? hv_grid_get_depth (rows->callers, row)
                 : hv_grid_get_depth (rows->callees, row - n);
}

/* Callers have no cost of their own: what is no column of `from` stays empty. */
static guint *
map_columns (const HvGrid *to, const HvGrid *from)
{
  guint *column = g_new0 (guint, to->n_columns);

  for (guint i = 1; i < to->n_columns; i++)
    while (column[i] < from->n_columns
           && strcmp (from->column[column[i]].title, to->column[i].title) != 0)
      column[i]++;
  return column;
}

HvGrid *
hv_butterfly_get_grid (HvButterfly *self)
{
  g_return_val_if_fail (HV_IS_BUTTERFLY (self), NULL);
  Rows *rows = g_new0 (Rows, 1);
  rows->callers = hv_cost_table_get_grid (HV_COST_TABLE (self->callers), NULL);
  rows->callees = hv_cost_table_get_grid (HV_COST_TABLE (self->callees), NULL);
  guint n = hv_grid_n_rows (rows->callers) + hv_grid_n_rows (rows->callees);
  const HvGrid *like = hv_grid_n_rows (rows->callees) ? rows->callees : rows->callers;
  HvGrid *grid = hv_grid_new_for_rows (
      gtk_label_get_text (self->title), like->n_columns + 1,
      &(HvGridRows){ n, rows, rows_free, rows_get_text, rows_get_depth });

  grid->column[0].title = g_strdup (_ ("Relation"));
  for (guint i = 0; i < like->n_columns; i++)
    grid->column[i + 1] = (HvGridColumn){ g_strdup (like->column[i].title),
                                          like->column[i].number };
  grid->wide = like->wide + 1;
  grid->tree = like->tree < like->n_columns ? like->tree + 1 : grid->n_columns;
  rows->of_callers = map_columns (grid, rows->callers);
  rows->of_callees = map_columns (grid, rows->callees);
  return grid;
}
