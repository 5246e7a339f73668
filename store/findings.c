/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "overview-private.h"

#include <math.h>

/* Less of the whole in one place is nothing to point at. */
#define WORTH 0.25

/* Below a call that holds so much of everything there is still everything: main(), the event loop.
 */
#define EVERYTHING 0.9

/* How much of the cost may branch off on the way to a call that names its cause better. */
#define KEPT 0.8

/* Allocations for nothing, growth over a series, code without a name: less is in every program. */
#define TEMPORARY 0.1
#define GROWTH 0.05
#define NAMELESS 0.1
#define UNRESOLVED 0.01

/* Left at exit by nearly every program: the C library's own, buffers of the standard streams. */
#define LEFT 0.01

/* Every process has some MiB of code, libraries and stacks. */
#define PLAIN_PROCESS (16 << 20)

static HvFinding *
add (HvOverview *overview, HvFindingKind kind, HvMetric metric, int64_t value, int64_t whole)
{
  HvFinding *finding = g_new0 (HvFinding, 1);

  finding->kind = kind;
  finding->metric = metric;
  finding->value = value;
  finding->whole = whole;
  g_ptr_array_add (overview->findings, finding);
  return finding;
}

static gboolean
is_part (int64_t part, int64_t whole, double least)
{
  return part > 0 && (double) part >= least * (double) whole;
}

static const HvKey *
key_of (const HvTree *tree, uint32_t node)
{
  return &tree->key[tree->node_key[node]];
}

/* "[truncated]" and the like are no place to look at. */
static gboolean
is_note (const HvTree *tree, uint32_t node)
{
  return (key_of (tree, node)->flags & HV_FRAME_SYNTHETIC) != 0;
}

/* The largest child, 0 where none holds anything. */
static uint32_t
largest_child (const HvTree *tree, uint32_t node)
{
  uint32_t child = tree->child_start[node] < tree->child_start[node + 1]
                       ? tree->child[tree->child_start[node]]
                       : 0;

  return child && tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][child] > 0 ? child : 0;
}

/* The call that most of what branches off the common trunk comes from, as near to its cause as most
 * of it goes, of those with a name if there are any; 0: cost is spread. */
static uint32_t
find_path (const HvTree *tree)
{
  const int64_t *cost = tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST];
  uint32_t branch = largest_child (tree, 0), next;

  while (branch && (is_part (cost[branch], cost[0], EVERYTHING) || is_note (tree, branch))
         && (next = largest_child (tree, branch)) && is_part (cost[next], cost[0], WORTH))
    branch = next;
  /* what ends or spreads there is a site's, or nobody's */
  if (!branch || !is_part (cost[branch], cost[0], WORTH)
      || is_part (cost[branch], cost[0], EVERYTHING) || is_note (tree, branch))
    return 0;

  uint32_t deepest = branch, named = 0;
  for (uint32_t n = branch; n && is_part (cost[n], cost[branch], KEPT); n = largest_child (tree, n))
    {
      if (is_note (tree, n))
        continue;
      deepest = n;
      if (*key_of (tree, n)->function && key_of (tree, n)->category == HV_CATEGORY_APP)
        named = n;
    }
  if (!named && hv_category_is_library (key_of (tree, deepest)->category))
    {
      uint32_t own = hv_tree_own_node (tree, deepest);
      if (own != deepest && !is_part (cost[own], cost[0], EVERYTHING))
        named = own;
    }
  return named ? named : deepest;
}

static void
look_for_places (HvOverview *overview, HvMetric metric, const HvTree *tree, const GArray *rows)
{
  const int64_t *cost = tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST];
  const HvRow *first = rows->len ? &g_array_index (rows, HvRow, 0) : NULL;
  int64_t most = first ? first->self[HV_SIDE_CURRENT][HV_SLOT_COST] : 0;
  gboolean site = first && first->key != HV_NO_KEY && !is_note (tree, first->node)
                  && is_part (most, cost[0], WORTH);
  uint32_t path = find_path (tree);

  /* one function called by one path is one finding */
  if (path && !(site && tree->node_key[path] == first->key))
    {
      HvFinding *finding = add (overview, HV_FINDING_PATH, metric, cost[path], cost[0]);
      finding->name = g_strdup (hv_tree_short_label (tree, path));
      finding->path = hv_tree_path_names (tree, path);
    }
  if (site)
    {
      HvFinding *finding = add (overview, HV_FINDING_SITE, metric, most, cost[0]);
      finding->name = g_strdup (tree->key[first->key].short_label);
      finding->path = hv_tree_path_names (tree, first->node);
    }
}

static void
look_for_names (HvOverview *overview, HvMetric metric, const HvTree *tree, const GArray *rows)
{
  int64_t whole = tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0], nameless = 0;
  const HvRow *first = NULL;

  for (guint i = 0; i < rows->len; i++)
    {
      const HvRow *row = &g_array_index (rows, HvRow, i);
      const HvKey *key = row->key == HV_NO_KEY ? NULL : &tree->key[row->key];
      if (!key || *key->function || (key->flags & HV_FRAME_SYNTHETIC))
        continue;
      nameless += row->self[HV_SIDE_CURRENT][HV_SLOT_COST];
      first = first ? first : row;
    }
  if (!first || !is_part (nameless, whole, NAMELESS))
    return;
  HvFinding *finding = add (overview, HV_FINDING_NAMELESS, metric, nameless, whole);
  finding->name = g_strdup (tree->key[first->key].short_label);
  finding->path = hv_tree_path_names (tree, first->node);
}

static void
look_for_temporary (HvOverview *overview, const HvProfile *profile)
{
  const HvRanking *ranking = &overview->ranking[HV_RANKING_TEMPORARY];
  int64_t value = ranking->whole;
  int64_t all = hv_profile_total (profile, HV_METRIC_TOTAL_BLOCKS);

  if (ranking->metric != HV_METRIC_TEMPORARY_BLOCKS || all <= 0 || !is_part (value, all, TEMPORARY))
    return;
  HvFinding *finding = add (overview, HV_FINDING_TEMPORARY, ranking->metric, value, all);
  if (ranking->top->len == 0)
    return;
  const HvTopSite *most = g_ptr_array_index (ranking->top, 0);
  finding->name = g_strdup (most->name);
  finding->number = most->value;
  finding->path = g_strdupv (most->path);
}

/* The sites' errors are independent: their squares add up. */
static void
look_for_error (HvOverview *overview, const HvProfile *profile, const HvTree *tree)
{
  const double *variance = tree->variance[HV_SIDE_CURRENT];
  double sum = 0;

  for (uint32_t n = 0; n < tree->n_nodes && variance; n++)
    sum += variance[n];
  HvFinding *finding = add (overview, HV_FINDING_SAMPLED, profile->default_metric,
                            (int64_t) llround (MIN (sqrt (sum), 9e18)),
                            tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0]);
  finding->number = profile->sample_period;
}

void
_hv_overview_look (HvOverview *overview, const HvProfile *profile, const HvTree *tree,
                   const GArray *rows)
{
  look_for_places (overview, profile->default_metric, tree, rows);
  look_for_names (overview, profile->default_metric, tree, rows);
  if (profile->sample_period > 1)
    look_for_error (overview, profile, tree);
}

static void
look_at_end (HvOverview *overview, const HvProfile *profile)
{
  int64_t peak = hv_profile_total (profile, HV_METRIC_PEAK_BYTES);
  int64_t live = hv_profile_total (profile, HV_METRIC_LIVE_BYTES);

  if (profile->column[HV_METRIC_PEAK_BYTES] && profile->column[HV_METRIC_LIVE_BYTES]
      && is_part (live, peak, LEFT))
    {
      HvFinding *finding = add (overview, HV_FINDING_LIVE, HV_METRIC_LIVE_BYTES, live, peak);
      finding->number = overview->ranking[HV_RANKING_LIVE].n_most;
    }
  if (profile->column[HV_METRIC_PEAK_BYTES] && profile->peak_rss_bytes > 0
      && profile->peak_rss_bytes - peak >= PLAIN_PROCESS
      && is_part (profile->peak_rss_bytes - peak, profile->peak_rss_bytes, WORTH))
    add (overview, HV_FINDING_RSS, HV_METRIC_PEAK_BYTES, profile->peak_rss_bytes - peak,
         profile->peak_rss_bytes);
}

static void
look_at_series (HvOverview *overview, const HvProfile *profile)
{
  if (profile->n_moments < 2 || profile->moment[0].kind != HV_MOMENT_DUMP)
    return;
  int64_t first = profile->moment[0].live_bytes;
  int64_t last = profile->moment[profile->n_moments - 1].live_bytes;
  if (first >= 0 && last > 0 && is_part (last - first, last, GROWTH))
    add (overview, HV_FINDING_GREW, HV_METRIC_LIVE_BYTES, last - first, first);
}

/* The module whose missing names cost most; a note in brackets, "[vdso]", has no file to find. */
static gboolean
look_at_modules (HvOverview *overview, const HvProfile *profile)
{
  int64_t total = hv_profile_total (profile, profile->default_metric);
  const HvModule *worst = NULL;

  for (uint32_t m = 0; m < profile->n_modules; m++)
    {
      const HvModule *module = &profile->module[m];
      if (module->status && *hv_profile_string (profile, module->path) != '['
          && (!worst || module->unresolved > worst->unresolved))
        worst = module;
    }
  if (!worst || total <= 0 || !is_part (worst->unresolved, total, UNRESOLVED))
    return FALSE;
  HvFinding *finding = add (overview, HV_FINDING_UNRESOLVED, profile->default_metric,
                            worst->unresolved, total);
  finding->name = g_strdup (hv_basename (hv_profile_string (profile, worst->path)));
  return TRUE;
}

static int
by_kind (gconstpointer a, gconstpointer b)
{
  const HvFinding *x = *(const HvFinding *const *) a, *y = *(const HvFinding *const *) b;

  return (int) x->kind - (int) y->kind;
}

void
_hv_overview_conclude (HvOverview *overview, const HvProfile *profile)
{
  GPtrArray *findings = overview->findings;

  if (profile->incomplete)
    add (overview, HV_FINDING_CUT, profile->default_metric, 0, 0);
  look_for_temporary (overview, profile);
  look_at_end (overview, profile);
  look_at_series (overview, profile);
  gboolean unresolved = look_at_modules (overview, profile);
  for (guint i = findings->len; i-- > 0 && unresolved;)
    if (((const HvFinding *) g_ptr_array_index (findings, i))->kind == HV_FINDING_NAMELESS)
      g_ptr_array_remove_index (findings, i);
  overview->n_findings = findings->len;
  for (guint i = 0; i < findings->len; i++)
    overview->n_findings -= ((const HvFinding *) g_ptr_array_index (findings, i))->kind
                            == HV_FINDING_SAMPLED;

  /* those of symbols say what the finding does */
  guint n = unresolved ? MIN (profile->n_file_warnings, profile->warnings->len)
                       : profile->warnings->len;
  for (guint i = 0; i < n; i++)
    add (overview, HV_FINDING_NOTE, profile->default_metric, 0, 0)->text = g_strdup (
        g_ptr_array_index (profile->warnings, i));
  /* stable: a finding a kind, and notes in their order */
  g_ptr_array_sort (findings, by_kind);
}
