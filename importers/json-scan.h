/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "input.h"

G_BEGIN_DECLS

/* JSON read in one pass from the input's window, without a tree: the caller asks for what it
 * expects and skips the rest. Bytes are passed on as they are, valid UTF-8 or not.
 *
 * Every function returns FALSE (or -1) once something is amiss; `cut` then says that the input
 * ended inside a value, `wrong` (static) what was found instead of JSON or cannot be held. The
 * input's position is near the place. */
typedef struct
{
  HvInput *input;
  gboolean cut;
  const char *wrong;

  char key[32]; /* the last key; a longer one is cut off, which no known key is equal to */

  /*< private >*/
  GString *text;
  int64_t *numbers;
  gsize numbers_size;
} HvJsonScan;

void hv_json_scan_init (HvJsonScan *scan, HvInput *input);
void hv_json_scan_clear (HvJsonScan *scan);

static inline gboolean
hv_json_scan_failed (const HvJsonScan *scan)
{
  return scan->cut || scan->wrong;
}

int hv_json_peek_far (HvJsonScan *scan);

/* The next byte that is no blank, left unread. */
static inline int
hv_json_peek (HvJsonScan *scan)
{
  char c = *scan->input->pos;

  return c > ' ' && !hv_json_scan_failed (scan) ? c : hv_json_peek_far (scan);
}

/* Takes the byte `c`, which must come next. */
gboolean hv_json_take (HvJsonScan *scan, char c);

/* Loops over an array or object that has been opened: whether another element comes; takes the
 * comma before it, or `close` behind the last. `first` starts as TRUE. */
gboolean hv_json_more (HvJsonScan *scan, char close, gboolean *first);

/* A key and its colon, into scan->key. */
gboolean hv_json_key (HvJsonScan *scan);

/* A string, escapes decoded; valid until the next call. */
gboolean hv_json_string (HvJsonScan *scan, const char **text, gsize *length);

/* A whole number from −INT64_MAX to INT64_MAX. */
gboolean hv_json_int (HvJsonScan *scan, int64_t *value);

/* The rest of an opened array of whole numbers, at most `limit`; valid until the next call. */
gboolean hv_json_ints (HvJsonScan *scan, gsize limit, const int64_t **values, gsize *n);

gboolean hv_json_bool (HvJsonScan *scan, gboolean *value);

/* Takes a null if that comes next; FALSE otherwise, which is no failure. */
gboolean hv_json_null (HvJsonScan *scan);

/* Passes over any value. */
gboolean hv_json_skip (HvJsonScan *scan);

G_END_DECLS
