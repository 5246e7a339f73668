/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <stdint.h>

G_BEGIN_DECLS

/* The bytes of a file or pipe, decompressed by its content: plain, gzip, zstd, xz. For one thread
 * at a time. */
typedef struct HvDecoder HvDecoder;

/* Opens `path`; "-" is standard input. Of a pipe waits for the first bytes, until `cancellable` (or
 * NULL) is cancelled. NULL and `error` when it cannot be read. */
HvDecoder *hv_decoder_open (const char *path, GCancellable *cancellable, GError **error);

/* `data` is not copied. */
HvDecoder *hv_decoder_new_for_memory (const void *data, gsize size, GError **error);
void hv_decoder_free (HvDecoder *self);

void hv_decoder_set_cancellable (HvDecoder *self, GCancellable *cancellable);

/* Reads up to `size` bytes; 0 at the end, where compressed data stop or break before it
 * (hv_decoder_is_cut_short) and on failure or when cancelled (hv_decoder_get_error). Not to be
 * called again then. */
gsize hv_decoder_read (HvDecoder *self, char *out, gsize size);
gboolean hv_decoder_is_cut_short (const HvDecoder *self);
const GError *hv_decoder_get_error (const HvDecoder *self);

/* A file or memory: reading does not wait for somebody to write. */
gboolean hv_decoder_never_waits (const HvDecoder *self);
gboolean hv_decoder_is_compressed (const HvDecoder *self);

/* Bytes read of the file as it is on the disk, and its size (0: unknown, a pipe). */
uint64_t hv_decoder_get_position (const HvDecoder *self);
uint64_t hv_decoder_get_size (const HvDecoder *self);

G_END_DECLS
