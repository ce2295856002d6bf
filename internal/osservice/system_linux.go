package osservice

import "os"

// ConfigFile returns where the configuration of an installed service lies, whether there is one or not; empty where nobody can tell.
func ConfigFile() string { return configFile }

// OfThisSystem returns the service of the system that this runs on. say takes one sentence for the operator at a time.
func OfThisSystem(program Program, say func(string)) (Service, error) {
	return NewSystemd(SystemdConfig{Program: program.Path, Libraries: program.Libraries, UserID: os.Geteuid(), Say: say}), nil
}
