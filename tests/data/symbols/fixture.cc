/* Source of the small objects beside it; built without headers or libraries:
 *   g++ -O2 -g -gdwarf-5 -shared -fPIC -nostdlib -fno-exceptions -ffile-prefix-map=$PWD=/src */
extern "C" void *take (unsigned long size);
extern "C" void give (void *block);

namespace {
struct Hidden
{
  int total;
  __attribute__ ((noinline)) void
  add (int n)
  {
    void *p = take ((unsigned long)n);
    total += n;
    give (p);
  }
};
}

namespace app {
template <typename T> struct Box
{
  T *block;
  inline __attribute__ ((always_inline))
  Box (unsigned long n) : block ((T *)take (n * sizeof (T)))
  {
  }
  inline __attribute__ ((always_inline)) ~Box () { give (block); }
};

static inline __attribute__ ((always_inline)) int
level2 (int n)
{
  Box<long> box ((unsigned long)n);
  return (int)box.block[0];
}

static inline __attribute__ ((always_inline)) int
level1 (int n)
{
  return level2 (n) + level2 (n + 1);
}

int
run (int n)
{
  Hidden hidden{ 0 };
  auto twice = [&] (int k) __attribute__ ((always_inline)) {
    hidden.add (k);
    hidden.add (level1 (k));
  };
  for (int i = 0; i < n; i++)
    twice (i);
  return hidden.total;
}
}

extern "C" int
entry (int n)
{
  int sum = app::run (n);
  give (take (1));
  return sum;
}
