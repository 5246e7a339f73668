/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verify.h"

/* Whether FF /2 (call through register or memory), with this ModRM and SIB byte, is `length` long.
 */
static gboolean
is_indirect (const uint8_t *at, unsigned length)
{
  unsigned mod = at[1] >> 6, rm = at[1] & 7, size = 2;

  if (at[0] != 0xff || (at[1] >> 3 & 7) != 2)
    return FALSE;
  if (mod != 3 && rm == 4)
    {
      size++;
      if (length > 2 && mod == 0 && (at[2] & 7) == 5)
        size += 4;
    }
  else if (mod == 0 && rm == 5)
    size += 4;
  if (mod == 1)
    size += 1;
  else if (mod == 2)
    size += 4;
  return size == length;
}

static gboolean
follows_call_x86 (const uint8_t *before) /* the seven bytes before */
{
  if (before[2] == 0xe8)
    return TRUE;
  for (unsigned length = 2; length <= 7; length++)
    if (is_indirect (before + 7 - length, length))
      return TRUE;
  return FALSE;
}

static gboolean
follows_call_arm (uint32_t instruction)
{
  return (instruction & 0xfc000000) == 0x94000000     /* bl */
         || (instruction & 0xfffffc1f) == 0xd63f0000  /* blr */
         || (instruction & 0xfefff800) == 0xd63f0800; /* blraa and its kin */
}

/* So many calls tell the file that ran, nearly all of whose match, from one where one in forty
 * does; reading all that a large dump has would take longer than naming them from the cache. */
#define MAX_CHECKED 1024

HvVerdict
hv_verify_calls (HvElf *elf, const uint64_t *addresses, gsize n)
{
  gsize step = 1 + n / MAX_CHECKED;
  HvVerdict verdict = { 0, 0 };
  unsigned machine = hv_elf_machine (elf);
  unsigned size = machine == HV_ELF_X86_64 ? 7 : machine == HV_ELF_AARCH64 ? 4 : 0;

  for (gsize i = 0; size > 0 && i < n; i += step)
    {
      uint64_t returns_to = addresses[i] + 1;
      uint8_t bytes[8];
      uint32_t instruction;

      verdict.checked++;
      if (returns_to < size || !hv_elf_read (elf, returns_to - size, bytes, size))
        continue;
      memcpy (&instruction, bytes, sizeof instruction);
      verdict.calls += size == 7 ? follows_call_x86 (bytes)
                                 : follows_call_arm (GUINT32_FROM_LE (instruction));
    }
  return verdict;
}

#define PAGE 4096

gboolean
hv_verify_layout_known (const HvElf *elf, uint64_t offset, uint64_t size)
{
  /* pages of other machines may be larger than the linker's alignment */
  return hv_elf_machine (elf) == HV_ELF_X86_64 && offset >= PAGE && size >= PAGE
         && offset % PAGE == 0 && size % PAGE == 0 && size <= INT64_MAX && offset <= INT64_MAX;
}

gboolean
hv_verify_layout (HvElf *elf, uint64_t offset, uint64_t size)
{
  return !hv_verify_layout_known (elf, offset, size)
         || (!hv_elf_has_code (elf, offset - PAGE, PAGE) && hv_elf_has_code (elf, offset, PAGE)
             && hv_elf_has_code (elf, offset + size - PAGE, PAGE)
             && !hv_elf_has_code (elf, offset + size, PAGE));
}

gboolean
hv_verdict_ok (const HvVerdict *verdict)
{
  uint64_t wrong = verdict->checked - verdict->calls;

  /* one may be the interrupted instruction below a signal handler; of very few, one match is more
     than chance gives */
  if (verdict->checked < 8)
    return verdict->checked == 0 || verdict->calls > wrong;
  return wrong <= 1 || wrong * 50 <= verdict->checked;
}
