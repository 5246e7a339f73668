/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filemap.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

/* Mapped at a time. The handler of the signal looks through them, so they stay where they are. */
#define MAX_MAPS 256

struct HvFileMap
{
  _Atomic uintptr_t start; /* 0: free */
  _Atomic uintptr_t end;   /* of the reservation: a page of zeros is the last */
  atomic_bool damaged;
  uint64_t size;
};

static HvFileMap maps[MAX_MAPS];
static GMutex maps_lock; /* of `start` being set, never taken by the handler */
static uintptr_t page_size;
static struct sigaction handler_before;

/* The map that holds an address. One that is being made or freed meanwhile is not it: whoever
 * faults in a map keeps it. */
static HvFileMap *
find_map (uintptr_t address)
{
  for (gsize i = 0; i < MAX_MAPS; i++)
    {
      uintptr_t start = atomic_load (&maps[i].start), end = atomic_load (&maps[i].end);
      if (start != 0 && address >= start && address < end && atomic_load (&maps[i].start) == start)
        return &maps[i];
    }
  return NULL;
}

static void
call_handler_before (int number, siginfo_t *info, void *context)
{
  if (handler_before.sa_flags & SA_SIGINFO)
    handler_before.sa_sigaction (number, info, context);
  else if (handler_before.sa_handler == SIG_DFL || handler_before.sa_handler == SIG_IGN)
    {
      /* the instruction is run again, and ends the process as if nobody had asked; of a signal that
         was sent there is none */
      signal (number, SIG_DFL);
      if (info->si_code <= 0 && handler_before.sa_handler == SIG_DFL)
        raise (number);
    }
  else
    handler_before.sa_handler (number);
}

/* Puts zeros in place of what the file does not hold any more. In a shrunken file that is all up to
 * the end; one page a time would need as many mappings. Only calls what a handler may: mmap() is a
 * bare system call. */
static void
on_bus_error (int number, siginfo_t *info, void *context)
{
  uintptr_t address = (uintptr_t) info->si_addr;
  HvFileMap *map = info->si_code == BUS_ADRERR ? find_map (address) : NULL;
  int saved = errno;

  if (map)
    {
      uintptr_t page = address - address % page_size;
      atomic_store (&map->damaged, TRUE);
      if (mmap ((void *) page, atomic_load (&map->end) - page, PROT_READ,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0)
          == MAP_FAILED)
        map = NULL;
    }
  errno = saved;
  if (map == NULL)
    call_handler_before (number, info, context);
}

static gboolean
install_handler (void)
{
  static gsize installed; /* 1: yes, 2: it cannot be done */

  if (g_once_init_enter (&installed))
    {
      struct sigaction action = { .sa_sigaction = on_bus_error,
                                  .sa_flags = SA_SIGINFO | SA_ONSTACK };
      long size = sysconf (_SC_PAGESIZE);
      page_size = size > 0 ? (uintptr_t) size : 4096;
      sigemptyset (&action.sa_mask);
      g_once_init_leave (&installed, sigaction (SIGBUS, &action, &handler_before) == 0 ? 1 : 2);
    }
  return installed == 1;
}

/* Enters a map in a free place; NULL when there is none. */
static HvFileMap *
enter (uintptr_t start, uintptr_t end, uint64_t size)
{
  HvFileMap *map = NULL;

  g_mutex_lock (&maps_lock);
  for (gsize i = 0; i < MAX_MAPS && map == NULL; i++)
    if (atomic_load (&maps[i].start) == 0)
      map = &maps[i];
  if (map)
    {
      map->size = size;
      atomic_store (&map->damaged, FALSE);
      atomic_store (&map->end, end);
      atomic_store (&map->start, start);
    }
  g_mutex_unlock (&maps_lock);
  return map;
}

HvFileMap *
hv_file_map_new (int fd, uint64_t size)
{
  if (size == 0 || size > INTPTR_MAX / 2 || !install_handler ())
    return NULL;
  gsize whole = (size + page_size - 1) / page_size * page_size + page_size;
  void *start = mmap (NULL, whole, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED)
    return NULL;

  HvFileMap *map = NULL;
  if (mmap (start, size, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) != MAP_FAILED)
    map = enter ((uintptr_t) start, (uintptr_t) start + whole, size);
  if (map == NULL)
    munmap (start, whole);
  return map;
}

void
hv_file_map_free (HvFileMap *map)
{
  if (map == NULL)
    return;
  uintptr_t start = atomic_load (&map->start), end = atomic_load (&map->end);
  /* before the addresses can be another map's */
  g_mutex_lock (&maps_lock);
  atomic_store (&map->start, 0);
  g_mutex_unlock (&maps_lock);
  munmap ((void *) start, end - start);
}

HvSpan
hv_file_map_span (const HvFileMap *map)
{
  return (HvSpan){ (const uint8_t *) atomic_load (&map->start), map->size };
}

gboolean
hv_file_map_is_damaged (const HvFileMap *map)
{
  return atomic_load (&map->damaged);
}

void
hv_file_map_drop (HvFileMap *map)
{
  madvise ((void *) atomic_load (&map->start), map->size, MADV_DONTNEED);
}
