/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "large-array.h"
#include "store-private.h"

#include <string.h>

/* One description of each table serves saving and loading, so that they cannot disagree. */

/* --- values --- */

/* The key is column 0. */
static inline void
put (HvStoreJob *job, int at, int64_t value)
{
  if (job->packed)
    job->cell[at - 1][job->cell_row] = value;
  else
    job->value[at] = (HvStoreValue){ .type = SQLITE_INTEGER, .number = value };
}

/* `absent` is the model's word for a value that is not there. Not for packed tables, as are the
 * next two. */
static inline void
put_unless (HvStoreJob *job, int at, int64_t value, int64_t absent)
{
  job->value[at] = (HvStoreValue){ .type = value == absent ? SQLITE_NULL : SQLITE_INTEGER,
                                   .number = value };
}

/* NULL is none. */
static inline void
put_text (HvStoreJob *job, int at, const char *text)
{
  job->value[at] = (HvStoreValue){ .type = text ? SQLITE_TEXT : SQLITE_NULL,
                                   .length = text ? strlen (text) : 0,
                                   .data = text };
}

static inline void
put_blob (HvStoreJob *job, int at, const void *data, uint64_t length)
{
  job->value[at] = (HvStoreValue){ .type = SQLITE_BLOB, .length = length, .data = data };
}

/* The next ones are not of packed tables. */
static inline int64_t
get (HvStoreJob *job, int at)
{
  return sqlite3_column_int64 (job->statement, at);
}

static inline int64_t
get_or (HvStoreJob *job, int at, int64_t absent)
{
  return sqlite3_column_type (job->statement, at) == SQLITE_NULL
             ? absent
             : sqlite3_column_int64 (job->statement, at);
}

/* An id; NULL is 0. */
static inline uint32_t
get_id (HvStoreJob *job, int at)
{
  int64_t value = get (job, at);

  if (value < 0 || value > UINT32_MAX)
    job->damaged = TRUE;
  return (uint32_t) value;
}

static void
put_metrics (HvStoreJob *job, int at, int64_t *const *column, uint64_t row)
{
  for (int i = 0; i < job->n_metrics; i++)
    put (job, at + i, column[job->metric[i]][row]);
}

/* Of a packed table, whose second column is the number of rows in this one. */
static inline const char *
get_cells (HvStoreJob *job, int at, int *length)
{
  const char *text = sqlite3_column_blob (job->statement, at + 1);

  *length = sqlite3_column_bytes (job->statement, at + 1);
  return sqlite3_column_type (job->statement, at + 1) == SQLITE_BLOB ? text : NULL;
}

static void
get_numbers (HvStoreJob *job, int at, guint n, int64_t *number)
{
  int length;
  const char *text = get_cells (job, at, &length);

  if (text == NULL || !_hv_store_unpack (text, length, n, number))
    {
      memset (number, 0, n * sizeof *number);
      job->damaged = TRUE;
    }
}

static void
get_ids (HvStoreJob *job, int at, guint n, uint32_t *id)
{
  int length;
  const char *text = get_cells (job, at, &length);

  if (text == NULL || !_hv_store_unpack_ids (text, length, n, id))
    {
      memset (id, 0, n * sizeof *id);
      job->damaged = TRUE;
    }
}

static void
get_metrics (HvStoreJob *job, int at, guint n, int64_t *const *column, uint64_t row)
{
  for (int i = 0; i < job->n_metrics; i++)
    get_numbers (job, at + i, n, column[job->metric[i]] + row);
}

#define RESERVE(array, n)                                                                          \
  (g_free (array), (array) = hv_large_array ((gsize) MAX (1, (n)), sizeof *(array)))

/* Text of a row as the model takes it: valid UTF-8, no NUL within. */
static const char *
get_text (HvStoreJob *job, int at, int *length)
{
  const char *text = (const char *) sqlite3_column_text (job->statement, at);

  *length = sqlite3_column_bytes (job->statement, at);
  if (text == NULL || !hv_is_utf8 (text, (gsize) *length))
    {
      job->damaged = TRUE;
      *length = 0;
      return "";
    }
  return text;
}

/* --- tables --- */

#define COUNTED(stem, field)                                                                       \
  static uint64_t stem##_rows (const HvProfile *p)                                                 \
  {                                                                                                \
    return p->field;                                                                               \
  }                                                                                                \
  static void stem##_set_rows (HvProfile *p, uint32_t n)                                           \
  {                                                                                                \
    p->field = n;                                                                                  \
  }

COUNTED (string, n_strings)

static void
string_write (HvStoreJob *job, uint64_t row)
{
  put_text (job, 1, hv_profile_string (job->from, (uint32_t) row));
}

static void
string_reserve (HvStoreJob *job, uint64_t rows)
{
  RESERVE (job->to->string_offset, rows);
}

static void
string_read (HvStoreJob *job, uint64_t row, guint n)
{
  int length;
  const char *text = get_text (job, 1, &length);
  uint64_t end = job->string_bytes + (uint64_t) length + 1;

  if (row == 0 && length != 0)
    job->damaged = TRUE;
  if (end > job->string_size)
    {
      job->string_size = MAX (MAX (4096, end), job->string_size * 2);
      job->to->string_data = g_realloc (job->to->string_data, job->string_size);
    }
  memcpy (job->to->string_data + job->string_bytes, text, (size_t) length);
  job->to->string_data[end - 1] = '\0';
  job->to->string_offset[row] = job->string_bytes;
  job->string_bytes = end;
}

COUNTED (frame, n_frames)

static void
frame_write (HvStoreJob *job, uint64_t row)
{
  const HvFrame *f = &job->from->frame[row];

  put_unless (job, 1, f->function, 0);
  put_unless (job, 2, f->file, 0);
  put_unless (job, 3, f->line, 0);
  put_unless (job, 4, f->module, 0);
  put_unless (job, 5, (int64_t) f->address, 0);
  put (job, 6, f->flags);
  put (job, 7, job->from->frame_category[row]);
  put_unless (job, 8, (int64_t) job->object[f->module] - 1, -1);
  put_unless (job, 9, (int64_t) f->call, 0);
}

static void
frame_reserve (HvStoreJob *job, uint64_t rows)
{
  RESERVE (job->to->frame, rows);
  RESERVE (job->to->frame_category, rows);
}

static void
frame_read (HvStoreJob *job, uint64_t row, guint n)
{
  uint32_t flags = get_id (job, 6), category = get_id (job, 7);

  job->to->frame[row] = (HvFrame){
    .function = get_id (job, 1),
    .file = get_id (job, 2),
    .line = get_id (job, 3),
    .module = get_id (job, 4),
    .address = (uint64_t) get (job, 5),
    .call = (uint64_t) get (job, 9),
    .flags = (uint8_t) flags,
  };
  job->to->frame_category[row] = (uint8_t) category;
  if (flags > UINT8_MAX || category >= HV_N_CATEGORIES)
    job->damaged = TRUE;
}

COUNTED (stack, n_nodes)

static void
stack_write (HvStoreJob *job, uint64_t row)
{
  put (job, 1, job->from->node_parent[row]);
  put (job, 2, job->from->node_frame[row]);
}

static void
stack_reserve (HvStoreJob *job, uint64_t rows)
{
  RESERVE (job->to->node_parent, rows);
  RESERVE (job->to->node_frame, rows);
}

static void
stack_read (HvStoreJob *job, uint64_t row, guint n)
{
  get_ids (job, 1, n, job->to->node_parent + row);
  get_ids (job, 2, n, job->to->node_frame + row);
  if (row == 0 && (job->to->node_parent[0] != 0 || job->to->node_frame[0] != 0))
    job->damaged = TRUE;
}

COUNTED (site, n_sites)

static uint32_t
site_metrics (const HvProfile *p)
{
  uint32_t metrics = 0;

  for (int m = 0; m < HV_N_METRICS; m++)
    if (p->column[m])
      metrics |= 1u << m;
  return metrics;
}

/* The innermost frame that is not an allocator's; of a stack that has none, the innermost. */
static uint32_t
shown_frame (const HvProfile *p, uint32_t node)
{
  for (uint32_t n = node; n != 0; n = p->node_parent[n])
    if (p->frame_category[p->node_frame[n]] != HV_CATEGORY_ALLOCATOR)
      return p->node_frame[n];
  return p->node_frame[node];
}

static void
site_write (HvStoreJob *job, uint64_t row)
{
  uint32_t node = job->from->site_node[row];

  put (job, 1, node);
  put (job, 2, shown_frame (job->from, node));
  put_metrics (job, 3, job->from->column, row);
}

static void
site_reserve (HvStoreJob *job, uint64_t rows)
{
  RESERVE (job->to->site_node, rows);
  for (int i = 0; i < job->n_metrics; i++)
    RESERVE (job->to->column[job->metric[i]], rows);
}

static void
site_read (HvStoreJob *job, uint64_t row, guint n)
{
  get_ids (job, 1, n, job->to->site_node + row);
  get_metrics (job, 3, n, job->to->column, row);
}

COUNTED (moment, n_moments)

static void
moment_write (HvStoreJob *job, uint64_t row)
{
  const HvMoment *m = &job->from->moment[row];

  put (job, 1, m->kind);
  put_unless (job, 2, m->time, -1);
  put_unless (job, 3, m->number, -1);
  put_unless (job, 4, m->label, 0);
  put_unless (job, 5, m->live_bytes, -1);
  put_unless (job, 6, m->live_blocks, -1);
  put_unless (job, 7, m->max_bytes, -1);
  put_unless (job, 8, m->total_bytes, -1);
  put_unless (job, 9, m->total_blocks, -1);
  put_unless (job, 10, m->temporary_blocks, -1);
  put_unless (job, 11, m->rss_bytes, -1);
  put (job, 12, (int64_t) m->first_row);
}

static void
moment_reserve (HvStoreJob *job, uint64_t rows)
{
  RESERVE (job->to->moment, rows);
}

static void
moment_read (HvStoreJob *job, uint64_t row, guint n)
{
  uint32_t kind = get_id (job, 1);

  if (kind > HV_MOMENT_DUMP)
    job->damaged = TRUE;
  job->to->moment[row] = (HvMoment){
    .kind = (HvMomentKind) kind,
    .time = get_or (job, 2, -1),
    .number = get_or (job, 3, -1),
    .label = get_id (job, 4),
    .live_bytes = get_or (job, 5, -1),
    .live_blocks = get_or (job, 6, -1),
    .max_bytes = get_or (job, 7, -1),
    .total_bytes = get_or (job, 8, -1),
    .total_blocks = get_or (job, 9, -1),
    .temporary_blocks = get_or (job, 10, -1),
    .rss_bytes = get_or (job, 11, -1),
    .first_row = (uint64_t) get (job, 12),
  };
}

COUNTED (row, n_rows)

static uint32_t
row_metrics (const HvProfile *p)
{
  return p->row_metrics;
}

static void
row_write (HvStoreJob *job, uint64_t row)
{
  const HvProfile *p = job->from;

  while (job->moment + 1 < p->n_moments && p->moment[job->moment + 1].first_row <= row)
    job->moment++;
  put (job, 1, job->moment);
  put (job, 2, p->row_site[row]);
  put_metrics (job, 3, p->row, row);
}

static void
row_reserve (HvStoreJob *job, uint64_t rows)
{
  RESERVE (job->to->row_site, rows);
  for (int i = 0; i < job->n_metrics; i++)
    RESERVE (job->to->row[job->metric[i]], rows);
}

static void
row_read (HvStoreJob *job, uint64_t row, guint n)
{
  get_ids (job, 2, n, job->to->row_site + row);
  get_metrics (job, 3, n, job->to->row, row);
}

COUNTED (module, n_modules)

static void
module_write (HvStoreJob *job, uint64_t row)
{
  const HvModule *m = &job->from->module[row];

  put_unless (job, 1, m->path, 0);
  put_unless (job, 2, m->build_id, 0);
  put_unless (job, 3, m->status, 0);
  put_unless (job, 4, m->tried, 0);
  put_unless (job, 5, m->unresolved, 0);
  put_unless (job, 6, (int64_t) m->code_offset, 0);
  put_unless (job, 7, (int64_t) m->code_size, 0);
  put_unless (job, 8, m->verdict, HV_VERDICT_NONE);
  put_unless (job, 9, (int64_t) m->device, 0);
  put_unless (job, 10, (int64_t) m->inode, 0);
}

static void
module_reserve (HvStoreJob *job, uint64_t rows)
{
  RESERVE (job->to->module, rows);
}

static void
module_read (HvStoreJob *job, uint64_t row, guint n)
{
  int64_t verdict = get (job, 8);

  if (verdict < HV_VERDICT_NONE || verdict > HV_VERDICT_MISMATCH)
    {
      job->damaged = TRUE;
      verdict = HV_VERDICT_NONE;
    }
  job->to->module[row] = (HvModule){
    .path = get_id (job, 1),
    .build_id = get_id (job, 2),
    .status = get_id (job, 3),
    .tried = get_id (job, 4),
    .unresolved = get (job, 5),
    .code_offset = (uint64_t) get (job, 6),
    .code_size = (uint64_t) get (job, 7),
    .verdict = (HvModuleVerdict) verdict,
    .device = (uint64_t) get (job, 9),
    .inode = (uint64_t) get (job, 10),
  };
}

COUNTED (thread, n_threads)

static void
thread_write (HvStoreJob *job, uint64_t row)
{
  put (job, 1, (int64_t) job->from->thread_uid[row]);
  put_unless (job, 2, job->from->thread_name[row], 0);
}

static void
thread_reserve (HvStoreJob *job, uint64_t rows)
{
  RESERVE (job->to->thread_uid, rows);
  RESERVE (job->to->thread_name, rows);
}

static void
thread_read (HvStoreJob *job, uint64_t row, guint n)
{
  job->to->thread_uid[row] = (uint64_t) get (job, 1);
  job->to->thread_name[row] = get_id (job, 2);
}

COUNTED (thread_site, n_thread_rows)

static void
thread_site_write (HvStoreJob *job, uint64_t row)
{
  const HvThreadRow *t = &job->from->thread_row[row];

  put (job, 1, t->site);
  put (job, 2, t->thread);
  put (job, 3, t->live_bytes);
  put (job, 4, t->live_blocks);
  put (job, 5, t->total_bytes);
  put (job, 6, t->total_blocks);
}

static void
thread_site_reserve (HvStoreJob *job, uint64_t rows)
{
  RESERVE (job->to->thread_row, rows);
}

static void
thread_site_read (HvStoreJob *job, uint64_t row, guint n)
{
  uint32_t id[2][HV_STORE_PACK];
  int64_t number[4][HV_STORE_PACK];

  for (int i = 0; i < 2; i++)
    get_ids (job, 1 + i, n, id[i]);
  for (int i = 0; i < 4; i++)
    get_numbers (job, 3 + i, n, number[i]);
  for (guint i = 0; i < n; i++)
    job->to->thread_row[row + i] = (HvThreadRow){ id[0][i],     id[1][i],     number[0][i],
                                                  number[1][i], number[2][i], number[3][i] };
}

COUNTED (access, n_accesses)

static void
access_write (HvStoreJob *job, uint64_t row)
{
  const HvAccess *a = &job->from->access[row];
  /* a NULL pointer would bind NULL, not the empty blob */
  const void *data = a->length ? job->from->access_data + a->offset : (const uint8_t *) "";

  put (job, 1, a->site);
  put (job, 2, a->unreliable);
  put_blob (job, 3, data, a->length);
}

static void
access_reserve (HvStoreJob *job, uint64_t rows)
{
  RESERVE (job->to->access, rows);
}

static void
access_read (HvStoreJob *job, uint64_t row, guint n)
{
  const void *data = sqlite3_column_blob (job->statement, 3);
  uint64_t length = (uint64_t) sqlite3_column_bytes (job->statement, 3);
  uint64_t end = job->access_bytes + length;

  if (end > job->access_size)
    {
      job->access_size = MAX (MAX (4096, end), job->access_size * 2);
      job->to->access_data = g_realloc (job->to->access_data, job->access_size);
    }
  if (length)
    memcpy (job->to->access_data + job->access_bytes, data, length);
  job->to->access[row] = (HvAccess){ get_id (job, 1), get_id (job, 2), job->access_bytes, length };
  job->access_bytes = end;
}

static uint64_t
warning_rows (const HvProfile *p)
{
  return p->warnings->len;
}

static void
warning_set_rows (HvProfile *p, uint32_t n)
{
}

static void
warning_write (HvStoreJob *job, uint64_t row)
{
  put_text (job, 1, g_ptr_array_index (job->from->warnings, row));
}

static void
warning_reserve (HvStoreJob *job, uint64_t rows)
{
}

static void
warning_read (HvStoreJob *job, uint64_t row, guint n)
{
  int length;
  const char *text = get_text (job, 1, &length);

  g_ptr_array_add (job->to->warnings, g_strndup (text, (gsize) length));
}

#define TABLE(name, columns, count, stem, ...)                                                     \
  {                                                                                                \
    name, columns, count, stem##_rows, stem##_set_rows, stem##_write, stem##_reserve, stem##_read, \
        __VA_ARGS__                                                                                \
  }

const HvStoreTable _hv_store_tables[HV_STORE_N_TABLES] = {
  TABLE ("string", "text", "strings", string, NULL),
  TABLE ("frame", "function, file, line, module, address, flags, category, object, call", "frames",
         frame, NULL),
  TABLE ("stack", "parent, frame", "stacks", stack, NULL, .packed = TRUE, .widths = TRUE,
         .beside = TRUE),
  TABLE ("site", "stack, frame", "sites", site, site_metrics, .packed = TRUE, .widths = TRUE,
         .beside = TRUE, .keys = "site_key"),
  TABLE ("moment",
         "kind, time, number, label, live_bytes, live_blocks, max_bytes, total_bytes,"
         " total_blocks, temporary_blocks, rss_bytes, first_row",
         "moments", moment, NULL),
  TABLE ("moment_site", "moment, site", "moment_sites", row, row_metrics, .packed = TRUE,
         .widths = TRUE, .of_moments = TRUE, .beside = TRUE),
  TABLE (
      "module",
      "path, build_id, status, tried, unresolved, code_offset, code_size, verdict, device, inode",
      "modules", module, NULL),
  TABLE ("thread", "uid, name", "threads", thread, NULL),
  TABLE ("thread_site", "site, thread, live_bytes, live_blocks, total_bytes, total_blocks",
         "thread_sites", thread_site, NULL, .packed = TRUE, .beside = TRUE),
  TABLE ("access", "site, unreliable, data", "accesses", access, NULL),
  TABLE ("warning", "text", "warnings", warning, NULL),
};

char *
_hv_store_key_range (gboolean packed, gint64 id)
{
  int bits = packed ? 32 - HV_STORE_PACK_SHIFT : 32;
  gint64 first = id << bits;

  return g_strdup_printf (" BETWEEN %" G_GINT64_FORMAT " AND %" G_GINT64_FORMAT, first,
                          first + ((INT64_C (1) << bits) - 1));
}

void
_hv_store_set_metrics (HvStoreJob *job, uint32_t bits)
{
  job->n_metrics = 0;
  for (int m = 0; m < HV_N_METRICS; m++)
    if (bits & 1u << m)
      job->metric[job->n_metrics++] = (HvMetric) m;
}

/* ", live_bytes, live_blocks" */
char *
_hv_store_metric_columns (const HvStoreJob *job)
{
  GString *columns = g_string_new (NULL);

  for (int i = 0; i < job->n_metrics; i++)
    g_string_append_printf (columns, ", %s", hv_metric_column (job->metric[i]));
  return g_string_free (columns, FALSE);
}

static char *
metric_words (uint32_t bits)
{
  GString *words = g_string_new (NULL);

  for (int m = 0; m < HV_N_METRICS; m++)
    if (bits & 1u << m)
      g_string_append_printf (words, "%s%s", words->len ? " " : "",
                              hv_metric_column ((HvMetric) m));
  return g_string_free (words, FALSE);
}

static gboolean
parse_words (const char *words, uint32_t *bits)
{
  g_auto (GStrv) word = g_strsplit (words, " ", HV_N_METRICS + 1);

  *bits = 0;
  for (int i = 0; word[i]; i++)
    if (word[i][0])
      {
        HvMetric metric = hv_metric_parse (word[i]);
        if (metric == HV_N_METRICS)
          return FALSE;
        *bits |= 1u << metric;
      }
  return TRUE;
}

/* --- the profile's own row --- */

static const char *const time_units[] = {
  [HV_TIME_NONE] = NULL,
  [HV_TIME_MILLISECONDS] = "ms",
  [HV_TIME_MICROSECONDS] = "us",
  [HV_TIME_INSTRUCTIONS] = "instructions",
};

const char _hv_store_profile_columns[] =
    "path, format, variant, command, pid, sample_period, time_unit, duration, peak_time,"
    " short_lifetime, peak_rss_bytes, suppressed_bytes, byte_unit, block_unit, process_key,"
    " modules_known, default_metric, incomplete, site_metrics, moment_metrics, location,"
    " file_warnings";

void
_hv_store_put_profile (HvStoreJob *job)
{
  const HvProfile *p = job->from;
  g_autofree char *sites = metric_words (site_metrics (p));
  g_autofree char *moments = metric_words (p->row_metrics);

  put_text (job, 1, p->path);
  put_text (job, 2, p->format);
  put_unless (job, 3, p->variant, 0);
  put_unless (job, 4, p->command, 0);
  put_unless (job, 5, p->pid, -1);
  put_unless (job, 6, p->sample_period, -1);
  put_text (job, 7, time_units[p->time_unit]);
  put_unless (job, 8, p->duration, -1);
  put_unless (job, 9, p->peak_time, -1);
  put_unless (job, 10, p->short_lifetime, -1);
  put_unless (job, 11, p->peak_rss_bytes, -1);
  put_unless (job, 12, p->suppressed_bytes, -1);
  put_unless (job, 13, p->byte_unit, 0);
  put_unless (job, 14, p->block_unit, 0);
  put_unless (job, 15, (int64_t) p->process_key, 0);
  put (job, 16, p->modules_known != FALSE);
  put_text (job, 17, hv_metric_column (p->default_metric));
  put (job, 18, p->incomplete != FALSE);
  put_text (job, 19, g_intern_string (sites));
  put_text (job, 20, g_intern_string (moments));
  put_text (job, 21, p->location);
  put (job, 22, p->n_file_warnings);
}

void
_hv_store_get_profile (HvStoreJob *job, uint32_t *columns)
{
  HvProfile *p = job->to;
  sqlite3_stmt *s = job->statement;
  const char *format = (const char *) sqlite3_column_text (s, 2);
  const char *unit = (const char *) sqlite3_column_text (s, 7);
  const char *metric = (const char *) sqlite3_column_text (s, 17);
  const char *sites = (const char *) sqlite3_column_text (s, 19);
  const char *moments = (const char *) sqlite3_column_text (s, 20);

  if (format == NULL || strlen (format) > 64 || metric == NULL || sites == NULL || moments == NULL)
    {
      job->damaged = TRUE;
      return;
    }
  p->path = g_strdup ((const char *) sqlite3_column_text (s, 1));
  p->format = g_intern_string (format);
  p->variant = get_id (job, 3);
  p->command = get_id (job, 4);
  p->pid = get_or (job, 5, -1);
  p->sample_period = get_or (job, 6, -1);
  if (unit)
    {
      for (guint i = HV_TIME_MILLISECONDS; i < G_N_ELEMENTS (time_units); i++)
        if (strcmp (unit, time_units[i]) == 0)
          p->time_unit = (HvTimeUnit) i;
      job->damaged |= p->time_unit == HV_TIME_NONE;
    }
  p->duration = get_or (job, 8, -1);
  p->peak_time = get_or (job, 9, -1);
  p->short_lifetime = get_or (job, 10, -1);
  p->peak_rss_bytes = get_or (job, 11, -1);
  p->suppressed_bytes = get_or (job, 12, -1);
  p->byte_unit = get_id (job, 13);
  p->block_unit = get_id (job, 14);
  p->process_key = (uint64_t) get (job, 15);
  p->modules_known = get (job, 16) != 0;
  p->default_metric = hv_metric_parse (metric);
  p->incomplete = get (job, 18) != 0;
  p->location = g_strdup ((const char *) sqlite3_column_text (s, 21));
  p->n_file_warnings = (uint32_t) MIN (get_or (job, 22, UINT32_MAX), UINT32_MAX);
  if (!parse_words (sites, columns) || !parse_words (moments, &p->row_metrics))
    job->damaged = TRUE;
}
