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

void
hv_report_rows (const HvReport *report, guint top, HvReportRows *rows)
{
  if (report->rows_diff)
    {
      rows->rows = hv_diff_top_rows (report->rows_diff, top, &rows->rest);
      return;
    }
  g_autoptr (GArray) sites = hv_tree_top_sites (report->rows_tree, top, &rows->rest);
  rows->rows = g_array_sized_new (FALSE, TRUE, sizeof (HvDiffRow), sites->len);
  for (guint i = 0; i < sites->len; i++)
    {
      HvDiffRow row = { .row = g_array_index (sites, HvRow, i) };
      g_array_append_val (rows->rows, row);
    }
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
