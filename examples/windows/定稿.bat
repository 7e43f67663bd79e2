@echo off
rem Drop one or more workbooks on this file. What has no error is finalized into a folder beside it.
chcp 65001 >nul
set XLPERF_LANG=zh
set XLPERF=xlperf
where xlperf >nul 2>nul || set XLPERF=py -m xlperf
if "%~1"=="" echo 请把校验过的工作簿（一个或多个）拖到这个文件的图标上。
:next
if "%~1"=="" goto end
%XLPERF% finalize "%~1" -o "%~dp1定稿"
echo.
shift
goto next
:end
pause
