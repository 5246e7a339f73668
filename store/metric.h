/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/* What a site can cost. A metric a format does not hold is absent (a NULL column), never zero. */
typedef enum
{
  HV_METRIC_LIVE_BYTES, /* live at the moment: a dump, the end of a recording */
  HV_METRIC_LIVE_BLOCKS,
  HV_METRIC_PEAK_BYTES, /* live at the moment of the global peak */
  HV_METRIC_PEAK_BLOCKS,
  HV_METRIC_TOTAL_BYTES, /* allocated over the whole run (DHAT copy: copied; ad-hoc: units) */
  HV_METRIC_TOTAL_BLOCKS,
  HV_METRIC_TEMPORARY_BLOCKS, /* freed before the next allocation */
  HV_METRIC_READ_BYTES,
  HV_METRIC_WRITE_BYTES,
  HV_METRIC_MAX_BYTES, /* the site's own maximum: does not add up over sites */
  HV_METRIC_MAX_BLOCKS,
  HV_METRIC_LIFETIME,       /* sum of block lifetimes, in the profile's time unit */
  HV_METRIC_RAW_LIVE_BYTES, /* as sampled, before the estimate is made */
  HV_METRIC_RAW_LIVE_BLOCKS,
  HV_METRIC_RAW_TOTAL_BYTES,
  HV_METRIC_RAW_TOTAL_BLOCKS,
  HV_N_METRICS
} HvMetric;

/* The name on the command line ("live-bytes") and in JSON and SQL ("live_bytes"). Static. */
const char *hv_metric_name (HvMetric metric);
const char *hv_metric_column (HvMetric metric);

/* One or two words for people ("live bytes"); not translated here. Static. */
const char *hv_metric_title (HvMetric metric);

/* The metric called `name`, or HV_N_METRICS. */
HvMetric hv_metric_parse (const char *name);

/* Whether the unit is bytes (else a count, or time for the lifetime). */
gboolean hv_metric_is_bytes (HvMetric metric);

/* Whether the values of the sites sum to a total that means something. */
gboolean hv_metric_adds_up (HvMetric metric);

/* The count of the same blocks for a metric of bytes, and the reverse; HV_N_METRICS where there is
 * none. */
HvMetric hv_metric_partner (HvMetric metric);

G_END_DECLS
