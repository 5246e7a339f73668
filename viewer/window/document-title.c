/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include <inttypes.h>
#include <string.h>

#include "store/units.h"
#include "viewer/widgets/labels.h"

#include "viewer/window/document-title.h"

static char *
profile_name (const HvProfile *profile)
{
  g_autofree char *name = g_filename_display_basename (profile->path ? profile->path : "-");
  return strcmp (name, "-") == 0 ? g_strdup (_ ("standard input")) : g_steal_pointer (&name);
}

static char *
moment_name (const HvProfile *profile, uint32_t at)
{
  if (at == HV_AT_PEAK)
    return g_strdup (_ ("the peak"));
  if (at >= profile->n_moments)
    return g_strdup (_ ("the end"));
  const HvMoment *moment = &profile->moment[at];
  if (moment->time >= 0 && profile->time_unit != HV_TIME_NONE)
    return hv_format_time (profile, moment->time);
  return g_strdup_printf (_ ("dump %" PRId64), moment->number);
}

char *
hv_document_title (const HvReport *r)
{
  g_autofree char *current = profile_name (r->profile);

  if (r->base == r->profile)
    {
      g_autofree char *from = moment_name (r->base, r->base_at);
      g_autofree char *to = moment_name (r->profile, r->at);
      /* Translators: a file, and the moments that are compared */
      return g_strdup_printf (_ ("%s: %s compared with %s"), current, to, from);
    }
  if (r->base)
    {
      g_autofree char *base = profile_name (r->base);
      return g_strdup_printf (_ ("%s compared with %s"), current, base);
    }
  return g_steal_pointer (&current);
}

char *
hv_document_subtitle (const HvReport *report)
{
  const HvProfile *profile = report->profile;
  g_autoptr (GString) text = g_string_new (hv_label_format (profile->format));

  if (profile->sample_period > 0)
    {
      g_autofree char *period = hv_format_bytes (profile->sample_period);
      g_string_append_printf (text, _ (" · 1 in %s sampled"), period);
    }
  if (profile->duration > 0 && profile->time_unit != HV_TIME_NONE)
    {
      g_autofree char *time = hv_format_time (profile, profile->duration);
      g_string_append_printf (text, " · %s", time);
    }
  if (profile->command)
    g_string_append_printf (text, " · %s", hv_profile_string (profile, profile->command));
  if (profile->incomplete)
    g_string_append (text, _ (" · the file is cut short"));
  return g_string_free (g_steal_pointer (&text), FALSE);
}
