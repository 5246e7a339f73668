/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "importers/symbols/object.h"
#include "importers/symbols/verify.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define N_ADDRESSES 64

static void
touch (gsize index, const HvObjectFrame *frames, gsize n, gpointer user)
{
  gsize *sum = user;

  for (gsize i = 0; i < n; i++)
    *sum += strlen (frames[i].function) + (frames[i].file ? strlen (frames[i].file) : 0)
            + frames[i].line;
}

/* The file that a split unit named "/proc/self/fd/100" is in; the seeds' are called so. */
static void
set_split_file (const uint8_t *data, size_t size)
{
  enum
  {
    NUMBER = 100
  };
  static int fd;

  if (fd != NUMBER)
    fd = dup2 (memfd_create ("split", MFD_CLOEXEC), NUMBER);
  if (fd != NUMBER || ftruncate (fd, 0) != 0 || pwrite (fd, data, size, 0) != (ssize_t) size)
    abort ();
}

/* The input is a program, its own debug file, the file that shares, that of a split unit and the
 * package of them: all are read from a disk that others write to. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  HvElf *main = hv_elf_new_for_memory (data, size, NULL);
  uint64_t addresses[N_ADDRESSES];
  g_autofree char *alt_build_id = NULL;
  gsize n = 0, sum = 0;
  uint64_t start;
  uint32_t crc;

  if (main == NULL)
    return 0;
  set_split_file (data, size);
  for (unsigned i = 0; i < N_ADDRESSES; i++)
    n += hv_elf_address (main, size / N_ADDRESSES * i, &addresses[n]);
  hv_elf_build_id (main);
  hv_elf_debug_link (main, &crc);
  hv_elf_alt_link (main, &alt_build_id);
  hv_verify_calls (main, addresses, n);

  g_autoptr (HvObject)
      object = hv_object_new (main, NULL, hv_elf_new_for_memory (data, size, NULL));
  HvElf *package = hv_elf_new_for_memory (data, size, NULL);
  hv_object_set_split (object, hv_split_new_for_package (package));
  hv_object_resolve (object, addresses, n, NULL, touch, &sum);
  for (gsize i = 0; i < n; i++)
    hv_object_function_start (object, addresses[i], &start);
  return 0;
}
