/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <stdint.h>

#include "read-ahead.h"

G_BEGIN_DECLS

/* A file or pipe being read: decompressed by content (plain, gzip, zstd, xz) into one large window,
 * so that a parser looks at bytes and lines in place. */
typedef struct
{
  /* Unread bytes of the window: [pos, end). Parsers may advance pos up to end. *end is readable and
   * NUL, so that a scan for something else stops there without a bound. */
  const char *pos, *end;
} HvInput;

/* Bytes read from the disk so far, and the file's size (0: unknown, a pipe). From the thread that
 * imports. */
typedef void (*HvProgressFunc) (uint64_t done, uint64_t size, gpointer user);

/* Opens `path`; "-" is standard input. Of a pipe waits for the first bytes, until `cancellable` (or
 * NULL) is cancelled. NULL and `error` (G_IO_ERROR, or HV_ERROR_FORMAT when the
 * compression is damaged from the start) when it cannot be read. */
HvInput *hv_input_open (const char *path, GCancellable *cancellable, GError **error);

/* A window over bytes in memory, for tests; decompressed as well. `data` is not copied. */
HvInput *hv_input_new_for_memory (const void *data, gsize size, GError **error);
void hv_input_free (HvInput *input);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvInput, hv_input_free)

/* What is to be found ahead of the reader, before anything was read; `user` must live as long. */
void hv_input_set_scan (HvInput *input, const HvScan *scan);

/* What was found in the block that ends at input->end: numbers, and where its text begins, until
 * the next fill. NULL: nothing, or the window is none of the blocks. */
const uint32_t *hv_input_scanned (const HvInput *input, const char **text, guint *n);

void hv_input_watch (HvInput *input, GCancellable *cancellable, HvProgressFunc progress,
                     gpointer user);

/* Makes at least `need` unread bytes available at pos, moving the window; FALSE when the input ends
 * before that (what is left stays readable) or fails. Pointers into the window die. */
gboolean hv_input_fill (HvInput *input, gsize need);

/* The next line without its end ('\n'; a '\r' before it is kept), in place: valid until the next
 * call. FALSE at the end or on failure. The last line may lack its '\n': see
 * hv_input_ended_in_line. */
gboolean hv_input_line (HvInput *input, const char **line, gsize *length);

/* Whether the last line returned had no '\n'. */
gboolean hv_input_ended_in_line (const HvInput *input);

/* Position of pos in the decompressed data, and the number of lines that hv_input_line returned:
 * for messages. */
uint64_t hv_input_offset (const HvInput *input);
uint64_t hv_input_line_number (const HvInput *input);

/* How many bytes there are in all, decompressed; 0 when that is not known. */
uint64_t hv_input_size (const HvInput *input);

/* After the end: why there is no more. `cut_short` is set where the compressed data stop or break
 * before their end; FALSE and `error` when reading failed or was cancelled. */
gboolean hv_input_finish (HvInput *input, gboolean *cut_short, GError **error);

G_END_DECLS
