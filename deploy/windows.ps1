<#
.SYNOPSIS
From a checkout to a report that makes itself: builds the environment and registers the scheduled task analysis-766.
Called again, it replaces the task. docs/schedule.md tells what the task does.

.EXAMPLE
powershell -ExecutionPolicy Bypass -File deploy\windows.ps1
Makes what is due on working days at 07:30, while you are logged on.

.EXAMPLE
powershell -ExecutionPolicy Bypass -File deploy\windows.ps1 -At 08:00 -Days Monday -Send -User OFFICE\report
On Mondays at 08:00, sends the mail too, and runs whether that account is logged on or not; its password is asked for.
Windows lets an administrator alone register that.

.EXAMPLE
powershell -ExecutionPolicy Bypass -File deploy\windows.ps1 -Remove
#>
[CmdletBinding()]
param(
    [datetime] $At = '07:30',
    [string[]] $Days = 'Monday,Tuesday,Wednesday,Thursday,Friday',
    [switch] $Send,
    [string] $User = '',
    [switch] $Remove,
    [switch] $Run  # what the task itself calls
)

$ErrorActionPreference = 'Stop'
$task = 'analysis-766'
$project = Split-Path -Parent $PSScriptRoot
$analysis = Join-Path $project '.venv\Scripts\analysis.exe'
$logs = Join-Path $project 'data\outbox\logs'
$keptLogs = 30       # our choice: six weeks of working days
$toldLines = 80      # our choice: the end of a log says what failed
$zone = 'SE Asia Standard Time'  # Windows' name of Asia/Ho_Chi_Minh

function Stop-WithSentence([string] $sentence) {
    [Console]::Error.WriteLine($sentence)
    exit 3
}

# The command of a Python that is new enough. A name alone proves nothing: python.exe may be the Store's stand-in.
function Find-Python {
    $isOld = $false
    foreach ($each in @{ Name = 'py'; First = @('-3') }, @{ Name = 'python'; First = @() }) {
        if (-not (Get-Command -Name $each.Name -CommandType Application -ErrorAction SilentlyContinue)) { continue }
        $first = $each.First
        $isNew = & $each.Name @first -c 'import sys; print(sys.version_info >= (3, 11))'
        if ($isNew -eq 'True') { return $each }
        $isOld = $isOld -or ($isNew -eq 'False')
    }
    if ($isOld) { Stop-WithSentence 'The Python on this machine is too old: install Python 3.11 or newer from python.org, then call this again.' }
    Stop-WithSentence 'There is no Python on this machine: install Python 3.11 or newer from python.org, then call this again.'
}

function Install-Environment {
    $python = Find-Python
    $first = $python.First
    & $python.Name @first (Join-Path $project 'start.py') environment | Out-Null
    if ($LASTEXITCODE -ne 0 -or -not (Test-Path -LiteralPath $analysis)) {
        Stop-WithSentence 'The environment could not be built; the lines above say why. No task was registered.'
    }
}

function Register-Week {
    if ((Get-TimeZone).Id -ne $zone) {
        Write-Warning "This machine's time zone is not '$zone'. The task starts at the machine's own time: tzutil /s `"$zone`" sets it."
    }
    $call = "-NoProfile -NonInteractive -ExecutionPolicy Bypass -File `"$PSCommandPath`" -Run"
    if ($Send) { $call += ' -Send' }
    if ($User) {
        $credential = Get-Credential -UserName $User -Message "The password of $User, for Windows to start $task"
        $account = @{ User = $User; Password = $credential.GetNetworkCredential().Password }
    } else {
        $me = [System.Security.Principal.WindowsIdentity]::GetCurrent().Name
        $account = @{ Principal = New-ScheduledTaskPrincipal -UserId $me -LogonType Interactive }
    }
    $settings = @{
        StartWhenAvailable = $true          # what a machine that was off has missed is made up for
        AllowStartIfOnBatteries = $true
        DontStopIfGoingOnBatteries = $true
        MultipleInstances = 'IgnoreNew'     # never a second one beside a running one
        ExecutionTimeLimit = New-TimeSpan -Hours 6  # letters that a server puts off wait in it
    }
    $about = @{
        TaskName = $task
        Description = 'Weekly 766 report: every week that is due'
        Action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument $call -WorkingDirectory $project
        Trigger = New-ScheduledTaskTrigger -Weekly -DaysOfWeek ([System.DayOfWeek[]] ($Days -split ',')) -At $At
        Settings = New-ScheduledTaskSettingsSet @settings
    }
    Register-ScheduledTask @about @account -Force | Out-Null
    Write-Output "Task $task is registered. Try it: Start-ScheduledTask -TaskName $task; its log will be in $logs"
}

function Unregister-Week {
    if (Get-ScheduledTask -TaskName $task -ErrorAction SilentlyContinue) {
        Unregister-ScheduledTask -TaskName $task -Confirm:$false
    }
    Write-Output "Task $task is not registered any more. Reports, tables and logs stay."
}

# What the task calls: the weeks that are due, with a log; the operator is told of a failure.
function Invoke-Week {
    $ErrorActionPreference = 'Continue'  # Windows PowerShell 5 takes any line on stderr for an error
    $env:PYTHONUTF8 = '1'
    $OutputEncoding = [System.Text.UTF8Encoding]::new($false)
    [Console]::OutputEncoding = $OutputEncoding
    [System.IO.Directory]::CreateDirectory($logs) | Out-Null
    $log = Join-Path $logs "$(Get-Date -Format 'yyyy-MM-dd-HHmmss').log"
    if (-not (Test-Path -LiteralPath $analysis)) {
        Set-Content -LiteralPath $log -Encoding utf8 -Value "$analysis is not there: call deploy\windows.ps1 again."
        exit 3
    }
    $arguments = @('week', '--due', '--area', 'all')
    if ($Send) { $arguments += '--send' }
    & $analysis @arguments 2>&1 | ForEach-Object { "$_" } | Set-Content -LiteralPath $log -Encoding utf8
    $status = $LASTEXITCODE
    if ($status -ne 0) {
        $end = Get-Content -LiteralPath $log -Encoding utf8 -Tail $toldLines
        $end | & $analysis tell 2>&1 | ForEach-Object { "$_" } | Add-Content -LiteralPath $log -Encoding utf8
    }
    $newestFirst = Get-ChildItem -LiteralPath $logs -Filter '*.log' | Sort-Object -Property Name -Descending
    $newestFirst | Select-Object -Skip $keptLogs | Remove-Item
    exit $status
}

Set-Location -LiteralPath $project
if ($Run) {
    Invoke-Week
} elseif ($Remove) {
    Unregister-Week
} else {
    Install-Environment
    Register-Week
}
