/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/dump-name.h"
#include "importers/importer.h"
#include "importers/maps.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <utime.h>

static HvProfile *
import_bytes (const char *text, gssize length, const char *path, GError **error)
{
  HvImportOptions options = { .no_symbols = TRUE };
  gsize size = length < 0 ? strlen (text) : (gsize) length;
  g_autoptr (HvInput) input = hv_input_new_for_memory (text, size, error);

  return input ? hv_import_input (input, path, &options, error) : NULL;
}

static HvProfile *
import_text (const char *text)
{
  g_autoptr (GError) error = NULL;
  HvProfile *profile = import_bytes (text, -1, "test.heap", &error);

  g_assert_no_error (error);
  g_assert_true (hv_profile_check (profile, &error));
  return profile;
}

static HvProfile *
import_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  HvProfile *profile = import_bytes (text, (gssize) size, path, &error);
  g_assert_no_error (error);
  g_assert_true (hv_profile_check (profile, &error));
  return profile;
}

static void
assert_refused (const char *text, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HvProfile) profile = import_bytes (text, -1, "test.heap", &error);

  g_assert_null (profile);
  g_assert_error (error, HV_ERROR, HV_ERROR_FORMAT);
  g_assert_cmpstr (error->message, ==, message);
}

static gboolean
warns (const HvProfile *profile, const char *part)
{
  for (guint i = 0; i < profile->warnings->len; i++)
    if (strstr (g_ptr_array_index (profile->warnings, i), part))
      return TRUE;
  return FALSE;
}

/* The stack of a site, outermost first: names, or module+0xaddress. */
static char *
stack_text (const HvProfile *profile, uint32_t site)
{
  GString *text = g_string_new (NULL);

  for (uint32_t n = profile->site_node[site]; n; n = profile->node_parent[n])
    {
      const HvFrame *f = &profile->frame[profile->node_frame[n]];
      g_autofree char *one = f->function ? g_strdup (hv_profile_string (profile, f->function))
                                         : g_strdup_printf (
                                             "%s+0x%" G_GINT64_MODIFIER "x",
                                             hv_basename (hv_profile_string (profile, f->module)),
                                             f->address);
      if (text->len)
        g_string_prepend (text, ";");
      g_string_prepend (text, one);
    }
  return g_string_free (text, FALSE);
}

static char *
samples (const char *part)
{
  const char *dir = g_getenv ("HV_SAMPLES");
  char *path = dir ? g_build_filename (dir, part, NULL) : NULL;

  if (path && g_file_test (path, G_FILE_TEST_EXISTS))
    return path;
  g_free (path);
  g_test_skip ("the recordings of ../shared/samples are not here");
  return NULL;
}

/* Every row of an EXPECTED.tsv. A dump that its recorder cut holds the header's totals. */
static guint
check_expected (const char *folder)
{
  g_autofree char *table = g_build_filename (folder, "EXPECTED.tsv", NULL);
  g_autofree char *text = NULL;
  guint n = 0;

  g_assert_true (g_file_get_contents (table, &text, NULL, NULL));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (guint i = 1; lines[i] && *lines[i]; i++)
    {
      g_auto (GStrv) f = g_strsplit (lines[i], "\t", -1);
      g_autofree char *path = g_build_filename (folder, f[0], NULL);
      g_autoptr (HvProfile) profile = import_file (path);
      gint64 period = g_ascii_strtoll (f[2], NULL, 10);
      gint64 total_blocks = g_ascii_strtoll (f[6], NULL, 10);
      gint64 total_bytes = g_ascii_strtoll (f[7], NULL, 10);

      g_test_message ("%s", f[0]);
      for (guint w = 0; w < profile->warnings->len; w++)
        g_test_message ("  %s", (const char *) g_ptr_array_index (profile->warnings, w));
      if (g_str_has_suffix (f[0], "py.0021.heap"))
        {
          total_blocks = 4179977;
          total_bytes = 772812477;
          g_assert_true (warns (profile, "1 MiB"));
        }
      g_assert_true (g_str_has_prefix (hv_profile_string (profile, profile->variant), f[1]));
      g_assert_cmpint (profile->sample_period, ==, period > 1 ? period : -1);
      g_assert_cmpint (hv_profile_total (profile, HV_METRIC_LIVE_BLOCKS), ==,
                       g_ascii_strtoll (f[4], NULL, 10));
      g_assert_cmpint (hv_profile_total (profile, HV_METRIC_LIVE_BYTES), ==,
                       g_ascii_strtoll (f[5], NULL, 10));
      g_assert_cmpint (profile->column[HV_METRIC_TOTAL_BYTES] != NULL, ==, total_bytes > 0);
      g_assert_cmpint (hv_profile_total (profile, HV_METRIC_TOTAL_BLOCKS), ==, total_blocks);
      g_assert_cmpint (hv_profile_total (profile, HV_METRIC_TOTAL_BYTES), ==, total_bytes);
      g_assert_cmpint (profile->column[HV_METRIC_RAW_LIVE_BYTES] != NULL, ==, period > 1);
      g_assert_false (profile->incomplete);
      g_assert_cmpuint (profile->process_key, !=, 0);
      n++;
    }
  return n;
}

static void
test_expected (gconstpointer folder)
{
  g_autofree char *path = samples (folder);

  if (path)
    g_assert_cmpuint (check_expected (path), >, 5);
}

static void
test_expected_small (gconstpointer folder)
{
  g_autofree char *path = g_build_filename (g_getenv ("HV_TEST_DATA"), folder, NULL);

  g_assert_cmpuint (check_expected (path), >, 1);
}

/* A known program: with n samples of one size S the estimate's relative error is sqrt((1-p)/n). The
 * file's truth for the sites of one size; those that share a function are told by their counts. */
static void
test_truth (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("HV_TEST_DATA"), "jemalloc/runA.phase3.heap",
                                            NULL);
  g_autoptr (HvProfile) profile = import_file (path);
  const struct
  {
    double size, blocks;
  } truth[] = { { 16, 3000000 }, { 1024, 60000 }, { 1048576, 24 } };
  const int64_t *bytes = profile->column[HV_METRIC_LIVE_BYTES];
  const int64_t *blocks = profile->column[HV_METRIC_LIVE_BLOCKS];

  for (gsize i = 0; i < G_N_ELEMENTS (truth); i++)
    {
      double found = 0, p = 1 - exp (-truth[i].size / 16384);
      double sd = sqrt ((1 - p) * truth[i].blocks / p);
      for (uint32_t s = 0; s < profile->n_sites; s++)
        if (blocks[s] && fabs ((double) bytes[s] / (double) blocks[s] - truth[i].size) < 0.6)
          found += (double) blocks[s];
      g_assert_cmpfloat (fabs (found - truth[i].blocks), <=, 3 * sd + 1);
    }
}

static const char two_stacks[] =
    "heap_v2/524288\n"
    "  t*: 3: 300 [0: 0]\n"
    "  t0: 2: 200 [0: 0] main thr\n"
    "  t7: 1: 100 [0: 0]\n"
    "@ 0x1011 0x2021 0x9999\n"
    "  t*: 2: 200 [0: 0]\n"
    "  t0: 2: 200 [0: 0]\n"
    "@ 0x1011 0x2031\n"
    "  t*: 1: 100 [0: 0]\n"
    "  t7: 1: 100 [0: 0]\n"
    "\n"
    "MAPPED_LIBRARIES:\n"
    "1000-2000 r-xp 00000400 fe:00 12      /opt/a b/lib c.so (deleted)\n"
    "2000-3000 r-xp 00003000 fe:00 13      /opt/main\n"
    "3000-4000 rw-p 00000000 00:00 0 \n"
    "9000-a000 r-xp 00000000 00:00 0 \n"
    "ffff0000-ffff1000 r-xp 00000000 00:00 0           [vdso]\n";

static void
check_two_stacks (const HvProfile *profile)
{
  g_assert_cmpuint (profile->n_sites, ==, 2);
  g_autofree char *first = stack_text (profile, 0), *second = stack_text (profile, 1);
  g_assert_cmpstr (first, ==, "+0x9998;main+0x3020;lib c.so+0x410");
  g_assert_cmpstr (second, ==, "main+0x3030;lib c.so+0x410");
  g_assert_cmpint (profile->column[HV_METRIC_RAW_LIVE_BLOCKS][0], ==, 2);
  g_assert_cmpint (profile->column[HV_METRIC_RAW_LIVE_BYTES][1], ==, 100);
  /* 1 / (1 - exp (-100 / 524288)) = 5243.38 */
  g_assert_cmpint (profile->column[HV_METRIC_LIVE_BLOCKS][1], ==, 5243);
  g_assert_cmpint (profile->column[HV_METRIC_LIVE_BYTES][1], ==, 524338);
  g_assert_null (profile->column[HV_METRIC_TOTAL_BYTES]);
}

static void
test_model (void)
{
  g_autoptr (HvProfile) profile = import_text (two_stacks);

  check_two_stacks (profile);
  g_assert_cmpstr (profile->format, ==, "jemalloc");
  g_assert_cmpstr (hv_profile_string (profile, profile->variant), ==, "heap_v2");
  g_assert_cmpint (profile->sample_period, ==, 524288);
  g_assert_cmpint (profile->pid, ==, -1);
  g_assert_cmpuint (profile->n_modules, ==, 2);
  g_assert_cmpstr (hv_profile_string (profile, profile->module[1].path), ==, "/opt/a b/lib c.so");
  for (uint32_t f = 1; f < profile->n_frames; f++)
    g_assert_cmpint (profile->frame[f].flags, ==,
                     profile->frame[f].module ? 0 : HV_FRAME_RUNTIME_ADDRESS);

  g_assert_cmpuint (profile->n_threads, ==, 2);
  g_assert_cmpuint (profile->thread_uid[1], ==, 7);
  g_assert_cmpstr (hv_profile_string (profile, profile->thread_name[0]), ==, "main thr");
  g_assert_cmpuint (profile->n_thread_rows, ==, 2);
  g_assert_cmpuint (profile->thread_row[1].site, ==, 1);
  g_assert_cmpuint (profile->thread_row[1].thread, ==, 1);
  g_assert_cmpint (profile->thread_row[1].live_bytes, ==, 524338);
  g_assert_false (profile->incomplete);
}

static void
test_line_ends (void)
{
  g_auto (GStrv) lines = g_strsplit (two_stacks, "\n", -1);
  g_autofree char *text = g_strjoinv ("\r\n", lines);
  g_autofree char *commanded = g_strconcat ("%warn first\n%warn half\n%warn\n%other\n\n"
                                            "%warn second\n",
                                            text, NULL);
  g_autoptr (HvProfile) profile = import_text (commanded);

  check_two_stacks (profile);
  g_assert_true (warns (profile, "first half"));
  g_assert_true (warns (profile, "second"));
  g_assert_false (warns (profile, "other"));
}

static void
test_kinds (void)
{
  /* the pair 2: 2000 in each kind of §1.2 */
  const struct
  {
    const char *header, *format;
    int64_t period, blocks, bytes;
  } kinds[] = {
    { "heap profile:      2:     2000 [     2:     2000] @ heapprofile", "gperftools", -1, 2,
      2000 },
    { "heap profile: 2: 2000 [2: 2000] @ growth", "gperftools", -1, 2, 2000 },
    { "heap profile: 2: 2000 [2: 2000] @ fragmentationz", "gperftools", -1, 2, 2000 },
    { "heap profile: 2: 2000 [2: 2000] @ heap_v2/1", "jemalloc", -1, 2, 2000 },
    /* 1 / (1 - exp (-1000 / 4096)) = 4.6164 */
    { "heap profile:      2:     2000 [     2:     2000] @ heap_v2/4096", "gperftools", 4096, 9,
      9233 },
    { "heap profile: 2: 2000 [2: 2000] @ heap_v2/4096", "jemalloc", 4096, 9, 9233 },
    { "heap profile: 2: 2000 [2: 2000] @ heapz_v2/4096", "gperftools", 4096, 9, 9233 },
    { "heap profile: 2:2000[2 :2000]@heap/16384", "gperftools", 8192, 16, 16384 },
    { "heap profile: 2: 2000 [2: 2000]", "gperftools", 131072, 262, 262144 },
    { "heap profile: 2: 2000 [3: 2000]", "gperftools", -1, 2, 2000 },
    { "heap profile: 2: 2000 [2: 2000] @ novel/7", "gperftools", -1, 2, 2000 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *text = g_strconcat (kinds[i].header, "\n 2: 2000 [2: 2000] @ 0x10 0x20\n",
                                           "\nMAPPED_LIBRARIES:\n", NULL);
      g_autoptr (HvProfile) profile = import_text (text);
      g_test_message ("%s", kinds[i].header);
      g_assert_cmpstr (profile->format, ==, kinds[i].format);
      g_assert_cmpint (profile->sample_period, ==, kinds[i].period);
      g_assert_cmpint (hv_profile_total (profile, HV_METRIC_LIVE_BLOCKS), ==, kinds[i].blocks);
      g_assert_cmpint (hv_profile_total (profile, HV_METRIC_LIVE_BYTES), ==, kinds[i].bytes);
      g_assert_cmpint (hv_profile_total (profile, HV_METRIC_TOTAL_BYTES), ==, kinds[i].bytes);
    }
}

static void
test_empty_stacks (void)
{
  g_autoptr (HvProfile) profile = import_text ("heap profile: 3: 30 [3: 30] @ heapprofile\n"
                                               "1: 10 [1: 10] @\n"
                                               "1: 10 [1: 10] @ 0x0 0x0\n"
                                               "1: 10 [1: 10] @ 0x11 0x0\n"
                                               "\nMAPPED_LIBRARIES:\n");
  g_autofree char *none = stack_text (profile, 0), *one = stack_text (profile, 1);

  g_assert_cmpuint (profile->n_sites, ==, 2);
  g_assert_cmpstr (none, ==, "[no stack]");
  g_assert_cmpint (profile->column[HV_METRIC_LIVE_BYTES][0], ==, 20);
  g_assert_cmpstr (one, ==, "+0x10");
  g_assert_cmpstr (profile->format, ==, "jemalloc");
}

static void
test_empty_profile (void)
{
  g_autoptr (HvProfile) profile = import_text ("heap_v2/524288\n  t*: 0: 0 [0: 0]\n\n"
                                               "MAPPED_LIBRARIES:\n"
                                               "1000-2000 r-xp 00000000 fe:00 12  /bin/true\n");

  g_assert_cmpuint (profile->n_sites, ==, 0);
  g_assert_nonnull (profile->column[HV_METRIC_LIVE_BYTES]);
  g_assert_cmpint (hv_profile_total (profile, HV_METRIC_LIVE_BYTES), ==, 0);
  g_assert_cmpuint (profile->warnings->len, ==, 0);
}

static void
test_symbolized (void)
{
  g_autoptr (HvProfile) profile = import_text ("--- symbol\n"
                                               "binary=/opt/main\n"
                                               "0x0000000000001011 leaf(int)\n"
                                               "0x2020 outer--T::operator--(int)--inner\n"
                                               "0x0000000000009998 0x0000000000009998\n"
                                               "---\n"
                                               "--- heap\n"
                                               "heap_v2/1\n"
                                               "  t*: 1: 8 [0: 0]\n"
                                               "@ 0x1011 0x2021 0x9999\n"
                                               "  t*: 1: 8 [0: 0]\n"
                                               "\nMAPPED_LIBRARIES:\n"
                                               "2000-3000 r-xp 00003000 fe:00 13      /opt/main\n");
  g_autofree char *stack = stack_text (profile, 0);

  g_assert_cmpstr (stack, ==, "+0x9998;outer;T::operator--(int);inner;leaf(int)");
  g_assert_cmpstr (hv_profile_string (profile, profile->variant), ==, "heap_v2 symbolized");
  uint32_t inner = profile->node_parent[profile->site_node[0]];
  const HvFrame *frame = &profile->frame[profile->node_frame[inner]];
  g_assert_cmpint (frame->flags, ==, HV_FRAME_INLINED);
  g_assert_cmpstr (hv_profile_string (profile, frame->module), ==, "/opt/main");
  frame = &profile->frame[profile->node_frame[profile->node_parent[inner]]];
  g_assert_cmpint (frame->flags, ==, HV_FRAME_INLINED);
  frame = &profile->frame[profile->node_frame[profile->node_parent[profile->node_parent[inner]]]];
  g_assert_cmpint (frame->flags, ==, 0);
}

static void
test_symbolized_file (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("HV_TEST_DATA"),
                                            "jemalloc/groundtruth.symbolized.heap", NULL);
  g_autoptr (HvProfile) profile = import_file (path);
  gboolean raw = FALSE;

  /* the site of 16-byte objects goes through a function inlined into alloc_small16 */
  for (uint32_t s = 0; s < profile->n_sites; s++)
    {
      g_autofree char *stack = stack_text (profile, s);
      raw = raw || strstr (stack, ";alloc_small16(int);raw;");
    }
  g_assert_true (raw);
}

static void
test_maps (void)
{
  g_autoptr (HvProfile) profile = hv_profile_new ();
  HvMaps maps;
  static const char *const lines[] = {
    "5583fba8f000-5583fba91000 r-xp 00002000 00:00 5480449     /opt/my program (deleted)",
    "7f0000000000-7f0000001000 rw-p 00000000 fe:00 12 /opt/data",
    "build=/usr/grte",
    "40000000-40015000: $build/ld.so",
    "  0x100000000-0x100004000: /usr/lib/libSystem.dylib",
    "0x400000 0x401000 1 0 0xfffff800032 r-x 1 0 0x1000 COW NC vnode /usr/local/bin/my app NCH -1",
    "0x600000 0x601000 1 0 0xfffff800032 rw- 1 0 0x1000 COW NNC vnode /usr/local/bin/app NCH -1",
    "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]",
    "300000000000-300000001000 r-xp 00000000 00:00 0 [anon:code]",
    "gibberish",
    "12-",
    "2000-1000 r-xp 00000000 00:00 5  /backwards",
    "12345678901234567-2 r-xp 00000000 00:00 5  /too/long",
  };
  const struct
  {
    uint64_t address, offset;
    const char *path;
  } cases[] = {
    { 0x5583fba8f000, 0x2000, "/opt/my program" },
    { 0x5583fba90fff, 0x3fff, "/opt/my program" },
    { 0x40000010, 0x10, "/usr/grte/ld.so" },
    { 0x100000004, 4, "/usr/lib/libSystem.dylib" },
    { 0x400123, 0x123, "/usr/local/bin/my app" },
    { 0xffffffffff600007, 7, "[vsyscall]" },
    { 0x300000000001, 1, "" },
  };
  const uint64_t outside[] = { 0,        1,      0x5583fba8efff, 0x5583fba91000, 0x7f0000000001,
                               0x600000, 0x1800, UINT64_MAX };

  hv_maps_init (&maps);
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    hv_maps_add_line (&maps, profile, lines[i], strlen (lines[i]));
  hv_maps_end (&maps);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const HvMapping *m = hv_maps_find (&maps, cases[i].address);
      g_assert_nonnull (m);
      g_assert_cmpstr (hv_profile_string (profile, m->path), ==, cases[i].path);
      g_assert_cmphex (cases[i].address - m->start + m->offset, ==, cases[i].offset);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (outside); i++)
    g_assert_null (hv_maps_find (&maps, outside[i]));
  g_assert_cmpuint (hv_maps_key (&maps, profile), !=, 0);
  hv_maps_clear (&maps);
}

/* A stack as deep as the recorder goes has lost its outermost frames. */
static void
test_truncated (void)
{
  g_autoptr (GString) text = g_string_new ("heap_v2/1\n t*: 2: 16 [0: 0]\n@");

  for (int i = 128; i; i--)
    g_string_append_printf (text, " 0x%x", 16 * i + 1);
  g_string_append (text, "\n t*: 1: 4 [0: 0]\n@ 0x11\n t*: 1: 12 [0: 0]\n\nMAPPED_LIBRARIES:\n");
  g_autoptr (HvProfile) profile = import_text (text->str);
  g_autofree char *deep = stack_text (profile, 0), *shallow = stack_text (profile, 1);

  g_assert_true (g_str_has_prefix (deep, "[truncated];+0x10;+0x20;"));
  g_assert_cmpstr (shallow, ==, "+0x10");
  g_assert_true (warns (profile, "1 stack (25.0 % of the live bytes) is cut at 128 frames"));
}

static void
test_generations (void)
{
  const struct
  {
    const char *file;
    gboolean old;
  } files[] = { { "jemalloc/runA.phase1.heap", FALSE },
                { "jemalloc/runA.phase3.heap", FALSE },
                { "jemalloc/default.threads.heap", FALSE },
                { "jemalloc/v521.s16.acctrue.phase2.heap", TRUE },
                { "jemalloc/v360.s12.acctrue.phase3.heap", TRUE },
                { "gperftools/tcs.sample.2.heap", FALSE } };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (g_getenv ("HV_TEST_DATA"), files[i].file, NULL);
      g_autoptr (HvProfile) profile = import_file (path);
      g_test_message ("%s", files[i].file);
      g_assert_cmpint (warns (profile, "before 5.3"), ==, files[i].old);
      g_assert_cmpuint (profile->warnings->len, ==, files[i].old ? 1 : 0);
    }
}

static void
test_errors (void)
{
  static const char *const not_dumps[] = { "hello",
                                           "heap_v2/x",
                                           "heap_v2",
                                           "heap profiles",
                                           "---",
                                           "--- heap\nformat = java\n",
                                           "%warn heap_v2/1\nhello" };

  assert_refused ("heap_v2/1\n  t*: 1: 9223372036854775808 [0: 0]\n",
                  "a number is larger than 9223372036854775807 (line 2)");
  assert_refused ("heap_v2/1\n  t*: 1: 99999999999999999999999 [0: 0]\n",
                  "a number is larger than 9223372036854775807 (line 2)");
  assert_refused ("heap_v2/1\n  t*: 1: -5 [0: 0]\n", "a number is missing (line 2)");
  assert_refused ("heap_v2/1\n  t*: 1; 5 [0: 0]\n", "“:” is missing after a number (line 2)");
  assert_refused ("heap_v2/1\n@ 0x1\n", "a stack comes before the line of totals (line 2)");
  assert_refused ("heap_v2/1\n t*: 1: 5 [0: 0]\n@ 0xzz\n", "an address is malformed (line 3)");
  assert_refused ("heap_v2/1\n t*: 1: 5 [0: 0]\n@ 0x12345678901234567\n",
                  "an address has more than 64 bits (line 3)");
  assert_refused ("heap_v2/1\n t*: 1: 5 [0: 0]\n@ 0x1\n@ 0x2\n",
                  "the stack before this one has no numbers (line 4)");
  assert_refused ("heap_v2/1\n t*: 1: 5 [0: 0]\nwhat\n", "neither a stack nor numbers (line 3)");
  assert_refused ("heap_v2/52", "the file ends in the profile's header (line 1)");
  assert_refused ("--- symbol\n0x1 a\n", "the file ends before the profile's header (line 2)");
  assert_refused ("--- symbol\n0x1 a\n---\n--- contention\n",
                  "a profile of locks or of time, not of the heap (line 4)");
  assert_refused ("heap profile: 1: 1 [1: 1] @ heapprofile\n",
                  "the file ends before its first complete record (line 1)");
  assert_refused ("heap profile: 1: 1 [1: 1] @ heapprofile\n1: 1 [1: 1] 0x1\n",
                  "“@” is missing after the numbers (line 2)");
  assert_refused ("heap profile: 1: 1 [1: 1] @ heapprofile\n"
                  "1: 9223372036854775807 [0: 0] @ 0x1\n1: 9 [0: 0] @ 0x2\n\nMAPPED_LIBRARIES:\n",
                  "the numbers of the stacks are too large to add up");

  for (gsize i = 0; i < G_N_ELEMENTS (not_dumps); i++)
    g_assert_false (hv_importer_jemalloc.detect (not_dumps[i], strlen (not_dumps[i])));
}

/* However a dump is cut: an error, or what is whole and a word about the rest. */
static void
check_prefixes (const char *text, gsize size, gsize step)
{
  g_autoptr (HvProfile) whole = import_bytes (text, (gssize) size, "x", NULL);
  const char *maps = strstr (text, "MAPPED_LIBRARIES:\n");
  gsize before_maps = (gsize) (maps - text) + 18;
  guint imported = 0;

  for (gsize n = 0; n < size; n += step)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *exact = g_memdup2 (text, MAX (1, n)); /* so that a read past n is seen */
      g_autoptr (HvProfile) part = import_bytes (exact, (gssize) n, "x", &error);
      if (part == NULL)
        {
          g_assert_error (error, HV_ERROR, HV_ERROR_FORMAT);
          g_assert_cmpuint (n, <, before_maps);
          continue;
        }
      imported++;
      g_assert_true (hv_profile_check (part, NULL));
      /* a cut between two lines of the map cannot be told */
      if (n < before_maps || text[n - 1] != '\n')
        {
          g_assert_true (part->incomplete);
          g_assert_true (warns (part, "(line "));
        }
      if (n >= before_maps)
        g_assert_cmpint (hv_profile_total (part, HV_METRIC_LIVE_BYTES), ==,
                         hv_profile_total (whole, HV_METRIC_LIVE_BYTES));
    }
  g_assert_cmpuint (imported, >, size / step / 4);
}

static void
test_prefixes (void)
{
  static const char old[] = "heap profile: 3: 70 [4: 90] @ heapprofile\n"
                            "  2: 30 [3: 50] @ 0x1011 0x2021\n"
                            "  1: 40 [1: 40] @ 0x1031\n"
                            "\nMAPPED_LIBRARIES:\n"
                            "1000-3000 r-xp 00000000 00:00 12      /opt/a\n";

  check_prefixes (two_stacks, sizeof two_stacks - 1, 1);
  check_prefixes (old, sizeof old - 1, 1);

  g_autofree char *path = g_build_filename (g_getenv ("HV_TEST_DATA"), "jemalloc/runA.phase1.heap",
                                            NULL);
  g_autofree char *text = NULL;
  gsize size;
  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  check_prefixes (text, size, 13);
}

/* A library loaded later does not make another process; other places do. */
static void
test_process_key (void)
{
  static const char *const maps[] = {
    "1000-3000 r-xp 0 fe:00 1 /main\n9000-a000 r-xp 0 fe:00 2 /ld.so\n",
    ("1000-3000 r-xp 0 fe:00 1 /main\n7000-8000 r-xp 0 fe:00 3 /lib\n9000-a000 r-xp 0 fe:00 2 "
     "/ld.so\n"),
    "1000-3000 r-xp 0 fe:00 1 /main\n19000-1a000 r-xp 0 fe:00 2 /ld.so\n",
    "1000-3000 r-xp 0 fe:00 1 /other\n9000-a000 r-xp 0 fe:00 2 /ld.so\n",
    "1000-3000 r-xp 0 00:00 0\n",
  };
  uint64_t key[G_N_ELEMENTS (maps)];

  for (gsize i = 0; i < G_N_ELEMENTS (maps); i++)
    {
      g_autofree char *text = g_strconcat ("heap_v2/1\n t*: 0: 0 [0: 0]\n\nMAPPED_LIBRARIES:\n",
                                           maps[i], NULL);
      g_autoptr (HvProfile) profile = import_text (text);
      key[i] = profile->process_key;
    }
  g_assert_cmphex (key[0], ==, key[1]);
  g_assert_cmphex (key[0], !=, key[2]);
  g_assert_cmphex (key[0], !=, key[3]);
  g_assert_cmphex (key[4], ==, 0);
}

/* Each site is within one of its own estimate although the sum is exact. */
static void
test_rounding (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("HV_TEST_DATA"), "jemalloc/runA.phase3.heap",
                                            NULL);
  g_autoptr (HvProfile) profile = import_file (path);

  for (uint32_t s = 0; s < profile->n_sites; s++)
    {
      double blocks = (double) profile->column[HV_METRIC_RAW_LIVE_BLOCKS][s];
      double bytes = (double) profile->column[HV_METRIC_RAW_LIVE_BYTES][s];
      double scale = blocks > 0 ? 1 / (1 - exp (-bytes / blocks / 16384)) : 0;
      g_assert_cmpfloat (fabs (blocks * scale - (double) profile->column[HV_METRIC_LIVE_BLOCKS][s]),
                         <, 1);
      g_assert_cmpfloat (fabs (bytes * scale - (double) profile->column[HV_METRIC_LIVE_BYTES][s]),
                         <, 1);
    }
}

/* gperftools cut the dump: what is missing is one row. */
static void
test_missing_row (void)
{
  g_autoptr (HvProfile) profile = import_text ("heap profile: 3: 70 [4: 90] @ heapprofile\n"
                                               "  2: 30 [3: 50] @ 0x1011 0x2021\n"
                                               "\nMAPPED_LIBRARIES:\n");
  g_autofree char *stack = stack_text (profile, 1);

  g_assert_cmpuint (profile->n_sites, ==, 2);
  g_assert_cmpstr (stack, ==, "[not in the file: the dump was cut short]");
  g_assert_cmpint (profile->column[HV_METRIC_LIVE_BYTES][1], ==, 40);
  g_assert_cmpint (profile->column[HV_METRIC_LIVE_BLOCKS][1], ==, 1);
  g_assert_cmpint (profile->column[HV_METRIC_TOTAL_BYTES][1], ==, 40);
  g_assert_cmpint (profile->column[HV_METRIC_TOTAL_BLOCKS][1], ==, 1);
}

static void
test_names (void)
{
  const struct
  {
    const char *name, *process;
    int64_t pid, seq;
  } cases[] = {
    { "jeprof.123.4.i3.heap", "jeprof.123", 123, 4 },
    { "a.b-c.77.0.f.heap", "a.b-c.77", 77, 0 },
    { "x.1.2.3.u9.heap.gz", "x.1.2", 2, 3 },
    { "x.5.6.m0.heap.symbolized", "x.5", 5, 6 },
    { "py.0021.heap", "py", -1, 21 },
    { "py_88.0021.heap", "py_88", -1, 21 },
    { "runA.phase1.heap", "", -1, -1 },
    { "i3.heap", "", -1, -1 },
    { "x.5.i3.heap", "", -1, -1 },
    { "x.99999999999999999999.1.i1.heap", "", -1, -1 },
    { ".1.heap", "", -1, -1 },
    { "heap", "", -1, -1 },
    { "", "", -1, -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      HvDumpName name = hv_dump_name_parse (cases[i].name);
      g_test_message ("%s", cases[i].name);
      g_assert_cmpint (name.pid, ==, cases[i].pid);
      g_assert_cmpint (name.seq, ==, cases[i].seq);
      g_assert_cmpuint (name.process, ==, strlen (cases[i].process));
      g_assert_true (g_str_has_prefix (cases[i].name, cases[i].process));
    }
  g_assert_cmpint (hv_dump_name_compare ("a.i2", "a.i10"), <, 0);
  g_assert_cmpint (hv_dump_name_compare ("a10b2", "a10b10"), <, 0);
  g_assert_cmpint (hv_dump_name_compare ("a02", "a2"), !=, 0);
  g_assert_cmpint (hv_dump_name_compare ("a", "a1"), <, 0);
  g_assert_cmpint (hv_dump_name_compare ("a1", "a1"), ==, 0);
}

/* --- series --- */

static HvProfile *
import_series (const char *folder)
{
  HvImportOptions options = { .no_symbols = TRUE };
  const char *paths[] = { folder, NULL };
  g_autoptr (GError) error = NULL;
  HvProfile *series = hv_import_series (paths, &options, &error);

  g_assert_no_error (error);
  g_assert_true (hv_profile_check (series, &error));
  return series;
}

static int64_t
sum_of (const int64_t *values, uint32_t n)
{
  int64_t sum = 0;

  for (uint32_t i = 0; i < n; i++)
    sum += values[i];
  return sum;
}

/* Call paths of one dump or moment with what they hold. Sites without anything are left out. */
static GHashTable *
stacks_of (const HvProfile *profile, const int64_t *values)
{
  GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (uint32_t s = 0; s < profile->n_sites; s++)
    if (values[s])
      g_hash_table_insert (table, stack_text (profile, s), g_memdup2 (&values[s], sizeof *values));
  return table;
}

/* Each moment of a series is the dump of that name, stack by stack. */
static void
check_series (const char *folder, uint32_t n_moments)
{
  static const HvMetric metrics[] = { HV_METRIC_LIVE_BYTES, HV_METRIC_LIVE_BLOCKS,
                                      HV_METRIC_RAW_LIVE_BYTES };
  g_autoptr (HvProfile) series = import_series (folder);

  g_assert_cmpuint (series->n_moments, ==, n_moments);
  for (uint32_t i = 0; i < n_moments; i++)
    {
      const HvMoment *moment = &series->moment[i];
      g_autofree char *path = g_build_filename (folder, hv_profile_string (series, moment->label),
                                                NULL);
      g_autoptr (HvProfile) dump = import_file (path);

      g_assert_cmpint (moment->number, ==, i);
      g_assert_cmpint (moment->kind, ==, HV_MOMENT_DUMP);
      g_assert_cmpint (moment->live_bytes, ==, hv_profile_total (dump, HV_METRIC_LIVE_BYTES));
      g_assert_cmpint (moment->max_bytes, ==, moment->live_bytes);
      g_assert_cmpint (moment->total_bytes, ==, -1);
      for (gsize m = 0; m < G_N_ELEMENTS (metrics); m++)
        {
          g_autofree int64_t *values = hv_profile_values (series, metrics[m], i);
          g_assert_nonnull (values);
          g_assert_cmpint (sum_of (values, series->n_sites), ==,
                           hv_profile_total (dump, metrics[m]));
          g_autoptr (GHashTable) ours = stacks_of (series, values);
          g_autoptr (GHashTable) theirs = stacks_of (dump, dump->column[metrics[m]]);
          GHashTableIter iter;
          gpointer stack, value;
          g_assert_cmpuint (g_hash_table_size (ours), ==, g_hash_table_size (theirs));
          g_hash_table_iter_init (&iter, theirs);
          while (g_hash_table_iter_next (&iter, &stack, &value))
            {
              const int64_t *found = g_hash_table_lookup (ours, stack);
              g_assert_nonnull (found);
              g_assert_cmpint (*found, ==, *(int64_t *) value);
            }
        }
    }
}

static void
test_series_redis (void)
{
  g_autofree char *folder = samples ("jemalloc/redis");

  if (folder == NULL)
    return;
  check_series (folder, 12);
  g_autoptr (HvProfile) series = import_series (folder);
  g_assert_true (warns (series, "1 file of the folder is not a readable heap dump"));
  g_assert_cmpint (series->pid, ==, 15850);
  g_assert_cmpstr (series->path, ==, folder);
  g_assert_cmpstr (hv_profile_string (series, series->moment[10].label), ==,
                   "redis.15850.10.i10.heap");
  /* the last dump is what the profile holds at its end */
  g_assert_cmpint (hv_profile_total (series, HV_METRIC_LIVE_BYTES), ==, 36576919);
  g_assert_null (series->column[HV_METRIC_TOTAL_BYTES]);
}

static void
test_series_cc1plus (void)
{
  g_autofree char *folder = samples ("jemalloc/cc1plus");

  if (folder == NULL)
    return;
  check_series (folder, 56);
  g_autoptr (HvProfile) series = import_series (folder);
  g_assert_true (warns (series, "1 dump of other processes left out: cc.11837."));
  guint truncated = 0;
  for (guint i = 0; i < series->warnings->len; i++)
    truncated += strstr (g_ptr_array_index (series->warnings, i), "128 frames") != NULL;
  g_assert_cmpuint (truncated, ==, 1);
}

/* A folder in the temporary directory; files are (name, text) pairs, written with rising times. */
typedef struct
{
  char *path;
} Folder;

static Folder
make_folder (const char *const *files)
{
  Folder folder = { g_dir_make_tmp ("heapview-XXXXXX", NULL) };

  g_assert_nonnull (folder.path);
  for (int i = 0; files[2 * i]; i++)
    {
      g_autofree char *path = g_build_filename (folder.path, files[2 * i], NULL);
      struct utimbuf times = { 1000000 + 5 * i, 1000000 + 5 * i };
      g_assert_true (g_file_set_contents (path, files[2 * i + 1], -1, NULL));
      g_assert_cmpint (g_utime (path, &times), ==, 0);
    }
  return folder;
}

static void
folder_clear (Folder *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder->path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder->path, name, NULL);
      g_unlink (path);
    }
  g_rmdir (folder->path);
  g_free (folder->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Folder, folder_clear)

#define DUMP(n, stack)                                                                             \
  "heap_v2/1\n t*: 1: " n " [0: 0]\n@ " stack "\n t*: 1: " n " [0: 0]\n\nMAPPED_LIBRARIES:\n"

static void
test_series_order (void)
{
  static const char *const files[] = {
    "x.5.0.i0.heap",
    DUMP ("10", "0x11"),
    "x.5.2.i2.heap",
    DUMP ("12", "0x21"),
    "x.5.10.i10.heap",
    DUMP ("20", "0x11"),
    "x.6.0.f.heap",
    DUMP ("99", "0x11"),
    "notes.txt",
    "hello",
    "x.5.11.i11.heap",
    "heap_v2/1\nbroken",
    NULL,
  };
  g_auto (Folder) folder = make_folder (files);
  g_autoptr (HvProfile) series = import_series (folder.path);
  g_autofree int64_t *second = hv_profile_values (series, HV_METRIC_LIVE_BYTES, 1);
  static const int64_t numbers[] = { 0, 2, 10 }, times[] = { 0, 5000, 10000 },
                       bytes[] = { 10, 12, 20 };

  g_assert_cmpuint (series->n_moments, ==, 3);
  for (int i = 0; i < 3; i++)
    {
      g_assert_cmpint (series->moment[i].number, ==, numbers[i]);
      g_assert_cmpint (series->moment[i].time, ==, times[i]);
      g_assert_cmpint (series->moment[i].live_bytes, ==, bytes[i]);
    }
  g_assert_cmpint (series->time_unit, ==, HV_TIME_MILLISECONDS);
  g_assert_cmpint (series->duration, ==, 10000);
  g_assert_true (warns (series, "1 dump of other processes left out: x.6."));
  g_assert_true (warns (series, "2 files of the folder are not a readable heap dump."));
  /* the first stack vanished and came back: a row of zero and one of 20 */
  g_assert_cmpuint (series->n_sites, ==, 2);
  g_assert_cmpuint (series->n_rows, ==, 5);
  g_assert_cmpint (second[0], ==, 0);
  g_assert_cmpint (second[1], ==, 12);
  g_assert_cmpint (series->column[HV_METRIC_LIVE_BYTES][0], ==, 20);
  g_assert_cmpint (series->column[HV_METRIC_LIVE_BYTES][1], ==, 0);
}

static void
test_series_named (void)
{
  static const char *const files[] = {
    "b.heap",
    DUMP ("1", "0x11"),
    "a.heap",
    DUMP ("2", "0x11"),
    "x.5.10.i10.heap",
    DUMP ("20", "0x11"),
    "x.5.2.i2.heap",
    DUMP ("12", "0x21"),
    "gp.0001.heap",
    "heap profile:      1:        5 [     1:        5] @ heapprofile\n"
    "     1:        5 [     1:        5] @ 0x11\n\nMAPPED_LIBRARIES:\n",
    NULL,
  };
  g_auto (Folder) folder = make_folder (files);
  HvImportOptions options = { .no_symbols = TRUE };
  const struct
  {
    const char *first, *second;
    int64_t bytes[2]; /* -1: refused */
    const char *message;
  } cases[] = {
    { "b.heap", "a.heap", { 1, 2 }, NULL },
    { "a.heap", "b.heap", { 2, 1 }, NULL },
    { "x.5.10.i10.heap", "x.5.2.i2.heap", { 12, 20 }, NULL },
    { "a.heap", NULL, { -1 }, "a series needs two or more heap dumps, there is 1" },
    { "a.heap", "", { -1 }, "a series is one folder or two or more dumps, not both" },
    { "a.heap", "gp.0001.heap", { -1 }, "a series must be of one format, but this is gperftools" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *first = g_build_filename (folder.path, cases[i].first, NULL);
      g_autofree char *second = cases[i].second
                                    ? g_build_filename (folder.path, cases[i].second, NULL)
                                    : NULL;
      const char *paths[] = { first, second, NULL };
      g_autoptr (GError) error = NULL;
      g_autoptr (HvProfile) series = hv_import_series (paths, &options, &error);

      if (cases[i].message)
        {
          g_assert_error (error, HV_ERROR, HV_ERROR_USAGE);
          g_assert_nonnull (strstr (error->message, cases[i].message));
          g_assert_null (series);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpuint (series->n_moments, ==, 2);
      g_assert_cmpint (series->moment[0].live_bytes, ==, cases[i].bytes[0]);
      g_assert_cmpint (series->moment[1].live_bytes, ==, cases[i].bytes[1]);
    }

  g_autofree char *missing = g_build_filename (folder.path, "none.heap", NULL);
  const char *paths[] = { missing, NULL };
  g_autoptr (GError) error = NULL;
  g_assert_null (hv_import_series (paths, &options, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_series_twins (void)
{
  static const char *const files[] = {
    "x.5.0.heap",
    DUMP ("10", "0x11"),
    "x.5.0.heap.symbolized",
    "--- symbol\n0x10 f\n---\n--- heap\n" DUMP ("10", "0x11"),
    "x.5.1.heap",
    DUMP ("12", "0x21"),
    NULL,
  };
  g_auto (Folder) folder = make_folder (files);
  g_autoptr (HvProfile) series = import_series (folder.path);
  g_autofree char *stack = stack_text (series, 0);

  g_assert_cmpuint (series->n_moments, ==, 2);
  g_assert_cmpstr (stack, ==, "f");
  g_assert_true (warns (series, "1 dump is in the folder twice"));
}

static void
test_series_accumulated (void)
{
  g_autofree char *folder = g_build_filename (g_getenv ("HV_TEST_DATA"), "jemalloc", NULL);
  g_autofree char *first = g_build_filename (folder, "runA.phase1.heap", NULL);
  g_autofree char *second = g_build_filename (folder, "default.threads.heap", NULL);
  const char *paths[] = { first, second, NULL };
  HvImportOptions options = { .no_symbols = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (HvProfile) series = hv_import_series (paths, &options, &error);
  g_autoptr (HvProfile) last = import_file (second);

  g_assert_no_error (error);
  /* what the first dump lacks is known at the end alone */
  g_assert_false (hv_profile_has (series, HV_METRIC_TOTAL_BYTES, 0));
  g_assert_cmpint (hv_profile_total (series, HV_METRIC_TOTAL_BYTES), ==, 58672896);
  g_assert_cmpuint (series->n_threads, ==, last->n_threads);
  g_assert_cmpuint (series->n_thread_rows, ==, last->n_thread_rows);
  for (uint64_t r = 0; r < last->n_thread_rows; r++)
    {
      g_autofree char *ours = stack_text (series, series->thread_row[r].site);
      g_autofree char *theirs = stack_text (last, last->thread_row[r].site);
      g_assert_cmpstr (ours, ==, theirs);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/jemalloc/expected/small-jemalloc", "jemalloc", test_expected_small);
  g_test_add_data_func ("/jemalloc/expected/small-gperftools", "gperftools", test_expected_small);
  g_test_add_data_func ("/jemalloc/expected/jemalloc", "jemalloc", test_expected);
  g_test_add_data_func ("/jemalloc/expected/gperftools", "gperftools", test_expected);
  g_test_add_func ("/jemalloc/truth", test_truth);
  g_test_add_func ("/jemalloc/model", test_model);
  g_test_add_func ("/jemalloc/line-ends", test_line_ends);
  g_test_add_func ("/jemalloc/kinds", test_kinds);
  g_test_add_func ("/jemalloc/empty-stacks", test_empty_stacks);
  g_test_add_func ("/jemalloc/empty-profile", test_empty_profile);
  g_test_add_func ("/jemalloc/symbolized", test_symbolized);
  g_test_add_func ("/jemalloc/symbolized-file", test_symbolized_file);
  g_test_add_func ("/jemalloc/maps", test_maps);
  g_test_add_func ("/jemalloc/truncated", test_truncated);
  g_test_add_func ("/jemalloc/generations", test_generations);
  g_test_add_func ("/jemalloc/errors", test_errors);
  g_test_add_func ("/jemalloc/prefixes", test_prefixes);
  g_test_add_func ("/jemalloc/missing-row", test_missing_row);
  g_test_add_func ("/jemalloc/process-key", test_process_key);
  g_test_add_func ("/jemalloc/rounding", test_rounding);
  g_test_add_func ("/jemalloc/names", test_names);
  g_test_add_func ("/series/redis", test_series_redis);
  g_test_add_func ("/series/cc1plus", test_series_cc1plus);
  g_test_add_func ("/series/order", test_series_order);
  g_test_add_func ("/series/named", test_series_named);
  g_test_add_func ("/series/twins", test_series_twins);
  g_test_add_func ("/series/accumulated", test_series_accumulated);
  return g_test_run ();
}
