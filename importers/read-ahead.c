/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "read-ahead.h"

/* Large beside the cost of waking the other thread, small beside the processor's cache. */
#define BLOCK_SIZE (512 * 1024)
/* One is read, one may be kept with it, two are being made. */
#define N_BLOCKS 4

typedef struct
{
  char *memory; /* HV_READ_AHEAD_ROOM, the bytes, NUL */
  gsize size;
  uint64_t position;
  uint32_t *scan; /* NULL: nothing is looked for */
  guint n_scan;
} Block;

struct HvReadAhead
{
  HvDecoder *decoder;
  HvScan scan;
  GThread *thread;

  GMutex mutex;
  GCond changed;
  /* Blocks are made in a ring; each of the counts goes up only: released <= taken <= made. */
  guint made, taken, released;
  gboolean ended, stop;
  Block block[N_BLOCKS];
};

/* FALSE: that was the last. */
static gboolean
make_block (HvDecoder *decoder, Block *block)
{
  char *data = block->memory + HV_READ_AHEAD_ROOM;
  gboolean more = TRUE;

  block->size = 0;
  while (more && block->size < BLOCK_SIZE)
    {
      gsize got = hv_decoder_read (decoder, data + block->size, BLOCK_SIZE - block->size);
      more = got > 0;
      block->size += got;
    }
  data[block->size] = '\0';
  block->position = hv_decoder_get_position (decoder);
  return more;
}

static gpointer
read_thread (gpointer data)
{
  HvReadAhead *self = data;
  gboolean more = TRUE;

  g_mutex_lock (&self->mutex);
  while (more)
    {
      while (self->made - self->released == N_BLOCKS && !self->stop)
        g_cond_wait (&self->changed, &self->mutex);
      if (self->stop)
        break;
      g_mutex_unlock (&self->mutex);
      Block *block = &self->block[self->made % N_BLOCKS];
      more = make_block (self->decoder, block);
      g_mutex_lock (&self->mutex);
      /* who reads has something to do meanwhile */
      gboolean time = self->made > self->taken && self->scan.func;
      block->n_scan = 0;
      if (time)
        {
          g_mutex_unlock (&self->mutex);
          block->n_scan = self->scan.func (block->memory + HV_READ_AHEAD_ROOM, block->size,
                                           block->scan, self->scan.room, self->scan.user);
          g_mutex_lock (&self->mutex);
        }
      self->made += block->size > 0;
      self->ended = !more;
      g_cond_signal (&self->changed);
    }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

HvReadAhead *
hv_read_ahead_new (HvDecoder *decoder, const HvScan *scan)
{
  HvReadAhead *self = g_new0 (HvReadAhead, 1);

  self->decoder = decoder;
  self->scan = *scan;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  for (guint i = 0; i < N_BLOCKS; i++)
    {
      self->block[i].memory = g_malloc (HV_READ_AHEAD_ROOM + BLOCK_SIZE + 1);
      self->block[i].scan = scan->func ? g_new (uint32_t, scan->room) : NULL;
    }
  self->thread = g_thread_new ("read ahead", read_thread, self);
  return self;
}

void
hv_read_ahead_free (HvReadAhead *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->stop = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);
  for (guint i = 0; i < N_BLOCKS; i++)
    {
      g_free (self->block[i].memory);
      g_free (self->block[i].scan);
    }
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->changed);
  g_free (self);
}

gboolean
hv_read_ahead_next (HvReadAhead *self, HvReadBlock *next)
{
  const Block *block = NULL;

  g_mutex_lock (&self->mutex);
  while (self->made == self->taken && !self->ended)
    g_cond_wait (&self->changed, &self->mutex);
  if (self->made > self->taken)
    block = &self->block[self->taken++ % N_BLOCKS];
  g_mutex_unlock (&self->mutex);
  if (block == NULL)
    return FALSE;
  *next = (HvReadBlock){ .text = block->memory + HV_READ_AHEAD_ROOM,
                         .size = block->size,
                         .position = block->position,
                         .scan = block->scan,
                         .n_scan = block->n_scan };
  return TRUE;
}

void
hv_read_ahead_release (HvReadAhead *self)
{
  g_mutex_lock (&self->mutex);
  self->released = self->taken - 1;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->mutex);
}
