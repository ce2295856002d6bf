//go:build (hiksdk || dahuasdk) && cgo

#include "load.h"

#include <dlfcn.h>
#include <stdio.h>

static void tell(char *words, size_t size)
{
	const char *said = dlerror();

	snprintf(words, size, "%s", said == NULL ? "the loader gives no reason" : said);
}

void *mp_load(const char *path, char *words, size_t size)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (library == NULL)
		tell(words, size);
	return library;
}

void *mp_symbol(void *library, const char *name)
{
	return dlsym(library, name);
}

int mp_unload(void *library, char *words, size_t size)
{
	if (dlclose(library) == 0)
		return 0;
	tell(words, size);
	return -1;
}
