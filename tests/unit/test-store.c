/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/importer.h"
#include "store/store-private.h"
#include "store/store.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- profiles --- */

static uint64_t state;

static uint32_t
chance (uint32_t below)
{
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t) ((state >> 33) % below);
}

/* A profile with something in every array, `nodes` stacks large; different for each seed. */
static HvProfile *
make_profile (uint64_t seed, uint32_t nodes)
{
  HvProfile *p = hv_profile_new ();
  uint32_t n_functions = MAX (2, nodes / 8);
  g_autofree uint32_t *frame = g_new (uint32_t, n_functions);

  state = seed;
  p->path = g_strdup_printf ("/tmp/a \"quoted\", file %d", (int) seed);
  p->location = g_strdup_printf ("/tmp/file-%d", (int) seed);
  p->n_file_warnings = 1;
  p->format = "heaptrack";
  p->variant = hv_profile_intern (p, "v3", -1);
  p->command = hv_profile_intern (p, "prog --name=Zoë\n'x'", -1);
  p->pid = 4711;
  p->sample_period = 524288;
  p->time_unit = HV_TIME_MILLISECONDS;
  p->duration = 123456;
  p->peak_time = 0;
  p->short_lifetime = 500;
  p->peak_rss_bytes = INT64_MAX;
  p->suppressed_bytes = 17;
  p->byte_unit = hv_profile_intern (p, "units", -1);
  p->block_unit = hv_profile_intern (p, "events", -1);
  p->process_key = UINT64_MAX - seed;
  p->modules_known = FALSE;
  p->default_metric = HV_METRIC_PEAK_BYTES;
  p->incomplete = TRUE;
  hv_profile_warn (p, "cut short at line %d", 12);
  hv_profile_warn (p, "%s", "");

  for (int i = 0; i < 3; i++)
    {
      g_autofree char *path = g_strdup_printf ("/usr/lib/lib%d.so", i);
      HvModule module = { .path = hv_profile_intern (p, path, -1) };
      if (i > 0)
        module.build_id = hv_profile_intern (p, "00ff", -1);
      if (i > 1)
        {
          module.status = hv_profile_intern (p, "resolved", -1);
          module.tried = hv_profile_intern (p, "/a: no file\n/b: resolved", -1);
          module.unresolved = INT64_MAX;
          module.code_offset = 0x1000;
          module.code_size = UINT64_MAX;
          module.device = 0x801;
          module.inode = UINT64_MAX;
          module.verdict = HV_VERDICT_UNVERIFIED;
        }
      hv_profile_add_module (p, &module);
    }
  for (uint32_t i = 0; i < n_functions; i++)
    {
      g_autofree char *name = g_strdup_printf ("ns::function_%u<int>", i);
      HvFrame f = { .function = hv_profile_intern (p, name, -1),
                    .file = i % 3 ? hv_profile_intern (p, "/src/a.c", -1) : 0,
                    .line = i % 5 ? i : 0,
                    .module = p->module[i % 3].path,
                    .address = i % 7 ? 0 : UINT64_MAX - i,
                    .call = i % 11 ? 0 : UINT64_MAX - 2 * (uint64_t) i,
                    .flags = (uint8_t) (i % 32) };
      frame[i] = hv_profile_frame (p, &f);
      p->frame_category[frame[i]] = (uint8_t) (i % HV_N_CATEGORIES);
    }
  while (p->n_nodes < nodes)
    {
      uint32_t at = 0, depth = 1 + chance (30);
      for (uint32_t d = 0; d < depth && p->n_nodes < nodes; d++)
        at = hv_profile_node (p, at, frame[chance (d < 10 ? 4 : n_functions)]);
      hv_profile_site (p, at);
    }
  hv_profile_site (p, 0);
  for (int m = 0; m < HV_N_METRICS; m++)
    if (m != HV_METRIC_READ_BYTES)
      {
        int64_t *column = hv_profile_column (p, (HvMetric) m);
        for (uint32_t s = 0; s < p->n_sites; s++)
          column[s] = chance (1 << 20);
      }
  p->column[HV_METRIC_LIFETIME][0] = INT64_MAX >> 2; /* a value that needs all eight bytes */

  p->row_metrics = 1u << HV_METRIC_LIVE_BYTES | 1u << HV_METRIC_TOTAL_BLOCKS;
  for (int i = 0; i < 4; i++)
    {
      HvMoment moment = { .kind = i == 3 ? HV_MOMENT_DUMP : HV_MOMENT_BUCKET,
                          .time = i * 1000,
                          .number = i,
                          .label = i == 3 ? hv_profile_intern (p, "dump.3.heap", -1) : 0,
                          .live_bytes = i == 1 ? -1 : i,
                          .live_blocks = -1,
                          .max_bytes = 99,
                          .total_bytes = 98,
                          .total_blocks = 97,
                          .temporary_blocks = 96,
                          .rss_bytes = i ? 95 : -1 };
      hv_profile_add_moment (p, &moment);
      /* the third moment changes nothing */
      for (uint32_t s = 0; i != 2 && s < p->n_sites; s += 1 + chance (4))
        hv_profile_add_row (p, s, (const int64_t[]){ chance (1000), 1 });
    }
  hv_profile_add_thread (p, UINT64_MAX, hv_profile_intern (p, "main", -1));
  hv_profile_add_thread (p, 7, 0);
  for (uint32_t s = 0; s < p->n_sites; s += 3)
    hv_profile_add_thread_row (p, &(HvThreadRow){ s, s % 2, 1, 2, 3, s ? 4 : INT64_MAX >> 2 });
  hv_profile_add_access (p, 0, 2, (const uint8_t *) "\0\1\2\xff", 4);
  hv_profile_add_access (p, p->n_sites - 1, 0, NULL, 0);
  hv_profile_add_access (p, 0, 1, (const uint8_t *) "abc", 3);
  hv_profile_seal (p);
  g_assert_true (hv_profile_check (p, NULL));
  return p;
}

#define SAME(field) g_assert_cmpint (a->field, ==, b->field)
#define SAME_ARRAY(field, n)                                                                       \
  g_assert_cmpmem (a->field, (n) * sizeof *a->field, b->field, (n) * sizeof *b->field)

static void
assert_same (const HvProfile *a, const HvProfile *b)
{
  SAME (n_strings);
  for (uint32_t i = 0; i < a->n_strings; i++)
    if (strcmp (hv_profile_string (a, i), hv_profile_string (b, i)) != 0)
      g_error ("string %u differs", i);
  SAME (n_frames);
  for (uint32_t i = 0; i < a->n_frames; i++)
    {
      SAME (frame[i].function);
      SAME (frame[i].file);
      SAME (frame[i].line);
      SAME (frame[i].module);
      g_assert_cmpuint (a->frame[i].address, ==, b->frame[i].address);
      g_assert_cmpuint (a->frame[i].call, ==, b->frame[i].call);
      SAME (frame[i].flags);
      SAME (frame_category[i]);
    }
  SAME (n_nodes);
  SAME_ARRAY (node_parent, a->n_nodes);
  SAME_ARRAY (node_frame, a->n_nodes);
  SAME (n_sites);
  SAME_ARRAY (site_node, a->n_sites);
  SAME (row_metrics);
  g_assert_cmpuint (a->n_rows, ==, b->n_rows);
  if (a->n_rows)
    SAME_ARRAY (row_site, a->n_rows);
  for (int m = 0; m < HV_N_METRICS; m++)
    {
      g_assert_true ((a->column[m] == NULL) == (b->column[m] == NULL));
      if (a->column[m])
        SAME_ARRAY (column[m], a->n_sites);
      if (a->n_rows && a->row_metrics & 1u << m)
        SAME_ARRAY (row[m], a->n_rows);
    }
  SAME (n_moments);
  for (uint32_t i = 0; i < a->n_moments; i++)
    {
      SAME (moment[i].kind);
      SAME (moment[i].time);
      SAME (moment[i].number);
      SAME (moment[i].label);
      SAME (moment[i].live_bytes);
      SAME (moment[i].live_blocks);
      SAME (moment[i].max_bytes);
      SAME (moment[i].total_bytes);
      SAME (moment[i].total_blocks);
      SAME (moment[i].temporary_blocks);
      SAME (moment[i].rss_bytes);
      g_assert_cmpuint (a->moment[i].first_row, ==, b->moment[i].first_row);
    }
  SAME (n_modules);
  for (uint32_t i = 0; i < a->n_modules; i++)
    {
      SAME (module[i].path);
      SAME (module[i].build_id);
      SAME (module[i].status);
      SAME (module[i].tried);
      SAME (module[i].unresolved);
      g_assert_cmpuint (a->module[i].code_offset, ==, b->module[i].code_offset);
      g_assert_cmpuint (a->module[i].code_size, ==, b->module[i].code_size);
      g_assert_cmpuint (a->module[i].device, ==, b->module[i].device);
      g_assert_cmpuint (a->module[i].inode, ==, b->module[i].inode);
      SAME (module[i].verdict);
    }
  SAME (n_threads);
  for (uint32_t i = 0; i < a->n_threads; i++)
    {
      g_assert_cmpuint (a->thread_uid[i], ==, b->thread_uid[i]);
      SAME (thread_name[i]);
    }
  g_assert_cmpuint (a->n_thread_rows, ==, b->n_thread_rows);
  if (a->n_thread_rows)
    SAME_ARRAY (thread_row, a->n_thread_rows);
  SAME (n_accesses);
  for (uint32_t i = 0; i < a->n_accesses; i++)
    {
      SAME (access[i].site);
      SAME (access[i].unreliable);
      if (a->access[i].length || b->access[i].length)
        g_assert_cmpmem (a->access_data + a->access[i].offset, a->access[i].length,
                         b->access_data + b->access[i].offset, b->access[i].length);
    }
  g_assert_cmpstr (a->path, ==, b->path);
  g_assert_cmpstr (a->location, ==, b->location);
  SAME (n_file_warnings);
  g_assert_cmpstr (a->format, ==, b->format);
  SAME (variant);
  SAME (command);
  SAME (pid);
  SAME (sample_period);
  SAME (time_unit);
  SAME (duration);
  SAME (peak_time);
  SAME (short_lifetime);
  SAME (peak_rss_bytes);
  SAME (suppressed_bytes);
  SAME (byte_unit);
  SAME (block_unit);
  g_assert_cmpuint (a->process_key, ==, b->process_key);
  SAME (modules_known);
  SAME (default_metric);
  SAME (incomplete);
  SAME (full);
  SAME (warnings->len);
  for (guint i = 0; i < a->warnings->len; i++)
    g_assert_cmpstr (g_ptr_array_index (a->warnings, i), ==, g_ptr_array_index (b->warnings, i));
  g_assert_null (b->tables);
}

/* --- files --- */

typedef struct
{
  char *folder, *path;
  HvStore *store;
} Fixture;

static HvStore *
open_store (const char *path)
{
  GError *error = NULL;
  HvStore *store = hv_store_open (path, 0, &error);

  g_assert_no_error (error);
  g_assert_nonnull (store);
  return store;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("heapview-XXXXXX", NULL);
  f->path = g_build_filename (f->folder, "store.db", NULL);
  f->store = open_store (f->path);
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_remove (path);
    }
  g_rmdir (folder);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  hv_store_close (f->store);
  remove_folder (f->folder);
  g_free (f->folder);
  g_free (f->path);
}

static void
save (HvStore *store, const char *key, const HvProfile *profile)
{
  GError *error = NULL;

  g_assert_true (hv_store_save (store, key, profile, NULL, &error));
  g_assert_no_error (error);
}

static HvProfile *
load (HvStore *store, const char *key)
{
  GError *error = NULL;
  HvProfile *profile = hv_store_load (store, key, &error);

  g_assert_no_error (error);
  return profile;
}

static gboolean
holds (HvStore *store, const char *key)
{
  g_autoptr (HvProfile) profile = load (store, key);
  return profile != NULL;
}

/* What plain SQLite does to the file, as somebody else. */
static void
tamper (const char *path, const char *sql)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
}

static char *
ask_file (const char *path, const char *sql)
{
  sqlite3 *db;
  sqlite3_stmt *statement;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  char *answer = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
  return answer;
}

static char *
ask (HvStore *store, const char *sql, const char *const *keys)
{
  g_autoptr (GString) csv = g_string_new (NULL);
  GError *error = NULL;

  hv_store_query (store, sql, keys, 60, csv, &error);
  g_assert_no_error (error);
  return g_strdup (csv->str);
}

#define assert_answer(store, sql, keys, expected)                                                  \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *answer_ = ask (store, sql, keys);                                             \
    g_assert_cmpstr (answer_, ==, expected);                                                       \
  }                                                                                                \
  G_STMT_END

static int64_t
file_size (const char *path)
{
  GStatBuf info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  return info.st_size;
}

/* --- saving and loading --- */

static void
test_round_trip (Fixture *f, gconstpointer data)
{
  g_autoptr (HvProfile) small = make_profile (1, 500);
  /* several times the loader's first guess at each array's size */
  g_autoptr (HvProfile) large = make_profile (2, 300000);
  g_autoptr (HvProfile) empty = hv_profile_new ();

  hv_profile_seal (empty);
  save (f->store, "small", small);
  save (f->store, "large", large);
  save (f->store, "empty", empty);
  hv_store_close (f->store);
  f->store = open_store (f->path);

  g_autoptr (HvProfile) small_again = load (f->store, "small");
  g_autoptr (HvProfile) large_again = load (f->store, "large");
  g_autoptr (HvProfile) empty_again = load (f->store, "empty");
  assert_same (small, small_again);
  assert_same (large, large_again);
  assert_same (empty, empty_again);
  g_assert_false (holds (f->store, "other"));
}

static void
test_samples (Fixture *f, gconstpointer data)
{
  /* with access counts, instants, threads, a timeline */
  static const char *const samples[] = {
    "dhat/sqlite3.dhat",          "dhat/probe.dhat",   "jemalloc/gt/runA.phase3.heap",
    "gperftools/gpapi.0014.heap", "heaptrack/py1.zst", "heaptrack/mt.zst"
  };
  const char *folder = g_getenv ("HV_SAMPLES");
  guint imported = 0;

  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autofree char *path = g_build_filename (folder ? folder : "/nonexistent", samples[i], NULL);
      g_autoptr (GError) error = NULL;
      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        continue;
      g_autoptr (HvProfile)
          profile = hv_import (path, &(HvImportOptions){ .no_symbols = TRUE }, &error);
      g_assert_no_error (error);
      g_autofree char *key = hv_store_key (path, "", &error);
      g_assert_no_error (error);
      save (f->store, key, profile);
      g_autoptr (HvProfile) again = load (f->store, key);
      assert_same (profile, again);
      g_test_message ("%s: %u sites, %u moments, %u threads, %u accesses", samples[i],
                      again->n_sites, again->n_moments, again->n_threads, again->n_accesses);
      imported++;
    }
  if (imported == 0)
    g_test_skip ("the samples are not there");
}

static void
test_replace (Fixture *f, gconstpointer data)
{
  g_autoptr (HvProfile) first = make_profile (1, 5000);
  g_autoptr (HvProfile) second = make_profile (2, 100);

  save (f->store, "other", second);
  save (f->store, "key", first);
  int64_t before = file_size (f->path);
  save (f->store, "key", second);
  g_autoptr (HvProfile) again = load (f->store, "key");
  assert_same (second, again);
  g_assert_true (holds (f->store, "other"));
  g_assert_cmpint (file_size (f->path), <, before);
  assert_answer (f->store, "select count(*) from v_profile", NULL, "count(*)\n2\n");

  /* nothing of what was replaced is left */
  g_autofree char *stacks = ask_file (f->path, "select sum(n) from stack");
  g_autofree char *expected = g_strdup_printf ("%u", 2 * second->n_nodes);
  g_assert_cmpstr (stacks, ==, expected);
}

static gboolean
is_unfit (const HvProfile *profile)
{
  g_autoptr (HvStore) store = open_store (":memory:");
  g_autoptr (GError) error = NULL;

  if (hv_store_save (store, "key", profile, NULL, &error))
    return FALSE;
  g_assert_error (error, HV_ERROR, HV_ERROR_STORE);
  assert_answer (store, "select count(*) from v_profile", NULL, "count(*)\n0\n");
  return TRUE;
}

static void
test_unfit (void)
{
  g_autoptr (HvProfile) profile = make_profile (1, 100);

  g_assert_false (is_unfit (profile));
  profile->full = TRUE;
  g_assert_true (is_unfit (profile));
  profile->full = FALSE;
  profile->site_node[1] = profile->n_nodes;
  g_assert_true (is_unfit (profile));
}

/* Another number in a row of a packed table. */
#define WIDTH(column) "(length(" column ") / n)"
#define PUT(table, column, row, value)                                                             \
  "update " table " set " column " = cast(substr(cast(" column " as text), 1, " row                \
  " * " WIDTH (column) ") || printf('%*d', " WIDTH (column) ", " value ") || substr(cast(" column  \
                                                            " as text), (" row " + 1) * " WIDTH (  \
                                                                column) " + 1) as blob)"           \
                                                                        " where key & "            \
                                                                        "67108863 = 0"
#define FIRST " where key & 67108863 = 0"

/* Each line makes a stored profile one that must not be loaded. */
static const char *const damage[] = {
  "update string set text = x'41ff' where key & 4294967295 = 3",
  "update string set text = x'410042' where key & 4294967295 = 3",
  "update string set text = 'none' where key & 4294967295 = 0",
  "delete from string where key & 4294967295 = 3",
  "delete from string",
  "delete from frame where key & 4294967295 = (select max(key) & 4294967295 from frame)",
  "update frame set function = 4000000000 where key & 4294967295 = 3",
  "update frame set function = -1 where key & 4294967295 = 3",
  "update frame set line = 4294967296 where key & 4294967295 = 3",
  "update frame set flags = 256 where key & 4294967295 = 3",
  "update frame set category = 6 where key & 4294967295 = 3",
  PUT ("stack", "parent", "10", "10"),
  PUT ("stack", "frame", "10", "99"),
  PUT ("stack", "frame", "0", "1"),
  "update stack set key = key + 1000000 where key & 67108863 = 1",
  "insert into stack (key, n, parent, frame) values ((1 << 26) + 100000, 1, x'', x'')",
  "insert into stack (key, n, parent, frame) values ((1 << 26) + 67108863, 1, x'', x'')",
  "delete from stack where key & 67108863 = 1",
  "update stack set n = 63" FIRST,
  "update stack set n = 0" FIRST,
  "update stack set parent = null" FIRST,
  "update stack set parent = 7" FIRST,
  "update stack set parent = cast(substr(parent, 2) as blob)" FIRST,
  "update stack set parent = cast(replace(cast(parent as text), '1', 'x') as blob)" FIRST,
  "update stack set parent = cast(replace(cast(parent as text), '1', ' ') as blob)" FIRST,
  "update stack set frame = zeroblob(64 * 21)" FIRST,
  "update site set stack = cast(replace(printf('%64d', 1), ' ', '-') as blob)" FIRST,
  "update site set live_bytes = cast(replace(printf('%.64d', 0), '0', '9223372036854775808')"
  " as blob)" FIRST,
  "update site set live_bytes = cast(replace(printf('%.64d', 0), '0', '99999999999999999999')"
  " as blob)" FIRST,
  PUT ("site", "stack", "2", "999"),
  "update moment set first_row = -1 where key & 4294967295 = 2",
  "update moment set first_row = 0 where key & 4294967295 = 3",
  "update moment set kind = 2 where key & 4294967295 = 3",
  PUT ("moment_site", "site", "2", "99"),
  "delete from moment_site" FIRST,
  "update module set build_id = 100000",
  "update thread set name = 100000",
  PUT ("thread_site", "thread", "0", "2"),
  "update access set site = 100000",
  "delete from warning where key & 4294967295 = 0",
  "insert into warning values ((1 << 32) + 2, 'more')",
  "update profile set stacks = 4294967295",
  "update profile set stacks = 4294967296",
  "update profile set stacks = -1",
  "update profile set stacks = 0",
  "update profile set sites = 4000000000, moment_sites = 4000000000",
  "update profile set command = 100000",
  "update profile set time_unit = 'days'",
  "update profile set default_metric = 'love'",
  "update profile set site_metrics = 'live_bytes love'",
  "update profile set moment_metrics = 'love'",
  "update profile set format = hex(zeroblob(100))",
};

static void
test_damage (Fixture *f, gconstpointer data)
{
  g_autoptr (HvProfile) profile = make_profile (1, 300);

  for (guint i = 0; i < G_N_ELEMENTS (damage); i++)
    {
      save (f->store, "key", profile);
      /* the number that the lines above count on */
      assert_answer (f->store, "select profile from v_profile", NULL, "profile\n1\n");
      tamper (f->path, damage[i]);
      if (holds (f->store, "key"))
        g_error ("loaded in spite of: %s", damage[i]);
      g_autofree char *left = ask_file (f->path, "select count(*) from profile");
      g_autofree char *stacks = ask_file (f->path, "select count(*) from stack");
      g_assert_cmpstr (left, ==, "0");
      g_assert_cmpstr (stacks, ==, "0");
    }
}

/* A file whose bytes were changed at random opens or not, loads or not, but never does harm. */
static void
test_noise (Fixture *f, gconstpointer data)
{
  g_autoptr (HvProfile) profile = make_profile (1, 300);
  g_autofree char *bytes = NULL, *path = g_build_filename (f->folder, "noise.db", NULL);
  gsize size;

  save (f->store, "key", profile);
  g_assert_true (g_file_get_contents (f->path, &bytes, &size, NULL));
  state = 7;
  for (int round = 0; round < 300; round++)
    {
      g_autofree char *noisy = g_memdup2 (bytes, size);
      g_autoptr (GError) error = NULL;
      for (int i = 0; i < 1 + round % 40; i++)
        noisy[chance ((uint32_t) size)] = (char) chance (256);
      g_assert_true (g_file_set_contents (path, noisy, (gssize) size, NULL));
      g_autoptr (HvStore) store = hv_store_open (path, 0, &error);
      if (store == NULL)
        {
          g_assert_nonnull (error);
          continue;
        }
      g_autoptr (HvProfile) loaded = hv_store_load (store, "key", NULL);
      if (loaded)
        g_assert_true (hv_profile_check (loaded, NULL));
      else
        hv_store_save (store, "key", profile, NULL, NULL);
    }
}

/* --- opening --- */

static void
assert_refused (const char *path, const char *why)
{
  g_autofree char *before = NULL, *after = NULL;
  g_autoptr (GError) error = NULL;
  gsize size, size_after;

  g_assert_true (g_file_get_contents (path, &before, &size, NULL));
  g_assert_null (hv_store_open (path, 0, &error));
  g_assert_error (error, HV_ERROR, HV_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, why));
  g_assert_true (g_str_has_prefix (error->message, path));
  g_assert_null (strchr (error->message, '\n'));
  g_assert_true (g_file_get_contents (path, &after, &size_after, NULL));
  g_assert_cmpmem (before, size, after, size_after);
}

static void
test_foreign (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "foreign", NULL);

  for (gsize size = 1; size < 100000; size = size * 3 + 1)
    {
      g_autofree char *text = g_strnfill (size, 'x');
      g_assert_true (g_file_set_contents (path, text, (gssize) size, NULL));
      assert_refused (path, "not a heapview store");
    }
  g_remove (path);
  tamper (path, "create table t (a); insert into t values (1)");
  assert_refused (path, "not a heapview store");
  tamper (path, "drop table t");
  assert_refused (path, "not a heapview store");

  g_remove (path);
  tamper (f->path, "pragma user_version = 999");
  assert_refused (f->path, "made by a newer heapview");
  tamper (f->path, "pragma user_version = -1");
  assert_refused (f->path, "not a heapview store");
  tamper (f->path, "pragma user_version = 10; drop view v_site;"
                   "create view v_site as with recursive r(x) as (select 1 union all select x"
                   " from r) select x from r");
  assert_refused (f->path, "not those heapview makes");
}

/* A file that is gone is found by where it was: what was stored last. */
static void
test_location (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HvProfile) one = make_profile (3, 100);
  g_autoptr (HvProfile) two = make_profile (3, 200);

  save (f->store, "one", one);
  save (f->store, "two", two);
  g_autofree char *key = hv_store_key_at (f->store, "/tmp/file-3", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (key, ==, "two");
  g_assert_null (hv_store_key_at (f->store, "/tmp/file-4", &error));
  g_assert_no_error (error);
}

/* All rows of a view, as text. */
static char *
dump_view (const char *path, const char *view)
{
  g_autofree char *sql = g_strdup_printf ("select * from %s", view);
  GString *text = g_string_new (NULL);
  sqlite3 *db;
  sqlite3_stmt *rows;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &rows, NULL), ==, SQLITE_OK);
  while (sqlite3_step (rows) == SQLITE_ROW)
    {
      for (int i = 0; i < sqlite3_column_count (rows); i++)
        g_string_append_printf (text, "%s|", (const char *) sqlite3_column_text (rows, i));
      g_string_append_c (text, '\n');
    }
  sqlite3_finalize (rows);
  sqlite3_close (db);
  return g_string_free (text, FALSE);
}

/* Makes a store of version 6 with the two profiles of tests/data/store. */
static void
make_old_store (const char *path)
{
  const char *data = g_getenv ("HV_TEST_DATA");

  for (int version = 1; version <= 7; version++)
    {
      g_autofree char *name = version == 1   ? g_strdup ("schema.sql")
                              : version <= 6 ? g_strdup_printf ("schema-%d.sql", version)
                                             : NULL;
      g_autofree char *file = name ? g_build_filename (data, "..", "..", "store", name, NULL)
                                   : g_build_filename (data, "store", "version-6.sql", NULL);
      g_autofree char *sql = NULL;
      g_assert_true (g_file_get_contents (file, &sql, NULL, NULL));
      tamper (path, sql);
    }
  tamper (path, "pragma application_id = 0x48567374; pragma user_version = 6");
}

/* What the tables held in rows is the same in packs, to the views and to the model. */
static void
test_pack (Fixture *f, gconstpointer data)
{
  static const char *const views[] = { "v_profile", "v_moment",   "v_site",
                                       "v_stack",   "v_timeline", "v_symbol" };
  g_autofree char *path = g_build_filename (f->folder, "old.db", NULL);
  char *before[G_N_ELEMENTS (views)];

  make_old_store (path);
  for (gsize i = 0; i < G_N_ELEMENTS (views); i++)
    before[i] = dump_view (path, views[i]);
  g_autoptr (HvStore) store = open_store (path);
  for (gsize i = 0; i < G_N_ELEMENTS (views); i++)
    {
      g_autofree char *after = dump_view (path, views[i]);
      g_assert_cmpuint (strlen (after), >, 40);
      g_assert_cmpstr (after, ==, before[i]);
      g_free (before[i]);
    }
  static const char *const keys[] = { "fd40b2ae95f90266294fe8b788e2477d-25fd",
                                      "53395bf1f45a43ff25d01daec30a6211-2a3" };
  static const char *const files[] = { "jemalloc/default.threads.heap", "heaptrack/edge.zst" };
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *file = g_build_filename (g_getenv ("HV_TEST_DATA"), files[i], NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (HvProfile) loaded = hv_store_load (store, keys[i], &error);
      g_autoptr (HvProfile)
          expected = hv_import (file, &(HvImportOptions){ .no_symbols = TRUE }, &error);
      g_assert_no_error (error);
      g_assert_nonnull (loaded);
      g_assert_nonnull (expected);
      g_assert_cmpuint (loaded->n_nodes, ==, expected->n_nodes);
      g_assert_cmpuint (loaded->n_rows, ==, expected->n_rows);
      g_assert_cmpuint (loaded->n_thread_rows, ==, expected->n_thread_rows);
      for (int m = 0; m < HV_N_METRICS; m++)
        g_assert_cmpint (hv_profile_total (loaded, (HvMetric) m), ==,
                         hv_profile_total (expected, (HvMetric) m));
      save (store, "again", loaded);
      g_autoptr (HvProfile) again = load (store, "again");
      assert_same (loaded, again);
    }
}

/* Numbers of any width, and what is no number. */
static void
test_numbers (void)
{
  static const int64_t odd[] = { 0,         1,         -1,           9,  10,  -10, 99, INT64_MAX,
                                 INT64_MIN, -99999999, 123456789012, -9, 100, 0,   7 };
  char text[HV_STORE_CELL_TEXT];
  int64_t back[HV_STORE_PACK];

  for (guint first = 0; first < G_N_ELEMENTS (odd); first++)
    for (guint n = 1; first + n <= G_N_ELEMENTS (odd); n++)
      {
        int length = _hv_store_pack (odd + first, n, text);
        g_assert_cmpint (length % (int) n, ==, 0);
        g_assert_true (_hv_store_unpack (text, length, n, back));
        g_assert_cmpmem (back, n * sizeof *back, odd + first, n * sizeof *back);
      }
  static const struct
  {
    const char *text;
    guint n;
  } bad[] = { { "", 1 },
              { "1", 2 },
              { "123", 2 },
              { " ", 1 },
              { "-", 1 },
              { "1 ", 1 },
              { "--1", 1 },
              { "9223372036854775808", 1 },
              { "-9223372036854775809", 1 },
              { "99999999999999999999", 1 },
              { "0x1", 1 },
              { "+1", 1 },
              { "1\n", 1 },
              { "1 2", 1 },
              { "11 23", 2 },
              { "1/:", 3 },
              { "123!", 1 },
              { "1234567 12345678", 1 },
              { "12345678        ", 1 },
              { "     12 34567812345678901", 1 },
              { "1 2345678", 1 },
              { "1       9", 1 } };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (_hv_store_unpack (bad[i].text, (int) strlen (bad[i].text), bad[i].n, back));
}

/* Every width, alone and between neighbours that end and begin with digits. */
static void
test_widths (void)
{
  int64_t value[HV_STORE_PACK], back[HV_STORE_PACK];
  uint32_t id[HV_STORE_PACK];
  char text[HV_STORE_CELL_TEXT];
  int64_t most = 0;

  for (int width = 1; width <= 18; width++)
    {
      most = most * 10 + 9;
      for (guint n = 1; n <= HV_STORE_PACK; n += 9)
        {
          for (guint i = 0; i < n; i++)
            value[i] = i % 3 == 0 ? most : i % 3 == 1 ? 0 : most / 7 * (i % 5);
          int length = _hv_store_pack (value, n, text);
          g_assert_cmpint (length, ==, width * (int) n);
          g_assert_true (_hv_store_unpack (text, length, n, back));
          g_assert_cmpmem (back, n * sizeof *back, value, n * sizeof *value);
          gboolean ids = _hv_store_unpack_ids (text, length, n, id);
          g_assert_cmpint (ids, ==, most <= UINT32_MAX);
          for (guint i = 0; ids && i < n; i++)
            g_assert_cmpuint (id[i], ==, (uint32_t) value[i]);
        }
    }
  value[0] = UINT32_MAX;
  g_assert_true (_hv_store_unpack_ids (text, _hv_store_pack (value, 1, text), 1, id));
  g_assert_cmpuint (id[0], ==, UINT32_MAX);
  value[0]++;
  g_assert_false (_hv_store_unpack_ids (text, _hv_store_pack (value, 1, text), 1, id));
  value[0] = -1;
  g_assert_false (_hv_store_unpack_ids (text, _hv_store_pack (value, 1, text), 1, id));
}

/* Without what sites held at moments, all else is there; that is not stored again as if it were
 * all. */
static void
test_end (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HvProfile) profile = make_profile (1, 5000);

  save (f->store, "key", profile);
  g_autoptr (HvProfile) end = hv_store_load_end (f->store, "key", &error);
  g_assert_no_error (error);
  g_assert_true (end->without_rows);
  g_assert_cmpuint (end->n_rows, ==, 0);
  g_assert_cmpuint (end->n_moments, ==, profile->n_moments);
  g_assert_cmpuint (end->n_nodes, ==, profile->n_nodes);
  g_assert_true (hv_profile_check (end, NULL));
  for (int m = 0; m < HV_N_METRICS; m++)
    {
      g_assert_cmpint (hv_profile_total (end, (HvMetric) m), ==,
                       hv_profile_total (profile, (HvMetric) m));
      g_assert_cmpint (hv_profile_has (end, (HvMetric) m, HV_AT_END), ==,
                       hv_profile_has (profile, (HvMetric) m, HV_AT_END));
      g_assert_false (hv_profile_has (end, (HvMetric) m, 0));
    }
  g_assert_false (hv_store_save (f->store, "key", end, NULL, &error));
  g_assert_error (error, HV_ERROR, HV_ERROR_STORE);
  g_autoptr (HvProfile) whole = load (f->store, "key");
  assert_same (profile, whole);
  g_assert_false (whole->without_rows);

  g_autoptr (HvProfile) dump = hv_profile_new ();
  dump->path = g_strdup ("dump");
  hv_profile_seal (dump);
  save (f->store, "dump", dump);
  g_autoptr (HvProfile) none = hv_store_load_end (f->store, "dump", NULL);
  g_assert_false (none->without_rows);
}

/* Long tables are read on a thread of their own, where another connection sees the same; what is
 * damaged there is found too. */
static void
test_long (Fixture *f, gconstpointer data)
{
  static const char *const ways[] = { "pragma journal_mode = delete", "pragma journal_mode = wal",
                                      "begin immediate" };
  g_autoptr (HvProfile) profile = make_profile (5, 150000);

  save (f->store, "key", profile);
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      sqlite3 *other;
      g_assert_cmpint (sqlite3_open (f->path, &other), ==, SQLITE_OK);
      g_assert_cmpint (sqlite3_exec (other, ways[i], NULL, NULL, NULL), ==, SQLITE_OK);
      g_autoptr (HvProfile) again = load (f->store, "key");
      assert_same (profile, again);
      sqlite3_exec (other, "rollback", NULL, NULL, NULL);
      sqlite3_exec (other, "pragma journal_mode = delete", NULL, NULL, NULL);
      sqlite3_close (other);
    }
  tamper (f->path, "update stack set parent = zeroblob (3) where key & 67108863 = 2000");
  g_autoptr (GError) error = NULL;
  g_assert_null (hv_store_load (f->store, "key", &error));
  g_assert_no_error (error);
}

static void
test_guess (Fixture *f, gconstpointer data)
{
  g_autoptr (HvProfile) one = make_profile (1, 100), two = make_profile (2, 100);

  save (f->store, "one", one);
  save (f->store, "two", two);
  save (f->store, "later", one);
  tamper (f->path, "update profile set created = id");
  g_autofree char *later = hv_store_guess_key (f->store, one->path);
  g_autofree char *other = hv_store_guess_key (f->store, two->path);
  g_assert_cmpstr (later, ==, "later");
  g_assert_cmpstr (other, ==, "two");
  g_assert_null (hv_store_guess_key (f->store, "/tmp/never"));
}

/* Listed are the files, the one used last first; of one that was stored twice the later. */
static void
test_list (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HvProfile) one = make_profile (1, 100), two = make_profile (2, 100);
  g_autoptr (HvProfile) again = make_profile (1, 200), series = make_profile (3, 100);

  g_clear_pointer (&series->location, g_free);
  save (f->store, "one", one);
  save (f->store, "again", again);
  save (f->store, "two", two);
  save (f->store, "series", series);
  tamper (f->path, "update profile set created = 10, last_used = 300 where key = 'one';"
                   "update profile set created = 20, last_used = 400 where key = 'again';"
                   "update profile set created = 30, last_used = 200 where key = 'two'");
  g_autoptr (GPtrArray) all = hv_store_list (f->store, 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (all->len, ==, 2);
  const HvStored *first = g_ptr_array_index (all, 0), *second = g_ptr_array_index (all, 1);
  g_assert_cmpstr (first->location, ==, "/tmp/file-1");
  g_assert_cmpstr (first->command, ==, "prog --name=Zoë\n'x'");
  g_assert_cmpint (first->created, ==, 20);
  g_assert_cmpstr (second->location, ==, "/tmp/file-2");
  g_autoptr (GPtrArray) few = hv_store_list (f->store, 1, &error);
  g_assert_cmpuint (few->len, ==, 1);
}

/* A store of the first version has no columns for what symbols are missing. */
static void
test_upgrade (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "old.db", NULL);

  make_old_store (path);
  tamper (path, "drop index profile_location;"
                "alter table profile drop column location;"
                "alter table profile drop column file_warnings;"
                "alter table frame drop column call;"
                "alter table module drop column code_offset;"
                "alter table module drop column code_size;"
                "alter table module drop column verdict;"
                "alter table module drop column device;"
                "alter table module drop column inode;"
                "alter table module drop column tried;"
                "alter table module drop column unresolved; pragma user_version = 1");
  g_autoptr (HvStore) store = open_store (path);
  g_autoptr (HvProfile)
      loaded = hv_store_load (store, "fd40b2ae95f90266294fe8b788e2477d-25fd", NULL);
  g_assert_nonnull (loaded);
  g_assert_cmpuint (loaded->n_modules, >, 1);
  for (uint32_t m = 0; m < loaded->n_modules; m++)
    {
      g_assert_cmpuint (loaded->module[m].path, !=, 0);
      g_assert_cmpuint (loaded->module[m].tried, ==, 0);
      g_assert_cmpint (loaded->module[m].unresolved, ==, 0);
    }
  save (store, "other", loaded);
  g_assert_true (holds (store, "other"));
}

/* What a heapview leaves that was killed while it made the store. */
static void
test_half_made (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "half", NULL);

  tamper (path, "pragma auto_vacuum = incremental");
  g_assert_cmpint (file_size (path), >, 0);
  g_autoptr (HvStore) store = open_store (path);
  g_autoptr (HvProfile) profile = make_profile (1, 100);
  save (store, "key", profile);
  g_assert_true (holds (store, "key"));
}

static void
test_additions (Fixture *f, gconstpointer data)
{
  /* a library is its user's */
  tamper (f->path, "create view mine as select function from v_site;"
                   "create index by_text on string (text)");
  hv_store_close (f->store);
  f->store = open_store (f->path);
  g_autoptr (HvProfile) profile = make_profile (1, 100);
  save (f->store, "key", profile);
  g_assert_true (holds (f->store, "key"));
}

static void
test_modes (Fixture *f, gconstpointer data)
{
  GStatBuf info;

  g_assert_cmpint (g_stat (f->path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_autofree char *id = ask_file (f->path, "pragma application_id");
  g_autofree char *version = ask_file (f->path, "pragma user_version");
  g_autofree char *vacuum = ask_file (f->path, "pragma auto_vacuum");
  g_assert_cmpstr (id, ==, "1213625204");
  g_assert_cmpstr (version, ==, "10");
  g_assert_cmpstr (vacuum, ==, "2");

  g_autoptr (GError) error = NULL;
  g_autofree char *nowhere = g_build_filename (f->folder, "no", "such", "store.db", NULL);
  g_assert_null (hv_store_open (nowhere, 0, &error));
  g_assert_error (error, HV_ERROR, HV_ERROR_STORE);
}

/* Runs `check` in a child that may write only what everybody may, and passes its failure on. */
static void
as_nobody (void (*check) (const Fixture *f), const Fixture *f)
{
  pid_t child = fork ();
  int status;

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      if (geteuid () == 0 && (setgid (65534) != 0 || setuid (65534) != 0))
        _exit (2);
      check (f);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

static void
check_read_only (const Fixture *f)
{
  g_autoptr (HvProfile) profile = make_profile (1, 100);
  g_autoptr (GError) error = NULL;
  g_autoptr (HvStore) store = open_store (f->path);

  g_assert_true (holds (store, "key"));
  g_assert_false (hv_store_save (store, "other", profile, NULL, &error));
  g_assert_error (error, HV_ERROR, HV_ERROR_STORE);
  assert_answer (store, "select n, key, last_used from v_file", ((const char *[]){ "key", NULL }),
                 "n,key,last_used\n1,key,1\n");
}

static void
test_read_only (Fixture *f, gconstpointer data)
{
  g_autoptr (HvProfile) profile = make_profile (1, 100);

  save (f->store, "key", profile);
  g_clear_pointer (&f->store, hv_store_close);
  tamper (f->path, "update profile set last_used = 1");
  g_chmod (f->folder, 0555);
  g_chmod (f->path, 0444);
  as_nobody (check_read_only, f);
  /* a file that may be written in a folder that may not: no journal can be made */
  g_chmod (f->path, 0666);
  as_nobody (check_read_only, f);
  g_chmod (f->folder, 0700);
}

/* A full disk, for which a limit of the file's size stands in. */
static void
check_disk_full (const Fixture *f)
{
  g_autoptr (HvProfile) large = make_profile (2, 100000);
  g_autoptr (HvStore) store = open_store (f->path);
  g_autoptr (GError) error = NULL;
  const struct rlimit limit = { 512 * 1024, 512 * 1024 };

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  for (int i = 0; i < 3; i++)
    {
      g_clear_error (&error);
      g_assert_false (hv_store_save (store, "key", large, NULL, &error));
      g_assert_error (error, HV_ERROR, HV_ERROR_STORE);
      g_assert_true (holds (store, "key"));
    }
}

static void
test_disk_full (Fixture *f, gconstpointer data)
{
  g_autoptr (HvProfile) small = make_profile (1, 100);

  save (f->store, "key", small);
  g_clear_pointer (&f->store, hv_store_close);
  g_chmod (f->folder, 0777);
  g_chmod (f->path, 0666);
  as_nobody (check_disk_full, f);
  f->store = open_store (f->path);
  g_autoptr (HvProfile) again = load (f->store, "key");
  assert_same (small, again);
  g_autofree char *check = ask_file (f->path, "pragma integrity_check");
  g_assert_cmpstr (check, ==, "ok");
}

static void
test_last_used (Fixture *f, gconstpointer data)
{
  g_autoptr (HvProfile) profile = make_profile (1, 100);

  save (f->store, "key", profile);
  tamper (f->path, "update profile set last_used = last_used - 30");
  g_autofree char *before = ask_file (f->path, "select last_used from profile");
  g_assert_true (holds (f->store, "key"));
  g_autofree char *same = ask_file (f->path, "select last_used from profile");
  g_assert_cmpstr (before, ==, same);

  tamper (f->path, "update profile set last_used = last_used - 60");
  g_assert_true (holds (f->store, "key"));
  g_autofree char *now = ask_file (
      f->path, "select abs(strftime('%s', 'now') - last_used) < 30 from profile");
  g_assert_cmpstr (now, ==, "1");

  /* a clock that was set back must not keep a profile for ever */
  tamper (f->path, "update profile set last_used = last_used + 100000");
  g_assert_true (holds (f->store, "key"));
  g_autofree char *back = ask_file (
      f->path, "select abs(strftime('%s', 'now') - last_used) < 30 from profile");
  g_assert_cmpstr (back, ==, "1");
}

/* --- the cache --- */

static void
test_cache (void)
{
  /* room for three of these; each about 80 KiB */
  const gint64 bound = 552 * 1024;
  g_autoptr (HvProfile) profile = make_profile (1, 2000);
  g_autoptr (HvProfile) huge = make_profile (2, 40000);
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "heapview", NULL);
  g_autofree char *path = g_build_filename (folder, "profiles.db", NULL);
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_autoptr (HvStore) store = hv_store_open (NULL, bound, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (folder, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);

  save (store, "a", profile);
  save (store, "b", profile);
  g_assert_true (holds (store, "a"));
  g_assert_true (holds (store, "b"));
  /* b becomes the one not used for longest, whatever was saved first */
  tamper (path, "update profile set last_used = last_used - 100000 where key = 'b'");
  guint saved = 2;
  while (TRUE)
    {
      g_autofree char *key = g_strdup_printf ("more %u", saved++);
      save (store, key, profile);
      g_assert_true (holds (store, key));
      g_assert_cmpint (file_size (path), <=, bound);
      g_autofree char *left = ask_file (path, "select count(*) from profile where key = 'b'");
      if (strcmp (left, "0") == 0)
        break;
      g_assert_cmpuint (saved, <, 20);
    }
  g_assert_cmpuint (saved, >, 3);
  g_assert_true (holds (store, "a"));

  /* what does not fit at all drops nothing */
  g_autofree char *before = ask_file (path, "select group_concat(key) from profile");
  save (store, "huge", huge);
  g_assert_false (holds (store, "huge"));
  g_autofree char *after = ask_file (path, "select group_concat(key) from profile");
  g_assert_cmpstr (before, ==, after);

  /* the size noted is what deleting gives back */
  g_autofree char *noted = ask_file (path, "select min(bytes) > 40000 and max(bytes) < 400000"
                                           " from profile");
  g_assert_cmpstr (noted, ==, "1");
  g_clear_pointer (&store, hv_store_close);
  remove_folder (folder);
}

static void
test_unbounded (Fixture *f, gconstpointer data)
{
  g_autoptr (HvProfile) profile = make_profile (1, 20000);
  g_autoptr (HvStore) store = hv_store_open (f->path, 1000, NULL);

  save (store, "a", profile);
  save (store, "b", profile);
  g_assert_true (holds (store, "a"));
  g_assert_true (holds (store, "b"));
}

/* --- cancelling, killing, sharing --- */

static gpointer
cancel_soon (gpointer cancellable)
{
  g_usleep (30000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_cancel (Fixture *f, gconstpointer data)
{
  g_autoptr (HvProfile) small = make_profile (1, 100);
  g_autoptr (HvProfile) large = make_profile (2, 400000);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  save (f->store, "key", small);
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  g_assert_false (hv_store_save (f->store, "key", large, cancellable, &error));
  g_thread_join (thread);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_autoptr (HvProfile) again = load (f->store, "key");
  assert_same (small, again);
  g_clear_error (&error);
  g_assert_false (hv_store_save (f->store, "key", large, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  save (f->store, "key", large);
}

static void
test_kill (Fixture *f, gconstpointer data)
{
  g_autoptr (HvProfile) one = make_profile (1, 3000);
  g_autoptr (HvProfile) two = make_profile (2, 9000);
  const HvProfile *const profile[] = { one, two };
  guint whole = 0;

  g_clear_pointer (&f->store, hv_store_close);
  for (int round = 0; round < 12; round++)
    {
      /* sometimes it is killed while it makes the store, else once it has saved something */
      gboolean first = round % 4 == 0;
      int saved[2];
      char byte;
      if (first)
        {
          g_autofree char *journal = g_strconcat (f->path, "-journal", NULL);
          g_remove (f->path);
          g_remove (journal);
        }
      g_assert_cmpint (pipe (saved), ==, 0);
      pid_t child = fork ();
      g_assert_cmpint (child, >=, 0);
      if (child == 0)
        {
          HvStore *store = open_store (f->path);
          gboolean told = FALSE;
          for (guint i = 0;; i++)
            {
              g_autofree char *key = g_strdup_printf ("key %u", i % 3);
              if (hv_store_save (store, key, profile[(i / 3) % 2], NULL, NULL) && !told)
                told = write (saved[1], "", 1) == 1;
            }
          _exit (1);
        }
      close (saved[1]);
      if (!first)
        g_assert_cmpint (read (saved[0], &byte, 1), ==, 1);
      g_usleep (500 + chance (20000));
      kill (child, SIGKILL);
      int status;
      g_assert_cmpint (waitpid (child, &status, 0), ==, child);
      g_assert_true (WIFSIGNALED (status));
      close (saved[0]);

      g_autoptr (HvStore) store = open_store (f->path);
      g_autofree char *check = ask_file (f->path, "pragma integrity_check");
      g_assert_cmpstr (check, ==, "ok");
      g_autofree char *stored = ask_file (f->path, "select count(*) from profile");
      guint n = 0;
      for (guint i = 0; i < 3; i++)
        {
          g_autofree char *key = g_strdup_printf ("key %u", i);
          g_autoptr (HvProfile) again = load (store, key);
          if (again)
            assert_same (profile[again->n_nodes == profile[0]->n_nodes ? 0 : 1], again);
          n += again != NULL;
        }
      /* none had to be thrown away */
      g_assert_cmpint (atoi (stored), ==, n);
      whole += n;
    }
  g_assert_cmpuint (whole, >, 0);
}

static void
test_locked (Fixture *f, gconstpointer data)
{
  g_autoptr (HvProfile) profile = make_profile (1, 100);
  g_autoptr (HvStore) other = open_store (f->path);
  g_autoptr (GError) error = NULL;
  sqlite3 *db;

  /* two at once, each seeing the other's */
  save (f->store, "a", profile);
  save (other, "b", profile);
  g_assert_true (holds (f->store, "b"));
  g_assert_true (holds (other, "a"));

  g_assert_cmpint (sqlite3_open (f->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "begin exclusive", NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_null (hv_store_load (f->store, "a", &error));
  g_assert_error (error, HV_ERROR, HV_ERROR_STORE);
  g_clear_error (&error);
  g_assert_false (hv_store_save (f->store, "a", profile, NULL, &error));
  g_assert_error (error, HV_ERROR, HV_ERROR_STORE);
  sqlite3_close (db);
  g_assert_true (holds (f->store, "a"));
  save (f->store, "a", profile);
}

static gpointer
open_and_save (gpointer path)
{
  g_autoptr (HvProfile) profile = make_profile (1, 200);

  for (int i = 0; i < 5; i++)
    {
      g_autoptr (HvStore) store = open_store (path);
      save (store, "key", profile);
      g_assert_true (holds (store, "key"));
    }
  return NULL;
}

static void
test_first_together (Fixture *f, gconstpointer data)
{
  GThread *thread[4];

  /* none of them finds a store */
  g_clear_pointer (&f->store, hv_store_close);
  g_remove (f->path);
  for (guint i = 0; i < G_N_ELEMENTS (thread); i++)
    thread[i] = g_thread_new ("save", open_and_save, f->path);
  for (guint i = 0; i < G_N_ELEMENTS (thread); i++)
    g_thread_join (thread[i]);
  g_autofree char *check = ask_file (f->path, "pragma integrity_check");
  g_assert_cmpstr (check, ==, "ok");
}

/* --- keys --- */

static void
test_key (Fixture *f, gconstpointer data)
{
  g_autofree char *a = g_build_filename (f->folder, "a", NULL);
  g_autofree char *b = g_build_filename (f->folder, "b", NULL);
  g_autofree char *pipe_path = g_build_filename (f->folder, "pipe", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (a, "hello", -1, NULL));
  g_assert_true (g_file_set_contents (b, "hello", -1, NULL));
  g_autofree char *key = hv_store_key (a, "1", &error);
  g_autofree char *same = hv_store_key (b, "1", &error);
  g_autofree char *salted = hv_store_key (a, "2", &error);
  g_autofree char *plain = hv_store_key (a, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (key, "-5"));
  g_assert_cmpuint (strlen (key), ==, 34);
  g_assert_cmpstr (key, ==, same);
  g_assert_cmpstr (key, !=, salted);
  g_assert_cmpstr (key, !=, plain);

  /* the name of a dump is in the moment's label */
  g_autofree char *ab = hv_store_key_many ((const char *[]){ a, b, NULL }, "1", &error);
  g_autofree char *ba = hv_store_key_many ((const char *[]){ b, a, NULL }, "1", &error);
  g_autofree char *one = hv_store_key_many ((const char *[]){ a, NULL }, "1", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (ab, !=, ba);
  g_assert_cmpstr (ab, !=, one);
  g_assert_cmpstr (one, !=, key);

  g_assert_cmpint (mkfifo (pipe_path, 0600), ==, 0);
  g_assert_null (hv_store_key (pipe_path, "", &error));
  g_assert_no_error (error);
  g_assert_null (hv_store_key ("-", "", &error));
  g_assert_no_error (error);
  g_assert_null (hv_store_key_many ((const char *[]){ a, "-", NULL }, "", &error));
  g_assert_no_error (error);
  g_assert_null (hv_store_key (f->folder, "", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
  g_clear_error (&error);
  g_remove (b);
  g_assert_null (hv_store_key (b, "", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

/* --- queries --- */

/* main > work > malloc, and work again inlined; a moment each */
static HvProfile *
make_readable (void)
{
  HvProfile *p = hv_profile_new ();
  HvModule module = { .path = hv_profile_intern (p, "/bin/prog", -1),
                      .build_id = hv_profile_intern (p, "abcd", -1),
                      .status = hv_profile_intern (p, "resolved", -1) };
  HvFrame frame[] = {
    { .function = hv_profile_intern (p, "main", -1), .module = module.path },
    { .function = hv_profile_intern (p, "work", -1),
      .file = hv_profile_intern (p, "work.c", -1),
      .line = 7,
      .module = module.path,
      .flags = HV_FRAME_INLINED },
    { .function = hv_profile_intern (p, "malloc", -1) },
  };
  uint32_t node = 0;

  p->path = g_strdup ("readable.heap");
  p->format = "jemalloc";
  p->time_unit = HV_TIME_MILLISECONDS;
  hv_profile_add_module (p, &module);
  for (guint i = 0; i < G_N_ELEMENTS (frame); i++)
    node = hv_profile_node (p, node, hv_profile_frame (p, &frame[i]));
  p->frame_category[2] = HV_CATEGORY_CONTAINER;
  p->frame_category[3] = HV_CATEGORY_ALLOCATOR;
  hv_profile_site (p, node);
  hv_profile_site (p, hv_profile_node (p, 0, 1));
  hv_profile_column (p, HV_METRIC_LIVE_BYTES)[0] = 100;
  hv_profile_column (p, HV_METRIC_LIVE_BYTES)[1] = 0;
  p->row_metrics = 1u << HV_METRIC_LIVE_BYTES;
  for (int i = 0; i < 2; i++)
    {
      hv_profile_add_moment (p, &(HvMoment){ .kind = HV_MOMENT_DUMP,
                                             .time = i ? 10 : -1,
                                             .number = 5 + i,
                                             .live_bytes = 100 * i,
                                             .live_blocks = -1,
                                             .max_bytes = -1,
                                             .total_bytes = -1,
                                             .total_blocks = -1,
                                             .temporary_blocks = -1,
                                             .rss_bytes = -1 });
      if (i == 1)
        hv_profile_add_row (p, 0, (const int64_t[]){ 100 });
    }
  hv_profile_seal (p);
  return p;
}

static void
test_views (Fixture *f, gconstpointer data)
{
  g_autoptr (HvProfile) other = make_profile (1, 300);
  g_autoptr (HvProfile) profile = make_readable ();
  const char *const keys[] = { "b", "a", NULL };

  save (f->store, "a", other);
  save (f->store, "b", profile);
  assert_answer (f->store,
                 "select profile, path, command, time_unit, pid, stacks, metrics from"
                 " v_profile where key = 'b'",
                 NULL,
                 "profile,path,command,time_unit,pid,stacks,metrics\n"
                 "2,readable.heap,,ms,,3,live_bytes\n");
  assert_answer (f->store, "select n, key, file.profile from file order by n", keys,
                 "n,key,profile\n1,b,2\n2,a,1\n");
  assert_answer (f->store, "select n, key from v_file order by n", keys, "n,key\n1,b\n2,a\n");
  assert_answer (f->store,
                 "select site, function, module, file, line, live_bytes, live_blocks from v_site"
                 " where profile = (select profile from file where n = 1)",
                 keys,
                 "site,function,module,file,line,live_bytes,live_blocks\n"
                 "0,work,/bin/prog,work.c,7,100,\n1,main,/bin/prog,,,0,\n");
  assert_answer (f->store,
                 "select site, depth, function, line, inlined, category from v_stack"
                 " where profile = 2 order by site, depth",
                 NULL,
                 "site,depth,function,line,inlined,category\n0,1,main,,0,application\n"
                 "0,2,work,7,1,container\n0,3,malloc,,0,allocator\n1,1,main,,0,application\n");
  assert_answer (f->store,
                 "select moment, kind, time, number, label, live_bytes, rss_bytes from v_moment"
                 " where profile = 2",
                 NULL,
                 "moment,kind,time,number,label,live_bytes,rss_bytes\n0,dump,,5,,0,\n"
                 "1,dump,10,6,,100,\n");
  assert_answer (f->store,
                 "select moment, time, site, function, live_bytes, total_bytes from v_timeline"
                 " where profile = 2",
                 NULL, "moment,time,site,function,live_bytes,total_bytes\n1,10,0,work,100,\n");
  assert_answer (f->store,
                 "select function, module, build_id, status from v_symbol where profile = 2", NULL,
                 "function,module,build_id,status\nmain,/bin/prog,abcd,resolved\n"
                 "work,/bin/prog,abcd,resolved\nmalloc,,,\n");
  assert_answer (f->store,
                 "select count(*) from v_site join v_stack using (site_key)"
                 " where v_site.profile = 2 and depth = 1",
                 NULL, "count(*)\n2\n");

  /* the views hold as much as the model, of both profiles */
  uint64_t depth = 0, live = 0;
  for (uint32_t s = 0; s < other->n_sites; s++)
    {
      for (uint32_t n = other->site_node[s]; n; n = other->node_parent[n])
        depth++;
      live += (uint64_t) other->column[HV_METRIC_LIVE_BYTES][s];
    }
  g_autofree char *expected = g_strdup_printf (
      "a,b,c,d\n%" G_GUINT64_FORMAT ",%" G_GINT64_FORMAT ",%" G_GUINT64_FORMAT ",%u\n", depth + 4,
      (gint64) live + 100, other->n_rows + 1, other->n_frames - 1 + 3);
  assert_answer (f->store,
                 "select (select count(*) from v_stack) a, (select sum(live_bytes) from v_site) b,"
                 " (select count(*) from v_timeline) c, (select count(*) from v_symbol) d",
                 NULL, expected);
}

static void
test_descriptions (Fixture *f, gconstpointer data)
{
  /* Every column of every public view is described, and nothing else. */
  assert_answer (f->store,
                 "select m.name, c.name from sqlite_schema m join pragma_table_info(m.name) c"
                 " where m.type = 'view' and m.name <> 'v_description'"
                 " except select view, name from v_description",
                 NULL, "name,name\n");
  assert_answer (f->store,
                 "select view, name from v_description except"
                 " select m.name, c.name from sqlite_schema m join pragma_table_info(m.name) c"
                 " where m.type = 'view'",
                 NULL, "view,name\n");
  assert_answer (f->store, "select count(distinct view) from v_description", NULL,
                 "count(distinct view)\n6\n");
  for (int m = 0; m < HV_N_METRICS; m++)
    {
      g_autofree char *sql = g_strdup_printf (
          "select count(*) n from v_description where name = '%s' and view in ('v_site',"
          " 'v_timeline')",
          hv_metric_column ((HvMetric) m));
      assert_answer (f->store, sql, NULL, "n\n2\n");
    }
}

static void
test_csv (Fixture *f, gconstpointer data)
{
  assert_answer (f->store, "select 1 as \"a,b\", null as n, '' as e, 'x\"y' as q", NULL,
                 "\"a,b\",n,e,q\n1,,\"\",\"x\"\"y\"\n");
  assert_answer (f->store, "select 'a' || char(10) || 'b' as t, x'00ff' as b, 1.5 as r", NULL,
                 "t,b,r\n\"a\nb\",x'00ff',1.5\n");
  assert_answer (f->store, "select 1 as a where 0", NULL, "a\n");
  assert_answer (f->store, " -- a comment\n select 1 as a ; -- another\n ;", NULL, "a\n1\n");
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *sql, *why;
  } refused[] = {
    { "", "empty" },
    { " ; -- nothing", "empty" },
    { "select", "incomplete" },
    { "selec 1", "syntax error" },
    { "select love from v_site", "no such column" },
    { "select\n1 from\n\"no\nsuch\"", "no such table" },
    { "select 1; select 2", "more than one" },
    { "select 1; garbage", "more than one" },
    { "delete from profile", "only reading" },
    { "insert into profile default values", "only reading" },
    { "insert into file values (9, 9, 9)", "only reading" },
    { "create table t (a)", "only reading" },
    { "create temp table t (a)", "only reading" },
    { "attach 'other.db' as o", "only reading" },
    { "attach ':memory:' as o", "only reading" },
    { "vacuum into 'copy.db'", "only reading" },
    { "pragma query_only = off", "only reading" },
    { "pragma journal_mode = wal", "only reading" },
    { "pragma user_version = 8", "only reading" },
    { "pragma writable_schema = on", "only reading" },
    { "begin exclusive", "only reading" },
    { "savepoint s", "only reading" },
    { "reindex", "only reading" },
    { "update profile set path = ''", "only reading" },
    { "update sqlite_schema set sql = ''", "may not be modified" },
    { "select load_extension('x')", "not authorized" },
    { "select randomblob(1000000000)", "too big" },
    { "with recursive r(x) as (select 1 union all select x + 1 from r) select count(*) from r",
      "longer than 1 s" },
  };
  g_autoptr (HvProfile) profile = make_profile (1, 100);
  g_autoptr (GString) csv = g_string_new ("before");

  save (f->store, "key", profile);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;
      gboolean done = hv_store_query (f->store, refused[i].sql, NULL, 1, csv, &error);
      g_test_message ("%s → %s", refused[i].sql, error ? error->message : "done");
      g_assert_false (done);
      g_assert_error (error, HV_ERROR, HV_ERROR_USAGE);
      g_assert_nonnull (strstr (error->message, refused[i].why));
      g_assert_null (strchr (error->message, '\n'));
      g_assert_cmpstr (csv->str, ==, "before");
    }
  g_autoptr (GError) error = NULL;
  g_assert_false (hv_store_query (f->store, "select 1", (const char *[]){ "key", "none", NULL }, 1,
                                  csv, &error));
  g_assert_error (error, HV_ERROR, HV_ERROR_STORE);

  /* the store is as it was, and can be written again */
  g_autoptr (HvProfile) again = load (f->store, "key");
  assert_same (profile, again);
  save (f->store, "key", profile);
}

static void
test_memory (void)
{
  g_autoptr (HvStore) store = open_store (":memory:");
  g_autoptr (HvProfile) profile = make_profile (1, 1000);

  save (store, "key", profile);
  g_autoptr (HvProfile) again = load (store, "key");
  assert_same (profile, again);
  assert_answer (store, "select n, format from v_file", ((const char *[]){ "key", NULL }),
                 "n,format\n1,heaptrack\n");
}

static double
seconds_since (gint64 *start)
{
  gint64 now = g_get_monotonic_time ();
  double seconds = (double) (now - *start) / G_USEC_PER_SEC;

  *start = now;
  return seconds;
}

/* Run with -m perf. */
static void
test_speed (Fixture *f, gconstpointer data)
{
  g_autoptr (HvProfile) profile = make_profile (1, 1000000);
  double rows = (double) profile->n_strings + profile->n_frames + profile->n_nodes
                + profile->n_sites + (double) profile->n_rows + (double) profile->n_thread_rows;
  gint64 start = g_get_monotonic_time ();
  double taken;

  save (f->store, "key", profile);
  taken = seconds_since (&start);
  g_test_maximized_result (rows / taken, "saved %.0f rows in %.2f s, %.2f M rows/s", rows, taken,
                           rows / taken / 1e6);
  g_autoptr (HvProfile) again = load (f->store, "key");
  taken = seconds_since (&start);
  g_test_maximized_result (rows / taken, "loaded in %.2f s, %.2f M rows/s", taken,
                           rows / taken / 1e6);
  assert_same (profile, again);
  seconds_since (&start);
  g_test_minimized_result ((double) file_size (f->path), "%.1f bytes a node (%u sites, 15 metrics)",
                           (double) file_size (f->path) / profile->n_nodes, profile->n_sites);
  seconds_since (&start);
  for (int i = 0; i < 100; i++)
    {
      hv_store_close (f->store);
      f->store = open_store (f->path);
    }
  taken = seconds_since (&start);
  g_test_minimized_result (taken, "opened in %.2f ms", taken * 10);
  save (f->store, "key", profile);
  taken = seconds_since (&start);
  g_test_minimized_result (taken, "replaced in %.2f s", taken);
  g_free (ask (f->store, "select function, sum(live_bytes) from v_site group by 1", NULL));
  taken = seconds_since (&start);
  g_test_minimized_result (taken, "v_site by function in %.2f s", taken);
  g_free (ask (f->store, "select count(*) from v_stack", NULL));
  taken = seconds_since (&start);
  g_test_minimized_result (taken, "v_stack counted in %.2f s", taken);
}

/* A migration makes the hash another: write the new one down. What a user added is welcome all the
 * same, and a table that was changed is not. */
static void
test_schema (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *sql;
    gboolean welcome;
  } changes[] = { { "CREATE VIEW mine AS SELECT 1", TRUE },
                  { "DROP VIEW v_moment; CREATE VIEW v_moment AS SELECT 1 AS profile", FALSE } };

  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_unlink (f->path);
      g_autoptr (HvStore) fresh = hv_store_open (f->path, 0, &error);
      g_assert_no_error (error);
      g_assert_cmphex (_hv_store_schema_hash (fresh), ==, HV_SCHEMA_HASH);
      tamper (f->path, changes[i].sql);
      g_autoptr (HvStore) changed = hv_store_open (f->path, 0, &error);
      if (changes[i].welcome)
        g_assert_no_error (error);
      else
        g_assert_error (error, HV_ERROR, HV_ERROR_STORE);
    }
}

/* What another program put into the file must not be taken for rows of a profile: not by its name,
 * nor by a key beyond those of all profiles. */
static void
test_strangers (Fixture *f, gconstpointer data)
{
  static const char *const strangers[] = {
    "CREATE VIEW heapview_feed AS SELECT 1 AS key, 1 AS n, 1 AS c1, 1 AS c2, 1 AS c3, 1 AS c4,"
    " 1 AS c5, 1 AS c6, 1 AS c7, 1 AS c8, 1 AS c9",
    "INSERT INTO string (key, text) VALUES (1 << 50, 'x')",
  };
  g_autoptr (HvProfile) profile = make_profile (1, 300);

  for (gsize i = 0; i < G_N_ELEMENTS (strangers); i++)
    {
      g_autoptr (GError) error = NULL;
      hv_store_close (g_steal_pointer (&f->store));
      g_unlink (f->path);
      f->store = open_store (f->path);
      save (f->store, "before", profile);
      tamper (f->path, strangers[i]);
      g_assert_false (hv_store_save (f->store, "key", profile, NULL, &error));
      g_assert_error (error, HV_ERROR, HV_ERROR_STORE);
      g_assert_false (holds (f->store, "key"));
      g_autoptr (HvProfile) again = load (f->store, "before");
      assert_same (profile, again);
    }
}

int
main (int argc, char **argv)
{
  /* Not G_TEST_OPTION_ISOLATE_DIRS: it leaks its lists of folders, which LeakSanitizer reports. */
  g_autofree char *cache = g_dir_make_tmp ("heapview-XXXXXX", NULL);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add ("/store/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("round-trip", test_round_trip);
  ADD ("samples", test_samples);
  ADD ("replace", test_replace);
  g_test_add_func ("/store/unfit", test_unfit);
  g_test_add_func ("/store/numbers", test_numbers);
  g_test_add_func ("/store/widths", test_widths);
  ADD ("damage", test_damage);
  ADD ("noise", test_noise);
  ADD ("foreign", test_foreign);
  ADD ("location", test_location);
  ADD ("list", test_list);
  ADD ("upgrade", test_upgrade);
  ADD ("pack", test_pack);
  ADD ("end", test_end);
  ADD ("long", test_long);
  ADD ("guess", test_guess);
  ADD ("half-made", test_half_made);
  ADD ("additions", test_additions);
  ADD ("schema", test_schema);
  ADD ("strangers", test_strangers);
  ADD ("modes", test_modes);
  ADD ("read-only", test_read_only);
  ADD ("disk-full", test_disk_full);
  ADD ("last-used", test_last_used);
  g_test_add_func ("/store/cache", test_cache);
  ADD ("unbounded", test_unbounded);
  ADD ("cancel", test_cancel);
  ADD ("kill", test_kill);
  ADD ("locked", test_locked);
  ADD ("first-together", test_first_together);
  ADD ("key", test_key);
  ADD ("views", test_views);
  ADD ("descriptions", test_descriptions);
  ADD ("csv", test_csv);
  ADD ("refused", test_refused);
  g_test_add_func ("/store/memory", test_memory);
  if (g_test_perf ())
    ADD ("speed", test_speed);
  int result = g_test_run ();
  g_rmdir (cache);
  return result;
}
