/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/child-map.h"

#define N_NODES 20000

/* The model: a hash table of all pairs. */
typedef struct
{
  GHashTable *pairs; /* parent << 32 | key → child */
  HvChildMap map;
  uint32_t n;
} Both;

static gint64 *
pair_of (uint32_t parent, uint32_t key)
{
  gint64 pair = (gint64) parent << 32 | key;
  return g_memdup2 (&pair, sizeof pair);
}

static void
check (Both *both, uint32_t parent, uint32_t key)
{
  g_autofree gint64 *pair = pair_of (parent, key);
  gpointer known = g_hash_table_lookup (both->pairs, pair);

  g_assert_cmpuint (hv_child_map_find (&both->map, parent, key), ==, GPOINTER_TO_UINT (known));
}

static void
add (Both *both, uint32_t parent, uint32_t key)
{
  check (both, parent, key);
  if (hv_child_map_find (&both->map, parent, key))
    return;
  hv_child_map_add (&both->map, parent, key, both->n);
  g_hash_table_insert (both->pairs, pair_of (parent, key), GUINT_TO_POINTER (both->n));
  both->n++;
}

/* Parents among the last `near` nodes: a small number gives long chains, a large one wide nodes. */
static void
test_random (gconstpointer data)
{
  uint32_t near = GPOINTER_TO_UINT (data);
  Both both = { .pairs = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL),
                .n = 1 };
  GRand *rand = g_rand_new_with_seed (near);

  /* nothing is there yet */
  check (&both, 0, 0);
  check (&both, 77, 1);
  while (both.n < N_NODES)
    {
      uint32_t back = g_rand_int (rand) % MIN (near, both.n);
      uint32_t parent = near == 1 ? both.n - 1 : both.n - 1 - back;
      add (&both, near == G_MAXUINT32 ? g_rand_int (rand) % MIN (3, both.n) : parent,
           g_rand_int (rand) % (near == G_MAXUINT32 ? N_NODES : 20));
    }
  for (guint i = 0; i < N_NODES; i++)
    check (&both, g_rand_int (rand) % (N_NODES + 10), g_rand_int (rand) % 20);
  GHashTableIter iter;
  gpointer key;
  g_hash_table_iter_init (&iter, both.pairs);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      gint64 pair = *(gint64 *) key;
      check (&both, (uint32_t) (pair >> 32), (uint32_t) pair);
    }
  hv_child_map_clear (&both.map);
  check (&(Both){ .pairs = both.pairs }, N_NODES + 1, 1);
  g_rand_free (rand);
  g_hash_table_unref (both.pairs);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/child-map/chain", GUINT_TO_POINTER (1), test_random);
  g_test_add_data_func ("/child-map/bushy", GUINT_TO_POINTER (500), test_random);
  g_test_add_data_func ("/child-map/wide", GUINT_TO_POINTER (G_MAXUINT32), test_random);
  return g_test_run ();
}
