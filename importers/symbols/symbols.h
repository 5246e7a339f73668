/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "importers/importer.h"

G_BEGIN_DECLS

/* Gives names to the unresolved frames of a profile that is not sealed (module and address, no
 * function): functions, files, lines and inlined chains from DWARF, else from the symbol tables.
 * What cannot be resolved stays; each module's status and build id are filled in, and what is
 * missing is said in the warnings. Frames that were named before, but not from debug information,
 * are asked for again; nothing gets worse. `changed` (may be NULL): whether any frame is another
 * one now. FALSE only when cancelled. */
gboolean hv_symbols_resolve (HvProfile *profile, const HvImportOptions *options, gboolean *changed,
                             GError **error);

/* Readable form of a mangled name (Itanium C++, Rust legacy and v0; others as they are), Rust
 * hashes and clone suffixes ("[clone .cold]", ".part.0", ".llvm.123") and symbol versions
 * ("@@GLIBC_2.2.5") dropped. Bounded in time and size whatever the name. Newly allocated. */
char *hv_demangle (const char *symbol);

G_END_DECLS
