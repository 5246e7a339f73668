/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profiles.h"
#include "store/time-axis.h"

static HvProfile *
make_profile (HvMomentKind kind, const HvMoment *moments, guint n)
{
  HvProfile *profile = test_profile ((const char *[]){ "main 5 1", NULL });

  profile->time_unit = HV_TIME_MILLISECONDS;
  for (guint i = 0; i < n; i++)
    {
      HvMoment moment = moments[i];
      moment.kind = kind;
      hv_profile_add_moment (profile, &moment);
    }
  hv_profile_seal (profile);
  return profile;
}

static const HvMoment trace[] = {
  { .time = 1000, .total_blocks = 100, .temporary_blocks = 10 },
  { .time = 2000, .total_blocks = 100, .temporary_blocks = 10 },
  { .time = 4000, .total_blocks = 500, .temporary_blocks = 210 },
};

/* A trace's axis begins at zero, a series' at its first dump. */
static void
test_places (void)
{
  g_autoptr (HvProfile) p = make_profile (HV_MOMENT_BUCKET, trace, 3);
  HvTimeAxis axis = hv_time_axis_new (p);

  g_assert_true (axis.timed);
  g_assert_true (axis.from_zero);
  g_assert_cmpfloat (hv_time_axis_place (&axis, 0), ==, 0.25);
  g_assert_cmpfloat (hv_time_axis_place (&axis, 1), ==, 0.5);
  g_assert_cmpfloat (hv_time_axis_place (&axis, 2), ==, 1);
  g_assert_cmpfloat (hv_time_axis_length (&axis), ==, 4);
  g_assert_cmpuint (hv_time_axis_nearest (&axis, -3), ==, 0);
  g_assert_cmpuint (hv_time_axis_nearest (&axis, 0.3), ==, 0);
  g_assert_cmpuint (hv_time_axis_nearest (&axis, 0.4), ==, 1);
  g_assert_cmpuint (hv_time_axis_nearest (&axis, 0.74), ==, 1);
  g_assert_cmpuint (hv_time_axis_nearest (&axis, 0.76), ==, 2);
  g_assert_cmpuint (hv_time_axis_nearest (&axis, 7), ==, 2);

  g_autoptr (HvProfile) dumps = make_profile (HV_MOMENT_DUMP, trace, 3);
  axis = hv_time_axis_new (dumps);
  g_assert_false (axis.from_zero);
  g_assert_cmpfloat (hv_time_axis_place (&axis, 0), ==, 0);
  g_assert_cmpfloat (hv_time_axis_length (&axis), ==, 3);
}

/* Dumps without a clock, or whose clock ran backwards, stand side by side. */
static void
test_untimed (void)
{
  static const HvMoment without[] = { { .time = -1 }, { .time = -1 }, { .time = -1 } };
  static const HvMoment back[] = { { .time = 5 }, { .time = 2 }, { .time = 9 } };
  g_autoptr (HvProfile) p = make_profile (HV_MOMENT_DUMP, without, 3);
  g_autoptr (HvProfile) q = make_profile (HV_MOMENT_DUMP, back, 3);
  HvTimeAxis axis = hv_time_axis_new (p);

  g_assert_false (axis.timed);
  g_assert_cmpfloat (hv_time_axis_place (&axis, 1), ==, 0.5);
  g_assert_cmpfloat (hv_time_axis_length (&axis), ==, 2);
  g_assert_cmpuint (hv_time_axis_nearest (&axis, 0.6), ==, 1);
  axis = hv_time_axis_new (q);
  g_assert_false (axis.timed);

  g_autoptr (HvProfile) one = make_profile (HV_MOMENT_DUMP, trace, 1);
  axis = hv_time_axis_new (one);
  g_assert_cmpfloat (hv_time_axis_place (&axis, 0), ==, 0.5);
  g_assert_cmpuint (hv_time_axis_nearest (&axis, 0.9), ==, 0);
}

static void
expect_flow (const HvFlow *flow, double allocated, double temporary)
{
  g_assert_cmpfloat_with_epsilon (flow->allocated, allocated, 1e-6);
  g_assert_cmpfloat_with_epsilon (flow->temporary, temporary, 1e-6);
}

static void
test_flow (void)
{
  g_autoptr (HvProfile) p = make_profile (HV_MOMENT_BUCKET, trace, 3);
  HvTimeAxis axis = hv_time_axis_new (p);
  HvFlow parts[8];
  double seconds;

  g_assert_true (hv_time_axis_flow (&axis, 0, 1, 4, parts));
  expect_flow (&parts[0], 100, 10);
  expect_flow (&parts[1], 0, 0);
  expect_flow (&parts[2], 200, 100);
  expect_flow (&parts[3], 200, 100);
  /* parts that end between moments */
  g_assert_true (hv_time_axis_flow (&axis, 0, 1, 8, parts));
  expect_flow (&parts[0], 50, 5);
  expect_flow (&parts[1], 50, 5);
  expect_flow (&parts[7], 100, 50);
  /* what is in sight, and what is beyond the axis */
  g_assert_true (hv_time_axis_flow (&axis, 0.75, 1.25, 2, parts));
  expect_flow (&parts[0], 200, 100);
  expect_flow (&parts[1], 0, 0);

  HvFlow at = hv_profile_flow_at (p, 2, &seconds);
  expect_flow (&at, 400, 200);
  g_assert_cmpfloat (seconds, ==, 2);
  at = hv_profile_flow_at (p, 0, &seconds);
  expect_flow (&at, 100, 10);
  g_assert_cmpfloat (seconds, ==, 1);
}

/* Dumps tell nothing of the time before the first, and may not count temporaries, or anything. */
static void
test_absent (void)
{
  static const HvMoment some[] = {
    { .time = -1, .total_blocks = 30, .temporary_blocks = -1 },
    { .time = -1, .total_blocks = 50, .temporary_blocks = -1 },
    { .time = -1, .total_blocks = 45, .temporary_blocks = -1 },
  };
  static const HvMoment none[] = { { .time = 1, .total_blocks = -1 }, { .time = 2 } };
  g_autoptr (HvProfile) p = make_profile (HV_MOMENT_DUMP, some, 3);
  g_autoptr (HvProfile) q = make_profile (HV_MOMENT_DUMP, none, 2);
  HvTimeAxis axis = hv_time_axis_new (p);
  HvFlow parts[2];
  double seconds;

  g_assert_true (hv_time_axis_flow (&axis, 0, 1, 2, parts));
  expect_flow (&parts[0], 20, -1);
  expect_flow (&parts[1], 0, -1); /* it cannot go back */
  HvFlow at = hv_profile_flow_at (p, 0, &seconds);
  expect_flow (&at, -1, -1);
  at = hv_profile_flow_at (p, 1, &seconds);
  expect_flow (&at, 20, -1);
  g_assert_cmpfloat (seconds, ==, -1);
  axis = hv_time_axis_new (q);
  g_assert_false (hv_time_axis_flow (&axis, 0, 1, 2, parts));
  at = hv_profile_flow_at (q, 1, &seconds);
  g_assert_cmpfloat (at.allocated, ==, -1);
}

static void
test_steps (void)
{
  static const double ranges[] = { 0.0004, 0.03, 0.7, 3, 9, 24, 61, 200, 4000, 90000, 1e7 };

  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      double step = hv_time_axis_step (ranges[i], 8);
      g_assert_cmpfloat (step, >, 0);
      g_assert_cmpfloat (ranges[i] / step, <=, 8.001);
      g_assert_cmpfloat (ranges[i] / step, >=, 1.5);
    }
  g_assert_cmpfloat (hv_time_axis_step (24, 8), ==, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/time-axis/places", test_places);
  g_test_add_func ("/time-axis/untimed", test_untimed);
  g_test_add_func ("/time-axis/flow", test_flow);
  g_test_add_func ("/time-axis/absent", test_absent);
  g_test_add_func ("/time-axis/steps", test_steps);
  return g_test_run ();
}
