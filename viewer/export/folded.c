/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export.h"

/* Folded stacks, as flamegraph.pl and inferno read them: "outer;inner COST", and for a diff
 * "outer;inner BASE CURRENT". */

static void
append_name (GString *out, const char *name)
{
  for (; *name; name++)
    g_string_append_c (out, *name == ';' ? ':' : (unsigned char) *name < ' ' ? ' ' : *name);
}

static gboolean
write_folded (const HvReport *report, GString *out, GError **error)
{
  const HvTree *tree = report->tree;

  for (uint32_t n = 0; n < tree->n_nodes; n++)
    {
      int64_t current = tree->self[HV_SIDE_CURRENT][HV_SLOT_COST][n];
      int64_t base = tree->n_sides > 1 ? tree->self[HV_SIDE_BASE][HV_SLOT_COST][n] : 0;
      if (current == 0 && base == 0)
        continue;

      g_autoptr (GArray) path = hv_tree_path (tree, n);
      if (path->len == 0)
        g_string_append (out, "[no stack]");
      for (guint i = 0; i < path->len; i++)
        {
          if (i)
            g_string_append_c (out, ';');
          append_name (out, hv_tree_label (tree, g_array_index (path, uint32_t, i)));
        }
      if (report->diff)
        g_string_append_printf (out, " %" G_GINT64_FORMAT, base);
      g_string_append_printf (out, " %" G_GINT64_FORMAT "\n", current);
    }
  return TRUE;
}

const HvExporter hv_export_folded = { "folded", write_folded };
