package osservice

import (
	"fmt"

	"golang.org/x/sys/windows"
)

// OfThisSystem returns the service of the system that this runs on. say takes one sentence for the operator at a time.
func OfThisSystem(program Program, say func(string)) (Service, error) {
	data, err := windows.KnownFolderPath(windows.FOLDERID_ProgramData, windows.KF_FLAG_DEFAULT)
	if err != nil {
		return nil, fmt.Errorf("where programs keep their data: %w", err)
	}
	return NewWindows(WindowsConfig{Program: program.Path, Data: data, Registrar: registrar{}, Seal: seal, Say: say}), nil
}

// ConfigFile returns where the configuration of an installed service lies, whether there is one or not; empty where nobody can tell.
func ConfigFile() string {
	data, err := windows.KnownFolderPath(windows.FOLDERID_ProgramData, windows.KF_FLAG_DEFAULT)
	if err != nil {
		return ""
	}
	return NewWindows(WindowsConfig{Data: data}).config()
}

// account is the service's account: it has no more rights than a user, and none on other machines.
const account = `NT AUTHORITY\LocalService`

// access lets the system, administrators and LocalService into a folder and into all that is made in it, and nobody else.
const access = "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;LS)"

func seal(folder string) error {
	descriptor, err := windows.SecurityDescriptorFromString(access)
	if err != nil {
		return err
	}
	list, _, err := descriptor.DACL()
	if err != nil {
		return err
	}
	return windows.SetNamedSecurityInfo(folder, windows.SE_FILE_OBJECT,
		windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, list, nil)
}
