@echo off
rem Drop one or more workbooks on this file. The findings are shown and saved as a text file beside each workbook.
chcp 65001 >nul
set XLPERF_LANG=zh
set XLPERF=xlperf
where xlperf >nul 2>nul || set XLPERF=py -m xlperf
if "%~1"=="" echo 请把填好的工作簿（一个或多个）拖到这个文件的图标上。
:next
if "%~1"=="" goto end
%XLPERF% validate "%~1" > "%~dpn1-校验结果.txt" 2>&1
type "%~dpn1-校验结果.txt"
echo.
shift
goto next
:end
pause
