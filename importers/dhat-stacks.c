/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dhat-stacks.h"

#include "store/child-map.h"
#include "store/large-array.h"

#include <string.h>

/* Words that are handed over at once: large beside the cost of waking the other thread, and room
 * for the longest stack. */
#define BLOCK_SIZE (2 * HV_DHAT_MAX_STACK)
/* One is filled, one is looked at, the others make up for their different speeds. */
#define N_BLOCKS 4
#define MAX_NODES 1000000000u
/* Fewer than a file has for each node: 40 to 80. What is not used of the room is never touched, but
 * no system promises any amount of it. */
#define BYTES_A_NODE 24
#define MAX_EXPECTED 16000000u

/* By stack: the number of its indices, and those. */
typedef struct
{
  uint32_t used;
  uint32_t *word;
} Block;

typedef struct
{
  HvDhatStacks base;

  /* who makes the tree */
  uint32_t nodes_size, leaves_size;
  HvChildMap children;
  /* the stack before, outermost first: neighbours in the file share most of it */
  uint32_t *stack, *path; /* path[i]: the node above stack[i] */
  uint32_t length;

  GThread *thread; /* NULL: not yet, or it could not be started */
  GMutex mutex;
  GCond changed;
  /* Blocks are filled in a ring; both counts go up only: done <= filled. */
  guint filled, done;
  gboolean ended, stop;
  Block block[N_BLOCKS];
} Stacks;

HvDhatStacks *
hv_dhat_stacks_new (uint64_t file_size)
{
  Stacks *self = g_new0 (Stacks, 1);
  uint64_t expected = file_size / BYTES_A_NODE;

  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  self->block[0].word = g_new (uint32_t, BLOCK_SIZE);
  self->stack = g_new (uint32_t, HV_DHAT_MAX_STACK);
  self->path = g_new0 (uint32_t, HV_DHAT_MAX_STACK + 1);
  self->nodes_size = (uint32_t) CLAMP (expected, 256, MAX_EXPECTED);
  self->base.parent = hv_large_new (uint32_t, self->nodes_size);
  self->base.index = hv_large_new (uint32_t, self->nodes_size);
  hv_child_map_reserve (&self->children, self->nodes_size);
  self->base.parent[0] = self->base.index[0] = 0;
  self->base.n_nodes = 1;
  return &self->base;
}

/* What only making the tree needs. */
static void
clear_work (Stacks *self)
{
  hv_child_map_clear (&self->children);
  g_clear_pointer (&self->stack, g_free);
  g_clear_pointer (&self->path, g_free);
  for (guint i = 0; i < N_BLOCKS; i++)
    g_clear_pointer (&self->block[i].word, g_free);
}

static void
join (Stacks *self, gboolean stop)
{
  if (self->thread == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->stop = stop;
  self->ended = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->mutex);
  g_thread_join (g_steal_pointer (&self->thread));
}

void
hv_dhat_stacks_free (HvDhatStacks *stacks)
{
  Stacks *self = (Stacks *) stacks;

  if (self == NULL)
    return;
  join (self, TRUE);
  clear_work (self);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->changed);
  g_free (self->base.parent);
  g_free (self->base.index);
  g_free (self->base.leaf);
  g_free (self->base.scratch);
  g_free (self);
}

/* --- making the tree --- */

/* The child of `parent`, made when it is not there; 0: it cannot be made. */
static uint32_t
child_of (Stacks *self, uint32_t parent, uint32_t index)
{
  HvDhatStacks *tree = &self->base;
  uint32_t node = hv_child_map_find (&self->children, parent, index);

  if (node)
    return node;
  if (tree->n_nodes == MAX_NODES)
    {
      tree->full = TRUE;
      return 0;
    }
  if (tree->n_nodes == self->nodes_size)
    {
      uint32_t size = (uint32_t) MIN ((uint64_t) self->nodes_size + self->nodes_size / 2,
                                      MAX_NODES);
      tree->parent = g_renew (uint32_t, tree->parent, size);
      tree->index = g_renew (uint32_t, tree->index, size);
      self->nodes_size = size;
    }
  node = tree->n_nodes++;
  tree->parent[node] = parent;
  tree->index[node] = index;
  hv_child_map_add (&self->children, parent, index, node);
  return node;
}

static void
add_stack (Stacks *self, const uint32_t *index, uint32_t n)
{
  HvDhatStacks *tree = &self->base;
  uint32_t shared = 0;

  while (shared < n && shared < self->length && index[n - 1 - shared] == self->stack[shared])
    shared++;
  for (uint32_t i = shared; i < n; i++)
    {
      self->stack[i] = index[n - 1 - i];
      self->path[i + 1] = child_of (self, self->path[i], self->stack[i]);
    }
  self->length = n;
  if (tree->n_stacks == self->leaves_size)
    {
      self->leaves_size += self->leaves_size / 2 + 256;
      tree->leaf = g_renew (uint32_t, tree->leaf, self->leaves_size);
    }
  tree->leaf[tree->n_stacks++] = self->path[n];
}

static void
take_block (Stacks *self, Block *block)
{
  const uint32_t *end = block->word + block->used;

  for (const uint32_t *word = block->word; word < end; word += 1 + *word)
    if (!self->base.full)
      add_stack (self, word + 1, *word);
  block->used = 0;
}

static gpointer
tree_thread (gpointer data)
{
  Stacks *self = data;

  g_mutex_lock (&self->mutex);
  while (TRUE)
    {
      while (self->done == self->filled && !self->ended)
        g_cond_wait (&self->changed, &self->mutex);
      if (self->stop || self->done == self->filled)
        break;
      g_mutex_unlock (&self->mutex);
      take_block (self, &self->block[self->done % N_BLOCKS]);
      g_mutex_lock (&self->mutex);
      self->done++;
      g_cond_signal (&self->changed);
    }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

/* --- filling the blocks --- */

/* Hands the block over; the next one is empty then. */
static void
hand_over (Stacks *self)
{
  /* a small file has few blocks: a thread is not worth it before the second */
  if (self->thread == NULL && self->filled == 0)
    self->thread = g_thread_try_new ("stacks", tree_thread, self, NULL);
  if (self->thread == NULL)
    {
      take_block (self, &self->block[self->filled % N_BLOCKS]);
      return;
    }
  g_mutex_lock (&self->mutex);
  self->filled++;
  g_cond_signal (&self->changed);
  while (self->filled - self->done == N_BLOCKS)
    g_cond_wait (&self->changed, &self->mutex);
  g_mutex_unlock (&self->mutex);
}

uint32_t *
hv_dhat_stacks_room (HvDhatStacks *stacks, uint32_t n)
{
  Stacks *self = (Stacks *) stacks;
  Block *block = &self->block[self->filled % N_BLOCKS];

  g_return_val_if_fail (n <= HV_DHAT_MAX_STACK, NULL);
  if (BLOCK_SIZE - block->used < n + 1)
    {
      hand_over (self);
      block = &self->block[self->filled % N_BLOCKS];
      if (block->word == NULL)
        block->word = g_new (uint32_t, BLOCK_SIZE);
    }
  return block->word + block->used + 1;
}

void
hv_dhat_stacks_add (HvDhatStacks *stacks, uint32_t n)
{
  Stacks *self = (Stacks *) stacks;
  Block *block = &self->block[self->filled % N_BLOCKS];

  block->word[block->used] = n;
  block->used += n + 1;
}

void
hv_dhat_stacks_end (HvDhatStacks *stacks)
{
  Stacks *self = (Stacks *) stacks;
  Block *last = &self->block[self->filled % N_BLOCKS];

  if (self->thread)
    {
      g_mutex_lock (&self->mutex);
      self->filled += last->used > 0;
      g_mutex_unlock (&self->mutex);
      join (self, FALSE);
    }
  else
    take_block (self, last);
  G_STATIC_ASSERT (sizeof (HvChildLink) >= HV_DHAT_SCRATCH);
  stacks->scratch = g_steal_pointer (&self->children.link);
  clear_work (self);
}
