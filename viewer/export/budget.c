/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export.h"

#include "store/units.h"

/* Left of the text, right of the number. */
static void
append_padded (GString *out, const char *text, int width)
{
  int pad = width - (int) g_utf8_strlen (text, -1);

  g_string_append_printf (out, "%*s%s", MAX (pad, 0), "", text);
}

void
hv_report_write_budget (const HvReport *report, GString *out)
{
  const GArray *results = report->budget;
  guint exceeded = 0;

  for (guint i = 0; i < results->len; i++)
    exceeded += hv_budget_exceeded (&g_array_index (results, HvBudgetResult, i)) != 0;
  g_string_append_printf (out, "%s: %u of %u limits exceeded\n", report->profile->path, exceeded,
                          results->len);
  for (guint i = 0; i < results->len; i++)
    {
      const HvBudgetResult *r = &g_array_index (results, HvBudgetResult, i);
      g_autofree char *value = hv_format_value (report->profile, r->metric, r->value);
      g_autofree char *limit = hv_format_value (report->profile, r->metric, r->limit);
      g_autofree char *tolerance = hv_format_value (report->profile, r->metric, r->tolerance);
      g_string_append (out, hv_budget_exceeded (r) ? "  exceeded " : "  within   ");
      append_padded (out, value, 9);
      g_string_append (out, " of ");
      append_padded (out, limit, 9);
      g_string_append_printf (out, "  %-16s  %s  (line %u", hv_metric_title (r->metric), r->pattern,
                              r->line);
      if (r->tolerance)
        g_string_append_printf (out, ", tolerance %s", tolerance);
      g_string_append (out, ")\n");
    }
}
