/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store.h"

#include <sqlite3.h>

G_BEGIN_DECLS

struct HvStore
{
  sqlite3 *db;
  char *path;
  gint64 max_bytes; /* 0: unbounded */
  gboolean read_only;
  gboolean is_cache;
  gboolean damaged;  /* a failure since this was last cleared was of the file itself */
  gboolean unusable; /* the cache, damaged: it is set aside when it is closed */
};

/* HV_ERROR_STORE with the store's path, what failed and SQLite's word on it; FALSE. */
gboolean _hv_store_fail (HvStore *store, const char *what, GError **error);

/* Renames a cache that is damaged to PATH.damaged, so that the next one who opens it makes another:
 * nothing would ever be kept again. */
void _hv_store_set_aside (HvStore *store);

/* Another connection to the same file, for reading on another thread what this one sees in the
 * transaction that it is in, until that ends; FALSE where that cannot be. */
gboolean _hv_store_open_beside (HvStore *store, HvStore *beside);

/* A prepared statement; NULL and `error` set when it cannot be made. */
sqlite3_stmt *_hv_store_prepare (HvStore *store, const char *sql, GError **error);
gboolean _hv_store_exec (HvStore *store, const char *sql, GError **error);

/* The first column of the first row; `missing` when there is none. */
gboolean _hv_store_int64 (HvStore *store, const char *sql, gint64 missing, gint64 *value,
                          GError **error);

/* Whether pages stay in memory that were read or written. A whole profile reads and writes each
 * page once: where they were kept, each would take memory that was not touched before. */
void _hv_store_keep_pages (HvStore *store, gboolean keep);

/* Ends a transaction that failed; one that SQLite rolled back itself is left alone. */
void _hv_store_rollback (HvStore *store);

/* The number of the profile with that key, 0: there is none. */
gboolean _hv_store_find (HvStore *store, const char *key, gint64 *id, GError **error);

/* The profile was used now; a store that cannot be written at once does not learn it. */
void _hv_store_touch (HvStore *store, gint64 id);

/* Deletes a profile's rows, within the caller's transaction. */
gboolean _hv_store_delete (HvStore *store, gint64 id, GError **error);

/* Drops the profiles not used for longest, but never `keep`, until the bound holds; within the
 * caller's transaction. */
gboolean _hv_store_make_room (HvStore *store, gint64 keep, GError **error);

/* Bytes of the file that hold something. */
gboolean _hv_store_used_bytes (HvStore *store, gint64 *bytes, GError **error);

typedef struct sqlite3_stmt HvStatement;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvStatement, sqlite3_finalize)

/* --- tables --- */

/* Another heapview that saves holds the file for the length of its import at worst; waiting longer
 * than this costs more than doing without the store. */
#define HV_STORE_BUSY_MILLISECONDS 3000

/* What SQLite may keep of the file's pages, in the words of its pragma: 64 MiB. */
#define HV_STORE_CACHE "-65536"

/* Rows in one of a packed table: as schema-7.sql has it. */
#define HV_STORE_PACK 64
#define HV_STORE_PACK_SHIFT 6
/* A decimal has at most 20 characters. */
#define HV_STORE_CELL_TEXT (HV_STORE_PACK * 20)
/* More than a packed table has columns; and not fewer than others, whose code is the same. */
#define HV_STORE_MAX_CELLS 32

typedef struct HvStoreTable HvStoreTable;

/* A value on its way into the store; what it points to is the profile's. */
typedef struct
{
  int type; /* SQLITE_NULL, … */
  uint64_t length;
  int64_t number;
  const void *data; /* text or blob */
} HvStoreValue;

/* One profile on its way into the store or out of it. */
typedef struct
{
  HvStore *store;
  sqlite3_stmt *statement; /* borrowed: loading, the table at work */

  /* saving */
  const HvProfile *from;
  uint32_t moment;  /* of the row last written */
  uint32_t *object; /* module number + 1, by path string; borrowed */
  HvStoreValue value[HV_STORE_MAX_CELLS];

  /* the rows of a table that are fed (store-feed.c) */
  const HvStoreTable *table;
  uint64_t row, end; /* the next one, and the first that is not */
  gint64 id;         /* the profile's number */
  gint64 key;        /* of the row, or the rows in one, that are fed now; -1: none is left */
  guint n_cells;     /* how many rows are in one */
  char (*text)[HV_STORE_CELL_TEXT]; /* their cells packed, by column */

  HvProfile *to; /* loading */
  uint64_t string_bytes, string_size, access_bytes, access_size;
  gboolean without_rows; /* HvProfile.without_rows */
  gboolean damaged;      /* a value that cannot be */

  /* the metrics of the table at work */
  HvMetric metric[HV_N_METRICS];
  int n_metrics;

  /* saving a packed table: the values of the rows at work, by column and row */
  gboolean packed;
  guint cell_row;
  int64_t cell[HV_STORE_MAX_CELLS][HV_STORE_PACK];
} HvStoreJob;

/* --- packed tables (store-pack.c) --- */

/* `n` numbers as decimals of one width, the smallest that fits, blanks first. `text` has room for
 * HV_STORE_CELL_TEXT bytes. The length. */
int _hv_store_pack (const int64_t *value, guint n, char *text);

/* FALSE: the bytes are none that _hv_store_pack() or a migration writes for that many, 1 to
 * HV_STORE_PACK. */
gboolean _hv_store_unpack (const char *text, int length, guint n, int64_t *value);

/* The same of ids: FALSE too where one is none. */
gboolean _hv_store_unpack_ids (const char *text, int length, guint n, uint32_t *id);

/* --- feeding (store-feed.c) --- */

#define HV_STORE_FEED "heapview_feed"

/* Makes the job's rows a table of that name of the store's connection, with the columns "key", "n"
 * (how many rows are in one) and "c1", "c2", …, so that one statement inserts many rows: one a row
 * would look for the place of each anew. It is there until it is ended. */
gboolean _hv_store_feed_start (HvStoreJob *job, GError **error);
void _hv_store_feed_end (HvStoreJob *job);

/* A table whose rows belong to a profile by their key. */
struct HvStoreTable
{
  const char *name, *columns; /* without the key and the metrics */
  const char *count;          /* the column of `profile` with its number of rows */
  uint64_t (*rows) (const HvProfile *profile);
  void (*set_rows) (HvProfile *profile, uint32_t n);
  void (*write) (HvStoreJob *job, uint64_t row);    /* puts all but the key */
  void (*reserve) (HvStoreJob *job, uint64_t rows); /* arrays for that many, before any is read */
  /* from the row on, as many rows as are in the statement's: 1 unless the table is packed */
  void (*read) (HvStoreJob *job, uint64_t row, guint n);
  uint32_t (*metrics) (const HvProfile *profile); /* bits; NULL: none */
  gboolean packed;
  gboolean of_moments; /* HvProfile.without_rows */
  gboolean widths;     /* it has a column "NAME_w" for each one that is packed, for the views */
  gboolean beside;     /* where it is long, it is read while the others are */
  const char *keys;    /* a table with one row for each row of this packed one; NULL: none */
};

/* " BETWEEN … AND …": the keys of a profile's rows, of a packed table or another. */
char *_hv_store_key_range (gboolean packed, gint64 id);

#define HV_STORE_N_TABLES 11
extern const HvStoreTable _hv_store_tables[HV_STORE_N_TABLES];

/* The profile's own row, but for its id, key, counts, times and size. */
#define HV_STORE_N_PROFILE_COLUMNS 22
extern const char _hv_store_profile_columns[];
void _hv_store_put_profile (HvStoreJob *job); /* to the job's values, from 1 on */
void _hv_store_get_profile (HvStoreJob *job, uint32_t *site_metrics);

void _hv_store_set_metrics (HvStoreJob *job, uint32_t bits);
char *_hv_store_metric_columns (const HvStoreJob *job); /* ", live_bytes, live_blocks" */

/* Of the tables and views, and what it is for a store that this version made and nobody changed. A
 * test tells when a migration makes it another. */
uint64_t _hv_store_schema_hash (HvStore *store);
#define HV_SCHEMA_HASH UINT64_C (0x7af742676ca16ce3)

G_END_DECLS
