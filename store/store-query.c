/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store-private.h"

#include <string.h>

/* A look at the clock each that many steps of SQLite's machine: well under a millisecond. */
#define STEPS_A_CHECK 10000

/* Longest text or blob that a query may build, and most CSV it may give. */
#define MAX_VALUE (64 << 20)
#define MAX_CSV ((gsize) 1 << 30)

/* The public views as a query sees them: of the command's FILEs alone. `main.v_site` and its kin
 * are of all the store. */
static const char *const narrowed[] = { "v_profile", "v_moment",   "v_site",
                                        "v_stack",   "v_timeline", "v_symbol" };

static const char file_table[] =
    "CREATE TEMP TABLE file (n INTEGER PRIMARY KEY, profile INTEGER, key TEXT);"
    "CREATE TEMP VIEW v_file AS SELECT f.n AS n, v.* FROM temp.file f"
    " JOIN main.v_profile v ON v.profile = f.profile";

static void
drop_file_tables (HvStore *store)
{
  sqlite3_exec (store->db, "DROP VIEW IF EXISTS temp.v_file", NULL, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (narrowed); i++)
    {
      g_autofree char *sql = g_strdup_printf ("DROP VIEW IF EXISTS temp.%s", narrowed[i]);
      sqlite3_exec (store->db, sql, NULL, NULL, NULL);
    }
  sqlite3_exec (store->db, "DROP TABLE IF EXISTS temp.file", NULL, NULL, NULL);
}

static gboolean
make_file_tables (HvStore *store, gboolean narrow)
{
  gboolean made = sqlite3_exec (store->db, file_table, NULL, NULL, NULL) == SQLITE_OK;

  for (guint i = 0; made && narrow && i < G_N_ELEMENTS (narrowed); i++)
    {
      g_autofree char *sql = g_strdup_printf ("CREATE TEMP VIEW %s AS SELECT * FROM main.%s"
                                              " WHERE profile IN (SELECT profile FROM temp.file)",
                                              narrowed[i], narrowed[i]);
      made = sqlite3_exec (store->db, sql, NULL, NULL, NULL) == SQLITE_OK;
    }
  return made;
}

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error (error, HV_ERROR, HV_ERROR_USAGE, "the query cannot be run: %s", why);
  return FALSE;
}

/* The statement's error in one line: SQLite's message may quote the query. */
static gboolean
refuse_failed (HvStore *store, int rc, GError **error)
{
  g_autofree char *said = g_strdup (sqlite3_errmsg (store->db));

  g_strdelimit (said, "\n\r\t", ' ');
  if (rc == SQLITE_BUSY || rc == SQLITE_CORRUPT || rc == SQLITE_IOERR || rc == SQLITE_NOTADB)
    return _hv_store_fail (store, "the store cannot be read", error);
  if (rc == SQLITE_AUTH)
    return refuse (error, "only reading is allowed");
  return refuse (error, said);
}

static int
authorize (void *user, int action, const char *first, const char *second, const char *database,
           const char *view)
{
  /* what describes tables; those that set something take an argument of theirs */
  static const char *const pragmas[] = {
    "table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo",
  };
  static const char *const facts[] = { "application_id", "user_version", "page_count",
                                       "page_size",      "encoding",     "freelist_count" };

  switch (action)
    {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_FUNCTION:
      return g_ascii_strcasecmp (second, "load_extension") == 0
                     || g_ascii_strcasecmp (second, "fts3_tokenizer") == 0
                 ? SQLITE_DENY
                 : SQLITE_OK;
    case SQLITE_PRAGMA:
      for (guint i = 0; i < G_N_ELEMENTS (pragmas); i++)
        if (g_ascii_strcasecmp (first, pragmas[i]) == 0)
          return SQLITE_OK;
      for (guint i = 0; i < G_N_ELEMENTS (facts); i++)
        if (g_ascii_strcasecmp (first, facts[i]) == 0 && second == NULL)
          return SQLITE_OK;
      return SQLITE_DENY;
    case SQLITE_UPDATE:
      /* So the first use of a table-valued function (json_each) announces itself; a statement that
       * does write there is refused as any other. */
      return strcmp (first, "sqlite_master") == 0 ? SQLITE_OK : SQLITE_DENY;
    default:
      return SQLITE_DENY;
    }
}

static int
past_deadline (void *deadline)
{
  return g_get_monotonic_time () > *(gint64 *) deadline;
}

static void
append_field (GString *csv, const char *text, gsize length)
{
  if (length != 0 && strpbrk (text, ",\"\r\n") == NULL && strlen (text) == length)
    {
      g_string_append_len (csv, text, (gssize) length);
      return;
    }
  /* an empty text is quoted, which tells it from NULL */
  g_string_append_c (csv, '"');
  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == '"')
        g_string_append_c (csv, '"');
      g_string_append_c (csv, text[i]);
    }
  g_string_append_c (csv, '"');
}

static void
append_value (GString *csv, sqlite3_stmt *statement, int column)
{
  switch (sqlite3_column_type (statement, column))
    {
    case SQLITE_NULL:
      break;
    case SQLITE_INTEGER:
      g_string_append_printf (csv, "%" G_GINT64_FORMAT,
                              (gint64) sqlite3_column_int64 (statement, column));
      break;
    case SQLITE_BLOB:
      {
        const uint8_t *bytes = sqlite3_column_blob (statement, column);
        int length = sqlite3_column_bytes (statement, column);
        g_string_append (csv, "x'");
        for (int i = 0; i < length; i++)
          {
            g_string_append_c (csv, "0123456789abcdef"[bytes[i] >> 4]);
            g_string_append_c (csv, "0123456789abcdef"[bytes[i] & 15]);
          }
        g_string_append_c (csv, '\'');
        break;
      }
    default:
      {
        const char *text = (const char *) sqlite3_column_text (statement, column);
        int length = sqlite3_column_bytes (statement, column);
        append_field (csv, text ? text : "", text ? (gsize) length : 0);
        break;
      }
    }
}

/* The one statement of `sql`; what follows it may only be space and comments. */
static sqlite3_stmt *
prepare_only (HvStore *store, const char *sql, GError **error)
{
  g_autoptr (HvStatement) statement = NULL;
  const char *rest;
  int rc = sqlite3_prepare_v2 (store->db, sql, -1, &statement, &rest);

  if (rc != SQLITE_OK)
    {
      refuse_failed (store, rc, error);
      return NULL;
    }
  if (statement == NULL && *rest == '\0')
    {
      refuse (error, "it is empty");
      return NULL;
    }
  while (*rest)
    {
      g_autoptr (HvStatement) other = NULL;
      rc = sqlite3_prepare_v2 (store->db, rest, -1, &other, &rest);
      if (rc != SQLITE_OK || (other && statement))
        {
          refuse (error, "it is more than one statement");
          return NULL;
        }
      if (other)
        statement = g_steal_pointer (&other);
    }
  if (statement == NULL)
    refuse (error, "it is empty");
  else if (!sqlite3_stmt_readonly (statement) || sqlite3_column_count (statement) == 0)
    {
      refuse (error, "only reading is allowed");
      return NULL;
    }
  return g_steal_pointer (&statement);
}

static gboolean
run (HvStore *store, const char *sql, guint seconds, GString *csv, GError **error)
{
  g_autoptr (HvStatement) statement = prepare_only (store, sql, error);
  g_autofree char *late = g_strdup_printf ("it took longer than %u s", seconds);
  int columns, rc;

  if (statement == NULL)
    return FALSE;
  columns = sqlite3_column_count (statement);
  for (int i = 0; i < columns; i++)
    {
      const char *name = sqlite3_column_name (statement, i);
      if (i)
        g_string_append_c (csv, ',');
      append_field (csv, name ? name : "", name ? strlen (name) : 0);
    }
  g_string_append_c (csv, '\n');

  while ((rc = sqlite3_step (statement)) == SQLITE_ROW)
    {
      for (int i = 0; i < columns; i++)
        {
          if (i)
            g_string_append_c (csv, ',');
          append_value (csv, statement, i);
        }
      g_string_append_c (csv, '\n');
      if (csv->len > MAX_CSV)
        return refuse (error, "its result is over 1 GiB");
    }
  if (rc == SQLITE_INTERRUPT)
    return refuse (error, late);
  return rc == SQLITE_DONE || refuse_failed (store, rc, error);
}

static gboolean
name_files (HvStore *store, const char *const *keys, GError **error)
{
  g_autoptr (HvStatement) insert = NULL;

  drop_file_tables (store);
  if (!make_file_tables (store, keys && keys[0]))
    return _hv_store_fail (store, "the query's tables cannot be made", error);
  insert = _hv_store_prepare (store, "INSERT INTO temp.file VALUES (?, ?, ?)", error);
  if (insert == NULL)
    return FALSE;
  for (guint i = 0; keys && keys[i]; i++)
    {
      gint64 id;
      if (!_hv_store_find (store, keys[i], &id, error))
        return FALSE;
      if (id == 0)
        {
          g_set_error (error, HV_ERROR, HV_ERROR_STORE, "%s: file %u is not in the store",
                       store->path, i + 1);
          return FALSE;
        }
      sqlite3_bind_int64 (insert, 1, i + 1);
      sqlite3_bind_int64 (insert, 2, id);
      sqlite3_bind_text (insert, 3, keys[i], -1, SQLITE_STATIC);
      if (sqlite3_step (insert) != SQLITE_DONE)
        return _hv_store_fail (store, "the query's tables cannot be made", error);
      sqlite3_reset (insert);
    }
  return TRUE;
}

gboolean
hv_store_query (HvStore *store, const char *sql, const char *const *keys, guint seconds,
                GString *csv, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC;
  gsize before = csv->len;
  int longest;
  gboolean done;

  if (!name_files (store, keys, error))
    return FALSE;

  longest = sqlite3_limit (store->db, SQLITE_LIMIT_LENGTH, MAX_VALUE);
  sqlite3_exec (store->db, "PRAGMA query_only = on", NULL, NULL, NULL);
  sqlite3_set_authorizer (store->db, authorize, NULL);
  sqlite3_progress_handler (store->db, STEPS_A_CHECK, past_deadline, &deadline);
  done = run (store, sql, seconds, csv, error);
  sqlite3_progress_handler (store->db, 0, NULL, NULL);
  sqlite3_set_authorizer (store->db, NULL, NULL);
  sqlite3_exec (store->db, "PRAGMA query_only = off", NULL, NULL, NULL);
  drop_file_tables (store);
  sqlite3_limit (store->db, SQLITE_LIMIT_LENGTH, longest);
  if (!done)
    g_string_truncate (csv, before);
  return done;
}
