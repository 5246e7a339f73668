/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profiles.h"

#include "store/budget.h"

#include <string.h>

/* main ─ load ─ cache_insert 400, ─ cache_find 100; main ─ operator<= 50; cache_insert's own child
 * counts with it once. */
static HvProfile *
make_profile (gboolean current)
{
  static const char *const base[] = { "main@app;load@app;cache_insert@/lib/libcache.so.1 100 1",
                                      NULL };
  static const char *const later[] = {
    "main@app;load@app;cache_insert@/lib/libcache.so.1 300 3",
    "main@app;load@app;cache_insert@/lib/libcache.so.1;cache_grow@/lib/libcache.so.1 100 1",
    "main@app;load@app;cache_find@/lib/libcache.so.1 100 2", NULL
  };
  HvProfile *profile = test_profile (current ? later : base);

  test_add (profile, "main@app;operator<=(A, B)", 50, 5);
  return profile;
}

static HvBudget *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  HvBudget *budget = hv_budget_parse (text, strlen (text), "b.txt", &error);

  g_assert_no_error (error);
  return budget;
}

static void
assert_refused (const char *text, const char *why)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (hv_budget_parse (text, strlen (text), "b.txt", &error));
  g_assert_error (error, HV_ERROR, HV_ERROR_USAGE);
  if (!strstr (error->message, why))
    g_error ("%s: %s, not %s", text, error->message, why);
  g_assert_null (strchr (error->message, '\n'));
}

/* "VALUE/LIMIT+TOLERANCE" of each limit, "!" before those that are exceeded. */
static char *
check (const char *text, gboolean diff)
{
  g_autoptr (HvBudget) budget = parse (text);
  g_autoptr (HvProfile) base = make_profile (FALSE), current = make_profile (TRUE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray)
      results = hv_budget_check (budget, diff ? base : NULL, HV_AT_END, current, HV_AT_END, &error);
  GString *said = g_string_new (NULL);

  if (results == NULL)
    g_string_append (said, error->message);
  for (guint i = 0; results && i < results->len; i++)
    {
      const HvBudgetResult *r = &g_array_index (results, HvBudgetResult, i);
      g_string_append_printf (
          said, "%s%s%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT "+%" G_GINT64_FORMAT, i ? " " : "",
          hv_budget_exceeded (r) ? "!" : "", r->value, r->limit, r->tolerance);
    }
  return g_string_free (said, FALSE);
}

#define assert_checked(text, diff, wanted)                                                         \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *said_ = check (text, diff);                                                   \
    g_assert_cmpstr (said_, ==, wanted);                                                           \
  }                                                                                                \
  G_STMT_END

static void
test_values (void)
{
  assert_checked ("total live <= 550\n", FALSE, "550/550+16");
  assert_checked ("total live<=1KiB", FALSE, "550/1024+30");
  assert_checked ("# a comment\n\n\ttotal blocks <= 10\r\n", FALSE, "!11/10+0");
  assert_checked ("total live-blocks <= 10 tolerance 10%", FALSE, "11/10+1");
  /* nested matches count once, and the whole name has to match */
  assert_checked ("fn:cache_* live <= 0", FALSE, "!500/0+0");
  assert_checked ("fn:cache_insert live <= 1\nfn:cache live <= 1", FALSE, "!400/1+0 0/1+0");
  assert_checked ("cache_?ind live <= 1", FALSE, "!100/1+0");
  assert_checked ("mod:libcache.so* live <= 1\nmod:app live <= 1\nlibcache.so.1 live <= 1", FALSE,
                  "!500/1+0 !550/1+0 !500/1+0");
  /* the last "<=" is the limit's */
  assert_checked ("fn:operator<=(A, B) live <= 49 tolerance 0%", FALSE, "!50/49+0");
}

static void
test_tolerance (void)
{
  assert_checked ("total live <= 540 tolerance 1%", FALSE, "!550/540+5");
  assert_checked ("total live <= 540 tolerance 1% 10 B", FALSE, "550/540+10");
  assert_checked ("total live <= 540 tolerance 10B 1%", FALSE, "550/540+10");
  assert_checked ("tolerance 0%\ntotal live <= 549\ntolerance 10 B\ntotal live <= 540\n"
                  "total blocks <= 10",
                  FALSE, "!550/549+0 550/540+10 !11/10+0");
  /* the tolerance itself is within */
  assert_checked ("total live <= 500 tolerance 10%", FALSE, "550/500+50");
  assert_checked ("total live <= 500 tolerance 49 B", FALSE, "!550/500+49");
}

static void
test_ignored (void)
{
  assert_checked ("total live <= 1\nignore fn:cache_find\nfn:load live <= 1", FALSE,
                  "!450/1+0 !400/1+0");
  assert_checked ("ignore mod:libcache*\ntotal live <= 1\nfn:cache_* live <= 1", FALSE,
                  "!50/1+0 0/1+0");
}

static void
test_new_paths (void)
{
  assert_checked ("new-paths live <= 1", FALSE,
                  "b.txt:1: new-paths are those of a diff: say --diff");
  assert_checked ("new-paths live <= 1\ntotal live <= 1", TRUE, "!200/1+0 !550/1+0");
  assert_checked ("new-paths live <= 1\nignore fn:cache_grow", TRUE, "!100/1+0");
}

static void
test_metrics (void)
{
  g_autofree char *said = check ("total live <= 1\ntotal peak <= 1", FALSE);

  g_assert_nonnull (strstr (said, "has no peak-bytes"));
}

static void
test_refused (void)
{
  assert_refused ("", "there is no limit in it");
  assert_refused ("# nothing\n", "b.txt: there is no limit");
  assert_refused ("total live\n", "b.txt:1: not “PATTERN METRIC <= LIMIT”");
  assert_refused ("\ntotal lives <= 1\n", "b.txt:2: not live, peak");
  assert_refused ("live <= 1\n", "a pattern is missing");
  assert_refused ("fn: live <= 1\n", "a pattern is missing");
  assert_refused ("ignore  \ntotal live <= 1", "b.txt:1: ");
  static const char *const amounts[] = { "",    "x",     "-1",         "1 XiB", "1 k",        "inf",
                                         "nan", "1e300", "99 TiB TiB", "5%",    "9999999 TiB" };
  for (guint i = 0; i < G_N_ELEMENTS (amounts); i++)
    {
      g_autofree char *line = g_strdup_printf ("total live <= %s", amounts[i]);
      assert_refused (line, "b.txt:1: ");
    }
  assert_refused ("total blocks <= 1 MiB", "not a number");
  assert_refused ("total live <= 1 tolerance", "not a tolerance");
  assert_refused ("total live <= 1 B and more", "“and more” is too much");
  assert_refused ("total live <= 1 tolerance 5000%", "not a tolerance");
  assert_refused ("\377 live <= 1", "not UTF-8");
}

/* What the window writes is read back as it was meant. */
static void
test_written (void)
{
  static const struct
  {
    const char *function, *line;
    HvMetric metric;
    int64_t value;
  } cases[] = {
    { "f", "fn:f  live-bytes <= 1023 B", HV_METRIC_LIVE_BYTES, 1023 },
    { "f", "fn:f  live-bytes <= 1.00 KiB", HV_METRIC_LIVE_BYTES, 1024 },
    { "f", "fn:f  peak-bytes <= 1.01 KiB", HV_METRIC_PEAK_BYTES, 1025 },
    { "f", "fn:f  live-bytes <= 64.1 MiB", HV_METRIC_LIVE_BYTES, 64 * 1048576 + 1 },
    { "f", "fn:f  live-bytes <= 321 MiB", HV_METRIC_LIVE_BYTES, 320 * 1048576 + 1 },
    { "f", "fn:f  live-blocks <= 1234567", HV_METRIC_LIVE_BLOCKS, 1234567 },
    { "operator<=(A, B)", "fn:operator<=(A, B)  live-bytes <= 0 B", HV_METRIC_LIVE_BYTES, -5 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *line = hv_budget_limit_line (cases[i].function, cases[i].metric,
                                                    cases[i].value);
      g_assert_cmpstr (line, ==, cases[i].line);
      g_autoptr (HvBudget) budget = parse (line);
      g_assert_nonnull (budget);
    }
  g_autofree char *ignored = hv_budget_ignore_line ("operator<=(A, B)");
  g_assert_cmpstr (ignored, ==, "ignore fn:operator<=(A, B)");
  g_assert_null (hv_budget_ignore_line ("two\nlines"));
  g_assert_null (hv_budget_limit_line ("", HV_METRIC_LIVE_BYTES, 1));
  g_assert_null (hv_budget_limit_line ("f", HV_METRIC_MAX_BYTES, 1));
  g_autofree char *both = g_strdup_printf ("total live <= 1\n%s\n", ignored);
  assert_checked (both, FALSE, "!500/1+0");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/budget/values", test_values);
  g_test_add_func ("/budget/tolerance", test_tolerance);
  g_test_add_func ("/budget/ignored", test_ignored);
  g_test_add_func ("/budget/new-paths", test_new_paths);
  g_test_add_func ("/budget/metrics", test_metrics);
  g_test_add_func ("/budget/refused", test_refused);
  g_test_add_func ("/budget/written", test_written);
  return g_test_run ();
}
