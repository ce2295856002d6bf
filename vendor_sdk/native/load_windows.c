//go:build (hiksdk || dahuasdk) && cgo

#include "load.h"

#include <windows.h>

#include <io.h>
#include <stdio.h>

static void say_why(char *words, size_t size)
{
	DWORD error = GetLastError();
	WCHAR said[512];
	DWORD length = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, error, 0, said, 512, NULL);

	while (length > 0 && (said[length - 1] == L'\n' || said[length - 1] == L'\r'))
		said[--length] = 0;
	if (length == 0 || WideCharToMultiByte(CP_UTF8, 0, said, -1, words, (int)size, NULL, NULL) == 0)
		snprintf(words, size, "error %lu", (unsigned long)error);
}

// Libraries print to standard output, where a worker speaks with its parent. C's descriptor 1, and the handle that the C runtimes of the
// libraries take theirs from, become standard error. The old handle is kept from being closed: it is the parent's pipe.
static void move_output(void)
{
	HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE), error = GetStdHandle(STD_ERROR_HANDLE);

	if (output == error)
		return;
	if (output != NULL && output != INVALID_HANDLE_VALUE)
		SetHandleInformation(output, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE);
	fflush(stdout);
	_dup2(2, 1);
	SetStdHandle(STD_OUTPUT_HANDLE, error);
	if (output != NULL && output != INVALID_HANDLE_VALUE)
		SetHandleInformation(output, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0);
}

void *mp_load(const char *path, char *words, size_t size)
{
	WCHAR wide[32768];
	HMODULE library;

	if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, wide, 32768) == 0) {
		say_why(words, size);
		return NULL;
	}
	move_output();
	// The altered search path looks for what the library needs beside it first.
	library = LoadLibraryExW(wide, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
	if (library == NULL)
		say_why(words, size);
	return (void *)library;
}

void *mp_symbol(void *library, const char *name)
{
	return (void *)GetProcAddress((HMODULE)library, name);
}

int mp_unload(void *library, char *words, size_t size)
{
	if (FreeLibrary((HMODULE)library))
		return 0;
	say_why(words, size);
	return -1;
}
