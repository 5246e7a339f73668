/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "store/units.h"
#include "viewer/widgets/labels.h"

#include "viewer/widgets/details.h"

/* Of a deeper stack the middle is left out: both ends tell more. */
#define MAX_STACK 60
#define MAX_TOP 15

struct _HvDetails
{
  GtkWidget parent_instance;

  /* Template widgets */
  GtkWidget *scroller;
  GtkLabel *title, *subtitle, *why, *stack_title;
  GtkGrid *grid;
  GtkListBox *stack;

  HvScene *scene;
  uint32_t node;
  int n_rows;
};

enum
{
  SIGNAL_SELECTED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (HvDetails, hv_details, GTK_TYPE_WIDGET)

static void
clear_children (GtkWidget *widget)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child;)
    {
      GtkWidget *next = gtk_widget_get_next_sibling (child);
      if (GTK_IS_GRID (widget))
        gtk_grid_remove (GTK_GRID (widget), child);
      else
        gtk_list_box_remove (GTK_LIST_BOX (widget), child);
      child = next;
    }
}

static void
add_cell (HvDetails *self, const char *text, int column, int span, const char *const *classes)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), column ? 1 : 0);
  gtk_label_set_selectable (GTK_LABEL (label), column != 0);
  gtk_widget_set_focusable (label, FALSE);
  gtk_widget_set_hexpand (label, column == 0);
  if (column == 0)
    gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  for (; classes && *classes; classes++)
    gtk_widget_add_css_class (label, *classes);
  gtk_grid_attach (self->grid, label, column, self->n_rows, span, 1);
}

/* Takes the two texts; NULL leaves a cell empty. */
static void
add_row (HvDetails *self, const char *name, char *first, char *second, const char *emphasis)
{
  /* A name may use the room of a number that is not there. */
  add_cell (self, name, 0, first ? 1 : 2,
            (const char *[]){ emphasis ? emphasis : "dim-label", NULL });
  if (first)
    add_cell (self, first, 1, 1, (const char *[]){ "numeric", emphasis, NULL });
  if (second)
    add_cell (self, second, 2, 1, (const char *[]){ "numeric", emphasis, NULL });
  self->n_rows++;
  g_free (first);
  g_free (second);
}

static void
add_head (HvDetails *self, const char *first, const char *second)
{
  add_cell (self, first, 1, 1, (const char *[]){ "strong", NULL });
  add_cell (self, second, 2, 1, (const char *[]){ "strong", NULL });
  self->n_rows++;
}

static char *
average (const HvProfile *profile, HvMetric metric, int64_t bytes, int64_t blocks)
{
  if (blocks <= 0 || !hv_metric_is_bytes (metric))
    return g_strdup ("–");
  return hv_format_value (profile, metric, bytes / blocks);
}

static const HvDiffRow *
row_of (HvDetails *self)
{
  for (guint i = 0; i < self->scene->rows->len; i++)
    {
      const HvDiffRow *row = &g_array_index (self->scene->rows, HvDiffRow, i);
      if (hv_scene_row_node (self->scene, i) == self->node)
        return row;
    }
  return NULL;
}

/* To the byte: rounded numbers of two tools cannot be compared. `first` negative: there is none. */
static void
add_exact (HvDetails *self, int64_t first, int64_t second)
{
  if (hv_metric_is_bytes (self->scene->report.metric))
    add_row (self, _ ("exact bytes"), first < 0 ? NULL : hv_format_count (first),
             hv_format_count (second), NULL);
}

static void
show_diff (HvDetails *self, uint32_t zoom)
{
  const HvReport *r = &self->scene->report;
  const HvDiff *diff = self->scene->diff;
  const HvTree *tree = r->tree;
  uint32_t node = self->node, parent = tree->parent[node];
  const int64_t *base = tree->incl[HV_SIDE_BASE][HV_SLOT_COST];
  const int64_t *current = tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST];
  const HvDiffRow *row = row_of (self);
  int64_t growth = diff->growth[node], shrink = diff->shrink[node];

  add_head (self, _ ("base"), _ ("current"));
  add_row (self, hv_metric_is_bytes (r->metric) ? _ ("bytes") : hv_label_metric (r->metric),
           hv_format_value (r->base, r->metric, base[node]),
           hv_format_value (r->profile, r->metric, current[node]), NULL);
  if (tree->has_partner)
    {
      const int64_t *n_base = tree->incl[HV_SIDE_BASE][HV_SLOT_PARTNER];
      const int64_t *n_current = tree->incl[HV_SIDE_CURRENT][HV_SLOT_PARTNER];
      HvMetric partner = hv_metric_partner (r->metric);
      add_row (self, hv_metric_is_bytes (partner) ? _ ("bytes") : _ ("blocks"),
               hv_format_value (r->base, partner, n_base[node]),
               hv_format_value (r->profile, partner, n_current[node]), NULL);
      add_row (self, _ ("average"), average (r->base, r->metric, base[node], n_base[node]),
               average (r->profile, r->metric, current[node], n_current[node]), NULL);
    }
  add_exact (self, base[node], current[node]);
  if (growth > 0 || shrink == 0)
    {
      add_row (self, _ ("growth"), NULL, hv_format_delta (r->profile, r->metric, growth),
               growth > 0 ? "grow" : NULL);
      add_row (self, _ ("of all growth"), NULL, hv_format_percent (growth, diff->growth[0]), NULL);
      if (zoom && zoom != node)
        add_row (self, _ ("of what is zoomed"), NULL,
                 hv_format_percent (growth, diff->growth[zoom]), NULL);
      if (node && parent)
        add_row (self, _ ("of parent’s"), NULL, hv_format_percent (growth, diff->growth[parent]),
                 NULL);
    }
  if (shrink > 0)
    {
      add_row (self, _ ("shrink"), NULL, hv_format_delta (r->profile, r->metric, -shrink),
               "shrink");
      add_row (self, _ ("of all shrink"), NULL, hv_format_percent (shrink, diff->shrink[0]), NULL);
    }
  if (row && row->error > 0 && row->error < 9e18)
    {
      g_autofree char *error = hv_format_value (r->profile, r->metric, (int64_t) row->error);
      add_row (self, _ ("sampling error"), NULL, g_strdup_printf ("±%s", error), NULL);
    }

  const char *why = row ? hv_label_why (row) : "";
  if (*why)
    {
      g_autofree char *blocks = row->delta_partner ? hv_format_delta (
                                    r->profile, hv_metric_partner (r->metric), row->delta_partner)
                                                   : NULL;
      g_autofree char *text = blocks ? g_markup_printf_escaped (_ ("Why: <b>%s</b>, %s blocks"),
                                                                why, blocks)
                                     : g_markup_printf_escaped (_ ("Why: <b>%s</b>"), why);
      gtk_label_set_markup (self->why, text);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->why), *why);
}

/* What was allocated by this path: there is no self cost of a caller. */
static void
show_bottom_up (HvDetails *self, uint32_t zoom)
{
  const HvReport *r = &self->scene->report;
  const HvTree *tree = r->tree;
  const int64_t *cost = tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST];
  uint32_t node = self->node;

  add_row (self, hv_label_metric (r->metric), NULL,
           hv_format_value (r->profile, r->metric, cost[node]), NULL);
  add_row (self, hv_label_of_all (tree), NULL, hv_format_percent (cost[node], cost[0]), NULL);
  if (zoom && zoom != node)
    add_row (self, _ ("of what is zoomed"), NULL, hv_format_percent (cost[node], cost[zoom]), NULL);
  if (tree->has_partner)
    {
      HvMetric partner = hv_metric_partner (r->metric);
      int64_t n = tree->incl[HV_SIDE_CURRENT][HV_SLOT_PARTNER][node];
      add_row (self, hv_metric_is_bytes (partner) ? _ ("bytes") : _ ("blocks"), NULL,
               hv_format_value (r->profile, partner, n), NULL);
    }
  add_exact (self, -1, cost[node]);
}

static void
show_profile (HvDetails *self, uint32_t zoom)
{
  const HvReport *r = &self->scene->report;
  const HvTree *tree = r->tree;
  uint32_t node = self->node, parent = tree->parent[node];
  const int64_t *own = tree->self[HV_SIDE_CURRENT][HV_SLOT_COST];
  const int64_t *all = tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST];

  gtk_widget_set_visible (GTK_WIDGET (self->why), FALSE);
  if (tree->options.bottom_up)
    {
      show_bottom_up (self, zoom);
      return;
    }
  add_head (self, _ ("self"), _ ("with callees"));
  add_row (self, hv_label_metric (r->metric), hv_format_value (r->profile, r->metric, own[node]),
           hv_format_value (r->profile, r->metric, all[node]), NULL);
  add_row (self, hv_label_of_all (tree), hv_format_percent (own[node], all[0]),
           hv_format_percent (all[node], all[0]), NULL);
  if (zoom && zoom != node)
    add_row (self, _ ("of what is zoomed"), hv_format_percent (own[node], all[zoom]),
             hv_format_percent (all[node], all[zoom]), NULL);
  if (node && parent)
    add_row (self, _ ("of parent"), NULL, hv_format_percent (all[node], all[parent]), NULL);
  if (tree->has_partner)
    {
      const int64_t *n_own = tree->self[HV_SIDE_CURRENT][HV_SLOT_PARTNER];
      const int64_t *n_all = tree->incl[HV_SIDE_CURRENT][HV_SLOT_PARTNER];
      HvMetric partner = hv_metric_partner (r->metric);
      add_row (self, hv_metric_is_bytes (partner) ? _ ("bytes") : _ ("blocks"),
               hv_format_value (r->profile, partner, n_own[node]),
               hv_format_value (r->profile, partner, n_all[node]), NULL);
      if (hv_metric_is_bytes (r->metric))
        add_row (self, _ ("average"), average (r->profile, r->metric, own[node], n_own[node]),
                 average (r->profile, r->metric, all[node], n_all[node]), NULL);
    }
  add_exact (self, own[node], all[node]);
}

static void
add_stack_row (HvDetails *self, uint32_t node, const char *text, const char *value)
{
  GtkWidget *label = gtk_label_new (text);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *row = gtk_list_box_row_new ();

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  if (node == self->node)
    gtk_widget_add_css_class (label, "strong");
  else if (!node)
    gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (line), label);
  if (value)
    {
      GtkWidget *number = gtk_label_new (value);
      gtk_widget_add_css_class (number, "numeric");
      gtk_box_append (GTK_BOX (line), number);
    }
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), line);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), node != 0);
  gtk_widget_set_tooltip_text (row, node ? text : NULL);
  g_autofree char *name = g_strjoin (", ", text, value, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data (G_OBJECT (row), "node", GUINT_TO_POINTER (node));
  gtk_list_box_append (self->stack, row);
}

static void
show_stack (HvDetails *self)
{
  const HvTree *tree = self->scene->report.tree;
  g_autoptr (GArray) path = hv_tree_path (tree, self->node);

  clear_children (GTK_WIDGET (self->stack));
  for (guint i = 0; i < path->len; i++)
    {
      if (path->len > MAX_STACK && i == MAX_STACK / 2)
        {
          guint left_out = path->len - MAX_STACK;
          g_autofree char *text = g_strdup_printf (
              g_dngettext (HV_GETTEXT_PACKAGE, "[%u frame]", "[%u frames]", left_out), left_out);
          add_stack_row (self, 0, text, NULL);
          i += left_out;
        }
      uint32_t node = g_array_index (path, uint32_t, i);
      add_stack_row (self, node, hv_tree_short_label (tree, node), NULL);
    }
}

/* Of everything: the sites that hold most, or grew most. */
static void
show_top (HvDetails *self)
{
  const HvReport *r = &self->scene->report;
  const GArray *rows = self->scene->diff ? self->scene->rows : self->scene->sites;

  clear_children (GTK_WIDGET (self->stack));
  for (guint i = 0; i < rows->len && i < MAX_TOP; i++)
    {
      const HvRow *row = self->scene->diff ? &g_array_index (rows, HvDiffRow, i).row
                                           : &g_array_index (rows, HvRow, i);
      int64_t cost = self->scene->diff ? g_array_index (rows, HvDiffRow, i).delta
                                       : row->self[HV_SIDE_CURRENT][HV_SLOT_COST];
      g_autofree char *value = self->scene->diff ? hv_format_delta (r->profile, r->metric, cost)
                                                 : hv_format_value (r->profile, r->metric, cost);
      uint32_t node = hv_scene_row_node (self->scene, i);
      const HvKey *key = hv_scene_row_key (self->scene, row);
      if (cost > 0 && node && key)
        add_stack_row (self, node, key->short_label, value);
    }
}

static void
row_activated_cb (HvDetails *self, GtkListBoxRow *row)
{
  guint node = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "node"));
  if (node)
    g_signal_emit (self, signals[SIGNAL_SELECTED], 0, node);
}

static void
hv_details_dispose (GObject *object)
{
  HvDetails *self = HV_DETAILS (object);

  g_clear_pointer (&self->scene, hv_scene_unref);
  if (self->scroller)
    gtk_widget_dispose_template (GTK_WIDGET (self), HV_TYPE_DETAILS);
  G_OBJECT_CLASS (hv_details_parent_class)->dispose (object);
}

static void
hv_details_class_init (HvDetailsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hv_details_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/heapview/ui/details.ui");
  gtk_widget_class_bind_template_child (widget_class, HvDetails, scroller);
  gtk_widget_class_bind_template_child (widget_class, HvDetails, title);
  gtk_widget_class_bind_template_child (widget_class, HvDetails, subtitle);
  gtk_widget_class_bind_template_child (widget_class, HvDetails, why);
  gtk_widget_class_bind_template_child (widget_class, HvDetails, grid);
  gtk_widget_class_bind_template_child (widget_class, HvDetails, stack);
  gtk_widget_class_bind_template_child (widget_class, HvDetails, stack_title);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  signals[SIGNAL_SELECTED] = g_signal_new ("selected", HV_TYPE_DETAILS, G_SIGNAL_RUN_LAST, 0, NULL,
                                           NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
hv_details_init (HvDetails *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
hv_details_new (void)
{
  return g_object_new (HV_TYPE_DETAILS, NULL);
}

void
hv_details_show (HvDetails *self, HvScene *scene, uint32_t node, uint32_t zoom)
{
  g_return_if_fail (HV_IS_DETAILS (self));
  g_return_if_fail (node < scene->report.tree->n_nodes);

  HvScene *old = self->scene;
  self->scene = hv_scene_ref (scene);
  g_clear_pointer (&old, hv_scene_unref);
  self->node = node;

  /* Bottom-up, a box is what allocates, as far as it was called by that path. */
  const HvTree *tree = scene->report.tree;
  uint32_t named = node;
  while (tree->options.bottom_up && named && tree->parent[named])
    named = tree->parent[named];
  const HvKey *key = hv_scene_key (scene, named);
  g_autofree char *source = hv_label_source (key);
  const char *module = key ? hv_basename (key->module) : "";
  g_autofree char *where = key ? g_strdup_printf ("%s%s%s", module, *module && *source ? " · " : "",
                                                  source)
                               : g_strdup_printf ("%s", hv_basename (scene->report.profile->path));

  g_autofree char *title = hv_label_cut (!key             ? _ ("Everything")
                                         : *key->function ? key->function
                                                          : key->label,
                                         HV_LABEL_MAX_NAME);
  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->subtitle, where);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->subtitle), key && *key->file ? key->file : NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->subtitle), *where);
  clear_children (GTK_WIDGET (self->grid));
  self->n_rows = 0;
  if (scene->diff)
    show_diff (self, zoom);
  else
    show_profile (self, zoom);
  gtk_label_set_text (self->stack_title, node          ? _ ("Call path")
                                         : scene->diff ? _ ("Where it grew")
                                                       : _ ("Where it was allocated"));
  if (node)
    show_stack (self);
  else
    show_top (self);
}
