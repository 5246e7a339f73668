/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewer/window/history.h"

/* More steps than anybody takes back. */
#define MAX_PLACES 200

struct HvHistory
{
  GPtrArray *places; /* HvPlace */
  guint now;
};

static void
place_free (gpointer data)
{
  HvPlace *place = data;

  g_clear_pointer (&place->question.options.transforms, g_ptr_array_unref);
  g_strfreev (place->zoom);
  g_free (place);
}

HvHistory *
hv_history_new (void)
{
  HvHistory *history = g_new0 (HvHistory, 1);

  history->places = g_ptr_array_new_with_free_func (place_free);
  return history;
}

void
hv_history_free (HvHistory *history)
{
  g_ptr_array_unref (history->places);
  g_free (history);
}

void
hv_history_visit (HvHistory *history, const HvPlace *place)
{
  GPtrArray *places = history->places;
  HvPlace *now = places->len ? g_ptr_array_index (places, history->now) : NULL;

  if (now && hv_question_equal (&now->question, &place->question)
      && g_strv_equal ((const char *const *) now->zoom, (const char *const *) place->zoom))
    {
      now->scale = place->scale;
      now->left = place->left;
      g_strfreev (place->zoom);
      return;
    }
  if (now)
    g_ptr_array_set_size (places, (int) history->now + 1);
  if (places->len == MAX_PLACES)
    g_ptr_array_remove_index (places, 0);
  HvPlace *added = g_memdup2 (place, sizeof *place);
  if (added->question.options.transforms)
    g_ptr_array_ref (added->question.options.transforms);
  g_ptr_array_add (places, added);
  history->now = places->len - 1;
}

const HvPlace *
hv_history_go (HvHistory *history, int by)
{
  gint64 to = (gint64) history->now + by;

  if (to < 0 || to >= history->places->len)
    return NULL;
  history->now = (guint) to;
  return g_ptr_array_index (history->places, history->now);
}
