/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "store/units.h"
#include "viewer/widgets/labels.h"

#include "viewer/widgets/flame-graph-private.h"

/* --- one sentence: for who cannot see the box --- */

static char *
describe_selected (HvFlameGraph *self)
{
  const HvReport *report = &self->scene->report;
  HvFlameView view = self->layout->view;
  guint forest = view == HV_FLAME_GROWTH ? self->selected_forest : HV_FLAME_GAIN;
  int64_t amount = hv_flame_value (report->tree, self->scene->diff, view, self->selected, forest);
  int64_t total = hv_flame_value (report->tree, self->scene->diff, view, 0, forest);
  g_autoptr (GArray) path = hv_tree_path (report->tree, self->selected);
  g_autofree char *value = NULL;
  g_autofree char *share = hv_format_percent (amount, total);

  if (view == HV_FLAME_GROWTH)
    {
      gboolean loss = forest == HV_FLAME_LOSS;
      value = hv_format_delta (report->profile, report->metric, loss ? -amount : amount);
      return loss ? g_strdup_printf (_ ("%s, %s of all shrink, depth %u"), value, share, path->len)
                  : g_strdup_printf (_ ("%s, %s of all growth, depth %u"), value, share, path->len);
    }
  value = hv_format_value (report->profile, report->metric, amount);
  return g_strdup_printf (_ ("%s, %s of all, depth %u"), value, share, path->len);
}

void
hv_flame_graph_update_accessible (HvFlameGraph *self)
{
  g_autofree char *description = NULL;
  const char *label = _ ("Flame graph");

  if (hv_flame_graph_get_layout (self) && self->selected)
    {
      label = hv_tree_label (self->scene->report.tree, self->selected);
      description = describe_selected (self);
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  description ? description : "", -1);
}

/* --- all of it --- */

/* Takes the texts; those that are NULL, and what is after them, are left out. */
static void
add_line (GString *text, const char *name, char *first, char *second, char *third)
{
  char *const cells[] = { first, second, third };

  g_string_append_printf (text, "\n%s", name);
  for (guint i = 0; i < G_N_ELEMENTS (cells) && cells[i]; i++)
    g_string_append_printf (text, "\t%s", cells[i]);
  for (guint i = 0; i < G_N_ELEMENTS (cells); i++)
    g_free (cells[i]);
}

static char *
average (const HvProfile *profile, HvMetric metric, int64_t bytes, int64_t blocks)
{
  return blocks > 0 ? hv_format_value (profile, metric, bytes / blocks) : g_strdup ("–");
}

static void
describe_profile (HvFlameGraph *self, GString *text, const HvFlameBox *box)
{
  const HvReport *r = &self->scene->report;
  const HvTree *tree = r->tree;
  const int64_t *all = tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST];
  uint32_t node = box->node, parent = box->merged ? box->node : tree->parent[node];

  add_line (text, _ ("with callees"), hv_format_value (r->profile, r->metric, box->value), NULL,
            NULL);
  add_line (text, hv_label_of_all (tree), hv_format_percent (box->value, all[0]), NULL, NULL);
  if (self->zoom && self->zoom != node)
    add_line (text, _ ("of what is zoomed"), hv_format_percent (box->value, all[self->zoom]), NULL,
              NULL);
  if (parent)
    add_line (text, _ ("of parent"), hv_format_percent (box->value, all[parent]), NULL, NULL);
  if (box->merged)
    return;
  if (!tree->options.bottom_up) /* there is no self cost of a caller */
    add_line (
        text, _ ("self"),
        hv_format_value (r->profile, r->metric, tree->self[HV_SIDE_CURRENT][HV_SLOT_COST][node]),
        NULL, NULL);
  if (tree->has_partner)
    {
      HvMetric partner = hv_metric_partner (r->metric);
      int64_t n = tree->incl[HV_SIDE_CURRENT][HV_SLOT_PARTNER][node];
      add_line (text, hv_metric_is_bytes (partner) ? _ ("bytes") : _ ("blocks"),
                hv_format_value (r->profile, partner, n), NULL, NULL);
      if (hv_metric_is_bytes (r->metric))
        add_line (text, _ ("average"), average (r->profile, r->metric, all[node], n), NULL, NULL);
    }
}

static void
describe_diff (HvFlameGraph *self, GString *text, const HvFlameBox *box)
{
  const HvReport *r = &self->scene->report;
  const HvDiff *diff = self->scene->diff;
  const HvTree *tree = r->tree;
  uint32_t node = box->node, parent = box->merged ? box->node : tree->parent[node];
  int64_t base = box->cost[HV_SIDE_BASE], current = box->cost[HV_SIDE_CURRENT];

  add_line (text, "", g_strdup (_ ("base")), g_strdup (_ ("current")), g_strdup ("Δ"));
  add_line (text, hv_metric_is_bytes (r->metric) ? _ ("bytes") : hv_label_metric (r->metric),
            hv_format_value (r->base, r->metric, base),
            hv_format_value (r->profile, r->metric, current),
            hv_format_delta (r->profile, r->metric, current - base));
  if (tree->has_partner && !box->merged)
    {
      HvMetric partner = hv_metric_partner (r->metric);
      int64_t n_base = tree->incl[HV_SIDE_BASE][HV_SLOT_PARTNER][node];
      int64_t n_current = tree->incl[HV_SIDE_CURRENT][HV_SLOT_PARTNER][node];

      add_line (text, hv_metric_is_bytes (partner) ? _ ("bytes") : _ ("blocks"),
                hv_format_value (r->base, partner, n_base),
                hv_format_value (r->profile, partner, n_current),
                hv_format_delta (r->profile, partner, n_current - n_base));
      if (hv_metric_is_bytes (r->metric))
        add_line (text, _ ("average"), average (r->base, r->metric, base, n_base),
                  average (r->profile, r->metric, current, n_current),
                  n_base > 0 && n_current > 0
                      ? hv_format_delta (r->profile, r->metric, current / n_current - base / n_base)
                      : g_strdup ("–"));
    }
  if (box->growth > 0)
    {
      add_line (text, _ ("growth"), hv_format_delta (r->profile, r->metric, box->growth), NULL,
                NULL);
      add_line (text, _ ("of all growth"), hv_format_percent (box->growth, diff->growth[0]), NULL,
                NULL);
      if (self->zoom && self->zoom != node)
        add_line (text, _ ("of what is zoomed"),
                  hv_format_percent (box->growth, diff->growth[self->zoom]), NULL, NULL);
      if (parent)
        add_line (text, _ ("of parent’s"), hv_format_percent (box->growth, diff->growth[parent]),
                  NULL, NULL);
    }
  if (box->shrink > 0)
    {
      add_line (text, _ ("shrink"), hv_format_delta (r->profile, r->metric, -box->shrink), NULL,
                NULL);
      add_line (text, _ ("of all shrink"), hv_format_percent (box->shrink, diff->shrink[0]), NULL,
                NULL);
    }
}

char *
hv_flame_graph_describe (HvFlameGraph *self, uint32_t index)
{
  g_return_val_if_fail (HV_IS_FLAME_GRAPH (self), NULL);
  g_return_val_if_fail (self->layout && index < self->layout->n_boxes, NULL);
  const HvFlameBox *box = &self->layout->box[index];
  const HvKey *key = box->merged ? NULL : hv_scene_key (self->scene, box->node);
  g_autoptr (GString) text = g_string_new (NULL);

  if (box->merged)
    g_string_append_printf (text,
                            g_dngettext (HV_GETTEXT_PACKAGE, "%u path too narrow to draw",
                                         "%u paths too narrow to draw", box->merged),
                            box->merged);
  else
    g_string_append (text, !key ? _ ("Everything") : *key->function ? key->function : key->label);
  if (key && *key->module)
    g_string_append_printf (text, "\n%s", hv_basename (key->module));
  if (key && *key->file)
    {
      g_string_append_printf (text, "\n%s", key->file);
      if (key->line)
        g_string_append_printf (text, ":%u", key->line);
    }
  if (self->scene->diff)
    describe_diff (self, text, box);
  else
    describe_profile (self, text, box);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* A line with tabs is a row of the grid; the first line is the name. */
static GtkWidget *
tooltip_widget (const char *text)
{
  GtkWidget *grid = gtk_grid_new ();
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  for (int row = 0; lines[row]; row++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[row], "\t", 4);
      gboolean alone = cells[0] && !cells[1];
      for (int column = 0; cells[column]; column++)
        {
          g_autofree char *shown = hv_label_cut (cells[column], HV_LABEL_MAX_NAME);
          GtkWidget *label = gtk_label_new (shown);
          gtk_label_set_xalign (GTK_LABEL (label), column ? 1 : 0);
          gtk_widget_add_css_class (label, row == 0 ? "heading" : column ? "numeric" : "dim-label");
          if (alone)
            {
              gtk_label_set_wrap (GTK_LABEL (label), TRUE);
              gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
              gtk_label_set_max_width_chars (GTK_LABEL (label), 60);
            }
          gtk_grid_attach (GTK_GRID (grid), label, column, row, alone ? 4 : 1, 1);
        }
    }
  return grid;
}

gboolean
hv_flame_graph_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard,
                              GtkTooltip *tooltip)
{
  HvFlameGraph *self = HV_FLAME_GRAPH (widget);
  uint32_t index = keyboard ? hv_flame_graph_selected_box (self)
                            : hv_flame_graph_box_at (self, x, y);

  if (index == HV_FLAME_NO_BOX || self->dragging || self->no_tooltip)
    return FALSE;
  g_autofree char *text = hv_flame_graph_describe (self, index);
  gtk_tooltip_set_custom (tooltip, tooltip_widget (text));
  return TRUE;
}
