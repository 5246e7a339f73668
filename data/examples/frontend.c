/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small service that grows, to make the example dumps from (see README.md beside it).
 *
 * It answers requests from a queue that it fills itself.  base.heap is taken once it is warm; then a new release is
 * "switched on" that keeps answers in a new cache and sessions in memory, and cur.heap is taken some time later:
 *
 *                                    base    current  MiB
 *   cache_insert                       20        320  entries are never evicted: easy to see, one path
 *   session_new                         0        150  leaked, but from three callers with 60, 50 and 40
 *   log_reserve                        30        110  as many buffers as before, each four times as large
 *   tls, dns, metrics, configuration   50         60
 *   index_build                       100        100
 *   parse_json                         60         60
 *   old_cache_put                      40          0  what the new cache replaced
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Weak, so that it also links and runs without jemalloc (and then takes no dumps). */
extern int mallctl (const char *, void *, size_t *, void *, size_t) __attribute__ ((weak));

/* Every function here stands for one of a real program: none may disappear from the stacks. */
#define FRAME __attribute__ ((noinline, noclone))

enum
{
  KIB = 1024,
  MIB = 1024 * KIB,
  ENTRY_SIZE = 5 * KIB,
  SESSION_SIZE = 3 * KIB,
  OLD_ENTRY_SIZE = 4 * KIB,
  PAGE_SIZE = 16 * KIB,
  NAME_SIZE = 256,
  LOG_BUFFERS = 450,
};

typedef enum
{
  REQUEST_PAGE,
  REQUEST_OLD_PAGE,
  REQUEST_LOGIN,
  REQUEST_OAUTH,
  REQUEST_RESUME,
  REQUEST_UPLOAD,
  REQUEST_HANDSHAKE,
  REQUEST_LOOKUP,
  REQUEST_METRICS,
  N_REQUESTS
} Request;

typedef struct
{
  void **items;
  size_t n_items;
  size_t n_allocated;
} Bag;

static Bag cache, old_cache, sessions, documents, pages, names, settings, tls, dns, metrics;
static char *log_buffers[LOG_BUFFERS];
static size_t log_size;

/* The bags' own arrays would be noise in the picture: they live outside the heap that is measured. */
static void
bag_add (Bag *bag, void *item)
{
  static void *slots[1 << 22];
  static size_t n_slots;

  if (bag->n_items == bag->n_allocated)
    {
      size_t wanted = bag->n_allocated ? bag->n_allocated * 2 : 1024;

      if (n_slots + wanted > sizeof slots / sizeof *slots || item == NULL)
        abort ();
      if (bag->n_items)
        memcpy (slots + n_slots, bag->items, bag->n_items * sizeof *slots);
      bag->items = slots + n_slots;
      bag->n_allocated = wanted;
      n_slots += wanted;
    }
  memset (item, 0, 16);
  bag->items[bag->n_items++] = item;
}

FRAME static void
cache_insert (void)
{
  bag_add (&cache, malloc (ENTRY_SIZE));
}

FRAME static void
old_cache_put (void)
{
  bag_add (&old_cache, malloc (OLD_ENTRY_SIZE));
}

FRAME static void
old_cache_drop (void)
{
  while (old_cache.n_items > 0)
    free (old_cache.items[--old_cache.n_items]);
}

FRAME static void
session_new (void)
{
  bag_add (&sessions, calloc (1, SESSION_SIZE));
}

FRAME static void
login (void)
{
  session_new ();
  __asm__ volatile ("");
}

FRAME static void
oauth_callback (void)
{
  session_new ();
  __asm__ volatile ("");
}

FRAME static void
resume_token (void)
{
  session_new ();
  __asm__ volatile ("");
}

FRAME static void
json_string (void)
{
  bag_add (&documents, malloc (512));
}

FRAME static void
json_array (void)
{
  bag_add (&documents, malloc (4 * KIB));
}

FRAME static void
parse_json (void)
{
  for (int i = 0; i < 8; i++)
    json_string ();
  json_array ();
}

FRAME static void
tls_handshake (void)
{
  bag_add (&tls, malloc (32 * KIB));
}

FRAME static void
dns_resolve (void)
{
  bag_add (&dns, malloc (KIB));
}

FRAME static void
metrics_label (void)
{
  bag_add (&metrics, malloc (320));
}

FRAME static void
config_load (void)
{
  for (size_t size = 0; size < 12 * MIB; size += 2 * KIB)
    bag_add (&settings, malloc (2 * KIB));
}

FRAME static void
index_page (void)
{
  bag_add (&pages, malloc (PAGE_SIZE));
}

FRAME static void
index_name (void)
{
  bag_add (&names, malloc (NAME_SIZE));
}

FRAME static void
index_build (void)
{
  for (size_t size = 0; size < 60 * MIB; size += PAGE_SIZE)
    index_page ();
  for (size_t size = 0; size < 40 * MIB; size += NAME_SIZE)
    index_name ();
}

FRAME static void
log_reserve (size_t i)
{
  if ((log_buffers[i] = realloc (log_buffers[i], log_size)) == NULL)
    abort ();
  log_buffers[i][0] = 0;
}

FRAME static void
log_flush (size_t size)
{
  log_size = size;
  for (size_t i = 0; i < LOG_BUFFERS; i++)
    log_reserve (i);
}

FRAME static void
handle (Request request)
{
  switch (request)
    {
    case REQUEST_PAGE:
      cache_insert ();
      break;
    case REQUEST_OLD_PAGE:
      old_cache_put ();
      break;
    case REQUEST_LOGIN:
      login ();
      break;
    case REQUEST_OAUTH:
      oauth_callback ();
      break;
    case REQUEST_RESUME:
      resume_token ();
      break;
    case REQUEST_UPLOAD:
      parse_json ();
      break;
    default:
      abort ();
    }
  __asm__ volatile ("");
}

/* Serves n[k] requests of each kind k, the kinds interleaved as they would be in traffic. */
FRAME static void
rt_poll (const size_t n[N_REQUESTS], size_t log_bytes)
{
  size_t most = 0;

  for (int k = 0; k < N_REQUESTS; k++)
    if (n[k] > most)
      most = n[k];
  for (size_t i = 0; i < most; i++)
    for (int k = 0; k < N_REQUESTS; k++)
      {
        /* Spread evenly: request j of n falls into round j * most / n. */
        if (n[k] * (i + 1) / most == n[k] * i / most)
          continue;
        if (k == REQUEST_HANDSHAKE)
          tls_handshake ();
        else if (k == REQUEST_LOOKUP)
          dns_resolve ();
        else if (k == REQUEST_METRICS)
          metrics_label ();
        else
          handle ((Request) k);
      }
  log_flush (log_bytes);
}

static void
dump (const char *path)
{
  if (mallctl == NULL || mallctl ("prof.dump", NULL, NULL, &path, sizeof path) != 0)
    {
      fprintf (stderr, "frontend: no dump: run it under a jemalloc with profiling (./make does)\n");
      exit (1);
    }
}

int
main (void)
{
  static const size_t warm[N_REQUESTS] = {
    [REQUEST_PAGE] = 20 * MIB / ENTRY_SIZE,   [REQUEST_OLD_PAGE] = 40 * MIB / OLD_ENTRY_SIZE,
    [REQUEST_UPLOAD] = 60 * MIB / (8 * KIB),  [REQUEST_HANDSHAKE] = 18 * MIB / (32 * KIB),
    [REQUEST_LOOKUP] = 6 * MIB / KIB,         [REQUEST_METRICS] = 14 * MIB / 320,
  };
  static const size_t later[N_REQUESTS] = {
    [REQUEST_PAGE] = 300 * MIB / ENTRY_SIZE,  [REQUEST_LOGIN] = 60 * MIB / SESSION_SIZE,
    [REQUEST_OAUTH] = 50 * MIB / SESSION_SIZE, [REQUEST_RESUME] = 40 * MIB / SESSION_SIZE,
    [REQUEST_HANDSHAKE] = 6 * MIB / (32 * KIB), [REQUEST_LOOKUP] = 2 * MIB / KIB,
    [REQUEST_METRICS] = 2 * MIB / 320,
  };

  config_load ();
  index_build ();
  rt_poll (warm, 30 * MIB / LOG_BUFFERS);
  dump ("base.heap");

  old_cache_drop ();
  rt_poll (later, 110 * MIB / LOG_BUFFERS);
  dump ("cur.heap");
  return 0;
}
