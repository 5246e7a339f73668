/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#define APART __attribute__ ((noinline))

unsigned nested (unsigned n);
unsigned in_parallel (unsigned n);

/* Static, and so without a linkage name; the compiler clones and splits such. */
static APART char *
copy (const char *text, size_t extra)
{
  char *to = malloc (strlen (text) + extra);
  if (to == NULL)
    abort ();
  return strcpy (to, text);
}

static inline unsigned
length_of (const char *text)
{
  char *mine = copy (text, 1);
  unsigned n = (unsigned) strlen (mine);
  free (mine);
  return n;
}

#ifndef __clang__
unsigned
nested (unsigned n)
{
  unsigned total = 0;

  /* GNU C: functions in a function */
  APART unsigned add (const char *text)
  {
    unsigned twice (unsigned k)
    {
      free (malloc (k + n));
      return 2 * k;
    }
    total += twice (length_of (text));
    return total;
  }

  add ("one");
  add ("three");
  return total;
}
#else
unsigned
nested (unsigned n)
{
  return n + length_of ("one") + length_of ("three");
}
#endif

unsigned
in_parallel (unsigned n)
{
  unsigned total = 0;

#pragma omp parallel for reduction(+ : total)
  for (unsigned i = 0; i < n; i++)
    {
      char *text = copy ("text", i + 1);
      total += length_of (text);
      free (text);
    }
  return total;
}
