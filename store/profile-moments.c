/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "large-array.h"
#include "time-axis.h"

#include <math.h>
#include <string.h>

static HvMetric
peak_metric (HvMetric metric)
{
  switch (metric)
    {
    case HV_METRIC_LIVE_BYTES:
    case HV_METRIC_PEAK_BYTES:
      return HV_METRIC_PEAK_BYTES;
    case HV_METRIC_LIVE_BLOCKS:
    case HV_METRIC_PEAK_BLOCKS:
      return HV_METRIC_PEAK_BLOCKS;
    default:
      return HV_N_METRICS;
    }
}

gboolean
hv_profile_has (const HvProfile *profile, HvMetric metric, uint32_t at)
{
  if (at == HV_AT_PEAK)
    return peak_metric (metric) < HV_N_METRICS && profile->column[peak_metric (metric)];
  if (at == HV_AT_END || at + 1 == profile->n_moments)
    return profile->column[metric] != NULL;
  return at < profile->n_moments && (profile->row_metrics & 1u << metric);
}

const int64_t *
hv_profile_values_borrowed (const HvProfile *profile, HvMetric metric, uint32_t at)
{
  if (!hv_profile_has (profile, metric, at))
    return NULL;
  if (at == HV_AT_PEAK)
    return profile->column[peak_metric (metric)];
  return at >= profile->n_moments || at + 1 == profile->n_moments ? profile->column[metric] : NULL;
}

int64_t *
hv_profile_values (const HvProfile *profile, HvMetric metric, uint32_t at)
{
  if (!hv_profile_has (profile, metric, at))
    return NULL;

  int64_t *values = hv_large_new0 (int64_t, MAX (1, profile->n_sites));
  const int64_t *column = hv_profile_values_borrowed (profile, metric, at);
  if (column)
    {
      if (profile->n_sites)
        memcpy (values, column, profile->n_sites * sizeof (int64_t));
      return values;
    }

  const int64_t *row = profile->row[metric];
  uint64_t end = profile->moment[at + 1].first_row;
  for (uint64_t r = 0; r < end; r++)
    values[profile->row_site[r]] = row[r];
  return values;
}

static gboolean
parse_time (const HvProfile *profile, const char *text, int64_t *time)
{
  char *end;
  double value = g_ascii_strtod (text, &end);
  double per_second = hv_time_unit_per_second (profile->time_unit);

  if (per_second <= 0 || end == text || !isfinite (value) || value < 0)
    return FALSE;
  if (strcmp (end, "s") == 0)
    value *= per_second;
  else if (strcmp (end, "ms") == 0)
    value *= per_second / 1e3;
  else if (strcmp (end, "min") == 0)
    value *= per_second * 60;
  else
    return FALSE;
  *time = value < 9e18 ? (int64_t) value : INT64_MAX;
  return TRUE;
}

gboolean
hv_profile_parse_moment (const HvProfile *profile, const char *text, uint32_t *at, GError **error)
{
  int64_t time;
  guint64 number;

  if (strcmp (text, "end") == 0)
    {
      *at = HV_AT_END;
      return TRUE;
    }
  if (strcmp (text, "peak") == 0)
    {
      *at = HV_AT_PEAK;
      if (profile->column[HV_METRIC_PEAK_BYTES] || profile->column[HV_METRIC_PEAK_BLOCKS])
        return TRUE;
      g_set_error (error, HV_ERROR, HV_ERROR_USAGE, "%s: this profile does not tell its peak",
                   profile->path);
      return FALSE;
    }
  if (profile->n_moments == 0)
    {
      g_set_error (error, HV_ERROR, HV_ERROR_USAGE, "%s: this profile has no moments but its end%s",
                   profile->path, profile->column[HV_METRIC_PEAK_BYTES] ? " and its peak" : "");
      return FALSE;
    }
  if (parse_time (profile, text, &time))
    {
      if (time < profile->moment[0].time)
        {
          g_set_error (error, HV_ERROR, HV_ERROR_USAGE,
                       "%s: nothing is known of %s: the first moment recorded is %.3f s",
                       profile->path, text,
                       (double) profile->moment[0].time
                           / (profile->time_unit == HV_TIME_MICROSECONDS ? 1e6 : 1e3));
          return FALSE;
        }
      /* what was live at a time is what the last moment at or before it says */
      uint32_t found = 0;
      for (uint32_t i = 0; i < profile->n_moments && profile->moment[i].time <= time; i++)
        found = i;
      *at = found;
      return TRUE;
    }
  if (g_ascii_string_to_unsigned (text, 10, 0, INT64_MAX, &number, NULL))
    for (uint32_t i = 0; i < profile->n_moments; i++)
      if (profile->moment[i].number == (int64_t) number)
        {
          *at = i;
          return TRUE;
        }
  g_set_error (error, HV_ERROR, HV_ERROR_USAGE,
               "%s: no moment “%s”: say end, peak, a time such as 12.5s or a dump's number",
               profile->path, text);
  return FALSE;
}
