; The installer for Windows, made by Inno Setup: see build.py, which gives Version and Folder.
[Setup]
AppId={{6E0C1B57-0C5B-4C0C-9B0E-6D6963726F67}
AppName=micrograd-gui
AppVersion={#Version}
AppPublisher=the micrograd-gui authors
DefaultDirName={autopf}\micrograd-gui
DefaultGroupName=micrograd-gui
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesInstallIn64BitMode=x64compatible
LicenseFile={#Folder}\NOTICES\LICENSE
OutputBaseFilename=micrograd-gui-{#Version}-setup
SetupIconFile=..\build\made\micrograd-gui.ico
UninstallDisplayIcon={app}\micrograd-gui-window.exe
ChangesAssociations=yes
Compression=lzma2
SolidCompression=yes
WizardStyle=modern

[Tasks]
Name: files; Description: "Open .micrograd files with micrograd-gui"
Name: desktop; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked

[Files]
Source: "{#Folder}\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{group}\micrograd-gui"; Filename: "{app}\micrograd-gui-window.exe"; AppUserModelID: "micrograd-gui"
Name: "{autodesktop}\micrograd-gui"; Filename: "{app}\micrograd-gui-window.exe"; Tasks: desktop

[Registry]
Root: HKA; Subkey: "Software\Classes\.micrograd"; ValueType: string; ValueData: "micrograd-graph"; Flags: uninsdeletevalue; Tasks: files
Root: HKA; Subkey: "Software\Classes\micrograd-graph"; ValueType: string; ValueData: "micrograd graph"; Flags: uninsdeletekey; Tasks: files
Root: HKA; Subkey: "Software\Classes\micrograd-graph\DefaultIcon"; ValueType: string; ValueData: "{app}\micrograd-gui-window.exe,0"; Tasks: files
Root: HKA; Subkey: "Software\Classes\micrograd-graph\shell\open\command"; ValueType: string; ValueData: """{app}\micrograd-gui-window.exe"" ""%1"""; Tasks: files

[Run]
Filename: "{app}\micrograd-gui-window.exe"; Description: "{cm:LaunchProgram,micrograd-gui}"; Flags: nowait postinstall skipifsilent
