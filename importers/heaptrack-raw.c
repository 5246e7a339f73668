/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "heaptrack-private.h"

#include <string.h>

/* A raw file says that it is one before its first stack. */
static gboolean
become_raw (HtReader *reader)
{
  if (!reader->raw && (reader->n_traces > 1 || reader->n_infos))
    return ht_fail (reader, "a line of a raw recording in an interpreted one");
  reader->raw = reader->pointers = TRUE;
  return TRUE;
}

gboolean
ht_raw_executable (HtReader *reader, HtFields *fields)
{
  const char *text;
  gsize length;

  if (reader->seen_executable)
    return ht_fail (reader, "a second executable: two processes wrote into this file");
  reader->seen_executable = TRUE;
  if (!become_raw (reader))
    return FALSE;
  ht_text (reader, fields, &text, &length);
  reader->executable = ht_intern (reader, text, length);
  return TRUE;
}

/* --- modules --- */

/* The name of an `m` line: sized since version 3, a word without blanks before. */
static gboolean
module_name (HtReader *reader, HtFields *fields, const char **name, gsize *length)
{
  if (reader->version >= 3)
    {
      uint64_t said;
      if (!ht_number (reader, fields, "length of the module's name", G_MAXUINT32, &said))
        return FALSE;
      if (said > (uint64_t) (fields->end - fields->pos))
        return ht_fail (reader, "the module's name is longer than its line");
      *length = (gsize) said;
    }
  else
    {
      const char *blank = memchr (fields->pos, ' ', (gsize) (fields->end - fields->pos));
      *length = (gsize) ((blank ? blank : fields->end) - fields->pos);
    }
  *name = fields->pos;
  fields->pos += *length;
  if (fields->pos < fields->end && *fields->pos++ != ' ')
    return ht_fail (reader, "the module's name is shorter than it says");
  return TRUE;
}

gboolean
ht_raw_module (HtReader *reader, HtFields *fields)
{
  const char *name = NULL;
  gsize length = 0;
  uint64_t base, vaddr, size;

  if (!become_raw (reader) || !module_name (reader, fields, &name, &length))
    return FALSE;
  if (length == 1 && name[0] == '-')
    {
      g_array_set_size (reader->segments, 0);
      return TRUE;
    }
  uint32_t path = length == 1 && name[0] == 'x' ? reader->executable
                                                : ht_intern (reader, name, length);
  ht_add_module (reader, path);
  if (!ht_number (reader, fields, "module's base", G_MAXUINT64, &base))
    return FALSE;
  while (fields->pos < fields->end)
    {
      if (!ht_number (reader, fields, "segment's address", G_MAXUINT64, &vaddr)
          || !ht_number (reader, fields, "segment's size", G_MAXUINT64, &size))
        return FALSE;
      HtSegment segment = { base + vaddr, base + vaddr + size, base, path };
      if (segment.end > segment.start)
        g_array_append_val (reader->segments, segment);
    }
  reader->segments_sorted = FALSE;
  return TRUE;
}

static int
compare_segments (gconstpointer a, gconstpointer b)
{
  const HtSegment *x = a, *y = b;

  return x->start < y->start ? -1 : x->start > y->start;
}

static const HtSegment *
find_segment (HtReader *reader, uint64_t address)
{
  if (!reader->segments_sorted)
    {
      g_array_sort (reader->segments, compare_segments);
      reader->segments_sorted = TRUE;
    }
  guint low = 0, high = reader->segments->len;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      if (g_array_index (reader->segments, HtSegment, middle).start <= address)
        low = middle + 1;
      else
        high = middle;
    }
  if (low == 0)
    return NULL;
  const HtSegment *segment = &g_array_index (reader->segments, HtSegment, low - 1);
  return address < segment->end ? segment : NULL;
}

gboolean
ht_raw_trace (HtReader *reader, HtFields *fields)
{
  uint64_t address, parent;
  HvFrame frame = { 0 };

  if (!ht_number (reader, fields, "address", G_MAXUINT64, &address)
      || !ht_number (reader, fields, "parent stack", G_MAXUINT32, &parent))
    return FALSE;
  const HtSegment *segment = find_segment (reader, address);
  if (segment)
    {
      frame.module = segment->module;
      frame.address = address - segment->base;
      frame.flags = HV_FRAME_VADDR;
    }
  else
    {
      frame.address = address;
      frame.flags = HV_FRAME_RUNTIME_ADDRESS;
    }
  return ht_add_trace (reader, hv_profile_frame (reader->profile, &frame), parent);
}

/* --- blocks: an open hash table by pointer --- */

static inline uint64_t
hash (uint64_t pointer)
{
  pointer ^= pointer >> 32;
  pointer *= UINT64_C (0x9e3779b97f4a7c15);
  return pointer ^ pointer >> 29;
}

static HtBlock *
find_block (const HtReader *reader, uint64_t pointer)
{
  uint64_t at = hash (pointer) & reader->blocks_mask;

  while (reader->blocks[at].pointer != 0 && reader->blocks[at].pointer != pointer)
    at = (at + 1) & reader->blocks_mask;
  return &reader->blocks[at];
}

static void
grow_blocks (HtReader *reader)
{
  HtBlock *old = reader->blocks;
  uint64_t size = old ? reader->blocks_mask + 1 : 0;

  reader->blocks_mask = MAX (1024, size * 2) - 1;
  reader->blocks = g_new0 (HtBlock, reader->blocks_mask + 1);
  for (uint64_t i = 0; i < size; i++)
    if (old[i].pointer)
      *find_block (reader, old[i].pointer) = old[i];
  g_free (old);
}

/* Closes the gap, so that no search ends early and none meets a grave. */
static void
remove_block (HtReader *reader, HtBlock *block)
{
  uint64_t mask = reader->blocks_mask, gap = (uint64_t) (block - reader->blocks);

  for (uint64_t at = (gap + 1) & mask; reader->blocks[at].pointer; at = (at + 1) & mask)
    {
      uint64_t home = hash (reader->blocks[at].pointer) & mask;
      if (((at - home) & mask) >= ((at - gap) & mask))
        {
          reader->blocks[gap] = reader->blocks[at];
          gap = at;
        }
    }
  reader->blocks[gap].pointer = 0;
  reader->n_blocks--;
}

gboolean
ht_raw_allocate (HtReader *reader, HtFields *fields)
{
  uint64_t size, trace, pointer;
  uint32_t site;

  if (!ht_number (reader, fields, "size", HT_MAX_SIZE, &size)
      || !ht_number (reader, fields, "stack", G_MAXUINT32, &trace)
      || !ht_number (reader, fields, "pointer", G_MAXUINT64, &pointer)
      || !ht_site (reader, trace, &site))
    return FALSE;
  if (pointer == 0)
    return ht_fail (reader, "an allocation at address 0");
  if (2 * reader->n_blocks >= reader->blocks_mask)
    grow_blocks (reader);

  /* A pointer that is there already was freed unseen; like heaptrack, its old block stays live. */
  HtBlock *block = find_block (reader, pointer);
  reader->n_blocks += block->pointer == 0;
  *block = (HtBlock){ pointer, (int64_t) size, site };
  reader->last_pointer = pointer;
  return ht_event (reader, site, (int64_t) size, HT_ALLOCATED, FALSE);
}

gboolean
ht_raw_free (HtReader *reader, HtFields *fields)
{
  uint64_t pointer;

  if (!ht_number (reader, fields, "pointer", G_MAXUINT64, &pointer))
    return FALSE;
  if (reader->n_blocks == 0 || pointer == 0)
    return TRUE;
  HtBlock *block = find_block (reader, pointer);
  if (block->pointer == 0)
    return TRUE;

  int64_t size = block->size;
  uint32_t site = block->site;
  uint32_t temporary = pointer == reader->last_pointer;
  remove_block (reader, block);
  reader->last_pointer = 0;
  return ht_event (reader, site, size, HT_FREED, temporary);
}
