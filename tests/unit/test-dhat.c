/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/dhat-frame.h"
#include "importers/importer.h"

#include <string.h>

/* --- helpers --- */

static HvProfile *
import_bytes (const void *data, gsize size, GError **error)
{
  HvImportOptions options = { .no_symbols = TRUE };
  g_autoptr (HvInput) input = hv_input_new_for_memory (data, size, error);

  if (input == NULL)
    return NULL;
  HvProfile *profile = hv_import_input (input, "memory", &options, error);
  if (profile)
    {
      g_autoptr (GError) check = NULL;
      hv_profile_check (profile, &check);
      g_assert_no_error (check);
    }
  return profile;
}

static HvProfile *
import_text (const char *text)
{
  g_autoptr (GError) error = NULL;
  HvProfile *profile = import_bytes (text, strlen (text), &error);

  g_assert_no_error (error);
  g_assert_nonnull (profile);
  return profile;
}

static HvProfile *
import_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  HvImportOptions options = { .no_symbols = TRUE };
  g_autoptr (HvInput) input = hv_input_open (path, NULL, &error);

  g_assert_no_error (error);
  HvProfile *profile = hv_import_input (input, path, &options, &error);
  g_assert_no_error (error);
  g_assert_nonnull (profile);
  hv_profile_check (profile, &error);
  g_assert_no_error (error);
  return profile;
}

static char *
data_path (const char *name)
{
  return g_build_filename (g_getenv ("HV_TEST_DATA"), "dhat", name, NULL);
}

static char *
sample_path (const char *name)
{
  return g_build_filename (g_getenv ("HV_SAMPLES"), "dhat", name, NULL);
}

/* A heap file around program points and frames. */
#define HEAP(points, frames)                                                                       \
  "{\"dhatFileVersion\":2,\"mode\":\"heap\",\"bklt\":true,\"bkacc\":true,\"tu\":\"instrs\","       \
  "\"te\":90,\"tg\":40,\"pps\":[" points "],\"ftbl\":[\"[root]\"," frames "]}"
#define POINT(tb, fs)                                                                              \
  "{\"tb\":" #tb ",\"tbk\":1,\"tl\":5,\"mb\":" #tb ",\"mbk\":1,\"gb\":" #tb                        \
  ",\"gbk\":1,\"eb\":0,\"ebk\":0,\"rb\":0,\"wb\":0,\"fs\":" fs "}"

static void
assert_refused (const char *text, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HvProfile) profile = import_bytes (text, strlen (text), &error);

  g_assert_null (profile);
  g_assert_error (error, HV_ERROR, HV_ERROR_FORMAT);
  g_assert_cmpstr (error->message, ==, message);
}

static gboolean
warned (const HvProfile *profile, const char *part)
{
  for (guint i = 0; i < profile->warnings->len; i++)
    if (strstr (profile->warnings->pdata[i], part))
      return TRUE;
  return FALSE;
}

/* "main;f;g": the functions of a site's stack from the root on, notes and addresses in place of
 * unknown ones. */
static char *
stack_of (const HvProfile *profile, uint32_t site)
{
  GString *text = g_string_new (NULL);

  for (uint32_t n = profile->site_node[site]; n; n = profile->node_parent[n])
    {
      const HvFrame *frame = &profile->frame[profile->node_frame[n]];
      g_autofree char *name = frame->function
                                  ? g_strdup (hv_profile_string (profile, frame->function))
                                  : g_strdup_printf ("0x%" G_GINT64_MODIFIER "x", frame->address);
      if (text->len)
        g_string_prepend_c (text, ';');
      g_string_prepend (text, name);
    }
  return g_string_free (text, FALSE);
}

static void
assert_stack (const HvProfile *profile, uint32_t site, const char *expected)
{
  g_autofree char *stack = stack_of (profile, site);

  g_assert_cmpuint (site, <, profile->n_sites);
  g_assert_cmpstr (stack, ==, expected);
}

/* --- recordings --- */

static void
check_expected (const char *line, char *(*path_of) (const char *), gboolean must_exist,
                guint *n_checked)
{
  static const HvMetric columns[] = {
    HV_METRIC_TOTAL_BYTES, HV_METRIC_TOTAL_BLOCKS, HV_METRIC_PEAK_BYTES, HV_METRIC_PEAK_BLOCKS,
    HV_METRIC_LIVE_BYTES,  HV_METRIC_LIVE_BLOCKS,  HV_METRIC_READ_BYTES, HV_METRIC_WRITE_BYTES,
  };
  g_auto (GStrv) cell = g_strsplit (line, "\t", -1);
  g_autofree char *path = path_of (cell[0]);

  if (!must_exist && !g_file_test (path, G_FILE_TEST_EXISTS))
    return;
  g_assert_cmpuint (g_strv_length (cell), ==, 11);
  g_autoptr (HvProfile) profile = import_file (path);

  g_assert_cmpstr (profile->format, ==, "dhat");
  g_assert_cmpstr (hv_profile_string (profile, profile->variant), ==, cell[1]);
  g_assert_cmpuint (profile->n_sites, >, 0);
  g_assert_cmpuint (profile->n_sites, <=, g_ascii_strtoull (cell[2], NULL, 10));
  g_assert_false (profile->incomplete);
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      const char *expected = cell[3 + i];
      g_autofree char *got = profile->column[columns[i]] ? g_strdup_printf (
                                 "%" G_GINT64_FORMAT, hv_profile_total (profile, columns[i]))
                                                         : g_strdup ("-");
      if (strcmp (got, expected) != 0)
        g_error ("%s: %s is %s instead of %s", cell[0], hv_metric_name (columns[i]), got, expected);
    }
  ++*n_checked;
}

static guint
check_all_expected (const char *table, char *(*path_of) (const char *), gboolean must_exist)
{
  g_autofree char *text = NULL;
  guint n_checked = 0;

  g_assert_true (g_file_get_contents (table, &text, NULL, NULL));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (char **line = lines + 1; *line && **line; line++)
    check_expected (*line, path_of, must_exist, &n_checked);
  return n_checked;
}

static void
test_totals (void)
{
  g_autofree char *table = data_path ("EXPECTED.tsv");

  g_assert_cmpuint (check_all_expected (table, data_path, TRUE), >=, 9);
}

static void
test_samples (void)
{
  g_autofree char *table = sample_path ("EXPECTED.tsv");

  if (!g_file_test (table, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("the recordings of ../shared/samples are not there");
      return;
    }
  g_assert_cmpuint (check_all_expected (table, sample_path, FALSE), >, 0);
}

/* --- what is made of a file --- */

static void
test_probe (void)
{
  g_autofree char *path = data_path ("probe.dhat");
  g_autoptr (HvProfile) profile = import_file (path);

  g_assert_cmpstr (hv_profile_string (profile, profile->command), ==, "./probe");
  g_assert_cmpint (profile->pid, ==, 27008);
  g_assert_cmpint (profile->time_unit, ==, HV_TIME_INSTRUCTIONS);
  g_assert_cmpint (profile->duration, ==, 2789655);
  g_assert_cmpint (profile->peak_time, ==, 145388);
  g_assert_cmpint (profile->short_lifetime, ==, 500);
  g_assert_cmpint (profile->default_metric, ==, HV_METRIC_PEAK_BYTES);
  g_assert_cmpuint (profile->n_moments, ==, 0);
  g_assert_cmpint (profile->sample_period, ==, -1);
  g_assert_false (profile->modules_known);
  g_assert_cmpuint (profile->byte_unit, ==, 0);
  g_assert_true (warned (profile, "lower bound"));
  g_assert_false (warned (profile, "truncated"));

  assert_stack (profile, 0, "main;B");
  const HvFrame *frame = &profile->frame[profile->node_frame[profile->site_node[0]]];
  g_assert_cmpstr (hv_profile_string (profile, frame->file), ==, "probe.c");
  g_assert_cmpuint (frame->line, ==, 11);
  g_assert_cmpuint (frame->address, ==, 0);
  g_assert_cmpuint (frame->flags, ==, 0);
  g_assert_cmpint (profile->column[HV_METRIC_LIFETIME][0], ==, 1876657);

  /* the site that keeps 20,000 bytes to the end with "mb":0 */
  gboolean found = FALSE;
  for (uint32_t s = 0; s < profile->n_sites; s++)
    if (profile->column[HV_METRIC_LIVE_BYTES][s] == 20000)
      {
        g_assert_cmpint (profile->column[HV_METRIC_MAX_BYTES][s], ==, 20000);
        g_assert_cmpint (profile->column[HV_METRIC_MAX_BLOCKS][s], ==, 10);
        found = TRUE;
      }
  g_assert_true (found);

  /* the deepest: symbol versions go, what is inlined is marked */
  uint32_t last = profile->n_sites - 1;
  assert_stack (profile, last,
                "main;printf;__vfprintf_internal;outstring_func;_IO_file_xsputn;"
                "_IO_new_file_xsputn;_IO_file_overflow;_IO_doallocbuf;_IO_doallocbuf;"
                "_IO_file_doallocate");
  static const gboolean inlined[] = { FALSE, TRUE, FALSE, FALSE, TRUE, FALSE, TRUE };
  uint32_t node = profile->site_node[last];
  for (gsize i = 0; i < G_N_ELEMENTS (inlined); i++, node = profile->node_parent[node])
    g_assert_cmpint (!!(profile->frame[profile->node_frame[node]].flags & HV_FRAME_INLINED), ==,
                     inlined[i]);
}

static int64_t
next_number (const uint8_t **p)
{
  uint64_t code = 0;
  int shift = 0;

  do
    code |= (uint64_t) (**p & 0x7f) << shift, shift += 7;
  while (*(*p)++ & 0x80);
  return (int64_t) (code >> 1) ^ -(int64_t) (code & 1);
}

static void
assert_access (const HvProfile *profile, uint32_t i, uint32_t unreliable, const char *expected)
{
  const HvAccess *access = &profile->access[i];
  g_autoptr (GString) text = g_string_new (NULL);

  g_assert_cmpuint (i, <, profile->n_accesses);
  for (const uint8_t *p = profile->access_data + access->offset, *end = p + access->length;
       p < end;)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, text->len ? "," : "", next_number (&p));
  g_assert_cmpstr (text->str, ==, expected);
  g_assert_cmpuint (access->unreliable, ==, unreliable);
}

static void
test_access (void)
{
  g_autofree char *path = data_path ("probe.dhat");
  g_autoptr (HvProfile) profile = import_file (path);

  /* two of the five are of one line */
  g_assert_cmpuint (profile->n_accesses, ==, 4);
  assert_access (profile, 0, 0, "-1000,0");
  assert_access (profile, 1, 1, "14464,-7,0"); /* 80,000 writes */
  assert_access (profile, 2, 2, "65535,-7,0"); /* 70,000 writes */
  assert_access (profile, 3, 0, "0");

#define ACC(rb, numbers, fs)                                                                       \
  "{\"tb\":4,\"tbk\":1,\"rb\":" #rb ",\"wb\":0,\"acc\":[" numbers "],\"fs\":" fs "}"
  /* one stack twice: equal lengths add, whatever their runs */
  g_autoptr (HvProfile) sum = import_text (
      HEAP (ACC (6, "-2,1,-2,2", "[1]") "," ACC (5, "-3,1,2", "[1]"), "\"0x1: main (a.c:1)\""));
  g_assert_cmpuint (sum->n_accesses, ==, 1);
  assert_access (sum, 0, 0, "-2,2,3,4");
  /* an unreliable one makes the sum so; unequal lengths leave nothing, for good */
  g_autoptr (HvProfile) wrapped = import_text (
      HEAP (ACC (65537, "1,-3,0", "[1]") "," ACC (4, "-4,1", "[1]"), "\"f\""));
  assert_access (wrapped, 0, 1, "2,-3,1");
  g_autoptr (HvProfile) dropped = import_text (
      HEAP (ACC (4, "-4,1", "[1]") "," ACC (3, "-3,1", "[1]") "," ACC (4, "-4,1", "[1]"), "\"f\""));
  g_assert_cmpuint (dropped->n_accesses, ==, 0);
  /* nobody writes so many */
  g_autoptr (HvProfile)
      huge = import_text (HEAP (ACC (4, "-9000000000000000000,1", "[1]"), "\"f\""));
  g_assert_cmpuint (huge->n_accesses, ==, 0);
  g_assert_true (warned (huge, "left out"));
}

static void
test_repeated (void)
{
  g_autofree char *path = data_path ("dlclose-keep.dhat");
  g_autoptr (HvProfile) profile = import_file (path);

  /* eleven points, four of one stack */
  g_assert_cmpuint (profile->n_sites, ==, 8);

  g_autoptr (HvProfile)
      two = import_text (HEAP (POINT (10, "[1]") "," POINT (4, "[2]") "," POINT (7, "[1]"),
                               "\"0x1: a (a.c:1)\",\"0x2: main (a.c:1)\""));
  g_assert_cmpuint (two->n_sites, ==, 2);
  g_assert_cmpint (two->column[HV_METRIC_TOTAL_BYTES][0], ==, 17);
  g_assert_cmpint (two->column[HV_METRIC_TOTAL_BLOCKS][0], ==, 2);
  g_assert_cmpint (two->column[HV_METRIC_LIFETIME][0], ==, 10);
  /* the larger maximum is 10; 17 were live together at the peak */
  g_assert_cmpint (two->column[HV_METRIC_MAX_BYTES][0], ==, 17);
}

static void
test_merged_addresses (void)
{
  /* two calls on one line are one site; two unknown addresses are two */
  g_autoptr (HvProfile) profile = import_text (
      HEAP (POINT (1, "[1,5]") "," POINT (2, "[2,5]") "," POINT (4, "[3,5]") "," POINT (8, "[4,5]"),
            "\"0x1: f (a.c:1)\",\"0x2: f (a.c:1)\",\"0x3: ??? (in /lib/x.so)\","
            "\"0x4: ??? (in /lib/x.so)\",\"0x5: main (a.c:1)\""));

  g_assert_cmpuint (profile->n_sites, ==, 3);
  g_assert_cmpint (profile->column[HV_METRIC_TOTAL_BYTES][0], ==, 3);
  assert_stack (profile, 1, "main;0x3");
  const HvFrame *frame = &profile->frame[profile->node_frame[profile->site_node[1]]];
  g_assert_cmpstr (hv_profile_string (profile, frame->module), ==, "/lib/x.so");
  g_assert_cmpuint (frame->flags, ==, HV_FRAME_RUNTIME_ADDRESS);
  g_assert_cmpint (hv_profile_total (profile, HV_METRIC_TOTAL_BYTES), ==, 15);
}

static void
test_absent_metrics (void)
{
  g_autofree char *copy_path = data_path ("ls.copy.dhat");
  g_autofree char *adhoc_path = data_path ("adhoc.ad-hoc.dhat");
  g_autofree char *rust_path = data_path ("rust-testfail.dhat-heap.json");
  g_autoptr (HvProfile) copy = import_file (copy_path);
  g_autoptr (HvProfile) adhoc = import_file (adhoc_path);
  g_autoptr (HvProfile) rust = import_file (rust_path);

  for (int m = 0; m < HV_N_METRICS; m++)
    {
      gboolean total = m == HV_METRIC_TOTAL_BYTES || m == HV_METRIC_TOTAL_BLOCKS;
      g_assert_cmpint (copy->column[m] != NULL, ==, total);
      g_assert_cmpint (adhoc->column[m] != NULL, ==, total);
    }
  g_assert_cmpint (copy->default_metric, ==, HV_METRIC_TOTAL_BYTES);
  g_assert_cmpint (copy->peak_time, ==, -1);
  g_assert_cmpint (copy->short_lifetime, ==, -1);
  g_assert_cmpstr (hv_profile_string (adhoc, adhoc->byte_unit), ==, "units");
  g_assert_cmpstr (hv_profile_string (adhoc, adhoc->block_unit), ==, "events");

  g_assert_nonnull (rust->column[HV_METRIC_LIFETIME]);
  g_assert_null (rust->column[HV_METRIC_READ_BYTES]);
  g_assert_cmpint (rust->time_unit, ==, HV_TIME_MICROSECONDS);
  g_assert_cmpint (rust->duration, ==, 86);
  g_assert_false (warned (rust, "lower bound"));

  /* "bklt":false makes zeros of eb meaningless (mod-alloc) */
  g_autoptr (HvProfile) unwatched = import_text (
      "{\"dhatFileVersion\":2,\"mode\":\"rust-heap\",\"bklt\":false,\"bkacc\":false,\"pps\":"
      "[{\"tb\":1,\"tbk\":1,\"eb\":0,\"ebk\":0,\"fs\":[1]}],\"ftbl\":[\"[root]\",\"0x1f\"]}");
  g_assert_null (unwatched->column[HV_METRIC_LIVE_BYTES]);
  assert_stack (unwatched, 0, "0x1f");

  /* nothing was allocated: known to be zero, not unknown */
  g_autoptr (HvProfile) empty = import_text (
      "{\"dhatFileVersion\":2,\"mode\":\"heap\",\"bklt\":true,\"bkacc\":false,\"pps\":[],"
      "\"ftbl\":[\"[root]\"]}");
  g_assert_cmpuint (empty->n_sites, ==, 0);
  g_assert_nonnull (empty->column[HV_METRIC_PEAK_BYTES]);
  g_assert_null (empty->column[HV_METRIC_READ_BYTES]);
}

static void
test_version_1 (void)
{
  g_autofree char *path = data_path ("v1.dhat");
  g_autoptr (HvProfile) profile = import_file (path);

  g_assert_cmpstr (hv_profile_string (profile, profile->variant), ==, "heap v1");
  g_assert_cmpstr (hv_profile_string (profile, profile->command), ==, "./one two");
  g_assert_cmpint (profile->time_unit, ==, HV_TIME_INSTRUCTIONS);
  g_assert_cmpint (profile->duration, ==, 987654);
  g_assert_cmpint (profile->peak_time, ==, 123456);
  g_assert_cmpint (profile->short_lifetime, ==, 500);
  g_assert_cmpuint (profile->n_sites, ==, 2);
  g_assert_cmpint (hv_profile_total (profile, HV_METRIC_TOTAL_BYTES), ==, 4196);
  g_assert_cmpint (hv_profile_total (profile, HV_METRIC_LIVE_BYTES), ==, 100);
  g_assert_cmpint (hv_profile_total (profile, HV_METRIC_LIVE_BLOCKS), ==, 1);
  g_assert_cmpint (hv_profile_total (profile, HV_METRIC_PEAK_BYTES), ==, 4196);
  g_assert_cmpint (hv_profile_total (profile, HV_METRIC_LIFETIME), ==, 3300);
  g_assert_cmpint (hv_profile_total (profile, HV_METRIC_WRITE_BYTES), ==, 4096);
  g_assert_false (warned (profile, "lower bound"));
  g_assert_cmpuint (profile->n_accesses, ==, 1);
}

static void
test_tolerated (void)
{
  /* "fs":] of --num-callers=1 */
  g_autofree char *nc1_path = data_path ("probe-nc1.dhat");
  g_autoptr (HvProfile) nc1 = import_file (nc1_path);
  assert_stack (nc1, 0, "[truncated]");
  g_assert_true (warned (nc1, "hang under"));

  g_autofree char *latin1_path = data_path ("latin1-cmd.dhat");
  g_autoptr (HvProfile) latin1 = import_file (latin1_path);
  const char *command = hv_profile_string (latin1, latin1->command);
  g_assert_true (g_utf8_validate (command, -1, NULL));
  g_assert_nonnull (strstr (command, "\357\277\275"));

  /* byte-order mark, table first, unknown keys of every kind, blanks, escapes, rubbish behind */
  g_autoptr (HvProfile) odd = import_text (
      "\xef\xbb\xbf \r\n{ \"x\" : [ 1.5e-3 , {\"\\\"]\" : [[]], \"y\":{} }, null, "
      "true,false,\"\\\\\"],"
      "\"ftbl\": [\"[root]\" , \"0x1: \\u0041\\u00e9\\ud83d\\ude00\\n\\/ (a\\u0001.c:1)\" , "
      "\"\\ud800x\\u0000\"],\"tu\":null,"
      "\"pps\" : [ { \"fs\" : [ 2 ,\t1 ] , \"tbk\" : 1 , \"new\" : {\"a\":[-1]} , \"tb\" : 8 } ],"
      "\"mode\":\"heap\",\"cmd\":\"a\\u001bb\",\"dhatFileVersion\":2 } trailing } rubbish");
  g_assert_cmpuint (odd->n_sites, ==, 1);
  assert_stack (odd, 0, "A\303\251\360\237\230\200\n/;\357\277\275x\357\277\275");
  g_assert_cmpstr (hv_profile_string (odd, odd->command), ==, "a\033b");
  g_assert_true (warned (odd, "was ignored"));
  g_assert_false (odd->incomplete);

  /* a newline behind the end is no rubbish */
  g_autoptr (HvProfile) plain = import_text (HEAP (POINT (1, "[1]"), "\"f\"") "\n \n");
  g_assert_false (warned (plain, "was ignored"));
}

static void
test_refused (void)
{
  assert_refused (
      "{\"dhatFileVersion\":2,\"mode\":\"heap\"}",
      "there are neither program points (“pps”) nor a frame table (“ftbl”) (at byte 35)");
  assert_refused ("{\"dhatFileVersion\":2,\"ftbl\":[]}",
                  "there are no program points (“pps”) (at byte 31)");
  assert_refused ("{\"dhatFileVersion\":2,\"pps\":[]}",
                  "there is no frame table (“ftbl”) (at byte 30)");
  assert_refused ("{\"dhatFileVersion\":3,\"pps\":[]}",
                  "DHAT's file version 3 is not known, only 1 and 2 are (at byte 20)");
  assert_refused (HEAP (POINT (1, "[1]") "," POINT (1, "[99,1]"), "\"f\""),
                  "program point 2 names frame 99 of 2");
  assert_refused (HEAP (POINT (1, "[-4]"), "\"f\""), "program point 1 names frame -4");
  assert_refused (HEAP (POINT (1, "[4294967296]"), "\"f\""),
                  "program point 1 names frame 4294967296");
  assert_refused (HEAP (POINT (-1, "[1]"), "\"f\""), "program point 1: a negative count (tb)");
  assert_refused (HEAP (POINT (9223372036854775808, "[1]"), "\"f\""),
                  "program point 1: a number above 9223372036854775807 (at byte 103)");
  assert_refused (HEAP (POINT (100000000000000000000, "[1]"), "\"f\""),
                  "program point 1: a number above 9223372036854775807 (at byte 103)");
  assert_refused (HEAP (POINT (1.5, "[1]"), "\"f\""),
                  "program point 1: expected a whole number (at byte 103)");
  assert_refused (HEAP (POINT (01, "[1]"), "\"f\""),
                  "program point 1: expected a number (at byte 103)");
  assert_refused (HEAP (POINT (9223372036854775807, "[1]") "," POINT (1, "[1]"), "\"f\""),
                  "program point 2: the sum of “bytes allocated in total” passes "
                  "9223372036854775807");
  assert_refused (HEAP (ACC (0, "1,-3", "[1]"), "\"f\""),
                  "program point 1: its access counts end in a repeat of nothing");
  assert_refused (HEAP (ACC (0, "-3,-1", "[1]"), "\"f\""),
                  "program point 1: a negative access count");
  assert_refused (HEAP ("{\"tb\":1,\"fs\":[1]}", "\"f\""), "program point 1 lacks its “tbk”");
  assert_refused (HEAP ("{\"tb\":1,\"tbk\":1}", "\"f\""), "program point 1 lacks its “fs”");
  assert_refused (HEAP ("{\"tb\":1,\"tbk\":1,\"fs\":[1,]}", "\"f\""),
                  "program point 1: expected a number (at byte 121)");
  assert_refused (HEAP ("{\"tb\":1 \"tbk\":1}", "\"f\""),
                  "program point 1: expected a comma or the end of the list (at byte 105)");
  assert_refused (HEAP ("7", "\"f\""), "program point 1: expected an object (at byte 97)");
  assert_refused ("{\"dhatFileVersion\":2,\"pps\":[],\"pps\":[]}",
                  "a second list of program points (at byte 36)");
  assert_refused ("{\"dhatFileVersion\":2,\"cmd\":\"\\x\"}",
                  "an unknown escape in a text (at byte 30)");

  g_autoptr (GString) deep = g_string_new ("{\"dhatFileVersion\":2,\"x\":");
  for (int i = 0; i < 100000; i++)
    g_string_append_c (deep, '[');
  assert_refused (deep->str, "values nested too deeply (at byte 89)");
}

static void
test_not_detected (void)
{
  static const char *const texts[] = {
    "{\"a\": [1, 2",
    "{}",
    "[{\"dhatFileVersion\":2}]",
    "{\"a\":{\"dhatFileVersion\":2}}",
    "{\"a\":\"dhatFileVersion\"}",
    "{\"dhatFileVersion",
    "\"dhatFileVersion\"",
    "x{\"dhatFileVersion\":2}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_refused (texts[i], "not a heap profile that heapview knows (DHAT, jemalloc, gperftools "
                              "or heaptrack)");
}

/* Every prefix of a file is either refused with the byte where it ends, or gives what it holds. */
static void
test_prefixes (void)
{
  g_autofree char *path = data_path ("probe.dhat");
  g_autofree char *text = NULL;
  gsize size;
  guint n_imported = 0;
  int64_t before = 0;

  g_assert_true (g_file_get_contents (path, &text, &size, NULL));
  for (gsize cut = 0; cut <= size; cut++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *prefix = g_memdup2 (text, MAX (1, cut));
      g_autofree char *place = g_strdup_printf ("at byte %" G_GSIZE_FORMAT, cut);
      g_autoptr (HvProfile) profile = import_bytes (prefix, cut, &error);

      if (profile == NULL)
        {
          g_assert_error (error, HV_ERROR, HV_ERROR_FORMAT);
          if (cut > 20)
            g_assert_nonnull (strstr (error->message, place));
          g_assert_cmpuint (n_imported, ==, 0);
          continue;
        }
      n_imported++;
      gboolean whole = cut + 1 >= size;
      g_assert_cmpint (profile->incomplete, ==, !whole);
      g_assert_cmpint (warned (profile, place), ==, !whole);
      int64_t total = hv_profile_total (profile, HV_METRIC_TOTAL_BYTES);
      g_assert_cmpint (total, >=, before);
      before = total;
    }
  g_assert_cmpint (before, ==, 10124472);
  g_assert_cmpuint (n_imported, >, size / 2);

  /* names that were cut off leave a note each */
  g_autoptr (GError) error = NULL;
  g_autoptr (HvProfile)
      nameless = import_bytes (text, (gsize) (strstr (text, ",\"ftbl\"") - text), &error);
  g_assert_no_error (error);
  assert_stack (nameless, 0, "[frame 2: name cut off];[frame 1: name cut off]");
  g_assert_true (nameless->frame[nameless->node_frame[nameless->site_node[0]]].flags
                 & HV_FRAME_SYNTHETIC);
}

/* --- stacks that the recorder cut --- */

static gboolean
under_note (const HvProfile *profile, uint32_t site)
{
  g_autofree char *stack = stack_of (profile, site);

  return g_str_has_prefix (stack, "[truncated]");
}

static void
test_truncated (void)
{
  g_autofree char *ls_path = data_path ("ls.dhat");
  g_autoptr (HvProfile) ls = import_file (ls_path);
  guint n_cut = 0;

  /* five of 88 were cut at 11 frames within ls itself; three that end in what a walk past the
   * loader's first frame finds were not */
  for (uint32_t s = 0; s < ls->n_sites; s++)
    n_cut += under_note (ls, s);
  g_assert_cmpuint (n_cut, ==, 5);
  g_assert_true (warned (ls, "no more than 11 frames"));

  /* ten frames of dhat-rs, the inlined not counted, recursion counted */
#define TEN "\"0x1: a\",\"0x2: b\",\"0x2: c\",\"0x3: main\",\"0x4: x::main (m.rs:1:2)\""
  g_autoptr (HvProfile) cut = import_text (
      "{\"dhatFileVersion\":2,\"mode\":\"rust-heap\",\"bklt\":false,\"bkacc\":false,\"pps\":["
      "{\"tb\":1,\"tbk\":1,\"fs\":[1,1,1,1,1,1,1,1,1,2,3]},"
      "{\"tb\":2,\"tbk\":1,\"fs\":[1,1,1,1,1,1,1,1,2,3]},"
      "{\"tb\":4,\"tbk\":1,\"fs\":[1,1,1,1,1,1,1,2,3]},"
      "{\"tb\":8,\"tbk\":1,\"fs\":[1,1,1,1,1,1,1,2,3,5]}"
      "],\"ftbl\":[\"[root]\"," TEN "]}");
  assert_stack (cut, 0, "[truncated];c;b;a;a;a;a;a;a;a;a;a");
  g_assert_true (under_note (cut, 1)); /* dhat-rs drops the allocator's frame after counting */
  assert_stack (cut, 2, "c;b;a;a;a;a;a;a;a");
  assert_stack (cut, 3, "x::main;c;b;a;a;a;a;a;a;a");
  g_assert_true (warned (cut, "2 of 4 stacks with 20.0 %"));

  /* few frames are no proof, unless others reach a root */
  g_autoptr (HvProfile)
      shallow = import_text (HEAP (POINT (1, "[1,2]") "," POINT (1, "[2,1]"), TEN));
  g_assert_false (under_note (shallow, 0));
  g_autoptr (HvProfile) limited = import_text (
      HEAP (POINT (1, "[1,2]") "," POINT (1, "[2,1]") "," POINT (1, "[1,4]"), TEN));
  g_assert_true (under_note (limited, 0) && under_note (limited, 1));
  assert_stack (limited, 2, "main;a");
}

/* Stacks, sites and cut program points as a reader written apart from this one counts them. */
static void
test_shapes (void)
{
  static const struct
  {
    const char *name;
    guint n_nodes, n_sites, n_cut;
  } samples[] = {
    { "rust-heap.dhat-heap.json.zst", 1465, 103, 52 },
    { "rust-full.dhat-heap.json.zst", 6314, 351, 0 },
    { "stl.dhat", 508, 77, 0 },
    { "stl-fullpath.dhat", 583, 77, 6 },
    { "stl.copy.dhat", 571, 83, 0 },
    { "git-log.dhat", 1894, 381, 255 },
    { "sqlite3.dhat", 4177, 628, 490 },
    { "cc1plus.dhat.zst", 755925, 94616, 21307 },
  };
  gboolean any = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autofree char *path = sample_path (samples[i].name);
      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        continue;
      any = TRUE;
      g_autoptr (HvProfile) profile = import_file (path);
      g_autofree char *count = g_strdup_printf ("frames of a stack: %u of", samples[i].n_cut);
      guint n_under = 0;

      g_test_message ("%s", samples[i].name);
      g_assert_cmpuint (profile->n_nodes, ==, samples[i].n_nodes);
      g_assert_cmpuint (profile->n_sites, ==, samples[i].n_sites);
      g_assert_cmpint (warned (profile, count), ==, samples[i].n_cut > 0);
      for (uint32_t s = 0; s < profile->n_sites; s++)
        n_under += under_note (profile, s);
      /* of the cut ones, those that differ in addresses only are one */
      g_assert_cmpuint (n_under, <=, samples[i].n_cut);
      g_assert_cmpint (n_under > 0, ==, samples[i].n_cut > 0);
    }
  if (!any)
    g_test_skip ("the recordings of ../shared/samples are not there");
}

/* --- frame texts --- */

static void
test_frame_texts (void)
{
  static const struct
  {
    const char *text;
    uint64_t address;
    const char *function, *file;
    uint32_t line;
    const char *object;
  } table[] = {
    { "0x1091F0: A (probe.c:10)", 0x1091f0, "A", "probe.c", 10, "" },
    { "0x8E940A: c_pretty_printer::c_pretty_printer() (in /usr/lib/gcc/cc1plus)", 0x8e940a,
      "c_pretty_printer::c_pretty_printer()", "", 0, "/usr/lib/gcc/cc1plus" },
    { "0x8E940A: c_pretty_printer::c_pretty_printer()", 0x8e940a,
      "c_pretty_printer::c_pretty_printer()", "", 0, "" },
    { "0x2D971: ??? (in /usr/bin/python3.11)", 0x2d971, "", "", 0, "/usr/bin/python3.11" },
    { "0x2D971: ??? (in ?\?\?)", 0x2d971, "", "", 0, "" },
    { "0x4853111: ???", 0x4853111, "", "", 0, "" },
    { "0x4A5E249: (below main) (libc_start_call_main.h:58)", 0x4a5e249, "(below main)",
      "libc_start_call_main.h", 58, "" },
    { "0x4A5E249: (below main)", 0x4a5e249, "(below main)", "", 0, "" },
    { "(below main)", 0, "(below main)", "", 0, "" },
    { "0x10FFE4: build(int, std::basic_string<char> const&) [clone .constprop.0] (stl.cpp:13)",
      0x10ffe4, "build(int, std::basic_string<char> const&)", "stl.cpp", 13, "" },
    { "0x10FFE4: f [clone .part.1] [clone .cold] (a.c:1)", 0x10ffe4, "f", "a.c", 1, "" },
    { "0x48D68CB: _IO_file_underflow@@GLIBC_2.2.5 (fileops.c:485)", 0x48d68cb, "_IO_file_underflow",
      "fileops.c", 485, "" },
    { "0x1: memcpy@GLIBC_2.2.5+12 (in /lib/libc.so.6)", 1, "memcpy", "", 0, "/lib/libc.so.6" },
    { "0x1104B1: build(int) [clone .constprop.0]+1905 (/abs/dir/stl.cpp:13)", 0x1104b1,
      "build(int)", "/abs/dir/stl.cpp", 13, "" },
    { "0x104b46d58: <T as alloc::slice::hack::ConvertVec>::to_vec (alloc/src/slice.rs:157:25)",
      0x104b46d58, "<T as alloc::slice::hack::ConvertVec>::to_vec", "alloc/src/slice.rs", 157, "" },
    { "0x7ff7fbacab42: alloc::raw_vec::impl$4::reserve<alloc::alloc::Global> "
      "(src\\raw_vec\\mod.rs:666:0)",
      0x7ff7fbacab42, "alloc::raw_vec::impl$4::reserve<alloc::alloc::Global>",
      "src\\raw_vec\\mod.rs", 666, "" },
    { "0x7ff7fb9f11df: pk_range_dhat::main (???:0:0)", 0x7ff7fb9f11df, "pk_range_dhat::main", "", 0,
      "" },
    { "0x1: f (C:\\x\\y.c:12)", 1, "f", "C:\\x\\y.c", 12, "" },
    { "0x1: f (in /opt/Foo (x86)/lib.so)", 1, "f", "", 0, "/opt/Foo (x86)/lib.so" },
    { "0x1: f(void (*)(int)) (in /opt/Foo (x86)/lib.so)", 1, "f(void (*)(int))", "", 0,
      "/opt/Foo (x86)/lib.so" },
    { "0x1: Foo::operator()(int) const (a.cc:7)", 1, "Foo::operator()(int) const", "a.cc", 7, "" },
    { "0x1: operator+ (a.cc:7)", 1, "operator+", "a.cc", 7, "" },
    { "0x1: (anonymous namespace)::f(int)", 1, "(anonymous namespace)::f(int)", "", 0, "" },
    { "0x1: f (a.c:99999999999)", 1, "f", "a.c", 0, "" },
    { "0x55d0c0ffee", 0x55d0c0ffee, "", "", 0, "" },
    { "0x: f", 0, "0x: f", "", 0, "" },
    { "0x11111111111111111: f", 0, "0x11111111111111111: f", "", 0, "" },
    { "just a name", 0, "just a name", "", 0, "" },
    { "0x1: f )", 1, "f )", "", 0, "" },
    { ")", 0, ")", "", 0, "" },
    { " ()", 0, " ()", "", 0, "" },
    { "@GLIBC_2", 0, "@GLIBC_2", "", 0, "" },
    { "user@host.com", 0, "user", "", 0, "" },
    { "+12", 0, "+12", "", 0, "" },
    { " [clone x]", 0, " [clone x]", "", 0, "" },
    { "", 0, "", "", 0, "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      HvDhatFrame frame;
      /* without a byte behind it, so that the sanitizer sees a step too far */
      gsize length = strlen (table[i].text);
      g_autofree char *copy = g_memdup2 (table[i].text, MAX (1, length));
      hv_dhat_parse_frame (copy, length, &frame);
      g_autofree char *function = g_strndup (frame.function.text, frame.function.length);
      g_autofree char *file = g_strndup (frame.file.text, frame.file.length);
      g_autofree char *object = g_strndup (frame.object.text, frame.object.length);
      g_assert_cmpuint (frame.address, ==, table[i].address);
      g_assert_cmpstr (function ? function : "", ==, table[i].function);
      g_assert_cmpstr (file ? file : "", ==, table[i].file);
      g_assert_cmpuint (frame.line, ==, table[i].line);
      g_assert_cmpstr (object ? object : "", ==, table[i].object);
    }
}

static void
test_allocator_module (void)
{
  g_autoptr (HvProfile) profile = import_text (
      HEAP (POINT (1, "[1,4]") "," POINT (2, "[2,4]") "," POINT (4, "[3,4]"),
            "\"0x1: malloc (vg_replace_malloc.c:381)\",\"0x2: malloc (in "
            "/usr/libexec/valgrind/vgpreload_dhat-amd64-linux.so)\",\"0x3: memmove "
            "(vg_replace_strmem.c:1382)\",\"0x4: main (a.c:1)\""));
  static const char *const modules[] = { "vgpreload_dhat",
                                         "/usr/libexec/valgrind/vgpreload_dhat-amd64-linux.so",
                                         "" };

  for (uint32_t s = 0; s < 3; s++)
    {
      const HvFrame *frame = &profile->frame[profile->node_frame[profile->site_node[s]]];
      g_assert_cmpstr (hv_profile_string (profile, frame->module), ==, modules[s]);
      g_assert_cmpint (!!(frame->flags & HV_FRAME_SYMBOL_ONLY), ==, s == 1);
    }
}

/* Numbers, texts and blanks that lie across a refill of the window. */
static void
test_refills (void)
{
  g_autoptr (GString)
      text = g_string_new ("{\"dhatFileVersion\":2,\"mode\":\"heap\",\"bklt\":false,\"pps\":[");
  const guint n = 40000;
  int64_t sum = 0;

  for (guint i = 0; i < n; i++)
    {
      int64_t bytes = (int64_t) i * 1000003;
      sum += bytes;
      g_string_append_printf (
          text,
          "%s{\"tb\":%" G_GINT64_FORMAT
          ",%*s\"tbk\":1,\"acc\":[-100000,%u],\"why\":\"%u\\\"\",\"fs\":[%u, 1]}",
          i ? "," : "", bytes, (int) (i % 7), "", i, i, i % 500 + 2);
    }
  g_string_append (text, "],\"ftbl\":[\"[root]\",\"0x1: main (m.c:1)\"");
  for (guint i = 0; i < 500; i++)
    {
      g_string_append_printf (text, ",\"0x%x: f%u_", i + 2, i);
      for (guint k = 0; k < 500; k++)
        g_string_append (text, k % 10 ? "long" : "\\u00e9");
      g_string_append (text, " (in /lib)\"");
    }
  g_string_append (text, "]}");
  g_assert_cmpuint (text->len, >, 3 * 1024 * 1024);

  g_autoptr (HvProfile) profile = import_text (text->str);
  g_assert_cmpuint (profile->n_sites, ==, 500);
  g_assert_cmpint (hv_profile_total (profile, HV_METRIC_TOTAL_BYTES), ==, sum);
  g_assert_cmpint (hv_profile_total (profile, HV_METRIC_TOTAL_BLOCKS), ==, n);
  for (uint32_t s = 0; s < 500; s++)
    {
      g_autofree char *stack = stack_of (profile, s);
      g_autofree char *start = g_strdup_printf ("main;f%u_\303\251longlong", s);
      g_assert_true (g_str_has_prefix (stack, start));
      g_assert_cmpuint (strlen (stack), ==, strlen (start) - 10 + 50 * 2 + 450 * 4);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dhat/totals", test_totals);
  g_test_add_func ("/dhat/samples", test_samples);
  g_test_add_func ("/dhat/probe", test_probe);
  g_test_add_func ("/dhat/access", test_access);
  g_test_add_func ("/dhat/repeated", test_repeated);
  g_test_add_func ("/dhat/merged-addresses", test_merged_addresses);
  g_test_add_func ("/dhat/absent-metrics", test_absent_metrics);
  g_test_add_func ("/dhat/version-1", test_version_1);
  g_test_add_func ("/dhat/tolerated", test_tolerated);
  g_test_add_func ("/dhat/refused", test_refused);
  g_test_add_func ("/dhat/not-detected", test_not_detected);
  g_test_add_func ("/dhat/prefixes", test_prefixes);
  g_test_add_func ("/dhat/truncated", test_truncated);
  g_test_add_func ("/dhat/shapes", test_shapes);
  g_test_add_func ("/dhat/frame-texts", test_frame_texts);
  g_test_add_func ("/dhat/allocator-module", test_allocator_module);
  g_test_add_func ("/dhat/refills", test_refills);
  return g_test_run ();
}
