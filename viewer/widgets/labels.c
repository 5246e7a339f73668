/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "store/units.h"

#include "viewer/widgets/labels.h"

#include <string.h>

const char *
hv_label_metric (HvMetric metric)
{
  switch (metric)
    {
    case HV_METRIC_LIVE_BYTES:
      return _ ("Live bytes");
    case HV_METRIC_LIVE_BLOCKS:
      return _ ("Live blocks");
    case HV_METRIC_PEAK_BYTES:
      return _ ("Bytes at the peak");
    case HV_METRIC_PEAK_BLOCKS:
      return _ ("Blocks at the peak");
    case HV_METRIC_TOTAL_BYTES:
      return _ ("Allocated bytes");
    case HV_METRIC_TOTAL_BLOCKS:
      return _ ("Allocations");
    case HV_METRIC_TEMPORARY_BLOCKS:
      return _ ("Temporary allocations");
    case HV_METRIC_READ_BYTES:
      return _ ("Bytes read");
    case HV_METRIC_WRITE_BYTES:
      return _ ("Bytes written");
    case HV_METRIC_MAX_BYTES:
      return _ ("Largest bytes of the site");
    case HV_METRIC_MAX_BLOCKS:
      return _ ("Most blocks of the site");
    case HV_METRIC_LIFETIME:
      return _ ("Summed lifetimes");
    case HV_METRIC_RAW_LIVE_BYTES:
      return _ ("Live bytes as sampled");
    case HV_METRIC_RAW_LIVE_BLOCKS:
      return _ ("Live blocks as sampled");
    case HV_METRIC_RAW_TOTAL_BYTES:
      return _ ("Allocated bytes as sampled");
    case HV_METRIC_RAW_TOTAL_BLOCKS:
      return _ ("Allocations as sampled");
    case HV_N_METRICS:
      break;
    }
  return "";
}

const char *
hv_label_status (HvStatus status)
{
  switch (status)
    {
    case HV_STATUS_GREW:
      return _ ("grew");
    case HV_STATUS_NEW:
      return C_ ("status of a call path", "new");
    case HV_STATUS_SHRUNK:
      return _ ("shrunk");
    case HV_STATUS_GONE:
      return _ ("gone");
    case HV_STATUS_SAME:
      break;
    }
  return _ ("same");
}

const char *
hv_label_why (const HvDiffRow *row)
{
  gboolean lost = row->delta < 0;

  if (row->status == HV_STATUS_NEW)
    return _ ("new path");
  if (row->status == HV_STATUS_GONE)
    return _ ("path vanished");
  switch (row->why)
    {
    case HV_WHY_MORE_OBJECTS:
      return lost ? _ ("fewer objects") : _ ("more objects");
    case HV_WHY_BIGGER_OBJECTS:
      return lost ? _ ("smaller objects") : _ ("bigger objects");
    case HV_WHY_BOTH:
      return lost ? _ ("fewer and smaller") : _ ("more and bigger");
    case HV_WHY_NONE:
      break;
    }
  return "";
}

const char *
hv_label_of_all (const HvTree *tree)
{
  return tree->dropped[HV_SIDE_CURRENT] ? _ ("of all shown") : _ ("of all");
}

const char *
hv_label_format (const char *format)
{
  if (g_strcmp0 (format, "jemalloc") == 0)
    return _ ("jemalloc dump");
  if (g_strcmp0 (format, "gperftools") == 0)
    return _ ("gperftools dump");
  if (g_strcmp0 (format, "heaptrack") == 0)
    return _ ("heaptrack recording");
  if (g_strcmp0 (format, "dhat") == 0)
    return _ ("DHAT recording");
  return format ? format : "";
}

char *
hv_label_cut (const char *text, guint most)
{
  const char *end = text;

  for (guint i = 0; i < most && *end; i++)
    end = g_utf8_next_char (end);
  if (!*end)
    return g_strdup (text);
  g_autofree char *start = g_strndup (text, (gsize) (g_utf8_prev_char (end) - text));
  return g_strconcat (start, "…", NULL);
}

char *
hv_label_blocks (const HvProfile *profile, int64_t blocks)
{
  g_autofree char *count = hv_format_count (blocks);

  if (profile->block_unit)
    return g_strdup_printf ("%s %s", count, hv_profile_string (profile, profile->block_unit));
  return g_strdup_printf (g_dngettext (HV_GETTEXT_PACKAGE, "%s block", "%s blocks",
                                       (gulong) CLAMP (blocks, 0, 1000000)),
                          count);
}

char *
hv_label_source (const HvKey *key)
{
  if (!key || !*key->file)
    return g_strdup ("");
  if (key->line)
    return g_strdup_printf ("%s:%u", hv_basename (key->file), key->line);
  return g_strdup (hv_basename (key->file));
}

char *
hv_label_place (const HvKey *key)
{
  return !key || *key->file ? hv_label_source (key) : g_strdup (hv_basename (key->module));
}

char *
hv_label_path (const char *path)
{
  const char *home = g_get_home_dir ();
  gsize n = strlen (home);

  while (n > 0 && home[n - 1] == '/')
    n--;
  if (n == 0 || strncmp (path, home, n) != 0 || (path[n] != '/' && path[n] != '\0'))
    return g_filename_display_name (path);
  g_autofree char *shown = g_filename_display_name (path + n);
  return g_strconcat ("~", shown, NULL);
}

char *
hv_plain_value (int64_t value)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT, value);
}

char *
hv_plain_percent (int64_t part, int64_t whole)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  if (whole == 0)
    return g_strdup ("");
  g_ascii_formatd (digits, sizeof digits, "%.2f", 100.0 * (double) part / (double) whole);
  return g_strdup (digits);
}

char *
hv_plain_place (const HvKey *key)
{
  if (!key)
    return g_strdup ("");
  if (!*key->file)
    return g_strdup (key->module);
  return key->line ? g_strdup_printf ("%s:%u", key->file, key->line) : g_strdup (key->file);
}
