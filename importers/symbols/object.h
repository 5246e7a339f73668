/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "dwsplit.h"
#include "elf.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* A program or library with the files its debug information is in: names many addresses at once. */
typedef struct HvObject HvObject;

typedef struct
{
  const char *function; /* as in the file: mostly mangled */
  const char *readable; /* the same demangled */
  const char *file;     /* NULL: unknown */
  uint32_t line;
  gboolean inlined;     /* into the next frame */
  gboolean symbol_only; /* known from the symbol table alone */
  gboolean incomplete;  /* the rest is in a file that was not found */
} HvObjectFrame;

/* What is at the `index`th address, innermost frame first. The frames live during the call, their
 * strings as long as hv_object_resolve runs; an equal one mostly has the same address. */
typedef void (*HvObjectSink) (gsize index, const HvObjectFrame *frames, gsize n, gpointer user);

/* Takes the files over. `debug` is the separate debug file of `main`, `alt` what those share (dwz);
 * both may be NULL. */
HvObject *hv_object_new (HvElf *main, HvElf *debug, HvElf *alt);
void hv_object_free (HvObject *object);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvObject, hv_object_free)

/* Where the object's split debug information is looked for; taken over. Without, nowhere. */
void hv_object_set_split (HvObject *object, HvSplit *split);

/* The paths of files with split debug information that were looked for and not found: a set of char
 * * that lives as long as the object. */
GHashTable *hv_object_missing (const HvObject *object);

HvElf *hv_object_elf (HvObject *object);
gboolean hv_object_has_debug_info (HvObject *object);

/* The start of the function at an address, where nothing else is known of it. */
gboolean hv_object_function_start (HvObject *object, uint64_t address, uint64_t *start);

/* Whether a file was changed, or could not be read, while addresses were named. */
gboolean hv_object_is_damaged (const HvObject *object);

/* Calls `sink` for each of the ELF virtual addresses that something is known of, in the order given
 * and from the calling thread, though several may work. FALSE, and no call, when cancelled or when
 * a file was changed meanwhile (hv_object_is_damaged). */
gboolean hv_object_resolve (HvObject *object, const uint64_t *addresses, gsize n,
                            GCancellable *cancellable, HvObjectSink sink, gpointer user);

G_END_DECLS
