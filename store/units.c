/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "units.h"

#include <math.h>

#define MINUS "\u2212"
#define THIN_SPACE "\u202f"

static gboolean use_si;

void
hv_units_set_si (gboolean si)
{
  use_si = si;
}

/* Three significant digits, never in exponent form. */
static char *
three_digits (double value, const char *unit)
{
  int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;

  return g_strdup_printf ("%.*f %s", decimals, value, unit);
}

static char *
magnitude_bytes (uint64_t bytes)
{
  static const char *const iec[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
  static const char *const si[] = { "kB", "MB", "GB", "TB", "PB", "EB" };
  double step = use_si ? 1000 : 1024, value = (double) bytes;
  int unit = -1;

  if (value < step)
    return g_strdup_printf ("%u B", (unsigned) bytes);
  /* 1023.7 KiB would round to 1024 KiB */
  while (unit < 5 && value >= (unit < 0 ? step : step - 0.5))
    {
      value /= step;
      unit++;
    }
  return three_digits (value, use_si ? si[unit] : iec[unit]);
}

static char *
magnitude_count (uint64_t count)
{
  char digits[32];
  int n = g_snprintf (digits, sizeof digits, "%" G_GUINT64_FORMAT, count);
  GString *out = g_string_new (NULL);

  for (int i = 0; i < n; i++)
    {
      if (i && (n - i) % 3 == 0)
        g_string_append (out, THIN_SPACE);
      g_string_append_c (out, digits[i]);
    }
  return g_string_free (out, FALSE);
}

static uint64_t
magnitude (int64_t value)
{
  return value < 0 ? (uint64_t) 0 - (uint64_t) value : (uint64_t) value;
}

static char *
with_sign (char *text, const char *sign)
{
  char *signed_text = g_strconcat (sign, text, NULL);

  g_free (text);
  return signed_text;
}

char *
hv_format_bytes (int64_t bytes)
{
  return with_sign (magnitude_bytes (magnitude (bytes)), bytes < 0 ? MINUS : "");
}

char *
hv_format_count (int64_t count)
{
  return with_sign (magnitude_count (magnitude (count)), count < 0 ? MINUS : "");
}

static char *
magnitude_value (const HvProfile *profile, HvMetric metric, uint64_t value)
{
  if (hv_metric_is_bytes (metric))
    {
      if (profile == NULL || profile->byte_unit == 0)
        return magnitude_bytes (value);
      g_autofree char *count = magnitude_count (value);
      return g_strdup_printf ("%s %s", count, hv_profile_string (profile, profile->byte_unit));
    }
  if (metric == HV_METRIC_LIFETIME && profile)
    return hv_format_time (profile, (int64_t) MIN (value, INT64_MAX));
  return magnitude_count (value);
}

char *
hv_format_value (const HvProfile *profile, HvMetric metric, int64_t value)
{
  return with_sign (magnitude_value (profile, metric, magnitude (value)), value < 0 ? MINUS : "");
}

char *
hv_format_delta (const HvProfile *profile, HvMetric metric, int64_t delta)
{
  return with_sign (magnitude_value (profile, metric, magnitude (delta)), delta < 0   ? MINUS
                                                                          : delta > 0 ? "+"
                                                                                      : "");
}

char *
hv_format_percent (int64_t part, int64_t whole)
{
  if (whole == 0)
    return g_strdup ("–");

  double percent = 100.0 * (double) part / (double) whole;
  const char *sign = percent < 0 ? MINUS : "";
  percent = fabs (percent);
  if (percent > 0 && percent < 0.05)
    return g_strdup_printf ("%s<0.1 %%", sign);
  if (percent < 0.05)
    sign = "";
  return g_strdup_printf ("%s%.*f %%", sign, percent < 99.95 ? 1 : 0, percent);
}

char *
hv_format_time (const HvProfile *profile, int64_t time)
{
  double seconds;

  if (time < 0)
    return g_strdup ("–");
  switch (profile->time_unit)
    {
    case HV_TIME_INSTRUCTIONS:
      if (time < 10000)
        return g_strdup_printf ("%d instr", (int) time);
      return time < 1000000000 ? three_digits ((double) time / 1e6, "Minstr")
                               : three_digits ((double) time / 1e9, "Ginstr");
    case HV_TIME_MILLISECONDS:
      seconds = (double) time / 1e3;
      break;
    case HV_TIME_MICROSECONDS:
      if (time < 1000)
        return g_strdup_printf ("%d µs", (int) time);
      seconds = (double) time / 1e6;
      break;
    case HV_TIME_NONE:
    default:
      return magnitude_count ((uint64_t) time);
    }
  if (seconds < 1)
    return g_strdup_printf ("%.0f ms", seconds * 1e3);
  if (seconds < 60)
    return g_strdup_printf ("%.*f s", seconds < 10 ? 2 : 1, seconds);

  int64_t tenths = (int64_t) (seconds * 10);
  int64_t minutes = tenths / 600;
  if (minutes < 60)
    return g_strdup_printf ("%d:%02d.%d", (int) minutes, (int) (tenths / 10 % 60),
                            (int) (tenths % 10));
  return g_strdup_printf ("%" G_GINT64_FORMAT ":%02d:%02d h", minutes / 60, (int) (minutes % 60),
                          (int) (tenths / 10 % 60));
}
