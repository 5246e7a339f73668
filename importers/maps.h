/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "store/profile.h"

G_BEGIN_DECLS

/* An executable mapping of the recorded process. */
typedef struct
{
  uint64_t start, end;    /* [start, end) */
  uint64_t offset;        /* in the file, of `start` */
  uint64_t device, inode; /* of the file, as stat() has them; inode 0: unknown */
  uint32_t path;          /* string of the profile; 0: anonymous */
} HvMapping;

/* A process's memory map, as dumps carry it. */
typedef struct
{
  GArray *mappings; /* of HvMapping; by start once ended */
  char *build;      /* what "$build" stands for in the paths that follow; NULL: itself */
} HvMaps;

void hv_maps_init (HvMaps *maps);
void hv_maps_clear (HvMaps *maps);

/* Takes one line of a map in any of the known shapes: Linux /proc/self/maps (gperftools pads it and
 * writes device 00:00), "start-end: path", FreeBSD's /proc/curproc/map and "build=…". Other lines,
 * and mappings that hold no code, are passed over. */
void hv_maps_add_line (HvMaps *maps, HvProfile *profile, const char *line, gsize length);

/* Call after the last line and before the functions below. */
void hv_maps_end (HvMaps *maps);

/* The mapping that holds `address`, or NULL. */
const HvMapping *hv_maps_find (const HvMaps *maps, uint64_t address);

/* Equal for dumps of one process: made of what the kernel maps at its start, at random places, the
 * program (lowest), the loader (highest) and [vdso], and not of the libraries between, which may
 * come and go. 0: the map names no file. */
uint64_t hv_maps_key (const HvMaps *maps, const HvProfile *profile);

G_END_DECLS
