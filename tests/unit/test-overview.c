/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/importer.h"
#include "profiles.h"
#include "store/overview.h"
#include "viewer/export/export.h"

/* What is said of a profile at first sight: the numbers are the report's, and what is worth saying
 * depends on them alone. */

static const HvFinding *
find_kind (const HvOverview *overview, HvFindingKind kind)
{
  for (guint i = 0; i < overview->findings->len; i++)
    {
      const HvFinding *finding = g_ptr_array_index (overview->findings, i);
      if (finding->kind == kind)
        return finding;
    }
  return NULL;
}

static void
assert_path (const HvFinding *finding, const char *path)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_nonnull (finding->path);
  for (char **name = finding->path; *name; name++)
    {
      g_auto (GStrv) parts = g_strsplit (*name, "\n", 2);
      g_string_append_printf (text, "%s%s", text->len ? ";" : "", parts[0]);
    }
  g_assert_cmpstr (text->str, ==, path);
}

static HvProfile *
make (const char *const *lines)
{
  HvProfile *profile = test_profile (lines);
  hv_profile_seal (profile);
  return profile;
}

/* Everything is below main and loop; 70 of 100 of it below parse, as far as its 60 in node. */
static void
test_path (void)
{
  g_autoptr (HvProfile) p = make ((const char *[]){
      "main;loop;parse;node;alloc_a 30 3", "main;loop;parse;node;alloc_b 30 3",
      "main;loop;parse 10 1", "main;loop;print 12 1", "main;loop;log 18 1", NULL });
  g_autoptr (HvOverview) o = hv_overview_new (p, NULL, NULL);
  const HvFinding *path = find_kind (o, HV_FINDING_PATH);

  g_assert_nonnull (path);
  g_assert_cmpstr (path->name, ==, "node");
  g_assert_cmpint (path->value, ==, 60);
  g_assert_cmpint (path->whole, ==, 100);
  assert_path (path, "main;loop;parse;node");
  const HvFinding *site = find_kind (o, HV_FINDING_SITE);
  g_assert_nonnull (site);
  g_assert_cmpint (site->value, ==, 30);
  g_assert_cmpuint (o->n_findings, ==, 2);
}

/* One function that one path calls is said once, one that many call is a site. */
static void
test_one_function (void)
{
  g_autoptr (HvProfile)
      one = make ((const char *[]){ "main;load;grow 80 1", "main;rest 20 1", NULL });
  g_autoptr (HvProfile)
      many = make ((const char *[]){ "main;a;pool 20 1", "main;b;pool 15 1", "main;c;pool 10 1",
                                     "main;d 19 1", "main;e 18 1", "main;f 18 1", NULL });
  g_autoptr (HvProfile)
      spread = make ((const char *[]){ "a 20 1", "b 20 1", "c 20 1", "d 20 1", "e 20 1", NULL });
  g_autoptr (HvOverview) o = hv_overview_new (one, NULL, NULL);
  g_autoptr (HvOverview) m = hv_overview_new (many, NULL, NULL);
  g_autoptr (HvOverview) s = hv_overview_new (spread, NULL, NULL);

  g_assert_null (find_kind (o, HV_FINDING_PATH));
  g_assert_cmpstr (find_kind (o, HV_FINDING_SITE)->name, ==, "grow");
  assert_path (find_kind (o, HV_FINDING_SITE), "main;load;grow");
  g_assert_null (find_kind (m, HV_FINDING_PATH));
  g_assert_cmpint (find_kind (m, HV_FINDING_SITE)->value, ==, 45);
  assert_path (find_kind (m, HV_FINDING_SITE), "main;a;pool");
  g_assert_cmpuint (s->findings->len, ==, 0);
}

/* 5, then 4, then 1: two functions hold 90 %. What costs nothing is no site. */
static void
test_ranking (void)
{
  g_autoptr (HvProfile) p = make ((const char *[]){ "main;a@/lib/x.so:a.c:7 5 2", "main;b 4 1",
                                                    "main;c 1 1", "main;none 0 0", NULL });
  g_autoptr (HvOverview) o = hv_overview_new (p, NULL, NULL);
  const HvRanking *live = &o->ranking[HV_RANKING_LIVE];

  g_assert_cmpint (live->metric, ==, HV_METRIC_LIVE_BYTES);
  g_assert_cmpint (live->whole, ==, 10);
  g_assert_cmpuint (live->n_sites, ==, 3);
  g_assert_cmpuint (live->n_most, ==, 2);
  g_assert_cmpuint (live->top->len, ==, 3);
  const HvTopSite *first = g_ptr_array_index (live->top, 0);
  g_assert_cmpstr (first->name, ==, "a");
  g_assert_cmpstr (first->file, ==, "a.c");
  g_assert_cmpuint (first->line, ==, 7);
  g_assert_cmpint (first->value, ==, 5);
  g_assert_cmpint (first->blocks, ==, 2);
  g_assert_cmpint (o->ranking[HV_RANKING_PEAK].metric, ==, HV_N_METRICS);
  g_assert_cmpint (o->ranking[HV_RANKING_TOTAL].metric, ==, HV_N_METRICS);
  g_assert_cmpint (o->ranking[HV_RANKING_TEMPORARY].metric, ==, HV_N_METRICS);
}

static void
test_recording (void)
{
  HvProfile *p = test_profile ((const char *[]){ "main;kept 30 3", "main;freed 0 0", NULL });
  int64_t *peak = hv_profile_column (p, HV_METRIC_PEAK_BYTES);
  int64_t *total = hv_profile_column (p, HV_METRIC_TOTAL_BLOCKS);
  int64_t *temporary = hv_profile_column (p, HV_METRIC_TEMPORARY_BLOCKS);

  peak[0] = 30 << 20;
  peak[1] = 10 << 20;
  hv_profile_column (p, HV_METRIC_LIVE_BYTES)[0] = 4 << 20;
  total[0] = 100;
  total[1] = 900;
  temporary[0] = 20;
  temporary[1] = 200;
  p->default_metric = HV_METRIC_PEAK_BYTES;
  p->peak_rss_bytes = 100 << 20;
  p->incomplete = TRUE;
  hv_profile_warn (p, "It stops.");
  p->n_file_warnings = 1;
  hv_profile_seal (p);

  g_autoptr (HvProfile) profile = p;
  g_autoptr (HvOverview) o = hv_overview_new (profile, NULL, NULL);
  const HvFinding *finding = find_kind (o, HV_FINDING_TEMPORARY);
  g_assert_cmpint (finding->value, ==, 220);
  g_assert_cmpint (finding->whole, ==, 1000);
  g_assert_cmpstr (finding->name, ==, "freed");
  g_assert_cmpint (finding->number, ==, 200);
  finding = find_kind (o, HV_FINDING_LIVE);
  g_assert_cmpint (finding->value, ==, 4 << 20);
  g_assert_cmpint (finding->whole, ==, 40 << 20);
  g_assert_cmpint (finding->number, ==, 1);
  finding = find_kind (o, HV_FINDING_RSS);
  g_assert_cmpint (finding->value, ==, 60 << 20);
  g_assert_cmpint (finding->whole, ==, 100 << 20);
  g_assert_nonnull (find_kind (o, HV_FINDING_CUT));
  g_assert_cmpstr (find_kind (o, HV_FINDING_NOTE)->text, ==, "It stops.");
  for (guint i = 1; i < o->findings->len; i++)
    g_assert_cmpint (((HvFinding *) g_ptr_array_index (o->findings, i - 1))->kind, <=,
                     ((HvFinding *) g_ptr_array_index (o->findings, i))->kind);
  g_assert_cmpuint (o->n_findings, ==, o->findings->len - 1);
  g_assert_true (o->limit[HV_LIMIT_ONE_MOMENT]);
  g_assert_false (o->limit[HV_LIMIT_NO_PEAK]);
  g_assert_false (o->limit[HV_LIMIT_NO_TEMPORARY]);
}

static HvProfile *
import (const char *variable, const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv (variable), folder, name, NULL);
  const HvImportOptions options = { .no_symbols = TRUE };
  g_autoptr (GError) error = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("the recordings are not here");
      return NULL;
    }
  HvProfile *profile = hv_import (path, &options, &error);
  g_assert_no_error (error);
  return profile;
}

/* Every ranking is what a report by function has in its rows. */
static void
assert_as_reported (const HvProfile *profile, const HvOverview *overview)
{
  for (HvRankingKind kind = 0; kind < HV_N_RANKINGS; kind++)
    {
      const HvRanking *ranking = &overview->ranking[kind];
      const HvTreeOptions options = { .group = HV_GROUP_FUNCTION };
      g_autoptr (GError) error = NULL;
      HvReportRows rows;

      if (ranking->metric == HV_N_METRICS)
        continue;
      g_autoptr (HvTree) tree = hv_tree_new (profile, ranking->metric, HV_AT_END, &options, &error);
      g_assert_no_error (error);
      HvReport report = {
        .profile = profile, .metric = ranking->metric, .tree = tree, .rows_tree = tree
      };
      hv_report_rows (&report, G_MAXUINT, &rows);
      g_assert_cmpint (ranking->whole, ==, hv_profile_total (profile, ranking->metric));
      g_assert_cmpuint (ranking->n_sites, ==, rows.rows->len);
      int64_t most = 0;
      for (guint i = 0, shown = 0; i < rows.rows->len; i++)
        {
          const HvRow *row = &g_array_index (rows.rows, HvDiffRow, i).row;
          if (i < ranking->n_most)
            most += row->self[HV_SIDE_CURRENT][HV_SLOT_COST];
          if (row->key == HV_NO_KEY || shown >= ranking->top->len)
            continue;
          const HvTopSite *site = g_ptr_array_index (ranking->top, shown++);
          g_assert_cmpint (site->value, ==, row->self[HV_SIDE_CURRENT][HV_SLOT_COST]);
          g_assert_cmpstr (site->name, ==, tree->key[row->key].short_label);
        }
      g_assert_cmpfloat ((double) most, >=, 0.9 * (double) ranking->whole);
      hv_report_rows_clear (&rows);
    }
}

static void
assert_same_finding (const HvFinding *a, const HvFinding *b, gboolean number)
{
  g_assert_cmpint (a->kind, ==, b->kind);
  g_assert_cmpint (a->metric, ==, b->metric);
  g_assert_cmpint (a->value, ==, b->value);
  g_assert_cmpint (a->whole, ==, b->whole);
  if (number)
    {
      g_assert_cmpint (a->number, ==, b->number);
      g_assert_cmpstr (a->name, ==, b->name);
    }
}

/* What is known at once is the whole one's but for what is due; by a tree that is there already it
 * is the same. */
static void
assert_begins (const HvProfile *profile, const HvOverview *whole)
{
  const HvTreeOptions options = { .group = HV_GROUP_FUNCTION };
  g_autoptr (HvTree)
      tree = hv_tree_new (profile, profile->default_metric, HV_AT_END, &options, NULL);
  g_autoptr (GArray) rows = hv_tree_rows (tree);
  g_autoptr (HvOverview) begun = hv_overview_begin (profile, tree, rows);
  g_autoptr (HvOverview) helped = hv_overview_new (profile, tree, rows);

  g_assert_cmpuint (begun->findings->len, ==, whole->findings->len);
  g_assert_cmpuint (begun->n_findings, ==, whole->n_findings);
  for (guint i = 0; i < whole->findings->len; i++)
    {
      const HvFinding *finding = g_ptr_array_index (whole->findings, i);
      gboolean due = finding->kind == HV_FINDING_TEMPORARY || finding->kind == HV_FINDING_LIVE;
      assert_same_finding (g_ptr_array_index (begun->findings, i), finding, !due);
      assert_same_finding (g_ptr_array_index (helped->findings, i), finding, TRUE);
    }
  g_assert_cmpmem (begun->limit, sizeof begun->limit, whole->limit, sizeof whole->limit);
  for (HvRankingKind kind = 0; kind < HV_N_RANKINGS; kind++)
    {
      const HvRanking *first = &begun->ranking[kind], *then = &whole->ranking[kind];
      const HvRanking *other = &helped->ranking[kind];
      g_assert_cmpint (first->metric, ==, then->metric);
      g_assert_cmpint (first->whole, ==, then->whole);
      g_assert_cmpuint (then->n_due, ==, 0);
      if (first->metric == profile->default_metric)
        g_assert_cmpuint (first->top->len, ==, then->top->len);
      else
        g_assert_cmpuint (first->n_due, >=, then->top->len);
      g_assert_cmpuint (other->n_sites, ==, then->n_sites);
      g_assert_cmpuint (other->n_most, ==, then->n_most);
      g_assert_cmpuint (other->top->len, ==, then->top->len);
      for (guint i = 0; i < then->top->len; i++)
        {
          const HvTopSite *a = g_ptr_array_index (then->top, i);
          const HvTopSite *b = g_ptr_array_index (other->top, i);
          g_assert_cmpstr (a->name, ==, b->name);
          g_assert_cmpint (a->value, ==, b->value);
          g_assert_cmpint (a->blocks, ==, b->blocks);
        }
    }
}

/* As text and back it says the same, and a text that is cut or changed is another's or nobody's. */
static void
assert_kept (const HvOverview *overview)
{
  g_autofree char *text = hv_overview_print (overview);
  g_autoptr (HvOverview) kept = hv_overview_parse (text);
  g_autofree char *again = kept ? hv_overview_print (kept) : NULL;
  gsize length = strlen (text);

  g_assert_cmpstr (again, ==, text);
  g_assert_cmpuint (kept->n_findings, ==, overview->n_findings);
  g_assert_cmpuint (kept->findings->len, ==, overview->findings->len);
  for (guint i = 0; i < overview->findings->len; i++)
    {
      const HvFinding *a = g_ptr_array_index (kept->findings, i);
      const HvFinding *b = g_ptr_array_index (overview->findings, i);
      assert_same_finding (a, b, TRUE);
      g_assert_cmpstr (a->text, ==, b->text);
      g_assert_true (
          a->path == b->path
          || g_strv_equal ((const char *const *) a->path, (const char *const *) b->path));
    }
  g_assert_cmpmem (kept->limit, sizeof kept->limit, overview->limit, sizeof overview->limit);
  for (HvRankingKind kind = 0; kind < HV_N_RANKINGS; kind++)
    {
      const HvRanking *a = &kept->ranking[kind], *b = &overview->ranking[kind];
      g_assert_cmpint (a->metric, ==, b->metric);
      g_assert_cmpint (a->whole, ==, b->whole);
      g_assert_cmpuint (a->n_sites, ==, b->n_sites);
      g_assert_cmpuint (a->n_most, ==, b->n_most);
      g_assert_cmpuint (a->top->len, ==, b->top->len);
      for (guint i = 0; i < a->top->len; i++)
        {
          const HvTopSite *x = g_ptr_array_index (a->top, i), *y = g_ptr_array_index (b->top, i);
          g_assert_cmpstr (x->name, ==, y->name);
          g_assert_cmpstr (x->function, ==, y->function);
          g_assert_cmpstr (x->module, ==, y->module);
          g_assert_cmpstr (x->file, ==, y->file);
          g_assert_cmpuint (x->line, ==, y->line);
          g_assert_cmpstr (x->caller, ==, y->caller);
          g_assert_cmpint (x->value, ==, y->value);
          g_assert_cmpint (x->blocks, ==, y->blocks);
          g_assert_true (
              g_strv_equal ((const char *const *) x->path, (const char *const *) y->path));
        }
    }

  /* of the front every place, of the rest some */
  for (gsize at = 0; at < length; at += at < 100 ? 1 : 499)
    {
      g_autofree char *damaged = g_strdup (text);
      damaged[at] = text[at] == '9' ? '0' : '9';
      g_autoptr (HvOverview) other = hv_overview_parse (damaged);
      g_autofree char *printed = other ? hv_overview_print (other) : NULL;
      g_assert_cmpint (printed != NULL, ==, other != NULL);
      damaged[at] = '\0';
      g_assert_null (hv_overview_parse (damaged));
    }
}

typedef struct
{
  const char *folder, *name;
  const char *findings; /* a letter a kind, in order */
  const char *limits;
} Case;

static const Case cases[] = {
  { "heaptrack", "gtk4-demo.zst", "PSTLRNn", "h" },
  { "heaptrack", "cc1plus-truncated.zst", "CPSTLRNnn", "h" },
  { "dhat", "stl.dhat", "PSn", "mtrh" },
  { "dhat", "adhoc.ad-hoc.dhat", "S", "mltrh" },
  { "dhat", "ls.copy.dhat", "PSn", "mltrh" },
  { "jemalloc/gt", "v530.s16.acctrue.phase3.heap", "Ns", "dptrs" },
  { "jemalloc/redis", "redis.15850.10.i10.heap", "SNs", "dpatrs" },
  /* most of it hangs under “[truncated]”, which is no path to look at */
  { "gperftools", "py.0021.heap", "PNnn", "dptrh" },
  { "gperftools", "gpapi.0014.heap", "SN", "dptrh" },
};

static void
test_samples (void)
{
  static const char kinds[] = "CPSGTLRUNsn", limits[] = "mdplatrhs";

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *c = &cases[i];
      g_autoptr (HvProfile) profile = import ("HV_SAMPLES", c->folder, c->name);
      if (!profile)
        return;
      g_autoptr (HvOverview) o = hv_overview_new (profile, NULL, NULL);
      g_autoptr (GString) found = g_string_new (NULL);
      g_autoptr (GString) untold = g_string_new (NULL);
      assert_as_reported (profile, o);
      assert_begins (profile, o);
      assert_kept (o);
      for (guint f = 0; f < o->findings->len; f++)
        g_string_append_c (found, kinds[((HvFinding *) g_ptr_array_index (o->findings, f))->kind]);
      for (guint l = 0; l < HV_N_LIMITS; l++)
        if (o->limit[l])
          g_string_append_c (untold, limits[l]);
      g_test_message ("%s: %s %s", c->name, found->str, untold->str);
      g_assert_cmpstr (found->str, ==, c->findings);
      g_assert_cmpstr (untold->str, ==, c->limits);
    }
}

/* The figures heaptrack_print gives of it (EXPECTED.tsv). */
static void
test_gtk4_demo (void)
{
  g_autoptr (HvProfile) profile = import ("HV_SAMPLES", "heaptrack", "gtk4-demo.zst");

  if (!profile)
    return;
  g_autoptr (HvOverview) o = hv_overview_new (profile, NULL, NULL);
  const HvFinding *temporary = find_kind (o, HV_FINDING_TEMPORARY);
  g_assert_cmpint (temporary->value, ==, 183903);
  g_assert_cmpint (temporary->whole, ==, 837356);
  g_assert_cmpint (find_kind (o, HV_FINDING_RSS)->value, ==,
                   profile->peak_rss_bytes - hv_profile_total (profile, HV_METRIC_PEAK_BYTES));
}

/* The truth program's recording is always here. */
static void
test_truth (void)
{
  g_autoptr (HvProfile) profile = import ("HV_TEST_DATA", "heaptrack", "truth.zst");
  g_autoptr (HvOverview) o = hv_overview_new (profile, NULL, NULL);

  assert_as_reported (profile, o);
  const HvFinding *site = find_kind (o, HV_FINDING_SITE);
  g_assert_cmpstr (site->name, ==, "main");
  g_assert_cmpint (site->whole, ==, hv_profile_total (profile, HV_METRIC_PEAK_BYTES));
  const HvFinding *temporary = find_kind (o, HV_FINDING_TEMPORARY);
  g_assert_cmpint (temporary->value, ==, 163);
  g_assert_cmpint (temporary->whole, ==, 254);
  g_assert_null (find_kind (o, HV_FINDING_LIVE)); /* 0.6 % of the peak */
  g_assert_null (find_kind (o, HV_FINDING_RSS));
}

/* A hundred samples are good to a tenth. */
static void
test_sampled (void)
{
  static const Stack stacks[] = { { "main;a", 100 * 512 * 1024, 51200 } };
  g_autoptr (HvProfile) p = test_sampled_profile ("x.heap", stacks, 1);
  g_autoptr (HvOverview) o = hv_overview_new (p, NULL, NULL);
  const HvFinding *sampled = find_kind (o, HV_FINDING_SAMPLED);

  g_assert_nonnull (sampled);
  g_assert_cmpint (sampled->number, ==, 512 * 1024);
  g_assert_cmpint (sampled->whole, ==, 100 * 512 * 1024);
  g_assert_cmpfloat_with_epsilon ((double) sampled->value / (double) sampled->whole, 0.1, 0.001);
  g_assert_true (o->limit[HV_LIMIT_SAMPLED]);
  g_assert_cmpuint (o->n_findings, ==, o->findings->len - 1);
}

static void
test_series (void)
{
  HvProfile *p = test_profile ((const char *[]){ "main;a 300 3", NULL });

  hv_profile_add_moment (p, &(HvMoment){ .kind = HV_MOMENT_DUMP, .live_bytes = 100 });
  hv_profile_add_moment (p, &(HvMoment){ .kind = HV_MOMENT_DUMP, .live_bytes = 300 });
  hv_profile_seal (p);
  g_autoptr (HvProfile) series = p;
  g_autoptr (HvOverview) o = hv_overview_new (series, NULL, NULL);
  const HvFinding *grew = find_kind (o, HV_FINDING_GREW);

  g_assert_nonnull (grew);
  g_assert_cmpint (grew->value, ==, 200);
  g_assert_cmpint (grew->whole, ==, 100);
  g_assert_false (o->limit[HV_LIMIT_ONE_DUMP]);
  series->moment[1].live_bytes = 102;
  g_autoptr (HvOverview) flat = hv_overview_new (series, NULL, NULL);
  g_assert_null (find_kind (flat, HV_FINDING_GREW));
}

/* Nothing in it: nothing to say, and no division by nothing. */
static void
test_empty (void)
{
  g_autoptr (HvProfile) p = make ((const char *[]){ NULL });
  g_autoptr (HvOverview) o = hv_overview_new (p, NULL, NULL);

  g_assert_cmpuint (o->findings->len, ==, 0);
  for (HvRankingKind kind = 0; kind < HV_N_RANKINGS; kind++)
    g_assert_cmpuint (o->ranking[kind].top->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/overview/path", test_path);
  g_test_add_func ("/overview/site", test_one_function);
  g_test_add_func ("/overview/ranking", test_ranking);
  g_test_add_func ("/overview/recording", test_recording);
  g_test_add_func ("/overview/sampled", test_sampled);
  g_test_add_func ("/overview/series", test_series);
  g_test_add_func ("/overview/empty", test_empty);
  g_test_add_func ("/overview/truth", test_truth);
  g_test_add_func ("/overview/samples", test_samples);
  g_test_add_func ("/overview/gtk4-demo", test_gtk4_demo);
  return g_test_run ();
}
