/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <math.h>
#include <string.h>

#include "store/units.h"
#include "viewer/widgets/delta-bar.h"
#include "viewer/widgets/labels.h"
#include "viewer/widgets/row-order.h"

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

/* What its cells say; never changed, but replaced. */
typedef struct
{
  HvScene *scene;
  GArray *cumulative; /* gint64: growth of the rows down to this one */
  int64_t folded_delta;
  guint n_folded;
} Facts;

struct _HvDiffTable
{
  HvCostTable parent_instance;

  HvScene *scene;
  Facts *facts;       /* of the rows that are shown; NULL without a scene */
  GArray *cumulative; /* of the scene, as the facts have it */
  GArray *shown;      /* uint32_t: rows in order */
  int64_t largest;
  gboolean unfolded;
  HvStatus status; /* shown alone; HV_STATUS_SAME: all are */
};

G_DEFINE_FINAL_TYPE (HvDiffTable, hv_diff_table, HV_TYPE_COST_TABLE)

static void
facts_clear (gpointer data)
{
  Facts *facts = data;
  hv_scene_unref (facts->scene);
  g_array_unref (facts->cumulative);
}

static void
facts_unref (gpointer facts)
{
  g_atomic_rc_box_release_full (facts, facts_clear);
}

static const HvDiffRow *
get_row (const HvScene *scene, uint32_t number)
{
  return number == HV_ROW_FOLDED ? NULL : &g_array_index (scene->rows, HvDiffRow, number);
}

/* How much of all growth a row and those above it are. */
static void
get_cumulative (const Facts *facts, uint32_t number, int64_t *part, int64_t *all)
{
  *part = g_array_index (facts->cumulative, gint64, number);
  *all = g_array_index (facts->cumulative, gint64, facts->cumulative->len - 1);
}

static char *
value_or_dash (const HvProfile *profile, HvMetric metric, int64_t value)
{
  return value ? hv_format_value (profile, metric, value) : g_strdup ("–");
}

static char *
folded_text (const Facts *facts, Column column)
{
  const HvReport *r = &facts->scene->report;

  switch (column)
    {
    case COLUMN_DELTA:
      return hv_format_delta (r->profile, r->metric, facts->folded_delta);
    case COLUMN_STATUS:
      return g_strdup (hv_label_status (HV_STATUS_SAME));
    case COLUMN_SITE:
      return g_strdup_printf (g_dngettext (HV_GETTEXT_PACKAGE, "(%u path below the threshold)",
                                           "(%u paths below the threshold)", facts->n_folded),
                              facts->n_folded);
    default:
      return g_strdup ("");
    }
}

static char *
cell_text (const Facts *facts, uint32_t number, Column column)
{
  const HvReport *r = &facts->scene->report;
  const HvDiffRow *row = get_row (facts->scene, number);
  const HvKey *key;
  int64_t part, all;

  if (!row)
    return folded_text (facts, column);
  switch (column)
    {
    case COLUMN_DELTA:
      return hv_format_delta (r->profile, r->metric, row->delta);
    case COLUMN_CUMULATIVE:
      if (row->delta <= 0)
        return g_strdup ("");
      get_cumulative (facts, number, &part, &all);
      return hv_format_percent (part, all);
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
      key = hv_scene_row_key (facts->scene, &row->row);
      return g_strdup (key ? key->short_label : _ ("(no frame)"));
    case COLUMN_SOURCE:
      return hv_label_place (hv_scene_row_key (facts->scene, &row->row));
    case N_COLUMNS:
      break;
    }
  return NULL;
}

static char *
plain_text (const Facts *facts, uint32_t number, Column column)
{
  const HvDiffRow *row = get_row (facts->scene, number);
  const HvKey *key = row ? hv_scene_row_key (facts->scene, &row->row) : NULL;
  int64_t part, all;

  if (!row)
    return column == COLUMN_DELTA ? hv_plain_value (facts->folded_delta)
                                  : folded_text (facts, column);
  switch (column)
    {
    case COLUMN_DELTA:
      return hv_plain_value (row->delta);
    case COLUMN_CUMULATIVE:
      if (row->delta <= 0)
        return g_strdup ("");
      get_cumulative (facts, number, &part, &all);
      return hv_plain_percent (part, all);
    case COLUMN_BASE:
      return hv_plain_value (row->base);
    case COLUMN_CURRENT:
      return hv_plain_value (row->current);
    case COLUMN_BLOCKS:
      return hv_plain_value (row->delta_partner);
    case COLUMN_WHY:
    case COLUMN_STATUS:
      return cell_text (facts, number, column);
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
  return plain ? plain_text (facts, number, column) : cell_text (facts, number, column);
}

static gpointer
ref_facts (HvCostTable *table)
{
  return g_atomic_rc_box_acquire (HV_DIFF_TABLE (table)->facts);
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

static void
setup_cell (HvCostTable *table, GtkListItem *list_item, guint column)
{
  GtkWidget *label = gtk_label_new (NULL), *child = label;

  gtk_label_set_xalign (GTK_LABEL (label), is_number (column) ? 1 : 0);
  if (is_number (column))
    gtk_widget_add_css_class (label, "numeric");
  else
    gtk_label_set_ellipsize (GTK_LABEL (label), column == COLUMN_SOURCE ? PANGO_ELLIPSIZE_MIDDLE
                                                                        : PANGO_ELLIPSIZE_END);
  switch (column)
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
bind_cell (HvCostTable *table, GtkListItem *list_item, guint column)
{
  HvDiffTable *self = HV_DIFF_TABLE (table);
  HvNodeItem *item = gtk_list_item_get_item (list_item);
  GtkWidget *label = gtk_list_item_get_child (list_item);
  const HvDiffRow *row = get_row (self->scene, hv_node_item_get_row (item));
  g_autofree char *text = cell_text (self->facts, hv_node_item_get_row (item), column);

  if (column == COLUMN_DELTA)
    {
      int64_t delta = row ? row->delta : self->facts->folded_delta;
      hv_delta_bar_set_share (HV_DELTA_BAR (gtk_widget_get_first_child (label)),
                              (double) delta / (double) MAX (1, self->largest));
      label = gtk_widget_get_last_child (label);
    }
  if (column == COLUMN_STATUS)
    gtk_widget_set_css_classes (
        label, (const char *[]){ "pill", status_class (row ? row->status : HV_STATUS_SAME), NULL });
  if (column == COLUMN_SITE)
    {
      const HvKey *key = row ? hv_scene_row_key (self->scene, &row->row) : NULL;
      hv_cost_table_set_tooltip (label, key);
      if (row)
        gtk_widget_remove_css_class (label, "dim-label");
      else
        {
          gtk_widget_set_tooltip_text (label, _ ("Press Enter to show these rows"));
          gtk_widget_add_css_class (label, "dim-label");
        }
    }
  gtk_label_set_text (GTK_LABEL (label), text);
}

/* --- order --- */

static char *
site_text (const HvKey *key)
{
  return g_strdup (key->short_label);
}

/* What a row is ordered by; `rank` is by key, of the columns with names. */
static int64_t
sort_value (const HvDiffRow *row, Column column, const uint32_t *rank)
{
  switch (column)
    {
    case COLUMN_DELTA:
    case COLUMN_CUMULATIVE:
      return row->delta;
    case COLUMN_BASE:
      return row->base;
    case COLUMN_CURRENT:
      return row->current;
    case COLUMN_BLOCKS:
      return row->delta_partner;
    case COLUMN_WHY:
      return row->why;
    case COLUMN_STATUS:
      return row->status;
    case COLUMN_SITE:
    case COLUMN_SOURCE:
      return row->row.key == HV_NO_KEY ? -1 : (int64_t) rank[row->row.key];
    case N_COLUMNS:
      break;
    }
  return 0;
}

static void
sort_shown (HvDiffTable *self)
{
  gboolean descending;
  guint column = hv_cost_table_get_order (HV_COST_TABLE (self), &descending);
  const GArray *rows = self->scene->rows;
  g_autofree int64_t *value = NULL;
  g_autofree uint32_t *rank = NULL;

  if (column == HV_NO_COLUMN)
    return;
  if (column == COLUMN_SITE || column == COLUMN_SOURCE)
    rank = hv_rank_keys (self->scene->report.rows_tree,
                         column == COLUMN_SITE ? site_text : hv_label_place);
  value = g_new (int64_t, MAX (1, rows->len));
  for (guint i = 0; i < rows->len; i++)
    value[i] = sort_value (&g_array_index (rows, HvDiffRow, i), column, rank);
  /* of numbers, the largest first at the first click */
  hv_rows_sort (self->shown, value, descending != is_number (column));
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
  Facts *facts = g_atomic_rc_box_new0 (Facts);

  facts->scene = hv_scene_ref (self->scene);
  facts->cumulative = g_array_ref (self->cumulative);
  g_array_set_size (self->shown, 0);
  for (guint32 i = 0; i < rows->len; i++)
    {
      const HvDiffRow *row = &g_array_index (rows, HvDiffRow, i);
      Place place = place_of (self, row);
      if (place == PLACE_SHOWN && row->delta > 0)
        g_array_append_val (self->shown, i);
      else if (place == PLACE_FOLDED)
        {
          facts->n_folded++;
          facts->folded_delta += row->delta;
        }
    }
  /* The rows end with the greatest loss: of what shrank that is to be read first. */
  for (guint32 i = rows->len; i-- > 0;)
    {
      const HvDiffRow *row = &g_array_index (rows, HvDiffRow, i);
      if (place_of (self, row) == PLACE_SHOWN && row->delta <= 0)
        g_array_append_val (self->shown, i);
    }
  sort_shown (self);
  if (facts->n_folded)
    {
      uint32_t folded = HV_ROW_FOLDED;
      g_array_append_val (self->shown, folded);
    }
  g_clear_pointer (&self->facts, facts_unref);
  self->facts = facts;
}

static void
remodel (HvDiffTable *self)
{
  fill (self);
  hv_cost_table_set_rows (HV_COST_TABLE (self), hv_node_list_new_rows (self->scene, self->shown));
}

static void
sort (HvCostTable *table, guint column, gboolean descending)
{
  HvDiffTable *self = HV_DIFF_TABLE (table);

  uint32_t selected = hv_cost_table_get_selected (table);

  if (!self->scene)
    return;
  remodel (self);
  hv_diff_table_select (self, selected);
}

static void
activate_cb (HvDiffTable *self, guint position)
{
  g_autoptr (HvNodeItem)
      item = g_list_model_get_item (hv_cost_table_get_rows (HV_COST_TABLE (self)), position);
  if (!item || hv_node_item_get_row (item) != HV_ROW_FOLDED)
    return;
  self->unfolded = TRUE;
  remodel (self);
}

static void
hv_diff_table_dispose (GObject *object)
{
  HvDiffTable *self = HV_DIFF_TABLE (object);

  g_clear_pointer (&self->facts, facts_unref);
  g_clear_pointer (&self->cumulative, g_array_unref);
  g_clear_pointer (&self->shown, g_array_unref);
  g_clear_pointer (&self->scene, hv_scene_unref);
  G_OBJECT_CLASS (hv_diff_table_parent_class)->dispose (object);
}

static HvNodeItem *
get_item (HvCostTable *table, gpointer row)
{
  return hv_node_item_get_row (row) == HV_ROW_FOLDED ? NULL : g_object_ref (row);
}

static void
hv_diff_table_class_init (HvDiffTableClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = hv_diff_table_dispose;
  HV_COST_TABLE_CLASS (klass)->get_item = get_item;
  HV_COST_TABLE_CLASS (klass)->ref_facts = ref_facts;
  HV_COST_TABLE_CLASS (klass)->unref_facts = facts_unref;
  HV_COST_TABLE_CLASS (klass)->get_text = get_text;
  HV_COST_TABLE_CLASS (klass)->sort = sort;
}

static void
hv_diff_table_init (HvDiffTable *self)
{
  const char *const titles[N_COLUMNS] = {
    _ ("Growth"), _ ("Cum."),   _ ("Base"), _ ("Current"), _ ("Δ blocks"),
    _ ("Why"),    _ ("Status"), _ ("Site"), _ ("Source"),
  };
  static const int widths[N_COLUMNS] = { 190, 80, 100, 100, 100, 150, 90, 180, 170 };
  HvCostTable *table = HV_COST_TABLE (self);

  self->shown = g_array_new (FALSE, FALSE, sizeof (uint32_t));
  hv_cost_table_set_name (table, _ ("What changed, by call path"));
  g_signal_connect_object (hv_cost_table_get_view (table), "activate", G_CALLBACK (activate_cb),
                           self, G_CONNECT_SWAPPED);
  for (guint i = 0; i < N_COLUMNS; i++)
    hv_cost_table_add_column (table, titles[i], widths[i], i == COLUMN_SITE, setup_cell, bind_cell);
  hv_cost_table_make_sortable (table);
  hv_cost_table_align_titles (table, COLUMN_BLOCKS + 1);
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

  HvCostTable *table = HV_COST_TABLE (self);
  hv_cost_table_set_rows (table, NULL);
  g_clear_pointer (&self->facts, facts_unref);
  g_clear_pointer (&self->cumulative, g_array_unref);
  g_clear_pointer (&self->scene, hv_scene_unref);
  if (!scene)
    return;

  gint64 sum = 0;
  self->scene = hv_scene_ref (scene);
  self->largest = 1;
  self->unfolded = FALSE;
  self->cumulative = g_array_sized_new (FALSE, FALSE, sizeof (gint64), scene->rows->len);
  for (guint i = 0; i < scene->rows->len; i++)
    {
      int64_t delta = g_array_index (scene->rows, HvDiffRow, i).delta;
      sum += MAX (delta, 0);
      self->largest = MAX (self->largest, delta < 0 ? -delta : delta);
      g_array_append_val (self->cumulative, sum);
    }
  hv_cost_table_show_column (table, COLUMN_BLOCKS,
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

  guint position = GTK_INVALID_LIST_POSITION;
  for (guint i = 0; self->scene && node && i < self->shown->len; i++)
    {
      uint32_t row = g_array_index (self->shown, uint32_t, i);
      if (row != HV_ROW_FOLDED && hv_scene_row_node (self->scene, row) == node)
        {
          position = i;
          break;
        }
    }
  hv_cost_table_select_row (HV_COST_TABLE (self), position);
}
