/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "symbols.h"

/* ELF files put together by a test: the headers, then whatever it adds, the section headers last.
 */

static inline void
add_number (GByteArray *file, uint64_t number, guint size)
{
  uint64_t little = GUINT64_TO_LE (number);

  g_byte_array_append (file, (const guint8 *) &little, size);
}

static inline void
add_section (GByteArray *file, uint32_t type, uint32_t link, uint64_t offset, uint64_t size)
{
  add_number (file, 0, 4); /* name */
  add_number (file, type, 4);
  add_number (file, 0, 8);
  add_number (file, 0, 8);
  add_number (file, offset, 8);
  add_number (file, size, 8);
  add_number (file, link, 4);
  add_number (file, 0, 4);
  add_number (file, 0, 8);
  add_number (file, 0, 8);
}

/* Sets where the section headers are, which follow, and which of them has the names. */
static inline void
begin_sections (GByteArray *file, uint16_t n, uint16_t names)
{
  uint64_t at = GUINT64_TO_LE (file->len);
  const uint16_t numbers[] = { GUINT16_TO_LE (64), GUINT16_TO_LE (n), GUINT16_TO_LE (names) };

  memcpy (file->data + 40, &at, sizeof at);
  memcpy (file->data + 58, numbers, sizeof numbers);
}

/* The headers of gcc-5.so, without sections. */
static inline GByteArray *
begin_file (void)
{
  g_autofree char *path = data_path ("gcc-5.so"), *data = NULL;
  GByteArray *file = g_byte_array_new ();
  gsize size;

  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  g_byte_array_append (file, (const guint8 *) data, 64);
  memset (file->data + 32, 0, 8);
  memset (file->data + 56, 0, 8);
  return file;
}
