/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tree.h"

G_BEGIN_DECLS

/* What can be done to a tree beyond the patterns of HvTreeOptions, one function or call path at a
 * time. Focus and drop change the total; the others keep every byte and change where it shows. */
typedef enum
{
  HV_TRANSFORM_FOCUS,              /* only the paths through the function */
  HV_TRANSFORM_FOCUS_PATH,         /* only what is at and below the call path */
  HV_TRANSFORM_FOCUS_SELF,         /* only what the function itself allocates */
  HV_TRANSFORM_DROP,               /* the paths through the function are left out */
  HV_TRANSFORM_HIDE,               /* the function's calls are given to their callers */
  HV_TRANSFORM_HIDE_PATH,          /* … at one call path alone */
  HV_TRANSFORM_COLLAPSE,           /* what the function calls becomes its own */
  HV_TRANSFORM_COLLAPSE_MODULE,    /* calls within the function's module become one */
  HV_TRANSFORM_COLLAPSE_RECURSION, /* the function called again, with others between, is one call */
  HV_TRANSFORM_COLLAPSE_DIRECT,    /* the function calling itself is one call */
  HV_N_TRANSFORMS
} HvTransformKind;

typedef struct
{
  HvTransformKind kind;
  HvGroup group;        /* of the tree it was made for */
  char *label, *module; /* of the key it is about, as HvKey has them */
  char **path;          /* of the kinds …_PATH: label and module of each frame, outermost first */
} HvTransform;

/* About the key of `node`, or its call path, in a top-down tree; NULL for the root, and for a
 * module that is not known. */
HvTransform *hv_transform_new (HvTransformKind kind, const HvTree *tree, uint32_t node);

/* One that was described before: `path` has label and module of each frame in turn, for the kinds
 * …_PATH. NULL: there can be no such transform. */
HvTransform *hv_transform_restore (HvTransformKind kind, HvGroup group, const char *label,
                                   const char *module, const char *const *path);

/* Whether frames of a tree of `group` are told apart as those the transform was made for. It is
 * left out where they are not. */
gboolean hv_transform_applies (const HvTransform *transform, HvGroup group);

/* Threads may share a transform. */
HvTransform *hv_transform_ref (HvTransform *transform);
void hv_transform_unref (HvTransform *transform);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvTransform, hv_transform_unref)

G_END_DECLS
