/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-private.h"

/* The job's rows as a virtual table that can only be read from the first to the last, once for each
 * `row` … `end` that is set: https://www.sqlite.org/vtab.html. */

enum
{
  COLUMN_KEY,
  COLUMN_N,
  COLUMN_FIRST, /* c1 */
};

typedef struct
{
  sqlite3_vtab base;
  HvStoreJob *job;
} Feed;

static HvStoreJob *
job_of (sqlite3_vtab_cursor *cursor)
{
  return ((Feed *) cursor->pVtab)->job;
}

static int
feed_connect (sqlite3 *db, void *job, int argc, const char *const *argv, sqlite3_vtab **table,
              char **error)
{
  g_autoptr (GString) columns = g_string_new ("CREATE TABLE feed (key, n");
  Feed *feed = sqlite3_malloc (sizeof *feed);

  if (feed == NULL)
    return SQLITE_NOMEM;
  *feed = (Feed){ .job = job };
  *table = &feed->base;
  for (int i = 1; i <= HV_STORE_MAX_CELLS; i++)
    g_string_append_printf (columns, ", c%d", i);
  g_string_append_c (columns, ')');
  return sqlite3_declare_vtab (db, columns->str);
}

static int
feed_disconnect (sqlite3_vtab *table)
{
  sqlite3_free (table);
  return SQLITE_OK;
}

static int
feed_best_index (sqlite3_vtab *table, sqlite3_index_info *info)
{
  return SQLITE_OK;
}

static int
feed_open (sqlite3_vtab *table, sqlite3_vtab_cursor **cursor)
{
  *cursor = sqlite3_malloc (sizeof **cursor);
  if (*cursor == NULL)
    return SQLITE_NOMEM;
  **cursor = (sqlite3_vtab_cursor){ .pVtab = table };
  return SQLITE_OK;
}

static int
feed_close (sqlite3_vtab_cursor *cursor)
{
  sqlite3_free (cursor);
  return SQLITE_OK;
}

/* Takes the next row, or as many as are in one. */
static int
feed_next (sqlite3_vtab_cursor *cursor)
{
  HvStoreJob *job = job_of (cursor);
  gint64 first = job->id << 32;

  if (job->row >= job->end)
    job->key = -1;
  else if (!job->packed)
    {
      job->key = first + (gint64) job->row;
      job->table->write (job, job->row++);
    }
  else
    {
      job->key = (first + (gint64) job->row) >> HV_STORE_PACK_SHIFT;
      for (job->n_cells = 0; job->n_cells < HV_STORE_PACK && job->row < job->end; job->n_cells++)
        {
          job->cell_row = job->n_cells;
          job->table->write (job, job->row++);
        }
    }
  return SQLITE_OK;
}

static int
feed_filter (sqlite3_vtab_cursor *cursor, int index, const char *name, int n,
             sqlite3_value **values)
{
  return feed_next (cursor);
}

static int
feed_eof (sqlite3_vtab_cursor *cursor)
{
  return job_of (cursor)->key < 0;
}

static int
feed_column (sqlite3_vtab_cursor *cursor, sqlite3_context *context, int column)
{
  HvStoreJob *job = job_of (cursor);
  int at = column - COLUMN_FIRST;

  if (column == COLUMN_KEY)
    sqlite3_result_int64 (context, job->key);
  else if (column == COLUMN_N)
    sqlite3_result_int64 (context, job->n_cells);
  else if (job->packed)
    sqlite3_result_blob (context, job->text[at],
                         _hv_store_pack (job->cell[at], job->n_cells, job->text[at]),
                         SQLITE_STATIC);
  else
    {
      const HvStoreValue *value = &job->value[at + 1];
      if (value->type == SQLITE_INTEGER)
        sqlite3_result_int64 (context, value->number);
      else if (value->type == SQLITE_TEXT)
        sqlite3_result_text64 (context, value->data, value->length, SQLITE_STATIC, SQLITE_UTF8);
      else if (value->type == SQLITE_BLOB)
        sqlite3_result_blob64 (context, value->data, value->length, SQLITE_STATIC);
      else
        sqlite3_result_null (context);
    }
  return SQLITE_OK;
}

static int
feed_rowid (sqlite3_vtab_cursor *cursor, sqlite3_int64 *rowid)
{
  *rowid = job_of (cursor)->key;
  return SQLITE_OK;
}

/* Without xCreate it needs no CREATE: it is there by its name alone. */
static const sqlite3_module feed_module = {
  .xConnect = feed_connect,
  .xBestIndex = feed_best_index,
  .xDisconnect = feed_disconnect,
  .xOpen = feed_open,
  .xClose = feed_close,
  .xFilter = feed_filter,
  .xNext = feed_next,
  .xEof = feed_eof,
  .xColumn = feed_column,
  .xRowid = feed_rowid,
};

gboolean
_hv_store_feed_start (HvStoreJob *job, GError **error)
{
  gint64 taken;

  job->text = g_malloc (sizeof *job->text * HV_STORE_MAX_CELLS);
  /* a table or view of the file would be read in its place */
  if (!_hv_store_int64 (
          job->store, "SELECT count(*) FROM sqlite_schema WHERE lower(name) = '" HV_STORE_FEED "'",
          0, &taken, error))
    return FALSE;
  if (taken)
    {
      g_set_error (error, HV_ERROR, HV_ERROR_STORE,
                   "%s: it has a table or view \"" HV_STORE_FEED "\": the profile cannot be stored",
                   job->store->path);
      return FALSE;
    }
  return sqlite3_create_module (job->store->db, HV_STORE_FEED, &feed_module, job) == SQLITE_OK
         || _hv_store_fail (job->store, "the store cannot be used", error);
}

void
_hv_store_feed_end (HvStoreJob *job)
{
  sqlite3_create_module (job->store->db, HV_STORE_FEED, NULL, NULL);
  g_clear_pointer (&job->text, g_free);
}
