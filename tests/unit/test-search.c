/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/search.h"

#include "profiles.h"

static const Stack stacks[] = {
  { "main@/bin/app:main.c:1;alloc_page@/lib/libcache.so.2:cache/page.c:8;grow", 40, 1 },
  { "main@/bin/app:main.c:1;alloc_page@/lib/libcache.so.2:cache/page.c:8", 20, 1 },
  { "main@/bin/app:main.c:1;Parser::alloc@/lib/libjson.so:parse.cc:3", 30, 1 },
  { "main@/bin/app:main.c:1;file::read@/bin/app:cache/file.c:5", 10, 1 },
};

typedef struct
{
  HvProfile *profile;
  HvTree *tree;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  HvTreeOptions options = { .all_frames = TRUE };

  f->profile = test_sampled_profile ("p", stacks, G_N_ELEMENTS (stacks));
  f->tree = hv_tree_new (f->profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &options, NULL);
  g_assert_nonnull (f->tree);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  hv_tree_free (f->tree);
  hv_profile_free (f->profile);
}

/* What a search finds: its value, and how many nodes. */
static void
check (const HvTree *tree, const char *text, int64_t value, guint n)
{
  g_autoptr (HvSearch) search = hv_search_new (tree, NULL, text, FALSE);

  g_assert_nonnull (search);
  if (search->value != value || search->nodes->len != n)
    g_error ("“%s”: %" G_GINT64_FORMAT " in %u nodes", text, search->value, search->nodes->len);
}

static void
test_words (Fixture *f, gconstpointer data)
{
  const HvTree *tree = f->tree;

  check (tree, "alloc", 90, 2);
  check (tree, "alloc page", 60, 1); /* both */
  check (tree, "alloc,page", 60, 1);
  check (tree, "alloc|grow", 90, 3); /* grow is in alloc_page: counted once */
  check (tree, "alloc -parser", 60, 1);
  check (tree, "-main -alloc -grow", 10, 1);
  check (tree, "^grow$", 40, 1);
  check (tree, "nothing", 0, 0);
  check (tree, "crate:^Parser$", 30, 1);
  check (tree, "crate:libcache -fn:grow", 60, 1);
  check (tree, "(", 0, 0); /* half typed: as it stands */
  g_assert_null (hv_search_new (tree, NULL, " ,", FALSE));
  g_assert_null (hv_search_new (tree, NULL, NULL, FALSE));
}

static void
test_case (Fixture *f, gconstpointer data)
{
  const HvTree *tree = f->tree;

  check (tree, "parser", 30, 1);
  check (tree, "Parser", 30, 1);
  check (tree, "PARSER", 0, 0);
  g_autoptr (HvSearch) exact = hv_search_new (tree, NULL, "parser::", TRUE);
  g_assert_cmpuint (exact->nodes->len, ==, 0);
}

static void
test_places (Fixture *f, gconstpointer data)
{
  const HvTree *tree = f->tree;

  check (tree, "cache", 70, 2); /* a module, a file */
  check (tree, "mod:cache", 60, 1);
  check (tree, "module:cache", 60, 1);
  check (tree, "file:cache", 70, 2);
  check (tree, "fn:cache", 0, 0);
  check (tree, "fn:alloc -mod:json", 60, 1);
  check (tree, "function:alloc file:parse", 30, 1);
  check (tree, "file::read", 10, 1); /* a namespace */
  /* a prefix alone is being typed */
  g_assert_null (hv_search_new (tree, NULL, "mod:", FALSE));
}

static void
test_diff (void)
{
  g_autoptr (HvProfile)
      base = test_sampled_profile ("b", example_base, G_N_ELEMENTS (example_base));
  g_autoptr (HvProfile)
      current = test_sampled_profile ("c", example_current, G_N_ELEMENTS (example_current));
  HvTreeOptions options = { .group = HV_GROUP_STACK };
  g_autoptr (HvDiff) diff = hv_diff_new (base, HV_AT_END, current, HV_AT_END, HV_METRIC_LIVE_BYTES,
                                         &options, NULL);
  g_autoptr (HvSearch) search = hv_search_new (diff->tree, diff, "cache|handle", FALSE);

  g_assert_cmpint (search->value, ==, 450 * MB);
  g_assert_cmpint (search->loss, ==, 40 * MB);
  g_assert_cmpuint (search->nodes->len, ==, 3);
  g_assert_cmpstr (hv_tree_label (diff->tree, g_array_index (search->nodes, uint32_t, 0)), ==,
                   "handle");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/search/words", Fixture, NULL, set_up, test_words, tear_down);
  g_test_add ("/search/case", Fixture, NULL, set_up, test_case, tear_down);
  g_test_add ("/search/places", Fixture, NULL, set_up, test_places, tear_down);
  g_test_add_func ("/search/diff", test_diff);
  return g_test_run ();
}
