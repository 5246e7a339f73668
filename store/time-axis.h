/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "profile.h"

G_BEGIN_DECLS

/* Where the moments of a recording or series lie on an axis from 0 to 1: by their time, or side by
 * side where there is no clock. */
typedef struct
{
  const HvProfile *profile; /* with one moment at least; must outlive the axis */
  gboolean timed;
  gboolean from_zero;  /* a trace begins before its first moment, with nothing */
  int64_t first, last; /* time at 0 and 1 */
} HvTimeAxis;

HvTimeAxis hv_time_axis_new (const HvProfile *profile);
double hv_time_axis_place (const HvTimeAxis *axis, uint32_t moment);

/* The moment nearest to a place. */
uint32_t hv_time_axis_nearest (const HvTimeAxis *axis, double place);

/* How many seconds long the axis is; where there is no clock, how many steps from one moment to the
 * next. */
double hv_time_axis_length (const HvTimeAxis *axis);

/* Blocks allocated, and those of them that were temporary; negative where that is not known. */
typedef struct
{
  double allocated, temporary;
} HvFlow;

/* What was allocated in each of `n` equal parts of the axis between two places, as if it had been
 * allocated evenly from one moment to the next; FALSE where the profile does not tell. */
gboolean hv_time_axis_flow (const HvTimeAxis *axis, double from, double to, guint n, HvFlow *parts);

/* What was allocated since the moment before, and in *seconds; negative where that is not known. */
HvFlow hv_profile_flow_at (const HvProfile *profile, uint32_t moment, double *seconds);

/* How many of it a second has; 0 where it counts no seconds. */
double hv_time_unit_per_second (HvTimeUnit unit);

/* Whole time steps, in seconds, that people count in: so many of them at most are in `range`. */
double hv_time_axis_step (double range, guint most);

G_END_DECLS
