/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symcache.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

/* Raise it when the symboliser finds other names in the same file: what older ones found is then
 * never asked for again and goes when the cache is full. */
#define ENGINE 3

/* "HVsy" */
#define APPLICATION_ID 0x48567379
#define VERSION 1

#define MAX_BYTES (G_GINT64_CONSTANT (256) << 20)
#define PAGE_BYTES 4096 /* SQLite's own choice */
#define BUSY_MILLISECONDS 200

/* Of one address, and of one name: far above what compilers make. */
#define MAX_FRAMES 4096
#define MAX_NAME (1 << 20)

typedef sqlite3_stmt HvQueryStatement;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvQueryStatement, sqlite3_finalize)

enum
{
  FIND_FILE,
  FORGET_ADDRESSES,
  PUT_FILE,
  FIND_ADDRESS,
  PUT_ADDRESS,
  GET_NAME,
  FIND_NAME,
  PUT_NAME,
  N_STATEMENTS,
};

struct HvSymcache
{
  sqlite3 *db;
  sqlite3_stmt *statement[N_STATEMENTS];
  GHashTable *by_id;   /* gint64 → name */
  GHashTable *by_name; /* name → gint64 */
  GStringChunk *names;
  gboolean writing, cannot_write;
};

/* A chain is a blob of varints, four a frame: the ids of function and file (0: none), line, flags;
 * innermost first. */
static const char *const tables[] = {
  "CREATE TABLE file (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, quality INTEGER NOT NULL,"
  " debug TEXT NOT NULL)",
  "CREATE TABLE name (id INTEGER PRIMARY KEY, text BLOB NOT NULL UNIQUE)",
  "CREATE TABLE address (file INTEGER NOT NULL, address INTEGER NOT NULL, chain BLOB NOT NULL,"
  " PRIMARY KEY (file, address)) WITHOUT ROWID",
};

static const char *const queries[N_STATEMENTS] = {
  [FIND_FILE] = "SELECT id, quality, debug FROM file WHERE key = ?1",
  [FORGET_ADDRESSES] = "DELETE FROM address WHERE file = ?1",
  [PUT_FILE] = "INSERT INTO file (key, quality, debug) VALUES (?1, ?2, ?3)"
               " ON CONFLICT (key) DO UPDATE SET quality = ?2, debug = ?3 RETURNING id",
  [FIND_ADDRESS] = "SELECT chain FROM address WHERE file = ?1 AND address = ?2",
  [PUT_ADDRESS] = "INSERT OR REPLACE INTO address (file, address, chain) VALUES (?1, ?2, ?3)",
  [GET_NAME] = "SELECT text FROM name WHERE id = ?1",
  [FIND_NAME] = "SELECT id FROM name WHERE text = ?1",
  [PUT_NAME] = "INSERT INTO name (text) VALUES (?1)",
};

enum
{
  FLAG_INLINED = 1,
  FLAG_SYMBOL_ONLY = 2,
};

void
hv_cached_file_clear (HvCachedFile *file)
{
  g_clear_pointer (&file->debug, g_free);
  file->id = 0;
}

static gint64
ask (sqlite3 *db, const char *sql)
{
  g_autoptr (HvQueryStatement) statement = NULL;

  if (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) != SQLITE_OK
      || sqlite3_step (statement) != SQLITE_ROW)
    return -1;
  return sqlite3_column_int64 (statement, 0);
}

static gboolean
exec (sqlite3 *db, const char *sql)
{
  return sqlite3_exec (db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* Whether there are our tables and nothing else: a view or trigger could do anything. */
static gboolean
check_tables (sqlite3 *db)
{
  if (ask (db, "SELECT count(*) FROM sqlite_schema WHERE sql IS NOT NULL")
      != (gint64) G_N_ELEMENTS (tables))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autoptr (HvQueryStatement) find = NULL;
      if (sqlite3_prepare_v2 (db, "SELECT 1 FROM sqlite_schema WHERE sql = ?1", -1, &find, NULL)
          != SQLITE_OK)
        return FALSE;
      sqlite3_bind_text (find, 1, tables[i], -1, SQLITE_STATIC);
      if (sqlite3_step (find) != SQLITE_ROW)
        return FALSE;
    }
  return TRUE;
}

static gboolean
make_tables (sqlite3 *db)
{
  g_autofree char *stamp = g_strdup_printf ("PRAGMA application_id = %d; PRAGMA user_version = %d;"
                                            "COMMIT",
                                            APPLICATION_ID, VERSION);
  gboolean made = exec (db, "BEGIN IMMEDIATE");

  /* another process may have been here first */
  if (made && ask (db, "SELECT count(*) FROM sqlite_schema") > 0)
    return exec (db, "ROLLBACK");
  for (gsize i = 0; i < G_N_ELEMENTS (tables) && made; i++)
    made = exec (db, tables[i]);
  made = made && exec (db, stamp);
  if (!made && !sqlite3_get_autocommit (db))
    exec (db, "ROLLBACK");
  return made;
}

static gboolean
prepare (HvSymcache *cache)
{
  g_autofree char *bound = g_strdup_printf ("PRAGMA max_page_count = %d",
                                            (int) (MAX_BYTES / PAGE_BYTES));
  sqlite3 *db = cache->db;

  sqlite3_busy_timeout (db, BUSY_MILLISECONDS);
  sqlite3_db_config (db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config (db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  if (!exec (db, "PRAGMA cell_size_check = on; PRAGMA synchronous = normal;") || !exec (db, bound))
    return FALSE;
  if (ask (db, "SELECT count(*) FROM sqlite_schema") == 0 && !make_tables (db))
    return FALSE;
  if (ask (db, "PRAGMA application_id") != APPLICATION_ID
      || ask (db, "PRAGMA user_version") != VERSION || !check_tables (db))
    return FALSE;
  for (int i = 0; i < N_STATEMENTS; i++)
    if (sqlite3_prepare_v3 (db, queries[i], -1, SQLITE_PREPARE_PERSISTENT, &cache->statement[i],
                            NULL)
        != SQLITE_OK)
      return FALSE;
  return TRUE;
}

HvSymcache *
hv_symcache_open (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "heapview", NULL);
  g_autofree char *path = g_build_filename (folder, "symbols.db", NULL);

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return NULL;
  int fd = g_open (path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0)
    close (fd);

  HvSymcache *cache = g_new0 (HvSymcache, 1);
  cache->by_id = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  cache->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  cache->names = g_string_chunk_new (1 << 16);
  if (sqlite3_open_v2 (path, &cache->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL)
          == SQLITE_OK
      && prepare (cache))
    return cache;

  int why = cache->db ? sqlite3_errcode (cache->db) : SQLITE_ERROR;
  hv_symcache_close (cache);
  /* worth nothing to anybody; the next one starts afresh */
  if (why == SQLITE_CORRUPT || why == SQLITE_NOTADB)
    g_unlink (path);
  return NULL;
}

void
hv_symcache_close (HvSymcache *cache)
{
  if (cache == NULL)
    return;
  for (int i = 0; i < N_STATEMENTS; i++)
    sqlite3_finalize (cache->statement[i]);
  if (cache->writing)
    {
      /* it fills again faster than one could tell what is still of use */
      if (ask (cache->db, "PRAGMA page_count") * PAGE_BYTES > MAX_BYTES / 4 * 3)
        exec (cache->db, "DELETE FROM address; DELETE FROM name; DELETE FROM file; COMMIT; VACUUM");
      else if (!exec (cache->db, "COMMIT"))
        exec (cache->db, "ROLLBACK");
    }
  sqlite3_close_v2 (cache->db);
  g_hash_table_unref (cache->by_id);
  g_hash_table_unref (cache->by_name);
  g_string_chunk_free (cache->names);
  g_free (cache);
}

char *
hv_symcache_key (HvElf *elf, const char *path)
{
  const char *build_id = hv_elf_build_id (elf);
  g_autofree char *whole = g_canonicalize_filename (path, NULL);
  GStatBuf st;

  if (g_stat (path, &st) != 0)
    return NULL;
  if (build_id)
    return g_strdup_printf ("%d %s %" G_GINT64_FORMAT, ENGINE, build_id, (gint64) st.st_size);
  return g_utf8_validate (whole, -1, NULL)
             ? g_strdup_printf ("%d %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld", ENGINE,
                                whole, (gint64) st.st_size, (gint64) st.st_mtim.tv_sec,
                                st.st_mtim.tv_nsec)
             : NULL;
}

char *
hv_symcache_debug (const char *path)
{
  GStatBuf st;

  if (path == NULL || !g_utf8_validate (path, -1, NULL) || g_stat (path, &st) != 0)
    return g_strdup ("");
  return g_strdup_printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld %s", (gint64) st.st_size,
                          (gint64) st.st_mtim.tv_sec, st.st_mtim.tv_nsec, path);
}

gboolean
hv_symcache_find (HvSymcache *cache, const char *key, HvCachedFile *file)
{
  sqlite3_stmt *find = cache->statement[FIND_FILE];
  gboolean found = FALSE;

  sqlite3_bind_text (find, 1, key, -1, SQLITE_STATIC);
  if (sqlite3_step (find) == SQLITE_ROW)
    {
      const char *debug = (const char *) sqlite3_column_text (find, 2);
      gint64 quality = sqlite3_column_int64 (find, 1);
      file->id = sqlite3_column_int64 (find, 0);
      found = file->id > 0 && debug && g_utf8_validate (debug, -1, NULL)
              && (quality == HV_QUALITY_SYMBOLS || quality == HV_QUALITY_FULL);
      file->quality = (HvQuality) quality;
      file->debug = found ? g_strdup (debug) : NULL;
    }
  sqlite3_reset (find);
  sqlite3_clear_bindings (find);
  if (!found)
    file->id = 0;
  return found;
}

static void
remember (HvSymcache *cache, gint64 id, const char *name)
{
  g_hash_table_insert (cache->by_id, g_memdup2 (&id, sizeof id), (gpointer) name);
  g_hash_table_insert (cache->by_name, (gpointer) name, g_memdup2 (&id, sizeof id));
}

static const char *
get_name (HvSymcache *cache, gint64 id)
{
  sqlite3_stmt *get = cache->statement[GET_NAME];
  const char *name = g_hash_table_lookup (cache->by_id, &id);

  if (name)
    return name;
  sqlite3_bind_int64 (get, 1, id);
  if (sqlite3_step (get) == SQLITE_ROW)
    {
      const char *text = sqlite3_column_blob (get, 0);
      int length = sqlite3_column_bytes (get, 0);
      if (text && length > 0 && length <= MAX_NAME && memchr (text, 0, (size_t) length) == NULL)
        {
          name = g_string_chunk_insert_len (cache->names, text, length);
          remember (cache, id, name);
        }
    }
  sqlite3_reset (get);
  return name;
}

/* LEB128. */
static gboolean
get_number (const uint8_t **at, const uint8_t *end, uint64_t max, uint64_t *value)
{
  uint64_t number = 0;

  for (unsigned shift = 0; *at < end && shift < 63; shift += 7)
    {
      uint8_t byte = *(*at)++;
      number |= (uint64_t) (byte & 0x7f) << shift;
      if (byte < 0x80)
        {
          *value = number;
          return number <= max;
        }
    }
  return FALSE;
}

static void
put_number (GByteArray *out, uint64_t value)
{
  do
    {
      uint8_t byte = (uint8_t) ((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
      g_byte_array_append (out, &byte, 1);
      value >>= 7;
    }
  while (value);
}

static gboolean
get_frame (HvSymcache *cache, const uint8_t **at, const uint8_t *end, HvObjectFrame *frame)
{
  uint64_t function, file, line, flags;

  if (!get_number (at, end, INT64_MAX, &function) || !get_number (at, end, INT64_MAX, &file)
      || !get_number (at, end, UINT32_MAX, &line)
      || !get_number (at, end, FLAG_INLINED | FLAG_SYMBOL_ONLY, &flags))
    return FALSE;
  *frame = (HvObjectFrame){
    .function = get_name (cache, (gint64) function),
    .file = file ? get_name (cache, (gint64) file) : NULL,
    .line = (uint32_t) line,
    .inlined = (flags & FLAG_INLINED) != 0,
    .symbol_only = (flags & FLAG_SYMBOL_ONLY) != 0,
  };
  return frame->function != NULL && (file == 0 || frame->file != NULL);
}

gboolean
hv_symcache_get (HvSymcache *cache, gint64 file, uint64_t address, GArray *frames)
{
  sqlite3_stmt *find = cache->statement[FIND_ADDRESS];
  gboolean found = FALSE;

  g_array_set_size (frames, 0);
  sqlite3_bind_int64 (find, 1, file);
  sqlite3_bind_int64 (find, 2, (gint64) address);
  if (sqlite3_step (find) == SQLITE_ROW)
    {
      const uint8_t *at = sqlite3_column_blob (find, 0);
      const uint8_t *end = at ? at + sqlite3_column_bytes (find, 0) : at;
      found = sqlite3_column_type (find, 0) == SQLITE_BLOB;
      while (found && at < end)
        {
          HvObjectFrame frame;
          found = frames->len < MAX_FRAMES && get_frame (cache, &at, end, &frame);
          if (found)
            g_array_append_val (frames, frame);
        }
    }
  sqlite3_reset (find);
  if (!found)
    g_array_set_size (frames, 0);
  return found;
}

static gboolean
begin (HvSymcache *cache)
{
  if (!cache->writing && !cache->cannot_write)
    {
      cache->writing = exec (cache->db, "BEGIN IMMEDIATE");
      cache->cannot_write = !cache->writing;
    }
  return cache->writing && !cache->cannot_write;
}

/* Keeps nothing of this session: half a chain must not be taken for a whole one. */
static void
give_up (HvSymcache *cache)
{
  if (!sqlite3_get_autocommit (cache->db))
    exec (cache->db, "ROLLBACK");
  cache->writing = FALSE;
  cache->cannot_write = TRUE;
}

gint64
hv_symcache_put_file (HvSymcache *cache, const char *key, HvQuality quality, const char *debug)
{
  sqlite3_stmt *put = cache->statement[PUT_FILE], *forget = cache->statement[FORGET_ADDRESSES];
  gint64 id = 0;

  if (!begin (cache))
    return 0;
  sqlite3_bind_text (put, 1, key, -1, SQLITE_STATIC);
  sqlite3_bind_int (put, 2, quality);
  sqlite3_bind_text (put, 3, debug, -1, SQLITE_STATIC);
  if (sqlite3_step (put) == SQLITE_ROW)
    id = sqlite3_column_int64 (put, 0);
  gboolean done = id > 0 && sqlite3_step (put) == SQLITE_DONE;
  sqlite3_reset (put);
  sqlite3_clear_bindings (put);
  if (done)
    {
      sqlite3_bind_int64 (forget, 1, id);
      done = sqlite3_step (forget) == SQLITE_DONE;
      sqlite3_reset (forget);
    }
  if (!done)
    give_up (cache);
  return done ? id : 0;
}

/* The id of a name, 0 when it cannot be kept. */
static gint64
put_name (HvSymcache *cache, const char *text)
{
  sqlite3_stmt *find = cache->statement[FIND_NAME], *put = cache->statement[PUT_NAME];
  const gint64 *known = g_hash_table_lookup (cache->by_name, text);
  gsize length = strlen (text);
  gint64 id = 0;

  if (known)
    return *known;
  if (length == 0 || length > MAX_NAME)
    return 0;
  sqlite3_bind_blob (find, 1, text, (int) length, SQLITE_STATIC);
  if (sqlite3_step (find) == SQLITE_ROW)
    id = sqlite3_column_int64 (find, 0);
  sqlite3_reset (find);
  sqlite3_clear_bindings (find);
  if (id == 0)
    {
      sqlite3_bind_blob (put, 1, text, (int) length, SQLITE_STATIC);
      if (sqlite3_step (put) == SQLITE_DONE)
        id = sqlite3_last_insert_rowid (cache->db);
      sqlite3_reset (put);
      sqlite3_clear_bindings (put);
    }
  if (id <= 0)
    return 0;
  remember (cache, id, g_string_chunk_insert (cache->names, text));
  return id;
}

void
hv_symcache_put (HvSymcache *cache, gint64 file, uint64_t address, const HvObjectFrame *frames,
                 gsize n)
{
  sqlite3_stmt *put = cache->statement[PUT_ADDRESS];
  g_autoptr (GByteArray) chain = g_byte_array_new ();

  if (n > MAX_FRAMES || !begin (cache))
    return;
  for (gsize i = 0; i < n; i++)
    {
      gint64 function = put_name (cache, frames[i].function);
      gint64 source = frames[i].file && *frames[i].file ? put_name (cache, frames[i].file) : 0;
      if (function == 0 || (frames[i].file && *frames[i].file && source == 0))
        return;
      put_number (chain, (uint64_t) function);
      put_number (chain, (uint64_t) source);
      put_number (chain, frames[i].line);
      put_number (chain, (frames[i].inlined ? FLAG_INLINED : 0)
                             | (frames[i].symbol_only ? FLAG_SYMBOL_ONLY : 0));
    }
  sqlite3_bind_int64 (put, 1, file);
  sqlite3_bind_int64 (put, 2, (gint64) address);
  sqlite3_bind_blob (put, 3, n ? (const void *) chain->data : "", (int) chain->len, SQLITE_STATIC);
  if (sqlite3_step (put) != SQLITE_DONE)
    give_up (cache);
  sqlite3_reset (put);
  sqlite3_clear_bindings (put);
}
