/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <string.h>

#include "store/units.h"
#include "viewer/widgets/labels.h"

#include "viewer/widgets/finding-text.h"

/* A longer name would push the rest of its sentence out of sight. */
#define MAX_NAME 64

static const char *
whole_text (const HvProfile *profile, HvMetric metric)
{
  switch (metric)
    {
    case HV_METRIC_PEAK_BYTES:
      return _ ("of the peak");
    case HV_METRIC_LIVE_BYTES:
      return profile->column[HV_METRIC_PEAK_BYTES] ? _ ("of what is live at the end")
                                                   : _ ("of the live bytes");
    case HV_METRIC_TOTAL_BYTES:
      return profile->byte_unit ? _ ("of all units") : _ ("of all allocated bytes");
    case HV_METRIC_TEMPORARY_BLOCKS:
      return _ ("of all temporary allocations");
    default:
      return _ ("of all allocations");
    }
}

char *
hv_share_text (const HvProfile *profile, HvMetric metric, int64_t part, int64_t whole)
{
  g_autofree char *share = hv_format_percent (part, whole);

  /* Translators: "61.2 %", and the text of which it is a part: "of the peak" */
  return g_strdup_printf (C_ ("share of a whole", "%s %s"), share, whole_text (profile, metric));
}

static char *
bold_name (const char *name)
{
  g_autofree char *cut = hv_label_cut (name, MAX_NAME);

  return g_markup_printf_escaped ("<b>%s</b>", cut);
}

/* A file can name the unit of its bytes. */
static char *
value_markup (const HvProfile *profile, HvMetric metric, int64_t value)
{
  g_autofree char *text = hv_format_value (profile, metric, value);

  return g_markup_escape_text (text, -1);
}

static char *
live_markup (const HvProfile *profile, const HvFinding *finding)
{
  g_autofree char *value = hv_format_bytes (finding->value);
  g_autofree char *share = hv_format_percent (finding->value, finding->whole);
  g_autofree char *count = finding->number ? hv_format_count (finding->number) : g_strdup ("…");
  GString *text = g_string_new (NULL);

  g_string_append_printf (text,
                          profile->incomplete
                              ? _ ("%s are live where the recording stops, %s of the peak.")
                              : _ ("%s are still live at the end, %s of the peak."),
                          value, share);
  g_string_append_c (text, ' ');
  g_string_append_printf (text,
                          g_dngettext (HV_GETTEXT_PACKAGE, "%s function holds 90 %% of it.",
                                       "%s functions hold 90 %% of it.",
                                       (gulong) (finding->number ? finding->number : 2)),
                          count);
  if (profile->suppressed_bytes > 0)
    {
      g_autofree char *suppressed = hv_format_bytes (profile->suppressed_bytes);
      g_string_append_c (text, ' ');
      g_string_append_printf (text, _ ("%s of it are suppressed as known leaks."), suppressed);
    }
  return g_string_free (text, FALSE);
}

static char *
temporary_markup (const HvProfile *profile, const HvFinding *finding)
{
  g_autofree char *value = hv_format_count (finding->value);
  g_autofree char *whole = hv_format_count (finding->whole);
  g_autofree char *share = hv_format_percent (finding->value, finding->whole);
  g_autofree char *number = hv_format_count (finding->number);
  g_autofree char *name = finding->name ? bold_name (finding->name) : NULL;
  GString *text = g_string_new (NULL);

  g_string_append_printf (text,
                          _ ("%s of all allocations are temporary (%s of %s): freed before "
                             "anything else was allocated."),
                          share, value, whole);
  if (name)
    {
      g_string_append_c (text, ' ');
      g_string_append_printf (text, _ ("Most are in %s: %s."), name, number);
    }
  return g_string_free (text, FALSE);
}

static char *
sampled_markup (const HvProfile *profile, const HvFinding *finding)
{
  g_autofree char *period = hv_format_bytes (finding->number);
  g_autofree char *whole = value_markup (profile, finding->metric, finding->whole);
  g_autofree char *error = value_markup (profile, finding->metric, finding->value);
  g_autofree char *share = hv_format_percent (finding->value, finding->whole);

  return g_strdup_printf (_ ("All numbers are estimates: one sample every %s on average. The "
                             "total, %s, is good to ±%s (%s of it); what is smaller is less sure."),
                          period, whole, error, share);
}

static char *
finding_markup (const HvProfile *profile, const HvFinding *finding)
{
  g_autofree char *name = finding->name ? bold_name (finding->name) : NULL;
  g_autofree char *value = value_markup (profile, finding->metric, finding->value);
  g_autofree char *whole_value = value_markup (profile, finding->metric, finding->whole);
  g_autofree char *of_whole = hv_share_text (profile, finding->metric, finding->value,
                                             finding->whole);

  switch (finding->kind)
    {
    case HV_FINDING_CUT:
      return g_strdup (profile->column[HV_METRIC_PEAK_BYTES] && profile->n_moments
                           ? _ ("The recording is cut short: what was freed after its end counts "
                                "as live.")
                           : _ ("The file is cut short: what was after its end is in no number."));
    case HV_FINDING_PATH:
      /* Translators: "61.2 % of the peak", a function, "179 MiB" */
      return g_strdup_printf (_ ("%s is under one path: %s, %s."), of_whole, name, value);
    case HV_FINDING_SITE:
      return g_strdup_printf (_ ("%s is allocated in one function: %s, %s."), of_whole, name,
                              value);
    case HV_FINDING_GREW:
      return g_strdup_printf (_ ("The last dump holds %s more than the first, which held %s."),
                              value, whole_value);
    case HV_FINDING_TEMPORARY:
      return temporary_markup (profile, finding);
    case HV_FINDING_LIVE:
      return live_markup (profile, finding);
    case HV_FINDING_RSS:
      return g_strdup_printf (_ ("At least %s of the peak RSS, %s, were not in the heap: code, "
                                 "stacks, mapped files, and memory the allocator keeps."),
                              value, whole_value);
    case HV_FINDING_SAMPLED:
      return sampled_markup (profile, finding);
    case HV_FINDING_UNRESOLVED:
      return g_strdup_printf (_ ("%s is in stacks with names missing: there are no symbols for "
                                 "%s."),
                              of_whole, name);
    case HV_FINDING_NAMELESS:
      return g_strdup_printf (_ ("%s was allocated by code without a name, most of it by %s: "
                                 "debug information was missing when it was recorded."),
                              of_whole, name);
    case HV_FINDING_NOTE:
      return g_markup_escape_text (finding->text, -1);
    }
  return g_strdup ("");
}

char *
hv_finding_markup (const HvProfile *profile, const HvFinding *finding)
{
  g_autofree char *markup = finding_markup (profile, finding);
  GString *text = g_string_new (markup);

  /* "27.6 %" and "107 MiB" are one word each */
  g_string_replace (text, " %", "\u00a0%", 0);
  g_string_replace (text, " MiB", "\u00a0MiB", 0);
  return g_string_free (text, FALSE);
}

char *
hv_finding_brief (const HvProfile *profile, const HvFinding *finding)
{
  g_autofree char *name = finding->name ? hv_label_cut (finding->name, MAX_NAME) : NULL;
  g_autofree char *share = hv_format_percent (finding->value, finding->whole);
  g_autofree char *value = hv_format_value (profile, finding->metric, finding->value);
  g_autofree char *of_whole = hv_share_text (profile, finding->metric, finding->value,
                                             finding->whole);

  switch (finding->kind)
    {
    case HV_FINDING_CUT:
      return g_strdup (_ ("cut short"));
    case HV_FINDING_PATH:
    case HV_FINDING_SITE:
      return g_strdup_printf (_ ("%s in %s"), of_whole, name);
    case HV_FINDING_GREW:
      return g_strdup_printf (_ ("grew by %s"), value);
    case HV_FINDING_TEMPORARY:
      return g_strdup_printf (_ ("%s temporary"), share);
    case HV_FINDING_LIVE:
      return g_strdup_printf (_ ("%s live at the end"), value);
    case HV_FINDING_RSS:
      return g_strdup_printf (_ ("%s not in the heap"), value);
    case HV_FINDING_SAMPLED:
      return g_strdup (_ ("estimated from samples"));
    case HV_FINDING_UNRESOLVED:
    case HV_FINDING_NAMELESS:
      return g_strdup_printf (_ ("%s without names"), share);
    case HV_FINDING_NOTE:
      break;
    }
  return g_strdup ("");
}

const char *
hv_ranking_title (const HvProfile *profile, const HvRanking *ranking)
{
  switch (ranking->metric)
    {
    case HV_METRIC_PEAK_BYTES:
      return _ ("Top Sites at the Peak");
    case HV_METRIC_LIVE_BYTES:
      return profile->column[HV_METRIC_PEAK_BYTES] ? _ ("Top Sites Live at the End")
             : profile->n_moments > 1              ? _ ("Top Sites Live in the Last Dump")
                                                   : _ ("Top Live Sites");
    case HV_METRIC_TOTAL_BYTES:
      return profile->byte_unit ? _ ("Top Sites by Units") : _ ("Top Sites by Allocated Bytes");
    case HV_METRIC_TOTAL_BLOCKS:
      return _ ("Top Sites by Allocations");
    default:
      return _ ("Top Sites by Temporary Allocations");
    }
}

static char *
moments_text (const HvProfile *profile)
{
  if (!profile->column[HV_METRIC_PEAK_BYTES])
    return g_strdup (_ ("No timeline: the file holds sums over the whole run only."));
  if (strcmp (profile->format, "dhat") == 0)
    return g_strdup (_ ("No timeline: DHAT keeps sums over the whole run, the moment of the peak "
                        "(t-gmax) and the end."));
  return g_strdup (_ ("No timeline: only the peak and the end are known."));
}

char *
hv_limit_text (const HvProfile *profile, HvLimit limit)
{
  switch (limit)
    {
    case HV_LIMIT_ONE_MOMENT:
      return moments_text (profile);
    case HV_LIMIT_ONE_DUMP:
      return g_strdup (_ ("No timeline: a dump is one moment. Dumps in one folder open together as "
                          "a series over time."));
    case HV_LIMIT_NO_PEAK:
      return g_strdup (_ ("No peak: a dump does not tell what was live at another moment."));
    case HV_LIMIT_NO_LIVE:
      return g_strdup (
          _ ("No live bytes: this mode of DHAT counts events, none of them is undone."));
    case HV_LIMIT_NO_TOTAL:
      return g_strdup (strcmp (profile->format, "jemalloc") == 0
                           ? _ ("No totals: jemalloc counts what was freed again only with "
                                "prof_accum:true.")
                           : _ ("No totals: only what is live is in the file."));
    case HV_LIMIT_NO_TEMPORARY:
      return g_strdup (_ ("No temporary allocations: only heaptrack tells the order of allocating "
                          "and freeing."));
    case HV_LIMIT_NO_RSS:
      return g_strdup (_ ("No RSS: the memory of the process outside the heap was not recorded."));
    case HV_LIMIT_NO_THREADS:
      return g_strdup (_ ("No threads: the file does not tell which thread allocated."));
    case HV_LIMIT_SAMPLED:
      {
        g_autofree char *period = hv_format_bytes (profile->sample_period);
        return g_strdup_printf (_ ("No rare allocations: what allocated much less than %s in all "
                                   "may be missing."),
                                period);
      }
    case HV_N_LIMITS:
      break;
    }
  return g_strdup ("");
}
