/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <string.h>

#include "store/units.h"
#include "viewer/window/profile-view-private.h"

/* What of the selection goes to the clipboard. */

static const char *
full_name (const HvScene *scene, uint32_t node)
{
  const HvKey *key = hv_scene_key (scene, node);

  return key && *key->function ? key->function : hv_tree_label (scene->report.tree, node);
}

static void
append_path (const HvScene *scene, uint32_t node, GString *text)
{
  g_autoptr (GArray) path = hv_tree_path (scene->report.tree, node);

  for (guint i = 0; i < path->len; i++)
    g_string_append_printf (text, "%s%s", text->len ? "\n" : "",
                            full_name (scene, g_array_index (path, uint32_t, i)));
}

/* Takes the cell. */
static void
append_cell (GString *line, char *cell)
{
  g_auto (GStrv) parts = g_strsplit (cell, "|", -1); /* would end the cell */
  g_autofree char *text = g_strjoinv ("\\|", parts);

  g_string_append_printf (line, " %s |", text);
  g_free (cell);
}

static void
append_numbers (const HvScene *scene, uint32_t node, GString *text)
{
  const HvReport *r = &scene->report;
  const HvTree *tree = r->tree;
  const int64_t *base = scene->diff ? tree->incl[HV_SIDE_BASE][HV_SLOT_COST] : NULL;
  const int64_t *current = tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST];
  const int64_t *self = tree->self[HV_SIDE_CURRENT][HV_SLOT_COST];
  g_autoptr (GArray) path = hv_tree_path (tree, node);

  g_string_append_printf (text, "%s| %s | %s | %s | %s |\n|---:|---:|---:|:---|",
                          text->len ? "\n\n" : "", base ? _ ("base") : _ ("with callees"),
                          base ? _ ("current") : _ ("of all"), base ? "Δ" : _ ("self"),
                          _ ("Frame"));
  for (guint i = 0; i < path->len; i++)
    {
      uint32_t n = g_array_index (path, uint32_t, i);
      g_string_append (text, "\n|");
      append_cell (text, base ? hv_format_value (r->base, r->metric, base[n])
                              : hv_format_value (r->profile, r->metric, current[n]));
      append_cell (text, base ? hv_format_value (r->profile, r->metric, current[n])
                              : hv_format_percent (current[n], current[0]));
      append_cell (text, base ? hv_format_delta (r->profile, r->metric, current[n] - base[n])
                              : hv_format_value (r->profile, r->metric, self[n]));
      append_cell (text, g_strdup (full_name (scene, n)));
    }
}

/* The store's views know frames as the file has them, and the end and the peak. */
static void
append_sql (const HvScene *scene, uint32_t node, GString *text)
{
  const HvReport *r = &scene->report;
  const HvKey *key = hv_scene_key (scene, node);
  HvMetric metric = r->metric;

  if (!key)
    return;
  if (r->at == HV_AT_PEAK && metric == HV_METRIC_LIVE_BYTES)
    metric = HV_METRIC_PEAK_BYTES;
  else if (r->at == HV_AT_PEAK && metric == HV_METRIC_LIVE_BLOCKS)
    metric = HV_METRIC_PEAK_BLOCKS;
  g_autofree char *column = g_strdelimit (g_strdup (hv_metric_name (metric)), "-", '_');
  g_auto (GStrv) parts = g_strsplit (*key->function ? key->function : key->label, "'", -1);
  g_autofree char *name = g_strjoinv ("''", parts);
  g_string_append_printf (text,
                          "%sselect profile, name, file, line, %s from v_site\n"
                          "where site_key in (select site_key from v_stack where name = '%s')\n"
                          "order by %s desc;",
                          text->len ? "\n\n" : "", column, name, column);
}

void
hv_profile_view_copy (HvProfileView *self, HvCopy what)
{
  g_return_if_fail (HV_IS_PROFILE_VIEW (self));
  g_autoptr (GArray) nodes = hv_flame_graph_get_selection (self->flame);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; self->scene && i < nodes->len; i++)
    {
      uint32_t node = g_array_index (nodes, uint32_t, i);
      if (what == HV_COPY_NUMBERS)
        append_numbers (self->scene, node, text);
      else if (what == HV_COPY_SQL)
        append_sql (self->scene, node, text);
      else if (what == HV_COPY_PATH)
        append_path (self->scene, node, text);
      else
        g_string_append_printf (text, "%s%s", text->len ? "\n" : "", full_name (self->scene, node));
    }
  if (text->len)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text->str);
}
