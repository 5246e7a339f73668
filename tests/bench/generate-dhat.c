/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* generate-dhat POINTS: a recording of Valgrind's DHAT, version 2, on standard output, of that many
 * program points with stacks of about 28 frames and access counts of most, as a compiler gives
 * them: a neighbour's stack has half of its frames in common, another address of a line is another
 * frame, and a stack comes up again from elsewhere. The same number gives the same recording. */

#define FUNCTIONS 6000
#define CALLS 3 /* of a function */
#define MAX_DEPTH 60

static uint64_t state = UINT64_C (0x9e3779b97f4a7c15);

/* xorshift64* */
static uint32_t
chance (uint32_t below)
{
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (uint32_t) (((state * UINT64_C (0x2545f4914f6cdd1d)) >> 32) * below >> 32);
}

/* The frames are numbered as they come up. */
static uint32_t number_of[FUNCTIONS * CALLS], frames[FUNCTIONS * CALLS], n_frames;

typedef struct
{
  uint32_t frame[MAX_DEPTH]; /* outermost first: function * CALLS + call */
  uint32_t depth;
} Stack;

/* Whether the stack is there for the first time: DHAT has one program point for each. */
static gboolean
is_new (GHashTable *known, const Stack *stack)
{
  uint64_t hash = 0;

  for (uint32_t i = 0; i < stack->depth; i++)
    hash = (hash ^ (stack->frame[i] + 1)) * UINT64_C (0x9e3779b97f4a7c15) ^ hash >> 29;
  return g_hash_table_add (known, GSIZE_TO_POINTER (hash));
}

/* Leaves a few calls and makes others. What a call reaches is the same each time but for virtual
 * ones. */
static void
go_on (Stack *stack)
{
  uint32_t depth = 16 + chance (25), kept = MIN (stack->depth, depth), left = 1 + chance (20);

  stack->depth = kept > left + 2 ? kept - left : MIN (kept, 2);
  while (stack->depth < depth)
    {
      uint32_t caller = stack->depth ? stack->frame[stack->depth - 1] : 0;
      uint32_t callee = (caller * 2654435761u + (chance (9) ? 0 : chance (4)) * 40503) % FUNCTIONS;
      stack->frame[stack->depth++] = callee * CALLS + chance (chance (11) ? 1 : CALLS);
    }
}

static void
put_stack (const Stack *stack)
{
  printf ("  ,\"fs\":[");
  for (uint32_t i = stack->depth; i-- > 0;)
    {
      uint32_t frame = stack->frame[i];
      if (number_of[frame] == 0)
        {
          frames[n_frames++] = frame;
          number_of[frame] = n_frames;
        }
      printf ("%u%s", number_of[frame], i ? "," : "");
    }
  printf ("]\n");
}

/* Runs of bytes: the count, or the length of a run below zero and the count. */
static void
put_accesses (uint32_t bytes)
{
  printf ("  ,\"acc\":[");
  for (uint32_t at = 0; at < bytes;)
    {
      uint32_t run = MIN (bytes - at, 4 + 4 * chance (8));
      printf ("%s-%u,%u", at ? "," : "", run, chance (4) ? chance (20) : chance (3000));
      at += run;
    }
  printf ("]\n");
}

static void
put_point (const Stack *stack, uint64_t now, gboolean first)
{
  uint32_t size = 8 + 8 * chance (chance (10) ? 40 : 4000), blocks = 1;
  uint64_t life = 0;

  if (chance (3) == 0)
    blocks += chance (chance (30) ? 20 : 50000);
  uint32_t most = blocks - chance (blocks), at_peak = chance (most + 1), at_end = chance (most + 1);
  for (uint32_t i = 0; i < MIN (blocks, 4); i++)
    life += (uint64_t) chance (chance (3) ? 100000 : UINT32_MAX) * 4;
  printf (" %c{\"tb\":%" G_GUINT64_FORMAT ",\"tbk\":%u\n  ,\"tl\":%" G_GUINT64_FORMAT "\n",
          first ? '[' : ',', (uint64_t) size * blocks, blocks, MIN (life, now));
  printf ("  ,\"mb\":%" G_GUINT64_FORMAT ",\"mbk\":%u\n", (uint64_t) size * most, most);
  printf ("  ,\"gb\":%" G_GUINT64_FORMAT ",\"gbk\":%u\n", (uint64_t) size * at_peak, at_peak);
  printf ("  ,\"eb\":%" G_GUINT64_FORMAT ",\"ebk\":%u\n", (uint64_t) size * at_end, at_end);
  printf ("  ,\"rb\":%u,\"wb\":%u\n", chance (size * 20), chance (size * 4));
  if (size <= 1024 && chance (20))
    put_accesses (size);
  put_stack (stack);
  printf ("  }\n");
}

int
main (int argc, char **argv)
{
  uint32_t n = argc == 2 ? (uint32_t) g_ascii_strtoull (argv[1], NULL, 10) : 0;
  Stack stack = { .depth = 0 };
  g_autoptr (GHashTable) known = g_hash_table_new (NULL, NULL);
  uint64_t end = UINT64_C (17207371981);

  if (n == 0)
    {
      fprintf (stderr, "generate-dhat POINTS\n");
      return 2;
    }
  printf ("{\"dhatFileVersion\":2\n,\"mode\":\"heap\",\"verb\":\"Allocated\"\n"
          ",\"bklt\":true,\"bkacc\":true\n,\"tu\":\"instrs\",\"Mtu\":\"Minstr\"\n,\"tuth\":500\n"
          ",\"cmd\":\"generate-dhat %u\"\n,\"pid\":1\n,\"te\":%" G_GUINT64_FORMAT
          "\n,\"tg\":%" G_GUINT64_FORMAT "\n,\"pps\":\n",
          n, end, end / 100 * 96);
  for (uint32_t i = 0; i < n; i++)
    {
      do
        go_on (&stack);
      while (!is_new (known, &stack));
      put_point (&stack, end, i == 0);
    }
  printf (" ]\n,\"ftbl\":\n [\"[root]\"\n");
  for (uint32_t i = 0; i < n_frames; i++)
    {
      uint32_t function = frames[i] / CALLS, line = frames[i] % CALLS;
      printf (" ,\"0x%X: part%u::Class%u<std::vector<int>>::method_%u(unsigned long) "
              "(part_%u.cpp:%u)\"\n",
              0x401000 + frames[i] * 64, function / 300, function / 9, function, function / 300,
              10 + function % 300 * 12 + line);
    }
  printf (" ]\n}\n");
  return ferror (stdout) || fflush (stdout) ? 1 : 0;
}
