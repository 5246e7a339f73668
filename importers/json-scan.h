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

static inline gboolean
hv_json_is_blank (char c)
{
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

int hv_json_peek_far (HvJsonScan *scan);

/* The next byte that is no blank, left unread. */
static inline int
hv_json_peek (HvJsonScan *scan)
{
  const char *p = scan->input->pos;

  while (hv_json_is_blank (*p))
    p++;
  scan->input->pos = p;
  return *p > ' ' && !hv_json_scan_failed (scan) ? *p : hv_json_peek_far (scan);
}

/* FALSE: something else came than `c`. */
gboolean hv_json_miss (HvJsonScan *scan, char c);

/* Takes the byte `c`, which must come next. */
static inline gboolean
hv_json_take (HvJsonScan *scan, char c)
{
  if (hv_json_peek (scan) != (unsigned char) c)
    return hv_json_miss (scan, c);
  scan->input->pos++;
  return TRUE;
}

/* Loops over an array or object that has been opened: whether another element comes; takes the
 * comma before it, or `close` behind the last. `first` starts as TRUE. */
static inline gboolean
hv_json_more (HvJsonScan *scan, char close, gboolean *first)
{
  int next = hv_json_peek (scan);

  if (next < 0)
    return FALSE;
  if (next == (unsigned char) close)
    {
      scan->input->pos++;
      return FALSE;
    }
  if (!*first && !hv_json_take (scan, ','))
    return FALSE;
  *first = FALSE;
  return TRUE;
}

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
