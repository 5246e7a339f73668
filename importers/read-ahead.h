/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "decoder.h"

G_BEGIN_DECLS

/* Decompresses in a thread of its own, some blocks ahead of who reads them. */
typedef struct HvReadAhead HvReadAhead;

/* Before a block, so many bytes are free for what is left of the one before. */
#define HV_READ_AHEAD_ROOM (64 * 1024)

/* `decoder` is borrowed, and must not be used before the end was seen or this is freed. */
HvReadAhead *hv_read_ahead_new (HvDecoder *decoder);

/* Stops reading. */
void hv_read_ahead_free (HvReadAhead *self);

/* The next block: `size` bytes and a NUL. NULL at the end or on failure, as the decoder says then.
 * `position`: hv_decoder_get_position() when it was read. The block before stays as it is until
 * hv_read_ahead_release(). */
char *hv_read_ahead_next (HvReadAhead *self, gsize *size, uint64_t *position);

/* All blocks but the latest are done with. */
void hv_read_ahead_release (HvReadAhead *self);

G_END_DECLS
