/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "series.h"

#include <string.h>

/* What a dump can hold; recordings of a whole run have more, but not for a point in time. */
static const HvMetric followed[] = {
  HV_METRIC_LIVE_BYTES,      HV_METRIC_LIVE_BLOCKS,      HV_METRIC_TOTAL_BYTES,
  HV_METRIC_TOTAL_BLOCKS,    HV_METRIC_RAW_LIVE_BYTES,   HV_METRIC_RAW_LIVE_BLOCKS,
  HV_METRIC_RAW_TOTAL_BYTES, HV_METRIC_RAW_TOTAL_BLOCKS,
};

/* Ids of a dump as ids of the series; 0 is 0 in both. */
typedef struct
{
  HvProfile *series;
  const HvProfile *dump;
  uint32_t *string, *site;
} Mapping;

static uint32_t
map_string (const Mapping *map, uint32_t id)
{
  if (id && map->string[id] == 0)
    map->string[id] = hv_profile_intern (map->series, hv_profile_string (map->dump, id), -1);
  return map->string[id];
}

static void
map_sites (Mapping *map)
{
  HvProfile *series = map->series;
  const HvProfile *dump = map->dump;
  g_autofree uint32_t *frame = g_new0 (uint32_t, dump->n_frames);
  g_autofree uint32_t *node = g_new0 (uint32_t, dump->n_nodes);

  for (uint32_t f = 1; f < dump->n_frames; f++)
    {
      HvFrame one = dump->frame[f];
      one.function = map_string (map, one.function);
      one.file = map_string (map, one.file);
      one.module = map_string (map, one.module);
      frame[f] = hv_profile_frame (series, &one);
    }
  for (uint32_t n = 1; n < dump->n_nodes; n++)
    node[n] = hv_profile_node (series, node[dump->node_parent[n]], frame[dump->node_frame[n]]);
  for (uint32_t s = 0; s < dump->n_sites; s++)
    map->site[s] = hv_profile_site (series, node[dump->site_node[s]]);
}

/* Makes the columns those of the dump and emits a row for each site that changed. */
static void
add_rows (const Mapping *map)
{
  HvProfile *series = map->series;
  const HvProfile *dump = map->dump;
  int64_t *now[HV_N_METRICS] = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (followed); i++)
    {
      HvMetric m = followed[i];
      if (dump->column[m] == NULL && !(series->row_metrics & 1u << m))
        {
          g_clear_pointer (&series->column[m], g_free);
          continue;
        }
      (void) hv_profile_column (series, m);
      now[m] = g_new0 (int64_t, MAX (1, series->n_sites));
      if (dump->column[m])
        for (uint32_t s = 0; s < dump->n_sites; s++)
          now[m][map->site[s]] += dump->column[m][s];
    }
  for (uint32_t s = 0; s < series->n_sites; s++)
    {
      int64_t values[HV_N_METRICS];
      gboolean changed = FALSE;
      int n = 0;

      for (int m = 0; m < HV_N_METRICS; m++)
        if (series->row_metrics & 1u << m)
          {
            changed = changed || now[m][s] != series->column[m][s];
            values[n++] = now[m][s];
          }
      if (changed)
        hv_profile_add_row (series, s, values);
    }
  for (int m = 0; m < HV_N_METRICS; m++)
    if (now[m])
      {
        memcpy (series->column[m], now[m], series->n_sites * sizeof (int64_t));
        g_free (now[m]);
      }
}

static void
take_threads (const Mapping *map)
{
  HvProfile *series = map->series;
  const HvProfile *dump = map->dump;

  series->n_threads = 0;
  series->n_thread_rows = 0;
  for (uint32_t t = 0; t < dump->n_threads; t++)
    hv_profile_add_thread (series, dump->thread_uid[t], map_string (map, dump->thread_name[t]));
  for (uint64_t r = 0; r < dump->n_thread_rows; r++)
    {
      HvThreadRow row = dump->thread_row[r];
      row.site = map->site[row.site];
      hv_profile_add_thread_row (series, &row);
    }
}

static void
add_modules (const Mapping *map)
{
  HvProfile *series = map->series;
  const HvProfile *dump = map->dump;

  for (uint32_t i = 0; i < dump->n_modules; i++)
    {
      HvModule module = dump->module[i];
      gboolean known = FALSE;
      module.path = map_string (map, module.path);
      module.build_id = map_string (map, module.build_id);
      module.status = map_string (map, module.status);
      module.tried = map_string (map, module.tried);
      for (uint32_t k = 0; k < series->n_modules && !known; k++)
        known = series->module[k].path == module.path
                && series->module[k].build_id == module.build_id;
      if (!known)
        hv_profile_add_module (series, &module);
    }
}

/* Whether two warnings say the same but for their numbers. */
static gboolean
same_warning (const char *a, const char *b)
{
  static const char numeric[] = "0123456789.,";

  while (TRUE)
    {
      a += strspn (a, numeric);
      b += strspn (b, numeric);
      if (*a != *b)
        return FALSE;
      if (*a == '\0')
        return TRUE;
      a++, b++;
    }
}

/* A thousand dumps must not warn a thousand times: of those that differ in numbers alone the last
 * one stays. */
static void
warn_once (HvProfile *series, const char *warning)
{
  for (guint i = 0; i < series->warnings->len; i++)
    {
      char **known = (char **) &g_ptr_array_index (series->warnings, i);
      if (same_warning (*known, warning))
        {
          g_free (*known);
          *known = g_strdup (warning);
          return;
        }
    }
  g_ptr_array_add (series->warnings, g_strdup (warning));
}

static void
take_facts (const Mapping *map, const char *label)
{
  HvProfile *series = map->series;
  const HvProfile *dump = map->dump;

  if (series->n_moments && series->sample_period != dump->sample_period)
    {
      g_autofree char *warning = g_strdup_printf (
          "The sampling period changed from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
          " bytes at %s.",
          MAX (1, series->sample_period), MAX (1, dump->sample_period), label);
      warn_once (series, warning);
    }
  series->format = dump->format;
  series->variant = map_string (map, dump->variant);
  series->command = map_string (map, dump->command);
  series->byte_unit = map_string (map, dump->byte_unit);
  series->block_unit = map_string (map, dump->block_unit);
  series->pid = dump->pid;
  series->sample_period = dump->sample_period;
  series->process_key = dump->process_key;
  series->suppressed_bytes = dump->suppressed_bytes;
  series->modules_known = series->modules_known && dump->modules_known;
  series->incomplete = series->incomplete || dump->incomplete;
  series->full = series->full || dump->full;
  /* only what is live, or was allocated so far, can be followed from dump to dump */
  series->default_metric = dump->column[HV_METRIC_LIVE_BYTES] ? HV_METRIC_LIVE_BYTES
                                                              : HV_METRIC_TOTAL_BYTES;
  for (guint i = 0; i < dump->warnings->len; i++)
    warn_once (series, g_ptr_array_index (dump->warnings, i));
}

static int64_t
total_or_absent (const HvProfile *dump, HvMetric metric)
{
  return dump->column[metric] ? hv_profile_total (dump, metric) : -1;
}

void
hv_series_add (HvProfile *series, const HvProfile *dump, const char *label, int64_t number)
{
  g_autofree uint32_t *strings = g_new0 (uint32_t, dump->n_strings);
  g_autofree uint32_t *sites = g_new0 (uint32_t, MAX (1, dump->n_sites));
  Mapping map = { series, dump, strings, sites };
  HvMoment moment = {
    .kind = HV_MOMENT_DUMP,
    .time = -1,
    .number = number,
    .label = hv_profile_intern (series, label, -1),
    .live_bytes = total_or_absent (dump, HV_METRIC_LIVE_BYTES),
    .live_blocks = total_or_absent (dump, HV_METRIC_LIVE_BLOCKS),
    .max_bytes = total_or_absent (dump, HV_METRIC_LIVE_BYTES),
    .total_bytes = total_or_absent (dump, HV_METRIC_TOTAL_BYTES),
    .total_blocks = total_or_absent (dump, HV_METRIC_TOTAL_BLOCKS),
    .temporary_blocks = -1,
    .rss_bytes = -1,
  };

  if (series->n_moments == 0)
    for (gsize i = 0; i < G_N_ELEMENTS (followed); i++)
      if (dump->column[followed[i]])
        series->row_metrics |= 1u << followed[i];
  map_sites (&map);
  if (series->full)
    return;
  take_facts (&map, label);
  take_threads (&map);
  add_modules (&map);
  hv_profile_add_moment (series, &moment);
  add_rows (&map);
}
