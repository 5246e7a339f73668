/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "decoder.h"

G_BEGIN_DECLS

/* Decompresses in a thread of its own, some blocks ahead of who reads them. */
typedef struct HvReadAhead HvReadAhead;

/* Before a block, so many bytes are free for what is left of the one before. */
#define HV_READ_AHEAD_ROOM (64 * 1024)

/* What the other thread can find in a block in the time that it would wait in: writes at most
 * `room` numbers to `out` and returns how many. Before `text` HV_READ_AHEAD_ROOM bytes can be read,
 * whatever they are; text[size] is NUL. */
typedef guint (*HvScanFunc) (const char *text, gsize size, uint32_t *out, guint room,
                             gconstpointer user);

typedef struct
{
  HvScanFunc func; /* NULL: nothing is looked for */
  guint room;
  gconstpointer user;
} HvScan;

/* A block, with a NUL after it. */
typedef struct
{
  char *text;
  gsize size;
  uint64_t position;    /* hv_decoder_get_position() when it was read */
  const uint32_t *scan; /* what was found in it */
  guint n_scan;         /* 0: nothing, or there was no time to look */
} HvReadBlock;

/* `decoder` is borrowed, and must not be used before the end was seen or this is freed. */
HvReadAhead *hv_read_ahead_new (HvDecoder *decoder, const HvScan *scan);

/* Stops reading. */
void hv_read_ahead_free (HvReadAhead *self);

/* The next block. FALSE at the end or on failure, as the decoder says then. The block before stays
 * as it is until hv_read_ahead_release(). */
gboolean hv_read_ahead_next (HvReadAhead *self, HvReadBlock *block);

/* All blocks but the latest are done with. */
void hv_read_ahead_release (HvReadAhead *self);

G_END_DECLS
