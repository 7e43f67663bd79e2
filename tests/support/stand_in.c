/* A stand-in for python.exe and py.exe, and for Explorer, under Wine.

   With STAND_IN_LINE it is Explorer: it starts cmd.exe with exactly the command line that this file holds, and returns its exit code.
   cmd.exe of Windows tells that line as CMDCMDLINE. The one of Wine does not, so it is set here, which comes to the same.
   Else it is Python: `-c` succeeds if its own folder or its version is named in STAND_IN_FITS; anything else adds to the file
   STAND_IN_RECORD its command line and the variables of the .bat file, one a line in UTF-8, and returns STAND_IN_CODE. */
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <windows.h>

static wchar_t line[32768], text[32768], path[32768];

static const wchar_t *variable(const wchar_t *name) {
    static wchar_t value[32768];
    value[0] = 0;
    GetEnvironmentVariableW(name, value, 32768);
    return value;
}

static void put(FILE *file, const wchar_t *name, const wchar_t *value) {
    static char bytes[131072];
    WideCharToMultiByte(CP_UTF8, 0, value, -1, bytes, sizeof bytes, NULL, NULL);
    fprintf(file, "%ls=%s\n", name, bytes);
}

static int explorer(void) {
    STARTUPINFOW start = {sizeof start};
    PROCESS_INFORMATION made;
    DWORD code = 99;
    char bytes[65536] = {0};
    FILE *file = _wfopen(variable(L"STAND_IN_LINE"), L"rb");
    fread(bytes, 1, sizeof bytes - 1, file);
    fclose(file);
    MultiByteToWideChar(CP_UTF8, 0, bytes, -1, line, 32768);
    SetEnvironmentVariableW(L"STAND_IN_LINE", NULL);
    SetEnvironmentVariableW(L"CMDCMDLINE", line);
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &made)) return 98;
    WaitForSingleObject(made.hProcess, INFINITE);
    GetExitCodeProcess(made.hProcess, &code);
    return (int)code;
}

int wmain(int count, wchar_t **arguments) {
    int versioned = count > 1 && wcsncmp(arguments[1], L"-3.", 3) == 0;
    if (*variable(L"STAND_IN_LINE")) return explorer();
    if (count > 1 + versioned && wcscmp(arguments[1 + versioned], L"-c") == 0) {
        GetModuleFileNameW(NULL, path, 32768);
        *wcsrchr(path, L'\\') = 0;
        wcscpy(text, wcsrchr(path, L'\\') + 1);
        return wcsstr(variable(L"STAND_IN_FITS"), versioned ? arguments[1] + 1 : text) == NULL;
    }
    wcscpy(path, variable(L"STAND_IN_RECORD"));
    FILE *file = _wfopen(path, L"ab");
    put(file, L"COMMAND", GetCommandLineW());
    const wchar_t *names[] = {L"XLPERF_TASK", L"XLPERF_BAT", L"XLPERF_LINE", L"XLPERF_LANG", L"PYTHONUTF8", L"PYTHONPATH"};
    for (int number = 0; number < 6; number++) put(file, names[number], variable(names[number]));
    fclose(file);
    return _wtoi(variable(L"STAND_IN_CODE"));
}
