/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "symtab.h"

#include "wanted.h"

/* Names of symbols are seldom long; many may be the ends of one text. */
#define MAX_NAME (1u << 16)
#define NAMES_PER_BYTE 16

enum
{
  STT_NOTYPE_ = 0,
  STT_FUNC_ = 2,
  STT_GNU_IFUNC_ = 10,
  STB_GLOBAL_ = 1,
  STB_WEAK_ = 2,
};

/* As in the file, little-endian. */
typedef struct
{
  uint32_t name; /* offset of it */
  uint8_t info, other;
  uint16_t section;
  uint64_t start, size;
} Entry;

typedef struct
{
  uint64_t start, end;
  uint64_t reach; /* the highest end so far */
  const char *name;
  uint32_t rank; /* of symbols at one address the lowest is shown */
} Symbol;

/* Of aliases the name people know: typed, global before weak before local, and "malloc" before
 * "__libc_malloc". */
static uint32_t
rank_of (unsigned kind, unsigned binding, const char *name)
{
  uint32_t scope = binding == STB_GLOBAL_ ? 0 : binding == STB_WEAK_ ? 1 : 2;
  uint32_t underscores = (uint32_t) MIN (strspn (name, "_"), 15);

  if (name[0] == '_' && (name[1] == 'Z' || name[1] == 'R'))
    underscores = 0;
  return (kind == STT_NOTYPE_) << 8 | scope << 4 | underscores;
}

/* Adds the symbols of a table that hold any address. Most do not: theirs are the names that are
 * never read, and those are many times the table's size. */
static void
add_symbols (HvElf *elf, uint32_t type, const HvWanted *wanted, GArray *symbols)
{
  HvSpan names, table = hv_elf_symbol_table (elf, type, &names);
  uint64_t budget = NAMES_PER_BYTE * names.size;

  for (uint64_t at = 0; table.size - at >= sizeof (Entry); at += sizeof (Entry))
    {
      Entry entry;
      memcpy (&entry, table.data + at, sizeof entry);
      uint64_t start = GUINT64_FROM_LE (entry.start), size = GUINT64_FROM_LE (entry.size);
      uint64_t end = start + MIN (size, UINT64_MAX - start);
      unsigned kind = entry.info & 15;
      /* functions, indirect ones, and assembler labels that have a size */
      if (!hv_wanted_any (wanted, start, end) || entry.section == 0
          || (kind != STT_FUNC_ && kind != STT_GNU_IFUNC_ && kind != STT_NOTYPE_))
        continue;
      uint32_t offset = GUINT32_FROM_LE (entry.name);
      const char *name = hv_span_name (names, offset, MIN (budget, MAX_NAME));
      budget -= MIN (budget, name ? strlen (name) : MAX_NAME);
      if (name == NULL || *name == 0)
        continue;
      Symbol symbol = {
        .start = start, .end = end, .name = name, .rank = rank_of (kind, entry.info >> 4, name)
      };
      g_array_append_val (symbols, symbol);
    }
}

/* By address, and of one address the best last. */
static int
compare_symbols (gconstpointer a, gconstpointer b)
{
  const Symbol *x = a, *y = b;

  if (x->start != y->start)
    return x->start < y->start ? -1 : 1;
  if (x->rank != y->rank)
    return x->rank > y->rank ? -1 : 1;
  return strcmp (y->name, x->name);
}

void
hv_symtab_find (HvElf *elf, const uint64_t *addresses, gsize n, const char **names)
{
  g_autoptr (GArray) symbols = g_array_new (FALSE, FALSE, sizeof (Symbol));
  g_auto (HvWanted) wanted = { 0 };
  uint64_t reach = 0;
  guint next = 0;

  if (n == 0)
    return;
  HvElf *packed = hv_elf_packed_symbols (elf);
  hv_wanted_init (&wanted, addresses, n);
  add_symbols (elf, HV_ELF_SYMTAB, &wanted, symbols);
  add_symbols (elf, HV_ELF_DYNSYM, &wanted, symbols);
  if (packed)
    add_symbols (packed, HV_ELF_SYMTAB, &wanted, symbols);
  g_array_sort (symbols, compare_symbols);

  Symbol *symbol = HV_ITEMS (symbols, Symbol);
  for (guint i = 0; i < symbols->len; i++)
    symbol[i].reach = reach = MAX (reach, symbol[i].end);
  for (gsize i = 0; i < n; i++)
    {
      while (next < symbols->len && symbol[next].start <= addresses[i])
        next++;
      /* a symbol may lie inside another; a bound on the way back keeps a hostile table harmless */
      for (guint k = next, steps = 0;
           k > 0 && names[i] == NULL && steps < 1000 && symbol[k - 1].reach > addresses[i];
           k--, steps++)
        if (symbol[k - 1].end > addresses[i])
          names[i] = symbol[k - 1].name;
    }
}
