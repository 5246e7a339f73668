// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared.h"

#include <algorithm>
#include <functional>
#include <map>

volatile unsigned sink;

Shape::~Shape ()
{
  free (own (1));
}

std::string
Shape::name () const
{
  return std::string (sink & 1 ? "shape" : "a shape without any name") + std::to_string (area ());
}

namespace
{
struct Square final : Shape
{
  unsigned side = 3;
  unsigned
  area () const override
  {
    return deepest (side * side);
  }
};

struct Hidden
{
  std::vector<int> v;

  APART void
  grow (int n)
  {
    for (int i = 0; i < n; i++)
      v.push_back (i * 3);
  }

  inline void
  twice (int n)
  {
    grow (n);
    grow (n + 1);
  }
};

namespace inner
{
APART unsigned
hidden_function (const std::string &text)
{
  return deep ((unsigned) text.size ());
}
}
}

namespace app
{
template <typename T> struct Box
{
  std::map<std::string, T> map;

  T &
  at (const std::string &key)
  {
    return map[key];
  }
};

APART static unsigned
may_fail (unsigned n)
{
  if (n > 1000)
    throw std::string ("too much: ") + std::to_string (n);
  return deepest (n);
}

APART int
run (int n)
{
  Box<std::vector<unsigned> > box;
  auto add = [&] (int k) { box.at (std::to_string (k)).push_back (deep ((unsigned) k)); };
  for (int i = 0; i < n; i++)
    add (i);
  std::function<unsigned (unsigned)> later = [&box] (unsigned k) {
    auto inside = [k] (unsigned m) { return deepest (k) + may_fail (m); };
    return inside (k) + inside ((unsigned) box.map.size ());
  };
  Hidden hidden;
  hidden.twice (n);
  std::vector<std::string> names;
  for (auto &pair : box.map)
    names.push_back (pair.first + "x");
  std::sort (names.begin (), names.end (), [] (const std::string &a, const std::string &b) {
    return std::string (a.rbegin (), a.rend ()) < b;
  });
  Table<unsigned, 4> table;
  table.add ((unsigned) n);
  struct Local
  {
    APART static unsigned
    member (unsigned k)
    {
      return deepest (k + 1);
    }
  };
  try
    {
      sink += later ((unsigned) n) + Local::member (sink);
    }
  catch (const std::string &message)
    {
      sink += inner::hidden_function (message);
    }
  return (int) (names.size () + table.count () + hidden.v.size ());
}
}

int
main (int argc, char **)
{
  Square square;
  const Shape *volatile shape = &square;
  sink += shape->area () + (unsigned) shape->name ().size ();
  free (call_in_assembler (7));
  return app::run (argc * 10) + (int) second_unit ((unsigned) argc) + (int) nested (3)
         + (int) in_parallel (4);
}
