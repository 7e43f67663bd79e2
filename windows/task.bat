@echo off
rem xlperf on an office PC: this file starts one task of program\run_task.py and tells it what was dropped.
rem It is ASCII, so that no code page matters. Names come from the command line of cmd: arguments are cut where they lack quotes.
setlocal EnableExtensions DisableDelayedExpansion
set "XLPERF_TASK={task}"
set "XLPERF_BAT=%~f0"
set "XLPERF_LANG=zh"
set "PYTHONUTF8=1"
set "PYTHONHOME="
set "PYTHONPATH="
setlocal EnableDelayedExpansion
set "XLPERF_LINE=!CMDCMDLINE!"
setlocal DisableDelayedExpansion
if not exist "%~dp0program\run_task.py" goto packed
set "XLPERF_FITS=import sys; sys.exit(sys.version_info[:2] not in ({tuples}) or sys.maxsize < 2**32)"
set "XLPERF_PY="
if exist "%~dp0python\python.exe" goto beside
for %%V in ({versions}) do if exist "%~dp0program\lib-%%V" call :try %%V
for %%V in ({versions}) do call :try %%V
if defined XLPERF_PY goto launcher
python -c "%XLPERF_FITS%" >nul 2>nul
if not "%ERRORLEVEL%"=="0" goto wanted
python "%~dp0program\run_task.py" %*
goto done
:launcher
py -%XLPERF_PY% "%~dp0program\run_task.py" %*
goto done
:beside
"%~dp0python\python.exe" -c "%XLPERF_FITS%" >nul 2>nul
if not "%ERRORLEVEL%"=="0" goto wanted
"%~dp0python\python.exe" "%~dp0program\run_task.py" %*
:done
set "XLPERF_CODE=%ERRORLEVEL%"
goto leave
:packed
echo Please extract the whole zip file first, then start this file from the folder.
set "XLPERF_CODE=2"
goto leave
:wanted
type "%~dp0program\python-wanted.txt"
set "XLPERF_CODE=2"
:leave
echo.
pause
rem Half a name without quotes may wait as a second command. It must not run: a cmd that was started for this file ends here.
setlocal EnableDelayedExpansion
if "!XLPERF_LINE:/c=!"=="!XLPERF_LINE!" exit /b %XLPERF_CODE%
exit %XLPERF_CODE%
:try
if defined XLPERF_PY exit /b
py -%1 -c "%XLPERF_FITS%" >nul 2>nul
if "%ERRORLEVEL%"=="0" set "XLPERF_PY=%1"
exit /b
