/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metric.h"

#include <string.h>

static const struct
{
  const char *name, *column, *title;
  HvMetric partner;
  gboolean bytes, adds_up;
} metrics[HV_N_METRICS] = {
  [HV_METRIC_LIVE_BYTES] = { "live-bytes", "live_bytes", "live bytes", HV_METRIC_LIVE_BLOCKS, 1,
                             1 },
  [HV_METRIC_LIVE_BLOCKS] = { "live-blocks", "live_blocks", "live blocks", HV_METRIC_LIVE_BYTES, 0,
                              1 },
  [HV_METRIC_PEAK_BYTES] = { "peak-bytes", "peak_bytes", "bytes at the peak", HV_METRIC_PEAK_BLOCKS,
                             1, 1 },
  [HV_METRIC_PEAK_BLOCKS] = { "peak-blocks", "peak_blocks", "blocks at the peak",
                              HV_METRIC_PEAK_BYTES, 0, 1 },
  [HV_METRIC_TOTAL_BYTES] = { "total-bytes", "total_bytes", "bytes allocated in total",
                              HV_METRIC_TOTAL_BLOCKS, 1, 1 },
  [HV_METRIC_TOTAL_BLOCKS] = { "total-blocks", "total_blocks", "blocks allocated in total",
                               HV_METRIC_TOTAL_BYTES, 0, 1 },
  [HV_METRIC_TEMPORARY_BLOCKS] = { "temporary-blocks", "temporary_blocks", "temporary blocks",
                                   HV_N_METRICS, 0, 1 },
  [HV_METRIC_READ_BYTES] = { "read-bytes", "read_bytes", "bytes read", HV_N_METRICS, 1, 1 },
  [HV_METRIC_WRITE_BYTES] = { "write-bytes", "write_bytes", "bytes written", HV_N_METRICS, 1, 1 },
  [HV_METRIC_MAX_BYTES] = { "max-bytes", "max_bytes", "maximum bytes of the site",
                            HV_METRIC_MAX_BLOCKS, 1, 0 },
  [HV_METRIC_MAX_BLOCKS] = { "max-blocks", "max_blocks", "blocks at the site's maximum",
                             HV_METRIC_MAX_BYTES, 0, 0 },
  [HV_METRIC_LIFETIME] = { "lifetime", "lifetime", "summed lifetimes", HV_METRIC_TOTAL_BLOCKS, 0,
                           1 },
  [HV_METRIC_RAW_LIVE_BYTES] = { "raw-live-bytes", "raw_live_bytes", "live bytes as sampled",
                                 HV_METRIC_RAW_LIVE_BLOCKS, 1, 1 },
  [HV_METRIC_RAW_LIVE_BLOCKS] = { "raw-live-blocks", "raw_live_blocks", "live blocks as sampled",
                                  HV_METRIC_RAW_LIVE_BYTES, 0, 1 },
  [HV_METRIC_RAW_TOTAL_BYTES] = { "raw-total-bytes", "raw_total_bytes", "total bytes as sampled",
                                  HV_METRIC_RAW_TOTAL_BLOCKS, 1, 1 },
  [HV_METRIC_RAW_TOTAL_BLOCKS] = { "raw-total-blocks", "raw_total_blocks",
                                   "total blocks as sampled", HV_METRIC_RAW_TOTAL_BYTES, 0, 1 },
};

const char *
hv_metric_name (HvMetric metric)
{
  return metrics[metric].name;
}

const char *
hv_metric_column (HvMetric metric)
{
  return metrics[metric].column;
}

const char *
hv_metric_title (HvMetric metric)
{
  return metrics[metric].title;
}

HvMetric
hv_metric_parse (const char *name)
{
  for (int i = 0; i < HV_N_METRICS; i++)
    if (strcmp (name, metrics[i].name) == 0 || strcmp (name, metrics[i].column) == 0)
      return (HvMetric) i;
  return HV_N_METRICS;
}

gboolean
hv_metric_is_bytes (HvMetric metric)
{
  return metrics[metric].bytes;
}

gboolean
hv_metric_adds_up (HvMetric metric)
{
  return metrics[metric].adds_up;
}

HvMetric
hv_metric_partner (HvMetric metric)
{
  return metrics[metric].partner;
}
