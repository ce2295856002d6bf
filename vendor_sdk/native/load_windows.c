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

// Each C runtime that is in the process keeps descriptors of its own: the one of this program, and the one that newer libraries, and parts of
// Windows, are built with. Those that come later take theirs from the standard handles.
static void move_descriptor(const char *runtime)
{
	HMODULE module = GetModuleHandleA(runtime);
	int (*duplicate)(int, int) = module == NULL ? NULL : (int (*)(int, int))(void *)GetProcAddress(module, "_dup2");

	if (duplicate != NULL)
		duplicate(2, 1);
}

// Libraries print to standard output, where a worker speaks with its parent. Descriptor 1 of C, and the handle that the C runtimes of the
// libraries take theirs from, become standard error. The old handle is kept from being closed: it is Go's.
static BOOL CALLBACK move_output(PINIT_ONCE once, PVOID unused, PVOID *result)
{
	HANDLE output = (HANDLE)_get_osfhandle(1);
	BOOL kept = output != INVALID_HANDLE_VALUE &&
		SetHandleInformation(output, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE);

	(void)once, (void)unused, (void)result;
	fflush(stdout);
	move_descriptor("msvcrt.dll");
	move_descriptor("ucrtbase.dll");
	SetStdHandle(STD_OUTPUT_HANDLE, GetStdHandle(STD_ERROR_HANDLE));
	if (kept)
		SetHandleInformation(output, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0);
	return TRUE;
}

void *mp_load(const char *path, char *words, size_t size)
{
	static INIT_ONCE moved = INIT_ONCE_STATIC_INIT;
	WCHAR wide[32768];
	HMODULE library;

	if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, wide, 32768) == 0) {
		say_why(words, size);
		return NULL;
	}
	InitOnceExecuteOnce(&moved, move_output, NULL, NULL);
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

static int to_code_page(const WCHAR *wide, char *local, int size)
{
	BOOL lost = FALSE;

	if (GetACP() == CP_UTF8)
		return WideCharToMultiByte(CP_ACP, 0, wide, -1, local, size, NULL, NULL);
	return WideCharToMultiByte(CP_ACP, WC_NO_BEST_FIT_CHARS, wide, -1, local, size, NULL, &lost) != 0 && !lost;
}

int mp_local_path(const char *path, char *local, int size)
{
	WCHAR wide[32768], brief[32768];
	DWORD length;

	if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, wide, 32768) == 0)
		return 0;
	if (to_code_page(wide, local, size))
		return 1;
	length = GetShortPathNameW(wide, brief, 32768);
	return length != 0 && length < 32768 && to_code_page(brief, local, size);
}
