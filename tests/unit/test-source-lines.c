/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profiles.h"
#include "store/source-lines.h"

static HvTree *
ask (const HvProfile *base, const HvProfile *profile, HvTreeOptions options)
{
  g_autoptr (GError) error = NULL;
  HvTree *tree = base ? hv_tree_new_pair (base, HV_AT_END, profile, HV_AT_END, HV_METRIC_LIVE_BYTES,
                                          &options, &error)
                      : hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &options, &error);
  g_assert_no_error (error);
  return tree;
}

static HvTree *
ask_lines (const HvProfile *base, const HvProfile *profile)
{
  return ask (base, profile, (HvTreeOptions){ .group = HV_GROUP_LINE });
}

/* "12: self/inclusive blocks" of each line, a side. */
static char *
text_of (const HvSourceLines *source, int side)
{
  GString *text = g_string_new (NULL);

  for (uint32_t i = 0; i < source->n_lines; i++)
    {
      const HvSourceLine *line = &source->line[i];
      g_string_append_printf (text, "%s%u: %d/%d", i ? ", " : "", line->line,
                              (int) line->self[side][0], (int) line->incl[side][0]);
    }
  return g_string_free (text, FALSE);
}

static void
assert_lines (const HvTree *tree, const char *file, int side, const char *expected)
{
  g_autoptr (HvSourceLines) source = hv_source_lines_new (tree, file);
  g_autofree char *text = text_of (source, side);
  g_assert_cmpstr (text, ==, expected);
}

/* a() is at lines 10 … 19 and calls itself and, in another file, b(). */
static const char *const stacks[] = {
  "main@prog:/s/m.c:3;a@prog:/s/a.c:12 1 1",
  "main@prog:/s/m.c:3;a@prog:/s/a.c:11;a@prog:/s/a.c:12 2 1",
  "main@prog:/s/m.c:3;a@prog:/s/a.c:11;a@prog:/s/a.c:11;b@prog:/s/b.c:5 4 1",
  "main@prog:/s/m.c:4;a@prog:/s/x/../a.c:11;b@prog:/s/b.c:5;c@prog:/s/./a.c:30 8 1",
  "main@prog:/s/m.c:4;d@prog:/other/a.c:12 16 1",
  "main@prog:/s/m.c:4;e@prog 32 1",
  NULL,
};

static void
test_costs (void)
{
  g_autoptr (HvProfile) profile = test_profile (stacks);
  g_autoptr (HvTree) tree = ask_lines (NULL, profile);

  assert_lines (tree, "/s/m.c", 0, "3: 0/7, 4: 0/56");
  assert_lines (tree, "/s/b.c", 0, "5: 4/12");
  /* line 11 calls itself: 4 counts once */
  assert_lines (tree, "/s/a.c", 0, "11: 0/14, 12: 3/3, 30: 8/8");
  assert_lines (tree, "/other/a.c", 0, "12: 16/16");
  assert_lines (tree, "/no/such.c", 0, "");

  g_autoptr (HvSourceLines) source = hv_source_lines_new (tree, "/s/a.c");
  g_assert_cmpint (source->file.self[0][0], ==, 11);
  g_assert_cmpint (source->file.incl[0][0], ==, 15);
  g_assert_cmpint (source->file.incl[0][HV_SLOT_PARTNER], ==, 4);
  g_assert_cmpint (hv_source_lines_find (source, 12)->self[0][0], ==, 3);
  g_assert_null (hv_source_lines_find (source, 13));
  const HvKey *key = &tree->key[tree->node_key[hv_source_lines_find (source, 11)->node]];
  g_assert_cmpstr (tree->key[key->function_key].label, ==, "a");
}

/* Both builds' frames count, also where another directory was built. */
static void
test_diff (void)
{
  g_autoptr (HvProfile) base = test_profile ((const char *[]){
      "main@prog:/old/m.c:3;a@prog:/old/a.c:12 10 1", "main@prog:/old/m.c:3;a@prog:/old/a.c:13 5 1",
      "z@prog:/old/z/a.c:12 7 1", NULL });
  g_autoptr (HvProfile) current = test_profile (
      (const char *[]){ "main@prog:/new/m.c:3;a@prog:/new/a.c:12 30 1",
                        "main@prog:/new/m.c:3;a@prog:/new/a.c:14 1 1", NULL });
  g_autoptr (HvTree) tree = ask_lines (base, current);

  assert_lines (tree, "/new/a.c", HV_SIDE_CURRENT, "12: 30/30, 13: 0/0, 14: 1/1");
  assert_lines (tree, "/new/a.c", HV_SIDE_BASE, "12: 10/10, 13: 5/5, 14: 0/0");
  assert_lines (tree, "/old/z/a.c", HV_SIDE_BASE, "12: 7/7");
}

static void
assert_line_of (const HvTree *lines, const HvTree *tree, const char *path, const char *label)
{
  uint32_t node = hv_source_node (lines, tree, test_find (tree, path));

  g_assert_cmpuint (node, !=, 0);
  g_assert_cmpstr (hv_tree_label (lines, node), ==, label);
}

/* A box of the flame graph has the line of its own call path, and a line its box. */
static void
test_nodes (void)
{
  g_autoptr (HvProfile) profile = test_profile (stacks);
  g_autoptr (HvTree) lines = ask_lines (NULL, profile);
  g_autoptr (HvTree) tree = ask (NULL, profile, (HvTreeOptions){ .group = HV_GROUP_STACK });
  g_autoptr (HvTree)
      inverted = ask (NULL, profile, (HvTreeOptions){ .group = HV_GROUP_STACK, .bottom_up = TRUE });
  g_autoptr (HvTree) by_file = ask (NULL, profile, (HvTreeOptions){ .group = HV_GROUP_FILE });

  assert_line_of (lines, tree, "main", "main  m.c:4");
  assert_line_of (lines, tree, "main;a", "a  a.c:11");
  assert_line_of (lines, tree, "main;a;a;b", "b  b.c:5");
  assert_line_of (lines, tree, "main;a;b;c", "c  a.c:30");
  assert_line_of (lines, tree, "main;e", "e");
  assert_line_of (lines, inverted, "a", "a  a.c:12");
  assert_line_of (lines, inverted, "b;a;a", "a  a.c:11");
  g_assert_cmpuint (hv_source_node (lines, tree, 0), ==, 0);
  g_assert_cmpuint (hv_source_node (lines, by_file, 1), ==, 0);

  uint32_t b = test_find (lines, "main  m.c:4;a  a.c:11;b  b.c:5");
  g_assert_cmpuint (hv_source_shown_node (tree, lines, b), ==, test_find (tree, "main;a;b"));
  g_assert_cmpuint (hv_source_shown_node (inverted, lines, b), ==, test_find (inverted, "c;b"));
  g_assert_cmpuint (hv_source_shown_node (by_file, lines, b), ==, 0);

  for (uint32_t n = 1; n < tree->n_nodes; n++)
    g_assert_cmpuint (hv_source_shown_node (tree, lines, hv_source_node (lines, tree, n)), ==, n);
}

static void
test_threads (void)
{
  g_autoptr (HvProfile) profile = test_profile ((const char *[]){ "main@p:m.c:3 30 3", NULL });
  uint32_t thread = hv_profile_add_thread (profile, 7, hv_profile_intern (profile, "worker", -1));

  hv_profile_add_thread_row (profile, &(HvThreadRow){ 0, thread, 30, 3, 30, 3 });
  g_autoptr (HvTree) lines = ask_lines (NULL, profile);
  g_autoptr (HvTree) tree = ask (NULL, profile, (HvTreeOptions){ .group = HV_GROUP_THREAD });
  uint32_t shown = test_find (tree, "thread worker (t7);main");

  assert_line_of (lines, tree, "thread worker (t7);main", "main  m.c:3");
  g_assert_cmpuint (hv_source_node (lines, tree, tree->parent[shown]), ==, 0);
  g_assert_cmpuint (hv_source_shown_node (tree, lines, test_find (lines, "main  m.c:3")), ==,
                    shown);
}

/* No line holds more than everything, and what lines hold themselves is what the file's frames do.
 */
static void
test_invariants (void)
{
  for (guint32 seed = 1; seed < 60; seed++)
    {
      g_autoptr (HvProfile) base = test_random_profile (seed, seed * 3);
      g_autoptr (HvProfile) current = test_random_profile (seed + 1000, seed * 3);
      g_autoptr (HvTree) tree = ask_lines (seed % 2 ? base : NULL, current);
      g_autoptr (HvSourceLines) source = hv_source_lines_new (tree, "f.c");

      for (guint side = 0; side < tree->n_sides; side++)
        for (int slot = 0; slot < HV_N_SLOTS; slot++)
          {
            int64_t self = 0, in_file = 0, most = 0;
            for (uint32_t i = 0; i < source->n_lines; i++)
              {
                const HvSourceLine *line = &source->line[i];
                g_assert_true (i == 0 || line->line > line[-1].line);
                g_assert_cmpint (line->incl[side][slot], <=, source->file.incl[side][slot]);
                g_assert_cmpint (line->self[side][slot], <=, line->incl[side][slot]);
                self += line->self[side][slot];
                most += line->incl[side][slot];
              }
            for (uint32_t n = 1; n < tree->n_nodes; n++)
              if (*tree->key[tree->node_key[n]].file)
                in_file += tree->self[side][slot][n];
            g_assert_cmpint (self, ==, in_file);
            g_assert_cmpint (source->file.self[side][slot], ==, in_file);
            g_assert_cmpint (source->file.incl[side][slot], <=, tree->incl[side][slot][0]);
            g_assert_cmpint (source->file.incl[side][slot], <=, most);
          }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/source-lines/costs", test_costs);
  g_test_add_func ("/source-lines/diff", test_diff);
  g_test_add_func ("/source-lines/nodes", test_nodes);
  g_test_add_func ("/source-lines/threads", test_threads);
  g_test_add_func ("/source-lines/invariants", test_invariants);
  return g_test_run ();
}
