/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "budget.h"

#include "scope.h"

#include <math.h>
#include <string.h>

#define MAX_LIMITS 10000
/* Sums of a profile are below it. */
#define MAX_LIMIT 4611686018427387904.0 /* 2^62 */

#define TOTAL "total"
#define NEW_PATHS "new-paths"
#define IGNORE "ignore"
#define TOLERANCE "tolerance"

typedef struct
{
  double percent;
  int64_t amount;
} Tolerance;

/* What a pattern's text is held against. */
typedef struct
{
  HvScope scope;
  GPatternSpec *glob;
} Match;

typedef struct
{
  guint line;
  char *text; /* the pattern as written */
  gboolean total, new_paths;
  Match match; /* of neither */
  HvMetric metric;
  int64_t limit, tolerance;
} Limit;

struct HvBudget
{
  char *name;
  GArray *limits;  /* of Limit */
  GArray *ignored; /* of Match */
};

static void
match_clear (gpointer data)
{
  g_clear_pointer (&((Match *) data)->glob, g_pattern_spec_free);
}

static void
limit_clear (gpointer data)
{
  Limit *limit = data;

  g_free (limit->text);
  match_clear (&limit->match);
}

void
hv_budget_free (HvBudget *budget)
{
  if (budget == NULL)
    return;
  g_free (budget->name);
  g_array_unref (budget->limits);
  g_array_unref (budget->ignored);
  g_free (budget);
}

/* --- reading --- */

typedef struct
{
  const char *name;
  guint line;
  Tolerance tolerance;
} Reader;

static gboolean fail (const Reader *reader, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static gboolean
fail (const Reader *reader, GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_autofree char *what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, HV_ERROR, HV_ERROR_USAGE, "%s:%u: %s", reader->name, reader->line, what);
  return FALSE;
}

/* A number and its unit, with or without blanks between; moves *text behind. Percents are told in
 * `percent`, which is NULL where none can be. */
static gboolean
parse_amount (const char **text, gboolean of_bytes, gboolean *percent, double *amount)
{
  static const struct
  {
    const char *unit;
    double bytes, count; /* 0: none of these */
  } units[] = {
    { "B", 1, 0 },
    { "KiB", 1024.0, 0 },
    { "MiB", 1024.0 * 1024, 0 },
    { "GiB", 1024.0 * 1024 * 1024, 0 },
    { "TiB", 1024.0 * 1024 * 1024 * 1024, 0 },
    { "kB", 1e3, 0 },
    { "MB", 1e6, 0 },
    { "GB", 1e9, 0 },
    { "TB", 1e12, 0 },
    { "k", 0, 1e3 },
    { "M", 0, 1e6 },
    { "G", 0, 1e9 },
  };
  char *end;

  if (!g_ascii_isdigit (**text))
    return FALSE;
  *amount = g_ascii_strtod (*text, &end);
  while (g_ascii_isspace (*end))
    end++;
  if (percent)
    *percent = FALSE;
  if (*end == '%' && percent)
    {
      *percent = TRUE;
      *text = end + 1;
      return *amount <= 1000;
    }
  if (g_ascii_isalpha (*end) && !g_str_has_prefix (end, TOLERANCE))
    {
      gsize length = 0;
      double factor = 0;
      while (g_ascii_isalpha (end[length]))
        length++;
      for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
        if (strlen (units[i].unit) == length && strncmp (end, units[i].unit, length) == 0)
          factor = of_bytes ? units[i].bytes : units[i].count;
      if (factor == 0)
        return FALSE;
      *amount *= factor;
      end += length;
    }
  *text = end;
  return isfinite (*amount) && *amount < MAX_LIMIT;
}

/* "5%", "1 MiB" or both, to the end of the text. */
static gboolean
parse_tolerance (const Reader *reader, const char *text, gboolean of_bytes, Tolerance *tolerance,
                 GError **error)
{
  *tolerance = (Tolerance){ 0 };
  do
    {
      gboolean percent;
      double amount;
      while (g_ascii_isspace (*text))
        text++;
      if (!parse_amount (&text, of_bytes, &percent, &amount))
        return fail (reader, error, "not a tolerance, as “5%% 1 MiB”: “%s”", text);
      if (percent)
        tolerance->percent = amount;
      else
        tolerance->amount = (int64_t) amount;
      while (g_ascii_isspace (*text))
        text++;
    }
  while (*text);
  return TRUE;
}

static gboolean
parse_match (const Reader *reader, const char *text, Match *match, GError **error)
{
  match->scope = hv_scope_parse (&text);
  if (*text == '\0')
    return fail (reader, error, "a pattern is missing");
  match->glob = g_pattern_spec_new (text);
  return TRUE;
}

static HvMetric
parse_metric (const char *word)
{
  static const struct
  {
    const char *word;
    HvMetric metric;
  } words[] = {
    { "live", HV_METRIC_LIVE_BYTES },    { "live-end", HV_METRIC_LIVE_BYTES },
    { "peak", HV_METRIC_PEAK_BYTES },    { "total", HV_METRIC_TOTAL_BYTES },
    { "blocks", HV_METRIC_LIVE_BLOCKS },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (strcmp (word, words[i].word) == 0)
      return words[i].metric;
  return hv_metric_parse (word);
}

/* "PATTERN METRIC", which ends at the last blank: names of functions have blanks, too. */
static gboolean
parse_what (const Reader *reader, char *text, Limit *limit, GError **error)
{
  g_strstrip (text);
  char *blank = text + strlen (text);
  while (blank > text && !g_ascii_isspace (blank[-1]))
    blank--;
  limit->metric = parse_metric (blank);
  if (limit->metric == HV_N_METRICS || !hv_metric_adds_up (limit->metric))
    return fail (reader, error, "not live, peak, total, blocks or another metric: “%s”", blank);
  *blank = '\0';
  limit->text = g_strdup (g_strchomp (text));
  limit->total = strcmp (text, TOTAL) == 0;
  limit->new_paths = strcmp (text, NEW_PATHS) == 0;
  return limit->total || limit->new_paths || parse_match (reader, text, &limit->match, error);
}

/* "PATTERN METRIC <= AMOUNT [tolerance …]"; an operator's name may have "<=" in it. */
static gboolean
parse_limit (const Reader *reader, char *text, Limit *limit, GError **error)
{
  char *sign = g_strrstr (text, "<=");
  Tolerance tolerance = reader->tolerance;
  double amount;

  limit->line = reader->line;
  if (sign == NULL)
    return fail (reader, error, "not “PATTERN METRIC <= LIMIT”, “ignore PATTERN” or “tolerance …”");
  *sign = '\0';
  if (!parse_what (reader, text, limit, error))
    return FALSE;

  const char *rest = g_strchug (sign + 2);
  gboolean of_bytes = hv_metric_is_bytes (limit->metric);
  if (!parse_amount (&rest, of_bytes, NULL, &amount))
    return fail (reader, error, "not %s: “%s”",
                 of_bytes ? "bytes, as “64 MiB”" : "a number, as “200k”", rest);
  while (g_ascii_isspace (*rest))
    rest++;
  if (g_str_has_prefix (rest, TOLERANCE))
    {
      if (!parse_tolerance (reader, rest + strlen (TOLERANCE), of_bytes, &tolerance, error))
        return FALSE;
    }
  else if (*rest)
    return fail (reader, error, "“%s” is too much", rest);
  else if (!of_bytes)
    tolerance.amount = 0;
  limit->limit = (int64_t) amount;
  limit->tolerance = MAX ((int64_t) (amount * tolerance.percent / 100), tolerance.amount);
  return TRUE;
}

static gboolean
parse_line (Reader *reader, HvBudget *budget, char *text, GError **error)
{
  g_strstrip (text);
  if (*text == '\0' || *text == '#')
    return TRUE;
  if (!g_utf8_validate (text, -1, NULL))
    return fail (reader, error, "not UTF-8");
  if (g_str_has_prefix (text, IGNORE " "))
    {
      Match match = { 0 };
      if (!parse_match (reader, g_strchug (text + strlen (IGNORE)), &match, error))
        return FALSE;
      g_array_append_val (budget->ignored, match);
    }
  else if (g_str_has_prefix (text, TOLERANCE " "))
    return parse_tolerance (reader, text + strlen (TOLERANCE), TRUE, &reader->tolerance, error);
  else
    {
      Limit limit = { 0 };
      if (!parse_limit (reader, text, &limit, error))
        {
          limit_clear (&limit);
          return FALSE;
        }
      g_array_append_val (budget->limits, limit);
    }
  return budget->limits->len + budget->ignored->len <= MAX_LIMITS
         || fail (reader, error, "more than %d lines", MAX_LIMITS);
}

HvBudget *
hv_budget_parse (const char *text, gsize length, const char *name, GError **error)
{
  g_autoptr (HvBudget) budget = g_new0 (HvBudget, 1);
  Reader reader = { .name = name, .tolerance = { .percent = 3 } };

  budget->name = g_strdup (name);
  budget->limits = g_array_new (FALSE, FALSE, sizeof (Limit));
  budget->ignored = g_array_new (FALSE, FALSE, sizeof (Match));
  g_array_set_clear_func (budget->limits, limit_clear);
  g_array_set_clear_func (budget->ignored, match_clear);
  for (const char *at = text, *end = text + length; at < end; at++)
    {
      const char *stop = memchr (at, '\n', (gsize) (end - at));
      stop = stop ? stop : end;
      g_autofree char *line = g_strndup (at, (gsize) (stop - at));
      reader.line++;
      if (!parse_line (&reader, budget, line, error))
        return NULL;
      at = stop;
    }
  if (budget->limits->len == 0)
    {
      g_set_error (error, HV_ERROR, HV_ERROR_USAGE, "%s: there is no limit in it", name);
      return NULL;
    }
  return g_steal_pointer (&budget);
}

/* --- checking --- */

static gboolean
glob_matches (const Match *match, const char *text)
{
  return *text && g_pattern_spec_match_string (match->glob, text);
}

static gboolean
key_matches (const Match *match, const HvKey *key)
{
  const HvScope *scope = &match->scope;

  return (scope->function
          && (glob_matches (match, key->function) || glob_matches (match, key->label)))
         || (scope->module && glob_matches (match, hv_basename (key->module)))
         || (scope->file
             && (glob_matches (match, key->file) || glob_matches (match, hv_basename (key->file))))
         || (scope->origin && glob_matches (match, key->origin));
}

/* By key of the tree: whether one of the patterns matches. */
static guint8 *
matching_keys (const HvTree *tree, const Match *matches, guint n)
{
  guint8 *keys = g_malloc0 (MAX (1, tree->n_keys));

  for (uint32_t k = 0; k < tree->n_keys && n; k++)
    for (guint i = 0; i < n && !keys[k]; i++)
      keys[k] = key_matches (&matches[i], &tree->key[k]);
  return keys;
}

/* By node: whether it or a caller has one of the keys. */
static guint8 *
nodes_through (const HvTree *tree, const guint8 *keys)
{
  guint8 *through = g_malloc0 (tree->n_nodes);

  for (uint32_t n = 1; n < tree->n_nodes; n++)
    through[n] = through[tree->parent[n]]
                 || (tree->node_key[n] != HV_NO_KEY && keys[tree->node_key[n]]);
  return through;
}

/* The costs of a metric, which several limits may be on. */
typedef struct
{
  HvDiff *diff; /* new-paths alone; owns the tree */
  HvTree *tree;
  guint8 *ignored; /* by node */
} Costs;

static void
costs_clear (Costs *costs)
{
  if (costs->diff)
    hv_diff_free (costs->diff);
  else
    hv_tree_free (costs->tree);
  g_free (costs->ignored);
}

static gboolean
costs_init (Costs *costs, const HvBudget *budget, HvTree *tree)
{
  costs->tree = tree;
  if (tree == NULL)
    return FALSE;
  g_autofree guint8 *keys = matching_keys (tree, (const Match *) (void *) budget->ignored->data,
                                           budget->ignored->len);
  costs->ignored = nodes_through (tree, keys);
  return TRUE;
}

static int64_t
sum (const Costs *costs, const Limit *limit)
{
  const HvTree *tree = costs->tree;
  const int64_t *self = tree->self[HV_SIDE_CURRENT][HV_SLOT_COST];
  g_autofree guint8 *keys = limit->match.glob ? matching_keys (tree, &limit->match, 1) : NULL;
  g_autofree guint8 *through = keys ? nodes_through (tree, keys) : NULL;
  int64_t value = 0;

  for (uint32_t n = 0; n < tree->n_nodes; n++)
    if (!costs->ignored[n] && (through == NULL || through[n])
        && (!limit->new_paths || hv_diff_status (costs->diff, n) == HV_STATUS_NEW))
      value += self[n];
  return value;
}

gboolean
hv_budget_exceeded (const HvBudgetResult *result)
{
  return result->value > result->limit && result->value - result->limit > result->tolerance;
}

GArray *
hv_budget_check (const HvBudget *budget, const HvProfile *base, uint32_t base_at,
                 const HvProfile *current, uint32_t at, GError **error)
{
  static const HvTreeOptions of_functions = { .group = HV_GROUP_FUNCTION, .all_frames = TRUE };
  static const HvTreeOptions of_stacks = { .group = HV_GROUP_STACK };
  g_autoptr (GArray) results = g_array_new (FALSE, FALSE, sizeof (HvBudgetResult));
  Costs costs[2][HV_N_METRICS] = { 0 }; /* of all, of what is new */
  gboolean ok = TRUE;

  for (guint i = 0; ok && i < budget->limits->len; i++)
    {
      const Limit *limit = &g_array_index (budget->limits, Limit, i);
      Reader reader = { .name = budget->name, .line = limit->line };
      Costs *of = &costs[limit->new_paths][limit->metric];
      if (limit->new_paths && base == NULL)
        ok = fail (&reader, error, NEW_PATHS " are those of a diff: say --diff");
      else if (of->tree == NULL && limit->new_paths)
        {
          of->diff = hv_diff_new (base, base_at, current, at, limit->metric, &of_stacks, error);
          ok = costs_init (of, budget, of->diff ? of->diff->tree : NULL);
        }
      else if (of->tree == NULL)
        ok = costs_init (of, budget,
                         hv_tree_new (current, limit->metric, at, &of_functions, error));
      if (!ok)
        break;
      HvBudgetResult result = { .line = limit->line,
                                .pattern = limit->text,
                                .metric = limit->metric,
                                .limit = limit->limit,
                                .tolerance = limit->tolerance,
                                .value = sum (of, limit) };
      g_array_append_val (results, result);
    }
  for (guint i = 0; i < 2; i++)
    for (guint m = 0; m < HV_N_METRICS; m++)
      costs_clear (&costs[i][m]);
  return ok ? g_steal_pointer (&results) : NULL;
}

/* --- writing --- */

static gboolean
can_stand (const char *function)
{
  if (*function == '\0' || g_ascii_isspace (*function) || !g_utf8_validate (function, -1, NULL))
    return FALSE;
  for (const char *c = function; *c; c++)
    if ((guchar) *c < ' ' || *c == 0x7f)
      return FALSE;
  return !g_ascii_isspace (function[strlen (function) - 1]);
}

char *
hv_budget_limit_line (const char *function, HvMetric metric, int64_t value)
{
  static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
  double amount = (double) MAX (value, 0);
  guint unit = 0;

  if (!can_stand (function) || !hv_metric_adds_up (metric))
    return NULL;
  if (!hv_metric_is_bytes (metric))
    return g_strdup_printf ("fn:%s  %s <= %" G_GINT64_FORMAT, function, hv_metric_name (metric),
                            MAX (value, 0));
  while (amount >= 1024 && unit < G_N_ELEMENTS (units) - 1)
    {
      amount /= 1024;
      unit++;
    }
  /* never below what it is */
  double digits = amount < 10 ? 100 : amount < 100 ? 10 : 1;
  return g_strdup_printf ("fn:%s  %s <= %.*f %s", function, hv_metric_name (metric),
                          unit == 0     ? 0
                          : digits > 10 ? 2
                          : digits > 1  ? 1
                                        : 0,
                          unit == 0 ? amount : ceil (amount * digits) / digits, units[unit]);
}

char *
hv_budget_ignore_line (const char *function)
{
  return can_stand (function) ? g_strconcat (IGNORE " fn:", function, NULL) : NULL;
}
