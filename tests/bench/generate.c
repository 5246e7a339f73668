/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* generate EVENTS SITES: a recording of heaptrack, version 3, on standard output, in which a
 * program allocates and frees EVENTS times in SITES stacks. The same numbers give the same
 * recording, and as many sites are the same ones however many events there are; it is for measuring
 * how the cost of an import grows, and heaptrack's own tools read it too. Sites come up over four
 * fifths of the run, few of them do most, and one block in five is freed at once. */

#define FUNCTIONS_A_MODULE 300
#define SITES_A_FUNCTION 12
#define CALLS_A_FUNCTION 4
#define STAMPS 20000
#define MAX_DEPTH 60
#define MAX_LIVE (1 << 20)

/* One for the stacks, one for what happens in them. */
static uint64_t of_stacks = UINT64_C (0x9e3779b97f4a7c15),
                of_events = UINT64_C (0x94d049bb133111eb);

/* xorshift64* */
static uint32_t
next (uint64_t *state, uint32_t below)
{
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return (uint32_t) (((*state * UINT64_C (0x2545f4914f6cdd1d)) >> 32) * below >> 32);
}

static uint32_t
chance (uint32_t below)
{
  return next (&of_events, below);
}

static uint32_t
choose (uint32_t below)
{
  return next (&of_stacks, below);
}

/* --- writing --- */

static char buffer[1 << 16];
static gsize filled;

static void
flush (void)
{
  if (fwrite (buffer, 1, filled, stdout) != filled)
    exit (1);
  filled = 0;
}

static void
put_line (char letter, const uint64_t *field, guint n)
{
  static const char digits[] = "0123456789abcdef";

  if (filled > sizeof buffer - 256)
    flush ();
  buffer[filled++] = letter;
  for (guint i = 0; i < n; i++)
    {
      buffer[filled++] = ' ';
      int shift = 60;
      while (shift && !(field[i] >> shift))
        shift -= 4;
      for (; shift >= 0; shift -= 4)
        buffer[filled++] = digits[field[i] >> shift & 15];
    }
  buffer[filled++] = '\n';
}
#define LINE(letter, ...)                                                                          \
  put_line (letter, (const uint64_t[]){ __VA_ARGS__ },                                             \
            G_N_ELEMENTS (((const uint64_t[]){ __VA_ARGS__ })))

static uint32_t n_strings;

static uint32_t
put_string (const char *text)
{
  flush ();
  printf ("s %zx %s\n", strlen (text), text);
  return ++n_strings;
}

/* --- the program --- */

typedef struct
{
  uint32_t trace, depth;
} Stack;

static uint32_t n_functions, n_ips, n_traces, n_infos;
static uint32_t *module, *file, *name; /* strings */
static uint32_t *ip;                   /* of each call of each function, 0: not written yet */
static Stack *stack;                   /* of each site */

static void
put_functions (guint n)
{
  guint n_modules = n / FUNCTIONS_A_MODULE + 1;

  n_functions = n;
  module = g_new (uint32_t, n_modules);
  file = g_new (uint32_t, n_modules);
  name = g_new (uint32_t, n);
  ip = g_new0 (uint32_t, (gsize) n * CALLS_A_FUNCTION);
  for (guint m = 0; m < n_modules; m++)
    {
      g_autofree char *path = g_strdup_printf ("/usr/lib/x86_64-linux-gnu/libpart%u.so.%u", m,
                                               m % 7);
      g_autofree char *source = g_strdup_printf ("/build/part%u/source/part_%u.cpp", m, m);
      module[m] = put_string (path);
      file[m] = put_string (source);
    }
  for (guint f = 0; f < n; f++)
    {
      g_autofree char *text = g_strdup_printf (
          "part%u::Class%u<std::vector<int, std::allocator<int>>>::method_%u(unsigned long)",
          f / FUNCTIONS_A_MODULE, f / 9, f);
      name[f] = put_string (text);
    }
}

/* A call from one of the function's lines. */
static uint32_t
put_trace (uint32_t function, uint32_t parent)
{
  guint part = function / FUNCTIONS_A_MODULE, line = choose (CALLS_A_FUNCTION);
  uint32_t *known = &ip[function * CALLS_A_FUNCTION + line];

  if (*known == 0)
    {
      LINE ('i', UINT64_C (0x7f0000000000) + (uint64_t) function * 4096 + line * 32, module[part],
            name[function], file[part], function % FUNCTIONS_A_MODULE * 20 + line);
      *known = ++n_ips;
    }
  LINE ('t', *known, parent);
  return ++n_traces;
}

/* A stack that branches off another one, and what is allocated there. */
static void
put_site (guint site)
{
  Stack at = site ? stack[choose (site)] : (Stack){ 0, 0 };

  if (at.depth > MAX_DEPTH - 8)
    at = (Stack){ 0, 0 };
  guint deeper = at.depth ? 1 + choose (5) : 8;
  for (guint i = 0; i < deeper; i++)
    at = (Stack){ put_trace (choose (n_functions), at.trace), at.depth + 1 };
  stack[site] = at;
  LINE ('a', (uint64_t) 8 << choose (11), at.trace);
  n_infos++;
}

int
main (int argc, char **argv)
{
  uint64_t n_events = argc == 3 ? g_ascii_strtoull (argv[1], NULL, 10) : 0;
  guint n_sites = argc == 3 ? (guint) g_ascii_strtoull (argv[2], NULL, 10) : 0;

  if (n_events == 0 || n_sites < 2)
    {
      fprintf (stderr, "generate EVENTS SITES\n");
      return 2;
    }
  g_autofree uint32_t *live = g_new (uint32_t, MAX_LIVE);
  uint32_t n_live = 0, busy[500] = { 0 };
  uint64_t a_site = MAX (1, n_events / n_sites * 4 / 5), a_stamp = MAX (1, n_events / STAMPS);

  printf ("v 10500 3\nX generate %s %s\nI 1000 5e298d\n", argv[1], argv[2]);
  put_functions (n_sites / SITES_A_FUNCTION + 20);
  stack = g_new (Stack, n_sites);
  for (uint64_t event = 0, stamp = 0; event < n_events; event++)
    {
      uint32_t n_known = n_infos;
      while (n_infos < 2 || (n_infos < n_sites && event >= n_infos * a_site))
        put_site (n_infos);
      if (event % a_stamp == a_stamp - 1)
        {
          LINE ('c', ++stamp * 10);
          LINE ('R', 0x4000 + n_live / 4);
        }
      /* a site comes up with its first block; more and more live, but for some */
      gboolean fresh = n_infos > n_known && n_live < MAX_LIVE;
      gboolean frees = n_live == MAX_LIVE || (n_live && chance (1000) < 480);
      if (fresh)
        {
          live[n_live++] = n_infos - 1;
          LINE ('+', n_infos - 1);
        }
      else if (frees)
        {
          /* mostly something new */
          uint32_t among = chance (8) ? 1000 : n_live;
          uint32_t which = n_live - 1 - (chance (5) ? chance (MIN (n_live, among)) : 0);
          LINE ('-', live[which]);
          live[which] = live[--n_live];
        }
      else
        {
          /* a program does a few things for a while, then others; not the first, since
           * heaptrack_print takes each free of that one for a temporary block's */
          uint32_t *pick = &busy[chance (G_N_ELEMENTS (busy))];
          if (*pick == 0 || chance (100) == 0)
            *pick = 1 + (chance (4) ? chance (1 + chance (n_infos - 1)) : chance (n_infos - 1));
          live[n_live++] = *pick;
          LINE ('+', *pick);
        }
    }
  flush ();
  printf ("# strings: %u\n# ips: %u\n\n", n_strings, n_ips);
  return ferror (stdout) || fflush (stdout) ? 1 : 0;
}
