/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "diff.h"

#include "large-array.h"
#include "tree-private.h"
#include "units.h"

#include <math.h>
#include <string.h>

/* ui.md §3.3-11: a change below a thousandth of the larger total is noise to whoever reads it. */
#define THRESHOLD_DIVISOR 1000
/* ui.md §3.3-7: the trunk goes on while one child carries this share of the growth. */
#define TRUNK_SHARE 0.8
/* ui.md §3.3-10 */
#define BAD_MATCH 0.7

const char *
hv_status_name (HvStatus status)
{
  static const char *const names[] = { "same", "grew", "new", "shrunk", "gone" };

  return names[status];
}

const char *
hv_why_name (HvWhy why, gboolean lost)
{
  switch (why)
    {
    case HV_WHY_MORE_OBJECTS:
      return lost ? "fewer objects" : "more objects";
    case HV_WHY_BIGGER_OBJECTS:
      return lost ? "smaller objects" : "bigger objects";
    case HV_WHY_BOTH:
      return "both";
    case HV_WHY_NONE:
    default:
      return "";
    }
}

static HvStatus
status_of (int64_t base, int64_t current)
{
  if (base == current)
    return HV_STATUS_SAME;
  if (current > base)
    return base == 0 ? HV_STATUS_NEW : HV_STATUS_GREW;
  return current == 0 ? HV_STATUS_GONE : HV_STATUS_SHRUNK;
}

HvStatus
hv_diff_status (const HvDiff *diff, uint32_t node)
{
  return status_of (diff->tree->self[HV_SIDE_BASE][HV_SLOT_COST][node],
                    diff->tree->self[HV_SIDE_CURRENT][HV_SLOT_COST][node]);
}

static void
add_to_waterfall (HvWaterfall *w, HvStatus status, int64_t delta)
{
  switch (status)
    {
    case HV_STATUS_GREW:
      w->grew += delta;
      w->n_grew++;
      break;
    case HV_STATUS_NEW:
      w->added += delta;
      w->n_added++;
      break;
    case HV_STATUS_SHRUNK:
      w->shrunk -= delta;
      w->n_shrunk++;
      break;
    case HV_STATUS_GONE:
      w->gone -= delta;
      w->n_gone++;
      break;
    case HV_STATUS_SAME:
    default:
      break;
    }
}

static void
find_trunk (HvDiff *diff)
{
  const HvTree *tree = diff->tree;
  uint32_t at = 0;

  if (diff->growth[0] == 0)
    return;
  /* no two children have so much of it */
  for (uint32_t n = 1; n < tree->n_nodes; n++)
    if (tree->parent[n] == at
        && (double) diff->growth[n] >= TRUNK_SHARE * (double) diff->growth[at])
      at = n;
  diff->trunk_node = at;
  diff->trunk_share = (double) diff->growth[at] / (double) diff->growth[0];
}

/* A path that is new in a program both dumps know is a finding; frames that one side has never
 * heard of, throughout, mean that the two cannot be compared. So it is frames that count here. */
static void
find_matches (HvDiff *diff)
{
  const HvTree *tree = diff->tree;
  g_autofree uint8_t *seen = g_new0 (uint8_t, MAX (1, tree->n_keys));
  g_autofree uint32_t *depth = hv_large_new (uint32_t, tree->n_nodes);
  g_autofree uint32_t *known = hv_large_new (uint32_t, tree->n_nodes);
  double *const share[HV_N_SIDES] = {
    [HV_SIDE_CURRENT] = &diff->current_matched, [HV_SIDE_BASE] = &diff->base_matched
  };

  depth[0] = 0;
  for (uint32_t n = 1; n < tree->n_nodes; n++)
    {
      depth[n] = depth[tree->parent[n]] + 1;
      for (guint side = 0; side < HV_N_SIDES; side++)
        if (tree->incl[side][HV_SLOT_COST][n])
          seen[tree->node_key[n]] |= (uint8_t) (1u << side);
    }
  for (guint side = 0; side < HV_N_SIDES; side++)
    {
      uint8_t other = (uint8_t) (1u << (1 - side));
      double whole = 0, matched = 0;
      known[0] = 0;
      for (uint32_t n = 0; n < tree->n_nodes; n++)
        {
          double cost = fabs ((double) tree->self[side][HV_SLOT_COST][n]);
          if (n)
            known[n] = known[tree->parent[n]] + ((seen[tree->node_key[n]] & other) != 0);
          whole += cost;
          matched += depth[n] ? cost * known[n] / depth[n] : cost;
        }
      *share[side] = whole > 0 ? matched / whole : 1;
    }
}

static gpointer
match_thread (gpointer diff)
{
  find_matches (diff);
  return NULL;
}

/* Δ = Δcount × average of base + count of current × Δaverage (ui.md §3.3-9): which part explains
 * it. */
static HvWhy
explain (int64_t base, int64_t current, int64_t base_blocks, int64_t current_blocks)
{
  double delta = (double) current - (double) base;

  if (delta == 0 || base_blocks < 0 || current_blocks < 0 || (!base_blocks && !current_blocks))
    return HV_WHY_NONE;
  if (base_blocks == 0 || current_blocks == 0)
    return HV_WHY_MORE_OBJECTS;

  double average = (double) base / (double) base_blocks;
  double by_count = ((double) current_blocks - (double) base_blocks) * average / delta;
  if (by_count >= TRUNK_SHARE)
    return HV_WHY_MORE_OBJECTS;
  return by_count <= 1 - TRUNK_SHARE ? HV_WHY_BIGGER_OBJECTS : HV_WHY_BOTH;
}

/* Inside one process a sampled object stays sampled until it is freed, so only the bytes that
 * changed are uncertain; two processes are two independent samples. */
static double
standard_error (const HvDiff *diff, const HvDiffRow *row)
{
  double variance = row->row.variance, both = (double) row->base + (double) row->current;

  if (diff->tree->variance[0] == NULL)
    return -1;
  if (diff->same_process && both > 0)
    variance *= MIN (1, fabs ((double) row->delta) / both);
  return sqrt (variance);
}

static int
compare_rows (gconstpointer a, gconstpointer b, gpointer user)
{
  const HvTree *tree = user;
  const HvDiffRow *x = a, *y = b;

  if (x->delta != y->delta)
    return x->delta > y->delta ? -1 : 1;
  if (x->current != y->current)
    return x->current > y->current ? -1 : 1;
  int by_label = strcmp (x->row.key == HV_NO_KEY ? "" : tree->key[x->row.key].label,
                         y->row.key == HV_NO_KEY ? "" : tree->key[y->row.key].label);
  return by_label ? by_label : (x->row.node > y->row.node) - (x->row.node < y->row.node);
}

/* FALSE: on neither side is any of it. */
static gboolean
make_row (const HvDiff *diff, const HvRow *row, HvDiffRow *d)
{
  const HvTree *tree = diff->tree;
  const int64_t *base = row->self[HV_SIDE_BASE], *current = row->self[HV_SIDE_CURRENT];
  gboolean bytes = hv_metric_is_bytes (tree->metric);

  if (base[HV_SLOT_COST] == 0 && current[HV_SLOT_COST] == 0)
    return FALSE;
  *d = (HvDiffRow){ .row = *row, .base = base[HV_SLOT_COST], .current = current[HV_SLOT_COST] };
  d->delta = d->current - d->base;
  d->status = status_of (d->base, d->current);
  d->error = standard_error (diff, d);
  d->significant = ABS (d->delta) > 0 && ABS (d->delta) >= diff->threshold
                   && (double) ABS (d->delta) >= 2 * d->error;
  if (tree->has_partner)
    {
      d->delta_partner = current[HV_SLOT_PARTNER] - base[HV_SLOT_PARTNER];
      if (bytes)
        d->why = explain (d->base, d->current, base[HV_SLOT_PARTNER], current[HV_SLOT_PARTNER]);
    }
  if (!bytes && d->delta)
    d->why = HV_WHY_MORE_OBJECTS;
  return TRUE;
}

/* What the summary says of the rows. */
struct HvDiffSummary
{
  HvDiffRow largest; /* the first of hv_diff_rows() */
  gboolean any;      /* there is one */
  uint32_t below;    /* the threshold */
};

typedef struct
{
  const HvDiff *diff;
  struct HvDiffSummary *summary;
} Summing;

static void
add_to_summary (const HvRow *row, gpointer user)
{
  Summing *summing = user;
  struct HvDiffSummary *summary = summing->summary;
  HvDiffRow d;

  if (!make_row (summing->diff, row, &d))
    return;
  summary->below += d.delta != 0 && !d.significant;
  if (!summary->any || compare_rows (&d, &summary->largest, summing->diff->tree) < 0)
    summary->largest = d;
  summary->any = TRUE;
}

/* Newly allocated. */
static struct HvDiffSummary *
summarise (const HvDiff *diff)
{
  Summing summing = { diff, g_new0 (struct HvDiffSummary, 1) };

  _hv_tree_each_row (diff->tree, add_to_summary, &summing);
  return summing.summary;
}

static const char *
unit_text (const HvProfile *profile, uint32_t unit, const char *fallback)
{
  return unit ? hv_profile_string (profile, unit) : fallback;
}

HvDiff *
hv_diff_new (const HvProfile *base, uint32_t base_at, const HvProfile *current, uint32_t current_at,
             HvMetric metric, const HvTreeOptions *options, GError **error)
{
  const char *base_unit = unit_text (base, base->byte_unit, "bytes");
  const char *current_unit = unit_text (current, current->byte_unit, "bytes");

  if (strcmp (base_unit, current_unit) != 0)
    {
      g_set_error (error, HV_ERROR, HV_ERROR_USAGE, "%s counts %s and %s counts %s: no comparison",
                   base->path, base_unit, current->path, current_unit);
      return NULL;
    }

  HvTree *tree = hv_tree_new_pair (base, base_at, current, current_at, metric, options, error);
  if (tree == NULL)
    return NULL;

  HvDiff *diff = g_new0 (HvDiff, 1);
  uint32_t n = tree->n_nodes;
  const int64_t *was = tree->self[HV_SIDE_BASE][HV_SLOT_COST];
  const int64_t *is = tree->self[HV_SIDE_CURRENT][HV_SLOT_COST];
  HvWaterfall *w = &diff->waterfall;

  diff->tree = tree;
  GThread *matches = _hv_tree_fork (n, match_thread, diff);
  diff->base = base;
  diff->current = current;
  diff->growth = hv_large_new0 (int64_t, n);
  diff->shrink = hv_large_new0 (int64_t, n);
  for (uint32_t i = n; i-- > 0;)
    {
      int64_t delta = is[i] - was[i];
      add_to_waterfall (w, status_of (was[i], is[i]), delta);
      if (delta > 0)
        diff->growth[i] += delta;
      else
        diff->shrink[i] -= delta;
      if (i)
        {
          diff->growth[tree->parent[i]] += diff->growth[i];
          diff->shrink[tree->parent[i]] += diff->shrink[i];
        }
    }
  w->base = tree->incl[HV_SIDE_BASE][HV_SLOT_COST][0];
  w->current = tree->incl[HV_SIDE_CURRENT][HV_SLOT_COST][0];
  diff->threshold = MAX (w->base, w->current) / THRESHOLD_DIVISOR;
  diff->same_process = base == current
                       || (base->process_key && base->process_key == current->process_key);

  if (tree->options.rows_alone)
    _hv_tree_set_order (tree, diff->growth, diff->shrink);
  else
    _hv_tree_sort (tree, diff->growth, diff->shrink);
  find_trunk (diff);
  if (tree->options.rows_alone)
    diff->summary = summarise (diff);
  _hv_tree_join (matches);
  return diff;
}

void
hv_diff_free (HvDiff *diff)
{
  if (diff == NULL)
    return;
  hv_tree_free (diff->tree);
  g_free (diff->summary);
  g_free (diff->growth);
  g_free (diff->shrink);
  g_free (diff);
}

typedef struct
{
  const HvDiff *diff;
  GArray *rows;
} AllRows;

static void
append_row (const HvRow *row, gpointer user)
{
  AllRows *all = user;
  HvDiffRow d;

  if (make_row (all->diff, row, &d))
    g_array_append_val (all->rows, d);
}

GArray *
hv_diff_rows (const HvDiff *diff)
{
  AllRows all = { diff, g_array_new (FALSE, TRUE, sizeof (HvDiffRow)) };

  _hv_tree_each_row (diff->tree, append_row, &all);
  _hv_tree_sort_rows (all.rows, compare_rows, (gpointer) diff->tree);
  return all.rows;
}

/* The largest change first. */
static int
compare_changes (gconstpointer a, gconstpointer b, gpointer user)
{
  const HvDiffRow *x = a, *y = b;
  int64_t change_x = ABS (x->delta), change_y = ABS (y->delta);

  return change_x != change_y ? (change_x > change_y ? -1 : 1) : compare_rows (a, b, user);
}

typedef struct
{
  const HvDiff *diff;
  HvTopRows changes, growth; /* growth: the first of hv_diff_rows() alone */
  HvRowRest *rest;
} Changes;

static void
add_change (const HvRow *row, gpointer user)
{
  Changes *changes = user;
  HvDiffRow d;

  if (!make_row (changes->diff, row, &d))
    return;
  hv_row_rest_add (changes->rest, row, 1);
  _hv_top_rows_add (&changes->changes, &d);
  _hv_top_rows_add (&changes->growth, &d);
}

static int
compare_deltas (gconstpointer a, gconstpointer b)
{
  int64_t x = ((const HvDiffRow *) a)->delta, y = ((const HvDiffRow *) b)->delta;

  return x > y ? -1 : x < y;
}

GArray *
hv_diff_top_rows (const HvDiff *diff, guint most, HvRowRest *rest)
{
  gpointer tree = (gpointer) diff->tree;
  Changes changes = { diff,
                      { .most = most, .compare = compare_changes, .user = tree },
                      { .most = 1, .compare = compare_rows, .user = tree },
                      rest };
  GArray *rows = g_array_new (FALSE, TRUE, sizeof (HvDiffRow));
  g_autoptr (GArray) growth = g_array_new (FALSE, TRUE, sizeof (HvDiffRow));

  *rest = (HvRowRest){ 0 };
  changes.changes.first = rows;
  changes.growth.first = growth;
  _hv_tree_each_row (diff->tree, add_change, &changes);
  gboolean all = rest->n <= most;
  _hv_tree_sort_rows (rows, all ? compare_rows : compare_changes, tree);
  if (!all && most > 0)
    {
      const HvDiffRow *largest = &g_array_index (growth, HvDiffRow, 0);
      gboolean kept = largest->delta <= 0;
      for (guint i = 0; i < rows->len && !kept; i++)
        kept = compare_rows (&g_array_index (rows, HvDiffRow, i), largest, tree) == 0;
      if (!kept)
        g_array_index (rows, HvDiffRow, most - 1) = *largest;
      g_array_sort (rows, compare_deltas);
    }
  for (guint i = 0; i < rows->len; i++)
    hv_row_rest_add (rest, &g_array_index (rows, HvDiffRow, i).row, -1);
  return rows;
}

gboolean
hv_diff_matches_badly (const HvDiff *diff)
{
  return !diff->same_process && diff->waterfall.base && diff->waterfall.current
         && MIN (diff->base_matched, diff->current_matched) < BAD_MATCH;
}

HvMetric
hv_diff_default_metric (const HvProfile *base, const HvProfile *current)
{
  /* what a recorder calls the peak is not the other's */
  return base->default_metric == current->default_metric
                 && strcmp (base->format, current->format) == 0
             ? base->default_metric
             : HV_METRIC_LIVE_BYTES;
}

static void
describe_path (GString *text, const HvDiff *diff, uint32_t node)
{
  const HvTree *tree = diff->tree;
  uint32_t own = hv_tree_own_node (tree, node);
  g_autoptr (GArray) path = hv_tree_path (tree, own);
  guint most = own == node ? 4 : 3, from = path->len > most ? path->len - most : 0;

  if (from)
    g_string_append (text, "… → ");
  for (guint i = from; i < path->len; i++)
    g_string_append_printf (text, "%s%s", i > from ? " → " : "",
                            hv_tree_short_label (tree, g_array_index (path, uint32_t, i)));
  /* how a standard library gets from the program's function to the allocation is its own affair */
  if (own != node)
    g_string_append_printf (text, "%s%s", tree->parent[node] == own ? " → " : " → … → ",
                            hv_tree_short_label (tree, node));
}

static void
describe_largest (GString *text, const HvDiff *diff, const HvDiffRow *row)
{
  const HvProfile *p = diff->current;
  HvMetric metric = diff->tree->metric;
  g_autofree char *share = hv_format_percent (row->delta, diff->growth[0]);
  g_autofree char *delta = hv_format_delta (p, metric, row->delta);

  g_string_append_printf (text, " %s of the growth is one path: %s at ", share, delta);
  describe_path (text, diff, row->row.node);
  if (row->status == HV_STATUS_NEW)
    g_string_append (text, ", which did not exist in base.");
  else if (row->why == HV_WHY_MORE_OBJECTS && diff->tree->has_partner)
    {
      g_autofree char *count = hv_format_count (ABS (row->delta_partner));
      g_string_append_printf (text, ", by %s more blocks (more objects).", count);
    }
  else if (row->why == HV_WHY_BIGGER_OBJECTS && diff->tree->has_partner)
    {
      const int64_t *b = row->row.self[HV_SIDE_BASE], *c = row->row.self[HV_SIDE_CURRENT];
      g_autofree char *before = hv_format_bytes (b[HV_SLOT_COST] / MAX (1, b[HV_SLOT_PARTNER]));
      g_autofree char *after = hv_format_bytes (c[HV_SLOT_COST] / MAX (1, c[HV_SLOT_PARTNER]));
      g_string_append_printf (
          text, ", whose blocks grew from %s to %s on average (bigger objects).", before, after);
    }
  else
    g_string_append (text, row->why == HV_WHY_BOTH ? ", by more and bigger objects." : ".");
}

char *
hv_diff_summary (const HvDiff *diff)
{
  const HvWaterfall *w = &diff->waterfall;
  const HvProfile *p = diff->current;
  HvMetric metric = diff->tree->metric;
  GString *text = g_string_new (NULL);

  if (w->base == 0 && w->current == 0 && (diff->tree->dropped[0] || diff->tree->dropped[1]))
    {
      g_string_append (text, "Nothing in either profile passes the filters.");
      return g_string_free (text, FALSE);
    }
  if (w->grew == 0 && w->added == 0 && w->shrunk == 0 && w->gone == 0)
    {
      g_autofree char *value = hv_format_value (p, metric, w->current);
      g_string_append_printf (text, "No difference: both hold %s in the same call paths.", value);
      return g_string_free (text, FALSE);
    }

  g_autofree char *net = hv_format_delta (p, metric, w->current - w->base);
  g_autofree char *up = hv_format_delta (p, metric, w->grew + w->added);
  g_autofree char *down = hv_format_delta (p, metric, -(w->shrunk + w->gone));
  g_string_append_printf (text, "%s (%s grown or new, %s shrunk or gone).",
                          w->current == w->base ? "No change in total" : net, up, down);

  g_autofree struct HvDiffSummary *made = diff->summary ? NULL : summarise (diff);
  const struct HvDiffSummary *found = diff->summary ? diff->summary : made;
  uint32_t below = found->below;
  const HvDiffRow *first = found->any ? &found->largest : NULL;
  if (first && first->significant && first->delta > 0)
    describe_largest (text, diff, first);
  else if (diff->growth[0] > 0)
    g_string_append (text, " No path grew significantly.");
  if (w->n_added > 1 && w->added * 20 >= diff->growth[0])
    {
      g_autofree char *share = hv_format_percent (w->added, diff->growth[0]);
      g_autofree char *count = hv_format_count (w->n_added);
      g_string_append_printf (text, " %s comes from %s paths that did not exist in base.", share,
                              count);
    }
  if (below)
    {
      g_autofree char *count = hv_format_count (below);
      g_string_append_printf (text, " %s %s below the %s.", count,
                              below == 1 ? "site is" : "sites are",
                              diff->tree->variance[0] ? "noise" : "threshold");
    }
  return g_string_free (text, FALSE);
}
