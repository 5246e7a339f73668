/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export.h"

#include "config.h"
#include "store/units.h"

#include <string.h>

#if HV_GUI
static HvExporter export_png = { "png", NULL }, export_pdf = { "pdf", NULL };
#endif

static const HvExporter *const exporters[] = {
  &hv_export_svg,
#if HV_GUI
  &export_png,     &export_pdf,
#endif
  &hv_export_json, &hv_export_text, &hv_export_csv, &hv_export_folded,
};

void
hv_exporters_set_pictures (HvWriteFunc png, HvWriteFunc pdf)
{
#if HV_GUI
  export_png.write = png;
  export_pdf.write = pdf;
#endif
}

const HvExporter *
hv_exporter_for_kind (const char *kind)
{
  for (gsize i = 0; i < G_N_ELEMENTS (exporters); i++)
    if (strcmp (kind, exporters[i]->kind) == 0)
      return exporters[i];
  /* "text" is what people say for a .txt file */
  return strcmp (kind, "text") == 0 ? &hv_export_text : NULL;
}

const HvExporter *
hv_exporter_for_path (const char *path)
{
  const char *dot = strrchr (hv_basename (path), '.');

  return dot ? hv_exporter_for_kind (dot + 1) : NULL;
}

const char *
hv_exporter_kinds (void)
{
  static char *kinds;

  if (g_once_init_enter (&kinds))
    {
      GString *list = g_string_new (NULL);
      for (gsize i = 0; i < G_N_ELEMENTS (exporters); i++)
        g_string_append_printf (list, "%s%s", i ? ", " : "", exporters[i]->kind);
      g_once_init_leave (&kinds, g_string_free (list, FALSE));
    }
  return kinds;
}

static int
by_change (gconstpointer a, gconstpointer b)
{
  uint64_t x = (uint64_t) ABS (((const HvDiffRow *) a)->delta);
  uint64_t y = (uint64_t) ABS (((const HvDiffRow *) b)->delta);

  return x > y ? -1 : x < y;
}

static int
by_delta (gconstpointer a, gconstpointer b)
{
  int64_t x = ((const HvDiffRow *) a)->delta, y = ((const HvDiffRow *) b)->delta;

  return x > y ? -1 : x < y;
}

static void
leave_out (HvReportRows *rows, guint from)
{
  for (guint i = from; i < rows->rows->len; i++)
    {
      const HvRow *row = &g_array_index (rows->rows, HvDiffRow, i).row;
      for (int side = 0; side < HV_N_SIDES; side++)
        for (int slot = 0; slot < HV_N_SLOTS; slot++)
          rows->rest_self[side][slot] += row->self[side][slot];
      rows->n_rest++;
    }
  g_array_set_size (rows->rows, MIN (from, rows->rows->len));
}

void
hv_report_rows (const HvReport *report, guint top, HvReportRows *rows)
{
  *rows = (HvReportRows){ 0 };
  if (report->rows_diff)
    {
      rows->rows = hv_diff_rows (report->rows_diff);
      if (rows->rows->len > top)
        {
          /* The largest growth stays whatever else changed more: it is the question. The sort is
           * not stable, but rows that change alike are alike. */
          HvDiffRow largest = g_array_index (rows->rows, HvDiffRow, 0);
          g_array_sort (rows->rows, by_change);
          gboolean kept = FALSE;
          guint at = 0;
          for (guint i = 0; i < rows->rows->len; i++)
            if (g_array_index (rows->rows, HvDiffRow, i).row.key == largest.row.key
                && g_array_index (rows->rows, HvDiffRow, i).row.node == largest.row.node)
              at = i;
          kept = at < top;
          if (!kept && top > 0 && largest.delta > 0)
            {
              HvDiffRow *last = &g_array_index (rows->rows, HvDiffRow, top - 1);
              g_array_index (rows->rows, HvDiffRow, at) = *last;
              *last = largest;
            }
          leave_out (rows, top);
          g_array_sort (rows->rows, by_delta);
        }
      return;
    }

  g_autoptr (GArray) all = hv_tree_rows (report->rows_tree);
  rows->rows = g_array_new (FALSE, TRUE, sizeof (HvDiffRow));
  for (guint i = 0; i < all->len; i++)
    {
      HvDiffRow row = { .row = g_array_index (all, HvRow, i) };
      /* what only calls others is no site */
      if (row.row.self[HV_SIDE_CURRENT][HV_SLOT_COST] != 0)
        g_array_append_val (rows->rows, row);
    }
  leave_out (rows, top);
}

void
hv_report_rows_clear (HvReportRows *rows)
{
  g_clear_pointer (&rows->rows, g_array_unref);
}

const char *
hv_report_row_label (const HvReport *report, const HvRow *row)
{
  return row->key == HV_NO_KEY ? "[no stack]" : report->rows_tree->key[row->key].label;
}

char *
hv_report_metric_title (const HvProfile *profile, HvMetric metric, uint32_t at)
{
  const char *title = hv_metric_title (metric);
  gboolean live = metric == HV_METRIC_LIVE_BYTES || metric == HV_METRIC_LIVE_BLOCKS;

  if (at == HV_AT_PEAK && live)
    return g_strdup_printf ("%s at the peak", title);
  if (at != HV_AT_END && at < profile->n_moments)
    {
      const HvMoment *moment = &profile->moment[at];
      if (moment->kind == HV_MOMENT_DUMP)
        return g_strdup_printf ("%s in dump %" G_GINT64_FORMAT, title, moment->number);
      g_autofree char *time = hv_format_time (profile, moment->time);
      return g_strdup_printf ("%s at %s", title, time);
    }
  if (profile->byte_unit && metric == HV_METRIC_TOTAL_BYTES)
    return g_strdup_printf ("%s in total", hv_profile_string (profile, profile->byte_unit));
  if (profile->block_unit && metric == HV_METRIC_TOTAL_BLOCKS)
    return g_strdup_printf ("%s in total", hv_profile_string (profile, profile->block_unit));
  return g_strdup (title);
}

char *
hv_report_format_title (const HvProfile *profile)
{
  const char *variant = hv_profile_string (profile, profile->variant);
  GString *title = g_string_new (strcmp (profile->format, "dhat") == 0 ? "DHAT" : profile->format);

  if (*variant)
    g_string_append_printf (title, " %s", variant);
  if (profile->sample_period > 1)
    {
      g_autofree char *period = hv_format_bytes (profile->sample_period);
      g_string_append_printf (title, ", sampled every %s", period);
    }
  return g_string_free (title, FALSE);
}
