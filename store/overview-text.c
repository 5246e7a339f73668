/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "overview-private.h"

/* An overview as the text of a GVariant. Strings are named by their number in a list of them, as
 * call paths have most of their frames in common; NONE: there is none. */

#define NONE UINT32_MAX

/* name, function, module, file, line, caller, path, value, blocks */
#define SITE "(uuuuuuauxx)"
/* metric's name, whole, sites with any of it and with most of it, top */
#define RANKING "(sxuua" SITE ")"
/* kind, metric's name, value, whole, number, name, whether there is a path, path, text */
#define FINDING "(usxxxubauu)"
/* strings, rankings, findings, n_findings, limits as bits */
#define OVERVIEW "(asa" RANKING "a" FINDING "uu)"

/* Of a finding without a metric, and of a ranking that the profile does not tell. */
static const char *
name_of (HvMetric metric)
{
  return metric < HV_N_METRICS ? hv_metric_name (metric) : "";
}

/* --- printing --- */

typedef struct
{
  GHashTable *number; /* text → number; texts borrowed */
  GVariantBuilder list;
  gboolean is_text; /* all of it is UTF-8 */
} Strings;

static uint32_t
number_of (Strings *strings, const char *text)
{
  gpointer number;

  if (text == NULL)
    return NONE;
  if (g_hash_table_lookup_extended (strings->number, text, NULL, &number))
    return GPOINTER_TO_UINT (number);
  strings->is_text &= g_utf8_validate (text, -1, NULL);
  if (!strings->is_text)
    return NONE;
  number = GUINT_TO_POINTER (g_hash_table_size (strings->number));
  g_hash_table_insert (strings->number, (gpointer) text, number);
  g_variant_builder_add (&strings->list, "s", text);
  return GPOINTER_TO_UINT (number);
}

static GVariant *
print_path (Strings *strings, char **path)
{
  GVariantBuilder numbers;

  g_variant_builder_init (&numbers, G_VARIANT_TYPE ("au"));
  for (guint i = 0; path && path[i]; i++)
    g_variant_builder_add (&numbers, "u", number_of (strings, path[i]));
  return g_variant_builder_end (&numbers);
}

static GVariant *
print_ranking (Strings *strings, const HvRanking *ranking)
{
  GVariantBuilder top;

  g_variant_builder_init (&top, G_VARIANT_TYPE ("a" SITE));
  for (guint i = 0; i < ranking->top->len; i++)
    {
      const HvTopSite *site = g_ptr_array_index (ranking->top, i);
      g_variant_builder_add (&top, "(uuuuuu@auxx)", number_of (strings, site->name),
                             number_of (strings, site->function), number_of (strings, site->module),
                             number_of (strings, site->file), site->line,
                             number_of (strings, site->caller), print_path (strings, site->path),
                             site->value, site->blocks);
    }
  return g_variant_new ("(sxuua" SITE ")", name_of (ranking->metric), ranking->whole,
                        ranking->n_sites, ranking->n_most, &top);
}

char *
hv_overview_print (const HvOverview *overview)
{
  g_autoptr (GHashTable) number = g_hash_table_new (g_str_hash, g_str_equal);
  Strings strings = { .number = number, .is_text = TRUE };
  GVariantBuilder rankings, findings;
  uint32_t limits = 0;

  for (HvRankingKind kind = 0; kind < HV_N_RANKINGS; kind++)
    if (overview->ranking[kind].n_due)
      return NULL;
  g_variant_builder_init (&strings.list, G_VARIANT_TYPE ("as"));
  g_variant_builder_init (&rankings, G_VARIANT_TYPE ("a" RANKING));
  g_variant_builder_init (&findings, G_VARIANT_TYPE ("a" FINDING));
  for (HvRankingKind kind = 0; kind < HV_N_RANKINGS; kind++)
    g_variant_builder_add_value (&rankings, print_ranking (&strings, &overview->ranking[kind]));
  for (guint i = 0; i < overview->findings->len; i++)
    {
      const HvFinding *f = g_ptr_array_index (overview->findings, i);
      g_variant_builder_add (&findings, "(usxxxub@auu)", f->kind, name_of (f->metric), f->value,
                             f->whole, f->number, number_of (&strings, f->name), f->path != NULL,
                             print_path (&strings, f->path), number_of (&strings, f->text));
    }
  for (HvLimit limit = 0; limit < HV_N_LIMITS; limit++)
    limits |= overview->limit[limit] ? 1u << limit : 0;
  g_autoptr (GVariant) all = g_variant_ref_sink (
      g_variant_new (OVERVIEW, &strings.list, &rankings, &findings, overview->n_findings, limits));
  return strings.is_text ? g_variant_print (all, FALSE) : NULL;
}

/* --- parsing: a store may come from anywhere --- */

typedef struct
{
  const char **text; /* borrowed from what is parsed */
  gsize n;
} Texts;

/* NULL: none, or there is no such string, which is no text either. */
static const char *
text_at (const Texts *texts, uint32_t number)
{
  return number < texts->n ? texts->text[number] : NULL;
}

static gboolean
parse_path (const Texts *texts, GVariant *numbers, char ***path)
{
  gsize n;
  const uint32_t *number = g_variant_get_fixed_array (numbers, &n, sizeof *number);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (gsize i = 0; i < n; i++)
    {
      const char *name = text_at (texts, number[i]);
      if (name == NULL)
        return FALSE;
      g_strv_builder_add (names, name);
    }
  *path = g_strv_builder_end (names);
  return TRUE;
}

static gboolean
parse_site (const Texts *texts, GVariant *row, GPtrArray *top)
{
  g_autoptr (GVariant) path = NULL;
  uint32_t name, function, module, file, caller;
  HvTopSite *site = g_new0 (HvTopSite, 1);

  g_ptr_array_add (top, site);
  g_variant_get (row, "(uuuuuu@auxx)", &name, &function, &module, &file, &site->line, &caller,
                 &path, &site->value, &site->blocks);
  site->name = g_strdup (text_at (texts, name));
  site->function = g_strdup (text_at (texts, function));
  site->module = g_strdup (text_at (texts, module));
  site->file = g_strdup (text_at (texts, file));
  site->caller = g_strdup (text_at (texts, caller));
  return site->name && site->function && site->module && site->file
         && parse_path (texts, path, &site->path);
}

static gboolean
parse_ranking (const Texts *texts, GVariant *row, HvRanking *ranking)
{
  g_autoptr (GVariant) top = NULL;
  const char *metric;

  g_variant_get (row, "(&sxuu@a" SITE ")", &metric, &ranking->whole, &ranking->n_sites,
                 &ranking->n_most, &top);
  ranking->metric = hv_metric_parse (metric);
  gsize n = g_variant_n_children (top);
  if (n > HV_MAX_TOP || (n && (ranking->metric == HV_N_METRICS || ranking->whole <= 0)))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) site = g_variant_get_child_value (top, i);
      if (!parse_site (texts, site, ranking->top))
        return FALSE;
    }
  return TRUE;
}

/* Whether it has what is said of every finding of its kind. */
static gboolean
is_whole (const HvFinding *finding)
{
  switch (finding->kind)
    {
    case HV_FINDING_PATH:
    case HV_FINDING_SITE:
    case HV_FINDING_UNRESOLVED:
    case HV_FINDING_NAMELESS:
      return finding->name != NULL;
    case HV_FINDING_NOTE:
      return finding->text != NULL;
    case HV_FINDING_CUT:
    case HV_FINDING_GREW:
    case HV_FINDING_TEMPORARY:
    case HV_FINDING_LIVE:
    case HV_FINDING_RSS:
    case HV_FINDING_SAMPLED:
      return TRUE;
    }
  return FALSE;
}

static gboolean
parse_finding (const Texts *texts, GVariant *row, GPtrArray *findings)
{
  g_autoptr (GVariant) path = NULL;
  HvFinding *finding = g_new0 (HvFinding, 1);
  uint32_t kind, name, text;
  const char *metric;
  gboolean has_path;

  g_ptr_array_add (findings, finding);
  g_variant_get (row, "(u&sxxxub@auu)", &kind, &metric, &finding->value, &finding->whole,
                 &finding->number, &name, &has_path, &path, &text);
  finding->kind = (HvFindingKind) kind;
  finding->metric = hv_metric_parse (metric);
  finding->name = g_strdup (text_at (texts, name));
  finding->text = g_strdup (text_at (texts, text));
  return finding->metric < HV_N_METRICS && is_whole (finding)
         && (!has_path || parse_path (texts, path, &finding->path));
}

static gboolean
parse (HvOverview *overview, GVariant *all)
{
  g_autoptr (GVariant) rankings = NULL, findings = NULL, list = NULL;
  g_autofree const char **text = NULL;
  Texts texts = { 0 };
  uint32_t limits;

  g_variant_get (all, "(@as@a" RANKING "@a" FINDING "uu)", &list, &rankings, &findings,
                 &overview->n_findings, &limits);
  texts.text = text = g_variant_get_strv (list, &texts.n);
  if (g_variant_n_children (rankings) != HV_N_RANKINGS
      || overview->n_findings > g_variant_n_children (findings))
    return FALSE;
  for (gsize i = 0; i < HV_N_RANKINGS; i++)
    {
      g_autoptr (GVariant) ranking = g_variant_get_child_value (rankings, i);
      if (!parse_ranking (&texts, ranking, &overview->ranking[i]))
        return FALSE;
    }
  for (gsize i = 0; i < g_variant_n_children (findings); i++)
    {
      g_autoptr (GVariant) finding = g_variant_get_child_value (findings, i);
      if (!parse_finding (&texts, finding, overview->findings))
        return FALSE;
    }
  for (HvLimit limit = 0; limit < HV_N_LIMITS; limit++)
    overview->limit[limit] = (limits & 1u << limit) != 0;
  return TRUE;
}

HvOverview *
hv_overview_parse (const char *text)
{
  g_autoptr (GVariant) all = g_variant_parse (G_VARIANT_TYPE (OVERVIEW), text, NULL, NULL, NULL);
  g_autoptr (HvOverview) overview = all ? _hv_overview_new () : NULL;

  return overview && parse (overview, all) ? g_steal_pointer (&overview) : NULL;
}
