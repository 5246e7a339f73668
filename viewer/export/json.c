/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export.h"

#include <cjson/cJSON.h>
#include <math.h>

#define SCHEMA "heapview.report/1"

/* cJSON keeps numbers as doubles; ours must stay exact beyond 2^53. */
static void
add_int (cJSON *object, const char *name, int64_t value)
{
  char text[24];

  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, value);
  cJSON_AddRawToObject (object, name, text);
}

static void
add_known (cJSON *object, const char *name, int64_t value)
{
  if (value >= 0)
    add_int (object, name, value);
}

static void
add_text (cJSON *object, const char *name, const char *text)
{
  if (text && *text)
    cJSON_AddStringToObject (object, name, text);
}

/* A time in the profile's unit as NAME_ms, or NAME_instructions. */
static void
add_time (cJSON *object, const char *name, const HvProfile *profile, int64_t time)
{
  g_autofree char *ms = g_strconcat (name, "_ms", NULL);
  g_autofree char *instructions = g_strconcat (name, "_instructions", NULL);

  if (time < 0)
    return;
  switch (profile->time_unit)
    {
    case HV_TIME_MILLISECONDS:
      add_int (object, ms, time);
      break;
    case HV_TIME_MICROSECONDS:
      add_int (object, ms, time / 1000);
      break;
    case HV_TIME_INSTRUCTIONS:
      add_int (object, instructions, time);
      break;
    case HV_TIME_NONE:
    default:
      break;
    }
}

static void
add_share (cJSON *object, const char *name, double share)
{
  cJSON_AddNumberToObject (object, name, round (share * 10000) / 10000);
}

/* The modules whose frames had to be given names. */
static void
add_modules (cJSON *object, const HvProfile *profile)
{
  int64_t total = hv_profile_total (profile, profile->default_metric);
  cJSON *modules = cJSON_AddArrayToObject (object, "modules");

  for (uint32_t m = 0; m < profile->n_modules; m++)
    {
      const HvModule *module = &profile->module[m];
      if (module->status == 0)
        continue;
      cJSON *out = cJSON_CreateObject ();
      cJSON_AddStringToObject (out, "path", hv_profile_string (profile, module->path));
      add_text (out, "build_id", hv_profile_string (profile, module->build_id));
      cJSON_AddStringToObject (out, "status", hv_profile_string (profile, module->status));
      add_text (out, "verdict", hv_module_verdict_text (module->verdict));
      add_int (out, "unresolved_bytes", module->unresolved);
      add_share (out, "share", total > 0 ? (double) module->unresolved / (double) total : 0);
      cJSON *tried = cJSON_AddArrayToObject (out, "tried");
      g_auto (GStrv) lines = g_strsplit (hv_profile_string (profile, module->tried), "\n", -1);
      for (char **line = lines; *line; line++)
        if (**line)
          cJSON_AddItemToArray (tried, cJSON_CreateString (*line));
      cJSON_AddItemToArray (modules, out);
    }
}

/* Functions that are not shown, and what that leaves of the stacks' frames. */
static void
add_folded (cJSON *object, const HvTreeFolded *folded)
{
  cJSON *out = cJSON_AddObjectToObject (object, "folded");

  add_int (out, "allocator", folded->allocator);
  add_int (out, "async", folded->async);
  add_int (out, "entry", folded->entry);
  add_int (out, "stacks", (int64_t) folded->stacks);
  add_int (out, "frames", (int64_t) folded->frames);
  add_int (out, "frames_shown", (int64_t) folded->shown);
}

static void
add_profile (cJSON *object, const HvProfile *profile, const HvTreeFolded *folded)
{
  cJSON *out = cJSON_AddObjectToObject (object, "profile");
  cJSON *warnings;

  cJSON_AddStringToObject (out, "path", profile->path);
  cJSON_AddStringToObject (out, "format", profile->format);
  add_text (out, "variant", hv_profile_string (profile, profile->variant));
  add_text (out, "command", hv_profile_string (profile, profile->command));
  add_known (out, "pid", profile->pid);
  add_known (out, "sample_period", profile->sample_period);
  add_time (out, "duration", profile, profile->duration);
  add_text (out, "byte_unit", hv_profile_string (profile, profile->byte_unit));
  add_text (out, "block_unit", hv_profile_string (profile, profile->block_unit));
  if (profile->n_moments)
    add_int (out, "moments", profile->n_moments);
  if (profile->incomplete)
    cJSON_AddTrueToObject (out, "incomplete");
  warnings = cJSON_AddArrayToObject (out, "warnings");
  for (guint i = 0; i < profile->warnings->len; i++)
    cJSON_AddItemToArray (warnings, cJSON_CreateString (g_ptr_array_index (profile->warnings, i)));
  add_folded (out, folded);
  add_modules (out, profile);
}

static void
add_totals (cJSON *object, const HvProfile *profile)
{
  cJSON *out = cJSON_AddObjectToObject (object, "totals");

  for (int m = 0; m < HV_N_METRICS; m++)
    if (profile->column[m] && hv_metric_adds_up ((HvMetric) m))
      add_int (out, hv_metric_column ((HvMetric) m), hv_profile_total (profile, (HvMetric) m));
  if (profile->column[HV_METRIC_PEAK_BYTES])
    add_time (out, "peak_time", profile, profile->peak_time);
  add_known (out, "peak_rss_bytes", profile->peak_rss_bytes);
  add_known (out, "suppressed_bytes", profile->suppressed_bytes);
}

static cJSON *
path_array (const HvTree *tree, uint32_t node)
{
  cJSON *out = cJSON_CreateArray ();
  g_autoptr (GArray) path = hv_tree_path (tree, node);

  for (guint i = 0; i < path->len; i++)
    cJSON_AddItemToArray (
        out, cJSON_CreateString (hv_tree_label (tree, g_array_index (path, uint32_t, i))));
  return out;
}

static void
add_site_name (cJSON *site, const HvReport *report, const HvRow *row)
{
  cJSON_AddStringToObject (site, "function", hv_report_row_label (report, row));
  if (row->key == HV_NO_KEY)
    return;
  const HvKey *key = &report->rows_tree->key[row->key];
  add_text (site, "module", key->module);
  add_text (site, "file", key->file);
  if (key->line)
    add_int (site, "line", key->line);
}

static void
add_profile_sites (cJSON *root, const HvReport *report)
{
  const HvTree *tree = report->rows_tree;
  cJSON *sites = cJSON_AddArrayToObject (root, "sites"), *rest;
  HvReportRows rows;

  hv_report_rows (report, report->top, &rows);
  for (guint i = 0; i < rows.rows->len; i++)
    {
      const HvRow *row = &g_array_index (rows.rows, HvDiffRow, i).row;
      cJSON *site = cJSON_CreateObject ();
      add_site_name (site, report, row);
      add_int (site, "self", row->self[HV_SIDE_CURRENT][HV_SLOT_COST]);
      add_int (site, "inclusive", row->incl[HV_SIDE_CURRENT][HV_SLOT_COST]);
      if (tree->has_partner)
        add_int (site, hv_metric_is_bytes (tree->metric) ? "self_blocks" : "self_bytes",
                 row->self[HV_SIDE_CURRENT][HV_SLOT_PARTNER]);
      cJSON_AddItemToObject (site, "stack", path_array (tree, row->node));
      cJSON_AddItemToArray (sites, site);
    }
  rest = cJSON_AddObjectToObject (root, "rest");
  add_int (rest, "sites", rows.rest.n);
  add_int (rest, "self", rows.rest.self[HV_SIDE_CURRENT][HV_SLOT_COST]);
  hv_report_rows_clear (&rows);
}

static void
add_diff_sites (cJSON *root, const HvReport *report)
{
  const HvTree *tree = report->rows_tree;
  gboolean bytes = hv_metric_is_bytes (tree->metric);
  cJSON *sites = cJSON_AddArrayToObject (root, "sites"), *rest;
  HvReportRows rows;

  hv_report_rows (report, report->top, &rows);
  for (guint i = 0; i < rows.rows->len; i++)
    {
      const HvDiffRow *row = &g_array_index (rows.rows, HvDiffRow, i);
      cJSON *site = cJSON_CreateObject ();
      add_site_name (site, report, &row->row);
      cJSON_AddStringToObject (site, "status", hv_status_name (row->status));
      add_int (site, "base", row->base);
      add_int (site, "current", row->current);
      add_int (site, "delta", row->delta);
      if (tree->has_partner)
        add_int (site, bytes ? "delta_blocks" : "delta_bytes", row->delta_partner);
      if (row->error >= 0)
        add_int (site, "error", (int64_t) llround (MIN (row->error, 9e18)));
      cJSON_AddBoolToObject (site, "significant", row->significant);
      add_text (site, "why", hv_why_name (row->why, row->delta < 0));
      cJSON_AddItemToObject (site, "stack", path_array (tree, row->row.node));
      cJSON_AddItemToArray (sites, site);
    }
  rest = cJSON_AddObjectToObject (root, "rest");
  add_int (rest, "sites", rows.rest.n);
  add_int (rest, "base", rows.rest.self[HV_SIDE_BASE][HV_SLOT_COST]);
  add_int (rest, "current", rows.rest.self[HV_SIDE_CURRENT][HV_SLOT_COST]);
  add_int (rest, "delta",
           rows.rest.self[HV_SIDE_CURRENT][HV_SLOT_COST]
               - rows.rest.self[HV_SIDE_BASE][HV_SLOT_COST]);
  hv_report_rows_clear (&rows);
}

static void
add_diff (cJSON *root, const HvReport *report)
{
  const HvDiff *diff = report->rows_diff;
  const HvWaterfall *w = &diff->waterfall;
  cJSON *side = cJSON_AddObjectToObject (root, "base"), *out;
  g_autofree char *summary = hv_diff_summary (diff);

  add_profile (side, report->base, &report->tree->folded_of[HV_SIDE_BASE]);
  add_totals (side, report->base);
  side = cJSON_AddObjectToObject (root, "current");
  add_profile (side, report->profile, &report->tree->folded_of[HV_SIDE_CURRENT]);
  add_totals (side, report->profile);
  cJSON_AddStringToObject (root, "metric", hv_metric_name (report->metric));
  cJSON_AddStringToObject (root, "group_by", hv_group_name (report->tree->options.group));

  out = cJSON_AddObjectToObject (root, "waterfall");
  add_int (out, "base", w->base);
  add_int (out, "grew", w->grew);
  add_int (out, "new", w->added);
  add_int (out, "shrunk", w->shrunk);
  add_int (out, "gone", w->gone);
  add_int (out, "current", w->current);

  out = cJSON_AddObjectToObject (root, "match");
  add_share (out, "base_share", diff->base_matched);
  add_share (out, "current_share", diff->current_matched);

  out = cJSON_AddObjectToObject (root, "trunk");
  add_share (out, "share", diff->trunk_share);
  cJSON_AddItemToObject (out, "frames", path_array (diff->tree, diff->trunk_node));

  add_diff_sites (root, report);
  cJSON_AddStringToObject (root, "summary", summary);
}

/* "budget": what of it holds. */
static void
add_budget (cJSON *root, const GArray *results)
{
  cJSON *list = cJSON_AddArrayToObject (root, "budget");

  for (guint i = 0; i < results->len; i++)
    {
      const HvBudgetResult *r = &g_array_index (results, HvBudgetResult, i);
      cJSON *item = cJSON_CreateObject ();
      add_int (item, "line", r->line);
      cJSON_AddStringToObject (item, "pattern", r->pattern);
      cJSON_AddStringToObject (item, "metric", hv_metric_name (r->metric));
      add_int (item, "limit", r->limit);
      add_int (item, "tolerance", r->tolerance);
      add_int (item, "value", r->value);
      cJSON_AddBoolToObject (item, "exceeded", hv_budget_exceeded (r));
      cJSON_AddItemToArray (list, item);
    }
}

static gboolean
write_json (const HvReport *report, GString *out, GError **error)
{
  cJSON *root = cJSON_CreateObject ();

  cJSON_AddStringToObject (root, "schema", SCHEMA);
  cJSON_AddStringToObject (root, "kind", report->diff ? "diff" : "profile");
  if (report->diff)
    add_diff (root, report);
  else
    {
      add_profile (root, report->profile, &report->tree->folded_of[HV_SIDE_CURRENT]);
      add_totals (root, report->profile);
      cJSON_AddStringToObject (root, "metric", hv_metric_name (report->metric));
      cJSON_AddStringToObject (root, "group_by", hv_group_name (report->tree->options.group));
      add_profile_sites (root, report);
    }
  if (report->budget)
    add_budget (root, report->budget);

  char *text = cJSON_Print (root);
  cJSON_Delete (root);
  if (text == NULL)
    {
      g_set_error (error, HV_ERROR, HV_ERROR_STORE, "no memory for the JSON report");
      return FALSE;
    }
  g_string_append (out, text);
  g_string_append_c (out, '\n');
  cJSON_free (text);
  return TRUE;
}

const HvExporter hv_export_json = { "json", write_json };
