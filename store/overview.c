/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "overview-private.h"

#include <string.h>

/* What holds "most of it". */
#define MOST 0.9

/* Call paths from which on a second thread is worth its while. */
#define LARGE 50000

static void
site_free (gpointer data)
{
  HvTopSite *site = data;

  g_free (site->name);
  g_free (site->function);
  g_free (site->module);
  g_free (site->file);
  g_free (site->caller);
  g_strfreev (site->path);
  g_free (site);
}

static void
finding_free (gpointer data)
{
  HvFinding *finding = data;

  g_free (finding->name);
  g_strfreev (finding->path);
  g_free (finding->text);
  g_free (finding);
}

static HvTree *
ask_tree (const HvProfile *profile, HvMetric metric)
{
  const HvTreeOptions options = { .group = HV_GROUP_FUNCTION };

  return metric < HV_N_METRICS && hv_profile_has (profile, metric, HV_AT_END)
             ? hv_tree_new (profile, metric, HV_AT_END, &options, NULL)
             : NULL;
}

static HvTopSite *
site_new (const HvTree *tree, const HvRow *row)
{
  const HvKey *key = &tree->key[row->key];
  uint32_t own = hv_tree_own_node (tree, row->node);
  HvTopSite *site = g_new0 (HvTopSite, 1);

  site->name = g_strdup (key->short_label);
  site->function = g_strdup (key->function);
  site->module = g_strdup (key->module);
  site->file = g_strdup (key->file);
  site->line = key->line;
  site->caller = own != row->node ? g_strdup (hv_tree_short_label (tree, own)) : NULL;
  site->path = hv_tree_path_names (tree, row->node);
  site->value = row->self[HV_SIDE_CURRENT][HV_SLOT_COST];
  site->blocks = tree->has_partner && hv_metric_is_bytes (tree->metric)
                     ? row->self[HV_SIDE_CURRENT][HV_SLOT_PARTNER]
                     : -1;
  return site;
}

/* `rows` are largest first. */
static void
rank (HvRanking *ranking, HvMetric metric, const HvTree *tree, const GArray *rows)
{
  int64_t sum = 0;

  ranking->metric = metric;
  ranking->whole = tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0];
  for (guint i = 0; i < rows->len; i++)
    {
      const HvRow *row = &g_array_index (rows, HvRow, i);
      int64_t value = row->self[HV_SIDE_CURRENT][HV_SLOT_COST];
      if (value <= 0)
        break;
      ranking->n_sites++;
      if ((double) sum < MOST * (double) ranking->whole)
        ranking->n_most++;
      sum += value;
      if (row->key != HV_NO_KEY && ranking->top->len < HV_MAX_TOP)
        g_ptr_array_add (ranking->top, site_new (tree, row));
    }
}

static HvMetric
metric_of (const HvProfile *profile, HvRankingKind kind)
{
  switch (kind)
    {
    case HV_RANKING_PEAK:
      return HV_METRIC_PEAK_BYTES;
    case HV_RANKING_LIVE:
      return HV_METRIC_LIVE_BYTES;
    case HV_RANKING_TOTAL:
      return profile->column[HV_METRIC_TOTAL_BYTES] ? HV_METRIC_TOTAL_BYTES
                                                    : HV_METRIC_TOTAL_BLOCKS;
    case HV_RANKING_TEMPORARY:
      return HV_METRIC_TEMPORARY_BLOCKS;
    case HV_N_RANKINGS:
      break;
    }
  return HV_N_METRICS;
}

static void
find_limits (HvOverview *overview, const HvProfile *profile)
{
  gboolean *limit = overview->limit;
  gboolean recording = profile->column[HV_METRIC_PEAK_BYTES] != NULL;
  gboolean live = profile->column[HV_METRIC_LIVE_BYTES] != NULL;

  limit[HV_LIMIT_ONE_MOMENT] = profile->n_moments <= 1 && (recording || !live);
  limit[HV_LIMIT_ONE_DUMP] = profile->n_moments <= 1 && !recording && live;
  limit[HV_LIMIT_NO_PEAK] = !recording && live;
  limit[HV_LIMIT_NO_LIVE] = !live;
  limit[HV_LIMIT_NO_TOTAL] = !profile->column[HV_METRIC_TOTAL_BYTES]
                             && !profile->column[HV_METRIC_TOTAL_BLOCKS];
  limit[HV_LIMIT_NO_TEMPORARY] = !profile->column[HV_METRIC_TEMPORARY_BLOCKS];
  limit[HV_LIMIT_NO_RSS] = profile->peak_rss_bytes <= 0;
  limit[HV_LIMIT_NO_THREADS] = profile->n_threads == 0;
  limit[HV_LIMIT_SAMPLED] = profile->sample_period > 1;
}

HvOverview *
_hv_overview_new (void)
{
  HvOverview *overview = g_atomic_rc_box_new0 (HvOverview);

  overview->findings = g_ptr_array_new_with_free_func (finding_free);
  for (HvRankingKind kind = 0; kind < HV_N_RANKINGS; kind++)
    {
      overview->ranking[kind].metric = HV_N_METRICS;
      overview->ranking[kind].top = g_ptr_array_new_with_free_func (site_free);
    }
  return overview;
}

static void
add_ranking (HvOverview *overview, const HvProfile *profile, HvRankingKind kind, const HvTree *tree,
             const GArray *rows)
{
  HvMetric metric = metric_of (profile, kind);

  if (tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0] <= 0)
    return;
  rank (&overview->ranking[kind], metric, tree, rows);
  if (metric == profile->default_metric)
    _hv_overview_look (overview, profile, tree, rows);
}

/* For the threads that make the rankings. Only one of these has findings. */
typedef struct
{
  HvOverview *overview;
  const HvProfile *profile;
  const HvTree *tree;
  const GArray *rows;
  gint next; /* atomic: the ranking that is to be made next */
} Work;

static gpointer
work (gpointer data)
{
  Work *w = data;
  gint kind;

  while ((kind = g_atomic_int_add (&w->next, 1)) < HV_N_RANKINGS)
    {
      HvMetric metric = metric_of (w->profile, (HvRankingKind) kind);
      if (w->tree && metric == w->profile->default_metric)
        {
          add_ranking (w->overview, w->profile, (HvRankingKind) kind, w->tree, w->rows);
          continue;
        }
      g_autoptr (HvTree) tree = ask_tree (w->profile, metric);
      g_autoptr (GArray) rows = tree ? hv_tree_rows (tree) : NULL;
      if (tree)
        add_ranking (w->overview, w->profile, (HvRankingKind) kind, tree, rows);
    }
  return NULL;
}

HvOverview *
hv_overview_new (const HvProfile *profile, const HvTree *tree, const GArray *rows)
{
  HvOverview *overview = _hv_overview_new ();
  Work w = { overview, profile, tree, rows, 0 };
  GThread *helper = profile->n_nodes >= LARGE ? g_thread_try_new ("overview", work, &w, NULL)
                                              : NULL;

  work (&w);
  if (helper)
    g_thread_join (helper);
  _hv_overview_conclude (overview, profile);
  find_limits (overview, profile);
  return overview;
}

/* A ranking before its tree is there. */
static void
expect (HvRanking *ranking, const HvProfile *profile, HvMetric metric)
{
  const int64_t *value = profile->column[metric];
  int64_t whole = value ? hv_profile_total (profile, metric) : 0;

  if (whole <= 0)
    return;
  ranking->metric = metric;
  ranking->whole = whole;
  for (uint32_t s = 0; s < profile->n_sites && ranking->n_due < HV_MAX_TOP; s++)
    ranking->n_due += value[s] > 0;
}

HvOverview *
hv_overview_begin (const HvProfile *profile, const HvTree *tree, const GArray *rows)
{
  HvOverview *overview = _hv_overview_new ();

  for (HvRankingKind kind = 0; kind < HV_N_RANKINGS; kind++)
    {
      HvMetric metric = metric_of (profile, kind);
      if (tree && metric == profile->default_metric)
        add_ranking (overview, profile, kind, tree, rows);
      else
        expect (&overview->ranking[kind], profile, metric);
    }
  _hv_overview_conclude (overview, profile);
  find_limits (overview, profile);
  return overview;
}

HvOverview *
hv_overview_ref (HvOverview *overview)
{
  return g_atomic_rc_box_acquire (overview);
}

static void
overview_clear (gpointer data)
{
  HvOverview *overview = data;

  for (HvRankingKind kind = 0; kind < HV_N_RANKINGS; kind++)
    g_clear_pointer (&overview->ranking[kind].top, g_ptr_array_unref);
  g_clear_pointer (&overview->findings, g_ptr_array_unref);
}

void
hv_overview_unref (HvOverview *overview)
{
  g_atomic_rc_box_release_full (overview, overview_clear);
}
