/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-private.h"

/* A look at the cancellable, and at the file's size, costs little at this distance; which is of
 * whole packs, so that only the last one of a table is not full. */
#define ROWS_A_CHECK 8192

/* FALSE without an error: the profile alone is over the store's bound. */
static gboolean
over_bound (HvStore *store, gint64 before, gboolean *over, GError **error)
{
  gint64 used;

  *over = FALSE;
  if (store->max_bytes == 0)
    return TRUE;
  if (!_hv_store_used_bytes (store, &used, error))
    return FALSE;
  *over = used - before > store->max_bytes;
  return TRUE;
}

/* From the rows that are fed; with their keys, or each with the one after the table's last: then
 * SQLite need not look for its place. */
static sqlite3_stmt *
prepare_insert (HvStoreJob *job, const HvStoreTable *table, gboolean keys, GError **error)
{
  g_autofree char *metrics = _hv_store_metric_columns (job);
  g_autofree char *columns = g_strconcat (table->columns, metrics, NULL);
  g_auto (GStrv) names = g_strsplit (columns, ", ", -1);
  g_autoptr (GString) sql = g_string_new (NULL);
  const char *first = keys && table->packed ? "key, n, "
                      : keys                ? "key, "
                      : table->packed       ? "n, "
                                            : "";

  g_string_append_printf (sql, "INSERT INTO %s (%s%s", table->name, first, columns);
  for (guint i = 0; table->widths && names[i]; i++)
    g_string_append_printf (sql, ", %s_w", names[i]);
  g_string_append_printf (sql, ") SELECT %sc1", first);
  for (guint i = 1; names[i]; i++)
    g_string_append_printf (sql, ", c%u", i + 1);
  for (guint i = 0; table->widths && names[i]; i++)
    g_string_append_printf (sql, ", length(c%u) / n", i + 1);
  g_string_append (sql, " FROM " HV_STORE_FEED);
  return _hv_store_prepare (job->store, sql->str, error);
}

/* Inserts the rows up to `end`. */
static gboolean
insert_rows (HvStoreJob *job, sqlite3_stmt *insert, uint64_t end, GError **error)
{
  job->end = end;
  if (sqlite3_step (insert) != SQLITE_DONE)
    return _hv_store_fail (job->store, "the profile cannot be stored", error);
  sqlite3_reset (insert);
  return TRUE;
}

/* One key a row, to look it up by. */
static gboolean
write_keys (HvStoreJob *job, const HvStoreTable *table, gint64 id, GError **error)
{
  g_autofree char *range = _hv_store_key_range (table->packed, id);
  g_autofree char *sql = g_strdup_printf (
      "INSERT INTO %s SELECT (t.key << %d) + o.n FROM %s t CROSS JOIN ordinal o ON o.n < t.n"
      " WHERE t.key%s ORDER BY t.key, o.n",
      table->keys, HV_STORE_PACK_SHIFT, table->name, range);

  return _hv_store_exec (job->store, sql, error);
}

/* As schema-9.sql has it. */
static gboolean
write_base_names (HvStoreJob *job, GError **error)
{
  g_autofree char *range = _hv_store_key_range (FALSE, job->id);
  g_autofree char *sql = g_strdup_printf (
      "INSERT INTO base_name"
      " SELECT path.key, replace(path.text, rtrim(path.text, replace(path.text, '/', '')), '')"
      " FROM (SELECT DISTINCT (key >> 32 << 32) + module AS key FROM frame"
      " WHERE key%s AND module IS NOT NULL) used JOIN string path ON path.key = used.key",
      range);

  return _hv_store_exec (job->store, sql, error);
}

static gboolean
write_table (HvStoreJob *job, const HvStoreTable *table, gint64 before, GCancellable *cancellable,
             gboolean *over, GError **error)
{
  uint64_t n = table->rows (job->from);

  if (n == 0)
    return TRUE;
  job->table = table;
  job->packed = table->packed;
  job->row = 0;
  _hv_store_set_metrics (job, table->metrics ? table->metrics (job->from) : 0);
  g_autoptr (HvStatement) first = prepare_insert (job, table, TRUE, error);
  g_autoptr (HvStatement) rest = prepare_insert (job, table, FALSE, error);
  if (first == NULL || rest == NULL
      || !insert_rows (job, first, MIN (n, table->packed ? HV_STORE_PACK : 1), error))
    return FALSE;
  while (job->row < n)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !over_bound (job->store, before, over, error))
        return FALSE;
      if (*over)
        return TRUE;
      if (!insert_rows (job, rest, MIN (n, job->row + ROWS_A_CHECK), error))
        return FALSE;
    }

  /* a store with rows of a profile that it has not would number them otherwise */
  gint64 last = (job->id << 32) + (gint64) (n - 1);
  if (sqlite3_last_insert_rowid (job->store->db)
      != last >> (table->packed ? HV_STORE_PACK_SHIFT : 0))
    {
      g_set_error (error, HV_ERROR, HV_ERROR_STORE, "%s: the store is damaged", job->store->path);
      return FALSE;
    }
  return table->keys == NULL || write_keys (job, table, job->id, error);
}

static gboolean
bind_value (sqlite3_stmt *statement, int at, const HvStoreValue *value)
{
  switch (value->type)
    {
    case SQLITE_INTEGER:
      return sqlite3_bind_int64 (statement, at, value->number) == SQLITE_OK;
    case SQLITE_TEXT:
      return sqlite3_bind_text64 (statement, at, value->data, value->length, SQLITE_STATIC,
                                  SQLITE_UTF8)
             == SQLITE_OK;
    default:
      return sqlite3_bind_null (statement, at) == SQLITE_OK;
    }
}

static gboolean
write_profile (HvStoreJob *job, const char *key, GError **error)
{
  g_autoptr (GString) sql = g_string_new (NULL);
  g_autoptr (HvStatement) insert = NULL;
  int at = HV_STORE_N_PROFILE_COLUMNS + 2;

  g_string_append_printf (sql, "INSERT INTO profile (id, %s", _hv_store_profile_columns);
  for (guint i = 0; i < HV_STORE_N_TABLES; i++)
    g_string_append_printf (sql, ", %s", _hv_store_tables[i].count);
  g_string_append (sql, ", key, created, last_used, bytes) VALUES (?");
  for (guint i = 0; i < HV_STORE_N_PROFILE_COLUMNS + HV_STORE_N_TABLES + 3; i++)
    g_string_append (sql, ", ?");
  g_string_append (sql, ", 0)");
  insert = _hv_store_prepare (job->store, sql->str, error);
  if (insert == NULL)
    return FALSE;

  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  job->packed = FALSE;
  _hv_store_put_profile (job);
  sqlite3_bind_int64 (insert, 1, job->id);
  for (int i = 1; i <= HV_STORE_N_PROFILE_COLUMNS; i++)
    bind_value (insert, i + 1, &job->value[i]);
  for (guint i = 0; i < HV_STORE_N_TABLES; i++)
    sqlite3_bind_int64 (insert, at++, (gint64) _hv_store_tables[i].rows (job->from));
  sqlite3_bind_text (insert, at++, key, -1, SQLITE_STATIC);
  sqlite3_bind_int64 (insert, at++, now);
  sqlite3_bind_int64 (insert, at++, now);
  return sqlite3_step (insert) == SQLITE_DONE
         || _hv_store_fail (job->store, "the profile cannot be stored", error);
}

/* Notes what the profile takes. */
static gboolean
note_size (HvStore *store, gint64 id, gint64 before, GError **error)
{
  gint64 used;

  if (!_hv_store_used_bytes (store, &used, error))
    return FALSE;
  g_autofree char *note = g_strdup_printf ("UPDATE profile SET bytes = %" G_GINT64_FORMAT
                                           " WHERE id = %" G_GINT64_FORMAT,
                                           MAX (0, used - before), id);
  return _hv_store_exec (store, note, error);
}

static gboolean
save (HvStoreJob *job, const char *key, GCancellable *cancellable, gboolean *over, GError **error)
{
  HvStore *store = job->store;
  gint64 id, before;

  if (!_hv_store_find (store, key, &id, error) || (id != 0 && !_hv_store_delete (store, id, error))
      || !_hv_store_used_bytes (store, &before, error)
      || !_hv_store_int64 (store, "SELECT 1 + COALESCE (max(id), 0) FROM profile", 1, &job->id,
                           error)
      || !write_profile (job, key, error))
    return FALSE;
  for (guint i = 0; i < HV_STORE_N_TABLES && !*over; i++)
    if (!write_table (job, &_hv_store_tables[i], before, cancellable, over, error))
      return FALSE;
  return (*over || (write_base_names (job, error) && over_bound (store, before, over, error)))
         && (*over
             || (note_size (store, job->id, before, error)
                 && _hv_store_make_room (store, job->id, error)))
         && !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static int
stop_when_cancelled (void *cancellable)
{
  return g_cancellable_is_cancelled (cancellable);
}

/* Where a write failed, as on a full disk, SQLite leaves the undoing to who reads next. */
static void
undo (HvStore *store)
{
  _hv_store_rollback (store);
  sqlite3_exec (store->db, "SELECT 1 FROM profile LIMIT 1", NULL, NULL, NULL);
}

gboolean
hv_store_save (HvStore *store, const char *key, const HvProfile *profile, GCancellable *cancellable,
               GError **error)
{
  g_autofree uint32_t *object = NULL;
  HvStoreJob job = { .store = store, .from = profile };
  gboolean over = FALSE, saved;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (store->read_only)
    {
      g_set_error (error, HV_ERROR, HV_ERROR_STORE, "%s: the store is read-only", store->path);
      return FALSE;
    }
  if (profile->without_rows)
    {
      g_set_error (error, HV_ERROR, HV_ERROR_STORE, "%s: the profile is not all there to be stored",
                   store->path);
      return FALSE;
    }
  /* What could not be loaded again is not written either. */
  if (!hv_profile_check (profile, error))
    return FALSE;
  for (guint i = 0; i < HV_STORE_N_TABLES; i++)
    if (_hv_store_tables[i].rows (profile) > UINT32_MAX || profile->full)
      {
        g_set_error (error, HV_ERROR, HV_ERROR_STORE, "%s: the profile is too large to be stored",
                     store->path);
        return FALSE;
      }
  object = job.object = g_new0 (uint32_t, profile->n_strings);
  for (uint32_t i = 0; i < profile->n_modules; i++)
    if (profile->module[i].path && object[profile->module[i].path] == 0)
      object[profile->module[i].path] = i + 1;

  if (sqlite3_exec (store->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
    return _hv_store_fail (store, "the store cannot be written", error);
  /* a deletion is one long statement */
  if (cancellable)
    sqlite3_progress_handler (store->db, 100000, stop_when_cancelled, cancellable);
  _hv_store_keep_pages (store, FALSE);
  store->damaged = FALSE;
  saved = _hv_store_feed_start (&job, error) && save (&job, key, cancellable, &over, error);
  store->unusable |= !saved && store->is_cache && store->damaged;
  _hv_store_feed_end (&job);
  _hv_store_keep_pages (store, TRUE);
  sqlite3_progress_handler (store->db, 0, NULL, NULL);
  if (!saved || over)
    {
      undo (store);
      if (!saved && error && g_cancellable_is_cancelled (cancellable))
        {
          g_clear_error (error);
          g_cancellable_set_error_if_cancelled (cancellable, error);
        }
      return saved;
    }
  if (sqlite3_exec (store->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
    {
      _hv_store_fail (store, "the store cannot be written", error);
      undo (store);
      return FALSE;
    }
  /* Gives back what was deleted; the profile is safe whether this succeeds or not. */
  sqlite3_exec (store->db, "PRAGMA incremental_vacuum", NULL, NULL, NULL);
  return TRUE;
}
