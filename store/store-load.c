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

/* Fewer are read before another connection is made. */
#define MANY_ROWS 100000

/* A profile whose tables are read by two: each takes the next one that nobody has. */
typedef struct
{
  gint64 id;
  uint64_t n[HV_STORE_N_TABLES];       /* rows */
  uint32_t metrics[HV_STORE_N_TABLES]; /* bits */
  gint taken[HV_STORE_N_TABLES];

  /* who reads the long ones alone, through a connection of its own */
  HvStore beside;
  HvStoreJob job;
  GThread *thread; /* NULL: there is nobody else */
} Reading;

static gboolean
is_long (const Reading *reading, guint table)
{
  return _hv_store_tables[table].beside && reading->n[table] >= MANY_ROWS;
}

static gboolean
read_tables (Reading *reading, HvStoreJob *job, gboolean long_alone, GError **error)
{
  for (guint i = 0; i < HV_STORE_N_TABLES && !job->damaged; i++)
    {
      if ((long_alone && !is_long (reading, i))
          || !g_atomic_int_compare_and_exchange (&reading->taken[i], FALSE, TRUE))
        continue;
      _hv_store_set_metrics (job, reading->metrics[i]);
      if (read_table (job, &_hv_store_tables[i], reading->id, reading->n[i], error))
        continue;
      g_atomic_int_set (&reading->taken[i], FALSE);
      return FALSE;
    }
  return TRUE;
}

static gpointer
read_beside (gpointer user)
{
  Reading *reading = user;

  _hv_store_keep_pages (&reading->beside, FALSE);
  read_tables (reading, &reading->job, TRUE, NULL);
  return NULL;
}

/* All tables of the profile, within the caller's transaction. */
static gboolean
read_all (Reading *reading, HvStoreJob *job, GError **error)
{
  gboolean many = FALSE, read;

  for (guint i = 0; i < HV_STORE_N_TABLES; i++)
    many |= is_long (reading, i);
  reading->job.store = &reading->beside;
  reading->job.to = job->to;
  if (many && _hv_store_open_beside (job->store, &reading->beside))
    reading->thread = g_thread_try_new ("store", read_beside, reading, NULL);
  read = read_tables (reading, job, FALSE, error);
  if (reading->thread)
    g_thread_join (reading->thread);
  g_clear_pointer (&reading->beside.db, sqlite3_close_v2);
  /* what could not be read there */
  read = read && read_tables (reading, job, FALSE, error);
  job->damaged |= reading->job.damaged;
  return read;
}

static void
leave_rows_out (HvProfile *profile)
{
  profile->without_rows = TRUE;
  profile->row_metrics = 0;
  for (uint32_t i = 0; i < profile->n_moments; i++)
    profile->moment[i].first_row = 0;
}

/* The profile's own row, and what is to be read of each table. */
static gboolean
read_profile (HvStoreJob *job, Reading *reading, GError **error)
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
  g_string_append_printf (sql, " FROM profile WHERE id = %" G_GINT64_FORMAT, reading->id);
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
      reading->metrics[i] = !table->metrics     ? 0
                            : table->of_moments ? job->to->row_metrics
                                                : of_sites;
      _hv_store_set_metrics (job, reading->metrics[i]);
      if (rows < 0 || rows > UINT32_MAX
          || !can_hold (job, table, (uint64_t) bytes, (uint64_t) rows))
        job->damaged = TRUE;
      reading->n[i] = (uint64_t) rows;
    }
  return TRUE;
}

/* Within the caller's transaction. An error is SQLite's alone; a profile that is not there leaves
 * job->to NULL, one that is damaged sets job->damaged. */
static gboolean
load (HvStoreJob *job, gint64 id, GError **error)
{
  g_autofree Reading *reading = g_new0 (Reading, 1);
  gboolean without_rows = FALSE;

  reading->id = id;
  if (!read_profile (job, reading, error))
    return FALSE;
  for (guint i = 0; i < HV_STORE_N_TABLES; i++)
    if (job->without_rows && _hv_store_tables[i].of_moments)
      {
        without_rows = reading->n[i] != 0;
        reading->n[i] = 0;
        reading->taken[i] = TRUE;
      }
  if (!job->damaged && !read_all (reading, job, error))
    return FALSE;
  if (job->damaged)
    return TRUE;
  for (guint i = 0; i < HV_STORE_N_TABLES; i++)
    _hv_store_tables[i].set_rows (job->to, (uint32_t) reading->n[i]);
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

void
_hv_store_touch (HvStore *store, gint64 id)
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
  _hv_store_touch (store, id);
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
