/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/i18n.h"

#include "viewer/draw/titles.h"

#include "store/units.h"
#include "viewer/widgets/labels.h"

#include <inttypes.h>
#include <string.h>

static char *
profile_name (const HvProfile *profile)
{
  g_autofree char *name = g_filename_display_basename (profile->path ? profile->path : "-");

  return strcmp (name, "-") == 0 ? g_strdup (_ ("standard input")) : g_steal_pointer (&name);
}

char *
hv_title_moment (const HvProfile *profile, uint32_t at)
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
hv_title_report (const HvReport *r)
{
  g_autofree char *current = profile_name (r->profile);

  if (r->base == r->profile)
    {
      g_autofree char *from = hv_title_moment (r->base, r->base_at);
      g_autofree char *to = hv_title_moment (r->profile, r->at);
      /* Translators: a file, and the moments that are compared */
      return g_strdup_printf (_ ("%s: %s compared with %s"), current, to, from);
    }
  if (!r->base)
    return g_steal_pointer (&current);
  g_autofree char *base = profile_name (r->base);
  return g_strdup_printf (_ ("%s compared with %s"), current, base);
}

char *
hv_title_profile (const HvProfile *profile)
{
  GString *text = g_string_new (hv_label_format (profile->format));

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
    {
      g_autofree char *command = hv_label_cut (hv_profile_string (profile, profile->command),
                                               HV_LABEL_MAX_NAME);
      g_string_append_printf (text, " · %s", command);
    }
  if (profile->incomplete)
    g_string_append (text, _ (" · the file is cut short"));
  return g_string_free (text, FALSE);
}

char *
hv_title_total (const HvReport *r)
{
  const HvTree *tree = r->tree;
  gboolean moment = r->at == HV_AT_PEAK || r->at < r->profile->n_moments;
  int64_t value = tree->n_nodes ? tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0] : 0;
  g_autofree char *at = moment && !r->base ? hv_title_moment (r->profile, r->at) : NULL;
  g_autofree char *amount = hv_format_value (r->profile, r->metric, value);
  GString *text = g_string_new (hv_label_metric (r->metric));

  if (at)
    g_string_append_printf (text, " · %s", at);
  if (r->diff)
    {
      const HvWaterfall *w = &r->diff->waterfall;
      g_autofree char *delta = hv_format_delta (r->profile, r->metric, w->current - w->base);
      g_autofree char *before = hv_format_value (r->base, r->metric, w->base);
      g_autofree char *after = hv_format_value (r->profile, r->metric, w->current);
      g_string_append_printf (text, "   %s → %s   %s", before, after, delta);
    }
  else
    g_string_append_printf (text, "   %s", amount);
  if (!r->diff && tree->has_partner && tree->n_nodes)
    {
      HvMetric partner = hv_metric_partner (r->metric);
      g_autofree char *count = hv_format_value (r->profile, partner,
                                                tree->incl[HV_SIDE_CURRENT][HV_SLOT_PARTNER][0]);
      g_string_append_printf (text, " · %s: %s", hv_label_metric (partner), count);
    }
  return g_string_free (text, FALSE);
}

static void
append_term (GString *text, const HvReport *r, HvStatus status, int64_t value)
{
  g_autofree char *amount = hv_format_delta (r->profile, r->metric, value);

  if (value)
    g_string_append_printf (text, "   %s %s", amount, hv_label_status (status));
}

char *
hv_title_waterfall (const HvReport *r)
{
  if (!r->diff)
    return NULL;
  const HvWaterfall *w = &r->diff->waterfall;
  g_autofree char *before = hv_format_value (r->base, r->metric, w->base);
  g_autofree char *after = hv_format_value (r->profile, r->metric, w->current);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, _ ("base %s"), before);
  append_term (text, r, HV_STATUS_GREW, w->grew);
  append_term (text, r, HV_STATUS_NEW, w->added);
  append_term (text, r, HV_STATUS_SHRUNK, -w->shrunk);
  append_term (text, r, HV_STATUS_GONE, -w->gone);
  g_string_append (text, "   = ");
  g_string_append_printf (text, _ ("current %s"), after);
  return g_string_free (text, FALSE);
}

char *
hv_title_part (const HvReport *r)
{
  const HvTree *tree = r->tree;

  if (!tree->n_nodes
      || (tree->dropped[HV_SIDE_CURRENT] == 0 && (!r->base || tree->dropped[HV_SIDE_BASE] == 0)))
    return NULL;
  g_autofree char *shown = hv_format_value (r->profile, r->metric,
                                            tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0]);
  g_autofree char *all = hv_format_value (r->profile, r->metric, tree->total[HV_SIDE_CURRENT]);
  return g_strdup_printf (_ ("showing %s of %s"), shown, all);
}

static void
append_part (GString *text, char *part)
{
  g_string_append_printf (text, "%s%s", text->len ? " · " : "", part);
  g_free (part);
}

char *
hv_title_question (const HvReport *r)
{
  const HvTreeOptions *o = &r->tree->options;
  GString *text = g_string_new (NULL);

  if (o->bottom_up)
    append_part (text, g_strdup (_ ("Bottom-up")));
  if (o->group != (r->base ? HV_GROUP_STACK : HV_GROUP_FUNCTION))
    append_part (text, g_strdup (hv_title_group (o->group)));
  if (o->thread)
    append_part (text, g_strdup_printf (_ ("Thread: %s"), o->thread));
  if (o->focus)
    append_part (text, g_strdup_printf (_ ("Only: %s"), o->focus));
  if (o->ignore)
    append_part (text, g_strdup_printf (_ ("Without: %s"), o->ignore));
  if (o->hide)
    append_part (text, g_strdup_printf (_ ("Hidden: %s"), o->hide));
  for (guint i = 0; o->transforms && i < o->transforms->len; i++)
    append_part (text, hv_title_transform (o->transforms->pdata[i]));
  if (o->all_frames)
    append_part (text, g_strdup (_ ("All frames")));
  else if (r->tree->folded)
    append_part (text,
                 g_strdup (r->tree->folded_of[HV_SIDE_CURRENT].async ? _ ("Allocator, async folded")
                                                                     : _ ("Allocator folded")));
  return g_string_free (text, text->len == 0);
}

char *
hv_title_transform (const HvTransform *transform)
{
  const char *name = transform->label;

  switch (transform->kind)
    {
    case HV_TRANSFORM_FOCUS:
      return g_strdup_printf (_ ("Focus: %s"), name);
    case HV_TRANSFORM_FOCUS_PATH:
      return g_strdup_printf (_ ("Focus on path: %s"), name);
    case HV_TRANSFORM_FOCUS_SELF:
      return g_strdup_printf (_ ("Focus on self: %s"), name);
    case HV_TRANSFORM_DROP:
      return g_strdup_printf (_ ("Dropped: %s"), name);
    case HV_TRANSFORM_HIDE:
      return g_strdup_printf (_ ("Hidden: %s"), name);
    case HV_TRANSFORM_HIDE_PATH:
      return g_strdup_printf (_ ("Hidden here: %s"), name);
    case HV_TRANSFORM_COLLAPSE:
      return g_strdup_printf (_ ("Collapsed: %s"), name);
    case HV_TRANSFORM_COLLAPSE_MODULE:
      return g_strdup_printf (_ ("Collapsed: %s"), hv_basename (transform->module));
    case HV_TRANSFORM_COLLAPSE_RECURSION:
      return g_strdup_printf (_ ("Recursion collapsed: %s"), name);
    case HV_TRANSFORM_COLLAPSE_DIRECT:
      return g_strdup_printf (_ ("Direct recursion collapsed: %s"), name);
    case HV_N_TRANSFORMS:
      break;
    }
  return NULL;
}

const char *
hv_title_group (HvGroup group)
{
  switch (group)
    {
    case HV_GROUP_FUNCTION:
      return _ ("By function");
    case HV_GROUP_STACK:
      return _ ("By call path");
    case HV_GROUP_LINE:
      return _ ("By line");
    case HV_GROUP_FILE:
      return _ ("By file");
    case HV_GROUP_MODULE:
      return _ ("By module");
    case HV_GROUP_CRATE:
      return _ ("By crate");
    case HV_GROUP_THREAD:
      return _ ("By thread");
    case HV_GROUP_TASK:
      return _ ("By task");
    case HV_N_GROUPS:
      break;
    }
  return "";
}
