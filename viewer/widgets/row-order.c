/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/widgets/row-order.h"

#include <string.h>

typedef struct
{
  int64_t value;
  uint32_t before, row;
} Place;

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const Place *x = a, *y = b;

  if (x->value != y->value)
    return x->value < y->value ? -1 : 1;
  return (x->before > y->before) - (x->before < y->before);
}

void
hv_rows_sort (GArray *rows, const int64_t *value, gboolean descending)
{
  g_autofree Place *place = g_new (Place, rows->len);
  uint32_t *row = (uint32_t *) (gpointer) rows->data;

  for (guint i = 0; i < rows->len; i++)
    place[i] = (Place){ descending ? -value[row[i]] : value[row[i]], i, row[i] };
  qsort (place, rows->len, sizeof *place, compare_places);
  for (guint i = 0; i < rows->len; i++)
    row[i] = place[i].row;
}

typedef struct
{
  char *text; /* its collation key */
  uint32_t key;
} Name;

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (((const Name *) a)->text, ((const Name *) b)->text);
}

uint32_t *
hv_rank_keys (const HvTree *tree, char *(*text) (const HvKey *key))
{
  g_autofree Name *name = g_new (Name, tree->n_keys);
  uint32_t *rank = g_new0 (uint32_t, MAX (1, tree->n_keys));

  for (uint32_t k = 0; k < tree->n_keys; k++)
    {
      g_autofree char *shown = text (&tree->key[k]);
      name[k] = (Name){ g_utf8_collate_key (shown, -1), k };
    }
  qsort (name, tree->n_keys, sizeof *name, compare_names);
  for (uint32_t i = 0, at = 0; i < tree->n_keys; i++)
    {
      if (i && strcmp (name[i].text, name[i - 1].text) != 0)
        at = i;
      rank[name[i].key] = at;
    }
  for (uint32_t i = 0; i < tree->n_keys; i++)
    g_free (name[i].text);
  return rank;
}
