/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export.h"

#include <math.h>
#include <string.h>

/* RFC 4180 with plain integers: all sites, largest (a diff: largest growth) first. */

void
hv_csv_append_field (GString *out, const char *text)
{
  if (strpbrk (text, ",\"\r\n") == NULL)
    {
      g_string_append (out, text);
      return;
    }
  g_string_append_c (out, '"');
  for (; *text; text++)
    {
      if (*text == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *text);
    }
  g_string_append_c (out, '"');
}

static void
append_name (GString *out, const HvReport *report, const HvRow *row)
{
  const HvKey *key = row->key == HV_NO_KEY ? NULL : &report->rows_tree->key[row->key];

  hv_csv_append_field (out, hv_report_row_label (report, row));
  g_string_append_c (out, ',');
  hv_csv_append_field (out, key ? key->module : "");
  g_string_append_c (out, ',');
  hv_csv_append_field (out, key ? key->file : "");
  g_string_append_c (out, ',');
  if (key && key->line)
    g_string_append_printf (out, "%u", key->line);
}

static void
append_stack (GString *out, const HvTree *tree, uint32_t node)
{
  g_autoptr (GArray) path = hv_tree_path (tree, node);
  g_autoptr (GString) stack = g_string_new (NULL);

  for (guint i = 0; i < path->len; i++)
    {
      if (i)
        g_string_append_c (stack, ';');
      g_string_append (stack, hv_tree_label (tree, g_array_index (path, uint32_t, i)));
    }
  hv_csv_append_field (out, stack->str);
  g_string_append_c (out, '\n');
}

static gboolean
write_csv (const HvReport *report, GString *out, GError **error)
{
  const HvTree *tree = report->rows_tree;
  const char *partner = hv_metric_is_bytes (report->metric) ? "blocks" : "bytes";
  HvReportRows rows;

  hv_report_rows (report, G_MAXUINT, &rows);
  if (report->diff)
    g_string_append_printf (out,
                            "function,module,file,line,status,base,current,delta,delta_%s,error,"
                            "significant,why,stack\n",
                            partner);
  else
    g_string_append_printf (out, "function,module,file,line,self,inclusive,self_%s,stack\n",
                            partner);
  for (guint i = 0; i < rows.rows->len; i++)
    {
      const HvDiffRow *row = &g_array_index (rows.rows, HvDiffRow, i);
      append_name (out, report, &row->row);
      if (report->diff)
        {
          g_string_append_printf (
              out, ",%s,%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ",",
              hv_status_name (row->status), row->base, row->current, row->delta);
          if (tree->has_partner)
            g_string_append_printf (out, "%" G_GINT64_FORMAT, row->delta_partner);
          g_string_append_c (out, ',');
          if (row->error >= 0)
            g_string_append_printf (out, "%.0f", row->error);
          g_string_append_printf (out, ",%s,%s,", row->significant ? "yes" : "no",
                                  hv_why_name (row->why, row->delta < 0));
        }
      else
        {
          g_string_append_printf (out, ",%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ",",
                                  row->row.self[HV_SIDE_CURRENT][HV_SLOT_COST],
                                  row->row.incl[HV_SIDE_CURRENT][HV_SLOT_COST]);
          if (tree->has_partner)
            g_string_append_printf (out, "%" G_GINT64_FORMAT,
                                    row->row.self[HV_SIDE_CURRENT][HV_SLOT_PARTNER]);
          g_string_append_c (out, ',');
        }
      append_stack (out, tree, row->row.node);
    }
  hv_report_rows_clear (&rows);
  return TRUE;
}

const HvExporter hv_export_csv = { "csv", write_csv };
