package osservice

import (
	_ "embed"
	"strings"
)

// unitFile is the unit as the package brings it.
//
//go:embed mediapusher.service
var unitFile string

const (
	packagedProgram = "/usr/bin/mediapusher"
	denyLine        = "MemoryDenyWriteExecute=yes"
)

// Unit returns the systemd unit for a program. With the makers' SDKs in it the unit allows memory that is both written and executed,
// which their libraries may ask for when they are loaded: systemd.exec(5) warns of that under MemoryDenyWriteExecute=.
func Unit(program Program) string {
	// systemd.syntax(7) and systemd.service(5): a quoted word, in which % begins a specifier.
	escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%", "$", "$$").Replace(program.Path)
	if escaped != program.Path || strings.ContainsAny(program.Path, " '\t;") {
		escaped = `"` + escaped + `"`
	}
	text := strings.Replace(unitFile, "ExecStart="+packagedProgram+" ", "ExecStart="+escaped+" ", 1)
	if program.Libraries {
		text = strings.Replace(text, "\n"+denyLine+"\n", "\nMemoryDenyWriteExecute=no\n", 1)
	}
	return text
}
