/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "time-axis.h"

#include <math.h>

double
hv_time_unit_per_second (HvTimeUnit unit)
{
  switch (unit)
    {
    case HV_TIME_MILLISECONDS:
      return 1e3;
    case HV_TIME_MICROSECONDS:
      return 1e6;
    case HV_TIME_INSTRUCTIONS:
    case HV_TIME_NONE:
      break;
    }
  return 0;
}

static gboolean
has_times (const HvProfile *profile)
{
  const HvMoment *m = profile->moment;

  if (m[0].time < 0 || m[profile->n_moments - 1].time <= m[0].time)
    return FALSE;
  for (uint32_t i = 1; i < profile->n_moments; i++)
    if (m[i].time < m[i - 1].time)
      return FALSE;
  return TRUE;
}

HvTimeAxis
hv_time_axis_new (const HvProfile *profile)
{
  HvTimeAxis axis = { .profile = profile, .timed = has_times (profile) };

  /* whenever its first bucket ends */
  axis.from_zero = axis.timed && profile->moment[0].kind == HV_MOMENT_BUCKET;
  axis.first = axis.from_zero ? 0 : profile->moment[0].time;
  axis.last = profile->moment[profile->n_moments - 1].time;
  return axis;
}

double
hv_time_axis_place (const HvTimeAxis *axis, uint32_t moment)
{
  const HvProfile *profile = axis->profile;

  if (profile->n_moments < 2)
    return 0.5;
  if (!axis->timed)
    return (double) moment / (profile->n_moments - 1);
  return (double) (profile->moment[moment].time - axis->first)
         / (double) (axis->last - axis->first);
}

uint32_t
hv_time_axis_nearest (const HvTimeAxis *axis, double place)
{
  uint32_t low = 0, high = axis->profile->n_moments - 1;

  /* the first that is not before it */
  while (low < high)
    {
      uint32_t middle = low + (high - low) / 2;
      if (hv_time_axis_place (axis, middle) < place)
        low = middle + 1;
      else
        high = middle;
    }
  return low > 0
                 && place - hv_time_axis_place (axis, low - 1)
                        < hv_time_axis_place (axis, low) - place
             ? low - 1
             : low;
}

double
hv_time_axis_length (const HvTimeAxis *axis)
{
  double per_second = hv_time_unit_per_second (axis->profile->time_unit);

  return axis->timed && per_second > 0 ? (double) (axis->last - axis->first) / per_second
                                       : axis->profile->n_moments - 1;
}

static int64_t
count_at (const HvTimeAxis *axis, uint32_t moment, gboolean temporary)
{
  const HvMoment *m = &axis->profile->moment[moment];

  return temporary ? m->temporary_blocks : m->total_blocks;
}

/* Blocks from the start up to a place; `*next` is the first moment after the place before and goes
 * on from there. */
static double
counted_until (const HvTimeAxis *axis, double place, gboolean temporary, uint32_t *next)
{
  uint32_t n = axis->profile->n_moments;

  while (*next < n && hv_time_axis_place (axis, *next) <= place)
    ++*next;
  if (*next == 0 && !axis->from_zero)
    return (double) count_at (axis, 0, temporary);
  double before = *next ? (double) count_at (axis, *next - 1, temporary) : 0;
  if (*next == n)
    return before;
  double start = *next ? hv_time_axis_place (axis, *next - 1) : 0;
  double end = hv_time_axis_place (axis, *next);
  double after = (double) count_at (axis, *next, temporary);
  return before + (after - before) * (MAX (place, start) - start) / (end - start);
}

gboolean
hv_time_axis_flow (const HvTimeAxis *axis, double from, double to, guint n, HvFlow *parts)
{
  const HvProfile *profile = axis->profile;
  gboolean temporary = TRUE;

  for (uint32_t m = 0; m < profile->n_moments; m++)
    {
      if (profile->moment[m].total_blocks < 0)
        return FALSE;
      temporary &= profile->moment[m].temporary_blocks >= 0;
    }
  for (int kind = 0; kind < 2; kind++)
    {
      uint32_t next = 0;
      double before = kind && !temporary ? 0 : counted_until (axis, from, kind, &next);
      for (guint i = 0; i < n; i++)
        {
          double until = kind && !temporary
                             ? -1
                             : counted_until (axis, from + (to - from) * (i + 1) / n, kind, &next);
          /* a damaged recording may count backwards */
          *(kind ? &parts[i].temporary
                 : &parts[i].allocated) = kind && !temporary ? -1 : MAX (0, until - before);
          before = until;
        }
    }
  return TRUE;
}

HvFlow
hv_profile_flow_at (const HvProfile *profile, uint32_t moment, double *seconds)
{
  const HvMoment *m = &profile->moment[moment], *before = moment ? m - 1 : NULL;
  double per_second = hv_time_unit_per_second (profile->time_unit);
  HvFlow flow = { -1, -1 };

  *seconds = -1;
  if (!before && m->kind != HV_MOMENT_BUCKET)
    return flow;
  if (m->total_blocks >= 0 && (!before || before->total_blocks >= 0))
    flow.allocated = MAX (0, (double) (m->total_blocks - (before ? before->total_blocks : 0)));
  if (m->temporary_blocks >= 0 && (!before || before->temporary_blocks >= 0))
    flow.temporary = MAX (0,
                          (double) (m->temporary_blocks - (before ? before->temporary_blocks : 0)));
  if (per_second > 0 && m->time >= 0 && (!before || before->time >= 0)
      && m->time > (before ? before->time : 0))
    *seconds = (double) (m->time - (before ? before->time : 0)) / per_second;
  return flow;
}

double
hv_time_axis_step (double range, guint most)
{
  static const double steps[] = { 1,   2,   5,    10,   15,   30,    60,    120,  300,
                                  600, 900, 1800, 3600, 7200, 21600, 43200, 86400 };
  double step = 1;

  if (range >= most)
    {
      for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
        if (range <= steps[i] * most)
          return steps[i];
      return range / most;
    }
  while (step > 1e-6 && range <= step * most / 10)
    step /= 10;
  return range <= step * most / 5 ? step / 5 : range <= step * most / 2 ? step / 2 : step;
}
