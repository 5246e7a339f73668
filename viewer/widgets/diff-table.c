/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <math.h>
#include <string.h>

#include "store/units.h"
#include "viewer/widgets/column-titles.h"
#include "viewer/widgets/delta-bar.h"
#include "viewer/widgets/labels.h"
#include "viewer/widgets/node-list.h"

#include "viewer/widgets/diff-table.h"

typedef enum
{
  COLUMN_DELTA,
  COLUMN_CUMULATIVE,
  COLUMN_BASE,
  COLUMN_CURRENT,
  COLUMN_BLOCKS,
  COLUMN_WHY,
  COLUMN_STATUS,
  COLUMN_SITE,
  COLUMN_SOURCE,
  N_COLUMNS
} Column;

struct _HvDiffTable
{
  GtkWidget parent_instance;

  GtkWidget *scroller;
  GtkColumnView *view;
  GtkColumnViewColumn *columns[N_COLUMNS];

  HvScene *scene;
  GArray *cumulative; /* gint64: growth of the rows down to this one */
  GArray *shown;      /* uint32_t: rows in order */
  int64_t folded_delta, largest;
  guint n_folded;
  gboolean unfolded;
  HvStatus status; /* shown alone; HV_STATUS_SAME: all are */
  GtkSingleSelection *selection;
  gboolean quiet; /* selecting by program */
};

enum
{
  SIGNAL_SELECTED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HvDiffTable, hv_diff_table, GTK_TYPE_WIDGET)

static const HvDiffRow *
get_row (HvDiffTable *self, HvNodeItem *item)
{
  uint32_t row = hv_node_item_get_row (item);
  return row == HV_ROW_FOLDED ? NULL : &g_array_index (self->scene->rows, HvDiffRow, row);
}

static char *
value_or_dash (const HvProfile *profile, HvMetric metric, int64_t value)
{
  return value ? hv_format_value (profile, metric, value) : g_strdup ("–");
}

static char *
folded_text (HvDiffTable *self, Column column)
{
  const HvReport *r = &self->scene->report;

  switch (column)
    {
    case COLUMN_DELTA:
      return hv_format_delta (r->profile, r->metric, self->folded_delta);
    case COLUMN_STATUS:
      return g_strdup (hv_label_status (HV_STATUS_SAME));
    case COLUMN_SITE:
      return g_strdup_printf (g_dngettext (HV_GETTEXT_PACKAGE, "(%u path below the threshold)",
                                           "(%u paths below the threshold)", self->n_folded),
                              self->n_folded);
    default:
      return g_strdup ("");
    }
}

static char *
cell_text (HvDiffTable *self, HvNodeItem *item, Column column)
{
  const HvReport *r = &self->scene->report;
  const HvDiffRow *row = get_row (self, item);
  const HvKey *key;

  if (!row)
    return folded_text (self, column);
  switch (column)
    {
    case COLUMN_DELTA:
      return hv_format_delta (r->profile, r->metric, row->delta);
    case COLUMN_CUMULATIVE:
      if (row->delta <= 0)
        return g_strdup ("");
      return hv_format_percent (
          g_array_index (self->cumulative, gint64, hv_node_item_get_row (item)),
          g_array_index (self->cumulative, gint64, self->cumulative->len - 1));
    case COLUMN_BASE:
      return value_or_dash (r->base, r->metric, row->base);
    case COLUMN_CURRENT:
      return value_or_dash (r->profile, r->metric, row->current);
    case COLUMN_BLOCKS:
      return hv_format_delta (r->profile, hv_metric_partner (r->metric), row->delta_partner);
    case COLUMN_WHY:
      return g_strdup (hv_label_why (row));
    case COLUMN_STATUS:
      return g_strdup (hv_label_status (row->status));
    case COLUMN_SITE:
      key = hv_scene_row_key (self->scene, &row->row);
      return g_strdup (key ? key->short_label : _ ("(no frame)"));
    case COLUMN_SOURCE:
      {
        key = hv_scene_row_key (self->scene, &row->row);
        char *source = hv_label_source (key);
        if (*source || !key)
          return source;
        g_free (source);
        return g_strdup (hv_basename (key->module));
      }
    case N_COLUMNS:
      break;
    }
  return NULL;
}

static const char *
status_class (HvStatus status)
{
  switch (status)
    {
    case HV_STATUS_GREW:
    case HV_STATUS_NEW:
      return "pill-grow";
    case HV_STATUS_SHRUNK:
    case HV_STATUS_GONE:
      return "pill-shrink";
    case HV_STATUS_SAME:
      break;
    }
  return "pill-same";
}

/* --- cells --- */

static gboolean
is_number (Column column)
{
  return column <= COLUMN_BLOCKS;
}

typedef struct
{
  HvDiffTable *table; /* borrowed: the columns die with it */
  Column column;
} Cell;

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, gpointer user)
{
  const Cell *cell = user;
  GtkWidget *label = gtk_label_new (NULL), *child = label;

  gtk_label_set_xalign (GTK_LABEL (label), is_number (cell->column) ? 1 : 0);
  if (is_number (cell->column))
    gtk_widget_add_css_class (label, "numeric");
  else
    gtk_label_set_ellipsize (GTK_LABEL (label), cell->column == COLUMN_SOURCE
                                                    ? PANGO_ELLIPSIZE_MIDDLE
                                                    : PANGO_ELLIPSIZE_END);
  switch (cell->column)
    {
    case COLUMN_DELTA:
      child = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
      gtk_box_append (GTK_BOX (child), hv_delta_bar_new ());
      gtk_widget_set_hexpand (gtk_widget_get_first_child (child), TRUE);
      gtk_label_set_width_chars (GTK_LABEL (label), 10);
      gtk_box_append (GTK_BOX (child), label);
      break;
    case COLUMN_STATUS:
      gtk_widget_set_halign (label, GTK_ALIGN_START);
      gtk_widget_set_valign (label, GTK_ALIGN_CENTER);
      break;
    case COLUMN_SITE:
      gtk_widget_add_css_class (label, "strong");
      break;
    case COLUMN_SOURCE:
    case COLUMN_CUMULATIVE:
      gtk_widget_add_css_class (label, "dim-label");
      break;
    default:
      break;
    }
  gtk_list_item_set_child (list_item, child);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, gpointer user)
{
  const Cell *cell = user;
  HvDiffTable *self = cell->table;
  HvNodeItem *item = gtk_list_item_get_item (list_item);
  GtkWidget *label = gtk_list_item_get_child (list_item);
  const HvDiffRow *row = get_row (self, item);
  g_autofree char *text = cell_text (self, item, cell->column);

  if (cell->column == COLUMN_DELTA)
    {
      int64_t delta = row ? row->delta : self->folded_delta;
      hv_delta_bar_set_share (HV_DELTA_BAR (gtk_widget_get_first_child (label)),
                              (double) delta / (double) MAX (1, self->largest));
      label = gtk_widget_get_last_child (label);
    }
  if (cell->column == COLUMN_STATUS)
    gtk_widget_set_css_classes (
        label, (const char *[]){ "pill", status_class (row ? row->status : HV_STATUS_SAME), NULL });
  if (cell->column == COLUMN_SITE)
    {
      const HvKey *key = row ? hv_scene_row_key (self->scene, &row->row) : NULL;
      gtk_widget_set_tooltip_text (label, key && *key->function ? key->function
                                          : row                 ? NULL
                                                : _ ("Press Enter to show these rows"));
      if (row)
        gtk_widget_remove_css_class (label, "dim-label");
      else
        gtk_widget_add_css_class (label, "dim-label");
    }
  gtk_label_set_text (GTK_LABEL (label), text);
}

/* --- order --- */

static int
compare_values (int64_t a, int64_t b)
{
  return (a > b) - (a < b);
}

static int
compare_cb (gconstpointer first, gconstpointer second, gpointer user)
{
  const Cell *cell = user;
  HvDiffTable *self = cell->table;
  HvNodeItem *items[2] = { (HvNodeItem *) first, (HvNodeItem *) second };
  const HvDiffRow *a = get_row (self, items[0]), *b = get_row (self, items[1]);

  if (!a || !b)
    return compare_values (a == NULL, b == NULL);
  switch (cell->column)
    {
    case COLUMN_DELTA:
    case COLUMN_CUMULATIVE:
      return compare_values (b->delta, a->delta);
    case COLUMN_BASE:
      return compare_values (b->base, a->base);
    case COLUMN_CURRENT:
      return compare_values (b->current, a->current);
    case COLUMN_BLOCKS:
      return compare_values (b->delta_partner, a->delta_partner);
    case COLUMN_STATUS:
      return compare_values (a->status, b->status);
    case COLUMN_WHY:
    case COLUMN_SITE:
    case COLUMN_SOURCE:
    case N_COLUMNS:
      break;
    }
  g_autofree char *x = cell_text (self, items[0], cell->column);
  g_autofree char *y = cell_text (self, items[1], cell->column);
  return g_utf8_collate (x, y);
}

typedef enum
{
  PLACE_OUT,
  PLACE_SHOWN,
  PLACE_FOLDED
} Place;

static Place
place_of (HvDiffTable *self, const HvDiffRow *row)
{
  if (self->status != HV_STATUS_SAME)
    return row->status == self->status ? PLACE_SHOWN : PLACE_OUT;
  return row->significant || self->unfolded ? PLACE_SHOWN : PLACE_FOLDED;
}

static void
fill (HvDiffTable *self)
{
  GArray *rows = self->scene->rows;

  g_array_set_size (self->shown, 0);
  self->n_folded = 0;
  self->folded_delta = 0;
  for (guint32 i = 0; i < rows->len; i++)
    {
      const HvDiffRow *row = &g_array_index (rows, HvDiffRow, i);
      Place place = place_of (self, row);
      if (place == PLACE_SHOWN && row->delta > 0)
        g_array_append_val (self->shown, i);
      else if (place == PLACE_FOLDED)
        {
          self->n_folded++;
          self->folded_delta += row->delta;
        }
    }
  /* The rows end with the greatest loss: of what shrank that is to be read first. */
  for (guint32 i = rows->len; i-- > 0;)
    {
      const HvDiffRow *row = &g_array_index (rows, HvDiffRow, i);
      if (place_of (self, row) == PLACE_SHOWN && row->delta <= 0)
        g_array_append_val (self->shown, i);
    }
  if (self->n_folded)
    {
      uint32_t folded = HV_ROW_FOLDED;
      g_array_append_val (self->shown, folded);
    }
}

static void selected_cb (HvDiffTable *self);

static void
remodel (HvDiffTable *self)
{
  GtkSorter *sorter = gtk_column_view_get_sorter (self->view);

  self->quiet = TRUE;
  gtk_column_view_set_model (self->view, NULL);
  g_clear_object (&self->selection);
  fill (self);
  GListModel *sorted = G_LIST_MODEL (gtk_sort_list_model_new (
      hv_node_list_new_rows (self->scene, self->shown), g_object_ref (sorter)));
  self->selection = gtk_single_selection_new (sorted);
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
  g_signal_connect_object (self->selection, "notify::selected", G_CALLBACK (selected_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  self->quiet = FALSE;
}

static void
selected_cb (HvDiffTable *self)
{
  HvNodeItem *item = gtk_single_selection_get_selected_item (self->selection);
  if (!self->quiet && item && hv_node_item_get_row (item) != HV_ROW_FOLDED)
    g_signal_emit (self, signals[SIGNAL_SELECTED], 0, hv_node_item_get_node (item));
}

static void
activate_cb (HvDiffTable *self, guint position)
{
  g_autoptr (HvNodeItem) item = g_list_model_get_item (G_LIST_MODEL (self->selection), position);
  if (!item || hv_node_item_get_row (item) != HV_ROW_FOLDED)
    return;
  self->unfolded = TRUE;
  remodel (self);
}

static void
hv_diff_table_dispose (GObject *object)
{
  HvDiffTable *self = HV_DIFF_TABLE (object);

  g_clear_object (&self->selection);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_pointer (&self->cumulative, g_array_unref);
  g_clear_pointer (&self->shown, g_array_unref);
  g_clear_pointer (&self->scene, hv_scene_unref);
  G_OBJECT_CLASS (hv_diff_table_parent_class)->dispose (object);
}

static void
hv_diff_table_class_init (HvDiffTableClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hv_diff_table_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  signals[SIGNAL_SELECTED] = g_signal_new ("selected", HV_TYPE_DIFF_TABLE, G_SIGNAL_RUN_LAST, 0,
                                           NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
add_column (HvDiffTable *self, Column id, const char *title, int width)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  Cell *cell = g_new (Cell, 1);

  *cell = (Cell){ self, id };
  g_object_set_data_full (G_OBJECT (factory), "cell", cell, g_free);
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), cell);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), cell);

  g_autoptr (GtkColumnViewColumn) column = gtk_column_view_column_new (title, factory);
  g_autoptr (GtkSorter) sorter = GTK_SORTER (
      gtk_custom_sorter_new (compare_cb, g_memdup2 (cell, sizeof *cell), g_free));
  gtk_column_view_column_set_sorter (column, sorter);
  gtk_column_view_column_set_resizable (column, TRUE);
  gtk_column_view_column_set_fixed_width (column, width);
  gtk_column_view_column_set_expand (column, id == COLUMN_SITE);
  gtk_column_view_append_column (self->view, column);
  self->columns[id] = column;
}

static void
hv_diff_table_init (HvDiffTable *self)
{
  GtkWidget *view = gtk_column_view_new (NULL);

  self->shown = g_array_new (FALSE, FALSE, sizeof (uint32_t));
  self->cumulative = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->view = GTK_COLUMN_VIEW (view);
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), view);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
  gtk_widget_add_css_class (view, "data-table");
  gtk_widget_add_css_class (view, "cost-table");
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("What changed, by call path"), -1);
  g_signal_connect_object (view, "activate", G_CALLBACK (activate_cb), self, G_CONNECT_SWAPPED);

  add_column (self, COLUMN_DELTA, _ ("Growth"), 190);
  add_column (self, COLUMN_CUMULATIVE, _ ("Cum."), 80);
  add_column (self, COLUMN_BASE, _ ("Base"), 100);
  add_column (self, COLUMN_CURRENT, _ ("Current"), 100);
  add_column (self, COLUMN_BLOCKS, _ ("Δ blocks"), 100);
  add_column (self, COLUMN_WHY, _ ("Why"), 150);
  add_column (self, COLUMN_STATUS, _ ("Status"), 90);
  add_column (self, COLUMN_SITE, _ ("Site"), 180);
  add_column (self, COLUMN_SOURCE, _ ("Source"), 170);
  hv_column_titles_align (self->view, COLUMN_BLOCKS + 1);
}

GtkWidget *
hv_diff_table_new (void)
{
  return g_object_new (HV_TYPE_DIFF_TABLE, NULL);
}

void
hv_diff_table_set_scene (HvDiffTable *self, HvScene *scene)
{
  g_return_if_fail (HV_IS_DIFF_TABLE (self));
  g_return_if_fail (scene == NULL || scene->diff != NULL);

  self->quiet = TRUE;
  gtk_column_view_set_model (self->view, NULL);
  self->quiet = FALSE;
  g_clear_object (&self->selection);
  g_clear_pointer (&self->scene, hv_scene_unref);
  if (!scene)
    return;

  gint64 sum = 0;
  self->scene = hv_scene_ref (scene);
  self->largest = 1;
  self->unfolded = FALSE;
  g_array_set_size (self->cumulative, 0);
  for (guint i = 0; i < scene->rows->len; i++)
    {
      int64_t delta = g_array_index (scene->rows, HvDiffRow, i).delta;
      sum += MAX (delta, 0);
      self->largest = MAX (self->largest, delta < 0 ? -delta : delta);
      g_array_append_val (self->cumulative, sum);
    }
  gtk_column_view_column_set_visible (self->columns[COLUMN_BLOCKS],
                                      scene->report.tree->has_partner
                                          && hv_metric_is_bytes (scene->report.metric));
  remodel (self);
}

void
hv_diff_table_set_status (HvDiffTable *self, HvStatus status)
{
  g_return_if_fail (HV_IS_DIFF_TABLE (self));
  if (self->status == status)
    return;
  self->status = status;
  if (self->scene)
    remodel (self);
}

void
hv_diff_table_select (HvDiffTable *self, uint32_t node)
{
  g_return_if_fail (HV_IS_DIFF_TABLE (self));
  if (!self->selection)
    return;

  GListModel *model = G_LIST_MODEL (self->selection);
  guint n = g_list_model_get_n_items (model), position = GTK_INVALID_LIST_POSITION;
  for (guint i = 0; i < n && node && position == GTK_INVALID_LIST_POSITION; i++)
    {
      g_autoptr (HvNodeItem) item = g_list_model_get_item (model, i);
      if (hv_node_item_get_row (item) != HV_ROW_FOLDED && hv_node_item_get_node (item) == node)
        position = i;
    }
  self->quiet = TRUE;
  gtk_single_selection_set_selected (self->selection, position);
  self->quiet = FALSE;
  GtkWidget *list = gtk_widget_get_last_child (GTK_WIDGET (self->view));
  if (position != GTK_INVALID_LIST_POSITION && list)
    gtk_widget_activate_action (list, "list.scroll-to-item", "u", position);
}
