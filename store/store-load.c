/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-private.h"

#include <string.h>

/* last_used is written at most this often: a load is otherwise pure reading. */
#define LAST_USED_SECONDS 60

/* The cells of the row at hand; how many rows they are of, 0 when that cannot be. */
static guint
unpack (HvStoreJob *job, guint expected)
{
  int n_columns = sqlite3_column_count (job->statement) - 2;

  if (sqlite3_column_int64 (job->statement, 1) != expected || n_columns > HV_STORE_MAX_CELLS)
    return 0;
  for (int c = 0; c < n_columns; c++)
    {
      const char *text = sqlite3_column_blob (job->statement, c + 2);
      int length = sqlite3_column_bytes (job->statement, c + 2);
      if (sqlite3_column_type (job->statement, c + 2) != SQLITE_BLOB
          || !_hv_store_unpack (text, length, expected, job->cell[c]))
        return 0;
    }
  return expected;
}

/* Reads a table's rows in order. Arrays grow with the rows that come, so that a count that lies
 * costs nothing. */
static gboolean
read_table (HvStoreJob *job, const HvStoreTable *table, gint64 id, uint64_t n, GError **error)
{
  g_autofree char *metrics = _hv_store_metric_columns (job);
  g_autofree char *range = _hv_store_key_range (table->packed, id);
  g_autofree char *sql = g_strdup_printf ("SELECT key, %s%s%s FROM %s WHERE key%s ORDER BY key",
                                          table->packed ? "n, " : "", table->columns, metrics,
                                          table->name, range);
  g_autoptr (HvStatement) select = _hv_store_prepare (job->store, sql, error);
  uint64_t room = MIN (n, 65536), row = 0, first = (uint64_t) id << 32;
  int rc;

  if (select == NULL)
    return FALSE;
  job->statement = select;
  job->packed = table->packed;
  table->reserve (job, room);
  while ((rc = sqlite3_step (select)) == SQLITE_ROW && !job->damaged)
    {
      uint64_t key = table->packed ? (first + row) >> HV_STORE_PACK_SHIFT : first + row;
      guint rows = 1;

      job->damaged = row == n || sqlite3_column_int64 (select, 0) != (gint64) key;
      if (!job->damaged && table->packed)
        {
          rows = unpack (job, (guint) MIN (n - row, HV_STORE_PACK));
          job->damaged = rows == 0;
        }
      if (job->damaged)
        break;
      if (row + rows > room)
        {
          room = MIN (n, room * 2);
          table->reserve (job, room);
        }
      for (job->cell_row = 0; job->cell_row < rows; job->cell_row++)
        table->read (job, row++);
    }
  if (row != n)
    job->damaged = TRUE;
  if (rc == SQLITE_ROW || rc == SQLITE_DONE)
    return TRUE;
  job->damaged |= rc == SQLITE_CORRUPT;
  return _hv_store_fail (job->store, "the store cannot be read", error);
}

/* Within the caller's transaction. An error is SQLite's alone; a profile that is not there leaves
 * job->to NULL, one that is damaged sets job->damaged. */
static gboolean
load (HvStoreJob *job, gint64 id, GError **error)
{
  g_autoptr (GString) sql = g_string_new (NULL);
  g_autoptr (HvStatement) select = NULL;
  uint64_t n[HV_STORE_N_TABLES];
  uint32_t metrics[2] = { 0 };

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
  _hv_store_get_profile (job, &metrics[0]);
  metrics[1] = job->to->row_metrics;
  for (guint i = 0; i < HV_STORE_N_TABLES; i++)
    {
      gint64 rows = sqlite3_column_int64 (select, HV_STORE_N_PROFILE_COLUMNS + 1 + (int) i);
      if (rows < 0 || rows > UINT32_MAX)
        job->damaged = TRUE;
      n[i] = (uint64_t) rows;
    }

  for (guint i = 0, m = 0; i < HV_STORE_N_TABLES && !job->damaged; i++)
    {
      _hv_store_set_metrics (job, _hv_store_tables[i].metrics ? metrics[m++] : 0);
      if (!read_table (job, &_hv_store_tables[i], id, n[i], error))
        return FALSE;
    }
  if (job->damaged)
    return TRUE;
  for (guint i = 0; i < HV_STORE_N_TABLES; i++)
    _hv_store_tables[i].set_rows (job->to, (uint32_t) n[i]);
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

HvProfile *
hv_store_load (HvStore *store, const char *key, GError **error)
{
  HvStoreJob job = { .store = store };
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
      load (&job, id, &failed);
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
