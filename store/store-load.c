/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-private.h"

#include <string.h>

/* last_used is written at most this often: a load is otherwise pure reading. */
#define LAST_USED_SECONDS 60

/* Of a row that is not packed: its cell's place, two lengths, a key and a header. */
#define LEAST_ROW_BYTES 6

/* Whether a table of `n` rows can be in so many bytes. Room is made for the rows before they are
 * read: a count that lies must not cost more than its store does. */
static gboolean
can_hold (const HvStoreJob *job, const HvStoreTable *table, uint64_t bytes, uint64_t n)
{
  uint64_t columns = 1 + (uint64_t) job->n_metrics;

  for (const char *c = table->columns; *c; c++)
    columns += *c == ',';
  /* a packed value has one character or more */
  return n <= bytes / (table->packed ? columns : LEAST_ROW_BYTES);
}

/* Reads a table's rows in order. */
static gboolean
read_table (HvStoreJob *job, const HvStoreTable *table, gint64 id, uint64_t n, GError **error)
{
  g_autofree char *metrics = _hv_store_metric_columns (job);
  g_autofree char *range = _hv_store_key_range (table->packed, id);
  g_autofree char *sql = g_strdup_printf ("SELECT key, %s%s%s FROM %s WHERE key%s ORDER BY key",
                                          table->packed ? "n, " : "", table->columns, metrics,
                                          table->name, range);
  g_autoptr (HvStatement) select = _hv_store_prepare (job->store, sql, error);
  uint64_t row = 0, first = (uint64_t) id << 32;
  int rc;

  if (select == NULL)
    return FALSE;
  job->statement = select;
  table->reserve (job, n);
  while ((rc = sqlite3_step (select)) == SQLITE_ROW && !job->damaged)
    {
      uint64_t key = table->packed ? (first + row) >> HV_STORE_PACK_SHIFT : first + row;
      guint rows = table->packed ? (guint) MIN (n - row, HV_STORE_PACK) : 1;

      if (row == n || sqlite3_column_int64 (select, 0) != (gint64) key
          || (table->packed && sqlite3_column_int64 (select, 1) != rows))
        job->damaged = TRUE;
      else
        table->read (job, row, rows);
      row += rows;
    }
  if (row != n)
    job->damaged = TRUE;
  if (rc == SQLITE_ROW || rc == SQLITE_DONE)
    return TRUE;
  job->damaged |= rc == SQLITE_CORRUPT;
  return _hv_store_fail (job->store, "the store cannot be read", error);
}

/* Each page is read once: where they were kept, each would be written to memory that was not
 * touched before. */
static void
keep_pages (HvStore *store, gboolean keep)
{
  sqlite3_exec (store->db,
                keep ? "PRAGMA cache_size = " HV_STORE_CACHE : "PRAGMA cache_size = -1024", NULL,
                NULL, NULL);
}

/* Fewer are read before another connection is made. */
#define MANY_ROWS 100000

/* The long tables of a profile, read on a thread of their own. */
typedef struct
{
  HvStore store;
  HvStoreJob job;
  gint64 id;
  const uint64_t *n;                 /* by table: how many rows */
  const uint32_t *metrics;           /* by table: bits */
  gboolean asked[HV_STORE_N_TABLES]; /* which */
  gboolean failed;                   /* the store could not be read that way */
  GThread *thread;                   /* NULL: no table is read there */
} Beside;

static gpointer
read_beside (gpointer user)
{
  Beside *beside = user;

  keep_pages (&beside->store, FALSE);
  for (guint i = 0; i < HV_STORE_N_TABLES && !beside->failed && !beside->job.damaged; i++)
    if (beside->asked[i])
      {
        _hv_store_set_metrics (&beside->job, beside->metrics[i]);
        beside->failed = !read_table (&beside->job, &_hv_store_tables[i], beside->id, beside->n[i],
                                      NULL);
      }
  return NULL;
}

static void
beside_start (Beside *beside, HvStoreJob *job, gint64 id, const uint64_t *n,
              const uint32_t *metrics)
{
  gboolean any = FALSE;

  for (guint i = 0; i < HV_STORE_N_TABLES; i++)
    {
      beside->asked[i] = _hv_store_tables[i].beside && n[i] >= MANY_ROWS;
      any |= beside->asked[i];
    }
  beside->job.store = &beside->store;
  beside->job.to = job->to;
  beside->id = id;
  beside->n = n;
  beside->metrics = metrics;
  if (any && _hv_store_open_beside (job->store, &beside->store))
    beside->thread = g_thread_try_new ("store", read_beside, beside, NULL);
  if (beside->thread == NULL)
    memset (beside->asked, 0, sizeof beside->asked);
}

/* FALSE: what was asked for is not read. */
static gboolean
beside_end (Beside *beside, HvStoreJob *job)
{
  if (beside->thread)
    g_thread_join (beside->thread);
  g_clear_pointer (&beside->store.db, sqlite3_close_v2);
  if (!beside->failed)
    job->damaged |= beside->job.damaged;
  return !beside->failed;
}

static void
leave_rows_out (HvProfile *profile)
{
  profile->without_rows = TRUE;
  profile->row_metrics = 0;
  for (uint32_t i = 0; i < profile->n_moments; i++)
    profile->moment[i].first_row = 0;
}

/* The profile's own row, and how many rows of each table there are, whose metrics are which. */
static gboolean
read_profile (HvStoreJob *job, gint64 id, uint64_t *n, uint32_t *metrics, GError **error)
{
  g_autoptr (GString) sql = g_string_new (NULL);
  g_autoptr (HvStatement) select = NULL;
  uint32_t of_sites = 0;
  gint64 bytes;

  if (!_hv_store_used_bytes (job->store, &bytes, error))
    return FALSE;
  g_string_append_printf (sql, "SELECT id, %s", _hv_store_profile_columns);
  for (guint i = 0; i < HV_STORE_N_TABLES; i++)
    g_string_append_printf (sql, ", %s", _hv_store_tables[i].count);
  g_string_append_printf (sql, " FROM profile WHERE id = %" G_GINT64_FORMAT, id);
  select = _hv_store_prepare (job->store, sql->str, error);
  if (select == NULL)
    return FALSE;
  if (sqlite3_step (select) != SQLITE_ROW)
    return _hv_store_fail (job->store, "the store cannot be read", error);
  job->statement = select;
  _hv_store_get_profile (job, &of_sites);
  for (guint i = 0; i < HV_STORE_N_TABLES; i++)
    {
      const HvStoreTable *table = &_hv_store_tables[i];
      gint64 rows = sqlite3_column_int64 (select, HV_STORE_N_PROFILE_COLUMNS + 1 + (int) i);
      metrics[i] = !table->metrics ? 0 : table->of_moments ? job->to->row_metrics : of_sites;
      _hv_store_set_metrics (job, metrics[i]);
      if (rows < 0 || rows > UINT32_MAX
          || !can_hold (job, table, (uint64_t) bytes, (uint64_t) rows))
        job->damaged = TRUE;
      n[i] = (uint64_t) rows;
    }
  return TRUE;
}

static gboolean
read_tables (HvStoreJob *job, gint64 id, const uint64_t *n, const uint32_t *metrics,
             const gboolean *which, gboolean is, GError **error)
{
  for (guint i = 0; i < HV_STORE_N_TABLES && !job->damaged; i++)
    {
      if (which[i] != is || (job->without_rows && _hv_store_tables[i].of_moments))
        continue;
      _hv_store_set_metrics (job, metrics[i]);
      if (!read_table (job, &_hv_store_tables[i], id, n[i], error))
        return FALSE;
    }
  return TRUE;
}

/* Within the caller's transaction. An error is SQLite's alone; a profile that is not there leaves
 * job->to NULL, one that is damaged sets job->damaged. */
static gboolean
load (HvStoreJob *job, gint64 id, GError **error)
{
  uint64_t n[HV_STORE_N_TABLES];
  uint32_t metrics[HV_STORE_N_TABLES];
  gboolean without_rows = FALSE, read;
  g_autofree Beside *beside = g_new0 (Beside, 1);

  if (!read_profile (job, id, n, metrics, error))
    return FALSE;
  for (guint i = 0; i < HV_STORE_N_TABLES; i++)
    if (job->without_rows && _hv_store_tables[i].of_moments)
      {
        without_rows = n[i] != 0;
        n[i] = 0;
      }
  if (job->damaged)
    return TRUE;
  beside_start (beside, job, id, n, metrics);
  read = read_tables (job, id, n, metrics, beside->asked, FALSE, error);
  if (!beside_end (beside, job))
    read = read && read_tables (job, id, n, metrics, beside->asked, TRUE, error);
  if (!read)
    return FALSE;
  if (job->damaged)
    return TRUE;
  for (guint i = 0; i < HV_STORE_N_TABLES; i++)
    _hv_store_tables[i].set_rows (job->to, (uint32_t) n[i]);
  if (without_rows)
    leave_rows_out (job->to);
  /* the three that the model never leaves empty: no text, the root's frame, the root */
  job->damaged = job->to->n_strings == 0 || job->to->n_frames == 0 || job->to->n_nodes == 0
                 || !hv_profile_check (job->to, NULL);
  return TRUE;
}

/* The profile goes; whether that succeeds does not matter to who asked for it. */
static void
discard (HvStore *store, gint64 id)
{
  if (store->read_only || sqlite3_exec (store->db, "BEGIN IMMEDIATE", NULL, NULL, NULL))
    return;
  if (!_hv_store_delete (store, id, NULL)
      || sqlite3_exec (store->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
    _hv_store_rollback (store);
}

static void
touch (HvStore *store, gint64 id)
{
  g_autoptr (HvStatement) update = NULL;
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  if (store->read_only)
    return;
  /* not worth waiting for */
  sqlite3_busy_timeout (store->db, 0);
  update = _hv_store_prepare (store,
                              "UPDATE profile SET last_used = ?1 WHERE id = ?2"
                              " AND last_used NOT BETWEEN ?1 - ?3 AND ?1",
                              NULL);
  if (update)
    {
      sqlite3_bind_int64 (update, 1, now);
      sqlite3_bind_int64 (update, 2, id);
      sqlite3_bind_int64 (update, 3, LAST_USED_SECONDS);
      sqlite3_step (update);
    }
  sqlite3_busy_timeout (store->db, HV_STORE_BUSY_MILLISECONDS);
}

static HvProfile *
load_profile (HvStore *store, const char *key, gboolean without_rows, GError **error)
{
  HvStoreJob job = { .store = store, .without_rows = without_rows };
  GError *failed = NULL;
  gint64 id = 0;

  /* one transaction: all tables as of one instant */
  if (sqlite3_exec (store->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
    {
      _hv_store_fail (store, "the store cannot be read", error);
      return NULL;
    }
  if (_hv_store_find (store, key, &id, &failed) && id != 0)
    {
      job.to = hv_profile_new ();
      _hv_store_keep_pages (store, FALSE);
      load (&job, id, &failed);
      _hv_store_keep_pages (store, TRUE);
      hv_profile_seal (job.to);
    }
  _hv_store_rollback (store);

  if (job.damaged || failed || id == 0)
    {
      g_clear_pointer (&job.to, hv_profile_free);
      if (job.damaged)
        {
          g_clear_error (&failed);
          discard (store, id);
        }
      if (failed)
        g_propagate_error (error, failed);
      return NULL;
    }
  touch (store, id);
  return job.to;
}

HvProfile *
hv_store_load (HvStore *store, const char *key, GError **error)
{
  return load_profile (store, key, FALSE, error);
}

HvProfile *
hv_store_load_end (HvStore *store, const char *key, GError **error)
{
  return load_profile (store, key, TRUE, error);
}
