/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdlib.h>
#include <string>
#include <vector>

/* Inlined in both units: the linker keeps one copy of what stays a function. */

#define INLINE static inline __attribute__ ((always_inline))
#define APART __attribute__ ((noinline))

extern volatile unsigned sink;

APART static void *
own (unsigned n)
{
  sink += n;
  return malloc (n);
}

INLINE unsigned
deepest (unsigned n)
{
  free (own (n));
  return n;
}

INLINE unsigned
deeper (unsigned n)
{
  return deepest (n) + deepest (n + 1);
}

INLINE unsigned
deep (unsigned n)
{
  unsigned sum = 0;
  for (unsigned i = 0; i < n; i++)
    sum += deeper (i);
  return sum + deepest (n * 2);
}

template <typename Key, unsigned N> struct Table
{
  std::vector<Key> rows[N];

  void
  add (Key key)
  {
    rows[deep (key) % N].push_back (key);
  }

  APART unsigned
  count () const
  {
    unsigned n = 0;
    for (auto &row : rows)
      n += (unsigned) row.size () + deepest (n);
    return n;
  }
};

struct Shape
{
  virtual ~Shape ();
  virtual unsigned area () const = 0;
  virtual std::string name () const;
};

unsigned second_unit (unsigned n);
extern "C" unsigned nested (unsigned n);
extern "C" unsigned in_parallel (unsigned n);
extern "C" void *call_in_assembler (unsigned n);
