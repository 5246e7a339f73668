/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cursor.h"

G_BEGIN_DECLS

/* A 64-bit little-endian ELF file: sections (decompressed), segments, build id, symbol tables. The
 * file is untrusted. */
typedef struct HvElf HvElf;

enum
{
  HV_ELF_X86_64 = 62,
  HV_ELF_AARCH64 = 183,

  HV_ELF_SYMTAB = 2,
  HV_ELF_DYNSYM = 11,
};

/* Opens a file; HV_ERROR_FORMAT when it is not such an ELF file, else G_IO_ERROR. */
HvElf *hv_elf_open (const char *path, GError **error);

/* Reads an ELF file in memory, which is not copied. */
HvElf *hv_elf_new_for_memory (const void *data, gsize size, GError **error);
void hv_elf_free (HvElf *elf);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvElf, hv_elf_free)

/* FALSE when the file was changed, or could not be read, since it was opened: what was read of it
 * is of no use. */
gboolean hv_elf_is_intact (const HvElf *elf);

/* In bytes. */
uint64_t hv_elf_size (const HvElf *elf);

/* What tells the file that is open from others, as it was when it was opened: size, inode, when its
 * content and when anything of it was changed. "" of one in memory. Newly allocated. */
char *hv_elf_identity (const HvElf *elf);

/* Gives back the memory of what was read of a large file and can be read again. Other threads may
 * read meanwhile. */
void hv_elf_drop_pages (const HvElf *elf);

/* EM_… */
unsigned hv_elf_machine (const HvElf *elf);

/* The content of a section (".debug_info"), decompressed, wherever it is compressed or called
 * ".zdebug_…". Absent, empty and damaged ones have no data. Lives as long as `elf`. */
HvSpan hv_elf_section (HvElf *elf, const char *name);

/* The content of the sections of a name, one a call; `at` is 0 before the first. FALSE when there
 * is no more. Relocatable files have a section a type. */
gboolean hv_elf_next_section (HvElf *elf, const char *name, uint32_t *at, HvSpan *content);

/* Lower-case hex, or NULL. */
const char *hv_elf_build_id (HvElf *elf);

/* Tells this build of the program from others, whose answers may differ; newly allocated. NULL: it
 * was linked without. */
char *hv_elf_own_build_id (void);

/* The name and checksum of the separate debug file (.gnu_debuglink); NULL when there is none. */
const char *hv_elf_debug_link (HvElf *elf, uint32_t *crc);

/* The name and build id (hex, newly allocated) of the file shared by several debug files
 * (.gnu_debugaltlink, made by dwz); NULL when there is none. */
const char *hv_elf_alt_link (HvElf *elf, char **build_id);

/* CRC-32 of the whole file. */
uint32_t hv_elf_crc (HvElf *elf);

/* The virtual address at which an offset of the file is loaded; FALSE when it is not. */
gboolean hv_elf_address (const HvElf *elf, uint64_t offset, uint64_t *address);

/* The content of the first segment of a type (PT_…) and where it is loaded; without data when there
 * is none. Lives as long as `elf`. */
HvSpan hv_elf_segment (HvElf *elf, uint32_t type, uint64_t *address);

/* Whether an address is in an executable segment. */
gboolean hv_elf_is_code (const HvElf *elf, uint64_t address);

/* Whether any of the `size` bytes at an offset of the file is in an executable segment. */
gboolean hv_elf_has_code (const HvElf *elf, uint64_t offset, uint64_t size);

/* Copies the `size` bytes at a virtual address; FALSE when the file does not hold them. */
gboolean hv_elf_read (HvElf *elf, uint64_t address, void *bytes, gsize size);

/* The symbol table of a type (SHT_…) and the texts its names are in; without data when there is
 * none. There is one at most of a type. Both live as long as `elf`. */
HvSpan hv_elf_symbol_table (HvElf *elf, uint32_t type, HvSpan *names);

/* The ELF file in .gnu_debugdata: distributions keep the names of internal functions there when
 * they strip a program, compressed by xz. NULL when there is none; belongs to `elf`. */
HvElf *hv_elf_packed_symbols (HvElf *elf);

G_END_DECLS
