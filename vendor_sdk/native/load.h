// Loading a library, the part that each operating system does its own way.
#ifndef MEDIAPUSHER_NATIVE_LOAD_H
#define MEDIAPUSHER_NATIVE_LOAD_H

#include <stddef.h>

// Returns the library, or NULL and the loader's words. The path is UTF-8.
void *mp_load(const char *path, char *words, size_t size);
void *mp_symbol(void *library, const char *name);
// Returns 0, or -1 and the loader's words.
int mp_unload(void *library, char *words, size_t size);
#ifdef _WIN32
// Writes a path, which is UTF-8, in the code page of the system. Returns 0 where that cannot be done.
int mp_local_path(const char *path, char *local, int size);
#endif

#endif
