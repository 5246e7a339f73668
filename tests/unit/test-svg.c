/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/export/export.h"
#include "viewer/export/svg-text.h"

#include "profiles.h"

#include <glib/gstdio.h>

/* What a test wrote, kept under HV_SVG_DIR for the browser test. */
static void
keep (const char *name, const GString *svg)
{
  const char *directory = g_getenv ("HV_SVG_DIR");

  if (directory == NULL)
    return;
  g_autofree char *file = g_strconcat (name, ".svg", NULL);
  g_autofree char *path = g_build_filename (directory, file, NULL);
  g_autoptr (GError) error = NULL;
  g_file_set_contents (path, svg->str, (gssize) svg->len, &error);
  g_assert_no_error (error);
}

typedef struct
{
  GString *text;
  guint n_elements, n_scripts;
} Parsed;

static void
on_start (GMarkupParseContext *context, const char *element, const char **names,
          const char **values, gpointer user, GError **error)
{
  Parsed *parsed = user;

  parsed->n_elements++;
  parsed->n_scripts += strcmp (element, "script") == 0;
  for (; *names != NULL; names++)
    {
      /* no handler, no link: only the one script acts */
      g_assert_false (g_str_has_prefix (*names, "on"));
      g_assert_null (strstr (*names, "href"));
    }
}

static void
on_text (GMarkupParseContext *context, const char *text, gsize length, gpointer user,
         GError **error)
{
  g_string_append_len (((Parsed *) user)->text, text, (gssize) length);
  g_string_append_c (((Parsed *) user)->text, '\n');
}

/* Well-formed, with one script; returns all text. */
static char *
parse (const GString *svg)
{
  static const GMarkupParser parser = { .start_element = on_start, .text = on_text };
  Parsed parsed = { .text = g_string_new (NULL) };
  g_autoptr (GMarkupParseContext)
      context = g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &parsed, NULL);
  g_autoptr (GError) error = NULL;

  g_markup_parse_context_parse (context, svg->str, (gssize) svg->len, &error);
  g_assert_no_error (error);
  g_markup_parse_context_end_parse (context, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (parsed.n_scripts, ==, 1);
  return g_string_free (parsed.text, FALSE);
}

static GString *
write_one (const char *name, const HvProfile *profile)
{
  HvTreeOptions options = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (HvTree)
      tree = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &options, &error);
  g_assert_no_error (error);
  HvReport report = { .profile = profile,
                      .at = HV_AT_END,
                      .base_at = HV_AT_END,
                      .metric = HV_METRIC_LIVE_BYTES,
                      .tree = tree,
                      .rows_tree = tree,
                      .top = 20 };
  GString *svg = g_string_new (NULL);

  g_assert_true (hv_exporter_for_kind ("svg")->write (&report, svg, &error));
  g_assert_no_error (error);
  keep (name, svg);
  return svg;
}

static GString *
write_diff (const char *name, const HvProfile *base, const HvProfile *current, guint view)
{
  HvTreeOptions options = { .group = HV_GROUP_STACK };
  g_autoptr (GError) error = NULL;
  g_autoptr (HvDiff) diff = hv_diff_new (base, HV_AT_END, current, HV_AT_END, HV_METRIC_LIVE_BYTES,
                                         &options, &error);
  g_assert_no_error (error);
  HvReport report = { .profile = current,
                      .base = base,
                      .at = HV_AT_END,
                      .base_at = HV_AT_END,
                      .metric = HV_METRIC_LIVE_BYTES,
                      .tree = diff->tree,
                      .diff = diff,
                      .rows_tree = diff->tree,
                      .rows_diff = diff,
                      .view = view,
                      .top = 20 };
  GString *svg = g_string_new (NULL);

  g_assert_true (hv_exporter_for_kind ("svg")->write (&report, svg, &error));
  g_assert_no_error (error);
  keep (name, svg);
  return svg;
}

static void
assert_contains (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("no “%s” in the picture", part);
}

static guint
count (const char *text, const char *part)
{
  guint n = 0;

  for (; (text = strstr (text, part)) != NULL; text += strlen (part))
    n++;
  return n;
}

static void
test_one (void)
{
  g_autoptr (HvProfile) profile = test_sampled_profile ("/tmp/frontend.800M.heap", example_current,
                                                        G_N_ELEMENTS (example_current));
  g_autoptr (GString) svg = write_one ("one", profile);
  g_autofree char *text = parse (svg);

  assert_contains (text, "frontend.800M.heap");
  g_assert_null (strstr (text, "/tmp/"));
  assert_contains (text, "763 MiB");
  assert_contains (text, "sampled");
  assert_contains (text, "\nall 763 MiB\n");
  assert_contains (text, "\ncache_insert\n");
  assert_contains (text, "305 MiB (320\u202f000\u202f000 B)");
  assert_contains (text, "40.0 % of all shown · 60.4 % of caller handle");
  assert_contains (text, "blocks: 65\u202f300");
  /* a box a node */
  g_assert_cmpuint (count (svg->str, "data-v="), ==, 15);
}

static void
test_diff (void)
{
  static const char *const names[] = { "growth", "current", "base", "overlay" };
  g_autoptr (HvProfile) base = test_sampled_profile ("/x/frontend.300M.heap", example_base,
                                                     G_N_ELEMENTS (example_base));
  g_autoptr (HvProfile) current = test_sampled_profile ("/x/frontend.800M.heap", example_current,
                                                        G_N_ELEMENTS (example_current));

  for (guint view = 0; view < G_N_ELEMENTS (names); view++)
    {
      g_autoptr (GString) svg = write_diff (names[view], base, current, view);
      g_autofree char *text = parse (svg);

      assert_contains (text, "frontend.300M.heap");
      assert_contains (text, "compared with base");
      assert_contains (text, "286 MiB → 763 MiB");
      assert_contains (text, "+477 MiB");
      /* 390 grew, 150 new, 0 shrunk, 40 gone (MB) */
      assert_contains (text, "+372 MiB grew");
      assert_contains (text, "+143 MiB new");
      assert_contains (text, "0 B shrunk");
      g_assert_null (strstr (text, "−0 B")); /* ui.md §2.6 */
      assert_contains (text, "−38.1 MiB gone");
      g_assert_null (strstr (text, "nan"));
      if (view == HV_VIEW_GROWTH)
        {
          assert_contains (text, "+286 MiB \n");
          assert_contains (text, "55.6 % of all growth · 66.7 % of caller handle");
          /* too narrow for the number too */
          assert_contains (text, "\n− \nold_cache\n");
          assert_contains (text, "blocks: 4\u202f096 → 65\u202f300 (+61\u202f204)");
        }
    }
}

/* What the window was zoomed to and searched for is drawn, and told to the script. */
static void
test_state (void)
{
  g_autoptr (HvProfile) profile = test_sampled_profile ("/tmp/frontend.800M.heap", example_current,
                                                        G_N_ELEMENTS (example_current));
  HvTreeOptions options = { .group = HV_GROUP_STACK };
  g_autoptr (GError) error = NULL;
  g_autoptr (HvTree)
      tree = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &options, &error);
  g_assert_no_error (error);
  uint32_t handle = test_find (tree, "main;rt_poll;handle");
  g_autofree guint8 *matches = g_new0 (guint8, tree->n_keys);
  matches[tree->node_key[test_find (tree, "main;rt_poll;handle;parse_json")]] = 1;
  const HvReport report = { .profile = profile,
                            .at = HV_AT_END,
                            .metric = HV_METRIC_LIVE_BYTES,
                            .tree = tree,
                            .rows_tree = tree,
                            .zoom = handle,
                            .zoom_forests = 1u << HV_FLAME_GAIN,
                            .matches = matches,
                            .search = "parse \"json" };
  g_autoptr (GString) svg = g_string_new (NULL);

  g_assert_true (hv_exporter_for_kind ("svg")->write (&report, svg, &error));
  g_assert_no_error (error);
  g_autofree char *text = parse (svg);
  assert_contains (svg->str, " data-search=\"parse &quot;json\"");
  assert_contains (svg->str, "class=\"w fade\"");
  /* all of it is in the file, what is beside the zoom hidden */
  g_assert_cmpuint (count (svg->str, "data-v="), ==, 15);
  g_assert_cmpuint (count (svg->str, "class=\"b a\""), ==, 3);
  g_assert_cmpuint (count (svg->str, "class=\"b hit\""), ==, 1);
  g_assert_cmpuint (count (svg->str, " display=\"none\""), ==, 4);

  /* the number that the script counts the boxes by */
  const char *at = strstr (svg->str, " data-zoom=\"");
  guint zoom = at ? (guint) strtoul (at + strlen (" data-zoom=\""), NULL, 10) : 0;
  const char *box = svg->str;
  for (guint i = 0; i <= zoom && box; i++)
    box = strstr (box + 1, "<svg class=\"b");
  g_assert_nonnull (box);
  const char *title = strstr (box, "<title>");
  g_assert_true (title && g_str_has_prefix (title, "<title>handle"));
}

/* The y of the first box with a name. */
static int
y_of (const GString *svg, const char *name)
{
  g_autofree char *title = g_strconcat ("<title>", name, NULL);
  const char *at = strstr (svg->str, title), *y;

  g_assert_nonnull (at);
  for (y = at; !g_str_has_prefix (y, " y=\""); y--)
    g_assert_true (y > svg->str && *y != '\n');
  return atoi (y + strlen (" y=\""));
}

/* With the root below the script is told, and each box is as far from the bottom as it is from the
 * top otherwise. */
static void
test_root_below (void)
{
  static const char *const names[] = { "main", "rt_poll", "handle", "cache_insert" };
  g_autoptr (HvProfile) profile = test_sampled_profile ("/tmp/frontend.800M.heap", example_current,
                                                        G_N_ELEMENTS (example_current));
  HvTreeOptions options = { .group = HV_GROUP_STACK };
  g_autoptr (GError) error = NULL;
  g_autoptr (HvTree)
      tree = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &options, &error);
  g_assert_no_error (error);
  HvReport report = { .profile = profile,
                      .at = HV_AT_END,
                      .metric = HV_METRIC_LIVE_BYTES,
                      .tree = tree,
                      .rows_tree = tree };
  g_autoptr (GString) above = g_string_new (NULL), svg = g_string_new (NULL);

  g_assert_true (hv_exporter_for_kind ("svg")->write (&report, above, &error));
  report.root_below = TRUE;
  g_assert_true (hv_exporter_for_kind ("svg")->write (&report, svg, &error));
  g_assert_no_error (error);
  keep ("root-below", svg);
  g_assert_null (strstr (above->str, " data-root="));
  assert_contains (svg->str, " data-root=\"below\"");
  int root = y_of (svg, "all") + y_of (above, "all");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_assert_cmpint (y_of (above, names[i]), ==, (int) (i + 1) * 22);
      g_assert_cmpint (y_of (svg, names[i]) + y_of (above, names[i]), ==, root);
    }
}

/* Nearer than all: what is in sight is drawn as wide as the window has it, and the rest is hidden.
 */
static void
test_viewport (void)
{
  g_autoptr (HvProfile) profile = test_sampled_profile ("/tmp/frontend.800M.heap", example_current,
                                                        G_N_ELEMENTS (example_current));
  HvTreeOptions options = { .group = HV_GROUP_STACK };
  g_autoptr (GError) error = NULL;
  g_autoptr (HvTree)
      tree = hv_tree_new (profile, HV_METRIC_LIVE_BYTES, HV_AT_END, &options, &error);
  g_assert_no_error (error);
  const HvReport report = { .profile = profile,
                            .at = HV_AT_END,
                            .metric = HV_METRIC_LIVE_BYTES,
                            .tree = tree,
                            .rows_tree = tree,
                            .scale = 4,
                            .left = 0.5 };
  g_autoptr (GString) svg = g_string_new (NULL);

  g_assert_true (hv_exporter_for_kind ("svg")->write (&report, svg, &error));
  g_assert_no_error (error);
  keep ("viewport", svg);
  assert_contains (svg->str, " data-scale=\"4\" data-left=\"0.5\"");
  assert_contains (svg->str, "<svg class=\"b\" x=\"0\" y=\"0\" width=\"1367\"");
  /* the left half is not in sight */
  const char *cache = strstr (svg->str, "<title>cache_insert");
  g_assert_nonnull (cache);
  const char *box = g_strrstr_len (svg->str, cache - svg->str, "<svg class=");
  g_assert_true (g_str_has_prefix (box, "<svg class=\"b\" display=\"none\""));
}

/* Names that would break out of an attribute, of text or of CDATA, that XML cannot hold at all, or
 * that turn the writing direction. */
static void
test_nasty (void)
{
  static const Stack stacks[] = {
    { "<script>alert(1)</script>;\"' onload='alert(1)' x=\"", 500, 5 },
    { "]]>;<![CDATA[;<!-- x --;&amp;&#0;&bogus", 400, 4 },
    { "a\x01\x02\x1b[31mred\nline\ttab\x7f;\xff\xfe\x80 invalid", 300, 3 },
    { "\u202Egnirts\u2066;\uFFFE\uFFFF;缓存::插入数据块;ключ", 900, 9 },
    { "std::unordered_map<std::string, std::shared_ptr<ns::Node<int, 5>>>::operator[](std::string "
      "const&)@/usr/lib/lib\"<&>.so;operator<<;operator&&",
      800, 8 },
  };
  g_autoptr (HvProfile)
      profile = test_sampled_profile ("/x/<&\"'>\x01.heap", stacks, G_N_ELEMENTS (stacks));
  g_autoptr (GString) svg = write_one ("nasty", profile);
  g_autofree char *text = parse (svg);

  g_assert_true (g_utf8_validate_len (svg->str, svg->len, NULL));
  assert_contains (text, "<script>alert(1)</script>");
  assert_contains (text, "]]>");
  assert_contains (text, "\n&#0\n");
  assert_contains (text, "\n&bogus\n");
  assert_contains (text, "operator<<");
  assert_contains (text, "缓存::插入数据块");
  g_assert_null (strstr (text, "\u202E"));
  for (gsize i = 0; i < svg->len; i++)
    g_assert_true ((guchar) svg->str[i] >= 0x20 || svg->str[i] == '\n');
  /* The style sheet and the script are all that stands outside of escaped text. */
  g_assert_cmpuint (count (svg->str, "<script>"), ==, 1);
  g_assert_cmpuint (count (svg->str, "]]>"), ==, 1);

  /* DHAT's ad-hoc files name their own units. */
  HvProfile *units = hv_profile_new ();
  units->path = g_strdup ("units");
  units->format = "dhat";
  units->variant = hv_profile_intern (units, "<v>", -1);
  units->command = hv_profile_intern (units, "./a --x=\"<b>&\x02\"", -1);
  units->byte_unit = hv_profile_intern (units, "<u>&\"'\x01\n]]>", -1);
  hv_profile_column (units, HV_METRIC_LIVE_BYTES);
  hv_profile_column (units, HV_METRIC_LIVE_BLOCKS);
  test_add (units, "main;f", 300, 3);
  test_add (units, "main;g", 100, 1);
  hv_profile_warn (units, "a frame's name is cut: %s", "<x>\x02&");
  hv_profile_seal (units);
  g_autoptr (GString) in_units = write_one ("nasty-units", units);
  g_autofree char *words = parse (in_units);
  assert_contains (words, "<u>&\"'");
  assert_contains (words, "! a frame's name is cut: <x>");
  g_autoptr (GString) units_diff = write_diff ("nasty-units-diff", units, units, HV_VIEW_OVERLAY);
  g_free (parse (units_diff));
  hv_profile_free (units);

  g_autoptr (GString) diff = write_diff ("nasty-diff", profile, profile, HV_VIEW_CURRENT);
  g_free (parse (diff));
}

static void
test_empty (void)
{
  g_autoptr (HvProfile) profile = test_sampled_profile ("empty.heap", NULL, 0);
  g_autoptr (GString) svg = write_one ("empty", profile);
  g_autofree char *text = parse (svg);

  assert_contains (text, "Nothing to draw: this profile has no live bytes at this moment.");
  for (guint view = 0; view < 4; view++)
    {
      g_autoptr (GString) diff = write_diff ("empty-diff", profile, profile, view);
      g_free (parse (diff));
    }
}

static void
test_same (void)
{
  g_autoptr (HvProfile)
      profile = test_sampled_profile ("same.heap", example_current, G_N_ELEMENTS (example_current));
  g_autoptr (GString) svg = write_diff ("same", profile, profile, HV_VIEW_GROWTH);
  g_autofree char *text = parse (svg);

  assert_contains (text, "No difference");
  assert_contains (text, "Nothing grew and nothing shrank.");
}

static void
test_tiny (void)
{
  static const Stack stacks[] = { { "main", 1, 1 } };
  g_autoptr (HvProfile) profile = test_sampled_profile ("tiny.heap", stacks, 1);
  g_autoptr (GString) svg = write_one ("tiny", profile);

  g_free (parse (svg));
}

/* Names of C++ and many boxes: the file stays small, and every byte stays in the picture. */
static void
test_large (void)
{
  HvProfile *profile = hv_profile_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);

  profile->path = g_strdup ("large.heap");
  profile->format = "heaptrack";
  hv_profile_column (profile, HV_METRIC_LIVE_BYTES);
  hv_profile_column (profile, HV_METRIC_LIVE_BLOCKS);
  for (guint i = 0; i < 30000; i++)
    {
      g_autoptr (GString) stack = g_string_new ("main@/usr/bin/server");
      guint depth = (guint) g_rand_int_range (rand, 4, 30);
      for (guint d = 0; d < depth; d++)
        {
          int f = g_rand_int_range (rand, 0, d < 8 ? 2 : 12);
          g_string_append_printf (stack,
                                  ";ns%d::detail::Container<std::map<std::string, "
                                  "std::vector<ns%d::Value<%d>, std::allocator<ns%d::Value>>>>::"
                                  "insert_or_assign_%d(std::string const&, ns%d::Value&&)"
                                  "@/usr/lib/lib%d.so.2",
                                  f, f, f, f, f, f, f % 4);
        }
      test_add (profile, stack->str, (int64_t) g_rand_int_range (rand, 1, 1 << 20), 1);
    }
  hv_profile_seal (profile);
  g_autoptr (GString) svg = write_one ("large", profile);
  g_autofree char *text = parse (svg);

  g_assert_cmpuint (svg->len, <=, 2000000);
  g_assert_cmpuint (count (svg->str, "data-v="), >, 300);
  assert_contains (text, "too narrow to draw merged");
  hv_profile_free (profile);
}

static void
test_text (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  hv_svg_append_shortened (out, "abcdefghij", 5);
  g_assert_cmpstr (out->str, ==, "ab…ij");
  g_string_truncate (out, 0);
  hv_svg_append_shortened (out, "a<>b", 4);
  g_assert_cmpstr (out->str, ==, "a&lt;&gt;b");

  g_autofree char *whole = hv_svg_fit_text ("cache_insert", 200, 12);
  g_assert_cmpstr (whole, ==, "cache_insert");
  g_autofree char *cut = hv_svg_fit_text ("cache_insert", 50, 12);
  g_assert_true (g_str_has_prefix (cut, "cac") && g_str_has_suffix (cut, "…"));
  g_assert_cmpfloat (hv_svg_text_width (cut, 12, FALSE), <=, 50);
  g_assert_null (hv_svg_fit_text ("cache_insert", 10, 12));
  g_autofree char *chinese = hv_svg_fit_text ("缓存插入数据块", 50, 12);
  g_assert_cmpstr (chinese, ==, "缓存插…");

  g_auto (GStrv) lines = hv_svg_wrap_text ("one two three four", 60, 12);
  g_assert_cmpuint (g_strv_length (lines), ==, 2);
  g_autofree char *joined = g_strjoinv (" ", lines);
  g_assert_cmpstr (joined, ==, "one two three four");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/svg/one", test_one);
  g_test_add_func ("/svg/diff", test_diff);
  g_test_add_func ("/svg/state", test_state);
  g_test_add_func ("/svg/root-below", test_root_below);
  g_test_add_func ("/svg/viewport", test_viewport);
  g_test_add_func ("/svg/nasty", test_nasty);
  g_test_add_func ("/svg/empty", test_empty);
  g_test_add_func ("/svg/same", test_same);
  g_test_add_func ("/svg/tiny", test_tiny);
  g_test_add_func ("/svg/large", test_large);
  g_test_add_func ("/svg/text", test_text);
  return g_test_run ();
}
