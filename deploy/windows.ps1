# The same on Windows, once, in PowerShell: powershell -ExecutionPolicy Bypass -File deploy\windows.ps1
# StartWhenAvailable: what a machine that was off has missed is made up for when it is on. See docs/schedule.md.
$project = Split-Path -Parent $PSScriptRoot
$python = '.venv\Scripts\python.exe'
$log = '"%TEMP%\analysis-766.log"'
$line = "set PYTHONUTF8=1&& $python -m analysis week --due --area all --send >$log 2>&1 || $python -m analysis tell <$log"
Register-ScheduledTask -TaskName 'analysis-766' -Description 'Weekly 766 report' `
    -Action (New-ScheduledTaskAction -Execute 'cmd.exe' -Argument "/c `"$line`"" -WorkingDirectory $project) `
    -Trigger (New-ScheduledTaskTrigger -Weekly -DaysOfWeek Monday, Tuesday, Wednesday, Thursday, Friday -At '07:30') `
    -Settings (New-ScheduledTaskSettingsSet -StartWhenAvailable -MultipleInstances IgnoreNew -ExecutionTimeLimit (New-TimeSpan -Hours 6))
