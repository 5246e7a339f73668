/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/* Valgrind writes at most 500 real frames; inlined ones come on top. */
#define HV_DHAT_MAX_STACK 65536

#define HV_DHAT_SCRATCH 12

/* The stacks of a file as a tree. The frame table comes behind the program points, so a node is
 * that of an index into it. The tree is made in a thread of its own, some stacks behind who reads
 * them. */
typedef struct
{
  /* To be looked at only after hv_dhat_stacks_end(). Node 0 is that of no frame; parents come
   * before children, and nodes in the order in which the stacks need them, outermost first. */
  uint32_t n_nodes;
  uint32_t *parent, *index;
  uint32_t n_stacks;
  uint32_t *leaf; /* by stack: the node of its innermost frame */
  gboolean full;  /* more than can be held: the rest is left out */
  /* What the tree was made with, HV_DHAT_SCRATCH bytes a node: for any use, nothing of it is needed
   * any more. */
  gpointer scratch;
} HvDhatStacks;

/* `file_size`: of the whole file, 0 when it is not known. */
HvDhatStacks *hv_dhat_stacks_new (uint64_t file_size);
void hv_dhat_stacks_free (HvDhatStacks *stacks);

/* Room for the next stack of `n` indices, at most HV_DHAT_MAX_STACK, as the file has them:
 * innermost first. */
uint32_t *hv_dhat_stacks_room (HvDhatStacks *stacks, uint32_t n);

/* The stack is there. */
void hv_dhat_stacks_add (HvDhatStacks *stacks, uint32_t n);

/* Waits for the tree of all of them. */
void hv_dhat_stacks_end (HvDhatStacks *stacks);

G_END_DECLS
