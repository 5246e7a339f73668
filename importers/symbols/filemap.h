/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cursor.h"

G_BEGIN_DECLS

/* A file mapped for reading that may shrink meanwhile, as binaries do that are built anew in place.
 * What is gone then reads as zeros instead of killing the process (SIGBUS), and the map says that
 * it is damaged. A zero follows the last byte, so that no string runs out of the map. */
typedef struct HvFileMap HvFileMap;

/* Maps the first `size` bytes of an open file, which may be closed then. NULL when it cannot be
 * done. */
HvFileMap *hv_file_map_new (int fd, uint64_t size);
void hv_file_map_free (HvFileMap *map);

HvSpan hv_file_map_span (const HvFileMap *map);

/* Whether a part that was read was not there. */
gboolean hv_file_map_is_damaged (const HvFileMap *map);

/* Gives back the memory of the pages read so far; they are read again when they are looked at. May
 * be called while other threads read. */
void hv_file_map_drop (HvFileMap *map);

G_END_DECLS
