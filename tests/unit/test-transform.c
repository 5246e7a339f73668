/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profiles.h"
#include "store/diff.h"
#include "store/transform.h"

static HvTree *
tree_of (const HvProfile *profile, GPtrArray *transforms, gboolean bottom_up)
{
  g_autoptr (GError) error = NULL;
  HvTreeOptions options = { .transforms = transforms, .bottom_up = bottom_up };
  HvTree *tree = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &options, &error);

  g_assert_no_error (error);
  hv_tree_check (tree, &error);
  g_assert_no_error (error);
  return tree;
}

static GPtrArray *
list_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) hv_transform_unref);
}

/* "a 3;b 5": every path with cost of its own, in the order of a walk; then what was dropped. */
static char *
tree_text (const HvTree *tree)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (uint32_t));
  GString *text = g_string_new (NULL);
  uint32_t root = 0;

  g_array_append_val (stack, root);
  while (stack->len)
    {
      uint32_t n = g_array_index (stack, uint32_t, stack->len - 1);
      g_array_set_size (stack, stack->len - 1);
      for (uint32_t c = tree->child_start[n + 1]; c-- > tree->child_start[n];)
        g_array_append_val (stack, tree->child[c]);
      if (tree->self[0][0][n] == 0)
        continue;
      g_autoptr (GArray) path = hv_tree_path (tree, n);
      g_string_append (text, text->len ? "|" : "");
      for (guint i = 0; i < path->len; i++)
        g_string_append_printf (text, "%s%s", i ? ";" : "",
                                hv_tree_label (tree, g_array_index (path, uint32_t, i)));
      g_string_append_printf (text, " %d", (int) tree->self[0][0][n]);
    }
  if (tree->dropped[0])
    g_string_append_printf (text, " -%d", (int) tree->dropped[0]);
  return g_string_free (text, FALSE);
}

/* main calls a, which calls itself, b and, through b, itself again. */
static const char *const stacks[] = {
  "main@prog;a@prog 1 1",
  "main@prog;a@prog;a@prog 2 1",
  "main@prog;a@prog;b@/lib/x.so 4 1",
  "main@prog;a@prog;b@/lib/x.so;c@/lib/x.so 8 1",
  "main@prog;a@prog;b@/lib/x.so;a@prog;d@prog 16 1",
  "main@prog;b@/lib/x.so 32 1",
  NULL,
};

typedef struct
{
  HvTransformKind kind;
  const char *path; /* of the node it is about */
  const char *expected;
} Case;

static const Case cases[] = {
  { HV_TRANSFORM_FOCUS, "main;a;b", "main;b 32|main;a;b 4|main;a;b;a;d 16|main;a;b;c 8 -3" },
  { HV_TRANSFORM_FOCUS_PATH, "main;a;b", "main;a;b 4|main;a;b;a;d 16|main;a;b;c 8 -35" },
  { HV_TRANSFORM_FOCUS_SELF, "main;a;b", "main;b 32|main;a;b 4 -27" },
  { HV_TRANSFORM_DROP, "main;a;b", "main;a 1|main;a;a 2 -60" },
  { HV_TRANSFORM_HIDE, "main;a;b", "main 32|main;a 5|main;a;a 2|main;a;a;d 16|main;a;c 8" },
  { HV_TRANSFORM_HIDE_PATH, "main;a;b", "main;b 32|main;a 5|main;a;a 2|main;a;a;d 16|main;a;c 8" },
  { HV_TRANSFORM_COLLAPSE, "main;a;b", "main;b 32|main;a 1|main;a;b 28|main;a;a 2" },
  { HV_TRANSFORM_COLLAPSE_MODULE, "main;a;b",
    "main;[x.so] 32|main;a 1|main;a;[x.so] 12|main;a;[x.so];a;d 16|main;a;a 2" },
  { HV_TRANSFORM_COLLAPSE_RECURSION, "main;a",
    "main;b 32|main;a 3|main;a;d 16|main;a;b 4|main;a;b;c 8" },
  { HV_TRANSFORM_COLLAPSE_DIRECT, "main;a",
    "main;b 32|main;a 3|main;a;b 4|main;a;b;a;d 16|main;a;b;c 8" },
};

static GPtrArray *
transforms_of (const HvProfile *profile, const Case *c)
{
  g_autoptr (HvTree) plain = tree_of (profile, NULL, FALSE);
  GPtrArray *list = list_new ();

  g_ptr_array_add (list, hv_transform_new (c->kind, plain, test_find (plain, c->path)));
  g_assert_nonnull (list->pdata[0]);
  return list;
}

static void
test_kinds (void)
{
  g_autoptr (HvProfile) profile = test_profile (stacks);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) list = transforms_of (profile, &cases[i]);
      g_autoptr (HvTree) tree = tree_of (profile, list, FALSE);
      g_autofree char *text = tree_text (tree);
      g_assert_cmpstr (text, ==, cases[i].expected);
      g_assert_cmpint (tree->incl[0][0][0] + tree->dropped[0], ==, tree->total[0]);
    }
}

/* One after the other, and turned around after all of them. */
static void
test_several (void)
{
  g_autoptr (HvProfile) profile = test_profile (stacks);
  g_autoptr (GPtrArray)
      list = transforms_of (profile, &(Case){ HV_TRANSFORM_COLLAPSE_MODULE, "main;b", NULL });
  g_autoptr (HvTree) collapsed = tree_of (profile, list, FALSE);
  g_autoptr (GPtrArray) both = list_new ();

  g_ptr_array_add (both, hv_transform_new (HV_TRANSFORM_COLLAPSE_MODULE, collapsed,
                                           test_find (collapsed, "main;a;[x.so]")));
  g_ptr_array_add (both, hv_transform_new (HV_TRANSFORM_DROP, collapsed,
                                           test_find (collapsed, "main;a;[x.so];a;d")));
  g_autoptr (HvTree) tree = tree_of (profile, both, FALSE);
  g_autofree char *text = tree_text (tree);
  g_assert_cmpstr (text, ==, "main;[x.so] 32|main;a 1|main;a;[x.so] 12|main;a;a 2 -16");

  g_autoptr (HvTree) inverted = tree_of (profile, both, TRUE);
  g_autofree char *around = tree_text (inverted);
  g_assert_cmpstr (around, ==, "[x.so];main 32|[x.so];a;main 12|a;a;main 2|a;main 1 -16");
}

static void
test_unknown (void)
{
  g_autoptr (HvProfile) profile = test_profile (stacks);
  g_autoptr (HvProfile) other = test_profile ((const char *[]){ "x;y 5 1", NULL });
  g_autoptr (HvTree) tree = tree_of (other, NULL, FALSE);

  g_assert_null (hv_transform_new (HV_TRANSFORM_HIDE, tree, 0));
  g_assert_null (hv_transform_new (HV_TRANSFORM_COLLAPSE_MODULE, tree, test_find (tree, "x")));
  /* a path that is not there: focus leaves nothing, hide everything */
  g_autoptr (GPtrArray)
      focus = transforms_of (other, &(Case){ HV_TRANSFORM_FOCUS_PATH, "x;y", NULL });
  g_autoptr (HvTree) none = tree_of (profile, focus, FALSE);
  g_assert_cmpint (none->incl[0][0][0], ==, 0);
  g_assert_cmpint (none->dropped[0], ==, 63);
  g_autoptr (GPtrArray)
      hide = transforms_of (other, &(Case){ HV_TRANSFORM_HIDE_PATH, "x;y", NULL });
  g_autoptr (HvTree) all = tree_of (profile, hide, FALSE);
  g_assert_cmpint (all->incl[0][0][0], ==, 63);
}

/* Grouped by something else, there are no such frames. */
static void
test_groups (void)
{
  g_autoptr (HvProfile) profile = test_profile (stacks);
  g_autoptr (GPtrArray)
      drop = transforms_of (profile, &(Case){ HV_TRANSFORM_DROP, "main;b", NULL });
  g_autoptr (GPtrArray)
      path = transforms_of (profile, &(Case){ HV_TRANSFORM_FOCUS_PATH, "main;b", NULL });
  g_autoptr (GError) error = NULL;
  static const struct
  {
    HvGroup group;
    int without, only;
  } expected[] = {
    { HV_GROUP_FUNCTION, 3, 32 }, { HV_GROUP_STACK, 3, 32 }, { HV_GROUP_TASK, 3, 63 },
    { HV_GROUP_MODULE, 63, 63 },  { HV_GROUP_LINE, 3, 32 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    for (int only = 0; only < 2; only++)
      {
        const HvTreeOptions options = { .group = expected[i].group,
                                        .transforms = only ? path : drop };
        g_autoptr (HvTree)
            tree = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &options, &error);
        g_assert_no_error (error);
        g_assert_cmpint (tree->incl[0][0][0], ==, only ? expected[i].only : expected[i].without);
      }
}

/* base + grew + new − shrunk − gone = current holds for whatever is shown. */
static void
test_diff (void)
{
  for (guint32 seed = 1; seed < 40; seed++)
    {
      g_autoptr (HvProfile) base = test_random_profile (seed, 60);
      g_autoptr (HvProfile) current = test_random_profile (seed + 1000, 60);
      g_autoptr (HvTree) plain = tree_of (current, NULL, FALSE);
      g_autoptr (GPtrArray) list = list_new ();
      g_autoptr (GError) error = NULL;

      for (guint i = 0; i < 3 && plain->n_nodes > 1; i++)
        {
          HvTransform *t = hv_transform_new ((HvTransformKind) ((seed + i * 3) % HV_N_TRANSFORMS),
                                             plain, 1 + (seed * 7 + i) % (plain->n_nodes - 1));
          if (t)
            g_ptr_array_add (list, t);
        }
      HvTreeOptions options = { .group = HV_GROUP_STACK, .transforms = list };
      g_autoptr (HvDiff) diff = hv_diff_new (base, HV_AT_END, current, HV_AT_END,
                                             HV_METRIC_LIVE_BYTES, &options, &error);
      g_assert_no_error (error);
      hv_tree_check (diff->tree, &error);
      g_assert_no_error (error);
      const HvWaterfall *w = &diff->waterfall;
      g_assert_cmpint (w->base + w->grew + w->added - w->shrunk - w->gone, ==, w->current);
      for (int side = 0; side < HV_N_SIDES; side++)
        g_assert_cmpint (diff->tree->incl[side][0][0] + diff->tree->dropped[side], ==,
                         diff->tree->total[side]);
    }
}

/* In a tree by line a transform is about all lines of its function. */
static void
test_lines (void)
{
  for (guint32 seed = 1; seed < 40; seed++)
    {
      g_autoptr (HvProfile) profile = test_random_profile (seed, 80);
      g_autoptr (HvTree) plain = tree_of (profile, NULL, FALSE);
      guint of_function = 0;

      for (guint kind = 0; kind < HV_N_TRANSFORMS && plain->n_nodes > 1; kind++)
        {
          g_autoptr (GPtrArray) list = list_new ();
          g_autoptr (GError) error = NULL;
          HvTransform *t = hv_transform_new ((HvTransformKind) kind, plain,
                                             1 + (seed * 7 + kind) % (plain->n_nodes - 1));
          if (!t)
            continue;
          g_ptr_array_add (list, t);
          HvTreeOptions by_line = { .group = HV_GROUP_LINE, .transforms = list };
          g_autoptr (HvTree) whole = tree_of (profile, list, FALSE);
          g_autoptr (HvTree)
              lines = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &by_line, &error);
          g_assert_no_error (error);
          hv_tree_check (lines, &error);
          g_assert_no_error (error);
          g_assert_cmpint (lines->dropped[0], ==, whole->dropped[0]);
          g_assert_cmpint (lines->incl[0][0][0], ==, whole->incl[0][0][0]);

          /* what each function allocates itself is what its lines do */
          g_autoptr (GHashTable) self = g_hash_table_new (g_str_hash, g_str_equal);
          for (uint32_t n = 1; n < whole->n_nodes; n++)
            {
              const char *label = hv_tree_label (whole, n);
              gsize sum = GPOINTER_TO_SIZE (g_hash_table_lookup (self, label));
              g_hash_table_insert (self, (gpointer) label,
                                   GSIZE_TO_POINTER (sum + (gsize) whole->self[0][0][n]));
            }
          for (uint32_t n = 1; n < lines->n_nodes; n++)
            {
              uint32_t function = lines->key[lines->node_key[n]].function_key;
              const char *label = lines->key[function].label;
              gsize sum = GPOINTER_TO_SIZE (g_hash_table_lookup (self, label));
              of_function += function != lines->node_key[n];
              g_hash_table_insert (self, (gpointer) label,
                                   GSIZE_TO_POINTER (sum - (gsize) lines->self[0][0][n]));
            }
          GHashTableIter iter;
          gpointer label, sum;
          g_hash_table_iter_init (&iter, self);
          while (g_hash_table_iter_next (&iter, &label, &sum))
            g_assert_cmpuint (GPOINTER_TO_SIZE (sum), ==, 0);
        }
      g_assert_cmpuint (of_function, >, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transform/kinds", test_kinds);
  g_test_add_func ("/transform/several", test_several);
  g_test_add_func ("/transform/unknown", test_unknown);
  g_test_add_func ("/transform/groups", test_groups);
  g_test_add_func ("/transform/diff", test_diff);
  g_test_add_func ("/transform/lines", test_lines);
  return g_test_run ();
}
