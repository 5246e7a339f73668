/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/heaptrack-private.h"
#include "importers/importer.h"

#include <string.h>

#define HEADER "v 10400 3\nX ./prog\nI 1000 100\n"
#define FOOTER "# strings: 0\n# ips: 0\n"
/* One stack, main() in prog, with one class of 0x10 bytes. */
#define TABLES "s 4 prog\ns 4 main\ns 6 main.c\ni 1000 1 2 3 7\nt 1 0\na 10 1\n"

static const HvImportOptions options;

/* --- helpers --- */

static HvProfile *
read_bytes (const void *data, gsize size, GError **error)
{
  g_autoptr (HvInput) input = hv_input_new_for_memory (data, size, error);

  if (input == NULL)
    return NULL;
  HvProfile *profile = hv_import_input (input, "memory", &options, error);
  if (profile)
    {
      g_autoptr (GError) broken = NULL;
      hv_profile_check (profile, &broken);
      g_assert_no_error (broken);
      g_assert_cmpstr (profile->format, ==, "heaptrack");
    }
  return profile;
}

static HvProfile *
read_text (const char *text)
{
  g_autoptr (GError) error = NULL;
  HvProfile *profile = read_bytes (text, strlen (text), &error);

  g_assert_no_error (error);
  return profile;
}

static void
refuse (const char *text, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HvProfile) profile = read_bytes (text, strlen (text), &error);

  g_assert_null (profile);
  g_assert_error (error, HV_ERROR, HV_ERROR_FORMAT);
  g_assert_cmpstr (error->message, ==, message);
}

static HvProfile *
read_file (const char *variable, const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv (variable), "heaptrack", name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (HvInput) input = hv_input_open (path, NULL, &error);

  g_assert_no_error (error);
  HvProfile *profile = hv_import_input (input, path, &options, &error);
  g_assert_no_error (error);
  hv_profile_check (profile, &error);
  g_assert_no_error (error);
  return profile;
}

/* The decompressed content of a file in tests/data. */
static GByteArray *
content (const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("HV_TEST_DATA"), "heaptrack", name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (HvInput) input = hv_input_open (path, NULL, &error);
  GByteArray *bytes = g_byte_array_new ();

  g_assert_no_error (error);
  while (hv_input_fill (input, 1))
    {
      g_byte_array_append (bytes, (const guint8 *) input->pos, (guint) (input->end - input->pos));
      input->pos = input->end;
    }
  return bytes;
}

static gboolean
warned (const HvProfile *profile, const char *part)
{
  for (guint i = 0; i < profile->warnings->len; i++)
    if (strstr (g_ptr_array_index (profile->warnings, i), part))
      return TRUE;
  return FALSE;
}

/* The stack of a site, outermost first: "main < f < g". */
static char *
stack (const HvProfile *profile, uint32_t site)
{
  GString *text = g_string_new (NULL);

  for (uint32_t n = profile->site_node[site]; n; n = profile->node_parent[n])
    {
      const HvFrame *frame = &profile->frame[profile->node_frame[n]];
      g_string_prepend (text, text->len ? " < " : "");
      g_string_prepend (text, frame->function ? hv_profile_string (profile, frame->function) : "?");
    }
  return g_string_free (text, FALSE);
}

static uint32_t
site_of (const HvProfile *profile, const char *innermost)
{
  for (uint32_t s = 0; s < profile->n_sites; s++)
    {
      const HvFrame *frame = &profile->frame[profile->node_frame[profile->site_node[s]]];
      if (strcmp (hv_profile_string (profile, frame->function), innermost) == 0)
        return s;
    }
  g_assert_not_reached ();
}

/* --- recordings --- */

static int64_t
sum (const HvProfile *profile, HvMetric metric, uint32_t at)
{
  g_autofree int64_t *values = hv_profile_values (profile, metric, at);
  int64_t total = 0;

  g_assert_nonnull (values);
  for (uint32_t s = 0; s < profile->n_sites; s++)
    total += values[s];
  return total;
}

/* Every moment's rows add up to its totals, and the last is the end. */
static void
check_moments (const HvProfile *profile)
{
  static const HvMetric metrics[] = { HV_METRIC_LIVE_BYTES, HV_METRIC_LIVE_BLOCKS,
                                      HV_METRIC_TOTAL_BYTES, HV_METRIC_TOTAL_BLOCKS };
  int64_t *held[G_N_ELEMENTS (metrics)], total[G_N_ELEMENTS (metrics)] = { 0 };
  int64_t highest = 0, time = 0;

  g_assert_cmpuint (profile->n_moments, <=, 512);
  for (gsize m = 0; m < G_N_ELEMENTS (metrics); m++)
    held[m] = g_new0 (int64_t, MAX (1, profile->n_sites));
  for (uint32_t i = 0; i < profile->n_moments; i++)
    {
      const HvMoment *moment = &profile->moment[i];
      uint64_t end = i + 1 < profile->n_moments ? profile->moment[i + 1].first_row
                                                : profile->n_rows;
      g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

      for (uint64_t r = moment->first_row; r < end; r++)
        {
          uint32_t site = profile->row_site[r];
          g_assert_true (g_hash_table_add (seen, GUINT_TO_POINTER (site)));
          for (gsize m = 0; m < G_N_ELEMENTS (metrics); m++)
            {
              int64_t value = profile->row[metrics[m]][r];
              total[m] += value - held[m][site];
              held[m][site] = value;
            }
        }
      g_assert_cmpint (moment->kind, ==, HV_MOMENT_BUCKET);
      g_assert_cmpint (moment->number, ==, i);
      g_assert_cmpint (moment->time, >=, time);
      g_assert_cmpint (moment->live_bytes, ==, total[0]);
      g_assert_cmpint (moment->live_blocks, ==, total[1]);
      g_assert_cmpint (moment->total_bytes, ==, total[2]);
      g_assert_cmpint (moment->total_blocks, ==, total[3]);
      g_assert_cmpint (moment->max_bytes, >=, moment->live_bytes);
      time = moment->time;
      highest = MAX (highest, moment->max_bytes);
    }
  if (profile->n_moments)
    {
      const HvMoment *last = &profile->moment[profile->n_moments - 1];
      for (gsize m = 0; m < G_N_ELEMENTS (metrics); m++)
        g_assert_cmpmem (held[m], profile->n_sites * sizeof (int64_t), profile->column[metrics[m]],
                         profile->n_sites * sizeof (int64_t));
      g_assert_cmpint (last->temporary_blocks, ==,
                       hv_profile_total (profile, HV_METRIC_TEMPORARY_BLOCKS));
      g_assert_cmpint (highest, ==, hv_profile_total (profile, HV_METRIC_PEAK_BYTES));

      uint32_t middle = profile->n_moments / 2;
      g_assert_cmpint (sum (profile, HV_METRIC_LIVE_BYTES, middle), ==,
                       profile->moment[middle].live_bytes);
      g_assert_cmpint (sum (profile, HV_METRIC_TOTAL_BLOCKS, middle), ==,
                       profile->moment[middle].total_blocks);
    }
  for (gsize m = 0; m < G_N_ELEMENTS (metrics); m++)
    g_free (held[m]);
}

/* As heaptrack_print says, which rounds; it rejects the rules that truth's file holds. */
static const struct
{
  const char *file;
  int64_t bytes;
} suppressed[] = {
  { "git-logstat.zst", 52 }, { "gtk4-demo.zst", 212650 },       { "py1.zst", 3814 },
  { "mt.zst", 0 },           { "cc1plus-truncated.zst", 2080 }, { "truth-again.zst", 1000 },
};

static void
check_totals (const HvProfile *profile, char **expected)
{
  const int64_t got[] = { hv_profile_total (profile, HV_METRIC_TOTAL_BLOCKS),
                          hv_profile_total (profile, HV_METRIC_TEMPORARY_BLOCKS),
                          hv_profile_total (profile, HV_METRIC_PEAK_BYTES), profile->peak_time,
                          hv_profile_total (profile, HV_METRIC_LIVE_BYTES),
                          /* a resident set of 0 is none */
                          MAX (0, profile->peak_rss_bytes), profile->duration };

  for (gsize i = 0; i < G_N_ELEMENTS (got); i++)
    g_assert_cmpint (got[i], ==, g_ascii_strtoll (expected[i + 1], NULL, 10));
  for (gsize i = 0; i < G_N_ELEMENTS (suppressed); i++)
    if (strcmp (expected[0], suppressed[i].file) == 0)
      g_assert_cmpint (profile->suppressed_bytes, ==, suppressed[i].bytes);
  g_assert_cmpint (profile->default_metric, ==, HV_METRIC_PEAK_BYTES);
  g_assert_cmpint (profile->time_unit, ==, HV_TIME_MILLISECONDS);
}

/* Every file of EXPECTED.tsv that is in the folder. */
static void
check_recordings (const char *variable)
{
  g_autofree char *table = g_build_filename (g_getenv (variable), "heaptrack", "EXPECTED.tsv",
                                             NULL);
  g_autofree char *text = NULL;
  unsigned checked = 0;

  if (!g_file_get_contents (table, &text, NULL, NULL))
    {
      g_test_skip ("the sample recordings are not here");
      return;
    }
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (char **line = lines + 1; *line && **line; line++)
    {
      g_auto (GStrv) expected = g_strsplit (*line, "\t", -1);
      g_autofree char *path = g_build_filename (g_getenv (variable), "heaptrack", expected[0],
                                                NULL);
      g_assert_cmpuint (g_strv_length (expected), ==, 8);
      if (!g_file_test (path, G_FILE_TEST_EXISTS) || strcmp (expected[0], "longcmd.zst") == 0)
        continue;
      g_test_message ("%s", expected[0]);
      g_autoptr (HvProfile) profile = read_file (variable, expected[0]);
      check_totals (profile, expected);
      check_moments (profile);
      checked++;
    }
  g_assert_cmpuint (checked, >=, 6);
}

static void
test_small_recordings (void)
{
  check_recordings ("HV_TEST_DATA");
}

static void
test_all_recordings (void)
{
  check_recordings ("HV_SAMPLES");
}

static void
test_truth (void)
{
  g_autoptr (HvProfile) profile = read_file ("HV_TEST_DATA", "truth.zst");

  g_assert_cmpstr (hv_profile_string (profile, profile->command), ==,
                   "./dir with space/truth prog");
  g_assert_cmpstr (hv_profile_string (profile, profile->variant), ==, "v3");
  g_assert_false (profile->incomplete);
  /* The known program's own leaks. */
  uint32_t leak = site_of (profile, "suppressed_leak()");
  g_assert_cmpint (profile->column[HV_METRIC_LIVE_BYTES][leak], ==, 1000);
  g_assert_cmpint (profile->suppressed_bytes, ==, 1000);
  g_assert_cmpint (profile->column[HV_METRIC_LIVE_BYTES][site_of (profile, "real_leak()")], ==,
                   0x309);
  g_assert_cmpstr (hv_profile_string (profile, profile->module[profile->n_modules - 1].path), !=,
                   "");
}

/* inl3, inl2 and inl1 are inlined into inlined_user(). */
static void
test_inlined (void)
{
  g_autoptr (HvProfile) profile = read_file ("HV_TEST_DATA", "truth.zst");
  uint32_t site = G_MAXUINT32;

  for (uint32_t s = 0; s < profile->n_sites; s++)
    {
      g_autofree char *text = stack (profile, s);
      if (strstr (text, "inl3"))
        {
          site = s;
          g_assert_true (g_str_has_suffix (text, "main < inlined_user() < inl1 < "
                                                 "inl2 < inl3"));
        }
    }
  g_assert_cmpuint (site, !=, G_MAXUINT32);

  static const struct
  {
    uint32_t line;
    uint8_t flags;
  } expected[] = {
    { 19, HV_FRAME_INLINED }, { 20, HV_FRAME_INLINED }, { 21, HV_FRAME_INLINED }, { 22, 0 }
  };
  uint32_t node = profile->site_node[site];
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++, node = profile->node_parent[node])
    {
      const HvFrame *frame = &profile->frame[profile->node_frame[node]];
      g_assert_cmpuint (frame->line, ==, expected[i].line);
      g_assert_cmpuint (frame->flags, ==, expected[i].flags);
      g_assert_cmpuint (frame->address, ==, 0);
    }
}

/* A recursion deeper than the recorder unwinds. */
static void
test_truncated (void)
{
  g_autoptr (HvProfile) profile = read_file ("HV_TEST_DATA", "truth.zst");
  unsigned cut = 0;

  for (uint32_t s = 0; s < profile->n_sites; s++)
    {
      g_autofree char *text = stack (profile, s);
      cut += g_str_has_prefix (text, "[truncated] < ");
    }
  g_assert_cmpuint (cut, ==, 4);
  g_assert_true (warned (profile, "4 stacks (0.0 % of the peak) reach the 62 frames"));
}

/* The cut stacks of a deep chain hang below the note, the shallow ones of the same chain do not;
 * one of exactly that depth which starts at _start is whole. */
static void
test_truncated_chain (void)
{
  for (int whole = 0; whole < 2; whole++)
    {
      g_autoptr (GString) text = g_string_new (HEADER "s 4 prog\ns 1 f\n");

      g_string_append_printf (text, whole ? "s 6 _start\n" : "s 5 start\n");
      g_string_append (text, "i 1000 1 3\ni 2000 1 2\nt 1 0\n");
      for (int depth = 2; depth <= 63; depth++)
        g_string_append_printf (text, "t 2 %x\n", depth - 1);
      g_string_append (text, "a 1 3d\na 2 3e\na 4 3f\n+ 0\n+ 1\n+ 2\n" FOOTER);
      g_autoptr (HvProfile) profile = read_text (text->str);
      g_assert_cmpuint (profile->n_sites, ==, 3);
      for (uint32_t s = 0; s < 3; s++)
        {
          g_autofree char *path = stack (profile, s);
          gboolean cut = !whole && s > 0;
          g_assert_true (g_str_has_prefix (path, cut     ? "[truncated] < start < f"
                                                 : whole ? "_start < f"
                                                         : "start < f"));
        }
      g_assert_cmpint (
          warned (profile, "2 stacks (85.7 % of the peak) reach the 62 frames that "
                           "heaptrack records: cut from the root, they hang under “[truncated]”."),
          ==, !whole);
    }
}

static void
test_command_with_newline (void)
{
  g_autoptr (HvProfile) profile = read_file ("HV_TEST_DATA", "emptyarg.zst");

  g_assert_cmpstr (hv_profile_string (profile, profile->command), ==, "./truth  a b new\nline");
  g_assert_false (warned (profile, "not understood"));
}

static void
test_killed (void)
{
  g_autoptr (HvProfile) profile = read_file ("HV_TEST_DATA", "killed.zst");

  g_assert_true (warned (profile, "no time stamps"));
  g_assert_cmpuint (profile->n_moments, ==, 0);
  g_assert_cmpint (profile->peak_rss_bytes, ==, -1);
}

/* The same program, interpreted and not: same costs, exact temporaries, addresses in modules. */
static void
test_raw (void)
{
  g_autoptr (HvProfile) raw = read_file ("HV_TEST_DATA", "truth-raw.raw.zst");
  g_autoptr (HvProfile) interpreted = read_file ("HV_TEST_DATA", "truth.zst");
  static const HvMetric same[] = { HV_METRIC_LIVE_BYTES,  HV_METRIC_LIVE_BLOCKS,
                                   HV_METRIC_PEAK_BYTES,  HV_METRIC_PEAK_BLOCKS,
                                   HV_METRIC_TOTAL_BYTES, HV_METRIC_TOTAL_BLOCKS };

  for (gsize i = 0; i < G_N_ELEMENTS (same); i++)
    g_assert_cmpint (hv_profile_total (raw, same[i]), ==, hv_profile_total (interpreted, same[i]));
  /* A loop of 50 that frees the old block after allocating the new one is not temporary. */
  g_assert_cmpint (hv_profile_total (raw, HV_METRIC_TEMPORARY_BLOCKS), ==, 163 - 49);
  g_assert_cmpstr (hv_profile_string (raw, raw->variant), ==, "raw v3");
  g_assert_false (raw->incomplete);
  check_moments (raw);

  gboolean found = FALSE;
  for (uint32_t f = 1; f < raw->n_frames; f++)
    {
      const HvFrame *frame = &raw->frame[f];
      if (frame->flags & HV_FRAME_SYNTHETIC)
        continue;
      g_assert_cmpuint (frame->flags, ==, HV_FRAME_VADDR);
      g_assert_cmpuint (frame->function, ==, 0);
      /* t 55a5015b88cd in the program loaded at 55a5015b6000 */
      if (frame->address == 0x28cd)
        {
          g_assert_true (g_str_has_suffix (hv_profile_string (raw, frame->module), "/truth prog"));
          found = TRUE;
        }
    }
  g_assert_true (found);
}

/* Whatever part of a file is there: a clear error, or what is whole with a warning. */
static void
check_prefixes (const char *name, gboolean ends_marked)
{
  g_autoptr (GByteArray) bytes = content (name);
  gsize imported = 0;

  g_assert_cmpuint (bytes->len, >, 5000);
  for (guint size = 0; size <= bytes->len; size++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (HvProfile) profile = read_bytes (bytes->data, size, &error);

      if (profile == NULL)
        {
          g_assert_error (error, HV_ERROR, HV_ERROR_FORMAT);
          continue;
        }
      imported++;
      check_moments (profile);
      if (ends_marked || bytes->data[size - 1] != '\n')
        g_assert_cmpint (profile->incomplete, ==, size < bytes->len);
      if (profile->incomplete)
        g_assert_true (warned (profile, "The recording stops"));
    }
  g_assert_cmpuint (imported, >, bytes->len / 2);
}

static void
test_prefixes (void)
{
  check_prefixes ("truth.zst", TRUE);
}

static void
test_raw_prefixes (void)
{
  check_prefixes ("truth-raw.raw.zst", FALSE);
}

static void
test_cut_compression (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("HV_TEST_DATA"), "heaptrack", "truth.zst",
                                            NULL);
  g_autofree char *data = NULL;
  gsize size;
  unsigned imported = 0;

  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  for (gsize part = 1; part < size; part += 7)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (HvProfile) profile = read_bytes (data, part, &error);
      if (profile)
        {
          imported++;
          g_assert_true (profile->incomplete);
          g_assert_true (warned (profile, "The compressed file stops before its end"));
        }
    }
  /* one zstd block holds it all: nothing but its end can be missing */
  g_test_message ("%u parts imported", imported);
}

/* --- written by hand --- */

static void
test_versions (void)
{
  static const struct
  {
    const char *header, *variant;
    gboolean sized;
  } forms[] = { { "v 10000 1\n", "v1", FALSE },
                { "v 10200\n", "v1", FALSE },
                { "v 10100 2\n", "v2", FALSE },
                { "v 10400 3\n", "v3", TRUE } };

  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autofree char *text = g_strconcat (
          forms[i].header, "X  ./a b\nI 1000 100\n",
          forms[i].sized ? "s 6 my lib\ns 1 f\n" : "s my lib\ns f\n",
          "i 1000 1 2\nt 1 0\na 10 1\n+ 0\nc 5\nR 12\n+ 0\n- 0\n", FOOTER, NULL);
      g_autoptr (HvProfile) profile = read_text (text);
      g_assert_cmpstr (hv_profile_string (profile, profile->variant), ==, forms[i].variant);
      g_assert_cmpstr (hv_profile_string (profile, profile->module[0].path), ==, "my lib");
      g_assert_cmpint (hv_profile_total (profile, HV_METRIC_LIVE_BYTES), ==, 16);
      /* decimal digits before 1.2 */
      int64_t pages = i == 0 || i == 2 ? 12 : 0x12;
      g_assert_cmpint (profile->peak_rss_bytes, ==, pages * 0x1000);
      g_assert_cmpint (profile->moment[0].rss_bytes, ==, pages * 0x1000);
      g_assert_cmpuint (profile->frame[1].flags, ==, HV_FRAME_SYMBOL_ONLY);
      g_assert_cmpuint (profile->n_moments, ==, 2);
      g_assert_false (profile->incomplete);
    }

  /* version 0: blocks by their address */
  g_autoptr (HvProfile) old = read_text ("v 1\nX ./old\ns prog\ns f\ni 1000 1 2\nt 1 0\n"
                                         "+ 10 1 7f00\n+ 20 1 7f10\n- 7f00\n- 9\n+ 8 0 7f00\n"
                                         "- 7f00\n" FOOTER);
  g_assert_cmpstr (hv_profile_string (old, old->variant), ==, "v0");
  g_assert_cmpint (hv_profile_total (old, HV_METRIC_LIVE_BYTES), ==, 0x20);
  g_assert_cmpint (hv_profile_total (old, HV_METRIC_PEAK_BYTES), ==, 0x30);
  g_assert_cmpint (hv_profile_total (old, HV_METRIC_TEMPORARY_BLOCKS), ==, 1);
  g_assert_cmpint (old->column[HV_METRIC_TOTAL_BYTES][site_of (old, "[no stack]")], ==, 8);
}

static void
test_raw_v2 (void)
{
  g_autoptr (HvProfile) profile = read_text (
      "v 10200 2\nx /bin/my prog\nX my\nI 1000 100\nm -\nm x 5000 0 100 200 80\n"
      "m /lib/a.so 9000 1000 10\nt 5210 0\nt a00f 1\nt a010 1\n+ 10 2 7f00\n"
      "+ 20 3 7f80\nm -\nt 5210 0\n+ 1 4 7fc0\nc 1\n");
  const HvFrame *frame = profile->frame;

  g_assert_cmpstr (hv_profile_string (profile, profile->variant), ==, "raw v2");
  g_assert_cmpuint (profile->n_modules, ==, 2);
  g_assert_cmpstr (hv_profile_string (profile, frame[1].module), ==, "/bin/my prog");
  g_assert_cmpuint (frame[1].address, ==, 0x210);
  g_assert_cmpuint (frame[1].flags, ==, HV_FRAME_VADDR);
  g_assert_cmpstr (hv_profile_string (profile, frame[2].module), ==, "/lib/a.so");
  g_assert_cmpuint (frame[2].address, ==, 0x100f);
  /* one past a segment, and after all modules were forgotten: only the address is known */
  g_assert_cmpuint (frame[3].module, ==, 0);
  g_assert_cmpuint (frame[3].address, ==, 0xa010);
  g_assert_cmpuint (frame[3].flags, ==, HV_FRAME_RUNTIME_ADDRESS);
  g_assert_cmpuint (frame[4].address, ==, 0x5210);
  g_assert_cmpuint (frame[4].flags, ==, HV_FRAME_RUNTIME_ADDRESS);
}

/* The block table against a plain model, through growth, removal and reuse of addresses. */
static void
test_raw_blocks (void)
{
  g_autoptr (GString) text = g_string_new ("v 10400 3\nx 4 prog\nt 10 0\n");
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  g_autofree uint32_t *size = g_new0 (uint32_t, 4096);
  int64_t live = 0, peak = 0, temporary = 0, blocks = 0;
  uint32_t last = G_MAXUINT32;

  for (int i = 0; i < 60000; i++)
    {
      uint32_t at = (uint32_t) g_rand_int_range (random, 0, 4096);
      if (size[at] == 0)
        {
          size[at] = (uint32_t) g_rand_int_range (random, 1, 1000);
          g_string_append_printf (text, "+ %x 1 %x\n", size[at], 0x7f0000 + at * 16);
          live += size[at];
          peak = MAX (peak, live);
          blocks++;
          last = at;
        }
      else
        {
          g_string_append_printf (text, "- %x\n", 0x7f0000 + at * 16);
          live -= size[at];
          size[at] = 0;
          temporary += last == at;
          last = G_MAXUINT32;
        }
    }
  g_autoptr (HvProfile) profile = read_text (text->str);
  g_assert_cmpint (hv_profile_total (profile, HV_METRIC_LIVE_BYTES), ==, live);
  g_assert_cmpint (hv_profile_total (profile, HV_METRIC_PEAK_BYTES), ==, peak);
  g_assert_cmpint (hv_profile_total (profile, HV_METRIC_TOTAL_BLOCKS), ==, blocks);
  g_assert_cmpint (hv_profile_total (profile, HV_METRIC_TEMPORARY_BLOCKS), ==, temporary);
}

/* Peak by site, moments and temporaries against a model that copies everything at each maximum. */
static void
test_model (void)
{
  enum
  {
    SITES = 40,
    STAMPS = 3000
  };
  for (guint32 seed = 1; seed <= 5; seed++)
    {
      g_autoptr (GString) text = g_string_new (HEADER "s 4 prog\n");
      g_autoptr (GRand) random = g_rand_new_with_seed (seed);
      int64_t live[SITES] = { 0 }, at_peak[SITES] = { 0 }, blocks[SITES] = { 0 };
      int64_t total = 0, peak = 0, peak_time = 0, temporary = 0;
      int last = -1;
      g_autofree int64_t *at_stamp = g_new (int64_t, STAMPS);

      for (int s = 0; s < SITES; s++)
        g_string_append_printf (text, "s 4 f%03d\ni %x 1 %x\nt %x 0\na %x %x\n", s, s + 1, s + 2,
                                s + 1, s * s, s + 1);
      for (int stamp = 0; stamp < STAMPS; stamp++)
        {
          for (int i = g_rand_int_range (random, 0, 8); i > 0; i--)
            {
              int s = g_rand_int_range (random, 0, SITES);
              gboolean more = g_rand_int_range (random, 0, 5) < (stamp < 2000 ? 3 : 2);
              if (more || blocks[s] == 0)
                {
                  g_string_append_printf (text, "+ %x\n", s);
                  live[s] += s * s;
                  total += s * s;
                  blocks[s]++;
                  last = s;
                  if (total > peak)
                    {
                      peak = total;
                      peak_time = stamp * 3;
                      memcpy (at_peak, live, sizeof live);
                    }
                }
              else
                {
                  g_string_append_printf (text, "- %x\n", s);
                  live[s] -= s * s;
                  total -= s * s;
                  blocks[s]--;
                  temporary += last == s;
                  last = -1;
                }
            }
          at_stamp[stamp] = total;
          g_string_append_printf (text, "c %x\n", (stamp + 1) * 3);
        }
      g_string_append (text, FOOTER);

      g_autoptr (HvProfile) profile = read_text (text->str);
      check_moments (profile);
      /* 3000 stamps, merged by 8 */
      g_assert_cmpuint (profile->n_moments, ==, 375);
      for (uint32_t m = 0; m < profile->n_moments; m++)
        g_assert_cmpint (profile->moment[m].live_bytes, ==,
                         at_stamp[profile->moment[m].time / 3 - 1]);
      g_assert_cmpint (hv_profile_total (profile, HV_METRIC_PEAK_BYTES), ==, peak);
      g_assert_cmpint (profile->peak_time, ==, peak_time);
      g_assert_cmpint (hv_profile_total (profile, HV_METRIC_TEMPORARY_BLOCKS), ==, temporary);
      for (uint32_t s = 0; s < SITES; s++)
        {
          g_assert_cmpint (profile->column[HV_METRIC_PEAK_BYTES][s], ==, at_peak[s]);
          g_assert_cmpint (profile->column[HV_METRIC_LIVE_BYTES][s], ==, live[s]);
          g_assert_cmpint (profile->column[HV_METRIC_LIVE_BLOCKS][s], ==, blocks[s]);
        }
    }
}

/* The marks' 32-bit counts of peaks and buckets start over without a change in what they tell. */
static void
test_wrap (void)
{
  enum
  {
    SITES = 50
  };
  g_autoptr (HvProfile) profile = hv_profile_new ();
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  HtLedger ledger;
  int64_t live[SITES] = { 0 }, at_peak[SITES] = { 0 }, total = 0, peak = 0;
  unsigned peaks = 0;

  ht_ledger_init (&ledger);
  ledger.marks = (uint64_t) (G_MAXUINT32 - HT_BATCH - 10) << 32 | (G_MAXUINT32 - 20);
  for (uint32_t s = 0; s < SITES; s++)
    {
      HvFrame frame = { .line = s + 1 };
      uint32_t node = hv_profile_node (profile, 0, hv_profile_frame (profile, &frame));
      g_assert_cmpuint (hv_profile_site (profile, node), ==, s);
      ht_ledger_add_site (&ledger, s);
    }
  for (int i = 0; i < 6000; i++)
    {
      uint32_t s = (uint32_t) g_rand_int_range (random, 0, SITES);
      uint32_t freed = live[s] > 0 && g_rand_int_range (random, 0, 100) < 45;
      int64_t size = freed ? live[s] : g_rand_int_range (random, 1, 50);

      g_assert_true (ht_ledger_add (&ledger, s, size, freed, FALSE));
      live[s] += freed ? -size : size;
      total += freed ? -size : size;
      if (total > peak)
        {
          peak = total;
          peaks++;
          memcpy (at_peak, live, sizeof live);
        }
      if (i % 100 == 99)
        ht_ledger_stamp (&ledger, i);
    }
  ht_ledger_finish (&ledger, profile);
  g_assert_cmpuint (ledger.marks >> 32, <, 6000);
  g_assert_cmpuint ((uint32_t) ledger.marks, <, 60);
  g_assert_cmpuint (peaks, >, 100);
  g_assert_cmpmem (profile->column[HV_METRIC_PEAK_BYTES], sizeof at_peak, at_peak, sizeof at_peak);
  check_moments (profile);
  ht_ledger_clear (&ledger);
}

/* Many sites that change all the time: fewer moments rather than rows without end. */
static void
test_many_rows (void)
{
  enum
  {
    SITES = 9000,
    STAMPS = 150
  };
  g_autoptr (GString) text = g_string_new (HEADER "s 4 prog\n");

  for (int s = 0; s < SITES; s++)
    g_string_append_printf (text, "i %x 1\nt %x 0\na 1 %x\n", s + 1, s + 1, s + 1);
  for (int stamp = 1; stamp <= STAMPS; stamp++)
    {
      for (int s = 0; s < SITES; s++)
        g_string_append_printf (text, "+ %x\n", s);
      g_string_append_printf (text, "c %x\n", stamp);
    }
  g_string_append (text, FOOTER);
  g_autoptr (HvProfile) profile = read_text (text->str);
  g_assert_cmpuint (profile->n_moments, <, STAMPS);
  g_assert_cmpuint (profile->n_moments, >=, STAMPS / 2);
  g_assert_cmpuint (profile->n_rows, ==, (uint64_t) profile->n_moments * SITES);
  check_moments (profile);
}

/* Rows come out as they went in, however large their values. */
static void
test_rows (void)
{
  static const int64_t values[][HT_ROW_METRICS] = {
    { 0, 0, 0, 0 },
    { -1, 1, -64, 63 },
    { 64, -65, 127, 128 },
    { INT64_MAX, INT64_MIN, INT64_MAX - 1, INT64_MIN + 1 },
    { 1 << 20, -(1 << 20), INT64_C (1) << 62, -(INT64_C (1) << 62) },
  };
  g_autoptr (HvProfile) profile = hv_profile_new ();
  HtTimeline *timeline = ht_timeline_new ();

  for (uint32_t i = 0; i < 3; i++)
    {
      ht_timeline_add_moment (timeline, &(HvMoment){ .number = i });
      for (uint32_t row = 0; row < i * G_N_ELEMENTS (values); row++)
        ht_timeline_add_row (timeline, UINT32_MAX - row, values[row % G_N_ELEMENTS (values)]);
    }
  ht_timeline_finish (timeline, profile);
  ht_timeline_free (timeline);
  g_assert_cmpuint (profile->n_moments, ==, 3);
  g_assert_cmpuint (profile->n_rows, ==, 3 * G_N_ELEMENTS (values));
  for (uint64_t row = 0; row < profile->n_rows; row++)
    {
      const int64_t *expected = values[row % G_N_ELEMENTS (values)];
      uint64_t first = profile->moment[row < G_N_ELEMENTS (values) ? 1 : 2].first_row;
      g_assert_cmpuint (profile->row_site[row], ==, UINT32_MAX - (row - first));
      g_assert_cmpint (profile->row[HV_METRIC_LIVE_BYTES][row], ==, expected[0]);
      g_assert_cmpint (profile->row[HV_METRIC_LIVE_BLOCKS][row], ==, expected[1]);
      g_assert_cmpint (profile->row[HV_METRIC_TOTAL_BYTES][row], ==, expected[2]);
      g_assert_cmpint (profile->row[HV_METRIC_TOTAL_BLOCKS][row], ==, expected[3]);
    }
}

/* Time that passes while nothing is allocated: more moments than are kept, none with a row. */
static void
test_empty_moments (void)
{
  g_autoptr (GString) text = g_string_new (HEADER "s 4 prog\ni 1000 1\nt 1 0\na 10 1\n");

  for (int i = 1; i <= 600; i++)
    g_string_append_printf (text, "c %x\n", i * 10);
  g_string_append (text, FOOTER);
  g_autoptr (HvProfile) profile = read_text (text->str);
  g_assert_cmpuint (profile->n_moments, >, 0);
  g_assert_cmpuint (profile->n_rows, ==, 0);
  g_assert_cmpint (hv_profile_total (profile, HV_METRIC_LIVE_BYTES), ==, 0);
}

/* Numbers of every length, through the fast loop and beside it. */
static void
test_indices (void)
{
  g_autoptr (GString) text = g_string_new (HEADER "s 4 prog\ni 1000 1\nt 1 0\n");
  enum
  {
    N = 0x11000
  };

  for (int i = 0; i < N; i++)
    g_string_append_printf (text, "a %x 1\n", i);
  for (int i = 0; i < N; i++)
    g_string_append_printf (text, i % 5 ? "+ %x\n" : "+ %08x\n", i);
  for (int i = 0; i < N; i += 3)
    g_string_append_printf (text, "- %x\n", i);
  g_string_append (text, FOOTER);

  int64_t total = (int64_t) N * (N - 1) / 2, live = total;
  for (int i = 0; i < N; i += 3)
    live -= i;
  g_autoptr (HvProfile) profile = read_text (text->str);
  g_assert_cmpint (hv_profile_total (profile, HV_METRIC_TOTAL_BYTES), ==, total);
  g_assert_cmpint (hv_profile_total (profile, HV_METRIC_LIVE_BYTES), ==, live);
}

static void
test_frames (void)
{
  g_autoptr (HvProfile) profile = read_text (
      HEADER "s 3 lib\ns 1 f\ns 3 f.c\ns 1 g\n"
             "i a 0\ni b 1\ni c 1 2\ni d 1 2 3 10\ni e 1 0 3 11\ni f 1 2 3 12 4 3 13\n"
             "t 1 0\nt 2 1\nt 3 2\nt 4 3\nt 5 4\nt 6 5\nt 0 6\na 1 7\n+ 0\n" FOOTER);
  static const struct
  {
    uint64_t address;
    uint32_t line;
    uint8_t flags;
    gboolean function, file, module;
  } expected[] = {
    { 0, 0, HV_FRAME_RUNTIME_ADDRESS, FALSE, FALSE, FALSE },
    { 0, 0x12, HV_FRAME_INLINED, TRUE, TRUE, TRUE },
    { 0, 0x13, 0, TRUE, TRUE, TRUE },
    { 0xe, 0x11, HV_FRAME_RUNTIME_ADDRESS, FALSE, TRUE, TRUE },
    { 0, 0x10, 0, TRUE, TRUE, TRUE },
    { 0, 0, HV_FRAME_SYMBOL_ONLY, TRUE, FALSE, TRUE },
    { 0xb, 0, HV_FRAME_RUNTIME_ADDRESS, FALSE, FALSE, TRUE },
    { 0xa, 0, HV_FRAME_RUNTIME_ADDRESS, FALSE, FALSE, FALSE },
  };
  uint32_t node = profile->site_node[0];
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++, node = profile->node_parent[node])
    {
      const HvFrame *frame = &profile->frame[profile->node_frame[node]];
      g_assert_cmpuint (frame->address, ==, expected[i].address);
      g_assert_cmpuint (frame->line, ==, expected[i].line);
      g_assert_cmpuint (frame->flags, ==, expected[i].flags);
      g_assert_cmpint (frame->function != 0, ==, expected[i].function);
      g_assert_cmpint (frame->file != 0, ==, expected[i].file);
      g_assert_cmpint (frame->module != 0, ==, expected[i].module);
    }
  g_assert_cmpuint (node, ==, 0);
}

/* Two addresses of one line are one place; unresolved ones stay apart. */
static void
test_same_place (void)
{
  g_autoptr (HvProfile) profile = read_text (
      HEADER "s 3 lib\ns 1 f\ns 3 f.c\ni a 1 2 3 10\ni b 1 2 3 10\ni c 1\ni d 1\n"
             "t 1 0\nt 2 0\nt 3 0\nt 4 0\na 1 1\na 2 2\na 4 3\na 8 4\n+ 0\n+ 1\n+ 2\n+ 3\n" FOOTER);

  g_assert_cmpuint (profile->n_sites, ==, 3);
  g_assert_cmpint (profile->column[HV_METRIC_LIVE_BYTES][0], ==, 3);
  g_assert_cmpint (profile->column[HV_METRIC_LIVE_BYTES][1], ==, 4);
  g_assert_cmpint (profile->column[HV_METRIC_LIVE_BYTES][2], ==, 8);
}

/* heaptrack's anonymiser drops the lengths. */
static void
test_anonymised (void)
{
  g_autoptr (HvProfile) profile = read_text (HEADER "s string1\ns string2 x\ns \ns 9 short\n"
                                                    "i 1000 1 2 4 7\nt 1 0\na 1 1\n+ 0\n" FOOTER);
  const HvFrame *frame = &profile->frame[1];

  g_assert_cmpstr (hv_profile_string (profile, frame->module), ==, "string1");
  g_assert_cmpstr (hv_profile_string (profile, frame->function), ==, "string2 x");
  g_assert_cmpstr (hv_profile_string (profile, frame->file), ==, "9 short");
}

static void
test_suppressions (void)
{
  static const struct
  {
    const char *rule;
    int64_t bytes;
  } rules[] = {
    { "", 0 },
    { "S leak:alpha\n", 1 },
    { "S a leak:alpha\n", 1 },
    { "S leak:src/*.c\n", 7 },
    { "S leak:^beta$\n", 2 },
    { "S leak:^bet$\n", 0 },
    { "S # leak:alpha\n", 0 },
    { "S race:alpha\n", 0 },
    { "S leak:\n", 0 },
    { "S \nS leak:alpha\nS leak:beta\n", 3 },
    { "S leak:prog\n", 7 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      g_autofree char *text = g_strconcat (
          HEADER, rules[i].rule,
          "s 4 prog\ns 7 alphabe\ns 4 beta\ns 7 src/x.c\ns 2 lo\ni 1 1 2 4 1\ni 2 1 3 4 2\n"
          "i 3 1 5 4 3\nt 1 0\nt 2 0\nt 3 0\na 1 1\na 2 2\na 4 3\n+ 0\n+ 1\n+ 2\n",
          FOOTER, NULL);
      g_autoptr (HvProfile) profile = read_text (text);
      g_assert_cmpint (profile->suppressed_bytes, ==, rules[i].bytes);
      g_assert_cmpint (hv_profile_total (profile, HV_METRIC_LIVE_BYTES), ==, 7);
    }

  /* built in, and matched by a frame further out */
  g_autoptr (HvProfile) profile = read_text (
      HEADER "s 4 prog\ns e tzset_internal\ns 6 strdup\ni 1 1 2\ni 2 1 3\nt 1 0\nt 2 1"
             "\na 5 2\n+ 0\n" FOOTER);
  g_assert_cmpint (profile->suppressed_bytes, ==, 5);
}

static void
test_patterns (void)
{
  static const struct
  {
    const char *pattern, *text;
    gboolean matches;
  } cases[] = {
    { "foo", "foo", TRUE },       { "foo", "a foo b", TRUE }, { "foo", "fo", FALSE },
    { "^foo", "foobar", TRUE },   { "^foo", "a foo", FALSE }, { "foo$", "a foo", TRUE },
    { "foo$", "foofoo", TRUE },   { "foo$", "foo b", FALSE }, { "^foo$", "foo", TRUE },
    { "^foo$", "foofoo", FALSE }, { "a*b", "xaxxbx", TRUE },  { "a*b", "b a", FALSE },
    { "^a*b$", "ab", TRUE },      { "^a*b$", "aab b", TRUE }, { "^a*b$", "abc", FALSE },
    { "^*a", "bba", TRUE },       { "a**b", "a-b", TRUE },    { "*", "", TRUE },
    { "ab*bc", "abc", FALSE },    { "a*a$", "a", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s: %s", cases[i].pattern, cases[i].text);
      g_assert_cmpint (ht_pattern_matches (cases[i].pattern, cases[i].text), ==, cases[i].matches);
    }
}

static void
test_notes (void)
{
  g_autoptr (HvProfile) attached = read_text (HEADER "A\n" TABLES "+ 0\n- 0\n- 0\n" FOOTER);
  g_assert_true (warned (attached, "attached to the running process"));
  g_assert_cmpint (hv_profile_total (attached, HV_METRIC_LIVE_BYTES), ==, -16);

  g_autoptr (HvProfile) unknown = read_text (HEADER TABLES "q 1\nzz\n+ 0\n\nF\n" FOOTER);
  g_assert_true (warned (unknown, "3 lines were not understood, the first is line 10"));
  g_assert_false (unknown->incomplete);

  g_autoptr (HvProfile) open = read_text (HEADER TABLES "+ 0\n");
  g_assert_true (open->incomplete);
  g_assert_true (warned (open, "stops after line 10 without heaptrack's closing lines"));

  /* a time stamp out of order is a copy's damage */
  g_autoptr (HvProfile) back = read_text (HEADER TABLES "+ 0\nc 9\n+ 0\nc 5\n+ 0\nc a\n" FOOTER);
  g_assert_cmpuint (back->n_moments, ==, 2);
  g_assert_cmpint (back->moment[1].time, ==, 10);
  g_assert_cmpint (back->duration, ==, 11);
}

static void
test_refused (void)
{
  static const struct
  {
    const char *text, *message;
  } cases[] = {
    { "v 10400 9\n", "heaptrack file version 9 is newer than heapview knows (3) (line 1)" },
    { "v 10400 3", "the recording stops before its first allocation (line 1)" },
    { HEADER, "the recording stops before its first allocation (line 3)" },
    { "v 10400 3\na 10 ffff\n+ 7\n", "the stack ffff is not there (line 2)" },
    { HEADER TABLES "+ 7\n" FOOTER, "the allocation 7 is not there (line 10)" },
    { HEADER TABLES "+ 0\n- 1\n" FOOTER "- 0\n", "the allocation 1 is not there (line 11)" },
    { HEADER TABLES "+ 0g\n" FOOTER, "the allocation is not a hexadecimal number (line 10)" },
    { HEADER TABLES "+ \n" FOOTER, "the allocation is missing (line 10)" },
    { HEADER TABLES "+ 0A\n" FOOTER, "the allocation is not a hexadecimal number (line 10)" },
    { HEADER TABLES "+ 11111111111111111\n" FOOTER,
      "the allocation is not a hexadecimal number (line 10)" },
    { HEADER TABLES "t 2 0\n", "the instruction pointer 2 is out of range (line 10)" },
    { HEADER TABLES "t 1 2\n", "the parent stack 2 is not there (line 10)" },
    { HEADER TABLES "t 1\n", "the parent stack is missing (line 10)" },
    { HEADER TABLES "i 1 4\n", "the module 4 is out of range (line 10)" },
    { HEADER TABLES "i 1 1 4\n", "the function 4 is out of range (line 10)" },
    { HEADER TABLES "i 1 1 2 4 1\n", "the file 4 is out of range (line 10)" },
    { HEADER TABLES "i 1 1 2 3\n", "the source line is missing (line 10)" },
    { HEADER TABLES "i 1 1 2 3 1ffffffff\n",
      "the source line 1ffffffff is out of range (line 10)" },
    { HEADER TABLES "a ffffffffffffffff 1\n",
      "the size ffffffffffffffff is out of range (line 10)" },
    { HEADER TABLES "a 8000000000001 1\n", "the size 8000000000001 is out of range (line 10)" },
    { HEADER TABLES "c ffffffffffffffff\n",
      "the time stamp ffffffffffffffff is out of range (line 10)" },
    { HEADER TABLES "R ffffffffffffffff\n", "the resident set is out of range (line 10)" },
    { "v 10000 1\nR 1a\n", "the resident set is not a decimal number (line 2)" },
    { HEADER "X ./other\n", "a second command line: two processes wrote into this file (line 4)" },
    { HEADER "v 10400 3\n",
      "a second header: two recordings were written into this file (line 4)" },
    { HEADER "x 1 a\nx 1 b\n", "a second executable: two processes wrote into this file (line 5)" },
    { HEADER TABLES "m 1 -\n", "a line of a raw recording in an interpreted one (line 10)" },
    { HEADER "m 9 a\n", "the module's name is longer than its line (line 4)" },
    { HEADER "m 1 aa 0\n", "the module's name is shorter than it says (line 4)" },
    { HEADER "m 1 a 0 1\n", "the segment's size is missing (line 4)" },
    { HEADER "m 1 -\n+ 1 1 7f00\n", "the stack 1 is not there (line 5)" },
    { HEADER "m 1 -\n+ 1 0 0\n", "an allocation at address 0 (line 5)" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].message);
      refuse (cases[i].text, cases[i].message);
    }

  /* 2^61 bytes are reached in blocks of 2^51, be it with the fast loop or at the file's end */
  for (int freed = 0; freed < 2; freed++)
    {
      g_autoptr (GString) text = g_string_new (HEADER TABLES "a 8000000000000 1\n");
      for (int i = 0; i < 4000; i++)
        g_string_append (text, freed ? "- 1\n" : "+ 1\n");
      g_autoptr (GError) error = NULL;
      g_assert_null (read_bytes (text->str, text->len, &error));
      g_assert_true (
          g_str_has_prefix (error->message, "the sums of all allocations pass 2^61 bytes (line 1"));
    }

  g_autoptr (GString) deep = g_string_new (HEADER "s 4 prog\ni 1 1");
  for (int i = 0; i < 300; i++)
    g_string_append (deep, " 1 1 1");
  g_string_append (deep, "\n");
  refuse (deep->str, "more than 255 inlined functions at one address (line 5)");
}

static void
test_detect (void)
{
  static const struct
  {
    const char *head;
    gboolean is;
  } cases[] = { { "v 10400 3\n", TRUE }, { "v 10400\n", TRUE }, { "v 10400 3", TRUE },
                { "v 1 2 3\n", FALSE },  { "v 1.0\n", FALSE },  { "v \n", FALSE },
                { "v", FALSE },          { "# v 1\n", FALSE },  { "heap_v2/1\n", FALSE },
                { "{\"v 1", FALSE } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (hv_importer_heaptrack.detect (cases[i].head, strlen (cases[i].head)), ==,
                     cases[i].is);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/heaptrack/recordings/small", test_small_recordings);
  g_test_add_func ("/heaptrack/recordings/all", test_all_recordings);
  g_test_add_func ("/heaptrack/truth", test_truth);
  g_test_add_func ("/heaptrack/inlined", test_inlined);
  g_test_add_func ("/heaptrack/truncated", test_truncated);
  g_test_add_func ("/heaptrack/truncated-chain", test_truncated_chain);
  g_test_add_func ("/heaptrack/command-with-newline", test_command_with_newline);
  g_test_add_func ("/heaptrack/killed", test_killed);
  g_test_add_func ("/heaptrack/raw", test_raw);
  g_test_add_func ("/heaptrack/raw-v2", test_raw_v2);
  g_test_add_func ("/heaptrack/raw-blocks", test_raw_blocks);
  g_test_add_func ("/heaptrack/prefixes", test_prefixes);
  g_test_add_func ("/heaptrack/raw-prefixes", test_raw_prefixes);
  g_test_add_func ("/heaptrack/cut-compression", test_cut_compression);
  g_test_add_func ("/heaptrack/versions", test_versions);
  g_test_add_func ("/heaptrack/model", test_model);
  g_test_add_func ("/heaptrack/wrap", test_wrap);
  g_test_add_func ("/heaptrack/many-rows", test_many_rows);
  g_test_add_func ("/heaptrack/rows", test_rows);
  g_test_add_func ("/heaptrack/empty-moments", test_empty_moments);
  g_test_add_func ("/heaptrack/indices", test_indices);
  g_test_add_func ("/heaptrack/frames", test_frames);
  g_test_add_func ("/heaptrack/same-place", test_same_place);
  g_test_add_func ("/heaptrack/anonymised", test_anonymised);
  g_test_add_func ("/heaptrack/suppressions", test_suppressions);
  g_test_add_func ("/heaptrack/patterns", test_patterns);
  g_test_add_func ("/heaptrack/notes", test_notes);
  g_test_add_func ("/heaptrack/refused", test_refused);
  g_test_add_func ("/heaptrack/detect", test_detect);
  return g_test_run ();
}
