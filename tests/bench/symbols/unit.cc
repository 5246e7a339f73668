/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One of many alike units of a program with much debug information: what the standard library's
 * templates are for types of its own. UNIT is its namespace, RUN its function. */
#include <algorithm>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <unordered_map>
#include <variant>
#include <vector>

namespace UNIT
{

template <int N> struct Key
{
  std::string name;
  long number = 0;

  bool
  operator<(const Key &other) const
  {
    return std::tie (number, name) < std::tie (other.number, other.name);
  }

  bool
  operator== (const Key &other) const
  {
    return number == other.number && name == other.name;
  }
};

template <int N> struct Hash
{
  std::size_t
  operator() (const Key<N> &key) const
  {
    return std::hash<std::string> () (key.name) ^ std::size_t (key.number);
  }
};

template <int N> struct Value
{
  std::variant<long, double, std::string, std::vector<Key<N>>> what;
  std::optional<Key<N>> origin;
  std::shared_ptr<Value> next;
};

template <int N> struct Table
{
  std::map<Key<N>, std::vector<Value<N>>> sorted;
  std::unordered_map<Key<N>, std::shared_ptr<Value<N>>, Hash<N>> hashed;
  std::set<Key<N>> keys;
  std::deque<Value<N>> queue;
  std::list<std::tuple<Key<N>, Value<N>>> pairs;
  std::vector<std::function<long (const Value<N> &)>> measures;

  void
  fill (std::size_t n)
  {
    for (std::size_t i = 0; i < n; i++)
      {
        Key<N> key{ "key " + std::to_string (i), long (i) };
        Value<N> value{ std::string (i % 50 + 20, 'x'), key, std::make_shared<Value<N>> () };
        if (i % 3 == 0)
          value.what = std::vector<Key<N>> (i % 7, key);
        else if (i % 3 == 1)
          value.what = double (i);
        sorted[key].push_back (value);
        hashed.emplace (key, std::make_shared<Value<N>> (value));
        keys.insert (key);
        queue.push_front (value);
        pairs.emplace_back (key, std::move (value));
      }
    measures.push_back ([] (const Value<N> &v) { return long (v.what.index ()); });
    measures.push_back (
        [this] (const Value<N> &v) { return v.origin ? long (keys.count (*v.origin)) : 0; });
  }

  long
  sum () const
  {
    std::vector<Key<N>> order (keys.begin (), keys.end ());
    std::sort (order.begin (), order.end (), [] (const auto &a, const auto &b) { return b < a; });
    std::stable_sort (order.begin (), order.end ());
    long total = std::accumulate (order.begin (), order.end (), 0L,
                                  [] (long s, const Key<N> &k) { return s + k.number; });
    for (const auto &[key, values] : sorted)
      for (const auto &value : values)
        for (const auto &measure : measures)
          total += measure (value);
    for (const auto &value : queue)
      total += std::visit (
          [] (const auto &held) -> long
          {
            if constexpr (std::is_arithmetic_v<std::decay_t<decltype (held)>>)
              return long (held);
            else
              return long (held.size ());
          },
          value.what);
    std::ostringstream text;
    for (const auto &[key, value] : pairs)
      text << key.name << value.what.index ();
    return total + long (text.str ().size ());
  }
};

/* What it keeps is found in the dump at the end. */
template <int N>
long
work (std::size_t n)
{
  auto table = std::make_unique<Table<N>> ();
  table->fill (n);
  auto kept = new Table<N> (*table);
  return table->sum () + kept->sum ();
}

} // namespace UNIT

long
RUN (std::size_t n)
{
  return UNIT::work<0> (n) + UNIT::work<1> (n) + UNIT::work<2> (n) + UNIT::work<3> (n);
}
